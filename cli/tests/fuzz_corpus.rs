//! The fuzz targets over the corpus and over everything that was ever found, on stable Rust.
//!
//! `docs/fuzzing.md` says how the corpus was made.

#[path = "../../fuzz/src/lib.rs"]
#[allow(dead_code, unreachable_pub, reason = "a library of its own there")]
mod targets;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;

use targets::TARGETS;

/// No input may take longer, on a busy machine either.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs one input of that name.
fn run(path: &Path, input: &[u8], target: fn(&[u8])) {
    // Shown if the target panics.
    println!("{}", path.display());
    let start = Instant::now();
    target(input);
    let time = start.elapsed();
    assert!(time < PATIENCE, "{}: {time:?}", path.display());
}

/// Runs every file of `folder`.
fn run_folder(folder: &Path, target: fn(&[u8])) {
    let files = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    for path in &paths {
        run(path, &fs::read(path).unwrap(), target);
    }
}

/// Runs every file of the archive's folder `corpus/NAME`; their number.
fn run_archive(archive: &Path, name: &str, target: fn(&[u8])) -> usize {
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(archive).unwrap()));
    let mut n = 0;
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        if path.parent() == Some(&Path::new("corpus").join(name)) && entry.size() > 0 {
            let mut input = Vec::new();
            entry.read_to_end(&mut input).unwrap();
            run(&path, &input, target);
            n += 1;
        }
    }
    n
}

/// Runs the target of that name over its corpus and its findings.
fn holds(name: &str) {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = found.expect("a target of that name");
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join("fuzz");
    run_folder(&root.join("findings").join(name), *target);
    assert!(run_archive(&root.join("corpus.tar.gz"), name, *target) > 0);
}

macro_rules! targets {
    ($($name:ident)+) => {
        $(#[test] fn $name() { holds(stringify!($name)); })+

        #[test]
        fn every_target_is_here_and_has_a_binary() {
            let here = [$(stringify!($name)),+];
            assert_eq!(TARGETS.map(|(name, _)| name), here);
            for name in here {
                let binary = format!("fuzz/fuzz_targets/{name}.rs");
                assert!(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(&binary).is_file(), "{binary}");
            }
        }
    };
}

targets! { axes card limit_file points run_bytes run_file setup table }
