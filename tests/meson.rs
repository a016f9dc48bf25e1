//! Pairs of vector mesons that photons make: σ against quadrature and the formulas that `reach` takes, events of showers and
//! beams, the share and the threshold of each meson, and the angles of the decay.

mod made;

use made::made;
use millibrem::card::{Override, RunCard, shipped};
use millibrem::dark_sector::ChiSpin;
use millibrem::event::{Event, EventBuffer, Sample, Scalar};
use millibrem::matter::elements::Element;
use millibrem::matter::{Nucleus, NucleusSpin};
use millibrem::mesons::photoproduction::{Photoproduction, threshold_gev};
use millibrem::mesons::{Mesons, VectorMeson};
use millibrem::process::meson::MesonPair;
use millibrem::process::{Inputs, Method, Process, SetupError};
use millibrem::{run, study};

/// Photons of one energy on little lead.
const THIN: [&str; 5] = [
    "beam.particle=gamma",
    "beam.energy_gev=75",
    "target.losses=none",
    "target.thickness_x0=0.01",
    "cuts.x_min=0",
];

fn card(settings: &[&str]) -> RunCard {
    let common = [
        "run.seed=7",
        "run.threads=2",
        "integration.n_adapt=8",
        "integration.neval=30000",
        "integration.rel_error=2e-3",
    ];
    let set = |text: &&str| {
        let (key, value) = text.split_once('=').expect("KEY=VALUE");
        Override::by_option("--set", key, value)
    };
    let all: Vec<Override> = common.iter().chain(settings).map(set).collect();
    let card = shipped("na64e-2023-meson").expect("shipped").with(&all);
    card.unwrap_or_else(|error| panic!("{error}"))
}

fn sigma_pb(card: &RunCard) -> f64 {
    let process = run::process(card).unwrap_or_else(|error| panic!("{error}"));
    let route = process.route(Method::QUADRATURE).expect("offered");
    route.sigma(1e-4).unwrap().value_pb
}

/// Mass of the pair of an event, GeV.
fn pair_mass(event: &Event) -> f64 {
    let sum: Vec<f64> = (0..4)
        .map(|j| event.momenta()[1][j] + event.momenta()[2][j])
        .collect();
    (sum[0] * sum[0] - sum[1] * sum[1] - sum[2] * sum[2] - sum[3] * sum[3]).sqrt()
}

/// The meson of an event.
fn meson_of(event: &Event) -> VectorMeson {
    let mass = pair_mass(event);
    let near = |meson: &VectorMeson| (mass - meson.mass_gev()).abs() < 1e-6;
    let found = VectorMeson::ALL.into_iter().find(near);
    found.unwrap_or_else(|| panic!("a pair of {mass} GeV"))
}

/// Momenta balance, and the pair has the mass of a meson.
fn balances(events: &EventBuffer, sample: &Sample) {
    made::balances(events, sample);
    for event in events.iter() {
        meson_of(&event);
    }
}

#[test]
fn photons_of_a_shower_make_all_mesons_with_their_shares() {
    let all = card(&[]);
    let (all_pb, events, sample) = made(&all, 4000);
    balances(&events, &sample);
    let roles: Vec<&str> = sample.outgoing.iter().map(|out| out.role.name()).collect();
    assert_eq!(roles, ["nucleus_out", "chi", "chibar"]);
    assert_eq!(sample.beam.pdg_id, 22);
    let energies = events.scalar(&Scalar::BEAM_ENERGY).unwrap();
    assert!(energies.iter().all(|e| (50.0..100.0).contains(e)));
    let mut sum = 0.0;
    for meson in VectorMeson::ALL {
        let one = format!("process.mesons=[\"{}\"]", meson.name());
        let alone_pb = sigma_pb(&card(&[&one, "histogram=[]"]));
        sum += alone_pb;
        let share = alone_pb / all_pb;
        let seen = events.iter().filter(|e| meson_of(e) == meson).count() as f64 / 4000.0;
        let error = (share * (1.0 - share) / 4000.0).sqrt();
        assert!(
            (seen - share).abs() < 4.0 * error,
            "{meson:?}: {seen} {share}"
        );
        if meson == VectorMeson::Rho {
            // Of another estimate, 1.6e-5 ρ and 3.8e-8 J/ψ an electron: a fifth.
            assert!((0.15..0.25).contains(&share), "{share}");
        }
    }
    assert!((sum / all_pb - 1.0).abs() < 2e-5, "{sum} {all_pb}");
}

#[test]
fn sigma_is_that_of_the_formulas_of_reach() {
    // Limits of t and the cut on E_miss, which `reach` has for the energy of the photon, differ.
    for (settings, within) in [(&[][..], 2e-3), (&["dark_sector.spin=scalar"], 2e-3)] {
        let card = card(settings);
        let (_, yielded) = run::yield_per_lepton(&card, sigma_pb(&card)).unwrap();
        let channels = "reach.channels=[\"rho\",\"omega\",\"phi\",\"jpsi\"]";
        let set = |text: &str| {
            let (key, value) = text.split_once('=').expect("KEY=VALUE");
            Override::by_option("--set", key, value)
        };
        let more = [
            "integration.method=quadrature",
            "reach.q_over_e_max=1e3",
            channels,
        ];
        let all: Vec<Override> = more.iter().chain(settings).map(|text| set(text)).collect();
        let reached = shipped("na64e-2023").unwrap().with(&all).unwrap();
        let options = study::reach::Options::default();
        let reach = study::Reach::new(vec![reached], vec![0.3], options).unwrap();
        let found = reach.run(&()).unwrap();
        let mut by_reach = 0.0;
        for curve in found.curves() {
            if curve.label.contains("estimated") {
                let q = curve.q_over_e[0].expect("a limit");
                by_reach += 2.3 / (q * q) / 9.37e11;
            }
        }
        assert!(
            (yielded / by_reach - 1.0).abs() < within,
            "{yielded:e} {by_reach:e}"
        );
    }
    let lead = Element::from_symbol("Pb").unwrap();
    let on = Photoproduction::on(&Nucleus::of(lead, NucleusSpin::Zero)).unwrap();
    for (meson, energy) in VectorMeson::ALL.into_iter().zip([20.0, 40.0, 75.0, 30.0]) {
        let one = format!("process.mesons=[\"{}\"]", meson.name());
        let of_energy = format!("beam.energy_gev={energy}");
        let card = card(&[&THIN[..], &[&one, &of_energy, "histogram=[]"]].concat());
        let found = on.sigma(meson, energy);
        let expected = found.coherent_pb + found.incoherent_pb;
        let pairs = chi_branching(&card, meson) * expected;
        // `reach` takes (M²/2ω)² for t_min.
        let ratio = sigma_pb(&card) / pairs;
        assert!((ratio - 1.0).abs() < 3e-3, "{meson:?}: {ratio}");
    }
}

fn chi_branching(card: &RunCard, meson: VectorMeson) -> f64 {
    let chi = card.dark_sector.chi().expect("a pair");
    meson.chi_branching(&chi)
}

#[test]
fn sigma_of_a_light_pair_on_hydrogen_is_that_of_protons() {
    let settings = [
        "target.element=H",
        "dark_sector.m_chi_gev=1e-6",
        "histogram=[]",
    ];
    let card = card(&[&THIN[..], &settings, &["process.mesons=[\"phi\"]"]].concat());
    // 0.34 µb W^0.22 Br(φ → e⁺e⁻), all of it within the limits of t but for e^(−b t_max).
    let w2: f64 = 0.938_272 * (0.938_272 + 150.0);
    let expected = 0.34e6 * w2.powf(0.11) * 2.98e-4;
    assert!((sigma_pb(&card) / expected - 1.0).abs() < 1e-5);
}

fn inputs(settings: &[&str]) -> Inputs {
    run::inputs(&card(&[&THIN[..], settings].concat())).expect("inputs")
}

#[test]
fn below_its_threshold_a_meson_is_not_made_and_a_pair_must_fit_into_one() {
    let all = MesonPair::new(&inputs(&[])).unwrap();
    assert_eq!(all.dim(), 4);
    let sigma = |energy: f64| {
        let process = all.at_energy(energy)?;
        Some(
            process
                .route(Method::QUADRATURE)?
                .sigma(1e-3)
                .unwrap()
                .value_pb,
        )
    };
    let least = threshold_gev(VectorMeson::Rho);
    assert!((least - 0.77526 * (1.0 + 0.77526 / 2.0 / 0.938_272)).abs() < 1e-6);
    assert!(sigma(0.999 * least).is_none() && sigma(1.001 * least).unwrap() > 0.0);
    // Each opens on its own: σ steps up at the threshold of the ω.
    let omega = threshold_gev(VectorMeson::Omega);
    assert!(sigma(1.0001 * omega).unwrap() > 1.02 * sigma(0.9999 * omega).unwrap());
    let heavy = inputs(&["dark_sector.m_chi_gev=1.0", "histogram=[]"]);
    assert_eq!(MesonPair::new(&heavy).unwrap().dim(), 3);
    let only_rho = Inputs {
        mesons: [VectorMeson::Rho].into_iter().collect::<Mesons>(),
        ..heavy.clone()
    };
    let refused = |inputs: &Inputs| MesonPair::new(inputs).expect_err("refused");
    assert!(matches!(
        refused(&only_rho),
        SetupError::HeavierThanMesons { .. }
    ));
    let mut slow = heavy;
    slow.beam = slow.beam.with(|beam| beam.energy_gev = 8.0).unwrap();
    assert!(matches!(refused(&slow), SetupError::TooLittle { .. }));
}

/// cos θ of χ to the momentum of the pair in the c.m.s., in the rest frame of the pair.
fn helicity_cos(event: &Event) -> f64 {
    let [nucleus, chi, chibar] = event.momenta()[..3] else {
        panic!("three");
    };
    let dot = |a: [f64; 4], b: [f64; 4]| a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3];
    let v: [f64; 4] = core::array::from_fn(|j| chi[j] + chibar[j]);
    // By invariants alone: in the rest frame of V energies are P·V/M.
    let m = dot(v, v).sqrt();
    let (e_n, e_chi) = (dot(nucleus, v) / m, dot(chi, v) / m);
    let p_n = (e_n * e_n - dot(nucleus, nucleus)).sqrt();
    let p_chi = (e_chi * e_chi - dot(chi, chi)).sqrt();
    -(e_n * e_chi - dot(nucleus, chi)) / (p_n * p_chi)
}

#[test]
fn decays_have_the_angles_of_a_transverse_meson() {
    const BINS: usize = 10;
    for (spin, m_chi) in [("dirac", 0.3), ("dirac", 0.01), ("scalar", 0.2)] {
        let of_spin = format!("dark_sector.spin={spin}");
        let of_mass = format!("dark_sector.m_chi_gev={m_chi}");
        let settings = [
            &of_spin,
            &of_mass,
            "process.mesons=[\"rho\"]",
            "histogram=[]",
        ];
        let card = card(&[&THIN[..], &settings].concat());
        let (_, events, _) = made(&card, 20_000);
        let mut seen = [0.0; BINS];
        for event in events.iter() {
            let cos = helicity_cos(&event);
            let bin = (0.5 * (1.0 + cos) * BINS as f64) as usize;
            seen[bin.min(BINS - 1)] += 1.0;
        }
        let beta2 = 1.0 - 4.0 * (m_chi / VectorMeson::Rho.mass_gev()).powi(2);
        let spin = card.dark_sector.chi().unwrap().spin;
        // ∫ of 1 − ½β²(1 − c²), or of 1 − c².
        let up_to = |c: f64| match spin {
            ChiSpin::Dirac => c - 0.5 * beta2 * (c - c * c * c / 3.0),
            ChiSpin::Scalar => c - c * c * c / 3.0,
        };
        let edge = |i: usize| -1.0 + 2.0 * i as f64 / BINS as f64;
        let chi2: f64 = (0..BINS)
            .map(|i| {
                let share = (up_to(edge(i + 1)) - up_to(edge(i))) / (up_to(1.0) - up_to(-1.0));
                let expected = 20_000.0 * share;
                (seen[i] - expected).powi(2) / expected
            })
            .sum();
        // 9 degrees of freedom: a chance of 1e-3 beyond 27.9.
        assert!(chi2 < 27.9, "{spin:?} {m_chi}: {chi2} {seen:?}");
    }
}

#[test]
fn a_compound_says_its_nucleus_and_a_cut_on_angles_takes_part_of_it() {
    let compound = card(&["target.mixture=PbWO4"]);
    let (_, events, sample) = made(&compound, 500);
    balances(&events, &sample);
    assert_eq!(sample.nuclei.len(), 3);
    let cut = card(&["cuts.chi_angle_max_mrad=10"]);
    let process = run::process(&cut).unwrap();
    let route = process.route(Method::QUADRATURE).unwrap();
    assert!(
        route
            .sigma(1e-3)
            .expect_err("a cut")
            .to_string()
            .contains("chi_angle_max_mrad")
    );
}

#[test]
fn commands_without_a_meaning_are_refused_in_words() {
    let words = study::reach::experiment(&card(&[])).expect_err("no pair card");
    assert!(words.to_string().contains("reach.channels"), "{words}");
    assert!(run::setup(&card(&[])).is_err());
}
