//! σ and dσ/dx without Monte Carlo: at one mass, along x, along the mass of χ.
//!
//! `method` is `quadrature`, `ww`, `iww` or `wwa`, `goal` the relative error. σ in pb per atom of the
//! target.

use millibrem::card::{Losses, RunCard};
use millibrem::dark_sector::DarkSector;
use millibrem::process::{Integral, Method, MixedRoute, Route};
use millibrem::run;
use serde_json::{Value, json};

use crate::card;
use crate::refusal::{Refusal, refusal};

/// Numbers of a list in a question.
pub(crate) fn numbers(list: &Value) -> Vec<f64> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_f64).collect()
}

/// Half the width of the bin about a single value of x.
const LONE: f64 = 0.01;

/// The relative error asked for.
pub(crate) fn goal(question: &Value, card: &RunCard) -> f64 {
    question["goal"].as_f64().unwrap_or_else(|| run::goal(card))
}

fn method(question: &Value) -> Result<Method, Refusal> {
    let name = question["method"].as_str().unwrap_or_default();
    Method::from_name(name).ok_or_else(|| refusal(format!("there is no method `{name}`")))
}

fn route(method: Method, card: &RunCard) -> Result<MixedRoute, Refusal> {
    let mixture = run::mixture(card).map_err(refusal)?;
    run::inclusive(method, &mixture).map_err(refusal)
}

/// σ within the cuts.
pub(crate) fn total(question: &Value) -> Result<Value, Refusal> {
    let card = card::read(question)?;
    let found = route(method(question)?, &card)?.sigma(goal(question, &card));
    let found = found.map_err(refusal)?;
    Ok(json!({ "value_pb": found.value_pb, "error_pb": found.error_pb }))
}

/// dσ/dx at the values `at` of x, cuts on x apart; where the beam loses energy in the target, which
/// gives bins alone, its mean over the bins that the values are in the middle of.
pub(crate) fn spectrum(question: &Value) -> Result<Value, Refusal> {
    let card = card::read(question)?;
    let x = numbers(&question["at"]);
    let (route, goal) = (route(method(question)?, &card)?, goal(question, &card));
    let (found, widths) = match card.losses {
        None | Some(Losses::None) => (route.spectrum(&x, goal), vec![1.0; x.len()]),
        _ => {
            let edges = edges(&x);
            let widths = edges.windows(2).map(|e| e[1] - e[0]).collect();
            (route.binned(&edges, goal), widths)
        }
    };
    let found = found.map_err(refusal)?;
    let over = |of: fn(&Integral) -> f64| -> Vec<f64> {
        let all = found.iter().zip(&widths);
        all.map(|(f, width)| of(f) / width).collect()
    };
    Ok(json!({
        "x": x,
        "dsigma_dx_pb": over(|f| f.value_pb),
        "error_pb": over(|f| f.error_pb),
    }))
}

/// Edges between neighbours of the rising `x`, inside 0 to 1.
fn edges(x: &[f64]) -> Vec<f64> {
    let (Some(first), Some(last)) = (x.first(), x.last()) else {
        return Vec::new();
    };
    let middles: Vec<f64> = x.windows(2).map(|w| 0.5 * (w[0] + w[1])).collect();
    let below = middles.first().map_or(LONE, |middle| middle - first);
    let above = middles.last().map_or(LONE, |middle| last - middle);
    let ends = ([first - below], [last + above]);
    let all = ends.0.into_iter().chain(middles).chain(ends.1);
    all.map(|edge| edge.clamp(0.0, 1.0)).collect()
}

/// σ within the cuts at each of the `masses` (GeV) of what is produced; null where there is none.
pub(crate) fn masses(question: &Value) -> Result<Value, Refusal> {
    let mut card = card::read(question)?;
    let method = method(question)?;
    // What is wrong at every mass is said; what is out of reach at one is a gap.
    route(method, &card)?;
    let produced = card.dark_sector;
    let goal = goal(question, &card);
    let masses = numbers(&question["masses"]);
    let mut at = |mass_gev: f64| -> Option<f64> {
        card.dark_sector = match produced {
            DarkSector::Pair(chi) => DarkSector::Pair(chi.with(|a| a.mass_gev = mass_gev).ok()?),
            DarkSector::Mediated(chi, a) => {
                DarkSector::Mediated(chi.with(|a| a.mass_gev = mass_gev).ok()?, a)
            }
            DarkSector::DarkPhoton(a) => {
                DarkSector::DarkPhoton(a.with(|a| a.mass_gev = mass_gev).ok()?)
            }
            DarkSector::Boson(a) => DarkSector::Boson(a.with(|a| a.mass_gev = mass_gev).ok()?),
        };
        let found = route(method, &card).ok()?.sigma(goal).ok()?;
        Some(found.value_pb).filter(|sigma_pb| *sigma_pb > 0.0)
    };
    let sigma_pb: Vec<Option<f64>> = masses.iter().map(|&mass| at(mass)).collect();
    Ok(json!({ "masses_gev": masses, "sigma_pb": sigma_pb }))
}
