//! Cuts on the final state.
//!
//! An event passes if every observable lies in its closed range. `x = (E_χ + E_χ̄)/E0` is the
//! missing-energy fraction; angles are polar angles to the beam, in mrad; transverse momentum and
//! energies in GeV. A range that is open above ends at infinity.

/// The cuts of the card; [`Cuts::NONE`] passes everything.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cuts {
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

impl Cuts {
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

    /// The same cuts, with `x` counted in units that are `ratio` times smaller: missing energies stay.
    /// Where there is no upper cut there is none.
    #[must_use]
    pub fn in_other_units(self, ratio: f64) -> Self {
        Self {
            x_min: self.x_min * ratio,
            x_max: if self.x_max < 1.0 {
                (self.x_max * ratio).min(1.0)
            } else {
                self.x_max
            },
            ..self
        }
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
        Self {
            x_min: 0.0,
            x_max: 1.0,
            ..*self
        } == Self::NONE
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
        assert!(
            Cuts {
                x_min: 0.5,
                x_max: 0.9,
                ..Cuts::NONE
            }
            .is_inclusive()
        );
        assert!(
            !Cuts {
                chi_angle_max_mrad: 100.0,
                ..Cuts::NONE
            }
            .is_inclusive()
        );
        assert!(
            !Cuts {
                lepton_pt_min_gev: 0.01,
                ..Cuts::NONE
            }
            .is_inclusive()
        );
    }
}
