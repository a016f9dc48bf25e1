//! Reads a run file: the header at once, everything else when asked for.

use std::path::{Path, PathBuf};

use ::hdf5::{File, Group, Result};

use super::further;
use super::open::{self, Opened};
use super::{
    FORMAT, FORMAT_VERSION, SHARD_FORMAT, attribute, column, events, histograms, members, nuclei,
    particles, table,
};
use crate::IoError;
use millibrem::event::{Columns, Compression, EventBuffer, Precision, Sample};
use millibrem::histogram::Histogram;
use millibrem::record::{
    CrossSection, Facts, FurtherWeight, IterationRow, Member, NuclearSigma, RunHeader, Shard,
};

/// An open run file.
pub struct RunReader {
    path: PathBuf,
    file: File,
    events: Group,
    header: RunHeader,
    columns: Columns,
    n_events: usize,
}

impl RunReader {
    /// Opens a finished run file, if it is what was written, and reads its header.
    ///
    /// # Errors
    /// [`IoError`] if it cannot be opened, is damaged, is no run file but perhaps a shard of one, or is of a
    /// later format version.
    pub fn open(path: &Path) -> Result<Self, IoError> {
        Self::whole(path, open::finished(path)?)
    }

    /// The whole run in an open file.
    pub(super) fn whole(path: &Path, opened: Opened) -> Result<Self, IoError> {
        let run = Self::any(path, opened)?;
        match run.header.shard {
            None => Ok(run),
            Some(shard) => Err(IoError::IsShard {
                path: path.to_owned(),
                shard,
            }),
        }
    }

    /// The run or shard in an open file.
    pub(super) fn any(path: &Path, Opened { file, .. }: Opened) -> Result<Self, IoError> {
        let not_a_run = |reason: String| IoError::NotARun {
            path: path.to_owned(),
            reason,
        };
        match attribute::get_text(&file, "format") {
            Ok(format) if format == FORMAT || format == SHARD_FORMAT => {}
            _ if table::is_table(&file) => {
                let words = "it is a table; `millibrem plot` draws it";
                return Err(not_a_run(words.to_owned()));
            }
            Ok(format) => return Err(not_a_run(format!("its attribute `format` is `{format}`"))),
            Err(_) => return Err(not_a_run("it has no attribute `format`".to_owned())),
        }
        let found: u32 =
            attribute::get(&file, "format_version").map_err(|e| not_a_run(e.to_string()))?;
        if found > FORMAT_VERSION {
            let (path, supported) = (path.to_owned(), FORMAT_VERSION);
            return Err(IoError::Version {
                path,
                found,
                supported,
            });
        }
        let read = || -> Result<_> {
            let group = file.group("events")?;
            let header = read_header(&file, &group)?;
            let n_events = events::count(&group, &header.sample)?;
            Ok((group, header, n_events))
        };
        let (events, mut header, n_events) = read().map_err(|e| not_a_run(e.to_string()))?;
        header.expected_events = n_events as u64;
        Ok(Self {
            path: path.to_owned(),
            columns: header.sample.columns(),
            file,
            events,
            header,
            n_events,
        })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was known before the first event; `expected_events` is their number.
    pub fn header(&self) -> &RunHeader {
        &self.header
    }

    /// What the particles are.
    pub fn sample(&self) -> &Sample {
        &self.header.sample
    }

    /// Number of events.
    pub fn n_events(&self) -> usize {
        self.n_events
    }

    /// Version and commit of the generator that wrote the file.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if an attribute is missing.
    pub fn generator(&self) -> Result<(String, String), IoError> {
        self.wrap(|file| {
            let version = attribute::get_text(file, "generator_version")?;
            Ok((version, attribute::get_text(file, "git_commit")?))
        })
    }

    /// Reads at most `n` events from position `from` on into `events`, which is cleared first.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if the columns cannot be read.
    pub fn read_events(
        &self,
        from: usize,
        n: usize,
        events: &mut EventBuffer,
    ) -> Result<(), IoError> {
        events.begin(&self.columns);
        let to = from.saturating_add(n).min(self.n_events);
        if from >= to {
            return Ok(());
        }
        self.wrap(|_| events::read(&self.events, (from, to), events))
    }

    /// The same with energies of momenta and masses where momenta are stored in single precision.
    ///
    /// # Errors
    /// As [`Self::read_events`].
    pub fn read_on_shell(
        &self,
        from: usize,
        n: usize,
        events: &mut EventBuffer,
    ) -> Result<(), IoError> {
        self.read_events(from, n, events)?;
        if self.header.precision == Precision::Single {
            self.header.sample.put_on_shell(events);
        }
        Ok(())
    }

    /// Reads at most `n` weights (pb) from position `from` on into `weights`, cleared first.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if the column cannot be read.
    pub fn read_weights(
        &self,
        from: usize,
        n: usize,
        weights: &mut Vec<f64>,
    ) -> Result<(), IoError> {
        weights.clear();
        let to = from.saturating_add(n).min(self.n_events);
        if from >= to {
            return Ok(());
        }
        let data = self.wrap(|_| self.events.dataset("weight")?.read_slice_1d(from..to))?;
        weights.extend_from_slice(data.as_slice().unwrap_or_default());
        Ok(())
    }

    /// Reads at most `n` reproduction keys from position `from` on into `indices`, cleared first.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if the column cannot be read.
    pub fn read_indices(
        &self,
        from: usize,
        n: usize,
        indices: &mut Vec<u64>,
    ) -> Result<(), IoError> {
        indices.clear();
        let to = from.saturating_add(n).min(self.n_events);
        if from >= to {
            return Ok(());
        }
        let data = self.wrap(|_| self.events.dataset("index")?.read_slice_1d(from..to))?;
        indices.extend_from_slice(data.as_slice().unwrap_or_default());
        Ok(())
    }

    /// What the further weights of the events came to; empty if there are none.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if an attribute is missing.
    pub fn further_weights(&self) -> Result<Vec<FurtherWeight>, IoError> {
        self.wrap(|_| further::read(&self.events, &self.header.sample.scalars))
    }

    /// The total cross section with its iteration table.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if `/sigma` is incomplete.
    pub fn cross_section(&self) -> Result<CrossSection, IoError> {
        self.wrap(|file| {
            let group = file.group("sigma")?;
            Ok(CrossSection {
                value_pb: group.dataset("value")?.read_scalar()?,
                error_pb: group.dataset("error")?.read_scalar()?,
                chi2_dof: group.dataset("chi2_dof")?.read_scalar()?,
                n_eval: group.dataset("n_eval")?.read_scalar()?,
                iterations: read_iterations(&group.group("iterations")?)?,
            })
        })
    }

    /// σ on each nucleus of a mixture; empty if there is one nucleus, or it is not known.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if the table is malformed.
    pub fn nuclei(&self) -> Result<Vec<NuclearSigma>, IoError> {
        self.wrap(|file| nuclei::read(&file.group("sigma")?))
    }

    /// All histograms, sorted by name.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if one is malformed.
    pub fn histograms(&self) -> Result<Vec<Histogram>, IoError> {
        self.wrap(|file| histograms::read_all(&file.group("histograms")?))
    }

    /// The runs of different seeds that the file joins; empty if it is of one run.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if their table is malformed.
    pub fn members(&self) -> Result<Vec<Member>, IoError> {
        self.wrap(|file| members::read(file))
    }

    /// Facts that are the same wherever the card is run, sorted by name.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if `/provenance` is missing.
    pub fn provenance(&self) -> Result<Facts, IoError> {
        self.facts("provenance")
    }

    /// Facts of the machine and the hour the file was made, sorted by name.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if `/provenance/timings` is missing.
    pub fn timings(&self) -> Result<Facts, IoError> {
        self.facts("provenance/timings")
    }

    /// What a shard hands to the merge.
    pub(super) fn work(&self) -> Result<Vec<u8>, IoError> {
        self.wrap(|file| column::read_checked_bytes(&file.dataset("work")?))
    }

    fn facts(&self, group: &str) -> Result<Facts, IoError> {
        self.wrap(|file| {
            let group = file.group(group)?;
            attribute::get_facts(&group)
        })
    }

    fn wrap<T>(&self, read: impl FnOnce(&File) -> Result<T>) -> Result<T, IoError> {
        read(&self.file).map_err(|e| IoError::NotARun {
            path: self.path.clone(),
            reason: e.to_string(),
        })
    }
}

/// An open file of one shard of a run.
pub struct ShardReader {
    run: RunReader,
    shard: Shard,
}

impl ShardReader {
    /// Opens a finished shard.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if it is no shard; otherwise as [`RunReader::open`].
    pub fn open(path: &Path) -> Result<Self, IoError> {
        let run = RunReader::any(path, open::finished(path)?)?;
        match run.header.shard {
            Some(shard) => Ok(Self { run, shard }),
            None => Err(IoError::NotAShard {
                path: path.to_owned(),
            }),
        }
    }

    /// Which part it is.
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// Header and events; weights are raw.
    pub fn run(&self) -> &RunReader {
        &self.run
    }

    /// What the shard hands to the merge.
    ///
    /// # Errors
    /// [`IoError::NotARun`] if it is missing or not what was written.
    pub fn work(&self) -> Result<Vec<u8>, IoError> {
        self.run.work()
    }
}

fn read_header(file: &File, events: &Group) -> Result<RunHeader> {
    let compression = match attribute::get_text(events, "compression")?.as_str() {
        "gzip" => Compression::Gzip,
        _ => Compression::None,
    };
    // Files of earlier versions do not say it.
    let precision = match events.attr("precision") {
        Ok(_) => attribute::get_text(events, "precision")?,
        Err(_) => Precision::Double.name().to_owned(),
    };
    let unknown = || format!("momenta of the precision \"{precision}\"");
    Ok(RunHeader {
        card: attribute::get_text(file, "card")?,
        seed: attribute::get(file, "seed")?,
        sample: particles::get(events)?,
        compression,
        precision: Precision::from_name(&precision).ok_or_else(unknown)?,
        expected_events: 0,
        shard: match attribute::get_text(file, "format")? == SHARD_FORMAT {
            false => None,
            true => Some(get_shard(file)?),
        },
    })
}

fn get_shard(file: &File) -> Result<Shard> {
    let (index, of) = (
        attribute::get(file, "shard_index")?,
        attribute::get(file, "shard_of")?,
    );
    match (1..=of).contains(&index) {
        true => Ok(Shard { index, of }),
        false => Err(format!("it says to be shard {index} of {of}").into()),
    }
}

fn read_iterations(table: &Group) -> Result<Vec<IterationRow>> {
    let measured = column::read_flags(&table.dataset("measured")?)?;
    let n_eval = column::read::<u64>(&table.dataset("n_eval")?)?;
    let names = [
        "value",
        "error",
        "average",
        "average_error",
        "chi2_dof",
        "q",
    ];
    let columns = names
        .iter()
        .map(|name| column::read::<f64>(&table.dataset(name)?))
        .collect::<Result<Vec<_>>>()?;
    if n_eval.len() != measured.len() || columns.iter().any(|c| c.len() != measured.len()) {
        return Err("the columns of /sigma/iterations differ in length".into());
    }
    let row = |i: usize| IterationRow {
        measured: measured[i],
        n_eval: n_eval[i],
        value_pb: columns[0][i],
        error_pb: columns[1][i],
        average_pb: columns[2][i],
        average_error_pb: columns[3][i],
        chi2_dof: columns[4][i],
        q: columns[5][i],
    };
    Ok((0..measured.len()).map(row).collect())
}
