//! Limits on ε and on couplings of bosons: against the sum by hand, the dark photon against a vector boson, an A′
//! that makes χχ̄ against one on its mass shell, and what cannot be drawn together.

use std::f64::consts::PI;

use millibrem::card::{Override, RunCard, shipped};
use millibrem::constants::{ALPHA, ELECTRON_MASS_GEV, GEV_M2_TO_PB};
use millibrem::matter::shower::Species;
use millibrem::process::Method;
use millibrem::process::radiation::route;
use millibrem::run;
use millibrem::study::Reach;
use millibrem::study::reach::{Limited, Options};

/// A shipped card with other keys.
fn card(name: &str, set: &[(&str, &str)]) -> RunCard {
    let more = [
        ("run.seed", "1"),
        ("histogram", "[]"),
        ("integration.method", "quadrature"),
        ("integration.rel_error", "1e-4"),
    ];
    let set = more.iter().chain(set);
    let set: Vec<Override> = set
        .map(|(key, value)| Override::by_option("--set", key, value))
        .collect();
    let card = shipped(name).expect("shipped").with(&set);
    card.unwrap_or_else(|error| panic!("{error}"))
}

/// The same, made to radiate a boson with a mass of 0.1 GeV.
fn boson(name: &str, mediator: &str, set: &[(&str, &str)]) -> RunCard {
    let of_boson = [
        ("process.kind", "boson"),
        ("dark_sector.mediator", mediator),
        ("dark_sector.m_mediator_gev", "0.1"),
    ];
    card(name, &[&of_boson[..], set].concat())
}

fn dark_photon(name: &str) -> RunCard {
    let set = [
        ("process.kind", "dark-photon"),
        ("dark_sector.m_dark_photon_gev", "0.1"),
    ];
    card(name, &set)
}

fn resonance(name: &str, set: &[(&str, &str)]) -> RunCard {
    let of_mediator = [
        ("dark_sector.mediator", "vector"),
        ("dark_sector.m_mediator_gev", "0.1"),
        ("dark_sector.epsilon", "1e-3"),
    ];
    card(name, &[&of_mediator[..], set].concat())
}

/// The curves of one card at `masses` in GeV.
fn limits(card: RunCard, masses: &[f64]) -> Vec<(String, Vec<Option<f64>>)> {
    let reach = Reach::new(vec![card], masses.to_vec(), Options::default()).expect("a reach");
    let found = reach.run(&()).expect("limits");
    let of =
        |curve: &millibrem::study::reach::Curve| (curve.channel.to_owned(), curve.q_over_e.clone());
    found.curves().iter().map(of).collect()
}

/// The one limit of a card at 0.1 GeV.
fn limit(card: RunCard) -> f64 {
    let curves = limits(card, &[0.1]);
    assert_eq!(curves.len(), 1, "{curves:?}");
    curves[0].1[0].expect("a limit")
}

fn assert_close(found: f64, expected: f64, relative: f64) {
    let off = found / expected - 1.0;
    assert!(off.abs() < relative, "{found:e} against {expected:e}");
}

#[test]
fn a_limit_on_a_thin_target_is_the_sum_by_hand_whatever_the_coupling_of_the_card() {
    for mediator in ["scalar", "pseudoscalar", "vector", "axial-vector"] {
        let of =
            |coupling: &str| boson("ldmx-2025", mediator, &[("dark_sector.coupling", coupling)]);
        let card = of("1");
        let setup = run::setup(&card).expect("a set-up");
        let route = route(Method::QUADRATURE, &setup).expect("a route");
        let sigma_cm2 = 1e-36 * route.sigma(1e-4).expect("converges").value_pb;
        // 2e16 electrons; 3.56 cm of aluminium of 2.7 g/cm³ and 26.9815 g/mol.
        let (leptons, nuclei) = (2e16, 6.02214e23 * 2.7 * 3.56 / 26.9815);
        let by_hand = (2.3 / (leptons * nuclei * sigma_cm2)).sqrt();
        assert_close(limit(card), by_hand, 1e-3);
        assert_eq!(limit(of("1")), limit(of("1e-3")));
    }
}

#[test]
fn a_vector_has_the_limit_of_the_dark_photon_with_and_without_losses() {
    for name in ["ldmx-2025", "na64mu-2025", "na64e-2023"] {
        let (vector, photon) = (limit(boson(name, "vector", &[])), limit(dark_photon(name)));
        assert_close(vector, photon, 1e-9);
    }
}

#[test]
fn a_narrow_resonance_has_the_limit_of_one_on_its_mass_shell() {
    // Γ/m = α_D/3 of all that is made decays to the pair; off the peak there is O(Γ/m).
    let set = [
        ("dark_sector.m_chi_gev", "0.01"),
        ("dark_sector.alpha_d", "1e-3"),
    ];
    let (narrow, on_shell) = (
        limit(resonance("ldmx-2025", &set)),
        limit(dark_photon("ldmx-2025")),
    );
    assert_close(narrow, on_shell, 5e-3);
}

#[test]
fn a_massless_a_has_the_limit_on_the_charge() {
    // Q/e = ε√(α_D/α), here with α_D = α.
    let set = [
        ("dark_sector.m_chi_gev", "0.1"),
        ("dark_sector.alpha_d", "7.2973525693e-3"),
        ("dark_sector.m_mediator_gev", "1e-6"),
    ];
    let light = limits(resonance("ldmx-2025", &set), &[1e-6]);
    let charge = limits(card("ldmx-2025", &[]), &[0.1]);
    assert_eq!(charge[0].0, "bremsstrahlung");
    assert_close(light[0].1[0].unwrap(), charge[0].1[0].unwrap(), 1e-3);
}

#[test]
fn a_narrow_a_is_made_by_the_positrons_of_the_energy_at_its_pole() {
    // ∫σ ds = 4π²αε² where it decays to the pair alone, ds = 2m_e dE, on the 82 electrons of an atom.
    let set = [
        ("dark_sector.m_chi_gev", "0.05"),
        ("dark_sector.alpha_d", "1e-4"),
        (
            "reach.channels",
            "[\"bremsstrahlung\", \"annihilation\", \"rho\"]",
        ),
    ];
    let card = resonance("na64e-2023", &set);
    let (shower, depths) = run::shower(&card, None, &[], &[]).expect("a shower");
    let tracks = shower.track_lengths(&card.target.material, &depths);
    let track = tracks.expect("tracks").pop().expect("one depth");
    for mass in [0.25, 0.3] {
        let curves = limits(card.clone(), &[mass]);
        let names: Vec<&str> = curves.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["bremsstrahlung", "annihilation", "sum"]);
        let [beam, positrons, both] = [0, 1, 2].map(|i: usize| curves[i].1[0].expect("a limit"));
        let energy = mass * mass / (2.0 * ELECTRON_MASS_GEV) - ELECTRON_MASS_GEV;
        let per_gev = track.density_at(Species::Positron, energy) / depths[0];
        let of_s = 4.0 * PI * PI * ALPHA * GEV_M2_TO_PB / (2.0 * ELECTRON_MASS_GEV);
        let (_, yields) = run::yield_per_lepton(&card, 82.0 * per_gev * of_s).expect("a yield");
        let events = card.beam.on_target.expect("electrons") * yields * card.reach.efficiency;
        assert_close(
            positrons,
            (card.reach.events_excluded / events).sqrt(),
            1e-3,
        );
        assert_close(both, (beam.powi(-2) + positrons.powi(-2)).powf(-0.5), 1e-9);
    }
    let below = limits(card, &[0.2]);
    assert!(below[1].1[0].expect("a tail") > 2.0 * below[0].1[0].expect("a limit"));
}

#[test]
fn channels_of_the_photon_and_its_upper_edge_are_not_those_of_a_boson() {
    let of = |mass| limits(boson("na64e-2023", "scalar", &[]), &[mass]);
    assert_eq!(of(0.1).len(), 1);
    let set = Reach::new(
        vec![boson("na64e-2023", "scalar", &[])],
        vec![0.1],
        Options::default(),
    );
    let reach = set.expect("a reach");
    assert_eq!(reach.limited(), Limited::Boson);
    assert!(reach.cards().all(|card| card.reach.q_over_e_max.is_none()));
    let words = reach.words().join("\n");
    assert!(
        words.contains("bremsstrahlung alone is counted for coupling"),
        "{words}"
    );
}

#[test]
fn another_axis_and_limits_on_different_things_are_refused_in_words() {
    let over = |cards, over| {
        Reach::over(cards, over, Options::default())
            .expect_err("refused")
            .to_string()
    };
    let wrong = over(
        vec![boson("ldmx-2025", "scalar", &[])],
        "dark_sector.m_chi_gev=0.1",
    );
    assert!(
        wrong.contains("runs over dark_sector.m_mediator_gev"),
        "{wrong}"
    );
    let cards = vec![
        boson("ldmx-2025", "scalar", &[]),
        resonance("ldmx-2025", &[("dark_sector.alpha_d", "0.1")]),
    ];
    let apart = over(cards, "dark_sector.m_mediator_gev=0.1");
    assert!(
        apart.contains("coupling") && apart.contains("epsilon"),
        "{apart}"
    );
}
