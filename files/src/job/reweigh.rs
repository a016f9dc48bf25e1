//! Further weights of a run: for a card that asks for them, and for a run that is complete.
//!
//! Every event is made again from its key as far as its point, which takes its adapted map; a run that joins
//! several seeds has one of each. Another version of the program may adapt otherwise and find other points:
//! a hundred events of each seed have to have the momenta that they have in the file. Pinned by `cli/tests/reweight.rs`.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::{JobError, Watcher, listening};
use crate::card;
use crate::hdf5::{self, Further, RunReader, RunWriter};
use millibrem::card::{Override, RunCard};
use millibrem::event::{Event, EventBuffer, Scalar};
use millibrem::generate::{GenerateError, Generator};
use millibrem::process::Process;
use millibrem::record::{FurtherWeight, Member, RunSummary, WeightSums};
use millibrem::run;

/// The columns of the further weights of a card.
pub(super) fn columns(card: &RunCard) -> Vec<Scalar> {
    let specs = card.weights.iter();
    specs
        .map(|spec| Scalar::weight(&spec.name, &spec.words()))
        .collect()
}

/// What makes the quotients of further weights: the processes, and an adapted generator for each seed.
pub(super) struct Reweigher<'a> {
    card: RunCard,
    others: Vec<Arc<dyn Process>>,
    members: Vec<Adapted<'a>>,
    stored: Stored<'a>,
    /// Why it failed, if it did.
    failed: Option<JobError>,
}

/// Events of each seed that are made again whole and compared: where only the scales of boxes are others, so are only some
/// of the points.
const COMPARED: usize = 100;

/// The event in a row, where it is stored.
type Stored<'a> = Box<dyn Fn(usize) -> Result<Option<Event>, JobError> + 'a>;

/// The events of one seed.
struct Adapted<'a> {
    rows: Range<usize>,
    first_index: u64,
    n_events: u64,
    generator: Own<'a>,
}

/// A generator that is there, or is to be made for a seed.
enum Own<'a> {
    There(&'a mut Generator),
    Made(Box<Generator>),
    Seed(u64),
}

impl<'a> Reweigher<'a> {
    /// Of the run of `card` that `generator` has made.
    pub(super) fn of(card: &RunCard, generator: &'a mut Generator) -> Result<Self, JobError> {
        let all = Adapted {
            rows: 0..usize::MAX,
            first_index: 0,
            n_events: card.events.count,
            generator: Own::There(generator),
        };
        Self::with(card, vec![all], Box::new(|_| Ok(None)))
    }

    /// Of a run of `card` that joins these and whose events are `stored`; or of its own seed, if there is none.
    fn of_seeds(card: &RunCard, members: &[Member], stored: Stored<'a>) -> Result<Self, JobError> {
        let mut row = 0;
        let mut all: Vec<Adapted<'_>> = Vec::new();
        for member in members {
            let n = usize::try_from(member.n_events).unwrap_or(usize::MAX);
            all.push(Adapted {
                rows: row..row.saturating_add(n),
                first_index: member.first_index,
                n_events: member.n_events,
                generator: Own::Seed(member.seed),
            });
            row = row.saturating_add(n);
        }
        if all.is_empty() {
            all.push(Adapted {
                rows: 0..usize::MAX,
                first_index: 0,
                n_events: card.events.count,
                generator: Own::Seed(card.run.seed),
            });
        }
        Self::with(card, all, stored)
    }

    fn with(
        card: &RunCard,
        members: Vec<Adapted<'a>>,
        stored: Stored<'a>,
    ) -> Result<Self, JobError> {
        Ok(Self {
            others: run::weights(card)?,
            card: card.clone(),
            members,
            stored,
            failed: None,
        })
    }

    /// Completes the file of the run with the weights of its card.
    fn finish(
        mut self,
        writer: RunWriter,
        summary: &RunSummary,
        members: &[Member],
        watcher: &mut dyn Watcher,
    ) -> Result<Vec<FurtherWeight>, JobError> {
        let columns = columns(&self.card);
        let written = {
            let mut values = |row: usize, keys: &[u64], weights: &[f64]| {
                Ok(self.values(row, keys, weights, &mut *watcher)?)
            };
            let mut further = Further {
                columns,
                values: &mut values,
                found: Vec::new(),
            };
            let written = writer.finish_with(summary, members, Some(&mut further));
            written.map(|()| further.found)
        };
        match self.failed {
            Some(error) => Err(error),
            None => Ok(written?),
        }
    }

    /// The weights of events from `row` on, and says what goes wrong in `failed`.
    fn values(
        &mut self,
        row: usize,
        keys: &[u64],
        weights: &[f64],
        watcher: &mut dyn Watcher,
    ) -> Result<Vec<Vec<f64>>, String> {
        let made = self.try_values(row, keys, weights, watcher);
        made.map_err(|error| {
            let words = error.to_string();
            self.failed = Some(error);
            words
        })
    }

    fn try_values(
        &mut self,
        row: usize,
        keys: &[u64],
        weights: &[f64],
        watcher: &mut dyn Watcher,
    ) -> Result<Vec<Vec<f64>>, JobError> {
        let mut all = vec![Vec::with_capacity(keys.len()); self.others.len()];
        for member in &mut self.members {
            let part = row.max(member.rows.start)..(row + keys.len()).min(member.rows.end);
            if part.is_empty() {
                continue;
            }
            if watcher.should_stop() {
                return Err(GenerateError::Stopped.into());
            }
            let mut card = self.card.clone();
            card.events.count = member.n_events;
            let keys: Vec<u64> = keys[part.start - row..part.end - row]
                .iter()
                .map(|key| key.saturating_sub(member.first_index))
                .collect();
            if let Own::Seed(seed) = member.generator {
                card.run.seed = seed;
                let mut made = Generator::new(run::process(&card)?, run::settings(&card))?;
                let hear = &mut listening(&mut *watcher);
                made.adapt(hear)?;
                let n = usize::try_from(member.n_events).unwrap_or(usize::MAX);
                for row in (0..n).step_by(n.div_ceil(COMPARED).max(1)) {
                    let Some(stored) = (self.stored)(member.rows.start.saturating_add(row))? else {
                        break;
                    };
                    let key = stored.index.saturating_sub(member.first_index);
                    let again = match made.event(&run::events(&card), key, hear) {
                        Ok(event) => Some(event),
                        Err(GenerateError::NoSuchEvent { .. }) => None,
                        Err(error) => return Err(error.into()),
                    };
                    if again.is_none_or(|event| !event.is_stored_as(&stored)) {
                        return Err(JobError::Usage(format!(
                            "the events of seed {seed} cannot be made again, so they get no other weights and nothing was changed: that of index {} comes out with other momenta, as of another version of the program",
                            stored.index
                        )));
                    }
                }
                member.generator = Own::Made(Box::new(made));
            }
            let generator = match &mut member.generator {
                Own::There(generator) => &mut **generator,
                Own::Made(generator) => &mut **generator,
                Own::Seed(_) => continue,
            };
            let (request, others) = (run::events(&card), &self.others);
            let hear = &mut listening(&mut *watcher);
            let ratios = generator.ratios(&request, &keys, others, hear)?;
            let weights = &weights[part.start - row..part.end - row];
            for (all, ratios) in all.iter_mut().zip(ratios) {
                all.extend(weights.iter().zip(ratios).map(|(w, ratio)| w * ratio));
            }
        }
        Ok(all)
    }
}

/// Adds the further weights of `card` to all its events in memory.
pub(super) fn add(
    card: &RunCard,
    generator: &mut Generator,
    events: &mut EventBuffer,
    watcher: &mut dyn Watcher,
) -> Result<Vec<FurtherWeight>, JobError> {
    if card.weights.is_empty() {
        return Ok(Vec::new());
    }
    let mut reweigher = Reweigher::of(card, generator)?;
    let others = reweigher.try_values(0, &events.index, &events.weight, watcher)?;
    let mut all = Vec::new();
    for (scalar, other) in columns(card).into_iter().zip(others) {
        let mut sums = WeightSums::default();
        sums.add_all(&events.weight, &other);
        all.push(FurtherWeight::new(&scalar, &sums));
        events.add_scalar(scalar, other);
    }
    Ok(all)
}

/// Completes the file of a run of `card`, its further weights with it.
pub(super) fn finish(
    writer: RunWriter,
    summary: &RunSummary,
    card: &RunCard,
    generator: &mut Generator,
    watcher: &mut dyn Watcher,
) -> Result<Vec<FurtherWeight>, JobError> {
    match card.weights.is_empty() {
        true => Ok(writer.finish(summary).map(|()| Vec::new())?),
        false => Reweigher::of(card, generator)?.finish(writer, summary, &[], watcher),
    }
}

/// The same of a file that joins the runs of `members`, whose events are `stored`.
pub(super) fn finish_joined(
    writer: RunWriter,
    summary: &RunSummary,
    card: &RunCard,
    members: &[Member],
    stored: Stored<'_>,
    watcher: &mut dyn Watcher,
) -> Result<Vec<FurtherWeight>, JobError> {
    match card.weights.is_empty() {
        true => Ok(writer
            .finish_with(summary, members, None)
            .map(|()| Vec::new())?),
        false => {
            Reweigher::of_seeds(card, members, stored)?.finish(writer, summary, members, watcher)
        }
    }
}

/// Adds to the run in `path` one further weight, called `name`, for which `set` (`section.key=value`)
/// holds, on `threads` threads (0: all).
///
/// # Errors
/// [`JobError::Card`] if the weight cannot be had, [`JobError::Usage`] if the run has it already; other
/// [`JobError`]s as for any run. The run stays as it was then.
pub fn reweight(
    path: &Path,
    name: &str,
    set: &[String],
    threads: usize,
    watcher: &mut dyn Watcher,
) -> Result<FurtherWeight, JobError> {
    let run = RunReader::open(path)?;
    let shown = path.display().to_string();
    if run.n_events() == 0 {
        return Err(JobError::Usage(format!(
            "{shown} has no events, which are what gets other weights"
        )));
    }
    let stored = &run.header().card;
    let mut card = card::of_text(&shown, "run", stored).with(&[])?;
    if card.weights.iter().any(|spec| spec.name == name) {
        return Err(JobError::Usage(format!(
            "{shown} has a weight called {name} already: choose another name"
        )));
    }
    let wanted = with_weight(&shown, stored, name, set, threads)?;
    let stored = |row: usize| stored_in(&run, row);
    let mut reweigher = Reweigher::of_seeds(&wanted, &run.members()?, Box::new(stored))?;
    let columns = columns(&wanted);
    card.weights.extend(wanted.weights);
    let written = {
        let mut values = |row: usize, keys: &[u64], weights: &[f64]| {
            Ok(reweigher.values(row, keys, weights, &mut *watcher)?)
        };
        let mut further = Further {
            columns,
            values: &mut values,
            found: Vec::new(),
        };
        let written = hdf5::reweigh(path, &card.to_recorded_toml(), &mut further);
        written.map(|()| further.found.pop())
    };
    match (reweigher.failed, written?) {
        (None, Some(found)) => Ok(found),
        (Some(error), _) => Err(error),
        (None, None) => Err(JobError::Usage(format!("{shown}: no weight was added"))),
    }
}

/// The event in a row of a run.
pub(super) fn stored_in(run: &RunReader, row: usize) -> Result<Option<Event>, JobError> {
    let mut one = EventBuffer::default();
    run.read_events(row, 1, &mut one)?;
    Ok(one.get(0))
}

/// The weights in pb of `events` of the card `stored` where `set` (`section.key=value`) holds; of a run that
/// joins `members`, if there are any.
///
/// # Errors
/// As [`reweight`].
pub fn other_weights(
    stored: &str,
    members: &[Member],
    events: &EventBuffer,
    set: &[String],
    watcher: &mut dyn Watcher,
) -> Result<Vec<f64>, JobError> {
    let wanted = with_weight("the card of the run", stored, "other", set, 0)?;
    let stored = |row: usize| Ok(events.get(row));
    let mut reweigher = Reweigher::of_seeds(&wanted, members, Box::new(stored))?;
    let mut all = reweigher.try_values(0, &events.index, &events.weight, watcher)?;
    Ok(all.pop().unwrap_or_default())
}

/// The card `stored` with one further weight in place of its own.
fn with_weight(
    file: &str,
    stored: &str,
    name: &str,
    set: &[String],
    threads: usize,
) -> Result<RunCard, JobError> {
    let text = card::of_text(file, "run", stored);
    let mut wanted = text.with(&[Override::weight(name, set)?])?;
    wanted.run.threads = threads;
    Ok(wanted)
}
