//! Generated events: columns by role, and what their particles are.
//!
//! Momenta are rows `[E, px, py, pz]` in GeV in the laboratory, beam along +z, nucleus at rest.
//! Weights are in pb and normalised so that their mean over the sample is the cross section.
//! An [`EventSink`] takes buffers one after the other, so a sample may be larger than memory.
//!
//! Pinned by the tests below and by the contract test of all output formats.

mod buffer;

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::kinematics::{FourMomentum, straightened};
use crate::particle::{Outgoing, Particle, Role};

pub use buffer::{EventBuffer, EventSink, SinkError};

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

named! {
    /// How the columns of the events are stored.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Compression {
        /// As they are; fastest.
        #[default]
        None = "none",
        /// Byte shuffle and deflate; momenta shrink by little.
        Gzip = "gzip",
    }
}

named! {
    /// With how many digits momenta are stored.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Precision {
        /// As they are made.
        #[default]
        Double = "double",
        /// Each component rounded to 32 bits, 6·10⁻⁸ of itself at most.
        Single = "single",
    }
}

impl Precision {
    /// Bytes of a component.
    pub fn bytes(self) -> usize {
        match self {
            Self::Double => size_of::<f64>(),
            Self::Single => size_of::<f32>(),
        }
    }

    /// A momentum as it is stored.
    pub fn rounded(self, p: Momentum) -> Momentum {
        match self {
            Self::Double => p,
            Self::Single => p.map(|x| f64::from(x as f32)),
        }
    }
}

choice!(Weighting: Self::ALL);

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
    /// All that may be struck instead, each event saying which in [`Scalar::NUCLEUS`]; empty if there
    /// is but one.
    pub nuclei: Vec<Particle>,
    /// What comes out, in the order of the columns of the events.
    pub outgoing: Vec<Outgoing>,
    /// What else the events say, a number each.
    pub scalars: Vec<Scalar>,
    /// Total energy of the beam particle in the laboratory, GeV.
    pub beam_energy_gev: f64,
    /// Whether each event has the momentum of its beam particle at the vertex, [`Role::LEPTON_IN`], behind those of
    /// what comes out.
    pub has_p_beam: bool,
}

impl Sample {
    /// What its cross sections are per: the nucleus, or an atom of a mixture.
    pub fn sigma_is_per(&self) -> &'static str {
        match self.nuclei.is_empty() {
            true => "nucleus",
            false => "atom of the target",
        }
    }

    /// Momentum of the incoming beam particle.
    pub fn p_beam(&self) -> Momentum {
        along_z(self.beam_energy_gev, self.beam.mass_gev)
    }

    /// Momentum of the struck particle before the collision: at rest.
    pub fn p_target(&self) -> Momentum {
        [self.target.mass_gev, 0.0, 0.0, 0.0]
    }

    /// The columns of the events.
    pub fn columns(&self) -> Columns {
        let roles = self.outgoing.iter().map(|out| out.role.clone());
        let incoming = self.has_p_beam.then_some(Role::LEPTON_IN);
        Columns {
            roles: roles.chain(incoming).collect(),
            scalars: self.scalars.iter().cloned().collect(),
        }
    }

    /// The value of a scalar of an event, if it has that.
    pub fn scalar(&self, event: &Event, scalar: &Scalar) -> Option<f64> {
        let at = self.scalars.iter().position(|mine| mine == scalar)?;
        event.scalars().get(at).copied()
    }

    /// Momentum of the beam particle of an event at its vertex.
    pub fn p_beam_of(&self, event: &Event) -> Momentum {
        if self.has_p_beam
            && let Some(p) = event.momenta().get(self.outgoing.len())
        {
            return *p;
        }
        let energy = self.scalar(event, &Scalar::BEAM_ENERGY);
        along_z(energy.unwrap_or(self.beam_energy_gev), self.beam.mass_gev)
    }

    /// The event in the frame in which its beam particle goes along +z.
    pub fn along_beam(&self, event: &Event) -> Event {
        if !self.has_p_beam {
            return *event;
        }
        let [_, x, y, z] = self.p_beam_of(event);
        let length = (x * x + y * y + z * z).sqrt();
        let direction = [x / length, y / length, z / length];
        let mut turned = *event;
        for p in &mut turned.p[..turned.n] {
            *p = straightened(*p, direction);
        }
        turned
    }

    /// The beam particle of an event at its vertex: the beam's own, or its antiparticle in a shower.
    pub fn beam_of(&self, event: &Event) -> Particle {
        let id = self.scalar(event, &Scalar::PROJECTILE);
        match id.is_some_and(|id| id == -f64::from(self.beam.pdg_id)) {
            true => self.beam.anti(),
            false => self.beam,
        }
    }

    /// An outgoing particle of an event, by its place: the nucleus and the lepton are those that came in.
    pub fn outgoing_of(&self, event: &Event, place: usize) -> Particle {
        let out = &self.outgoing[place];
        if out.role == Role::NUCLEUS_OUT && !self.nuclei.is_empty() {
            self.target_of(event)
        } else if out.role == Role::LEPTON_OUT && out.particle.pdg_id == self.beam.pdg_id {
            self.beam_of(event)
        } else {
            out.particle
        }
    }

    /// The particle that is struck in an event.
    pub fn target_of(&self, event: &Event) -> Particle {
        let id = self.scalar(event, &Scalar::NUCLEUS);
        let found = id.and_then(|id| self.nuclei.iter().find(|one| f64::from(one.pdg_id) == id));
        found.copied().unwrap_or(self.target)
    }

    /// Takes energies from momenta and masses: those of single precision have lost the masses of what is fast, and the
    /// kinetic energies of what is slow.
    pub fn put_on_shell(&self, events: &mut EventBuffer) {
        for k in 0..events.len() {
            let Some(event) = events.get(k) else { break };
            for (i, rows) in events.momenta_mut().iter_mut().enumerate() {
                let particle = match i < self.outgoing.len() {
                    true => self.outgoing_of(&event, i),
                    false => self.beam_of(&event),
                };
                let ([e, x, y, z], m) = (&mut rows[k], particle.mass_gev);
                *e = (m * m + *x * *x + *y * *y + *z * *z).sqrt();
            }
        }
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

/// Momentum of a particle of this energy and mass (GeV) along the beam.
fn along_z(e: f64, m: f64) -> Momentum {
    [e, 0.0, 0.0, ((e - m) * (e + m)).sqrt()]
}

/// Largest number of scalars of an event.
pub const MAX_SCALARS: usize = 24;

/// One number that each event has beside its momenta.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// Name of the column; the suffix is the unit.
    pub name: Cow<'static, str>,
    /// The unit in words.
    pub units: Cow<'static, str>,
    /// What it is.
    pub description: Cow<'static, str>,
}

impl Scalar {
    /// PDG number of the nucleus that is struck, in mixtures.
    pub const NUCLEUS: Self = Self::new("nucleus", "1", "PDG number of the nucleus that is struck");
    /// Depth of the vertex below the front face of the target, cm.
    pub const VERTEX_Z: Self = Self::new(
        "vertex_z_cm",
        "cm",
        "depth of the vertex behind the front of the target",
    );
    /// Place of the vertex across the nominal axis of the beam, cm.
    pub const VERTEX_X: Self = Self::new(
        "vertex_x_cm",
        "cm",
        "place of the vertex across the nominal axis of the beam, horizontal",
    );
    /// The other one.
    pub const VERTEX_Y: Self = Self::new(
        "vertex_y_cm",
        "cm",
        "place of the vertex across the nominal axis of the beam, vertical",
    );
    /// Total energy of the beam particle at the vertex, GeV.
    pub const BEAM_ENERGY: Self = Self::new(
        "beam_energy_gev",
        "GeV",
        "energy of the beam particle at the vertex",
    );

    /// PDG number of what of the beam's shower made the event.
    pub const PROJECTILE: Self = Self::new(
        "projectile",
        "1",
        "PDG number of the particle of the shower that made the event",
    );

    /// The further weight of this name, which `words` describe.
    pub fn weight(name: &str, words: &str) -> Self {
        Self {
            name: Cow::Owned(format!("weight_{name}")),
            units: Cow::Borrowed("pb"),
            description: Cow::Owned(format!("weight for {words}; its mean is σ of that")),
        }
    }

    /// The name of the further weight that this is, if it is one.
    pub fn further_weight(&self) -> Option<&str> {
        self.name.strip_prefix("weight_")
    }

    const fn new(name: &'static str, units: &'static str, description: &'static str) -> Self {
        Self {
            name: Cow::Borrowed(name),
            units: Cow::Borrowed(units),
            description: Cow::Borrowed(description),
        }
    }
}

/// The columns of events: momenta by role, and scalars.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// The roles of the outgoing particles.
    pub roles: Arc<[Role]>,
    /// What else there is.
    pub scalars: Arc<[Scalar]>,
}

/// One event taken out of a buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Weight, pb.
    pub weight: f64,
    /// Reproduction key.
    pub index: u64,
    n: usize,
    p: [Momentum; MAX_OUTGOING],
    n_scalars: usize,
    scalars: [f64; MAX_SCALARS],
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
            n_scalars: 0,
            scalars: [0.0; MAX_SCALARS],
        }
    }

    /// The same event with these scalars, in the order of the process.
    ///
    /// # Panics
    /// If there are more than [`MAX_SCALARS`].
    #[must_use]
    pub fn with_scalars(mut self, scalars: &[f64]) -> Self {
        self.scalars[..scalars.len()].copy_from_slice(scalars);
        self.n_scalars = scalars.len();
        self
    }

    /// Scalars, in the order of the process.
    pub fn scalars(&self) -> &[f64] {
        &self.scalars[..self.n_scalars]
    }

    /// The same event with another weight, pb.
    #[must_use]
    pub fn with_weight(self, weight: f64) -> Self {
        Self { weight, ..self }
    }

    /// Whether the momenta of this event are those of `stored`, which a file of either [`Precision`] holds.
    pub fn is_stored_as(&self, stored: &Self) -> bool {
        Precision::ALL.into_iter().any(|precision| {
            let rounded = self.momenta().iter().map(|p| precision.rounded(*p));
            rounded.eq(stored.momenta().iter().copied())
        })
    }

    /// Momenta of the outgoing particles, in the order of the process; behind them that of the beam particle, where
    /// events have it.
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

/// Invariant mass of two particles of mass `m` from their momenta, GeV: √(4m² + 2(k₁·k₂ − m²)) with
/// E₁E₂ − |p₁||p₂| = m²(p₁² + p₂² + m²)/(E₁E₂ + |p₁||p₂|) and |p₁||p₂| − p₁·p₂ = (p₁×p₂)²/(|p₁||p₂| + p₁·p₂), for
/// (E₁ + E₂)² − (p₁ + p₂)² of fast particles is rounding.
pub fn pair_mass(m: f64, [e1, x1, y1, z1]: Momentum, [e2, x2, y2, z2]: Momentum) -> f64 {
    let (p1, p2) = (x1 * x1 + y1 * y1 + z1 * z1, x2 * x2 + y2 * y2 + z2 * z2);
    let cross = [y1 * z2 - z1 * y2, z1 * x2 - x1 * z2, x1 * y2 - y1 * x2];
    let cross = cross.iter().map(|c| c * c).sum::<f64>();
    let (p, dot) = ((p1 * p2).sqrt(), x1 * x2 + y1 * y2 + z1 * z2);
    let energies = m * m * (p1 + p2 + m * m) / (e1 * e2 + p);
    let angle = match dot > 0.0 {
        true => cross / (p + dot),
        false => p - dot,
    };
    (2.0 * (m * m + energies + angle)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(k: u64, n: u64) -> Event {
        let row = |j: u64| std::array::from_fn(|i| (100 * k + 10 * j + i as u64) as f64);
        Event::new(k as f64, k, &(1..=n).map(row).collect::<Vec<_>>())
    }

    fn columns(n: usize) -> Columns {
        let all = [Role::LEPTON_OUT, Role::NUCLEUS_OUT, Role::CHI, Role::CHIBAR];
        Columns {
            roles: all.into_iter().take(n).collect(),
            scalars: Arc::new([]),
        }
    }

    #[test]
    fn events_come_back_as_they_went_in() {
        let events = [event(1, 4), event(2, 4)];
        let mut buffer = EventBuffer::new(columns(4));
        events.iter().for_each(|e| buffer.push(e));
        let mut twice = EventBuffer::default();
        EventSink::write(&mut twice, &buffer).unwrap();
        EventSink::write(&mut twice, &buffer).unwrap();
        assert_eq!(twice.iter().collect::<Vec<_>>(), [events, events].concat());
        assert_eq!((twice.len(), twice.get(4)), (4, None));
        assert_eq!(twice.p(&Role::CHI).unwrap()[1], event(2, 4).momenta()[2]);
        let mut part = EventBuffer::new(columns(4));
        part.extend_range(&twice, 1..3);
        assert_eq!(part.iter().collect::<Vec<_>>(), [events[1], events[0]]);
        twice.clear();
        assert!(twice.is_empty() && twice.p(&Role::CHIBAR).unwrap().is_empty());
    }

    #[test]
    fn scalars_stay_with_their_events() {
        let mut columns = columns(3);
        columns.scalars = [Scalar::VERTEX_Z, Scalar::NUCLEUS].into_iter().collect();
        let mut buffer = EventBuffer::new(columns);
        let events = [1, 2, 3].map(|k| event(k, 3).with_scalars(&[0.5 * k as f64, 13.0]));
        events.iter().for_each(|e| buffer.push(e));
        let mut part = EventBuffer::new(buffer.columns().clone());
        part.extend_range(&buffer, 1..3);
        assert_eq!(part.scalar(&Scalar::VERTEX_Z), Some(&[1.0, 1.5][..]));
        assert_eq!(part.scalar(&Scalar::BEAM_ENERGY), None);
        let mut other = EventBuffer::default();
        other.extend_from(&part);
        assert_eq!(other.iter().collect::<Vec<_>>(), events[1..]);
    }

    #[test]
    fn a_buffer_has_the_columns_of_its_roles() {
        let mut buffer = EventBuffer::new(columns(3));
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
            nuclei: Vec::new(),
            outgoing: columns(4).roles.iter().map(outgoing).collect(),
            scalars: Vec::new(),
            beam_energy_gev: 5.0,
            has_p_beam: false,
        };
        assert_eq!(sample.p_beam(), [5.0, 0.0, 0.0, 4.0]);
        assert_eq!(sample.p_target(), [200.0, 0.0, 0.0, 0.0]);
        assert_eq!(sample.dark().map(|(i, _)| i).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(sample.position(&Role::CHIBAR), Some(3));
        assert_eq!(sum([[1.0; 4], [2.0; 4], [4.0; 4]]), [7.0; 4]);
    }
}
