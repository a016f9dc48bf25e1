//! Values given on the command line in place of those of the card.

use millibrem::card::{CardError, Losses, Override, RunCard, Straggling};
use millibrem::dark_sector::DarkSector;

const CARD: &str = r#"
[beam]
lepton = "mu-"
energy_gev = 160
[dark_sector]
m_chi_gev = 0.1
pdg_id = "ldmx"
[target]
element = "Pb"
density_g_cm3 = 11.0
radiation_length_cm = 0.5
nuclear_mass_gev = 190.0
thickness_cm = 1.0
"#;

fn with(options: &[&str]) -> Result<RunCard, CardError> {
    let options: Result<Vec<_>, _> = options.iter().map(|text| Override::parse(text)).collect();
    RunCard::parse("card.toml", "card", CARD, &options?)
}

#[test]
fn an_option_replaces_the_value_of_the_card_and_the_last_one_counts() {
    let card = with(&["beam.energy_gev=100", "beam.energy_gev=50"]).unwrap();
    assert_eq!(card.beam.energy_gev, 50.0);
    assert_eq!(with(&["events.count=1e6"]).unwrap().events.count, 1_000_000);
    assert_eq!(
        with(&["reach.mesons.rho=5.9e10"]).unwrap().reach.mesons.rho,
        5.9e10
    );
}

#[test]
fn another_element_drops_the_properties_of_the_old_one() {
    let material = with(&["target.element=W"]).unwrap().target.material;
    assert_eq!(material.components[0].element.symbol, "W");
    assert_eq!(material.density_g_cm3, Some(19.3));
    assert!((material.components[0].nucleus.mass_gev - 171.2).abs() < 0.1);
    assert_eq!(material.thickness_cm, Some(1.0));
    let same = with(&["target.element=Pb"]).unwrap().target.material;
    assert_eq!(same.density_g_cm3, Some(11.0));
    assert_eq!(same.components[0].nucleus.mass_gev, 190.0);
}

#[test]
fn properties_given_by_option_stay_with_an_element_given_by_option() {
    for options in [
        ["target.element=W", "target.density_g_cm3=18.0"],
        ["target.density_g_cm3=18.0", "target.element=W"],
    ] {
        assert_eq!(
            with(&options).unwrap().target.material.density_g_cm3,
            Some(18.0)
        );
    }
}

#[test]
fn a_thickness_in_radiation_lengths_displaces_one_in_centimetres() {
    let material = with(&["target.thickness_x0=3"]).unwrap().target.material;
    assert_eq!(material.thickness_cm, Some(1.5));
    let both = with(&["target.thickness_x0=3", "target.thickness_cm=1"])
        .unwrap_err()
        .to_string();
    assert!(both.contains("both this and target.thickness_cm"), "{both}");
}

#[test]
fn another_process_drops_the_parameters_of_the_old_one() {
    let card = with(&[
        "process.kind=dark-photon",
        "dark_sector.m_dark_photon_gev=0.2",
    ])
    .unwrap();
    let DarkSector::DarkPhoton(photon) = card.dark_sector else {
        panic!("{card:?}")
    };
    assert_eq!((photon.mass_gev, photon.pdg_id), (0.2, 622));
    let same = with(&["process.kind=pair"]).unwrap();
    let DarkSector::Pair(chi) = same.dark_sector else {
        panic!("{same:?}")
    };
    assert_eq!((chi.mass_gev, chi.pdg_id), (0.1, 17));
}

#[test]
fn an_error_in_an_override_names_it_and_no_line() {
    let error = with(&["dark_sector.spin=vector"]).unwrap_err().to_string();
    assert_eq!(
        error,
        "`dark_sector.spin=vector`: dark_sector.spin: found \"vector\", expected one \
         of dirac, scalar"
    );
    let error = with(&["target.material=[{element=\"Xx\", mass_fraction=1}]"]).unwrap_err();
    assert!(
        error.to_string().starts_with("`target.material="),
        "{error}"
    );
}

#[test]
fn a_material_by_name_formula_or_isotope_replaces_the_element() {
    for (options, names, density) in [
        (
            &["target.material=PbWO4"][..],
            &["Pb", "W", "O"][..],
            Some(8.30),
        ),
        (&["target.mixture=PbWO4"], &["Pb", "W", "O"], Some(8.30)),
        (&["target.mixture=GdVO4"], &["Gd", "V", "O"], None),
        (&["target.mixture=W"], &["W"], Some(19.3)),
        // As many nuclei a volume as of the element.
        (
            &["target.element=Cu-65"],
            &["Cu-65"],
            Some(8.96 * (64.927_79 / 63.546)),
        ),
        (
            &["target.material=[{element=\"Cu-65\",mass_fraction=1}]"],
            &["Cu-65"],
            Some(8.96 * (64.927_79 / 63.546)),
        ),
        (
            &["target.isotopes=natural", "target.element=Cu"],
            &["Cu-63", "Cu-65"],
            Some(8.96),
        ),
    ] {
        let target = with(options).unwrap().target;
        let found: Vec<String> = target
            .material
            .components
            .iter()
            .map(|p| p.name())
            .collect();
        assert_eq!(found, names, "{options:?}");
        let found = target.material.density_g_cm3;
        assert_eq!(found.is_some(), density.is_some(), "{options:?}");
        let ratio = found.unwrap_or(1.0) / density.unwrap_or(1.0);
        assert!((ratio - 1.0).abs() < 1e-7, "{options:?}: {found:?}");
        // What is printed reads back to the same.
        let text = with(options).unwrap().to_toml();
        let again = RunCard::parse("again.toml", "again", &text, &[]).unwrap();
        assert_eq!(again.target, target, "{options:?}");
    }
}

#[test]
fn numbers_written_out_take_the_place_of_a_name_and_of_a_file() {
    const Q: &str = "target.form_factor.q_gev=[0.1,0.2,0.3]";
    const F: &str = "target.form_factor.f=[0.5,0.2,0]";
    let whole = with(&["target.form_factor={q_gev=[0.1,0.2,0.3],f=[0.5,0.2,0]}"]).unwrap();
    for name in ["\"helm\"", "{ file = \"there.csv\" }"] {
        let text = format!("{CARD}form_factor = {name}\n");
        let read = |options: &[&str]| {
            let options: Vec<_> = options
                .iter()
                .map(|o| Override::parse(o).unwrap())
                .collect();
            RunCard::parse("card.toml", "card", &text, &options)
        };
        for options in [[Q, F], [F, Q]] {
            let found = read(&options).unwrap().target.form_factor;
            assert_eq!(found, whole.target.form_factor, "{name}");
        }
        let words = read(&[Q]).unwrap_err().to_string();
        assert!(
            words.contains("target.form_factor.f: found nothing"),
            "{words}"
        );
    }
    // Elsewhere a name is a mistake, and stays one.
    let wrong = format!("reach = \"no\"\n{CARD}");
    let rho = Override::parse("reach.mesons.rho=1").unwrap();
    let words = RunCard::parse("card.toml", "card", &wrong, &[rho]).unwrap_err();
    assert!(words.to_string().contains("reach: found"), "{words}");
}

#[test]
fn another_density_has_another_radiation_length() {
    let thin = with(&["target.density_g_cm3=1.1"]).unwrap().target.material;
    let x0 = thin.radiation_length_cm.unwrap();
    assert!((x0 * 1.1 / 6.37 - 1.0).abs() < 1e-3, "{x0}");
    let both = with(&["target.radiation_length_cm=7", "target.density_g_cm3=1.1"]).unwrap();
    assert_eq!(both.target.material.radiation_length_cm, Some(7.0));
    let same = with(&["target.density_g_cm3=11.0"]).unwrap();
    assert_eq!(same.target.material.radiation_length_cm, Some(0.5));
}

#[test]
fn another_beam_or_target_drops_the_numbers_of_mesons() {
    let text = format!("{CARD}[reach.mesons]\nrho = 3e9\n");
    let rho = |options: &[&str]| {
        let options: Vec<_> = options
            .iter()
            .map(|o| Override::parse(o).unwrap())
            .collect();
        let card = RunCard::parse("card.toml", "card", &text, &options).unwrap();
        card.reach.mesons.rho
    };
    assert_eq!(
        rho(&["dark_sector.m_chi_gev=0.2", "beam.energy_gev=160"]),
        3e9
    );
    for option in [
        "beam.energy_gev=100",
        "beam.on_target=1e14",
        "beam.particle=e-",
        "target.element=W",
        "target.mixture=PbWO4",
        "target.thickness_cm=2",
        "target.thickness_x0=2",
        "target.density_g_cm3=10",
    ] {
        assert_eq!(rho(&[option]), 0.0, "{option}");
        assert_eq!(rho(&["reach.mesons.rho=1e9", option]), 1e9, "{option}");
    }
}

#[test]
fn a_key_of_all_histograms_needs_one() {
    for card in [CARD.to_owned(), format!("histogram = []\n{CARD}")] {
        let bins = Override::of_option("--set", "histogram.bins=7").unwrap();
        let words = RunCard::parse("card.toml", "card", &card, &[bins]).unwrap_err();
        let words = words.to_string();
        assert!(
            words.contains("`--set histogram.bins=7`") && words.contains("without [[histogram]]"),
            "{words}"
        );
    }
}

#[test]
fn the_edge_that_an_option_gives_is_to_blame() {
    let text = format!("{CARD}[cuts]\nx_min = 0.5\n");
    let most = Override::of_option("--set", "cuts.x_max=0.4").unwrap();
    let words = RunCard::parse("card.toml", "card", &text, &[most]).unwrap_err();
    let words = words.to_string();
    assert!(
        words.contains("`--set cuts.x_max=0.4`: cuts.x_max: found 0.4"),
        "{words}"
    );
    let least = Override::of_option("--set", "cuts.x_min=0.7").unwrap();
    let text = format!("{CARD}[cuts]\nx_max = 0.6\n");
    let words = RunCard::parse("card.toml", "card", &text, &[least]).unwrap_err();
    let words = words.to_string();
    assert!(
        words.contains("`--set cuts.x_min=0.7`: cuts.x_min: found 0.7"),
        "{words}"
    );
}

/// The words of the error of options as a command gives them.
fn told(option: &str) -> String {
    let read = Override::of_option("--set", option);
    let card = read.and_then(|one| RunCard::parse("card.toml", "card", CARD, &[one]));
    card.err().map(|e| e.to_string()).unwrap_or_default()
}

#[test]
fn a_key_without_its_section_or_with_a_slip_is_found() {
    for (written, meant) in [
        ("m_chi_gev=0.03", "dark_sector.m_chi_gev"),
        ("m_chi=0.03", "dark_sector.m_chi_gev"),
        ("energy=3", "beam.energy_gev"),
        ("target.m_chi_gev=0.03", "dark_sector.m_chi_gev"),
        ("histogram.bin=3", "histogram.bins"),
    ] {
        let words = told(written);
        assert!(
            words.ends_with(&format!("did you mean `{meant}`?")),
            "{words}"
        );
    }
}

#[test]
fn several_values_for_one_key_point_to_what_takes_them() {
    for list in ["0.03,0.1", "[0.03, 0.1]", "1e-3..0.5:log:20"] {
        let assignment = format!("dark_sector.m_chi_gev={list}");
        let words = told(&assignment);
        let cure = format!("`--over {assignment}` of scan, compare and reach takes several");
        assert!(words.ends_with(&cure), "{words}");
    }
    assert!(!told("beam.lepton=a,b").contains("--over"));
    assert_eq!(told("dark_sector.m_chi_gev=0.03"), "");
}

#[test]
fn a_key_of_histograms_is_that_of_every_histogram() {
    let card = format!(
        "{CARD}\n[[histogram]]\nobservable = \"x\"\n[[histogram]]\nobservable = \"t_gev2\"\nbins = 3\nmin = 0.0\nmax = 1.0\n"
    );
    let with = |option: &str| {
        let option = Override::of_option("--set", option).unwrap();
        RunCard::parse("card.toml", "card", &card, &[option])
    };
    let bins = with("histogram.bins=7").unwrap().histograms;
    let bins: Vec<usize> = bins.iter().map(|h| h.axes[0].bins()).collect();
    assert_eq!(bins, [7, 7]);
    let words = with("histogram.bins=0").unwrap_err().to_string();
    assert!(
        words.contains("option `--set histogram.bins=0`: histogram[0].bins"),
        "{words}"
    );
}

#[test]
fn a_compound_as_element_names_the_key_that_takes_it() {
    for (found, instead) in [
        ("PbWO4", "material = \"PbWO4\""),
        ("LYSO", "material = \"LYSO\""),
        ("Bi12GeO20", "mixture = \"Bi12GeO20\""),
    ] {
        let words = told(&format!("target.element={found}"));
        assert!(words.contains(instead), "{words}");
    }
    assert!(told("target.element=Lead").ends_with("did you mean `Pb`?"));
}

/// Fractions with four digits are fractions; their nuclei are those of the scaled ones.
#[test]
fn rounded_mass_fractions_are_scaled_and_wrong_ones_refused() {
    let of = |a: &str, b: &str| {
        with(&[&format!(
            "target.material=[{{element=\"Pb\", mass_fraction={a}}}, {{element=\"W\", mass_fraction={b}}}]"
        )])
    };
    let parts = of("0.3333", "0.6666").unwrap().target.material;
    let parts = &parts.components;
    assert_eq!(parts.iter().map(|p| p.mass_fraction).sum::<f64>(), 1.0);
    assert_eq!(parts[0].mass_fraction, 0.3333 / (0.3333 + 0.6666));
    let exact = of("0.25", "0.75").unwrap().target.material;
    assert_eq!(exact.components[0].mass_fraction, 0.25);
    let words = of("0.33", "0.66").unwrap_err().to_string();
    assert!(words.contains("add up to 0.99,"), "{words}");
}

#[test]
fn losses_given_by_option_displace_what_the_card_says_otherwise_and_two_options_do_not() {
    let base = CARD.replace("mu-", "e-");
    let read = |more: &str, options: &[&str]| {
        let options: Result<Vec<_>, _> = options.iter().map(|text| Override::parse(text)).collect();
        let text = base.replace(
            "thickness_cm = 1.0\n",
            &format!("thickness_cm = 1.0\n{more}\n"),
        );
        RunCard::parse("card.toml", "card", &text, &options?)
    };
    let own = "reach.straggling=tsai-whitis";
    let (none, older) = ("losses = \"none\"", "[reach]\nstraggling = \"tsai-whitis\"");
    let card = read(none, &[own]).unwrap();
    assert_eq!(
        (card.losses, card.reach.straggling),
        (None, Straggling::TsaiWhitis)
    );
    // The resolved card is the same card.
    let again = RunCard::parse("card.toml", "card", &card.to_toml(), &[]).unwrap();
    assert_eq!(again, card);
    let card = read(older, &["target.losses=none"]).unwrap();
    let found = (card.losses, card.reach.straggling);
    assert_eq!(found, (Some(Losses::None), Straggling::None));
    read(older, &["target.losses=tsai-whitis", own]).unwrap();
    for options in [["target.losses=none", own], [own, "target.losses=shower"]] {
        let error = read("", &options).unwrap_err().to_string();
        assert!(
            error.contains("reach.straggling: found \"tsai-whitis\" beside target.losses"),
            "{error}"
        );
    }
    let muons = |more: &str, options: &[&str]| {
        let options: Result<Vec<_>, _> = options.iter().map(|text| Override::parse(text)).collect();
        let text = CARD.replace(
            "thickness_cm = 1.0\n",
            &format!("thickness_cm = 1.0\n{more}\n"),
        );
        RunCard::parse("card.toml", "card", &text, &options?)
    };
    let loss = "target.energy_loss_gev_per_cm=0.01";
    let card = muons(none, &[loss]).unwrap();
    assert_eq!(card.target.material.energy_loss_gev_per_cm, Some(0.01));
    assert_eq!(
        RunCard::parse("card.toml", "card", &card.to_toml(), &[]).unwrap(),
        card
    );
    let constant = "energy_loss_gev_per_cm = 0.01\nlosses = \"constant\"";
    let card = muons(constant, &["target.losses=muon-table"]).unwrap();
    assert_eq!(card.target.material.energy_loss_gev_per_cm, None);
    let error = muons("", &[loss, "target.losses=muon-table"]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("beside target.losses = \"muon-table\""),
        "{error}"
    );
}

#[test]
fn a_table_inside_a_section_is_a_value() {
    let spot = CARD.replace("energy_gev = 160", "energy_gev = 160\nspot_mm = 1");
    let twiss = Override::parse("beam.twiss={emittance_mm_mrad=1, beta_m=2}").unwrap();
    let card = RunCard::parse("card.toml", "card", &spot, &[twiss]).unwrap();
    assert_eq!(card.profile.twiss.map(|[x, _]| x.beta_m), Some(2.0));
    // It takes the place of the whole one.
    let mesons = ["reach.mesons.phi=3", "reach.mesons={rho=1e10}"];
    let found = with(&mesons).unwrap().reach.mesons;
    assert_eq!((found.rho, found.phi), (1e10, 0.0));
    for (given, words) in [
        (
            "reach.mesons=3",
            "reach.mesons: found 3, expected a table of keys",
        ),
        ("reach.mesons={rhoo=3}", "did you mean `rho`?"),
        (
            "beam.twiss={beta_m=1}",
            "beam.twiss.emittance_mm_mrad: found nothing",
        ),
        (
            "beam={}",
            "beam: found a table of keys, expected the full name of a key",
        ),
    ] {
        let error = with(&[given]).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("`{given}`")) && error.contains(words),
            "{error}"
        );
    }
}
