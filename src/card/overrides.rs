//! Command-line values that replace those of the card.

use toml::Value;

use super::error::{CardError, KeyError, Place, nearest};
use super::keys;
use super::source::Source;

/// One card key given on the command line.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    key: String,
    value: Value,
    written: String,
}

impl Override {
    /// Reads `section.key=value`, the argument of `--set`.
    ///
    /// The value is TOML; what is no TOML is taken as a bare word (`beam.lepton=e-`).
    ///
    /// # Errors
    /// [`CardError::Key`] if there is no `=`, or no key of that name.
    pub fn parse(assignment: &str) -> Result<Self, CardError> {
        let written = format!("--set {assignment}");
        let Some((key, value)) = assignment.split_once('=') else {
            let (found, expected) = (format!("`{assignment}`"), "section.key=value");
            return Err(at_option(
                &written,
                "--set",
                found,
                expected.to_owned(),
                None,
            ));
        };
        let key = key.trim();
        let names = keys::settable();
        if !names.iter().any(|name| name == key) {
            let near = nearest(key, names.iter().map(String::as_str));
            let expected = "the full name of a key, such as beam.energy_gev".to_owned();
            return Err(at_option(
                &written,
                key,
                "an unknown key".to_owned(),
                expected,
                near,
            ));
        }
        Ok(Self {
            key: key.to_owned(),
            value: value_of(value.trim()),
            written,
        })
    }

    /// The key `key` with a whole number, given by the option `option` (such as `--seed`).
    pub fn whole_number(key: &str, number: u64, option: &str) -> Self {
        let value = i64::try_from(number).map_or(Value::Float(number as f64), Value::Integer);
        Self {
            key: key.to_owned(),
            value,
            written: format!("{option} {number}"),
        }
    }

    /// Puts the value into the card in place of what was there.
    pub(super) fn apply(&self, source: &mut Source, card: &mut toml::Table) {
        source.set_by_option(&self.key, &self.written);
        let mut parts: Vec<&str> = self.key.split('.').collect();
        let Some(last) = parts.pop() else { return };
        let mut table = card;
        for part in parts {
            let inner = table
                .entry(part)
                .or_insert_with(|| Value::Table(toml::Table::new()));
            match inner {
                Value::Table(inner) => table = inner,
                // The card has something else here; the check of types will say so.
                _ => return,
            }
        }
        table.insert(last.to_owned(), self.value.clone());
    }
}

fn value_of(text: &str) -> Value {
    let parsed = format!("value = {text}").parse::<toml::Table>().ok();
    let single = parsed
        .filter(|table| table.len() == 1)
        .and_then(|mut t| t.remove("value"));
    single.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn at_option(
    written: &str,
    key: &str,
    found: String,
    expected: String,
    nearest: Option<String>,
) -> CardError {
    let place = Place::Option(written.to_owned());
    let (file, text) = (String::new(), String::new());
    KeyError {
        file,
        text,
        place,
        key: key.to_owned(),
        found,
        expected,
        nearest,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_toml_and_bare_words_are_text() {
        let value = |text| Override::parse(text).map(|o| o.value).ok();
        assert_eq!(value("beam.lepton=e-"), Some(Value::String("e-".into())));
        assert_eq!(
            value("beam.lepton=\"mu+\""),
            Some(Value::String("mu+".into()))
        );
        assert_eq!(value("beam.energy_gev=160"), Some(Value::Integer(160)));
        assert_eq!(value("beam.energy_gev = 1e2"), Some(Value::Float(100.0)));
        assert_eq!(
            value("run.name=1\nvalue2=3"),
            Some(Value::String("1\nvalue2=3".into()))
        );
    }

    #[test]
    fn an_unknown_key_names_the_option_and_the_nearest_key() {
        let error = Override::parse("beam.energy=3").map_err(|e| e.to_string());
        let expected = "option `--set beam.energy=3`: beam.energy: found an unknown key, expected \
                        the full name of a key, such as beam.energy_gev; did you mean \
                        `beam.energy_gev`?";
        assert_eq!(error, Err(expected.to_owned()));
        assert!(Override::parse("beam.lepton").is_err());
    }
}
