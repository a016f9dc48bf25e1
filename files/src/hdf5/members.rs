//! `/seeds`: the runs of different seeds that a file joins, one row each.

use ::hdf5::{Group, H5Type, Result};

use super::{attribute, column};
use millibrem::record::Member;

/// Writes the table into its group.
pub(super) fn write(group: &Group, members: &[Member]) -> Result<()> {
    fn put<T: H5Type>(
        (group, members): (&Group, &[Member]),
        name: &str,
        (units, words): (&str, &str),
        of: fn(&Member) -> T,
    ) -> Result<()> {
        let data: Vec<T> = members.iter().map(of).collect();
        let data = group.new_dataset_builder().with_data(&data).create(name)?;
        attribute::describe(&data, units, words)
    }
    let at = (group, members);
    put(at, "seed", ("1", "seed of the run"), |m| m.seed)?;
    let words = "events of the run, in the order of the rows";
    put(at, "n_events", ("1", words), |m| m.n_events)?;
    let words = "number added to the reproduction keys of the run";
    put(at, "first_index", ("1", words), |m| m.first_index)?;
    let words = "points evaluated for the cross section of the run";
    put(at, "n_eval", ("1", words), |m| m.n_eval)?;
    let words = "cross section of the run";
    put(at, "value", ("pb", words), |m| m.value_pb)?;
    put(at, "error", ("pb", "standard error of value"), |m| {
        m.error_pb
    })
}

/// Reads the table; empty if the file is of one run.
pub(super) fn read(file: &Group) -> Result<Vec<Member>> {
    if !file.link_exists("seeds") {
        return Ok(Vec::new());
    }
    let group = file.group("seeds")?;
    let whole = |name: &str| column::read::<u64>(&group.dataset(name)?);
    let real = |name: &str| column::read::<f64>(&group.dataset(name)?);
    let (seed, n_events, first_index, n_eval) = (
        whole("seed")?,
        whole("n_events")?,
        whole("first_index")?,
        whole("n_eval")?,
    );
    let (value, error) = (real("value")?, real("error")?);
    let n = seed.len();
    let lengths = [n_events.len(), first_index.len(), n_eval.len(), value.len()];
    if n == 0 || lengths != [n; 4] || error.len() != n {
        return Err("the columns of /seeds differ in length".into());
    }
    let member = |i: usize| Member {
        seed: seed[i],
        n_events: n_events[i],
        first_index: first_index[i],
        n_eval: n_eval[i],
        value_pb: value[i],
        error_pb: error[i],
    };
    Ok((0..n).map(member).collect())
}
