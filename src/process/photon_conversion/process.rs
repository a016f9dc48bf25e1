//! The conversion as the rest of the library sees it.
//!
//! Map: W² = 4m_χ² e^(Ly²), ln t flat, vcosθ = tanh of a flat variable, φ flat.

use std::sync::Arc;

use super::conversion::{Conversion, Invariants, KIND};
use super::quadrature::ByRules;
use crate::beam::Lepton;
use crate::elementary::cos_sin_turns;
use crate::event::Momentum;
use crate::matter::shower::Species;
use crate::particle::{Outgoing, Particle, Role};
use crate::process::{BLOCK, Inputs, Kind, Method, PointBlock, Process, Route, SetupError};

impl Process for Conversion {
    fn kind(&self) -> &str {
        KIND
    }

    fn dim(&self) -> usize {
        4
    }

    fn beam(&self) -> Particle {
        Particle::PHOTON
    }

    fn beam_energy_gev(&self) -> f64 {
        self.energy_gev
    }

    fn target(&self) -> Particle {
        Particle {
            pdg_id: self.nucleus.pdg_id(),
            mass_gev: self.nucleus.mass_gev,
            charge: f64::from(self.nucleus.z),
        }
    }

    fn outgoing(&self) -> Vec<Outgoing> {
        let chi = Particle {
            pdg_id: self.chi.pdg_id,
            mass_gev: self.chi.mass_gev,
            charge: self.chi.charge_of_id(),
        };
        Outgoing::of_conversion(self.target(), chi)
    }

    fn block(&self) -> Box<dyn PointBlock> {
        Box::new(Points {
            nominal: self.clone(),
            moved: Some(self.clone()),
            at: [(Invariants::default(), 0.0, (1.0, 0.0)); BLOCK],
        })
    }

    fn at_energy(&self, beam_energy_gev: f64) -> Option<Arc<dyn Process>> {
        let moved = self.moved(beam_energy_gev)?;
        Some(Arc::new(moved))
    }

    fn methods(&self) -> Vec<Method> {
        vec![Method::QUADRATURE]
    }

    fn route(&self, method: Method) -> Option<Box<dyn Route>> {
        (method == Method::QUADRATURE).then(|| Box::new(ByRules(self.clone())) as Box<dyn Route>)
    }
}

/// A block of its points.
struct Points {
    nominal: Conversion,
    /// At the energy of the moment, if anything is made there.
    moved: Option<Conversion>,
    /// W² and t, cos θ, cos φ and sin φ.
    at: [(Invariants, f64, (f64, f64)); BLOCK],
}

impl PointBlock for Points {
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]) {
        let Some(of) = &self.moved else {
            value.fill(0.0);
            return;
        };
        let (low, high) = of.w2_limits();
        let length = libm::log(high / low);
        for (i, value) in value.iter_mut().enumerate() {
            let [y0, y1, y2, y3] = [y[0][i], y[1][i], y[2][i], y[3][i]];
            let w2 = low * libm::exp(length * y0 * y0);
            let (t_min, t_max) = of.t_limits(w2);
            let t_max = t_max.min(of.t_most());
            *value = 0.0;
            if !(t_min < t_max) {
                continue;
            }
            let decades = libm::log(t_max / t_min);
            let t = t_min * libm::exp(decades * y1);
            if !of.passes(t) {
                continue;
            }
            let v = of.v(w2);
            let wide = 2.0 * libm::atanh(v);
            let vc = libm::tanh(wide * (y2 - 0.5));
            let cos = (vc / v).clamp(-1.0, 1.0);
            let turn = cos_sin_turns(y3);
            let invariants = of.invariants(w2, t);
            self.at[i] = (invariants, cos, turn);
            if of.cuts_angles() && !of.angles_pass(&of.momenta(&invariants, cos, turn)) {
                continue;
            }
            let jacobian = 2.0 * y0 * length * w2 * decades * t * wide * (1.0 - vc * vc) / v;
            let density = of.density_pb(&invariants, cos, turn.0);
            *value = if jacobian.is_finite() {
                jacobian * density
            } else {
                0.0
            };
        }
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        if let Some(of) = &self.moved {
            let (invariants, cos, turn) = &self.at[i];
            out.copy_from_slice(&of.momenta(invariants, *cos, *turn));
        }
    }

    fn set_beam_energy(&mut self, beam_energy_gev: f64) -> bool {
        self.moved = self.nominal.moved(beam_energy_gev);
        self.moved.is_some()
    }
}

/// The kind: of a beam of photons, or of those in the shower of electrons or positrons.
pub(in crate::process) struct PhotonConversionOf;

impl Kind for PhotonConversionOf {
    fn name(&self) -> &str {
        KIND
    }

    fn of(&self, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        match self.beams().contains(&inputs.beam.lepton) {
            true => Ok(Arc::new(Conversion::new(inputs)?)),
            false => Err(SetupError::Projectile {
                kind: KIND,
                found: inputs.beam.lepton.name(),
                expected: "a beam of gamma, or of e- or e+, whose shower has photons",
            }),
        }
    }

    /// The map asks for the masses and the cuts alone.
    fn on_points_of(&self, _: &Inputs, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        self.of(inputs)
    }

    fn beams(&self) -> &'static [Lepton] {
        &[Lepton::Photon, Lepton::Electron, Lepton::Positron]
    }

    fn roles(&self) -> &'static [Role] {
        const ROLES: &[Role] = &[Role::NUCLEUS_OUT, Role::CHI, Role::CHIBAR];
        ROLES
    }

    fn words(&self) -> &'static str {
        "γ N → χ χ̄ N of a photon of the beam or of its shower"
    }

    fn projectiles(&self) -> &'static [Species] {
        &[Species::Photon]
    }

    fn shower_particle(&self, beam: Lepton) -> Option<Species> {
        beam.is_electron().then_some(Species::Photon)
    }
}
