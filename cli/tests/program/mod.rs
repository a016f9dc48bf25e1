//! Runs the program as a user would, for the tests of its commands.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::process::Output;

/// Runs `millibrem` with `arguments` in the root of the repository, without a terminal.
pub(crate) fn output(arguments: &[&str]) -> Output {
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("millibrem");
    command
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .env_remove("COLUMNS")
        .args(arguments);
    command.output().unwrap()
}

/// How often a program is killed in a test: 30 times, MILLIBREM_KILLS=200 for as much as that is worth.
pub(crate) fn kills() -> u32 {
    let asked = std::env::var("MILLIBREM_KILLS").ok();
    asked.map_or(30, |kills| kills.parse().expect("a number of kills"))
}

/// What a user sees: exit code, stdout, stderr.
pub(crate) fn transcript(arguments: &[&str]) -> String {
    let output = output(arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    let code = output.status.code().unwrap();
    format!("exit code {code}\n--- stdout\n{stdout}--- stderr\n{stderr}")
}

/// The one JSON document that a successful command prints.
pub(crate) fn json(arguments: &[&str]) -> serde_json::Value {
    let output = output(arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}
