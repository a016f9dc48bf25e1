//! The corners of the parameter space: 0.2 GeV to 10 PeV, masses from 1 eV to the threshold,
//! hydrogen to californium, every form factor, cuts on x to the end of the range.

mod corner;

use std::ops::ControlFlow;

use corner::{both, pull, setup};
use millibrem::event::{EventBuffer, Weighting};
use millibrem::generate::{EventRequest, GenerateError, Generator, Progress, Settings};
use millibrem::process::radiation::etl::Etl;
use millibrem::process::radiation::phase_space::PairBlock;
use millibrem::process::radiation::quadrature::sigma;
use serde_json::Value;

/// Monte Carlo against quadrature: pull, size of the error, Q and alarms.
fn agree(corners: &[&str]) {
    for (i, line) in corners.iter().enumerate() {
        let setup = setup(line).unwrap();
        let (report, exact) = both(&setup, 100 + i as u64, 50_000).unwrap();
        let (c, pull) = (&report.cross_section, pull(&report, &exact));
        let error = c.error_pb / c.value_pb;
        assert!(
            c.value_pb > 0.0 && pull.abs() < 4.0,
            "{line}: pull {pull:.2}, {c:?}"
        );
        assert!(
            error < 3e-3 && error > 3e-5,
            "{line}: relative error {error:e}"
        );
        assert!(c.iterations.last().unwrap().q > 1e-4, "{line}: {c:?}");
        assert!(report.alarms.is_empty(), "{line}: {:?}", report.alarms);
    }
}

#[test]
fn the_ends_of_energy_mass_and_charge_agree_with_the_quadrature() {
    agree(&[
        "0.2 e- H tsai-elastic 0 dirac 1e-9 0",
        "0.2 e+ Cf tsai-elastic 0 scalar 1e-9 0.9",
        "0.2 mu- H tsai-elastic 0 dirac 1e-9 0",
        "0.2 mu+ U tsai-elastic 1/2 dirac 1e-3 0.4",
        "1e7 e- H tsai-elastic 0 dirac 1e-9 0",
        "1e7 e+ Cf tsai-elastic 0 scalar 1e-9 0.9999",
        "1e7 mu- H tsai-elastic 1/2 dirac 1e-9 0",
        "1e7 mu+ Cf tsai-elastic 0 dirac 1e-6 0.9999",
        "1e7 e- Pb tsai-elastic 0 photon 1e-9 0",
        "1e7 mu- H tsai-elastic 0 photon 1e-9 0",
        "1e7 mu- U tsai-elastic 0 dirac F0.9 0",
    ]);
}

#[test]
fn every_form_factor_agrees_with_the_quadrature_where_momentum_transfers_are_smallest() {
    agree(&[
        "1e7 e- H tsai-elastic+inelastic 0 photon 1e-9 0",
        "1e7 mu- U tsai-elastic+inelastic-bjorken 0 dirac 1e-9 0",
        "1e7 e- U helm 0 dirac 1e-9 0.5",
        "1e7 mu- Al helm-screened 0 scalar 1e-9 0",
        "1e7 e- Al dipole 0 photon 1e-9 0.5",
        "1e7 mu- H dipole 0 dirac 1e-9 0",
        "1e7 e- U point 0 photon 0.05 0",
        "160 e- Al helm 0 photon 1e-9 0.01",
        "0.2 e- U point 1/2 scalar 1e-9 0",
    ]);
}

#[test]
fn just_below_threshold_the_monte_carlo_agrees_with_the_quadrature() {
    agree(&[
        "0.2 e- H tsai-elastic 0 dirac T1e-9 0",
        "0.2 mu- Pb tsai-elastic 0 scalar T1e-6 0",
        "8 e- Al tsai-elastic 1/2 dirac T1e-9 0",
        "160 mu- Pb tsai-elastic 0 dirac T1e-9 0.5",
        "160 e- Cf point 0 photon T1e-6 0",
        "1e7 e- Pb tsai-elastic 0 dirac T1e-9 0",
        "1e7 e- H tsai-elastic 0 photon T1e-4 R0.9",
        "1e7 mu- Cf tsai-elastic 0 dirac T1e-9 0",
    ]);
}

#[test]
fn cuts_at_the_end_of_the_range_of_x_agree_with_the_quadrature() {
    agree(&[
        "0.2 e- H tsai-elastic 0 dirac 1e-4 R0.999",
        "3 mu- Al dipole 0 scalar 0.05 R0.999",
        "8 e- Al tsai-elastic 0 dirac 0.01 0.9999",
        "160 mu- Pb tsai-elastic 0 dirac 0.1 R0.9999",
        "160 e- Pb tsai-elastic 0 photon 0.1 0.9999",
        "1e4 mu- U tsai-elastic 0 dirac 1 0.9999",
        "160 mu- Pb tsai-elastic 0 dirac 0.1 0.7..0.700000001",
        "8 e- Al tsai-elastic 0 scalar 1e-9 0..1e-4",
        "1e7 e- H tsai-elastic 0 dirac 1e-6 0.9999..0.999900001",
    ]);
}

#[test]
fn the_integrand_has_the_values_of_an_eighty_digit_computation() {
    let text = include_str!("data/extreme_points.json");
    let corners: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut deviations = Vec::new();
    for corner in &corners {
        let line = corner["corner"].as_str().unwrap();
        let etl = Etl::new(&setup(line).unwrap());
        let mut block = PairBlock::default();
        for point in corner["points"].as_array().unwrap() {
            let number = |value: &Value| value.as_f64().unwrap();
            let y: Vec<[f64; 1]> = point["y"]
                .as_array()
                .unwrap()
                .iter()
                .map(|v| [number(v)])
                .collect();
            let columns: Vec<&[f64]> = y.iter().map(|c| &c[..]).collect();
            let mut value = [0.0];
            etl.evaluate(&columns, &mut value, &mut block);
            let deviation = (value[0] / number(&point["pb"]) - 1.0).abs();
            assert!(deviation < 3e-5, "{line}: {deviation:e}");
            let low = line.starts_with("0.2 ") || line.starts_with("8 ");
            assert!(deviation < 1e-8 || !low, "{line}: {deviation:e}");
            deviations.push(deviation);
        }
    }
    assert_eq!(deviations.len(), 432);
    deviations.sort_by(f64::total_cmp);
    assert!(deviations[216] < 1e-10, "median {:e}", deviations[216]);
}

#[test]
fn the_error_of_a_quadrature_covers_its_distance_from_a_finer_one_near_threshold() {
    for line in [
        "0.2 mu- U tsai-elastic+inelastic 0 photon T1e-4 R0.5",
        "0.2 mu- U tsai-elastic+inelastic 0 photon T1e-4 0",
        "0.2 mu- Al tsai-elastic+inelastic 0 photon F0.9 R0.5",
        "0.2 mu- Al tsai-elastic+inelastic 0 photon T1e-2 R0.5",
        "0.2 e+ Al dipole 0 photon T1e-4 0",
        "0.2 e+ U dipole 0 axial-vector-boson T1e-4 0",
        "0.2 mu- H tsai-elastic 0 axial-vector-boson F0.9 0",
        "160 mu- Pb tsai-elastic 0 scalar-boson F0.7 0",
        "160 e- U tsai-elastic 1/2 photon T1e-3 0",
    ] {
        let setup = setup(line).unwrap();
        let fine = sigma(&setup, 1e-6).unwrap();
        for goal in [1e-2, 1e-3, 1e-4, 1e-5] {
            let found = sigma(&setup, goal).unwrap();
            let off = (found.value_pb - fine.value_pb).abs();
            assert!(
                off <= found.error_pb + fine.error_pb,
                "{line} to {goal:e}: {:.1e} off, error {:.1e}",
                off / fine.value_pb,
                found.error_pb / fine.value_pb
            );
        }
    }
}

/// σ by quadrature to 1e-5 in pb.
fn quadrature(line: &str) -> f64 {
    sigma(&setup(line).unwrap(), 1e-5).unwrap().value_pb
}

#[test]
fn towards_threshold_sigma_falls_as_the_phase_space_of_slow_particles() {
    // n slow particles have a phase space ~ energy^((3n − 5)/2): n = 4 with the pair, 3 with A′.
    for (kind, power) in [("dirac", 3.5), ("photon", 2.0)] {
        let at = |below| quadrature(&format!("8 mu- Al tsai-elastic 0 {kind} T{below} 0"));
        let found = (at("1e-7") / at("1e-8")).log10();
        assert!((found - power).abs() < 1e-3, "{kind}: {found}");
    }
    // A χ of spin 0 leaves in a p wave: one power more.
    let at = |below| quadrature(&format!("8 mu- Al tsai-elastic 0 scalar T{below} 0"));
    let found = (at("1e-7") / at("1e-8")).log10();
    assert!((found - 4.5).abs() < 1e-3, "scalar: {found}");
}

#[test]
fn a_massless_dark_photon_and_an_endless_energy_are_approached_smoothly() {
    let light = |m| quadrature(&format!("160 mu- Pb tsai-elastic 0 photon {m} 0.5"));
    assert!((light("1e-9") / light("1e-6") - 1.0).abs() < 1e-5);
    // Screened completely, σ no longer knows the energy.
    let energy = |e| quadrature(&format!("{e} e- Pb tsai-elastic 0 dirac 1e-3 0.5"));
    let ratio = energy("1e7") / energy("1e6");
    assert!((ratio - 1.0).abs() < 1e-3, "{ratio}");
    // Each decade of the mass adds as much to the logarithm of a light pair.
    let decade = |m| quadrature(&format!("160 mu- Pb tsai-elastic 0 dirac {m} 0.5"));
    let (a, b, c) = (decade("1e-9"), decade("1e-8"), decade("1e-7"));
    assert!(((a - b) / (b - c) - 1.0).abs() < 1e-2, "{a} {b} {c}");
}

#[test]
fn ten_billion_events_start_and_the_last_of_them_can_be_made_alone() {
    let setup = setup("160 mu- Pb tsai-elastic 0 dirac 0.1 0.5").unwrap();
    let settings = Settings {
        seed: 3,
        threads: 0,
        n_adapt: 3,
        neval: 200_000,
        rel_error: Some(1e-3),
        lattices: None,
        max_neval: 10_000_000_000,
    };
    let request = EventRequest {
        count: 10_000_000_000,
        weighting: Weighting::Weighted,
        max_overweight_share: 1e-3,
        max_weight: 1.0,
    };
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let mut generator = Generator::new((&setup).into(), settings).unwrap();
    generator.adapt(silent).unwrap();
    let sigma = generator.measure(&[], silent).unwrap().cross_section;
    let mut first = EventBuffer::default();
    let stop = &mut |_: &Progress| ControlFlow::Break(());
    let stopped = generator.sample(&request, &sigma, &mut first, stop);
    assert!(matches!(stopped, Err(GenerateError::Stopped)) && !first.is_empty());

    let index = 9_999_999_999;
    let last = generator.event(&request, index, silent).unwrap();
    let wrapped = generator
        .event(&request, index & 0xffff_ffff, silent)
        .unwrap();
    assert_eq!(last.index, index);
    assert_ne!(last.momenta()[0], wrapped.momenta()[0]);
    let energy: f64 = last.momenta().iter().map(|p| p[0]).sum();
    let total = energy - setup.collision.big_m;
    assert!((total / 160.0 - 1.0).abs() < 1e-12, "{last:?}");
}

#[test]
fn what_cannot_be_made_or_computed_is_refused_with_its_limit() {
    for (line, words) in [
        (
            "8 e- Al tsai-elastic 0 dirac T0 0",
            "cannot be made: the largest is",
        ),
        (
            "8 e- Al tsai-elastic 0 photon T-1e-12 0",
            "cannot be made: the largest is",
        ),
        (
            "8 e- Al tsai-elastic 0 dirac 0.01 R1.000001",
            "leave nothing: the kinematic range is",
        ),
        (
            "8 e- Al tsai-elastic 0 dirac 0.01 0.99999",
            "leave nothing: the kinematic range is",
        ),
        ("2e10 e- Al tsai-elastic 0 dirac 0.01 0", "at most 1e10 GeV"),
        ("8 e- Al tsai-elastic 0 dirac 4e-13 0", "at least 1e-12 GeV"),
        (
            "160 e- U helm 0 dirac F0.5 0",
            "form factor `helm` leaves nothing",
        ),
    ] {
        let refusal = setup(line).unwrap_err();
        assert!(refusal.contains(words), "{line}: {refusal}");
    }
}
