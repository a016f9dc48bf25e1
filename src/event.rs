//! Generated events: columns by role, and what their particles are.
//!
//! Momenta are rows `[E, px, py, pz]` in GeV in the laboratory, beam along +z, nucleus at rest.
//! Weights are in pb and normalised so that their mean over the sample is the cross section.
//! An [`EventSink`] takes buffers one after the other, so a sample may be larger than memory.
//!
//! Pinned by the tests below and by the contract test of all output formats.

use std::error::Error;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::kinematics::FourMomentum;
use crate::particle::{Outgoing, Particle, Role};

/// A four-momentum `[E, px, py, pz]` in GeV.
pub type Momentum = [f64; 4];

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

/// What the events of one run have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The process, as `process.kind` spells it.
    pub process: String,
    /// Kind of weights.
    pub weighting: Weighting,
    /// The beam particle.
    pub beam: Particle,
    /// The particle that is struck, at rest.
    pub target: Particle,
    /// What comes out, in the order of the columns of the events.
    pub outgoing: Vec<Outgoing>,
    /// Total energy of the beam particle in the laboratory, GeV.
    pub beam_energy_gev: f64,
}

impl Sample {
    /// Momentum of the incoming beam particle.
    pub fn p_beam(&self) -> Momentum {
        let (e, m) = (self.beam_energy_gev, self.beam.mass_gev);
        [e, 0.0, 0.0, ((e - m) * (e + m)).sqrt()]
    }

    /// Momentum of the struck particle before the collision: at rest.
    pub fn p_target(&self) -> Momentum {
        [self.target.mass_gev, 0.0, 0.0, 0.0]
    }

    /// The roles, in the order of the columns of the events.
    pub fn roles(&self) -> Roles {
        self.outgoing.iter().map(|out| out.role.clone()).collect()
    }

    /// Where the particle of this role stands among the outgoing ones, if there is one.
    pub fn position(&self, role: &Role) -> Option<usize> {
        self.outgoing.iter().position(|out| out.role == *role)
    }

    /// The particles that leave unseen, each with its place among the outgoing ones.
    pub fn dark(&self) -> impl Iterator<Item = (usize, &Outgoing)> {
        let all = self.outgoing.iter().enumerate();
        all.filter(|(_, out)| out.role.is_dark())
    }
}

/// Largest number of outgoing particles of a process.
pub const MAX_OUTGOING: usize = 8;

/// The roles of the outgoing particles, in the order of the columns.
pub type Roles = Arc<[Role]>;

/// One event taken out of a buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Weight, pb.
    pub weight: f64,
    /// Reproduction key.
    pub index: u64,
    n: usize,
    p: [Momentum; MAX_OUTGOING],
}

impl Event {
    /// An event with the momenta of its outgoing particles in the order of the process.
    ///
    /// # Panics
    /// If there are more than [`MAX_OUTGOING`].
    pub fn new(weight: f64, index: u64, momenta: &[Momentum]) -> Self {
        let mut p = [[0.0; 4]; MAX_OUTGOING];
        p[..momenta.len()].copy_from_slice(momenta);
        Self {
            weight,
            index,
            n: momenta.len(),
            p,
        }
    }

    /// The same event with another weight, pb.
    #[must_use]
    pub fn with_weight(self, weight: f64) -> Self {
        Self { weight, ..self }
    }

    /// Momenta of the outgoing particles, in the order of the process.
    pub fn momenta(&self) -> &[Momentum] {
        &self.p[..self.n]
    }
}

/// Sum of four-momenta.
pub fn sum(momenta: impl IntoIterator<Item = Momentum>) -> Momentum {
    let of = |[e, px, py, pz]: Momentum| FourMomentum::new(e, px, py, pz);
    let mut all = momenta.into_iter().map(of);
    let first = all.next().unwrap_or(of([0.0; 4]));
    all.fold(first, |a, b| a + b).components()
}

/// Events as columns of equal length: weights, reproduction keys and the momenta by role.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventBuffer {
    /// Weights, pb; their mean over the whole sample is the cross section.
    pub weight: Vec<f64>,
    /// Reproduction keys: card, seed and this number make the event again.
    pub index: Vec<u64>,
    roles: Roles,
    momenta: Vec<Vec<Momentum>>,
}

impl EventBuffer {
    /// An empty buffer for particles of these roles; one made by `default` takes over the roles of
    /// what is added to it first.
    pub fn new(roles: Roles) -> Self {
        Self {
            momenta: vec![Vec::new(); roles.len()],
            roles,
            ..Self::default()
        }
    }

    /// Number of events.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The roles, in the order of the columns.
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// Momenta of the particles of this role, if there are such.
    pub fn p(&self, role: &Role) -> Option<&[Momentum]> {
        let column = self.roles.iter().position(|mine| mine == role)?;
        Some(&self.momenta[column])
    }

    /// Momenta, one column a role.
    pub fn momenta(&self) -> &[Vec<Momentum>] {
        &self.momenta
    }

    /// Momenta to be filled by a reader, one column a role, all of one length in the end.
    pub fn momenta_mut(&mut self) -> &mut [Vec<Momentum>] {
        &mut self.momenta
    }

    /// Removes all events, keeps the memory and takes over the roles.
    pub fn begin(&mut self, roles: &Roles) {
        if self.roles != *roles {
            *self = Self::new(roles.clone());
        }
        self.clear();
    }

    /// Removes all events and keeps the memory.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Keeps the first `n` events.
    pub fn truncate(&mut self, n: usize) {
        self.weight.truncate(n);
        self.index.truncate(n);
        self.momenta.iter_mut().for_each(|rows| rows.truncate(n));
    }

    /// Removes the first `n` events.
    pub fn remove_front(&mut self, n: usize) {
        self.weight.drain(..n.min(self.weight.len()));
        self.index.drain(..n.min(self.index.len()));
        for rows in &mut self.momenta {
            rows.drain(..n.min(rows.len()));
        }
    }

    /// Adds one event.
    ///
    /// # Panics
    /// If its particles are not as many as the roles.
    pub fn push(&mut self, event: &Event) {
        assert_eq!(event.n, self.roles.len(), "particles without a role");
        self.weight.push(event.weight);
        self.index.push(event.index);
        for (rows, p) in self.momenta.iter_mut().zip(event.momenta()) {
            rows.push(*p);
        }
    }

    /// Adds all events of `other` behind its own.
    ///
    /// # Panics
    /// If there are events of other roles here already.
    pub fn extend_from(&mut self, other: &Self) {
        if self.is_empty() && self.roles != other.roles {
            self.begin(&other.roles);
        }
        assert_eq!(self.roles, other.roles, "events of other particles");
        self.weight.extend_from_slice(&other.weight);
        self.index.extend_from_slice(&other.index);
        for (rows, more) in self.momenta.iter_mut().zip(&other.momenta) {
            rows.extend_from_slice(more);
        }
    }

    /// The event at position `i`, or `None` behind the end.
    pub fn get(&self, i: usize) -> Option<Event> {
        let mut event = Event::new(*self.weight.get(i)?, *self.index.get(i)?, &[]);
        for (p, rows) in event.p.iter_mut().zip(&self.momenta) {
            *p = *rows.get(i)?;
        }
        event.n = self.momenta.len();
        Some(event)
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

    fn event(k: u64, n: u64) -> Event {
        let row = |j: u64| std::array::from_fn(|i| (100 * k + 10 * j + i as u64) as f64);
        Event::new(k as f64, k, &(1..=n).map(row).collect::<Vec<_>>())
    }

    fn roles(n: usize) -> Roles {
        let all = [Role::LEPTON_OUT, Role::NUCLEUS_OUT, Role::CHI, Role::CHIBAR];
        all.into_iter().take(n).collect()
    }

    #[test]
    fn events_come_back_as_they_went_in() {
        let events = [event(1, 4), event(2, 4)];
        let mut buffer = EventBuffer::new(roles(4));
        events.iter().for_each(|e| buffer.push(e));
        let mut twice = EventBuffer::default();
        EventSink::write(&mut twice, &buffer).unwrap();
        EventSink::write(&mut twice, &buffer).unwrap();
        assert_eq!(twice.iter().collect::<Vec<_>>(), [events, events].concat());
        assert_eq!((twice.len(), twice.get(4)), (4, None));
        assert_eq!(twice.p(&Role::CHI).unwrap()[1], event(2, 4).momenta()[2]);
        twice.remove_front(1);
        assert_eq!(twice.get(0), Some(events[1]));
        twice.clear();
        assert!(twice.is_empty() && twice.p(&Role::CHIBAR).unwrap().is_empty());
    }

    #[test]
    fn a_buffer_has_the_columns_of_its_roles() {
        let mut buffer = EventBuffer::new(roles(3));
        buffer.push(&event(1, 3));
        assert_eq!(buffer.p(&Role::CHIBAR), None);
        assert_eq!(buffer.get(0), Some(event(1, 3)));
        let columns: Vec<_> = buffer.roles().iter().map(Role::column).collect();
        assert_eq!(columns, ["p_lepton_out", "p_nucleus_out", "p_chi"]);
    }

    #[test]
    fn the_dark_particles_are_all_but_lepton_and_nucleus() {
        let particle = |mass_gev| Particle {
            pdg_id: 13,
            mass_gev,
            charge: -1.0,
        };
        let outgoing = |role: &Role| Outgoing {
            role: role.clone(),
            words: "particle".into(),
            particle: particle(1.0),
        };
        let sample = Sample {
            process: "pair".to_owned(),
            weighting: Weighting::Weighted,
            beam: particle(3.0),
            target: particle(200.0),
            outgoing: roles(4).iter().map(outgoing).collect(),
            beam_energy_gev: 5.0,
        };
        assert_eq!(sample.p_beam(), [5.0, 0.0, 0.0, 4.0]);
        assert_eq!(sample.p_target(), [200.0, 0.0, 0.0, 0.0]);
        assert_eq!(sample.dark().map(|(i, _)| i).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(sample.position(&Role::CHIBAR), Some(3));
        assert_eq!(sum([[1.0; 4], [2.0; 4], [4.0; 4]]), [7.0; 4]);
    }
}
