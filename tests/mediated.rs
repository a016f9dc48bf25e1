//! l N → l N A′* → l N χχ̄ with a width: both routes, and the limits that it must have.

mod corner;

use std::ops::ControlFlow;

use corner::{both, pull, setup};
use millibrem::card::{Override, shipped};
use millibrem::constants::ALPHA;
use millibrem::dark_sector::{
    ChiFields, ChiSpin, DarkSector, MilliCharged, Resonance, ResonanceFields,
};
use millibrem::process::Route;
use millibrem::process::Setup;
use millibrem::process::radiation::Ww;
use millibrem::process::radiation::phase_space::{PairMassMap, ResonanceMap};
use millibrem::process::radiation::quadrature::{dsigma_dk2, sigma};
use millibrem::study;

const BEAMS: [&str; 2] = ["160 mu- Pb tsai-elastic 0", "8 e- Al tsai-elastic 0"];

/// A pair on `beam` of χ of `m_chi` GeV, with x above one half.
fn pair(beam: &str, spin: &str, m_chi: f64) -> Setup {
    setup(&format!("{beam} {spin} {m_chi} 0.5")).expect("a valid set-up")
}

/// The same through an A′.
fn through(pair: &Setup, a: Resonance) -> Setup {
    let DarkSector::Pair(chi) = pair.dark else {
        panic!("a pair")
    };
    let neutral = chi.with(|chi| chi.charge = 0.0).unwrap();
    let through = pair.with(|parts| parts.dark = DarkSector::Mediated(neutral, a));
    through.unwrap()
}

fn resonance(mass_gev: f64, alpha_d: f64, width_gev: Option<f64>) -> Resonance {
    Resonance::new(ResonanceFields {
        mass_gev,
        epsilon: 0.3,
        alpha_d,
        width_gev,
    })
    .unwrap()
}

fn overrides(all: &[&str]) -> Vec<Override> {
    let all = all.iter().map(|one| Override::parse(one).unwrap());
    all.collect()
}

fn exact(setup: &Setup, rel_error: f64) -> f64 {
    sigma(setup, rel_error).expect("converges").value_pb
}

#[test]
fn a_narrow_resonance_is_a_dark_photon_times_its_branching_ratio() {
    for beam in BEAMS {
        for (spin, alpha_d) in [("dirac", 1e-5), ("scalar", 1e-9)] {
            let pair = pair(beam, spin, 0.03);
            let photon = setup(&format!("{beam} photon 0.1 0.5")).unwrap();
            let on_shell = exact(&photon, 1e-6) * 0.09;
            let narrow = exact(&through(&pair, resonance(0.1, alpha_d, None)), 1e-5);
            assert!(
                (narrow / on_shell - 1.0).abs() < 1e-4,
                "{beam} {spin}: {}",
                narrow / on_shell
            );
            // Another width is another branching ratio.
            let chi = MilliCharged::new(ChiFields {
                charge: 0.0,
                mass_gev: 0.03,
                spin: ChiSpin::from_name(spin).unwrap(),
                pdg_id: 17,
            })
            .unwrap();
            let width = 4.0 * resonance(0.1, alpha_d, None).width_to(&chi);
            let quarter = exact(&through(&pair, resonance(0.1, alpha_d, Some(width))), 1e-5);
            assert!(
                (4.0 * quarter / on_shell - 1.0).abs() < 2e-4,
                "{beam} {spin}: {}",
                4.0 * quarter / on_shell
            );
        }
    }
}

#[test]
fn next_to_its_threshold_a_narrow_resonance_is_a_dark_photon_and_errors_say_so() {
    // There it comes on its mass shell in a small part of the range of x.
    let threshold_gev = [("e-", "Al", 0.1), ("mu-", "Pb", 0.1)];
    for ((lepton, element, m_a), above) in threshold_gev
        .into_iter()
        .flat_map(|one| [1.003, 1.02, 1.1, 1.5, 1.9].map(|above| (one, above)))
    {
        let mass = if lepton == "e-" { 0.000511 } else { 0.10566 };
        let beam = format!("{} {lepton} {element} tsai-elastic 0", mass + above * m_a);
        let photon = setup(&format!("{beam} photon {m_a} 0")).unwrap();
        let on_shell = exact(&photon, 1e-6) * 0.09;
        let pair = setup(&format!("{beam} dirac 0.01 0")).expect("a valid set-up");
        let narrow = through(&pair, resonance(m_a, 1e-12, None));
        let fine = exact(&narrow, 1e-5);
        // What a virtual A′ gives goes with α_D: 1.2·10⁻² of σ at 1.003 for α_D = 10⁻⁹.
        assert!(
            (fine / on_shell - 1.0).abs() < 1e-4,
            "{beam}: {}",
            fine / on_shell
        );
        for goal in [1e-3, 3e-4, 1e-4] {
            for found in [sigma(&narrow, goal), Ww::new(&narrow).sigma(goal)] {
                found.unwrap_or_else(|error| panic!("{beam}, {goal}: {error}"));
            }
            let found = sigma(&narrow, goal).unwrap();
            let off = (found.value_pb - fine).abs();
            assert!(
                off <= found.error_pb + 1e-5 * fine,
                "{beam}, {goal}: off by {off} pb, {found:?}"
            );
        }
    }
}

#[test]
fn a_light_mediator_is_a_charge() {
    for beam in BEAMS {
        let pair = pair(beam, "dirac", 0.05);
        let a = resonance(1e-5, 0.1, None);
        let ratio = exact(&through(&pair, a), 1e-6) / exact(&pair, 1e-6);
        assert!((ratio / (0.09 * 0.1 / ALPHA) - 1.0).abs() < 1e-6, "{ratio}");
    }
}

#[test]
fn a_heavy_mediator_is_a_contact_interaction() {
    let pair = pair(BEAMS[1], "dirac", 0.05);
    let [a, b] = [1e3, 2e3].map(|m| exact(&through(&pair, resonance(m, 0.1, Some(1.0))), 1e-5));
    assert!((a / b / 16.0 - 1.0).abs() < 1e-4, "{a} {b}");
}

#[test]
fn monte_carlo_and_quadrature_agree_above_at_and_below_the_threshold_of_the_pair() {
    let cases = [
        (0.3, 0.1, None),
        (0.3, 1e-4, None),
        (0.3, 1e-9, None),
        (0.101, 0.1, None),
        (0.099, 0.1, None),
        (0.05, 0.5, None),
        (5.0, 0.1, Some(0.5)),
        (40.0, 0.1, None),
    ];
    let mut pulls = 0.0;
    for (i, &(mass, alpha_d, width)) in cases.iter().enumerate() {
        let beam = BEAMS[i % 2];
        let spin = ["dirac", "scalar"][i / 2 % 2];
        let setup = through(&pair(beam, spin, 0.05), resonance(mass, alpha_d, width));
        let (report, exact) = both(&setup, i as u64, 40_000).expect("both");
        let (pull, c) = (pull(&report, &exact), report.cross_section);
        println!(
            "{beam} {spin} {mass} {alpha_d}: {:e} {:e} rel {:.1e} pull {pull:.2} n {}",
            c.value_pb,
            exact.value_pb,
            c.error_pb / c.value_pb,
            exact.n_eval
        );
        assert!(pull.abs() < 4.0, "{mass} {alpha_d}: {pull}");
        assert!(c.error_pb < 4e-3 * c.value_pb, "{mass} {alpha_d}: {c:?}");
        pulls += pull * pull;
    }
    assert!(pulls < 2.5 * cases.len() as f64, "χ² = {pulls}");
}

#[test]
fn the_integral_over_k2_across_the_peak_is_sigma() {
    let pair = pair(BEAMS[0], "dirac", 0.05);
    let a = resonance(0.3, 0.5, None);
    let setup = through(&pair, a);
    // Simpson's rule in the angle of the Lorentzian, far out on both sides.
    let chi = MilliCharged::new(ChiFields {
        charge: 0.0,
        mass_gev: 0.05,
        spin: ChiSpin::Dirac,
        pdg_id: 17,
    })
    .unwrap();
    let (m2, w) = (0.09, 0.3 * a.width(&chi));
    let low = ((0.01 - m2) / w).atan();
    let n = 128;
    let h = (core::f64::consts::FRAC_PI_2 - low) / f64::from(n);
    let mut sum = 0.0;
    for i in 1..n {
        let tan = (low + h * f64::from(i)).tan();
        let k2 = m2 + w * tan;
        let value = dsigma_dk2(&setup, k2, 1e-5).unwrap().value_pb * w * (1.0 + tan * tan);
        sum += value * if i % 2 == 1 { 4.0 } else { 2.0 };
    }
    let ratio = sum * h / 3.0 / exact(&setup, 1e-5);
    assert!((ratio - 1.0).abs() < 2e-3, "{ratio}");
}

/// The propagator is 1/m⁴ then: ∫dk² k⁴/m⁴, and each k² to a few roundings.
#[test]
fn far_above_the_range_the_map_keeps_all_digits_of_k2() {
    let chi = MilliCharged::new(ChiFields {
        charge: 0.0,
        mass_gev: 0.01,
        spin: ChiSpin::Dirac,
        pdg_id: 17,
    })
    .unwrap();
    let (low, high) = (4e-4, 4.0);
    let pair = PairMassMap::new(low, high, 0.1);
    let expected = (high * high * high - low * low * low) / 3.0;
    for mass in [1e2f64, 1e4, 1e7, 1e9] {
        let map = ResonanceMap::new(&chi, &resonance(mass, 1e-6, None));
        let n = 20_000;
        let (mut sum, mut before) = (0.0, 0.0);
        for i in 0..n {
            let y = (f64::from(i) + 0.5) / f64::from(n);
            let (k2, _, weight) = map.forward(&pair, y);
            // Both halves rise.
            let first = i == 0 || i == n / 2;
            assert!(
                (first || k2 > before) && k2 > low && k2 < high,
                "{mass} {y}: {k2}"
            );
            before = k2;
            sum += weight * mass.powi(4) / f64::from(n);
        }
        assert!((sum / expected - 1.0).abs() < 1e-3, "{mass}: {sum}");
    }
}

#[test]
fn ww_follows_the_propagator() {
    let pair = pair(BEAMS[0], "dirac", 0.03);
    let setup = through(&pair, resonance(0.1, 1e-6, None));
    let photon = corner::setup(&format!("{} photon 0.1 0.5", BEAMS[0])).unwrap();
    let [a, b] = [&setup, &photon].map(|s| Ww::new(s).sigma(1e-5).unwrap().value_pb);
    assert!((a / (0.09 * b) - 1.0).abs() < 1e-4, "{a} {b}");
}

/// Next to threshold most is made beside a narrow peak; two of these seeds missed it, by a factor of 72.
#[test]
fn what_is_made_beside_a_narrow_peak_next_to_threshold_is_found() {
    let set = [
        "dark_sector.mediator='vector'",
        "dark_sector.m_mediator_gev=0.331",
        "dark_sector.m_chi_gev=0.0572",
        "dark_sector.alpha_d=7.4e-7",
        "beam.energy_gev=0.3325",
        "cuts.x_min=0",
    ];
    let set = overrides(&set);
    let card = shipped("na64e-2018").unwrap().with(&set).unwrap();
    let process = millibrem::run::process(&card).unwrap();
    let route = process
        .route(millibrem::process::Method::QUADRATURE)
        .unwrap();
    let exact = route.sigma(1e-4).unwrap().value_pb;
    for seed in 1..=3 {
        let settings = millibrem::generate::Settings {
            seed,
            threads: 0,
            n_adapt: 10,
            neval: 20_000,
            rel_error: Some(1e-3),
            lattices: None,
            max_neval: 10_000_000,
        };
        let mut made =
            millibrem::generate::Generator::new(process.clone(), settings.for_sigma()).unwrap();
        let mut hear = |_: &vegas::Progress| ControlFlow::Continue(());
        made.adapt(&mut hear).unwrap();
        let found = made.measure(&[], &mut hear).unwrap().cross_section;
        let pull = (found.value_pb - exact) / found.error_pb;
        assert!(
            pull.abs() < 4.0 && found.error_pb < 2e-3 * exact,
            "seed {seed}: {} ± {} pb, exact {exact} pb",
            found.value_pb,
            found.error_pb
        );
    }
}

/// One seed in three lost the peak, 5 % of σ, where the map was adapted to 20 000 points, with χ² of 1 to 2.
#[test]
fn sigma_does_not_miss_a_peak_next_to_the_end_of_phase_space() {
    let set = [
        "beam.particle='e+'",
        "beam.energy_gev=5.873294199746045",
        "target.element='O'",
        "target.form_factor='two-parameter-fermi'",
        "target.nucleus_spin=0.5",
        "dark_sector.m_chi_gev=0.004641448015118278",
        "dark_sector.mediator='vector'",
        "dark_sector.m_mediator_gev=4.464804999964237",
        "dark_sector.alpha_d=0.01",
        "cuts.x_min=0.9176307765956284",
        "integration.rel_error=1e-3",
    ];
    let set = overrides(&set);
    let sigma = |method: &str, seed: u64| {
        let more = [
            format!("integration.method='{method}'"),
            format!("run.seed={seed}"),
        ];
        let more = overrides(&[&more[0], &more[1]]);
        let all = [set.clone(), more].concat();
        let card = shipped("na64e-2018").unwrap().with(&all).unwrap();
        study::sigma(&card, &mut |_| ControlFlow::Continue(())).unwrap()
    };
    let exact = sigma("quadrature", 0).value_pb;
    let mut pulls = 0.0;
    // Seeds 1, 5 and 9 did.
    for seed in [1, 5, 9] {
        let found = sigma("mc", seed);
        let pull = (found.value_pb - exact) / found.error_pb;
        assert!(
            pull.abs() < 4.0 && found.error_pb < 1.1e-3 * exact && found.alarms.is_empty(),
            "seed {seed}: {pull}, {found:?}"
        );
        assert!(found.chi2_dof.unwrap() < 2.5, "seed {seed}: {found:?}");
        pulls += pull * pull;
    }
    assert!(pulls < 12.0, "χ² = {pulls}");
}

/// With half of the points for what is beside the peak, one seed in eight ended with an alarm, and errors were 2.6 times as large.
#[test]
fn points_of_a_narrow_peak_are_smooth() {
    let settings = [
        ("dark_sector.mediator", "'vector'"),
        ("dark_sector.m_mediator_gev", "0.3"),
        ("dark_sector.m_chi_gev", "0.1"),
        ("dark_sector.alpha_d", "1e-6"),
    ];
    let found = |seed: u32, method: &str, rel_error: &str| {
        let seed = seed.to_string();
        let more = [
            ("run.seed", &*seed),
            ("integration.method", method),
            ("integration.rel_error", rel_error),
        ];
        let set = |(key, value): &(&str, &str)| Override::by_option("--set", key, value);
        let all: Vec<Override> = settings.iter().chain(&more).map(set).collect();
        let card = shipped("na64mu-2025").unwrap().with(&all).unwrap();
        study::sigma(&card, &mut |_: &_| ControlFlow::Continue(())).unwrap()
    };
    let exact = found(1, "quadrature", "1e-6").value_pb;
    let (mut pulls, mut worst) = (Vec::new(), 0.0_f64);
    for seed in 1..=16 {
        let run = found(seed, "mc", "1e-3");
        assert!(run.alarms.is_empty(), "{seed}: {:?}", run.alarms);
        pulls.push((run.value_pb - exact) / run.error_pb);
        worst = worst.max(run.error_pb / exact);
    }
    let n = pulls.len() as f64;
    let mean = pulls.iter().sum::<f64>() / n;
    let rms = (pulls.iter().map(|p| p * p).sum::<f64>() / n).sqrt();
    assert!(
        mean.abs() < 0.9 && (0.5..1.6).contains(&rms),
        "{mean} {rms}"
    );
    assert!(worst < 5e-4, "{worst:e}");
}

#[test]
fn at_twice_the_mass_of_chi_a_width_is_asked_for() {
    let pair = pair(BEAMS[0], "dirac", 0.05);
    let DarkSector::Pair(chi) = pair.dark else {
        panic!("a pair")
    };
    let with = |a| pair.with(|parts| parts.dark = DarkSector::Mediated(chi, a));
    let error = with(resonance(0.1, 1e-3, None)).expect_err("diverges");
    let words = error.to_string();
    assert!(
        words.contains("dark_sector.m_mediator_gev must be another mass"),
        "{words}"
    );
    assert!(
        exact(
            &with(resonance(0.1, 1e-3, Some(1e-4))).expect("has a width"),
            1e-3
        ) > 0.0
    );
    assert!(
        exact(
            &with(resonance(0.101, 1e-3, None)).expect("has a width"),
            1e-3
        ) > 0.0
    );
}
