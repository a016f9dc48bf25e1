//! `millibrem spectrum`.

mod program;

use program::{json, transcript};

const CARD: &str = "cards/na64mu-2025.toml";

fn numbers(document: &serde_json::Value, key: &str) -> Vec<f64> {
    let list = document[key].as_array().unwrap();
    list.iter().map(|v| v.as_f64().unwrap()).collect()
}

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["spectrum", "--help"]));
}

#[test]
fn points_are_those_of_the_reference_table() {
    let run = [
        "spectrum",
        CARD,
        "--method",
        "quadrature",
        "--rel-error",
        "1e-6",
    ];
    let found = json(&[&run[..], &["--at", "0.3,0.5,0.9,0.995", "--json"]].concat());
    let want = [79517.357, 167592.45, 594622.77, 485922.33];
    for (got, want) in numbers(&found, "dsigma_dx_pb").iter().zip(want) {
        assert!((got / want - 1.0).abs() < 1e-5, "{found}");
    }
    assert_eq!(numbers(&found, "x"), [0.3, 0.5, 0.9, 0.995]);
    let per_gev = numbers(&found, "dsigma_de_miss_pb_per_gev");
    assert!((per_gev[1] * 160.0 / want[1] - 1.0).abs() < 1e-5);
    assert!(numbers(&found, "error_pb").iter().all(|e| *e > 0.0));
}

#[test]
fn bins_times_their_width_add_up_to_sigma() {
    for method in ["quadrature", "ww", "iww"] {
        let common = ["--method", method, "--rel-error", "1e-6", "--json"];
        let bins = json(&[&["spectrum", CARD, "--bins", "8"][..], &common].concat());
        let edges = numbers(&bins, "x_edges");
        assert_eq!((edges.len(), edges[0], edges[8]), (9, 0.5, 1.0));
        let values = numbers(&bins, "dsigma_dx_pb");
        let sum: f64 = values
            .iter()
            .zip(edges.windows(2))
            .map(|(v, e)| v * (e[1] - e[0]))
            .sum();
        let sigma = json(&[&["sigma", CARD][..], &common].concat());
        let whole = sigma["sigma_pb"].as_f64().unwrap();
        assert!((sum / whole - 1.0).abs() < 3e-6, "{method}: {sum} {whole}");
    }
}

#[test]
fn monte_carlo_bins_agree_with_the_quadrature() {
    let run = |method, goal| {
        let card = [
            "spectrum",
            CARD,
            "--method",
            method,
            "--rel-error",
            goal,
            "--bins",
            "5",
        ];
        let quick = ["--set", "integration.neval=50000", "--seed", "3", "--json"];
        json(&[&card[..], &quick].concat())
    };
    let (mc, exact) = (run("mc", "1e-3"), run("quadrature", "1e-6"));
    let (values, errors) = (numbers(&mc, "dsigma_dx_pb"), numbers(&mc, "error_pb"));
    let pulls: Vec<f64> = numbers(&exact, "dsigma_dx_pb")
        .iter()
        .zip(values.iter().zip(&errors))
        .map(|(want, (value, error))| (value - want) / error)
        .collect();
    assert!(pulls.iter().all(|p| p.abs() < 4.0), "{pulls:?}");
    assert!(
        errors
            .iter()
            .zip(&values)
            .all(|(e, v)| *e > 0.0 && *e < 0.02 * v)
    );
}

#[test]
fn what_cannot_be_done_is_said_with_exit_code_two() {
    let shown = [
        transcript(&["spectrum", CARD]),
        transcript(&["spectrum", CARD, "--method", "mc", "--at", "0.9"]),
        transcript(&[
            "spectrum", CARD, "--method", "ww", "--at", "0.5", "--bins", "3",
        ]),
        transcript(&[
            "spectrum",
            CARD,
            "--method",
            "quadrature",
            "--at",
            "0.9",
            "--set",
            "cuts.lepton_pt_max_gev=0.3",
        ]),
    ];
    insta::assert_snapshot!(shown.join("\n"));
}
