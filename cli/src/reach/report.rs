//! What `reach` writes and prints beside its curves.

use std::path::Path;

use millibrem::card::RunCard;
use millibrem::study::reach::Experiment;
use millibrem::study::reach::recast::LimitFile;
use millibrem_files::IoError;
use millibrem_files::hepdata::{CurveTable, LabelledCurve, Quantity};
use millibrem_files::table::{row, saved};
use serde_json::{Value, json};

use super::super::json::{number, numbers};
use super::super::scan;
use super::{Curve, OVERLAY, Yields};

/// Limit of experiment `i` from bremsstrahlung over that of the first, and the square roots it is
/// the product of ([GKK18] Eq. (13)) if both exclude as many events with the same efficiency.
pub(super) fn ratio(
    experiments: &[(Experiment, RunCard)],
    yields: &[Vec<Yields>],
    masses: &[f64],
    i: usize,
) -> Value {
    let ((first, _), (other, _)) = (&experiments[0], &experiments[i]);
    let finite = |x: f64| x.is_finite().then_some(x);
    let each = |value: &dyn Fn(&Yields, &Yields) -> Option<f64>| -> Vec<Option<f64>> {
        let pairs = yields[0].iter().zip(&yields[i]);
        pairs.map(|(a, b)| value(a, b)).collect()
    };
    let limits = |events: fn(&Yields) -> f64| {
        each(&|a, b| finite(other.limit(events(b))? / first.limit(events(a))?))
    };
    json!({
        "of": other.name(),
        "over": first.name(),
        "m_chi_gev": masses,
        "limit_ratio": numbers(&limits(|y| y.exact)),
        "limit_ratio_iww": numbers(&limits(|y| y.iww)),
        "sqrt_on_target": number((first.on_target() / other.on_target()).sqrt()),
        "sqrt_nuclei_per_cm2": number((first.nuclei_per_cm2() / other.nuclei_per_cm2()).sqrt()),
        "sqrt_sigma": numbers(&each(&|a, b| finite((a.sigma_pb / b.sigma_pb).sqrt()))),
    })
}

/// The computed curves as a HEPData submission.
pub(super) fn hepdata<'a>(masses: &'a [f64], curves: &'a [Curve]) -> CurveTable<'a> {
    CurveTable {
        name: "Exclusion reach",
        description: "Lower edge of the excluded millicharge against its mass, by experiment and channel",
        x: Quantity {
            name: "M(CHI)",
            units: "GeV",
        },
        x_values: masses,
        y: Quantity {
            name: "Q(CHI)/E",
            units: "",
        },
        curves: curves
            .iter()
            .map(|c| LabelledCurve {
                label: &c.label,
                y: &c.q_over_e,
                error: &c.error,
            })
            .collect(),
    }
}

/// Whether limits of these experiments and masses may take the place of those at `path`. By
/// quadrature they are made again in a moment; Monte Carlo ones are work that is not to be lost, and are
/// replaced only where the cards are the same and every mass comes again.
///
/// # Errors
/// [`IoError::OtherTable`] if not; another [`IoError`] if the file cannot be read.
pub(super) fn may_replace(
    path: &Path,
    experiments: &[(Experiment, RunCard)],
    masses: &[f64],
) -> Result<(), IoError> {
    let Some(old) = saved(path)? else {
        return Ok(());
    };
    let other = |found: &str, expected: &str| IoError::OtherTable {
        path: path.to_owned(),
        found: found.to_owned(),
        expected: expected.to_owned(),
    };
    let facts = facts(experiments);
    let lines = old
        .lines()
        .take_while(|line| !line.starts_with("# column "));
    let monte_carlo = |line: &str| line.ends_with(": method = \"mc\"");
    if !lines.clone().any(monte_carlo) {
        return Ok(());
    }
    for (found, expected) in lines.zip(facts.lines().chain(std::iter::repeat(""))) {
        if found != expected {
            return Err(other(found, expected));
        }
    }
    let computed = |line: &&str| !line.starts_with('#') && !line.ends_with(OVERLAY);
    for line in old.lines().filter(computed).skip(1) {
        let mass = line.rsplit(',').nth(4).and_then(|cell| cell.parse().ok());
        if !mass.is_some_and(|mass: f64| masses.contains(&mass)) {
            return Err(other(line, "no row of this mass"));
        }
    }
    Ok(())
}

/// The first lines of the table: the cards of the experiments.
fn facts(experiments: &[(Experiment, RunCard)]) -> String {
    let mut text = String::new();
    for (_, card) in experiments {
        for (name, value) in scan::facts("reach", card) {
            let name = match name.as_str() {
                "card" => format!("card of {}", card.run.name),
                _ => name,
            };
            for line in value.trim_end().lines() {
                text += &format!("# {name}: {line}\n");
            }
        }
    }
    text
}

/// Curves as a table of three columns; rows without a limit are left out.
pub(super) fn table(
    experiments: &[(Experiment, RunCard)],
    masses: &[f64],
    curves: &[Curve],
    overlays: &[(String, LimitFile)],
) -> String {
    let mut text = facts(experiments);
    text += "# column curve: experiment and channel\n# column m_chi_gev [GeV]: mass of chi\n";
    text += "# column q_over_e [1]: charges above this are excluded\n";
    text +=
        "# column q_over_e_error [1]: one standard deviation of the Monte Carlo, empty without\n";
    text += "# column q_over_e_max [1]: charges above this are not excluded, empty without\n";
    text += "# column channel: of the curve, overlay for limits that were read\n";
    text += "curve,m_chi_gev,q_over_e,q_over_e_error,q_over_e_max,channel\n";
    let cell = |value: Option<f64>| value.map_or(String::new(), |v| format!("{v:?}"));
    for curve in curves {
        let max = cell(curve.q_over_e_max);
        for ((mass, q), error) in masses.iter().zip(&curve.q_over_e).zip(&curve.error) {
            if let Some(q) = q {
                let (label, channel, error) = (&curve.label, curve.channel, cell(*error));
                let (mass, q) = (format!("{mass:?}"), format!("{q:?}"));
                text += &row([&label[..], &mass, &q, &error, &max, channel]);
            }
        }
    }
    for (name, limit) in overlays {
        let (name, max) = (display(name, limit), cell(limit.upper_edge()));
        for (mass, q) in limit.points() {
            let (mass, q) = (format!("{mass:?}"), format!("{q:?}"));
            text += &row([name, &mass, &q, "", &max, OVERLAY]);
        }
    }
    text
}

/// What to call a limit that was read: the experiment it names, else its file.
pub(super) fn display<'a>(file: &'a str, limit: &'a LimitFile) -> &'a str {
    limit.experiment().unwrap_or(file)
}
