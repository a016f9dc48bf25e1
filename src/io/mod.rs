//! Bytes: what a run leaves on disk, and how it is read again.
//!
//! This layer knows events, histograms and plain numbers, and no process: whoever has those can
//! write a file. [`hdf5`] is the format a run is stored in; [`export`] makes the exchange formats from it.
//! [`checkpoint`] keeps the state of an unfinished run, [`table`] holds the rows of scans, [`row_log`] saves them one by one, [`hepdata`] curves as HEPData takes them.
//! Every path is written under a temporary name and renamed when complete, so a file with its
//! final name is a whole file.

pub mod checkpoint;
mod error;
pub mod export;
pub mod geant4;
pub mod hdf5;
pub mod hepdata;
mod part;
pub mod row_log;
pub mod table;

pub use error::{IoError, LockTrouble};
