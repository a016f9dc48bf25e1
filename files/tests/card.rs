//! Cards from files, and shipped ones by name.

use millibrem::card::SHIPPED;
use millibrem_files::card;

#[test]
fn an_unreadable_file_is_named() {
    let error = card::load("no/such/card.toml".as_ref(), &[]).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("no/such/card.toml: cannot read the card"),
        "{error}"
    );
}

#[test]
fn a_card_that_is_not_there_names_its_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("my-run.toml"), "").unwrap();
    let told = |name: &str| {
        let path = folder.path().join(name);
        card::load(&path, &[]).unwrap_err().to_string()
    };
    for (name, meant) in [
        ("my_run.toml", "my-run.toml`?"),
        ("ldmx-2052", "did you mean `ldmx-2025`?"),
    ] {
        assert!(told(name).ends_with(meant), "{}", told(name));
    }
    assert!(
        told("ldmx-2025.toml")
            .ends_with("the shipped card is `ldmx-2025`, without folder and ending")
    );
    assert!(
        told("qqq").ends_with(&SHIPPED.join(", ")),
        "{}",
        told("qqq")
    );
}

#[test]
fn a_run_file_in_place_of_a_card_is_said_to_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    std::fs::write(&path, b"\x89HDF\r\n\x1a\n and more").unwrap();
    let words = card::load(&path, &[]).unwrap_err().to_string();
    assert!(
        words.contains("it is an HDF5 file") && words.contains("millibrem info "),
        "{words}"
    );
}

#[test]
fn a_bare_name_is_that_of_a_shipped_card() {
    for name in SHIPPED {
        let card = card::load(name.as_ref(), &[]).unwrap();
        assert_eq!(card.run.name, *name);
    }
}

#[test]
fn a_file_of_that_name_comes_before_the_shipped_card() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m3");
    std::fs::write(&path, "schema = 7").unwrap();
    let words = card::load(&path, &[]).unwrap_err().to_string();
    assert!(words.contains("schema"), "{words}");
}

#[test]
fn files_that_a_card_names_stand_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, table) = (
        folder.path().join("mine.toml"),
        folder.path().join("ff.csv"),
    );
    let shipped = include_str!("../../cards/na64mu-2025.toml");
    let text = shipped.replace("\"tsai-elastic\"", "{ file = \"ff.csv\" }");
    std::fs::write(&path, text).unwrap();
    let words = card::load(&path, &[]).unwrap_err().to_string();
    assert!(words.contains("found ff.csv, expected a table"), "{words}");
    std::fs::write(&table, "q_gev,f\n0.1,0.9\n0.2,0.5\n0.3,0.1\n").unwrap();
    let card = card::load(&path, &[]).unwrap();
    assert_eq!(card.target.form_factor.name(), "table");
}
