//! Tables: what `scan` resumes from, and what `plot` draws.

use std::path::Path;

use millibrem::table::{Cell, Column, Table};
use millibrem_files::results;
use millibrem_files::row_log::RowLog;

/// Reads the bytes as an interrupted scan and as a table to draw.
pub fn run(data: &[u8]) {
    let folder = super::folder();
    resume(&folder.path().join("scan.csv"), data);
    let below = [header().signed_header().as_bytes(), data].concat();
    resume(&folder.path().join("below.csv"), &below);
    draw(&folder.path().join("table.csv"), data);
}

/// A header whose text may stand at the front of the bytes.
fn header() -> Table {
    Table {
        facts: vec![("command".to_owned(), "scan".to_owned())],
        columns: vec![
            Column::of_key("dark_sector.m_chi_gev", "GeV"),
            Column::new("sigma_pb", "pb", "cross section"),
        ],
        keys: 1,
        rows: Vec::new(),
    }
}

/// Rows that are kept are whole, and one that is added stays.
fn resume(path: &Path, data: &[u8]) {
    std::fs::write(path, data).expect("a folder to write to");
    let row = vec![Cell::Real(0.1), Cell::Real(1.0)];
    let Ok((mut log, saved)) = RowLog::open(path, header(), false) else {
        return;
    };
    assert!(saved.rows.iter().all(|row| row.len() == 2), "{saved:?}");
    log.append(&row).expect("a row can be added");
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
