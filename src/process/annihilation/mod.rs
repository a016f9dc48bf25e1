//! e⁺e⁻ → χχ̄ on an electron of the target, at rest.
//!
//! A positron of total energy E meets an electron of mass m: s = 2m(E + m), and the pair takes
//! E_miss = E + m. Through a photon, exact at tree level with both masses,
//!
//! ```text
//! σ = (4πα²/3s) (1 + 2m²/s)/β_e · (Q_χ/e)² S(s),   β_e = √(1 − 4m²/s)
//! S = (1 + 2m_χ²/s) β  (Dirac),   β³/4  (complex scalar),   β = √(1 − 4m_χ²/s)
//! ```
//!
//! from E = 2m_χ²/m − m upwards; an atom has Z electrons. Through a vector A′ of mixing ε that couples
//! to χ with α_D, α² (Q_χ/e)² becomes αα_D ε² s²/[(s − m_A′²)² + m_A′²Γ²]
//! ([`crate::dark_sector::Resonance`]). The angle θ of χ to
//! the beam in the rest frame of the pair goes as 1 + β_e²β² cos²θ + 4(m² + m_χ²)/s (Dirac) and
//! 1 − β_e² cos²θ (scalar). [PDG22] §51 has the massless limit.
//!
//! Left out: the motion of bound electrons, p ~ Zαm, which spreads s by a few per cent for the inner
//! ones (it matters for a narrow A′ and within that much of the threshold), and the binding itself. Radiation off
//! the initial state is an option ([`InitialState`]). Without it all pairs of one positron energy have one
//! E_miss. Pinned by `tests/annihilation.rs` and `tests/annihilation_radiation.rs`.

mod annihilated;
mod cross_section;
mod initial_state;
mod process;
mod radiated;
mod route;

pub use annihilated::Annihilation;
pub use cross_section::dark_photon_mean_pb;
pub(super) use process::AnnihilationOf;
