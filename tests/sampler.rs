//! The sampler: σ against quadrature, events against the Monte Carlo at the same energy, the same
//! bits for the same seed, and what it refuses.

use std::ops::ControlFlow;
use std::sync::Arc;

use millibrem::card::{Override, RunCard, shipped};

use millibrem::generate::{Generator, HistogramRequest, Sampler, SamplerError, Settings};
use millibrem::histogram::{Axis, Observable, Scale};
use millibrem::matter::Nucleus;
use millibrem::observable::View;
use millibrem::process::{Method, Process};
use millibrem::run;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

fn card(name: &str, set: &[&str]) -> RunCard {
    let set: Vec<_> = set
        .iter()
        .map(|one| Override::parse(one).unwrap())
        .collect();
    shipped(name).unwrap().with(&set).unwrap()
}

fn dark_photon() -> RunCard {
    let text = "schema = 1\n[process]\nkind = \"dark-photon\"\n[dark_sector]\nm_dark_photon_gev = 0.1\n\
        epsilon = 1e-3\n[beam]\nlepton = \"mu-\"\nenergy_gev = 160.0\n[target]\nelement = \"Pb\"\n";
    RunCard::parse("card", "card", text, &[]).unwrap()
}

/// The process of `card` on `nucleus` at a kinetic energy in GeV.
fn process_at(card: &RunCard, nucleus: Nucleus, kinetic_gev: f64) -> Arc<dyn Process> {
    let energy_gev = kinetic_gev + card.beam.projectile.mass_gev();
    let inputs = run::inputs(card).unwrap().on(nucleus);
    let inputs = inputs.at_energy(energy_gev).unwrap();
    card.kind.of(&inputs).unwrap()
}

#[test]
fn cross_sections_are_those_of_the_quadrature_from_the_threshold_on() {
    // The cut of the second card makes a threshold of its own, at half the nominal energy.
    let cards = [
        (
            card("na64mu-2025", &["cuts.x_min=0"]),
            (0.1, 160.0),
            [13, 82],
        ),
        (card("ldmx-2025", &[]), (0.5, 8.0), [13, 74]),
        (dark_photon(), (1.0, 160.0), [29, 82]),
    ];
    let mut stream = Pcg64Mcg::seed_from_u64(11);
    for (card, range, charges) in &cards {
        let sampler = run::sampler(card, *range, charges).unwrap();
        for (k, nucleus) in sampler.nuclei().enumerate() {
            let threshold = sampler.threshold_gev(k);
            assert_eq!(
                sampler.cross_section(k, range.0).unwrap() > 0.0,
                range.0 > threshold
            );
            // At all distances from the threshold alike, in a range that begins there.
            let low = (range.0 - threshold).max(2e-6 * threshold);
            for _ in 0..6 {
                let above = low * ((range.1 - threshold) / low).powf(stream.random());
                let energy = threshold + above;
                let route = process_at(card, *nucleus, energy)
                    .route(Method::QUADRATURE)
                    .unwrap();
                let exact = route.sigma(1e-6).unwrap().value_pb;
                let ratio = sampler.cross_section(k, energy).unwrap() / exact;
                assert!(
                    (ratio - 1.0).abs() < 1e-4,
                    "Z {} {energy} GeV: {ratio}",
                    nucleus.z
                );
            }
        }
    }
}

#[test]
fn poles_and_thresholds_of_a_narrow_a_prime_are_met() {
    let narrow = ["dark_sector.mediator='vector'", "cuts.x_min=0"];
    let annihilation = [
        &narrow[..],
        &["beam.particle='e+'", "target.losses='none'", "histogram=[]"],
        &[
            "dark_sector.m_mediator_gev=0.2",
            "dark_sector.m_chi_gev=0.06",
        ],
        &["dark_sector.alpha_d=0.1", "dark_sector.width_gev=2e-5"],
    ];
    let radiated = [
        &narrow[..],
        &[
            "dark_sector.m_mediator_gev=0.1",
            "dark_sector.m_chi_gev=0.01",
        ],
        &["dark_sector.alpha_d=1e-6"],
    ];
    let pole = 0.5 * 0.04 / 0.510_998_95e-3;
    // Around the pole at half of its width, and from below the threshold of the A′ to where it is far.
    let cases = [
        (
            card("na64e-2023-annihilation", &annihilation.concat()),
            (20.0, 100.0),
            [0.9, 0.999, 0.9999, 0.999_95, 1.0, 1.000_05, 1.000_13, 1.01].map(|part| part * pole),
        ),
        (
            card("ldmx-2025", &radiated.concat()),
            (0.05, 1.0),
            [0.06, 0.0999, 0.1003, 0.1007, 0.102, 0.109, 0.13, 0.5],
        ),
    ];
    for (card, range, energies) in cases {
        let sampler = run::sampler(&card, range, &[]).unwrap();
        let (accuracy, _) = sampler.sigma_accuracy(0);
        assert!(accuracy < 1.2e-2, "{accuracy}");
        let nucleus = *sampler.nuclei().next().unwrap();
        for energy in energies {
            let process = process_at(&card, nucleus, energy);
            let route = process.route(Method::QUADRATURE).unwrap();
            let exact = route.sigma(1e-5).unwrap().value_pb;
            let ratio = sampler.cross_section(0, energy).unwrap() / exact;
            assert!((ratio - 1.0).abs() < 2e-4, "{energy} GeV: {ratio}");
        }
    }
}

/// With thresholds at seven energies a stretch six in a hundred weighed more than 1.
#[test]
fn few_events_are_overweight_next_to_the_threshold_of_an_a_prime() {
    let mediated = [
        "dark_sector.mediator='vector'",
        "dark_sector.m_mediator_gev=0.1",
        "dark_sector.m_chi_gev=0.01",
        "dark_sector.alpha_d=0.1",
        "cuts.x_min=0",
    ];
    let sampler = run::sampler(&card("ldmx-2025", &mediated), (0.05, 2.0), &[]).unwrap();
    let mut scratch = sampler.scratch();
    for energy in [0.0995, 0.101, 0.1025, 0.107, 0.1085, 0.112] {
        let draw = |seed| sampler.sample(0, energy, &mut scratch, seed).unwrap();
        let over = (0..20_000).map(draw).filter(|weight| *weight > 1.0).count();
        // 10⁻³ and four standard deviations.
        assert!(over < 38, "{energy} GeV: {over}");
    }
}

#[test]
fn where_sigma_is_that_of_the_monte_carlo_its_accuracy_holds_between_its_energies() {
    let cuts = ["cuts.x_min=0", "cuts.lepton_energy_max_gev=1.2"];
    let card = card("ldmx-2025", &cuts);
    let sampler = run::sampler(&card, (0.3, 30.0), &[]).unwrap();
    let (accuracy, nodes) = sampler.sigma_accuracy(0);
    assert!(accuracy < 2e-3 && nodes < 60, "{accuracy} of {nodes}");
    let nucleus = *sampler.nuclei().next().unwrap();
    for (seed, energy) in [(1, 0.7), (2, 1.4), (3, 2.22), (4, 9.0)] {
        let settings = Settings {
            seed,
            threads: 0,
            n_adapt: 8,
            neval: 50_000,
            rel_error: Some(1e-4),
            lattices: None,
            max_neval: 100_000_000,
        };
        let mut generator =
            Generator::new(process_at(&card, nucleus, energy), settings.for_sigma()).unwrap();
        let mut hear = |_: &vegas::Progress| std::ops::ControlFlow::Continue(());
        generator.adapt(&mut hear).unwrap();
        let exact = generator.measure(&[], &mut hear).unwrap().cross_section;
        let off = sampler.cross_section(0, energy).unwrap() / exact.value_pb - 1.0;
        assert!(off.abs() < accuracy, "{energy} GeV: {off}, {accuracy}");
    }
}

#[test]
fn events_are_distributed_like_those_of_the_monte_carlo_at_their_energy() {
    let cards = [
        (
            card("na64mu-2025", &["cuts.x_min=0"]),
            (5.0, 160.0),
            [6.4, 31.0, 147.0],
            0.48,
        ),
        (
            card("ldmx-2025", &["cuts.x_min=0", "dark_sector.m_chi_gev=0.01"]),
            (0.5, 10.0),
            [0.55, 2.9, 9.1],
            0.48,
        ),
        // Cuts on angle and energy of the lepton, of which σ is that of a Monte Carlo.
        (
            card(
                "na64mu-2025",
                &[
                    "cuts.lepton_angle_min_mrad=1",
                    "cuts.lepton_angle_max_mrad=5",
                ],
            ),
            (100.0, 160.0),
            [104.0, 120.0, 155.0],
            0.07,
        ),
    ];
    for (card, range, energies, least) in &cards {
        // Gold shares the tables of lead.
        let sampler = run::sampler(card, *range, &[82, 79]).unwrap();
        let nucleus = *sampler.nuclei().next().unwrap();
        for row in sampler.report(0) {
            assert!(
                row.efficiency > *least && row.overweight_share < 1e-3,
                "{row:?}"
            );
        }
        for (k, &energy) in energies.iter().enumerate() {
            compare(card, &sampler, nucleus, energy, k as u64);
        }
    }
}

/// χ² of five histograms of events against a measurement, and the mean of the energy taken.
fn compare(card: &RunCard, sampler: &Sampler, nucleus: Nucleus, energy: f64, seed: u64) {
    const EVENTS: u64 = 60_000;
    let process = process_at(card, nucleus, energy);
    let threshold = 2.0 * 0.01;
    let axis = |observable, low, high, scale| Axis::new(observable, scale, low, high, 20).unwrap();
    let requests: Vec<_> = [
        axis(Observable::X, 0.02, 0.98, Scale::Linear),
        axis(Observable::THETA_LEPTON_RAD, 1e-4, 1.0, Scale::Log),
        axis(Observable::PT_LEPTON_GEV, 1e-3, 1.0, Scale::Log),
        axis(Observable::T_GEV2, 1e-8, 1e-1, Scale::Log),
        axis(Observable::M_PAIR_GEV, threshold, 3.0, Scale::Log),
    ]
    .into_iter()
    .map(|axis| HistogramRequest {
        name: axis.observable().to_string(),
        axes: vec![axis],
    })
    .collect();
    let settings = Settings {
        seed: 5,
        threads: 0,
        n_adapt: 8,
        neval: 100_000,
        rel_error: None,
        lattices: None,
        max_neval: 1_000_000,
    };
    let mut generator = Generator::new(process.clone(), settings).unwrap();
    let mut hear = |_: &_| ControlFlow::Continue(());
    generator.adapt(&mut hear).unwrap();
    let report = generator.measure(&requests, &mut hear).unwrap();
    let sigma_pb = report.cross_section.value_pb;
    let ratio = sampler.cross_section(0, energy).unwrap() / sigma_pb;
    assert!((ratio - 1.0).abs() < 0.01, "{energy} GeV: {ratio}");

    let roles: Vec<_> = process.outgoing().into_iter().map(|out| out.role).collect();
    let mut filled = vec![vec![(0.0, 0.0); 22]; requests.len()];
    let (mut scratch, mut weights) = (sampler.scratch(), 0.0);
    for event in 0..EVENTS {
        let weight = sampler
            .sample(0, energy, &mut scratch, seed << 40 | event)
            .unwrap();
        weights += weight;
        let view = View {
            roles: &roles,
            momenta: scratch.momenta(),
            beam_energy_gev: process.beam_energy_gev(),
            target_mass_gev: process.target().mass_gev,
            dark_mass_gev: process.outgoing()[2].particle.mass_gev,
        };
        for (request, bins) in requests.iter().zip(&mut filled) {
            let axis = &request.axes[0];
            let bin = &mut bins[axis.bin_of(axis.observable().definition().value(&view))];
            bin.0 += weight;
            bin.1 += weight * weight;
        }
    }
    let excess = weights / EVENTS as f64 - 1.0;
    assert!((0.0..3e-4).contains(&excess), "{excess}");
    for (histogram, bins) in report.histograms.iter().zip(&filled) {
        let (mut chi2, mut n) = (0.0, 0.0);
        let expected = histogram.values().iter().zip(histogram.variances());
        for ((value, variance), (sum, square)) in expected.zip(bins) {
            // Few events are not normally distributed.
            if *square > 25.0 {
                let scale = sigma_pb / weights;
                chi2 += (sum * scale - value).powi(2) / (square * scale * scale + variance);
                n += 1.0;
            }
        }
        assert!(n > 2.0, "{}: {n} bins", histogram.name());
        let pull = (chi2 - n) / f64::sqrt(2.0 * n);
        assert!(
            pull < 4.0,
            "{energy} GeV, {}: chi2 {chi2:.1} of {n}",
            histogram.name()
        );
    }
}

#[test]
fn an_event_belongs_to_its_seed_whatever_was_drawn_before() {
    let card = card("na64mu-2025", &[]);
    let sampler = run::sampler(&card, (82.0, 120.0), &[82, 13]).unwrap();
    let draw = |scratch: &mut _, nucleus, energy, seed| {
        let weight = sampler.sample(nucleus, energy, scratch, seed).unwrap();
        (weight.to_bits(), format!("{scratch:?}"))
    };
    let mut one = sampler.scratch();
    let alone: Vec<_> = (0..20)
        .map(|seed| draw(&mut sampler.scratch(), 0, 100.0, seed))
        .collect();
    for (seed, want) in alone.iter().enumerate().rev() {
        draw(&mut one, 1, 110.0, 7);
        draw(&mut one, 0, 90.0, 8);
        assert_eq!(draw(&mut one, 0, 100.0, seed as u64), *want);
    }
    assert!(alone.windows(2).all(|pair| pair[0] != pair[1]));
    // The callback's numbers make an event as well as a seed's do.
    let mut stream = Pcg64Mcg::seed_from_u64(3);
    sampler
        .sample_with(0, 100.0, &mut one, || stream.random())
        .unwrap();
    let energy: f64 = one.momenta().iter().map(|p| p[0]).sum();
    let mass_gev = card.beam.projectile.mass_gev() + sampler.process(0).target().mass_gev;
    assert!((energy - 100.0 - mass_gev).abs() < 1e-9, "{energy}");
}

#[test]
fn a_saved_sampler_comes_back_to_the_bit_and_no_other() {
    let card = card("na64mu-2025", &[]);
    let sampler = run::sampler(&card, (90.0, 120.0), &[82]).unwrap();
    let bytes = sampler.save(&card.to_toml());
    let again = run::saved_sampler_card(&bytes).unwrap().with(&[]).unwrap();
    let loaded = run::load_sampler(&bytes, &again).unwrap();
    assert_eq!(loaded.save(&card.to_toml()), bytes);
    let (mut here, mut there) = (sampler.scratch(), loaded.scratch());
    for seed in 0..50 {
        let energy = 90.0 + seed as f64 / 2.0;
        let mine = sampler.sample(0, energy, &mut here, seed).unwrap();
        assert_eq!(mine, loaded.sample(0, energy, &mut there, seed).unwrap());
        assert_eq!(here.momenta(), there.momenta());
    }
    let refused = |bytes: &[u8], set: &[&str]| {
        let set: Vec<_> = set
            .iter()
            .map(|one| Override::parse(one).unwrap())
            .collect();
        let card = run::saved_sampler_card(bytes).map(|text| text.with(&set).unwrap());
        card.and_then(|card| run::load_sampler(bytes, &card).map(|_| ()))
            .unwrap_err()
            .to_string()
    };
    let mut damaged = bytes.clone();
    let last = damaged.len() - 10;
    damaged[last] ^= 1;
    assert!(refused(&damaged, &[]).contains("the checksum of what follows is"));
    assert!(refused(&bytes[..last], &[]).contains("damaged or cut off"));
    assert!(refused(b"schema = 1\n", &[]).contains("must begin with `millibrem-sampler-3`"));
    assert!(refused(&bytes, &["dark_sector.m_chi_gev=0.2"]).contains("gives other values"));
}

#[test]
fn what_cannot_be_answered_is_refused_in_words() {
    let card = card("na64mu-2025", &[]);
    let words = |range, charges: &[u32]| {
        let made = run::sampler(&card, range, charges);
        made.err().expect("refused").to_string()
    };
    let range = "the range of kinetic energies must be two rising energies above 0 GeV, found 5.0 to 5.0 GeV";
    assert_eq!(words((5.0, 5.0), &[82]), range);
    for range in [(1e3, 1.1e8), (f64::NAN, 10.0), (1e3, 1e8)] {
        assert!(words(range, &[82]).starts_with("the range of kinetic energies must be"));
    }
    assert_eq!(
        words((90.0, 160.0), &[820]),
        "there is no element of Z = 820; known are 1 to 98"
    );
    assert!(
        words((5.0, 70.0), &[82]).contains("must be above the threshold"),
        "{}",
        words((5.0, 70.0), &[82])
    );
    let sampler = run::sampler(&card, (10.0, 160.0), &[82]).unwrap();
    let mut scratch = sampler.scratch();
    let error = sampler.cross_section(0, 161.0).unwrap_err().to_string();
    let text = "the kinetic energy 161 GeV is outside of the sampler's range: 10 to 160 GeV";
    assert_eq!(error, text);
    assert_eq!(sampler.cross_section(0, 40.0).unwrap(), 0.0);
    let error = sampler.sample(0, 40.0, &mut scratch, 1).unwrap_err();
    assert!(
        matches!(error, SamplerError::BelowThreshold { .. }),
        "{error}"
    );
    let error = sampler.sample_with(0, 100.0, &mut scratch, || f64::NAN);
    assert!(error.is_ok() || matches!(error, Err(SamplerError::TooTight { .. })));
}
