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
    numbers(found, label, "q_over_e")
}

/// The numbers under `key` of the curve `label`; NaN where there is none.
fn numbers(found: &Value, label: &str, key: &str) -> Vec<f64> {
    let curves = found["curves"].as_array().unwrap();
    let curve = curves.iter().find(|c| c["label"] == label);
    let curve = curve.unwrap_or_else(|| panic!("no {label} in {found:#}"));
    let limits = curve[key].as_array().unwrap();
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
        "slac-mq",
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
    assert_eq!(curve(&found, "SLAC mQ").len(), 6);
    let quadrature = &found["curves"][0];
    assert_eq!(quadrature["error"], serde_json::json!([null, null, null]));
    assert_eq!(quadrature["q_over_e_max"], Value::Null);
    let text = fs::read_to_string(folder.path().join("reach.csv")).unwrap();
    let names = "\ncurve,m_chi_gev,q_over_e,q_over_e_error,q_over_e_max,channel,events_excluded,confidence,observed,background\n";
    assert!(text.contains(&format!("{names}na64mu-2025 bremsstrahlung,0.01,")));
    assert!(
        text.contains("\nSLAC mQ,0.001,4.1e-5,,,overlay,,,,\n"),
        "{text}"
    );
    let table = folder.path().join("reach.csv");
    let figure = folder.path().join("reach.svg");
    let (table, figure) = (table.to_str().unwrap(), figure.to_str().unwrap());
    let drawn = json(&["plot", table, "-o", figure, "--json"]);
    assert_eq!(drawn["figures"][0]["panels"], serde_json::json!(["reach"]));
    let drawing = fs::read_to_string(figure).unwrap();
    assert!(drawing.contains(">LDMX sum<") && drawing.contains(">SLAC mQ<"));
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
            "dark_sector.m_chi_gev=0.05,0.5,0.9",
            "--force",
            "--json",
            "--out",
            out,
        ];
        json(&[&base[..], more].concat())
    };
    let label = "na64e-2018 bremsstrahlung";
    // The card's own upper edge is 0.2.
    let all = curve(&run(&["--ceiling", "10"]), label);
    let own = run(&[]);
    assert_eq!(own["curves"][0]["q_over_e_max"], 0.2);
    assert!(all[2] > 0.2 && all[1] < 0.2, "{all:?}");
    let own = curve(&own, label);
    assert!(own[..2] == all[..2] && own[2].is_nan(), "{own:?}");
    let between = (all[0] * all[1]).sqrt();
    let text = format!("{between}");
    let other = run(&["--ceiling", &text]);
    assert_eq!(other["curves"][0]["q_over_e_max"], between);
    let below = curve(&other, label);
    assert!(below[0] == all[0] && below[1].is_nan(), "{below:?}");
    let mine = format!("reach.q_over_e_max={text}");
    assert_eq!(curve(&run(&["--set", &mine]), label)[0], all[0]);
    assert!(curve(&run(&["--set", &mine]), label)[1].is_nan());
    let table = fs::read_to_string(folder.path().join("reach.csv")).unwrap();
    assert!(
        table
            .lines()
            .any(|l| l.contains(&format!(",,{text},bremsstrahlung,2.3,,,"))),
        "{table}"
    );
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

/// What `reach` finds for `card` at `masses`.
fn limits(card: &str, masses: &str, more: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let over = format!("dark_sector.m_chi_gev={masses}");
    let out = folder.path().to_str().unwrap();
    let base = ["reach", card, "--over", &over, "--json", "--out", out];
    json(&[&base[..], more].concat())
}

#[test]
fn monte_carlo_agrees_with_quadrature_within_the_error_it_states() {
    let label = "ldmx-2025 bremsstrahlung";
    let card = "cards/ldmx-2025.toml";
    let exact = curve(&limits(card, "0.01,0.2", &[]), label);
    let mut pulls = Vec::new();
    for seed in 1..=8 {
        let seed = seed.to_string();
        let mc = ["--method", "mc", "--rel-error", "2e-3", "--seed", &seed];
        let few = ["--set", "integration.neval=2e4"];
        let found = limits(card, "0.01,0.2,5", &[&mc[..], &few].concat());
        let (q, error) = (curve(&found, label), numbers(&found, label, "error"));
        for i in 0..2 {
            // δQ/Q = δσ/2σ, and σ is known to 2e-3 or up to four times better.
            let relative = error[i] / q[i];
            assert!((2.5e-4..=1.001e-3).contains(&relative), "{relative}");
            pulls.push((q[i] - exact[i]) / error[i]);
        }
        // Above threshold there is neither.
        assert!(q[2].is_nan() && error[2].is_nan());
        // Mesons have no error of their own and dilute that of the sum.
        assert!(numbers(&found, "ldmx-2025 rho", "error")[0].is_nan());
        let sum = curve(&found, "ldmx-2025 sum");
        let its = numbers(&found, "ldmx-2025 sum", "error");
        let expected = error[1] * (sum[1] / q[1]).powi(3);
        assert!((its[1] / expected - 1.0).abs() < 1e-9, "{its:?}");
    }
    let n = pulls.len() as f64;
    let mean = pulls.iter().sum::<f64>() / n;
    let square = pulls.iter().map(|p| p * p).sum::<f64>() / n;
    assert!(
        mean.abs() < 0.8 && (0.4..2.0).contains(&square),
        "{pulls:?}"
    );
}

#[test]
fn monte_carlo_follows_cuts_on_more_than_x_and_mixtures() {
    let label = "ldmx-2025 bremsstrahlung";
    let card = "cards/ldmx-2025.toml";
    let mc = ["--method", "mc", "--rel-error", "5e-3", "--seed", "7"];
    let plain = curve(&limits(card, "0.05", &mc), label)[0];
    let cut = ["--set", "cuts.lepton_pt_min_gev=0.05"];
    let found = limits(card, "0.05", &[&mc[..], &cut].concat());
    assert!(curve(&found, label)[0] > 1.05 * plain);
    let relative = numbers(&found, label, "error")[0] / curve(&found, label)[0];
    assert!((1e-4..=2.6e-3).contains(&relative), "{relative}");
    // A mixture, by both methods.
    let folder = tempfile::tempdir().unwrap();
    let mixed = folder.path().join("ldmx-2025.toml");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let text = fs::read_to_string(format!("{root}/{card}")).unwrap();
    let parts = "material = [{element = \"Al\", mass_fraction = 0.6}, {element = \"W\", mass_fraction = 0.4}]";
    fs::write(&mixed, text.replace("element = \"Al\"", parts)).unwrap();
    let mixed = mixed.to_str().unwrap();
    let exact = curve(&limits(mixed, "0.05", &[]), label)[0];
    let found = limits(mixed, "0.05", &mc);
    let (q, error) = (curve(&found, label)[0], numbers(&found, label, "error")[0]);
    assert!(
        (q - exact).abs() < 3.0 * error && error < 2.6e-3 * q,
        "{q} {error} {exact}"
    );
    assert!(exact < 0.9 * plain, "{exact} {plain}");
}

#[test]
fn what_cannot_be_done_is_one_line_and_exit_code_two() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let mass = "dark_sector.m_chi_gev=0.1";
    let ldmx = "cards/ldmx-2025.toml";
    let cases: [&[&str]; 12] = [
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
        &[ldmx, "--over", mass, "--overlay", "slac-mp"],
        &[ldmx, "--over", mass, "--overlay", "limits/bebc.csv"],
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
        &[
            ldmx,
            "--over",
            mass,
            "--set",
            "target.energy_loss_gev_per_cm=0.1",
        ],
        &[
            "cards/na64mu-2025.toml",
            "--over",
            mass,
            "--set",
            "target.energy_loss_gev_per_cm=0.1",
            "--set",
            "reach.straggling=tsai-whitis",
        ],
        &[
            "cards/na64mu-2025.toml",
            "--over",
            mass,
            "--set",
            "target.energy_loss_gev_per_cm=8",
        ],
        &[
            "cards/na64mu-2025.toml",
            "--over",
            mass,
            "--set",
            "target.energy_loss_gev_per_cm=0.1",
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

#[test]
fn limits_are_not_replaced_by_others_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let reach = |card: &str, masses: &str, more: &[&str]| {
        let over = format!("dark_sector.m_chi_gev={masses}");
        let mut all = vec!["reach", card, "--over", &over, "--out", out, "--quiet"];
        all.extend(["--seed", "1", "--rel-error", "1e-2"]);
        all.extend(more);
        let output = program::output(&all);
        let words = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), words)
    };
    let table = || fs::read(folder.path().join("reach.csv")).unwrap();
    let (muons, electrons) = ("cards/na64mu-2025.toml", "cards/ldmx-2025.toml");
    let mc = ["--method", "mc"];
    assert_eq!(reach(muons, "0.01,0.1", &mc), (0, String::new()));
    let before = table();
    for (card, masses, more) in [
        (electrons, "0.01,0.1", &mc[..]),
        (muons, "0.01", &mc),
        (muons, "0.01,0.1", &[]),
        (
            muons,
            "0.01,0.1",
            &["--method", "mc", "--set", "cuts.x_min=0.6"],
        ),
    ] {
        let (code, words) = reach(card, masses, more);
        assert_eq!(code, 2, "{words}");
        assert!(words.contains("holds another table"), "{words}");
        assert!(words.contains("--force"), "{words}");
        assert_eq!(table(), before);
    }
    // The same again, and more of it.
    assert_eq!(reach(muons, "0.01,0.1", &mc), (0, String::new()));
    assert_eq!(table(), before);
    assert_eq!(reach(muons, "0.01,0.1,0.2", &mc), (0, String::new()));
    assert_eq!(reach(electrons, "0.01", &["--force"]).0, 0);
}

#[test]
fn how_many_events_are_excluded_stands_in_table_and_summary_and_other_limits_are_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let run = |masses: &str, more: &[&str]| {
        let over = format!("dark_sector.m_chi_gev={masses}");
        let base = [
            "reach",
            "cards/na64e-2018.toml",
            "--over",
            &over,
            "--out",
            out,
        ];
        let done = program::output(&[&base[..], more].concat());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.code(), text(done.stdout), text(done.stderr))
    };
    let (code, table, said) = run("0.1", &[]);
    assert_eq!(code, Some(0), "{said}");
    let lines: Vec<&str> = table.lines().collect();
    let words = |line: &str| {
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        words(lines[0]),
        ["curve", "m_chi_gev", "q_over_e", "events_excluded"],
        "{table}"
    );
    let row = words(lines[1]);
    assert_eq!((&row[2][..], &row[4][..]), ("0.1", "2.3"), "{table}");
    assert!(row[3].len() <= 10, "not rounded: {table}");
    let words = "NA64e: 2.3 events are excluded (reach.events_excluded)\n";
    assert!(said.contains(words), "{said}");
    // The same again, and more of the same.
    assert_eq!(run("0.1", &[]).0, Some(0));
    assert_eq!(run("0.1,0.2", &[]).0, Some(0));
    let counts = [
        "--observed",
        "3",
        "--background",
        "0.5",
        "--confidence",
        "0.95",
    ];
    for (masses, more) in [("0.1", &[][..]), ("0.1,0.2", &counts)] {
        let (code, _, said) = run(masses, more);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("--force"), "{said}");
    }
    let (_, _, said) = run("0.1,0.2", &[&counts[..], &["--force"]].concat());
    let words = " events are excluded at 95 % CL (CLs), 3 observed, 0.5 background expected\n";
    assert!(said.contains(words), "{said}");
    let text = fs::read_to_string(folder.path().join("reach.csv")).unwrap();
    let row = text.lines().last().unwrap();
    assert!(row.ends_with(",0.95,3,0.5"), "{text}");
}

#[test]
fn limits_above_the_electrons_charge_and_masses_out_of_reach_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let over = "dark_sector.m_chi_gev=0.1,10,80";
    let shown = transcript(&[
        "reach",
        "cards/na64mu-2025.toml",
        "--over",
        over,
        "--hepdata",
        "--out",
        out,
    ]);
    for words in [
        "NA64μ bremsstrahlung: above Q/e = 1 at m_chi = 10 GeV: no limit on a charge below",
        "NA64μ: no limit at m_chi = 80 GeV: no such pair can be made",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    let table =
        std::fs::read_to_string(folder.path().join("hepdata/exclusion_reach.yaml")).unwrap();
    for qualifier in [
        "{name: 'lepton', value: 'mu-'}",
        "{name: 'beam energy', units: 'GeV', value: '160'}",
        "{name: 'target', value: 'Pb'}",
        "{name: 'excluded events', value: '2.3'}",
    ] {
        assert!(table.contains(qualifier), "{table}");
    }
}

#[test]
fn experiments_of_one_label_are_told_apart_by_their_runs() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let reach = |other| {
        let cards = ["reach", "na64mu-2025", other, "--quiet", "--out", out];
        let over = ["--force", "--over=dark_sector.m_chi_gev=0.1"];
        transcript(&[&cards[..], &over].concat())
    };
    let same = reach("na64mu-2018");
    assert!(same.contains("\nna64mu-2025 bremsstrahlung"), "{same}");
    assert!(same.contains("\nna64mu-2018 bremsstrahlung"), "{same}");
    assert!(reach("ldmx-2025").contains("\nNA64μ bremsstrahlung"));
}

#[test]
fn a_target_without_thickness_or_density_is_told_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let card = folder.path().join("card.toml");
    let whole = fs::read_to_string("../cards/na64mu-2025.toml").unwrap();
    for (key, named) in [
        (
            "thickness",
            "target.thickness_cm (or target.thickness_x0) is",
        ),
        ("density", "target.density_g_cm3 is"),
    ] {
        let lines = whole.lines().filter(|line| !line.starts_with(key));
        fs::write(&card, lines.collect::<Vec<_>>().join("\n")).unwrap();
        let of = [
            "--over=dark_sector.m_chi_gev=0.1",
            "--set=target.mixture=PbO",
        ];
        let card = [
            "reach",
            card.to_str().unwrap(),
            "--out",
            folder.path().to_str().unwrap(),
        ];
        let said = transcript(&[&card[..], &of].concat());
        assert!(
            said.starts_with("exit code 2") && said.contains(named),
            "{said}"
        );
    }
}
