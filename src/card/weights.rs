//! Further weights of the events of a card: `[[weight]]`, each another choice of what a squared
//! amplitude depends on at given momenta.
//!
//! Pinned by `tests/card/weights.rs`.

use toml::{Table, Value};

use super::error::{CardError, KeyError, Place, nearest};
use super::plain::keys;
use super::printed::Printed;
use super::rules::Resolver;
use super::run_card::{RunCard, WeightSpec};

keys! { KEYS:
    "weight": Tables, "", Range("at most 16 of different names"), Nothing(""),
        "Further weights of the same events, for another choice of what the squared amplitude depends on, each under its own `[[weight]]`: \
         the mean of each is σ of that choice.",
        "a list of tables, each under [[weight]]";
    "weight.name": Text, "", Range("letters, digits and `_`"), Required(""),
        "Name of the weight; its column is `weight_<name>`.",
        "a name of letters, digits and `_`";
    "weight.set": Settings, "", Range("`dark_sector.alpha_d`, `dark_sector.charge`, `dark_sector.coupling`, `dark_sector.epsilon`, `dark_sector.g_chi`, `dark_sector.spin`, `target.form_factor`, `target.nucleus_spin`"),
        Required(""),
        "What is different, such as `{ \"target.form_factor\" = \"helm\" }`.",
        "a table of keys with values, such as { \"target.form_factor\" = \"helm\" }";
}

/// What a weight changes, keys with their values.
type Settings = [(String, Value)];

/// What a further weight may change: all else moves or removes the points that events are made of.
const CHANGEABLE: &[&str] = &[
    "dark_sector.alpha_d",
    "dark_sector.charge",
    "dark_sector.coupling",
    "dark_sector.epsilon",
    "dark_sector.g_chi",
    "dark_sector.spin",
    "target.form_factor",
    "target.form_factor.file",
    "target.nucleus_spin",
];

/// Two names of one coupling.
const SAME: [[&str; 2]; 2] = [
    ["dark_sector.alpha_d", "dark_sector.g_chi"],
    ["dark_sector.coupling", "dark_sector.epsilon"],
];

/// Most further weights of a card.
const MOST: usize = 16;

/// Longest name of one.
const LONGEST_NAME: usize = 64;

/// The weights of a card; `with` gives its form with the values of a weight of this name, and how that is printed.
pub(super) fn resolve(
    rules: &Resolver<'_>,
    with: impl Fn(&str, &Settings) -> Result<(RunCard, Table), CardError>,
) -> Result<Vec<WeightSpec>, CardError> {
    let written = rules.written("weight").and_then(Value::as_array);
    let written = written.into_iter().flatten().filter_map(Value::as_table);
    let written: Vec<&Table> = written.collect();
    let mut all: Vec<WeightSpec> = Vec::new();
    for (i, one) in written.iter().enumerate() {
        let path = format!("weight[{i}]");
        let name = name(rules, &path, one.get("name").and_then(Value::as_str))?;
        if all.iter().any(|earlier| earlier.name == name) {
            let found = format!("{name:?} a second time");
            let expected = "a name of its own for each weight";
            return Err(rules.wrong(&format!("{path}.name"), found, expected));
        }
        if i == MOST {
            let found = format!("{} weights", written.len());
            return Err(rules.wrong("weight", found, "at most 16"));
        }
        let path = format!("{path}.set");
        let mut set = Vec::new();
        flatten("", one.get("set").and_then(Value::as_table), &mut set);
        if set.is_empty() {
            let expected = "what the weight changes, such as { \"target.form_factor\" = \"helm\" }";
            return Err(rules.wrong(&path, "nothing", expected));
        }
        for (key, _) in &set {
            if !CHANGEABLE.contains(&key.as_str()) {
                let (path, found) = (format!("{path}.{key}"), "a key that a weight cannot change");
                let known = rules.key(key).is_some();
                // A key of cards is no slip of the pen.
                let why = match known {
                    true => {
                        "; masses, energies and cuts decide which events there are: make a run of its own"
                    }
                    false => "",
                };
                let expected = format!("one of {}{why}", CHANGEABLE.join(", "));
                let mut error = rules.source.error(&path, found, expected);
                error.nearest = nearest(key, CHANGEABLE.iter().copied()).filter(|_| !known);
                return Err(error.into());
            }
        }
        for [one, other] in SAME {
            if [one, other]
                .iter()
                .all(|key| set.iter().any(|(k, _)| k == key))
            {
                let found = format!("both this and {other}");
                let path = format!("{path}.{one}");
                return Err(rules.wrong(&path, found, "one of the two"));
            }
        }
        let made = with(&name, &set).map_err(|error| placed(rules, &path, error));
        let (card, printed) = made?;
        all.push(WeightSpec {
            set: values(&printed, &set),
            name,
            card: Box::new(card),
        });
    }
    Ok(all)
}

fn name(rules: &Resolver<'_>, path: &str, raw: Option<&str>) -> Result<String, CardError> {
    let good = |name: &str| {
        let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (1..=LONGEST_NAME).contains(&name.len()) && letters
    };
    match raw {
        Some(name) if good(name) => Ok(name.to_owned()),
        other => {
            let found = other.map_or_else(|| "nothing".to_owned(), |name| format!("{name:?}"));
            let expected = "a name of letters, digits and `_`, of the column weight_<name>";
            Err(rules.wrong(&format!("{path}.name"), found, expected))
        }
    }
}

/// The full names of keys, written with dots or as tables in tables.
fn flatten(prefix: &str, table: Option<&Table>, out: &mut Vec<(String, Value)>) {
    for (key, value) in table.into_iter().flatten() {
        let path = format!("{prefix}{key}");
        match value {
            Value::Table(inner)
                if !CHANGEABLE.contains(&path.as_str()) || inner.contains_key("file") =>
            {
                flatten(&format!("{path}."), Some(inner), out);
            }
            value => out.push((path, value.clone())),
        }
    }
}

/// The values of what was set as the card with it has them, so that they need no other file.
fn values(printed: &Table, set: &Settings) -> Vec<(String, Value)> {
    let mut out: Vec<(String, Value)> = Vec::new();
    for (key, value) in set {
        let mut parts = key.split('.');
        let (Some(section), Some(name)) = (parts.next(), parts.next()) else {
            continue;
        };
        let key = format!("{section}.{name}");
        let printed = printed.get(section).and_then(|section| section.get(name));
        if out.iter().all(|(other, _)| *other != key) {
            out.push((key, printed.unwrap_or(value).clone()));
        }
    }
    out
}

/// An error of the card with other values, at the place where those are written.
fn placed(rules: &Resolver<'_>, path: &str, error: CardError) -> CardError {
    match error {
        CardError::Key(inner) if matches!(inner.place, Place::Option(_)) => {
            let at = rules.source.error(path, "", "");
            let nearest = inner.nearest.clone();
            KeyError {
                key: inner.key.clone(),
                found: inner.found.clone(),
                expected: inner.expected.clone(),
                nearest,
                ..at
            }
            .into()
        }
        other => other,
    }
}

/// Writes them back, if there are any.
pub(super) fn print(all: &[WeightSpec], out: &mut Printed) {
    let one = |spec: &WeightSpec| {
        let set: Table = spec.set.iter().cloned().collect();
        vec![("name", spec.name.clone().into()), ("set", set.into())]
    };
    if !all.is_empty() {
        out.put_list("weight", all.iter().map(one));
    }
}
