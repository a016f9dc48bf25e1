//! What is said of a file that is not there, where a shipped one has a name.

use std::fs;
use std::path::{Path, PathBuf};

use millibrem::card::nearest;

/// That there is no file `path`, nor a `kind` of that name, with what was perhaps meant: one of the shipped
/// `names`, or a file beside it with the ending `end`.
pub(crate) fn missing(path: &Path, kind: &str, end: &str, names: &[&str]) -> String {
    let words = format!("there is no such file, nor a {kind} of that name");
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    if let Some(name) = stem.filter(|name| names.contains(name)) {
        return format!("there is no such file; the {kind} is `{name}`, without folder and ending");
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let beside = fs::read_dir(folder).into_iter().flatten().flatten();
    let has_end = |file: &PathBuf| file.extension().is_some_and(|found| found == end);
    let beside = beside.map(|entry| entry.path()).filter(has_end);
    let name = |file: &Path| {
        let name = file.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let mut files: Vec<String> = beside.map(|file| name(&file)).collect();
    files.sort();
    // The folder is the same for all: only names are compared.
    let meant = nearest(&name(path), files.iter().map(String::as_str))
        .map(|name| path.with_file_name(name).display().to_string())
        .or_else(|| nearest(stem?, names.iter().copied()));
    match meant {
        Some(meant) => format!("{words}; did you mean `{meant}`?"),
        None => format!("{words}; those are {}", names.join(", ")),
    }
}
