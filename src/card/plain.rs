//! Keys with a plain value: how it is read from a card, held against its key, and written back.
//!
//! `keys!` declares the rows of a section. A row that ends in `=> field: Type` is all there is of a key: the field of
//! the section, its reading and its printing follow from it. `= value` behind the type reads it by a rule of its own.

use toml::Value;

use super::error::CardError;
use super::keys::Absent;
use super::printed::Printed;
use super::rules::{Plain, Resolver};
use crate::named::Choice;
use crate::text::shown;

/// Rows of the table of keys, and a section of them.
macro_rules! keys {
    ($table:ident: $($path:literal: $kind:ident, $unit:literal, $allowed:expr, $default:expr, $meaning:expr, $expects:expr;)*) => {
        pub(super) const $table: &[$crate::card::Key] = {
            #[allow(unused_imports)]
            use $crate::card::keys::{Absent::*, Allowed::*, TABLE, names, within};
            &[$($crate::card::Key {
                path: $path,
                kind: $crate::card::Kind::$kind,
                unit: $unit,
                allowed: $allowed,
                default: $default,
                meaning: $meaning,
                expects: $expects,
            },)*]
        };
    };
    ($(#[$meta:meta])* pub struct $section:ident($rules:ident) of $table:ident:
        $($path:literal: $kind:ident, $unit:literal, $allowed:expr, $default:expr, $meaning:literal, $expects:expr
        $(=> $field:ident: $type:ty $(= $read:expr)?)?;)*) => {
        $(#[$meta])*
        pub struct $section {
            $($(#[doc = $meaning] pub $field: $type,)?)*
        }

        keys! { $section($rules) of $table:
            $($path: $kind, $unit, $allowed, $default, $meaning, $expects $(=> $field: $type $(= $read)?)?;)*
        }
    };
    ($section:ident($rules:ident) of $table:ident:
        $($path:literal: $kind:ident, $unit:literal, $allowed:expr, $default:expr, $meaning:expr, $expects:expr
        $(=> $field:ident: $type:ty $(= $read:expr)?)?;)*) => {
        keys! { $table: $($path: $kind, $unit, $allowed, $default, $meaning, $expects;)* }

        impl $crate::card::rules::Plain for $section {
            fn read(
                $rules: &$crate::card::rules::Resolver<'_>,
                _: &str,
            ) -> Result<Self, $crate::card::CardError> {
                $($(let $field: $type = keys!(@read $rules, $path $(, $read)?);)?)*
                Ok(Self { $($($field,)?)* })
            }

            fn print(&self, _: &str, out: &mut $crate::card::printed::Printed) {
                $($($crate::card::rules::Plain::print(&self.$field, $path, out);)?)*
            }
        }
    };
    (@read $rules:ident, $path:literal) => { $rules.read($path)? };
    (@read $rules:ident, $path:literal, $read:expr) => { $read };
}
pub(super) use keys;

impl Plain for f64 {
    fn read(rules: &Resolver<'_>, path: &str) -> Result<Self, CardError> {
        let number = rules.value(path, Value::as_float)?;
        rules.held(path, number, shown(number)).map(|()| number)
    }

    fn print(&self, path: &str, out: &mut Printed) {
        out.put(path, *self);
    }
}

impl Plain for u64 {
    fn read(rules: &Resolver<'_>, path: &str) -> Result<Self, CardError> {
        let count = rules.value(path, |value| value.as_integer()?.try_into().ok())?;
        rules.held(path, count as f64, count).map(|()| count)
    }

    fn print(&self, path: &str, out: &mut Printed) {
        // Whole numbers in TOML end at 2⁶³.
        let digits = |_| Value::from(self.to_string());
        out.put(path, i64::try_from(*self).map_or_else(digits, Value::from));
    }
}

impl Plain for usize {
    fn read(rules: &Resolver<'_>, path: &str) -> Result<Self, CardError> {
        let count = u64::read(rules, path)?;
        Self::try_from(count).map_err(|_| rules.bad(path, count))
    }

    fn print(&self, path: &str, out: &mut Printed) {
        (*self as u64).print(path, out);
    }
}

impl Plain for String {
    fn read(rules: &Resolver<'_>, path: &str) -> Result<Self, CardError> {
        rules.value(path, |value| value.as_str().map(str::to_owned))
    }

    fn print(&self, path: &str, out: &mut Printed) {
        out.put(path, self.as_str());
    }
}

/// Where nothing holds without it, that is the first of the choices, which is left out.
impl<T: Choice> Plain for T {
    fn read(rules: &Resolver<'_>, path: &str) -> Result<Self, CardError> {
        match rules.default(path) {
            Absent::Nothing(_) if !rules.has(path) => Ok(T::CHOICES[0]),
            _ => rules.named(path, &String::read(rules, path)?),
        }
    }

    fn print(&self, path: &str, out: &mut Printed) {
        if *self != T::CHOICES[0] || !matches!(out.default(path), Absent::Nothing(_)) {
            out.put(path, self.spelling());
        }
    }
}

/// Two numbers, or one for both.
impl Plain for [f64; 2] {
    fn read(rules: &Resolver<'_>, path: &str) -> Result<Self, CardError> {
        let found = match Vec::read(rules, path)?[..] {
            [one] => [one; 2],
            [x, y] => [x, y],
            ref other => return Err(rules.bad(path, format!("{} numbers", other.len()))),
        };
        let mut each = found.iter();
        each.try_for_each(|number| rules.held(path, *number, shown(*number)))?;
        Ok(found)
    }

    fn print(&self, path: &str, out: &mut Printed) {
        out.put(path, self.to_vec());
    }
}

/// One or several values, as they are written.
fn each<T>(value: &Value, of: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    match value {
        Value::Array(all) => all.iter().map(of).collect(),
        one => Some(vec![of(one)?]),
    }
}

impl Plain for Vec<f64> {
    fn read(rules: &Resolver<'_>, path: &str) -> Result<Self, CardError> {
        rules.value(path, |value| each(value, Value::as_float))
    }

    fn print(&self, path: &str, out: &mut Printed) {
        out.put(path, self.clone());
    }
}

impl Plain for Vec<String> {
    fn read(rules: &Resolver<'_>, path: &str) -> Result<Self, CardError> {
        rules.value(path, |value| {
            each(value, |one| one.as_str().map(str::to_owned))
        })
    }

    fn print(&self, path: &str, out: &mut Printed) {
        out.put(path, self.clone());
    }
}

/// A value that need not be there.
impl<T: Plain> Plain for Option<T> {
    fn read(rules: &Resolver<'_>, path: &str) -> Result<Self, CardError> {
        rules
            .written(path)
            .map(|_| T::read(rules, path))
            .transpose()
    }

    fn print(&self, path: &str, out: &mut Printed) {
        if let Some(value) = self {
            value.print(path, out);
        }
    }
}
