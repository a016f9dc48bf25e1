//! Edges of cuts and of supports inside what is integrated over: energies of a beam that spreads or loses, a shower that is
//! followed to a least energy, a form factor with zeros. Quadrature against sums by hand and against the Monte Carlo.

use std::ops::ControlFlow;

use millibrem::card::{Losses, Override, RunCard, shipped};
use millibrem::generate::{Generator, Progress};
use millibrem::process::{Integral, Method, Route};
use millibrem::{run, study};
use rayon::prelude::*;

fn card(name: &str, settings: &[(&str, &str)]) -> RunCard {
    let common = [
        ("run.seed", "7"),
        ("run.threads", "2"),
        ("histogram", "[]"),
        ("integration.rel_error", "7e-4"),
    ];
    let set = |(key, value): &(&str, &str)| Override::by_option("--set", key, value);
    let all: Vec<Override> = common.iter().chain(settings).map(set).collect();
    shipped(name).unwrap().with(&all).unwrap()
}

fn quadrature(card: &RunCard, rel_error: f64) -> Integral {
    let process = run::process(card).unwrap();
    process
        .route(Method::QUADRATURE)
        .unwrap()
        .sigma(rel_error)
        .unwrap()
}

/// σ and its error by Monte Carlo, with nothing to complain of.
fn monte_carlo(card: &RunCard) -> (f64, f64) {
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let mut generator = Generator::new(run::process(card).unwrap(), run::settings(card)).unwrap();
    generator.adapt(silent).unwrap();
    let report = generator.measure(&[], silent).unwrap();
    let found = &report.cross_section;
    let q = found.iterations.last().unwrap().q;
    assert!(
        report.alarms.is_empty() && q > 1e-3,
        "{q} {:?}",
        report.alarms
    );
    assert!(found.error_pb < 1e-3 * found.value_pb);
    (found.value_pb, found.error_pb)
}

/// Quadrature to 7e-4 and Monte Carlo, one against the other.
fn agree(card: &RunCard, what: &str) {
    let (by_chance, error) = monte_carlo(card);
    let by_rule = quadrature(card, 7e-4);
    let both = libm::hypot(error, by_rule.error_pb);
    let off = (by_rule.value_pb - by_chance).abs();
    assert!(
        off < 3.0 * both,
        "{what}: {by_rule:?}, {by_chance} ± {error}"
    );
}

#[test]
fn a_cut_whose_edge_lies_in_the_spread_of_the_beam_has_the_mean_by_hand() {
    for (name, settings) in [
        (
            "na64e-2018",
            &[("cuts.x_min", "0.97"), ("beam.momentum_spread", "0.03")][..],
        ),
        // What an A' takes is nearly all: a step at the upper edge.
        (
            "na64e-2018",
            &[
                ("process.kind", "dark-photon"),
                ("dark_sector.m_dark_photon_gev", "0.3"),
                ("beam.energy_gev", "2000"),
                ("beam.momentum_spread", "0.1"),
                ("cuts.x_min", "0.9"),
                ("cuts.x_max", "0.95"),
            ],
        ),
    ] {
        let card = card(name, settings);
        let found = quadrature(&card, 1e-3);
        let (e0, parts) = (card.beam.energy_gev, 4000);
        let relative: f64 = settings
            .iter()
            .find(|(key, _)| *key == "beam.momentum_spread")
            .map(|(_, value)| value.parse().unwrap())
            .unwrap();
        // The middles of equal parts of ±5 deviations.
        let one = |i: i32| {
            let deviations = 10.0 * (f64::from(i) + 0.5) / f64::from(parts) - 5.0;
            let weight = libm::exp(-0.5 * deviations * deviations);
            let mut one = card.clone();
            one.profile = one.profile.with(|of| of.momentum_spread = 0.0).unwrap();
            let ratio = 1.0 / (1.0 + relative * deviations);
            let cuts = one.cuts.with(|cuts| {
                cuts.x_min *= ratio;
                if cuts.x_max < 1.0 {
                    cuts.x_max = (cuts.x_max * ratio).min(1.0);
                }
            });
            let Ok(cuts) = cuts else {
                return (0.0, weight);
            };
            one.cuts = cuts;
            one.beam = one.beam.with(|beam| beam.energy_gev = e0 / ratio).unwrap();
            let sigma = run::setup(&one)
                .ok()
                .map(|_| quadrature(&one, 1e-4).value_pb);
            (sigma.unwrap_or(0.0) * weight, weight)
        };
        let (sum, weights) = (0..parts)
            .into_par_iter()
            .map(one)
            .reduce(|| (0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        let expected = sum / weights;
        let off = (found.value_pb - expected).abs();
        assert!(
            off < found.error_pb && found.error_pb < 1e-3 * expected,
            "{found:?}, {expected}"
        );
        if name == "na64e-2018" && card.cuts.x_max == 1.0 {
            let m_chi = card.dark_sector.threshold_mass_gev() / 2.0;
            let experiment = study::reach::experiment(&card).unwrap();
            let reach = experiment
                .sigma_pb(Method::QUADRATURE, m_chi, 1e-4)
                .unwrap();
            assert!((reach / expected - 1.0).abs() < 1e-3, "{reach} {expected}");
        }
    }
}

#[test]
fn an_upper_cut_on_x_and_losses_have_the_monte_carlo() {
    for (name, losses, thickness, x_max) in [
        ("na64mu-2025", "muon-straggling", "40", "0.95"),
        ("na64mu-2025", "muon-straggling", "40", "0.1"),
        ("na64e-2018", "tsai-whitis", "0.1", "0.99"),
        ("na64e-2018", "tsai-whitis", "20", "0.5"),
        ("na64e-2018", "shower", "5", "0.8"),
    ] {
        let settings = [
            ("target.losses", losses),
            ("target.thickness_x0", thickness),
            ("cuts.x_min", "0"),
            ("cuts.x_max", x_max),
        ];
        agree(&card(name, &settings), &format!("{losses} {x_max}"));
    }
}

#[test]
fn a_shower_of_a_beam_with_a_spread_is_followed_to_the_same_least_energy() {
    let settings = [
        ("beam.energy_gev", "2000"),
        ("target.losses", "shower"),
        ("target.thickness_x0", "10"),
        ("dark_sector.m_chi_gev", "0.0025"),
        ("cuts.x_min", "0"),
    ];
    let spread = [("beam.momentum_spread", "0.1")];
    let narrow = quadrature(&card("na64e-2018", &settings), 1e-3).value_pb;
    let wide = card("na64e-2018", &[&settings[..], &spread].concat());
    let found = quadrature(&wide, 1e-3);
    assert!(
        (found.value_pb / narrow - 1.0).abs() < 0.01,
        "{found:?} {narrow}"
    );
    agree(&wide, "spread");
}

#[test]
fn the_thinnest_target_is_a_thin_one() {
    for (name, losses) in [
        ("na64mu-2025", &["muon-table", "muon-straggling"][..]),
        ("na64e-2018", &["tsai-whitis", "shower"]),
    ] {
        let thin = quadrature(&card(name, &[("target.losses", "none")]), 1e-4).value_pb;
        for losses in losses {
            let settings = [("target.losses", *losses), ("target.thickness_cm", "1e-9")];
            let found = quadrature(&card(name, &settings), 1e-3).value_pb;
            assert!(
                (found / thin - 1.0).abs() < 1e-3,
                "{losses}: {found} {thin}"
            );
        }
    }
    // All of the length is just below the energy of the beam.
    let settings = [
        ("target.losses", "muon-straggling"),
        ("target.thickness_x0", "0.01"),
        ("cuts.x_min", "0.9"),
    ];
    let thick = card("na64mu-2025", &settings);
    let mut thin = thick.clone();
    thin.losses = Some(Losses::None);
    let [thick, thin] = [&thick, &thin].map(|card| quadrature(card, 1e-4).value_pb);
    assert!((thick / thin - 1.0).abs() < 3e-5, "{thick} {thin}");
}

#[test]
fn an_upper_cut_on_x_leaves_what_showers_make_of_less_than_the_energy_of_the_beam() {
    for name in ["na64e-2023-meson", "na64e-2023-annihilation"] {
        let cut = card(name, &[("cuts.x_max", "0.9")]);
        agree(&cut, name);
        let [whole, below] = [&card(name, &[]), &cut].map(|card| quadrature(card, 7e-4).value_pb);
        assert!(
            (0.1..0.998).contains(&(below / whole)),
            "{name}: {below} {whole}"
        );
    }
}

#[test]
fn limits_follow_any_cut_and_beams_down_to_the_threshold() {
    let settings = |x_min: &'static str| {
        [
            ("target.losses", "tsai-whitis"),
            ("target.thickness_x0", "5"),
            ("cuts.x_min", x_min),
        ]
    };
    let mut before = f64::INFINITY;
    for x_min in ["0", "1e-3", "0.1", "0.123", "0.3", "0.5", "0.77"] {
        let card = card("na64e-2018", &settings(x_min));
        let experiment = study::reach::experiment(&card).unwrap();
        let m_chi = card.dark_sector.threshold_mass_gev() / 2.0;
        let reach = experiment
            .sigma_pb(Method::QUADRATURE, m_chi, 1e-4)
            .unwrap();
        let expected = quadrature(&card, 5e-4).value_pb;
        assert!(
            (reach / expected - 1.0).abs() < 1e-3,
            "{x_min}: {reach} {expected}"
        );
        assert!(reach <= before, "{x_min}: {reach} {before}");
        before = reach;
    }
}

#[test]
fn limits_without_a_cut_follow_muons_that_lose_in_steps() {
    let settings = [
        ("target.losses", "muon-straggling"),
        ("target.thickness_x0", "20"),
        ("cuts.x_min", "0"),
    ];
    let card = card("na64mu-2025", &settings);
    assert_eq!(card.losses, Some(Losses::MuonStraggling));
    let m_chi = card.dark_sector.threshold_mass_gev() / 2.0;
    let experiment = study::reach::experiment(&card).unwrap();
    let reach = experiment
        .sigma_pb(Method::QUADRATURE, m_chi, 1e-4)
        .unwrap();
    let expected = quadrature(&card, 1e-3).value_pb;
    assert!((reach / expected - 1.0).abs() < 1e-3, "{reach} {expected}");
}

#[test]
fn a_narrow_resonance_in_a_shower_is_as_exact_as_it_says() {
    let settings = [
        ("process.kind", "annihilation"),
        ("beam.particle", "e+"),
        ("beam.energy_gev", "540"),
        ("dark_sector.mediator", "vector"),
        ("dark_sector.m_mediator_gev", "0.076"),
        ("dark_sector.m_chi_gev", "0.0655"),
        ("dark_sector.alpha_d", "0.1"),
        ("dark_sector.width_gev", "0.001"),
        ("target.losses", "tsai-whitis"),
        ("target.thickness_x0", "6"),
        ("cuts.x_min", "0"),
    ];
    let card = card("na64e-2018", &settings);
    let fine = quadrature(&card, 4e-5);
    for goal in [1e-2, 1e-3, 2e-4] {
        let found = quadrature(&card, goal);
        let off = (found.value_pb - fine.value_pb).abs();
        assert!(
            off < found.error_pb + fine.error_pb,
            "{goal}: {found:?} {fine:?}"
        );
    }
    agree(&card, "annihilation");
}

#[test]
fn a_form_factor_with_zeros_leaves_numbers() {
    let settings = |spin: &'static str| {
        [
            ("process.kind", "photon-conversion"),
            ("beam.particle", "gamma"),
            ("beam.energy_gev", "50"),
            ("target.form_factor", "helm"),
            ("target.nucleus_spin", spin),
            ("target.losses", "none"),
            ("cuts.x_min", "0"),
        ]
    };
    let [zero, half] = ["0", "1/2"].map(|spin| monte_carlo(&card("na64e-2018", &settings(spin))));
    // Of a heavy nucleus the spin changes next to nothing.
    assert!((half.0 / zero.0 - 1.0).abs() < 3e-3, "{half:?} {zero:?}");
}

/// Nuclei that take much of the energy away from a heavy pair, and a light target.
#[test]
fn bins_of_what_a_shower_makes_are_those_of_the_missing_energy() {
    let heavy = [("dark_sector.m_chi_gev", "15.0"), ("cuts.x_min", "0.4")];
    let light = [("dark_sector.m_chi_gev", "1.5"), ("target.element", "'C'")];
    // The first bin begins at 0, and more than pairs of its photons comes into it.
    let all = [heavy[0], ("cuts.x_min", "0")];
    for (set, n_bins) in [(&all[..], 3), (&heavy, 12), (&light, 12)] {
        let card = card("na64e-2023-photon-conversion", set);
        let edges = run::bins(&card, n_bins);
        let mixture = run::mixture(&card).unwrap();
        let route = run::inclusive(Method::QUADRATURE, &mixture).unwrap();
        let bins = route.binned(&edges, 1e-3).unwrap();
        let sum: f64 = bins.iter().map(|bin| bin.value_pb).sum();
        let sigma = quadrature(&card, 1e-4);
        assert!((sum / sigma.value_pb - 1.0).abs() < 5e-4, "{sum} {sigma:?}");
        let mut by_points = card;
        by_points.integration.method = Method::MC;
        let silent = &mut |_: &_| ControlFlow::Continue(());
        let found = study::spectrum(&by_points, &study::Where::Bins(n_bins), silent).unwrap();
        assert!(found.alarms.is_empty(), "{:?}", found.alarms);
        let mut chi2 = 0.0;
        for (i, bin) in bins.iter().enumerate() {
            let width = edges[i + 1] - edges[i];
            let (value, error) = (width * found.dsigma_dx_pb[i], width * found.error_pb[i]);
            let pull = (value - bin.value_pb) / libm::hypot(error, bin.error_pb);
            assert!(pull.abs() < 4.0, "{set:?} {i}: {value}({error}) {bin:?}");
            assert!(bin.error_pb <= 5e-3 * bin.value_pb, "{set:?} {i}: {bin:?}");
            assert!(error < 0.05 * value || value < 0.01 * sum, "{set:?} {i}");
            chi2 += pull * pull;
        }
        assert!(chi2 < 30.0, "{set:?}: {chi2}");
    }
}

/// Positrons that have lost nothing have an x above 1 by m_e/E0, and the electron counts in cuts.
#[test]
fn cuts_and_bins_of_an_annihilation_are_those_of_energy_and_electron() {
    let beam = |losses| {
        [
            ("beam.particle", "e+"),
            ("beam.energy_gev", "10"),
            ("target.losses", losses),
        ]
    };
    let light = ("dark_sector.m_chi_gev", "0.03");
    let window = [
        ("beam.energy_gev", "3"),
        ("target.thickness_x0", "5"),
        ("dark_sector.m_chi_gev", "0.001"),
        ("cuts.x_min", "0.5"),
        ("cuts.x_max", "0.502"),
    ];
    for (set, n_bins) in [
        ([&beam("shower")[..], &[light]].concat(), 2),
        ([&beam("tsai-whitis")[..], &[light]].concat(), 2),
        (window.to_vec(), 4),
    ] {
        let mut card = card("na64e-2023-annihilation", &set);
        let silent = &mut |_: &_| ControlFlow::Continue(());
        let at = study::Where::Bins(n_bins);
        card.integration.method = Method::QUADRATURE;
        let by_rule = study::spectrum(&card, &at, silent).unwrap();
        card.integration.method = Method::MC;
        let by_points = study::spectrum(&card, &at, silent).unwrap();
        let width = (card.cuts.x_max - card.cuts.x_min) / f64::from(n_bins);
        let (value, _) = monte_carlo(&card);
        let sum: f64 = by_points.dsigma_dx_pb.iter().map(|bin| bin * width).sum();
        assert!((sum / value - 1.0).abs() < 3e-3, "{set:?} {sum} {value}");
        let both = by_rule.dsigma_dx_pb.iter().zip(&by_points.dsigma_dx_pb);
        let errors = by_rule.error_pb.iter().zip(&by_points.error_pb);
        for ((rule, points), (of_rule, of_points)) in both.zip(errors) {
            let error = libm::hypot(*of_rule, *of_points);
            assert!(
                (rule - points).abs() < 4.0 * error,
                "{set:?} {rule} {points} {error}"
            );
            assert!(error < 3e-3 * points, "{set:?} {points} {error}");
        }
    }
    // What the electron radiates is missing from E_miss, too.
    let radiating = [
        ("beam.particle", "e+"),
        ("target.losses", "none"),
        ("beam.energy_gev", "3"),
        ("dark_sector.m_chi_gev", "0.01"),
        ("cuts.x_min", "0.99999"),
        ("beam.momentum_spread", "1e-4"),
        ("process.initial_state_radiation", "leading-log"),
    ];
    agree(&card("na64e-2023-annihilation", &radiating), "radiation");
}

/// No photon has an energy of a bin, and those above leave next to nothing in it by their recoil.
#[test]
fn a_bin_without_photons_has_what_recoils_leave_in_it() {
    let table = "{ energy_gev = [1, 30, 60, 70, 100], electron_x0 = [50, 5, 5, 0.3, 0], \
                 positron_x0 = [40, 2, 2, 0.02, 0], photon_x0 = [60, 6, 6, 0.3, 0] }";
    let set = [("target.track_length", table), ("cuts.x_min", "0.2")];
    let card = card("na64e-2023-photon-conversion", &set);
    let bins = run::inclusive(Method::QUADRATURE, &run::mixture(&card).unwrap()).unwrap();
    let bins = bins.binned(&run::bins(&card, 8), 1e-3).unwrap();
    let sum: f64 = bins.iter().map(|bin| bin.value_pb).sum();
    let sigma = quadrature(&card, 3e-4);
    assert!((sum / sigma.value_pb - 1.0).abs() < 7e-4, "{sum} {sigma:?}");
    assert!(bins[3].value_pb < 1e-4 * sum, "{:?}", bins[3]);
}
