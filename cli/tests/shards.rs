//! Shards in any number and any order become, to the bit, the file of one run; what is no set of
//! shards of one run is refused.

#[path = "program/contents.rs"]
mod contents;
mod program;

use std::fs;
use std::path::Path;

use contents::contents;
use program::{json, output, transcript};

const CARD: &str = "cards/ldmx-2025.toml";

const SMALL: [&str; 4] = [
    "--set=events.count=150000",
    "--set=integration.neval=20000",
    "--set=integration.n_adapt=4",
    "--quiet",
];

fn generate(out: &Path, more: &[&str]) {
    let mut all = vec!["generate", CARD, "--out", out.to_str().unwrap()];
    all.extend(SMALL);
    all.extend(more);
    let done = output(&all);
    let words = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(0), "{words}");
}

fn shard(out: &Path, index: u32, of: u32, more: &[&str]) -> String {
    let part = format!("{index}/{of}");
    generate(out, &[&["--seed=3", "--shard", &part], more].concat());
    let digits = of.to_string().len();
    let name = format!("shard-{index:0digits$}-of-{of}.h5");
    out.join(name).to_str().unwrap().to_owned()
}

/// Merges into `folder`, the file named or not.
fn merged(shards: &[String], folder: &Path, named: bool) -> serde_json::Value {
    let shards: Vec<&str> = shards.iter().map(String::as_str).collect();
    let run = folder.join("run.h5");
    let to = match named {
        true => ["-o", run.to_str().unwrap()],
        false => ["--out", folder.to_str().unwrap()],
    };
    json(&[&["merge", "--json", "--quiet"], &to[..], &shards[..]].concat())
}

#[test]
fn any_number_of_shards_in_any_order_is_one_run_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    // Two goals before which no run looks at its error, and one that takes more points; cuts that
    // leave some points without an event; both kinds of events.
    let cases: [&[&str]; 4] = [
        &[],
        &[
            "--set=events.mode=unweighted",
            "--set=events.precision=single",
        ],
        &[
            "--set=cuts.lepton_pt_min_gev=0.05",
            "--set=events.compression=gzip",
        ],
        &[
            "--set=integration.rel_error=4e-4",
            "--set=events.count=1000",
        ],
    ];
    for (i, more) in cases.iter().enumerate() {
        let out = folder.path().join(format!("case{i}"));
        generate(&out, &[&["--seed=3"], *more].concat());
        let want = contents(&out.join("run.h5"));
        for of in [1, 2, 11] {
            let mut shards: Vec<_> = (1..=of).map(|k| shard(&out, k, of, more)).collect();
            shards.reverse();
            shards.swap(0, of as usize / 3);
            let folder = out.join(format!("merged-{of}"));
            let report = merged(&shards, &folder, of != 2);
            assert!(
                contents(&folder.join("run.h5")) == want,
                "case {i}, {of} shards"
            );
            assert_eq!(report["n_events"].as_u64(), Some(want.events.len() as u64));
            assert_eq!(report["seed"], 3);
        }
    }
}

#[test]
fn a_shard_leaves_little_to_the_merge() {
    let folder = tempfile::tempdir().unwrap();
    let events: u64 = (1..=3)
        .map(|k| {
            let part = format!("{k}/3");
            let out = folder.path().to_str().unwrap();
            let all = [
                "generate", CARD, "--json", "--seed=3", "--out", out, "--shard", &part,
            ];
            let more = ["--set=events.count=400000", "--set=integration.neval=10000"];
            json(&[&all[..], &more].concat())["n_events"]
                .as_u64()
                .unwrap()
        })
        .sum();
    assert!((380_000..400_000).contains(&events), "{events}");
}

#[test]
fn a_killed_shard_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let whole = shard(&folder.path().join("a"), 2, 3, &[]);
    let out = folder.path().join("b");
    let mut all = vec!["generate", CARD, "--out", out.to_str().unwrap()];
    all.extend(SMALL);
    all.extend([
        "--seed=3",
        "--shard=2/3",
        "--resume",
        "--checkpoint-every=0.01",
        "--threads=1",
    ]);
    let mut kills = 0;
    for wait in [60, 90, 120, 150] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_millibrem"))
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .args(&all)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let _ = child.kill();
        kills += u32::from(child.wait().unwrap().code().is_none());
    }
    assert!(kills > 0);
    assert_eq!(output(&all).status.code(), Some(0));
    // Shards hold nothing of the machine or the hour: files of one layout are the same bytes.
    let [a, b] = [
        whole,
        out.join("shard-2-of-3.h5").to_str().unwrap().to_owned(),
    ];
    let rest = [1, 3].map(|k| shard(&folder.path().join("a"), k, 3, &[]));
    let run = |shard: &str, name: &str| {
        let path = folder.path().join(name);
        let three = [rest[0].clone(), shard.to_owned(), rest[1].clone()];
        merged(&three, &path, true);
        contents(&path.join("run.h5"))
    };
    assert!(run(&a, "a") == run(&b, "b"));
}

#[test]
fn what_is_not_a_set_of_shards_of_one_run_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let of2: Vec<_> = (1..=2).map(|k| shard(&at("a"), k, 2, &[])).collect();
    let of3 = shard(&at("a"), 3, 3, &[]);
    let other_card = shard(&at("b"), 2, 2, &["--set=beam.energy_gev=9"]);
    let other_seed = {
        generate(&at("c"), &["--seed=4", "--shard=2/2"]);
        at("c").join("shard-2-of-2.h5").to_str().unwrap().to_owned()
    };
    let twin = at("twin.h5").to_str().unwrap().to_owned();
    fs::copy(&of2[0], &twin).unwrap();
    generate(&at("d"), &["--seed=3"]);
    let whole = at("d").join("run.h5").to_str().unwrap().to_owned();
    let run = at("run.h5").to_str().unwrap().to_owned();
    let said = |shards: &[&String]| {
        let mut all = vec!["merge", "-o", &run];
        all.extend(shards.iter().map(|s| s.as_str()));
        transcript(&all).replace(folder.path().to_str().unwrap(), "FOLDER")
    };
    let one = &of2[0];
    let texts = [
        said(&[one]),
        said(&[one, &of3]),
        said(&[one, &other_card]),
        said(&[one, &other_seed]),
        said(&[one, &twin]),
        said(&[one, &whole]),
        transcript(&["info", one]).replace(folder.path().to_str().unwrap(), "FOLDER"),
    ];
    insta::assert_snapshot!(texts.join("\n"));
    assert!(!Path::new(&run).exists());
}

#[test]
fn a_seed_is_needed_and_numbers_are_checked() {
    let texts =
        ["0/3", "4/3", "3", "a/b"].map(|part| transcript(&["generate", CARD, "--shard", part]));
    insta::assert_snapshot!(texts.join("\n"));
    // Each would draw its own.
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let none = ["generate", CARD, "--shard=1/2", "--out", out];
    for more in [&[][..], &["--resume"]] {
        let said = transcript(&[&none[..], &SMALL, more].concat());
        assert!(said.starts_with("exit code 2"), "{said}");
        assert!(said.contains("--seed N, or run.seed"), "{said}");
    }
    assert!(!folder.path().join("shard-1-of-2.h5").exists());
    generate(folder.path(), &["--shard=1/2", "--set=run.seed=3"]);
    // That of a shard which is there is known.
    generate(folder.path(), &["--shard=1/2", "--resume"]);
}
