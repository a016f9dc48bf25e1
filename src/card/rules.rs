//! How single values are judged, and how what is wrong with them is said.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::error::{CardError, nearest};
use super::keys::{self, Absent};
use super::source::Source;
use crate::checked::BadNumber;
use crate::text::shown;

/// Judges values by their key and makes the errors.
pub(super) struct Resolver<'a> {
    source: &'a Source,
}

impl<'a> Resolver<'a> {
    /// The judge of what stands in `source`.
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source }
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
        self.wrong(path, found.to_string(), expects(path))
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
        let mut error = self.source.error(path, format!("{found:?}"), expects(path));
        error.nearest = meant;
        error.into()
    }

    /// A value that must be written.
    pub(super) fn required<T>(&self, path: &str, value: Option<T>) -> Result<T, CardError> {
        value.ok_or_else(|| self.bad(path, "nothing"))
    }

    /// A number that, if written, must satisfy `good`.
    pub(super) fn number(
        &self,
        path: &str,
        value: Option<f64>,
        good: impl Fn(f64) -> bool,
    ) -> Result<Option<f64>, CardError> {
        match value {
            Some(number) if !good(number) => Err(self.bad(path, shown(number))),
            other => Ok(other),
        }
    }

    /// A number that, if written, must lie in `range`.
    pub(super) fn within(
        &self,
        path: &str,
        value: Option<f64>,
        range: &RangeInclusive<f64>,
    ) -> Result<Option<f64>, CardError> {
        self.number(path, value, |number| range.contains(&number))
    }

    /// A count within limits, or its default.
    pub(super) fn count(
        &self,
        path: &str,
        value: Option<u64>,
        range: RangeInclusive<u64>,
    ) -> Result<u64, CardError> {
        match value {
            Some(number) if !range.contains(&number) => Err(self.bad(path, number)),
            Some(number) => Ok(number),
            None => self.default(path, |default| match default {
                Absent::Count(count) => Some(count),
                _ => None,
            }),
        }
    }

    /// The number, or the default of its key.
    pub(super) fn or_default(&self, path: &str, value: Option<f64>) -> Result<f64, CardError> {
        value.map_or_else(
            || {
                self.default(path, |default| match default {
                    Absent::Number(number) => Some(number),
                    _ => None,
                })
            },
            Ok,
        )
    }

    /// The text, or the default of its key.
    pub(super) fn or_default_text<'t>(
        &self,
        path: &str,
        value: Option<&'t str>,
    ) -> Result<&'t str, CardError> {
        value.map_or_else(
            || {
                self.default(path, |default| match default {
                    Absent::Text(text) => Some(text),
                    _ => None,
                })
            },
            Ok,
        )
    }

    /// The default of a key; a key without one must be written.
    fn default<T>(&self, path: &str, take: impl Fn(Absent) -> Option<T>) -> Result<T, CardError> {
        self.required(path, keys::find(path).and_then(|key| take(key.default)))
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

    /// The choice spelt `written`, or the default of its key.
    pub(super) fn named<T: Copy>(
        &self,
        path: &str,
        written: Option<&str>,
        all: &'static [T],
        name: impl Fn(T) -> &'static str,
    ) -> Result<T, CardError> {
        let names: Vec<&str> = all.iter().map(|choice| name(*choice)).collect();
        let find = |wanted: &str| all.iter().copied().find(|choice| name(*choice) == wanted);
        self.choice(path, self.or_default_text(path, written)?, &names, find)
    }
}

fn expects(path: &str) -> &'static str {
    keys::find(path).map_or("another value", |key| key.expects)
}
