//! Long work on a thread of its own, with the interpreter released.
//!
//! The thread that called waits, looks every [`LOOK`] for signals, and tells the progress; so Ctrl-C
//! and the callback need nothing of the work but that it asks [`Shared::stopped`] now and then.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use millibrem::generate::{self, Phase, SigmaReport};
use millibrem::study::Watch;
use millibrem_files::job::Watcher;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::errors::Failure;

/// How often signals are looked for.
const LOOK: Duration = Duration::from_millis(25);

/// How long work that keeps nothing may take to hear of its end, before it is left alone.
const GRACE: u32 = 4;

/// How far a run is.
#[pyclass(frozen, get_all, module = "millibrem")]
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What the points are for: ``adapt``, ``measure``, ``maxima``, ``events``, or ``rows`` of a study.
    phase: &'static str,
    /// Iteration, from 0.
    iteration: u32,
    /// Most iterations of this phase.
    iterations: u32,
    /// Points of the iteration, or rows, that are done.
    done: u64,
    /// Points of the iteration, or rows.
    total: u64,
    /// Average of the iterations before this one, pb; None in the first.
    mean: Option<f64>,
    /// Its standard error, pb.
    sdev: Option<f64>,
}

#[pymethods]
impl Progress {
    fn __repr__(&self) -> String {
        let Self {
            phase,
            iteration,
            done,
            total,
            ..
        } = self;
        format!(
            "Progress({phase}, iteration {}, {done} of {total} points)",
            iteration + 1
        )
    }
}

/// What the work and the thread that waits for it have in common.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    stop: AtomicBool,
    events: AtomicBool,
    progress: Mutex<Option<Progress>>,
}

impl Shared {
    /// Whether the work is to end.
    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Takes note of progress, and says whether to go on.
    pub(crate) fn hear(&self, p: &generate::Progress) -> ControlFlow<()> {
        let phase = match (p.phase, self.events.load(Ordering::Relaxed)) {
            (Phase::Adapt, _) => "adapt",
            (Phase::Maxima, _) => "maxima",
            (_, true) => "events",
            (_, false) => "measure",
        };
        let news = Progress {
            phase,
            iteration: p.iteration,
            iterations: p.iterations,
            done: p.done,
            total: p.total,
            mean: p.estimate.map(|e| e.mean),
            sdev: p.estimate.map(|e| e.sdev),
        };
        self.tell(news);
        match self.stopped() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn tell(&self, news: Progress) {
        if let Ok(mut latest) = self.progress.lock() {
            *latest = Some(news);
        }
    }

    fn news(&self) -> Option<Progress> {
        self.progress
            .lock()
            .ok()
            .and_then(|mut latest| latest.take())
    }
}

/// A study of many rows.
impl Watch for Shared {
    fn rows(&self, done: usize, total: usize) {
        self.tell(Progress {
            phase: "rows",
            iteration: 0,
            iterations: 1,
            done: done as u64,
            total: total as u64,
            mean: None,
            sdev: None,
        });
    }

    fn should_stop(&self) -> bool {
        self.stopped()
    }
}

/// A job tells what is shared, and keeps its notes.
pub(crate) struct Notes {
    pub(crate) shared: Arc<Shared>,
    pub(crate) notes: Vec<String>,
}

impl Notes {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            notes: Vec::new(),
        }
    }
}

impl Watcher for Notes {
    fn progress(&mut self, progress: &generate::Progress) {
        // A job asks `should_stop` itself.
        let _ = self.shared.hear(progress);
    }

    fn measured(&mut self, _: &SigmaReport, _: u64) {
        self.shared.events.store(true, Ordering::Relaxed);
    }

    fn note(&mut self, words: &str) {
        self.notes.push(words.to_owned());
    }

    fn should_stop(&self) -> bool {
        self.shared.stopped()
    }
}

/// What becomes of work that is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It saves what it has, and that is waited for.
    Saves,
    /// It leaves nothing; it is not waited for for long.
    Loses,
}

/// Does `work`, whose end is `end` when a signal or the callback wants it.
///
/// # Errors
/// What `work` fails with, what a signal or the callback raises; what cannot be called is none.
pub(crate) fn wait<T: Send + 'static>(
    py: Python<'_>,
    callback: Option<&Bound<'_, PyAny>>,
    end: End,
    work: impl FnOnce(Arc<Shared>) -> Result<T, Failure> + Send + 'static,
) -> PyResult<T> {
    if let Some(other) = callback.filter(|given| !given.is_callable()) {
        let found = other.repr()?;
        let words = format!("progress: found {found}, expected something to call, or None");
        return Err(Failure::Usage(words).into());
    }
    let shared = Arc::new(Shared::default());
    let (done, mut result) = mpsc::channel();
    let theirs = shared.clone();
    thread::Builder::new()
        .name("millibrem".to_owned())
        .spawn(move || done.send(work(theirs)))
        .map_err(|e| PyRuntimeError::new_err(format!("cannot start a thread: {e}")))?;
    let mut raised: Option<PyErr> = None;
    let mut patience = GRACE;
    loop {
        let waiting = &mut result;
        match py.detach(move || waiting.recv_timeout(LOOK)) {
            Ok(found) => {
                return match (raised, found) {
                    (None, found) => Ok(found?),
                    (Some(error), Err(failure)) => {
                        // The text says how to go on.
                        error.set_cause(py, Some(failure.into()));
                        Err(error)
                    }
                    (Some(error), Ok(_)) => Err(error),
                };
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("the work has panicked"));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if raised.is_some() {
            patience = patience.saturating_sub(1);
            if patience == 0 && end == End::Loses {
                return Err(raised.unwrap_or_else(|| PyRuntimeError::new_err("stopped")));
            }
            continue;
        }
        if let Err(error) = heard(py, callback, &shared) {
            shared.stop.store(true, Ordering::Relaxed);
            raised = Some(error);
        }
    }
}

/// Looks for signals and tells the progress.
fn heard(py: Python<'_>, callback: Option<&Bound<'_, PyAny>>, shared: &Shared) -> PyResult<()> {
    py.check_signals()?;
    if let Some(callback) = callback
        && let Some(news) = shared.news()
    {
        callback.call1((news,))?;
    }
    Ok(())
}
