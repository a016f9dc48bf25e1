//! The rows of a scan on the disk: what is kept, what is computed again, who may write them.

mod program;
mod scans;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use millibrem_files::hdf5::read_table;
use program::{json, output, transcript};
use scans::{CARD, MASSES, body, scan};

/// The header of a table, names included.
fn header(text: &str) -> &str {
    let names = text.find("crc32\n").expect("the names") + "crc32\n".len();
    &text[..names]
}

/// The line of a row below a header, as anyone may sign it.
fn signed(header: &str, row: &str) -> String {
    let sum = crc32fast::hash((header.to_owned() + row).as_bytes());
    format!("{row},{sum}\n")
}

#[test]
fn an_interrupted_scan_goes_on_where_it_stopped_and_ends_with_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let run = scan(folder.path(), &["--over", MASSES, "--quiet"]);
    assert!(output(&run).status.success());
    let path = folder.path().join("scan.csv");
    let whole = fs::read_to_string(&path).unwrap();
    let header = header(&whole);
    let rows: Vec<&str> = whole[header.len()..].lines().collect();
    // Marks the second row, so that computing it again would show; tears the third.
    let fields: Vec<&str> = rows[1].split(',').collect();
    let marked = signed(
        header,
        &format!("{},{},{},4242", fields[0], fields[1], fields[2]),
    );
    let torn = format!("{header}{}\n{marked}{}", rows[0], &rows[2][..9]);
    fs::write(&path, torn).unwrap();
    assert!(output(&run).status.success());
    let resumed = fs::read_to_string(&path).unwrap();
    let expected = whole.replace(&format!("{}\n", rows[1]), &marked);
    assert_eq!(resumed, expected);
}

#[test]
fn rows_that_are_not_what_was_written_are_computed_again() {
    let folder = tempfile::tempdir().unwrap();
    let run = scan(folder.path(), &["--over", MASSES]);
    assert!(output(&run).status.success());
    let path = folder.path().join("scan.csv");
    let whole = fs::read_to_string(&path).unwrap();
    let header = header(&whole);
    let rows: Vec<&str> = whole[header.len()..].lines().collect();
    let bare = |row: &str| row.rsplit_once(',').unwrap().0.to_owned();
    let digit = |from: &str, to: &str| whole.replacen(from, to, 1);
    let first = bare(rows[0]);
    let spoilt = [
        format!("{header}0.01,banana,x,y\n"),
        format!("{header}{}\n", bare(rows[0])),
        format!("{header}{first},{}\n", rows[1].rsplit_once(',').unwrap().1),
        // Signed as it should be, but no number.
        format!("{header}{}", signed(header, "0.01,banana,1,1")),
        format!("{header}\0\0\0\0\0\0{}\n", rows[0]),
        digit(&first, &first.replacen('1', "2", 2)),
        digit(rows[2], ""),
        whole.replace(rows[3], &rows[3].replace('.', ",")),
        whole.replace('\n', "\r\n"),
    ];
    for text in spoilt {
        fs::write(&path, &text).unwrap();
        let done = output(&run);
        let words = String::from_utf8(done.stderr).unwrap();
        assert!(done.status.success(), "{words}");
        assert_eq!(fs::read_to_string(&path).unwrap(), whole, "{text}");
        let is_damaged = !text.contains("\r\n");
        assert_eq!(words.contains("damaged"), is_damaged, "{words}");
    }
    let other = whole.replacen("x_min = 0.7", "x_min = 0.6", 1);
    fs::write(&path, &other).unwrap();
    let refused = output(&run);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&path).unwrap(), other);
}

#[test]
fn a_damaged_table_is_not_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let run = scan(folder.path(), &["--over", MASSES, "--quiet"]);
    assert!(output(&run).status.success());
    let path = folder.path().join("scan.csv");
    let figure = folder.path().join("f.svg");
    let draw = [
        "plot",
        path.to_str().unwrap(),
        "-o",
        figure.to_str().unwrap(),
    ];
    assert!(output(&draw).status.success());
    let whole = fs::read_to_string(&path).unwrap();
    let at = whole.find("\n0.03").expect("a row") + 20;
    let mut bytes = whole.into_bytes();
    bytes[at] ^= 1;
    fs::write(&path, bytes).unwrap();
    let shown = transcript(&draw);
    assert!(shown.contains("its checksum is wrong"), "{shown}");
}

#[test]
fn other_values_of_the_same_keys_join_the_rows_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let masses = |text: &str| format!("dark_sector.m_chi_gev={text}");
    let grid = |text: &str| {
        let over = masses(text);
        json(&scan(folder.path(), &["--over", &over, "--json"]))["rows"].clone()
    };
    let first = grid("0.1,0.3,0.2");
    let file = body(folder.path());
    let in_file = || -> Vec<String> {
        let text = body(folder.path());
        let rows = text.lines().skip(1);
        rows.map(|row| row.split(',').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(in_file(), ["0.1", "0.3", "0.2"]);
    // 1e-1 is a row that is there.
    let second = grid("1e-1,0.25");
    assert_eq!(second.as_array().unwrap().len(), 2);
    assert_eq!(second[0]["sigma_pb"], first[0]["sigma_pb"]);
    assert_eq!(in_file(), ["0.1", "0.2", "0.25", "0.3"]);
    let table = read_table(&folder.path().join("scan.h5")).unwrap().unwrap();
    let masses = table.cells(1).map(ToString::to_string);
    let masses: Vec<String> = masses.collect();
    assert_eq!(masses, ["0.1", "0.2", "0.25", "0.3"], "{table:?}");
    // Nothing is computed again, and the first grid gets its own rows.
    assert_eq!(grid("0.1,0.3,0.2"), first);
    let kept = body(folder.path());
    assert!(file.lines().all(|row| kept.contains(row)), "{file}{kept}");
}

#[test]
fn a_comparison_does_not_replace_rows_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let compare = |over: &str, more: &[&str]| {
        let run = [
            "compare",
            CARD,
            "--rel-error=1e-2",
            "--out",
            out,
            "--over",
            over,
        ];
        output(&[&run[..], more].concat())
    };
    let (both, one) = (
        "dark_sector.m_chi_gev=0.1,0.2",
        "dark_sector.m_chi_gev=0.1,0.3",
    );
    assert!(compare(both, &[]).status.success());
    let text = fs::read_to_string(folder.path().join("compare.csv")).unwrap();
    assert!(compare(both, &[]).status.success());
    let refused = compare(one, &[]);
    assert_eq!(refused.status.code(), Some(2));
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(
        words.contains("it says `0.2,") && words.contains("--force"),
        "{words}"
    );
    let kept = fs::read_to_string(folder.path().join("compare.csv")).unwrap();
    assert_eq!(kept, text);
    assert!(compare(one, &["--force"]).status.success());
}

/// A scan of many rows that has begun to write them.
fn begun(folder: &Path) -> (Child, PathBuf) {
    let path = folder.join("scan.csv");
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("millibrem"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(many(folder))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let rows = || fs::read_to_string(&path).is_ok_and(|text| text.lines().count() > 120);
    while !rows() {
        assert!(start.elapsed() < Duration::from_secs(60), "no rows");
        assert!(child.try_wait().unwrap().is_none(), "it has ended");
        std::thread::sleep(Duration::from_millis(2));
    }
    (child, path)
}

fn many(folder: &Path) -> Vec<&str> {
    let over = "dark_sector.m_chi_gev=0.01..0.3:log:3000";
    let mut run = scan(folder, &["--over", over, "--quiet", "--threads=2"]);
    run[5] = "1e-3";
    run
}

#[test]
fn two_scans_do_not_write_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, _) = begun(folder.path());
    let out = folder.path().to_str().unwrap();
    for more in [&[][..], &["--force"]] {
        let run = scan(
            folder.path(),
            &[&["--over", "dark_sector.m_chi_gev=0.5"], more].concat(),
        );
        let shown = transcript(&run).replace(out, "FOLDER");
        assert!(
            shown.starts_with("exit code 2")
                && shown.contains("another millibrem is writing FOLDER/scan.csv"),
            "{shown}"
        );
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(body(folder.path()).lines().count(), 3001);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[cfg(unix)]
#[test]
fn a_scan_told_to_end_or_killed_keeps_its_rows_and_goes_on() {
    let whole = tempfile::tempdir().unwrap();
    assert!(output(&many(whole.path())).status.success());
    for signal in ["-INT", "-TERM", "-KILL"] {
        let folder = tempfile::tempdir().unwrap();
        let (child, path) = begun(folder.path());
        let before = body(folder.path());
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        let done = child.wait_with_output().unwrap();
        let words = String::from_utf8(done.stderr).unwrap();
        if signal != "-KILL" {
            assert_eq!(done.status.code(), Some(1), "{words}");
            assert!(
                words.contains(" of 3000 rows left; ")
                    && words.contains("the same command goes on"),
                "{words}"
            );
        }
        let kept = body(folder.path());
        assert!(
            kept.starts_with(before.rsplit_once('\n').unwrap().0),
            "{signal}"
        );
        assert!(output(&many(folder.path())).status.success());
        let bytes = |path: PathBuf| fs::read(path).unwrap();
        assert_eq!(
            bytes(path),
            bytes(whole.path().join("scan.csv")),
            "{signal}"
        );
    }
}
