//! Properties of all cards: whatever is written, reading does not panic, and what is resolved
//! prints and reads back to the same card.

use millibrem::card::{CardError, Override, RunCard};
use millibrem::histogram::Observable;
use millibrem::matter::elements::ELEMENTS;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

fn read(text: &str) -> Option<RunCard> {
    RunCard::parse("card.toml", "card", text, &[]).ok()
}

/// A value of some type, often out of range.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<f64>().prop_map(|number| format!("{number:?}").replace("NaN", "nan")),
        any::<i64>().prop_map(|number| number.to_string()),
        (0.0..2.0).prop_map(|number: f64| format!("{number:?}")),
        "[a-z+-]{0,8}".prop_map(|text| format!("{text:?}")),
        Just("true".to_owned()),
        Just("[]".to_owned()),
        Just("[1, \"x\"]".to_owned()),
        Just("{}".to_owned()),
        Just("inf".to_owned()),
    ]
}

/// A full key, mostly one that exists.
fn key() -> impl Strategy<Value = String> {
    let known = [
        "schema",
        "run.name",
        "run.seed",
        "run.threads",
        "process.kind",
        "dark_sector.m_chi_gev",
        "dark_sector.charge",
        "dark_sector.spin",
        "dark_sector.pdg_id",
        "dark_sector.epsilon",
        "dark_sector.m_dark_photon_gev",
        "beam.lepton",
        "beam.energy_gev",
        "beam.on_target",
        "target.element",
        "target.material",
        "target.density_g_cm3",
        "target.thickness_cm",
        "target.thickness_x0",
        "target.energy_loss_gev_per_cm",
        "target.radiation_length_cm",
        "target.form_factor",
        "target.nucleus_spin",
        "target.nuclear_mass_gev",
        "cuts.x_min",
        "cuts.x_max",
        "cuts.lepton_energy_max_gev",
        "cuts.lepton_angle_min_mrad",
        "cuts.lepton_angle_max_mrad",
        "cuts.lepton_pt_min_gev",
        "cuts.lepton_pt_max_gev",
        "cuts.chi_angle_max_mrad",
        "integration.method",
        "integration.n_adapt",
        "integration.neval",
        "integration.rel_error",
        "integration.max_neval",
        "events.count",
        "events.mode",
        "events.max_overweight_share",
        "events.compression",
        "histogram",
        "reach.events_excluded",
        "reach.efficiency",
        "reach.mesons.rho",
        "reach.mesons",
        "reach.q_over_e_max",
        "reach.straggling",
        "reach",
        "beam",
    ];
    prop_oneof![9 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => "[a-z.]{0,9}"]
}

/// A card that is right: masses and energies in a range where everything is open.
fn good_card() -> impl Strategy<Value = String> {
    let observable = proptest::sample::select(Observable::ALL.to_vec());
    let axis = (observable.clone(), observable, any::<bool>(), 1..60u32);
    (
        (
            proptest::sample::select(vec!["e-", "e+", "mu-", "mu+"]),
            4.0..400.0,
        ),
        (1e-4..0.3, any::<bool>(), 1e-3..3.0),
        (
            0..ELEMENTS.len(),
            any::<bool>(),
            proptest::option::of(1e-3..100.0),
        ),
        (0.0..0.5, 0.6..1.0, proptest::option::of(0.0..50.0)),
        proptest::option::of(axis),
        any::<u32>(),
    )
        .prop_map(|(beam, chi, target, cuts, axis, seed)| {
            let spin = if chi.1 { "dirac" } else { "scalar" };
            let nucleus_spin = if target.1 { "0" } else { "1/2" };
            let mut text = format!(
                "run.seed = {seed}\n[beam]\nlepton = {:?}\nenergy_gev = {:?}\n[dark_sector]\n\
                 m_chi_gev = {:?}\nspin = {spin:?}\ncharge = {:?}\n[target]\nelement = {:?}\n\
                 nucleus_spin = {nucleus_spin:?}\n",
                beam.0, beam.1, chi.0, chi.2, ELEMENTS[target.0].symbol
            );
            if let Some(thickness) = target.2 {
                text += &format!("thickness_cm = {thickness:?}\n");
                if beam.0.starts_with("mu") {
                    text += &format!("energy_loss_gev_per_cm = {:?}\n", thickness / 8.0);
                }
            }
            text += &format!("[reach]\nq_over_e_max = {:?}\n", 0.1 * chi.2);
            text += &format!("[cuts]\nx_min = {:?}\nx_max = {:?}\n", cuts.0, cuts.1);
            if let Some(angle) = cuts.2 {
                text += &format!("lepton_angle_min_mrad = {angle:?}\n");
            }
            if let Some((first, second, two, bins)) = axis {
                let names = match two && first != second {
                    true => format!("[\"{first}\", \"{second}\"]"),
                    false => format!("\"{first}\""),
                };
                text += &format!("[[histogram]]\nobservable = {names}\nbins = {bins}\n");
            }
            text
        })
}

/// The same cases every time.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 512,
        rng_seed: RngSeed::Fixed(64),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = read(&text);
    }

    #[test]
    fn no_keys_and_values_panic_and_what_is_accepted_reads_back(
        lines in proptest::collection::vec((key(), value()), 0..6),
        base in good_card(),
    ) {
        let text: String = lines.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        let _ = read(&text);
        let options: Vec<Override> = lines
            .iter()
            .filter_map(|(key, value)| Override::parse(&format!("{key}={value}")).ok())
            .collect();
        if let Ok(card) = RunCard::parse("card.toml", "card", &base, &options) {
            let printed = card.to_toml();
            prop_assert!(read(&printed) == Some(card), "{}", printed);
        }
    }

    #[test]
    fn a_resolved_card_prints_and_reads_back_to_itself(text in good_card()) {
        let card = RunCard::parse("card.toml", "card", &text, &[]);
        prop_assert!(card.is_ok(), "{}\n{text}", card.unwrap_err());
        let card = card.unwrap();
        let printed = card.to_toml();
        prop_assert!(read(&printed) == Some(card), "{}", printed);
        prop_assert_eq!(read(&printed).map(|card| card.to_toml()), Some(printed));
    }
}

/// A text carries no checksum: a card with a wrong bit is refused, or is the card it now reads as.
#[test]
fn ten_thousand_flipped_bits_give_an_error_or_the_card_that_is_there() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("cards");
    let files = std::fs::read_dir(folder).unwrap();
    let mut cards: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    cards.sort();
    let cards: Vec<Vec<u8>> = cards.iter().map(|p| std::fs::read(p).unwrap()).collect();
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    let (mut refused, mut read_back) = (0, 0);
    for i in 0..10_000 {
        let mut bytes = cards[i % cards.len()].clone();
        let bit = rng.random_range(0..8 * bytes.len());
        bytes[bit / 8] ^= 1 << (bit % 8);
        // What is no UTF-8 is refused by the reader of files.
        let Ok(text) = String::from_utf8(bytes) else {
            refused += 1;
            continue;
        };
        match RunCard::parse("card.toml", "card", &text, &[]) {
            Err(CardError::Key(error)) => {
                assert!(
                    !error.found.is_empty() && !error.expected.is_empty(),
                    "{error}"
                );
                refused += 1;
            }
            Err(other) => panic!("{other}"),
            Ok(mut card) => {
                // Without a seed, one is drawn.
                card.run.seed = 1;
                let printed = card.to_toml();
                assert_eq!(read(&printed).unwrap().to_toml(), printed);
                read_back += 1;
            }
        }
    }
    println!("{refused} refused, {read_back} read");
    assert!(refused > 1000 && read_back > 1000);
}
