//! File systems without locks, and files that another program has open.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// `flock` of a file system that has none: the number it fails with is in `FLOCK_ERRNO`.
const NO_LOCKS: &str = r#"
#include <errno.h>
#include <stdlib.h>
int flock(int fd, int operation) {
    (void)fd; (void)operation;
    errno = atoi(getenv("FLOCK_ERRNO"));
    return -1;
}
"#;

/// The library to load before others; nothing without a C compiler.
fn shim(folder: &Path) -> Option<PathBuf> {
    let (source, library) = (folder.join("flock.c"), folder.join("flock.so"));
    fs::write(&source, NO_LOCKS).unwrap();
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .status();
    match made {
        Ok(status) if status.success() => Some(library),
        _ => {
            println!("skipped: no C compiler to make a file system without locks with");
            None
        }
    }
}

fn without_locks(shim: &Path, errno: i32, arguments: &[&str], locking: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_millibrem"));
    command
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .env("LD_PRELOAD", shim)
        .env("FLOCK_ERRNO", errno.to_string())
        .env_remove("HDF5_USE_FILE_LOCKING")
        .args(arguments);
    if let Some(value) = locking {
        command.env("HDF5_USE_FILE_LOCKING", value);
    }
    command.output().unwrap()
}

/// ENOLCK, ENOSYS, EOPNOTSUPP of Linux.
#[cfg(target_os = "linux")]
const NONE: [i32; 3] = [37, 38, 95];

/// Earlier libraries can be told by the environment only.
fn can_do_without() -> bool {
    let version = hdf5::library_version();
    version >= (1, 12, 1) || ((1, 10, 7)..(1, 12, 0)).contains(&version)
}

#[test]
#[cfg(target_os = "linux")]
fn every_command_works_where_files_cannot_be_locked() {
    let folder = tempfile::tempdir().unwrap();
    let Some(shim) = shim(folder.path()) else {
        return;
    };
    for errno in NONE {
        let out = folder.path().join(errno.to_string());
        let at = |name: &str| out.join(name).to_str().unwrap().to_owned();
        let (dir, run, csv) = (at(""), at("run.h5"), at("run.csv"));
        let (lheh5, figure, joined) = (at("run.lheh5"), at("figure.svg"), at("joined.h5"));
        let card = "cards/na64mu-2025.toml";
        let few = "--set=events.count=2000";
        let over = "dark_sector.m_chi_gev=0.1,0.2";
        let scan_h5 = at("scan.h5");
        let shards = [at("shard-1-of-2.h5"), at("shard-2-of-2.h5")];
        let part = |i: &'static str| {
            vec![
                "generate", card, few, "--seed=7", "--quiet", "--out", &dir, "--shard", i,
            ]
        };
        let commands = [
            vec!["generate", card, few, "--seed=7", "--quiet", "--out", &dir],
            vec!["info", &run],
            vec!["export", &run, "--to=csv", "-o", &csv],
            vec!["export", &run, "--to=lheh5", "-o", &lheh5],
            vec!["plot", &run, "-o", &figure],
            vec!["scan", card, "--over", over, "--method=iww", "--out", &dir],
            vec!["plot", &scan_h5, "-o", &figure],
            part("1/2"),
            part("2/2"),
            vec!["merge", &shards[0], &shards[1], "-o", &joined, "--quiet"],
        ];
        for command in &commands {
            let found = without_locks(&shim, errno, command, None);
            let words = String::from_utf8_lossy(&found.stderr);
            if can_do_without() {
                assert_eq!(
                    found.status.code(),
                    Some(0),
                    "{errno}, {command:?}: {words}"
                );
            } else if !words.is_empty() {
                assert!(words.contains("HDF5_USE_FILE_LOCKING=FALSE"), "{words}");
            }
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn who_insists_on_locks_is_told_how_to_do_without() {
    let folder = tempfile::tempdir().unwrap();
    let Some(shim) = shim(folder.path()) else {
        return;
    };
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    let card = "cards/na64mu-2025.toml";
    let command = [
        "generate",
        card,
        "--set=events.count=100",
        "--out",
        out,
        "--quiet",
    ];
    let found = without_locks(&shim, 37, &command, Some("TRUE"));
    let words = String::from_utf8_lossy(&found.stderr);
    assert_eq!(found.status.code(), Some(1), "{words}");
    assert!(words.contains("No locks available"), "{words}");
    assert!(words.contains("HDF5_USE_FILE_LOCKING=FALSE"), "{words}");
    let found = without_locks(&shim, 37, &command, Some("FALSE"));
    assert!(found.status.code() < Some(2), "{found:?}");
}

#[test]
fn a_file_that_another_program_writes_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let program = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_millibrem"));
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        command.env_remove("HDF5_USE_FILE_LOCKING").args(arguments);
        command.output().unwrap()
    };
    let out = folder.path().to_str().unwrap();
    let (card, few) = ("cards/na64mu-2025.toml", "--set=events.count=2000");
    let made = program(&["generate", card, few, "--seed=7", "--quiet", "--out", out]);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let path = folder.path().join("run.h5");
    // As the library does when it opens a file for writing.
    let writer = fs::File::open(&path).unwrap();
    writer.lock().unwrap();
    let found = program(&["info", path.to_str().unwrap()]);
    let words = String::from_utf8(found.stderr).unwrap();
    assert_eq!(found.status.code(), Some(1), "{words}");
    assert!(
        words.contains("another program has it open for writing"),
        "{words}"
    );
    assert!(words.contains("HDF5_USE_FILE_LOCKING"), "{words}");
    drop(writer);
    assert_eq!(
        program(&["info", path.to_str().unwrap()]).status.code(),
        Some(0)
    );
}
