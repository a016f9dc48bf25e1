//! `[run]`, and the version of the card at its top.

use toml::Value;

use super::error::CardError;
use super::plain::keys;
use super::printed::Printed;
use super::rules::{Plain, Resolver};

/// The version of the card format this program reads.
const SCHEMA: u64 = 1;

keys! { AT_THE_TOP:
    "schema": Count, "", Numbers("1", |n| n == 1.0), Count(SCHEMA),
        "Version of the card format.",
        "1, the version of the card format";
}

keys! {
    /// `[run]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Run(rules) of KEYS:
    "run": Table, "", Range(""), Nothing(""), "Name, seed and threads of the run.", TABLE;
    "run.name": Text, "", Range("letters, digits, and any of `._+-` inside"),
        Depends("the name of the card's file"),
        "Name of the run and of its folder under `output/`.",
        "a name fit for a folder: letters, digits, and any of `._+-` inside" => name: String = name(rules)?;
    "run.label": Text, "", Range("one line of 1 to 60 characters"), Nothing(""),
        "What figures, tables of limits and summaries call the experiment, such as `NA64μ`, in any characters; without it they say `run.name`.",
        "a text of 1 to 60 characters in one line" => label: Option<String> = label(rules)?;
    "run.seed": Seed, "", Range("0 to 18446744073709551615"), Depends("drawn, below 2⁵³"),
        "Seed of all random numbers: the same card and seed give the same bits; beyond 2⁶³ − 1 it is written as a text of digits.",
        "a whole number, 0 to 18446744073709551615" => seed: u64 = seed(rules)?;
    "run.threads": Count, "", within!(0 to 4096), Count(0),
        "Number of threads, 0 for all cores; at most 256 are started, or as many as there are cores if those are more. Results do not depend on it.",
        "a number of threads, 0 (all cores) to 4096" => threads: usize;
}

/// Refuses cards of another format.
pub(super) fn check_schema(rules: &Resolver<'_>) -> Result<(), CardError> {
    rules.read::<u64>("schema").map(|_| ())
}

/// Writes the version of the format.
pub(super) fn print_schema(out: &mut Printed) {
    SCHEMA.print("schema", out);
}

fn name(rules: &Resolver<'_>) -> Result<String, CardError> {
    let name: Option<String> = rules.read("run.name")?;
    let name = name.unwrap_or_else(|| rules.name.to_owned());
    let fit = |c: char| c.is_alphanumeric() || "._+-".contains(c);
    let inside = name.starts_with(char::is_alphanumeric) && name.chars().all(fit);
    match inside && name.len() <= 200 {
        true => Ok(name),
        false => Err(rules.bad("run.name", format!("{name:?}"))),
    }
}

fn label(rules: &Resolver<'_>) -> Result<Option<String>, CardError> {
    let label: Option<String> = rules.read("run.label")?;
    let label = label.map(|label| label.trim().to_owned());
    match label.as_ref().filter(|label| !fits_a_legend(label)) {
        Some(label) => Err(rules.bad("run.label", format!("{label:?}"))),
        None => Ok(label),
    }
}

/// Whether a text can stand in a legend: one line, neither empty nor long.
fn fits_a_legend(label: &str) -> bool {
    (1..=60).contains(&label.chars().count()) && !label.chars().any(char::is_control)
}

/// A number, a text of digits beyond those of TOML, or drawn.
fn seed(rules: &Resolver<'_>) -> Result<u64, CardError> {
    let written = match rules.written("run.seed") {
        Some(Value::Integer(whole)) => u64::try_from(*whole).ok(),
        Some(Value::String(digits)) => digits.parse().ok(),
        _ => None,
    };
    written.map_or_else(draw_seed, Ok)
}

/// A seed of 53 bits, which every reader of JSON keeps exact.
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
fn draw_seed() -> Result<u64, CardError> {
    use rand::TryRng;
    let drawn = rand::rngs::SysRng
        .try_next_u64()
        .map_err(|error| CardError::Seed(error.to_string()))?;
    Ok(drawn >> 11)
}

/// A page has no system source of random numbers.
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
fn draw_seed() -> Result<u64, CardError> {
    let problem = "there is no source of random numbers here: give run.seed";
    Err(CardError::Seed(problem.to_owned()))
}
