//! The exact result beside `ww`, `iww` and `wwa`, and where each is good enough.

use crate::process::{Approach, CrossSection, Integral, Mixture, QuadratureError};

/// The approximations, in the order of the output.
pub const APPROXIMATIONS: [Approach; 3] = [Approach::Ww, Approach::Iww, Approach::Wwa];

/// Deviations in percent that a verdict speaks of.
const GRADES: [u32; 3] = [2, 10, 50];

/// Exact and approximate results of one set-up.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// σ exactly, pb.
    pub exact: Integral,
    /// σ in each bin of x exactly, pb.
    pub exact_bins: Vec<Integral>,
    /// One an entry of [`APPROXIMATIONS`].
    pub approximations: [Approximation; 3],
}

/// One approximation of one set-up; nothing where it does not apply.
#[derive(Debug, Clone)]
pub struct Approximation {
    /// Which one.
    pub approach: Approach,
    /// σ, pb.
    pub sigma: Option<Integral>,
    /// σ/exact.
    pub ratio: Option<f64>,
    /// Numerical error of the ratio.
    pub ratio_error: Option<f64>,
    /// The same ratio in each bin of x; nothing where the exact result is 0.
    pub bin_ratios: Vec<Option<f64>>,
}

/// Compares all approximations with the exact result on `mixture`, in total and in the bins of x
/// between `edges`, to the relative error `rel_error`.
///
/// # Errors
/// [`QuadratureError`] if the exact result cannot be had: cuts on anything but x, which no
/// approximation can follow either; or if one of them does not reach `rel_error`.
pub fn compare(
    mixture: &Mixture,
    edges: &[f64],
    rel_error: f64,
) -> Result<Comparison, QuadratureError> {
    let route = mixture.route(Approach::Exact)?;
    let exact = route.sigma(rel_error)?;
    let exact_bins = route.binned(edges, rel_error)?;
    let approximations = APPROXIMATIONS.map(|approach| {
        let route = mixture.route(approach)?;
        let sigma = where_it_applies(route.sigma(rel_error))?;
        let share = |part: &Integral, whole: &Integral| {
            (whole.value_pb > 0.0).then(|| part.value_pb / whole.value_pb)
        };
        let bins = where_it_applies(route.binned(edges, rel_error))?;
        Ok(Approximation {
            approach,
            sigma,
            ratio: sigma.and_then(|s| share(&s, &exact)),
            ratio_error: sigma.and_then(|s| {
                let relative = |i: &Integral| i.error_pb / i.value_pb;
                share(&s, &exact).map(|r| r * (relative(&s) + relative(&exact)))
            }),
            bin_ratios: exact_bins
                .iter()
                .enumerate()
                .map(|(i, whole)| bins.as_ref().and_then(|b| share(&b[i], whole)))
                .collect(),
        })
    });
    let [ww, iww, wwa] = approximations;
    Ok(Comparison {
        exact,
        exact_bins,
        approximations: [ww?, iww?, wwa?],
    })
}

/// Nothing where a formula does not apply; a goal that it does not reach is an error.
fn where_it_applies<T>(found: Result<T, QuadratureError>) -> Result<Option<T>, QuadratureError> {
    match found {
        Err(error @ QuadratureError::NotConverged { .. }) => Err(error),
        found => Ok(found.ok()),
    }
}

/// One sentence an approximation: at which `labels` it is good to 2 %, 10 %, 50 %.
pub fn verdict(labels: &[String], rows: &[Comparison]) -> Vec<String> {
    APPROXIMATIONS
        .iter()
        .enumerate()
        .map(|(i, approach)| {
            let off: Vec<Option<f64>> = rows
                .iter()
                .map(|row| row.approximations[i].ratio.map(|r| (r - 1.0).abs()))
                .collect();
            let grades: Vec<String> = GRADES
                .iter()
                .map(|&grade| {
                    let good = |o: &Option<f64>| o.is_some_and(|o| o <= f64::from(grade) / 100.0);
                    format!("to {grade} % {}", runs(labels, &off, good))
                })
                .collect();
            let missing = off.iter().filter(|o| o.is_none()).count();
            let missing = match missing {
                0 => String::new(),
                n => format!("; does not apply at {n} of {}", off.len()),
            };
            format!("{} is good {}{missing}", approach.name(), grades.join(", "))
        })
        .collect()
}

/// The points where `good` holds, neighbours joined.
fn runs(labels: &[String], off: &[Option<f64>], good: impl Fn(&Option<f64>) -> bool) -> String {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < off.len() {
        if !good(&off[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < off.len() && good(&off[at]) {
            at += 1;
        }
        parts.push(match at - start {
            n if n == off.len() => "everywhere".to_owned(),
            1 => format!("at {}", labels[start]),
            _ => format!("from {} to {}", labels[start], labels[at - 1]),
        });
    }
    match parts.is_empty() {
        true => "nowhere".to_owned(),
        false => parts.join(" and "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_good_points_are_joined_and_gaps_named() {
        let labels = ["1", "2", "3", "4"].map(String::from);
        let good = |o: &Option<f64>| o.is_some_and(|o| o < 0.1);
        let text = |off: [f64; 4]| runs(&labels, &off.map(Some), good);
        assert_eq!(text([0.0; 4]), "everywhere");
        assert_eq!(text([1.0; 4]), "nowhere");
        assert_eq!(text([0.0, 0.0, 1.0, 0.0]), "from 1 to 2 and at 4");
        assert_eq!(runs(&labels[..1], &[None], good), "nowhere");
    }
}
