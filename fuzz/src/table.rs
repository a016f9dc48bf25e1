//! Tables: what `scan` resumes from, and what `plot` draws.

use std::path::Path;

use millibrem_files::results;
use millibrem_files::row_log::RowLog;
use millibrem_files::table::{Column, TableHeader};

/// Reads the bytes as an interrupted scan and as a table to draw.
pub fn run(data: &[u8]) {
    let folder = super::folder();
    resume(&folder.path().join("scan.csv"), data);
    let below = [header().to_csv().as_bytes(), data].concat();
    resume(&folder.path().join("below.csv"), &below);
    draw(&folder.path().join("table.csv"), data);
}

/// A header whose text may stand at the front of the bytes.
fn header() -> TableHeader {
    TableHeader {
        facts: vec![("command".to_owned(), "scan".to_owned())],
        keys: vec!["dark_sector.m_chi_gev".to_owned()],
        columns: vec![Column {
            name: "sigma_pb",
            units: "pb",
            description: "cross section",
        }],
    }
}

/// Rows that are kept are whole, and one that is added stays.
fn resume(path: &Path, data: &[u8]) {
    std::fs::write(path, data).expect("a folder to write to");
    let row = |text: &str| vec![text.to_owned(), "1.0".to_owned()];
    let Ok((mut log, saved)) = RowLog::open(path, header(), false) else {
        return;
    };
    assert!(saved.rows.iter().all(|row| row.len() == 2), "{saved:?}");
    log.append(&row("0.1")).expect("a row can be added");
    drop(log);
    let (_, again) = RowLog::open(path, header(), false).expect("its own file");
    assert_eq!(again.rows.len(), saved.rows.len() + 1);
    assert!(again.damaged.is_empty(), "{again:?}");
}

/// Figures of the table, or an error in words.
fn draw(path: &Path, data: &[u8]) {
    std::fs::write(path, data).expect("a folder to write to");
    match results::read(&[path.to_owned()]) {
        Ok(found) => super::drawn(&found),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
