//! Properties of all cards and of all set-ups that a card accepts.
//!
//! Any combination of valid values resolves, and its printed form reads back; one broken key is
//! named with its file, line, what was found and what was expected; whatever is accepted makes
//! events that conserve momentum, lie on their mass shells, obey the cuts and have finite weights.

use millibrem::beam::Projectile;
use millibrem::card::{CardError, KeyError, Place, RunCard};
use millibrem::dark_sector::DarkSector;
use millibrem::kinematics::FinalState;
use millibrem::matter::elements::ELEMENTS;
use millibrem::matter::form_factor::FormFactors;
use millibrem::process::BLOCK;
use millibrem::process::Setup;
use millibrem::process::radiation::etl::Etl;
use millibrem::process::radiation::phase_space::PairBlock;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

/// Keys with their values as TOML, one a line of the card.
type Lines = Vec<(&'static str, String)>;

fn text(lines: &Lines) -> String {
    let lines = lines
        .iter()
        .map(|(key, value)| format!("{key} = {value}\n"));
    lines.collect()
}

fn read(text: &str) -> Result<RunCard, CardError> {
    RunCard::parse("card.toml", "card", text, &[])
}

/// A key that may be missing, with a number from a range.
fn number(
    key: &'static str,
    range: std::ops::Range<f64>,
) -> BoxedStrategy<Option<(&'static str, String)>> {
    of(range.prop_map(move |value| (key, format!("{value:?}")))).boxed()
}

/// A key that may be missing, with a whole number from a range.
fn count(
    key: &'static str,
    range: std::ops::Range<u64>,
) -> BoxedStrategy<Option<(&'static str, String)>> {
    of(range.prop_map(move |value| (key, value.to_string()))).boxed()
}

/// A key that may be missing, with one of some texts.
fn choice(
    key: &'static str,
    texts: &[&'static str],
) -> BoxedStrategy<Option<(&'static str, String)>> {
    of(select(texts.to_vec()).prop_map(move |text| (key, format!("{text:?}")))).boxed()
}

/// What must be written: beam, target, what is produced.
fn required() -> impl Strategy<Value = Lines> {
    let leptons = Projectile::CHARGED.map(Projectile::name).to_vec();
    let element = (0..ELEMENTS.len()).prop_map(|i| ELEMENTS[i].symbol);
    let pair = any::<bool>();
    (select(leptons), 4.0..400.0, element, pair, 1e-6..0.3).prop_map(
        |(lepton, energy, element, pair, mass): (_, f64, _, _, f64)| {
            let (kind, key) = match pair {
                true => ("pair", "dark_sector.m_chi_gev"),
                false => ("dark-photon", "dark_sector.m_dark_photon_gev"),
            };
            vec![
                ("beam.lepton", format!("{lepton:?}")),
                ("beam.energy_gev", format!("{energy:?}")),
                ("target.element", format!("{element:?}")),
                ("process.kind", format!("{kind:?}")),
                (key, format!("{mass:?}")),
            ]
        },
    )
}

/// Cuts, each of which leaves something.
fn cuts() -> impl Strategy<Value = Lines> {
    let keys = vec![
        number("cuts.x_min", 0.0..0.5),
        number("cuts.x_max", 0.6..1.0),
        number("cuts.lepton_energy_max_gev", 0.2..400.0),
        number("cuts.lepton_angle_min_mrad", 0.0..100.0),
        number("cuts.lepton_angle_max_mrad", 101.0..4000.0),
        number("cuts.lepton_pt_min_gev", 0.0..0.1),
        number("cuts.lepton_pt_max_gev", 0.2..10.0),
        number("cuts.chi_angle_max_mrad", 10.0..4000.0),
    ];
    keys.prop_map(|keys| keys.into_iter().flatten().collect())
}

/// Everything else that may be written.
fn options() -> impl Strategy<Value = Lines> {
    // Two know some elements only.
    let known_for_all = |name: &&str| !["two-parameter-fermi", "fourier-bessel"].contains(name);
    let form_factors = FormFactors::standard().names().into_iter();
    let form_factors: Vec<&str> = form_factors.filter(known_for_all).collect();
    let keys = vec![
        count("schema", 1..2),
        count("run.seed", 0..1 << 63),
        count("run.threads", 0..4097),
        choice("run.name", &["a", "run-7", "na64.2025+x"]),
        number("beam.on_target", 1.0..1e16),
        choice("target.form_factor", &form_factors),
        choice("target.nucleus_spin", &["0", "1/2"]),
        number("target.nuclear_mass_gev", 0.9..240.0),
        number("target.density_g_cm3", 1e-3..25.0),
        number("target.thickness_cm", 1e-3..1e3),
        number("target.radiation_length_cm", 1e-3..1e3),
        choice(
            "integration.method",
            &["mc", "quadrature", "ww", "iww", "wwa"],
        ),
        count("integration.n_adapt", 1..1001),
        count("integration.neval", 1000..100_000_000),
        number("integration.rel_error", 1e-10..0.99),
        count("integration.max_neval", 100_000_000..1_000_000_000_000_000),
        count("events.count", 0..1_000_000_000_001),
        choice("events.mode", &["weighted", "unweighted"]),
        number("events.max_overweight_share", 1e-6..0.99),
        number("events.max_weight", 1.0..1e6),
        choice("events.compression", &["none", "gzip"]),
        number("reach.events_excluded", 1e-3..1e3),
        number("reach.efficiency", 1e-6..1.0),
        choice("reach.straggling", &["none", "tsai-whitis"]),
        number("reach.mesons.rho", 0.0..1e15),
        number("reach.mesons.jpsi", 0.0..1e15),
    ];
    keys.prop_map(|keys| keys.into_iter().flatten().collect())
}

fn card() -> impl Strategy<Value = Lines> {
    (required(), cuts(), options()).prop_map(|(a, b, c)| [a, b, c].concat())
}

/// How one key is broken.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Break {
    /// A value of another type.
    Type,
    /// A value that is out of every range.
    Value,
    /// A letter too much in the name.
    Name,
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        // The same cases every time.
        rng_seed: RngSeed::Fixed(8),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn any_combination_of_valid_values_resolves_and_reads_back(lines in card()) {
        let text = text(&lines);
        let card = read(&text);
        prop_assert!(card.is_ok(), "{}\n{text}", card.unwrap_err());
        let card = card.unwrap();
        let printed = card.to_toml();
        let back = read(&printed);
        prop_assert!(back.is_ok(), "{}\n{printed}", back.unwrap_err());
        prop_assert!(back.unwrap() == card, "{printed}");
    }

    #[test]
    fn one_broken_key_is_named_with_file_line_and_what_was_expected(
        lines in card(),
        at in any::<prop::sample::Index>(),
        how in select(vec![Break::Type, Break::Value, Break::Name]),
    ) {
        let mut lines = lines;
        let at = at.index(lines.len());
        let (key, value) = &mut lines[at];
        let right = *key;
        let is_text = value.starts_with('"');
        // Any text is a name of a form, but none of these.
        let bad = if is_text { "\"/\"" } else { "-1" };
        let broken = match how {
            Break::Type => format!("{right} = 1979-05-27\n"),
            Break::Value => format!("{right} = {bad}\n"),
            Break::Name => format!("{right}x = {value}\n"),
        };
        let before = text(&lines[..at].to_vec());
        let text = before + &broken + &text(&lines[at + 1..].to_vec());
        let error = match read(&text) {
            Err(CardError::Key(error)) => *error,
            other => return Err(TestCaseError::fail(format!("{other:?}\n{text}"))),
        };
        let KeyError { file, place, key, found, expected, nearest, .. } = &error;
        prop_assert_eq!(file, "card.toml");
        let line = match place {
            Place::Line { line, .. } => *line,
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        prop_assert_eq!(line, at + 1, "{}", error);
        let suffix = if how == Break::Name { "x" } else { "" };
        prop_assert_eq!(key, &format!("{right}{suffix}"));
        prop_assert!(!found.is_empty() && !expected.is_empty());
        let name = right.rsplit('.').next();
        if how == Break::Name {
            prop_assert_eq!(nearest.as_deref(), name, "{}", error);
        }
        let words = error.to_string();
        for part in [&format!("card.toml:{line}: "), key, found, expected] {
            prop_assert!(words.contains(part.as_str()), "{part} in {words}");
        }
    }
}

/// Points of the unit cube, some of them at its edges.
fn points() -> impl Strategy<Value = Vec<[f64; BLOCK]>> {
    let y = prop_oneof![8 => 1e-12..1.0, 1 => 1e-16..1e-10, 1 => 0.999_999_999_9..1.0];
    vec(vec(y, BLOCK).prop_map(|y| y.try_into().unwrap()), 7)
}

fn minkowski(p: &[f64; 4]) -> f64 {
    p[0] * p[0] - p[1] * p[1] - p[2] * p[2] - p[3] * p[3]
}

/// Angle to the beam in mrad.
fn angle_mrad(p: &[f64; 4]) -> f64 {
    1e3 * p[1].hypot(p[2]).atan2(p[3])
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn whatever_is_accepted_makes_physical_events_of_finite_weight(
        (required, cuts) in (required(), cuts()),
        y in points(),
    ) {
        let text = text(&[required, cuts].concat());
        let card = read(&text).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
        let nucleus = card.target.material.components[0].nucleus;
        let form_factor = card.target.form_factor;
        let setup = Setup::new(&card.beam, nucleus, &form_factor, card.dark_sector, card.cuts);
        let setup = setup.map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
        let etl = Etl::new(&setup);
        let columns: Vec<&[f64]> = y[..etl.dim()].iter().map(|c| &c[..]).collect();
        let (mut value, mut block) = ([0.0; BLOCK], PairBlock::default());
        etl.evaluate(&columns, &mut value, &mut block);
        let c = &setup.collision;
        let mut shown = 0;
        for (i, &value) in value.iter().enumerate() {
            prop_assert!(value.is_finite() && value >= 0.0, "{value} pb\n{text}");
            if value == 0.0 {
                continue;
            }
            shown += 1;
            let point = block.point(i);
            let (state, masses) = match setup.dark {
                DarkSector::Pair(chi) | DarkSector::Mediated(chi, _) => {
                    let n = block.decay(i).n;
                    let state = FinalState::pair(c, &point, &n, chi.mass_gev).turned((0.6, 0.8));
                    (state, [chi.mass_gev, chi.mass_gev])
                }
                DarkSector::DarkPhoton(photon) => {
                    (FinalState::vector(c, &point).turned((0.6, 0.8)), [photon.mass_gev, 0.0])
                }
                DarkSector::Boson(boson) => {
                    (FinalState::vector(c, &point).turned((0.6, 0.8)), [boson.mass_gev, 0.0])
                }
            };
            let FinalState { lepton, nucleus, chi, chibar } = state;
            let out = [(lepton, c.m), (nucleus, c.big_m), (chi, masses[0]), (chibar, masses[1])];
            let total = [c.e0 + c.big_m, 0.0, 0.0, c.p];
            for component in 0..4 {
                let sum: f64 = out.iter().map(|(p, _)| p[component]).sum();
                let missing = (sum - total[component]).abs() / total[0];
                prop_assert!(missing < 1e-12, "{missing:e}: {state:?}\n{text}");
            }
            for (p, mass) in out {
                let off = (minkowski(&p) - mass * mass).abs() / (p[0] * p[0]).max(1e-300);
                prop_assert!(off < 1e-9, "{off:e}: {p:?} of mass {mass}\n{text}");
            }
            let (cuts, slack) = (&setup.cuts, 1.0 + 1e-9);
            let x = (chi[0] + chibar[0]) / c.e0;
            let pt = lepton[1].hypot(lepton[2]);
            let angle = angle_mrad(&lepton);
            prop_assert!(x * slack >= cuts.x_min && x <= cuts.x_max * slack, "x = {x}\n{text}");
            prop_assert!(lepton[0] <= cuts.lepton_energy_max_gev * slack, "{lepton:?}\n{text}");
            prop_assert!(angle * slack >= cuts.lepton_angle_min_mrad, "{angle} mrad\n{text}");
            prop_assert!(angle <= cuts.lepton_angle_max_mrad * slack, "{angle} mrad\n{text}");
            prop_assert!(pt * slack >= cuts.lepton_pt_min_gev, "{pt} GeV\n{text}");
            prop_assert!(pt <= cuts.lepton_pt_max_gev * slack, "{pt} GeV\n{text}");
            let dark = [chi, chibar].into_iter().filter(|p| p[0] > 0.0);
            for angle in dark.map(|p| angle_mrad(&p)) {
                let most = cuts.chi_angle_max_mrad;
                prop_assert!(angle <= most * slack, "{angle} mrad\n{text}");
            }
        }
        // Cuts on the lepton may leave nothing of 128 points, cuts on x alone leave all of them.
        prop_assert!(shown > 0 || !setup.cuts.is_inclusive(), "no point counts\n{text}");
    }
}
