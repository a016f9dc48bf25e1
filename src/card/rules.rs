//! How single values are judged, and how what is wrong with them is said.

use std::fmt::Display;

use toml::Value;

use super::error::{CardError, nearest};
use super::keys::{self, Absent, Key};
use super::printed::Printed;
use super::source::Source;
use crate::checked::BadNumber;
use crate::named::Choice;
use crate::text::shown;

/// A value that stands in a card by itself.
pub(super) trait Plain: Sized {
    /// What is written, or what holds without it.
    fn read(rules: &Resolver<'_>, path: &str) -> Result<Self, CardError>;

    /// Writes it back.
    fn print(&self, path: &str, out: &mut Printed);
}

/// Judges values by their key and makes the errors.
pub(super) struct Resolver<'a> {
    pub(super) source: &'a Source,
    card: &'a toml::Table,
    /// The name of the run unless the card gives one.
    pub(super) name: &'a str,
}

impl<'a> Resolver<'a> {
    /// The judge of what stands in `card`, whose text is `source` and whose run is called `name`.
    pub(super) fn new(source: &'a Source, card: &'a toml::Table, name: &'a str) -> Self {
        Self { source, card, name }
    }

    /// What is written of a key, with positions in lists: `target.material[0].element`.
    pub(super) fn written(&self, path: &str) -> Option<&'a Value> {
        let (section, name) = match path.rsplit_once('.') {
            Some((section, name)) => (self.written(section)?.as_table()?, name),
            None => (self.card, path),
        };
        match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((name, at)) => section.get(name)?.get(at.parse::<usize>().ok()?),
            None => section.get(name),
        }
    }

    /// Whether anything is written of it.
    pub(super) fn has(&self, path: &str) -> bool {
        self.written(path).is_some()
    }

    /// What is written, held against its key, or what holds without it.
    pub(super) fn read<T: Plain>(&self, path: &str) -> Result<T, CardError> {
        T::read(self, path)
    }

    pub(super) fn key(&self, path: &str) -> Option<&'static Key> {
        keys::find(self.source.keys, path)
    }

    /// What holds where a key is not written.
    pub(super) fn default(&self, path: &str) -> Absent {
        self.key(path)
            .map_or(Absent::Nothing(""), |key| key.default)
    }

    /// What is written, or the default of the key; a key without one must be written.
    pub(super) fn value<T>(
        &self,
        path: &str,
        of: impl Fn(&Value) -> Option<T>,
    ) -> Result<T, CardError> {
        let default = match self.default(path) {
            Absent::Number(number) => Some(number.into()),
            Absent::Count(count) => i64::try_from(count).ok().map(Value::from),
            Absent::Text(text) => Some(text.into()),
            Absent::Depends(_) | Absent::Nothing(_) | Absent::Required(_) => None,
        };
        let value = self.written(path).or(default.as_ref());
        self.required(path, value.and_then(of))
    }

    /// Refuses a number that its key does not take, which is said as `found`.
    pub(super) fn held(
        &self,
        path: &str,
        number: f64,
        found: impl Display,
    ) -> Result<(), CardError> {
        match self.key(path).is_none_or(|key| key.allowed.holds(number)) {
            true => Ok(()),
            false => Err(self.bad(path, found)),
        }
    }

    /// The error that `found` is not what is expected.
    pub(super) fn wrong(
        &self,
        path: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> CardError {
        self.source.error(path, found, expected).into()
    }

    /// The error that `found` is not what the table of keys asks for.
    pub(super) fn bad(&self, path: &str, found: impl Display) -> CardError {
        self.wrong(path, found.to_string(), self.expects(path))
    }

    /// What the numbers of the card make; they have been judged by their keys, which allow no more.
    pub(super) fn made<T>(&self, made: Result<T, BadNumber>) -> Result<T, CardError> {
        made.map_err(|bad| self.wrong(bad.name, shown(bad.found), bad.expected))
    }

    /// The error that a key is written which has no meaning there.
    pub(super) fn idle(&self, path: &str, because: &str) -> CardError {
        self.wrong(path, "a value", format!("no such key, for {because}"))
    }

    /// Refuses what is written of keys that have no meaning there.
    pub(super) fn refuse<'k>(
        &self,
        idle: impl IntoIterator<Item = &'k str>,
        because: &str,
    ) -> Result<(), CardError> {
        match idle.into_iter().find(|path| self.source.knows(path)) {
            Some(path) => Err(self.idle(path, because)),
            None => Ok(()),
        }
    }

    /// The error that two keys are both written where one is meant.
    pub(super) fn excludes(&self, path: &str, other: &str) -> CardError {
        self.wrong(path, format!("both this and {other}"), "one of the two")
    }

    /// The error that nothing is called `found`, though `meant` may have been.
    pub(super) fn unknown(&self, path: &str, found: &str, meant: Option<String>) -> CardError {
        let mut error = self
            .source
            .error(path, format!("{found:?}"), self.expects(path));
        error.nearest = meant;
        error.into()
    }

    /// A value that must be written.
    pub(super) fn required<T>(&self, path: &str, value: Option<T>) -> Result<T, CardError> {
        value.ok_or_else(|| self.bad(path, "nothing"))
    }

    /// One of several names.
    pub(super) fn choice<T>(
        &self,
        path: &str,
        name: &str,
        names: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, CardError> {
        parse(name).ok_or_else(|| {
            let expected = format!("one of {}", names.join(", "));
            let mut error = self.source.error(path, format!("{name:?}"), expected);
            error.nearest = nearest(name, names.iter().copied());
            error.into()
        })
    }

    /// The choice of this name.
    pub(super) fn named<T: Choice>(&self, path: &str, name: &str) -> Result<T, CardError> {
        let find = |name: &str| T::CHOICES.iter().copied().find(|c| c.spelling() == name);
        self.choice(path, name, &keys::names::<T>(), find)
    }

    fn expects(&self, path: &str) -> &'static str {
        self.key(path).map_or("another value", |key| key.expects)
    }
}
