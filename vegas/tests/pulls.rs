//! Errors mean what they say: pulls over fixed seeds, with the size of the error and Q.

#[path = "../examples/standard_integrands/integrands.rs"]
#[allow(dead_code)]
mod integrands;

use integrands::Standard;
use vegas::{Config, Estimate, Integrand, Layout, Measurement, Plan, Vegas, average, silent};

/// Adapts and measures once a seed.
fn runs(f: Standard, seeds: u64, neval: u64, layout: Layout) -> Vec<Measurement> {
    (1..=seeds)
        .map(|seed| {
            let config = Config {
                seed,
                neval,
                n_adapt: 10,
                ..Config::default()
            };
            let mut vegas = Vegas::new(f.dim(), config).expect("valid");
            vegas.adapt(&f, &mut silent).expect("finite");
            let plan = Plan::new(neval, 8).layout(layout);
            vegas
                .measure(&f, &plan, &mut (), &mut silent)
                .expect("finite")
        })
        .collect()
}

/// Checks mean and spread of pulls, the size of the error as κ, and that Q is not piled up at 0.
fn check(f: Standard, truth: f64, runs: &[Measurement], kappa: std::ops::Range<f64>) {
    let n = runs.len() as f64;
    let pulls: Vec<f64> = runs.iter().map(|m| m.estimate.pull(truth)).collect();
    let mean = pulls.iter().sum::<f64>() / n;
    let sd = (pulls.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>() / (n - 1.0)).sqrt();
    assert!(mean.abs() < 0.4, "{f:?}: mean pull {mean}");
    assert!((0.75..1.3).contains(&sd), "{f:?}: spread of pulls {sd}");
    let k = runs
        .iter()
        .map(|m| m.estimate.relative_error() * (m.counters.points as f64).sqrt())
        .sum::<f64>()
        / n;
    assert!(kappa.contains(&k), "{f:?}: κ = {k}");
    let low = runs.iter().filter(|m| m.q < 0.05).count();
    assert!(
        low as f64 <= 0.2 * n,
        "{f:?}: Q below 0.05 in {low} of {n} runs"
    );
    assert!(runs.iter().filter(|m| !m.trustworthy()).count() as f64 <= 0.05 * n);
}

#[test]
fn pulls_are_normal_on_factorising_peaks() {
    let f = Standard::Log7;
    let truth = f.exact().expect("closed form");
    check(f, truth, &runs(f, 60, 20_000, Layout::Stratified), 1.5..4.0);
}

#[test]
fn pulls_are_normal_on_two_humps() {
    let f = Standard::Camel8;
    let truth = f.exact().expect("closed form");
    check(f, truth, &runs(f, 60, 20_000, Layout::Stratified), 1.0..4.0);
}

#[test]
fn pulls_are_normal_for_independent_points() {
    let f = Standard::Log7;
    let truth = f.exact().expect("closed form");
    check(
        f,
        truth,
        &runs(f, 60, 20_000, Layout::Independent),
        1.5..6.0,
    );
}

#[test]
fn iterations_are_not_averaged_by_their_errors() {
    // Weighting by inverse variance would lean to the small value.
    let small = Estimate {
        mean: 1.0,
        sdev: 0.01,
    };
    let large = Estimate {
        mean: 3.0,
        sdev: 0.03,
    };
    assert_eq!(average(&[(small, 10), (large, 10)]).0.mean, 2.0);
}

#[test]
fn the_error_falls_with_the_root_of_the_points() {
    let f = Standard::Camel8;
    let config = Config {
        neval: 50_000,
        n_adapt: 10,
        ..Config::default()
    };
    let mut vegas = Vegas::new(8, config).expect("valid");
    vegas.adapt(&f, &mut silent).expect("finite");
    let error = |iterations| {
        vegas
            .measure(&f, &Plan::new(50_000, iterations), &mut (), &mut silent)
            .expect("finite")
            .estimate
            .sdev
    };
    let ratio = error(2) / error(32);
    assert!((3.6..4.4).contains(&ratio), "{ratio}, not 4");
}
