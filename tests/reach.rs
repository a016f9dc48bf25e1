//! Exclusion limits against published and reference numbers, and the recast against the direct
//! limit.

use std::path::PathBuf;

use millibrem::card::{MesonYields, RunCard, shipped};
use millibrem::dark_sector::{
    ChiFields, DARK_PHOTON_PDG_ID, DarkPhoton, DarkPhotonFields, DarkSector, MilliCharged,
};
use millibrem::mesons::VectorMeson;
use millibrem::process::radiation::Exact;
use millibrem::process::target::BeamTrack;
use millibrem::process::{Method, Route, Setup};
use millibrem::study::reach::recast::{LimitFile, PUBLISHED, recast};
use millibrem::study::reach::{Counting, Experiment, ReachError};

const GOAL: f64 = 1e-4;

fn card(name: &str) -> RunCard {
    shipped(name)
        .unwrap()
        .with(&[])
        .unwrap_or_else(|error| panic!("{error}"))
}

fn chi(card: &RunCard) -> MilliCharged {
    match card.dark_sector {
        DarkSector::Pair(chi) => chi,
        _ => panic!("{} makes no pairs", card.run.name),
    }
}

fn experiment(card: &RunCard, straggling: bool) -> Experiment {
    try_experiment(card, straggling).unwrap()
}

fn try_experiment(card: &RunCard, straggling: bool) -> Result<Experiment, ReachError> {
    let MesonYields {
        rho,
        omega,
        phi,
        jpsi,
    } = card.reach.mesons;
    let counting = Counting {
        events_excluded: card.reach.events_excluded,
        efficiency: card.reach.efficiency,
        q_over_e_max: card.reach.q_over_e_max,
        mesons: [rho, omega, phi, jpsi],
        straggling,
    };
    let target = card.target.clone();
    Experiment::new(
        &card.run.name,
        card.beam,
        target,
        card.cuts,
        chi(card),
        counting,
    )
}

fn limit(experiment: &Experiment, method: Method, m_chi_gev: f64) -> f64 {
    let events = experiment.bremsstrahlung(method, m_chi_gev, GOAL).unwrap();
    experiment.limit(events).unwrap()
}

fn assert_close(found: f64, expected: f64, relative: f64) {
    let off = found / expected - 1.0;
    assert!(off.abs() < relative, "{found:e} against {expected:e}");
}

#[test]
fn exact_limits_of_2025_are_the_reference_ones() {
    let mut muons = card("na64mu-2025");
    muons.target.material = muons
        .target
        .material
        .clone()
        .with(|m| m.thickness_cm = Some(22.45))
        .unwrap();
    let muons = experiment(&muons, false);
    let electrons = experiment(&card("ldmx-2025"), false);
    for (m_chi, by_muons, by_electrons) in [
        (0.001, 7.14e-5, 1.84e-6),
        (0.01, 1.10e-4, 1.55e-5),
        (0.1, 3.96e-4, 3.25e-4),
        (0.3, 1.39e-3, 3.12e-3),
    ] {
        assert_close(limit(&muons, Method::QUADRATURE, m_chi), by_muons, 0.01);
        assert_close(
            limit(&electrons, Method::QUADRATURE, m_chi),
            by_electrons,
            0.01,
        );
    }
}

#[test]
fn limits_of_2018_follow_from_iww_and_the_exact_ones_are_weaker() {
    let muons = experiment(&card("na64mu-2018"), false);
    let electrons = experiment(&card("na64e-2018"), false);
    let [mu, e] = [&muons, &electrons].map(|x| limit(x, Method::IWW, 0.2));
    assert_close(mu, 9.3e-4, 0.01);
    assert_close(e, 8.5e-3, 0.01);
    assert_close(e / mu, 9.15, 0.01);
    let [mu, e] = [&muons, &electrons].map(|x| limit(x, Method::QUADRATURE, 0.2));
    assert_close(mu, 1.43e-3, 0.01);
    assert_close(e, 1.43e-2, 0.01);
}

#[test]
fn rho_decays_give_the_reach_of_ldmx_where_bremsstrahlung_fails() {
    let electrons = experiment(&card("ldmx-2025"), false);
    let rho = |m: f64| electrons.limit(electrons.meson(VectorMeson::Rho, m));
    // [NA64LDMX25], abstract: 1e-3 ≲ Q/e ≲ 1.5e-3 for 250 to 400 MeV; ours begin 5 % below.
    for m_chi in [0.25, 0.3, 0.35] {
        let found = rho(m_chi).unwrap();
        assert!((0.9e-3..1.5e-3).contains(&found), "{m_chi}: {found}");
    }
    assert_eq!(rho(0.39), None);
    assert!(limit(&electrons, Method::QUADRATURE, 0.35) > 3.0 * rho(0.35).unwrap());
}

#[test]
fn a_mixture_of_one_element_with_itself_is_that_element() {
    let pure = card("ldmx-2025");
    let mut mixed = pure.clone();
    let part = mixed.target.material.components[0];
    mixed.target.material = mixed
        .target
        .material
        .clone()
        .with(|m| {
            m.components = vec![
                millibrem::matter::material::Component {
                    mass_fraction: 0.25,
                    ..part
                },
                millibrem::matter::material::Component {
                    mass_fraction: 0.75,
                    ..part
                },
            ]
        })
        .unwrap();
    let [pure, mixed] =
        [pure, mixed].map(|card| limit(&experiment(&card, false), Method::IWW, 0.05));
    assert_close(mixed, pure, 1e-12);
}

#[test]
fn above_threshold_there_is_no_limit() {
    let electrons = experiment(&card("ldmx-2025"), false);
    let events = electrons.bremsstrahlung(Method::QUADRATURE, 5.0, GOAL);
    assert_eq!(events, Ok(0.0));
    assert_eq!(electrons.limit(0.0), None);
}

#[test]
fn the_reach_of_na64mu_lies_in_the_window_of_the_abstract() {
    // [NA64LDMX25], abstract: 1e-4 ≲ Q/e ≲ 7e-4 for 10 to 150 MeV.
    let muons = experiment(&card("na64mu-2025"), false);
    for m_chi in [0.01, 0.03, 0.1, 0.15] {
        let found = limit(&muons, Method::QUADRATURE, m_chi);
        assert!((1e-4..7e-4).contains(&found), "{m_chi}: {found}");
    }
}

#[test]
fn the_reach_of_na64mu_stays_where_it_was() {
    // References of this project, by its exact cross section; no paper prints them.
    let muons = experiment(&card("na64mu-2025"), false);
    for (m_chi, reference) in [
        (0.01, 1.10e-4),
        (0.1, 3.97e-4),
        (0.15, 5.95e-4),
        (0.3, 1.39e-3),
    ] {
        assert_close(limit(&muons, Method::QUADRATURE, m_chi), reference, 0.005);
    }
}

/// ε_up of the same experiment from its own dark-photon cross section.
fn epsilon_up(card: &RunCard, experiment: &Experiment, mass_gev: f64) -> f64 {
    let photon = DarkPhoton::new(DarkPhotonFields {
        mass_gev,
        epsilon: 1.0,
        pdg_id: DARK_PHOTON_PDG_ID,
    })
    .unwrap();
    let nucleus = card.target.material.components[0].nucleus;
    let dark = DarkSector::DarkPhoton(photon);
    let kind = &card.target.form_factor;
    let setup = Setup::new(&card.beam, nucleus, kind, dark, card.cuts).unwrap();
    let sigma = Exact::new(&setup).sigma(1e-8).unwrap();
    experiment.limit(experiment.events(sigma.value_pb)).unwrap()
}

#[test]
fn a_dark_photon_limit_recast_is_the_direct_limit() {
    for name in ["ldmx-2025", "na64mu-2025"] {
        let card = card(name);
        let experiment = experiment(&card, false);
        let chi = MilliCharged::new(ChiFields {
            mass_gev: 0.05,
            ..*chi(&card)
        })
        .unwrap();
        let direct = experiment.sigma_pb(Method::QUADRATURE, 0.05, 1e-8).unwrap();
        let direct = experiment.limit(experiment.events(direct)).unwrap();
        let heaviest = 0.999 * heaviest(&card);
        let steps = 24;
        let mass = |i: u32| {
            let share = f64::from(i) / f64::from(steps);
            0.1 * (heaviest / 0.1).powf(share * share)
        };
        let masses: Vec<f64> = (0..=steps).map(mass).collect();
        let found = recast(&chi, &masses, |m| epsilon_up(&card, &experiment, m)).unwrap();
        assert_close(found, direct, 1e-6);
        // A file of 100 points, straight in the logarithms, is as good as its points are dense.
        let text: String = (0..100)
            .map(|i| 0.1 * (heaviest / 0.1f64).powf(f64::from(i) / 99.0))
            .map(|m| format!("{m:?} {:?}\n", epsilon_up(&card, &experiment, m)))
            .collect();
        let file = LimitFile::parse(&text).unwrap();
        assert_close(file.recast(&chi).unwrap(), direct, 2e-3);
    }
}

/// Largest mass in GeV that passes the cut on x.
fn heaviest(card: &RunCard) -> f64 {
    let DarkSector::Pair(chi) = card.dark_sector else {
        panic!("no pairs");
    };
    let nucleus = card.target.material.components[0].nucleus;
    let kind = &card.target.form_factor;
    let light = DarkSector::Pair(chi);
    let setup = Setup::new(&card.beam, nucleus, kind, light, card.cuts).unwrap();
    setup.k2_range().1.sqrt()
}

#[test]
fn where_the_file_ends_below_threshold_nothing_is_said_and_a_shorter_file_says_less() {
    let chi = |mass_gev| {
        MilliCharged::new(ChiFields {
            mass_gev,
            ..*chi(&card("ldmx-2025"))
        })
        .unwrap()
    };
    let whole = LimitFile::parse("# mass, epsilon\nmass,epsilon\n0.01,1e-5\n0.1,1e-4\n1,1e-3\n");
    let short = LimitFile::parse("0.01 1e-5\n0.1 1e-4");
    let (whole, short) = (whole.unwrap(), short.unwrap());
    assert_eq!(short.range_gev(), (0.01, 0.1));
    assert_eq!(short.recast(&chi(0.06)), None);
    assert!(short.recast(&chi(0.01)).unwrap() > whole.recast(&chi(0.01)).unwrap());
    for (text, problem) in [
        ("0.1 1e-4", "two are the fewest"),
        ("0.1 1e-4\n0.1 2e-4", "all its points have one mass"),
        ("0.1 1e-4\n0.2", "line 2"),
        ("0.1 1e-4\n0.2 -1", "must lie between"),
        (
            "# upper edge: high\n0.1 1e-4\n0.2 1e-4",
            "upper edge `high`",
        ),
    ] {
        let error = LimitFile::parse(text).unwrap_err().to_string();
        assert!(error.contains(problem), "{text}: {error}");
    }
}

#[test]
fn straggling_changes_nothing_in_a_thin_target_and_saves_a_thick_one_from_its_depth() {
    let mut thin = card("na64e-2018");
    thin.target.material = thin
        .target
        .material
        .clone()
        .with(|m| m.thickness_cm = Some(1e-4))
        .unwrap();
    let [with, without] = [true, false].map(|s| limit(&experiment(&thin, s), Method::IWW, 0.05));
    assert_close(with, without, 2e-3);
    // Forty radiation lengths are worth less than the 0.87 they would be at constant σ.
    let mut thick = card("na64e-2018");
    let x0 = thick.target.material.radiation_length_cm.unwrap();
    thick.target.material = thick
        .target
        .material
        .clone()
        .with(|m| m.thickness_cm = Some(40.0 * x0))
        .unwrap();
    let thick = limit(&experiment(&thick, true), Method::QUADRATURE, 0.05);
    let mut one = card("na64e-2018");
    one.target.material = one
        .target
        .material
        .clone()
        .with(|m| m.thickness_cm = Some(x0))
        .unwrap();
    let one = limit(&experiment(&one, false), Method::QUADRATURE, 0.05);
    let length = (one / thick) * (one / thick);
    assert!((0.2..0.87).contains(&length), "{length} X0");
}

/// σ̄ of electrons that lose energy, from a hundred energies.
#[test]
fn the_integral_over_the_energy_of_electrons_has_converged() {
    for (name, x_min, m_chi) in [
        ("na64e-2018", 0.5, 0.1),
        ("na64e-2018", 0.95, 0.01),
        ("ldmx-2025", 0.7, 0.3),
    ] {
        let mut thick = card(name);
        thick.cuts = thick.cuts.with(|of| of.x_min = x_min).unwrap();
        let thickness_x0 = 40.0;
        let x0 = thick.target.material.radiation_length_cm.unwrap();
        thick.target.material = thick
            .target
            .material
            .clone()
            .with(|m| m.thickness_cm = Some(thickness_x0 * x0))
            .unwrap();
        let found = experiment(&thick, true)
            .sigma_pb(Method::IWW, m_chi, 1e-6)
            .unwrap();
        let sigma = |share: f64| {
            let mut card = thick.clone();
            card.beam = card.beam.with(|of| of.energy_gev *= share).unwrap();
            card.cuts = card.cuts.with(|of| of.x_min /= share).unwrap();
            experiment(&card, false).sigma_pb(Method::IWW, m_chi, 1e-6)
        };
        // At x_min itself nothing passes. Dense there, and at E0 where most of the length is.
        let steps = 100;
        let node = |i: i32| {
            let u = f64::from(i) / f64::from(steps);
            (x_min + (1.0 - x_min) * u * u * (3.0 - 2.0 * u), u)
        };
        let length = |share| BeamTrack::of_electrons(thickness_x0, share).effective();
        let rows: Vec<(f64, f64)> = (0..=steps)
            .map(|i| match node(i) {
                (share, 0.0) => (0.0, length(share)),
                (share, _) => (sigma(share).unwrap(), length(share)),
            })
            .collect();
        let sum: f64 = rows
            .windows(2)
            .map(|r| 0.5 * (r[0].0 + r[1].0) * (r[0].1 - r[1].1))
            .sum();
        assert_close(found, sum / thickness_x0, 2e-4);
    }
}

/// A card of NA64μ whose muons lose `loss_gev` in all of the target.
fn losing(loss_gev: f64) -> RunCard {
    let mut card = card("na64mu-2025");
    let thickness_cm = card.target.material.thickness_cm.unwrap();
    card.target.material = card
        .target
        .material
        .clone()
        .with(|m| m.energy_loss_gev_per_cm = Some(loss_gev / thickness_cm))
        .unwrap();
    card
}

#[test]
fn muons_that_lose_nothing_have_the_limit_of_a_thin_target() {
    let without = experiment(&card("na64mu-2025"), false);
    let with = experiment(&losing(0.0), false);
    let [with, without] = [with, without].map(|x| limit(&x, Method::QUADRATURE, 0.05));
    assert_eq!(with.to_bits(), without.to_bits());
    let little = limit(&experiment(&losing(1e-6), false), Method::QUADRATURE, 0.05);
    assert_close(little, without, 1e-6);
}

#[test]
fn energy_loss_of_muons_averages_over_energies_with_the_cut_on_what_the_beam_lost() {
    // σ at E with x > x_min E0/E, by the library's own cards of beam energy E.
    let (e0, x_min, m_chi) = (160.0, 0.5, 0.05);
    let sigma = |energy_gev: f64| {
        let mut card = card("na64mu-2025");
        card.beam = card.beam.with(|of| of.energy_gev = energy_gev).unwrap();
        card.cuts = card
            .cuts
            .with(|of| of.x_min = x_min * e0 / energy_gev)
            .unwrap();
        experiment(&card, false)
            .sigma_pb(Method::QUADRATURE, m_chi, 1e-6)
            .unwrap()
    };
    for loss_gev in [5.0, 40.0] {
        // Simpson's rule over the energies in the target.
        let step = loss_gev / 8.0;
        let weights = [1.0, 4.0, 2.0, 4.0, 2.0, 4.0, 2.0, 4.0, 1.0];
        let sum: f64 = (0..9)
            .map(|i| weights[i] * sigma(e0 - step * i as f64))
            .sum();
        let found = experiment(&losing(loss_gev), false)
            .sigma_pb(Method::QUADRATURE, m_chi, 1e-6)
            .unwrap();
        assert_close(found, sum / 24.0, 2e-4);
        // Without the cut at the beam's energy the loss of σ would be several times smaller.
        assert!(found < sigma(e0) * (1.0 - 0.3 * loss_gev / e0), "{found}");
    }
    // Below x_min E0 nothing passes: of 120 GeV lost only the first 80 count.
    let deep = experiment(&losing(120.0), false);
    let half = experiment(&losing(80.0), false);
    let [deep, half] = [deep, half].map(|x| x.sigma_pb(Method::IWW, m_chi, 1e-6).unwrap());
    assert_close(deep * 120.0, half * 80.0, 1e-9);
}

#[test]
fn energy_loss_is_for_muons_that_get_through_the_target() {
    let stopped = try_experiment(&losing(160.0), false).unwrap_err();
    assert!(matches!(stopped, ReachError::Stopped { .. }), "{stopped}");
    assert!(try_experiment(&losing(159.8), false).is_ok());
    let mut electrons = card("na64e-2018");
    electrons.target.material = electrons
        .target
        .material
        .clone()
        .with(|m| m.energy_loss_gev_per_cm = Some(0.01))
        .unwrap();
    for (card, straggling) in [
        (&electrons, false),
        (&electrons, true),
        (&losing(1.0), true),
    ] {
        let error = try_experiment(card, straggling).unwrap_err();
        assert!(
            matches!(error, ReachError::EnergyLoss { straggling: s, .. } if s == straggling),
            "{error}"
        );
    }
}

#[test]
fn charges_above_the_upper_edge_are_not_excluded() {
    let electrons = experiment(&card("na64e-2018"), false);
    assert_eq!(electrons.q_over_e_max(), Some(0.2));
    // 2.3 events excluded: N_1 = 57.5 is Q_χ/e = 0.2.
    assert_eq!(electrons.lower_edge(57.4), None);
    assert_close(electrons.lower_edge(57.6).unwrap(), 0.2, 1e-3);
    assert_close(electrons.limit(57.4).unwrap(), 0.2, 1e-3);
    let muons = experiment(&card("na64mu-2018"), false);
    assert_eq!(muons.q_over_e_max(), None);
    assert_close(muons.lower_edge(2.3e-4).unwrap(), 100.0, 1e-12);
}

#[test]
fn every_published_limit_is_read_with_the_name_of_its_experiment() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/limits");
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let stems: Vec<_> = files.iter().map(|file| file.file_stem().unwrap()).collect();
    let known: Vec<&str> = PUBLISHED.iter().map(|limit| limit.name).collect();
    assert_eq!(stems, known);
    let mut names = Vec::new();
    for (path, limit) in files.iter().zip(PUBLISHED) {
        let file = limit.file().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(file, LimitFile::parse(&text).unwrap());
        assert!(!limit.kind().is_empty() && !limit.source().is_empty());
        names.push(file.experiment().unwrap().to_owned());
    }
    names.sort();
    let expected = [
        "ArgoNeuT",
        "BEBC",
        "CMS",
        "Colliders",
        "LSND",
        "MiniBooNE",
        "SENSEI",
        "SLAC mQ",
        "Super-K",
        "milliQan Run 3",
        "milliQan demonstrator",
    ];
    assert_eq!(names, expected);
    let edged = LimitFile::parse("# upper edge: 0.2\n0.1,1e-3\n0.2,1e-2\n").unwrap();
    assert_eq!((edged.experiment(), edged.upper_edge()), (None, Some(0.2)));
}
