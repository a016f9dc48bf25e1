//! How often alarms are right: integrands with random positions, right and wrong answers, with and
//! without an alarm. `cargo run --release -p millibrem-vegas --example alarms [RUNS [NEVAL [SEED]]]`,
//! of seeds from SEED = 1 on.
//!
//! Each run adapts in five iterations and measures in five. An answer is wrong if it is more than
//! four of its errors from the exact value.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::f64::consts::PI;
use vegas::{Alarm, Config, Plan, Scalar, Vegas, silent};

type Function = dyn Fn(&[f64]) -> f64 + Sync;

/// A function on the unit hypercube with its exact integral.
struct Case {
    dim: usize,
    f: Box<Function>,
    exact: f64,
}

/// A normal distribution of width `s` around a point, and its integral over the cube.
#[derive(Clone)]
struct Peak {
    at: Vec<f64>,
    s: f64,
}

impl Peak {
    fn random(dim: usize, s: f64, rng: &mut Pcg64Mcg) -> Self {
        let at = (0..dim).map(|_| rng.random_range(0.15..0.85)).collect();
        Self { at, s }
    }

    fn value(&self, x: &[f64]) -> f64 {
        let d2: f64 = x.iter().zip(&self.at).map(|(x, c)| (x - c) * (x - c)).sum();
        let norm = self.s * (2.0 * PI).sqrt();
        (-d2 / (2.0 * self.s * self.s)).exp() / norm.powi(self.at.len() as i32)
    }

    fn integral(&self) -> f64 {
        let z = |d: f64| libm::erf(d / (self.s * 2.0f64.sqrt()));
        self.at.iter().map(|c| (z(*c) + z(1.0 - c)) / 2.0).product()
    }
}

/// A sum of peaks with factors.
fn peaks(terms: Vec<(f64, Peak)>) -> Case {
    Case {
        dim: terms[0].1.at.len(),
        exact: terms.iter().map(|(a, p)| a * p.integral()).sum(),
        f: Box::new(move |x| terms.iter().map(|(a, p)| a * p.value(x)).sum()),
    }
}

/// A ring of radius `r` and width `s` in the first two of four axes.
fn ring(rng: &mut Pcg64Mcg) -> Case {
    let [a, b] = [0.4, 0.6].map(|_| rng.random_range(0.4..0.6));
    let (r, s) = (rng.random_range(0.2..0.3), 0.01);
    let plane =
        PI * (s * s * libm::exp(-r * r / (s * s)) + r * s * PI.sqrt() * (1.0 + libm::erf(r / s)));
    Case {
        dim: 4,
        exact: plane,
        f: Box::new(move |x| {
            let d = ((x[0] - a) * (x[0] - a) + (x[1] - b) * (x[1] - b)).sqrt() - r;
            (-d * d / (s * s)).exp()
        }),
    }
}

/// One inside a box, zero outside.
fn region(rng: &mut Pcg64Mcg) -> Case {
    let sides: Vec<(f64, f64)> = (0..5)
        .map(|_| {
            let width = rng.random_range(0.2..0.5);
            let low = rng.random_range(0.0..1.0 - width);
            (low, low + width)
        })
        .collect();
    Case {
        dim: 5,
        exact: sides.iter().map(|(a, b)| b - a).product(),
        f: Box::new(move |x| {
            f64::from(x.iter().zip(&sides).all(|(x, (a, b))| (a..b).contains(&x)))
        }),
    }
}

type Family = (&'static str, fn(&mut Pcg64Mcg) -> Case);

const FAMILIES: [Family; 6] = [
    ("three peaks", |rng| {
        peaks((0..3).map(|_| (1.0, Peak::random(6, 0.05, rng))).collect())
    }),
    ("one wide peak", |rng| {
        peaks(vec![(1.0, Peak::random(6, 0.2, rng))])
    }),
    ("two scales", |rng| {
        peaks(vec![
            (1.0, Peak::random(4, 0.2, rng)),
            (1.0, Peak::random(4, 0.01, rng)),
        ])
    }),
    ("ring", ring),
    ("box", region),
    ("changing sign", |rng| {
        peaks(vec![
            (1.0, Peak::random(5, 0.1, rng)),
            (-0.7, Peak::random(5, 0.05, rng)),
        ])
    }),
];

fn main() {
    let mut numbers = std::env::args()
        .skip(1)
        .map(|a| a.parse::<f64>().expect("a number"));
    let runs = numbers.next().unwrap_or(100.0) as u64;
    let neval = numbers.next().unwrap_or(1e4) as u64;
    let first = numbers.next().unwrap_or(1.0) as u64;
    println!(
        "| integrand | right | with an alarm | heavy point | disagreement | missed peak \
         | wrong | without an alarm |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (name, make) in FAMILIES {
        let (mut right, mut falsely, mut by_kind, mut wrong, mut silently) = (0, 0, [0; 3], 0, 0);
        for seed in first..first + runs {
            let mut rng = Pcg64Mcg::seed_from_u64(seed);
            let case = make(&mut rng);
            let f = Scalar::new(case.dim, &*case.f);
            let config = Config {
                neval,
                n_adapt: 5,
                seed,
                ..Config::default()
            };
            let mut vegas = Vegas::new(case.dim, config).expect("valid");
            vegas.set_threads(1);
            vegas
                .adapt(&f, &mut silent)
                .expect("finite, and not zero everywhere");
            let m = vegas
                .measure(&f, &Plan::new(neval, 5), &mut (), &mut silent)
                .expect("finite");
            let off = m.estimate.pull(case.exact).abs() > 4.0;
            if off {
                wrong += 1;
                silently += u64::from(m.trustworthy());
                continue;
            }
            right += 1;
            falsely += u64::from(!m.trustworthy());
            for alarm in &m.alarms {
                let k = match alarm {
                    Alarm::HeavyPoint { .. } => 0,
                    Alarm::Disagreement { .. } => 1,
                    _ => 2,
                };
                by_kind[k] += 1;
            }
        }
        let [heavy, disagree, missed] = by_kind;
        println!(
            "| {name} | {right} | {falsely} | {heavy} | {disagree} | {missed} | {wrong} | {silently} |"
        );
    }
}
