//! An output is never an input, never unfinished work, never anything but a file of its kind.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use crate::commands::{CARD, Call, contents, names, run, saved, words, writing};

fn folder() -> tempfile::TempDir {
    saved();
    tempfile::tempdir().unwrap()
}

#[test]
fn every_command_writes_what_the_table_says_and_leaves_nothing_else() {
    for call in writing() {
        let out = folder();
        let done = call.run(out.path(), &[]);
        assert_eq!(
            done.status.code(),
            Some(0),
            "{}: {}",
            call.name,
            words(&done)
        );
        let mut wanted = call.writes.clone();
        wanted.sort();
        assert_eq!(names(out.path()), wanted, "{}", call.name);
        // And once more over it.
        let done = call.run(out.path(), &["--force"]);
        assert_eq!(
            done.status.code(),
            Some(0),
            "{}: {}",
            call.name,
            words(&done)
        );
        assert_eq!(names(out.path()), wanted, "{}", call.name);
    }
}

/// What may stand where a file is to be written.
const OBSTACLES: [&str; 7] = [
    "folder", "pipe", "socket", "link", "dangling", "run", "card",
];

fn obstruct(path: &Path, what: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match what {
        "folder" => fs::create_dir(path).unwrap(),
        "pipe" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        "socket" => drop(UnixListener::bind(path).unwrap()),
        "link" => symlink(saved().join("limit.csv"), path).unwrap(),
        "dangling" => symlink("/nowhere/at/all", path).unwrap(),
        "run" => drop(fs::copy(saved().join("run.h5"), path).unwrap()),
        _ => drop(
            fs::copy(
                Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(CARD),
                path,
            )
            .unwrap(),
        ),
    }
}

#[test]
fn only_a_file_of_its_kind_is_replaced_and_only_by_force() {
    let mut tries = 0;
    for call in writing() {
        for name in &call.writes {
            for what in OBSTACLES {
                if what == "run" && name == "run.h5" {
                    continue;
                }
                let out = folder();
                obstruct(&out.path().join(name), what);
                let before = contents(out.path());
                let saved_before = fs::read(saved().join("limit.csv")).unwrap();
                let done = call.run(out.path(), &["--force"]);
                let place = format!("{what} at {name}, {}", call.name);
                assert_eq!(done.status.code(), Some(2), "{place}: {}", words(&done));
                assert!(words(&done).contains(name), "{place}: {}", words(&done));
                let after = contents(out.path());
                assert!(before.iter().all(|file| after.contains(file)), "{place}");
                assert_eq!(
                    fs::read(saved().join("limit.csv")).unwrap(),
                    saved_before,
                    "{place}"
                );
                let litter = |n: &String| n.ends_with(".part") || n.ends_with(".lock");
                assert!(!names(out.path()).iter().any(litter), "{place}");
                tries += 1;
            }
        }
    }
    println!("{tries} obstacles, none of them harmed");
    assert!(tries > 200);
}

#[test]
fn devices_are_never_replaced() {
    for device in ["/dev/null", "/dev/full"] {
        for call in [
            vec!["export", "RUN", "--to", "csv", "-o", device],
            vec!["merge", "S1", "S2", "-o", device],
        ] {
            let at = |name: &str| saved().join(name).to_str().unwrap().to_owned();
            let fill = |a: &&str| match *a {
                "RUN" => at("run.h5"),
                "S1" => at("shard-1-of-2.h5"),
                "S2" => at("shard-2-of-2.h5"),
                a => a.to_owned(),
            };
            let mut arguments: Vec<String> = call.iter().map(fill).collect();
            arguments.push("--force".to_owned());
            let done = run(&arguments);
            assert_eq!(done.status.code(), Some(2), "{}", words(&done));
            assert!(words(&done).contains("it is a device"), "{}", words(&done));
            assert!(!fs::metadata(device).unwrap().is_file());
        }
    }
}

#[test]
fn an_output_is_no_input_by_whatever_name() {
    // What is read, as which file of OUT, and the call that would write over it.
    let cases: [(&str, &str, &[&str]); 10] = [
        (
            "run.h5",
            "a.h5",
            &["export", "INPUT", "--to=lheh5", "-o=OUT/a.h5"],
        ),
        (
            "run.h5",
            "run.csv",
            &["export", "INPUT", "--to=csv", "-o=OUT/run.csv"],
        ),
        (
            "shard-1-of-2.h5",
            "s.h5",
            &["merge", "INPUT", "IN/shard-2-of-2.h5", "-o=OUT/s.h5"],
        ),
        ("scan.csv", "a.svg", &["plot", "INPUT", "-o=OUT/a.svg"]),
        ("scan.csv", "a.py", &["plot", "INPUT", "-o=OUT/a.svg"]),
        (
            "card.toml",
            "card.toml",
            &[
                "submit",
                "INPUT",
                "--engine=slurm",
                "--shards=2",
                "--out=OUT",
            ],
        ),
        (
            "limit.csv",
            "reach.csv",
            &[
                "reach",
                CARD,
                "--over=dark_sector.m_chi_gev=0.1",
                "--overlay=INPUT",
                "--out=OUT",
            ],
        ),
        (
            "card.toml",
            "compare.csv",
            &[
                "compare",
                "INPUT",
                "--over=dark_sector.m_chi_gev=0.1",
                "--out=OUT",
            ],
        ),
        (
            "card.toml",
            "scan.csv",
            &[
                "scan",
                "INPUT",
                "--over=dark_sector.m_chi_gev=0.1",
                "--out=OUT",
            ],
        ),
        ("card.toml", "run.h5", &["generate", "INPUT", "--out=OUT"]),
    ];
    for (file, name, arguments) in cases {
        for way in ["same", "dots", "hard", "soft", "folder"] {
            let out = folder();
            let at = |name: &str| out.path().join(name);
            fs::create_dir(at("real")).unwrap();
            fs::create_dir(at("other")).unwrap();
            let target = at("real").join(name);
            fs::copy(saved().join(file), &target).unwrap();
            let input = match way {
                "same" => target.clone(),
                "dots" => at("real/../real/.").join(name),
                "hard" => at("other").join(file),
                "soft" => at("other").join(file),
                _ => at("linked").join(name),
            };
            match way {
                "hard" => fs::hard_link(&target, &input).unwrap(),
                "soft" => symlink(&target, &input).unwrap(),
                "folder" => symlink(at("real"), at("linked")).unwrap(),
                _ => {}
            }
            let fill = |a: &&str| {
                a.replace("INPUT", input.to_str().unwrap())
                    .replace("IN/", &format!("{}/", saved().display()))
                    .replace("OUT", at("real").to_str().unwrap())
            };
            let mut all: Vec<String> = arguments.iter().map(fill).collect();
            all.push("--force".to_owned());
            let done = run(&all);
            let place = format!("{way} {all:?}: {}", words(&done));
            assert_eq!(done.status.code(), Some(2), "{place}");
            assert!(words(&done).contains(name), "{place}");
            assert_eq!(
                fs::read(&target).unwrap(),
                fs::read(saved().join(file)).unwrap(),
                "{place}"
            );
            assert_eq!(names(&at("real")), [name], "{place}");
        }
    }
}

#[test]
fn unfinished_runs_and_other_shards_are_not_destroyed() {
    let out = folder();
    let unfinished = out.path().join("run.h5");
    for suffix in ["state", "part", "weights"] {
        fs::write(format!("{}.{suffix}", unfinished.display()), suffix).unwrap();
    }
    let before = contents(out.path());
    let shards = "IN/shard-1-of-2.h5 IN/shard-2-of-2.h5";
    let calls = [
        format!("merge {shards} -o OUT/run.h5"),
        "export IN/run.h5 --to csv -o OUT/run.h5".to_owned(),
        format!("merge {shards} -o OUT/run.h5.state"),
        format!("merge {shards} -o OUT/run.h5.part"),
        "export IN/run.h5 --to csv -o OUT/run.h5.part".to_owned(),
        "export IN/run.h5 --to csv -o OUT/run.h5.weights".to_owned(),
        format!("submit {CARD} --engine slurm --shards 2 --out OUT"),
    ];
    for call in calls {
        for force in [&[][..], &["--force"]] {
            let fill = |a: &str| {
                a.replace("IN/", &format!("{}/", saved().display()))
                    .replace("OUT", out.path().to_str().unwrap())
            };
            let mut all: Vec<String> = call.split(' ').map(fill).collect();
            all.extend(force.iter().map(|f| (*f).to_owned()));
            let done = run(&all);
            assert_eq!(done.status.code(), Some(2), "{call}: {}", words(&done));
            assert_eq!(contents(out.path()), before, "{call}");
        }
    }
    // A shard that is not among those to be merged.
    let shard = out.path().join("other.h5");
    fs::copy(saved().join("shard-1-of-2.h5"), &shard).unwrap();
    let at = |name: &str| saved().join(name).to_str().unwrap().to_owned();
    let (a, b) = (at("shard-1-of-2.h5"), at("shard-2-of-2.h5"));
    let done = run(&["merge", &a, &b, "-o", shard.to_str().unwrap(), "--force"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(
        words(&done).contains("it holds a shard of a run"),
        "{}",
        words(&done)
    );
    assert_eq!(fs::read(&shard).unwrap(), fs::read(a).unwrap());
}

#[test]
fn the_script_beside_a_figure_replaces_no_other_script() {
    let out = folder();
    let script = out.path().join("a.py");
    fs::write(&script, "import numpy\n").unwrap();
    let call = writing()
        .into_iter()
        .find(|call: &Call| call.writes[0] == "a.svg")
        .unwrap();
    for force in [&[][..], &["--force"]] {
        let done = call.run(out.path(), force);
        assert_eq!(done.status.code(), Some(2));
        assert!(words(&done).contains("a.py"), "{}", words(&done));
        assert_eq!(names(out.path()), ["a.py"]);
        assert_eq!(fs::read(&script).unwrap(), b"import numpy\n");
    }
    // Drawings and bitmaps of others go by force only.
    fs::remove_file(&script).unwrap();
    for (name, bytes) in [("a.svg", "<svg></svg>"), ("b.png", "\u{89}PNG")] {
        let path = out.path().join(name);
        fs::write(&path, bytes).unwrap();
        let call = writing()
            .into_iter()
            .find(|call: &Call| call.writes[0] == name)
            .unwrap();
        let refused = call.run(out.path(), &[]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(words(&refused).contains("--force"), "{}", words(&refused));
        assert_eq!(fs::read(&path).unwrap(), bytes.as_bytes());
        for more in [&["--force"][..], &[]] {
            let done = call.run(out.path(), more);
            assert_eq!(done.status.code(), Some(0), "{}", words(&done));
        }
    }
}

#[test]
fn names_that_a_user_chose_break_no_table_and_are_no_formula() {
    let out = folder();
    for name in [
        "=cmd|calc",
        "a,b \"c\"",
        "two\nlines",
        "-1+1",
        "@x",
        "\t=1",
        "plain",
    ] {
        let limit = out.path().join(format!("{name}.csv"));
        fs::copy(saved().join("limit.csv"), &limit).unwrap();
        let to = out.path().join("out");
        let mass = "--over=dark_sector.m_chi_gev=0.1";
        let overlay = format!("--overlay={}", limit.display());
        let done = run(&[
            "reach",
            CARD,
            mass,
            &overlay,
            &format!("--out={}", to.display()),
        ]);
        assert_eq!(done.status.code(), Some(0), "{name:?}: {}", words(&done));
        let table = to.join("reach.csv");
        let mut rows = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .from_path(&table)
            .unwrap();
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        let read: Vec<_> = rows.iter().filter(|row| &row[5] == "overlay").collect();
        assert_eq!(read.len(), 2, "{name:?}");
        for row in read {
            assert!(row[1].parse::<f64>().unwrap() > 0.0, "{name:?}");
            assert!(
                !row[0].trim_start().starts_with(['=', '+', '-', '@']),
                "{row:?}"
            );
            assert!(!row[0].contains(char::is_control), "{row:?}");
        }
        let figure = to.join("a.svg");
        let arguments = [
            "plot",
            table.to_str().unwrap(),
            "-o",
            figure.to_str().unwrap(),
        ];
        let done = run(&arguments);
        assert_eq!(done.status.code(), Some(0), "{name:?}: {}", words(&done));
        let script = to.join("a.py");
        let compiled = Command::new("python3")
            .args(["-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())"])
            .arg(&script)
            .status();
        assert!(compiled.is_err() || compiled.unwrap().success(), "{name:?}");
        fs::remove_dir_all(&to).unwrap();
    }
}
