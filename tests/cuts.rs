//! Unweighted events within ordinary cuts: no alarm, no heavy event, and the spectrum of the weighted ones.

use std::ops::ControlFlow;

use millibrem::card::{Override, RunCard};
use millibrem::event::{EventBuffer, Weighting};
use millibrem::generate::{EventRequest, Generator, Progress};
use millibrem::record::CrossSection;
use millibrem::run;

fn silent(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Cuts as experiments use them, on the card of an experiment.
const CUTS: [(&str, &[&str]); 10] = [
    ("ldmx-2025", &["cuts.lepton_pt_min_gev=0.01"]),
    (
        "ldmx-2025",
        &[
            "cuts.lepton_angle_min_mrad=5",
            "cuts.lepton_angle_max_mrad=300",
        ],
    ),
    ("ldmx-2025", &["cuts.lepton_energy_max_gev=1.2"]),
    ("ldmx-8gev-w", &["cuts.lepton_pt_min_gev=0.01"]),
    ("ldmx-8gev-w", &["cuts.chi_angle_max_mrad=100"]),
    ("ldmx-4gev-w", &["cuts.lepton_pt_min_gev=0.01"]),
    (
        "ldmx-4gev-w",
        &[
            "cuts.lepton_pt_min_gev=0.02",
            "cuts.lepton_angle_max_mrad=300",
        ],
    ),
    ("na64mu-2025", &["cuts.lepton_pt_min_gev=0.1"]),
    ("na64mu-2025", &["cuts.chi_angle_max_mrad=10"]),
    (
        "na64e-2018",
        &["cuts.lepton_pt_min_gev=0.01", "cuts.x_min=0.7"],
    ),
];

/// A generator for a shipped card with other keys, and its σ.
fn of_card(name: &str, keys: &[&str], seed: u64) -> (Generator, CrossSection) {
    let file = format!("cards/{name}.toml");
    let seed = format!("run.seed={seed}");
    let keys = keys
        .iter()
        .copied()
        .chain([seed.as_str(), "histogram=[]", "target.losses=none"]);
    let keys: Vec<Override> = keys.map(|key| Override::parse(key).unwrap()).collect();
    let text = std::fs::read_to_string(&file).unwrap();
    let card = RunCard::parse(&file, name, &text, &keys).unwrap();
    let setup = run::setup(&card).unwrap();
    let mut generator = Generator::new((&setup).into(), run::settings(&card)).unwrap();
    generator.adapt(&mut silent).unwrap();
    let report = generator.measure(&[], &mut silent).unwrap();
    assert!(
        report.alarms.is_empty(),
        "{name} {keys:?}: {:?}",
        report.alarms
    );
    (generator, report.cross_section)
}

#[test]
fn ordinary_cuts_leave_unweighted_samples_without_alarm_or_heavy_event() {
    for (name, keys) in CUTS {
        for seed in [1, 2] {
            let (mut generator, sigma) = of_card(name, keys, seed);
            let request = EventRequest {
                count: 50_000,
                weighting: Weighting::Unweighted,
                max_overweight_share: 1e-3,
                max_weight: 1.0,
            };
            let mut events = EventBuffer::default();
            let sample = generator
                .sample(&request, &sigma, &mut events, &mut silent)
                .unwrap();
            let heaviest = events.weight.iter().copied().fold(0.0, f64::max);
            let heaviest = heaviest / sample.weight_scale;
            let what = format!("{name} {keys:?} seed {seed}: {heaviest}, {sample:?}");
            assert!(sample.alarms.is_empty(), "{what}");
            assert!(sample.overweight_share[0] <= 1e-3, "{what}");
            assert!(
                sample.overweight_excess <= 1e-3 && heaviest < 40.0,
                "{what}"
            );
            // The search for maxima is in proportion: it was 12 million evaluations. The most are of 4 GeV with pT > 20 MeV, where
            // a corner that one in 10⁵ points hits is many times as high as what is beside it.
            assert!(sample.n_eval < 5_000_000, "{what}");
        }
    }
}

#[test]
fn unweighted_events_within_cuts_follow_the_weighted_ones() {
    for (i, (name, keys)) in [CUTS[0], CUTS[2], CUTS[4], CUTS[8]].into_iter().enumerate() {
        let (mut generator, sigma) = of_card(name, keys, 7 + i as u64);
        let mut spectrum = |weighting| {
            let request = EventRequest {
                count: 200_000,
                weighting,
                max_overweight_share: 1e-3,
                max_weight: 1.0,
            };
            let mut events = EventBuffer::default();
            generator
                .sample(&request, &sigma, &mut events, &mut silent)
                .unwrap();
            // log₁₀ pT of the lepton in steps of 0.2, (Σw, Σw²) in each, normalised to one.
            let all: f64 = events.weight.iter().sum();
            let mut bins = [(0.0, 0.0); 20];
            for e in events.iter() {
                let [_, x, y, _] = e.momenta()[0];
                let at = 5.0 * (libm::log10(libm::hypot(x, y)) + 3.0);
                let bin = &mut bins[at.clamp(0.0, 19.0) as usize];
                let w = e.weight / all;
                *bin = (bin.0 + w, bin.1 + w * w);
            }
            bins
        };
        let (a, b) = (
            spectrum(Weighting::Weighted),
            spectrum(Weighting::Unweighted),
        );
        let full = a.iter().zip(&b).filter(|(a, b)| a.0 > 1e-4 && b.0 > 1e-4);
        let terms: Vec<f64> = full
            .map(|(a, b)| (a.0 - b.0).powi(2) / (a.1 + b.1))
            .collect();
        let (chi2, dof) = (terms.iter().sum::<f64>(), terms.len() as f64 - 1.0);
        let q = vegas::gamma_q(dof / 2.0, chi2 / 2.0);
        assert!(
            dof >= 3.0 && q > 1e-3,
            "{name} {keys:?}: chi2 {chi2} of {dof}, Q {q}"
        );
    }
}
