//! Runs in the exchange formats of the field.

use std::path::PathBuf;

use millibrem::card::RunCard;
use millibrem::run::thread_count;
use millibrem_files::export::{ExportOptions, Format, VertexDepth, Weights};
use pyo3::prelude::*;

use crate::errors::Failure;
use crate::run::RunFile;

/// Names of the exchange formats.
#[pyfunction]
pub(crate) fn export_formats() -> Vec<&'static str> {
    Format::ALL.iter().map(|format| format.name()).collect()
}

/// The end of a file name in a format.
#[pyfunction]
pub(crate) fn export_suffix(format: &str) -> Result<&'static str, Failure> {
    Ok(format.parse::<Format>().map_err(Failure::Usage)?.suffix())
}

/// Share of events whose error a format without weights bears, if the card does not say.
const ALLOWED_EXCESS: f64 = 1e-3;

/// What a user chooses of an export, items of a dictionary.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Choice {
    drop_nucleus: bool,
    /// Vertices anywhere in the target, not at its front.
    uniform: bool,
    vertex_offset_mm: f64,
    /// `keep`, `drop` or `unweight`.
    weights: String,
    replace: bool,
}

/// Writes the events of ``run`` to ``path`` in another format; returns how many, and warnings.
#[pyfunction]
pub(crate) fn export(
    py: Python<'_>,
    run: &RunFile,
    format: &str,
    path: PathBuf,
    choice: Choice,
) -> Result<(u64, Vec<String>), Failure> {
    let run = &run.0;
    let format: Format = format.parse().map_err(Failure::Usage)?;
    let weights = match choice.weights.as_str() {
        "keep" => Weights::Keep,
        "drop" => Weights::Drop,
        "unweight" => Weights::Unweight,
        other => {
            let words = format!("weights: found `{other}`, expected keep, drop or unweight");
            return Err(Failure::Usage(words));
        }
    };
    let named = format!("the card in {}", run.path().display());
    let card = RunCard::parse(&named, "run", &run.header().card, &[]);
    let vertex = match choice.uniform {
        false => None,
        true => {
            let material = card.as_ref().map(|card| &card.target.material);
            let thickness_cm = material
                .ok()
                .and_then(|m| m.thickness_cm)
                .ok_or_else(|| Failure::Usage(format!("{named} gives the target no thickness")))?;
            Some(VertexDepth::uniform(10.0 * thickness_cm))
        }
    };
    if weights == Weights::Drop && format.has_weights() {
        let words = format!("weights=\"drop\": {format} has weights and keeps them");
        return Err(Failure::Usage(words));
    }
    if !choice.vertex_offset_mm.is_finite() {
        let vertex_offset_mm = choice.vertex_offset_mm;
        let words = format!("vertex_offset_mm: found {vertex_offset_mm}, expected a finite number");
        return Err(Failure::Usage(words));
    }
    let options = ExportOptions {
        drop_nucleus: choice.drop_nucleus,
        vertex,
        vertex_offset_mm: choice.vertex_offset_mm,
        weights,
        allowed_excess: card.map_or(ALLOWED_EXCESS, |card| card.events.max_overweight_share),
        replace: choice.replace,
        threads: thread_count(0),
    };
    let report = py.detach(|| millibrem_files::export::export(run, format, &path, &options))?;
    Ok((report.n_events, report.warnings))
}
