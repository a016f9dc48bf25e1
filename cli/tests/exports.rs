//! The exports of `generate --to`: tried before the work, made again after whatever stopped them,
//! kept where they are there.

mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use millibrem_files::export::Format;
use millibrem_files::hdf5::RunReader;
use millibrem_files::job::{Exports, JobError};
use program::output;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

const CARD: &str = "cards/ldmx-2025.toml";

/// Every format.
const ALL: [&str; 8] = [
    "--to=lhe",
    "--to=pythia8-lhe",
    "--to=csv",
    "--to=lheh5",
    "--to=hepmc3",
    "--to=ldmx-lhe",
    "--to=g4darkbrem-csv",
    "--to=g4darkbrem-lhe",
];

/// A run of a fraction of a second.
fn arguments<'a>(folder: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["generate", CARD, "--out", folder.to_str().unwrap()];
    all.extend([
        "--set=events.mode=unweighted",
        "--set=events.count=8000",
        "--set=integration.neval=20000",
        "--set=integration.n_adapt=4",
        "--seed=7",
        "--quiet",
    ]);
    all.extend(more);
    all
}

/// Exit code and stderr.
fn said(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let done = output(&arguments(folder, more));
    let words = String::from_utf8_lossy(&done.stderr).into_owned();
    let root = folder.parent().unwrap().to_str().unwrap();
    (done.status.code(), words.replace(root, "FOLDER"))
}

/// All files of a folder with what they hold.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = folder.read_dir().unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn what_cannot_be_exported_is_said_before_the_work() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a");
    // So long that nobody would wait for it.
    let long = ["--set=events.count=1e8", "--set=integration.neval=1e7"];
    let refused = |more: &[&str]| {
        let begin = Instant::now();
        let (code, words) = said(&folder, &[&long[..], more].concat());
        assert_eq!(code, Some(2), "{words}");
        assert!(begin.elapsed() < Duration::from_secs(5), "{words}");
        assert!(!folder.join("run.h5").exists());
        words
    };
    let mut words = vec![refused(&["--to=csv", "--to=lhe", "--to=csv"])];
    fs::create_dir_all(folder.join("run.lhe")).unwrap();
    words.push(refused(&["--to=csv", "--to=lhe"]));
    words.push(refused(&["--to=lhe", "--force"]));
    fs::write(folder.join("run.csv"), "precious").unwrap();
    words.push(refused(&["--to=hepmc3", "--to=csv"]));
    words.push(refused(&["--to=hepmc3", "--to=csv", "--resume"]));
    assert_eq!(fs::read(folder.join("run.csv")).unwrap(), b"precious");
    insta::assert_snapshot!(words.concat());
}

#[test]
fn exports_and_the_card_of_the_run_are_the_same_bytes_for_any_number_of_threads() {
    let root = tempfile::tempdir().unwrap();
    let made = |threads: &str, name: &str| {
        let folder = root.path().join(name);
        let (code, words) = said(&folder, &[&ALL[..], &[threads]].concat());
        assert_eq!(code, Some(0), "{words}");
        let run = RunReader::open(&folder.join("run.h5")).unwrap();
        let mut all = files(&folder);
        // It holds how long the run took.
        all.remove("run.h5");
        // In its attributes the card of the run, as texts have it.
        (all, run.header().card.clone())
    };
    let (one, two) = (made("--threads=1", "a"), made("--set=run.threads=2", "b"));
    assert_eq!(one.1, two.1);
    assert!(one.0.keys().eq(two.0.keys()) && one.0.len() >= ALL.len());
    for (name, bytes) in &one.0 {
        assert!(*bytes == two.0[name], "{name}");
    }
}

#[test]
fn a_finished_run_with_its_exports_is_complete() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a");
    assert_eq!(said(&folder, &["--to=csv", "--to=lhe"]).0, Some(0));
    let stamps = || {
        ["run.h5", "run.csv", "run.lhe"]
            .map(|name| fs::metadata(folder.join(name)).unwrap().modified().unwrap())
    };
    let (before, held) = (stamps(), files(&folder));
    for more in [&["--to=csv", "--to=lhe"][..], &["--to=lhe"], &[]] {
        let (code, words) = said(&folder, &[&["--resume"], more].concat());
        assert_eq!(code, Some(0), "{words}");
        assert_eq!(stamps(), before);
    }
    // Without --resume nothing of it is overwritten; an export that is missing is made.
    assert_eq!(said(&folder, &["--to=lhe"]).0, Some(2));
    fs::remove_file(folder.join("run.csv")).unwrap();
    assert_eq!(said(&folder, &["--resume", "--to=csv"]).0, Some(0));
    assert!(files(&folder) == held);
    // What is not the export of this run is not taken for it, however little differs.
    let mut bytes = held["run.lhe"].clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(folder.join("run.lhe"), &bytes).unwrap();
    let (code, words) = said(&folder, &["--resume", "--to=csv", "--to=lhe"]);
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(words, @"error: FOLDER/a/run.lhe is there and is not the lhe export of FOLDER/a/run.h5; move it away, or replace it with --force");
    assert!(fs::read(folder.join("run.lhe")).unwrap() == bytes);
    assert_eq!(
        said(&folder, &["--resume", "--to=lhe", "--force"]).0,
        Some(0)
    );
    assert!(files(&folder) == held);
}

#[test]
fn an_export_that_fails_leaves_a_complete_run() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a");
    assert_eq!(said(&folder, &[]).0, Some(0));
    let card = millibrem_files::card::load(
        &Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(CARD),
        &[],
    )
    .unwrap();
    let formats = [Format::LHE, Format::CSV];
    let exports = Exports::of(&folder.join("run.h5"), &formats, &card, true).unwrap();
    exports.check(false).unwrap();
    // Appears while the run goes on.
    fs::create_dir(folder.join("run.csv")).unwrap();
    let error = exports.make(&mut |_| {}).unwrap_err();
    assert!(matches!(error, JobError::Export { .. }), "{error}");
    let words = error.to_string();
    for part in ["run.h5 is complete", "export to csv failed", "--resume"] {
        assert!(words.contains(part), "{words}");
    }
    fs::remove_dir(folder.join("run.csv")).unwrap();
    let (code, words) = said(&folder, &["--resume", "--to=lhe", "--to=csv"]);
    assert_eq!(code, Some(0), "{words}");
}

#[test]
fn exports_survive_kills() {
    let kills = program::kills();
    let root = tempfile::tempdir().unwrap();
    let (calm, wild) = (root.path().join("calm"), root.path().join("wild"));
    let more = [&ALL[..], &["--resume"]].concat();
    assert_eq!(said(&calm, &more).0, Some(0));
    // The exports alone, all made again: as long as a resumed run may take.
    let begin = Instant::now();
    assert_eq!(said(&calm, &more).0, Some(0));
    let mut time = begin.elapsed();
    let want = files(&calm);
    let mut rng = Pcg64Mcg::seed_from_u64(17);
    let (mut killed, mut amid, mut rounds) = (0, 0, 0);
    while killed < kills {
        fs::create_dir_all(&wild).unwrap();
        fs::copy(calm.join("run.h5"), wild.join("run.h5")).unwrap();
        loop {
            let mut child = Command::new(env!("CARGO_BIN_EXE_millibrem"))
                .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
                .args(arguments(&wild, &more))
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            if killed < kills {
                std::thread::sleep(time.mul_f64(rng.random_range(0.0..1.1)));
                // Fails where the program has ended already.
                let _ = child.kill();
            }
            let ended = child.wait_with_output().unwrap();
            match ended.status.code() {
                Some(_) => time = time.mul_f64(0.9),
                None => time = time.mul_f64(1.05),
            }
            if let Some(code) = ended.status.code() {
                assert_eq!(code, 0, "{}", String::from_utf8_lossy(&ended.stderr));
                break;
            }
            killed += 1;
            let made = want.keys().filter(|name| wild.join(name).exists());
            amid += u32::from((2..want.len()).contains(&made.count()));
        }
        let mut found = files(&wild);
        found.retain(|name, _| !name.ends_with(".part"));
        assert!(found == want, "round {rounds}: {:?}", found.keys());
        fs::remove_dir_all(&wild).unwrap();
        rounds += 1;
    }
    println!("{killed} kills, {amid} between the first and the last export, {rounds} rounds");
    assert!(amid > 0);
}
