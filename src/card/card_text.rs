//! From the text of a card to the card as it is used. Pinned by `tests/card/`.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::check;
use super::error::CardError;
use super::known::{Files, Known};
use super::overrides::Override;
use super::print;
use super::resolve::resolve;
use super::rules::Resolver;
use super::run_card::RunCard;
use super::source::Source;
use super::table::KEYS;
use super::weights;
use crate::matter::form_factor::FormFactors;
use crate::process::Registry;
use crate::text;

/// Mebibytes beyond which a file is no card.
const MAX_CARD_MIB: u64 = 1;

/// The text of a card and what to call it: read once, for many cards that differ by overrides. A
/// pipe gives its text only once.
#[derive(Debug, Clone)]
pub struct CardText {
    file: String,
    name: String,
    text: String,
    known: Known,
}

impl CardText {
    /// `text`, called `file` in messages, of a run that is called `name` if it does not say so.
    pub fn new(file: &str, name: &str, text: &str) -> Self {
        Self {
            file: file.to_owned(),
            name: name.to_owned(),
            text: text.to_owned(),
            known: Known::default(),
        }
    }

    /// Reads all of `file`, called `path` in messages; the run is named like it.
    ///
    /// # Errors
    /// [`CardError::Read`].
    pub fn read(path: &Path, file: impl Read) -> Result<Self, CardError> {
        let text = text::read(file, MAX_CARD_MIB).map_err(|source| CardError::Read {
            path: path.to_owned(),
            source,
        })?;
        let stem = path.file_stem();
        Ok(Self {
            file: path.display().to_string(),
            name: stem.map_or_else(|| "run".to_owned(), |s| s.to_string_lossy().into_owned()),
            text,
            known: Known::default(),
        })
    }

    /// The same where files that the card names are found in `files`.
    #[must_use]
    pub fn with_files(mut self, files: impl Files + 'static) -> Self {
        self.known.files = Some(Arc::new(files));
        self
    }

    /// The same where the card may name these form factors.
    #[must_use]
    pub fn with_form_factors(mut self, form_factors: FormFactors) -> Self {
        self.known.form_factors = form_factors;
        self
    }

    /// The same where the card may name these processes.
    #[must_use]
    pub fn with_processes(mut self, processes: Registry) -> Self {
        self.known.processes = processes;
        self
    }

    /// What it is called in messages.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The name of its run if it does not say another.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is written in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Validates it with `overrides` in place of its own values.
    ///
    /// # Errors
    /// [`CardError`], naming the first thing that is wrong.
    pub fn with(&self, overrides: &[Override]) -> Result<RunCard, CardError> {
        let (source, table) = self.checked(overrides)?;
        let rules = Resolver::new(&source, &table, &self.name);
        let mut card = resolve(&rules, &self.known)?;
        // Its seed is of no use to a weight, and not to be drawn.
        let seed = card.run.seed.to_string();
        let seed = [Override::by_option("", "run.seed", &seed)];
        let with = |name: &str, set: &[(String, toml::Value)]| {
            let of_weight = |(key, value): &(String, toml::Value)| {
                Override::of_weight(name, key, value.clone())
            };
            let of_weight: Vec<Override> = set.iter().map(of_weight).collect();
            let (source, table) = self.checked(&[overrides, &seed, &of_weight].concat())?;
            let card = resolve(&Resolver::new(&source, &table, &self.name), &self.known)?;
            let printed = print::table(&card);
            Ok((card, printed))
        };
        card.weights = weights::resolve(&rules, with)?;
        Ok(card)
    }

    /// What is written with `overrides` in place of it: keys and types checked, nothing else.
    fn checked(&self, overrides: &[Override]) -> Result<(Source, toml::Table), CardError> {
        let (mut source, mut table) = Source::parse(KEYS, &self.file, &self.text)?;
        for one in overrides {
            one.apply(&mut source, &mut table, &self.known.processes)?;
        }
        check::check(&source, &mut table)?;
        Ok((source, table))
    }
}

impl RunCard {
    /// Validates the text of a card; `file` is its name in messages, `name` the default run name. It
    /// may name the standard processes and form factors and no files; [`CardText`] takes more.
    ///
    /// # Errors
    /// [`CardError`], naming the first thing that is wrong.
    pub fn parse(
        file: &str,
        name: &str,
        text: &str,
        overrides: &[Override],
    ) -> Result<Self, CardError> {
        CardText::new(file, name, text).with(overrides)
    }
}
