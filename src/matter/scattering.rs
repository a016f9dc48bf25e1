//! Multiple scattering of the beam before the vertex.
//!
//! The angle in a plane after a thickness x of radiation length X0 is gaussian of the rms ([PDG22] Eq. (34.16), Highland)
//!
//! ```text
//! θ0 = 13.6 MeV/(βcp) √(x/X0) [1 + 0.038 ln(x/(X0 β²))]
//! ```
//!
//! good to 11 % for 10⁻³ < x/X0 < 100; its tails, of single scatters, are left out. Below, the bracket is kept
//! from falling under that at 10⁻³. The offset goes with the angle by [PDG22] Eqs. (34.20) and (34.21). Momenta in
//! GeV, angles in rad. Pinned by the tests below and `tests/beam.rs`.

named! {
    /// Whether the beam scatters in the target before the vertex.
    pub enum MultipleScattering {
        /// It goes straight.
        None = "none",
        /// Gaussian by Highland's formula.
        Highland = "highland",
    }
}

/// Thickness over X0 where the formula begins.
const THINNEST: f64 = 1e-3;

/// Rms angle in a plane behind `thickness_x0` radiation lengths of a particle of charge one, this momentum in GeV and β.
pub fn highland_rad(momentum_gev: f64, beta: f64, thickness_x0: f64) -> f64 {
    let log = libm::log(thickness_x0.max(THINNEST) / (beta * beta));
    13.6e-3 / (beta * momentum_gev) * thickness_x0.sqrt() * (1.0 + 0.038 * log)
}

/// Offset and angle in a plane behind a thickness, from the rms angle and two standard normal numbers.
pub fn offset_and_angle(thickness: f64, rms_rad: f64, [a, b]: [f64; 2]) -> (f64, f64) {
    // 1/√12 and 1/2 make the correlation √3/2.
    let offset = thickness * rms_rad * (a / 12.0_f64.sqrt() + 0.5 * b);
    (offset, rms_rad * b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn electrons_of_8_gev_get_8_mev_in_the_target_of_ldmx() {
        // LDMX's design (arXiv:1808.05219) has about 8 MeV of pT in 0.4 X0 of aluminium.
        let pt_mev = 8e3 * highland_rad(8.0, 1.0, 0.4);
        assert!((pt_mev - 8.302).abs() < 1e-3, "{pt_mev}");
        // [PDG22]: 13.6 MeV √x [1 + 0.038 ln x] at one radiation length is 13.6 MeV.
        assert!((1e3 * highland_rad(1.0, 1.0, 1.0) - 13.6).abs() < 1e-12);
        // Where nothing is, nothing scatters, and the formula does not turn over.
        let thin = [0.0, 1e-12, 1e-6, 1e-3, 1e-2].map(|x| highland_rad(8.0, 1.0, x));
        assert!(thin[0] == 0.0 && thin.is_sorted(), "{thin:?}");
    }

    #[test]
    fn offset_and_angle_have_the_moments_of_a_random_walk() {
        let (one, other) = ([1.0, 0.0], [0.0, 1.0]);
        let (x, y) = (
            offset_and_angle(2.0, 3.0, one),
            offset_and_angle(2.0, 3.0, other),
        );
        // ⟨y²⟩ = x²θ²/3 and ⟨yθ⟩ = xθ²/2.
        assert!((x.0 * x.0 + y.0 * y.0 - 4.0 * 9.0 / 3.0).abs() < 1e-12);
        assert!((x.0 * x.1 + y.0 * y.1 - 2.0 * 9.0 / 2.0).abs() < 1e-12);
    }
}
