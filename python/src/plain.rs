//! Values of the library as plain ones of Python.

use millibrem::event::Sample;
use millibrem::generate::Estimate;
use millibrem::histogram::{Histogram, Scale};
use millibrem::particle::Particle;
use millibrem::record::{CrossSection, Fact, Facts};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// A table of TOML.
pub(crate) fn table<'py>(py: Python<'py>, table: &toml::Table) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (key, one) in table {
        dict.set_item(key, value(py, one)?)?;
    }
    Ok(dict)
}

fn value<'py>(py: Python<'py>, value: &toml::Value) -> PyResult<Bound<'py, PyAny>> {
    use toml::Value::{Array, Boolean, Datetime, Float, Integer, String, Table};
    Ok(match value {
        String(text) => text.into_pyobject(py)?.into_any(),
        Integer(n) => n.into_pyobject(py)?.into_any(),
        Float(x) => x.into_pyobject(py)?.into_any(),
        Boolean(yes) => yes.into_pyobject(py)?.to_owned().into_any(),
        Datetime(time) => time.to_string().into_pyobject(py)?.into_any(),
        Array(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(self::value(py, item)?)?;
            }
            list.into_any()
        }
        Table(inner) => table(py, inner)?.into_any(),
    })
}

/// σ in pb with its iteration table.
pub(crate) fn cross_section<'py>(
    py: Python<'py>,
    found: &CrossSection,
) -> PyResult<Bound<'py, PyDict>> {
    let rows = found.iterations.iter().map(|r| {
        (
            r.measured,
            r.n_eval,
            r.value_pb,
            r.error_pb,
            r.average_pb,
            r.average_error_pb,
            r.chi2_dof,
            r.q,
        )
    });
    let dict = PyDict::new(py);
    dict.set_item("mean", found.value_pb)?;
    dict.set_item("sdev", found.error_pb)?;
    dict.set_item("chi2_dof", found.chi2_dof)?;
    dict.set_item("n_eval", found.n_eval)?;
    dict.set_item("iterations", PyList::new(py, rows.collect::<Vec<_>>())?)?;
    Ok(dict)
}

/// Finished histograms: axes, contents in pb, variances in pb² and rows of deviations, flow bins included.
pub(crate) fn histograms<'py>(py: Python<'py>, all: &[Histogram]) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for one in all {
        let axes = PyList::empty(py);
        for axis in one.axes() {
            let dict = PyDict::new(py);
            dict.set_item("name", axis.observable().name())?;
            dict.set_item("unit", axis.observable().units())?;
            dict.set_item("label", axis.observable().description())?;
            dict.set_item("log", axis.scale() == Scale::Log)?;
            dict.set_item("edges", PyArray1::from_slice(py, axis.edges()))?;
            axes.append(dict)?;
        }
        let dict = PyDict::new(py);
        dict.set_item("name", one.name())?;
        dict.set_item("axes", axes)?;
        dict.set_item("values", PyArray1::from_slice(py, one.values()))?;
        dict.set_item("variances", PyArray1::from_slice(py, one.variances()))?;
        dict.set_item("deviations", PyArray1::from_slice(py, one.deviations()))?;
        list.append(dict)?;
    }
    Ok(list)
}

/// Named facts.
pub(crate) fn facts<'py>(py: Python<'py>, facts: &Facts) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, fact) in facts {
        match fact {
            Fact::Text(text) => dict.set_item(name, text)?,
            Fact::Integer(n) => dict.set_item(name, n)?,
            Fact::Real(x) => dict.set_item(name, x)?,
            Fact::Flag(yes) => dict.set_item(name, yes)?,
        }
    }
    Ok(dict)
}

/// What the particles of a sample are.
pub(crate) fn sample<'py>(py: Python<'py>, sample: &Sample) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("process", &sample.process)?;
    dict.set_item("weighting", sample.weighting.name())?;
    dict.set_item("beam_energy_gev", sample.beam_energy_gev)?;
    dict.set_item("beam", particle(py, &sample.beam, "beam particle")?)?;
    dict.set_item("target", particle(py, &sample.target, "struck particle")?)?;
    let outgoing = PyDict::new(py);
    for out in &sample.outgoing {
        outgoing.set_item(out.role.name(), particle(py, &out.particle, &out.words)?)?;
    }
    dict.set_item("outgoing", outgoing)?;
    Ok(dict)
}

fn particle<'py>(
    py: Python<'py>,
    particle: &Particle,
    words: &str,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("words", words)?;
    dict.set_item("pdg_id", particle.pdg_id)?;
    dict.set_item("mass_gev", particle.mass_gev)?;
    dict.set_item("charge", particle.charge)?;
    Ok(dict)
}

/// `1.2345(67)`: the digits that the error leaves.
pub(crate) fn value_error(mean: f64, sdev: f64) -> String {
    Estimate { mean, sdev }.to_string()
}
