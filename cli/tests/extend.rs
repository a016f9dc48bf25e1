//! `generate --extend`: a longer run is, to the bit, that of the card with more events, whatever
//! interrupts it; the shorter one stays whole until then.

#[path = "program/contents.rs"]
mod contents;
mod program;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use contents::{Contents, contents};
use program::{json, output};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

const CARD: &str = "cards/ldmx-2025.toml";

/// A run of a fraction of a second, of any number of events.
const SMALL: [&str; 4] = [
    "--set=integration.neval=20000",
    "--set=integration.n_adapt=4",
    "--checkpoint-every=0.01",
    "--quiet",
];

/// Exit code and stderr of `generate` into `folder`.
fn said(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let out = folder.to_str().unwrap();
    let done = output(&[&["generate", CARD, "--out", out], &SMALL[..], more].concat());
    let words = String::from_utf8_lossy(&done.stderr).into_owned();
    let root = folder.parent().unwrap().to_str().unwrap();
    (done.status.code(), words.replace(root, "FOLDER"))
}

/// What `generate` leaves in `folder`.
fn made(folder: &Path, more: &[&str]) -> Contents {
    let (code, words) = said(folder, more);
    assert_eq!(code, Some(0), "{words}");
    let files = folder.read_dir().unwrap();
    assert_eq!(files.count(), 1, "{more:?}");
    contents(&folder.join("run.h5"))
}

#[test]
fn a_longer_run_is_that_of_the_card_with_more_events() {
    let root = tempfile::tempdir().unwrap();
    // More events than points measured, and fewer; cuts that leave points without an event; none at
    // all to begin with; equal weights.
    let cases: [(&[&str], u64, u64); 6] = [
        (&[], 30_000, 250_000),
        (&["--set=cuts.lepton_pt_min_gev=0.05"], 150_000, 70_000),
        (&["--set=events.compression=gzip"], 5000, 4000),
        (&[], 0, 1000),
        (&["--set=events.mode=unweighted"], 20_000, 25_000),
        (&["--set=events.precision=single"], 10_000, 3000),
    ];
    for (i, (more, count, by)) in cases.into_iter().enumerate() {
        let at = |name: &str| root.path().join(format!("{name}{i}"));
        let events = |n: u64| format!("--set=events.count={n}");
        fn with<'a>(n: &'a str, more: &[&'a str]) -> Vec<&'a str> {
            [&["--seed=3", n], more].concat()
        }
        let short = made(&at("a"), &with(&events(count), more));
        let long = made(&at("b"), &with(&events(count + by), more));
        let extend = format!("--extend={by}");
        // The card says how long it was made first; the file, how long it is.
        let extended = made(
            &at("a"),
            &[&with(&events(count), more)[..], &[&extend]].concat(),
        );
        assert!(extended == long, "case {i}");
        for k in 0..count as usize {
            let (mut was, mut is) = (short.events.get(k).unwrap(), long.events.get(k).unwrap());
            assert!(count < 10 || is.weight > 0.0);
            (was.weight, is.weight) = (0.0, 0.0);
            assert!(was == is, "case {i}, event {k}");
        }
        let sigma = |c: &Contents| {
            let at = c.rest.find("CrossSection").unwrap();
            c.rest[at..].to_owned()
        };
        let (was, is) = (sigma(&short), sigma(&extended));
        let end = was
            .find("provenance")
            .unwrap_or(was.find("n_eval_events").unwrap());
        assert_eq!(was[..end], is[..end], "case {i}");
        // Again, by the file in place of the card, whose seed it knows.
        let run = at("a").join("run.h5");
        let run = run.to_str().unwrap();
        let again = output(&["generate", run, "--extend", "1e3", "--quiet"]);
        let words = String::from_utf8_lossy(&again.stderr).into_owned();
        assert_eq!(again.status.code(), Some(0), "{words}");
        let longer = made(&at("c"), &with(&events(count + by + 1000), more));
        assert!(contents(Path::new(run)) == longer, "case {i}");
    }
}

#[test]
fn an_extension_survives_kills_and_the_short_run_stays_whole() {
    let kills = program::kills();
    let root = tempfile::tempdir().unwrap();
    let (short, long, wild) = (
        root.path().join("short"),
        root.path().join("long"),
        root.path().join("wild"),
    );
    let events = ["--seed=3", "--set=events.count=40000"];
    let extend = ["--seed=3", "--extend=260000", "--resume"];
    let before = made(&short, &events);
    let begin = Instant::now();
    let want = made(&long, &["--seed=3", "--set=events.count=300000"]);
    let mut time = begin.elapsed();
    let mut rng = Pcg64Mcg::seed_from_u64(23);
    let (mut killed, mut saved, mut rounds) = (0, 0, 0);
    while killed < kills {
        fs::create_dir_all(&wild).unwrap();
        fs::copy(short.join("run.h5"), wild.join("run.h5")).unwrap();
        loop {
            let mut child = Command::new(env!("CARGO_BIN_EXE_millibrem"))
                .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
                .args(["generate", CARD, "--out", wild.to_str().unwrap()])
                .args(SMALL)
                .args(extend)
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
            let there = contents(&wild.join("run.h5"));
            if let Some(code) = ended.status.code() {
                assert_eq!(code, 0, "{}", String::from_utf8_lossy(&ended.stderr));
                assert!(there == want, "round {rounds}");
                break;
            }
            killed += 1;
            saved += u32::from(wild.join("run.h5.state").exists());
            assert!(there == before || there == want, "round {rounds}");
        }
        // Done: once more it does nothing, and leaves nothing.
        assert!(made(&wild, &extend) == want);
        fs::remove_dir_all(&wild).unwrap();
        rounds += 1;
    }
    println!("{killed} kills, {saved} of them behind a checkpoint, {rounds} rounds");
    assert!(saved > 0);
}

#[test]
fn what_cannot_be_extended_is_said_and_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let mut texts = Vec::new();
    let mut refused = |folder: &Path, more: &[&str]| {
        let (code, words) = said(folder, more);
        assert_eq!(code, Some(2), "{words}");
        texts.push(words);
    };
    refused(&at("a"), &["--extend=1000"]);
    let short = made(&at("a"), &["--seed=3", "--set=events.count=1000"]);
    refused(&at("a"), &["--extend=1000", "--seed=4"]);
    refused(&at("a"), &["--extend=1000", "--set=beam.energy_gev=9"]);
    refused(&at("a"), &["--extend=1e15"]);
    refused(&at("a"), &["--extend=1e9", "--shard=1/2"]);
    refused(&at("a"), &["--extend=0"]);
    refused(&at("a"), &["--extend=1.5"]);
    let run = at("a").join("run.h5");
    let named = output(&[
        "generate",
        run.to_str().unwrap(),
        "--extend=1000",
        "--out=elsewhere",
    ]);
    let words = String::from_utf8_lossy(&named.stderr).into_owned();
    texts.push(words.replace(root.path().to_str().unwrap(), "FOLDER"));
    assert!(contents(&run) == short);
    // What becomes of the events is said.
    let told = output(&["generate", run.to_str().unwrap(), "--extend=10"]);
    let words = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(
        words.contains("the first 1000 events are those that were there"),
        "{words}"
    );
    insta::assert_snapshot!(texts.concat());
}

#[test]
fn an_unfinished_extension_is_not_lost() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a");
    let short = made(&folder, &["--seed=3", "--set=events.count=1000"]);
    let state = folder.join("run.h5.state");
    while !state.exists() {
        let mut child = Command::new(env!("CARGO_BIN_EXE_millibrem"))
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .args(["generate", CARD, "--out", folder.to_str().unwrap()])
            .args(SMALL)
            .args(["--extend=2000000"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        while !state.exists() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let _ = child.kill();
        child.wait().unwrap();
    }
    let saved = fs::read(&state).unwrap();
    // The complete run is complete; the extension is neither begun anew nor mistaken for another.
    let (code, words) = said(
        &folder,
        &["--seed=3", "--set=events.count=1000", "--resume"],
    );
    assert_eq!(code, Some(0), "{words}");
    let (code, words) = said(&folder, &["--extend=2000000"]);
    assert_eq!(code, Some(2));
    assert!(words.contains("--resume"), "{words}");
    let (code, words) = said(&folder, &["--extend=1000", "--resume"]);
    assert_eq!(code, Some(2));
    assert!(words.contains("count = 2001000"), "{words}");
    assert!(fs::read(&state).unwrap() == saved && contents(&folder.join("run.h5")) == short);
    let out = folder.to_str().unwrap();
    let report = json(
        &[
            &["generate", CARD, "--json", "--out", out][..],
            &SMALL,
            &["--extend=2000000", "--resume"],
        ]
        .concat(),
    );
    assert_eq!(report["n_events"], 2_001_000);
}
