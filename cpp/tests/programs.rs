//! The C and C++ examples, compiled and run: they print what the library computes, on one and on eight
//! threads, under the address, undefined-behaviour and thread sanitizers, and their events are distributed
//! like those of `generate`. The header is the one that cbindgen writes.

mod compile;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use compile::{Language, Sanitizer, built, built_with, output, source};
use millibrem::card::{Override, RunCard, shipped};
use millibrem::generate::{Generator, HistogramRequest, Settings};
use millibrem::histogram::{Axis, Observable, Scale};
use millibrem::process::Registry;
use millibrem::run;
use millibrem::study;

/// Columns of numbers.
fn numbers(text: &str) -> Vec<Vec<f64>> {
    let row = |line: &str| line.split(' ').map(|word| word.parse().unwrap()).collect();
    text.lines().map(row).collect()
}

#[test]
fn the_header_is_what_cbindgen_writes() {
    let name = std::env::var("CBINDGEN").unwrap_or_else(|_| "cbindgen".to_owned());
    let written = Command::new(name)
        .args(["--quiet", "--config", "cbindgen.toml", "src/lib.rs"])
        .output();
    let Ok(written) = written else {
        println!("not compared: there is no cbindgen; scripts/setup.sh --tests installs one");
        return;
    };
    assert!(written.status.success(), "{written:?}");
    let here = std::fs::read_to_string(source("include/millibrem.h")).unwrap();
    let how = "write it again: cbindgen --config cbindgen.toml src/lib.rs -o include/millibrem.h";
    assert!(String::from_utf8(written.stdout).unwrap() == here, "{how}");
}

#[test]
fn the_c_example_prints_the_cross_sections_of_the_library() {
    let program = built(Language::C, "examples/sigma.c", Sanitizer::Address);
    let card = source("../cards/ldmx-2025.toml");
    let text = output(
        Command::new(&program)
            .arg(card)
            .args(["1", "8", "74", "12"]),
    );
    let card: RunCard = shipped("ldmx-2025").unwrap().with(&[]).unwrap();
    let sampler = run::sampler(&card, (1.0, 8.0), &[74]).unwrap();
    let rows = numbers(&text);
    assert_eq!(rows.len(), 12);
    for row in rows {
        assert_eq!(row[1], sampler.cross_section(0, row[0]).unwrap());
    }
    let refused = Command::new(&program)
        .args(["nowhere.toml", "1", "8", "74"])
        .output()
        .unwrap();
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(
        !refused.status.success() && words.starts_with("sigma: nowhere.toml: "),
        "{words}"
    );
}

/// A saved sampler for the programs: none makes one of its own, and none starts threads of the library, whose
/// atomics a sanitizer of C++ does not see.
fn saved(name: &str, card: &RunCard, range: (f64, f64)) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.sampler"));
    let sampler = run::sampler(card, range, &[82]).unwrap();
    std::fs::write(&path, sampler.save(&card.to_toml())).unwrap();
    path
}

#[test]
fn the_cpp_example_draws_the_same_events_on_one_and_eight_threads() {
    let card = shipped("na64mu-2025").unwrap().with(&[]).unwrap();
    let sampler = saved("na64mu-2025", &card, (100.0, 160.0));
    let sums = |sanitizer, events: &str, threads: &str| {
        let program = built(Language::Cpp, "examples/events.cpp", sanitizer);
        let mut command = Command::new(program);
        command
            .arg(&sampler)
            .args(["100", "160", "82", events, threads]);
        let text = output(&mut command);
        println!("{text}");
        let kept = |line: &&str| line.contains("mean");
        text.lines().filter(kept).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        sums(Sanitizer::None, "1000000", "1"),
        sums(Sanitizer::None, "1000000", "8")
    );
    let few = sums(Sanitizer::None, "20000", "1");
    assert_eq!(sums(Sanitizer::Address, "20000", "8"), few);
    assert_eq!(sums(Sanitizer::Thread, "20000", "8"), few);
}

/// Electrons that lose energy by steps of a program's own see the cross section that the library has for the
/// block.
#[test]
fn steps_with_losses_in_cpp_give_the_cross_section_of_the_thick_target() {
    let set = |text: &str| Override::parse(text).unwrap();
    let thick = [
        set("target.losses=tsai-whitis"),
        set("integration.method=quadrature"),
    ];
    let text = shipped("ldmx-2025").unwrap();
    let card = text.with(&thick).unwrap();
    let expected = study::sigma(&card, &mut |_| ControlFlow::Continue(())).unwrap();
    // Cuts on x are relative to the energy of the card: nothing below 0.7 of it counts.
    let thin = text.with(&[]).unwrap();
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("thick.sampler");
    let sampler = run::sampler(&thin, (4.0, 8.0), &[13]).unwrap();
    std::fs::write(&path, sampler.save(&thin.to_toml())).unwrap();
    let program = built(Language::Cpp, "examples/thick.cpp", Sanitizer::None);
    let mut command = Command::new(program);
    command
        .arg(&path)
        .args(["8", "4", "0.4", "13", "30000", "4"]);
    let text = output(&mut command);
    let words: Vec<&str> = text.split(' ').collect();
    let [mean, error] = [words[0], words[2]].map(|word| word.parse::<f64>().unwrap());
    let front: f64 = text
        .split("block, ")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(error < 3e-3 * mean && front > 1.3 * mean, "{text}");
    let pull = (mean - expected.value_pb) / error.hypot(expected.error_pb);
    assert!(
        pull.abs() < 4.0,
        "{text}: {pull} from {}",
        expected.value_pb
    );
}

#[test]
fn the_wrapper_throws_moves_and_calls_back() {
    let program = built(Language::Cpp, "tests/wrapper.cpp", Sanitizer::Address);
    assert_eq!(output(&mut Command::new(program)), "all held\n");
}

const KINETIC_GEV: [f64; 3] = [12.0, 47.0, 155.0];
const EVENTS: &str = "60000";
const PAIR: &str = "schema = 1\n[process]\nkind = \"pair\"\n[dark_sector]\nm_chi_gev = 0.05\n\
    charge = 1e-3\n[beam]\nlepton = \"mu-\"\nenergy_gev = 160.0\n[target]\nelement = \"Pb\"\n";

/// What the C++ program prints of an event, in its order, with an axis for each.
fn axes() -> [Axis; 5] {
    let axis = |observable, scale, low, high| Axis::new(observable, scale, low, high, 20).unwrap();
    [
        axis(Observable::X, Scale::Linear, 0.01, 0.99),
        axis(Observable::THETA_LEPTON_RAD, Scale::Log, 1e-4, 1.0),
        axis(Observable::PT_LEPTON_GEV, Scale::Log, 1e-3, 2.0),
        axis(Observable::T_GEV2, Scale::Log, 1e-8, 1e-1),
        axis(Observable::M_PAIR_GEV, Scale::Log, 0.1, 3.0),
    ]
}

#[test]
fn events_in_cpp_are_distributed_like_those_of_generate_at_three_energies() {
    let program = built(Language::Cpp, "tests/distributions.cpp", Sanitizer::None);
    let card = RunCard::parse("card", "card", PAIR, &[]).unwrap();
    let sampler = saved("pair", &card, (5.0, 160.0));
    let registry = Registry::standard();
    let kind = registry.get(card.dark_sector.kind()).unwrap();
    let request = |axis: Axis| HistogramRequest {
        name: axis.observable().to_string(),
        axes: vec![axis],
    };
    let requests: Vec<_> = axes().into_iter().map(request).collect();
    for kinetic_gev in KINETIC_GEV {
        let beam_gev = kinetic_gev + card.beam.projectile.mass_gev();
        let inputs = run::inputs(&card).unwrap().at_energy(beam_gev).unwrap();
        let process = kind.of(&inputs).unwrap();
        let settings = Settings {
            seed: 5,
            threads: 0,
            n_adapt: 8,
            neval: 100_000,
            rel_error: None,
            lattices: None,
            max_neval: 1_000_000,
        };
        let mut generator = Generator::new(process, settings).unwrap();
        let mut hear = |_: &_| ControlFlow::Continue(());
        generator.adapt(&mut hear).unwrap();
        let report = generator.measure(&requests, &mut hear).unwrap();

        let mut command = Command::new(&program);
        command
            .arg(&sampler)
            .args(["82", &kinetic_gev.to_string(), EVENTS]);
        let rows = numbers(&output(&mut command));
        let weights: f64 = rows.iter().map(|row| row[5]).sum();
        let scale = report.cross_section.value_pb / weights;
        for (k, histogram) in report.histograms.iter().enumerate() {
            let axis = &requests[k].axes[0];
            let mut bins = vec![(0.0, 0.0); 22];
            for row in &rows {
                let bin = &mut bins[axis.bin_of(row[k])];
                bin.0 += row[5];
                bin.1 += row[5] * row[5];
            }
            let (mut chi2, mut n) = (0.0, 0.0);
            let expected = histogram.values().iter().zip(histogram.variances());
            for ((value, variance), (sum, square)) in expected.zip(&bins) {
                // Few events are not normally distributed.
                if *square > 25.0 {
                    chi2 += (sum * scale - value).powi(2) / (square * scale * scale + variance);
                    n += 1.0;
                }
            }
            println!(
                "{kinetic_gev} GeV, {}: chi2 {chi2:.1} of {n} bins",
                histogram.name()
            );
            assert!(
                n > 5.0 && (chi2 - n) / f64::sqrt(2.0 * n) < 4.0,
                "{chi2} of {n}"
            );
        }
    }
}

/// The headers of Geant4 that a source names, each of which is the stand-in.
fn headers(source_text: &str, folder: &Path) {
    let names = source_text.lines().filter_map(|line| {
        let name = line.strip_prefix("#include <")?.strip_suffix('>')?;
        (name.starts_with("G4") && !name.contains('/') || name == "Randomize.hh").then_some(name)
    });
    for name in names {
        std::fs::write(folder.join(name), "#include \"stand_in.hh\"\n").unwrap();
    }
}

#[test]
fn the_geant4_process_holds_its_promises_in_a_stand_in() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(source("geant4/millibrem_geant4.hh")).unwrap();
    headers(&text, folder.path());
    let paths = [folder.path(), &source("geant4"), &source("tests/geant4")];
    let include: Vec<_> = paths
        .iter()
        .map(|path| format!("-I{}", path.display()))
        .collect();
    let program = built_with(
        Language::Cpp,
        "tests/geant4/process.cpp",
        Sanitizer::Address,
        &include,
    );
    let card = RunCard::parse("card", "card", PAIR, &[]).unwrap();
    let sampler = saved("geant4", &card, (60.0, 160.0));
    let mut command = Command::new(program);
    // Particles and processes belong to tables of Geant4 that live as long as the program.
    command.arg(sampler).env("ASAN_OPTIONS", "detect_leaks=0");
    assert_eq!(output(&mut command), "all held\n");
}

#[test]
fn the_geant4_application_compiles_where_there_is_a_geant4() {
    let Ok(folder) = std::env::var("GEANT4_DIR") else {
        println!("not compiled: GEANT4_DIR does not name an installed Geant4");
        return;
    };
    let flags = output(Command::new(format!("{folder}/bin/geant4-config")).arg("--cflags"));
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let mut command = Command::new(compiler);
    command
        .args(flags.split_whitespace())
        .args(["-std=c++17", "-fsyntax-only"]);
    command
        .arg("-I")
        .arg(source("include"))
        .arg("-I")
        .arg(source("geant4"));
    output(command.arg(source("geant4/example/block.cc")));
}
