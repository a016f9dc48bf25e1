//! `millibrem info`.

mod program;
#[path = "../../files/tests/sample/mod.rs"]
mod sample;

use std::path::{Path, PathBuf};

use millibrem::event::{Compression, Weighting};
use millibrem_files::hdf5::{GIT_COMMIT, RunReader, RunWriter};
use program::{json, output, transcript};

const CARD: &str = "cards/na64mu-2025.toml";

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["info", "--help"]));
}

#[test]
fn the_program_without_a_command_shows_its_commands() {
    insta::assert_snapshot!(transcript(&[]));
}

#[test]
fn a_card_is_shown_resolved_with_its_limits() {
    insta::assert_snapshot!(transcript(&["info", CARD, "--seed", "7"]));
}

#[test]
fn a_card_in_json_has_the_same_content() {
    let mut document = json(&["info", CARD, "--seed", "7", "--json"]);
    let versions = document
        .as_object_mut()
        .unwrap()
        .remove("versions")
        .unwrap();
    for name in ["millibrem", "git_commit", "hdf5", "run_file_format"] {
        assert!(!versions[name].is_null(), "{name}: {versions}");
    }
    insta::assert_snapshot!(format!("{document:#}"));
}

#[test]
fn without_a_file_the_versions_are_shown() {
    let text = String::from_utf8(output(&["info"]).stdout).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        text.starts_with(&format!("millibrem {version} (")) && text.contains("HDF5 "),
        "{text}"
    );
    assert_eq!(json(&["info", "--json"])["versions"]["millibrem"], version);
}

/// Writes a made-up run of ten events.
fn write_run(folder: &Path) -> PathBuf {
    let path = folder.join("run.h5");
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let events = sample::events(&sample, 10, 1);
    let header = sample::header(&sample, Compression::None);
    let mut writer = RunWriter::create(&path, &header, false).unwrap();
    writer.write_events(&events).unwrap();
    writer.finish(&sample::summary(&events, 1.0)).unwrap();
    path
}

#[test]
fn a_run_file_is_shown_with_its_cross_section_events_and_card() {
    let folder = tempfile::tempdir().unwrap();
    let path = write_run(folder.path());
    let shown = transcript(&["info", path.to_str().unwrap()]);
    let shown = shown.replace(folder.path().to_str().unwrap(), "FOLDER");
    let run = RunReader::open(&path).unwrap();
    let shown = shown.replace(run.header().card.trim_end(), "CARD");
    insta::assert_snapshot!(shown.replace(GIT_COMMIT, "COMMIT"));
}

#[test]
fn a_run_file_in_json_has_what_the_reader_finds() {
    let folder = tempfile::tempdir().unwrap();
    let path = write_run(folder.path());
    let document = json(&["info", path.to_str().unwrap(), "--json"]);
    let run = RunReader::open(&path).unwrap();
    let sigma = run.cross_section().unwrap();
    assert_eq!(document["sigma_pb"], sigma.value_pb);
    assert_eq!(document["error_pb"], sigma.error_pb);
    assert_eq!(document["n_events"], 10);
    assert_eq!(document["seed"], run.header().seed);
    assert_eq!(document["card_toml"], run.header().card.as_str());
    let energy = &document["card"]["beam"]["energy_gev"];
    assert!(energy.is_f64(), "{document}");
    let histograms = run.histograms().unwrap();
    assert_eq!(
        document["histograms"].as_array().unwrap().len(),
        histograms.len()
    );
    assert_eq!(document["histograms"][0]["name"], histograms[0].name());
    assert_eq!(
        document["histograms"][0]["axes"][0]["max"],
        histograms[0].axes()[0].max()
    );
}

#[test]
fn a_file_that_is_no_run_is_exit_code_two() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fake.h5");
    std::fs::write(&path, "not HDF5").unwrap();
    let shown = transcript(&["info", path.to_str().unwrap()]);
    insta::assert_snapshot!(shown.replace(folder.path().to_str().unwrap(), "FOLDER"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: FOLDER/fake.h5 is not a run file of millibrem: it is not an HDF5 file
    ");
}

#[test]
fn the_text_for_a_card_is_a_card_that_resolves_to_itself() {
    let first = output(&["info", CARD, "--set", "beam.energy_gev=100"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other-name.toml");
    std::fs::write(&path, &first.stdout).unwrap();
    let second = output(&["info", path.to_str().unwrap()]);
    assert_eq!(second.status.code(), Some(0));
    assert_eq!(
        String::from_utf8(second.stdout),
        String::from_utf8(first.stdout)
    );
}

#[test]
fn a_wrong_card_is_one_line_on_stderr_and_exit_code_two() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.toml");
    std::fs::write(&path, "[beam]\nlepton = \"e-\"\nenergy = 3\n").unwrap();
    let shown = transcript(&["info", path.to_str().unwrap()]);
    let shown = shown.replace(folder.path().to_str().unwrap(), "FOLDER");
    insta::assert_snapshot!(shown, @r#"
    exit code 2
    --- stdout
    --- stderr
    error: FOLDER/wrong.toml:3: beam.energy: found an unknown key, expected one of particle, lepton, energy_gev, on_target, momentum_spread, spot_mm, divergence_mrad, momentum_table, twiss; did you mean `energy_gev`?
    "#);
}

#[test]
fn wrong_options_name_the_option() {
    let wrong = [
        "beam.lepton=tau",
        "beam.energy=3",
        "beam.lepton",
        "dark_sector.m_chi_gev=100",
        "cuts.x_min=1",
        "target.element=Leda",
    ];
    let shown: Vec<String> = wrong
        .iter()
        .map(|option| transcript(&["info", CARD, "--set", option]))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_missing_card_is_exit_code_two() {
    insta::assert_snapshot!(transcript(&["info", "no/such.toml"]), @r"
    exit code 2
    --- stdout
    --- stderr
    error: no/such.toml: cannot read the card: there is no such file, nor a shipped card of that name; those are ldmx-2025, ldmx-4gev-w, ldmx-8gev-w, m3, m3-scalar, na64e-2018, na64e-2023, na64e-2023-annihilation, na64e-2023-meson, na64e-2023-photon-conversion, na64e-positrons-100gev, na64e-positrons-70gev, na64mu-2018, na64mu-2024, na64mu-2025
    ");
}
