//! What threads gain: `cargo bench -p millibrem-vegas --bench scaling [-- MOST]`.
//!
//! Wall time of a measurement with five histograms and of an unweighting run (its search for maxima
//! apart) with 1, 2, 4 … threads, the smallest of three; the share of the work that no thread could
//! take over is what Amdahl's law makes of the speed-up, `s = (T/g − 1)/(T − 1)`.

use std::time::{Duration, Instant};
use vegas::{Binned, Bins, Block, Config, MaximaConfig, Plan, Scalar, UnweightPlan, Vegas, silent};

const DIM: usize = 5;

/// A wide peak, about as dear as a tree-level matrix element.
fn peak(x: &[f64]) -> f64 {
    let d2: f64 = x.iter().map(|c| (c - 0.4) * (c - 0.4)).sum();
    libm::exp(-8.0 * d2) * (1.0 + libm::sin(9.0 * x[0]) * libm::cos(7.0 * x[1]) / 2.0)
}

/// The smallest of three times.
fn time(mut work: impl FnMut()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..3).map(once).min().unwrap_or_default()
}

fn main() {
    let most = std::env::args().skip(1).find_map(|a| a.parse().ok());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let most: usize = most.unwrap_or(cores);
    let f = Scalar::new(DIM, peak);
    let config = Config {
        neval: 200_000,
        n_adapt: 5,
        ..Config::default()
    };
    let mut vegas = Vegas::new(DIM, config).expect("valid");
    vegas.adapt(&f, &mut silent).expect("finite");
    let maxima = vegas
        .find_maxima(&f, &MaximaConfig::default(), &mut silent)
        .expect("positive");
    println!("threads  histograms: s  speed-up  serial  unweighting: s  speed-up  serial");
    let mut first = None;
    let counts = std::iter::successors(Some(1), |t| Some(2 * t)).take_while(|&t| t <= most);
    for threads in counts {
        vegas.set_threads(threads);
        let measure = time(|| {
            let axis = Bins::linear(50, 0.0, 1.0).expect("valid");
            let mut histograms: Vec<_> = (0..DIM)
                .map(|d| {
                    let column = move |b: &Block<'_, Vec<f64>>, _: usize, out: &mut [f64]| {
                        out.copy_from_slice(b.points.column(d));
                    };
                    Binned::new(vec![axis.clone()], column)
                })
                .collect();
            let plan = Plan::new(200_000, 20);
            vegas
                .measure(&f, &plan, &mut histograms, &mut silent)
                .expect("finite");
        });
        let unweight = time(|| {
            let plan = UnweightPlan::new(200_000, 1000, 1_000_000);
            vegas
                .unweight(&f, &maxima, &plan, &mut (), &mut silent)
                .expect("finite");
        });
        let (m, u) = *first.get_or_insert((measure, unweight));
        print!("{threads:>7}");
        for (one, many) in [(m, measure), (u, unweight)] {
            let gain = one.as_secs_f64() / many.as_secs_f64();
            let t = threads as f64;
            let serial = if threads > 1 {
                (t / gain - 1.0) / (t - 1.0)
            } else {
                1.0
            };
            print!(
                "  {:>13.3}  {gain:>8.2}  {:>5.1}%",
                many.as_secs_f64(),
                100.0 * serial
            );
        }
        println!();
    }
}
