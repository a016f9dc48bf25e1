//! Cuts on the final state.
//!
//! An event passes if every observable lies in its closed range. `x = (E_χ + E_χ̄)/E0` is the
//! missing-energy fraction; angles are polar angles to the beam, in mrad; transverse momentum and
//! energies in GeV. A range that is open above ends at infinity.

use crate::checked::{BadNumber, LARGEST, LEAST, SHARE, check};

checked! {
    /// The cuts of the card; [`Cuts::NONE`] passes everything.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Cuts(CutFields);
}

/// What [`Cuts`] are made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CutFields {
    /// Smallest missing-energy fraction, 0 … 1.
    pub x_min: f64,
    /// Largest missing-energy fraction, 0 … 1.
    pub x_max: f64,
    /// Largest energy of the scattered lepton in GeV.
    pub lepton_energy_max_gev: f64,
    /// Smallest polar angle of the scattered lepton in mrad.
    pub lepton_angle_min_mrad: f64,
    /// Largest polar angle of the scattered lepton in mrad.
    pub lepton_angle_max_mrad: f64,
    /// Smallest transverse momentum of the scattered lepton in GeV.
    pub lepton_pt_min_gev: f64,
    /// Largest transverse momentum of the scattered lepton in GeV.
    pub lepton_pt_max_gev: f64,
    /// Largest polar angle of either χ in mrad.
    pub chi_angle_max_mrad: f64,
}

impl CutFields {
    /// No cut at all.
    pub const NONE: Self = Self {
        x_min: 0.0,
        x_max: 1.0,
        lepton_energy_max_gev: f64::INFINITY,
        lepton_angle_min_mrad: 0.0,
        lepton_angle_max_mrad: f64::INFINITY,
        lepton_pt_min_gev: 0.0,
        lepton_pt_max_gev: f64::INFINITY,
        chi_angle_max_mrad: f64::INFINITY,
    };

    fn check(&self) -> Result<(), BadNumber> {
        check(&[
            ("cuts.x_min", self.x_min, SHARE),
            ("cuts.x_max", self.x_max, SHARE),
            (
                "cuts.lepton_energy_max_gev",
                self.lepton_energy_max_gev,
                LARGEST,
            ),
            (
                "cuts.lepton_angle_min_mrad",
                self.lepton_angle_min_mrad,
                LEAST,
            ),
            (
                "cuts.lepton_angle_max_mrad",
                self.lepton_angle_max_mrad,
                LARGEST,
            ),
            ("cuts.lepton_pt_min_gev", self.lepton_pt_min_gev, LEAST),
            ("cuts.lepton_pt_max_gev", self.lepton_pt_max_gev, LARGEST),
            ("cuts.chi_angle_max_mrad", self.chi_angle_max_mrad, LARGEST),
        ])
    }
}

impl Cuts {
    /// No cut at all.
    pub const NONE: Self = Self(CutFields::NONE);

    /// The same cuts, with `x` counted in units that are `ratio` times smaller: missing energies stay.
    /// Where there is no upper cut there is none; the lower one may come to lie above 1.
    #[must_use]
    #[inline(always)]
    pub(crate) fn in_other_units(self, ratio: f64) -> Self {
        Self(CutFields {
            x_min: self.x_min * ratio,
            x_max: if self.x_max < 1.0 {
                (self.x_max * ratio).min(1.0)
            } else {
                self.x_max
            },
            ..self.0
        })
    }

    /// The key of a cut on the scattered lepton, if there is one.
    pub fn on_lepton(&self) -> Option<&'static str> {
        let none = Self::NONE;
        let keys = [
            (
                "cuts.lepton_energy_max_gev",
                self.lepton_energy_max_gev == none.lepton_energy_max_gev,
            ),
            (
                "cuts.lepton_angle_min_mrad",
                self.lepton_angle_min_mrad == none.lepton_angle_min_mrad,
            ),
            (
                "cuts.lepton_angle_max_mrad",
                self.lepton_angle_max_mrad == none.lepton_angle_max_mrad,
            ),
            (
                "cuts.lepton_pt_min_gev",
                self.lepton_pt_min_gev == none.lepton_pt_min_gev,
            ),
            (
                "cuts.lepton_pt_max_gev",
                self.lepton_pt_max_gev == none.lepton_pt_max_gev,
            ),
        ];
        keys.into_iter().find(|(_, idle)| !idle).map(|(key, _)| key)
    }

    /// Whether the only cuts are on `x`, so that angular integrals can be done in closed form.
    pub fn is_inclusive(&self) -> bool {
        CutFields {
            x_min: 0.0,
            x_max: 1.0,
            ..self.0
        } == CutFields::NONE
    }
}

impl Default for Cuts {
    fn default() -> Self {
        Self::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cuts_on_x_are_inclusive() {
        let cut = |change: fn(&mut CutFields)| Cuts::NONE.with(change).unwrap();
        assert!(cut(|c| (c.x_min, c.x_max) = (0.5, 0.9)).is_inclusive());
        assert!(!cut(|c| c.chi_angle_max_mrad = 100.0).is_inclusive());
        assert!(!cut(|c| c.lepton_pt_min_gev = 0.01).is_inclusive());
    }
}
