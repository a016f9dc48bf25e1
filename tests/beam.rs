//! Beams that are no pencil of one energy: σ̄ over the momentum spread, and where events are and point to.

use std::ops::ControlFlow;

use millibrem::card::{Override, RunCard, shipped};
use millibrem::event::{Event, EventBuffer, Momentum, Sample, Scalar, Weighting};
use millibrem::generate::{EventRequest, Generator, Progress};
use millibrem::kinematics::{straightened, tilted};
use millibrem::matter::scattering::highland_rad;
use millibrem::particle::Role;
use millibrem::process::Method;
use millibrem::{run, study};

const EVENTS: u64 = 20_000;

fn card(name: &str, settings: &[(&str, &str)]) -> RunCard {
    let common = [
        ("run.seed", "7"),
        ("run.threads", "2"),
        ("integration.n_adapt", "8"),
        ("integration.neval", "50000"),
        ("integration.rel_error", "1.5e-3"),
    ];
    let set = |(key, value): &(&str, &str)| Override::by_option("--set", key, value);
    let all: Vec<Override> = common.iter().chain(settings).map(set).collect();
    shipped(name).unwrap().with(&all).unwrap()
}

/// σ̄ with its error, and events.
fn made(card: &RunCard) -> ((f64, f64), EventBuffer, Sample) {
    let process = run::process(card).unwrap();
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let mut generator = Generator::new(process, run::settings(card)).unwrap();
    generator.adapt(silent).unwrap();
    let report = generator.measure(&[], silent).unwrap();
    assert!(report.alarms.is_empty(), "{:?}", report.alarms);
    let request = EventRequest {
        count: EVENTS,
        weighting: Weighting::Weighted,
        max_overweight_share: 1e-3,
        max_weight: 1.0,
    };
    let mut events = EventBuffer::default();
    let found = &report.cross_section;
    generator
        .sample(&request, found, &mut events, silent)
        .unwrap();
    let sigma = (found.value_pb, found.error_pb);
    (sigma, events, run::sample(card).unwrap())
}

fn direction([_, x, y, z]: Momentum) -> [f64; 3] {
    let p = (x * x + y * y + z * z).sqrt();
    [x / p, y / p, z / p]
}

/// Rms of a column that scatters about 0, with its error.
fn rms(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut n, mut sum) = (0.0, 0.0);
    for value in values {
        n += 1.0;
        sum += value * value;
    }
    let rms = f64::sqrt(sum / n);
    (rms, rms / f64::sqrt(2.0 * n))
}

fn is_rms(values: impl Iterator<Item = f64>, expected: f64) {
    let (found, error) = rms(values);
    assert!(
        (found - expected).abs() < 4.0 * error,
        "{found} ± {error}, expected {expected}"
    );
}

fn balances(event: &Event, sample: &Sample) {
    let (beam, target) = (sample.p_beam_of(event), sample.p_target());
    let outgoing = &event.momenta()[..sample.outgoing.len()];
    for j in 0..4 {
        let out: f64 = outgoing.iter().map(|p| p[j]).sum();
        let off = out - beam[j] - target[j];
        assert!(off.abs() < 1e-10 * target[0], "{event:?}");
    }
}

#[test]
fn a_spot_and_a_divergence_move_events_and_nothing_else() {
    let pencil = card("ldmx-2025", &[]);
    let wide = card(
        "ldmx-2025",
        &[
            ("beam.spot_mm", "[20, 5]"),
            ("beam.divergence_mrad", "[0.5, 2]"),
        ],
    );
    let ((before, events, plain), (after, moved, sample)) = (made(&pencil), made(&wide));
    assert_eq!(before, after);
    assert!(!plain.has_p_beam && plain.scalars.is_empty());
    let (thickness, x0) = (
        wide.target.material.thickness_cm.unwrap(),
        wide.target.material.radiation_length_cm,
    );
    assert!(x0.is_some());
    for (event, turned) in events.iter().zip(moved.iter()) {
        assert_eq!((event.weight, event.index), (turned.weight, turned.index));
        let n = direction(sample.p_beam_of(&turned));
        for (p, q) in event.momenta().iter().zip(turned.momenta()) {
            let back = straightened(*q, n);
            assert!(
                p.iter()
                    .zip(back)
                    .all(|(p, q)| (p - q).abs() < 1e-13 * p.abs().max(25.0))
            );
        }
        balances(&turned, &sample);
        let z = sample.scalar(&turned, &Scalar::VERTEX_Z).unwrap();
        assert!((0.0..thickness).contains(&z));
    }
    let beam = moved.p(&Role::LEPTON_IN).unwrap();
    assert!(beam.iter().all(|p| p[0] == 8.0));
    is_rms(beam.iter().map(|p| p[1] / p[3]), 0.5e-3);
    is_rms(beam.iter().map(|p| p[2] / p[3]), 2e-3);
    let column = |scalar| moved.scalar(&scalar).unwrap().iter().copied();
    // In 3.6 cm of aluminium the divergence adds next to nothing.
    is_rms(column(Scalar::VERTEX_X), 2.0);
    is_rms(column(Scalar::VERTEX_Y), 0.5);
}

#[test]
fn a_spread_of_the_momentum_has_the_mean_of_the_cross_section() {
    // The cut is that of the nominal energy, so that σ rises steeply through it.
    for (name, settings) in [
        ("na64mu-2025", &[("beam.momentum_spread", "0.05")][..]),
        (
            "na64e-2023",
            &[
                ("beam.momentum_spread", "0.03"),
                ("target.losses", "tsai-whitis"),
                ("cuts.x_min", "0.8"),
            ],
        ),
    ] {
        let card = card(name, settings);
        let ((sigma, error), events, sample) = made(&card);
        let route = run::process(&card)
            .unwrap()
            .route(Method::QUADRATURE)
            .unwrap();
        let mean = route.sigma(1e-3).unwrap().value_pb;
        assert!(
            (sigma - mean).abs() < 3.5 * (error + 5e-4 * mean) && error < 2e-3 * sigma,
            "{name}: {sigma} ± {error}, {mean}"
        );
        let mut nominal = card.clone();
        nominal.profile = nominal.profile.with(|of| of.momentum_spread = 0.0).unwrap();
        let at_one = run::process(&nominal)
            .unwrap()
            .route(Method::QUADRATURE)
            .unwrap();
        let at_one = at_one.sigma(1e-3).unwrap().value_pb;
        assert!((mean / at_one - 1.0).abs() > 1.5e-3, "{mean} {at_one}");
        let mut above = 0;
        for event in events.iter() {
            balances(&event, &sample);
            let energy = sample.scalar(&event, &Scalar::BEAM_ENERGY).unwrap();
            assert_eq!(sample.p_beam_of(&event)[0], energy);
            above += usize::from(energy > card.beam.energy_gev);
        }
        assert!(above > 1000, "{above}");
    }
}

#[test]
fn a_spread_alone_is_the_mean_over_energies_by_hand() {
    let card = card("na64mu-2025", &[("beam.momentum_spread", "0.04")]);
    let m = card.beam.projectile.mass_gev();
    let p0 = ((160.0 - m) * (160.0 + m)).sqrt();
    // Trapezia in ξ, which converge exponentially.
    let (mut sum, mut norm) = (0.0, 0.0);
    for k in -20..=20 {
        let xi = 0.25 * f64::from(k);
        let mut one = card.clone();
        one.profile = one.profile.with(|of| of.momentum_spread = 0.0).unwrap();
        one.beam = one
            .beam
            .with(|of| of.energy_gev = (p0 * (1.0 + 0.04 * xi)).hypot(m))
            .unwrap();
        one.cuts = one
            .cuts
            .with(|of| of.x_min *= 160.0 / one.beam.energy_gev)
            .unwrap();
        let route = run::process(&one)
            .unwrap()
            .route(Method::QUADRATURE)
            .unwrap();
        let weight = (-0.5 * xi * xi).exp();
        sum += weight * route.sigma(1e-5).unwrap().value_pb;
        norm += weight;
    }
    let route = run::process(&card)
        .unwrap()
        .route(Method::QUADRATURE)
        .unwrap();
    let found = route.sigma(1e-4).unwrap().value_pb;
    assert!(
        (found * norm / sum - 1.0).abs() < 1e-4,
        "{found} {}",
        sum / norm
    );
}

#[test]
fn the_beam_of_ldmx_scatters_as_highland_says() {
    let card = card("ldmx-2025", &[("target.multiple_scattering", "highland")]);
    let (_, events, sample) = made(&card);
    let x0_cm = card.target.material.radiation_length_cm.unwrap();
    let beam = events.p(&Role::LEPTON_IN).unwrap();
    let depths = events.scalar(&Scalar::VERTEX_Z).unwrap();
    let beta = 1.0;
    let one = |axis: usize| {
        let all = beam.iter().zip(depths);
        all.map(move |(p, z)| p[axis] / p[3] / highland_rad(8.0, beta, z / x0_cm))
    };
    is_rms(one(1), 1.0);
    is_rms(one(2), 1.0);
    // Offset and angle go together.
    let x = events.scalar(&Scalar::VERTEX_X).unwrap();
    let with = x.iter().zip(beam).zip(depths).map(|((x, p), z)| {
        let rms = highland_rad(8.0, beta, z / x0_cm);
        (x / (z * rms)) * (p[1] / p[3] / rms)
    });
    let mean = with.sum::<f64>() / EVENTS as f64;
    assert!((mean - 0.5).abs() < 0.02, "{mean}");
    // pT of the beam at the vertex, by plane.
    let (pt, error) = rms(beam.iter().map(|p| 1e3 * p[1]));
    println!("pT at the vertex {pt:.2} ± {error:.2} MeV in a plane");
    events.iter().for_each(|event| balances(&event, &sample));
}

#[test]
fn turning_there_and_back_changes_nothing() {
    let n = direction([0.0, 0.02, -0.05, 1.0]);
    let p = [5.0, 0.3, -0.2, 4.9];
    let there = tilted(p, n);
    let dot = |a: Momentum, b: Momentum| a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3];
    assert!((dot(there, there) - dot(p, p)).abs() < 1e-14);
    let back = straightened(there, n);
    assert!(p.iter().zip(back).all(|(p, q)| (p - q).abs() < 1e-15));
    let along = tilted([1.0, 0.0, 0.0, 1.0], n);
    assert!((0..3).all(|i| (along[i + 1] - n[i]).abs() < 1e-16));
}

#[test]
fn default_axes_and_bins_hold_what_the_upper_half_of_a_spread_makes() {
    for (name, settings) in [
        ("na64e-2018", &[("beam.momentum_spread", "0.02")][..]),
        ("na64mu-2025", &[("beam.momentum_spread", "0.05")]),
        (
            "na64e-2023-annihilation",
            &[
                ("beam.particle", "'e+'"),
                ("target.losses", "'none'"),
                ("beam.momentum_spread", "0.01"),
            ],
        ),
    ] {
        let card = card(name, settings);
        let silent = &mut |_: &Progress| ControlFlow::Continue(());
        let bins = study::spectrum(&card, &study::Where::Bins(7), silent).unwrap();
        let sigma = study::sigma(&card, silent).unwrap();
        let edges = bins.x_edges.unwrap();
        let sum: f64 = (0..7)
            .map(|i| bins.dsigma_dx_pb[i] * (edges[i + 1] - edges[i]))
            .sum();
        assert!(
            (sum / sigma.value_pb - 1.0).abs() < 5e-3,
            "{name}: {sum}, {}",
            sigma.value_pb
        );
        assert!(edges[7] > 1.0, "{name}: {edges:?}");
    }
}
