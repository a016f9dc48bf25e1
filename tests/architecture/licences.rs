//! Every package that anything here depends on may be used under MIT OR Apache-2.0 as a whole: its
//! licence offers one of those that `deny.toml` allows. Advisories need a network: `cargo deny check`.

use std::process::Command;

/// The entries of a list in `deny.toml`.
fn allowed() -> Vec<String> {
    let text = std::fs::read_to_string("deny.toml").expect("deny.toml");
    let table: toml::Table = text.parse().expect("TOML");
    let list = table["licenses"]["allow"].as_array().expect("a list");
    let name = |value: &toml::Value| value.as_str().expect("text").to_owned();
    list.iter().map(name).collect()
}

/// Whether a licence in SPDX's words, old slashes included, can be met by those allowed.
fn can_be_met(licence: &str, allowed: &[String]) -> bool {
    let plain = licence.replace(['(', ')'], "").replace('/', " OR ");
    // In what is used no AND stands inside an OR.
    plain.split(" AND ").all(|part| {
        let mut choices = part.split(" OR ").map(str::trim);
        choices.any(|choice| allowed.iter().any(|name| name == choice))
    })
}

#[test]
fn every_dependency_may_be_used_under_our_licences() {
    let allowed = allowed();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .output()
        .expect("cargo runs");
    // Packages of other systems may never have been downloaded.
    let output = match output.status.success() {
        true => output,
        false => Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked"])
            .output()
            .expect("cargo runs"),
    };
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = found["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "{} packages", packages.len());
    let wrong: Vec<String> = packages
        .iter()
        .map(|package| {
            let licence = package["license"].as_str().unwrap_or("none");
            (format!("{}: {licence}", package["name"]), licence)
        })
        .filter(|(_, licence)| !can_be_met(licence, &allowed))
        .map(|(words, _)| words)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_licence_that_binds_the_whole_is_found() {
    let allowed = allowed();
    for (licence, met) in [
        ("MIT/Apache-2.0", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("MIT OR GPL-3.0-or-later", true),
        ("GPL-3.0-or-later", false),
        ("MIT AND GPL-2.0-only", false),
        ("none", false),
    ] {
        assert_eq!(can_be_met(licence, &allowed), met, "{licence}");
    }
}
