//! Scans of very many rows: as many threads as asked for, rows that come one by one, the same bytes.

#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The main thread, the one that hears signals, and one to spare.
const FEW: usize = 3;

/// What was seen of a command while it ran.
struct Seen {
    most_threads: usize,
    /// Rows in the file, a sample whenever they have changed.
    rows: Vec<usize>,
}

/// Number of threads whose listing is `tasks`, without those that are on their way out: who joins one
/// goes on a moment before the system has taken it off the list, longer where cores are rare.
fn count(tasks: &str) -> usize {
    /// `PF_EXITING` of Linux.
    const EXITING: u32 = 4;
    let lives = |task: &fs::DirEntry| {
        let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        let flags = stat.rsplit(')').next().unwrap().split_whitespace().nth(6);
        flags.is_some_and(|flags| flags.parse::<u32>().unwrap() & EXITING == 0)
    };
    fs::read_dir(tasks).map_or(0, |all| all.flatten().filter(lives).count())
}

/// Runs a command to its end and watches it.
fn watch(arguments: &[&str], table: &Path) -> Seen {
    let program = assert_cmd::cargo::cargo_bin!("millibrem");
    let mut child = Command::new(program)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let tasks = format!("/proc/{}/task", child.id());
    let start = Instant::now();
    let (mut most_threads, mut rows) = (0, vec![0]);
    let status = loop {
        let now = count(&tasks);
        if now > most_threads {
            // While the list is read threads end and begin; those that are many stay so.
            thread::sleep(Duration::from_millis(2));
            most_threads = most_threads.max(now.min(count(&tasks)));
        }
        if let Ok(text) = fs::read(table) {
            let lines = text.split(|b| *b == b'\n');
            let n = lines
                .filter(|l| l.first().is_some_and(u8::is_ascii_digit))
                .count();
            if rows.last() != Some(&n) {
                rows.push(n);
            }
        }
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(
            start.elapsed() < Duration::from_secs(300),
            "it hangs: {arguments:?}"
        );
        thread::sleep(Duration::from_millis(5));
    };
    assert!(status.success(), "{status}: {arguments:?}");
    Seen { most_threads, rows }
}

/// A scan of `n` rows by `method`, as cheap as it can be.
fn scan(n: usize, method: &str, threads: usize) -> (Seen, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let over = format!("dark_sector.m_chi_gev=1e-3..0.5:log:{n}");
    let out = folder.path().to_str().unwrap();
    let (threads_text, table) = (threads.to_string(), folder.path().join("scan.csv"));
    let fixed = [
        "scan",
        "cards/ldmx-2025.toml",
        "--method",
        method,
        "--over",
        &over,
        "--out",
        out,
    ];
    let cheap = [
        "--set=integration.neval=1000",
        "--set=integration.n_adapt=2",
        "--seed=1",
    ];
    let goal = if method == "mc" { "0.2" } else { "1e-2" };
    let more = ["--rel-error", goal, "--threads", &threads_text, "--quiet"];
    let seen = watch(&[&fixed[..], &cheap, &more].concat(), &table);
    let most = seen.most_threads;
    assert!(
        most <= threads + FEW,
        "{most} threads at --threads {threads}, {n} rows by {method}"
    );
    assert_eq!(seen.rows.last(), Some(&n));
    (seen, fs::read(table).unwrap())
}

#[test]
fn thousands_of_rows_need_no_more_threads_than_asked_for() {
    let mut first = None;
    for threads in [1, 2, 8, 32] {
        let (seen, bytes) = scan(5000, "wwa", threads);
        assert!(seen.rows.len() > 4, "rows come at once: {:?}", seen.rows);
        assert!(
            *first.get_or_insert_with(|| bytes.clone()) == bytes,
            "{threads} threads"
        );
    }
}

#[test]
fn rows_of_every_method_come_one_by_one_with_the_same_bytes() {
    for (method, n) in [("ww", 1600), ("quadrature", 8000), ("mc", 400)] {
        let mut first = None;
        for threads in [2, 32] {
            let (seen, bytes) = scan(n, method, threads);
            // The file grows: who looks now and then sees more than nothing and all.
            assert!(
                seen.rows.len() > 4,
                "{method}, {threads} threads: rows come at once: {:?}",
                seen.rows
            );
            assert!(
                *first.get_or_insert_with(|| bytes.clone()) == bytes,
                "{method}, {threads}"
            );
        }
    }
    // Fewer rows than threads: one after the other, each on all threads.
    let few = [1, 5, 9].map(|threads| scan(6, "quadrature", threads).1);
    assert!(few[0] == few[1] && few[1] == few[2]);
}

#[test]
fn comparisons_and_reach_need_no_more_threads_than_asked_for() {
    for threads in [1, 2, 32] {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().to_str().unwrap();
        let (text, table) = (threads.to_string(), folder.path().join("none.csv"));
        let fixed = [
            "--threads",
            &text,
            "--out",
            out,
            "--rel-error=1e-2",
            "--quiet",
        ];
        let long = "dark_sector.m_chi_gev=1e-3..0.5:log:2000";
        let short = "dark_sector.m_chi_gev=1e-3..0.5:log:33";
        for (command, over) in [("reach", long), ("compare", short)] {
            let run = [command, "cards/ldmx-2025.toml", "--over", over];
            let seen = watch(&[&run[..], &fixed].concat(), &table);
            let most = seen.most_threads;
            assert!(
                most <= threads + FEW,
                "{command}: {most} threads at --threads {threads}"
            );
        }
    }
}

#[test]
fn exports_have_the_threads_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let none = folder.path().join("none.csv");
    let card = ["generate", "cards/na64mu-2025.toml", "--quiet", "--seed=1"];
    let beside = ["--out", out, "--set=events.count=3e5", "--to=csv"];
    let seen = watch(&[&card[..], &beside, &["--threads=6"]].concat(), &none);
    // Two more: one writes the events, one asks the system to put them on the disk.
    let most = seen.most_threads;
    assert!((6..=6 + FEW + 2).contains(&most), "{most} threads");
    let run = folder.path().join("run.h5");
    let mut first = None;
    for threads in [1, 6] {
        let file = folder.path().join("events.csv.gz");
        let names = [
            "export",
            run.to_str().unwrap(),
            "-o",
            file.to_str().unwrap(),
        ];
        let text = format!("--threads={threads}");
        let more = ["--to=csv", "--force", "--quiet", &text];
        let most = watch(&[&names[..], &more].concat(), &none).most_threads;
        assert!(
            (threads..threads + FEW).contains(&most),
            "{most} threads at --threads {threads}"
        );
        let bytes = fs::read(file).unwrap();
        assert!(*first.get_or_insert_with(|| bytes.clone()) == bytes);
    }
}
