//! An estimate with its error, and how estimates of several iterations agree.
//!
//! Iterations are averaged by their number of evaluations, never by inverse variance, which is
//! biased low when large values also make large errors. With `m` iterations of mean `I_j`, error
//! `σ_j` and share `p_j` of the evaluations: `I = Σ p_j I_j`, `σ² = Σ p_j² σ_j²`,
//! `χ² = Σ (I_j − I)² / σ_j²` with `m − 1` degrees of freedom, and `Q` the probability of a larger
//! `χ²` ([Lep21]). Pinned by the tests below and `tests/pulls.rs`.

use crate::bits;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A number with one standard deviation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean.
    #[serde(with = "bits::number")]
    pub mean: f64,
    /// Its standard deviation.
    #[serde(with = "bits::number")]
    pub sdev: f64,
}

impl Estimate {
    /// Deviation from `truth` in standard deviations.
    pub fn pull(&self, truth: f64) -> f64 {
        (self.mean - truth) / self.sdev
    }

    /// Error over mean, both as magnitudes.
    pub fn relative_error(&self) -> f64 {
        self.sdev / self.mean.abs()
    }
}

/// Prints `1.2345(67)`: the last digits of the mean and the error in units of them.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mean, sdev } = *self;
        if !(mean.is_finite() && sdev.is_finite() && sdev > 0.0) {
            return write!(f, "{mean} ± {sdev}");
        }
        let decade = |v: f64| {
            // `{:e}` rounds correctly, so the exponent is that of the two printed digits.
            let s = format!("{v:.1e}");
            s[s.find('e').map_or(0, |at| at + 1)..]
                .parse::<i32>()
                .unwrap_or(0)
        };
        let last = decade(sdev) - 1;
        let power = decade(mean.abs().max(sdev));
        let (shift, suffix) = if (-4..6).contains(&power) && last <= 0 {
            (0, String::new())
        } else {
            (power, format!("e{power}"))
        };
        let decimals = (shift - last).max(0) as usize;
        let unit = libm::scalbn(1.0, 0) * pow10(shift);
        let digits = (sdev / pow10(last)).round();
        write!(f, "{:.decimals$}({digits:.0}){suffix}", mean / unit)
    }
}

/// A power of ten for printing.
fn pow10(n: i32) -> f64 {
    libm::pow(10.0, f64::from(n))
}

/// The average of iterations, one after the other, with their χ² about it.
///
/// χ² is kept about the first mean, `Σ (m − m₀)²/s²` and so on, so that each iteration costs the same
/// however many there are. Errors count as `10⁻¹³` of the largest mean at least: means that differ
/// by rounding agree.
#[derive(Clone, Copy, Debug, Default)]
pub struct Average {
    iterations: u64,
    points: u64,
    /// `Σ n m` and `Σ (n s)²`.
    sum: f64,
    variance: f64,
    /// The first mean, and the largest magnitude of one.
    origin: f64,
    scale: f64,
    /// `Σ d²/s²`, `Σ d/s²`, `Σ 1/s²` of the deviations `d` from the first mean.
    moments: [f64; 3],
    /// Iterations that are zero without error before any that is not.
    blank: u64,
}

impl Average {
    /// Adds an iteration of `n` points.
    pub fn add(&mut self, e: Estimate, n: u64) {
        let points = n as f64;
        if self.iterations == 0 {
            self.origin = e.mean;
        }
        self.iterations += 1;
        self.points += n;
        self.sum += points * e.mean;
        self.variance += (points * e.sdev) * (points * e.sdev);
        self.scale = self.scale.max(e.mean.abs());
        let error = e.sdev.max(1e-13 * self.scale);
        if error == 0.0 {
            self.blank += 1;
            return;
        }
        let (d, w) = ((e.mean - self.origin) / error, 1.0 / error);
        for (sum, term) in self.moments.iter_mut().zip([d * d, d * w, w * w]) {
            *sum += term;
        }
    }

    /// Mean and error; zero before the first iteration.
    pub fn estimate(&self) -> Estimate {
        let points = self.points.max(1) as f64;
        Estimate {
            mean: self.sum / points,
            sdev: self.variance.sqrt() / points,
        }
    }

    /// χ²/dof and Q; `None` below two iterations.
    pub fn chi2_dof_and_q(&self) -> Option<(f64, f64)> {
        if self.iterations < 2 {
            return None;
        }
        let mean = self.estimate().mean;
        let shift = mean - self.origin;
        let [squares, products, weights] = self.moments;
        let chi2 = match self.blank > 0 && mean != 0.0 {
            true => f64::INFINITY,
            false => (squares - shift * (2.0 * products - shift * weights)).max(0.0),
        };
        let dof = (self.iterations - 1) as f64;
        Some((chi2 / dof, gamma_q(dof / 2.0, chi2 / 2.0)))
    }
}

/// Averages iterations given as (estimate, evaluations); also χ²/dof and Q (`None` below two).
pub fn average(iterations: &[(Estimate, u64)]) -> (Estimate, Option<(f64, f64)>) {
    let mut average = Average::default();
    iterations.iter().for_each(|&(e, n)| average.add(e, n));
    (average.estimate(), average.chi2_dof_and_q())
}

/// Regularised upper incomplete gamma function `Q(a, x)`: the probability that χ² with `2a`
/// degrees of freedom exceeds `2x` (series below `x = a + 1`, Legendre's continued fraction above).
pub fn gamma_q(a: f64, x: f64) -> f64 {
    if x.is_nan() || x == f64::INFINITY {
        return 0.0;
    }
    if x <= 0.0 {
        return 1.0;
    }
    let front = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > sum * f64::EPSILON {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return 1.0 - front * sum;
    }
    // Modified Lentz evaluation.
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..10_000 {
        let k = f64::from(i);
        let an = -k * (k - a);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = b + an / c;
        c = if c.abs() < TINY { TINY } else { c };
        let delta = d * c;
        h *= delta;
        if (delta - 1.0).abs() < 4.0 * f64::EPSILON {
            break;
        }
    }
    front * h
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(mean: f64, sdev: f64) -> String {
        Estimate { mean, sdev }.to_string()
    }

    #[test]
    fn an_estimate_prints_its_error_in_units_of_the_last_digits() {
        assert_eq!(shown(1.23456, 0.0067), "1.2346(67)");
        assert_eq!(shown(-0.001234, 0.000_021), "-0.001234(21)");
        assert_eq!(shown(278_325.0, 27.0), "278325(27)");
        assert_eq!(shown(278_325.0, 270.0), "2.7832(27)e5");
        assert_eq!(shown(3.21e-9, 4.5e-11), "3.210(45)e-9");
        assert_eq!(shown(0.999, 0.0996), "1.00(10)");
        assert_eq!(shown(1.0, 0.0), "1 ± 0");
    }

    #[test]
    fn q_agrees_with_tabulated_chi_squared_probabilities() {
        // 95 % points of χ² with 1, 10 and 100 degrees of freedom.
        for (dof, chi2) in [
            (1.0, 3.841_458_820_694),
            (10.0, 18.307_038_053_275),
            (100.0, 124.342_113_404_004),
        ] {
            assert!(
                (gamma_q(dof / 2.0, chi2 / 2.0) - 0.05).abs() < 1e-10,
                "dof {dof}"
            );
        }
        assert!((gamma_q(1.0, 0.3) - libm::exp(-0.3)).abs() < 1e-15);
    }

    #[test]
    fn means_that_differ_by_rounding_agree_and_a_blank_one_among_others_does_not() {
        let of = |means: &[f64], sdev: f64| {
            let parts: Vec<_> = means
                .iter()
                .map(|&mean| (Estimate { mean, sdev }, 10))
                .collect();
            average(&parts).1.expect("two iterations").0
        };
        assert!(of(&[1.0, 1.0 + 1e-15, 1.0 - 1e-15], 0.0) < 1e-3);
        assert!(of(&[1.0, 1.001], 0.0) > 1e9);
        assert_eq!(of(&[0.0, 0.0], 0.0), 0.0);
        assert_eq!(of(&[0.0, 1.0, 1.0], 0.0), f64::INFINITY);
        // Far from zero, near each other: ±1 standard deviation each.
        assert!((of(&[1e6 + 1.0, 1e6 - 1.0], 1.0) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn iterations_are_averaged_by_their_evaluations() {
        let a = Estimate {
            mean: 1.0,
            sdev: 0.1,
        };
        let b = Estimate {
            mean: 2.0,
            sdev: 0.2,
        };
        let (e, chi) = average(&[(a, 300), (b, 100)]);
        assert_eq!(e.mean, 1.25);
        assert!((e.sdev - (0.075f64.powi(2) + 0.05f64.powi(2)).sqrt()).abs() < 1e-15);
        let (chi2_dof, q) = chi.expect("two iterations");
        assert!((chi2_dof - (6.25 + 14.0625)).abs() < 1e-12);
        assert!(q < 1e-4);
    }
}
