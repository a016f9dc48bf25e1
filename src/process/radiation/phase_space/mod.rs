//! Phase space: the unit hypercube ↔ kinematics, with the Jacobian.
//!
//! ```text
//! dσ = |M|²/(4M|p|) · dk²/2π · |k| dE_k dcosθ_k dφ_k/(16π³) · dt dφ_q/(32π² M |V|)
//!      · β/(8π) · dΩ*/4π                                          [physics note, P.4]
//! ```
//!
//! Seven dimensions for a pair (k², v, w, T, φ_q, cosθ*, φ*), four for a vector of fixed mass;
//! the azimuth of the whole event is trivial. The maps follow the Weizsäcker–Williams shape of
//! the cross section, so that what is left for the adaptive integrator is nearly separable
//! (`docs/derivations/phase_space.md`). Exact kinematic limits, so no point is wasted but at the
//! cuts. Pinned by `tests/phase_space.rs`: map∘inverse, volume against an independent generator.

mod block;
mod decay;
mod emission;
mod pair_mass;
mod recoil;
mod resonance;
mod stages;

pub use block::PairBlock;
pub use decay::DecayMap;
pub use emission::{EmissionMap, EmissionPoint};
pub use pair_mass::PairMassMap;
pub(super) use recoil::height;
pub use resonance::ResonanceMap;
pub use stages::Column;
