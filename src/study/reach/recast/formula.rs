//! The integral of [GKK18] Eqs. (18)–(20) over the pair mass; see [`super`]. Pinned by `tests/reach.rs`.

use crate::dark_sector::MilliCharged;
use crate::process::radiation::quadrature::{gauss_legendre, spectral_function};

/// Nodes between two masses of a file or a grid.
const NODES: usize = 16;

/// The limit on Q_χ/e from ε_up, known and smooth between neighbours of the rising `masses_gev`;
/// nothing where they end below 2 m_χ. The charge of `chi` does not matter.
pub fn recast(
    chi: &MilliCharged,
    masses_gev: &[f64],
    epsilon_up: impl Fn(f64) -> f64,
) -> Option<f64> {
    let chi = chi.of_charge_e();
    let threshold = 2.0 * chi.mass_gev;
    let rule = gauss_legendre(NODES);
    // In r = √ln(M/2m) the threshold is smooth: dM² = 4 M² r dr.
    let root = |mass: f64| libm::sqrt(libm::log(mass / threshold).max(0.0));
    let mut sum = 0.0;
    for pair in masses_gev.windows(2) {
        let (low, high) = (root(pair[0]), root(pair[1]));
        for &(z, w) in &rule {
            let r = low + (high - low) * z;
            let mass = threshold * libm::exp(r * r);
            let k2 = mass * mass;
            if high > low {
                let epsilon = epsilon_up(mass.clamp(pair[0], pair[1]));
                let density = spectral_function(&chi, k2) / (epsilon * epsilon);
                sum += w * (high - low) * 4.0 * k2 * r * density;
            }
        }
    }
    (sum > 0.0).then(|| 1.0 / sum.sqrt())
}
