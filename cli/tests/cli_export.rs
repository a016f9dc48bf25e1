//! `millibrem export`.

mod program;
#[path = "../../files/tests/sample/mod.rs"]
mod sample;

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use millibrem::event::{Compression, Weighting};
use millibrem_files::hdf5::RunWriter;
use program::{output, transcript};

fn run_in(folder: &Path) -> String {
    run_of(folder, 10)
}

fn run_of(folder: &Path, n: usize) -> String {
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let events = sample::events(&sample, n, 3);
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
    insta::assert_snapshot!("weighted", text(&["export", &run, "--to", "ldmx-lhe"]));
    for (name, arguments) in [
        (
            "both",
            &["--to", "ldmx-lhe", "--unweight", "--drop-weights"][..],
        ),
        ("drop_csv", &["--to", "csv", "--drop-weights"]),
        ("stdout_and_json", &["--to", "csv", "-o", "-", "--json"]),
        ("stdout_hdf5", &["--to", "lheh5", "-o", "-"]),
        ("offset", &["--to", "csv", "--vertex-offset-mm", "nan"]),
    ] {
        let refused = text(&[&["export", &run], arguments].concat());
        insta::assert_snapshot!(name, refused);
    }
    assert!(!Path::new("-").exists());
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
    let arguments = ["export", &run, "--to", "g4darkbrem-lhe", "--drop-weights"];
    let loud = output(&arguments);
    let words = String::from_utf8_lossy(&loud.stderr);
    assert!(
        words.contains("warning: the 10 events had weights from"),
        "{words}"
    );
    let quiet = output(&[&arguments[..], &["--quiet", "--force"]].concat());
    assert!(quiet.stderr.is_empty() && quiet.status.success());
}

#[test]
fn a_minus_streams_the_bytes_of_the_file_and_talks_on_stderr() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path());
    let minus = Path::new("-");
    assert!(!minus.exists());
    for (to, suffix, more) in [
        ("lhe", "lhe", &[][..]),
        (
            "csv",
            "csv",
            &["--vertex", "uniform", "--vertex-offset-mm", "-112"],
        ),
        ("hepmc3", "hepmc3", &["--unweight"]),
        (
            "ldmx-lhe",
            "ldmx.lhe",
            &["--drop-weights", "--drop-nucleus"],
        ),
        ("g4darkbrem-lhe", "g4darkbrem.lhe", &["--unweight"]),
        ("g4darkbrem-csv", "g4darkbrem.csv", &["--drop-weights"]),
    ] {
        let arguments = [&["export", &run, "--to", to], more].concat();
        let streamed = output(&[&arguments[..], &["-o", "-"]].concat());
        let words = String::from_utf8_lossy(&streamed.stderr);
        assert!(
            streamed.status.success() && words.contains(" events in standard output"),
            "{words}"
        );
        assert_eq!(
            words.contains("events stay"),
            more.contains(&"--unweight"),
            "{words}"
        );
        assert!(output(&arguments).status.success(), "{to}");
        let file = folder.path().join(format!("run.{suffix}"));
        assert!(streamed.stdout == std::fs::read(file).unwrap(), "{to}");
        let quiet = output(&[&arguments[..], &["-o", "-", "--quiet"]].concat());
        assert!(
            quiet.stderr.is_empty() && quiet.stdout == streamed.stdout,
            "{to}"
        );
    }
    assert!(!minus.exists());
}

#[test]
fn a_reader_that_goes_away_ends_the_stream_quietly() {
    let folder = tempfile::tempdir().unwrap();
    // More than a pipe holds.
    let run = run_of(folder.path(), 3000);
    for to in ["lhe", "csv", "hepmc3"] {
        for bytes in [0, 1, 4096, 100_000] {
            let mut child = Command::new(env!("CARGO_BIN_EXE_millibrem"))
                .args(["export", &run, "--to", to, "-o", "-"])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stdout = child.stdout.take().unwrap();
            stdout.read_exact(&mut vec![0; bytes]).unwrap();
            drop(stdout);
            let done = child.wait_with_output().unwrap();
            let words = String::from_utf8_lossy(&done.stderr);
            assert_eq!(done.status.code(), Some(0), "{to} {bytes}: {words}");
            assert_eq!(words, "", "{to} {bytes}");
        }
    }
}

#[test]
fn a_full_standard_output_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_of(folder.path(), 3000);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let done = Command::new(env!("CARGO_BIN_EXE_millibrem"))
        .args(["export", &run, "--to", "csv", "-o", "-"])
        .stdout(full.unwrap())
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{words}");
    assert!(
        words.starts_with("error: cannot write to standard output"),
        "{words}"
    );
}
