//! What is no file is said to be none, at once.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use crate::commands::{CARD, in_shell, run, saved, words};

/// Every place where a command takes a file, as `FILE`.
const PLACES: [&str; 16] = [
    "generate FILE --out OUT",
    "submit FILE --engine slurm --shards 2 --out OUT",
    "sigma FILE",
    "spectrum FILE --at 0.5",
    "scan FILE --over dark_sector.m_chi_gev=0.1 --out OUT",
    "compare FILE --over dark_sector.m_chi_gev=0.1 --out OUT",
    "reach FILE --over dark_sector.m_chi_gev=0.1 --out OUT",
    "reach CARD --over dark_sector.m_chi_gev=0.1 --out OUT --overlay FILE",
    "reach CARD --over dark_sector.m_chi_gev=0.1 --out OUT --recast FILE",
    "plot FILE -o OUT/a.svg",
    "plot IN/scan.csv FILE -o OUT/a.svg",
    "export FILE --to csv -o OUT/a.csv",
    "info FILE",
    "info FILE --event 3",
    "merge FILE IN/shard-2-of-2.h5 -o OUT/run.h5",
    "merge IN/shard-1-of-2.h5 FILE -o OUT/run.h5",
];

fn filled(call: &str, file: &str, out: &Path) -> Vec<String> {
    let fill = |a: &str| {
        a.replace("IN/", &format!("{}/", saved().display()))
            .replace("OUT", out.to_str().unwrap())
            .replace("CARD", CARD)
            .replace("FILE", file)
    };
    call.split(' ').map(fill).collect()
}

#[test]
fn pipes_devices_sockets_and_folders_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut tries = 0;
    for end in ["", ".h5", ".csv"] {
        let [pipe, socket, inner] = ["pipe", "socket", "folder"].map(|n| at(&format!("{n}{end}")));
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        let _listener = UnixListener::bind(&socket).unwrap();
        fs::create_dir(&inner).unwrap();
        let mut files = vec![(pipe, "a pipe"), (socket, "a socket"), (inner, "a folder")];
        if end.is_empty() {
            files.extend([
                ("/dev/zero".into(), "a device"),
                ("/dev/null".into(), "a device"),
            ]);
        }
        for (file, what) in files {
            for place in PLACES {
                let out = at("out");
                let done = run(&filled(place, file.to_str().unwrap(), &out));
                let said = words(&done);
                assert_eq!(done.status.code(), Some(2), "{place} {file:?}: {said}");
                assert!(said.contains(what), "{place} {file:?}: {said}");
                assert!(!out.exists(), "{place} {file:?}");
                tries += 1;
            }
        }
    }
    println!("{tries} files that are none, all refused");
}

#[test]
fn what_is_written_over_is_looked_at_without_being_opened() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["scan.csv", "run.h5.lock", "reach.csv"] {
        let pipe = folder.path().join(name);
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
    }
    for call in [
        "scan CARD --over dark_sector.m_chi_gev=0.1 --out OUT",
        "reach CARD --over dark_sector.m_chi_gev=0.1 --out OUT",
        "generate CARD --out OUT --set events.count=10",
    ] {
        let done = run(&filled(call, "", folder.path()));
        assert_eq!(done.status.code(), Some(2), "{call}: {}", words(&done));
    }
}

#[test]
fn cards_and_limits_come_through_the_pipes_of_a_shell() {
    let card = [CARD.to_owned()];
    for script in [
        "\"$0\" sigma <(cat \"$1\") --method quadrature",
        "cat \"$1\" | \"$0\" sigma /dev/stdin --method quadrature",
        "\"$0\" sigma /dev/stdin --method quadrature < \"$1\"",
        "\"$0\" info <(cat \"$1\")",
        "\"$0\" reach \"$1\" --over dark_sector.m_chi_gev=0.1 --overlay <(seq 0.1 0.1 0.3 | sed s/$/,0.01/) --out \"$(mktemp -d)\"",
    ] {
        let done = in_shell("bash", script, &card);
        assert_eq!(done.status.code(), Some(0), "{script}: {}", words(&done));
    }
}
