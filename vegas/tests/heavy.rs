//! Heavy points while adapting: peaks that are hit once are found, at a price that is kept.

use std::ops::ControlFlow;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use vegas::{Config, Integrand, Plan, Points, Scalar, Vegas, silent};

/// A normal distribution in four dimensions.
fn peak(x: &[f64], at: [f64; 4], s: f64) -> f64 {
    let d2: f64 = x.iter().zip(at).map(|(x, c)| (x - c) * (x - c)).sum();
    (-d2 / (2.0 * s * s)).exp() / (s * (2.0 * std::f64::consts::PI).sqrt()).powi(4)
}

/// A wide and a narrow one of equal weight, far from the borders: their integral is 2 to 10⁻⁵.
fn two_scales(seed: u64) -> impl Fn(&[f64]) -> f64 + Sync {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut at = |low, high| [0; 4].map(|_| rng.random_range(low..high));
    let (wide, narrow) = (at(0.45, 0.55), at(0.2, 0.8));
    move |x| peak(x, wide, 0.1) + peak(x, narrow, 0.01)
}

fn config(seed: u64, spare: u64) -> Config {
    Config {
        neval: 10_000,
        n_adapt: 5,
        seed,
        spare: Some(spare),
        ..Config::default()
    }
}

/// Wrong answers, and right ones with an alarm, of a hundred runs.
fn outcomes(spare: u64) -> (u32, u32) {
    let (mut wrong, mut falsely) = (0, 0);
    for seed in 1..=100 {
        let f = Scalar::new(4, two_scales(seed));
        let mut vegas = Vegas::new(4, config(seed, spare)).expect("valid");
        vegas.adapt(&f, &mut silent).expect("finite");
        let plan = Plan::new(10_000, 5);
        let m = vegas.measure(&f, &plan, &mut (), &mut silent);
        let m = m.expect("finite");
        match m.estimate.pull(2.0).abs() > 4.0 {
            true => wrong += 1,
            false => falsely += u32::from(!m.trustworthy()),
        }
    }
    (wrong, falsely)
}

#[test]
fn a_narrow_peak_that_was_hit_once_is_resolved() {
    let (wrong, falsely) = outcomes(52_500);
    let (wrong_without, falsely_without) = outcomes(0);
    let all = [wrong, falsely, wrong_without, falsely_without];
    // Where no point was on the narrow peak nothing helps.
    assert!(wrong <= 20 && wrong_without >= 28, "{all:?}");
    assert!(falsely <= 5 && falsely_without >= 18, "{all:?}");
}

#[test]
fn no_more_is_evaluated_than_what_is_spare() {
    let asked = 5 * 10_500;
    for spare in [0, 1000, 10_000, 30_000, 52_500] {
        let mut most = 0;
        for seed in 1..=20 {
            let f = Scalar::new(4, two_scales(seed));
            let mut vegas = Vegas::new(4, config(seed, spare)).expect("valid");
            let report = vegas.adapt(&f, &mut silent).expect("finite");
            assert!(report.n_eval <= asked + spare, "{}", report.n_eval);
            assert!(report.iterations.len() <= 10);
            // Asked for no more, it does no more.
            let again = vegas.adapt(&f, &mut silent).expect("finite");
            assert_eq!(again, report);
            most = most.max(report.n_eval);
        }
        assert_eq!(most > asked, spare >= 10_000, "{most} of {spare}");
    }
}

#[test]
fn points_around_a_peak_at_the_border_lie_inside() {
    let pole = |x: &[f64]| {
        assert!(x.iter().all(|x| 0.0 < *x && *x < 1.0), "{x:?}");
        1.0 / (1.0 - x[0] + 1e-20)
    };
    for seed in 1..=40 {
        let config = Config {
            neval: 1000,
            ..config(seed, 52_500)
        };
        let mut vegas = Vegas::new(1, config).expect("valid");
        let report = vegas.adapt(&Scalar::new(1, pole), &mut silent);
        let report = report.expect("finite");
        assert!(report.n_eval > 5 * 1050, "no heavy point");
        vegas.ask_further(2);
        let further = vegas.adapt(&Scalar::new(1, pole), &mut silent);
        let n_eval = further.expect("finite").n_eval - report.n_eval;
        assert!((2100..=4200).contains(&n_eval), "{n_eval}");
    }
}

#[test]
fn even_weights_have_no_heavy_point() {
    let constant = |_: &[f64]| 1.0;
    let sum = |x: &[f64]| x.iter().sum();
    let step = |x: &[f64]| if x[0] < 0.5 { 1.0 } else { 2.0 };
    for f in [constant, sum, step] {
        for neval in [100, 1000, 10_000] {
            let config = Config {
                neval,
                ..config(1, 52_500)
            };
            let mut vegas = Vegas::new(4, config).expect("valid");
            let report = vegas.adapt(&Scalar::new(4, f), &mut silent);
            assert_eq!(report.expect("finite").n_eval, 5 * (neval + neval / 20));
        }
    }
}

/// The same values for all points of a chunk at once.
struct ByChunks<F>(F);

impl<F: Fn(&[f64]) -> f64 + Sync> Integrand for ByChunks<F> {
    type Record = ();
    const BY_CHUNKS: bool = true;

    fn dim(&self) -> usize {
        4
    }

    fn record(&self) {}

    fn evaluate(&self, x: &Points<'_>, value: &mut [f64], (): &mut ()) {
        let values = (0..x.len()).map(|i| (self.0)(&x.point(i)));
        value.iter_mut().zip(values).for_each(|(v, f)| *v = f);
    }
}

#[test]
fn threads_chunks_and_interruptions_change_no_bit() {
    let f = two_scales(2);
    let scalar = Scalar::new(4, &f);
    let mut whole = Vegas::new(4, config(2, 52_500)).expect("valid");
    whole.set_threads(1);
    let report = whole.adapt(&scalar, &mut silent).expect("finite");
    assert!(report.n_eval > 5 * 10_500, "no heavy point");
    let same = |vegas: &Vegas, what: &str| {
        let text = |v: &Vegas| serde_json::to_string(v).expect("can be written");
        assert!(text(vegas) == text(&whole), "{what}");
    };
    for threads in [2, 3] {
        let mut vegas = Vegas::new(4, config(2, 52_500)).expect("valid");
        vegas.set_threads(threads);
        vegas.adapt(&scalar, &mut silent).expect("finite");
        same(&vegas, "threads");
    }
    let mut vegas = Vegas::new(4, config(2, 52_500)).expect("valid");
    vegas.adapt(&ByChunks(&f), &mut silent).expect("finite");
    same(&vegas, "chunks");
    // Stopped in every iteration, written and read each time.
    let mut vegas = Vegas::new(4, config(2, 52_500)).expect("valid");
    for stop in 1.. {
        let mut hear = |p: &vegas::Progress| match p.iteration == stop {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let stopped = vegas.adapt(&scalar, &mut hear).expect("finite").stopped;
        let text = serde_json::to_string(&vegas).expect("can be written");
        vegas = serde_json::from_str(&text).expect("can be read");
        if !stopped {
            break;
        }
    }
    same(&vegas, "interruptions");
}
