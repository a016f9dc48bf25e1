//! Cards of every `process.kind`: what each takes, what it refuses and where, its limits, and the way back from the
//! printed card.

use millibrem::beam::Projectile;
use millibrem::card::{CardError, Override, Place, RunCard, shipped};
use millibrem::constants::ELECTRON_MASS_GEV;
use millibrem::dark_sector::{ChiSpin, DarkSector, Mediator, Vertex};
use millibrem::mesons::VectorMeson;
use millibrem::run;

/// Positrons on a thin target, and photons.
const THIN: [(&str, &str); 3] = [
    ("annihilation", "e+"),
    ("photon-conversion", "gamma"),
    ("meson", "gamma"),
];

fn text(kind: &str, beam: &str, more: &[&str]) -> String {
    let section = |name: &str| {
        let lines = more.iter().filter_map(|line| line.strip_prefix(name));
        let keys = lines.filter_map(|line| line.strip_prefix('.'));
        keys.fold(String::new(), |all, key| all + key + "\n")
    };
    format!(
        "[process]\nkind = \"{kind}\"\n[dark_sector]\nm_chi_gev = 0.05\n{}[beam]\nparticle = \"{beam}\"\n{}\
         energy_gev = 100.0\n[target]\nelement = \"Pb\"\n{}[cuts]\n{}[run]\nseed = 1\n",
        section("dark_sector"),
        section("beam"),
        section("target"),
        section("cuts"),
    )
}

fn parse(text: &str) -> Result<RunCard, CardError> {
    RunCard::parse("card.toml", "card", text, &[])
}

fn good(kind: &str, beam: &str, more: &[&str]) -> RunCard {
    parse(&text(kind, beam, more)).unwrap_or_else(|error| panic!("{error}"))
}

/// The error of a card that is wrong in one line: its key and its sentence.
fn refused(kind: &str, beam: &str, more: &[&str]) -> (String, String) {
    match parse(&text(kind, beam, more)).expect_err("refused") {
        CardError::Key(error) => {
            let has_line = matches!(error.place, Place::Line { .. } | Place::Absent);
            assert!(has_line, "{error}");
            (error.key.clone(), error.to_string())
        }
        other => panic!("{other}"),
    }
}

#[test]
fn what_a_process_does_not_have_is_refused_by_key_line_and_sentence() {
    for (kind, beam) in THIN {
        for (line, why) in [
            ("cuts.lepton_energy_max_gev = 10", "no lepton comes out"),
            ("cuts.lepton_angle_min_mrad = 1", "no lepton comes out"),
            ("cuts.lepton_angle_max_mrad = inf", "no lepton comes out"),
            ("cuts.lepton_pt_min_gev = 0.1", "no lepton comes out"),
            ("cuts.lepton_pt_max_gev = 0.1", "no lepton comes out"),
            ("dark_sector.m_dark_photon_gev = 0.1", "process.kind"),
            ("dark_sector.epsilon = 1", "process.kind"),
            ("dark_sector.alpha_d = 1", "process.kind"),
        ] {
            let (key, sentence) = refused(kind, beam, &[line]);
            assert_eq!(key, line.split(' ').next().unwrap());
            assert!(
                sentence.contains(why) && sentence.contains(kind),
                "{sentence}"
            );
        }
    }
    for line in [
        "target.form_factor = \"helm\"",
        "target.form_factor = { q_gev = [0.1, 0.2, 0.3], f = [0.9, 0.5, 0.1] }",
        "target.nucleus_spin = \"1/2\"",
        "target.nuclear_mass_gev = 193.0",
    ] {
        let (key, sentence) = refused("annihilation", "e+", &[line]);
        assert_eq!(key, line.split(' ').next().unwrap());
        assert!(sentence.contains("electrons are struck"), "{sentence}");
        good("photon-conversion", "gamma", &[line]);
        // The shape of a nucleus that makes mesons is that of the estimate, its mass is not.
        match key.as_str() {
            "target.nuclear_mass_gev" => drop(good("meson", "gamma", &[line])),
            _ => {
                let (wrong, sentence) = refused("meson", "gamma", &[line]);
                assert_eq!(wrong, key);
                assert!(sentence.contains("that of the estimate"), "{sentence}");
            }
        }
    }
}

#[test]
fn beams_are_those_that_make_it() {
    for (kind, beam, expected) in [
        ("annihilation", "mu-", "e-, e+"),
        ("annihilation", "gamma", "e-, e+"),
        ("photon-conversion", "mu+", "gamma, e-, e+"),
        ("meson", "mu-", "gamma, e-, e+"),
        ("pair", "gamma", "e-, e+, mu-, mu+"),
    ] {
        let (key, sentence) = refused(kind, beam, &[]);
        assert_eq!(key, "beam.particle");
        assert!(sentence.contains(expected), "{sentence}");
    }
    // Of electrons it is the shower that makes it.
    for (kind, beam) in [
        ("annihilation", "e-"),
        ("photon-conversion", "e-"),
        ("photon-conversion", "e+"),
        ("meson", "e-"),
    ] {
        for line in [
            "target.losses = \"none\"",
            "target.losses = \"tsai-whitis\"",
        ] {
            let (key, sentence) = refused(kind, beam, &[line]);
            assert_eq!(key, "target.losses");
            assert!(sentence.contains("expected \"shower\""), "{sentence}");
        }
        let (key, _) = refused(kind, beam, &["target.thickness_x0 = 40.0"]);
        assert_eq!(key, "target.losses");
        let showers = ["target.thickness_x0 = 40.0", "target.losses = \"shower\""];
        good(kind, beam, &showers);
    }
    let both = text("annihilation", "e+", &["beam.lepton = \"e+\""]);
    let error = parse(&both).expect_err("refused").to_string();
    assert!(error.contains("beam.particle"), "{error}");
    let old = text("annihilation", "e+", &[]).replace("particle", "lepton");
    assert!(parse(&old).is_ok());
    let old = text("photon-conversion", "gamma", &[]).replace("particle", "lepton");
    assert!(parse(&old).is_err(), "a photon is no lepton");
}

#[test]
fn photons_in_a_thick_target_must_be_said_to_be_left_alone() {
    let card = good("photon-conversion", "gamma", &["target.thickness_x0 = 1.0"]);
    let error = run::check_losses(&card).expect_err("thick").to_string();
    assert!(error.contains("photons convert"), "{error}");
    let lines = ["target.thickness_x0 = 1.0", "target.losses = \"none\""];
    run::check_losses(&good("photon-conversion", "gamma", &lines)).unwrap();
    let lines = ["target.thickness_x0 = 1.0", "target.losses = \"shower\""];
    assert_eq!(
        refused("photon-conversion", "gamma", &lines).0,
        "target.losses"
    );
}

#[test]
fn mesons_are_named_or_all_and_must_have_room_for_the_pair() {
    let card = |kind: &str, mesons: &str, m_chi: &str, energy: &str| {
        let text = text(kind, if kind == "pair" { "e-" } else { "gamma" }, &[]);
        let kind = format!("kind = \"{kind}\"");
        let text = text.replace(&kind, &format!("{kind}\n{mesons}"));
        parse(&text.replace("0.05", m_chi).replace("100.0", energy))
    };
    let names = |card: &RunCard| -> Vec<&str> {
        let mesons = card.mesons.expect("mesons").iter();
        mesons.map(VectorMeson::name).collect()
    };
    let all = card("meson", "", "0.05", "100.0").unwrap();
    assert_eq!(names(&all), ["rho", "omega", "phi", "jpsi"]);
    let two = card("meson", "mesons = [\"jpsi\", \"rho\"]", "0.05", "100.0").unwrap();
    assert_eq!(names(&two), ["rho", "jpsi"]);
    let one = card("meson", "mesons = \"phi\"", "0.05", "100.0").unwrap();
    assert_eq!(names(&one), ["phi"]);
    // The axis holds all masses.
    let masses = all.histograms.iter().find(|h| h.name() == "m_pair_gev");
    let axis = &masses.expect("drawn").axes[0];
    assert!(axis.min() < 0.775 && axis.max() > 3.097);
    for (kind, mesons, m_chi, energy, key, why) in [
        (
            "meson",
            "mesons = \"rh\"",
            "0.05",
            "100.0",
            "process.mesons",
            "nearest",
        ),
        (
            "meson",
            "mesons = []",
            "0.05",
            "100.0",
            "process.mesons",
            "empty",
        ),
        (
            "pair",
            "mesons = \"rho\"",
            "0.05",
            "100.0",
            "process.mesons",
            "no such key",
        ),
        (
            "meson",
            "mesons = [\"rho\", \"phi\"]",
            "0.6",
            "100.0",
            "dark_sector.m_chi_gev",
            "below 0.50973 GeV",
        ),
        (
            "meson",
            "",
            "2.0",
            "100.0",
            "dark_sector.m_chi_gev",
            "half of that of jpsi",
        ),
        (
            "meson",
            "",
            "1.0",
            "8.0",
            "beam.energy_gev",
            "threshold of jpsi",
        ),
        (
            "meson",
            "",
            "0.05",
            "1.0",
            "beam.energy_gev",
            "threshold of rho",
        ),
    ] {
        let Err(CardError::Key(error)) = card(kind, mesons, m_chi, energy) else {
            panic!("{mesons} {m_chi} {energy}");
        };
        assert_eq!(error.key, key);
        let sentence = error.to_string();
        assert!(
            sentence.contains(why) || error.nearest.is_some(),
            "{sentence}"
        );
    }
    // Another kind takes the place of the mesons, and a meson that of form factors.
    let set = |kind: &str| [Override::by_option("--set", "process.kind", kind)];
    let showers = ["target.thickness_x0 = 40.0", "target.losses = \"shower\""];
    let with = |kind: &str, key: &str, other: &str| {
        let text = text(kind, "e+", &showers);
        let text = text.replace("\n[dark_sector]", &format!("\n{key}\n[dark_sector]"));
        RunCard::parse("card.toml", "card", &text, &set(other))
    };
    for kind in ["photon-conversion", "annihilation", "pair"] {
        let other = with("meson", "mesons = \"rho\"", kind);
        let other = other.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((other.kind.name(), other.mesons), (kind, None));
    }
    let back = shipped("na64e-2023-photon-conversion").unwrap();
    let back = back.with(&set("meson"));
    assert!(back.unwrap_or_else(|e| panic!("{e}")).mesons.is_some());
}

#[test]
fn a_vector_mediator_has_keys_of_its_own() {
    let vector = "dark_sector.mediator = \"vector\"";
    let card = |of: &[&str]| good("annihilation", "e+", &[&[vector], of].concat());
    let wrong = |of: &[&str]| refused("annihilation", "e+", &[&[vector], of].concat()).0;
    let (mass, alpha) = (
        "dark_sector.m_mediator_gev = 0.2",
        "dark_sector.alpha_d = 0.1",
    );
    let found = card(&[mass, alpha, "dark_sector.coupling = 1e-3"]);
    let DarkSector::Mediated(chi, a) = found.dark_sector else {
        panic!("{:?}", found.dark_sector);
    };
    assert_eq!((chi.charge, chi.spin), (0.0, ChiSpin::Dirac));
    assert_eq!((a.mass_gev, a.epsilon, a.alpha_d), (0.2, 1e-3, 0.1));
    assert_eq!(a.width_gev, None);
    let by_g = card(&[
        mass,
        "dark_sector.g_chi = 1.0",
        "dark_sector.epsilon = 1e-3",
    ]);
    let DarkSector::Mediated(_, a) = by_g.dark_sector else {
        panic!("{:?}", by_g.dark_sector);
    };
    assert!((a.alpha_d - 0.25 / core::f64::consts::PI).abs() < 1e-15);
    for (of, key) in [
        (&[alpha][..], "m_mediator_gev"),
        (&[mass], "alpha_d"),
        (&[mass, alpha, "dark_sector.g_chi = 1.0"], "g_chi"),
        (&[mass, alpha, "dark_sector.charge = 1.0"], "charge"),
        (
            &[
                mass,
                alpha,
                "dark_sector.epsilon = 1.0",
                "dark_sector.coupling = 1.0",
            ],
            "coupling",
        ),
        (&[mass, "dark_sector.alpha_d = 1e-5"], "alpha_d"),
        (&[mass, alpha, "dark_sector.width_gev = 1e-6"], "width_gev"),
    ] {
        assert_eq!(wrong(of), format!("dark_sector.{key}"));
    }
    let (key, sentence) = refused(
        "photon-conversion",
        "gamma",
        &["dark_sector.mediator = \"vector\""],
    );
    assert_eq!(key, "dark_sector.mediator");
    assert!(sentence.contains("expected \"photon\""), "{sentence}");
    good("pair", "e-", &["dark_sector.mediator = \"photon\""]);
    // A pair of a lepton has it too, however narrow it is.
    let narrow = [vector, mass, "dark_sector.alpha_d = 1e-9"];
    let pair = good("pair", "mu-", &narrow);
    assert!(matches!(pair.dark_sector, DarkSector::Mediated(..)));
    let (key, sentence) = refused("pair", "mu-", &["dark_sector.mediator = \"scalar\""]);
    assert_eq!(key, "dark_sector.mediator");
    assert!(
        sentence.contains("expected \"photon\" or \"vector\""),
        "{sentence}"
    );
    assert_eq!(Mediator::ALL.len(), 1 + Vertex::ALL.len());
}

#[test]
fn a_boson_is_named_by_its_vertex_and_has_no_keys_of_chi() {
    let card = |beam: &str, more: &[&str]| {
        let text = text("boson", beam, more).replace("m_chi_gev = 0.05\n", "");
        parse(&text)
    };
    let mass = "dark_sector.m_mediator_gev = 0.1";
    for vertex in Vertex::ALL {
        let mediator = format!("dark_sector.mediator = \"{}\"", vertex.name());
        let found = card("mu+", &[&mediator, mass, "dark_sector.coupling = 1e-3"]);
        let found = found.unwrap_or_else(|error| panic!("{error}"));
        let DarkSector::Boson(boson) = found.dark_sector else {
            panic!("{:?}", found.dark_sector);
        };
        assert_eq!((boson.vertex, boson.coupling), (vertex, 1e-3));
        assert_eq!(boson.pdg_id, vertex.pdg_id());
        assert_eq!(parse(&found.to_toml()).expect("reads back"), found);
        assert!(found.histograms.iter().all(|h| h.name() != "m_pair_gev"));
        // ε is the same by another name.
        let same = card("mu+", &[&mediator, mass, "dark_sector.epsilon = 1e-3"]);
        assert_eq!(same.unwrap().dark_sector, found.dark_sector);
    }
    let scalar = "dark_sector.mediator = \"scalar\"";
    for (more, key) in [
        (&[mass][..], "mediator"),
        (&[scalar], "m_mediator_gev"),
        (&[mass, "dark_sector.mediator = \"photon\""], "mediator"),
        (&[mass, scalar, "dark_sector.alpha_d = 0.1"], "alpha_d"),
        (&[mass, scalar, "dark_sector.spin = \"dirac\""], "spin"),
        (
            &["dark_sector.m_mediator_gev = 90", scalar],
            "m_mediator_gev",
        ),
    ] {
        let error = card("e-", more).expect_err("refused");
        let CardError::Key(error) = error else {
            panic!("{error}");
        };
        assert_eq!(error.key, format!("dark_sector.{key}"));
    }
    let named = card("e-", &[mass, "dark_sector.mediator = \"axial\""]).expect_err("refused");
    assert!(named.to_string().contains("axial-vector"), "{named}");
}

#[test]
fn limits_are_those_of_the_collision_and_printed_cards_read_back() {
    let m = ELECTRON_MASS_GEV;
    let thin = good("annihilation", "e+", &[]);
    let limits = thin.limits().unwrap()[0];
    assert!((limits.sqrt_s_gev.powi(2) - 2.0 * m * (100.0 + m)).abs() < 1e-15);
    assert_eq!(limits.x_lower, limits.x_upper);
    assert!((limits.x_upper - 1.0 - m / 100.0).abs() < 1e-15);
    let showers = ["target.thickness_x0 = 40.0", "target.losses = \"shower\""];
    let shower = good("annihilation", "e-", &showers);
    let open = shower.limits().unwrap()[0].x_lower;
    // E₊ + m at s = 4m_χ², over E₀.
    assert!((open - 2.0 * 0.05 * 0.05 / m / 100.0).abs() < 1e-12);
    let photon = good("photon-conversion", "gamma", &[]);
    let limits = photon.limits().unwrap()[0];
    let big_m = photon.target.material.components[0].nucleus.mass_gev;
    assert!((limits.sqrt_s_gev.powi(2) / (big_m * (big_m + 200.0)) - 1.0).abs() < 1e-12);
    let product = limits.t_min_gev2 * limits.t_max_gev2;
    let expected = (big_m * 0.01 / limits.sqrt_s_gev).powi(2);
    assert!((product / expected - 1.0).abs() < 1e-12);
    // Heavier than the energy allows.
    let heavy = text("annihilation", "e+", &[]).replace("0.05", "0.2");
    let sentence = parse(&heavy).expect_err("above").to_string();
    assert!(
        sentence.contains("m_chi_gev") && sentence.contains("on electrons"),
        "{sentence}"
    );
    let vector = [
        "dark_sector.mediator = \"vector\"",
        "dark_sector.m_mediator_gev = 0.2",
        "dark_sector.g_chi = 1.0",
        "dark_sector.width_gev = 0.01",
    ];
    for card in [
        thin,
        shower,
        photon,
        good("annihilation", "e+", &vector),
        good("photon-conversion", "e+", &showers),
        good("meson", "e-", &showers),
        good("meson", "gamma", &[]),
    ] {
        let printed = card.to_toml();
        assert_eq!(
            parse(&printed).unwrap_or_else(|e| panic!("{e}")),
            card,
            "{printed}"
        );
    }
}

#[test]
fn an_option_takes_the_place_of_what_it_excludes() {
    let set = |key: &str, value: &str| Override::by_option("--set", key, value);
    let thick = [
        set("process.kind", "annihilation"),
        set("target.losses", "shower"),
        set("beam.particle", "e+"),
        set("cuts.x_min", "0.6"),
    ];
    let lepton = shipped("na64e-2023").expect("shipped").with(&thick);
    let lepton = lepton.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(lepton.kind.name(), "annihilation");
    assert_eq!(lepton.beam.projectile, Projectile::Positron);
    let vector = [
        set("dark_sector.mediator", "vector"),
        set("dark_sector.m_mediator_gev", "0.25"),
        set("dark_sector.g_chi", "1"),
    ];
    let vector = shipped("na64e-2023-annihilation")
        .expect("shipped")
        .with(&vector);
    let vector = vector.unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(vector.dark_sector, DarkSector::Mediated(..)));
}

#[test]
fn another_process_keeps_of_the_dark_sector_what_both_make() {
    let set = |options: &[&str]| -> Vec<Override> {
        let one = |text: &&str| Override::parse(text).unwrap();
        options.iter().map(one).collect()
    };
    let vector = [
        "dark_sector.mediator = \"vector\"",
        "dark_sector.m_mediator_gev = 0.3",
        "dark_sector.alpha_d = 0.1",
        "dark_sector.epsilon = 1e-3",
        "dark_sector.pdg_id = 17",
    ];
    let card = text("annihilation", "e+", &vector);
    let with = |card: &str, options: &[&str]| {
        let card = RunCard::parse("card.toml", "card", card, &set(options));
        card.unwrap_or_else(|error| panic!("{error}")).dark_sector
    };
    let DarkSector::Mediated(chi, mediator) = with(&card, &["process.kind=pair"]) else {
        panic!("an A'");
    };
    assert_eq!((chi.pdg_id, mediator.epsilon), (17, 1e-3));
    // χ has nothing of a dark photon, whatever makes it.
    let dark = text("dark-photon", "e+", &["dark_sector.epsilon = 1e-3"]);
    let dark = dark.replace("m_chi_gev", "m_dark_photon_gev");
    for kind in ["pair", "annihilation", "photon-conversion", "meson"] {
        let showers = ["target.thickness_x0=40", "target.losses=shower"];
        let kind = format!("process.kind={kind}");
        let options = [&[&kind, "dark_sector.m_chi_gev=0.05"], &showers[..]].concat();
        let DarkSector::Pair(chi) = with(&dark, &options) else {
            panic!("a pair");
        };
        assert_eq!((chi.mass_gev, chi.charge), (0.05, 1.0));
    }
}

#[test]
fn histograms_are_of_what_comes_out() {
    let names = |card: &RunCard| -> Vec<String> {
        card.histograms.iter().map(|spec| spec.name()).collect()
    };
    let thin = good("annihilation", "e+", &[]);
    assert_eq!(names(&thin), ["e_chi_gev", "theta_chi_rad"]);
    let photon = good("photon-conversion", "gamma", &[]);
    let all = [
        "x",
        "e_miss_gev",
        "m_pair_gev",
        "t_gev2",
        "e_chi_gev",
        "theta_chi_rad",
    ];
    assert_eq!(names(&photon), all);
    let wrong = |kind: &str, beam: &str, name: &str| {
        let more = format!("[[histogram]]\nobservable = \"{name}\"\n");
        let error = parse(&(text(kind, beam, &[]) + &more)).expect_err("refused");
        error.to_string()
    };
    for (kind, beam, name, why) in [
        ("annihilation", "e+", "x", "an observable that varies"),
        ("annihilation", "e+", "t_gev2", "of what comes out"),
        (
            "photon-conversion",
            "gamma",
            "theta_lepton_rad",
            "of what comes out",
        ),
    ] {
        let sentence = wrong(kind, beam, name);
        assert!(sentence.contains(why), "{sentence}");
    }
}
