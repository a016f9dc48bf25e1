//! `millibrem submit`.

mod program;

use std::fs;
use std::path::Path;

use millibrem_cli::batch::{Engine, Plan, SubmitError};
use program::{json, output, transcript};

const CARD: &str = "cards/na64mu-2025.toml";

/// A plan with every option that `engine` knows.
fn plan(engine: Engine) -> Plan {
    let slurm = engine == Engine::Slurm;
    Plan {
        engine,
        program: "/opt/it's here/$millibrem".into(),
        name: "na64mu+2025".to_owned(),
        shards: 3,
        cpus: 4,
        time: slurm.then(|| "1-02:00:00".parse().unwrap()),
        memory: Some("500M".parse().unwrap()),
        partition: slurm.then(|| "long".to_owned()),
        extra: vec![
            if slurm {
                "--account=physics"
            } else {
                "+MaxRuntime = 7200"
            }
            .to_owned(),
        ],
    }
}

/// All files but the card, one after the other.
fn shown(plan: &Plan) -> String {
    let files = plan.files("the card").unwrap();
    let (card, others) = files.split_first().unwrap();
    assert_eq!((card.name, card.text.as_str()), ("card.toml", "the card"));
    let show = |file: &millibrem_cli::batch::BatchFile| {
        let mode = if file.executable { " (executable)" } else { "" };
        format!("=== {}{mode}\n{}", file.name, file.text)
    };
    others.iter().map(show).collect()
}

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["submit", "--help"]));
}

#[test]
fn files_for_slurm_are_an_array_and_a_merge_that_waits_for_it() {
    insta::assert_snapshot!(shown(&plan(Engine::Slurm)));
}

#[test]
fn files_for_htcondor_are_a_dag_of_shards_and_their_merge() {
    insta::assert_snapshot!(shown(&plan(Engine::Htcondor)));
}

#[test]
fn the_card_is_resolved_with_a_seed_and_the_threads_of_a_task() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two words");
    let path = path.to_str().unwrap();
    let options = [
        "--engine",
        "slurm",
        "--shards",
        "12",
        "--cpus-per-task",
        "3",
    ];
    let report = json(&[&["submit", CARD, "--out", path, "--json"][..], &options].concat());
    let card = millibrem_files::card::load(&Path::new(path).join("card.toml"), &[]).unwrap();
    assert_eq!(report["seed"].as_u64(), Some(card.run.seed));
    assert_eq!(card.run.threads, 3);
    assert_eq!(report["command"], format!("'{path}/submit.sh'"));
    assert_eq!(report["submitted"], false);
    for file in report["files"].as_array().unwrap() {
        assert!(Path::new(file.as_str().unwrap()).is_file(), "{file}");
    }
    let text = fs::read_to_string(Path::new(path).join("shards.sbatch")).unwrap();
    let program = env!("CARGO_BIN_EXE_millibrem");
    assert!(text.contains(&format!("\n'{program}' generate")), "{text}");
    assert!(text.contains("#SBATCH --array=1-12\n"), "{text}");
    assert!(text.contains("#SBATCH --cpus-per-task=3\n"), "{text}");
}

#[test]
fn the_scripts_are_shell() {
    for engine in [Engine::Slurm, Engine::Htcondor] {
        for file in plan(engine).files("").unwrap() {
            let Some(shell) = file.text.strip_prefix("#!/bin/") else {
                continue;
            };
            let shell = shell.lines().next().unwrap();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("script");
            fs::write(&path, &file.text).unwrap();
            let check = std::process::Command::new(shell)
                .arg("-n")
                .arg(&path)
                .output();
            let check = check.unwrap();
            assert!(check.status.success(), "{}: {check:?}", file.name);
        }
    }
}

#[test]
fn existing_files_are_not_replaced_without_force() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let arguments = [
        "submit", CARD, "--engine", "slurm", "--shards", "2", "--out", path,
    ];
    fs::write(folder.path().join("merge.sbatch"), "precious").unwrap();
    let shown = transcript(&arguments).replace(path, "FOLDER");
    insta::assert_snapshot!(shown, @r"
    exit code 2
    --- stdout
    --- stderr
    error: FOLDER/merge.sbatch exists already; choose another output or replace it with --force
    ");
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    assert!(
        output(&[&arguments[..], &["--force"]].concat())
            .status
            .success()
    );
    let text = fs::read_to_string(folder.path().join("merge.sbatch")).unwrap();
    assert!(text.contains(" merge shard-"), "{text}");
}

#[test]
fn what_cannot_be_submitted_is_one_line_and_exit_code_two() {
    let slurm = ["--engine", "slurm", "--shards", "2"];
    let htcondor = ["--engine", "htcondor", "--shards", "2"];
    let cases: [(&[&str], &[&str]); 11] = [
        (&["--engine", "pbs", "--shards", "2"], &[]),
        (&["--engine", "slurm", "--shards", "0"], &[]),
        (&slurm, &["--time", "90"]),
        (&slurm, &["--time", "00:01:00"]),
        (&slurm, &["--mem", "2GB"]),
        (&slurm, &["--partition", "a b"]),
        (&slurm, &["--extra", "account=physics"]),
        (&slurm, &["--extra=--comment=a\n#SBATCH --exclusive"]),
        (&htcondor, &["--time", "02:00:00"]),
        (&htcondor, &["--partition", "long"]),
        (&slurm, &["--set", "cuts.x_min=0.9999999999"]),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let path = path.to_str().unwrap();
    let mut all = String::new();
    for (engine, options) in cases {
        all += &transcript(&[&["submit", CARD, "--out", path][..], engine, options].concat());
    }
    assert!(!Path::new(path).exists());
    insta::assert_snapshot!(all);
}

#[test]
fn a_program_whose_path_breaks_a_line_is_refused() {
    let plan = Plan {
        program: "/opt/a\nb".into(),
        ..plan(Engine::Htcondor)
    };
    assert!(matches!(plan.files(""), Err(SubmitError::Text { .. })));
}

/// Runs `submit.sh` of `shards` shards where `scontrol` prints `config`; the words that sbatch and
/// scancel heard, a line each, and the exit code.
#[cfg(unix)]
fn submitted(shards: u32, config: &str, sbatch: &str) -> (String, Option<i32>) {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let heard = folder.path().join("heard");
    let heard = heard.display();
    let script = |name: &str, text: String| {
        let file = folder.path().join(name);
        fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    };
    script("scontrol", format!("printf '{config}'"));
    script("scancel", format!("echo \"scancel $*\" >> {heard}"));
    let count = format!("echo \"$*\" >> {heard}\nn=$(wc -l < {heard})\n");
    script("sbatch", count + sbatch);
    let plan = Plan {
        shards,
        ..plan(Engine::Slurm)
    };
    let files = plan.files("").unwrap();
    let submit = &files.last().unwrap().text;
    fs::write(folder.path().join("submit.sh"), submit).unwrap();
    let done = std::process::Command::new("sh")
        .arg(folder.path().join("submit.sh"))
        .env("PATH", format!("{path}:/bin:/usr/bin"))
        .output()
        .unwrap();
    let heard = fs::read_to_string(folder.path().join("heard")).unwrap_or_default();
    (heard, done.status.code())
}

/// The shards that arrays of `sbatch` cover, in order, from the words it heard.
#[cfg(unix)]
fn covered(heard: &str, most: u32) -> Vec<u32> {
    let mut shards = Vec::new();
    for line in heard.lines().filter(|line| line.contains("shards.sbatch")) {
        let tasks = line.split("--array=1-").nth(1).unwrap();
        let tasks: u32 = tasks.split(' ').next().unwrap().parse().unwrap();
        assert!((1..=most).contains(&tasks), "{line}");
        let before: u32 = line.rsplit(' ').next().unwrap().parse().unwrap();
        shards.extend((1..=tasks).map(|task| before + task));
    }
    shards
}

#[cfg(unix)]
#[test]
fn arrays_are_no_longer_than_the_site_allows_and_the_merge_waits_for_all() {
    for (config, most) in [
        ("", 1000),
        ("MaxArraySize            = 1001\\n", 1000),
        (
            "MaxJobCount = 5\\nMaxArraySize = 11\\nMaxNodeCount = 3\\n",
            10,
        ),
        ("MaxArraySize            = 4000001\\n", 4_000_000),
    ] {
        for shards in [1, 10, 11, 1000, 1001, 2503] {
            let (heard, code) = submitted(shards, config, "echo $n");
            assert_eq!(code, Some(0), "{heard}");
            assert_eq!(covered(&heard, most), Vec::from_iter(1..=shards), "{heard}");
            let arrays = shards.div_ceil(most);
            let jobs: Vec<String> = (1..=arrays).map(|job| job.to_string()).collect();
            let merge = heard.lines().last().unwrap();
            let waits = format!("--dependency=afterok:{} ", jobs.join(":"));
            assert!(
                merge.contains(&waits) && merge.ends_with("merge.sbatch"),
                "{merge}"
            );
        }
    }
    let (heard, code) = submitted(3, "MaxArraySize = 0\\n", "echo $n");
    assert_eq!((heard.as_str(), code), ("", Some(1)));
}

#[cfg(unix)]
#[test]
fn a_refusal_in_the_middle_takes_back_what_waits_already() {
    let refuse_third = "[ $n -lt 3 ] || exit 7\necho $n";
    let (heard, code) = submitted(2500, "", refuse_third);
    assert_eq!(code, Some(7), "{heard}");
    assert_eq!(heard.lines().last(), Some("scancel 1 2"), "{heard}");
}

#[cfg(unix)]
#[test]
fn on_wish_the_jobs_are_submitted_and_a_refusal_gives_exit_code_one() {
    use std::os::unix::fs::PermissionsExt;
    let submit = |sbatch: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        let fake = folder.path().join("sbatch");
        fs::write(&fake, format!("#!/bin/sh\n{sbatch}\n")).unwrap();
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("millibrem");
        let run = command
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .env("PATH", format!("{path}:/bin:/usr/bin"))
            .args(["submit", CARD, "--engine", "slurm", "--shards", "2"])
            .args(["--out", path, "--now", "--quiet"])
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(path, "FOLDER");
        (run.status.code(), text(run.stdout), text(run.stderr))
    };
    let (code, answer, words) =
        submit(r#"case "$*" in *merge*) echo "8 $*" ;; *) echo "7;here" ;; esac"#);
    assert_eq!((code, words.as_str()), (Some(0), ""));
    insta::assert_snapshot!(
        answer,
        @"shards: job 7, merge: job 8 --parsable --dependency=afterok:7 --kill-on-invalid-dep=yes merge.sbatch, logs: FOLDER/log"
    );
    let (code, answer, words) = submit("echo no such account >&2; exit 3");
    assert_eq!((code, answer.as_str()), (Some(1), ""));
    insta::assert_snapshot!(words, @r"
    no such account
    error: FOLDER/submit.sh failed: exit status: 3
    ");
}

#[test]
fn a_submission_tells_its_size_its_time_and_the_command_to_type() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let run = [
        "submit",
        CARD,
        "--engine",
        "slurm",
        "--shards",
        "100",
        "--set",
        "events.count=1e8",
    ];
    let run = output(&[&run[..], &["--set", "integration.neval=2000", "--out", out]].concat());
    let told = String::from_utf8(run.stderr).unwrap();
    // 19 numbers of 8 bytes each.
    let size = "1e8 events take 15.2 GB of disk while run.h5 is written";
    assert!(told.contains(size), "{told}");
    assert!(
        told.contains("a shard takes about ") && told.contains(", all 100 together "),
        "{told}"
    );
    assert!(told.ends_with("next, on the cluster:\n"), "{told}");
}
