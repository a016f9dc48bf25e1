//! A complete run becomes longer.
//!
//! The run of a card with more events is that of fewer events with others behind them: σ, its
//! histograms and the random streams know nothing of `events.count`, only the one factor of all
//! weights does. So the longer run is made as any run is, into the name of the shorter one, which
//! stays whole until the longer one replaces it in a single step. The events that were there are
//! made again: that takes no longer than to copy them, and weights keep every bit, as scaled ones
//! would not. Pinned by `cli/tests/extend.rs`.

use std::path::{Path, PathBuf};

use super::{JobError, state};
use crate::checkpoint;
use crate::hdf5::{RunReader, RunWriter};
use millibrem::card::RunCard;
use millibrem::event::{EventBuffer, EventSink, SinkError};
use millibrem::record::{CrossSection, Fact};

/// Name of the fact, among the timings of a run, that says how many events it had before.
const EXTENDED_FROM: &str = "extended_from";
/// Events of the shorter run that are compared with those made again.
const COMPARED: usize = 8192;

/// How long a run is and is to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    /// Events it has.
    pub from: u64,
    /// Events it is to have; no more than it has if an interrupted extension is complete after all.
    pub to: u64,
}

impl Extension {
    /// The extension of the complete run in `output` by `more` events; `resume` says that it may
    /// have been begun, or done, by an earlier process.
    ///
    /// # Errors
    /// [`JobError::NotExtensible`] if there is no such run, or it is not of `card`.
    pub fn of(card: &RunCard, output: &Path, more: u64, resume: bool) -> Result<Self, JobError> {
        let cannot = |what: &str| JobError::NotExtensible {
            output: output.to_owned(),
            what: what.to_owned(),
        };
        if !output.exists() {
            return Err(cannot(match checkpoint::exists(output) {
                true => "its run is not complete; go on with --resume and without --extend first",
                false => "there is no run yet; generate it without --extend first",
            }));
        }
        let run = RunReader::open(output)?;
        if !run.members()?.is_empty() {
            return Err(cannot(
                "it joins runs of several seeds; extend one of those, or make one of another seed, and join them again",
            ));
        }
        let from = run.n_events() as u64;
        let mut same = card.clone();
        same.events.count = from;
        let stored = &run.header().card;
        if let Some(what) = state::card_difference(stored, &same.to_toml()) {
            return Err(cannot(&what));
        }
        let to = from
            .checked_add(more)
            .ok_or_else(|| cannot("it would have too many events"))?;
        let recorded = run.timings()?.into_iter().find_map(|fact| match fact {
            (name, Fact::Integer(n)) if name == EXTENDED_FROM => u64::try_from(n).ok(),
            _ => None,
        });
        let begun = state::count_of(output) == Some(to);
        let done = resume && !begun && recorded.is_some_and(|n| n.checked_add(more) == Some(from));
        Ok(Self {
            from,
            to: if done { from } else { to },
        })
    }
}

/// What the shorter run was.
pub(super) struct Before {
    output: PathBuf,
    n_events: u64,
    value_pb: f64,
    error_pb: f64,
    first: EventBuffer,
    /// The next event to be compared.
    at: usize,
    same: bool,
}

impl Before {
    /// Reads it, `n_events` long as it was found.
    pub(super) fn read(output: &Path, n_events: u64) -> Result<Self, JobError> {
        let run = RunReader::open(output)?;
        if run.n_events() as u64 != n_events {
            return Err(JobError::NotExtensible {
                output: output.to_owned(),
                what: "it was changed by another process meanwhile".to_owned(),
            });
        }
        let sigma = run.cross_section()?;
        let mut first = EventBuffer::default();
        run.read_events(0, COMPARED, &mut first)?;
        // They are made last.
        first.retain_scalars(|scalar| scalar.further_weight().is_none());
        Ok(Self {
            output: output.to_owned(),
            n_events,
            value_pb: sigma.value_pb,
            error_pb: sigma.error_pb,
            first,
            at: 0,
            same: true,
        })
    }

    /// Fails if σ does not come out as it was, as from another version of the program.
    pub(super) fn check(&self, found: &CrossSection) -> Result<(), JobError> {
        let bits = |value: f64, error: f64| (value.to_bits(), error.to_bits());
        if bits(found.value_pb, found.error_pb) == bits(self.value_pb, self.error_pb) {
            return Ok(());
        }
        Err(JobError::NotExtensible {
            output: self.output.clone(),
            what: format!(
                "its sigma is {:e} pb and this version finds {:e} pb; nothing was changed. Make a run of another seed and join both with millibrem merge --seeds",
                self.value_pb, found.value_pb
            ),
        })
    }

    /// `sink` behind `done` events, watched.
    pub(super) fn watch<'a>(&'a mut self, done: u64, sink: &'a mut RunWriter) -> Watched<'a> {
        self.at = usize::try_from(done).unwrap_or(usize::MAX);
        Watched { before: self, sink }
    }

    /// The fact that tells of it.
    pub(super) fn fact(&self) -> (String, Fact) {
        let n = i64::try_from(self.n_events).unwrap_or(i64::MAX);
        (EXTENDED_FROM.to_owned(), Fact::Integer(n))
    }

    /// What has become of its events.
    pub(super) fn words(&self) -> String {
        let n = self.n_events;
        match self.same {
            true => format!("the first {n} events are those that were there, with new weights"),
            false => format!(
                "none of the {n} events that were there is kept: so many more make the search for maxima a longer one, and unweighting begins anew"
            ),
        }
    }
}

/// A sink that compares the first events with those of the shorter run.
pub(super) struct Watched<'a> {
    before: &'a mut Before,
    sink: &'a mut RunWriter,
}

impl Watched<'_> {
    fn look(&mut self, events: &EventBuffer) {
        let before = &mut *self.before;
        for i in 0..events.len() {
            let (Some(old), Some(new)) = (before.first.get(before.at), events.get(i)) else {
                break;
            };
            before.same &=
                new.index == old.index && new.scalars() == old.scalars() && new.is_stored_as(&old);
            before.at += 1;
        }
    }
}

impl EventSink for Watched<'_> {
    fn write(&mut self, events: &EventBuffer) -> Result<(), SinkError> {
        self.look(events);
        self.sink.write(events)
    }

    fn take(&mut self, events: &mut EventBuffer) -> Result<(), SinkError> {
        self.look(events);
        self.sink.take(events)
    }
}
