//! Physical constants and unit conversions, each with its edition.
//!
//! Natural units; energies, masses and momenta in GeV. Values: CODATA 2018 for α, m_e, u, N_A,
//! (ħc)² and PDG 2022 for m_μ, as in the references the project is validated against.

/// Fine-structure constant (CODATA 2018, truncated as in the reference calculations).
pub const ALPHA: f64 = 1.0 / 137.035999;
/// Electron mass in GeV (CODATA 2018).
pub const ELECTRON_MASS_GEV: f64 = 0.510_998_95e-3;
/// Muon mass in GeV (PDG 2022).
pub const MUON_MASS_GEV: f64 = 0.105_658_375_5;
/// Unified atomic mass unit in GeV (CODATA 2018).
pub const ATOMIC_MASS_UNIT_GEV: f64 = 0.931_494_102_42;
/// Conversion of a cross section from GeV⁻² to pb, (ħc)² (CODATA 2018).
pub const GEV_M2_TO_PB: f64 = 0.389_379_372_1e9;
/// ħc in GeV·fm (CODATA 2018).
pub const HBAR_C_GEV_FM: f64 = 0.197_326_980_4;
/// Avogadro constant in 1/mol (SI, exact).
pub const AVOGADRO: f64 = 6.022_140_76e23;
/// Square of the elementary charge in natural units, e² = 4πα.
pub const E_SQUARED: f64 = 4.0 * core::f64::consts::PI * ALPHA;
