//! What is not to be trusted is said on stderr, in `run.h5` and by the exit status.

mod program;

use millibrem::io::hdf5::RunReader;
use millibrem::record::Fact;

/// Runs `generate` on a card that is fine but for `keys`; (exit code, stderr, run.h5's alarms).
fn generate(keys: &[&str]) -> (i32, String, Option<String>) {
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
    for key in small.iter().chain(keys) {
        arguments.extend(["--set", key]);
    }
    let output = program::output(&arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    let facts = RunReader::open(&folder.path().join("run.h5")).and_then(|run| run.provenance());
    let alarms = facts.ok().map(|facts| {
        let fact = |wanted: &str| {
            facts
                .iter()
                .find(|(name, _)| name == wanted)
                .unwrap()
                .1
                .clone()
        };
        let Fact::Text(words) = fact("alarms") else {
            panic!("alarms are words");
        };
        assert_eq!(fact("trustworthy"), Fact::Flag(words.is_empty()));
        words
    });
    (output.status.code().unwrap(), stderr, alarms)
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
fn a_histogram_beside_the_point_is_named_with_the_range_it_should_have() {
    let histogram = r#"histogram=[{observable="e_miss_gev",min=0.0,max=10.0,bins=10}]"#;
    raises(
        &[histogram],
        "histogram e_miss_gev: 0 % of sigma lies below e_miss_gev = 0 and 100 % above 10; a range from 8.0",
    );
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
            "integration.max_neval=100000",
            "events.count=5",
        ],
        "points of equal weight, of 102000 evaluated and the cuts let ",
    );
}

/// Electrons of 10 PeV that must lose all but an electron's mass or so: few points carry σ.
const HARD: [&str; 6] = [
    "beam.lepton=e-",
    "beam.energy_gev=1e7",
    "cuts.x_min=0.99999999985",
    "dark_sector.m_chi_gev=1e-9",
    "target.element=H",
    "integration.max_neval=200000",
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
    let keys = [&HARD[..], &["events.mode=unweighted"]].concat();
    raises(&keys, "where events.max_overweight_share allows 0.100 %");
}

#[test]
fn cuts_that_leave_nothing_end_the_run_without_a_file() {
    let (code, stderr, alarms) = generate(&["cuts.lepton_angle_min_mrad=4000"]);
    assert_eq!((code, alarms), (1, None), "{stderr}");
    assert!(
        stderr
            .ends_with("none of 60000 points has a weight: the cuts leave nothing; loosen them\n"),
        "{stderr}"
    );
}
