//! `millibrem sigma`.

mod program;

use program::transcript;

const CARD: &str = "cards/na64mu-2025.toml";

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["sigma", "--help"]));
}

#[test]
fn an_unknown_method_names_the_nearest() {
    insta::assert_snapshot!(transcript(&["sigma", CARD, "--method", "quadrture"]));
}

#[test]
fn an_impossible_error_names_the_option() {
    insta::assert_snapshot!(transcript(&["sigma", CARD, "--rel-error", "2"]));
}
