//! Generated events: a structure-of-arrays buffer and what its particles are.
//!
//! Momenta are rows `[E, px, py, pz]` in GeV in the laboratory, beam along +z, nucleus at rest.
//! Weights are in pb and normalised so that their mean over the sample is the cross section.
//! An [`EventSink`] takes buffers one after the other, so a sample may be larger than memory.
//!
//! Pinned by the tests below and by the contract test of all output formats.

use std::error::Error;

use serde::{Deserialize, Serialize};

use crate::kinematics::FourMomentum;

/// A four-momentum `[E, px, py, pz]` in GeV.
pub type Momentum = [f64; 4];

/// What comes out beside the lepton and the nucleus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FinalState {
    /// χ and χ̄.
    Pair,
    /// One dark photon, kept in the place of the χ; there is no χ̄.
    DarkPhoton,
}

/// Whether the weights of a sample differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weighting {
    /// Every event has its own weight.
    Weighted,
    /// All weights are equal but for a reported share of overweight events.
    Unweighted,
    /// Weights differ up to a largest one on purpose (`events.max_weight` above 1).
    PartlyUnweighted,
}

/// How the columns of the events are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// As they are; fastest.
    #[default]
    None,
    /// Byte shuffle and deflate; momenta shrink by little.
    Gzip,
}

impl Weighting {
    /// What a card may ask for as `events.mode`.
    pub const ALL: &[Self] = &[Self::Weighted, Self::Unweighted];

    /// The name in cards and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weighted => "weighted",
            Self::Unweighted => "unweighted",
            Self::PartlyUnweighted => "partly-unweighted",
        }
    }

    /// What is called so in a file, if anything is.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Weighted, Self::Unweighted, Self::PartlyUnweighted];
        all.into_iter().find(|weighting| weighting.name() == name)
    }
}

impl Compression {
    /// Every choice.
    pub const ALL: &[Self] = &[Self::None, Self::Gzip];

    /// The name in cards and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
        }
    }
}

/// Identity of a particle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Particle {
    /// PDG Monte Carlo number; nuclei 100ZZZAAA0, A being that of one isotope of the element.
    pub pdg_id: i32,
    /// Mass, GeV; of nuclei that of the mean over the isotopes, unless the card gives another.
    pub mass_gev: f64,
    /// Electric charge in units of e of the particle with that number.
    pub charge: f64,
}

/// What the events of one run have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Kind of final state.
    pub final_state: FinalState,
    /// Kind of weights.
    pub weighting: Weighting,
    /// The beam lepton, also the scattered one.
    pub lepton: Particle,
    /// The target nucleus, also the recoiling one.
    pub nucleus: Particle,
    /// The χ (the χ̄ has the opposite id and charge), or the dark photon.
    pub dark: Particle,
    /// Total energy of the beam lepton in the laboratory, GeV.
    pub beam_energy_gev: f64,
}

impl Sample {
    /// Momentum of the incoming lepton.
    pub fn p_lepton_in(&self) -> Momentum {
        let (e, m) = (self.beam_energy_gev, self.lepton.mass_gev);
        [e, 0.0, 0.0, ((e - m) * (e + m)).sqrt()]
    }

    /// Momentum of the nucleus before the collision: at rest.
    pub fn p_nucleus_in(&self) -> Momentum {
        [self.nucleus.mass_gev, 0.0, 0.0, 0.0]
    }
}

/// One event taken out of a buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Weight, pb.
    pub weight: f64,
    /// Scattered lepton.
    pub p_lepton_out: Momentum,
    /// Recoiling nucleus.
    pub p_nucleus_out: Momentum,
    /// χ, or the dark photon.
    pub p_chi: Momentum,
    /// χ̄; `None` for a dark photon.
    pub p_chibar: Option<Momentum>,
    /// Reproduction key.
    pub index: u64,
}

impl Event {
    /// Momentum of all that is dark: the pair, or the dark photon.
    pub fn p_pair(&self) -> Momentum {
        let of = |[e, px, py, pz]: Momentum| FourMomentum::new(e, px, py, pz);
        let other = self.p_chibar.unwrap_or([0.0; 4]);
        (of(self.p_chi) + of(other)).components()
    }
}

/// Events as columns of equal length (`p_chibar` is empty for dark photons).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventBuffer {
    /// Weights, pb; their mean over the whole sample is the cross section.
    pub weight: Vec<f64>,
    /// Scattered leptons.
    pub p_lepton_out: Vec<Momentum>,
    /// Recoiling nuclei.
    pub p_nucleus_out: Vec<Momentum>,
    /// χ, or dark photons.
    pub p_chi: Vec<Momentum>,
    /// χ̄; empty for dark photons.
    pub p_chibar: Vec<Momentum>,
    /// Reproduction keys: card, seed and this number make the event again.
    pub index: Vec<u64>,
}

impl EventBuffer {
    /// An empty buffer with room for `n` events.
    pub fn with_capacity(n: usize) -> Self {
        Self {
            weight: Vec::with_capacity(n),
            p_lepton_out: Vec::with_capacity(n),
            p_nucleus_out: Vec::with_capacity(n),
            p_chi: Vec::with_capacity(n),
            p_chibar: Vec::with_capacity(n),
            index: Vec::with_capacity(n),
        }
    }

    /// Number of events.
    pub fn len(&self) -> usize {
        self.weight.len()
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.weight.is_empty()
    }

    /// Removes all events and keeps the memory.
    pub fn clear(&mut self) {
        self.weight.clear();
        self.p_lepton_out.clear();
        self.p_nucleus_out.clear();
        self.p_chi.clear();
        self.p_chibar.clear();
        self.index.clear();
    }

    /// Keeps the first `n` events.
    pub fn truncate(&mut self, n: usize) {
        self.weight.truncate(n);
        self.p_lepton_out.truncate(n);
        self.p_nucleus_out.truncate(n);
        self.p_chi.truncate(n);
        self.p_chibar.truncate(n);
        self.index.truncate(n);
    }

    /// Adds one event.
    pub fn push(&mut self, event: &Event) {
        self.weight.push(event.weight);
        self.p_lepton_out.push(event.p_lepton_out);
        self.p_nucleus_out.push(event.p_nucleus_out);
        self.p_chi.push(event.p_chi);
        self.p_chibar.extend(event.p_chibar);
        self.index.push(event.index);
    }

    /// Adds all events of `other` behind its own.
    pub fn extend_from(&mut self, other: &Self) {
        self.weight.extend_from_slice(&other.weight);
        self.p_lepton_out.extend_from_slice(&other.p_lepton_out);
        self.p_nucleus_out.extend_from_slice(&other.p_nucleus_out);
        self.p_chi.extend_from_slice(&other.p_chi);
        self.p_chibar.extend_from_slice(&other.p_chibar);
        self.index.extend_from_slice(&other.index);
    }

    /// The event at position `i`, or `None` behind the end.
    pub fn get(&self, i: usize) -> Option<Event> {
        Some(Event {
            weight: *self.weight.get(i)?,
            p_lepton_out: *self.p_lepton_out.get(i)?,
            p_nucleus_out: *self.p_nucleus_out.get(i)?,
            p_chi: *self.p_chi.get(i)?,
            p_chibar: self.p_chibar.get(i).copied(),
            index: *self.index.get(i)?,
        })
    }

    /// All events in order.
    pub fn iter(&self) -> impl Iterator<Item = Event> + '_ {
        (0..self.len()).map_while(|i| self.get(i))
    }
}

/// What went wrong in an [`EventSink`], with path and reason in its text.
pub type SinkError = Box<dyn Error + Send + Sync>;

/// Takes events in the order of the sample; the way from generation to storage.
pub trait EventSink {
    /// Takes over one buffer of events.
    ///
    /// # Errors
    /// Whatever the storage behind it reports; the sample is then incomplete.
    fn write(&mut self, events: &EventBuffer) -> Result<(), SinkError>;
}

/// Keeps events in memory.
impl EventSink for EventBuffer {
    fn write(&mut self, events: &EventBuffer) -> Result<(), SinkError> {
        self.extend_from(events);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(k: u64, p_chibar: Option<Momentum>) -> Event {
        let row = |j: u64| std::array::from_fn(|i| (100 * k + 10 * j + i as u64) as f64);
        Event {
            weight: k as f64,
            p_lepton_out: row(1),
            p_nucleus_out: row(2),
            p_chi: row(3),
            p_chibar,
            index: k,
        }
    }

    #[test]
    fn events_come_back_as_they_went_in() {
        let events = [event(1, Some([4.0; 4])), event(2, Some([5.0; 4]))];
        let mut buffer = EventBuffer::with_capacity(2);
        events.iter().for_each(|e| buffer.push(e));
        let mut twice = EventBuffer::default();
        EventSink::write(&mut twice, &buffer).unwrap();
        EventSink::write(&mut twice, &buffer).unwrap();
        assert_eq!(twice.iter().collect::<Vec<_>>(), [events, events].concat());
        assert_eq!((twice.len(), twice.get(4)), (4, None));
        twice.clear();
        assert!(twice.is_empty() && twice.p_chibar.is_empty());
    }

    #[test]
    fn dark_photon_events_have_no_second_particle() {
        let mut buffer = EventBuffer::default();
        buffer.push(&event(1, None));
        let back = buffer.get(0).unwrap();
        assert_eq!((back.p_chibar, back.p_pair()), (None, back.p_chi));
    }

    #[test]
    fn incoming_lepton_is_on_its_mass_shell() {
        let particle = |mass_gev| Particle {
            pdg_id: 13,
            mass_gev,
            charge: -1.0,
        };
        let sample = Sample {
            final_state: FinalState::Pair,
            weighting: Weighting::Weighted,
            lepton: particle(3.0),
            nucleus: particle(200.0),
            dark: particle(0.1),
            beam_energy_gev: 5.0,
        };
        assert_eq!(sample.p_lepton_in(), [5.0, 0.0, 0.0, 4.0]);
        assert_eq!(sample.p_nucleus_in(), [200.0, 0.0, 0.0, 0.0]);
    }
}
