//! Unweighted events: exactly as many as asked for, distributed like the integrand.

use vegas::{
    Block, Config, Maxima, MaximaConfig, Observer, ObserverError, PointKey, Scalar, UnweightPlan,
    Vegas, silent,
};

/// A ridge along the diagonal with an integral known in closed form.
fn ridge(x: &[f64]) -> f64 {
    let c = x[0] - x[1];
    0.1 / (c * c + 0.01) * x[0]
}

/// ∫∫ of the ridge: by symmetry half of it with the factor 1 instead of x.
fn truth() -> f64 {
    let g: f64 = 0.1;
    0.5 * (2.0 * (1.0 / g).atan() - g * (1.0 + 1.0 / (g * g)).ln())
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Events(Vec<(PointKey, Vec<f64>, f64)>);

impl<R> Observer<R> for Events {
    fn fork(&self) -> Self {
        Self::default()
    }

    fn observe(&mut self, b: &Block<'_, R>) {
        for (i, &w) in b.event_weight.iter().enumerate() {
            if w != 0.0 {
                let key = PointKey {
                    iteration: b.iteration,
                    index: b.first_index + i as u64,
                };
                self.0.push((key, b.points.point(i), w));
            }
        }
    }

    fn merge(&mut self, later: &mut Self) -> Result<(), ObserverError> {
        self.0.append(&mut later.0);
        Ok(())
    }
}

fn prepared(share: f64) -> (Vegas, Maxima) {
    prepared_by(1, share)
}

fn prepared_by(threads: usize, share: f64) -> (Vegas, Maxima) {
    let f = Scalar::new(2, ridge);
    let config = Config {
        neval: 20_000,
        n_adapt: 4,
        ..Config::default()
    };
    let mut vegas = Vegas::new(2, config).expect("valid");
    vegas.set_threads(threads);
    vegas.adapt(&f, &mut silent).expect("finite");
    let config = MaximaConfig {
        neval: 50_000,
        max_overweight_share: share,
        ..MaximaConfig::default()
    };
    let maxima = vegas
        .find_maxima(&f, &config, &mut silent)
        .expect("positive");
    (vegas, maxima)
}

#[test]
fn there_are_exactly_as_many_events_as_asked_for_whatever_the_threads() {
    let f = Scalar::new(2, ridge);
    let (mut vegas, maxima) = prepared(1e-3);
    assert_eq!(prepared_by(3, 1e-3).1, maxima);
    for count in [1, 777, 30_000] {
        let plan = UnweightPlan::new(20_000, 100, count);
        let mut one = Events::default();
        vegas.set_threads(1);
        let a = vegas
            .unweight(&f, &maxima, &plan, &mut one, &mut silent)
            .expect("finite");
        let mut three = Events::default();
        vegas.set_threads(3);
        let b = vegas
            .unweight(&f, &maxima, &plan, &mut three, &mut silent)
            .expect("finite");
        assert_eq!(one.0.len() as u64, count);
        assert_eq!(a, b);
        assert_eq!(one, three);
        assert_eq!(a.events, count);
    }
}

#[test]
fn a_shorter_run_is_the_beginning_of_a_longer_one() {
    let f = Scalar::new(2, ridge);
    let (vegas, maxima) = prepared(1e-3);
    let events = |count| {
        let mut events = Events::default();
        let plan = UnweightPlan::new(20_000, 100, count);
        vegas
            .unweight(&f, &maxima, &plan, &mut events, &mut silent)
            .expect("finite");
        events.0
    };
    let long = events(25_000);
    assert_eq!(events(12_345), long[..12_345]);
}

#[test]
fn events_are_distributed_like_the_integrand() {
    let f = Scalar::new(2, ridge);
    let (vegas, maxima) = prepared(1e-3);
    let mut events = Events::default();
    let plan = UnweightPlan::new(100_000, 100, 60_000);
    let u = vegas
        .unweight(&f, &maxima, &plan, &mut events, &mut silent)
        .expect("finite");
    // Mean of x₀ by an independent midpoint sum.
    let n = 1000;
    let mid = |i: usize| (i as f64 + 0.5) / n as f64;
    let (mut s0, mut s1) = (0.0, 0.0);
    for i in 0..n {
        for j in 0..n {
            let v = ridge(&[mid(i), mid(j)]);
            s0 += v;
            s1 += v * mid(i);
        }
    }
    let expected = s1 / s0;
    let w: f64 = events.0.iter().map(|e| e.2).sum();
    let mean = events.0.iter().map(|e| e.2 * e.1[0]).sum::<f64>() / w;
    let sd = (events
        .0
        .iter()
        .map(|e| (e.1[0] - mean) * (e.1[0] - mean))
        .sum::<f64>()
        / w)
        .sqrt();
    let pull = (mean - expected) / (sd / (events.0.len() as f64).sqrt());
    assert!(
        pull.abs() < 3.5,
        "mean {mean}, expected {expected}: pull {pull}"
    );
    // The first half alone is as good: independent points are representative anywhere.
    let half = &events.0[..30_000];
    let w: f64 = half.iter().map(|e| e.2).sum();
    let mean = half.iter().map(|e| e.2 * e.1[0]).sum::<f64>() / w;
    assert!(((mean - expected) / (sd / 30_000f64.sqrt())).abs() < 3.5);
    // The sum of event weights gives the integral as well.
    let sigma = u.event_weight_sum * maxima.threshold / u.measurement.counters.points as f64;
    assert!(
        (sigma / truth() - 1.0).abs() < 0.03,
        "{sigma} against {}",
        truth()
    );
    assert!(
        u.measurement.estimate.pull(truth()).abs() < 4.0,
        "{}",
        u.measurement
    );
}

#[test]
fn overweight_events_are_kept_and_their_share_is_as_allowed() {
    let f = Scalar::new(2, ridge);
    for share in [1e-3, 2e-2] {
        let (vegas, maxima) = prepared(share);
        let mut events = Events::default();
        let plan = UnweightPlan::new(100_000, 100, 50_000);
        let u = vegas
            .unweight(&f, &maxima, &plan, &mut events, &mut silent)
            .expect("finite");
        let over = events.0.iter().filter(|e| e.2 > 1.0).count();
        assert_eq!(over as f64 / 50_000.0, u.overweight_share.value);
        assert!(events.0.iter().all(|e| e.2 >= 1.0));
        assert!(
            u.overweight_share.low <= 1.5 * share,
            "{:?} against {share}",
            u.overweight_share
        );
        assert!(u.overweight_share.low <= u.overweight_share.value);
        assert!(u.overweight_share.high >= u.overweight_share.value);
        let efficiency = u.efficiency.value;
        assert!((efficiency / maxima.expected_efficiency - 1.0).abs() < 0.05);
        assert!(efficiency > 0.5, "efficiency {efficiency}");
    }
}

#[test]
fn an_event_can_be_recomputed_from_its_key() {
    let f = Scalar::new(2, ridge);
    let (vegas, maxima) = prepared(1e-3);
    let mut events = Events::default();
    let plan = UnweightPlan::new(20_000, 100, 2000);
    vegas
        .unweight(&f, &maxima, &plan, &mut events, &mut silent)
        .expect("finite");
    for (key, x, weight) in events.0.iter().step_by(311) {
        let point = vegas
            .unweighted_point(&plan, &maxima, *key)
            .expect("exists");
        assert_eq!(&point.x, x);
        let ratio = point.weight(ridge(x)) / maxima.threshold;
        assert!(ratio > point.accept);
        assert!((ratio.max(1.0) - weight).abs() < 1e-14);
    }
}

#[test]
fn maxima_survive_saving() {
    let (_, maxima) = prepared(1e-3);
    let text = serde_json::to_string(&maxima).expect("serialisable");
    assert_eq!(
        serde_json::from_str::<Maxima>(&text).expect("the same"),
        maxima
    );
}

/// One in a corner that a plane cuts off, nothing elsewhere.
fn cut(x: &[f64]) -> f64 {
    f64::from(x[0] + x[1] + x[2] + x[3] + 0.3 * x[4] > 3.0)
}

#[test]
fn cells_that_an_edge_of_the_support_cuts_give_no_event_far_heavier_than_the_others() {
    let f = Scalar::new(5, cut);
    for seed in 1..=20 {
        let config = Config {
            seed,
            neval: 20_000,
            n_adapt: 6,
            ..Config::default()
        };
        let mut vegas = Vegas::new(5, config).expect("valid");
        vegas.adapt(&f, &mut silent).expect("finite");
        let config = MaximaConfig {
            neval: 100_000,
            ..MaximaConfig::default()
        };
        let maxima = vegas
            .find_maxima(&f, &config, &mut silent)
            .expect("positive");
        let mut events = Events::default();
        let plan = UnweightPlan::new(20_000, 100, 50_000);
        let found = vegas
            .unweight(&f, &maxima, &plan, &mut events, &mut silent)
            .expect("finite");
        let heaviest = events.0.iter().fold(0.0, |m: f64, e| m.max(e.2));
        assert!(heaviest < 10.0, "seed {seed}: {heaviest}");
        assert!(found.overweight_excess < 1e-3, "seed {seed}: {found:?}");
        assert!(maxima.expected_excess < 1e-3, "seed {seed}: {maxima:?}");
    }
}

/// Two narrow peaks off the axes, one of three quarters.
fn peaks(x: &[f64]) -> f64 {
    let peak = |at: f64| {
        let square: f64 = x.iter().map(|x| (x - at) * (x - at)).sum();
        (-square / (2.0 * 0.03 * 0.03)).exp()
    };
    3.0 * peak(0.3) + peak(0.7)
}

#[test]
fn narrow_peaks_are_found_with_their_shares_and_boxes_are_cut_around_them() {
    let f = Scalar::new(6, peaks);
    let config = Config {
        neval: 200_000,
        n_adapt: 10,
        ..Config::default()
    };
    let mut vegas = Vegas::new(6, config).expect("valid");
    vegas.adapt(&f, &mut silent).expect("finite");
    let config = MaximaConfig {
        neval: 400_000,
        ..MaximaConfig::default()
    };
    let maxima = vegas.find_maxima(&f, &config, &mut silent);
    let maxima = maxima.expect("positive");
    let mut events = Events::default();
    let plan = UnweightPlan::new(100_000, 100, 20_000);
    let found = vegas.unweight(&f, &maxima, &plan, &mut events, &mut silent);
    let found = found.expect("finite");
    let efficiency = found.efficiency.value;
    assert!(efficiency > 0.1, "efficiency {efficiency}");
    let first = events.0.iter().filter(|e| e.1[0] < 0.5).map(|e| e.2);
    let share = first.sum::<f64>() / events.0.iter().map(|e| e.2).sum::<f64>();
    let pull = (share - 0.75) / (0.75 * 0.25 / 20_000_f64).sqrt();
    assert!(pull.abs() < 3.5, "share {share}: pull {pull}");
}

#[test]
fn there_are_more_boxes_where_they_hold_little() {
    // A shell, which no map follows.
    let shell = |x: &[f64]| {
        let square: f64 = x.iter().map(|x| (x - 0.5) * (x - 0.5)).sum();
        let d = (square.sqrt() - 0.35) / 0.01;
        (-d * d).exp()
    };
    let flat = |x: &[f64]| x.iter().map(|x| 1.0 + x).product::<f64>();
    let found = |f: fn(&[f64]) -> f64, max_boxes: u64| {
        let f = Scalar::new(3, f);
        let config = Config {
            neval: 20_000,
            n_adapt: 4,
            ..Config::default()
        };
        let mut vegas = Vegas::new(3, config).expect("valid");
        vegas.adapt(&f, &mut silent).expect("finite");
        let config = MaximaConfig {
            max_boxes,
            neval: 64_000,
            ..MaximaConfig::default()
        };
        let maxima = vegas.find_maxima(&f, &config, &mut silent);
        let maxima = maxima.expect("positive");
        (maxima.boxes(), maxima.expected_efficiency)
    };
    let [few, many, flat] = [
        found(shell, 250),
        found(shell, 1 << 17),
        found(flat, 1 << 17),
    ];
    assert_eq!([few.0, many.0, flat.0], [250, 2000, 250]);
    assert!(many.1 > 1.8 * few.1 && flat.1 > 0.7, "{many:?} {few:?}");
}

#[test]
fn there_may_be_more_axes_than_can_be_cut() {
    // The last of forty axes, where no box is cut, is left to the map.
    let f = Scalar::new(40, |x: &[f64]| (1.0 + x[0]) * x[39] * x[39]);
    let config = Config {
        neval: 20_000,
        n_adapt: 5,
        ..Config::default()
    };
    let mut vegas = Vegas::new(40, config).expect("valid");
    vegas.adapt(&f, &mut silent).expect("finite");
    let config = MaximaConfig {
        neval: 50_000,
        ..MaximaConfig::default()
    };
    let maxima = vegas.find_maxima(&f, &config, &mut silent);
    let plan = UnweightPlan::new(20_000, 100, 10_000);
    let maxima = maxima.expect("positive");
    let mut events = Events::default();
    let found = vegas.unweight(&f, &maxima, &plan, &mut events, &mut silent);
    let efficiency = found.expect("finite").efficiency.value;
    assert!(efficiency > 0.5, "efficiency {efficiency}");
    let mean = events.0.iter().map(|e| e.2 * e.1[39]).sum::<f64>() / 10_000.0;
    // ⟨x⟩ of 3 x² is 3/4, its standard deviation √(3/80).
    let pull = (mean - 0.75) / (3.0 / 80.0 / 10_000_f64).sqrt();
    assert!(pull.abs() < 3.5, "mean {mean}: pull {pull}");
}
