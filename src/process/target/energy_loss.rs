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

use pulp::{Simd, WithSimd};

use super::vertices::Vertices;
use super::{BeamTrack, Showered};
use crate::elementary::{exp, ln, ln_gamma_1p};
use crate::matter::straggling::deepest_x0;
use crate::process::BLOCK;

/// b of [TW66].
const B: f64 = 4.0 / 3.0;

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

impl EnergyLoss {
    /// Dimensions they add: depth, and energy.
    pub(super) fn dim(&self) -> usize {
        match self {
            Self::None => 0,
            Self::TsaiWhitis { .. } | Self::Straggling { .. } | Self::Shower { .. } => 2,
            Self::Constant { .. } | Self::Table { .. } => 1,
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

    /// The vertices at these coordinates in (0, 1), of which it takes [`Self::dim`] columns, of beams of these energies in GeV.
    pub(super) fn vertices(&self, e0: &[f64], y: &[&[f64]], out: &mut Vertices) {
        let n = e0.len();
        match *self {
            Self::None => {
                out.beam_energy_gev[..n].copy_from_slice(e0);
                out.weight[..n].fill(1.0);
            }
            Self::TsaiWhitis {
                thickness_cm,
                radiation_length_cm,
                lowest,
            } => crate::elementary::arch().dispatch(TsaiWhitis {
                thickness_cm,
                radiation_length_cm,
                lowest,
                e0,
                y: [y[0], y[1]],
                out,
            }),
            Self::Constant {
                thickness_cm,
                loss_gev_per_cm,
                ..
            } => {
                for (i, (e0, depth)) in e0.iter().zip(y[0]).enumerate() {
                    let z_cm = thickness_cm * depth;
                    out.z_cm[i] = z_cm;
                    out.beam_energy_gev[i] = e0 - z_cm * loss_gev_per_cm;
                    out.weight[i] = 1.0;
                }
            }
            Self::Table {
                thickness_cm,
                deepest_cm,
                ref shares,
            } => {
                for (i, (e0, depth)) in e0.iter().zip(y[0]).enumerate() {
                    let place = depth * (shares.len() - 1) as f64;
                    let k = (place as usize).min(shares.len() - 2);
                    let share = shares[k] + (shares[k + 1] - shares[k]) * (place - k as f64);
                    out.z_cm[i] = deepest_cm * depth;
                    out.beam_energy_gev[i] = e0 * share;
                    out.weight[i] = deepest_cm / thickness_cm;
                }
            }
            Self::Straggling { ref tracks } => {
                tracks.tracks([y[0], y[1]], out);
                for (energy, e0) in out.beam_energy_gev.iter_mut().zip(e0) {
                    *energy *= e0 / tracks.energy_gev();
                }
                out.projectile[..n].fill(None);
            }
            Self::Shower {
                radiation_length_cm,
                ref tracks,
            } => {
                tracks.tracks([y[0], y[1]], out);
                for (i, e0) in e0.iter().enumerate() {
                    out.z_cm[i] *= radiation_length_cm;
                    // Showers of neighbouring energies are alike.
                    out.beam_energy_gev[i] *= e0 / tracks.energy_gev();
                }
            }
        }
    }
}

/// The law of [TW66] for a block, in a loop a stage.
struct TsaiWhitis<'a> {
    thickness_cm: f64,
    radiation_length_cm: f64,
    lowest: f64,
    e0: &'a [f64],
    y: [&'a [f64]; 2],
    out: &'a mut Vertices,
}

impl WithSimd for TsaiWhitis<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let n = self.e0.len().min(BLOCK);
        let (e0, [depth, energy]) = (&self.e0[..n], self.y.map(|column| &column[..n]));
        let Vertices {
            z_cm,
            beam_energy_gev,
            weight,
            ..
        } = self.out;
        let deepest = self
            .thickness_cm
            .min(deepest_x0(self.lowest) * self.radiation_length_cm);
        let (most, share) = (-ln(self.lowest), deepest / self.thickness_cm);
        let ln_most = ln(most);
        for i in 0..n {
            z_cm[i] = deepest * depth[i];
            let bt = B * z_cm[i] / self.radiation_length_cm;
            weight[i] = bt;
            beam_energy_gev[i] = ln(energy[i]) / bt;
        }
        let mut ln_gamma = [0.0; BLOCK];
        for i in 0..n {
            ln_gamma[i] = ln_gamma_1p(weight[i]);
        }
        for i in 0..n {
            let loss = most * exp(beam_energy_gev[i]);
            weight[i] = exp(weight[i] * ln_most - loss - ln_gamma[i]) * share;
            beam_energy_gev[i] = e0[i] * exp(-loss);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::straggling::surviving_share;

    /// Depth in cm, energy in GeV and weight of one vertex.
    fn vertex(losses: &EnergyLoss, e0: f64, [depth, energy]: [f64; 2]) -> [f64; 3] {
        let mut found = Vertices::default();
        losses.vertices(&[e0], &[&[depth], &[energy]], &mut found);
        [found.z_cm[0], found.beam_energy_gev[0], found.weight[0]]
    }

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
                .map(|i| vertex(&losses, 100.0, [x0 / 10.0, at(i)])[2])
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
        let [_, at_front, _] = vertex(&losses, 100.0, [1e-12, 0.5]);
        assert_eq!(at_front, 100.0);
        for (depth, energy) in [(0.1, 0.01), (0.9, 0.5), (0.5, 1.0 - 1e-12)] {
            let [z_cm, energy_gev, weight] = vertex(&losses, 100.0, [depth, energy]);
            let range = 50.0 - 1e-9..=100.0;
            assert!(range.contains(&energy_gev), "{energy_gev}");
            assert!(z_cm <= 8.0 && weight > 0.0, "{z_cm} {weight}");
        }
        let muon = EnergyLoss::Constant {
            thickness_cm: 20.0,
            loss_gev_per_cm: 0.0127,
            lowest: 0.5,
        };
        let [z_cm, energy_gev, weight] = vertex(&muon, 160.0, [0.5, 0.0]);
        assert_eq!((z_cm, weight), (10.0, 1.0));
        assert!((energy_gev - 159.873).abs() < 1e-9);
    }
}
