//! Bytes: what a run leaves on disk, and how it is read again.
//!
//! This layer knows events, histograms and plain numbers, and no process: whoever has those can
//! write a file. [`hdf5`] is the format a run is stored in; [`export`] makes the exchange formats from it.
//! [`checkpoint`] keeps the state of an unfinished run, [`table`] holds tables as texts, [`row_log`] saves the rows of scans one by one, [`hepdata`] curves as HEPData takes them.
//! [`output`] is the rule of what may be written where, [`input`] opens what is read, [`card`] and [`limit`] cards and limits by file or shipped name, [`results`] reads what figures show.
//! Every path is written under a temporary name and renamed when it is complete and on the disk, so
//! a file with its final name is a whole file.
#![forbid(unsafe_code)]
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod card;
pub mod checkpoint;
mod error;
pub mod export;
pub mod hdf5;
pub mod hepdata;
pub mod input;
pub mod job;
pub mod limit;
mod lock;
mod missing;
pub mod output;
mod part;
pub mod results;
pub mod row_log;
pub mod table;
mod unfinished;

pub use error::{IoError, LockTrouble};
pub use part::{PartFile, finish};
pub use unfinished::remove_all as remove_unfinished;
