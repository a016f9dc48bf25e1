//! Gauss–Legendre rules on [0, 1] and the ladder of sizes that refinement climbs.
//!
//! Nodes by Newton's method on the three-term recurrence; weights 2/((1−z²)P′ₙ²), halved for the
//! unit interval. Pinned by the tests below: exact for polynomials of degree 2n − 1.

use core::f64::consts::PI;
use std::sync::OnceLock;

/// Numbers of nodes of the refinement levels; two levels up is twice the number.
pub(in crate::process::radiation) const SIZES: [usize; 16] = [
    4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768,
];

/// The rule of a refinement level below `SIZES.len()`, computed once.
pub(in crate::process::radiation) fn rule(level: usize) -> &'static Rule {
    static RULES: [OnceLock<Rule>; SIZES.len()] = [const { OnceLock::new() }; SIZES.len()];
    RULES[level].get_or_init(|| Rule::gauss_legendre(SIZES[level]))
}

/// A rule whose node count is filled up to a multiple of [`LANES`] with nodes of weight zero.
#[derive(Debug, Clone)]
pub(in crate::process::radiation) struct Rule {
    /// Nodes in (0, 1).
    pub(in crate::process::radiation) z: Vec<f64>,
    /// Weights, Σ = 1.
    pub(in crate::process::radiation) w: Vec<f64>,
    /// Number of nodes that count.
    pub(in crate::process::radiation) n: usize,
}

/// Vector loops run over blocks of this many nodes.
pub(in crate::process::radiation) const LANES: usize = 8;

impl Rule {
    /// The `n`-point rule.
    pub(in crate::process::radiation) fn gauss_legendre(n: usize) -> Self {
        let mut z = vec![0.0; n];
        let mut w = vec![0.0; n];
        for i in 0..n.div_ceil(2) {
            let mut x = libm::cos(PI * (i as f64 + 0.75) / (n as f64 + 0.5));
            let mut slope = 1.0;
            // Quadratic convergence from Tricomi's guess: five steps are plenty.
            for _ in 0..6 {
                let (p, previous) = legendre(n, x);
                slope = n as f64 * (x * p - previous) / ((x - 1.0) * (x + 1.0));
                x -= p / slope;
            }
            let weight = 1.0 / ((1.0 - x) * (1.0 + x) * slope * slope);
            (z[i], w[i]) = (0.5 * (1.0 - x), weight);
            (z[n - 1 - i], w[n - 1 - i]) = (0.5 * (1.0 + x), weight);
        }
        let padded = n.next_multiple_of(LANES);
        z.resize(padded, 0.5);
        w.resize(padded, 0.0);
        Self { z, w, n }
    }

    /// Nodes and weights that count.
    pub(in crate::process::radiation) fn nodes(&self) -> impl Iterator<Item = (f64, f64)> {
        self.z
            .iter()
            .copied()
            .zip(self.w.iter().copied())
            .take(self.n)
    }
}

/// (Pₙ(x), Pₙ₋₁(x)).
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut p, mut previous) = (x, 1.0);
    for k in 2..=n {
        let k = k as f64;
        (p, previous) = (((2.0 * k - 1.0) * x * p - (k - 1.0) * previous) / k, p);
    }
    (p, previous)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_integrates_powers_up_to_its_degree() {
        for n in SIZES {
            let rule = Rule::gauss_legendre(n);
            for power in [0, 1, 2, n as i32, 2 * n as i32 - 1] {
                let sum: f64 = rule.nodes().map(|(z, w)| w * z.powi(power)).sum();
                let exact = 1.0 / (f64::from(power) + 1.0);
                assert!(
                    (sum / exact - 1.0).abs() < 2e-14 * n as f64,
                    "n {n}, power {power}"
                );
            }
        }
    }

    #[test]
    fn a_rule_is_not_exact_beyond_its_degree() {
        let sum: f64 = Rule::gauss_legendre(4)
            .nodes()
            .map(|(z, w)| w * z.powi(8))
            .sum();
        assert!((sum * 9.0 - 1.0).abs() > 1e-6);
    }

    #[test]
    fn filling_nodes_carry_no_weight() {
        let rule = Rule::gauss_legendre(12);
        assert_eq!(rule.z.len(), 16);
        assert!(rule.w[12..].iter().all(|w| *w == 0.0));
    }
}
