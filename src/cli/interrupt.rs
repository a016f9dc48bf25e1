//! Ctrl-C, and the signals by which a system ends a program: asked once, it saves and ends.

use std::sync::atomic::{AtomicBool, Ordering};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on a first interruption is only noted, for a job to save what it has; a second one ends
/// the program at once.
pub(crate) fn note() {
    let noted = ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            std::process::exit(1);
        }
    });
    // Only the second call fails; the first has done it.
    let _ = noted;
}

/// Whether the program is to end.
pub(crate) fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
