//! Quantities that can be histogrammed: their names, units and titles.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::HistogramError;

/// The particles an observable is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The scattered lepton.
    Lepton,
    /// The recoiling nucleus.
    Nucleus,
    /// The pair as a whole (or the dark photon).
    Pair,
    /// The χ alone (PDG id > 0); the χ̄ has the same distribution.
    Chi,
}

/// A quantity that can be histogrammed, by its name in run cards and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observable {
    /// Missing-energy fraction x = E_pair/E0.
    X,
    /// Missing energy E_pair, GeV.
    EMissGev,
    /// Energy of the scattered lepton, GeV.
    ELeptonGev,
    /// Angle of the scattered lepton to the beam, rad.
    ThetaLeptonRad,
    /// Transverse momentum of the scattered lepton, GeV.
    PtLeptonGev,
    /// Momentum transfer to the nucleus t = −(P−P′)², GeV².
    TGev2,
    /// Invariant mass of the pair, GeV.
    MPairGev,
    /// Energy of the χ, GeV.
    EChiGev,
    /// Angle of the χ to the beam, rad.
    ThetaChiRad,
    /// Kinetic energy of the recoiling nucleus t/2M, GeV.
    RecoilKineticGev,
}

impl Observable {
    /// Every observable, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::X,
        Self::EMissGev,
        Self::ELeptonGev,
        Self::ThetaLeptonRad,
        Self::PtLeptonGev,
        Self::TGev2,
        Self::MPairGev,
        Self::EChiGev,
        Self::ThetaChiRad,
        Self::RecoilKineticGev,
    ];

    /// The name in cards and files; its suffix is the unit.
    pub fn name(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::EMissGev => "e_miss_gev",
            Self::ELeptonGev => "e_lepton_gev",
            Self::ThetaLeptonRad => "theta_lepton_rad",
            Self::PtLeptonGev => "pt_lepton_gev",
            Self::TGev2 => "t_gev2",
            Self::MPairGev => "m_pair_gev",
            Self::EChiGev => "e_chi_gev",
            Self::ThetaChiRad => "theta_chi_rad",
            Self::RecoilKineticGev => "recoil_kinetic_gev",
        }
    }

    /// The unit in words: `1`, `GeV`, `GeV^2` or `rad`.
    pub fn units(self) -> &'static str {
        match self {
            Self::X => "1",
            Self::ThetaLeptonRad | Self::ThetaChiRad => "rad",
            Self::TGev2 => "GeV^2",
            Self::EMissGev
            | Self::ELeptonGev
            | Self::PtLeptonGev
            | Self::MPairGev
            | Self::EChiGev
            | Self::RecoilKineticGev => "GeV",
        }
    }

    /// One line for axis titles and file attributes.
    pub fn description(self) -> &'static str {
        match self {
            Self::X => "missing-energy fraction E_pair/E0",
            Self::EMissGev => "missing energy E_pair",
            Self::ELeptonGev => "energy of the scattered lepton",
            Self::ThetaLeptonRad => "angle of the scattered lepton to the beam",
            Self::PtLeptonGev => "transverse momentum of the scattered lepton",
            Self::TGev2 => "momentum transfer to the nucleus t = -(P-P')^2",
            Self::MPairGev => "invariant mass of the pair",
            Self::EChiGev => "energy of the chi",
            Self::ThetaChiRad => "angle of the chi to the beam",
            Self::RecoilKineticGev => "kinetic energy of the recoiling nucleus",
        }
    }

    /// The particles it is computed from; one of [`Subject::Chi`] exists for pairs only.
    pub fn subject(self) -> Subject {
        match self {
            Self::X | Self::EMissGev | Self::MPairGev => Subject::Pair,
            Self::ELeptonGev | Self::ThetaLeptonRad | Self::PtLeptonGev => Subject::Lepton,
            Self::TGev2 | Self::RecoilKineticGev => Subject::Nucleus,
            Self::EChiGev | Self::ThetaChiRad => Subject::Chi,
        }
    }
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Observable {
    type Err = HistogramError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|o| o.name() == name)
            .ok_or_else(|| HistogramError::UnknownObservable {
                name: name.to_owned(),
                known: Self::ALL.map(Self::name).join(", "),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_and_serialise_as_in_the_card() {
        for observable in Observable::ALL {
            assert_eq!(observable.name().parse(), Ok(observable));
            let json = serde_json::to_string(&observable).unwrap();
            assert_eq!(json, format!("\"{}\"", observable.name()));
        }
        let error = "e_mis_gev".parse::<Observable>().unwrap_err().to_string();
        assert!(
            error.contains("`e_mis_gev`") && error.contains("e_miss_gev"),
            "{error}"
        );
    }

    #[test]
    fn units_agree_with_the_suffix_of_the_name() {
        for observable in Observable::ALL {
            let suffix = match observable.units() {
                "GeV" => "_gev",
                "GeV^2" => "_gev2",
                "rad" => "_rad",
                _ => "x",
            };
            assert!(observable.name().ends_with(suffix), "{observable}");
        }
    }
}
