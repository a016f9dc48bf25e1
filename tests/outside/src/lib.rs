//! What a physicist adds without touching the library: a process, an approximation, a form factor, an observable, an
//! export; `tests/all_the_way.rs` takes them through adaptation, histograms, events, run file and
//! formats.
#![forbid(unsafe_code)]

pub mod approximation;
pub mod export;
pub mod form_factor;
pub mod observable;
pub mod process;
