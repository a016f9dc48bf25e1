//! The Monte Carlo against the reference tables: totals, spectra, correlations, honesty of errors,
//! and the same bits for any number of threads.

mod reference;

use std::ops::ControlFlow;

use millibrem::card::{Override, RunCard};
use millibrem::dark_sector::DarkSector;
use millibrem::event::{Event, EventBuffer, Momentum, Weighting, sum};
use millibrem::generate::{
    EventRequest, Generator, HistogramRequest, Progress, Settings, SigmaReport, Slice,
};
use millibrem::histogram::{Axis, Observable, Scale};
use millibrem::process::Setup;
use millibrem::run;
use reference::{setup, table};
use serde_json::Value;

fn silent(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn settings(seed: u64, neval: u64, iterations: u64) -> Settings {
    Settings {
        seed,
        threads: 0,
        n_adapt: 8,
        neval,
        rel_error: None,
        lattices: None,
        max_neval: neval * iterations,
    }
}

fn measured(
    setup: &Setup,
    settings: Settings,
    histograms: &[HistogramRequest],
) -> (Generator, SigmaReport) {
    let mut generator = Generator::new(setup.into(), settings).unwrap();
    generator.adapt(&mut silent).unwrap();
    let report = generator.measure(histograms, &mut silent).unwrap();
    (generator, report)
}

fn pull(report: &SigmaReport, row: &Value) -> f64 {
    let c = &report.cross_section;
    let want = row["sigma_pb"].as_f64().unwrap();
    let uncertainty = want * row["rel_uncertainty"].as_f64().unwrap();
    (c.value_pb - want) / c.error_pb.hypot(uncertainty)
}

#[test]
fn totals_agree_with_every_row_of_the_reference_tables() {
    for name in ["cross_sections.json", "cross_sections_variants.json"] {
        for (i, row) in table(name).iter().enumerate() {
            let (_, report) = measured(&setup(row), settings(300 + i as u64, 50_000, 8), &[]);
            let (c, pull) = (&report.cross_section, pull(&report, row));
            assert!(pull.abs() < 4.0, "{name} row {i}: pull {pull:.2}");
            assert!(c.error_pb / c.value_pb < 1.0e-3, "{name} row {i}: {c:?}");
            assert!(
                c.iterations.last().unwrap().q > 1e-3,
                "{name} row {i}: {c:?}"
            );
            assert!(
                report.alarms.is_empty(),
                "{name} row {i}: {:?}",
                report.alarms
            );
        }
    }
}

#[test]
fn errors_are_honest_over_sixty_seeds() {
    for row in [2, 7] {
        let rows = table("cross_sections.json");
        let row = &rows[row];
        let pulls: Vec<f64> = (0..60)
            .map(|seed| {
                pull(
                    &measured(&setup(row), settings(seed, 10_000, 5), &[]).1,
                    row,
                )
            })
            .collect();
        let n = pulls.len() as f64;
        let mean = pulls.iter().sum::<f64>() / n;
        let sd = (pulls.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        assert!(mean.abs() < 3.0 / n.sqrt(), "mean pull {mean:.2}");
        assert!((0.8..1.2).contains(&sd), "spread of pulls {sd:.2}");
    }
}

#[test]
fn spectra_follow_the_reference_curves() {
    for row in table("cross_sections.json") {
        let setup = setup(&row);
        let x_min = row["x_min"].as_f64().unwrap();
        // Narrow bins about each given x that the cut leaves.
        let wanted: Vec<(f64, f64)> = row["dsigma_dx_pb"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap()))
            .filter(|(x, _)| *x > x_min + 0.02 && *x < 0.985)
            .collect();
        let half = |x: f64| 0.03 * (1.0 - x);
        let edges = wanted
            .iter()
            .flat_map(|(x, _)| [x - half(*x), x + half(*x)])
            .collect();
        let axis = Axis::from_edges(Observable::X, Scale::Linear, edges).unwrap();
        let request = HistogramRequest {
            name: "x".to_owned(),
            axes: vec![axis],
        };
        let (_, report) = measured(&setup, settings(7, 200_000, 10), &[request]);
        let differential = report.histograms[0].differential();
        for (i, (x, want)) in wanted.iter().enumerate() {
            let (got, error) = (differential.values[2 * i], differential.errors[2 * i]);
            // The bin's mean differs from its middle by the curvature, below 1e-3 here.
            let allowed = 4.0 * error + 1e-3 * want;
            assert!(
                (got - want).abs() < allowed,
                "x = {x}: {got} ± {error}, want {want}"
            );
            assert!(error / got < 0.04, "x = {x}: error {error} of {got}");
        }
    }
}

fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Momentum of the pair.
fn p_pair(event: &Event) -> Momentum {
    sum(event.momenta()[2..].iter().copied())
}

/// The observables of `observables.json` from the momenta of an event alone.
fn observables(event: &Event, setup: &Setup, m_chi: f64) -> [(&'static str, f64); 8] {
    let c = &setup.collision;
    let &[l, n, a, b] = event.momenta() else {
        panic!("{event:?} is no pair");
    };
    let k = sum([a, b]);
    let k3 = [k[1], k[2], k[3]];
    let k_mod = dot(&k3, &k3).sqrt();
    let angle = |p: [f64; 4]| p[1].hypot(p[2]).atan2(p[3]);
    // From the decay: m² = 2m_χ² + 2 k1·k2 without large cancellations.
    let cross = {
        let (x, y) = ([a[1], a[2], a[3]], [b[1], b[2], b[3]]);
        let v = [
            x[1] * y[2] - x[2] * y[1],
            x[2] * y[0] - x[0] * y[2],
            x[0] * y[1] - x[1] * y[0],
        ];
        let (px, py) = (dot(&x, &x), dot(&y, &y));
        let m2 = m_chi * m_chi;
        // E1E2 − p1·p2 = (m²(p1²+p2²+m²) + |p1×p2|²)/(E1E2 + p1·p2)
        (m2 * (px + py + m2) + dot(&v, &v)) / (a[0] * b[0] + dot(&x, &y))
    };
    let m_pair = (2.0 * m_chi * m_chi + 2.0 * cross).sqrt();
    let beta = (1.0 - 4.0 * m_chi * m_chi / (m_pair * m_pair))
        .max(0.0)
        .sqrt();
    let cos_star = (a[0] - b[0]) / (beta * k_mod);
    // x* in the plane of beam and k, across k.
    let kt = k[1].hypot(k[2]);
    let y_hat = [-k[2] / kt, k[1] / kt, 0.0];
    let x_hat = [
        k[1] / kt * k[3] / k_mod,
        k[2] / kt * k[3] / k_mod,
        -kt / k_mod,
    ];
    let half = [
        0.5 * (a[1] - b[1]),
        0.5 * (a[2] - b[2]),
        0.5 * (a[3] - b[3]),
    ];
    let (px, py) = (dot(&half, &x_hat), dot(&half, &y_hat));
    let p_star = 0.5 * m_pair * beta;
    let recoil2 = n[1] * n[1] + n[2] * n[2] + n[3] * n[3];
    let t = 2.0 * c.big_m * recoil2 / (c.big_m + (c.big_m * c.big_m + recoil2).sqrt());
    [
        ("x", k[0] / c.e0),
        ("m_pair", m_pair),
        ("theta_lepton", angle(l)),
        ("t", t),
        ("max_chi_energy_share", a[0].max(b[0]) / k[0]),
        ("abs_cos_theta_star", cos_star.abs()),
        ("theta_chi", angle(a)),
        ("cos2phi_star_sin2", (px * px - py * py) / (p_star * p_star)),
    ]
}

/// A sample of many more points than σ was measured with knows σ better than the measurement:
/// their difference has the errors of both.
#[test]
fn sample_and_measurement_differ_by_the_errors_of_both() {
    let row = &table("cross_sections.json")[0];
    let request = EventRequest {
        count: 200_000,
        weighting: Weighting::Weighted,
        max_overweight_share: 1e-3,
        max_weight: 1.0,
    };
    let pulls: Vec<f64> = (0..40)
        .map(|seed| {
            let (mut generator, report) = measured(&setup(row), settings(seed, 5_000, 4), &[]);
            let mut events = EventBuffer::default();
            let sample = generator
                .sample(&request, &report.cross_section, &mut events, &mut silent)
                .unwrap();
            assert!(sample.alarms.is_empty(), "{seed}: {:?}", sample.alarms);
            let c = &report.cross_section;
            assert!(sample.sigma_ratio_error > c.error_pb / c.value_pb * sample.sigma_ratio);
            (sample.sigma_ratio - 1.0) / sample.sigma_ratio_error
        })
        .collect();
    let mean_square = pulls.iter().map(|pull| pull * pull).sum::<f64>() / 40.0;
    assert!((0.5..1.7).contains(&mean_square), "{mean_square} {pulls:?}");
}

#[test]
fn correlations_and_decay_angles_agree_with_an_independent_monte_carlo() {
    for (i, row) in table("observables.json").iter().enumerate() {
        let setup = setup(row);
        let DarkSector::Pair(chi) = setup.dark else {
            unreachable!()
        };
        let (mut generator, report) = measured(&setup, settings(40 + i as u64, 100_000, 5), &[]);
        let request = EventRequest {
            count: 1_000_000,
            weighting: Weighting::Weighted,
            max_overweight_share: 1e-3,
            max_weight: 1.0,
        };
        let mut events = EventBuffer::default();
        let sigma = report.cross_section.value_pb;
        let sample = generator
            .sample(&request, &report.cross_section, &mut events, &mut silent)
            .unwrap();
        assert_eq!((sample.n_events, events.len()), (1_000_000, 1_000_000));
        let mean_weight = events.weight.iter().sum::<f64>() / 1e6;
        assert!((mean_weight / sigma - 1.0).abs() < 1e-12);
        let mut sums = [("", 0.0, 0.0); 8];
        let (mut w1, mut w2) = (0.0, 0.0);
        for event in events.iter() {
            let w = event.weight;
            w1 += w;
            w2 += w * w;
            for (sum, (name, value)) in
                sums.iter_mut()
                    .zip(observables(&event, &setup, chi.mass_gev))
            {
                *sum = (name, sum.1 + w * value, sum.2 + w * w * value * value);
            }
        }
        for (name, s1, s2) in sums {
            let (mean, n_eff) = (s1 / w1, w1 * w1 / w2);
            let error = ((s2 / w2 - mean * mean).max(0.0) / n_eff).sqrt();
            let want = &row["weighted_means"][name];
            let (want, want_error) = (want[0].as_f64().unwrap(), want[1].as_f64().unwrap());
            let pull = (mean - want) / error.hypot(want_error);
            assert!(
                pull.abs() < 4.0,
                "row {i} {name}: {mean} ± {error}, want {want} ± {want_error}"
            );
            assert!(
                error <= 1.5 * want_error,
                "row {i} {name}: {error} {want_error}"
            );
        }
    }
}

#[test]
fn unweighted_events_have_equal_weights_and_the_same_means() {
    let rows = table("observables.json");
    let setup = setup(&rows[0]);
    let (mut generator, report) = measured(&setup, settings(3, 50_000, 5), &[]);
    let request = EventRequest {
        count: 100_000,
        weighting: Weighting::Unweighted,
        max_overweight_share: 1e-3,
        max_weight: 1.0,
    };
    let mut events = EventBuffer::default();
    let sample = generator
        .sample(&request, &report.cross_section, &mut events, &mut silent)
        .unwrap();
    assert_eq!(events.len(), 100_000);
    let one = sample.weight_scale;
    let over = events.weight.iter().filter(|w| **w > one).count();
    assert!(events.weight.iter().all(|w| *w >= one));
    assert!((over as f64) < 1e-3 * 1e5, "{over} overweight");
    assert!((sample.overweight_share[0] - over as f64 / 1e5).abs() < 1e-12);
    assert!(sample.unweighting_efficiency[0] > 0.4, "{sample:?}");
    let x: Vec<f64> = events.iter().map(|e| p_pair(&e)[0] / 160.0).collect();
    let mean = x.iter().sum::<f64>() / 1e5;
    let sd = (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 1e5).sqrt();
    let want = rows[0]["weighted_means"]["x"][0].as_f64().unwrap();
    assert!(
        (mean - want).abs() < 4.0 * sd / 1e5f64.sqrt() + 4.0 * 3.4e-4,
        "{mean} {want}"
    );
}

#[test]
fn partly_unweighted_events_keep_weights_up_to_the_largest_allowed() {
    let row = &table("cross_sections.json")[7];
    let (mut generator, report) = measured(&setup(row), settings(23, 50_000, 5), &[]);
    let mut sample = |max_weight: f64| {
        let request = EventRequest {
            count: 100_000,
            weighting: Weighting::Unweighted,
            max_overweight_share: 1e-3,
            max_weight,
        };
        let mut events = EventBuffer::default();
        let made = generator
            .sample(&request, &report.cross_section, &mut events, &mut silent)
            .unwrap();
        let sum: f64 = events.weight.iter().sum();
        let x: f64 = events.iter().map(|e| e.weight * p_pair(&e)[0]).sum::<f64>() / sum;
        let raw: Vec<f64> = events
            .weight
            .iter()
            .map(|w| w / made.weight_scale)
            .collect();
        let heavy = raw
            .iter()
            .filter(|w| **w > max_weight * (1.0 + 1e-12))
            .count();
        (made.unweighting_efficiency[0], x, heavy, raw)
    };
    let (full, x_full, _, _) = sample(1.0);
    let (part, x_part, heavy, weights) = sample(3.0);
    assert!(part > 1.5 * full, "{part} {full}");
    assert!(weights.iter().all(|w| *w >= 1.0) && heavy < 150, "{heavy}");
    // Means of x agree: its spread is 0.07 of 8 GeV, over 1e5 events.
    assert!(
        (x_full - x_part).abs() < 5.0 * 0.07 * 8.0 / 300.0,
        "{x_full} {x_part}"
    );
}

#[test]
fn any_event_can_be_made_again_alone_to_the_bit() {
    let row = &table("cross_sections.json")[7];
    for weighting in [Weighting::Weighted, Weighting::Unweighted] {
        let (mut generator, report) = measured(&setup(row), settings(21, 20_000, 5), &[]);
        let request = EventRequest {
            count: 50_000,
            weighting,
            max_overweight_share: 1e-3,
            max_weight: 1.0,
        };
        let mut events = EventBuffer::default();
        let sample = generator
            .sample(&request, &report.cross_section, &mut events, &mut silent)
            .unwrap();
        for at in [0, 17, 31_337, 49_999] {
            let want = events.get(at).unwrap();
            let alone = generator.event(&request, want.index, &mut silent).unwrap();
            let weight = alone.weight * sample.weight_scale;
            assert_eq!(alone.with_weight(weight), want);
        }
    }
}

#[test]
fn results_and_events_are_independent_of_the_number_of_threads() {
    let row = &table("cross_sections.json")[2];
    let axis = Axis::new(Observable::THETA_LEPTON_RAD, Scale::Log, 1e-5, 1.0, 40).unwrap();
    let request = [HistogramRequest {
        name: "theta".to_owned(),
        axes: vec![axis],
    }];
    let run = |threads: usize, weighting: Weighting| {
        let settings = Settings {
            threads,
            ..settings(9, 20_000, 5)
        };
        let (mut generator, mut report) = measured(&setup(row), settings, &request);
        let events = EventRequest {
            count: 30_001,
            weighting,
            max_overweight_share: 1e-3,
            max_weight: 1.0,
        };
        let mut buffer = EventBuffer::default();
        let sample = generator
            .sample(&events, &report.cross_section, &mut buffer, &mut silent)
            .unwrap();
        report.alarms.clear();
        (report, buffer, sample.weight_scale)
    };
    for weighting in [Weighting::Weighted, Weighting::Unweighted] {
        let one = run(1, weighting);
        assert!(one == run(2, weighting) && one == run(7, weighting));
    }
}

#[test]
fn without_a_goal_for_the_error_the_shards_measure_every_point() {
    let rows = table("cross_sections.json");
    let (setup, settings) = (setup(&rows[2]), settings(4, 20_000, 12));
    let part = |index| {
        let mut generator = Generator::new((&setup).into(), settings).unwrap();
        generator.adapt(&mut silent).unwrap();
        let shard = Slice { index, of: 3 };
        generator.measure_part(&[], shard, &mut silent).unwrap();
        generator
    };
    let mut all = part(1);
    for index in [0, 2] {
        all.merge(part(index).work()).unwrap();
    }
    let mut points = 0;
    let mut listen = |progress: &Progress| {
        points += progress.done;
        ControlFlow::Continue(())
    };
    let report = all.measure(&[], &mut listen).unwrap();
    assert_eq!(points, 0, "points that no shard has made");
    let (_, alone) = measured(&setup, settings, &[]);
    assert_eq!(report.cross_section.value_pb, alone.cross_section.value_pb);
    assert_eq!(report.cross_section.error_pb, alone.cross_section.error_pb);
}

/// Every observable over its default range; nothing if the card is refused.
fn everywhere(keys: &[String]) -> Option<SigmaReport> {
    let all = Observable::ALL.map(|o| format!("{{observable={:?}}}", o.name()));
    let histograms = format!("histogram=[{}]", all.join(","));
    let small = ["integration.rel_error=3e-3", "integration.neval=50000"];
    let keys = keys.iter().map(String::as_str).chain(small);
    let overrides: Vec<Override> = keys
        .chain([histograms.as_str()])
        .map(|key| Override::parse(key).unwrap())
        .collect();
    let text = std::fs::read_to_string("cards/na64mu-2025.toml").unwrap();
    let card = RunCard::parse("card", "run", &text, &overrides).ok()?;
    let setup = run::setup(&card).unwrap();
    let requests = run::histograms(&card);
    Some(measured(&setup, run::settings(&card), &requests).1)
}

#[test]
fn default_ranges_hold_sigma_for_every_beam_mass_and_cut() {
    let muons = [1.0, 20.0, 100.0, 1e5].map(|e0| ("mu-", e0));
    let electrons = [1.0, 8.0, 100.0, 1e6].map(|e0| ("e-", e0));
    let mut tried = 0;
    for (lepton, e0) in muons.into_iter().chain(electrons) {
        for m_chi in [1e-8, 1e-3, 0.03, 3.0] {
            for x_min in [0.0, 0.9] {
                let keys = [
                    format!("beam.lepton={lepton}"),
                    format!("beam.energy_gev={e0:?}"),
                    format!("dark_sector.m_chi_gev={m_chi:?}"),
                    format!("cuts.x_min={x_min:?}"),
                ];
                let Some(report) = everywhere(&keys) else {
                    continue;
                };
                tried += 1;
                assert!(report.notes.is_empty(), "{keys:?}: {:?}", report.notes);
                for h in &report.histograms {
                    let (values, axis) = (h.values(), &h.axes()[0]);
                    let beside = (values[0] + values[values.len() - 1]) / h.total_pb();
                    let range = (axis.min(), axis.max());
                    assert!(beside < 0.5, "{keys:?}: {} {range:?} {beside}", h.name());
                }
            }
        }
    }
    assert!(tried > 40, "{tried}");
}
