//! Further weights of events: at the same points, with the mean of the other choice.

use std::ops::ControlFlow;

use millibrem::card::{Override, RunCard, shipped};
use millibrem::event::EventBuffer;
use millibrem::generate::{Generator, Progress};
use millibrem::matter::form_factor::FormFactor;
use millibrem::particle::Role;
use millibrem::process::{Method, Process};
use millibrem::record::WeightSums;
use millibrem::run;

/// A small run of a shipped card, with these settings and weights.
fn card(name: &str, settings: &[(&str, &str)], weights: &[(&str, &str)]) -> RunCard {
    let common = [
        ("run.seed", "11"),
        ("integration.n_adapt", "6"),
        ("integration.neval", "40000"),
        ("integration.rel_error", "2e-3"),
        ("events.count", "20000"),
    ];
    let set = |(key, value): &(&str, &str)| Override::by_option("--set", key, value);
    let mut all: Vec<Override> = common.iter().chain(settings).map(set).collect();
    let tables = weights
        .iter()
        .map(|(name, set)| format!("{{ name = \"{name}\", set = {{ {set} }} }}"));
    let list = format!("[{}]", tables.collect::<Vec<_>>().join(", "));
    all.push(Override::by_option("--set", "weight", &list));
    shipped(name).unwrap().with(&all).unwrap()
}

/// Its events, and the quotients of each weight.
fn made(card: &RunCard) -> (EventBuffer, Vec<Vec<f64>>) {
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let process = run::process(card).unwrap();
    let mut generator = Generator::new(process, run::settings(card)).unwrap();
    generator.adapt(silent).unwrap();
    let report = generator.measure(&[], silent).unwrap();
    let mut events = EventBuffer::default();
    let request = run::events(card);
    generator
        .sample(&request, &report.cross_section, &mut events, silent)
        .unwrap();
    let others = run::weights(card).unwrap();
    let ratios = generator
        .ratios(&request, &events.index, &others, silent)
        .unwrap();
    (events, ratios)
}

/// σ of a card, and of each of its weights, by quadrature.
fn sigmas(card: &RunCard) -> (f64, Vec<f64>) {
    let sigma = |card: &RunCard| {
        let mixture = run::mixture(card).unwrap();
        let route = run::inclusive(Method::QUADRATURE, &mixture).unwrap();
        millibrem::process::Route::sigma(&route, 1e-3)
            .unwrap()
            .value_pb
    };
    let others = card.weights.iter().map(|spec| sigma(&spec.card));
    (sigma(card), others.collect())
}

const ALL: [(&str, &str); 5] = [
    ("helm", "\"target.form_factor\" = \"helm\""),
    (
        "inelastic",
        "\"target.form_factor\" = \"tsai-elastic+inelastic\"",
    ),
    ("scalar", "\"dark_sector.spin\" = \"scalar\""),
    ("half", "\"target.nucleus_spin\" = 0.5"),
    ("quarter", "\"dark_sector.charge\" = 0.5"),
];

#[test]
fn the_mean_of_each_weight_is_sigma_of_its_choice() {
    let cases: [(&str, &[(&str, &str)]); 4] = [
        ("na64mu-2025", &[("dark_sector.charge", "1")]),
        (
            "na64mu-2025",
            &[("events.mode", "unweighted"), ("dark_sector.charge", "1")],
        ),
        (
            "ldmx-2025",
            &[("target.material", "LYSO"), ("dark_sector.charge", "1")],
        ),
        (
            "na64e-2023",
            &[
                ("target.losses", "tsai-whitis"),
                ("dark_sector.charge", "1"),
            ],
        ),
    ];
    for (name, settings) in cases {
        let weights = match name {
            // The quadrature through the target is slow.
            "na64e-2023" => &ALL[2..3],
            _ => &ALL[..],
        };
        closes(name, &card(name, settings, weights));
    }
}

/// At the same point of the hypercube a weight has the momenta of the event: the mean of a weight does not ask for that.
fn same_momenta(name: &str, card: &RunCard) {
    const N: usize = 64;
    let own = run::process(card).unwrap();
    let roots = [
        2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0, 23.0, 29.0, 31.0_f64,
    ]
    .map(f64::sqrt);
    let column = |d: usize| (1..=N).map(|i| (i as f64 * roots[d]).fract()).collect();
    let columns: Vec<Vec<f64>> = (0..own.dim()).map(column).collect();
    let y: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let at = |process: &dyn Process| {
        assert_eq!(process.dim(), y.len());
        let (mut block, mut value) = (process.block(), [0.0; N]);
        block.evaluate(&y, &mut value);
        let momenta = (0..N).map(|i| {
            let mut out = vec![[0.0; 4]; process.outgoing().len()];
            block.momenta(i, &mut out);
            (value[i] != 0.0).then_some(out)
        });
        momenta.collect::<Vec<_>>()
    };
    let expected = at(&*own);
    assert!(expected.iter().flatten().count() > N / 4, "{name}");
    for (spec, other) in card.weights.iter().zip(run::weights(card).unwrap()) {
        for (own, other) in expected.iter().zip(at(&*other)) {
            if let (Some(own), Some(other)) = (own, other) {
                assert_eq!(own, &other, "{name}, {}", spec.name);
            }
        }
    }
}

/// The mean of each weight is σ of its choice.
fn closes(name: &str, card: &RunCard) {
    same_momenta(name, card);
    let (events, ratios) = made(card);
    let (sigma, others) = sigmas(card);
    for ((spec, ratios), other) in card.weights.iter().zip(&ratios).zip(others) {
        let mut sums = WeightSums::default();
        for (w, r) in events.weight.iter().zip(ratios) {
            sums.add(*w, w * r);
        }
        let (ratio, error) = sums.ratio();
        let expected = other / sigma;
        let pull = (ratio - expected) / error.hypot(1.2e-3 * expected);
        assert!(
            pull.abs() < 3.5 && error < 0.03 * ratio,
            "{name}, {}: {ratio} ± {error}, expected {expected}",
            spec.name
        );
        let n = sums.effective_sample_size();
        assert!(n > 100.0 && n <= 20_000.5, "{name}, {}: {n}", spec.name);
    }
}

const HELM: (&str, &str) = ALL[0];
const HALF: (&str, &str) = ALL[3];
const COMPOUND: &[(&str, &str)] = &[("target.mixture", "PbWO4")];
const SCALAR: (&str, &str) = ("scalar", "\"dark_sector.spin\" = \"scalar\"");
const CHARGE: (&str, &str) = ("quarter", "\"dark_sector.charge\" = 0.5");
const EPSILON: (&str, &str) = ("epsilon", "\"dark_sector.epsilon\" = 1e-4");
const COUPLING: (&str, &str) = ("coupling", "\"dark_sector.coupling\" = 0.2");
/// Another α_D is another width, and another quotient at every mass of the pair.
const ALPHA_D: (&str, &str) = ("broad", "\"dark_sector.alpha_d\" = 0.5");
const G_CHI: (&str, &str) = ("narrow", "\"dark_sector.g_chi\" = 0.6");
/// χ through an A′ of 300 MeV that may decay.
const VECTOR: [(&str, &str); 5] = [
    ("dark_sector.mediator", "vector"),
    ("dark_sector.m_chi_gev", "0.1"),
    ("dark_sector.m_mediator_gev", "0.3"),
    ("dark_sector.epsilon", "1e-3"),
    ("dark_sector.alpha_d", "0.1"),
];

#[test]
fn a_pair_through_a_vector_has_other_spins_and_couplings_at_the_same_points() {
    let weights = [SCALAR, EPSILON, ALPHA_D, G_CHI];
    let thin = card("na64mu-2025", &VECTOR, &weights);
    closes("thin", &thin);
    let (_, ratios) = made(&thin);
    assert!(ratios[1].iter().all(|ratio| (ratio - 0.01).abs() < 1e-15));
    // Every event at an energy of its own.
    let thick = [&VECTOR[..], &[("target.losses", "muon-table")]].concat();
    closes("thick", &card("na64mu-2025", &thick, &weights[..1]));
    let positrons = [&VECTOR[..], &[("dark_sector.m_mediator_gev", "0.25")]].concat();
    closes(
        "annihilation",
        &card("na64e-2023-annihilation", &positrons, &weights),
    );
}

#[test]
fn the_other_processes_have_further_weights_too() {
    type Settings = &'static [(&'static str, &'static str)];
    let cases: [(&str, Settings, Settings); 5] = [
        ("na64e-2023-annihilation", &[], &[SCALAR, CHARGE]),
        // All electrons are alike, of whatever atom.
        ("na64e-2023-annihilation", COMPOUND, &[SCALAR]),
        (
            "na64e-2023-photon-conversion",
            &[],
            &[SCALAR, CHARGE, HELM, HALF],
        ),
        ("na64e-2023-meson", COMPOUND, &[SCALAR, CHARGE]),
        (
            "m3-scalar",
            &[("target.losses", "none")],
            &[COUPLING, HELM, HALF],
        ),
    ];
    for (name, settings, weights) in cases {
        closes(name, &card(name, settings, weights));
    }
    let (_, ratios) = made(&card("na64e-2023-photon-conversion", &[], &[CHARGE]));
    assert!(
        ratios[0]
            .iter()
            .all(|ratio| (ratio - 1.0 / 16.0).abs() < 1e-15)
    );
}

#[test]
fn a_charge_scales_all_weights_and_a_form_factor_follows_the_momentum_transfer() {
    let card = card("na64mu-2025", &[("dark_sector.charge", "1")], &ALL);
    let (events, ratios) = made(&card);
    assert!(ratios[4].iter().all(|ratio| (ratio - 0.25).abs() < 1e-15));
    let nucleus = card.target.material.components[0].nucleus;
    let factor = |card: &RunCard| FormFactor::new(&card.target.form_factor, &nucleus).unwrap();
    let (own, helm) = (factor(&card), factor(&card.weights[0].card));
    let p = events.p(&Role::NUCLEUS_OUT).unwrap();
    for ([e, px, py, pz], ratio) in p.iter().zip(&ratios[0]) {
        // t = 2M T, and T = p²/(E + M).
        let m = nucleus.mass_gev;
        let t = 2.0 * m * (px * px + py * py + pz * pz) / (e + m);
        let expected = helm.g2(t) / own.g2(t);
        // Both are nothing where the density of Helm leaves nothing.
        assert!(
            (ratio - expected).abs() <= 1e-9 * expected,
            "{t} {ratio} {expected}"
        );
    }
}

#[test]
fn quotients_do_not_depend_on_which_events_are_asked_for_together() {
    let card = card("ldmx-2025", &[("events.mode", "unweighted")], &ALL[..3]);
    let (events, all) = made(&card);
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let mut generator = Generator::new(run::process(&card).unwrap(), run::settings(&card)).unwrap();
    generator.adapt(silent).unwrap();
    let others = run::weights(&card).unwrap();
    let some: Vec<u64> = events.index.iter().copied().step_by(371).collect();
    let ratios = generator
        .ratios(&run::events(&card), &some, &others, silent)
        .unwrap();
    for (all, some) in all.iter().zip(&ratios) {
        let expected: Vec<f64> = all.iter().copied().step_by(371).collect();
        assert_eq!(&expected, some);
    }
}
