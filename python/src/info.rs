//! What a card means, and what the package is made of.

use std::path::PathBuf;

use millibrem::record::{GENERATOR_VERSION, GIT_COMMIT};
use millibrem::study::{left_out, nuclear_shapes};
use millibrem_files::hdf5::{FORMAT_VERSION, library_version};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::card::Card;
use crate::errors::Failure;
use crate::work::{End, wait};

/// Versions by name.
#[pyfunction]
pub(crate) fn versions(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("millibrem", GENERATOR_VERSION)?;
    dict.set_item("git_commit", GIT_COMMIT)?;
    dict.set_item("run_file_format", FORMAT_VERSION)?;
    dict.set_item("hdf5", library_version())?;
    Ok(dict)
}

/// Whether ``path`` is a file in HDF5.
#[pyfunction]
pub(crate) fn is_hdf5(path: PathBuf) -> bool {
    millibrem_files::hdf5::is_hdf5(&path)
}

/// Kinematic limits on each nucleus of ``card``, its form factors, and what is worth knowing.
#[pyfunction]
pub(crate) fn limits<'py>(py: Python<'py>, card: &Card) -> PyResult<Bound<'py, PyDict>> {
    let card = card.card.clone();
    let limits = card.limits().map_err(|e| Failure::Usage(e.to_string()))?;
    let names: Vec<String> = card
        .target
        .material
        .components
        .iter()
        .map(|part| part.name())
        .collect();
    let shapes = wait(py, None, End::Loses, move |_| Ok(nuclear_shapes(&card)))?;
    let of_nuclei = PyList::empty(py);
    for (name, one) in names.iter().zip(&limits) {
        let dict = PyDict::new(py);
        dict.set_item("element", name)?;
        dict.set_item("sqrt_s_gev", one.sqrt_s_gev)?;
        dict.set_item("threshold_margin_gev", one.threshold_margin_gev())?;
        dict.set_item("m_pair_min_gev", one.m_pair_min_gev)?;
        dict.set_item("m_pair_max_gev", one.m_pair_max_gev)?;
        dict.set_item("x_lower", one.x_lower)?;
        dict.set_item("x_upper", one.x_upper)?;
        dict.set_item("t_min_gev2", one.t_min_gev2)?;
        dict.set_item("t_max_gev2", one.t_max_gev2)?;
        of_nuclei.append(dict)?;
    }
    let form_factors = PyList::empty(py);
    for shape in &shapes {
        let dict = PyDict::new(py);
        dict.set_item("element", &shape.name)?;
        dict.set_item("form_factor", &shape.form_factor)?;
        dict.set_item("source", &shape.source)?;
        dict.set_item("rms_radius_fm", shape.rms_radius_fm)?;
        dict.set_item("atom_fraction", shape.atom_fraction)?;
        dict.set_item("sigma_over_default", shape.over_default)?;
        dict.set_item("inelastic_share", shape.inelastic_share)?;
        form_factors.append(dict)?;
    }
    let dict = PyDict::new(py);
    dict.set_item("limits", of_nuclei)?;
    dict.set_item("form_factors", form_factors)?;
    dict.set_item("notes", left_out(&shapes).into_iter().collect::<Vec<_>>())?;
    Ok(dict)
}
