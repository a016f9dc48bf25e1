//! Upper limits on a Poisson signal over an expected background, by CLs.
//!
//! The limit s solves `P(≤ n | s + b)/P(≤ n | b) = 1 − CL` ([Read02]), which is
//! also the Bayesian limit with a flat prior. Without events it is ln(1/(1 − CL)) whatever b.

/// Sums beyond this are taken out of the series.
const LARGE: f64 = 1e200;

/// Upper limit on the expected signal at confidence level `level` (0 … 1) when `observed` events
/// were seen and `background` were expected.
pub fn cls_upper_limit(observed: u32, background: f64, level: f64) -> f64 {
    // Everything relative to e^(−b): the ratio is e^(−s) S(s + b)/S(b), S the truncated series.
    let series = |mean: f64| {
        let (mut term, mut sum, mut scale) = (1.0, 1.0, 0.0);
        for k in 1..=observed {
            term *= mean / f64::from(k);
            sum += term;
            // Before it overflows, it is taken out as a factor.
            if sum > LARGE {
                scale += libm::log(sum);
                (term, sum) = (term / sum, 1.0);
            }
        }
        scale + libm::log(sum)
    };
    let at_zero = series(background);
    let excess = |s: f64| series(s + background) - at_zero - s - libm::log1p(-level);
    let (mut low, mut high) = (0.0, 1.0);
    while excess(high) > 0.0 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        match excess(middle) > 0.0 {
            true => low = middle,
            false => high = middle,
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_the_textbook_ones() {
        // [PDG22] Table 40.3, upper limits for b = 0 (n = 0, 1, 2, 3 at 90 % and 95 %).
        for (n, at_90, at_95) in [
            (0, 2.30, 3.00),
            (1, 3.89, 4.74),
            (2, 5.32, 6.30),
            (3, 6.68, 7.75),
        ] {
            assert!((cls_upper_limit(n, 0.0, 0.90) - at_90).abs() < 0.006);
            assert!((cls_upper_limit(n, 0.0, 0.95) - at_95).abs() < 0.006);
        }
    }

    #[test]
    fn thousands_of_events_do_not_overflow() {
        // Root of the regularised incomplete gamma function Q(n + 1, s) = 0.1, by mpmath.findroot.
        for (n, expected) in [(1000, 1_041.754_569_077_64), (100_000, 100_406.477_736_554)] {
            let found = cls_upper_limit(n, 0.0, 0.9);
            assert!((found / expected - 1.0).abs() < 1e-8, "{n}: {found}");
        }
    }

    #[test]
    fn background_does_not_matter_without_events_and_lowers_the_limit_with_them() {
        let none = cls_upper_limit(0, 5.0, 0.9);
        assert!((none - 10f64.ln()).abs() < 1e-12);
        let clean = cls_upper_limit(3, 0.0, 0.9);
        let expected = cls_upper_limit(3, 3.0, 0.9);
        assert!(expected < clean && expected > none);
        // (1+s+b+(s+b)²/2+…) e^(−s)/(1+b+…) = 0.1 at the limit itself.
        let sum = |x: f64| 1.0 + x + x * x / 2.0 + x * x * x / 6.0;
        let found = sum(expected + 3.0) * (-expected).exp() / sum(3.0);
        assert!((found - 0.1).abs() < 1e-12);
    }
}
