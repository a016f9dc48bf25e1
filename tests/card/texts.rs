//! Cards as editors save them, and numbers and seeds at the ends of their range.

use std::time::Instant;

use millibrem::card::{CardError, CardText, Override, RunCard};
use proptest::prelude::*;

const CARD: &str = include_str!("../../cards/na64mu-2025.toml");

/// Loads a card with these bytes.
fn load(bytes: &[u8]) -> Result<RunCard, CardError> {
    let text = CardText::read("card.toml".as_ref(), bytes)?;
    text.with(&[Override::by_option("--seed", "run.seed", "1")])
}

fn words(bytes: &[u8]) -> String {
    load(bytes).unwrap_err().to_string()
}

#[test]
fn a_byte_order_mark_and_other_line_ends_change_nothing() {
    let plain = load(CARD.as_bytes()).unwrap();
    let marked = format!("\u{feff}{CARD}");
    for saved in [
        &marked,
        &CARD.replace('\n', "\r\n"),
        &marked.replace('\n', "\r\n"),
    ] {
        assert_eq!(load(saved.as_bytes()).unwrap(), plain);
    }
}

#[test]
fn a_card_in_another_encoding_is_told_what_it_is_and_how_to_convert_it() {
    let utf16: Vec<u8> = CARD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&[0xff, 0xfe][..], &utf16].concat();
    for (bytes, name) in [(&utf16[..], "UTF-16LE"), (&marked, "UTF-16")] {
        let words = words(bytes);
        let cure =
            format!("it is {name}, and UTF-8 is expected; convert it with `iconv -f {name} ");
        assert!(words.contains(&cure), "{words}");
    }
    let latin = [b"# M\xfcon\n", CARD.as_bytes()].concat();
    let words = words(&latin);
    assert!(words.contains("line 1 has the byte 0xfc"), "{words}");
    assert!(words.contains("`iconv -f ISO-8859-1 "), "{words}");
}

#[test]
fn a_blank_that_is_none_is_named() {
    let card = CARD.replace("energy_gev = 160.0", "energy_gev = 160\u{a0}000.0");
    assert_ne!(card, CARD);
    let words = words(card.as_bytes());
    assert!(words.contains("a no-break space (U+00A0)"), "{words}");
    let words = self::words(format!("{CARD}\u{1a}").as_bytes());
    assert!(words.contains("a control character (U+001A)"), "{words}");
}

#[test]
fn a_number_of_another_country_is_named() {
    for (number, named) in [
        ("160,0", "`160,0` has a decimal comma: write a point"),
        ("1,6e2 # GeV", "`1,6e2` has a decimal comma"),
        ("\u{2212}160", "has a dash in it"),
    ] {
        let card = CARD.replace("energy_gev = 160.0", &format!("energy_gev = {number}"));
        let words = words(card.as_bytes());
        assert!(
            words.contains(named) && words.contains("card.toml:22"),
            "{words}"
        );
    }
}

#[test]
fn seeds_have_64_bits_wherever_they_are_written() {
    let of = |seed: &str| {
        RunCard::parse(
            "c",
            "c",
            CARD,
            &[Override::by_option("--seed", "run.seed", seed)],
        )
    };
    for seed in [0, 1, (1 << 53) + 1, i64::MAX as u64, 1 << 63, u64::MAX] {
        let card = of(&seed.to_string()).unwrap();
        assert_eq!(card.run.seed, seed);
        for written in [
            format!("0x{seed:x}"),
            format!("0o{seed:o}"),
            format!("0b{seed:b}"),
        ] {
            let same = of(&written).map(|card| card.run.seed);
            assert_eq!(same.map_err(|e| e.to_string()), Ok(seed));
        }
        let again = RunCard::parse("c", "c", &card.to_toml(), &[]).unwrap();
        assert_eq!(again, card);
        for written in [
            format!("{seed}"),
            format!("\"{seed}\""),
            format!("0x{seed:x}"),
        ] {
            let text = CARD.replace("[run]\n", &format!("[run]\nseed = {written} # mine\n"));
            let card = RunCard::parse("c", "c", &text, &[]);
            assert_eq!(
                card.map(|c| c.run.seed).map_err(|e| e.to_string()),
                Ok(seed)
            );
        }
    }
    let large = CARD.replace("[run]\n", "[run]\nseed = 18446744073709551616\n");
    let words = RunCard::parse("c", "c", &large, &[])
        .unwrap_err()
        .to_string();
    assert!(
        words.contains("run.seed: found 18446744073709551616, expected a whole"),
        "{words}"
    );
    for seed in [
        "18446744073709551616",
        "0x1_0000_0000_0000_0000",
        "-1",
        "1.5",
        "abc",
        "1e300",
    ] {
        let words = of(seed).unwrap_err().to_string();
        assert!(words.contains("0 to 18446744073709551615"), "{words}");
    }
}

proptest! {
    /// Whatever number stands at whatever key: an error is short, and a card that is taken prints
    /// one that reads back to it.
    #[test]
    fn numbers_in_messages_are_short_and_in_cards_exact(
        key in prop::sample::select(vec![
            "beam.energy_gev", "beam.on_target", "dark_sector.m_chi_gev", "dark_sector.charge",
            "target.density_g_cm3", "target.thickness_cm", "target.nuclear_mass_gev", "cuts.x_min",
            "cuts.x_max", "cuts.lepton_energy_max_gev", "cuts.lepton_angle_min_mrad",
            "cuts.lepton_pt_min_gev", "integration.rel_error", "integration.neval", "events.count",
            "events.max_weight", "reach.events_excluded", "reach.mesons.rho", "run.threads",
        ]),
        x in prop_oneof![any::<f64>(), Just(f64::MAX), Just(f64::MIN), Just(5e-324), Just(1e14)],
    ) {
        let set = Override::by_option("--set", key, &format!("{x:e}"));
        let seed = Override::by_option("--seed", "run.seed", "1");
        match RunCard::parse("c", "c", CARD, &[set, seed]) {
            Ok(card) => {
                let again = RunCard::parse("c", "c", &card.to_toml(), &[]);
                prop_assert_eq!(again.map_err(|e| e.to_string()), Ok(card));
            }
            Err(error) => {
                let words = error.to_string();
                let digits = words.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
                prop_assert!(digits <= Some(20), "{}", words);
            }
        }
    }
}

#[test]
fn huge_cards_names_and_values_are_refused_at_once_in_a_short_line() {
    let long = "x".repeat(1_000_000);
    let nested = format!("a = {}1{}", "[".repeat(400_000), "]".repeat(400_000));
    let unknown: String = (0..60_000).map(|i| format!("key_{i} = {i}\n")).collect();
    for text in [
        &unknown,
        &"key = 1\n".repeat(2_000_000),
        &format!("{long} = 1"),
        &format!("[beam]\nlepton = \"{long}\""),
        &format!("[{}]\n", vec!["a"; 300_000].join(".")),
        &nested,
        &"[[histogram]]\n".repeat(70_000),
    ] {
        let start = Instant::now();
        let words = words(text.as_bytes());
        let took = start.elapsed().as_secs_f64();
        assert!(
            words.len() < 700,
            "{} bytes: {}",
            words.len(),
            &words[..300]
        );
        assert!(took < 5.0, "{took} s: {words}");
    }
}
