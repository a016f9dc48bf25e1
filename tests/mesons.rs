//! Vector mesons from photons on nuclei: against figures of others, which are models too.

use millibrem::card::{Override, shipped};
use millibrem::matter::elements::Element;
use millibrem::matter::{Nucleus, NucleusSpin};
use millibrem::mesons::VectorMeson;
use millibrem::mesons::photoproduction::{Photoproduction, on_nucleon_pb};
use millibrem::study::Reach;
use millibrem::study::reach::Options;

fn nucleus(symbol: &str) -> Nucleus {
    Nucleus::of(
        Element::from_symbol(symbol).expect("listed"),
        NucleusSpin::Zero,
    )
}

#[test]
fn on_a_proton_the_cross_sections_are_those_of_the_parametrisation_and_near_the_data() {
    let [rho, omega, phi, jpsi] = VectorMeson::ALL;
    // Parametrisation at 75 GeV, µb.
    for (meson, expected) in [(rho, 9.86), (omega, 1.10), (phi, 0.59), (jpsi, 15.9e-3)] {
        let found = on_nucleon_pb(meson, 75.0) * 1e-6;
        assert!((found / expected - 1.0).abs() < 0.01, "{meson:?}: {found}");
    }
    // Aston et al. 1982 at 20–70 GeV.
    for (meson, data, error) in [(rho, 9.4, 1.0), (omega, 1.2, 0.2)] {
        let found = on_nucleon_pb(meson, 45.0) * 1e-6;
        assert!((found - data).abs() < error, "{meson:?}: {found}");
    }
    // GlueX at 10.9 GeV has 1.27(28) nb: the fit is half of it there.
    let found = on_nucleon_pb(jpsi, 10.9) * 1e-3;
    assert!((0.4..0.6).contains(&(found / 1.27)), "{found} nb");
    assert_eq!(on_nucleon_pb(jpsi, 8.2), 0.0);
    assert!(on_nucleon_pb(jpsi, 8.3) > 0.0);
}

#[test]
fn on_lead_the_cross_sections_are_those_of_classical_glauber() {
    let on = Photoproduction::on(&nucleus("Pb")).expect("a nucleus");
    let found = on.sigma(VectorMeson::Rho, 75.0);
    let (coherent, incoherent) = (found.coherent_pb * 1e-9, found.incoherent_pb * 1e-9);
    assert!((coherent / 1.6 - 1.0).abs() < 0.15, "{coherent} mb");
    assert!((incoherent / 0.17 - 1.0).abs() < 0.15, "{incoherent} mb");
    // A nucleon that nothing hides: A times it for the weakly absorbed J/ψ but for a fifth.
    let jpsi = on.sigma(VectorMeson::Jpsi, 75.0);
    let whole = 207.2 * on_nucleon_pb(VectorMeson::Jpsi, 75.0);
    assert!(
        (0.6..1.0).contains(&(jpsi.incoherent_pb / whole)),
        "{jpsi:?} {whole}"
    );
    let proton = Photoproduction::on(&nucleus("H")).expect("a nucleus");
    let found = proton.sigma(VectorMeson::Phi, 75.0);
    assert_eq!(
        (found.coherent_pb, found.incoherent_pb),
        (0.0, on_nucleon_pb(VectorMeson::Phi, 75.0))
    );
}

#[test]
fn na64e_makes_the_mesons_of_another_estimate_and_a_given_number_wins() {
    let reach = |more: &[&str]| {
        let set = |text: &&str| {
            let (key, value) = text.split_once('=').expect("KEY=VALUE");
            Override::by_option("--set", key, value)
        };
        let common = [
            "run.seed=5",
            "run.threads=2",
            "integration.method=quadrature",
            "integration.rel_error=1e-3",
            "reach.q_over_e_max=1e3",
            "reach.channels=[\"bremsstrahlung\", \"rho\", \"jpsi\"]",
        ];
        let all: Vec<Override> = common.iter().chain(more).map(set).collect();
        let card = shipped("na64e-2023")
            .expect("shipped")
            .with(&all)
            .expect("a card");
        let reach = Reach::new(vec![card], vec![0.001], Options::default()).expect("a reach");
        let found = reach.run(&()).expect("limits");
        let curves = found.curves().iter();
        curves
            .map(|c| (c.label.clone(), c.q_over_e[0].expect("a limit")))
            .collect::<Vec<_>>()
    };
    let found = reach(&[]);
    let of = |label: &str| {
        let row = found.iter().find(|(name, _)| name == label);
        row.expect("a curve").1
    };
    // N_V per electron, from N = 2.3/q² = N_V Br(V → e⁺e⁻).
    let per_electron = |q: f64, branching: f64| 2.3 / (q * q) / branching / 9.37e11;
    let rho = per_electron(of("na64e-2023 rho, estimated"), 4.72e-5);
    let jpsi = per_electron(of("na64e-2023 jpsi, estimated"), 5.97e-2);
    assert!((1.3e-5..4e-5).contains(&rho), "{rho:e}");
    assert!((1.5e-8..6e-8).contains(&jpsi), "{jpsi:e}");
    let given = reach(&["reach.mesons.rho=1e7"]);
    let row = given
        .iter()
        .find(|(label, _)| label == "na64e-2023 rho")
        .expect("given");
    assert!(
        (2.3 / (row.1 * row.1) / (4.72e-5 * 1e7) - 1.0).abs() < 1e-5,
        "{row:?}"
    );
}
