//! A parsed card held against the table of keys: unknown keys and wrong types are refused, integers
//! become floats and `1e6` a count where the key asks for one.

use toml::Value;

use super::error::{CardError, nearest};
use super::keys::{self, Key, Kind};
use super::source::Source;
use crate::text::shown;

/// Refuses unknown keys and wrong types, and brings numbers into the form their key asks for.
pub(super) fn check(source: &Source, card: &mut toml::Table) -> Result<(), CardError> {
    check_table(source, "", card)
}

fn check_table(source: &Source, prefix: &str, table: &mut toml::Table) -> Result<(), CardError> {
    let section = keys::plain(prefix.trim_end_matches('.'));
    let keys: Vec<&Key> = keys::inside(source.keys, &section).collect();
    for (name, value) in table.iter_mut() {
        let path = format!("{prefix}{name}");
        match keys.iter().find(|key| key.name() == name) {
            Some(key) => check_value(source, &path, key.kind, key.expects, value)?,
            None => {
                let mut error = source.error(&path, "an unknown key", one_of(&keys));
                error.nearest = elsewhere(source.keys, name)
                    .or_else(|| nearest(name, keys.iter().map(|key| key.name())));
                return Err(error.into());
            }
        }
    }
    Ok(())
}

/// The full name of a key called `name` in another section.
fn elsewhere(keys: &'static [Key], name: &str) -> Option<String> {
    let is_name = |path: &String| path.rsplit('.').next() == Some(name);
    keys::settable(keys).into_iter().find(is_name)
}

fn one_of(keys: &[&Key]) -> String {
    let names: Vec<&str> = keys.iter().map(|key| key.name()).collect();
    format!("one of {}", names.join(", "))
}

/// Largest float below which every whole number is exact, 2^53.
const EXACT_WHOLE: f64 = 9_007_199_254_740_992.0;

fn check_value(
    source: &Source,
    path: &str,
    kind: Kind,
    expects: &str,
    value: &mut Value,
) -> Result<(), CardError> {
    let good = match (kind, &mut *value) {
        (Kind::Table | Kind::TextOrTable, Value::Table(table)) => {
            return check_table(source, &format!("{path}."), table);
        }
        // They are checked where they are used.
        (Kind::Settings, Value::Table(_)) => true,
        (Kind::Tables | Kind::TablesOrText, Value::Array(items)) => {
            for (i, item) in items.iter_mut().enumerate() {
                let path = format!("{path}[{i}]");
                match item {
                    Value::Table(table) => check_table(source, &format!("{path}."), table)?,
                    other => return Err(source.error(&path, describe(other), expects).into()),
                }
            }
            true
        }
        (Kind::Texts | Kind::Numbers | Kind::Counts, Value::Array(items)) => {
            for (i, item) in items.iter_mut().enumerate() {
                check_value(source, &format!("{path}[{i}]"), one(kind), expects, item)?;
            }
            true
        }
        (Kind::Texts | Kind::Numbers | Kind::Counts, _) => {
            return check_value(source, path, one(kind), expects, value);
        }
        (
            Kind::Text
            | Kind::CountOrText
            | Kind::NumberOrText
            | Kind::TablesOrText
            | Kind::TextOrTable,
            Value::String(_),
        ) => true,
        (Kind::Number | Kind::NumberOrText, Value::Integer(whole)) => {
            *value = Value::Float(*whole as f64);
            true
        }
        (Kind::Number | Kind::NumberOrText, Value::Float(number)) => !number.is_nan(),
        (Kind::Seed, Value::String(digits)) => digits.parse::<u64>().is_ok(),
        (Kind::Count | Kind::Seed | Kind::CountOrText, Value::Integer(whole)) => *whole >= 0,
        (Kind::Count | Kind::Seed | Kind::CountOrText, Value::Float(number)) => {
            let whole = (0.0..=EXACT_WHOLE).contains(number) && number.fract() == 0.0;
            if whole {
                *value = Value::Integer(*number as i64);
            }
            whole
        }
        _ => false,
    };
    if good {
        Ok(())
    } else {
        Err(source.error(path, describe(value), expects).into())
    }
}

/// The kind of the value of one axis.
fn one(kind: Kind) -> Kind {
    match kind {
        Kind::Texts => Kind::Text,
        Kind::Numbers => Kind::Number,
        Kind::Counts => Kind::Count,
        other => other,
    }
}

/// A value in words, for messages.
fn describe(value: &Value) -> String {
    match value {
        Value::String(text) => format!("the text {text:?}"),
        Value::Integer(whole) => format!("{whole}"),
        Value::Float(number) => shown(*number),
        Value::Boolean(truth) => format!("{truth}"),
        Value::Datetime(date) => format!("the date {date}"),
        Value::Array(_) => "a list".to_owned(),
        Value::Table(_) => "a table".to_owned(),
    }
}
