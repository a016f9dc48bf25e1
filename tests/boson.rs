//! Cross sections of bosons by Monte Carlo, quadrature and Weizsäcker–Williams, and their limits.

mod corner;

use corner::{both, pull, setup};
use millibrem::card::{Override, shipped};
use millibrem::dark_sector::{DarkSector, Vertex};
use millibrem::event::{EventBuffer, Weighting};
use millibrem::generate::{EventRequest, Generator, Progress};
use millibrem::particle::Role;
use millibrem::process::radiation::quadrature::{sigma, spectrum};
use millibrem::process::radiation::{Iww, Ww, route};
use millibrem::process::{Method, Process, Route, Setup};
use millibrem::run;
use std::ops::ControlFlow;
use std::sync::Arc;

const VERTICES: [&str; 4] = ["scalar", "pseudoscalar", "vector", "axial-vector"];

#[test]
fn another_mediator_or_kind_takes_the_place_of_what_it_excludes() {
    let set = |(key, value): &(&str, &str)| Override::by_option("--set", key, value);
    let with = |name: &str, settings: &[(&str, &str)]| {
        let settings: Vec<Override> = [("run.seed", "1")]
            .iter()
            .chain(settings)
            .map(set)
            .collect();
        let card = shipped(name).expect("shipped").with(&settings);
        card.unwrap_or_else(|error| panic!("{error}")).dark_sector
    };
    let DarkSector::Boson(axial) = with("m3-scalar", &[("dark_sector.mediator", "axial-vector")])
    else {
        panic!("a boson")
    };
    assert_eq!((axial.vertex, axial.mass_gev), (Vertex::AxialVector, 0.1));
    let scalar = [
        ("process.kind", "boson"),
        ("dark_sector.mediator", "scalar"),
        ("dark_sector.m_mediator_gev", "0.1"),
    ];
    assert_eq!(with("m3", &scalar), with("m3-scalar", &[]));
    let pair = [("process.kind", "pair"), ("dark_sector.m_chi_gev", "0.01")];
    assert_eq!(
        with("m3-scalar", &pair).threshold_mass_gev(),
        with("m3", &[]).threshold_mass_gev()
    );
}

fn boson(beam: &str, vertex: &str, mass: &str, x_min: &str) -> Setup {
    setup(&format!("{beam} {vertex}-boson {mass} {x_min}")).expect("a valid set-up")
}

/// σ in pb by quadrature.
fn exact(setup: &Setup, rel_error: f64) -> f64 {
    sigma(setup, rel_error).expect("converges").value_pb
}

#[test]
fn monte_carlo_and_quadrature_agree_for_every_vertex_and_nuclear_spin() {
    let mut pulls = 0.0;
    let mut n = 0;
    for (i, vertex) in VERTICES.iter().enumerate() {
        for (j, line) in [
            "160 mu- Pb tsai-elastic 0",
            "8 e- Al tsai-elastic 1/2",
            "0.6 mu- H dipole 1/2",
        ]
        .iter()
        .enumerate()
        {
            let mass = if j == 2 { "F0.5" } else { "0.1" };
            let setup = boson(line, vertex, mass, "0");
            let (report, exact) = both(&setup, (10 * i + j) as u64, 30_000).expect("both");
            let pull = pull(&report, &exact);
            let error = report.cross_section.error_pb / report.cross_section.value_pb;
            assert!(pull.abs() < 4.0, "{vertex} on {line}: pull {pull}");
            assert!(error < 3e-3, "{vertex} on {line}: error {error}");
            pulls += pull * pull;
            n += 1;
        }
    }
    assert!(pulls < 2.5 * f64::from(n), "χ² = {pulls} of {n}");
}

#[test]
fn a_vector_boson_is_the_dark_photon_by_every_method() {
    for line in ["160 mu- Pb tsai-elastic 0", "8 e- Al tsai-elastic 1/2"] {
        let boson = boson(line, "vector", "0.1", "0.5");
        let photon = setup(&format!("{line} photon 0.1 0.5")).unwrap();
        let process: Arc<dyn Process> = (&boson).into();
        for method in process.methods() {
            if method == Method::WWA && boson.collision.m > 0.1 {
                continue; // this formula is of masses well above that of the muon
            }
            let [a, b] = [&boson, &photon].map(|s| {
                let route = route(method, s).expect("is offered");
                route.sigma(1e-6).expect("converges").value_pb
            });
            assert_eq!(a, b, "{}", method.name());
        }
        let [a, b] = [&boson, &photon].map(|s| spectrum(s, &[0.6, 0.9], 1e-6).unwrap());
        assert_eq!(a, b);
        let [a, b] = [&boson, &photon].map(|s| both(s, 1, 20_000).unwrap().0.cross_section);
        assert_eq!(a.value_pb, b.value_pb);
    }
}

#[test]
fn parity_of_the_vertex_matters_by_the_lepton_mass_alone() {
    let beam = "100 e- Pb tsai-elastic 0";
    let [s, p, v, a] = VERTICES.map(|vertex| exact(&boson(beam, vertex, "0.3", "0.5"), 1e-7));
    assert!((s / p - 1.0).abs() < 1e-4, "{s} {p}");
    assert!((a / v - 1.0).abs() < 1e-4, "{a} {v}");
    // Of muons it is not small.
    let beam = "160 mu- Pb tsai-elastic 0";
    let [s, p] = ["scalar", "pseudoscalar"].map(|v| exact(&boson(beam, v, "0.1", "0.5"), 1e-5));
    assert!((s / p - 1.0).abs() > 0.3, "{s} {p}");
}

#[test]
fn a_light_axial_vector_is_its_longitudinal_part_a_pseudoscalar() {
    let beam = "160 mu- Pb tsai-elastic 0";
    let (m, mass) = (0.105_658_375_5_f64, 1e-5);
    let axial = exact(&boson(beam, "axial-vector", "1e-5", "0.5"), 1e-6);
    let pseudoscalar = exact(&boson(beam, "pseudoscalar", "1e-5", "0.5"), 1e-6);
    let ratio = axial / pseudoscalar * (mass / (2.0 * m)).powi(2);
    assert!((ratio - 1.0).abs() < 1e-4, "{ratio}");
}

#[test]
fn ww_is_good_where_the_lepton_stays_relativistic_whatever_the_vertex() {
    for vertex in VERTICES {
        for mass in ["0.01", "0.1", "0.5"] {
            let setup = boson("160 mu- Pb tsai-elastic 0", vertex, mass, "0.5");
            let (ww, exact) = (Ww::new(&setup), exact(&setup, 1e-5));
            let ratio = ww.sigma(1e-5).unwrap().value_pb / exact;
            assert!((0.97..1.03).contains(&ratio), "{vertex} {mass}: {ratio}");
            let iww = Iww::new(&setup).sigma(1e-5).unwrap().value_pb / exact;
            assert!(iww > ratio, "{vertex} {mass}: {iww} {ratio}");
        }
    }
}

#[test]
fn the_closed_form_of_a_heavy_vector_is_of_vectors_only() {
    for vertex in VERTICES {
        let setup = boson("8 e- Al tsai-elastic 0", vertex, "0.1", "0.5");
        let process: Arc<dyn Process> = (&setup).into();
        let offered = process.methods().contains(&Method::WWA);
        assert_eq!(offered, vertex == "vector");
        assert_eq!(process.route(Method::WWA).is_some(), offered);
        assert!(process.route(Method::WW).is_some());
    }
}

#[test]
fn events_of_the_shipped_card_conserve_momentum_and_are_on_the_mass_shell() {
    let set = |(key, value)| Override::by_option("--set", key, value);
    let all: Vec<Override> = [
        ("run.seed", "3"),
        ("integration.n_adapt", "6"),
        ("integration.neval", "20000"),
        ("integration.rel_error", "3e-3"),
    ]
    .map(set)
    .into();
    let card = shipped("m3-scalar").expect("shipped").with(&all).unwrap();
    let process = run::process(&card).unwrap();
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let mut generator = Generator::new(process.clone(), run::settings(&card)).unwrap();
    generator.adapt(silent).unwrap();
    let report = generator.measure(&[], silent).unwrap();
    assert!(report.alarms.is_empty(), "{:?}", report.alarms);
    let request = EventRequest {
        count: 500,
        weighting: Weighting::Unweighted,
        max_overweight_share: 3e-3,
        max_weight: 1.0,
    };
    let mut events = EventBuffer::default();
    let sample = generator.sample(&request, &report.cross_section, &mut events, silent);
    assert!(sample.unwrap().alarms.is_empty());
    let roles: Vec<Role> = process.outgoing().into_iter().map(|out| out.role).collect();
    assert_eq!(roles, [Role::LEPTON_OUT, Role::NUCLEUS_OUT, Role::BOSON]);
    let (beam, target) = (process.beam(), process.target());
    assert_eq!(events.iter().count(), 500);
    for event in events.iter() {
        let p = event.momenta();
        let total = |axis: usize| p.iter().map(|p| p[axis]).sum::<f64>();
        assert!((total(0) - 15.0 - target.mass_gev).abs() < 1e-11);
        assert!(total(1).abs() < 1e-12 && total(2).abs() < 1e-12);
        let along = (15.0 * 15.0 - beam.mass_gev * beam.mass_gev).sqrt();
        assert!((total(3) - along).abs() < 1e-12);
        let [e, x, y, z] = p[2];
        assert!((e * e - x * x - y * y - z * z - 0.01).abs() < 1e-11);
        assert!(e > 6.0 - 1e-12);
    }
}
