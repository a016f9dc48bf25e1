//! Where a run goes.

use std::path::{Path, PathBuf};

use millibrem::card::RunCard;
use millibrem::table::{Cell, Table};
use millibrem_files::checkpoint::OutputLock;
use millibrem_files::hdf5::write_table;
use millibrem_files::job::Shard;
use millibrem_files::row_log::may_replace;
use millibrem_files::{self, PartFile, output::Kind};

use super::failure::Failure;
use super::options::Common;

/// Name of the file a run leaves behind.
pub(crate) const RUN_FILE: &str = "run.h5";

/// The run file, or that of a shard: in `--out`, or in `output/<run name>`. Whoever writes it tries
/// and protects it.
pub(crate) fn run_file(common: &Common, run_name: &str, shard: Option<Shard>) -> PathBuf {
    let folder = folder(common, run_name);
    match shard {
        None => folder.join(RUN_FILE),
        Some(Shard { index, of }) => {
            // Of equal length, so that names sort like numbers.
            let digits = of.to_string().len();
            folder.join(format!("shard-{index:0digits$}-of-{of}.h5"))
        }
    }
}

/// Fails before the work where one of `outputs` cannot be written in the end, or is one of `inputs`.
pub(crate) fn check<P: AsRef<Path>, Q: AsRef<Path>>(
    outputs: impl IntoIterator<Item = P>,
    kind: Kind,
    replace: bool,
    inputs: impl IntoIterator<Item = Q> + Clone,
) -> Result<(), Failure> {
    for path in outputs {
        millibrem_files::output::check(path.as_ref(), kind, replace)?;
        millibrem_files::output::check_apart(path.as_ref(), inputs.clone())?;
    }
    Ok(())
}

/// The folder of a run: `--out`, or `output/<run name>`.
pub(crate) fn folder(common: &Common, run_name: &str) -> PathBuf {
    common
        .out
        .clone()
        .unwrap_or_else(|| Path::new("output").join(run_name))
}

/// Where a table that is written at once goes, in CSV and HDF5: looked at before the work, and kept for
/// it, so that rows of another one cannot come in between.
pub(crate) struct TablePlace {
    csv: PathBuf,
    hdf5: PathBuf,
    lock: OutputLock,
}

impl TablePlace {
    /// The files `names` (CSV and HDF5) in the folder of `card`. Without `--force` an earlier table is
    /// replaced only if it has the same `header` and all its rows come again.
    pub(crate) fn take<Q: AsRef<Path>>(
        common: &Common,
        card: &RunCard,
        names: &[String; 2],
        inputs: impl IntoIterator<Item = Q> + Clone,
        header: &Table,
        comes_again: impl Fn(&[Cell]) -> bool,
    ) -> Result<Self, Failure> {
        let folder = folder(common, &card.run.name);
        let [csv, hdf5] = [0, 1].map(|i| folder.join(&names[i]));
        check([&csv, &hdf5], Kind::Table, common.force, inputs)?;
        let lock = OutputLock::take(&csv)?;
        if !common.force {
            may_replace(&csv, header, comes_again)?;
        }
        Ok(Self { csv, hdf5, lock })
    }

    /// Writes `table`, both files or none; the path of the CSV.
    pub(crate) fn write(self, table: &Table, replace: bool) -> Result<PathBuf, Failure> {
        let text = table.to_signed_csv();
        millibrem_files::finish([
            PartFile::filled_by(self.lock, &self.csv, Kind::Table, replace, text.as_bytes())?,
            write_table(&self.hdf5, table, replace)?,
        ])?;
        Ok(self.csv)
    }
}
