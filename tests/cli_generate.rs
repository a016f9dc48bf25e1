//! `millibrem generate`.

mod program;

use program::transcript;

const CARD: &str = "cards/na64mu-2025.toml";

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["generate", "--help"]));
}

#[test]
fn an_existing_run_is_not_replaced_without_force() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    std::fs::write(folder.path().join("run.h5"), "precious").unwrap();
    let shown = transcript(&["generate", CARD, "--out", path]).replace(path, "FOLDER");
    insta::assert_snapshot!(shown, @r"
    exit code 2
    --- stdout
    --- stderr
    error: FOLDER/run.h5 exists; give --force to replace it, or --out for another folder
    ");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("run.h5")).unwrap(),
        "precious"
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let path = file.join("run");
    let shown = transcript(&["generate", CARD, "--out", path.to_str().unwrap()]);
    let shown = shown.replace(folder.path().to_str().unwrap(), "FOLDER");
    insta::assert_snapshot!(shown, @r"
    exit code 2
    --- stdout
    --- stderr
    error: cannot write to FOLDER/file/run: Not a directory (os error 20)
    ");
}

#[test]
fn a_wrong_card_makes_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let arguments = [
        "generate",
        CARD,
        "--set",
        "cuts.x_min=2",
        "--out",
        path.to_str().unwrap(),
    ];
    assert!(transcript(&arguments).starts_with("exit code 2\n"));
    assert!(!path.exists());
}
