//! Processes that a card names beside the radiation of a beam: σ by both routes and events, of thin targets, showers,
//! compounds, and an A′ in between.

mod made;

use std::ops::ControlFlow;

use made::{balances, made};
use millibrem::card::{Override, RunCard, shipped};
use millibrem::constants::ELECTRON_MASS_GEV;
use millibrem::event::{Sample, Scalar};
use millibrem::generate::Progress;
use millibrem::matter::shower::{Shower, Species};
use millibrem::particle::Role;
use millibrem::process::{Method, Process};
use millibrem::{run, study};

const ANNIHILATION: &str = "na64e-2023-annihilation";
const CONVERSION: &str = "na64e-2023-photon-conversion";

fn card(name: &str, settings: &[&str]) -> RunCard {
    let common = [
        "run.seed=7",
        "run.threads=2",
        "integration.n_adapt=6",
        "integration.neval=30000",
        "integration.rel_error=2e-3",
    ];
    let set = |text: &&str| {
        let (key, value) = text.split_once('=').expect("KEY=VALUE");
        Override::by_option("--set", key, value)
    };
    let all: Vec<Override> = common.iter().chain(settings).map(set).collect();
    let card = shipped(name).expect("shipped").with(&all);
    card.unwrap_or_else(|error| panic!("{error}"))
}

fn roles(sample: &Sample) -> Vec<&str> {
    sample.outgoing.iter().map(|out| out.role.name()).collect()
}

#[test]
fn positrons_of_a_shower_annihilate_at_their_energies_and_depths() {
    let card = card(ANNIHILATION, &[]);
    let (sigma_pb, events, sample) = made(&card, 4000);
    balances(&events, &sample);
    assert_eq!(roles(&sample), ["chi", "chibar"]);
    assert_eq!((sample.beam.pdg_id, sample.target.pdg_id), (-11, 11));
    assert_eq!(sample.target.mass_gev, ELECTRON_MASS_GEV);
    let scalars = [Scalar::VERTEX_Z, Scalar::BEAM_ENERGY, Scalar::PROJECTILE];
    assert_eq!(sample.scalars, scalars);
    let projectiles = events.scalar(&Scalar::PROJECTILE).unwrap();
    assert!(projectiles.iter().all(|id| *id == -11.0));
    // The yield by another calculation, good to a few per cent.
    let (_, yielded) = run::yield_per_lepton(&card, sigma_pb).unwrap();
    assert!((yielded / 6.6e-8 - 1.0).abs() < 0.03, "{yielded:e}");
    // No positron at the face, and half of the events before the depth that the track lengths say.
    let x0 = card.target.material.radiation_length_cm.unwrap();
    let shower = Shower::new(Species::Electron, 100.0, 50.0);
    let depths = [3.0, 40.0];
    let tracks = shower
        .track_lengths(&card.target.material, &depths)
        .unwrap();
    let inputs = run::inputs(&card).unwrap();
    let one = millibrem::process::annihilation::Annihilation::new(&inputs).unwrap();
    let of = |i: usize| tracks[i].integral(Species::Positron, 50.0, |e| one.at_pb(e));
    let share = of(0) / of(1);
    let z = events.scalar(&Scalar::VERTEX_Z).unwrap();
    let seen = z.iter().filter(|z| **z < 3.0 * x0).count() as f64 / 4000.0;
    // Slabs are half a radiation length there: 4 % of the events may be on the wrong side.
    assert!((seen - share).abs() < 0.04, "{seen} {share}");
    let first = z.iter().filter(|z| **z < 0.1 * x0).count();
    assert!(first < 20, "{first}");
}

#[test]
fn positrons_of_a_beam_annihilate_at_its_energy_or_what_is_left_of_it() {
    let thin = [
        "beam.particle=e+",
        "target.losses=none",
        "cuts.x_min=0",
        "histogram=[]",
    ];
    let settings = [&thin[..], &["target.thickness_x0=0.01"]].concat();
    let (sigma_pb, events, sample) = made(&card(ANNIHILATION, &settings), 1000);
    // 82 electrons, of the closed form.
    assert!((sigma_pb / 6.500_53e7 - 1.0).abs() < 1e-5, "{sigma_pb:e}");
    balances(&events, &sample);
    assert!(sample.scalars.is_empty());
    let dark = events.iter().map(|e| e.momenta()[0][0] + e.momenta()[1][0]);
    for energy in dark {
        assert!((energy - 100.0 - ELECTRON_MASS_GEV).abs() < 1e-10);
    }
    // The whole shower of positrons has those that the beam brings.
    let own = card(ANNIHILATION, &["beam.particle=e+"]);
    let (all, _, _) = made(&own, 10);
    let (secondary, _, _) = made(&card(ANNIHILATION, &[]), 10);
    assert!(
        (15.0..30.0).contains(&(all / secondary)),
        "{all} {secondary}"
    );
    let straggling = card(
        ANNIHILATION,
        &["beam.particle=e+", "target.losses=tsai-whitis"],
    );
    let (by_law, _, _) = made(&straggling, 10);
    assert!((by_law / all - 1.0).abs() < 0.06, "{by_law} {all}");
}

#[test]
fn photons_of_a_shower_or_a_beam_convert() {
    let (sigma_pb, events, sample) = made(&card(CONVERSION, &[]), 2000);
    balances(&events, &sample);
    assert_eq!(roles(&sample), ["nucleus_out", "chi", "chibar"]);
    assert_eq!((sample.beam.pdg_id, sample.beam.mass_gev), (22, 0.0));
    let projectiles = events.scalar(&Scalar::PROJECTILE).unwrap();
    assert!(projectiles.iter().all(|id| *id == 22.0));
    let energies = events.scalar(&Scalar::BEAM_ENERGY).unwrap();
    assert!(energies.iter().all(|e| (50.0..100.0).contains(e)));
    assert!(sigma_pb > 0.0);
    let thin = card(
        CONVERSION,
        &[
            "beam.particle=gamma",
            "beam.energy_gev=75",
            "target.losses=none",
            "target.thickness_x0=0.01",
            "cuts.x_min=0",
        ],
    );
    let (sigma_pb, events, sample) = made(&thin, 1000);
    balances(&events, &sample);
    // The exact Bethe–Heitler cross section of another calculation, good to 1e-3.
    assert!((sigma_pb / 3.670e7 - 1.0).abs() < 2e-3, "{sigma_pb:e}");
    assert!(sample.scalars.is_empty());
}

#[test]
fn a_compound_is_its_electrons_or_its_nuclei() {
    let read = |name: &str| card(name, &["target.mixture=PbWO4"]);
    let electrons = read(ANNIHILATION);
    let (sigma_pb, events, sample) = made(&electrons, 500);
    balances(&events, &sample);
    // An event does not show the atom.
    assert!(sample.nuclei.is_empty());
    assert!(!sample.scalars.contains(&Scalar::NUCLEUS));
    let mixture = run::mixture(&electrons).unwrap();
    let each = mixture
        .route(Method::QUADRATURE)
        .unwrap()
        .sigma_of_each(3e-4)
        .unwrap();
    let charges = [82.0, 74.0, 8.0];
    for (one, z) in each.iter().zip(charges) {
        assert!((one.value_pb / each[0].value_pb / (z / 82.0) - 1.0).abs() < 1e-12);
    }
    let shares = mixture.parts().iter().zip(&each);
    let sum: f64 = shares
        .map(|(part, one)| part.atom_fraction * one.value_pb)
        .sum();
    assert!((sum / sigma_pb - 1.0).abs() < 1e-6, "{sum} {sigma_pb}");
    let nuclei = read(CONVERSION);
    let (_, events, sample) = made(&nuclei, 500);
    balances(&events, &sample);
    assert_eq!(sample.nuclei.len(), 3);
    let struck = events.scalar(&Scalar::NUCLEUS).unwrap();
    let heavy = struck.iter().filter(|id| **id > 1_000_700_000.0).count();
    assert!(heavy > 450, "{heavy}");
    assert_eq!(sample.position(&Role::NUCLEUS_OUT), Some(0));
}

#[test]
fn a_vector_in_between_is_sampled_where_it_resonates() {
    // m_A′ = 280 MeV: E₊ = 76.7 GeV, of a width from 2 GeV down to 15 MeV.
    for (alpha_d, count) in [("0.1", 300), ("1e-3", 300)] {
        let alpha = format!("dark_sector.alpha_d={alpha_d}");
        let settings = [
            "integration.neval=50000",
            "integration.n_adapt=10",
            "dark_sector.mediator=vector",
            "dark_sector.m_mediator_gev=0.28",
            "dark_sector.epsilon=1e-3",
            &alpha,
        ];
        let card = card(ANNIHILATION, &settings);
        let (sigma_pb, events, sample) = made(&card, count);
        balances(&events, &sample);
        // N/ε² of A′ on its mass shell, for decays to χ alone.
        let (_, yielded) = run::yield_per_lepton(&card, sigma_pb).unwrap();
        if alpha_d == "1e-3" {
            assert!((yielded / 7.1e-11 - 1.0).abs() < 0.06, "{yielded:e}");
        }
    }
}

#[test]
fn commands_without_a_meaning_are_refused_in_words() {
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let thin = ["beam.particle=e+", "target.losses=none", "histogram=[]"];
    let at = study::spectrum::Where::Bins(5);
    let words = study::spectrum(&card(ANNIHILATION, &thin), &at, silent).expect_err("one energy");
    assert!(words.to_string().contains("no spectrum"), "{words}");
    let words = study::reach::experiment(&card(CONVERSION, &[])).expect_err("no pair card");
    assert!(words.to_string().contains("reach.channels"), "{words}");
    assert!(run::setup(&card(CONVERSION, &[])).is_err());
    let process: &dyn Process = &*run::process(&card(CONVERSION, &[])).unwrap();
    assert_eq!(process.methods(), [Method::QUADRATURE]);
}

#[test]
fn positrons_of_a_shower_have_no_quadrature_where_the_beam_has_a_spread() {
    let process = run::process(&card(ANNIHILATION, &["beam.momentum_spread=0.05"])).unwrap();
    assert!(process.methods().is_empty() && process.route(Method::QUADRATURE).is_none());
    let process = run::process(&card(ANNIHILATION, &[])).unwrap();
    assert!(process.route(Method::QUADRATURE).is_some());
}
