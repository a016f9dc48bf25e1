//! The table of all keys: name, shape, and what a good value is.
//!
//! The one place that says what may be written in a card. [`check`] walks a parsed card along it,
//! refuses unknown keys and wrong types, and turns integers into floats and `1e6` into a count
//! where the key asks for one.

use std::ops::RangeInclusive;

use toml::Value;

use super::error::{CardError, nearest};
use super::source::Source;
use crate::text::shown;

/// What kind of value a key takes.
pub(super) enum Shape {
    Text,
    Number,
    /// A whole number of at least 0; `1e6` is one.
    Count,
    /// 64 bits; a text of digits is one, for numbers in TOML end at 2⁶³.
    Seed,
    CountOrText,
    NumberOrText,
    /// One value, or a list of them, one an axis.
    PerAxis(&'static Shape),
    Table(&'static [Key]),
    /// A list of tables.
    Tables(&'static [Key]),
}

/// One key of the card.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// Completes "expected …".
    pub(super) expects: &'static str,
}

const fn key(name: &'static str, shape: Shape, expects: &'static str) -> Key {
    Key {
        name,
        shape,
        expects,
    }
}

const fn section(name: &'static str, keys: &'static [Key]) -> Key {
    key(name, Shape::Table(keys), "a table of keys")
}

/// Masses of what is produced in GeV: from a tenth of an electronvolt to beyond any threshold.
pub(super) const MASSES_GEV: RangeInclusive<f64> = 1e-10..=1e10;
/// Masses of nuclei in GeV.
pub(super) const NUCLEI_GEV: RangeInclusive<f64> = 1e-3..=1e6;
/// Charges and mixings, whose squares scale the cross section.
pub(super) const COUPLINGS: RangeInclusive<f64> = 1e-30..=1e6;
/// Largest beam energy in GeV, 100 PeV.
pub(super) const MAX_ENERGY_GEV: f64 = 1e8;
/// Lengths, densities and numbers of particles: products of them stay finite and above 0.
pub(super) const AMOUNTS: RangeInclusive<f64> = 1e-30..=1e30;
/// Largest weight of partly unweighted events.
pub(super) const MAX_WEIGHT: f64 = 1e6;

const MASS: &str = "a mass in GeV, 1e-10 to 1e10";
const ENERGY_MAX: &str = "an energy in GeV, above 0";
const ANGLE: &str = "an angle in mrad, at least 0";
const PT: &str = "a momentum in GeV, at least 0";
const LENGTH: &str = "a length in cm, 1e-30 to 1e30";
const YIELD: &str = "a number of mesons, 0 to 1e30";
const FRACTION: &str = "a fraction, 0 to 1";

/// The whole card.
pub(super) static CARD: &[Key] = &[
    key("schema", Shape::Count, "1, the version of the card format"),
    section(
        "run",
        &[
            key(
                "name",
                Shape::Text,
                "a name fit for a folder: letters, digits, and any of `._+-` inside",
            ),
            key(
                "seed",
                Shape::Seed,
                "a whole number, 0 to 18446744073709551615",
            ),
            key(
                "threads",
                Shape::Count,
                "a number of threads, 0 (all cores) to 4096",
            ),
        ],
    ),
    section(
        "process",
        &[key("kind", Shape::Text, "\"pair\" or \"dark-photon\"")],
    ),
    section(
        "dark_sector",
        &[
            key("m_chi_gev", Shape::Number, MASS),
            key(
                "charge",
                Shape::Number,
                "a charge in units of e, 1e-30 to 1e6",
            ),
            key("spin", Shape::Text, "\"dirac\" or \"scalar\""),
            key("m_dark_photon_gev", Shape::Number, MASS),
            key("epsilon", Shape::Number, "a kinetic mixing, 1e-30 to 1e6"),
            key(
                "pdg_id",
                Shape::CountOrText,
                "a particle code above 0, or one of \"ldmx\", \"dmg4\", \"milliqan\"",
            ),
        ],
    ),
    section(
        "beam",
        &[
            key(
                "lepton",
                Shape::Text,
                "one of \"e-\", \"e+\", \"mu-\", \"mu+\"",
            ),
            key(
                "energy_gev",
                Shape::Number,
                "an energy in GeV, above the lepton's mass and at most 1e8",
            ),
            key(
                "on_target",
                Shape::Number,
                "a number of leptons, 1e-30 to 1e30",
            ),
        ],
    ),
    section(
        "target",
        &[
            key("element", Shape::Text, "the symbol of an element, H to Cf"),
            key(
                "material",
                Shape::Tables(&[
                    key("element", Shape::Text, "the symbol of an element, H to Cf"),
                    key(
                        "mass_fraction",
                        Shape::Number,
                        "a mass fraction above 0, at most 1",
                    ),
                ]),
                "a list of { element, mass_fraction }",
            ),
            key(
                "density_g_cm3",
                Shape::Number,
                "a density in g/cm³, 1e-30 to 1e30",
            ),
            key("radiation_length_cm", Shape::Number, LENGTH),
            key("thickness_cm", Shape::Number, LENGTH),
            key(
                "thickness_x0",
                Shape::Number,
                "a number of radiation lengths, 1e-30 to 1e30",
            ),
            key(
                "energy_loss_gev_per_cm",
                Shape::Number,
                "an energy loss in GeV/cm, 0 to 1e30",
            ),
            key("form_factor", Shape::Text, "the name of a form factor"),
            key("nucleus_spin", Shape::NumberOrText, "0 or \"1/2\""),
            key(
                "nuclear_mass_gev",
                Shape::Number,
                "a mass in GeV, 1e-3 to 1e6",
            ),
        ],
    ),
    section(
        "cuts",
        &[
            key("x_min", Shape::Number, FRACTION),
            key("x_max", Shape::Number, FRACTION),
            key("lepton_energy_max_gev", Shape::Number, ENERGY_MAX),
            key("lepton_angle_min_mrad", Shape::Number, ANGLE),
            key("lepton_angle_max_mrad", Shape::Number, ANGLE),
            key("lepton_pt_min_gev", Shape::Number, PT),
            key("lepton_pt_max_gev", Shape::Number, PT),
            key("chi_angle_max_mrad", Shape::Number, ANGLE),
        ],
    ),
    section(
        "integration",
        &[
            key(
                "method",
                Shape::Text,
                "one of \"mc\", \"quadrature\", \"ww\", \"iww\", \"wwa\"",
            ),
            key("n_adapt", Shape::Count, "a number of iterations, 1 to 1000"),
            key(
                "neval",
                Shape::Count,
                "a number of points an iteration, 1000 to 1e12",
            ),
            key(
                "rel_error",
                Shape::Number,
                "a relative error, 0 (never stop early) to 1",
            ),
            key(
                "max_neval",
                Shape::Count,
                "a number of evaluations (those of the adaptation too), at least neval and at most 1e15",
            ),
        ],
    ),
    section(
        "events",
        &[
            key("count", Shape::Count, "a number of events, at most 1e12"),
            key("mode", Shape::Text, "\"weighted\" or \"unweighted\""),
            key(
                "max_overweight_share",
                Shape::Number,
                "a share of the cross section, above 0 and below 1",
            ),
            key(
                "max_weight",
                Shape::Number,
                "the largest weight partly unweighted events may keep, 1 to 1e6",
            ),
            key("compression", Shape::Text, "\"none\" or \"gzip\""),
        ],
    ),
    key(
        "histogram",
        Shape::Tables(&[
            key(
                "observable",
                Shape::PerAxis(&Shape::Text),
                "the name of an observable, or a list of two",
            ),
            key(
                "min",
                Shape::PerAxis(&Shape::Number),
                "a number, or one an axis",
            ),
            key(
                "max",
                Shape::PerAxis(&Shape::Number),
                "a number, or one an axis",
            ),
            key(
                "bins",
                Shape::PerAxis(&Shape::Count),
                "a number of bins, 1 or more, or one an axis",
            ),
            key(
                "scale",
                Shape::PerAxis(&Shape::Text),
                "\"linear\" or \"log\", or one an axis",
            ),
        ]),
        "a list of tables, each under [[histogram]]",
    ),
    section(
        "reach",
        &[
            key(
                "events_excluded",
                Shape::Number,
                "a number of events, 1e-30 to 1e30",
            ),
            key("efficiency", Shape::Number, "an efficiency, 1e-30 to 1"),
            key(
                "q_over_e_max",
                Shape::Number,
                "a charge in units of e, 1e-30 to 1e30",
            ),
            section(
                "mesons",
                &[
                    key("rho", Shape::Number, YIELD),
                    key("omega", Shape::Number, YIELD),
                    key("phi", Shape::Number, YIELD),
                    key("jpsi", Shape::Number, YIELD),
                ],
            ),
            key("straggling", Shape::Text, "\"none\" or \"tsai-whitis\""),
        ],
    ),
];

/// The key with this full name (`section.key`, list positions left out), if there is one.
pub(super) fn find(path: &str) -> Option<&'static Key> {
    let mut keys = CARD;
    let mut found = None;
    for part in path.split('.') {
        let name = part.split('[').next().unwrap_or(part);
        let key = keys.iter().find(|key| key.name == name)?;
        keys = match key.shape {
            Shape::Table(inner) | Shape::Tables(inner) => inner,
            _ => &[],
        };
        found = Some(key);
    }
    found
}

/// Full names of every key a command-line option can set.
pub(super) fn settable() -> Vec<String> {
    fn walk(prefix: &str, keys: &'static [Key], out: &mut Vec<String>) {
        for key in keys {
            match key.shape {
                Shape::Table(inner) => walk(&format!("{prefix}{}.", key.name), inner, out),
                _ => out.push(format!("{prefix}{}", key.name)),
            }
        }
    }
    let mut out = Vec::new();
    walk("", CARD, &mut out);
    out
}

/// Refuses unknown keys and wrong types, and brings numbers into the form their key asks for.
pub(super) fn check(source: &Source, card: &mut toml::Table) -> Result<(), CardError> {
    check_table(source, "", CARD, card)
}

fn check_table(
    source: &Source,
    prefix: &str,
    keys: &'static [Key],
    table: &mut toml::Table,
) -> Result<(), CardError> {
    for (name, value) in table.iter_mut() {
        let path = format!("{prefix}{name}");
        match keys.iter().find(|key| key.name == name) {
            Some(key) => check_value(source, &path, &key.shape, key.expects, value)?,
            None => {
                let mut error = source.error(&path, "an unknown key", one_of(keys));
                error.nearest =
                    elsewhere(name).or_else(|| nearest(name, keys.iter().map(|key| key.name)));
                return Err(error.into());
            }
        }
    }
    Ok(())
}

/// The full name of a key called `name` in another section.
fn elsewhere(name: &str) -> Option<String> {
    let is_name = |path: &String| path.rsplit('.').next() == Some(name);
    settable().into_iter().find(is_name)
}

fn one_of(keys: &[Key]) -> String {
    let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
    format!("one of {}", names.join(", "))
}

/// Largest float below which every whole number is exact, 2^53.
const EXACT_WHOLE: f64 = 9_007_199_254_740_992.0;

fn check_value(
    source: &Source,
    path: &str,
    shape: &Shape,
    expects: &str,
    value: &mut Value,
) -> Result<(), CardError> {
    let good = match (shape, &mut *value) {
        (Shape::Table(keys), Value::Table(table)) => {
            return check_table(source, &format!("{path}."), keys, table);
        }
        (Shape::Tables(keys), Value::Array(items)) => {
            for (i, item) in items.iter_mut().enumerate() {
                let path = format!("{path}[{i}]");
                match item {
                    Value::Table(table) => check_table(source, &format!("{path}."), keys, table)?,
                    other => return Err(source.error(&path, describe(other), expects).into()),
                }
            }
            true
        }
        (Shape::PerAxis(inner), Value::Array(items)) => {
            for (i, item) in items.iter_mut().enumerate() {
                check_value(source, &format!("{path}[{i}]"), inner, expects, item)?;
            }
            true
        }
        (Shape::PerAxis(inner), _) => return check_value(source, path, inner, expects, value),
        (Shape::Text | Shape::CountOrText | Shape::NumberOrText, Value::String(_)) => true,
        (Shape::Number | Shape::NumberOrText, Value::Integer(whole)) => {
            *value = Value::Float(*whole as f64);
            true
        }
        (Shape::Number | Shape::NumberOrText, Value::Float(number)) => !number.is_nan(),
        (Shape::Seed, Value::String(digits)) => digits.parse::<u64>().is_ok(),
        (Shape::Count | Shape::Seed | Shape::CountOrText, Value::Integer(whole)) => *whole >= 0,
        (Shape::Count | Shape::Seed | Shape::CountOrText, Value::Float(number)) => {
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
