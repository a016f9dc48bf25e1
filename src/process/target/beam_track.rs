//! Beams that lose energy in a thick target.
//!
//! The track length L(E) that the beam has above energy E weights the cross section,
//! `σ̄ = (1/T) ∫ σ(E) (−dL/dE) dE`, T the thickness.
//!
//! * Electrons: after t radiation lengths the share above E is that of [TW66]
//!   (`matter::straggling`), so that `L(E) = ∫_0^T dt P(E' > E; t)`.
//! * Muons: `E(z) = E0 − z dE/dz` with a constant mean loss, so that `L(E) = (E0 − E)/(dE/dz)` down
//!   to the energy they leave the target with.
//! * Anything else from a table of (E/E0, L).
//!
//! What is radiated or ionised stays visible, so the cut is on the energy that χ and χ̄ carry away,
//! `E_χ + E_χ̄ > x_min E0`: at E the cut on x is x_min E0/E and only E > x_min E0 counts. The integral is that of
//! `process::measure` in u, E = E_low (E0/E_low)^(u²), because σ opens at E_low, and where that is far below E0 much
//! of the length may be near it. Energies in units of E0, lengths in X0 for electrons and cm for muons.
//! Pinned by the tests below and `tests/reach.rs`.

use std::sync::Arc;

use crate::matter::straggling::{deepest_x0, surviving_share};
use crate::process::measure::Measure;
use crate::process::{Goal, Integral, QuadratureError};

/// Cells of the integral over the energy of electrons, and half the steps of that over the depth; cells of a table, which
/// costs little and may have all of its length just below the energy of the beam.
const CELLS: usize = 256;
const OF_TABLE: usize = 4096;
/// Where a process opens at this share of an energy, or closer to it, next to nothing is made there, of which no quadrature makes
/// a number.
pub(crate) const NEXT_TO_ONE: f64 = 1.0 - 1e-12;
/// Share of the energy of which nothing is made.
const NOTHING: f64 = 1e-9;
/// The track length of the beam in a target as a function of the energy it has left.
#[derive(Debug, Clone, PartialEq)]
pub struct BeamTrack {
    thickness: f64,
    law: Law,
    /// The lowest and the highest share of the energy.
    ends: (f64, f64),
    /// The length as a measure on u.
    lengths: Measure,
}

/// How the beam loses its energy.
#[derive(Debug, Clone, PartialEq)]
enum Law {
    /// Electrons, after Tsai and Whitis.
    Electrons,
    /// Muons that lose this share of the beam energy over the whole thickness, by equal steps.
    Muons { loss: f64 },
    /// As this table says: shares of the beam energy, falling from 1, and the lengths above them.
    Table(Arc<[(f64, f64)]>),
}

impl BeamTrack {
    /// Electrons in `thickness_x0` radiation lengths down to the share `lowest` (above 0, at most 1) of the
    /// beam energy.
    pub fn of_electrons(thickness_x0: f64, lowest: f64) -> Self {
        Self::along(Law::Electrons, thickness_x0, (lowest, 1.0))
    }

    /// Muons in `thickness_cm` that lose the share `loss` (0 … 1) of the beam energy over all of it,
    /// down to the share `lowest` (0 … 1).
    pub fn of_muons(thickness_cm: f64, loss: f64, lowest: f64) -> Self {
        Self::along(Law::Muons { loss }, thickness_cm, (lowest, 1.0))
    }

    /// A beam of which `rows` are shares of its energy, falling from 1, and the lengths above them, linear
    /// between; what is above 1 has kept its energy.
    pub fn of_table(thickness: f64, rows: Vec<(f64, f64)>) -> Self {
        let lowest = rows.last().map_or(1.0, |row| row.0);
        Self::along(Law::Table(rows.into()), thickness, (lowest, 1.0))
    }

    /// The same beam between two shares of its energy.
    #[must_use]
    pub fn within(&self, lowest: f64, highest: f64) -> Self {
        Self::along(self.law.clone(), self.thickness, (lowest, highest))
    }

    /// Its parts below and above these shares, which rise, of its energy.
    pub(crate) fn cut_at(self, shares: &[f64]) -> Vec<Self> {
        let (lowest, highest) = self.ends;
        let inside = shares
            .iter()
            .copied()
            .filter(|&one| lowest < one && one < highest);
        let edges: Vec<f64> = [lowest]
            .into_iter()
            .chain(inside)
            .chain([highest])
            .collect();
        match edges.len() {
            2 => vec![self],
            _ => edges.windows(2).map(|e| self.within(e[0], e[1])).collect(),
        }
    }

    fn along(law: Law, thickness: f64, (lowest, highest): (f64, f64)) -> Self {
        let (least, most) = (-libm::log(highest), -libm::log(lowest.max(NOTHING)));
        let cells = match law {
            Law::Table(_) => OF_TABLE,
            _ => CELLS,
        };
        let dense = |i: usize| dense_at_both_ends(i as f64 / cells as f64);
        let evenly = |i: usize| match i {
            // The end as it is, since what is below it counts for nothing.
            i if i == cells => lowest.max(NOTHING),
            _ => libm::exp(-(least + (most - least) * dense(i))),
        };
        let deepest = match law {
            Law::Electrons => thickness.min(deepest_x0(lowest)),
            _ => thickness,
        };
        let at = |i: usize| match &law {
            Law::Electrons => (evenly(i), length_x0(deepest, evenly(i))),
            Law::Muons { loss } => {
                // How much of the thickness lies before each of the energies.
                let before = |share: f64| ((1.0 - share) / loss).min(1.0);
                let (first, last) = (before(highest), before(lowest));
                let depth = first + (last - first) * dense(i);
                (1.0 - loss * depth, thickness * depth)
            }
            Law::Table(rows) => {
                let share = match i {
                    0 => highest,
                    i if i == cells => lowest,
                    i => evenly(i),
                };
                (share, length_in(rows, share))
            }
        };
        let mut above: Vec<(f64, f64)> = (0..=cells).map(at).collect();
        let first = above[0];
        above.reverse();
        let last = above[0];
        let range = libm::log(first.0 / last.0);
        let place = |share: f64| match range > 0.0 {
            true => (libm::log(share / last.0) / range).clamp(0.0, 1.0).sqrt(),
            false => 0.0,
        };
        // What is above the beam's energy has kept that; what is above another is not of this part.
        let kept = if first.0 < 1.0 { 0.0 } else { first.1 };
        let places = above.iter().map(|row| place(row.0)).collect();
        let below = above.iter().map(|row| last.1 - row.1).collect();
        Self {
            thickness,
            law,
            ends: (last.0, first.0),
            lengths: Measure::new(places, below, kept),
        }
    }

    /// Track length above the lowest energy.
    pub fn effective(&self) -> f64 {
        self.lengths.whole()
    }

    /// The mean of `sigma(E/E0)` over the thickness to `goal`; what is below the lowest energy counts as 0.
    pub(crate) fn mean_of<E: Send + From<QuadratureError>>(
        &self,
        goal: &Goal<'_>,
        sigma: &(dyn Fn(f64, &Goal<'_>) -> Result<Integral, E> + Sync),
    ) -> Result<Integral, E> {
        let at = |u: f64, goal: &Goal<'_>| sigma(self.share(u), goal);
        let (found, _) = self.lengths.of_sigma(goal, &at)?;
        Ok(found.times(1.0 / self.thickness))
    }

    /// The share of the energy at a place.
    fn share(&self, u: f64) -> f64 {
        let (lowest, highest) = self.ends;
        match u {
            u if u <= 0.0 => lowest,
            u if u >= 1.0 => highest,
            _ => lowest * libm::exp(libm::log(highest / lowest) * (u * u)),
        }
    }

    /// Share of the beam energy down to which it is followed.
    pub fn lowest(&self) -> f64 {
        self.ends.0
    }
}

/// The places 0 … 1 of the cells: dense at E0, where electrons are, and at E_low, where σ opens.
fn dense_at_both_ends(x: f64) -> f64 {
    x * x * (3.0 - 2.0 * x)
}

/// The length above `share` of a table.
fn length_in(rows: &[(f64, f64)], share: f64) -> f64 {
    // Where next to nothing is lost, several rows have the same energy.
    let next = rows.partition_point(|row| row.0 >= share);
    let last = rows[rows.len() - 1];
    match (next, rows.get(next)) {
        (0, _) => rows[0].1,
        (_, None) => last.1,
        (_, Some(below)) => {
            let above = rows[next - 1];
            above.1 + (below.1 - above.1) * (above.0 - share) / (above.0 - below.0)
        }
    }
}

/// ∫_0^T dt of the share above `energy_share` down to the depth `deepest` in X0, by Simpson's rule in √t.
fn length_x0(deepest: f64, energy_share: f64) -> f64 {
    if energy_share >= 1.0 {
        return 0.0;
    }
    let steps = 2 * CELLS;
    let sum: f64 = (0..=steps)
        .map(|i| {
            let root = i as f64 / steps as f64;
            let weight = match i {
                0 => 1.0,
                i if i == steps => 1.0,
                i if i % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * 2.0 * root * surviving_share(deepest * root * root, energy_share)
        })
        .sum();
    deepest * sum / (3.0 * steps as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of what costs little, and what may be missing from it.
    fn mean_over(track: &BeamTrack, sigma: impl Fn(f64) -> f64 + Sync) -> (f64, f64) {
        let at = |u: f64| Ok::<f64, ()>(sigma(track.share(u)));
        let (_, value, missing) = track.lengths.settled(2e-4, &at).unwrap();
        (value / track.thickness, missing / track.thickness)
    }

    #[test]
    fn the_effective_length_for_half_the_energy_is_the_integral_of_the_gamma_function() {
        // ∫_0^T P(4t/3, ln 2) dt by mpmath.quad.
        for (thickness_x0, expected) in [
            (1.0, 0.674_208_745_108),
            (1.8, 0.830_796_612_157),
            (2.0, 0.844_981_811_165),
            (40.0, 0.869_997_298_090),
        ] {
            let track = BeamTrack::of_electrons(thickness_x0, 0.5);
            let found = track.effective();
            assert!((found - expected).abs() < 1e-5, "{thickness_x0}: {found}");
            let (mean, _) = mean_over(&track, |_| 1.0);
            assert!((mean * thickness_x0 - found).abs() < 1e-12);
        }
    }

    #[test]
    fn a_cross_section_that_opens_at_the_lowest_energy_is_averaged_to_a_part_in_ten_thousand() {
        for lowest in [0.5, 0.95] {
            let sigma = |z: f64| (1.0 - lowest / z).sqrt() * (1.0 + z);
            let track = BeamTrack::of_electrons(40.0, lowest);
            let (found, missing) = mean_over(&track, sigma);
            // The same with as many polynomials as it takes.
            let at = |u: f64| Ok::<f64, ()>(sigma(track.share(u)));
            let exact = track.lengths.settled(1e-9, &at).unwrap().1 / 40.0;
            let off = found / exact - 1.0;
            assert!(off.abs() < 1e-4, "{lowest}: {off:e}");
            assert!((found - exact).abs() < missing, "{lowest}: {missing:e}");
        }
    }

    #[test]
    fn in_a_thin_target_the_energy_is_that_of_the_beam() {
        let electrons = BeamTrack::of_electrons(1e-4, 0.5);
        let mean = mean_over(&electrons, |share| share * share);
        assert!((mean.0 - 1.0).abs() < 1e-3);
        for loss in [1e-300, 1e-17, 1e-9] {
            let muons = BeamTrack::of_muons(22.4, loss, 0.5);
            let mean = mean_over(&muons, |share| share * share);
            assert!((mean.0 - 1.0).abs() < 1.01 * loss + 1e-15);
        }
    }

    #[test]
    fn muons_average_a_cross_section_over_equal_steps_of_energy() {
        // σ = a + b E/E0 over 1 − loss … 1 has the mean a + b (1 − loss/2).
        let (loss, a, b) = (0.3, 2.0, 5.0);
        let track = BeamTrack::of_muons(22.4, loss, 0.5);
        let mean = mean_over(&track, |share| a + b * share);
        let expected = a + b * (1.0 - 0.5 * loss);
        assert!((mean.0 / expected - 1.0).abs() < 1e-5);
        assert!((track.effective() - 22.4).abs() < 1e-12);
        // Where the cut lets nothing pass below z, the rest of the thickness counts for nothing.
        let (loss, lowest) = (0.9, 0.7);
        let track = BeamTrack::of_muons(22.4, loss, lowest);
        let inside = (1.0 - lowest) / loss;
        assert!((track.effective() - 22.4 * inside).abs() < 1e-12);
        let mean = mean_over(&track, |share| a + b * share);
        let expected = inside * (a + b * 0.5 * (1.0 + lowest));
        assert!((mean.0 / expected - 1.0).abs() < 1e-5);
    }
}
