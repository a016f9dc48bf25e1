//! `millibrem scan`.

mod program;

use std::fs;
use std::path::Path;

use program::{json, output, transcript};

const CARD: &str = "cards/ldmx-2025.toml";

/// The body of a CSV file, comments taken away.
fn body(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("scan.csv")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| format!("{line}\n")).collect()
}

fn scan<'a>(folder: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let out = folder.to_str().unwrap();
    let fixed = [
        "scan",
        CARD,
        "--method",
        "quadrature",
        "--rel-error",
        "1e-4",
        "--out",
        out,
    ];
    [&fixed[..], more].concat()
}

const MASSES: &str = "dark_sector.m_chi_gev=0.01..0.3:log:4";

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

#[test]
fn an_interrupted_scan_goes_on_where_it_stopped_and_ends_with_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let run = scan(folder.path(), &["--over", MASSES, "--quiet"]);
    assert!(output(&run).status.success());
    let path = folder.path().join("scan.csv");
    let whole = fs::read_to_string(&path).unwrap();
    // Marks the row that was there, so that computing it again would show; tears the last one.
    let mut lines: Vec<&str> = whole.lines().collect();
    lines.truncate(lines.len() - 2);
    let marked = lines.pop().unwrap().rsplit_once(',').unwrap().0.to_owned() + ",4242";
    let torn = lines.join("\n") + "\n" + &marked + "\n0.3,5.";
    fs::write(&path, torn).unwrap();
    assert!(output(&run).status.success());
    let resumed = fs::read_to_string(&path).unwrap();
    assert!(resumed.contains(&marked), "{resumed}");
    let differing = resumed
        .lines()
        .zip(whole.lines())
        .filter(|(a, b)| a != b)
        .count();
    assert_eq!(
        (differing, resumed.lines().count()),
        (1, whole.lines().count())
    );
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
fn energies_and_targets_make_a_table_for_geant4() {
    let folder = tempfile::tempdir().unwrap();
    let axes = [
        "--over",
        "target.element=Al,W",
        "--over",
        "beam.energy_gev=4,8",
    ];
    let run = scan(
        folder.path(),
        &[&axes[..], &["--geant4", "--quiet"]].concat(),
    );
    assert!(output(&run).status.success());
    let text = fs::read_to_string(folder.path().join("geant4.csv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("A [au],Z [protons],Energy [MeV],Xsec [pb]")
    );
    let rows: Vec<Vec<f64>> = lines
        .map(|line| line.split(',').map(|f| f.parse().unwrap()).collect())
        .collect();
    let heads: Vec<(f64, f64)> = rows.iter().map(|r| (r[1], r[2])).collect();
    assert_eq!(
        heads,
        [
            (13.0, 4000.0),
            (13.0, 8000.0),
            (74.0, 4000.0),
            (74.0, 8000.0)
        ]
    );
    assert!(rows[3][3] > rows[2][3] && rows[2][3] > rows[1][3], "{text}");
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
