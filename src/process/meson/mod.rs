//! γN → VN with V → χχ̄: the pair of a vector meson (ρ, ω, φ, J/ψ) that a real photon makes on a nucleus.
//!
//! An estimate, good to a factor of two: coherent and incoherent rates of [`crate::mesons::photoproduction`] times Br(V → χχ̄)
//! of [`crate::mesons`], so (Q_χ/e)². With W = M_V and t = −(P − P′)² between t_min and t_max of
//! [`crate::kinematics::PhotonCollision`], at the energy ω of the photon,
//!
//! ```text
//! dσ/dt = Σ_V Br [ (α/4f²) σ_VA² |F(t)|²  (t < 1 GeV²)  +  b σ_inc e^(−b(t − t_min)) ],    E_V = ω − t/2M
//! ```
//!
//! Assumed: V has its mass (the 150 MeV of the ρ are left out), mesons do not interfere, and V has the helicity of the photon along
//! its momentum in the c.m.s. (s-channel helicity conservation, which photoproduction at small t bears out). Then χ goes at θ to that
//! direction in the rest frame of V as 2 − β² sin²θ (Dirac) or sin²θ (scalar), β² = 1 − 4m_χ²/M_V², evenly in azimuth for
//! unpolarised photons. The nucleus recoils as a whole, where a nucleon is struck too: E_miss is then off by t/2m_p, 50 MeV.
//! Energies in GeV, σ in pb per nucleus. Pinned by `tests/meson.rs`.

mod limits;
mod points;
mod process;
mod production;
mod quadrature;
mod rates;

pub(super) use process::MesonOf;
pub use production::MesonPair;
