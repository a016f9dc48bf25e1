//! What a user reads when a command cannot do what it was asked for, beside the cases in the tests
//! of each command.

mod program;
#[path = "../../files/tests/sample/mod.rs"]
mod sample;

use std::fs;
use std::path::Path;

use millibrem::event::{Compression, Weighting};
use millibrem::record::RunHeader;
use millibrem_files::hdf5::RunWriter;
use program::transcript;

const MUONS: &str = "cards/na64mu-2025.toml";
const ELECTRONS: &str = "cards/ldmx-2025.toml";

/// A run file whose card has `old` replaced by `new`.
fn run_with(path: &Path, old: &str, new: &str) {
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let header = sample::header(&sample, Compression::None);
    assert!(header.card.contains(old), "{old} is not in the card");
    let card = header.card.replace(old, new);
    let header = RunHeader { card, ..header };
    let events = sample::events(&sample, 5, 1);
    let mut writer = RunWriter::create(path, &header, false).unwrap();
    writer.write_events(&events).unwrap();
    writer.finish(&sample::summary(&events, 1.0)).unwrap();
}

#[test]
fn what_no_command_can_do_is_one_line_with_its_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (text, limits, run) = (file("table.csv"), file("limits.csv"), file("run.h5"));
    fs::write(&text, "a,b\n1,2\n").unwrap();
    fs::write(&limits, "0.1,1e-3\n0.1,2e-3\n").unwrap();
    run_with(Path::new(&run), "thickness_cm", "# thickness_cm");
    let broken = file("broken.h5");
    run_with(Path::new(&broken), "[beam]", "[beams]");
    let mass = "dark_sector.m_chi_gev=0.1";
    let mixture =
        "target.material=[{element=\"C\",mass_fraction=0.9},{element=\"H\",mass_fraction=0.1}]";
    let dark_photon = [
        "--set",
        "process.kind=dark-photon",
        "--set",
        "dark_sector.m_dark_photon_gev=0.1",
        "--set",
        "histogram=[]",
    ];
    let cases: Vec<Vec<&str>> = vec![
        vec!["scan", MUONS, "--over", mass, "--geant4", "--set", mixture],
        vec!["sigma", MUONS, "--method", "quadrature", "--rel-error", "1"],
        vec![
            "sigma",
            MUONS,
            "--method",
            "mc",
            "--set",
            "integration.neval=1e13",
        ],
        vec!["sigma", MUONS, "--set", "events.count=1e13"],
        vec!["sigma", MUONS, "--seed", "abc"],
        vec!["sigma", MUONS, "--threads", "-1"],
        vec![
            "sigma",
            MUONS,
            "--set",
            "histogram=[{observable=\"x\",bins=1e12}]",
        ],
        vec!["sigma", "/dev/zero"],
        vec!["sigma", "cards"],
        vec!["spectrum", MUONS, "--at", "nan"],
        vec!["spectrum", MUONS, "--at", "0.5,1.5"],
        vec!["spectrum", MUONS, "--bins", "1000000000000"],
        vec![
            "scan",
            MUONS,
            "--over",
            "dark_sector.m_chi_gev=0.1..0.2:lin:1000000000000",
        ],
        vec![
            "scan",
            MUONS,
            "--over",
            "dark_sector.m_chi_gev=0.1..0.2:lin:1000",
            "--over",
            "beam.energy_gev=100..200:lin:1000",
        ],
        vec!["compare", MUONS, "--over", "dark_sector.m_chi_gev"],
        [&["reach", MUONS, "--over", mass][..], &dark_photon].concat(),
        vec![
            "reach",
            ELECTRONS,
            "--over",
            mass,
            "--observed",
            "1",
            "--background=-1",
        ],
        vec![
            "reach",
            ELECTRONS,
            "--over",
            mass,
            "--observed",
            "1",
            "--confidence",
            "1",
        ],
        vec![
            "reach",
            ELECTRONS,
            "--over",
            mass,
            "--observed",
            "4000000000",
        ],
        vec!["reach", ELECTRONS, "--over", mass, "--overlay", &limits],
        vec!["plot", &text],
        vec!["plot", &run, &text],
        vec!["plot", &run, "--only", "y"],
        vec!["plot", "/dev/null"],
        vec!["export", &run, "--to", "lhe", "--vertex", "uniform"],
        vec!["export", &broken, "--to", "lhe", "--vertex", "uniform"],
        vec!["export", &text, "--to", "lhe"],
        vec!["info", &run, "--event", "5"],
        vec!["info", &text],
    ];
    let mut shown = String::new();
    for case in cases {
        let seen = transcript(&case);
        // One line, or the short form of a wrong option.
        let (code, words) = seen.split_once("--- stderr\n").unwrap();
        let code = code.lines().next().unwrap();
        let line = words.lines().next().unwrap_or_default();
        assert!(
            !words.contains("panicked") && code != "exit code 0",
            "{seen}"
        );
        shown += &format!("millibrem {}\n    {code}: {line}\n", case.join(" "));
    }
    insta::assert_snapshot!(shown.replace(folder.path().to_str().unwrap(), "FOLDER"));
}

/// The commands of the program, as its help lists them.
const COMMANDS: [&str; 15] = [
    "generate",
    "submit",
    "sigma",
    "spectrum",
    "scan",
    "compare",
    "reach",
    "shower",
    "plot",
    "export",
    "library",
    "info",
    "merge",
    "reweight",
    "completions",
];

/// The examples in the help of a command, each as a shell would read it.
fn examples(command: &str) -> Vec<String> {
    let help = program::output(&[command, "--help"]);
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, examples) = help.split_once("\nExamples:\n").expect(command);
    let block = examples.split("\n\n").next().unwrap();
    assert!(
        help.lines().all(|line| line.chars().count() <= 80),
        "{help}"
    );
    let block = block.replace("\\\n", " ");
    let lines = block.lines().map(str::trim);
    lines.map(str::to_owned).collect()
}

/// What a command says on stderr.
fn words(arguments: &[&str]) -> String {
    let done = program::output(arguments);
    String::from_utf8(done.stderr).unwrap()
}

#[test]
fn an_option_that_is_of_no_use_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (shard, run, lhe, svg) = (
        file("shard-1-of-1.h5"),
        file("run.h5"),
        file("a.lhe"),
        file("a.svg"),
    );
    let out = file("out");
    let given = ["--set=target.form_factor=helm", "--seed=5", "--out", &out];
    let few = [
        "--set=events.count=20",
        "--set=integration.neval=5000",
        "--seed=1",
    ];
    let part = ["generate", MUONS, "--shard=1/1", "--quiet", "--out"];
    let here = folder.path().to_str().unwrap();
    assert_eq!(words(&[&part[..], &[here], &few].concat()), "");
    let quadrature = ["sigma", MUONS, "--method", "quadrature", "--rel-error=0.01"];
    let cases: [(&[&str], &str); 10] = [
        (&quadrature, "--out"),
        (&["shower", ELECTRONS, "--at", "4"], "--out"),
        (&["info", MUONS], "--out"),
        (
            &["merge", &shard, "-o", &run, "--force"],
            "--set and --seed and --out",
        ),
        (&["info", &run], "--set and --seed and --out"),
        (
            &["export", &run, "--to", "lhe", "--force"],
            "--set and --seed",
        ),
        (
            &["export", &run, "--to", "lhe", "-o", &lhe, "--force"],
            "--set and --seed and --out",
        ),
        (&["plot", &run, "-o", &svg], "--set and --seed and --out"),
        (&["reweight", &run], "--seed and --out"),
        (&["completions", "bash"], "--set and --seed and --out"),
    ];
    for (command, ignored) in cases {
        let note = format!("note: {ignored}: of no use here, ignored\n");
        let said = words(&[command, &given].concat());
        assert!(said.ends_with(&note), "{command:?}: {said}");
        let said = words(&[command, &given, &["--quiet"]].concat());
        assert!(!said.contains("ignored"), "{command:?}: {said}");
        let said = words(command);
        assert!(!said.contains("ignored"), "{command:?}: {said}");
    }
    // Where they are of use nothing is said, and a command that fails has one thing to say.
    let said = words(&["sigma", "nowhere.toml", "--out", &out]);
    assert!(
        said.starts_with("error: ") && !said.contains("ignored"),
        "{said}"
    );
    let used = ["spectrum", MUONS, "--method", "wwa"];
    let said = words(&[&used[..], &given].concat());
    assert!(!said.contains("ignored"), "{said}");
}

#[test]
fn every_command_is_in_the_help() {
    let help = String::from_utf8(program::output(&["--help"]).stdout).unwrap();
    let listed = help.split("Commands:\n").nth(1).unwrap();
    let listed = listed.split("\n\n").next().unwrap();
    let listed: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty() && *name != "help")
        .collect();
    assert_eq!(listed, COMMANDS);
}

#[cfg(unix)]
#[test]
fn examples_of_the_help_can_be_copied_into_a_shell() {
    let folder = tempfile::tempdir().unwrap();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    // Stands for the program: it takes its words apart as a shell does, and nothing is computed.
    let fake = folder.path().join("millibrem");
    let words = folder.path().join("words");
    let script = format!("#!/bin/sh\nprintf '%s\\0' \"$@\" > {}\n", words.display());
    fs::write(&fake, script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&fake, mode).unwrap();
    let mut seen = 0;
    for command in COMMANDS {
        for example in examples(command) {
            assert!(
                example.starts_with(&format!("millibrem {command}")),
                "{command}: {example}"
            );
            fs::remove_file(&words).ok();
            let done = std::process::Command::new("sh")
                .args(["-e", "-c", &example])
                .env("PATH", format!("{}:/bin:/usr/bin", folder.path().display()))
                .current_dir(folder.path())
                .output()
                .unwrap();
            assert!(done.status.success(), "{example}: {done:?}");
            // The words reach the command line: what follows is not about their form.
            let given = fs::read_to_string(&words).unwrap();
            let mut given: Vec<&str> = given.split_terminator('\0').collect();
            let cards = given.iter().filter(|word| word.starts_with("cards/"));
            for card in cards {
                assert!(Path::new(root).join(card).is_file(), "{example}");
            }
            given.push("--no-such-option");
            let refused = transcript(&given);
            assert!(
                refused.contains("unexpected argument '--no-such-option'"),
                "{example}: {refused}"
            );
            given.pop();
            let ended = parsed(&given, folder.path());
            assert!(!ended.contains("Usage: millibrem"), "{example}: {ended}");
            seen += 1;
        }
    }
    assert!(seen >= 25, "{seen} examples");
}

/// What the command line says to `words` where there is no card and no run: nothing is computed, and
/// what is wrong is a file, not an option.
#[cfg(unix)]
fn parsed(words: &[&str], empty: &Path) -> String {
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("millibrem");
    let output = command.current_dir(empty).args(words).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}
