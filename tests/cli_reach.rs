//! `millibrem reach`.

mod program;

use std::fs;

use program::{json, transcript};
use serde_json::Value;

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["reach", "--help"]));
}

/// The limits of the curve `label`; NaN where there is none.
fn curve(found: &Value, label: &str) -> Vec<f64> {
    let curves = found["curves"].as_array().unwrap();
    let curve = curves.iter().find(|c| c["label"] == label);
    let curve = curve.unwrap_or_else(|| panic!("no {label} in {found:#}"));
    let limits = curve["q_over_e"].as_array().unwrap();
    limits
        .iter()
        .map(|q| q.as_f64().unwrap_or(f64::NAN))
        .collect()
}

#[test]
fn curves_of_two_experiments_add_up_by_channel_and_carry_their_ratio() {
    let folder = tempfile::tempdir().unwrap();
    let limit = folder.path().join("darkphoton.csv");
    fs::write(&limit, "# mass, epsilon\n0.01,1e-6\n0.3,1e-5\n").unwrap();
    let found = json(&[
        "reach",
        "cards/na64mu-2025.toml",
        "cards/ldmx-2025.toml",
        "--over",
        "dark_sector.m_chi_gev=0.01,0.2,0.6",
        "--iww",
        "--overlay",
        "data/limits/slac-mq.csv",
        "--recast",
        limit.to_str().unwrap(),
        "--json",
        "--out",
        folder.path().to_str().unwrap(),
    ]);
    let muons = curve(&found, "na64mu-2025 bremsstrahlung");
    let electrons = curve(&found, "ldmx-2025 bremsstrahlung");
    assert!((muons[0] / 1.10e-4 - 1.0).abs() < 0.01, "{muons:?}");
    let iww = curve(&found, "na64mu-2025 iww");
    assert!(iww.iter().zip(&muons).all(|(iww, exact)| iww < exact));
    let channels = ["bremsstrahlung", "rho", "omega", "phi"];
    let sum = curve(&found, "ldmx-2025 sum");
    for i in 0..2 {
        let events: f64 = channels
            .iter()
            .map(|channel| curve(&found, &format!("ldmx-2025 {channel}"))[i].powi(-2))
            .sum();
        assert!((sum[i] * events.sqrt() - 1.0).abs() < 1e-12, "{i}");
        let ratio = &found["ratios"][0];
        let number = |value: &Value| value.as_f64().unwrap();
        let whole = number(&ratio["limit_ratio"][i]);
        assert!((whole * muons[i] / electrons[i] - 1.0).abs() < 1e-12);
        let product = number(&ratio["sqrt_on_target"])
            * number(&ratio["sqrt_nuclei_per_cm2"])
            * number(&ratio["sqrt_sigma"][i]);
        assert!((product / whole - 1.0).abs() < 1e-12);
    }
    assert!(curve(&found, "ldmx-2025 rho")[2].is_nan());
    let recast = curve(&found, "darkphoton recast");
    assert!(recast[0] > 0.0 && recast[1].is_nan(), "{recast:?}");
    assert_eq!(
        found["recasts"][0]["range_gev"],
        serde_json::json!([0.01, 0.3])
    );
    assert_eq!(curve(&found, "slac-mq").len(), 5);
    let text = fs::read_to_string(folder.path().join("reach.csv")).unwrap();
    assert!(text.contains("\ncurve,m_chi_gev,q_over_e\nna64mu-2025 bremsstrahlung,0.01,"));
    let table = folder.path().join("reach.csv");
    let figure = folder.path().join("reach.svg");
    let (table, figure) = (table.to_str().unwrap(), figure.to_str().unwrap());
    let drawn = json(&["plot", table, "-o", figure, "--json"]);
    assert_eq!(drawn["figures"][0]["panels"], serde_json::json!(["reach"]));
    let drawing = fs::read_to_string(figure).unwrap();
    assert!(drawing.contains("ldmx-2025 sum") && drawing.contains("slac-mq"));
}

#[test]
fn a_ceiling_removes_limits_and_counts_replace_the_events_of_the_card() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let out = folder.path().to_str().unwrap();
        let base = [
            "reach",
            "cards/na64e-2018.toml",
            "--over",
            "dark_sector.m_chi_gev=0.05,0.5",
            "--json",
            "--out",
            out,
        ];
        json(&[&base[..], more].concat())
    };
    let label = "na64e-2018 bremsstrahlung";
    let all = curve(&run(&[]), label);
    let between = format!("{}", (all[0] * all[1]).sqrt());
    let below = curve(&run(&["--ceiling", &between]), label);
    assert!(below[0] == all[0] && below[1].is_nan(), "{below:?}");
    let counts = [
        "--observed",
        "0",
        "--background",
        "0.5",
        "--confidence",
        "0.95",
    ];
    let other = curve(&run(&counts), label);
    // 20 = 1/(1 − 0.95).
    let expected = (20f64.ln() / 2.3).sqrt();
    assert!((other[0] / all[0] / expected - 1.0).abs() < 1e-12);
}

#[test]
fn monte_carlo_agrees_with_quadrature_and_follows_other_cuts() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let out = folder.path().to_str().unwrap();
        let base = [
            "reach",
            "cards/ldmx-2025.toml",
            "--over",
            "dark_sector.m_chi_gev=0.05",
            "--seed",
            "7",
            "--json",
            "--out",
            out,
        ];
        let found = json(&[&base[..], more].concat());
        curve(&found, "ldmx-2025 bremsstrahlung")[0]
    };
    let exact = run(&[]);
    let mc = ["--method", "mc", "--rel-error", "2e-3"];
    assert!((run(&mc) / exact - 1.0).abs() < 4e-3);
    let cut = ["--set", "cuts.lepton_pt_min_gev=0.05"];
    assert!(run(&[&mc[..], &cut].concat()) > 1.05 * exact);
}

#[test]
fn what_cannot_be_done_is_one_line_and_exit_code_two() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let mass = "dark_sector.m_chi_gev=0.1";
    let ldmx = "cards/ldmx-2025.toml";
    let cases: [&[&str]; 6] = [
        &[ldmx, "--over", "beam.energy_gev=4,8"],
        &[ldmx, "--over", mass, "--set", "cuts.chi_angle_max_mrad=10"],
        &[
            "cards/na64mu-2025.toml",
            "--over",
            mass,
            "--set",
            "reach.straggling=tsai-whitis",
        ],
        &[ldmx, "--over", mass, "--recast", "nowhere.csv"],
        &[ldmx, "--over", mass, "--ceiling", "0"],
        &[
            ldmx,
            "--over",
            mass,
            "--set",
            "reach.straggling=tsai-whitis",
            "--method",
            "mc",
        ],
    ];
    let all: Vec<String> = cases
        .iter()
        .map(|case| transcript(&[&["reach"], *case, &["--out", out]].concat()))
        .collect();
    insta::assert_snapshot!(all.join("\n"));
}
