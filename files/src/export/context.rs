//! What all events of an export have in common, and the lines of an event: who, in which state, with
//! which momentum.

use super::text::{Constants, number};
use super::weights::Totals;
use super::{ExportOptions, VertexDepth};
use crate::IoError;
use crate::hdf5::RunReader;
use millibrem::constants::ALPHA;
use millibrem::event::{Event, Momentum, Sample, Scalar};
use millibrem::particle::{Particle, Role};

const MM_PER_CM: f64 = 10.0;

/// Everything that is the same for all events of an export.
pub struct Context {
    pub(super) sample: Sample,
    pub(super) totals: Totals,
    pub(super) card: String,
    pub(super) seed: u64,
    pub(super) generator_version: String,
    pub(super) drop_nucleus: bool,
    pub(super) vertex: Option<VertexDepth>,
    pub(super) vertex_offset_mm: f64,
    pub(super) constants: Constants,
    pub(super) threads: usize,
}

/// Whether a line goes into the collision or comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The beam particle.
    Beam,
    /// The struck particle, at rest.
    Target,
    /// A particle that comes out.
    Outgoing,
}

/// One particle of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// PDG number.
    pub pdg_id: i32,
    /// In or out.
    pub state: State,
    /// Momentum (E, px, py, pz), GeV.
    pub p: Momentum,
    /// Mass, GeV.
    pub mass_gev: f64,
}

impl Line {
    fn of(particle: &Particle, state: State, p: Momentum) -> Self {
        Self {
            pdg_id: particle.pdg_id,
            state,
            p,
            mass_gev: particle.mass_gev,
        }
    }
}

impl Context {
    pub(super) fn new(
        run: &RunReader,
        totals: Totals,
        options: &ExportOptions,
    ) -> Result<Self, IoError> {
        let sample = run.sample().clone();
        let masses = sample.outgoing.iter().map(|out| out.particle.mass_gev);
        let mut constants = vec![sample.beam.mass_gev, sample.target.mass_gev];
        constants.extend(masses);
        constants.extend([
            0.0,
            sample.p_beam()[3],
            sample.beam_energy_gev,
            -1.0,
            ALPHA,
            totals.mean_weight_pb,
            totals.error_pb,
        ]);
        Ok(Self {
            constants: Constants::new(&constants),
            sample,
            totals,
            card: run.header().card.clone(),
            seed: run.header().seed,
            generator_version: run.generator()?.0,
            drop_nucleus: options.drop_nucleus,
            vertex: options.vertex.clone(),
            vertex_offset_mm: options.vertex_offset_mm,
            threads: options.threads,
        })
    }

    /// What the particles are.
    pub fn sample(&self) -> &Sample {
        &self.sample
    }

    /// The card of the run, TOML.
    pub fn card(&self) -> &str {
        &self.card
    }

    /// Mean weight of the events, which is their cross section, pb.
    pub fn sigma_pb(&self) -> f64 {
        self.totals.mean_weight_pb
    }

    /// Beam particle at its nominal energy and struck particle, in this order.
    pub fn beams(&self) -> [Line; 2] {
        let sample = &self.sample;
        [
            Line::of(&sample.beam, State::Beam, sample.p_beam()),
            Line::of(&sample.target, State::Target, sample.p_target()),
        ]
    }

    /// Beam particle at the vertex of an event and the particle that is struck there.
    pub fn incoming(&self, event: &Event) -> [Line; 2] {
        let sample = &self.sample;
        let target = sample.target_of(event);
        let at_rest = [target.mass_gev, 0.0, 0.0, 0.0];
        [
            Line::of(&sample.beam_of(event), State::Beam, sample.p_beam_of(event)),
            Line::of(&target, State::Target, at_rest),
        ]
    }

    /// What comes out, in the order of the process, the nucleus left out if asked for.
    pub fn outgoing(&self, event: &Event) -> impl Iterator<Item = Line> + use<'_> {
        let event = *event;
        let all = self.sample.outgoing.iter().enumerate();
        all.filter(|(_, out)| self.writes(&out.role))
            .map(move |(i, _)| {
                let particle = self.sample.outgoing_of(&event, i);
                Line::of(&particle, State::Outgoing, event.momenta()[i])
            })
    }

    /// Whether the outgoing particle of this role is written.
    pub(super) fn writes(&self, role: &Role) -> bool {
        !(self.drop_nucleus && *role == Role::NUCLEUS_OUT)
    }

    /// Appends px, py, pz, E and mass of a particle.
    pub(super) fn put_momentum(&self, line: &Line, out: &mut String) {
        let [energy, px, py, pz] = line.p;
        for value in [px, py, pz, energy] {
            match line.state {
                State::Beam | State::Target => self.constants.number(out, ' ', value),
                State::Outgoing => number(out, ' ', value),
            }
        }
        self.constants.number(out, ' ', line.mass_gev);
    }

    /// The further weights of an event, by name, pb.
    pub fn further<'a>(&'a self, event: &'a Event) -> impl Iterator<Item = (&'a str, f64)> {
        let scalars = self.sample.scalars.iter().zip(event.scalars());
        scalars.filter_map(|(scalar, &pb)| Some((scalar.further_weight()?, pb)))
    }

    /// What further weights there are: the name of each, and what it is.
    pub fn further_weights(&self) -> impl Iterator<Item = (&str, &str)> {
        let scalars = self.sample.scalars.iter();
        scalars.filter_map(|scalar| Some((scalar.further_weight()?, &*scalar.description)))
    }

    /// Number of particles in an event, incoming ones included.
    pub(super) fn n_particles(&self) -> usize {
        let outgoing = self.sample.outgoing.iter();
        2 + outgoing.filter(|out| self.writes(&out.role)).count()
    }

    /// Whether events are somewhere else than at the origin.
    pub(super) fn has_vertex(&self) -> bool {
        self.vertex.is_some()
            || self.vertex_offset_mm != 0.0
            || self.has_depths()
            || self.has_places()
    }

    /// Whether the events say where they are across the beam.
    pub(super) fn has_places(&self) -> bool {
        self.sample.scalars.contains(&Scalar::VERTEX_X)
    }

    /// Whether the events say where they are.
    fn has_depths(&self) -> bool {
        self.sample.scalars.contains(&Scalar::VERTEX_Z)
    }

    /// Where an event happens: x, y and z in mm, and the flight time from the front of the target times c in
    /// mm; `None` if all are at the origin.
    pub fn vertex_of(&self, event: &Event) -> Option<([f64; 3], f64)> {
        let of_event = |law: &VertexDepth| law.of_event(self.seed, event.index);
        let known = self.sample.scalar(event, &Scalar::VERTEX_Z);
        let depth = match known {
            Some(depth_cm) => MM_PER_CM * depth_cm,
            None => self.vertex.as_ref().map_or(0.0, of_event),
        };
        let across = [Scalar::VERTEX_X, Scalar::VERTEX_Y]
            .map(|scalar| self.sample.scalar(event, &scalar).unwrap_or(0.0));
        let [x, y] = across.map(|cm| MM_PER_CM * cm);
        let [energy, .., p] = self.sample.p_beam();
        self.has_vertex()
            .then_some(([x, y, self.vertex_offset_mm + depth], depth * energy / p))
    }
}
