//! The total cross section of a card by the method it names.

use std::time::Instant;

use millibrem::card::{Method, RunCard};
use millibrem::generate::Generator;
use millibrem::process::CrossSection as _;
use millibrem::record::CrossSection;
use millibrem::run;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::card::Card;
use crate::errors::Failure;
use crate::plain;
use crate::work::{End, Shared, wait};

/// σ by any method; a deterministic one has no iterations.
struct Found {
    cross_section: CrossSection,
    n_eval: u64,
    alarms: Vec<String>,
    notes: Vec<String>,
}

fn find(card: &RunCard, shared: &Shared) -> Result<Found, Failure> {
    if card.integration.method != Method::Mc {
        let route = run::inclusive(card.integration.method, &run::mixture(card)?)?;
        let integral = run::on_threads(card, || route.sigma(run::goal(card)))??;
        return Ok(Found {
            cross_section: CrossSection {
                value_pb: integral.value_pb,
                error_pb: integral.error_pb,
                chi2_dof: 0.0,
                n_eval: integral.n_eval,
                iterations: Vec::new(),
            },
            n_eval: integral.n_eval,
            alarms: Vec::new(),
            notes: Vec::new(),
        });
    }
    let mut generator = Generator::new(run::process(card)?, run::settings(card, 0))?;
    generator.adapt(&mut |p| shared.hear(p))?;
    let report = generator.measure(&[], &mut |p| shared.hear(p))?;
    let notes = run::note(card).into_iter().chain(report.notes);
    Ok(Found {
        cross_section: report.cross_section,
        n_eval: report.n_eval,
        alarms: report.alarms,
        notes: notes.collect(),
    })
}

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
    let found = wait(py, progress, End::Loses, move |shared| find(&card, &shared))?;
    let dict = plain::cross_section(py, &found.cross_section)?;
    dict.set_item("n_eval", found.n_eval)?;
    dict.set_item("method", method)?;
    dict.set_item("seed", seed)?;
    dict.set_item("wall_s", start.elapsed().as_secs_f64())?;
    dict.set_item("alarms", found.alarms)?;
    dict.set_item("notes", found.notes)?;
    Ok(dict)
}

/// A value with the last digits of its error, as the program prints it.
#[pyfunction]
pub(crate) fn value_error(mean: f64, sdev: f64) -> String {
    plain::value_error(mean, sdev)
}
