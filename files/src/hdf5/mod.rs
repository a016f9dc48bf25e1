//! `run.h5`: writer and reader of a run file, specified in `docs/formats.md`.
//!
//! Root attributes say what the file is; `/events` holds the event columns, `/sigma` the cross
//! section and its iteration table, `/histograms/<name>` UHI histograms, `/provenance` facts of
//! the run with everything that depends on the machine apart in `/provenance/timings`. Timings
//! are attributes only, so the datasets of two runs of the same card and seed are identical.
//!
//! Pinned by the tests of the submodules and by `tests/python/test_run_file.py` (`h5py`, `hist`).

mod attribute;
mod column;
mod events;
mod further;
mod histograms;
mod members;
mod nuclei;
mod open;
mod particles;
mod parts;
mod place;
mod reader;
mod rows;
mod saved;
mod seal;
mod sums;
mod table;
mod weights;
mod write_back;
mod writer;

pub use further::{Further, Values, reweigh};
pub use millibrem::record::{GENERATOR_VERSION, GIT_COMMIT};
pub(crate) use open::create;
pub use reader::{RunReader, ShardReader};
pub use saved::{Saved, has_seal, is_hdf5, open_saved, read_all};
pub use table::{read_table, write_table};
pub use writer::{Mark, RunWriter};

/// Value of the root attribute `format`.
pub const FORMAT: &str = "millibrem";
/// Value of the root attribute `format` of a shard.
pub const SHARD_FORMAT: &str = "millibrem-shard";
/// Value of the root attribute `format` of a table.
pub const TABLE_FORMAT: &str = "millibrem-table";
/// Value of the root attribute `format_version`; it grows when a reader has to change. Files are
/// sealed since version 2.
pub const FORMAT_VERSION: u32 = 2;
/// Version of the HDF5 library this program runs with, `major.minor.patch`.
pub fn library_version() -> String {
    let (major, minor, patch) = ::hdf5::library_version();
    format!("{major}.{minor}.{patch}")
}
