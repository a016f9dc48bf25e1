//! The table of keys and docs/card.md say what the program does.

use std::collections::BTreeSet;
use std::path::Path;

use millibrem::card::{Absent, CardError, KEYS, Key, Kind, Override, RunCard, reference};
use millibrem::matter::NucleusSpin;
use millibrem::matter::catalogue::MATERIALS;
use millibrem::matter::material::Material;
use millibrem::process::Registry;

const PAIR: &str = "run.seed = 1
dark_sector.m_chi_gev = 0.1
beam.lepton = \"mu-\"
beam.energy_gev = 160.0
target.element = \"Pb\"
";

/// The required keys alone, of each process.
fn minimal() -> [String; 3] {
    let dark_photon = PAIR.replace("m_chi_gev", "m_dark_photon_gev");
    let kind = "process.kind = \"dark-photon\"\n";
    let mediated = PAIR.replace("mu-", "e+");
    let vector = "process.kind = \"annihilation\"
dark_sector.mediator = \"vector\"
dark_sector.m_mediator_gev = 0.1
dark_sector.alpha_d = 0.1
";
    [PAIR.to_owned(), dark_photon + kind, mediated + vector]
}

fn parse(text: &str, overrides: &[Override]) -> Result<RunCard, CardError> {
    RunCard::parse("card.toml", "minimal", text, overrides)
}

/// What a card means with every default written out.
fn printed(text: &str) -> toml::Table {
    parse(text, &[]).unwrap().to_toml().parse().unwrap()
}

/// The value of a key; in lists that of the first entry.
fn look(card: &toml::Table, path: &str) -> Option<toml::Value> {
    let mut value = toml::Value::Table(card.clone());
    for name in path.split('.') {
        if let toml::Value::Array(items) = value {
            value = items.into_iter().next()?;
        }
        value = value.get(name)?.clone();
    }
    Some(value)
}

fn key(path: &str) -> &'static Key {
    KEYS.iter().find(|key| key.path == path).unwrap()
}

/// Full names of all keys that a card holds, list positions left out.
fn paths(prefix: &str, value: &toml::Value, out: &mut BTreeSet<String>) {
    match value {
        // Keys of the card itself stand there.
        toml::Value::Table(_) if prefix == "weight.set." => {}
        toml::Value::Table(table) => {
            for (name, value) in table {
                let path = format!("{prefix}{name}");
                out.insert(path.clone());
                paths(&format!("{path}."), value, out);
            }
        }
        toml::Value::Array(items) => items.iter().for_each(|item| paths(prefix, item, out)),
        _ => {}
    }
}

#[test]
fn the_page_is_the_one_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/card.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    let cure = "docs/card.md is old: write it with `millibrem info --keys > docs/card.md`";
    assert!(page == reference(), "{cure}");
}

#[test]
fn every_key_has_a_row_of_its_own() {
    let page = reference();
    let (page, processes) = page.split_once("## The processes").unwrap();
    let names: BTreeSet<&str> = KEYS.iter().map(|key| key.path).collect();
    assert_eq!(names.len(), KEYS.len(), "a key stands twice");
    let of = |page: &str| page.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(of(processes), Registry::standard().names().count());
    let rows = of(page);
    let sections = KEYS.iter().filter(|key| key.kind == Kind::Table).count();
    assert_eq!(rows + sections, KEYS.len());
    for line in page.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(line.matches('|').count(), 6, "{line}");
    }
    for key in KEYS {
        assert!(key.meaning.ends_with('.'), "{}", key.path);
        let section = key.path.rsplit_once('.').map_or("", |(section, _)| section);
        assert!(
            section.is_empty() || names.contains(section),
            "{}",
            key.path
        );
    }
}

/// The fields of the cards as the program holds them, against the table.
#[test]
fn no_key_is_missing() {
    let mut seen = BTreeSet::new();
    let [pair, photon, mediated] = minimal();
    let of_photons = PAIR.replace("lepton = \"mu-\"", "particle = \"gamma\"");
    for text in [
        mediated
            + "dark_sector.width_gev = 0.01\nprocess.initial_state_radiation = 'leading-log'\n",
        of_photons.clone() + "process.kind = \"photon-conversion\"\n",
        of_photons + "process.kind = \"meson\"\n",
    ] {
        paths("", &toml::Value::Table(printed(&text)), &mut seen);
    }
    for text in [pair, photon] {
        let all = "beam.on_target = 1e12
target.thickness_cm = 1.0
target.energy_loss_gev_per_cm = 0.01
reach.q_over_e_max = 0.2
reach.channels = 'bremsstrahlung'
reach.initial_state_radiation = 'leading-log'
weight = [{ name = 'a', set = { target.nucleus_spin = 0.5 } }]
";
        let element = "target.element = \"Pb\"\n";
        let material = "target.density_g_cm3 = 8.0
target.material = [{ element = \"Pb\", mass_fraction = 0.5 }, { element = \"W\", mass_fraction = 0.5 }]
";
        let table = "target.element = \"Pb\"
target.form_factor = { q_gev = [0.1, 0.2, 0.3], f = [0.9, 0.5, 0.1] }
";
        for target in [element, material, table] {
            let text = text.replace(element, target) + all;
            paths("", &toml::Value::Table(printed(&text)), &mut seen);
        }
    }
    let tracks = PAIR.replace("mu-", "e-")
        + "beam.momentum_spread = 0.01
beam.spot_mm = [1.0, 2.0]
beam.divergence_mrad = 0.1
target.multiple_scattering = \"highland\"
target.thickness_x0 = 1.0
target.losses = \"shower\"
target.track_length = { depth_x0 = [1.0, 1.0], energy_gev = [1.0, 160.0], electron_x0 = [1.0, 0.5], \
positron_x0 = [0.1, 0.0], photon_x0 = [0.1, 0.0] }
";
    paths("", &toml::Value::Table(printed(&tracks)), &mut seen);
    let beam = PAIR.to_owned()
        + "beam.momentum_table = { momentum_gev = [150.0, 170.0], density = [1.0, 2.0] }
beam.twiss = { emittance_mm_mrad = 1.0, beta_m = [2.0, 3.0] }
";
    paths("", &toml::Value::Table(printed(&beam)), &mut seen);
    // Labels are free texts.
    seen.insert("run.label".to_owned());
    // The thickness is printed in cm, a mixture as its elements, a file as its numbers.
    seen.insert("target.form_factor.file".to_owned());
    seen.insert("target.track_length.file".to_owned());
    seen.insert("beam.momentum_table.file".to_owned());
    seen.insert("target.thickness_x0".to_owned());
    seen.insert("target.mixture".to_owned());
    // Couplings as α_D and ε.
    seen.insert("dark_sector.coupling".to_owned());
    seen.insert("dark_sector.g_chi".to_owned());
    let table: BTreeSet<String> = KEYS.iter().map(|key| key.path.to_owned()).collect();
    assert_eq!(seen, table);
}

/// Files of `src/card` that know a key only by its row, so that another one changes none of them.
const WITHOUT_KEYS: [&str; 10] = [
    "check",
    "columns",
    "plain",
    "print",
    "printed",
    "reference",
    "rules",
    "run_card",
    "source",
    "table",
];

#[test]
fn a_key_is_declared_in_one_file_and_named_where_it_has_rules() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/card");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let files = std::fs::read_dir(&folder).unwrap();
    let files: Vec<String> = files
        .map(|file| text(file.unwrap().file_name().to_str().unwrap()))
        .collect();
    for key in KEYS {
        let row = format!("    \"{}\": ", key.path);
        let rows: usize = files.iter().map(|file| file.matches(&row).count()).sum();
        assert_eq!(rows, 1, "rows of {}", key.path);
        for name in WITHOUT_KEYS {
            let named = text(&format!("{name}.rs")).contains(&format!("\"{}\"", key.path));
            assert!(
                !named || !key.path.contains('.'),
                "{name}.rs names {}",
                key.path
            );
        }
    }
}

#[test]
fn defaults_are_what_a_minimal_card_means() {
    let cards = minimal().map(|text| printed(&text));
    for key in KEYS {
        let found: Vec<toml::Value> = cards
            .iter()
            .filter_map(|card| look(card, key.path))
            .collect();
        match key.default {
            _ if key.kind == Kind::Table => {}
            // The one that is not what holds without it.
            Absent::Nothing(_) if key.path == "dark_sector.mediator" => assert_eq!(found.len(), 1),
            Absent::Nothing(_) => assert_eq!(found, [], "{}", key.path),
            // A list that is not there has no keys.
            Absent::Required(_) if key.path.starts_with("target.material.") => {}
            Absent::Required(_) if key.path.starts_with("weight.") => {}
            Absent::Required(_) if key.path.starts_with("beam.twiss.") => {}
            Absent::Required(_) | Absent::Depends(_) => assert_ne!(found, [], "{}", key.path),
            Absent::Number(_) | Absent::Count(_) | Absent::Text(_) => {
                let value = format!("value = {}", key.default.value().unwrap());
                let value = value.parse::<toml::Table>().unwrap()["value"].clone();
                assert!(!found.is_empty(), "{}", key.path);
                // The card of a dark photon has to say so.
                let n = if key.path == "process.kind" { 1 } else { 2 };
                for found in found.iter().take(n) {
                    assert_eq!(*found, value, "{}", key.path);
                }
            }
        }
    }
}

#[test]
fn defaults_in_words_are_true() {
    let [pair, photon, _] = minimal().map(|text| printed(&text));
    let id = |card| look(card, "dark_sector.pdg_id").unwrap().as_integer();
    assert_eq!((id(&pair), id(&photon)), (Some(5_200_012), Some(622)));
    assert_eq!(pair["run"]["name"].as_str(), Some("minimal"));
    let names = |card: &toml::Table| -> Vec<String> {
        let all = card["histogram"].as_array().unwrap().iter();
        all.map(|one| format!("`{}`", one["observable"].as_str().unwrap()))
            .collect()
    };
    let words = key("histogram").default.words().unwrap();
    let (first, rest) = words.split_once(", without `m_pair_gev`").unwrap();
    assert_eq!(names(&pair).join(", "), first);
    assert!(
        rest.starts_with(" for `dark-photon` and `boson`; "),
        "{rest}"
    );
    let without: Vec<String> = names(&pair)
        .into_iter()
        .filter(|n| n != "`m_pair_gev`")
        .collect();
    assert_eq!(names(&photon), without);
    let most = |more: &str| {
        let card = printed(&format!("{PAIR}{more}"));
        look(&card, "integration.max_neval")
            .unwrap()
            .as_integer()
            .unwrap()
    };
    assert_eq!(most(""), 100_000_000);
    assert_eq!(
        most("integration = { neval = 1e8, n_adapt = 30 }"),
        4_200_000_000
    );
    assert_eq!(
        most("integration = { neval = 1e12, n_adapt = 1000 }"),
        1_000_000_000_000_000
    );
    let scale = |more: &str| {
        let card = format!("{PAIR}[[histogram]]\nobservable = \"t_gev2\"\n{more}");
        look(&printed(&card), "histogram.scale").unwrap()
    };
    assert_eq!(scale("").as_str(), Some("log"));
    assert_eq!(scale("min = 0.0").as_str(), Some("linear"));
    let none = printed(&format!("{PAIR}histogram = []"));
    assert_eq!(none["histogram"].as_array().map(Vec::len), Some(0));
}

#[test]
fn what_is_required_is_missed() {
    for text in minimal() {
        for key in KEYS
            .iter()
            .filter(|key| matches!(key.default, Absent::Required(_)))
        {
            let mut card: toml::Table = text.parse().unwrap();
            let (section, name) = key.path.split_once('.').unwrap();
            let there = card
                .get_mut(section)
                .and_then(|s| s.as_table_mut()?.remove(name));
            if there.is_some() {
                let error = parse(&card.to_string(), &[]).unwrap_err().to_string();
                let said = format!("{}: found nothing, expected ", key.path);
                assert!(error.contains(&said), "{error}");
            }
        }
    }
}

/// What a card with `value` at this key says against the value by itself, not against its meaning
/// beside other keys.
fn refused(key: &Key, value: &str) -> bool {
    let [pair, photon, mediated] = minimal();
    let text = match key.path {
        "dark_sector.m_dark_photon_gev" | "dark_sector.epsilon" => photon,
        "dark_sector.g_chi" => mediated.replace("dark_sector.alpha_d = 0.1\n", ""),
        "process.initial_state_radiation"
        | "dark_sector.m_mediator_gev"
        | "dark_sector.coupling"
        | "dark_sector.alpha_d"
        | "dark_sector.width_gev" => mediated,
        "beam.particle" => pair.replace("beam.lepton = \"mu-\"\n", ""),
        "process.mesons" => {
            pair.replace("lepton = \"mu-\"", "particle = \"gamma\"") + "process.kind = \"meson\"\n"
        }
        _ => pair,
    };
    let (text, path) = match key.path.split_once('.') {
        Some(("histogram", "observable")) => {
            (format!("{text}[[histogram]]\nobservable = {value}\n"), None)
        }
        Some(("histogram", name)) => (
            format!("{text}[[histogram]]\nobservable = \"t_gev2\"\n{name} = {value}\n"),
            None,
        ),
        _ if key.path == "target.material.mass_fraction" => {
            let part =
                format!("target.material = [{{ element = \"Pb\", mass_fraction = {value} }}]");
            (text.replace("target.element = \"Pb\"", &part), None)
        }
        _ => (text, Some(key.path)),
    };
    let set = path.map(|path| Override::by_option("--set", path, value));
    match parse(&text, set.as_slice()) {
        Ok(_) => false,
        Err(CardError::Key(error)) => {
            let by_itself = [
                "one of ",
                "an energy above the lepton's mass",
                "\"linear\" or",
                "min below max",
            ];
            error.expected == key.expects
                || by_itself
                    .iter()
                    .any(|start| error.expected.starts_with(start))
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn ranges_are_those_that_are_held() {
    let mut judged = 0;
    for key in KEYS {
        let words = key.allowed.range();
        for part in words.split(", ") {
            let number = |text: &str| text.parse::<f64>().ok();
            // Value; whether it is allowed.
            let mut cases = Vec::new();
            let beyond = |edge: f64, up: bool| match (edge == 0.0, up) {
                (true, _) => -1e-9,
                (_, true) if edge > 1e18 => edge * 1.01,
                (_, true) => edge + (edge * 0.01).max(1.0),
                (_, false) if key.kind == Kind::Count => edge - 1.0,
                (_, false) => edge * 0.99,
            };
            if let Some((low, high)) = part.split_once(" to ").map(|(a, b)| (number(a), number(b)))
            {
                cases.extend(
                    low.iter()
                        .flat_map(|&x| [(x, true), (beyond(x, false), false)]),
                );
                cases.extend(
                    high.iter()
                        .flat_map(|&x| [(x, true), (beyond(x, true), false)]),
                );
            } else if let Some(x) = part.strip_prefix("at least ").and_then(number) {
                cases.extend([(x, true), (beyond(x, false), false)]);
            } else if let Some(x) = part.strip_prefix("at most ").and_then(number) {
                cases.extend([(x, true), (beyond(x, true), false)]);
            } else if let Some(x) = part.strip_prefix("above ").and_then(number) {
                cases.extend([(x, false), (x + 1e-3, true)]);
            } else if let Some(x) = part.strip_prefix("below ").and_then(number) {
                cases.extend([(x, false), (x - 1e-3, true)]);
            } else if part == "finite" {
                cases.push((f64::INFINITY, false));
            }
            for (x, good) in cases {
                // Seeds are beyond what a float holds, and tested elsewhere.
                if key.kind == Kind::Seed {
                    continue;
                }
                let value = format!("{x:?}");
                assert_eq!(
                    refused(key, &value),
                    !good,
                    "{} = {value}, {words}",
                    key.path
                );
                judged += 1;
            }
        }
    }
    assert!(judged > 100, "{judged}");
}

#[test]
fn choices_are_taken_and_no_others() {
    for key in KEYS {
        let Some(names) = key.allowed.choices() else {
            continue;
        };
        for name in names {
            // The mass is that of the other process.
            if key.path != "process.kind" || name != "dark-photon" {
                assert!(
                    !refused(key, &format!("\"{name}\"")),
                    "{} = {name}",
                    key.path
                );
            }
        }
        assert!(refused(key, "\"neither\""), "{}", key.path);
    }
}

#[test]
fn the_page_of_targets_has_every_material_as_the_program_has_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/targets.md");
    let page = std::fs::read_to_string(path).unwrap();
    for named in MATERIALS {
        let parts = named.mass_fractions();
        let material = Material::of_elements(&parts, NucleusSpin::Zero).unwrap();
        let shares = match parts.as_slice() {
            [(only, _)] => only.symbol.to_owned(),
            parts => {
                let words = parts
                    .iter()
                    .map(|(e, share)| format!("{} {share:.4}", e.symbol));
                words.collect::<Vec<_>>().join(" ")
            }
        };
        let length = material.radiation_length_g_cm2();
        let (name, density) = (named.name, named.density_g_cm3);
        let row = format!(
            "| `{name}` | {density} | {shares} | {length:.3} | {:.4} |",
            length / density
        );
        assert!(page.contains(&row), "docs/targets.md lacks the row\n{row}");
    }
}
