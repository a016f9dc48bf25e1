//! `millibrem compare`.

mod program;

use std::fs;

use millibrem_files::checkpoint::OutputLock;
use program::{json, transcript};

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["compare", "--help"]));
}

#[test]
fn ratios_errors_bins_and_verdict_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let found = json(&[
        "compare",
        "cards/na64mu-2025.toml",
        "--over",
        "dark_sector.m_chi_gev=0.001,0.1,1",
        "--rel-error",
        "1e-5",
        "--bins",
        "4",
        "--json",
        "--out",
        folder.path().to_str().unwrap(),
    ]);
    let rows = found["rows"].as_array().unwrap();
    let column = |key: &str| -> Vec<f64> {
        rows.iter()
            .map(|r| r[key].as_f64().unwrap_or(f64::NAN))
            .collect()
    };
    assert_eq!(column("m_chi_gev"), [0.001, 0.1, 1.0]);
    for (i, row) in rows.iter().enumerate() {
        let ratio = column("iww_pb")[i] / column("etl_pb")[i];
        assert!(
            (ratio / column("iww_over_etl")[i] - 1.0).abs() < 1e-12,
            "{row}"
        );
        let bins = row["ww_dsigma_dx_ratios"].as_array().unwrap();
        assert!(
            bins.len() == 4
                && bins
                    .iter()
                    .all(|b| (b.as_f64().unwrap() - 1.0).abs() < 0.02)
        );
    }
    assert!(
        column("ww_over_etl")
            .iter()
            .all(|r| (1.0..1.016).contains(r)),
        "{found}"
    );
    assert!(
        column("ww_over_etl_error")
            .iter()
            .all(|e| *e > 0.0 && *e < 3e-5)
    );
    assert!(column("wwa_pb")[0].is_nan() && column("wwa_pb")[1] > 0.0);
    insta::assert_snapshot!(format!("{:#}", found["verdict"]));
    let text = fs::read_to_string(folder.path().join("compare.csv")).unwrap();
    let lines = text.lines().filter(|l| !l.starts_with('#'));
    assert_eq!(lines.count(), 4);
    assert!(folder.path().join("compare.h5").exists());
}

#[test]
fn without_an_axis_the_card_alone_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let run = [
        "compare",
        "cards/ldmx-2025.toml",
        "--rel-error",
        "1e-6",
        "--bins",
        "3",
        "--out",
        out,
        "--quiet",
    ];
    insta::assert_snapshot!(transcript(&run));
}

#[test]
fn bosons_of_every_vertex_have_two_approximations() {
    let folder = tempfile::tempdir().unwrap();
    for mediator in ["scalar", "pseudoscalar", "vector", "axial-vector"] {
        let out = folder.path().join(mediator);
        let run = [
            "compare",
            "cards/m3-scalar.toml",
            &format!("--set=dark_sector.mediator={mediator}"),
            "--rel-error=1e-4",
            "--bins=4",
            "--out",
            out.to_str().unwrap(),
        ];
        let over = ["--over=dark_sector.m_mediator_gev=0.05,0.3", "--json"];
        let found = json(&[&run[..], &over].concat());
        let rows = found["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 2);
        for row in rows {
            let of = |key: &str| row[key].as_f64().unwrap_or(f64::NAN);
            assert!((of("ww_pb") / of("etl_pb") / of("ww_over_etl") - 1.0).abs() < 1e-12);
            // Muons of 15 GeV: good to 3 % before, a factor of 2 to 4 after the integral over the angle.
            assert!((1.0..1.03).contains(&of("ww_over_etl")), "{row}");
            assert!((2.0..5.0).contains(&of("iww_over_etl")), "{row}");
            // A heavy vector is a dark photon, which the closed form is of.
            let is_dark_photon = mediator == "vector" && of("m_mediator_gev") > 0.1;
            assert_eq!(
                row["wwa_pb"].is_null(),
                !is_dark_photon,
                "{mediator}: {row}"
            );
        }
        let words = found["verdict"].as_array().unwrap();
        assert!(words[0].as_str().unwrap().contains("limit on the coupling"));
    }
    let out = folder.path().join("one");
    let run = [
        "compare",
        "cards/m3-scalar.toml",
        "--rel-error=1e-5",
        "--bins=3",
        "--quiet",
    ];
    insta::assert_snapshot!(transcript(
        &[&run[..], &["--out", out.to_str().unwrap()]].concat()
    ));
}

#[test]
fn cuts_that_no_approximation_follows_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let cut = ["--set", "cuts.chi_angle_max_mrad=10"];
    let run = ["compare", "cards/ldmx-2025.toml", "--out", out];
    insta::assert_snapshot!(transcript(&[&run[..], &cut].concat()));
}

#[test]
fn two_comparisons_do_not_write_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let run = |mass: &str| {
        let over = format!("dark_sector.m_chi_gev={mass}");
        transcript(&[
            "compare",
            "cards/na64mu-2025.toml",
            "--over",
            &over,
            "--rel-error",
            "1e-2",
            "--out",
            out,
        ])
    };
    // What another has begun, and will write, is not known yet.
    let other = OutputLock::take(&folder.path().join("compare.csv")).unwrap();
    let refused = run("0.1");
    assert!(refused.starts_with("exit code 2"), "{refused}");
    assert!(
        refused.contains("another millibrem is writing"),
        "{refused}"
    );
    drop(other);
    assert!(run("0.1").starts_with("exit code 0"));
    let lost = run("0.2");
    assert!(
        lost.starts_with("exit code 2") && lost.contains("it says `0.1,"),
        "{lost}"
    );
    assert!(run("0.2,0.1").starts_with("exit code 0"));
    let names = std::fs::read_dir(out).unwrap().count();
    assert_eq!(names, 2, "compare.csv and compare.h5 alone are left");
}
