//! `millibrem export`.

mod program;
mod sample;

use std::path::Path;

use millibrem::event::{Compression, FinalState, Weighting};
use millibrem::io::hdf5::RunWriter;
use program::{output, transcript};

fn run_in(folder: &Path) -> String {
    let sample = sample::sample(FinalState::Pair, Weighting::Weighted);
    let events = sample::events(&sample, 10, 3);
    let path = folder.join("run.h5");
    let header = sample::header(&sample, Compression::None);
    let mut writer = RunWriter::create(&path, &header, true).unwrap();
    writer.write_events(&events).unwrap();
    writer.finish(&sample::summary(&events, 1.0)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn shown(folder: &Path, arguments: &[&str]) -> String {
    transcript(arguments).replace(folder.to_str().unwrap(), "FOLDER")
}

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["export", "--help"]));
}

#[test]
fn the_output_stands_beside_the_run_and_is_named_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path());
    let done = output(&["export", &run, "--to", "hepmc3", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let expected = folder.path().join("run.hepmc3");
    assert_eq!(report["output"], expected.to_str().unwrap());
    assert_eq!(report["n_events"], 10);
    assert!(expected.is_file());
}

#[test]
fn what_cannot_be_done_is_one_line_and_exit_code_two() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path());
    let missing = folder.path().join("missing.h5");
    let no_run = folder.path().join("text.h5");
    std::fs::write(&no_run, "text").unwrap();
    let text = |arguments: &[&str]| shown(folder.path(), arguments);
    insta::assert_snapshot!(text(&["export", missing.to_str().unwrap(), "--to", "lhe"]));
    insta::assert_snapshot!(text(&["export", no_run.to_str().unwrap(), "--to", "lhe"]));
    insta::assert_snapshot!(text(&[
        "export",
        &run,
        "--to",
        "g4darkbrem-csv",
        "-o",
        "a.txt"
    ]));
    insta::assert_snapshot!(text(&["export", &run, "--to", "root"]));
    insta::assert_snapshot!(text(&[
        "export",
        &run,
        "--to",
        "csv",
        "--vertex",
        "straggling"
    ]));
    assert_eq!(
        output(&["export", &run, "--to", "lhe"]).status.code(),
        Some(0)
    );
    insta::assert_snapshot!(text(&["export", &run, "--to", "lhe"]));
}

#[test]
fn quiet_keeps_warnings_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path());
    let loud = output(&["export", &run, "--to", "g4darkbrem-lhe"]);
    let words = String::from_utf8_lossy(&loud.stderr);
    assert!(
        words.contains("warning: g4darkbrem-lhe has no weights"),
        "{words}"
    );
    let quiet = output(&[
        "export",
        &run,
        "--to",
        "g4darkbrem-lhe",
        "--quiet",
        "--force",
    ]);
    assert!(quiet.stderr.is_empty() && quiet.status.success());
}
