//! The average over φ_q, exact with two evaluations.
//!
//! With s = s̄ − δ cosφ_q everything else fixed, A is a Laurent polynomial in s with powers s⁻² to
//! s¹, so s²A is a cubic. The two-point Gauss rule for the weight ds/(s²√((s−s₋)(s₊−s))) is exact
//! for cubics; with D² = s₊s₋ = s̄² − δ² its nodes are the roots of s² − (s̄+D)s + D² and
//!
//! ```text
//! ⟨A⟩ = w₁A(s₁) + w₂A(s₂),  w₁,₂ = ½[1 ± √((s̄−D)/(s̄+3D))],
//! cosφ₁,₂ = [√(s̄−D) ∓ √(s̄+3D)] / (2√(s̄+D))
//! ```
//!
//! (moments ⟨s⁻²⟩ = s̄/D³, ⟨s⁻¹⟩ = 1/D). Both weights are positive: nothing cancels.

/// One of the two nodes.
#[derive(Debug, Clone, Copy)]
pub(super) struct AzimuthNode {
    /// s in GeV².
    pub(super) s: f64,
    /// cosφ_q.
    pub(super) cos: f64,
    /// sinφ_q ≥ 0.
    pub(super) sin: f64,
    /// Weight; the two add up to 1.
    pub(super) weight: f64,
}

/// The rule for s between `s_mean` − `delta` and `s_mean` + `delta` > 0 (GeV²).
#[inline(always)]
pub(super) fn azimuth_nodes(s_mean: f64, delta: f64) -> [AzimuthNode; 2] {
    // Rounding may carry δ past s̄ where the range of s spans sixteen digits.
    let low = s_mean - delta;
    let low = if low > 0.0 {
        low
    } else {
        f64::EPSILON * s_mean
    };
    let d = (low * (s_mean + delta)).sqrt();
    let excess = delta * delta / (s_mean + d);
    let (a, b, c) = (excess.sqrt(), (excess + 4.0 * d).sqrt(), excess + 2.0 * d);
    let half_inv = 0.5 / c.sqrt();
    let sum = c + a * b;
    let ratio = a / b;
    let s = 0.5 * sum;
    let first = AzimuthNode {
        s,
        cos: -4.0 * d * half_inv / (a + b),
        sin: (0.5 * sum / c).sqrt(),
        weight: 0.5 * (1.0 + ratio),
    };
    let second = AzimuthNode {
        s: d * d / s,
        cos: (a + b) * half_inv,
        sin: d * (2.0 / (c * sum)).sqrt(),
        weight: 2.0 * d / (b * b * (1.0 + ratio)),
    };
    [first, second]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_from_minus_two_to_one_average_exactly() {
        for delta in [1e-9, 0.3, 0.9, 1.0 - 1e-6] {
            let rule = azimuth_nodes(1.0, delta);
            let d = ((1.0 - delta) * (1.0 + delta)).sqrt();
            for (power, exact) in [(-2, d.powi(-3)), (-1, 1.0 / d), (0, 1.0), (1, 1.0)] {
                let mean: f64 = rule.iter().map(|n| n.weight * n.s.powi(power)).sum();
                assert!(
                    (mean / exact - 1.0).abs() < 1e-13,
                    "delta {delta}, power {power}"
                );
            }
        }
    }

    #[test]
    fn nodes_lie_on_the_circle_and_give_their_s() {
        for delta in [1e-9, 0.3, 0.9, 1.0 - 1e-6] {
            let rule = azimuth_nodes(1.0, delta);
            for n in rule {
                let (c, s) = (n.cos, n.sin);
                assert!((c * c + s * s - 1.0).abs() < 1e-14);
                assert!((1.0 - delta * c - n.s).abs() < 1e-14);
            }
        }
    }
}
