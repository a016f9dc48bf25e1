//! Radiation off the initial state of an annihilation: points against the quadrature, in all and in bins of E_miss; what is
//! conserved at a vertex; events of a beam, of a shower and their further weights; cards that may say it.

use std::ops::ControlFlow;

use millibrem::card::{Override, RunCard, shipped};
use millibrem::constants::ELECTRON_MASS_GEV;
use millibrem::event::{EventBuffer, Scalar};
use millibrem::generate::{Generator, Progress};
use millibrem::process::{Method, Process};
use millibrem::run;

/// Positrons of 100 GeV on a thin target, which radiate.
const THIN: &[&str] = &[
    "beam.particle=e+",
    "target.losses=none",
    "process.initial_state_radiation=leading-log",
];

/// An A′ that positrons of 80 GeV put on its mass shell, with Γ/m = 10⁻³.
const RESONANT: &[&str] = &[
    "dark_sector.mediator=vector",
    "dark_sector.m_chi_gev=0.08",
    "dark_sector.m_mediator_gev=0.285939",
    "dark_sector.alpha_d=0.1",
    "dark_sector.width_gev=2.85939e-4",
];

fn card(settings: &[&[&str]]) -> RunCard {
    let common: &[&str] = &[
        "run.seed=3",
        "run.threads=2",
        "integration.n_adapt=8",
        "integration.neval=60000",
        "integration.rel_error=1e-3",
        "events.count=4000",
    ];
    let all = [&[common], settings].concat().concat();
    let set = |text: &&str| {
        let (key, value) = text.split_once('=').expect("KEY=VALUE");
        Override::by_option("--set", key, value)
    };
    let all: Vec<Override> = all.iter().map(set).collect();
    let card = shipped("na64e-2023-annihilation").expect("shipped");
    card.with(&all).unwrap_or_else(|error| panic!("{error}"))
}

fn sigma(card: &RunCard, method: Method) -> f64 {
    let route = run::process(card).unwrap().route(method).unwrap();
    route.sigma(5e-4).unwrap().value_pb
}

/// A lattice of points of a process: their values, and momenta and scalars one after the other.
fn points(process: &dyn Process, n: usize, mut see: impl FnMut(f64, &[[f64; 4]], f64)) {
    // The least root of x⁴ = x + 1 and its powers.
    let step = [
        0.819_172_513,
        0.671_043_607,
        0.549_700_478,
        0.450_299_522,
        0.368_872,
    ];
    let mut block = process.block();
    for first in (0..n).step_by(64) {
        let column = |d: usize| {
            (0..64)
                .map(|i| ((first + i) as f64 * step[d] + 0.5).fract())
                .collect()
        };
        let columns: Vec<Vec<f64>> = (0..process.dim()).map(column).collect();
        let y: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let mut value = [0.0; 64];
        block.evaluate(&y, &mut value);
        for (i, value) in value
            .into_iter()
            .enumerate()
            .filter(|(_, value)| *value != 0.0)
        {
            let (mut out, mut said) = ([[0.0; 4]; 2], vec![0.0; process.scalars().len()]);
            block.momenta(i, &mut out);
            block.scalars(i, &mut said);
            let place = process
                .scalars()
                .iter()
                .position(|one| *one == Scalar::BEAM_ENERGY);
            see(value, &out, said[place.expect("says its energy")]);
        }
    }
}

/// σ rises steeply there: the quadrature was off by up to a tenth, with an error of 10⁻⁵.
#[test]
fn an_a_prime_right_below_an_opening_is_integrated() {
    // Below 2m_χ; the same with a cut on E_miss; below 2m_e and above 2m_χ; in a shower.
    let chi: &[&str] = &[
        "beam.energy_gev=2.2254459137796836",
        "dark_sector.m_chi_gev=0.002725378911152845",
        "dark_sector.mediator=vector",
        "dark_sector.alpha_d=0.1",
        "dark_sector.width_gev=1.7081987979735405e-6",
    ];
    let light: &[&str] = &[
        "beam.energy_gev=1.3460340756472633",
        "dark_sector.m_chi_gev=0.0004883010603835021",
        "dark_sector.mediator=vector",
        "dark_sector.m_mediator_gev=0.0009808535259043796",
        "dark_sector.alpha_d=0.03799108783374286",
        "dark_sector.width_gev=3.4327730892101316e-6",
        "cuts.x_min=0",
    ];
    let below = |share: f64| format!("dark_sector.m_mediator_gev={}", share * 0.005_450_757_822);
    let (nearest, near) = (below(0.99999), below(0.9997));
    let cases = [
        [THIN, chi, &[nearest.as_str(), "cuts.x_min=0"]],
        [THIN, chi, &[near.as_str(), "cuts.x_min=0"]],
        [THIN, chi, &[near.as_str(), "cuts.x_min=0.35"]],
        [THIN, light, &[]],
    ];
    let mut pulls = 0.0;
    for (i, settings) in cases.iter().enumerate() {
        let fine = ["integration.rel_error=4e-4", "integration.neval=200000"];
        let card = card(&[&settings.concat()[..], &fine]);
        let exact = sigma(&card, Method::QUADRATURE);
        let mut generator =
            Generator::new(run::process(&card).unwrap(), run::settings(&card)).unwrap();
        let mut silent = |_: &Progress| ControlFlow::Continue(());
        generator.adapt(&mut silent).unwrap();
        let found = generator.measure(&[], &mut silent).unwrap().cross_section;
        let pull = (found.value_pb - exact) / found.error_pb;
        println!("{i}: {exact:e} {:e} {pull:.2}", found.value_pb);
        assert!(found.error_pb < 6e-4 * exact, "{i}: {found:?}");
        assert!(pull.abs() < 3.5, "{i}: {pull}");
        pulls += pull * pull;
    }
    assert!(pulls < 14.0, "χ² = {pulls}");
}

#[test]
fn points_add_up_to_the_quadrature_in_all_and_in_bins() {
    for (settings, bound) in [
        (&[][..], 3e-4),
        (&["cuts.x_min=0.8"][..], 1e-3),
        (&["cuts.x_min=0.5", "cuts.x_max=0.9"][..], 4e-3),
        (&["dark_sector.m_chi_gev=0.15"][..], 1e-3),
        (&["dark_sector.spin=scalar"][..], 5e-4),
        // Much is made after the electron has lost nearly all, by few points without an adapted map.
        (&["dark_sector.m_chi_gev=1e-3", "cuts.x_min=0.1"][..], 0.015),
        (RESONANT, 4e-3),
        (&[RESONANT, &["beam.energy_gev=70"][..]].concat()[..], 2e-3),
    ] {
        let card = card(&[THIN, settings]);
        let process = run::process(&card).unwrap();
        let route = process.route(Method::QUADRATURE).unwrap();
        let whole = route.sigma(1e-4).unwrap().value_pb;
        let edges = [0.5, 0.75, 0.799, 0.801, 0.9, 0.97, 0.999, 1.0];
        let bins = route.binned(&edges, 1e-4).unwrap();
        let e0 = card.beam.energy_gev;
        let (n, mut sum, mut found) = (1 << 20, 0.0, [0.0; 7]);
        points(&*process, n, |value, out, _| {
            let x = (out[0][0] + out[1][0]) / e0;
            sum += value / n as f64;
            let bin = edges.iter().rposition(|edge| x > *edge);
            if let Some(bin) = bin {
                found[bin.min(6)] += value / n as f64;
            }
        });
        assert!(
            (sum / whole - 1.0).abs() < bound,
            "{settings:?}: {sum:e} {whole:e}"
        );
        for (found, bin) in found.iter().zip(&bins) {
            let off = (found - bin.value_pb).abs() / whole;
            assert!(off < bound, "{settings:?}: {found:e} {bin:?}");
        }
    }
}

/// p₊ after radiation and the electron, of which up to its mass is radiated; the pair has z₁z₂s.
#[test]
fn a_vertex_keeps_energy_and_momentum_to_what_the_electron_at_rest_radiates() {
    let m = ELECTRON_MASS_GEV;
    for settings in [
        &[][..],
        RESONANT,
        &["cuts.x_min=0.1", "dark_sector.m_chi_gev=2e-4"][..],
    ] {
        let card = card(&[THIN, settings]);
        let process = run::process(&card).unwrap();
        let m_chi = card.dark_sector.chi().unwrap().mass_gev;
        let mut least = f64::INFINITY;
        points(&*process, 1 << 14, |_, out, energy| {
            let [e, x, y, z] = [0, 1, 2, 3].map(|j| out[0][j] + out[1][j]);
            let left = energy + m - e;
            assert!((-1e-12 * e..=m * (1.0 + 1e-9)).contains(&left), "{left:e}");
            assert!(energy > 0.0 && energy <= 100.0 && e > card.cuts.x_min * 100.0);
            assert!(x.abs() + y.abs() < 1e-12 * e);
            // The photon off the electron is slower than light: E − p_z of it is positive and below m.
            let p = ((energy - m) * (energy + m)).sqrt();
            let minus = (energy + m - p) - (e - z);
            assert!((-1e-9..=2.0 * m).contains(&minus), "{minus:e}");
            for p in out {
                let mass2 = (p[0] - p[3]) * (p[0] + p[3]) - p[1] * p[1] - p[2] * p[2];
                assert!((mass2 - m_chi * m_chi).abs() < 1e-12 * p[0] * p[0]);
            }
            let s = (e - z) * (e + z);
            assert!(
                s > 4.0 * m_chi * m_chi * (1.0 - 1e-6) && s < 2.0 * m * (energy + m) * (1.0 + 1e-6)
            );
            least = least.min(energy);
        });
        assert!(least < 80.0, "some radiate: {least}");
    }
}

#[test]
fn monte_carlo_agrees_with_the_quadrature_and_its_events_say_the_energy_that_is_left() {
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let shower: &[&str] = &["process.initial_state_radiation=leading-log"];
    let spread: &[&str] = &["beam.momentum_spread=0.01", "beam.divergence_mrad=0.1"];
    let loses: &[&str] = &["target.losses=tsai-whitis", "target.thickness_x0=0.5"];
    for settings in [
        &[THIN][..],
        &[THIN, RESONANT],
        &[THIN, spread],
        &[THIN, loses],
        &[shower],
        &[shower, RESONANT],
        &[
            shower,
            &["dark_sector.m_chi_gev=0.15", "dark_sector.spin=scalar"],
        ],
        &[shower, &["target.material=PbWO4", "target.thickness_x0=20"]],
    ] {
        let card = card(settings);
        let expected = sigma(&card, Method::QUADRATURE);
        let process = run::process(&card).unwrap();
        let mut generator = Generator::new(process, run::settings(&card)).unwrap();
        generator.adapt(silent).unwrap();
        let report = generator.measure(&[], silent).unwrap();
        let found = &report.cross_section;
        let pull = (found.value_pb - expected) / found.error_pb.hypot(5e-4 * expected);
        assert!(
            pull.abs() < 3.5,
            "{settings:?}: {pull} {found:?} {expected:e}"
        );
        assert!(
            found.error_pb < 2e-3 * expected && report.alarms.is_empty(),
            "{report:?}"
        );
        let mut events = EventBuffer::default();
        let request = run::events(&card);
        let made = generator.sample(&request, found, &mut events, silent);
        assert_eq!(made.unwrap().n_events, 4000, "{settings:?}");
        let energies = events.scalar(&Scalar::BEAM_ENERGY).expect("said");
        let roles = run::sample(&card).unwrap();
        let mut soft = 0;
        for (i, energy) in energies.iter().enumerate() {
            let event = events.get(i).expect("an event");
            let missing: f64 = event.momenta()[..2].iter().map(|p| p[0]).sum();
            let left = energy + ELECTRON_MASS_GEV - missing;
            assert!(
                (-1e-9..=ELECTRON_MASS_GEV * (1.0 + 1e-6)).contains(&left),
                "{left:e}"
            );
            assert!((roles.p_beam_of(&event)[0] / energy - 1.0).abs() < 1e-12);
            soft += usize::from(left < 1e-6);
        }
        // Half of the electrons radiate less than 2·10⁻³ of their energy.
        assert!(soft > energies.len() / 3, "{settings:?}: {soft}");
    }
}

#[test]
fn further_weights_have_the_points_of_the_events_and_their_own_sigma() {
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let weights: &[&str] =
        &["weight=[{name='a', set={'dark_sector.alpha_d'=0.5, 'dark_sector.spin'='scalar'}}]"];
    let own_width = &RESONANT[..4];
    for target in [&[][..], &["target.material=PbWO4"][..]] {
        let card = card(&[THIN, own_width, target, weights]);
        let process = run::process(&card).unwrap();
        let mut generator = Generator::new(process, run::settings(&card)).unwrap();
        generator.adapt(silent).unwrap();
        let report = generator.measure(&[], silent).unwrap();
        let mut events = EventBuffer::default();
        let request = run::events(&card);
        generator
            .sample(&request, &report.cross_section, &mut events, silent)
            .unwrap();
        let others = run::weights(&card).unwrap();
        let ratios = generator
            .ratios(&request, &events.index, &others, silent)
            .unwrap();
        let n = ratios[0].len() as f64;
        let mean = ratios[0].iter().sum::<f64>() / n;
        let square = ratios[0].iter().map(|r| r * r).sum::<f64>() / n;
        let error = ((square - mean * mean) / n).sqrt() / mean;
        let expected =
            sigma(&card.weights[0].card, Method::QUADRATURE) / sigma(&card, Method::QUADRATURE);
        let pull = (mean / expected - 1.0) / error.hypot(1e-3);
        assert!(
            pull.abs() < 3.5 && error < 0.1,
            "{target:?}: {pull} {mean} {expected} {error}"
        );
    }
}

#[test]
fn axes_hold_all_that_has_kept_its_energy() {
    let all = "histogram=[{observable='x',bins=10},{observable='e_miss_gev',bins=10},{observable='m_pair_gev',bins=10}]";
    let to_one = "histogram=[{observable='x',min=0.5,max=1.0,bins=10}]";
    let shower: &[&str] = &["beam.particle=e+"];
    for (beam, axes) in [(THIN, all), (shower, all), (THIN, to_one), (shower, to_one)] {
        let set = &["beam.energy_gev=5", "dark_sector.m_chi_gev=0.02", axes];
        let card = card(&[beam, set]);
        let silent = &mut |_: &Progress| ControlFlow::Continue(());
        let process = run::process(&card).unwrap();
        let mut generator = Generator::new(process, run::settings(&card)).unwrap();
        generator.adapt(silent).unwrap();
        let report = generator.measure(&run::histograms(&card), silent).unwrap();
        let sigma = report.cross_section.value_pb;
        for histogram in &report.histograms {
            let values = histogram.values();
            let last = values[values.len() - 2];
            // A few masses are below the axis of masses.
            assert_eq!(values[values.len() - 1], 0.0, "{}", histogram.name());
            assert!(
                last > 0.15 * sigma,
                "{}: {last} of {sigma}",
                histogram.name()
            );
            let sum: f64 = values.iter().sum();
            assert!((sum / sigma - 1.0).abs() < 1e-9, "{}", histogram.name());
        }
    }
}

#[test]
fn pairs_lighter_than_the_electron_open_where_positrons_rest() {
    for (mass, energy) in [("1e-5", "8.66"), ("1e-4", "100"), ("5e-4", "3")] {
        let mass = format!("dark_sector.m_chi_gev={mass}");
        let energy = format!("beam.energy_gev={energy}");
        let card = card(&[THIN, &[&mass, &energy, "cuts.x_min=0", "histogram=[]"]]);
        let silent = &mut |_: &Progress| ControlFlow::Continue(());
        let process = run::process(&card).unwrap();
        let mut generator = Generator::new(process, run::settings(&card)).unwrap();
        generator.adapt(silent).unwrap();
        let found = generator.measure(&[], silent).unwrap().cross_section;
        let (off, error) = (
            found.value_pb - sigma(&card, Method::QUADRATURE),
            found.error_pb,
        );
        let what = format!("{mass}: {off} ± {error} of {}", found.value_pb);
        assert!(
            off.abs() < 3.0 * error && error < 1.1e-3 * found.value_pb,
            "{what}"
        );
    }
}

#[test]
fn cards_of_an_annihilation_may_say_it_and_a_sampler_may_not() {
    let text = |kind: &str| {
        format!(
            "[process]\nkind = \"{kind}\"\ninitial_state_radiation = \"leading-log\"\n[dark_sector]\n\
             m_chi_gev = 0.05\n[beam]\nlepton = \"e+\"\nenergy_gev = 100.0\n[target]\nelement = \"Pb\"\n\
             [cuts]\nx_min = 0.5\n[run]\nseed = 1\n[[histogram]]\nobservable = \"x\"\n"
        )
    };
    let parse = |text: &str| RunCard::parse("card.toml", "card", text, &[]);
    let card = parse(&text("annihilation")).expect("a card");
    assert_eq!(parse(&card.to_toml()).expect("prints"), card);
    // All of x, which ends above 1.
    let axis = &card.histograms[0].axes[0];
    let over = axis.max() - 1.0 - ELECTRON_MASS_GEV / 100.0;
    assert!((1e-10..1e-8).contains(&over), "{axis:?}");
    let error = parse(&text("pair")).expect_err("refused").to_string();
    assert!(error.contains("process.initial_state_radiation"), "{error}");
    let error = parse(&text("annihilation").replace("leading-log", "leading-lag"));
    assert!(
        error
            .expect_err("refused")
            .to_string()
            .contains("leading-log")
    );
    let without = text("annihilation").replace("leading-log", "none");
    let error = parse(&without).expect_err("one x").to_string();
    assert!(error.contains("histogram"), "{error}");
    let error = run::sampler(&card, (60.0, 99.0), &[])
        .err()
        .expect("refused");
    assert!(
        error.to_string().contains("initial_state_radiation"),
        "{error}"
    );
}
