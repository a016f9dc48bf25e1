//! Excluded charge Q_χ/e against the mass of χ, channel by channel, as the command `reach` has it.

use millibrem::mesons::VectorMeson;
use millibrem::process::Method;
use millibrem::run::UsageError;
use millibrem::study::reach::{Limited, experiment};
use serde_json::{Value, json};

use crate::card;
use crate::refusal::{Refusal, refusal};
use crate::sigma::{goal, numbers};

/// The curves at the `masses` in GeV, cross sections to the relative error `goal`; null where a
/// channel excludes nothing.
pub(crate) fn reach(question: &Value) -> Result<Value, Refusal> {
    let card = card::read(question)?;
    let experiment = experiment(&card).map_err(refusal)?;
    if experiment.limited() != Limited::Charge {
        return Err(refusal(UsageError(format!(
            "the page draws limits on Q_chi/e; `millibrem reach` has those on {}",
            experiment.limited().symbol()
        ))));
    }
    let goal = goal(question, &card);
    let masses = numbers(&question["masses"]);
    let mut channels: Vec<(&str, Vec<f64>)> =
        vec![("bremsstrahlung", Vec::new()), ("iww", Vec::new())];
    let mesons = VectorMeson::ALL
        .into_iter()
        .filter(|m| experiment.makes(*m));
    let mesons: Vec<VectorMeson> = mesons.collect();
    channels.extend(mesons.iter().map(|meson| (meson.name(), Vec::new())));
    channels.push(("sum", Vec::new()));
    for &mass in &masses {
        let events = |method| experiment.bremsstrahlung(method, mass, goal);
        let exact = events(Method::QUADRATURE).map_err(refusal)?;
        let iww = events(Method::IWW).map_err(refusal)?;
        let decays: Vec<f64> = mesons.iter().map(|&m| experiment.meson(m, mass)).collect();
        let sum = decays.iter().fold(exact, |sum, n| sum + n);
        let all = [exact, iww].into_iter().chain(decays).chain([sum]);
        for ((_, column), events) in channels.iter_mut().zip(all) {
            column.push(events);
        }
    }
    if mesons.is_empty() {
        channels.pop();
    }
    let curve = |(channel, events): &(&str, Vec<f64>)| {
        let q_over_e = events.iter().map(|&n| experiment.lower_edge(n));
        json!({ "channel": channel, "q_over_e": q_over_e.collect::<Vec<_>>() })
    };
    Ok(json!({
        "name": experiment.name(),
        "masses_gev": masses,
        "curves": channels.iter().map(curve).collect::<Vec<_>>(),
        "q_over_e_max": experiment.q_over_e_max(),
    }))
}
