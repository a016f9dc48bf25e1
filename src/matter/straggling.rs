//! Energy loss of electrons by bremsstrahlung, after Tsai and Whitis ([TW66] Phys. Rev. 149, 1248).
//!
//! After `t` radiation lengths an electron of energy E0 has energy E with the probability density
//! `I(E0,E,t) = (1/E0) [ln(E0/E)]^(bt−1)/Γ(bt)`, b = 4/3. The share above E = z E0 is therefore the
//! regularised incomplete gamma function `P(bt, ln(1/z))`. For electrons and positrons only: muons
//! radiate too little. Depths in radiation lengths. Pinned by the tests below.

/// b of [TW66]: the spectrum of bremsstrahlung integrated over photon energies.
const B: f64 = 4.0 / 3.0;

/// Share of electrons with more than `energy_share` (0 … 1) of their energy after `depth_x0`.
pub fn surviving_share(depth_x0: f64, energy_share: f64) -> f64 {
    let (a, x) = (B * depth_x0, -libm::log(energy_share));
    if a <= 0.0 {
        return 1.0;
    }
    // P(a,x) = x^a e^(−x)/Γ(a+1) · Σ x^n/((a+1)…(a+n)); all terms are positive.
    let (mut term, mut sum, mut n) = (1.0, 1.0, 0.0);
    while term > f64::EPSILON * sum {
        n += 1.0;
        term *= x / (a + n);
        sum += term;
    }
    (sum * libm::exp(a * libm::log(x) - x - libm::lgamma(a + 1.0))).min(1.0)
}

/// Depth in X0 beyond which less than 1e-9 of the electrons have more than `energy_share` (0 … 1) of their energy.
pub(crate) fn deepest_x0(energy_share: f64) -> f64 {
    /// The depth for this share of the energy and all above.
    const OF_MOST: (f64, f64) = (16.0, 0.02);
    let (mut depth, most) = OF_MOST;
    while energy_share < most && surviving_share(depth, energy_share) > 1e-9 {
        depth += 1.0;
    }
    depth
}

/// Depths (X0) at `steps + 1` equal steps of probability at which an electron collides, if it does
/// so with the same cross section as long as it has more than `energy_share` of its energy.
pub fn collision_depth_quantiles_x0(
    thickness_x0: f64,
    energy_share: f64,
    steps: usize,
) -> Vec<f64> {
    /// Intervals of the trapezoidal rule; its error is below 1e-6 of the thickness.
    const GRID: usize = 4096;
    let depth = |i: usize| thickness_x0 * i as f64 / GRID as f64;
    let share: Vec<f64> = (0..=GRID)
        .map(|i| surviving_share(depth(i), energy_share))
        .collect();
    let mut cumulative = vec![0.0; GRID + 1];
    for i in 0..GRID {
        cumulative[i + 1] = cumulative[i] + 0.5 * (share[i] + share[i + 1]);
    }
    let quantile = |k: usize| {
        let wanted = cumulative[GRID] * k as f64 / steps as f64;
        let above = cumulative.partition_point(|&c| c < wanted).clamp(1, GRID);
        let (low, high) = (cumulative[above - 1], cumulative[above]);
        let inside = if high > low {
            (wanted - low) / (high - low)
        } else {
            1.0
        };
        depth(above - 1) + inside * (depth(above) - depth(above - 1))
    };
    (0..=steps).map(quantile).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surviving_share_is_the_incomplete_gamma_function() {
        // P(4t/3, ln(1/z)) computed with mpmath.gammainc(…, regularized=True) to 30 digits.
        let known = [
            (0.75, 0.5, 0.5),
            (1.5, 0.5, 0.153_426_409_720_027_35),
            (0.01, 0.9, 0.976_475_823_689_489_6),
            (3.0, 0.1, 0.201_178_725_947_327_9),
        ];
        for (t, z, expected) in known {
            let found = surviving_share(t, z);
            assert!((found / expected - 1.0).abs() < 1e-13, "{t} {z}: {found}");
        }
        assert_eq!(surviving_share(0.0, 0.5), 1.0);
    }

    #[test]
    fn the_effective_length_of_a_thick_target_is_below_one_radiation_length() {
        // ∫ P(4t/3, ln 2) dt from 0 to infinity by mpmath.quad.
        let expected = 0.869_998_298;
        let n = 40_000;
        let step = 40.0 / f64::from(n);
        let length: f64 = (0..n)
            .map(|i| surviving_share((f64::from(i) + 0.5) * step, 0.5))
            .sum();
        assert!((length * step - expected).abs() < 1e-5, "{}", length * step);
    }

    #[test]
    fn quantiles_rise_from_face_to_face_and_fall_short_of_uniform() {
        let depths = collision_depth_quantiles_x0(40.0, 0.5, 1000);
        assert_eq!((depths[0], depths.len()), (0.0, 1001));
        assert!((5.0..=40.0).contains(&depths[1000]) && depths.is_sorted());
        // Half of the collisions happen before half of the effective length is exhausted.
        let median = depths[500];
        let before: f64 = (0..1000)
            .map(|i| surviving_share(median * (f64::from(i) + 0.5) / 1e3, 0.5))
            .sum();
        assert!(
            (before * median / 1e3 - 0.5 * 0.869_998_298).abs() < 1e-5,
            "{median}"
        );
        let thin = collision_depth_quantiles_x0(1e-6, 0.5, 2);
        assert!((thin[1] / 0.5e-6 - 1.0).abs() < 1e-5, "{thin:?}");
    }
}
