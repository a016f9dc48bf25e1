//! The key `target.form_factor`: a name, or a table in a file or in the card itself.

use super::columns::Columns;
use super::error::CardError;
use super::known::Known;
use super::plain::keys;
use super::printed::Printed;
use super::rules::{Plain, Resolver};
use crate::matter::form_factor::{FormFactorKind, FormFactorTable, FormFactors};

const KEY: &str = "target.form_factor";

keys! { KEYS:
    "target.form_factor": TextOrTable, "", Choices(|| FormFactors::standard().names()),
        Text("tsai-elastic"),
        "Form factor of the nucleus; the formulas are in [physics.md](physics.md).",
        "the name of a form factor, or { file = \"…\" }";
    "target.form_factor.file": Text, "", Range("the name of a file, seen from the card's folder"), Nothing(""),
        "Table of the form factor: the first row names its columns, `q_gev`, `q_inv_fm` or `t_gev2`, and `f`; \
         F of the nucleus is 1 at q = 0, screening is added, and the resolved card holds the numbers.",
        "the name of a file";
    "target.form_factor.q_gev": Numbers, "GeV", Range("rising"), Nothing("(`file` has them)"),
        "Momentum transfers q of a table in the card, up to 1e5 GeV.",
        "a list of momentum transfers in GeV, 0 to 1e5";
    "target.form_factor.f": Numbers, "", Range("one for each of `q_gev`"), Nothing("(`file` has them)"),
        "F at each of `q_gev`.",
        "a list of numbers, one for each of q_gev";
}

pub(super) fn resolve(rules: &Resolver<'_>, known: &Known) -> Result<FormFactorKind, CardError> {
    if rules.written(KEY).is_some_and(|value| value.is_table()) {
        let table = Columns {
            key: KEY,
            columns: ["q_gev", "f"],
            of_file: FormFactorTable::parse,
            of_columns: FormFactorTable::new,
            expected: "a table of F against momentum transfer",
        };
        return table.read(rules, known).map(FormFactorKind::from_table);
    }
    let all = &known.form_factors;
    let find = |name: &str| all.get(name).cloned();
    rules.choice(KEY, &rules.read::<String>(KEY)?, &all.names(), find)
}

/// Writes it back, a file as its numbers.
pub(super) fn print(form_factor: &FormFactorKind, out: &mut Printed) {
    match form_factor.table() {
        None => form_factor.name().to_owned().print(KEY, out),
        Some(table) => {
            table
                .q_gev()
                .to_vec()
                .print("target.form_factor.q_gev", out);
            table.f().to_vec().print("target.form_factor.f", out);
        }
    }
}
