//! Command-line values that replace those of the card.

use toml::Value;
use toml::de::DeTable;

use super::dark_sector::{self, OF_MEDIATOR};
use super::error::{CardError, KeyError, Place, nearest};
use super::keys::{self, Kind};
use super::process_kind::{self, ProcessKind};
use super::reach::Straggling;
use super::source::{Source, large_integer};
use super::table::KEYS;
use super::target::Losses;
use crate::process::Registry;
use crate::text::shorten;

/// One card key given on the command line.
///
/// It replaces what the card says, and displaces what the card says about things the new value
/// leaves without meaning (`histogram.bins` is that of every histogram): another element drops density, radiation length and nuclear mass of the
/// old one, a thickness in one unit that in the other, another process the parameters of the old, another beam or target the numbers of mesons.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    key: String,
    value: Value,
    written: String,
    over: Over,
}

/// What a value takes the place of, with the keys that mean nothing beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// Nothing: it holds where neither the card nor an option says another.
    Nothing,
    /// What the card says.
    Card,
    /// The same, but no option: what another option says of the key stays.
    CardAlone,
    /// What options say too: a weight is of the card with these.
    Options,
}

impl Override {
    /// Reads `section.key=value`.
    ///
    /// The value is TOML; what is no TOML is taken as a bare word (`beam.lepton=e-`).
    ///
    /// # Errors
    /// [`CardError::Key`] if there is no `=`, no key before it, or none of that name.
    pub fn parse(assignment: &str) -> Result<Self, CardError> {
        Self::assigned("", assignment)
    }

    /// The same, given to a command by `option`, which errors name.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn of_option(option: &str, assignment: &str) -> Result<Self, CardError> {
        Self::assigned(option, assignment)
    }

    /// The value of a scanned key, which `--over` has given.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn scanned(key: &str, value: &str) -> Result<Self, CardError> {
        Self::assigned("--over", &format!("{key}={value}"))
    }

    fn assigned(option: &str, assignment: &str) -> Result<Self, CardError> {
        let written = shorten(format!("{option} {assignment}").trim_start());
        let parts = assignment.split_once('=');
        let Some((key, value)) = parts.filter(|(key, _)| !key.trim().is_empty()) else {
            let (found, expected) = (format!("`{}`", shorten(assignment)), "section.key=value");
            let key = match option {
                "" => "an override",
                option => option,
            };
            return Err(at_option(&written, key, found, expected.to_owned(), None));
        };
        let key = key.trim();
        let names = keys::settable(KEYS);
        let section = keys::find(KEYS, key).filter(|key| key.kind == Kind::Table);
        // A table inside a section is a value like others; of a section whole, or of several of them, keys are meant.
        let is_table = section.is_some_and(|_| key.contains('.') && option != "--over");
        if !is_table && !names.iter().any(|name| name == key) {
            let found = match section {
                Some(_) => "a table of keys",
                None => "an unknown key",
            };
            let near = meant(key, &names);
            let expected = "the full name of a key, such as beam.energy_gev".to_owned();
            return Err(at_option(&written, key, found.to_owned(), expected, near));
        }
        let read = value_of(value.trim());
        if option == "--set" && takes_one(key) && is_several(&read) {
            let found = format!("several values, `{}`", shorten(value.trim()));
            let expected = format!(
                "one; `--over {}` of scan, compare and reach takes several",
                shorten(assignment)
            );
            return Err(at_option(&written, key, found, expected, None));
        }
        Ok(Self {
            key: key.to_owned(),
            value: read,
            written,
            over: Over::Card,
        })
    }

    /// In place of all further weights of the card one called `name`, for which `settings`
    /// (`section.key=value`) hold.
    ///
    /// # Errors
    /// [`CardError::Key`] if one of these has no `=`.
    pub fn weight(name: &str, settings: &[String]) -> Result<Self, CardError> {
        let mut set = toml::Table::new();
        for setting in settings {
            let parts = setting.split_once('=');
            let Some((key, value)) = parts.filter(|(key, _)| !key.trim().is_empty()) else {
                let written = shorten(&format!("--set {setting}"));
                let (found, expected) = (format!("`{}`", shorten(setting)), "section.key=value");
                return Err(at_option(
                    &written,
                    "--set",
                    found,
                    expected.to_owned(),
                    None,
                ));
            };
            set.insert(key.trim().to_owned(), value_of(value.trim()));
        }
        let one = [
            ("name", Value::String(name.to_owned())),
            ("set", Value::Table(set)),
        ];
        let one = one.map(|(key, value)| (key.to_owned(), value));
        Ok(Self {
            key: "weight".to_owned(),
            value: Value::Array(vec![Value::Table(one.into_iter().collect())]),
            written: shorten(&format!("--set {}", settings.join(" --set "))),
            over: Over::Card,
        })
    }

    /// The value of a key for one of the further weights of the card.
    pub(super) fn of_weight(name: &str, key: &str, value: Value) -> Self {
        Self {
            written: shorten(&format!("weight {name}: {key} = {value}")),
            key: key.to_owned(),
            value,
            over: Over::Options,
        }
    }

    /// The value `text` for `key`, given by an option of its own, such as `--seed`.
    pub fn by_option(option: &str, key: &str, text: &str) -> Self {
        let written = shorten(&format!("{option} {text}"));
        Self {
            key: key.to_owned(),
            value: value_of(text),
            written,
            over: Over::Card,
        }
    }

    /// The value `text` for `key` if neither the card nor another option has one.
    pub fn where_absent(option: &str, key: &str, text: &str) -> Self {
        Self {
            over: Over::Nothing,
            ..Self::by_option(option, key, text)
        }
    }

    /// The value `text` for `key` that `option` brings with it, unless another option has one.
    pub fn beside_option(option: &str, key: &str, text: &str) -> Self {
        Self {
            over: Over::CardAlone,
            ..Self::by_option(option, key, text)
        }
    }

    /// Puts the value into the card in place of what was there.
    ///
    /// # Errors
    /// [`CardError::Key`] if it is of histograms and the card has none.
    pub(super) fn apply(
        &self,
        source: &mut Source,
        card: &mut toml::Table,
        processes: &Registry,
    ) -> Result<(), CardError> {
        if self.over == Over::Nothing && look(card, &self.key).is_some() {
            return Ok(());
        }
        if self.over == Over::CardAlone && !source.is_in_card(&self.key) {
            return Ok(());
        }
        for stale in self.displaced(card, processes) {
            if self.over == Over::Options || source.is_in_card(stale) {
                take(card, stale);
                source.forget(stale);
            }
        }
        source.set_by_option(&self.key, &self.written);
        if let Value::Table(inner) = &self.value {
            for name in inner.keys() {
                source.set_by_option(&format!("{}.{name}", self.key), &self.written);
            }
        }
        if let Some(("histogram", key)) = self.key.split_once('.') {
            let Some(Value::Array(all)) = card.get_mut("histogram").filter(|all| !is_empty(all))
            else {
                return Err(at_option(
                    &self.written,
                    &self.key,
                    "a card without [[histogram]]".to_owned(),
                    format!(
                        "one whose histograms have this key; `--set histogram=[{{observable=\"x\",{key}=…}}]` makes one"
                    ),
                    None,
                ));
            };
            for (i, one) in all.iter_mut().enumerate() {
                source.set_by_option(&format!("histogram[{i}].{key}"), &self.written);
                if let Value::Table(one) = one {
                    one.insert(key.to_owned(), self.value.clone());
                }
            }
            return Ok(());
        }
        let mut parts: Vec<&str> = self.key.split('.').collect();
        let Some(last) = parts.pop() else {
            return Ok(());
        };
        let mut table = card;
        for part in parts {
            let inner = table
                .entry(part)
                .or_insert_with(|| Value::Table(toml::Table::new()));
            // A name in place of what is written out.
            if inner.is_str() && is_text_or_table(&self.key) {
                *inner = Value::Table(toml::Table::new());
            }
            match inner {
                Value::Table(inner) => table = inner,
                // The card has something else here; the check of types will say so.
                _ => return Ok(()),
            }
        }
        table.insert(last.to_owned(), self.value.clone());
        Ok(())
    }

    /// Keys that mean nothing once this value is in the card.
    fn displaced(&self, card: &toml::Table, processes: &Registry) -> Vec<&'static str> {
        let before = look(card, &self.key);
        if before == Some(&self.value) {
            return Vec::new();
        }
        if let ("process.kind", Some(name)) = (self.key.as_str(), self.value.as_str()) {
            let before = before.and_then(Value::as_str);
            return of_kind(processes, before.unwrap_or(process_kind::DEFAULT), name);
        }
        let displaced: &[&str] = match (self.key.as_str(), self.value.as_str()) {
            ("target.form_factor.file", _) => &["target.form_factor"],
            ("target.form_factor.q_gev" | "target.form_factor.f", _) => {
                &["target.form_factor.file"]
            }
            ("beam.momentum_table.file", _) => &["beam.momentum_table", "beam.momentum_spread"],
            ("beam.momentum_table.momentum_gev" | "beam.momentum_table.density", _) => {
                &["beam.momentum_table.file", "beam.momentum_spread"]
            }
            ("beam.momentum_table", _) => &["beam.momentum_spread"],
            ("beam.spot_mm" | "beam.divergence_mrad", _) => &["beam.twiss"],
            (key, _) if key.starts_with("beam.twiss") => &["beam.spot_mm", "beam.divergence_mrad"],
            ("beam.momentum_spread", _) => &["beam.momentum_table"],
            ("target.track_length.file", _) => &["target.track_length"],
            ("target.losses", Some(losses)) => of_losses(losses),
            ("reach.straggling", Some(law)) if law != Straggling::None.name() => &["target.losses"],
            // Where the card says that nothing is lost.
            ("target.energy_loss_gev_per_cm", _) if loses_nothing(card) => &["target.losses"],
            ("target.element" | "target.material" | "target.mixture", _) => OF_MATERIAL,
            ("target.density_g_cm3", _) => &["target.radiation_length_cm"],
            ("target.thickness_cm", _) => &["target.thickness_x0"],
            ("target.thickness_x0", _) => &["target.thickness_cm"],
            ("beam.particle", _) => &["beam.lepton"],
            ("beam.lepton", _) => &["beam.particle"],
            ("dark_sector.mediator", Some("vector")) => &["dark_sector.charge"],
            ("dark_sector.mediator", Some("photon")) => &OF_MEDIATOR,
            ("dark_sector.alpha_d", _) => &["dark_sector.g_chi"],
            ("dark_sector.g_chi", _) => &["dark_sector.alpha_d"],
            ("dark_sector.epsilon", _) => &["dark_sector.coupling"],
            ("dark_sector.coupling", _) => &["dark_sector.epsilon"],
            _ => &[],
        };
        let mut displaced = displaced.to_vec();
        if OF_BEAM_AND_TARGET.contains(&self.key.as_str()) {
            displaced.extend(MESONS);
        }
        displaced
    }
}

/// Keys that mean nothing to the process `now` where that of `before` may have had them.
fn of_kind(processes: &Registry, before: &str, now: &str) -> Vec<&'static str> {
    let find = |name| ProcessKind::find(processes, name);
    let Some(now) = find(now) else {
        return Vec::new();
    };
    let mut displaced: Vec<&str> = now.idle_keys().into_iter().map(|(key, _)| key).collect();
    let own = processes.iter().flat_map(|kind| kind.own_keys());
    displaced.extend(own.filter(|key| !now.owns(key)));
    let before = find(before).map(|before| before.produces());
    displaced.extend(before.map_or_else(Vec::new, |b| dark_sector::displaced(b, now.produces())));
    displaced
}

/// Mesons that the whole beam makes in the target: those of another beam, or in another target, are others.
const MESONS: [&str; 4] = [
    "reach.mesons.rho",
    "reach.mesons.omega",
    "reach.mesons.phi",
    "reach.mesons.jpsi",
];

/// Keys that say something else than this value of `target.losses`.
fn of_losses(losses: &str) -> &'static [&'static str] {
    match Losses::ALL.iter().find(|one| one.name() == losses) {
        Some(Losses::Shower) => &["target.energy_loss_gev_per_cm", "reach.straggling"],
        Some(Losses::Constant) => &["target.track_length", "reach.straggling"],
        _ => &[
            "target.energy_loss_gev_per_cm",
            "target.track_length",
            "reach.straggling",
        ],
    }
}

/// Whether the card says that its beam loses nothing.
fn loses_nothing(card: &toml::Table) -> bool {
    let losses = look(card, "target.losses").and_then(Value::as_str);
    losses == Some(Losses::None.name())
}

/// What there are as many mesons for.
const OF_BEAM_AND_TARGET: [&str; 10] = [
    "beam.particle",
    "beam.lepton",
    "beam.energy_gev",
    "beam.on_target",
    "target.element",
    "target.material",
    "target.mixture",
    "target.density_g_cm3",
    "target.thickness_cm",
    "target.thickness_x0",
];

/// What a target is made of, by any of its names, and properties that are meaningless for another.
const OF_MATERIAL: &[&str] = &[
    "target.element",
    "target.material",
    "target.mixture",
    "target.density_g_cm3",
    "target.radiation_length_cm",
    "target.nuclear_mass_gev",
];

/// The key that was perhaps meant by `key`: one of that name in whatever section, the first of a section of that
/// name, or one spelled alike.
fn meant(key: &str, names: &[String]) -> Option<String> {
    let short = |name: &&String| name.rsplit('.').next().unwrap_or_default().to_owned();
    let full = || names.iter().map(String::as_str);
    let last = key.rsplit('.').next().unwrap_or(key);
    let same = names.iter().find(|name| short(name) == last).cloned();
    let alike = || {
        let shorts: Vec<String> = names.iter().map(|name| short(&name)).collect();
        let near = nearest(key, shorts.iter().map(String::as_str))?;
        names.iter().find(|name| short(name) == near).cloned()
    };
    let whole = || nearest(key, full());
    // The name of a section alone.
    let within = || {
        let section = format!("{key}.");
        names
            .iter()
            .find(|name| name.starts_with(&section))
            .cloned()
    };
    match key.contains('.') {
        true => same.or_else(within).or_else(whole),
        false => same.or_else(within).or_else(alike).or_else(whole),
    }
}

/// Whether `key` is one number.
fn takes_one(key: &str) -> bool {
    use Kind::{Count, CountOrText, Number, NumberOrText};
    let kinds = [Number, Count, NumberOrText, CountOrText];
    keys::find(KEYS, key).is_some_and(|key| kinds.contains(&key.kind))
}

/// Whether a value is a list of numbers, as TOML or as `--over` has them.
fn is_several(value: &Value) -> bool {
    let Value::String(text) = value else {
        return value.is_array();
    };
    let is_number = |part: &str| part.trim().parse::<f64>().is_ok();
    let mut range = text.split(':').next().unwrap_or_default().split("..");
    let listed = text.contains(',') && text.split(',').all(is_number);
    listed || text.contains("..") && range.all(is_number)
}

/// Whether `key` is one of a table in whose place there may be a name.
fn is_text_or_table(key: &str) -> bool {
    let table = key.rsplit_once('.').map_or("", |(table, _)| table);
    keys::find(KEYS, table).is_some_and(|table| table.kind == Kind::TextOrTable)
}

fn is_empty(all: &Value) -> bool {
    all.as_array().is_some_and(Vec::is_empty)
}

/// The value of `section.key` in the card.
fn look<'a>(card: &'a toml::Table, path: &str) -> Option<&'a Value> {
    let (section, keys) = path.split_once('.')?;
    let inner = card.get(section)?;
    keys.split('.').try_fold(inner, |value, key| value.get(key))
}

/// Removes `section.key` from the card.
fn take(card: &mut toml::Table, path: &str) {
    let mut within = card;
    let mut keys = path.split('.').peekable();
    while let Some(key) = keys.next() {
        if keys.peek().is_none() {
            within.remove(key);
            return;
        }
        let Some(Value::Table(inner)) = within.get_mut(key) else {
            return;
        };
        within = inner;
    }
}

fn value_of(text: &str) -> Value {
    let line = format!("value = {text}");
    let parsed = line.parse::<toml::Table>().ok();
    let single = parsed
        .filter(|table| table.len() == 1)
        .and_then(|mut t| t.remove("value"));
    let large = || {
        let table = DeTable::parse(&line).ok()?;
        let value = large_integer(table.get_ref().get("value")?.get_ref())?;
        Some(Value::String(value.to_string()))
    };
    let whole = single.or_else(large);
    whole.unwrap_or_else(|| Value::String(text.to_owned()))
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
        key: shorten(key),
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
        assert_eq!(
            value("run.seed=0xFFFFFFFF_FFFFFFFF"),
            Some(Value::String(u64::MAX.to_string()))
        );
        assert_eq!(value("beam.energy_gev = 1e2"), Some(Value::Float(100.0)));
        assert_eq!(
            value("run.name=1\nvalue2=3"),
            Some(Value::String("1\nvalue2=3".into()))
        );
    }

    #[test]
    fn an_unknown_key_names_the_option_and_the_nearest_key() {
        let error = Override::parse("beam.energy=3").map_err(|e| e.to_string());
        let expected = "`beam.energy=3`: beam.energy: found an unknown key, expected \
                        the full name of a key, such as beam.energy_gev; did you mean \
                        `beam.energy_gev`?";
        assert_eq!(error, Err(expected.to_owned()));
        assert!(Override::parse("beam.lepton").is_err());
    }
}
