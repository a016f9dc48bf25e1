//! `[[weight]]`: what it may change, and what it is then.

use millibrem::card::{CardText, RunCard};
use millibrem::dark_sector::{ChiSpin, DarkSector};

const CARD: &str = "\
[dark_sector]
m_chi_gev = 0.1
[beam]
lepton = \"mu-\"
energy_gev = 160
[target]
element = \"Pb\"
";

fn with(weights: &str) -> Result<RunCard, String> {
    let text = CardText::new("card.toml", "card", &format!("{CARD}{weights}"));
    text.with(&[]).map_err(|error| error.to_string())
}

#[test]
fn a_weight_is_the_card_with_something_else() {
    let card = with(
        "[[weight]]
         name = \"a\"
         set = { \"target.form_factor\" = \"helm\", dark_sector.spin = \"scalar\" }
         [[weight]]
         name = \"b\"
         [weight.set]
         dark_sector.charge = 0.5\n",
    )
    .unwrap();
    let [a, b] = card.weights.as_slice() else {
        panic!("{:?}", card.weights)
    };
    assert_eq!((a.name.as_str(), b.name.as_str()), ("a", "b"));
    assert_eq!(a.card.target.form_factor.name(), "helm");
    let DarkSector::Pair(chi) = a.card.dark_sector else {
        panic!()
    };
    assert_eq!((chi.spin, chi.charge), (ChiSpin::Scalar, 1.0));
    assert!(a.card.weights.is_empty());
    assert_eq!(b.words(), "dark_sector.charge = 0.5");
    // Written out it is the same.
    let again = RunCard::parse("again", "card", &card.to_toml(), &[]).unwrap();
    assert_eq!(again, card);
}

#[test]
fn a_weight_that_cannot_be_says_why_and_where() {
    for (weights, expected) in [
        (
            "[[weight]]\nset = { target.form_factor = \"helm\" }\n",
            "card.toml:8: weight[0].name: found nothing, expected a name of letters, digits and `_`, of the column weight_<name>",
        ),
        (
            "[[weight]]\nname = \"a b\"\n",
            "card.toml:9: weight[0].name: found \"a b\", expected a name of letters, digits and `_`, of the column weight_<name>",
        ),
        (
            "[[weight]]\nname = \"a\"\n",
            "card.toml:8: weight[0].set: found nothing, expected what the weight changes, such as { \"target.form_factor\" = \"helm\" }",
        ),
        (
            "[[weight]]\nname = \"a\"\nset = { beam.energy_gev = 100 }\n",
            "card.toml:10: weight[0].set.beam.energy_gev: found a key that a weight cannot change, expected one of dark_sector.charge, dark_sector.epsilon, dark_sector.spin, target.form_factor, target.form_factor.file, target.nucleus_spin",
        ),
        (
            "[[weight]]\nname = \"a\"\nset = { dark_sector.charg = 100 }\n",
            "card.toml:10: weight[0].set.dark_sector.charg: found a key that a weight cannot change, expected one of dark_sector.charge, dark_sector.epsilon, dark_sector.spin, target.form_factor, target.form_factor.file, target.nucleus_spin; did you mean `dark_sector.charge`?",
        ),
        (
            "[[weight]]\nname = \"a\"\nset = { target.form_factor = \"hel\" }\n",
            "card.toml:10: target.form_factor: found \"hel\", expected",
        ),
        (
            "[[weight]]\nname = \"a\"\nset = { dark_sector.charge = 2 }\n[[weight]]\nname = \"a\"\nset = { dark_sector.charge = 3 }\n",
            "card.toml:12: weight[1].name: found \"a\" a second time, expected a name of its own for each weight",
        ),
        (
            "[[weight]]\nname = \"a\"\nset = 3\n",
            "card.toml:10: weight[0].set: found 3, expected a table of keys with values, such as { \"target.form_factor\" = \"helm\" }",
        ),
    ] {
        let found = with(weights).unwrap_err();
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
}
