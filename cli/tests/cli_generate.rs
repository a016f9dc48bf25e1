//! `millibrem generate`.

mod program;

use program::{json, output, transcript};

const CARD: &str = "cards/na64mu-2025.toml";

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["generate", "--help"]));
}

#[test]
fn an_existing_run_is_not_replaced_without_force() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    std::fs::write(folder.path().join("run.h5"), "precious").unwrap();
    let shown = transcript(&["generate", CARD, "--out", path]).replace(path, "FOLDER");
    insta::assert_snapshot!(shown, @r"
    exit code 2
    --- stdout
    --- stderr
    error: FOLDER/run.h5 exists already; choose another output or replace it with --force
    ");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("run.h5")).unwrap(),
        "precious"
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let path = file.join("run");
    let shown = transcript(&["generate", CARD, "--out", path.to_str().unwrap()]);
    let shown = shown.replace(folder.path().to_str().unwrap(), "FOLDER");
    insta::assert_snapshot!(shown, @r"
    exit code 2
    --- stdout
    --- stderr
    error: cannot make the folder FOLDER/file/run: Not a directory (os error 20)
    ");
}

#[test]
fn a_wrong_card_makes_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let arguments = [
        "generate",
        CARD,
        "--set",
        "cuts.x_min=2",
        "--out",
        path.to_str().unwrap(),
    ];
    assert!(transcript(&arguments).starts_with("exit code 2\n"));
    assert!(!path.exists());
}

/// A run of a second's fraction.
const SMALL: [&str; 8] = [
    "--set",
    "events.count=1000",
    "--set",
    "integration.neval=20000",
    "--set",
    "integration.n_adapt=4",
    "--seed",
    "7",
];

#[test]
fn a_run_leaves_one_file_and_reports_it_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder");
    let out = ["generate", CARD, "--json", "--out", path.to_str().unwrap()];
    let report = json(&[&out[..], &SMALL].concat());
    for key in [
        "chi2_dof",
        "n_eval",
        "unweighting_efficiency",
        "overweight_share",
        "eval_per_s",
    ] {
        assert!(report[key].is_number(), "{key}: {report}");
    }
    assert_eq!(report["n_events"], 1000);
    assert_eq!(report["output"], path.join("run.h5").to_str().unwrap());
    let (sigma, error) = (report["sigma_pb"].as_f64(), report["error_pb"].as_f64());
    // tests/data/cross_sections.json: 197681.08 pb.
    let pull = (sigma.unwrap() - 197_681.08) / error.unwrap();
    assert!(pull.abs() < 4.0, "{report}");
    let names: Vec<_> = std::fs::read_dir(&path)
        .unwrap()
        .map(|f| f.unwrap().file_name())
        .collect();
    assert_eq!(names, ["run.h5"]);
    let info = json(&["info", path.join("run.h5").to_str().unwrap(), "--json"]);
    assert_eq!(info["sigma_pb"], report["sigma_pb"]);
    assert_eq!(info["n_events"], 1000);
    assert_eq!(info["histograms"].as_array().unwrap().len(), 5);
}

#[test]
fn quiet_leaves_only_the_result_and_force_replaces_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    std::fs::write(folder.path().join("run.h5"), "old").unwrap();
    let out = ["generate", CARD, "--quiet", "--force", "--out", path];
    let found = output(&[&out[..], &SMALL].concat());
    let stdout = String::from_utf8(found.stdout).unwrap();
    assert_eq!(found.status.code(), Some(0));
    assert!(
        found.stderr.is_empty(),
        "{:?}",
        String::from_utf8(found.stderr)
    );
    assert!(
        stdout.starts_with("sigma = ") && stdout.lines().count() == 1,
        "{stdout}"
    );
    assert!(
        std::fs::metadata(folder.path().join("run.h5"))
            .unwrap()
            .len()
            > 100_000
    );
}

#[test]
fn no_events_are_a_run_of_histograms_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = [
        "generate",
        CARD,
        "--json",
        "--out",
        folder.path().to_str().unwrap(),
    ];
    let report = json(&[&out[..], &SMALL, &["--set", "events.count=0"]].concat());
    assert_eq!(report["n_events"], 0);
    assert!(report["sigma_pb"].as_f64().unwrap() > 0.0);
}

#[test]
fn weights_that_will_differ_are_refused_before_the_work_by_formats_without() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let generate = |more: &[&str]| {
        let first = ["generate", CARD, "--seed", "1", "--out"];
        let small = [
            "--set",
            "events.count=200",
            "--set",
            "integration.rel_error=0.1",
        ];
        let out = [path.to_str().unwrap(), "--quiet"];
        transcript(&[&first[..], &out, &small, more].concat())
    };
    for (keys, key) in [
        (&[][..], "events.mode = \"weighted\""),
        (
            &[
                "--set",
                "events.mode=unweighted",
                "--set",
                "events.max_weight=5",
            ],
            "events.max_weight = 5",
        ),
    ] {
        for to in ["ldmx-lhe", "g4darkbrem-lhe", "g4darkbrem-csv"] {
            let shown = generate(&[&["--to", to][..], keys].concat());
            assert!(shown.starts_with("exit code 2\n"), "{shown}");
            assert!(
                shown.contains(key) && shown.contains("--unweight"),
                "{shown}"
            );
            assert!(!path.exists(), "{shown}");
        }
    }
    let partly = &[
        "--set",
        "events.mode=unweighted",
        "--set",
        "events.max_weight=5",
    ];
    let shown = generate(&[&["--to", "lhe"][..], partly].concat());
    assert!(shown.starts_with("exit code 0\n"), "{shown}");
    let run = path.join("run.h5");
    let info = json(&["info", run.to_str().unwrap(), "--json"]);
    assert_eq!(info["mode"], "partly-unweighted");
    let lhe = std::fs::read_to_string(path.join("run.lhe")).unwrap();
    assert!(lhe.contains(" 0 0 0 0 4 1\n"));
    // The card names the particle of charge +1 `chi`, and 5200012 is that.
    assert!(lhe.contains("dark_pdg_id=\"5200012\" dark_charge=\"1\""));
    let ldmx = &["--to", "lhe", "--force", "--set", "dark_sector.pdg_id=ldmx"];
    assert!(generate(ldmx).starts_with("exit code 0\n"));
    let lhe = std::fs::read_to_string(path.join("run.lhe")).unwrap();
    assert!(lhe.contains("dark_pdg_id=\"17\" dark_charge=\"-1\""));
}

/// What a reader needs to know of a run stands in its summary, no line wider than a terminal.
#[test]
fn a_summary_names_the_set_up_the_seed_and_what_to_do_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let short = [
        "--set",
        "integration.neval=2000",
        "--set",
        "integration.rel_error=0.1",
    ];
    let run = [
        "generate",
        CARD,
        "--set",
        "events.count=100",
        "--seed",
        "1",
        "--out",
        path,
    ];
    let shown = transcript(&[&run[..], &short].concat());
    for words in [
        "\nset-up      mu- of 160 GeV on Pb, m_chi = 0.1 GeV, x > 0.5\n",
        "\nseed        1\n",
        " weighted, worth ",
        &format!("\nnext        millibrem plot {path}/run.h5"),
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    let rows = shown
        .lines()
        .filter(|l| l.contains("adapt ") || l.contains("measure "));
    let widths: Vec<usize> = rows.map(|l| l.chars().count()).collect();
    assert!(
        widths.len() >= 15 && widths.iter().all(|w| *w <= 79),
        "{shown}"
    );
    // Another card does not go on with it, and says why.
    let other = ["--set", "dark_sector.m_chi_gev=0.2", "--resume"];
    let shown = transcript(&[&run[..], &short, &other].concat());
    let why = "/run.h5 is complete, and another run: its card has [dark_sector] m_chi_gev = 0.1;";
    assert!(
        shown.starts_with("exit code 2\n") && shown.contains(why),
        "{shown}"
    );
}
