//! All that a run file holds, to compare runs.

use std::path::Path;

use millibrem::event::EventBuffer;
use millibrem_files::hdf5::RunReader;

/// Everything in a run file but what depends on the machine and the hour.
#[derive(PartialEq)]
pub(crate) struct Contents {
    pub(crate) events: EventBuffer,
    /// Header, σ with its table, histograms, provenance; every digit.
    pub(crate) rest: String,
}

pub(crate) fn contents(path: &Path) -> Contents {
    let run = RunReader::open(path).unwrap();
    let mut events = EventBuffer::default();
    run.read_events(0, run.n_events(), &mut events).unwrap();
    let rest = (
        run.header(),
        run.generator().unwrap(),
        run.cross_section().unwrap(),
        run.histograms().unwrap(),
        run.provenance().unwrap(),
    );
    Contents {
        events,
        rest: format!("{rest:?}"),
    }
}
