//! `millibrem spectrum`.

mod program;

use std::fs;

use program::transcript;

/// What a successful command prints with `--json`; what it writes goes into a folder of its own.
fn json(arguments: &[&str]) -> serde_json::Value {
    let folder = tempfile::tempdir().unwrap();
    let out = ["--out", folder.path().to_str().unwrap()];
    program::json(&[arguments, &out].concat())
}

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

#[test]
fn the_table_is_written_with_its_card_and_replaced_only_by_the_same_or_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let out = folder.path().to_str().unwrap();
        let base = ["spectrum", CARD, "--method", "iww", "--out", out];
        program::output(&[&base[..], more].concat())
    };
    let path = folder.path().join("spectrum-iww.csv");
    let first = run(&["--at", "0.51,0.9"]);
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    let said = String::from_utf8(first.stderr).unwrap();
    assert!(
        said.contains(&format!("wrote {}", path.display())),
        "{said}"
    );
    let text = fs::read_to_string(&path).unwrap();
    for line in [
        "# command: spectrum\n",
        "# card: method = \"iww\"\n",
        "# column x [1]: missing energy over that of the beam\n",
        "\nx,e_miss_gev,dsigma_dx_pb,error_pb,dsigma_de_miss_pb_per_gev,dsigma_de_miss_pb_per_gev_error,crc32\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert!(folder.path().join("spectrum-iww.h5").exists());
    // 0.51 · 160 = 81.60000000000001 in the file.
    let shown = String::from_utf8(first.stdout).unwrap();
    assert!(shown.contains("\n0.51        81.6  "), "{shown}");
    assert_eq!(run(&["--at", "0.51,0.7,0.9"]).status.code(), Some(0));
    for more in [
        &["--at", "0.51"][..],
        &["--bins", "3"],
        &["--at", "0.51", "--set", "beam.energy_gev=150"],
    ] {
        let refused = run(more);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let forced = [more, &["--force"]].concat();
        assert_eq!(run(&forced).status.code(), Some(0), "{more:?}");
        assert_eq!(
            run(&["--at", "0.51,0.7,0.9", "--force"]).status.code(),
            Some(0)
        );
    }
    // Both spectra are drawn over each other, each with the errors of its own.
    let figure = folder.path().join("both.svg");
    let (table, figure) = (path.to_str().unwrap(), figure.to_str().unwrap());
    let drawn = program::json(&["plot", table, "-o", figure, "--json"]);
    let panels = serde_json::json!(["dsigma_dx", "dsigma_de_miss"]);
    assert_eq!(drawn["figures"][0]["panels"], panels);
}

#[test]
fn bins_that_are_nothing_beside_the_sum_do_not_end_the_spectrum() {
    let folder = tempfile::tempdir().unwrap();
    let card = folder.path().join("photons.toml");
    let text = "schema = 1\n[process]\nkind = \"photon-conversion\"\n[dark_sector]\nm_chi_gev = 0.01\n[beam]\nparticle = \"gamma\"\nenergy_gev = 100\n[target]\nelement = \"Pb\"\n";
    fs::write(&card, text).unwrap();
    let card = card.to_str().unwrap();
    let common = [card, "--method", "quadrature", "--json"];
    let found = json(&[&["spectrum", "--bins", "20"], &common[..]].concat());
    let (values, errors) = (numbers(&found, "dsigma_dx_pb"), numbers(&found, "error_pb"));
    let sigma = program::json(&[&["sigma"], &common[..]].concat());
    let sigma = sigma["sigma_pb"].as_f64().unwrap();
    let sum: f64 = values.iter().sum::<f64>() / 20.0;
    assert!((sum / sigma - 1.0).abs() < 2e-3, "{sum} {sigma}");
    assert!(values.iter().all(|v| v.is_finite()) && values[0] < 1e-15 * sigma);
    for (value, error) in values.iter().zip(errors) {
        assert!(
            error <= 1e-3 * value || error / 20.0 <= 1e-9 * sigma,
            "{value} {error}"
        );
    }
}
