//! `/sigma/nuclei`: σ on each nucleus of a mixture.

use hdf5::{Group, Result};
use millibrem::record::NuclearSigma;

use super::{attribute, column};

/// Writes the table, if there are several nuclei.
pub(super) fn write(sigma: &Group, nuclei: &[NuclearSigma]) -> Result<()> {
    if nuclei.is_empty() {
        return Ok(());
    }
    let table = sigma.create_group("nuclei")?;
    let ids: Vec<i32> = nuclei.iter().map(|one| one.nucleus).collect();
    let data = table
        .new_dataset_builder()
        .with_data(&ids)
        .create("nucleus")?;
    attribute::describe(&data, "1", "PDG number of the nucleus")?;
    let column = |name: &str, units: &str, words: &str, of: fn(&NuclearSigma) -> f64| {
        let data: Vec<f64> = nuclei.iter().map(of).collect();
        let data = table.new_dataset_builder().with_data(&data).create(name)?;
        attribute::describe(&data, units, words)
    };
    column("atom_fraction", "1", "its share of the atoms", |one| {
        one.atom_fraction
    })?;
    let words = "cross section on this nucleus, by quadrature";
    column("sigma_pb", "pb", words, |one| one.sigma_pb)
}

/// The table; empty if there is none.
pub(super) fn read(sigma: &Group) -> Result<Vec<NuclearSigma>> {
    if !sigma.link_exists("nuclei") {
        return Ok(Vec::new());
    }
    let table = sigma.group("nuclei")?;
    let ids = column::read::<i32>(&table.dataset("nucleus")?)?;
    let fractions = column::read::<f64>(&table.dataset("atom_fraction")?)?;
    let sigmas = column::read::<f64>(&table.dataset("sigma_pb")?)?;
    if fractions.len() != ids.len() || sigmas.len() != ids.len() {
        return Err("the columns of /sigma/nuclei differ in length".into());
    }
    let rows = ids.into_iter().zip(fractions).zip(sigmas);
    let row = |((nucleus, atom_fraction), sigma_pb)| NuclearSigma {
        nucleus,
        atom_fraction,
        sigma_pb,
    };
    Ok(rows.map(row).collect())
}
