//! Scans as the tests of them start them.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::fs;
use std::path::Path;

pub(crate) const CARD: &str = "cards/ldmx-2025.toml";

/// The body of a CSV file, comments taken away.
pub(crate) fn body(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("scan.csv")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| format!("{line}\n")).collect()
}

pub(crate) fn scan<'a>(folder: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let out = folder.to_str().unwrap();
    let fixed = [
        "scan",
        CARD,
        "--method",
        "quadrature",
        "--rel-error",
        "1e-4",
        "--out",
        out,
    ];
    [&fixed[..], more].concat()
}

pub(crate) const MASSES: &str = "dark_sector.m_chi_gev=0.01..0.3:log:4";
