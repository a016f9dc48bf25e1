//! Tells the library which commit it is built from, and what the HDF5 library can do.

use std::process::Command;

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

fn main() {
    // The log of HEAD changes with every commit and every change of branch.
    match git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        Some(log) => println!("cargo::rerun-if-changed={log}"),
        None => println!("cargo::rerun-if-changed=build.rs"),
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=MILLIBREM_GIT_COMMIT={commit}");

    println!("cargo::rustc-check-cfg=cfg(hdf5_file_locking)");
    let at_least = |version: &str| {
        let name = format!("DEP_HDF5_VERSION_{version}");
        println!("cargo::rerun-if-env-changed={name}");
        std::env::var_os(name).is_some()
    };
    if at_least("1_12_1") || at_least("1_10_7") && !at_least("1_12_0") {
        println!("cargo::rustc-cfg=hdf5_file_locking");
    }
}
