//! Vector mesons made in the target and their decays to χχ̄.
//!
//! A meson decays to χχ̄ through a virtual photon as it does to e⁺e⁻:
//! `Br(V→χχ̄) = Br(V→e⁺e⁻) (Q_χ/e)² (1 + 2m_χ²/M_V²) √(1 − 4m_χ²/M_V²)` for a Dirac fermion
//! ([NA64LDMX25] Eqs. (11), (12)); for a complex scalar the structure is `¼ (1 − 4m_χ²/M_V²)^{3/2}`.
//! The mass of the electron is neglected. How many mesons a beam makes is an input
//! (`reach.mesons` of the card), or estimated ([`photoproduction`]). Pinned by the tests below.

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
        match self {
            Self::Rho => 0.775_26,
            Self::Omega => 0.782_66,
            Self::Phi => 1.019_46,
            Self::Jpsi => 3.096_90,
        }
    }

    /// Br(V→e⁺e⁻) ([PDG22]).
    pub fn electron_branching(self) -> f64 {
        match self {
            Self::Rho => 4.72e-5,
            Self::Omega => 7.38e-5,
            Self::Phi => 2.98e-4,
            Self::Jpsi => 5.97e-2,
        }
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
