//! The total cross section of a card by the method it names.

use std::time::Instant;

use millibrem::record::CrossSection;
use millibrem::{run, study};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::card::Card;
use crate::plain;
use crate::work::{End, wait};

/// The total cross section of ``card`` in pb.
#[pyfunction]
#[pyo3(signature = (card, progress=None))]
pub(crate) fn sigma<'py>(
    py: Python<'py>,
    card: &Card,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let card = card.card.clone();
    let (method, seed) = (card.integration.method.name(), card.run.seed);
    let start = Instant::now();
    let of_target = run::target_notes(&card);
    let found = wait(py, progress, End::Loses, move |shared| {
        Ok(study::sigma(&card, &mut |p| shared.hear(p))?)
    })?;
    // Several nuclei have a table each, and no χ² together.
    let iterations = match found.runs.as_slice() {
        [only] => only.iterations.clone(),
        _ => Vec::new(),
    };
    let dict = plain::cross_section(
        py,
        &CrossSection {
            value_pb: found.value_pb,
            error_pb: found.error_pb,
            chi2_dof: found.chi2_dof.unwrap_or(0.0),
            n_eval: found.n_eval,
            iterations,
        },
    )?;
    let of_runs = found.runs.iter().flat_map(|run| &run.notes);
    let notes: Vec<&String> = of_target.iter().chain(of_runs).collect();
    let nuclei = PyList::empty(py);
    for one in &found.nuclei {
        let nucleus = PyDict::new(py);
        nucleus.set_item("name", &one.name)?;
        nucleus.set_item("pdg_id", one.pdg_id)?;
        nucleus.set_item("atom_fraction", one.atom_fraction)?;
        nucleus.set_item("sigma_pb", one.sigma_pb)?;
        nucleus.set_item("error_pb", one.error_pb)?;
        nuclei.append(nucleus)?;
    }
    dict.set_item("method", method)?;
    dict.set_item("seed", seed)?;
    dict.set_item("wall_s", start.elapsed().as_secs_f64())?;
    dict.set_item("alarms", found.alarms.clone())?;
    dict.set_item("notes", notes)?;
    dict.set_item("nuclei", nuclei)?;
    Ok(dict)
}

/// A value with the last digits of its error, as the program prints it.
#[pyfunction]
pub(crate) fn value_error(mean: f64, sdev: f64) -> String {
    plain::value_error(mean, sdev)
}
