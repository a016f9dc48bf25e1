//! The text of a card and where each of its keys stands.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::error::{CardError, KeyError, Place};
use super::keys::{self, Key};
use crate::text::{number_or_text, shorten, unseen};

/// A card's text with the place of every key and value.
pub(super) struct Source {
    /// The keys that a card may have.
    pub(super) keys: &'static [Key],
    file: String,
    text: String,
    /// Where its lines end, rising.
    ends: Vec<usize>,
    values: BTreeMap<String, Place>,
    /// Places of the names alone, to point at unknown keys.
    names: BTreeMap<String, Place>,
}

impl Source {
    /// Parses `text` and remembers where everything stands.
    pub(super) fn parse(
        keys: &'static [Key],
        file: &str,
        text: &str,
    ) -> Result<(Self, toml::Table), CardError> {
        let mut source = Self {
            keys,
            file: file.to_owned(),
            text: text.to_owned(),
            ends: text.match_indices('\n').map(|(at, _)| at).collect(),
            values: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        let tree = DeTable::parse(text).map_err(|error| source.syntax(&error))?;
        source.remember("", tree.get_ref());
        let table = match large_seed(tree.get_ref()) {
            Some((span, seed)) => {
                let (before, after) = (&text[..span.start], &text[span.end..]);
                format!("{before}\"{seed}\"{after}").parse::<toml::Table>()
            }
            None => toml::Table::deserialize(toml::Deserializer::from(tree)),
        };
        let table = table.map_err(|error| source.syntax(&error))?;
        Ok((source, table))
    }

    /// Notes that `path` was given by a command-line option.
    pub(super) fn set_by_option(&mut self, path: &str, written: &str) {
        self.values.retain(|key, _| !is_within(key, path));
        self.names.retain(|key, _| !is_within(key, path));
        self.values
            .insert(path.to_owned(), Place::Option(written.to_owned()));
        self.names
            .insert(path.to_owned(), Place::Option(written.to_owned()));
    }

    /// Notes that `path` was taken out of the card.
    pub(super) fn forget(&mut self, path: &str) {
        self.values.retain(|key, _| !is_within(key, path));
    }

    /// Whether `path` is as the card has it, not an option.
    pub(super) fn is_in_card(&self, path: &str) -> bool {
        !matches!(self.values.get(path), Some(Place::Option(_)))
    }

    /// Whether `path` is written anywhere.
    pub(super) fn knows(&self, path: &str) -> bool {
        self.values.contains_key(path)
    }

    /// The error "`path`: found …, expected …" at the place of `path`.
    pub(super) fn error(
        &self,
        path: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> KeyError {
        let unknown = keys::find(self.keys, path).is_none();
        KeyError {
            file: self.file.clone(),
            text: self.text.clone(),
            place: self.place(path, unknown),
            key: shorten(path),
            found: shorten(&found.into()),
            expected: expected.into(),
            nearest: None,
        }
    }

    /// The place of `path`, or of the nearest table around it that was written.
    fn place(&self, path: &str, name_only: bool) -> Place {
        if name_only && let Some(place) = self.names.get(path) {
            return place.clone();
        }
        let mut at = path;
        loop {
            let known = if at == path {
                self.values.get(at)
            } else {
                self.around(at)
            };
            if let Some(place) = known {
                return place.clone();
            }
            match at.rfind(['.', '[']) {
                Some(end) => at = &at[..end],
                None => return Place::Absent,
            }
        }
    }

    fn around(&self, at: &str) -> Option<&Place> {
        self.names.get(at).or_else(|| self.values.get(at))
    }

    fn remember(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let path = format!("{prefix}{}", name.get_ref());
            let place = self.line(name.span());
            self.names.insert(path.clone(), place);
            self.remember_value(&path, value.span(), value.get_ref());
        }
    }

    fn remember_value(&mut self, path: &str, span: Range<usize>, value: &DeValue<'_>) {
        let place = self.line(span);
        self.values.insert(path.to_owned(), place);
        match value {
            DeValue::Table(inner) => self.remember(&format!("{path}."), inner),
            DeValue::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.remember_value(&format!("{path}[{i}]"), item.span(), item.get_ref());
                }
            }
            _ => {}
        }
    }

    fn line(&self, span: Range<usize>) -> Place {
        let line = 1 + self.ends.partition_point(|end| *end < span.start);
        Place::Line { line, span }
    }

    fn syntax(&self, error: &toml::de::Error) -> CardError {
        if self.text.lines().any(|line| line.starts_with("# column ")) {
            let expected = "a run card; tables are drawn by `millibrem plot`";
            let base = self.error("", "a table with columns".to_owned(), expected);
            return KeyError {
                place: Place::Absent,
                ..base
            }
            .into();
        }
        let place = error.span().map_or(Place::Absent, |span| self.line(span));
        let quote = error
            .span()
            .and_then(|span| self.text.get(span))
            .unwrap_or_default();
        let mut expected = error.message().to_owned();
        let found = match expected.split_once(", expected ") {
            Some((found, rest)) => {
                let found = found.to_owned();
                expected = rest.to_owned();
                found
            }
            None => std::mem::replace(&mut expected, "a valid TOML document".to_owned()),
        };
        let line = match place {
            Place::Line { line, .. } => self.text.lines().nth(line - 1).unwrap_or_default(),
            _ => "",
        };
        // Control characters are nowhere allowed; the place of the error may be beside them.
        let mut doubtful = quote.chars().chain(line.chars().filter(|c| c.is_control()));
        if let Some((c, name)) = doubtful.find_map(|c| Some((c, unseen(c)?))) {
            let found = format!("a {name} (U+{:04X})", u32::from(c));
            let base = self.error("", found, "nothing that cannot be seen: take it out");
            return KeyError { place, ..base }.into();
        }
        if let Some((value, problem)) = foreign_number(line) {
            let expected = format!("a number as TOML writes it; {problem}");
            let base = self.error("", format!("`{value}`"), expected);
            return KeyError { place, ..base }.into();
        }
        let quote = quote.lines().next().unwrap_or_default().trim();
        if found.starts_with("invalid type: integer") {
            // TOML's whole numbers end at 2⁶³.
            let is_it = |known: &&Place| **known == place;
            let mut keys = self.values.iter().filter(|(_, known)| is_it(known));
            let key = keys.next().map_or("", |(key, _)| key.as_str());
            let expected = match keys::find(self.keys, key) {
                Some(key) => key.expects,
                None => "a whole number below 2^63",
            };
            let base = self.error(key, quote, expected);
            return KeyError { place, ..base }.into();
        }
        let found = match quote.len() {
            1..=40 => format!("{found} (`{quote}`)"),
            _ => found,
        };
        let base = self.error("", found, expected);
        KeyError { place, ..base }.into()
    }
}

/// Whether `key` is `path`, or part of its value.
fn is_within(key: &str, path: &str) -> bool {
    let rest = key.strip_prefix(path);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What stands for a number in a line and would be one as people write them elsewhere: with a
/// decimal comma or a dash.
fn foreign_number(line: &str) -> Option<(&str, String)> {
    let (_, value) = line.split_once('=')?;
    let value = value.split('#').next().unwrap_or_default().trim();
    number_or_text(value).err().map(|problem| (value, problem))
}

/// Where the seed stands, and what it is, if it is beyond the numbers of TOML, which end at 2⁶³.
fn large_seed(card: &DeTable<'_>) -> Option<(Range<usize>, u64)> {
    let DeValue::Table(run) = card.get("run")?.get_ref() else {
        return None;
    };
    let seed = run.get("seed")?;
    Some((seed.span(), large_integer(seed.get_ref())?))
}

/// A whole number beyond those of TOML, in any base that TOML has.
pub(super) fn large_integer(value: &DeValue<'_>) -> Option<u64> {
    let DeValue::Integer(number) = value else {
        return None;
    };
    let value = u64::from_str_radix(number.as_str(), number.radix()).ok()?;
    (value > i64::MAX as u64).then_some(value)
}
