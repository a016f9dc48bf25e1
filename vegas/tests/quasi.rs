//! The shifted lattice: unbiased, with an honest error, and better where it can be.

use vegas::{Config, Layout, Plan, Scalar, Vegas, silent};

/// A smooth product with integral one, close to what a good map leaves.
fn smooth(x: &[f64]) -> f64 {
    x.iter()
        .enumerate()
        .map(|(d, c)| 1.0 + (c - 0.5) * 0.8 / (d + 1) as f64)
        .product()
}

#[test]
fn a_lattice_is_far_better_on_a_smooth_integrand_and_its_pulls_are_normal() {
    let f = Scalar::new(6, smooth);
    let mut pulls = Vec::new();
    let mut gains = Vec::new();
    for seed in 1..=40 {
        let config = Config {
            seed,
            neval: 10_000,
            n_adapt: 3,
            ..Config::default()
        };
        let mut vegas = Vegas::new(6, config).expect("valid");
        vegas.adapt(&f, &mut silent).expect("finite");
        let plan = Plan::new(1 << 13, 16);
        let cubes = vegas
            .measure(&f, &plan, &mut (), &mut silent)
            .expect("finite");
        let plan = plan.layout(Layout::Lattice);
        let lattice = vegas
            .measure(&f, &plan, &mut (), &mut silent)
            .expect("finite");
        pulls.push(lattice.estimate.pull(1.0));
        gains.push(cubes.estimate.sdev / lattice.estimate.sdev);
        assert!(lattice.trustworthy(), "{lattice}");
    }
    let n = pulls.len() as f64;
    let mean = pulls.iter().sum::<f64>() / n;
    let sd = (pulls.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>() / (n - 1.0)).sqrt();
    assert!(
        mean.abs() < 0.5 && (0.75..1.35).contains(&sd),
        "pulls {mean} ± {sd}"
    );
    gains.sort_by(f64::total_cmp);
    assert!(gains[20] > 3.0, "median gain {}", gains[20]);
}

#[test]
fn a_lattice_needs_a_power_of_two_and_few_enough_axes() {
    let f = Scalar::new(6, smooth);
    let vegas = Vegas::new(
        6,
        Config {
            neval: 1000,
            ..Config::default()
        },
    )
    .expect("valid");
    for wrong in [10_000, 1 << 10] {
        let plan = Plan::new(wrong, 8).layout(Layout::Lattice);
        let error = vegas.measure(&f, &plan, &mut (), &mut silent).unwrap_err();
        let must = "but must be a power of two from 2048 to 16777216 for lattices";
        assert_eq!(error.to_string(), format!("neval is {wrong}, {must}"));
    }
    let f = Scalar::new(21, |_: &[f64]| 1.0);
    let vegas = Vegas::new(
        21,
        Config {
            neval: 1000,
            ..Config::default()
        },
    )
    .expect("valid");
    let plan = Plan::new(1 << 13, 8).layout(Layout::Lattice);
    let error = vegas.measure(&f, &plan, &mut (), &mut silent).unwrap_err();
    assert_eq!(
        error.to_string(),
        "dim is 21, but must be at most 20 axes for a lattice"
    );
}

#[test]
fn the_lattice_is_chosen_only_where_it_gains() {
    let config = Config {
        neval: 10_000,
        n_adapt: 3,
        ..Config::default()
    };
    let chosen = |f: &(dyn Fn(&[f64]) -> f64 + Sync)| {
        let f = Scalar::new(6, |x: &[f64]| f(x));
        let mut vegas = Vegas::new(6, config.clone()).expect("valid");
        vegas.adapt(&f, &mut silent).expect("finite");
        vegas
            .better_layout(&f, 10_000, &mut silent)
            .expect("finite")
    };
    let (layout, gain) = chosen(&smooth);
    assert_eq!(layout, Layout::Lattice, "gain {gain}");
    // A checkerboard of many fields has nothing that a lattice could use.
    let rough = |x: &[f64]| {
        let fields: f64 = x.iter().map(|c| (c * 37.0).floor()).sum();
        if fields % 2.0 == 0.0 { 1.0 } else { 0.1 }
    };
    let (layout, gain) = chosen(&rough);
    assert_eq!(layout, Layout::Stratified, "gain {gain}");
}
