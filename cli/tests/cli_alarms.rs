//! What is not to be trusted is said on stderr, in `run.h5` and by the exit status; what is only
//! worth knowing by a note.

mod program;

use millibrem::record::Fact;
use millibrem_files::hdf5::RunReader;

/// Runs `generate` on a card that is fine but for `keys`; (exit code, stderr, run.h5's alarms).
fn generate(keys: &[&str]) -> (i32, String, Option<String>) {
    let (code, stderr, words) = generated(keys);
    (code, stderr, words.map(|[alarms, _]| alarms))
}

/// The same with the alarms and the notes in run.h5.
fn generated(keys: &[&str]) -> (i32, String, Option<[String; 2]>) {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = vec![
        "generate",
        "cards/na64mu-2025.toml",
        "--seed",
        "1",
        "--json",
    ];
    arguments.extend(["--out", folder.path().to_str().unwrap()]);
    let small = [
        "events.count=1000",
        "integration.neval=20000",
        "integration.n_adapt=5",
        "histogram=[]",
    ];
    let own = |key: &&&str| {
        !keys
            .iter()
            .any(|own| own.split('=').next() == key.split('=').next())
    };
    for key in small.iter().filter(own).chain(keys) {
        arguments.extend(["--set", key]);
    }
    let output = program::output(&arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    let facts = RunReader::open(&folder.path().join("run.h5")).and_then(|run| run.provenance());
    let words = facts.ok().map(|facts| {
        let fact = |wanted: &str| {
            facts
                .iter()
                .find(|(name, _)| name == wanted)
                .unwrap()
                .1
                .clone()
        };
        let words = ["alarms", "notes"].map(|name| match fact(name) {
            Fact::Text(words) => words,
            other => panic!("{name} are words, not {other:?}"),
        });
        assert_eq!(fact("trustworthy"), Fact::Flag(words[0].is_empty()));
        words
    });
    (output.status.code().unwrap(), stderr, words)
}

/// The words must be in the error, in the summary and in the file.
fn raises(keys: &[&str], words: &str) {
    let (code, stderr, alarms) = generate(keys);
    assert_eq!(code, 1, "{keys:?}: {stderr}");
    let said = |line: &str| line.contains(words);
    let summary = |line: &&str| line.starts_with("NOT TO BE TRUSTED: ");
    assert!(
        stderr.lines().filter(summary).any(said),
        "{keys:?}: {stderr}"
    );
    let last = stderr.lines().last().unwrap();
    assert!(
        last.starts_with("error: the result is not to be trusted: ") && said(last),
        "{stderr}"
    );
    assert!(said(&alarms.unwrap()), "{keys:?}");
}

#[test]
fn a_run_without_fault_raises_nothing() {
    let (code, stderr, alarms) = generate(&[]);
    assert_eq!((code, alarms.as_deref()), (0, Some("")), "{stderr}");
}

#[test]
fn a_window_that_leaves_out_most_of_sigma_is_noted_with_the_range_that_holds_it() {
    let histogram = r#"histogram=[{observable="e_miss_gev",min=0.0,max=10.0,bins=10}]"#;
    let (code, stderr, words) = generated(&[histogram]);
    let [alarms, notes] = words.unwrap();
    assert_eq!((code, alarms.as_str()), (0, ""), "{stderr}");
    let note = "histogram e_miss_gev: 0 % of sigma lies below e_miss_gev = 0 and 100 % above 10; a range from 8.0";
    assert!(notes.starts_with(note), "{notes}");
    assert!(stderr.contains(&format!("\nnote: {note}")), "{stderr}");
}

#[test]
fn the_histograms_of_a_shipped_card_follow_beam_and_mass() {
    for keys in [
        ["beam.energy_gev=60", "dark_sector.m_chi_gev=0.1"],
        ["beam.energy_gev=1000", "dark_sector.m_chi_gev=0.01"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut arguments = vec!["generate", "cards/na64mu-2025.toml", "--seed", "1", "--out"];
        arguments.push(folder.path().to_str().unwrap());
        let all = keys.iter().chain(&["events.count=1000"]);
        all.for_each(|key| arguments.extend(["--set", key]));
        let output = program::output(&arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        assert!(!stderr.contains("note: "), "{stderr}");
    }
}

/// A run that cannot reach its goal within `max_neval`.
const SHORT: [&str; 4] = [
    "integration.rel_error=1e-6",
    "integration.max_neval=300000",
    "integration.neval=20000",
    "integration.n_adapt=5",
];

#[test]
fn a_goal_that_is_not_reached_is_an_alarm_with_what_limits_it_and_the_cure() {
    raises(
        &SHORT,
        "the goal integration.rel_error = 1e-6 is not reached: sigma is known to ",
    );
    raises(
        &SHORT,
        "where integration.max_neval ends the run: raise integration.max_neval to ",
    );
}

#[test]
fn every_command_that_measures_says_that_its_goal_is_not_reached() {
    let over = "dark_sector.m_chi_gev=0.1";
    for command in [
        &["sigma", "--method", "mc"][..],
        &["spectrum", "--method", "mc", "--bins", "3"],
        &["scan", "--method", "mc", "--over", over],
        &["reach", "--method", "mc", "--over", over],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut arguments = vec![command[0], "cards/na64mu-2025.toml", "--seed", "1", "--out"];
        arguments.push(folder.path().to_str().unwrap());
        arguments.extend(&command[1..]);
        SHORT
            .iter()
            .for_each(|key| arguments.extend(["--set", key]));
        let output = program::output(&arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{command:?}: {stderr}");
        let words = "the goal integration.rel_error = 1e-6 is not reached: sigma is known to ";
        assert!(stderr.contains(words), "{command:?}: {stderr}");
    }
}

#[test]
fn adaptation_and_measurement_together_stay_within_max_neval() {
    for (max_neval, neval, n_adapt) in [
        (3_000_000, 200_000, 10),
        (1_000_000, 200_000, 10),
        (300_000, 20_000, 5),
        (20_000, 20_000, 10),
        (1000, 1000, 10),
        (1000, 1000, 1000),
    ] {
        let keys = [
            "integration.rel_error=1e-7".to_owned(),
            format!("integration.max_neval={max_neval}"),
            format!("integration.neval={neval}"),
            format!("integration.n_adapt={n_adapt}"),
        ];
        let mut arguments = vec![
            "sigma",
            "cards/na64mu-2025.toml",
            "--method",
            "mc",
            "--json",
        ];
        keys.iter().for_each(|key| arguments.extend(["--set", key]));
        let output = program::output(&arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{keys:?}: {stderr}");
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let n_eval = found["n_eval"].as_f64().unwrap();
        assert!(n_eval <= f64::from(max_neval), "{keys:?}: {n_eval}");
        assert!(n_eval >= 0.5 * f64::from(max_neval), "{keys:?}: {n_eval}");
        let smaller = stderr.contains(&format!("not integration.neval = {neval}"));
        assert_eq!(smaller, max_neval <= 20_000, "{keys:?}: {stderr}");
    }
}

#[test]
fn lattices_that_are_given_up_count() {
    for max_neval in [350_000, 400_000, 1_000_000] {
        let max = format!("integration.max_neval={max_neval}");
        let keys = [
            "cuts.lepton_angle_min_mrad=10",
            "cuts.lepton_angle_max_mrad=10.05",
            "integration.rel_error=0",
            &max,
        ];
        let mut arguments = vec![
            "sigma",
            "cards/na64mu-2025.toml",
            "--method",
            "mc",
            "--json",
        ];
        arguments.extend(["--seed", "1"]);
        keys.iter().for_each(|key| arguments.extend(["--set", key]));
        let output = program::output(&arguments);
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let n_eval = found["n_eval"].as_f64().unwrap();
        let part = n_eval / f64::from(max_neval);
        assert!((0.8..=1.0).contains(&part), "{n_eval} of {max_neval}");
    }
}

#[test]
fn bins_with_too_few_points_are_reported() {
    let histogram = r#"histogram=[{observable="x",min=0.5,max=1.0,bins=1000000}]"#;
    raises(
        &[histogram],
        "histogram x: bins with 100 % of sigma have fewer than 10 points each",
    );
}

#[test]
fn cuts_that_leave_too_few_points_are_reported_with_what_passes() {
    raises(
        &[
            "cuts.lepton_angle_min_mrad=10",
            "cuts.lepton_angle_max_mrad=10.001",
            "integration.max_neval=208000",
            "events.count=5",
        ],
        "points of equal weight, of 100000 evaluated and the cuts let ",
    );
}

/// Electrons of 10 PeV that must lose all but an electron's mass or so: few points carry σ.
const HARD: [&str; 6] = [
    "beam.lepton=e-",
    "beam.energy_gev=1e7",
    "cuts.x_min=0.99999999988",
    "dark_sector.m_chi_gev=1e-9",
    "target.element=H",
    // No evaluations to spare around heavy points.
    "integration.max_neval=207000",
];

#[test]
fn iterations_that_disagree_are_reported() {
    raises(&HARD, "the iterations disagree: chi2/dof = ");
}

#[test]
fn a_single_point_with_most_of_the_variance_is_reported() {
    raises(&HARD, "a single point makes ");
}

#[test]
fn an_overweight_sample_is_reported() {
    // Electrons on tungsten within cuts that leave a corner, which few points hit.
    let keys = [
        "beam.lepton=e-",
        "beam.energy_gev=4",
        "target.element=W",
        "dark_sector.m_chi_gev=0.01",
        "cuts.x_min=0.7",
        "cuts.lepton_pt_min_gev=0.1",
        "cuts.lepton_angle_max_mrad=150",
        "integration.n_adapt=4",
        "events.mode=unweighted",
        "events.count=20000",
    ];
    raises(&keys, "where events.max_overweight_share allows 0.100 %");
}

#[test]
fn cuts_that_leave_nothing_end_the_run_without_a_file() {
    let (code, stderr, alarms) = generate(&["cuts.lepton_angle_min_mrad=3141"]);
    assert_eq!((code, alarms), (1, None), "{stderr}");
    assert!(
        stderr
            .ends_with("none of 60000 points has a weight: the cuts leave nothing, or too small a share to be found by so many; loosen them, or raise integration.neval\n"),
        "{stderr}"
    );
}
