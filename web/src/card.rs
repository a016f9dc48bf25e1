//! Questions about a card: what it says with the page's changes, or what is wrong with it.
//!
//! `card` is `{ text, file, set: [[key, value], …] }`; the changes are those of `--set`.

use millibrem::card::{CardError, CardText, Override, Place, RunCard};
use millibrem::process::Method;
use millibrem::run;
use serde_json::{Value, json};

use crate::refusal::{Refusal, refusal};

/// Seed where the card has none: a page has no source of random numbers.
const SEED: &str = "1";
/// Histograms where the card has none.
const HISTOGRAMS: [&str; 3] = ["e_miss_gev", "theta_lepton_rad", "m_pair_gev"];

/// The card of a question.
pub(crate) fn read(question: &Value) -> Result<RunCard, Refusal> {
    read_with(question, "")
}

/// The same with some histograms, where it has none.
pub(crate) fn read_with_histograms(question: &Value) -> Result<RunCard, Refusal> {
    let card = read(question)?;
    match card.histograms.is_empty() {
        false => Ok(card),
        true => {
            let one = |name: &str| format!("\n[[histogram]]\nobservable = \"{name}\"\n");
            read_with(question, &HISTOGRAMS.map(one).concat())
        }
    }
}

fn read_with(question: &Value, more: &str) -> Result<RunCard, Refusal> {
    let card = &question["card"];
    let text = |key: &str| card[key].as_str().unwrap_or_default();
    let file = text("file");
    let name = file.strip_suffix(".toml").unwrap_or(file);
    let name = if name.is_empty() { "run" } else { name };
    let mut overrides = vec![Override::where_absent("--seed", "run.seed", SEED)];
    for pair in card["set"].as_array().into_iter().flatten() {
        let part = |i: usize| pair[i].as_str().unwrap_or_default();
        let assignment = format!("{}={}", part(0), part(1));
        overrides.push(Override::parse(&assignment).map_err(wrong)?);
    }
    CardText::new(file, name, &(text("text").to_owned() + more))
        .with(&overrides)
        .map_err(wrong)
}

/// The resolved card, its values by key, and its kinematic limits.
pub(crate) fn describe(question: &Value) -> Result<Value, Refusal> {
    let card = read(question)?;
    let toml = card.to_toml();
    let values: toml::Table = toml.parse().map_err(refusal)?;
    let limits = card.limits().map_err(refusal)?;
    let first = limits.first();
    let of = |value: fn(&millibrem::card::KinematicLimits) -> f64| first.map(value);
    let material = &card.target.material;
    Ok(json!({
        "toml": toml,
        "name": card.run.name,
        "process": card.kind.name(),
        "values": values,
        "methods": Method::ALL.iter().map(|m| m.name()).collect::<Vec<_>>(),
        "nuclei": material.components.len(),
        "thickness_x0": material.thickness_x0(),
        "nuclei_per_cm2": material.nuclei_per_cm2(),
        "inclusive": card.cuts.is_inclusive(),
        "beam_energy_gev": card.beam.energy_gev,
        "x_cuts": [card.cuts.x_min, card.cuts.x_max],
        "sqrt_s_gev": of(|l| l.sqrt_s_gev),
        "m_pair_max_gev": of(|l| l.m_pair_max_gev),
        "x_range": first.map(|l| [l.x_lower, l.x_upper]),
        "t_range_gev2": first.map(|l| [l.t_min_gev2, l.t_max_gev2]),
        "note": run::note(&card),
    }))
}

/// What is wrong with a card: the sentence of the program and its parts.
fn wrong(error: CardError) -> Refusal {
    let text = error.to_string();
    let CardError::Key(error) = error else {
        return refusal(text);
    };
    let line = match error.place {
        Place::Line { line, .. } => Some(line),
        _ => None,
    };
    json!({
        "text": text,
        "key": error.key,
        "line": line,
        "found": error.found,
        "expected": error.expected,
        "nearest": error.nearest,
    })
}
