//! Beams by Twiss parameters and by a table of momenta: what events and σ̄ have of them.

use std::ops::ControlFlow;
use std::sync::Arc;

use millibrem::beam::{MomentumTable, Projectile, Twiss};
use millibrem::card::{Override, RunCard, shipped};
use millibrem::event::{EventBuffer, Scalar, Weighting};
use millibrem::generate::{EventRequest, Generator, Progress};
use millibrem::particle::Role;
use millibrem::process::Method;
use millibrem::run;
use millibrem::study::reach::{Options, Reach, experiment};

fn card(name: &str, settings: &[(&str, &str)]) -> RunCard {
    let common = [("run.seed", "7"), ("run.threads", "2")];
    let set = |(key, value): &(&str, &str)| Override::by_option("--set", key, value);
    let all: Vec<Override> = common.iter().chain(settings).map(set).collect();
    shipped(name).unwrap().with(&all).unwrap()
}

fn events(card: &RunCard, count: u64) -> EventBuffer {
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let process = run::process(card).unwrap();
    let mut generator = Generator::new(process, run::settings(card)).unwrap();
    generator.adapt(silent).unwrap();
    let report = generator.measure(&[], silent).unwrap();
    let request = EventRequest {
        count,
        weighting: Weighting::Weighted,
        max_overweight_share: 1e-3,
        max_weight: 1.0,
    };
    let mut events = EventBuffer::default();
    let sigma = &report.cross_section;
    generator
        .sample(&request, sigma, &mut events, silent)
        .unwrap();
    events
}

/// Σ = ε (β, −α; −α, γ), each element within four of its errors, and its determinant, the square of the emittance.
#[test]
fn events_have_the_ellipses_of_the_twiss_parameters() {
    const EVENTS: u64 = 40_000;
    let twiss = "{ emittance_mm_mrad = [2.0, 0.3], beta_m = [8.0, 40.0], alpha = [1.5, -3.0] }";
    let card = card(
        "ldmx-2025",
        &[
            ("integration.n_adapt", "4"),
            ("integration.neval", "20000"),
            ("integration.rel_error", "5e-3"),
            ("beam.twiss", twiss),
        ],
    );
    let events = events(&card, EVENTS);
    let beam = events.p(&Role::LEPTON_IN).unwrap();
    let z = events.scalar(&Scalar::VERTEX_Z).unwrap();
    for (axis, scalar) in [(0, Scalar::VERTEX_X), (1, Scalar::VERTEX_Y)] {
        let Twiss {
            emittance_mm_mrad: e,
            beta_m,
            alpha,
        } = card.profile.twiss.unwrap()[axis];
        let gamma = (1.0 + alpha * alpha) / beta_m;
        let at_vertex = events.scalar(&scalar).unwrap();
        let (mut xx, mut xa, mut aa) = (0.0, 0.0, 0.0);
        for ((x_cm, p), z_cm) in at_vertex.iter().zip(beam).zip(z) {
            // Back to the front of the target, in mm and mrad.
            let slope = p[axis + 1] / p[3];
            let (x, angle) = (10.0 * (x_cm - z_cm * slope), 1e3 * slope);
            xx += x * x;
            xa += x * angle;
            aa += angle * angle;
        }
        let n = EVENTS as f64;
        let [xx, xa, aa] = [xx, xa, aa].map(|sum| sum / n);
        let near = |found: f64, expected: f64, error: f64| {
            assert!(
                (found - expected).abs() < 4.0 * error,
                "axis {axis}: {found} ± {error}, expected {expected}"
            );
        };
        let (square, cross) = (e * beta_m, -e * alpha);
        near(xx, square, square * (2.0 / n).sqrt());
        near(aa, e * gamma, e * gamma * (2.0 / n).sqrt());
        near(xa, cross, ((square * e * gamma + cross * cross) / n).sqrt());
        // That of a determinant of Wishart's distribution in two dimensions.
        let emittance = (xx * aa - xa * xa).sqrt();
        near(emittance, e, e / n.sqrt());
    }
}

/// A gaussian as a table is that gaussian, and a table is its sum over momenta, each at its own energy.
#[test]
fn a_table_of_momenta_has_the_weighted_sum_of_cross_sections() {
    let m = Projectile::Muon.mass_gev();
    let p0 = f64::sqrt((160.0 - m) * (160.0 + m));
    let sigma = |card: &RunCard| {
        let route = run::process(card).unwrap().route(Method::QUADRATURE);
        route.unwrap().sigma(1e-4).unwrap().value_pb
    };
    let with_table = |p: &[f64], density: &[f64]| {
        let mut card = card("na64mu-2025", &[]);
        let table = MomentumTable::new(p, density).unwrap();
        let profile = card
            .profile
            .with(|of| of.momentum_table = Some(Arc::new(table)));
        card.profile = profile.unwrap();
        card
    };
    let rows = 801;
    let at = |i: usize| -5.0 + 10.0 * i as f64 / (rows - 1) as f64;
    let p: Vec<f64> = (0..rows).map(|i| p0 * (1.0 + 0.04 * at(i))).collect();
    let density: Vec<f64> = (0..rows).map(|i| (-0.5 * at(i) * at(i)).exp()).collect();
    let (table, gaussian) = (
        sigma(&with_table(&p, &density)),
        sigma(&card("na64mu-2025", &[("beam.momentum_spread", "0.04")])),
    );
    assert!((table / gaussian - 1.0).abs() < 1e-4, "{table} {gaussian}");

    // A skew triangle by a sum over many momenta.
    let (p, density) = ([120.0, 150.0, 165.0], [0.0, 2.0, 1.0]);
    let skew = with_table(&p, &density);
    let (mut sum, mut norm) = (0.0, 0.0);
    for (cell, steps) in [(0, 60), (1, 30)] {
        for i in 0..steps {
            let share = (f64::from(i) + 0.5) / f64::from(steps);
            let at = |column: &[f64; 3]| column[cell] + share * (column[cell + 1] - column[cell]);
            let mut one = card("na64mu-2025", &[]);
            let energy = at(&p).hypot(m);
            one.beam = one.beam.with(|of| of.energy_gev = energy).unwrap();
            let cuts = one.cuts.with(|of| of.x_min *= 160.0 / energy);
            one.cuts = cuts.unwrap();
            sum += at(&density) * sigma(&one);
            norm += at(&density);
        }
    }
    let found = sigma(&skew);
    assert!(
        (found * norm / sum - 1.0).abs() < 2e-4,
        "{found} {}",
        sum / norm
    );

    // Events have those momenta.
    skew_has_its_momenta(&skew, &p);
}

fn skew_has_its_momenta(card: &RunCard, p: &[f64; 3]) {
    let mut small = card.clone();
    (small.integration.n_adapt, small.integration.neval) = (5, 20_000);
    small.integration.rel_error = 5e-3;
    let events = events(&small, 5_000);
    let energies = events.scalar(&Scalar::BEAM_ENERGY).unwrap();
    let range = p[0] - 0.01..=p[2] + 0.01;
    assert!(energies.iter().all(|e| range.contains(e)));
    // σ rises by a few per cent only, so that the share below 150 GeV is about that of the beam, 30 of 52.5.
    let weights: f64 = events.iter().map(|event| event.weight).sum();
    let below = events.iter().zip(energies).filter(|(_, e)| **e < 150.0);
    let share = below.map(|(event, _)| event.weight).sum::<f64>() / weights;
    assert!((share - 0.55).abs() < 0.05, "{share}");
}

/// `reach` takes the mean that the process has.
#[test]
fn limits_are_those_of_the_spread_beam() {
    for (name, losses, spread) in [
        ("na64mu-2025", "none", ("beam.momentum_spread", "0.08")),
        (
            "na64e-2023",
            "tsai-whitis",
            ("beam.momentum_spread", "0.06"),
        ),
        (
            "na64mu-2025",
            "muon-table",
            (
                "beam.momentum_table",
                "{ momentum_gev = [130, 150, 180], density = [0, 1, 0.5] }",
            ),
        ),
    ] {
        let mass = ("dark_sector.m_chi_gev", "0.1");
        let set = [
            ("target.losses", losses),
            spread,
            ("cuts.x_min", "0.8"),
            mass,
        ];
        let card = card(name, &set);
        let route = run::process(&card).unwrap().route(Method::QUADRATURE);
        let mean = route.unwrap().sigma(1e-3).unwrap().value_pb;
        let of_limits = experiment(&card).unwrap();
        let found = of_limits.sigma_pb(Method::QUADRATURE, 0.1, 1e-4).unwrap();
        assert!(
            (found / mean - 1.0).abs() < 1e-3,
            "{name} {losses}: {found} {mean}"
        );
        let mut nominal = card.clone();
        let profile = nominal.profile.with(|of| {
            of.momentum_spread = 0.0;
            of.momentum_table = None;
        });
        nominal.profile = profile.unwrap();
        let at_one = experiment(&nominal).unwrap();
        let at_one = at_one.sigma_pb(Method::QUADRATURE, 0.1, 1e-4).unwrap();
        assert!((found / at_one - 1.0).abs() > 3e-3, "{found} {at_one}");
    }
    let mc = card(
        "na64mu-2025",
        &[
            ("beam.momentum_spread", "0.01"),
            ("integration.method", "mc"),
        ],
    );
    let refused = Reach::new(vec![mc], vec![0.1], Options::default());
    let words = refused.err().unwrap().to_string();
    assert!(
        words.contains("beam.momentum_spread needs --method quadrature"),
        "{words}"
    );
}
