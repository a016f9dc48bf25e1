//! The lines of an event, the same in every format: who, in which state, with which momentum.

use super::text::number;
use super::{Context, VertexDepth};
use millibrem::event::{Event, FinalState, Momentum};

/// Whether a line goes into the collision or comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The beam lepton.
    Beam,
    /// The nucleus at rest.
    Target,
    /// A particle that comes out.
    Outgoing,
}

/// One particle of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub(super) pdg_id: i32,
    pub(super) state: State,
    pub(super) p: Momentum,
    pub(super) mass_gev: f64,
}

impl Context {
    /// Beam lepton and nucleus, in this order.
    pub(super) fn incoming(&self) -> [Line; 2] {
        let sample = &self.sample;
        let line = |particle: millibrem::event::Particle, state, p| Line {
            pdg_id: particle.pdg_id,
            state,
            p,
            mass_gev: particle.mass_gev,
        };
        [
            line(sample.lepton, State::Beam, sample.p_lepton_in()),
            line(sample.nucleus, State::Target, sample.p_nucleus_in()),
        ]
    }

    /// Scattered lepton, nucleus unless dropped, χ and χ̄ or the dark photon.
    pub(super) fn outgoing(&self, event: &Event) -> impl Iterator<Item = Line> {
        let sample = &self.sample;
        let line = |pdg_id, p, mass_gev| Line {
            pdg_id,
            state: State::Outgoing,
            p,
            mass_gev,
        };
        let (lepton, nucleus, dark) = (sample.lepton, sample.nucleus, sample.dark);
        let nucleus = (!self.drop_nucleus).then_some(line(
            nucleus.pdg_id,
            event.p_nucleus_out,
            nucleus.mass_gev,
        ));
        let chibar = event.p_chibar.map(|p| line(-dark.pdg_id, p, dark.mass_gev));
        std::iter::once(line(lepton.pdg_id, event.p_lepton_out, lepton.mass_gev))
            .chain(nucleus)
            .chain(std::iter::once(line(
                dark.pdg_id,
                event.p_chi,
                dark.mass_gev,
            )))
            .chain(chibar)
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

    /// Number of particles in an event, incoming ones included.
    pub(super) fn n_particles(&self) -> usize {
        let dark = match self.sample.final_state {
            FinalState::Pair => 2,
            FinalState::DarkPhoton => 1,
        };
        3 + usize::from(!self.drop_nucleus) + dark
    }

    /// Whether events are somewhere else than at the origin.
    pub(super) fn has_vertex(&self) -> bool {
        self.vertex.is_some() || self.vertex_offset_mm != 0.0
    }

    /// Where an event happens: z in mm, and the flight time from the front of the target times c in
    /// mm; `None` if all are at the origin.
    pub(super) fn vertex_of(&self, event: &Event) -> Option<(f64, f64)> {
        let of_event = |law: &VertexDepth| law.of_event(self.seed, event.index);
        let depth = self.vertex.as_ref().map_or(0.0, of_event);
        let [energy, .., p] = self.sample.p_lepton_in();
        self.has_vertex()
            .then_some((self.vertex_offset_mm + depth, depth * energy / p))
    }
}
