//! A run card with what replaces its values: immutable, and the same after pickling.

use std::path::PathBuf;

use millibrem::card::{CardError, CardText, KEYS, Override, RunCard, SHIPPED};
use millibrem::study::CardSource;
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

/// What the text of a card is called, behind the name of its file, whose lines it has no longer.
const REPLACED: &str = ", as replaced";

/// How a seed that was drawn is put back.
const SEED: &str = "run.seed";

impl Card {
    /// `text` with what replaces its values, and `seed` if they give none.
    fn with(
        text: CardText,
        written: Vec<(String, String)>,
        seed: Option<u64>,
    ) -> Result<Self, CardError> {
        let card = text.with(&overrides(&written, seed)?)?;
        Ok(Self {
            text,
            written,
            card,
        })
    }
}

fn overrides(written: &[(String, String)], seed: Option<u64>) -> Result<Vec<Override>, CardError> {
    let one = |(key, value): &(String, String)| Override::parse(&format!("{key}={value}"));
    let seed = seed.map(|seed| Ok(Override::where_absent("seed", SEED, &seed.to_string())));
    written.iter().map(one).chain(seed).collect()
}

impl Card {
    /// What a study makes cards of.
    pub(crate) fn source(&self) -> Result<CardSource, Failure> {
        let overrides = overrides(&[], Some(self.card.run.seed))?;
        Ok(CardSource::new(self.settled(), overrides))
    }

    /// The text to replace values of: what one key drops of another was dropped when that was replaced.
    fn settled(&self) -> CardText {
        match self.written.is_empty() {
            true => self.text.clone(),
            false => {
                let file = self.text.file().trim_end_matches(REPLACED);
                let file = format!("{file}{REPLACED}");
                card::of_text(&file, self.text.name(), &self.card.to_toml())
            }
        }
    }
}

#[pymethods]
impl Card {
    /// From the text of a card, called ``file`` in messages, whose run is called ``name``.
    #[new]
    #[pyo3(signature = (file, name, text, written, seed=None))]
    fn new(
        file: &str,
        name: &str,
        text: &str,
        written: Vec<(String, String)>,
        seed: Option<u64>,
    ) -> Result<Self, Failure> {
        Ok(Self::with(card::of_text(file, name, text), written, seed)?)
    }

    /// From a file, or a shipped card of that name.
    #[staticmethod]
    fn load(path: PathBuf) -> Result<Self, Failure> {
        Ok(Self::with(card::read(&path)?, Vec::new(), None)?)
    }

    /// The same with more values replaced; a seed that was drawn stays.
    fn replace(&self, more: Vec<(String, String)>) -> Result<Self, Failure> {
        let seed = Some(self.card.run.seed);
        Ok(Self::with(self.settled(), more, seed)?)
    }

    /// The same with this seed, if it gives none itself.
    fn with_seed(&self, seed: u64) -> Result<Self, Failure> {
        let (text, written) = (self.text.clone(), self.written.clone());
        Ok(Self::with(text, written, Some(seed))?)
    }

    /// What it is called in messages, its default name, its text, what replaces its values, and
    /// its seed.
    fn parts(&self) -> (&str, &str, &str, Vec<(String, String)>, u64) {
        let (text, seed) = (&self.text, self.card.run.seed);
        (
            text.file(),
            text.name(),
            text.text(),
            self.written.clone(),
            seed,
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
        self.card.kind.name()
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
