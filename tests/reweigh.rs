//! Further weights of events: at the same points, with the mean of the other choice.

use std::ops::ControlFlow;

use millibrem::card::{Override, RunCard, shipped};
use millibrem::event::EventBuffer;
use millibrem::generate::{Generator, Progress};
use millibrem::matter::form_factor::FormFactor;
use millibrem::particle::Role;
use millibrem::process::Method;
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
    let mut generator = Generator::new(process, run::settings(card, 0)).unwrap();
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
        let card = card(name, settings, weights);
        let (events, ratios) = made(&card);
        let (sigma, others) = sigmas(&card);
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
    let mut generator =
        Generator::new(run::process(&card).unwrap(), run::settings(&card, 0)).unwrap();
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
