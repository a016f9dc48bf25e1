//! Histograms, covariances, and what observers may rely on.

use std::sync::Mutex;
use vegas::{
    Binned, Bins, Block, Config, Covariance, Error, Observer, ObserverError, Plan, Scalar, Vegas,
    silent,
};

/// A product of powers: `f = (a+1)(b+1) x₀^a x₁^b` integrates to one, also bin by bin.
fn powers(x: &[f64]) -> f64 {
    6.0 * x[0] * x[1] * x[1] * (1.0 + 0.5 * (x[2] - 0.5))
}

fn adapted(seed: u64, neval: u64) -> Vegas {
    let config = Config {
        seed,
        neval,
        n_adapt: 4,
        ..Config::default()
    };
    let mut vegas = Vegas::new(3, config).expect("valid");
    vegas
        .adapt(&Scalar::new(3, powers), &mut silent)
        .expect("finite");
    vegas
}

/// A histogram of the coordinates themselves.
type Columns = Binned<fn(&Block<'_, Vec<f64>>, usize, &mut [f64])>;

fn columns(axes: Vec<Bins>) -> Columns {
    Binned::new(axes, |b, k, out| out.copy_from_slice(b.points.column(k)))
}

#[test]
fn bins_hold_the_integral_over_them_with_pulls_of_unit_width() {
    let mut pulls = Vec::new();
    let mut errors = Vec::new();
    for seed in 1..=60 {
        let vegas = adapted(seed, 8000);
        let axis = Bins::edges(vec![0.1, 0.3, 0.5, 0.6, 0.9, 0.95]).expect("valid");
        let mut h = columns(vec![axis]);
        let f = Scalar::new(3, powers);
        vegas
            .measure(&f, &Plan::new(8000, 3), &mut h, &mut silent)
            .expect("finite");
        let h = h.into_data();
        let edges = [0.0, 0.1, 0.3, 0.5, 0.6, 0.9, 0.95, 1.0];
        for (bin, e) in edges.windows(2).enumerate() {
            let truth = e[1] * e[1] - e[0] * e[0];
            let estimate = h.estimate(bin);
            pulls.push(estimate.pull(truth));
            errors.push(estimate.sdev / truth);
        }
        assert_eq!(h.points(), 24_000);
        assert_eq!((0..h.bins()).map(|b| h.count(b)).sum::<u64>(), 24_000);
    }
    let n = pulls.len() as f64;
    let mean = pulls.iter().sum::<f64>() / n;
    let sd = (pulls.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>() / n).sqrt();
    assert!(mean.abs() < 0.15, "mean pull {mean}");
    assert!((0.9..1.1).contains(&sd), "spread of pulls {sd}");
    let error = errors.iter().sum::<f64>() / n;
    assert!(error < 0.05, "mean relative error {error}");
}

#[test]
fn sums_of_bins_scatter_by_their_errors_and_everything_by_that_of_the_integral() {
    const SEEDS: u32 = 80;
    let edges: Vec<f64> = (0..=20).map(|k| f64::from(k) / 20.0).collect();
    // Squares of deviations from the truth and of errors; of the error of everything and σ's.
    let (mut off, mut expected, mut all, mut sigma, mut apart) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for seed in 1..=SEEDS {
        let vegas = adapted(u64::from(seed), 20_000);
        let axis = Bins::edges(edges.clone()).expect("valid");
        let mut h = columns(vec![axis]);
        let f = Scalar::new(3, powers);
        let m = vegas
            .measure(&f, &Plan::new(20_000, 6), &mut h, &mut silent)
            .expect("finite");
        let h = h.into_data();
        let rows = h.deviations();
        assert!(rows.len() >= 48, "{} rows", rows.len());
        let variance = |bins: std::ops::Range<usize>| {
            let sums = rows.iter().map(|row| row[bins.clone()].iter().sum::<f64>());
            sums.map(|sum| sum * sum).sum::<f64>()
        };
        // Bin k + 1 ends at edge k + 1.
        for (from, to) in [(1, 11), (6, 16), (11, 21), (3, 20)] {
            let sum: f64 = (from..to).map(|bin| h.estimate(bin).mean).sum();
            let (low, high) = (edges[from - 1], edges[to - 1]);
            off += (sum - (high * high - low * low)).powi(2);
            expected += variance(from..to);
        }
        all += variance(0..h.bins());
        sigma += m.estimate.sdev.powi(2);
        apart += (0..h.bins())
            .map(|bin| h.estimate(bin).sdev.powi(2))
            .sum::<f64>();
    }
    let ratio = |a: f64, b: f64| (a / b).sqrt();
    assert!(
        (0.87..1.15).contains(&ratio(off, expected)),
        "{}",
        ratio(off, expected)
    );
    assert!(
        (0.95..1.05).contains(&ratio(all, sigma)),
        "{}",
        ratio(all, sigma)
    );
    // As if bins were independent, it would be far too large.
    assert!(ratio(apart, sigma) > 2.0, "{}", ratio(apart, sigma));
}

#[test]
fn histograms_side_by_side_hold_what_each_holds_alone() {
    let vegas = adapted(2, 20_000);
    let axes: Vec<Bins> = (1..=10)
        .map(|n| match n % 3 {
            0 => Bins::log(n, 0.2, 0.8),
            1 => Bins::linear(n, 0.1, 0.9),
            _ => Bins::edges((0..=n).map(|k| k as f64 / (n + 1) as f64).collect()),
        })
        .collect::<Result<_, _>>()
        .expect("valid");
    let f = Scalar::new(3, powers);
    let plan = Plan::new(20_000, 2);
    let fill = |axes: &[Bins]| {
        let mut these: Vec<_> = axes.iter().map(|a| columns(vec![a.clone()])).collect();
        vegas
            .measure(&f, &plan, &mut these, &mut silent)
            .expect("finite");
        these
    };
    for (axis, together) in axes.iter().zip(fill(&axes)) {
        let alone = fill(std::slice::from_ref(axis)).remove(0);
        assert!(together.into_data() == alone.into_data(), "{axis:?}");
    }
}

#[test]
fn two_axes_make_a_grid_whose_margins_agree() {
    let vegas = adapted(1, 20_000);
    let x = Bins::linear(4, 0.0, 1.0).expect("valid");
    let y = Bins::log(3, 0.01, 1.0).expect("valid");
    let mut both = (columns(vec![x.clone(), y]), columns(vec![x]));
    let f = Scalar::new(3, powers);
    let m = vegas
        .measure(&f, &Plan::new(20_000, 2), &mut both, &mut silent)
        .expect("finite");
    let (grid, line) = (both.0.into_data(), both.1.into_data());
    for i in 0..6 {
        let margin: f64 = (0..5).map(|j| grid.estimate(grid.bin(&[i, j])).mean).sum();
        assert!((margin - line.estimate(i).mean).abs() < 1e-12);
    }
    let total: f64 = (0..grid.bins()).map(|b| grid.estimate(b).mean).sum();
    assert!((total / m.estimate.mean - 1.0).abs() < 1e-12);
}

#[test]
fn the_covariance_of_a_sum_is_that_of_its_parts() {
    let vegas = adapted(5, 20_000);
    // g = (1, x₀, 1 − x₀): the last two are strongly anticorrelated and sum to the first.
    let mut c = Covariance::new(3, |b: &Block<'_, Vec<f64>>, k: usize, out: &mut [f64]| {
        for (o, x) in out.iter_mut().zip(b.points.column(0)) {
            *o = [1.0, *x, 1.0 - x][k];
        }
    });
    let f = Scalar::new(3, powers);
    let m = vegas
        .measure(&f, &Plan::new(20_000, 3), &mut c, &mut silent)
        .expect("finite");
    let (mean, cov) = (c.mean(), c.covariance());
    assert!((mean[0] / m.estimate.mean - 1.0).abs() < 1e-12);
    assert!((cov[(0, 0)].sqrt() / m.estimate.sdev - 1.0).abs() < 1e-9);
    let sum = cov[(1, 1)] + cov[(2, 2)] + 2.0 * cov[(1, 2)];
    assert!((sum / cov[(0, 0)] - 1.0).abs() < 1e-9);
    assert!(((mean[1] - 2.0 / 3.0) / cov[(1, 1)].sqrt()).abs() < 4.0);
}

/// Notes the points merged, and fails when told to.
#[derive(Default)]
struct Writer {
    pending: Vec<u64>,
    written: Vec<u64>,
    fail_after: Option<usize>,
}

impl<R> Observer<R> for Writer {
    fn fork(&self) -> Self {
        Self::default()
    }

    fn observe(&mut self, block: &Block<'_, R>) {
        let first = (u64::from(block.iteration) << 40) | block.first_index;
        self.pending
            .extend((0..block.len() as u64).map(|i| first + i));
    }

    fn merge(&mut self, later: &mut Self) -> Result<(), ObserverError> {
        self.written.append(&mut later.pending);
        if self.fail_after.is_some_and(|n| self.written.len() > n) {
            return Err("the disk is full".into());
        }
        Ok(())
    }
}

#[test]
fn merges_come_in_point_order_whatever_the_threads() {
    let mut vegas = adapted(2, 20_000);
    for threads in [1, 4] {
        vegas.set_threads(threads);
        let mut w = Writer::default();
        let f = Scalar::new(3, powers);
        vegas
            .measure(&f, &Plan::new(20_000, 3), &mut w, &mut silent)
            .expect("finite");
        assert_eq!(w.written.len(), 60_000);
        assert!(
            w.written.windows(2).all(|p| p[0] < p[1]),
            "{threads} threads"
        );
    }
}

#[test]
fn an_observer_that_fails_stops_the_run_with_its_reason() {
    let mut vegas = adapted(2, 20_000);
    for threads in [1, 3] {
        vegas.set_threads(threads);
        let mut w = Writer {
            fail_after: Some(5000),
            ..Writer::default()
        };
        let f = Scalar::new(3, powers);
        let error = vegas
            .measure(&f, &Plan::new(20_000, 3), &mut w, &mut silent)
            .unwrap_err();
        assert!(matches!(error, Error::Observer(_)));
        assert_eq!(error.to_string(), "an observer failed: the disk is full");
        assert!(w.written.len() < 8000);
    }
}

#[test]
fn progress_is_told_at_every_chunk_and_ends_complete() {
    let vegas = adapted(1, 20_000);
    let f = Scalar::new(3, powers);
    let told = Mutex::new(Vec::new());
    vegas
        .measure(&f, &Plan::new(20_000, 2), &mut (), &mut |p| {
            told.lock()
                .expect("one thread")
                .push((p.iteration, p.done, p.total, p.estimate));
            std::ops::ControlFlow::Continue(())
        })
        .expect("finite");
    let told = told.into_inner().expect("one thread");
    assert!(told.len() >= 20);
    let last = told.last().expect("some");
    assert_eq!((last.0, last.1, last.2), (1, 20_000, 20_000));
    assert!(told[0].3.is_none() && last.3.is_some());
}
