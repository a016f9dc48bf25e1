//! γN → χχ̄N: the pair from a real photon in the field of a nucleus, both photons on χ (order Q_χ⁴).
//!
//! Exact at tree level with the recoil of the nucleus and its form factor (amplitude level, Z F(t)). With
//! s = M² + 2Mω, W the mass of the pair, q = P − P′, t = −q², k·q = (W² + t)/2 and the nuclear current
//! J = P + P′, split into its part transverse to both photons and that along Q, Q² = 1 ([BGMS75] §5):
//!
//! ```text
//! dσ/dt dW² = Q⁴ α Z²F²/(8π M²ω² t²) k·q [J_T² σ_T + J_L² σ_L],    J_T² = s (t − t_min)(t_max − t)/(k·q)²
//! J_L² = t (2Mω − k·q)²/(k·q)²,    t_min t_max = M²W⁴/s
//! ```
//!
//! with σ_T, σ_L of γγ* → χχ̄ for a transverse and a scalar γ* and the flux 4k·q (`two_photon`). A nucleus of
//! spin ½ adds 2t to J_T² and −t to J_L². Events are spread as |A|², A the amplitude with J itself, so with the
//! correlation of the planes. σ goes with (Q_χ/e)⁴. Checked by e⁺e⁻ of high energy on a point, 28/9 α Z²(α/m)²(ln 2ω/m − 109/42).
//! Left out: Coulomb corrections, and the inelastic nucleus but for form factors that have it.
//! Pinned by `tests/photon_conversion.rs`.

mod at_energy;
mod conversion;
mod points;
mod process;
mod quadrature;
mod two_photon;

pub use conversion::Conversion;
pub(super) use process::PhotonConversionOf;
