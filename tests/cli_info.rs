//! `millibrem info`.

mod program;

use program::{output, transcript};

const CARD: &str = "cards/na64mu-2025.toml";

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["info", "--help"]));
}

#[test]
fn the_program_without_a_command_shows_its_commands() {
    insta::assert_snapshot!(transcript(&[]));
}

#[test]
fn a_card_is_shown_resolved_with_its_limits() {
    insta::assert_snapshot!(transcript(&["info", CARD, "--seed", "7"]));
}

#[test]
fn a_card_in_json_has_the_same_content() {
    insta::assert_snapshot!(transcript(&["info", CARD, "--seed", "7", "--json"]));
}

#[test]
fn the_text_for_a_card_is_a_card_that_resolves_to_itself() {
    let first = output(&["info", CARD, "--set", "beam.energy_gev=100"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other-name.toml");
    std::fs::write(&path, &first.stdout).unwrap();
    let second = output(&["info", path.to_str().unwrap()]);
    assert_eq!(second.status.code(), Some(0));
    assert_eq!(
        String::from_utf8(second.stdout),
        String::from_utf8(first.stdout)
    );
}

#[test]
fn a_wrong_card_is_one_line_on_stderr_and_exit_code_two() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.toml");
    std::fs::write(&path, "[beam]\nlepton = \"e-\"\nenergy = 3\n").unwrap();
    let shown = transcript(&["info", path.to_str().unwrap()]);
    let shown = shown.replace(folder.path().to_str().unwrap(), "FOLDER");
    insta::assert_snapshot!(shown, @r#"
    exit code 2
    --- stdout
    --- stderr
    error: FOLDER/wrong.toml:3: beam.energy: found an unknown key, expected one of lepton, energy_gev, on_target; did you mean `energy_gev`?
    "#);
}

#[test]
fn wrong_options_name_the_option() {
    let wrong = [
        "beam.lepton=tau",
        "beam.energy=3",
        "beam.lepton",
        "dark_sector.m_chi_gev=100",
        "cuts.x_min=1",
        "target.element=Leda",
    ];
    let shown: Vec<String> = wrong
        .iter()
        .map(|option| transcript(&["info", CARD, "--set", option]))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_missing_card_is_exit_code_two() {
    insta::assert_snapshot!(transcript(&["info", "no/such.toml"]), @r"
    exit code 2
    --- stdout
    --- stderr
    error: no/such.toml: cannot read the card: No such file or directory (os error 2)
    ");
}
