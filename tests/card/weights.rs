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
            "card.toml:10: weight[0].set.beam.energy_gev: found a key that a weight cannot change, expected one of dark_sector.alpha_d, dark_sector.charge, dark_sector.coupling, dark_sector.epsilon, dark_sector.g_chi, dark_sector.spin, target.form_factor, target.form_factor.file, target.nucleus_spin; masses, energies and cuts decide which events there are: make a run of its own",
        ),
        (
            "[[weight]]\nname = \"a\"\nset = { dark_sector.charg = 100 }\n",
            "card.toml:10: weight[0].set.dark_sector.charg: found a key that a weight cannot change, expected one of dark_sector.alpha_d, dark_sector.charge, dark_sector.coupling, dark_sector.epsilon, dark_sector.g_chi, dark_sector.spin, target.form_factor, target.form_factor.file, target.nucleus_spin; did you mean `dark_sector.charge`?",
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

#[test]
fn a_weight_may_be_another_coupling_under_either_of_its_names() {
    let mediated = "[dark_sector]
m_chi_gev = 0.1
mediator = \"vector\"
m_mediator_gev = 0.3
epsilon = 1e-3
alpha_d = 0.1
[beam]
lepton = \"mu-\"
energy_gev = 160
[target]
element = \"Pb\"
";
    let with = |set: &str| {
        let text = format!("{mediated}[[weight]]\nname = \"a\"\nset = {{ {set} }}\n");
        let card = CardText::new("card.toml", "card", &text).with(&[]);
        card.map_err(|error| error.to_string())
    };
    for (set, epsilon, alpha_d) in [
        (
            "dark_sector.g_chi = 1.0",
            1e-3,
            0.25 / core::f64::consts::PI,
        ),
        ("dark_sector.alpha_d = 0.5", 1e-3, 0.5),
        ("dark_sector.coupling = 1e-4", 1e-4, 0.1),
        ("dark_sector.epsilon = 1e-4", 1e-4, 0.1),
    ] {
        let card = with(set).unwrap_or_else(|error| panic!("{error}"));
        let DarkSector::Mediated(_, a) = card.weights[0].card.dark_sector else {
            panic!("{set}")
        };
        assert_eq!(a.epsilon, epsilon, "{set}");
        assert!((a.alpha_d / alpha_d - 1.0).abs() < 1e-15, "{set}");
        let again = RunCard::parse("again", "card", &card.to_toml(), &[]).unwrap();
        assert_eq!(again, card, "{set}");
    }
    let both = with("dark_sector.g_chi = 1.0, dark_sector.alpha_d = 0.5").unwrap_err();
    assert!(both.contains("both this and dark_sector.g_chi"), "{both}");
    let charge = with("dark_sector.charge = 0.5").unwrap_err();
    assert!(
        charge.contains("dark_sector.charge") && charge.contains("no such key"),
        "{charge}"
    );
}
