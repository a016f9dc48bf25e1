//! Form factors that a card names: from outside the library, and from a file.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use millibrem::card::{CardText, Files, Override, RunCard};
use millibrem::matter::Nucleus;
use millibrem::matter::form_factor::{FormFactorError, FormFactors, Model, Scales, Shape};

const CARD: &str = r#"
[beam]
lepton = "mu-"
energy_gev = 160
[dark_sector]
m_chi_gev = 0.1
[target]
element = "Pb"
form_factor = { file = "ff.csv" }
"#;

/// One file.
#[derive(Debug)]
struct One(&'static str);

impl Files for One {
    fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        match name {
            "ff.csv" => Ok(Box::new(Cursor::new(self.0))),
            _ => Err(io::Error::new(io::ErrorKind::NotFound, "no such file")),
        }
    }
}

fn card(file: &'static str) -> CardText {
    CardText::new("card.toml", "card", CARD).with_files(One(file))
}

#[test]
fn a_table_in_a_file_is_read_and_stands_in_the_resolved_card() {
    let read = card("t_gev2,f\n0.01,0.9\n0.04,0.5\n0.09,0.1\n")
        .with(&[])
        .unwrap();
    let table = read.target.form_factor.table().expect("a table");
    assert_eq!(table.f(), [1.0, 0.9, 0.5, 0.1]);
    // Without the file, from what is printed.
    let again = RunCard::parse("again.toml", "again", &read.to_toml(), &[]).unwrap();
    assert_eq!(again.target, read.target);
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_line_and_the_place_in_the_card() {
    let problem = |file| card(file).with(&[]).unwrap_err().to_string();
    let found = problem("q_gev,f\n0.1,0.9\n0.1,0.8\n");
    let expected = "card.toml:9: target.form_factor.file: found ff.csv, expected a table of F against momentum transfer: line 3: momentum transfer 0.1 GeV does not rise";
    assert_eq!(found, expected);
    let other = Override::parse("target.form_factor.file=other.csv").unwrap();
    let found = card("").with(&[other]).unwrap_err().to_string();
    assert!(
        found.contains("other.csv, expected a table of F against momentum transfer: no such file"),
        "{found}"
    );
}

#[test]
fn a_file_replaces_a_name_and_a_name_a_file() {
    let named = Override::parse("target.form_factor=helm").unwrap();
    let read = card("").with(&[named]).unwrap();
    assert_eq!(read.target.form_factor.name(), "helm");
    let text = CARD.replace("{ file = \"ff.csv\" }", "\"helm\"");
    let text = CardText::new("card.toml", "card", &text);
    let text = text.with_files(One("q_gev f\n0.1 0.9\n0.2 0.5\n0.3 0.1\n"));
    let file = Override::parse("target.form_factor.file=ff.csv").unwrap();
    assert_eq!(
        text.with(&[file]).unwrap().target.form_factor.name(),
        "table"
    );
}

#[derive(Debug)]
struct Mine;

#[derive(Debug)]
struct Constant;

impl Model for Mine {
    fn name(&self) -> &str {
        "mine"
    }

    fn of(&self, _: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError> {
        Ok(Arc::new(Constant))
    }
}

impl Shape for Constant {
    fn g2(&self, _: &[f64], out: &mut [f64]) {
        out.fill(1.0);
    }

    fn scales(&self) -> Scales {
        Scales::of(0.0, 1.0)
    }
}

#[test]
fn a_card_names_a_form_factor_from_outside() {
    let text = CARD.replace("{ file = \"ff.csv\" }", "\"mine\"");
    let text = CardText::new("card.toml", "card", &text);
    let found = text.with(&[]).unwrap_err().to_string();
    assert!(
        found.contains("found \"mine\", expected one of tsai-elastic"),
        "{found}"
    );
    let text = text.with_form_factors(FormFactors::standard().with(Mine));
    assert_eq!(text.with(&[]).unwrap().target.form_factor.name(), "mine");
}
