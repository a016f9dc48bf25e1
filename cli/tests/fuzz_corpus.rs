//! The fuzz targets over the corpus and over everything that was ever found, on stable Rust.
//!
//! `docs/fuzzing.md` says how the corpus was made.

#[path = "../../fuzz/src/lib.rs"]
#[allow(dead_code, unreachable_pub, reason = "a library of its own there")]
mod targets;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use targets::TARGETS;

/// No input may take longer, on a busy machine either.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs every file of `folder`; their number.
fn run_all(folder: &Path, target: fn(&[u8])) -> usize {
    let files = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    for path in &paths {
        // Shown if the target panics.
        println!("{}", path.display());
        let start = Instant::now();
        target(&fs::read(path).unwrap());
        let time = start.elapsed();
        assert!(time < PATIENCE, "{}: {time:?}", path.display());
    }
    paths.len()
}

/// Runs the target of that name over its corpus and its findings.
fn holds(name: &str) {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = found.expect("a target of that name");
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join("fuzz");
    run_all(&root.join("findings").join(name), *target);
    assert!(run_all(&root.join("corpus").join(name), *target) > 0);
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
