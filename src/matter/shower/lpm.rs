//! Suppression of bremsstrahlung and pair production by multiple scattering (Landau, Pomeranchuk,
//! Migdal).
//!
//! Parametrisation and equation numbers are from memory; the tests hold them against Migdal's integrals.
//!
//! Migdal's functions φ(s), G(s) and the coefficient ξ(s) in the parametrisation of [SVB82]
//! (Phys. Rev. D 25, 1291), with E_LPM in the convention of [PDG22] Eq. (34.33):
//!
//! ```text
//! s = √[E_LPM k/(8 E E' ξ)],   E_LPM = α m_e² X0/(4π ħc) = 7.7 TeV/cm X0
//! (4/3)(1−y) + y²       →  (ξ/3) [y² G + 2 (1 + (1−y)²) φ]        bremsstrahlung, y = k/E
//! 1 − (4/3) x(1−x)      →  (ξ/3) [G + 2 (x² + (1−x)²) φ]          pairs, x = E₊/k
//! ```
//!
//! with E, E' the energies of the two electrons. φ, G, ξ → 1 where s ≫ 1. Good to 1 % of the
//! suppression; the suppression of photons below 1e-4 E by the medium's polarisation is left out.
//! Pinned by the tests below.

use crate::constants::{ALPHA, ELECTRON_MASS_GEV, HBAR_C_GEV_FM};
use crate::elementary::{exp, ln};

/// 1 cm in fm.
const CM_FM: f64 = 1e13;

/// E_LPM in GeV of a medium with this radiation length in cm.
pub(super) fn energy_gev(radiation_length_cm: f64) -> f64 {
    let per_fm = ALPHA * ELECTRON_MASS_GEV * ELECTRON_MASS_GEV
        / (4.0 * core::f64::consts::PI * HBAR_C_GEV_FM);
    per_fm * radiation_length_cm * CM_FM
}

/// What multiplies the terms with and without a flip of the electron's spin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Suppression {
    /// ξ G(s).
    pub(super) flip: f64,
    /// ξ φ(s).
    pub(super) plain: f64,
}

impl Suppression {
    pub(super) const NONE: Self = Self {
        flip: 1.0,
        plain: 1.0,
    };

    /// `s_bare` is s with ξ = 1, `s1` = (Z^(1/3)/184.15)² that of the element. All cases are computed and one is
    /// taken, so that a loop over energies vectorises.
    #[inline(always)]
    pub(super) fn at(s_bare: f64, s1: f64) -> Self {
        let ln_s1 = ln(s1);
        let h = ln(s_bare) / ln_s1;
        let between = 1.0 + h - 0.08 * (1.0 - h) * h * (2.0 - h) / ln_s1;
        let xi = if s_bare <= s1 { 2.0 } else { between };
        let xi = if s_bare >= 1.0 { 1.0 } else { xi };
        let s = s_bare / xi.sqrt();
        Self {
            flip: xi * g(s),
            plain: xi * phi(s),
        }
    }
}

#[inline(always)]
fn phi(s: f64) -> f64 {
    let s2 = s * s;
    let large = 1.0 - 0.012 / (s2 * s2);
    let cubic = s * s * s / (0.623 + 0.796 * s + 0.658 * s * s);
    let small = 1.0 - exp(-6.0 * s * (1.0 + (3.0 - core::f64::consts::PI) * s) + cubic);
    if s >= 1.55 { large } else { small }
}

#[inline(always)]
fn g(s: f64) -> f64 {
    let s2 = s * s;
    let large = 1.0 - 0.022 / (s2 * s2);
    let u = -0.160_723 + 3.755_030 * s - 1.798_138 * s2 + 0.672_827 * s2 * s - 0.120_772 * s2 * s2;
    // tanh u.
    let between = 1.0 - 2.0 / (exp(2.0 * u) + 1.0);
    let quartic = 1.0 + 3.936 * s + 4.97 * s2 - 0.05 * s2 * s + 7.50 * s2 * s2;
    let small = 3.0 * (1.0 - exp(-4.0 * s - 8.0 * s2 / quartic)) - 2.0 * phi(s);
    let below = if s >= 0.415_827 { between } else { small };
    if s >= 1.9156 { large } else { below }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Migdal's integrals φ = 12 s² ∫ coth(t/2) e^(−st) sin(st) dt − 6πs² and
    /// G = 48 s² [π/4 − ½ ∫ e^(−st) sin(st)/sinh(t/2) dt] ([Mig56] Eqs. (46) and (48)) as sums.
    fn by_sums(s: f64) -> (f64, f64) {
        let pi = core::f64::consts::PI;
        // ∫ e^(−nt) e^(−st) sin(st) dt; coth(t/2) = 1 + 2 Σ e^(−nt), 1/sinh(t/2) = 2 Σ e^(−(n+½)t).
        let lorentzian = |n: f64| s / ((n + s) * (n + s) + s * s);
        let (mut coth, mut csch) = (lorentzian(0.0), 0.0);
        let terms = 200_000;
        for n in 1..=terms {
            coth += 2.0 * lorentzian(f64::from(n));
        }
        // The tail of 1/n².
        coth += 2.0 * s / (f64::from(terms) + 0.5 + s);
        for n in 0..terms {
            csch += lorentzian(f64::from(n) + 0.5);
        }
        csch += s / (f64::from(terms) + s);
        let phi = 12.0 * s * s * coth - 6.0 * pi * s * s;
        let g = 12.0 * pi * s * s - 48.0 * s * s * csch;
        (phi, g)
    }

    #[test]
    fn the_parametrisation_follows_migdals_sums() {
        for s in [0.02, 0.1, 0.3, 0.5, 1.0, 1.5, 3.0] {
            let (exact_phi, exact_g) = by_sums(s);
            assert!(
                (phi(s) - exact_phi).abs() < 3e-3,
                "φ({s}) {} {exact_phi}",
                phi(s)
            );
            assert!((g(s) - exact_g).abs() < 1.5e-2, "G({s}) {} {exact_g}", g(s));
        }
    }

    #[test]
    fn lead_has_the_published_energy_and_slow_scattering_leaves_the_rates_alone() {
        // [Klein99] Table II: 4.3 TeV for lead.
        assert!((energy_gev(0.56) / 4.3e3 - 1.0).abs() < 0.01);
        let s1 = 5.6e-4;
        let far = Suppression::at(50.0, s1);
        assert!((far.flip - 1.0).abs() < 1e-6 && (far.plain - 1.0).abs() < 1e-6);
        // Small s: φ → 6s with ξ = 2, s = s_bare/√2.
        let near = Suppression::at(1e-5, s1);
        assert!((near.plain / (12.0 * 1e-5 / 2.0_f64.sqrt()) - 1.0).abs() < 1e-3);
    }
}
