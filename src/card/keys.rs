//! What a key of the card is.
//!
//! The rows of each section stand beside its rules, in a [`keys!`](super::plain); `table.rs` puts them together.

use std::ops::RangeInclusive;

use crate::named::Choice;
use crate::text::exact;

/// What kind of value a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// A whole number of at least 0; `1e6` is one.
    Count,
    /// 64 bits; a text of digits is one, for numbers in TOML end at 2⁶³.
    Seed,
    /// A whole number, or a name in its place.
    CountOrText,
    /// A number, or a name in its place.
    NumberOrText,
    /// One text, or a list of them, one an axis.
    Texts,
    /// One number, or a list of them, one an axis.
    Numbers,
    /// One whole number, or a list of them, one an axis.
    Counts,
    /// A section.
    Table,
    /// A name, or a section in its place.
    TextOrTable,
    /// A list of tables.
    Tables,
    /// A list of tables, or a name in its place.
    TablesOrText,
    /// Keys of the card with values, in a table.
    Settings,
}

impl Kind {
    /// The kind in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Count | Self::Seed => "whole number",
            Self::CountOrText => "whole number or text",
            Self::NumberOrText => "number or text",
            Self::Texts => "text or list",
            Self::Numbers => "number or list",
            Self::Counts => "whole number or list",
            Self::Table => "table",
            Self::TextOrTable => "text or table",
            Self::Tables => "list of tables",
            Self::TablesOrText => "list of tables or text",
            Self::Settings => "table of keys",
        }
    }

    /// Whether it has keys of its own.
    pub(super) fn is_section(self) -> bool {
        matches!(self, Self::Table | Self::TextOrTable) || self.is_list_of_tables()
    }

    /// Whether it is a list of tables that have keys of their own.
    pub(super) fn is_list_of_tables(self) -> bool {
        matches!(self, Self::Tables | Self::TablesOrText)
    }
}

/// What values a key takes.
#[derive(Debug, Clone, Copy)]
pub enum Allowed {
    /// Said in words; empty where the type says it all.
    Range(&'static str),
    /// Numbers that fulfil a condition, in words such as `1 to 1000`.
    Numbers(&'static str, fn(f64) -> bool),
    /// One of these names.
    Choices(fn() -> Vec<&'static str>),
}

impl Allowed {
    /// The range in words; empty where the type or the choices say it all.
    pub fn range(&self) -> &'static str {
        match self {
            Self::Range(words) | Self::Numbers(words, _) => words,
            Self::Choices(_) => "",
        }
    }

    /// The names, where it takes only some.
    pub fn choices(&self) -> Option<Vec<&'static str>> {
        match self {
            Self::Choices(names) => Some(names()),
            Self::Range(_) | Self::Numbers(..) => None,
        }
    }

    /// Whether this number is allowed.
    pub(super) fn holds(&self, number: f64) -> bool {
        !matches!(self, Self::Numbers(_, good) if !good(number))
    }
}

/// The numbers from one to another, which are said as they are written.
macro_rules! within {
    ($low:literal to $high:literal) => {
        $crate::card::Allowed::Numbers(
            concat!(stringify!($low), " to ", stringify!($high)),
            |number| ($low as f64..=$high as f64).contains(&number),
        )
    };
}
pub(super) use within;

/// The names of all choices.
pub(super) fn names<T: Choice>() -> Vec<&'static str> {
    T::CHOICES.iter().map(|choice| choice.spelling()).collect()
}

/// What holds where a key is not written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Absent {
    /// This number.
    Number(f64),
    /// This whole number.
    Count(u64),
    /// This text.
    Text(&'static str),
    /// What depends on other keys, in words.
    Depends(&'static str),
    /// Nothing, so no value is used; the words say what of it, if there is anything to say.
    Nothing(&'static str),
    /// An error; the words say when, if not always.
    Required(&'static str),
}

impl Absent {
    /// The value as TOML, if there is a fixed one.
    pub fn value(&self) -> Option<String> {
        match self {
            Self::Number(number) => Some(exact(*number)),
            Self::Count(count) => Some(count.to_string()),
            Self::Text(text) => Some(format!("{text:?}")),
            Self::Depends(_) | Self::Nothing(_) | Self::Required(_) => None,
        }
    }

    /// What holds in words, where there is no fixed value.
    pub fn words(&self) -> Option<String> {
        let and = |what: &str, words: &str| match words {
            "" => what.to_owned(),
            words => format!("{what} {words}"),
        };
        match self {
            Self::Depends(words) => Some((*words).to_owned()),
            Self::Nothing(words) => Some(and("none", words)),
            Self::Required(words) => Some(and("required", words)),
            Self::Number(_) | Self::Count(_) | Self::Text(_) => None,
        }
    }
}

/// One key of the card.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Full name, `section.key`; positions in lists are left out.
    pub path: &'static str,
    /// Type of its value.
    pub kind: Kind,
    /// Unit of its value; empty if it has none.
    pub unit: &'static str,
    /// Values it takes.
    pub allowed: Allowed,
    /// What holds if it is not written.
    pub default: Absent,
    /// What it means, a sentence.
    pub meaning: &'static str,
    /// Completes "expected …" in errors.
    pub expects: &'static str,
}

impl Key {
    /// The name inside its section.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The full name of its section; empty at the top.
    pub fn section(&self) -> &'static str {
        self.path
            .rsplit_once('.')
            .map_or("", |(section, _)| section)
    }
}

/// What a section expects.
pub(super) const TABLE: &str = "a table of keys";
/// Lengths, densities and numbers of particles: products of them stay finite and above 0.
pub(super) const AMOUNTS: RangeInclusive<f64> = 1e-30..=1e30;

/// The keys of a section, or of the tables of a list; empty for the top of the card.
pub(super) fn inside<'k>(
    keys: &'static [Key],
    section: &'k str,
) -> impl Iterator<Item = &'static Key> + 'k {
    let is_inside = move |key: &&Key| {
        // From the front, where most keys differ: every section that is written asks all of them.
        let name = match section {
            "" => Some(key.path),
            _ => key
                .path
                .strip_prefix(section)
                .and_then(|rest| rest.strip_prefix('.')),
        };
        name.is_some_and(|name| !name.contains('.'))
    };
    keys.iter().filter(is_inside)
}

/// The full name without positions in lists: `histogram.min` for `histogram[2].min[0]`.
pub(super) fn plain(path: &str) -> String {
    let parts = path.split('.');
    let names: Vec<&str> = parts.map(|p| p.split('[').next().unwrap_or(p)).collect();
    names.join(".")
}

/// The key with this full name (list positions left out), if there is one.
pub(super) fn find(keys: &'static [Key], path: &str) -> Option<&'static Key> {
    let path = plain(path);
    keys.iter().find(|key| key.path == path)
}

/// Full names of every key a command-line option can set; those of histograms are set in all of them.
pub(super) fn settable(keys: &'static [Key]) -> Vec<String> {
    let in_list = |key: &Key| {
        let section = find(keys, key.section());
        section.is_some_and(|s| s.kind.is_list_of_tables() && s.path != "histogram")
            || key.path == "histogram.observable"
    };
    let keys = keys
        .iter()
        .filter(|key| key.kind != Kind::Table && !in_list(key));
    keys.map(|key| key.path.to_owned()).collect()
}
