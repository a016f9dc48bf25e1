//! A run card with what replaces its values: immutable, and the same after pickling.

use std::path::PathBuf;

use millibrem::card::{CardError, CardText, KEYS, Override, RunCard, SHIPPED};
use millibrem_files::card;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::errors::Failure;
use crate::plain;

/// A validated card. ``written`` are pairs of a key and its value as TOML, applied in order.
#[pyclass(frozen, module = "millibrem._core")]
#[derive(Debug, Clone)]
pub struct Card {
    text: CardText,
    written: Vec<(String, String)>,
    pub(crate) card: RunCard,
}

/// How a seed that was drawn is put back.
const SEED: &str = "run.seed";

impl Card {
    fn with(text: CardText, written: Vec<(String, String)>) -> Result<Self, CardError> {
        let overrides = written
            .iter()
            .map(|(key, value)| Override::parse(&format!("{key}={value}")))
            .collect::<Result<Vec<_>, _>>()?;
        let card = text.with(&overrides)?;
        Ok(Self {
            text,
            written,
            card,
        })
    }
}

#[pymethods]
impl Card {
    /// From the text of a card, called ``file`` in messages, whose run is called ``name``.
    #[new]
    fn new(
        file: &str,
        name: &str,
        text: &str,
        written: Vec<(String, String)>,
    ) -> Result<Self, Failure> {
        Ok(Self::with(card::of_text(file, name, text), written)?)
    }

    /// From a file, or a shipped card of that name.
    #[staticmethod]
    fn load(path: PathBuf) -> Result<Self, Failure> {
        Ok(Self::with(card::read(&path)?, Vec::new())?)
    }

    /// The same with more values replaced.
    fn replace(&self, more: Vec<(String, String)>) -> Result<Self, Failure> {
        let written = [self.written.clone(), more].concat();
        Ok(Self::with(self.text.clone(), written)?)
    }

    /// The same with this seed, if it gives none itself.
    fn with_seed(&self, seed: u64) -> Result<Self, Failure> {
        match self.gives_seed()? {
            true => Ok(self.clone()),
            false => self.replace(vec![(SEED.to_owned(), seed.to_string())]),
        }
    }

    /// Whether the seed is written, not drawn.
    fn gives_seed(&self) -> Result<bool, Failure> {
        let other = !self.card.run.seed;
        let mut overrides = self
            .written
            .iter()
            .map(|(key, value)| Override::parse(&format!("{key}={value}")))
            .collect::<Result<Vec<_>, _>>()?;
        overrides.push(Override::where_absent("seed", SEED, &other.to_string()));
        Ok(self.text.with(&overrides)?.run.seed != other)
    }

    /// What it is called in messages, its default name, its text and what replaces its values.
    fn parts(&self) -> (&str, &str, &str, Vec<(String, String)>) {
        let mut written = self.written.clone();
        // A seed that was drawn stays.
        written.push((SEED.to_owned(), self.card.run.seed.to_string()));
        (
            self.text.file(),
            self.text.name(),
            self.text.text(),
            written,
        )
    }

    /// The card as TOML with every default written out.
    fn toml(&self) -> String {
        self.card.to_toml()
    }

    /// The card as nested dictionaries with every default written out.
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let table = self.card.to_toml().parse::<toml::Table>();
        let table = table.map_err(|e| Failure::Usage(e.to_string()))?;
        plain::table(py, &table)
    }

    /// Name of the run.
    #[getter]
    fn name(&self) -> &str {
        &self.card.run.name
    }

    /// Seed of the run.
    #[getter]
    fn seed(&self) -> u64 {
        self.card.run.seed
    }

    /// The process, as ``process.kind`` spells it.
    #[getter]
    fn process(&self) -> &str {
        self.card.dark_sector.kind()
    }
}

/// Names of the shipped cards.
#[pyfunction]
pub(crate) fn shipped_cards() -> Vec<&'static str> {
    SHIPPED.to_vec()
}

/// What may be written in a card, one dictionary a key.
#[pyfunction]
pub(crate) fn card_keys(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let rows = PyList::empty(py);
    for key in KEYS {
        let row = PyDict::new(py);
        row.set_item("key", key.path)?;
        row.set_item("type", key.kind.name())?;
        row.set_item("unit", key.unit)?;
        row.set_item("default", key.default.value())?;
        row.set_item("meaning", key.meaning)?;
        rows.append(row)?;
    }
    Ok(rows)
}
