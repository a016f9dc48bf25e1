//! A limit on the dark photon read as one on the millicharge, [GKK18] Eqs. (18)–(20).
//!
//! Cross sections factorise over the pair mass M, `dσ(χχ̄)/dM² = σ_A′(M)/ε² · (Q_χ/e)² ρ(M²)` with
//! `ρ = (α/3πM²)(1 + 2m_χ²/M²)√(1 − 4m_χ²/M²)`, so that a limit ε_up(M) gives
//! `(Q_χ/e)²_up = [∫ dM² ρ(M²)/ε²_up(M)]⁻¹`. The integral runs over the masses where ε_up is known;
//! what lies outside is left out, which makes the limit weaker, never stronger. Masses in GeV.
//! Files of limits, as people keep them, are read by [`LimitFile`]; those that come along are [`PUBLISHED`].
//! Pinned by `tests/reach.rs`.

mod formula;
mod limit_file;
mod names;
mod published;
mod read;

pub use formula::recast;
pub use limit_file::LimitFile;
pub use names::{MassUnit, Units};
pub use published::{PUBLISHED, Published};
