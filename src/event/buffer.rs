//! Events as columns, and what takes them in the order of the sample.
//!
//! Weights are in pb once the whole sample is known ([`EventSink::normalise`]). Pinned by the tests of
//! the room and by the contract test of all output formats.

use std::error::Error;
use std::ops::Range;

use super::{Columns, Event, Momentum, Scalar};
use crate::particle::Role;

/// Events as columns of equal length: weights, reproduction keys and the momenta by role.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventBuffer {
    /// Weights, pb; their mean over the whole sample is the cross section.
    pub weight: Vec<f64>,
    /// Reproduction keys: card, seed and this number make the event again.
    pub index: Vec<u64>,
    columns: Columns,
    momenta: Vec<Vec<Momentum>>,
    scalars: Vec<Vec<f64>>,
}

impl EventBuffer {
    /// An empty buffer of these columns; one made by `default` takes over those of what is added to
    /// it first.
    pub fn new(columns: Columns) -> Self {
        Self {
            momenta: vec![Vec::new(); columns.roles.len()],
            scalars: vec![Vec::new(); columns.scalars.len()],
            columns,
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

    /// What the columns are.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The roles, in the order of the columns.
    pub fn roles(&self) -> &[Role] {
        &self.columns.roles
    }

    /// Momenta of the particles of this role, if there are such.
    pub fn p(&self, role: &Role) -> Option<&[Momentum]> {
        let column = self.columns.roles.iter().position(|mine| mine == role)?;
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

    /// Scalars, one column each.
    pub fn scalars(&self) -> &[Vec<f64>] {
        &self.scalars
    }

    /// Scalars to be filled by a reader.
    pub fn scalars_mut(&mut self) -> &mut [Vec<f64>] {
        &mut self.scalars
    }

    /// The column of a scalar, if there is one.
    pub fn scalar(&self, scalar: &Scalar) -> Option<&[f64]> {
        let scalars = &self.columns.scalars;
        let column = scalars.iter().position(|mine| mine == scalar)?;
        Some(&self.scalars[column])
    }

    /// Gives every event the weight `pb`, and scales its further weights as much.
    pub fn set_weights(&mut self, pb: f64) {
        for (scalar, rows) in self.columns.scalars.iter().zip(&mut self.scalars) {
            if scalar.further_weight().is_some() {
                for (x, weight) in rows.iter_mut().zip(&self.weight) {
                    *x *= pb / weight;
                }
            }
        }
        self.weight.fill(pb);
    }

    /// Adds a column of scalars to events that are all there.
    ///
    /// # Panics
    /// If its length is another.
    pub fn add_scalar(&mut self, scalar: Scalar, values: Vec<f64>) {
        assert_eq!(values.len(), self.len(), "a column of another length");
        let columns = self.columns.scalars.iter().cloned().chain([scalar]);
        self.columns.scalars = columns.collect();
        self.scalars.push(values);
    }

    /// Leaves out the scalars that `keep` does not hold.
    pub fn retain_scalars(&mut self, keep: impl Fn(&Scalar) -> bool) {
        let mut kept = Vec::new();
        let all = std::mem::take(&mut self.scalars);
        for (scalar, values) in self.columns.scalars.iter().zip(all) {
            if keep(scalar) {
                kept.push(scalar.clone());
                self.scalars.push(values);
            }
        }
        self.columns.scalars = kept.into();
    }

    /// Removes all events, keeps the memory and takes over the columns.
    pub fn begin(&mut self, columns: &Columns) {
        if self.columns != *columns {
            *self = Self::new(columns.clone());
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
        self.scalars.iter_mut().for_each(|rows| rows.truncate(n));
    }

    /// Adds one event.
    ///
    /// # Panics
    /// If its particles are not as many as the roles, or its scalars as many as those.
    pub fn push(&mut self, event: &Event) {
        assert_eq!(event.n, self.momenta.len(), "particles without a role");
        assert_eq!(
            event.n_scalars,
            self.scalars.len(),
            "scalars without a name"
        );
        self.weight.push(event.weight);
        self.index.push(event.index);
        for (rows, p) in self.momenta.iter_mut().zip(event.momenta()) {
            rows.push(*p);
        }
        for (rows, x) in self.scalars.iter_mut().zip(event.scalars()) {
            rows.push(*x);
        }
    }

    /// Adds all events of `other` behind its own.
    ///
    /// # Panics
    /// If there are events of other columns here already.
    pub fn extend_from(&mut self, other: &Self) {
        if self.is_empty() && self.columns != other.columns {
            self.begin(&other.columns);
        }
        assert_eq!(self.columns, other.columns, "events of other columns");
        self.extend_range(other, 0..other.len());
    }

    /// Adds the events `range` of `other`, which has the same columns, behind its own; weights that are
    /// not there yet are left out.
    ///
    /// # Panics
    /// If the columns differ, or the range is not there.
    pub fn extend_range(&mut self, other: &Self, range: Range<usize>) {
        assert_eq!(self.columns, other.columns, "events of other columns");
        self.weight
            .extend(other.weight.get(range.clone()).unwrap_or_default());
        self.index.extend_from_slice(&other.index[range.clone()]);
        for (rows, more) in self.momenta.iter_mut().zip(&other.momenta) {
            rows.extend_from_slice(&more[range.clone()]);
        }
        for (rows, more) in self.scalars.iter_mut().zip(&other.scalars) {
            rows.extend_from_slice(&more[range.clone()]);
        }
    }

    /// The event at position `i`, or `None` behind the end.
    pub fn get(&self, i: usize) -> Option<Event> {
        let mut event = Event::new(*self.weight.get(i)?, *self.index.get(i)?, &[]);
        for (p, rows) in event.p.iter_mut().zip(&self.momenta) {
            *p = *rows.get(i)?;
        }
        event.n = self.momenta.len();
        for (x, rows) in event.scalars.iter_mut().zip(&self.scalars) {
            *x = *rows.get(i)?;
        }
        event.n_scalars = self.scalars.len();
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

    /// The same of events that nobody else wants any more: their memory may be exchanged for other, so
    /// that nothing is copied. Whoever calls it clears the buffer before using it again.
    ///
    /// # Errors
    /// As [`Self::write`].
    fn take(&mut self, events: &mut EventBuffer) -> Result<(), SinkError> {
        self.write(events)
    }

    /// Learns, once all events are there, what turns their raw weights into pb: only the whole sample
    /// tells, since its mean is to be σ.
    ///
    /// # Errors
    /// As [`Self::write`].
    fn normalise(&mut self, _pb_per_weight: f64) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Keeps the events of one sample in memory, in pb once it is complete.
impl EventSink for EventBuffer {
    fn write(&mut self, events: &EventBuffer) -> Result<(), SinkError> {
        self.extend_from(events);
        Ok(())
    }

    fn normalise(&mut self, pb_per_weight: f64) -> Result<(), SinkError> {
        for weight in &mut self.weight {
            *weight *= pb_per_weight;
        }
        Ok(())
    }
}
