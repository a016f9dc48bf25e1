//! Strangers to the library, from the hypercube to the file formats.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use millibrem::beam::{Beam, BeamFields, Projectile};
use millibrem::card::{Override, shipped};
use millibrem::dark_sector::{DARK_PHOTON_PDG_ID, DarkPhoton, DarkPhotonFields, DarkSector};
use millibrem::event::{Compression, EventBuffer, Precision, Weighting};
use millibrem::generate::{EventRequest, GenerateError, Generator, HistogramRequest, Settings};
use millibrem::histogram::{Axis, Observable, Scale};
use millibrem::matter::form_factor::{FormFactorKind, FormFactors};
use millibrem::particle::Role;
use millibrem::process::{Method, Registry, Route};
use millibrem::record::{RunHeader, RunSummary};
use millibrem::run;
use millibrem::study::compare::compare;
use millibrem_files::export::{ExportOptions, Format, export};
use millibrem_files::hdf5::{RunReader, RunWriter};
use millibrem_outside_test::approximation::{POINT_NUCLEUS, PointNucleus};
use millibrem_outside_test::export::Energies;
use millibrem_outside_test::form_factor::Gaussian;
use millibrem_outside_test::observable::Visible;
use millibrem_outside_test::process::{PHANTOM, ThreeBody, ThreeBodyKind};

const EVENTS: u64 = 20_000;

fn settings(seed: u64) -> Settings {
    Settings {
        seed,
        threads: 2,
        n_adapt: 5,
        neval: 20_000,
        rel_error: None,
        lattices: None,
        max_neval: 400_000,
    }
}

fn three_body() -> ThreeBody {
    ThreeBody::new(160.0, 193.0)
}

fn silent(_: &millibrem::generate::Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A run of flat phase space in a file.
fn run_in(folder: &Path, weighting: Weighting) -> RunReader {
    let process = three_body();
    let mut generator = Generator::new(Arc::new(process), settings(7)).unwrap();
    generator.adapt(&mut silent).unwrap();
    let top = process.s().sqrt();
    let own = Axis::new(Observable::new(Visible), Scale::Linear, 0.0, top, 10).unwrap();
    let x = Axis::new(Observable::X, Scale::Linear, 0.0, 2.0, 10).unwrap();
    let t = Axis::new(Observable::T_GEV2, Scale::Log, 1e-3, 1e6, 9).unwrap();
    let requests = [
        ("m_visible_gev", vec![own.clone()]),
        ("x", vec![x.clone()]),
        ("t_gev2", vec![t]),
        ("x_vs_m_visible_gev", vec![x, own]),
    ]
    .map(|(name, axes)| HistogramRequest {
        name: name.to_owned(),
        axes,
    });
    let sigma = generator.measure(&requests, &mut silent).unwrap();
    assert!(sigma.alarms.is_empty(), "{:?}", sigma.alarms);

    let header = RunHeader {
        card: "[run]\nname = \"strangers\"\n[process]\nkind = \"three-body\"\n".to_owned(),
        seed: 7,
        sample: run::sample_of(&process, weighting),
        compression: Compression::None,
        precision: Precision::Double,
        expected_events: EVENTS,
        shard: None,
    };
    let path = folder.join("run.h5");
    let mut writer = RunWriter::create(&path, &header, true).unwrap();
    let request = EventRequest {
        count: EVENTS,
        weighting,
        max_overweight_share: 1e-2,
        max_weight: 1.0,
    };
    let sample = generator
        .sample(&request, &sigma.cross_section, &mut writer, &mut silent)
        .unwrap();
    assert!(sample.alarms.is_empty(), "{:?}", sample.alarms);
    let summary = RunSummary {
        cross_section: sigma.cross_section,
        nuclei: Vec::new(),
        weight_scale: sample.weight_scale,
        histograms: sigma.histograms,
        provenance: Vec::new(),
        timings: Vec::new(),
    };
    writer.finish(&summary).unwrap();
    RunReader::open(&path).unwrap()
}

fn events(run: &RunReader) -> EventBuffer {
    let mut events = EventBuffer::default();
    run.read_events(0, run.n_events(), &mut events).unwrap();
    events
}

#[test]
fn flat_phase_space_has_its_cross_section_and_its_spectrum() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), Weighting::Weighted);
    let (process, sigma) = (three_body(), run.cross_section().unwrap());
    let exact = process.sigma_pb();
    let pull = (sigma.value_pb - exact) / sigma.error_pb;
    // The map is not told the density, so there is an error, and it is small.
    let relative = sigma.error_pb / exact;
    assert!(
        pull.abs() < 3.0 && relative > 1e-8 && relative < 1e-3,
        "{pull}, {relative}"
    );
    let last = sigma.iterations.last().unwrap();
    assert!(last.q > 1e-3, "Q = {}", last.q);

    // ∫ 2(1 − m²/s) dm²/s between the edges.
    let share = |m: f64| {
        let z = m * m / process.s();
        2.0 * z - z * z
    };
    let histograms = run.histograms().unwrap();
    let visible = histograms
        .iter()
        .find(|h| h.name() == "m_visible_gev")
        .unwrap();
    let axis = &visible.axes()[0];
    assert_eq!(axis.observable().description(), "mass of all that is seen");
    for (bin, edges) in axis.edges().windows(2).enumerate() {
        let want = exact * (share(edges[1]) - share(edges[0]));
        let (got, variance) = (visible.values()[bin + 1], visible.variances()[bin + 1]);
        let pull = (got - want) / variance.sqrt();
        assert!(
            pull.abs() < 4.0 && variance.sqrt() < 0.05 * want,
            "{edges:?}: {pull}"
        );
    }
    // What is counted on one axis is counted on the others.
    let total = |name: &str| {
        let found = histograms.iter().find(|h| h.name() == name).unwrap();
        found.values().iter().sum::<f64>()
    };
    for name in ["x", "t_gev2", "x_vs_m_visible_gev"] {
        let ratio = total(name) / total("m_visible_gev");
        assert!((ratio - 1.0).abs() < 1e-12, "{name}: {ratio}");
    }
}

#[test]
fn events_balance_and_keep_the_names_of_their_particles() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), Weighting::Unweighted);
    let (sample, events) = (run.sample(), events(&run));
    assert_eq!(sample.process, "three-body");
    let roles: Vec<&str> = events.roles().iter().map(Role::name).collect();
    assert_eq!(roles, ["lepton_out", "nucleus_out", "phantom"]);
    assert_eq!(sample.outgoing[2].particle.pdg_id, 9_900_001);
    assert_eq!(&*sample.outgoing[2].words, "phantom");
    assert_eq!(events.len() as u64, EVENTS);
    let (beam, target) = (sample.p_beam(), sample.p_target());
    for event in events.iter() {
        for j in 0..4 {
            let out: f64 = event.momenta().iter().map(|p| p[j]).sum();
            let off = out - beam[j] - target[j];
            assert!(off.abs() < 1e-9, "{off}: {event:?}");
        }
    }
    // Its energy is a third of √s in the mean, where all are at rest together.
    let energy = |p: &[f64; 4]| {
        let total = [beam[0] + target[0], beam[3]];
        (total[0] * p[0] - total[1] * p[3]) / three_body().s().sqrt()
    };
    let all = events.p(&PHANTOM).unwrap();
    let mean = all.iter().map(energy).sum::<f64>() / all.len() as f64;
    let want = three_body().s().sqrt() / 3.0;
    let error = 0.12 * want * 3.0 / (all.len() as f64).sqrt();
    assert!(
        (mean - want).abs() < 4.0 * error,
        "{mean}, not {want} ± {error}"
    );
}

#[test]
fn every_format_takes_them_or_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), Weighting::Unweighted);
    static ENERGIES: Energies = Energies;
    let own = Format::new(&ENERGIES);
    let options = ExportOptions {
        allowed_excess: 1e-2,
        ..ExportOptions::default()
    };
    for format in Format::ALL.into_iter().chain([own]) {
        let output = folder.path().join(format!("events.{}", format.suffix()));
        let report = export(&run, format, &output, &options).unwrap();
        assert_eq!(report.n_events, EVENTS, "{format}");
    }
    let text = std::fs::read_to_string(folder.path().join("events.energies")).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("lepton_out nucleus_out phantom "));
    for (line, event) in lines.zip(events(&run).iter()) {
        let read = line
            .split_whitespace()
            .map(|word| word.parse::<f64>().unwrap());
        assert!(read.eq(event.momenta().iter().map(|p| p[0])), "{line}");
    }
}

#[test]
fn the_program_shows_a_file_of_a_process_it_does_not_know() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), Weighting::Weighted);
    let program = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_outside"));
        let output = command.args(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {text}{:?}",
            output.stderr
        );
        text
    };
    let path = run.path().to_str().unwrap();
    let text = program(&["info", path]);
    for words in ["three-body", "phantom (9900001)", "m_visible_gev"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&program(&["info", path, "--json"])).unwrap();
    assert_eq!(json["particles"][2]["role"], "phantom");
    let figure = folder.path().join("figure.svg");
    program(&["plot", path, "-o", figure.to_str().unwrap()]);
    let drawn = std::fs::read_dir(folder.path()).unwrap().filter(|file| {
        let name = file.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".svg")
    });
    assert!(drawn.count() > 0);
    let table = folder.path().join("events.csv");
    program(&["export", path, "--to", "csv", "-o", table.to_str().unwrap()]);
    let text = std::fs::read_to_string(table).unwrap();
    assert!(
        text.starts_with("index,weight_pb,lepton_out_e_gev"),
        "{text:.80}"
    );
}

#[test]
fn particles_that_do_not_come_out_cannot_be_asked_for() {
    let mut generator = Generator::new(Arc::new(three_body()), settings(1)).unwrap();
    generator.adapt(&mut silent).unwrap();
    let axis = Axis::new(Observable::E_CHI_GEV, Scale::Linear, 0.0, 1.0, 2).unwrap();
    let request = HistogramRequest {
        name: "e_chi_gev".to_owned(),
        axes: vec![axis],
    };
    let error = generator.measure(&[request], &mut silent).unwrap_err();
    assert!(
        matches!(error, GenerateError::NoSuchObservable { .. }),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("lepton_out, nucleus_out, phantom"),
        "{error}"
    );
}

#[test]
fn a_registry_finds_what_is_handed_in() {
    let registry = Registry::standard().with(ThreeBodyKind);
    let names: Vec<&str> = registry.names().collect();
    assert_eq!(names[..3], ["three-body", "pair", "dark-photon"]);
    let card = shipped("na64mu-2025").unwrap().with(&[]).unwrap();
    let mut inputs = run::inputs(&card).unwrap();
    inputs.beam = Beam::new(BeamFields {
        projectile: Projectile::Muon,
        energy_gev: 100.0,
        on_target: None,
    })
    .unwrap();
    let process = registry.get("three-body").unwrap().of(&inputs).unwrap();
    assert_eq!(
        (process.kind(), process.beam_energy_gev()),
        ("three-body", 100.0)
    );
    let pair = registry.get("pair").unwrap().of(&inputs).unwrap();
    assert_eq!(pair.outgoing().len(), 4);
    let error = registry
        .get("dark-photon")
        .unwrap()
        .of(&inputs)
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("`dark-photon` does not produce"),
        "{error}"
    );
}

#[test]
fn a_card_names_a_process_from_outside() {
    let registry = Registry::standard().with(ThreeBodyKind);
    let text = shipped("na64mu-2025").unwrap().with_processes(registry);
    let named = |name: &str| {
        let set = Override::parse(&format!("process.kind={name}")).unwrap();
        text.with(&[set])
    };
    let card = named("three-body").unwrap();
    assert!(card.to_toml().contains("kind = \"three-body\""));
    let process = run::process(&card).unwrap();
    assert_eq!(process.kind(), "three-body");
    assert_eq!(process.outgoing().len(), 3);
    let error = named("three-bodies").unwrap_err().to_string();
    assert!(error.contains("did you mean `three-body`?"), "{error}");
    // A registry without it does not know the name.
    let standard = shipped("na64mu-2025").unwrap();
    let set = Override::parse("process.kind=three-body").unwrap();
    assert!(standard.with(&[set]).is_err());
}

#[test]
fn a_form_factor_from_outside_serves_monte_carlo_and_quadrature() {
    let models = FormFactors::standard().with(Gaussian);
    let card = shipped("na64mu-2025").unwrap().with(&[]).unwrap();
    let mut inputs = run::inputs(&card).unwrap();
    inputs.form_factor = models.get("gaussian").unwrap().clone();
    let pair = Registry::standard();
    let process = pair.get("pair").unwrap().of(&inputs).unwrap();
    let exact = process
        .route(Method::QUADRATURE)
        .unwrap()
        .sigma(1e-6)
        .unwrap();
    let mut generator = Generator::new(process, settings(3)).unwrap();
    generator.adapt(&mut silent).unwrap();
    let sigma = generator.measure(&[], &mut silent).unwrap().cross_section;
    let pull = (sigma.value_pb - exact.value_pb) / sigma.error_pb;
    assert!(
        pull.abs() < 3.0 && sigma.error_pb < 3e-3 * sigma.value_pb,
        "{pull}"
    );
    assert!(sigma.iterations.last().unwrap().q > 1e-3);
    // It is another one than those of the library.
    inputs.form_factor = FormFactorKind::default();
    let usual = pair.get("pair").unwrap().of(&inputs).unwrap();
    let usual = usual
        .route(Method::QUADRATURE)
        .unwrap()
        .sigma(1e-6)
        .unwrap();
    assert!((exact.value_pb / usual.value_pb - 1.0).abs() > 0.01);
}

#[test]
fn an_approximation_from_outside_stands_beside_the_others() {
    let card = shipped("na64mu-2025").unwrap().with(&[]).unwrap();
    let registry = Registry::standard().with_approximation(PointNucleus);
    let mixture = run::mixture_of(&card, &registry).unwrap();
    let found = compare(&mixture, &[0.5, 0.75, 1.0], 1e-5).unwrap();
    let names: Vec<&str> = found
        .approximations
        .iter()
        .map(|a| a.method.name())
        .collect();
    assert_eq!(names, ["ww", "iww", "wwa", "point-nucleus"]);
    let last = found.approximations.last().unwrap();
    let point = [Override::parse("target.form_factor=point").unwrap()];
    let point = shipped("na64mu-2025").unwrap().with(&point).unwrap();
    let point = run::mixture(&point).unwrap().route(Method::QUADRATURE);
    let point = point.unwrap().sigma(1e-5).unwrap();
    assert_eq!(last.sigma, Some(point));
    let ratio = last.ratio.unwrap();
    assert_eq!(ratio, point.value_pb / found.exact.value_pb);
    // The bins add up to the whole.
    let share = |i: usize| found.exact_bins[i].value_pb / found.exact.value_pb;
    let sum: f64 = (0..2).map(|i| last.bin_ratios[i].unwrap() * share(i)).sum();
    assert!((sum / ratio - 1.0).abs() < 1e-4, "{sum} {ratio}");
    // A process that it does not serve goes without, and what is asked for in vain is named.
    let mut inputs = run::inputs(&card).unwrap();
    inputs.dark_sector = DarkSector::DarkPhoton(
        DarkPhoton::new(DarkPhotonFields {
            mass_gev: 0.1,
            epsilon: 1.0,
            pdg_id: DARK_PHOTON_PDG_ID,
        })
        .unwrap(),
    );
    let photon = registry.get("dark-photon").unwrap().of(&inputs).unwrap();
    assert!(photon.route(POINT_NUCLEUS).is_none());
    let error = run::mixture(&card)
        .unwrap()
        .route(POINT_NUCLEUS)
        .err()
        .unwrap();
    assert_eq!(
        error.to_string(),
        "the process `pair` has no method `point-nucleus` for this beam and target; use the Monte Carlo (method `mc`) or quadrature, ww, iww, wwa"
    );
}
