//! Further weights of complete events: columns `weight_<name>`, a weight times a quotient each.
//!
//! They are added once the weights are known, to a file that has not got its name yet. Each column
//! says what it came to: σ' = ratio × σ, with the error of the ratio from the spread of the quotients.
//! Pinned by `cli/tests/reweight.rs`.

use std::fs;
use std::path::Path;

use ::hdf5::{Dataset, Group, Result};
use ndarray::ArrayView1;

use super::events::Layout;
use super::{attribute, open, seal};
use crate::IoError;
use crate::output::Kind;
use crate::part::PartFile;
use millibrem::event::{Compression, MAX_SCALARS, Scalar, SinkError};
use millibrem::record::{FurtherWeight, WeightSums};

/// Events at a time.
const BLOCK: usize = 1 << 16;

/// Further weights in pb, a list for each, of the events from a row on with these keys and weights.
pub type Values<'a> =
    dyn FnMut(usize, &[u64], &[f64]) -> std::result::Result<Vec<Vec<f64>>, SinkError> + 'a;

/// Further weights and what makes them.
pub struct Further<'a> {
    /// What they are, a column each.
    pub columns: Vec<Scalar>,
    /// Their values.
    pub values: &'a mut Values<'a>,
    /// What they came to, once they are added.
    pub found: Vec<FurtherWeight>,
}

/// Adds the columns to the events of a group, whose weights are final.
pub(super) fn add(group: &Group, further: &mut Further<'_>) -> Result<()> {
    let listed = match group.attr("scalars") {
        Ok(_) => attribute::get_text(group, "scalars")?,
        Err(_) => String::new(),
    };
    let mut names: Vec<&str> = listed.split_whitespace().collect();
    names.extend(further.columns.iter().map(|column| &*column.name));
    if names.len() > MAX_SCALARS {
        return Err(format!("{} columns beside the momenta are too many", names.len()).into());
    }
    let (index, weight) = (group.dataset("index")?, group.dataset("weight")?);
    let n = weight.shape()[0];
    let compression = attribute::get_text(group, "compression")?;
    let layout = Layout::complete(n, Compression::from_name(&compression).unwrap_or_default());
    let made = further.columns.iter().map(|column| -> Result<Dataset> {
        let data = layout.column::<f64>(group, &column.name, None)?;
        attribute::describe(&data, &column.units, &column.description)?;
        Ok(data)
    });
    let made = made.collect::<Result<Vec<_>>>()?;
    let mut sums = vec![WeightSums::default(); made.len()];
    for from in (0..n).step_by(BLOCK) {
        let to = n.min(from + BLOCK);
        let keys = index.read_slice_1d::<u64, _>(from..to)?.to_vec();
        let weights = weight.read_slice_1d::<f64, _>(from..to)?.to_vec();
        let others = (further.values)(from, &keys, &weights).map_err(|e| e.to_string())?;
        for ((data, sums), other) in made.iter().zip(&mut sums).zip(others) {
            sums.add_all(&weights, &other);
            if data.shape()[0] < to {
                data.resize(to)?;
            }
            data.write_slice(ArrayView1::from(&other), from..to)?;
        }
    }
    for ((data, column), sums) in made.iter().zip(&further.columns).zip(&sums) {
        let found = FurtherWeight::new(column, sums);
        attribute::put(data, "ratio", &found.ratio)?;
        attribute::put(data, "ratio_error", &found.ratio_error)?;
        attribute::put(data, "effective_sample_size", &found.effective_sample_size)?;
        further.found.push(found);
    }
    attribute::replace_text(group, "scalars", &names.join(" "))
}

/// What the further weights of a run came to, in their order.
pub(super) fn read(group: &Group, scalars: &[Scalar]) -> Result<Vec<FurtherWeight>> {
    let named = scalars
        .iter()
        .filter_map(|scalar| Some((scalar.further_weight()?, scalar)));
    let one = |(name, scalar): (&str, &Scalar)| -> Result<FurtherWeight> {
        let data = group.dataset(&scalar.name)?;
        Ok(FurtherWeight {
            name: name.to_owned(),
            description: scalar.description.to_string(),
            ratio: attribute::get(&data, "ratio")?,
            ratio_error: attribute::get(&data, "ratio_error")?,
            effective_sample_size: attribute::get(&data, "effective_sample_size")?,
        })
    };
    named.map(one).collect()
}

/// Adds further weights to a finished run, whose card with them is `card`: in a copy, which then takes
/// its place.
///
/// # Errors
/// [`IoError`] if the file cannot be read or the disk is full; the run is as it was then.
pub fn reweigh(
    path: &Path,
    card: &str,
    further: &mut Further<'_>,
) -> std::result::Result<(), IoError> {
    let (part, _) = PartFile::create(path, Kind::Run, true)?;
    // The library cuts the seal of the copy off when it writes there.
    fs::copy(path, part.part()).map_err(|e| IoError::file("copy", path, e))?;
    let mut change = || -> Result<()> {
        let file = open::unfinished(part.part())?;
        add(&file.group("events")?, further)?;
        attribute::replace_text(&file, "card", card)?;
        file.flush()?;
        file.close()
    };
    change().map_err(|e| IoError::hdf5("add weights to", path, &e))?;
    seal::put(part.part(), 1, Vec::new()).map_err(|e| IoError::file("complete", path, e))?;
    part.finish()
}
