//! A command that is ended takes its unfinished files with it, or the next one writes over them.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;

use crate::commands::{CARD, names, run, words};

/// A run that takes some time to export, and to merge.
fn long() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let out = format!("--out={}", folder.path().display());
        for more in [&[][..], &["--shard=1/2"], &["--shard=2/2"]] {
            let all = [
                "generate",
                CARD,
                "--seed=1",
                "--quiet",
                "--set=events.count=400000",
                &out,
            ];
            let done = run(&[&all[..], more].concat());
            assert_eq!(done.status.code(), Some(0), "{}", words(&done));
        }
        folder
    });
    folder.path()
}

fn calls(out: &Path) -> Vec<(Vec<String>, PathBuf)> {
    let at = |name: &str| long().join(name).to_str().unwrap().to_owned();
    let (lhe, csv, run) = (
        out.join("a.lhe"),
        out.join("a.lheh5"),
        out.join("merged.h5"),
    );
    let export = |to: &str, file: &Path| {
        let all = [
            "export",
            &at("run.h5"),
            "--to",
            to,
            "-o",
            file.to_str().unwrap(),
        ];
        all.map(str::to_owned).to_vec()
    };
    let (a, b) = (at("shard-1-of-2.h5"), at("shard-2-of-2.h5"));
    let merge = ["merge", &a, &b, "-o", run.to_str().unwrap()].map(str::to_owned);
    vec![
        (export("lhe", &lhe), lhe),
        (export("lheh5", &csv), csv),
        (merge.to_vec(), run),
    ]
}

/// Starts a call and waits until it writes.
fn begun(arguments: &[String], output: &Path, prefix: &str) -> Child {
    let script = format!("{prefix} exec \"$0\" \"$@\"");
    let mut child = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_millibrem")])
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let part = PathBuf::from(format!("{}.part", output.display()));
    while !part.exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(20));
    child
}

fn send(child: &Child, signal: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", signal, &id]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn a_command_that_is_ended_leaves_nothing() {
    let out = tempfile::tempdir().unwrap();
    let mut ended = 0;
    for (arguments, output) in calls(out.path()) {
        for signal in ["TERM", "INT", "HUP", "TERM"] {
            let mut child = begun(&arguments, &output, "");
            send(&child, signal);
            let status = child.wait().unwrap();
            if status.success() {
                // Too late; it was done.
                std::fs::remove_file(&output).unwrap();
                continue;
            }
            ended += 1;
            assert_ne!(status.code(), Some(101), "{arguments:?}");
            assert!(
                names(out.path()).is_empty(),
                "{signal} {arguments:?}: {:?}",
                names(out.path())
            );
        }
    }
    println!("{ended} of 12 commands were ended, none left a file");
    assert!(ended > 5, "{ended}");
}

#[test]
fn what_a_killed_command_leaves_is_written_over() {
    let out = tempfile::tempdir().unwrap();
    let (mut killed, mut left) = (0, 0);
    for (arguments, output) in calls(out.path()) {
        for _ in 0..6 {
            let mut child = begun(&arguments, &output, "");
            let _ = child.kill();
            killed += u32::from(!child.wait().unwrap().success());
            left += names(out.path()).len();
        }
        let name = output.file_name().unwrap().to_str().unwrap().to_owned();
        let done = run(&[&arguments[..], &["--force".to_owned()]].concat());
        assert_eq!(done.status.code(), Some(0), "{}", words(&done));
        assert_eq!(names(out.path()), [name]);
        std::fs::remove_file(&output).unwrap();
    }
    println!("{killed} of 18 commands were killed; {left} files were left and none in the end");
    assert!(killed > 9 && left > 9, "{killed} {left}");
}

#[test]
fn signals_that_were_ignored_stay_so() {
    let out = tempfile::tempdir().unwrap();
    let (arguments, output) = calls(out.path()).remove(0);
    let mut child = begun(&arguments, &output, "trap '' HUP;");
    send(&child, "HUP");
    assert!(child.wait().unwrap().success());
    assert!(output.exists());
}
