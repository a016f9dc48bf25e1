//! `millibrem scan`.

mod program;
mod scans;

use std::fs;
use std::process::Command;

use program::{json, output, transcript};
use scans::{CARD, MASSES, body, scan};

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["scan", "--help"]));
}

#[test]
fn rows_are_those_of_sigma_in_the_order_of_the_grid() {
    let folder = tempfile::tempdir().unwrap();
    let run = scan(folder.path(), &["--over", MASSES, "--json"]);
    let found = json(&run);
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    let masses: Vec<f64> = rows
        .iter()
        .map(|r| r["m_chi_gev"].as_f64().unwrap())
        .collect();
    assert!(masses[0] == 0.01 && masses[3] == 0.3 && masses.is_sorted());
    let set = format!("dark_sector.m_chi_gev={}", masses[1]);
    let sigma = json(&[
        "sigma",
        CARD,
        "--method",
        "quadrature",
        "--rel-error",
        "1e-4",
        "--set",
        &set,
        "--json",
    ]);
    for key in ["sigma_pb", "error_pb", "n_eval"] {
        assert_eq!(rows[1][key].as_f64(), sigma[key].as_f64(), "{key}");
    }
    assert_eq!(body(folder.path()).lines().count(), 5);
    assert!(folder.path().join("scan.h5").exists());
}

#[cfg(unix)]
#[test]
fn a_card_from_a_pipe_makes_many_rows() {
    let folder = tempfile::tempdir().unwrap();
    let program = assert_cmd::cargo::cargo_bin!("millibrem");
    let script = format!(
        "{} scan <(cat {CARD}) --method wwa --over dark_sector.m_chi_gev=0.1,0.2 --out {}",
        program.display(),
        folder.path().display()
    );
    let mut shell = Command::new("bash");
    let shell = shell.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let done = shell.args(["-c", &script]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    assert_eq!(body(folder.path()).lines().count(), 3);
}

#[test]
fn the_file_does_not_depend_on_the_number_of_threads() {
    let bytes = |threads| {
        let folder = tempfile::tempdir().unwrap();
        let more = ["--over", MASSES, "--threads", threads, "--quiet"];
        assert!(output(&scan(folder.path(), &more)).status.success());
        fs::read(folder.path().join("scan.csv")).unwrap()
    };
    assert_eq!(bytes("1"), bytes("3"));
}

#[test]
fn another_scan_in_the_same_place_is_refused_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let first = scan(folder.path(), &["--over", MASSES, "--quiet"]);
    assert!(output(&first).status.success());
    let other = scan(
        folder.path(),
        &[
            "--over",
            "dark_sector.m_chi_gev=0.1",
            "--set",
            "cuts.x_min=0.8",
        ],
    );
    let shown = transcript(&other).replace(folder.path().to_str().unwrap(), "FOLDER");
    insta::assert_snapshot!(shown);
    assert!(
        output(&[&other[..], &["--force"]].concat())
            .status
            .success()
    );
    assert_eq!(body(folder.path()).lines().count(), 2);
}

#[test]
fn a_monte_carlo_row_agrees_with_the_quadrature() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let run = [
        "scan",
        CARD,
        "--over",
        "dark_sector.m_chi_gev=0.1",
        "--out",
        out,
        "--json",
    ];
    let quick = [
        "--method",
        "mc",
        "--rel-error",
        "3e-3",
        "--set",
        "integration.neval=20000",
        "--seed",
        "5",
    ];
    let found = json(&[&run[..], &quick].concat());
    let row = &found["rows"][0];
    let (value, error) = (
        row["sigma_pb"].as_f64().unwrap(),
        row["error_pb"].as_f64().unwrap(),
    );
    let pull = (value - 5086.69854) / error;
    assert!(pull.abs() < 4.0 && error < 0.004 * value, "{found}");
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is_computed() {
    let folder = tempfile::tempdir().unwrap();
    let shown = [
        &["--over", "dark_sector.m_chi=0.1"][..],
        &["--over", "dark_sector.m_chi_gev=0.1..0.3"],
        &["--over", "dark_sector.m_chi_gev=0.1,50"],
        &[
            "--over",
            "dark_sector.m_chi_gev=0.1",
            "--over",
            "dark_sector.m_chi_gev=0.2",
        ],
    ]
    .map(|more| transcript(&scan(folder.path(), more)));
    insta::assert_snapshot!(shown.join("\n"));
    assert!(!folder.path().join("scan.csv").exists());
}

#[test]
fn a_row_that_fails_is_named_and_the_others_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let run = [
        "scan",
        "cards/na64mu-2025.toml",
        "--method",
        "wwa",
        "--quiet",
        "--out",
        out,
    ];
    let shown = transcript(&[&run[..], &["--over", "dark_sector.m_chi_gev=0.01,0.2"]].concat());
    assert!(shown.starts_with("exit code 1"), "{shown}");
    assert!(
        shown.contains("1 of 2 rows failed, the first at m_chi_gev = 0.01: "),
        "{shown}"
    );
    assert_eq!(body(folder.path()).lines().count(), 2);
}
