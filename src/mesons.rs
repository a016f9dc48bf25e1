//! Vector mesons made in the target and their decays to χχ̄.
//!
//! A meson decays to χχ̄ through a virtual photon as it does to e⁺e⁻:
//! `Br(V→χχ̄) = Br(V→e⁺e⁻) (Q_χ/e)² (1 + 2m_χ²/M_V²) √(1 − 4m_χ²/M_V²)` for a Dirac fermion
//! ([NA64LDMX25] Eqs. (11), (12)); for a complex scalar the structure is `¼ (1 − 4m_χ²/M_V²)^{3/2}`.
//! The mass of the electron is neglected. How many mesons a beam makes is an input
//! (`reach.mesons` of the card), or estimated ([`photoproduction`]).
//! The numbers are in `mesons/mesons.toml`, each with its source. Pinned by the tests below.

mod data;
pub mod photoproduction;

use crate::dark_sector::{ChiSpin, MilliCharged};

named! {
    /// A vector meson.
    pub enum VectorMeson {
        /// ρ(770).
        Rho = "rho",
        /// ω(782).
        Omega = "omega",
        /// φ(1020).
        Phi = "phi",
        /// J/ψ.
        Jpsi = "jpsi",
    }
}

impl VectorMeson {
    /// Mass in GeV ([PDG22]).
    pub fn mass_gev(self) -> f64 {
        data::of(self).mass_gev.value
    }

    /// Br(V→e⁺e⁻) ([PDG22]).
    pub fn electron_branching(self) -> f64 {
        data::of(self).electron_branching.value
    }

    /// Br(V→χχ̄); 0 above threshold.
    pub fn chi_branching(self, chi: &MilliCharged) -> f64 {
        let ratio = chi.mass_gev / self.mass_gev();
        let beta = (1.0 - 4.0 * ratio * ratio).max(0.0).sqrt();
        let structure = match chi.spin {
            ChiSpin::Dirac => (1.0 + 2.0 * ratio * ratio) * beta,
            ChiSpin::Scalar => 0.25 * beta * beta * beta,
        };
        self.electron_branching() * chi.charge * chi.charge * structure
    }
}

/// Some of the mesons; all of them unless it is said which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mesons([bool; VectorMeson::ALL.len()]);

impl Default for Mesons {
    fn default() -> Self {
        VectorMeson::ALL.into_iter().collect()
    }
}

impl FromIterator<VectorMeson> for Mesons {
    fn from_iter<I: IntoIterator<Item = VectorMeson>>(mesons: I) -> Self {
        let mut all = [false; VectorMeson::ALL.len()];
        for meson in mesons {
            all[meson as usize] = true;
        }
        Self(all)
    }
}

impl Mesons {
    /// Those among them, in the order of [`VectorMeson::ALL`], which is that of their masses.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = VectorMeson> {
        VectorMeson::ALL
            .into_iter()
            .filter(move |&meson| self.0[meson as usize])
    }

    /// Those among them that two χ of this mass fit into.
    #[must_use]
    pub fn with_room_for(self, m_chi_gev: f64) -> Self {
        self.iter()
            .filter(|meson| 2.0 * m_chi_gev < meson.mass_gev())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dark_sector::ChiFields;

    fn chi(mass_gev: f64, spin: ChiSpin) -> MilliCharged {
        MilliCharged::new(ChiFields {
            mass_gev,
            charge: 0.1,
            spin,
            pdg_id: 17,
        })
        .unwrap()
    }

    #[test]
    fn a_light_fermion_is_an_electron_of_small_charge_and_a_scalar_a_quarter_of_it() {
        for meson in VectorMeson::ALL {
            let fermion = meson.chi_branching(&chi(1e-6, ChiSpin::Dirac));
            assert!((fermion / (0.01 * meson.electron_branching()) - 1.0).abs() < 1e-10);
            let scalar = meson.chi_branching(&chi(1e-6, ChiSpin::Scalar));
            assert!((scalar / fermion - 0.25).abs() < 1e-10);
        }
    }

    #[test]
    fn the_branching_at_a_quarter_of_the_mass_is_the_closed_form_and_zero_from_half_of_it() {
        // (1 + 1/8) √3/2 of the electron's.
        let meson = VectorMeson::Phi;
        let at = |share: f64| meson.chi_branching(&chi(share * meson.mass_gev(), ChiSpin::Dirac));
        let expected = 2.98e-6 * 1.125 * 0.866_025_403_784_438_6;
        assert!((at(0.25) / expected - 1.0).abs() < 1e-12);
        assert_eq!((at(0.5), at(0.7)), (0.0, 0.0));
    }
}
