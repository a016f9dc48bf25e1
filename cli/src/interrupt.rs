//! The signals by which a user or a system ends a program, and the one that limits files.
//!
//! Whatever command they end, its unfinished files go with it; a command that can save what it has
//! only takes note of the first. A file that would be larger than allowed is an error of the write,
//! as on a full disk, not the end of the program. Pinned by `cli/tests/files/signals.rs` and
//! `cli/tests/reliability.rs`.

#[cfg(unix)]
pub(crate) use unix::{endure, listen, note, requested};

#[cfg(unix)]
mod unix {
    use std::ffi::c_int;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, LazyLock, OnceLock, mpsc};
    use std::thread;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::{Handle, Signals};
    use signal_hook::{flag, low_level};

    const ENDING: [c_int; 3] = [SIGHUP, SIGINT, SIGTERM];

    /// Whether a first signal is only noted.
    static NOTED: AtomicBool = AtomicBool::new(false);
    static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
    /// Of the thread that listens, if there could be one.
    static LISTENER: OnceLock<Handle> = OnceLock::new();

    /// A file that becomes too large is an error from now on. To be called once, at the beginning.
    pub(crate) fn endure() {
        // Caught, it does not end the program; the write that caused it fails.
        let _ = flag::register(SIGXFSZ, Arc::default());
    }

    /// Begins to listen. To be called once, before a file is begun: what makes none is ended by the system.
    pub(crate) fn listen() {
        let (started, waits) = mpsc::channel();
        let work = move || {
            // What was ignored from the beginning, as under nohup, stays so.
            let ignored = ignored();
            let wanted = ENDING.iter().filter(|&&s| ignored >> (s - 1) & 1 == 0);
            let Ok(mut signals) = Signals::new(wanted) else {
                return;
            };
            let _ = LISTENER.set(signals.handle());
            drop(started);
            for signal in &mut signals {
                if NOTED.load(Ordering::Relaxed) && !REQUESTED.swap(true, Ordering::Relaxed) {
                    continue;
                }
                millibrem_files::remove_unfinished();
                let _ = low_level::emulate_default_handler(signal);
            }
        };
        if thread::Builder::new().spawn(work).is_ok() {
            // Nothing is ever sent: it ends when the other end is dropped.
            let _: Result<(), _> = waits.recv();
        }
    }

    /// From now on a first signal is only noted, for a job to save what it has; a second one ends
    /// the program at once.
    pub(crate) fn note() {
        NOTED.store(true, Ordering::Relaxed);
        for signal in ENDING {
            let _ = match LISTENER.get() {
                Some(listener) => listener.add_signal(signal),
                // No thread could be had: the signal handler does it alone.
                None => flag::register_conditional_default(signal, REQUESTED.clone())
                    .and_then(|_| flag::register(signal, REQUESTED.clone()))
                    .map(|_| ()),
            };
        }
    }

    /// Whether the program is to end.
    pub(crate) fn requested() -> bool {
        REQUESTED.load(Ordering::Relaxed)
    }

    /// The signals that this process was started to ignore, one a bit; none where the system does
    /// not tell.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|l| l.strip_prefix("SigIgn:"));
        mask.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok())
            .unwrap_or(0)
    }
}

#[cfg(not(unix))]
pub(crate) fn endure() {}

#[cfg(not(unix))]
pub(crate) fn listen() {}

#[cfg(not(unix))]
pub(crate) fn note() {}

#[cfg(not(unix))]
pub(crate) fn requested() -> bool {
    false
}
