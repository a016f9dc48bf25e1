//! The cards that ship with the program.

use std::path::PathBuf;

use millibrem::beam::Projectile;
use millibrem::card::{RunCard, SHIPPED, shipped};
use millibrem::dark_sector::DarkSector;

/// The set-ups of the papers: card, lepton, energy in GeV, element, length in cm and in radiation
/// lengths as published, cut, leptons on target.
type SetUp = (
    &'static str,
    Projectile,
    f64,
    &'static str,
    f64,
    f64,
    f64,
    f64,
);
const SETUPS: [SetUp; 4] = [
    (
        "na64mu-2018",
        Projectile::Muon,
        100.0,
        "Pb",
        20.0,
        40.0,
        0.5,
        5e13,
    ),
    (
        "na64e-2018",
        Projectile::Electron,
        100.0,
        "Pb",
        0.56,
        1.0,
        0.5,
        5e12,
    ),
    (
        "na64mu-2025",
        Projectile::Muon,
        160.0,
        "Pb",
        22.4,
        40.0,
        0.5,
        1e14,
    ),
    (
        "ldmx-2025",
        Projectile::Electron,
        8.0,
        "Al",
        3.56,
        0.4,
        0.7,
        2e16,
    ),
];

fn load(name: &str) -> RunCard {
    shipped(name)
        .unwrap()
        .with(&[])
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn shipped_cards_are_the_published_setups() {
    for (name, lepton, energy, element, length, length_x0, x_min, on_target) in SETUPS {
        let card = load(name);
        let material = &card.target.material;
        assert_eq!(card.run.name, name);
        assert_eq!(
            (card.beam.projectile, card.beam.energy_gev),
            (lepton, energy),
            "{name}"
        );
        assert_eq!(material.components[0].element.symbol, element);
        assert_eq!(material.thickness_cm, Some(length), "{name}");
        let in_x0 = material.thickness_x0().unwrap();
        assert!((in_x0 / length_x0 - 1.0).abs() < 0.12, "{name}: {in_x0} X0");
        assert_eq!((card.cuts.x_min, card.cuts.x_max), (x_min, 1.0), "{name}");
        assert_eq!(card.beam.on_target, Some(on_target), "{name}");
        assert!(matches!(card.dark_sector, DarkSector::Pair(_)));
        assert_eq!(card.histograms.len(), 5, "{name}");
        assert!(material.nuclei_per_cm2().is_some(), "{name}");
    }
}

#[test]
fn every_file_in_the_folder_of_cards_is_a_valid_card_that_prints_and_reads_back() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("cards");
    let mut cards = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let name = path.file_stem().unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            let card = RunCard::parse(name, name, &text, &[]);
            let card = card.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(
                load(name).dark_sector,
                card.dark_sector,
                "{name} is not shipped"
            );
            let again = RunCard::parse("printed", "other", &card.to_toml(), &[]);
            assert_eq!(again.unwrap(), card, "{}", card.to_toml());
            cards += 1;
        }
    }
    assert!(cards >= SETUPS.len());
    assert_eq!(cards, SHIPPED.len());
}

/// Whatever an experiment fixes says on its line where it comes from, or that it is assumed.
#[test]
fn numbers_of_experiments_have_their_sources_on_their_lines() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("cards");
    for name in SHIPPED {
        let text = std::fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
        let mut section = "";
        for line in text.lines() {
            if line.starts_with('[') {
                section = line;
            }
            let fixed = ["[beam]", "[target]", "[cuts]", "[reach]"].contains(&section);
            let Some((key, value)) = line.split_once(" = ").filter(|_| fixed) else {
                continue;
            };
            // The kind of beam is the experiment, channels are what this program can count.
            if !key.starts_with('#') && !["lepton", "particle", "channels"].contains(&key.trim()) {
                let (_, words) = value.split_once('#').unwrap_or_default();
                assert!(words.trim().len() > 4, "{name}: no source in `{line}`");
            }
        }
    }
}
