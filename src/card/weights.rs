//! Further weights of the events of a card: `[[weight]]`, each another choice of what a squared
//! amplitude depends on at given momenta.
//!
//! Pinned by `tests/card/weights.rs`.

use super::error::{CardError, KeyError, Place, nearest};
use super::overrides::Override;
use super::raw::{RawCard, RawWeight};
use super::run_card::{RunCard, WeightSpec};
use super::source::Source;

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

/// The weights of a card, whose form with other values `with` gives.
pub(super) fn resolve(
    source: &Source,
    raw: &[RawWeight],
    with: impl Fn(&[Override]) -> Result<RunCard, CardError>,
) -> Result<Vec<WeightSpec>, CardError> {
    let mut all: Vec<WeightSpec> = Vec::new();
    for (i, one) in raw.iter().enumerate() {
        let path = format!("weight[{i}]");
        let name = name(source, &path, one.name.as_deref())?;
        if all.iter().any(|earlier| earlier.name == name) {
            let found = format!("{name:?} a second time");
            let expected = "a name of its own for each weight";
            return Err(source
                .error(&format!("{path}.name"), found, expected)
                .into());
        }
        if i == MOST {
            let found = format!("{} weights", raw.len());
            return Err(source.error("weight", found, "at most 16").into());
        }
        let path = format!("{path}.set");
        let mut set = Vec::new();
        flatten("", one.set.as_ref(), &mut set);
        if set.is_empty() {
            let expected = "what the weight changes, such as { \"target.form_factor\" = \"helm\" }";
            return Err(source.error(&path, "nothing", expected).into());
        }
        for (key, _) in &set {
            if !CHANGEABLE.contains(&key.as_str()) {
                let expected = format!("one of {}", CHANGEABLE.join(", "));
                let mut error = source.error(
                    &format!("{path}.{key}"),
                    "a key that a weight cannot change",
                    expected,
                );
                error.nearest = nearest(key, CHANGEABLE.iter().copied());
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
                return Err(source.error(&path, found, "one of the two").into());
            }
        }
        let overrides: Vec<Override> = set
            .iter()
            .map(|(key, value)| Override::of_weight(&name, key, value.clone()))
            .collect();
        let card = with(&overrides).map_err(|error| placed(source, &path, error))?;
        all.push(WeightSpec {
            set: values(&card, &set),
            name,
            card: Box::new(card),
        });
    }
    Ok(all)
}

fn name(source: &Source, path: &str, raw: Option<&str>) -> Result<String, CardError> {
    let good = |name: &str| {
        let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (1..=LONGEST_NAME).contains(&name.len()) && letters
    };
    match raw {
        Some(name) if good(name) => Ok(name.to_owned()),
        other => {
            let found = other.map_or_else(|| "nothing".to_owned(), |name| format!("{name:?}"));
            let expected = "a name of letters, digits and `_`, of the column weight_<name>";
            Err(source
                .error(&format!("{path}.name"), found, expected)
                .into())
        }
    }
}

/// The full names of keys, written with dots or as tables in tables.
fn flatten(prefix: &str, table: Option<&toml::Table>, out: &mut Vec<(String, toml::Value)>) {
    for (key, value) in table.into_iter().flatten() {
        let path = format!("{prefix}{key}");
        match value {
            toml::Value::Table(inner)
                if !CHANGEABLE.contains(&path.as_str()) || inner.contains_key("file") =>
            {
                flatten(&format!("{path}."), Some(inner), out);
            }
            value => out.push((path, value.clone())),
        }
    }
}

/// The values of what was set as the card with it has them, so that they need no other file.
fn values(card: &RunCard, set: &[(String, toml::Value)]) -> Vec<(String, toml::Value)> {
    // UNWRAP: as in `RawCard::to_toml`.
    let printed = toml::Table::try_from(RawCard::from(card)).expect("a card is TOML");
    let mut out: Vec<(String, toml::Value)> = Vec::new();
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
fn placed(source: &Source, path: &str, error: CardError) -> CardError {
    match error {
        CardError::Key(inner) if matches!(inner.place, Place::Option(_)) => {
            let at = source.error(path, "", "");
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
