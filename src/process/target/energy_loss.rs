//! Energy of the beam at a depth.
//!
//! * Electrons and positrons ([TW66]): after t radiation lengths, with b = 4/3 and ℓ = ln(E0/E),
//!   `dP = ℓ^(bt−1) e^(−ℓ)/Γ(bt) dℓ`. With ℓ = ℓ_max u^(1/bt) the density in u is
//!   ℓ_max^(bt) e^(−ℓ)/Γ(bt+1), which has no peak left.
//! * Muons: a constant mean loss, E = E0 − z dE/dz, or E(z) from a table.
//! * All e± of the shower, or muons that lose energy in steps: [`Showered`].
//!
//! Depths in cm, energies in GeV. Without the shower the primary alone is followed.

use std::sync::Arc;

use super::{BeamTrack, Showered};
use crate::elementary::{exp, ln};
use crate::matter::shower::Species;

/// b of [TW66].
const B: f64 = 4.0 / 3.0;

/// Beyond this many radiation lengths nothing is left above any energy that matters (below 1e-9).
const DEEPEST_X0: f64 = 16.0;

/// How a beam loses energy in a target.
#[derive(Debug, Clone, PartialEq)]
pub enum EnergyLoss {
    /// It does not.
    None,
    /// Electrons or positrons by bremsstrahlung, after Tsai and Whitis.
    TsaiWhitis {
        /// Thickness of the target, cm.
        thickness_cm: f64,
        /// Radiation length, cm.
        radiation_length_cm: f64,
        /// Least energy at the vertex that can make anything, in parts of E0 (0 … 1).
        lowest: f64,
    },
    /// Muons with a constant mean loss.
    Constant {
        /// Thickness of the target, cm.
        thickness_cm: f64,
        /// Loss in each cm, GeV.
        loss_gev_per_cm: f64,
        /// Least energy at the vertex that can make anything, in parts of E0 (0 … 1).
        lowest: f64,
    },
    /// Muons with a mean loss that depends on their energy.
    Table {
        /// Thickness of the target, cm.
        thickness_cm: f64,
        /// The depth down to which the table goes, cm; deeper nothing is made.
        deepest_cm: f64,
        /// Energies in parts of E0 at equal steps of depth, from 1 downwards.
        shares: Arc<[f64]>,
    },
    /// Muons that lose energy in steps.
    Straggling {
        /// Their tracks, in cm.
        tracks: Arc<Showered>,
    },
    /// All electrons and positrons of the shower.
    Shower {
        /// Radiation length, cm.
        radiation_length_cm: f64,
        /// Their tracks.
        tracks: Arc<Showered>,
    },
}

/// Where an event happens, at which energy, and the density of that over the coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vertex {
    pub(super) z_cm: f64,
    pub(super) beam_energy_gev: f64,
    pub(super) weight: f64,
    /// What of the shower it is of; the beam particle without a shower.
    pub(super) projectile: Option<Species>,
}

impl EnergyLoss {
    /// Dimensions they add: depth, and energy.
    pub(super) fn dim(&self) -> usize {
        match self {
            Self::None => 0,
            Self::TsaiWhitis { .. } | Self::Straggling { .. } | Self::Shower { .. } => 2,
            Self::Constant { .. } | Self::Table { .. } => 1,
        }
    }

    /// The share of the energy of the beam below which it is not followed; 0 if it leaves the target with more.
    pub(super) fn lowest(&self) -> f64 {
        match *self {
            Self::None => 0.0,
            Self::TsaiWhitis { lowest, .. } | Self::Constant { lowest, .. } => lowest,
            Self::Table {
                thickness_cm,
                deepest_cm,
                ref shares,
            } => match deepest_cm < thickness_cm {
                true => shares[shares.len() - 1],
                false => 0.0,
            },
            Self::Shower { ref tracks, .. } | Self::Straggling { ref tracks } => {
                tracks.beam_track().lowest()
            }
        }
    }

    /// The track of a beam of `e0` GeV down to the least energy that counts; none if it keeps its energy.
    pub fn track(&self, e0: f64) -> Option<BeamTrack> {
        match *self {
            Self::None => None,
            Self::TsaiWhitis {
                thickness_cm,
                radiation_length_cm,
                lowest,
            } => {
                let thickness_x0 = thickness_cm / radiation_length_cm;
                Some(BeamTrack::of_electrons(thickness_x0, lowest))
            }
            Self::Constant {
                thickness_cm,
                loss_gev_per_cm,
                lowest,
            } => {
                let loss = loss_gev_per_cm * thickness_cm / e0;
                (loss > 0.0).then(|| BeamTrack::of_muons(thickness_cm, loss, lowest))
            }
            Self::Table {
                thickness_cm,
                deepest_cm,
                ref shares,
            } => {
                let steps = (shares.len() - 1) as f64;
                let row = |(i, share): (usize, &f64)| (*share, deepest_cm * (i as f64 / steps));
                let rows = shares.iter().enumerate().map(row).collect();
                Some(BeamTrack::of_table(thickness_cm, rows))
            }
            Self::Shower { ref tracks, .. } | Self::Straggling { ref tracks } => {
                Some(tracks.beam_track())
            }
        }
    }

    /// The vertex at these coordinates in (0, 1), of a beam of `e0` GeV.
    pub(super) fn vertex(&self, e0: f64, [depth, energy]: [f64; 2]) -> Vertex {
        let of_beam = |z_cm: f64, beam_energy_gev: f64, weight: f64| Vertex {
            z_cm,
            beam_energy_gev,
            weight,
            projectile: None,
        };
        match *self {
            Self::None => of_beam(0.0, e0, 1.0),
            Self::TsaiWhitis {
                thickness_cm,
                radiation_length_cm,
                lowest,
            } => {
                let deepest = thickness_cm.min(DEEPEST_X0 * radiation_length_cm);
                let z_cm = deepest * depth;
                let bt = B * z_cm / radiation_length_cm;
                let most = -ln(lowest);
                let loss = most * exp(ln(energy) / bt);
                let density = exp(bt * ln(most) - loss - libm::lgamma(bt + 1.0));
                of_beam(z_cm, e0 * exp(-loss), density * (deepest / thickness_cm))
            }
            Self::Constant {
                thickness_cm,
                loss_gev_per_cm,
                ..
            } => {
                let z_cm = thickness_cm * depth;
                of_beam(z_cm, e0 - z_cm * loss_gev_per_cm, 1.0)
            }
            Self::Table {
                thickness_cm,
                deepest_cm,
                ref shares,
            } => {
                let place = depth * (shares.len() - 1) as f64;
                let k = (place as usize).min(shares.len() - 2);
                let share = shares[k] + (shares[k + 1] - shares[k]) * (place - k as f64);
                of_beam(deepest_cm * depth, e0 * share, deepest_cm / thickness_cm)
            }
            Self::Straggling { ref tracks } => {
                let track = tracks.track([depth, energy]);
                let energy_gev = track.energy_gev * (e0 / tracks.energy_gev());
                of_beam(track.depth_x0, energy_gev, track.weight)
            }
            Self::Shower {
                radiation_length_cm,
                ref tracks,
            } => {
                let track = tracks.track([depth, energy]);
                Vertex {
                    z_cm: track.depth_x0 * radiation_length_cm,
                    // Showers of neighbouring energies are alike.
                    beam_energy_gev: track.energy_gev * (e0 / tracks.energy_gev()),
                    weight: track.weight,
                    projectile: Some(track.species),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::straggling::surviving_share;

    #[test]
    fn the_weights_add_up_to_the_share_that_is_left() {
        // ∫ du of the weight at a depth is P(E > lowest E0), of the incomplete gamma function.
        for (lowest, x0) in [(0.5, 0.05), (0.5, 0.7), (0.2, 3.0), (0.9, 1.4)] {
            let losses = EnergyLoss::TsaiWhitis {
                thickness_cm: 10.0,
                radiation_length_cm: 1.0,
                lowest,
            };
            let n = 200_000;
            let at = |i: usize| (i as f64 + 0.5) / n as f64;
            let sum: f64 = (0..n)
                .map(|i| losses.vertex(100.0, [x0 / 10.0, at(i)]).weight)
                .sum();
            let expected = surviving_share(x0, lowest);
            let found = sum / n as f64;
            assert!(
                (found / expected - 1.0).abs() < 1e-3,
                "{lowest} {x0}: {found} {expected}"
            );
        }
    }

    #[test]
    fn energies_fall_with_depth_and_stay_above_the_lowest() {
        let losses = EnergyLoss::TsaiWhitis {
            thickness_cm: 20.0,
            radiation_length_cm: 0.5,
            lowest: 0.5,
        };
        let at_front = losses.vertex(100.0, [1e-12, 0.5]);
        assert_eq!(at_front.beam_energy_gev, 100.0);
        for (depth, energy) in [(0.1, 0.01), (0.9, 0.5), (0.5, 1.0 - 1e-12)] {
            let vertex = losses.vertex(100.0, [depth, energy]);
            let range = 50.0 - 1e-9..=100.0;
            assert!(range.contains(&vertex.beam_energy_gev), "{vertex:?}");
            assert!(vertex.z_cm <= 8.0 && vertex.weight > 0.0, "{vertex:?}");
        }
        let muon = EnergyLoss::Constant {
            thickness_cm: 20.0,
            loss_gev_per_cm: 0.0127,
            lowest: 0.5,
        };
        let vertex = muon.vertex(160.0, [0.5, 0.0]);
        assert_eq!((vertex.z_cm, vertex.weight), (10.0, 1.0));
        assert!((vertex.beam_energy_gev - 159.873).abs() < 1e-9);
    }
}
