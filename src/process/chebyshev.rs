//! Chebyshev polynomials through values at cos(πj/n), j = 0 … n. Pinned by the tests below.

use core::f64::consts::PI;

/// Where value `j` of `n + 1` stands in [−1, 1], from 1 downwards.
pub(super) fn node(j: usize, n: usize) -> f64 {
    libm::cos(PI * j as f64 / n as f64)
}

/// Coefficients of the polynomial through values at all nodes, of which there are at least three.
pub(super) fn coefficients(values: &[f64]) -> Vec<f64> {
    let n = values.len() - 1;
    let half = |i: usize| if i == 0 || i == n { 0.5 } else { 1.0 };
    let one = |k: usize| {
        let terms = values.iter().enumerate().map(|(j, value)| {
            let angle = PI * ((j * k) % (2 * n)) as f64 / n as f64;
            half(j) * value * libm::cos(angle)
        });
        half(k) * 2.0 / n as f64 * terms.sum::<f64>()
    };
    (0..=n).map(one).collect()
}

/// The largest of the last three coefficients, in size.
pub(super) fn tail(coefficients: &[f64]) -> f64 {
    let last = coefficients.iter().rev().take(3);
    last.fold(0.0, |most: f64, c| most.max(c.abs()))
}

/// The polynomial at z in [−1, 1], by Clenshaw's recurrence.
pub(super) fn at(coefficients: &[f64], z: f64) -> f64 {
    let (mut b, mut after) = (0.0, 0.0);
    for c in coefficients[1..].iter().rev() {
        (b, after) = (2.0 * z * b - after + c, b);
    }
    coefficients[0] + z * b - after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polynomial_goes_through_its_values_and_is_exact_for_its_degree() {
        let curve = |z: f64| 1.0 - 2.0 * z + 3.0 * z * z - 4.0 * z * z * z;
        let values: Vec<f64> = (0..=8).map(|j| curve(node(j, 8))).collect();
        let coefficients = coefficients(&values);
        for z in [-1.0, -0.9, -0.3, 0.0, 0.51, 1.0] {
            assert!((at(&coefficients, z) - curve(z)).abs() < 1e-13, "{z}");
        }
        assert!(tail(&coefficients) < 1e-14 && coefficients[3].abs() > 0.9);
    }
}
