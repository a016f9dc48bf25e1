//! Limits of the Weizsäcker–Williams formulas, as functions with their ranges.
//!
//! They follow from [GKK18] Eqs. (7)–(10) with the flux frozen at its value for the mass that
//! dominates, in the manner of [GKK18] Eqs. (13)–(15); what each neglects is in its description.
//! Pinned by `tests/ww.rs` against the integrals they are limits of.

use core::f64::consts::PI;

use super::Setup;
use super::flux::Flux;
use super::wwa::HeavyChi;
use crate::constants::{ALPHA, GEV_M2_TO_PB};
use crate::dark_sector::{ChiSpin, MilliCharged};

/// Flux of a screened dipole (`tsai-elastic`) for t_min ≪ d ≪ t_max:
/// χ → Z² [ln(d/(1/a² + t_min)) − 2], `t_min` in GeV².
///
/// Complete screening, t_min ≪ 1/a², gives Z² [ln(a²d) − 2]: the value at E0 → ∞. Neglects terms
/// of relative size (1/a² + t_min)/d and d/t_max.
pub fn flux_high_energy(setup: &Setup, t_min: f64) -> f64 {
    let (screening, size) = setup.form_factor.scales().smooth_between_gev2;
    let z = f64::from(setup.nucleus.z);
    z * z * (libm::log(size / (screening + t_min)) - 2.0)
}

/// σ(x > x_min) in pb for m_χ ≫ m: the closed form of `wwa` with the constant that integrating
/// [GKK18] Eqs. (7)–(10) gives, ½ + ⟨ln y⟩ − (1−x_min)³/3, 1.639 for a Dirac χ at x_min = ½.
///
/// Neglects m²/m_χ², the fall of the flux with k² and m_χ/E0. It is the limit of the approximation,
/// and of the exact σ only where the beam energy is beyond all: for electrons near x → 1 the flux ends
/// at t ~ k²(1−x) + m² instead of k² + m², for muons U spreads over it. For 100 GeV on lead it is 1.4
/// (10 MeV) to 9.5 (500 MeV) times the exact σ of electrons, 2.8 (100 MeV) to 22 (1 GeV) times that of
/// muons (docs/physics.md).
pub fn sigma_heavy_chi(setup: &Setup) -> f64 {
    let heavy = HeavyChi::new(setup);
    heavy.above(1.0 - setup.cuts.x_min, 0.5 + heavy.mean_log)
}

/// dσ/dx in pb at `x` of a pair for m_χ ≪ m: bremsstrahlung times the logarithm of the pair's mass,
///
/// ```text
/// dσ/dx = (Q_χ/e)² (2α⁴/9π) χ/(m²x) · s { (4−4x+3x²) ℓ − (−2+2x+x²) },
/// ℓ = ln[m²x²/((1−x)m_χ²)] − c,
/// ```
///
/// s = 1, c = 5/3 for a Dirac χ, s = ¼, c = 8/3 for a complex scalar; χ at k² = m².
///
/// Neglects m_χ²/m² and what the flux changes between k² = m_χ² and m².
pub fn dsigma_dx_light_chi(setup: &Setup, chi: &MilliCharged, x: f64) -> f64 {
    let c = &setup.collision;
    let (strength, offset) = match chi.spin {
        ChiSpin::Dirac => (1.0, 5.0 / 3.0),
        ChiSpin::Scalar => (0.25, 8.0 / 3.0),
    };
    let ratio = c.m * x / chi.mass_gev;
    let log = libm::log(ratio * ratio / (1.0 - x)) - offset;
    let bracket = (4.0 - 4.0 * x + 3.0 * x * x) * log - (-2.0 + 2.0 * x + x * x);
    let m2 = c.m * c.m;
    let t = m2 / (2.0 * c.e0);
    let flux = Flux::new(setup).at(t * t, 2.0 * m2);
    let alpha2 = ALPHA * ALPHA;
    let factor = chi.charge * chi.charge * 2.0 * alpha2 * alpha2 / (9.0 * PI) * GEV_M2_TO_PB;
    factor * strength * flux / (m2 * x) * bracket
}
