//! Tells the library which commit it is built from: of the package it was published in, or of the
//! repository it lies in.

use std::fs;
use std::process::Command;

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// The commit that `cargo publish` noted, 12 digits of it.
fn published() -> Option<String> {
    let text = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, sha) = text.split_once("\"sha1\"")?;
    let digits = |c: &char| c.is_ascii_hexdigit();
    let sha: String = sha
        .chars()
        .skip_while(|c| !digits(c))
        .take_while(digits)
        .take(12)
        .collect();
    (sha.len() == 12).then_some(sha)
}

fn main() {
    if let Some(commit) = published() {
        println!("cargo::rerun-if-changed=.cargo_vcs_info.json");
        println!("cargo::rustc-env=MILLIBREM_GIT_COMMIT={commit}");
        return;
    }
    // The log of HEAD changes with every commit and every change of branch.
    match git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        Some(log) => println!("cargo::rerun-if-changed={log}"),
        None => println!("cargo::rerun-if-changed=build.rs"),
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=MILLIBREM_GIT_COMMIT={commit}");
}
