//! The processes l N → l N χ χ̄, l N → l N A′ and l N → l N φ as the rest of the library sees them.

use std::sync::Arc;

use super::beams::Each;
use super::etl::Etl;
use super::inclusive::offered;
use super::phase_space::PairBlock;
use super::{Setup, momenta, observe, route};
use crate::dark_sector::DarkSector;
use crate::event::Momentum;
use crate::observable::Observable;
use crate::particle::{Outgoing, Particle};
use crate::process::{Method, PointBlock, Process, Route};

/// The exact process of a set-up.
pub(super) struct Radiated {
    etl: Arc<Etl>,
}

impl Radiated {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            etl: Arc::new(Etl::new(setup)),
        }
    }

    /// The process of `setup` on the points of that of `sampled`.
    pub(super) fn on_points_of(sampled: &Setup, setup: &Setup) -> Self {
        Self {
            etl: Arc::new(Etl::on_points_of(sampled, setup)),
        }
    }

    fn setup(&self) -> &Setup {
        self.etl.setup()
    }
}

impl Process for Radiated {
    fn kind(&self) -> &str {
        self.setup().dark.kind()
    }

    fn dim(&self) -> usize {
        self.etl.dim()
    }

    fn beam(&self) -> Particle {
        self.setup().lepton.particle()
    }

    fn beam_energy_gev(&self) -> f64 {
        self.setup().collision.e0
    }

    fn target(&self) -> Particle {
        self.setup().nucleus.particle()
    }

    fn outgoing(&self) -> Vec<Outgoing> {
        match self.setup().dark {
            DarkSector::Pair(chi) | DarkSector::Mediated(chi, _) => {
                Outgoing::of_pair(self.beam(), self.target(), chi.particle())
            }
            DarkSector::DarkPhoton(photon) => {
                let particle = Particle {
                    pdg_id: photon.pdg_id,
                    mass_gev: photon.mass_gev,
                    charge: 0.0,
                };
                Outgoing::of_dark_photon(self.beam(), self.target(), particle)
            }
            DarkSector::Boson(boson) => {
                let particle = Particle {
                    pdg_id: boson.pdg_id,
                    mass_gev: boson.mass_gev,
                    charge: 0.0,
                };
                Outgoing::of_boson(self.beam(), self.target(), particle)
            }
        }
    }

    fn block(&self) -> Box<dyn PointBlock> {
        Box::new(Points {
            nominal: self.etl.clone(),
            etl: Etl::clone(&self.etl),
            block: PairBlock::default(),
            each: None,
            is_each: false,
        })
    }

    fn at_energy(&self, beam_energy_gev: f64) -> Option<Arc<dyn Process>> {
        let mut setup = self.setup().clone();
        let possible = setup.move_to(self.setup(), beam_energy_gev);
        possible.then(|| (&setup).into())
    }

    fn cut_from_gev(&self) -> f64 {
        match self.setup().cuts.x_max {
            x_max if x_max < 1.0 => x_max * self.beam_energy_gev(),
            _ => f64::INFINITY,
        }
    }

    fn methods(&self) -> Vec<Method> {
        offered(self.setup()).map(|(method, _)| *method).collect()
    }

    fn route(&self, method: Method) -> Option<Box<dyn Route>> {
        route(method, self.setup()).ok()
    }
}

/// A block of its points.
struct Points {
    nominal: Arc<Etl>,
    /// At the energy of the moment.
    etl: Etl,
    block: PairBlock,
    /// The energies of points that have their own; made when first asked for.
    each: Option<Box<Each>>,
    is_each: bool,
}

impl PointBlock for Points {
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]) {
        self.is_each = false;
        self.etl.evaluate(y, value, &mut self.block);
    }

    fn evaluate_at(&mut self, beam_energies_gev: &[f64], y: &[&[f64]], value: &mut [f64]) -> bool {
        let nominal = &self.nominal;
        let each = self
            .each
            .get_or_insert_with(|| Box::new(Each::new(nominal.beam())));
        self.is_each = true;
        nominal.evaluate_each(beam_energies_gev, each, y, value, &mut self.block);
        true
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        let state = momenta::of_point(self.etl.setup(), &self.block, i);
        let all = [state.lepton, state.nucleus, state.chi, state.chibar];
        out.copy_from_slice(&all[..out.len()]);
    }

    fn momenta_of(&self, at: &[usize], columns: &mut [Vec<Momentum>]) {
        momenta::of_points(
            crate::elementary::arch(),
            self.etl.setup(),
            &self.block,
            at,
            columns,
        );
    }

    fn observe(&self, observable: &Observable, out: &mut [f64]) -> bool {
        if self.is_each {
            return false;
        }
        let nominal = self.nominal.setup().collision.e0;
        let setup = self.etl.setup();
        observe::observe(
            crate::elementary::arch(),
            (setup, nominal),
            observable,
            &self.block,
            out,
        )
    }

    fn set_beam_energy(&mut self, beam_energy_gev: f64) -> bool {
        self.etl.move_to(self.nominal.setup(), beam_energy_gev)
    }
}

impl From<&Setup> for Arc<dyn Process> {
    fn from(setup: &Setup) -> Self {
        Arc::new(Radiated::new(setup))
    }
}
