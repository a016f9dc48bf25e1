//! The key `target.form_factor`: a name, or a table in a file or in the card itself.

use super::error::CardError;
use super::known::Known;
use super::raw::{RawFormFactor, RawFormFactorTable};
use super::rules::Resolver;
use crate::matter::form_factor::{FormFactorKind, FormFactorTable};
use crate::text::{self, shorten};

/// Mebibytes beyond which a file is no table.
const MAX_TABLE_MIB: u64 = 16;
const KEY: &str = "target.form_factor";

pub(super) fn resolve(
    rules: &Resolver<'_>,
    raw: Option<&RawFormFactor>,
    known: &Known,
) -> Result<FormFactorKind, CardError> {
    let name = match raw {
        Some(RawFormFactor::Table(table)) => return tabulated(rules, table, known),
        Some(RawFormFactor::Name(name)) => Some(name.as_str()),
        None => None,
    };
    let all = &known.form_factors;
    let find = |name: &str| all.get(name).cloned();
    rules.choice(KEY, rules.or_default_text(KEY, name)?, &all.names(), find)
}

fn tabulated(
    rules: &Resolver<'_>,
    raw: &RawFormFactorTable,
    known: &Known,
) -> Result<FormFactorKind, CardError> {
    let file_key = "target.form_factor.file";
    let table = match (&raw.file, &raw.q_gev, &raw.f) {
        (Some(name), None, None) => {
            let wrong = |problem: String| {
                let found = format!("{}: {problem}", shorten(name));
                rules.wrong(file_key, found, "a table of F against momentum transfer")
            };
            let files = known.files.as_deref();
            let files = files.ok_or_else(|| wrong("there are no files here".to_owned()))?;
            let text = files
                .open(name)
                .and_then(|file| text::read(file, MAX_TABLE_MIB));
            let text = text.map_err(|error| wrong(error.to_string()))?;
            FormFactorTable::parse(&text).map_err(|error| wrong(error.to_string()))?
        }
        (None, Some(q_gev), Some(f)) => {
            let table = FormFactorTable::new(q_gev.as_slice(), f.as_slice());
            table.map_err(|error| rules.wrong(KEY, error.to_string(), "a form factor"))?
        }
        (None, Some(_), None) => return Err(rules.bad("target.form_factor.f", "nothing")),
        (None, None, Some(_)) => return Err(rules.bad("target.form_factor.q_gev", "nothing")),
        (None, None, None) => return Err(rules.bad(file_key, "nothing")),
        (Some(_), Some(_), _) => return Err(rules.excludes("target.form_factor.q_gev", file_key)),
        (Some(_), None, Some(_)) => return Err(rules.excludes("target.form_factor.f", file_key)),
    };
    Ok(FormFactorKind::from_table(table))
}
