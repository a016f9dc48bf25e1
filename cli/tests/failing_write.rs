//! A single write that fails, whichever it is: it is told, and nothing of that name is left.

#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// A run of a few events, with the library `preloaded` and the write that is to fail.
fn run(folder: &Path, preloaded: &Path, at: usize, threads: &str) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("millibrem"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(["generate", "cards/m3.toml", "--seed=3", "--quiet"])
        .args(["--set=events.count=300", "--set=integration.neval=2000"])
        .args(["--set=integration.rel_error=0.05", threads, "--out"])
        .arg(folder.join("run"))
        .env("LD_PRELOAD", preloaded)
        .env("FAIL_AT", at.to_string())
        .env("FAIL_COUNT", folder.join("count"))
        .output()
        .unwrap()
}

#[test]
fn no_failure_of_a_single_write_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("failing_write.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files/failing_write.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", source, "-ldl", "-o"])
        .arg(&library)
        .status();
    assert!(built.unwrap().success(), "cc is there to link this test");
    for threads in ["--threads=1", "--threads=2"] {
        let whole = run(folder.path(), &library, usize::MAX >> 1, threads);
        assert!(whole.status.success());
        fs::remove_dir_all(folder.path().join("run")).unwrap();
        let count = fs::read_to_string(folder.path().join("count")).unwrap();
        let count: usize = count.parse().unwrap();
        assert!(count > 40, "{count} writes");
        for at in 0..count {
            let found = run(folder.path(), &library, at, threads);
            let words = String::from_utf8_lossy(&found.stderr);
            let told = !found.status.success() && words.contains("no space left");
            assert!(told, "write {at} of {count}, {threads}: {words}");
            let left = folder.path().join("run").read_dir();
            assert_eq!(left.map_or(0, Iterator::count), 0, "write {at}");
        }
    }
}
