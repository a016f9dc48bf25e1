//! Targets of several nuclei: σ per atom is Σ f_i σ_i, to the bit.

use std::ops::ControlFlow;

use millibrem::card::{Override, RunCard, shipped};
use millibrem::generate::{Generator, Progress};
use millibrem::process::{Integral, Method, Route};
use millibrem::run;
use millibrem::study::compare::compare;

fn card(options: &[&str]) -> RunCard {
    let options: Vec<Override> = options
        .iter()
        .map(|text| Override::parse(text).expect("an option"))
        .collect();
    let text = shipped("na64e-2018").expect("shipped");
    text.with(&options).expect("a card")
}

fn sigma(card: &RunCard, method: Method) -> Integral {
    let mixture = run::mixture(card).expect("a set-up");
    let route = run::inclusive(method, &mixture).expect("a route");
    route.sigma(1e-5).expect("converges")
}

#[test]
fn sigma_of_a_compound_is_the_sum_over_its_atoms_to_the_bit() {
    let compound = card(&["target.material=PbWO4"]);
    let mixture = run::mixture(&compound).unwrap();
    let fractions: Vec<f64> = mixture.parts().iter().map(|p| p.atom_fraction).collect();
    for (found, atoms) in fractions.iter().zip([1.0, 1.0, 4.0]) {
        assert!((found - atoms / 6.0).abs() < 1e-15);
    }
    for method in [Method::QUADRATURE, Method::WW, Method::IWW] {
        let mut expected = 0.0;
        for part in mixture.parts() {
            let alone = card(&[&format!("target.element={}", part.name)]);
            expected += part.atom_fraction * sigma(&alone, method).value_pb;
        }
        assert_eq!(sigma(&compound, method).value_pb, expected, "{method:?}");
    }
}

#[test]
fn spectra_of_a_compound_are_the_sums_over_its_atoms_to_the_bit() {
    let (x, edges) = ([0.6, 0.9, 0.99], [0.5, 0.8, 1.0]);
    let of = |option: &str| {
        let mixture = run::mixture(&card(&[option])).unwrap();
        let route = run::inclusive(Method::QUADRATURE, &mixture).unwrap();
        let points = route.spectrum(&x, 1e-4).unwrap();
        let bins = route.binned(&edges, 1e-4).unwrap();
        [points, bins]
            .concat()
            .iter()
            .map(|i| i.value_pb)
            .collect::<Vec<f64>>()
    };
    let whole = of("target.mixture=BaF2");
    let (barium, fluorine) = (of("target.element=Ba"), of("target.element=F"));
    let mixture = run::mixture(&card(&["target.mixture=BaF2"])).unwrap();
    let shares = [0, 1].map(|i: usize| mixture.parts()[i].atom_fraction);
    for (i, found) in whole.iter().enumerate() {
        let expected = shares[0] * barium[i] + shares[1] * fluorine[i];
        assert_eq!(*found, expected);
    }
}

#[test]
fn natural_isotopes_hardly_differ_from_the_mean_nucleus() {
    let mean = sigma(&card(&[]), Method::QUADRATURE).value_pb;
    let natural = card(&["target.isotopes=natural"]);
    assert_eq!(run::mixture(&natural).unwrap().parts().len(), 4);
    let off = sigma(&natural, Method::QUADRATURE).value_pb / mean - 1.0;
    assert!(off != 0.0 && off.abs() < 1e-4, "{off:e}");
    let lightest = sigma(&card(&["target.element=Pb-204"]), Method::QUADRATURE).value_pb;
    let heaviest = sigma(&card(&["target.element=Pb-208"]), Method::QUADRATURE).value_pb;
    // A larger nucleus has a smaller form factor.
    assert!(
        lightest > mean && mean > heaviest,
        "{lightest} {mean} {heaviest}"
    );
}

#[test]
fn approximations_of_a_compound_are_compared_with_its_exact_result() {
    let mixture = run::mixture(&card(&["target.material=LYSO"])).unwrap();
    let row = compare(&mixture, &[0.5, 0.75, 1.0], 1e-4).unwrap();
    let sigma = |method| mixture.route(method).unwrap().sigma(1e-4).unwrap().value_pb;
    let ratio = row.approximations[0].ratio.expect("applies");
    assert_eq!(ratio, sigma(Method::WW) / sigma(Method::QUADRATURE));
}

#[test]
fn a_nucleus_without_phase_space_is_named() {
    let mut plastic = card(&["target.material=plastic-scintillator"]);
    // Beyond the threshold on hydrogen, not on carbon.
    if let millibrem::dark_sector::DarkSector::Pair(chi) = &mut plastic.dark_sector {
        *chi = chi.with(|chi| chi.mass_gev = 7.0).unwrap();
    }
    let error = run::mixture(&plastic).map(|_| ()).unwrap_err().to_string();
    assert!(
        error.starts_with("on H: a mass of 14 GeV cannot be made"),
        "{error}"
    );
}

/// Events of bremsstrahlung and electrons in the beam's way, in a radiation length, relative to lead.
#[test]
fn a_radiation_length_of_a_compound_has_the_events_of_lead_and_more_electrons() {
    let per_x0 = |option: &str| {
        let card = card(&[option, "dark_sector.m_chi_gev=0.01"]);
        let material = &card.target.material;
        let events = sigma(&card, Method::QUADRATURE).value_pb;
        let parts = material.components.iter().zip(material.number_fractions());
        let electrons: f64 = parts.map(|(p, share)| share * f64::from(p.nucleus.z)).sum();
        let length = material.radiation_length_g_cm2();
        let one = material.clone().with(|one| {
            (one.density_g_cm3, one.thickness_cm) = (Some(1.0), Some(length));
        });
        let one = one.unwrap();
        let atoms = one.nuclei_per_cm2().expect("density and thickness");
        [atoms * events, atoms * electrons]
    };
    let lead = per_x0("target.element=Pb");
    // docs/targets.md: events and electrons.
    for (target, events, electrons) in [
        ("target.material=Pb-scintillator", -0.004, 0.110),
        ("target.material=PbWO4", -0.017, 0.211),
        ("target.element=W", -0.021, 0.079),
        ("target.material=LYSO", -0.046, 0.480),
        ("target.element=Fe", -0.146, 1.556),
        ("target.element=Si", -0.207, 3.315),
    ] {
        let found = per_x0(target);
        let off = [found[0] / lead[0] - 1.0, found[1] / lead[1] - 1.0];
        assert!((off[0] - events).abs() < 1e-3, "{target}: {}", off[0]);
        assert!((off[1] - electrons).abs() < 1e-3, "{target}: {}", off[1]);
    }
}

/// (E₁ + E₂)² − (p₁ + p₂)² of fast light χ is rounding: a fifth of σ was below 2m_χ.
#[test]
fn the_mass_of_a_pair_of_light_chi_is_above_its_threshold() {
    let card = card(&[
        "target.material='PbWO4'",
        "beam.particle='mu-'",
        "beam.energy_gev=700",
        "dark_sector.m_chi_gev=1e-7",
        "integration.neval=20000",
        "integration.n_adapt=4",
        "integration.rel_error=0.1",
        "histogram=[{ observable = 'm_pair_gev', bins = 40 }]",
    ]);
    let mut generator = Generator::new(run::process(&card).unwrap(), run::settings(&card)).unwrap();
    let mut silent = |_: &Progress| ControlFlow::Continue(());
    generator.adapt(&mut silent).unwrap();
    let found = generator.measure(&run::histograms(&card), &mut silent);
    let found = found.unwrap();
    let values = found.histograms[0].values();
    let (below, first) = (values[0], values[1]);
    assert!(below == 0.0 && first > 0.0, "{below} {first}");
}
