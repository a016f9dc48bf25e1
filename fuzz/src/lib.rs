//! What is fuzzed: one module a target, each a function of bytes that must return.
//!
//! `cargo fuzz` calls them with what it makes up, `cli/tests/fuzz_corpus.rs` with what is in
//! `fuzz/corpus` and `fuzz/findings`.

pub mod axes;
pub mod card;
pub mod limit_file;
pub mod points;
pub mod run_bytes;
pub mod run_file;
pub mod setup;
pub mod table;

use std::path::{Path, PathBuf};

use millibrem::results::Results;
use tempfile::TempDir;

/// A target: a function of bytes.
pub type Target = fn(&[u8]);

/// Every target with the name of its folders.
pub const TARGETS: [(&str, Target); 8] = [
    ("axes", axes::run),
    ("card", card::run),
    ("limit_file", limit_file::run),
    ("points", points::run),
    ("run_bytes", run_bytes::run),
    ("run_file", run_file::run),
    ("setup", setup::run),
    ("table", table::run),
];

/// A folder for files of one call, in memory where there is a place for that.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = match memory.is_dir() {
        true => TempDir::new_in(memory),
        false => TempDir::new(),
    };
    made.expect("a folder for temporary files")
}

/// Draws all panels of results; each is a figure or an error in words.
fn drawn(results: &[(PathBuf, Results)]) {
    let panels = match millibrem_figures::panels(results, &[]) {
        Ok(panels) => panels,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    for panel in &panels {
        match millibrem_figures::svg(std::slice::from_ref(panel)) {
            Ok(figure) => assert!(
                figure.starts_with("<svg") && !figure.contains("NaN"),
                "{figure}"
            ),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}
