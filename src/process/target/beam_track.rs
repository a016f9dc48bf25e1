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
//! `E_χ + E_χ̄ > x_min E0`: at E the cut on x is x_min E0/E and only E > x_min E0 counts. σ(E) is taken
//! from cubic pieces in u, E = E_low (E0/E_low)^(u²), because it opens at E_low, and where that is far below E0 much
//! of the length may be near it; their number is doubled until that changes σ̄ by less than 2e-4. Cells of the integral are
//! taken to none by those twice as large. Energies in units of E0, lengths in X0 for electrons and cm for muons.
//! Pinned by the tests below and `tests/reach.rs`.

use std::sync::Arc;

use crate::matter::straggling::{deepest_x0, surviving_share};

/// Cells of the integral over the energy, and half the steps of that over the depth.
const CELLS: usize = 256;
/// Least and most intervals of the table of σ.
const TABLE: (usize, usize) = (4, 128);
/// Share of the energy of which nothing is made.
const NOTHING: f64 = 1e-9;
/// Relative change by twice the intervals below which there are enough.
const SETTLED: f64 = 2e-4;

/// The track length of the beam in a target as a function of the energy it has left.
#[derive(Debug, Clone, PartialEq)]
pub struct BeamTrack {
    thickness: f64,
    law: Law,
    /// (E/E0, L(E)), from the highest energy downwards.
    above: Vec<(f64, f64)>,
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

    fn along(law: Law, thickness: f64, (lowest, highest): (f64, f64)) -> Self {
        let (least, most) = (-libm::log(highest), -libm::log(lowest.max(NOTHING)));
        let evenly = |i: usize| libm::exp(-(least + (most - least) * dense_at_both_ends(i)));
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
                let depth = first + (last - first) * dense_at_both_ends(i);
                (1.0 - loss * depth, thickness * depth)
            }
            Law::Table(rows) => {
                // The ends as they are, since what is below the last row counts for nothing.
                let share = match i {
                    0 => highest,
                    CELLS => lowest,
                    i => evenly(i),
                };
                (share, length_in(rows, share))
            }
        };
        Self {
            above: (0..=CELLS).map(at).collect(),
            thickness,
            law,
        }
    }

    /// Track length above the lowest energy.
    pub fn effective(&self) -> f64 {
        self.above[CELLS].1 - self.before()
    }

    /// Mean of `sigma(E/E0)` over the thickness; what is below the lowest energy counts as 0.
    ///
    /// # Errors
    /// The first of `sigma`.
    pub fn mean<E>(&self, sigma: impl Fn(f64) -> Result<f64, E>) -> Result<f64, E> {
        Ok(self.mean_to(SETTLED, sigma)?.0)
    }

    /// The same until it changes by less than the share `settled`, and its error: the last change and that of the cells.
    ///
    /// # Errors
    /// The first of `sigma`.
    pub fn mean_to<E>(
        &self,
        settled: f64,
        sigma: impl Fn(f64) -> Result<f64, E>,
    ) -> Result<(f64, f64), E> {
        let (lowest, highest) = self.ends();
        let at = |i: usize, steps: usize| {
            let u = i as f64 / steps as f64;
            sigma(match i {
                0 => lowest,
                i if i == steps => highest,
                _ => lowest * libm::exp(libm::log(highest / lowest) * (u * u)),
            })
        };
        let mut steps = TABLE.0;
        let mut table = (0..=steps)
            .map(|i| at(i, steps))
            .collect::<Result<Vec<_>, E>>()?;
        let ((mut found, mut cells), mut change) = (self.mean_of(&table), f64::INFINITY);
        while steps < TABLE.1 {
            steps *= 2;
            let mut finer = Vec::with_capacity(steps + 1);
            for i in 0..=steps {
                finer.push(match i % 2 {
                    0 => table[i / 2],
                    _ => at(i, steps)?,
                });
            }
            table = finer;
            let better;
            (better, cells) = self.mean_of(&table);
            change = (better - found).abs();
            found = better;
            if change <= settled * better.abs() {
                break;
            }
        }
        Ok((found, change + cells))
    }

    /// Share of the beam energy down to which it is followed.
    pub fn lowest(&self) -> f64 {
        self.ends().0
    }

    /// The length above the highest energy, if that is not the beam's.
    fn before(&self) -> f64 {
        if self.above[0].0 < 1.0 {
            self.above[0].1
        } else {
            0.0
        }
    }

    /// The lowest and the highest energy.
    fn ends(&self) -> (f64, f64) {
        (self.above[CELLS].0, self.above[0].0)
    }

    /// The mean of the σ that is `table` at equal steps of u, and what the size of the cells may change in it.
    fn mean_of(&self, table: &[f64]) -> (f64, f64) {
        let (lowest, highest) = self.ends();
        let range = libm::log(highest / lowest);
        let at = |&(share, _): &(f64, f64)| {
            // Where next to nothing is lost, E_low is E0.
            match lowest < highest {
                true => cubic(
                    table,
                    (libm::log(share / lowest) / range).clamp(0.0, 1.0).sqrt(),
                ),
                false => table[0],
            }
        };
        let sigma: Vec<f64> = self.above.iter().map(at).collect();
        let by_cells = |step: usize| -> f64 {
            let ends = (0..CELLS).step_by(step).map(|i| (i, i + step));
            let cell = |(i, j): (usize, usize)| {
                0.5 * (sigma[i] + sigma[j]) * (self.above[j].1 - self.above[i].1)
            };
            ends.map(cell).sum()
        };
        // The error of a trapezoid is that of its square.
        let (fine, coarse) = (by_cells(1), by_cells(2));
        let off = (fine - coarse) / 3.0;
        // What has kept the energy of the beam.
        let kept = sigma[0] * (self.above[0].1 - self.before());
        (
            (kept + fine + off) / self.thickness,
            off.abs() / self.thickness,
        )
    }
}

/// The places 0 … 1 of the cells: dense at E0, where electrons are, and at E_low, where σ opens.
fn dense_at_both_ends(i: usize) -> f64 {
    let x = i as f64 / CELLS as f64;
    x * x * (3.0 - 2.0 * x)
}

/// The value at `u` (0 … 1) of the cubic through the four nearest of at least four equidistant values.
fn cubic(values: &[f64], u: f64) -> f64 {
    let last = values.len() - 1;
    let place = u * last as f64;
    let first = (place as usize).saturating_sub(1).min(last - 3);
    let x = place - first as f64;
    let [a, b, c, d] = [0, 1, 2, 3].map(|i| values[first + i]);
    let [x1, x2, x3] = [x - 1.0, x - 2.0, x - 3.0];
    -a * x1 * x2 * x3 / 6.0 + b * x * x2 * x3 / 2.0 - c * x * x1 * x3 / 2.0 + d * x * x1 * x2 / 6.0
}

/// The length above `share` of a table.
fn length_in(rows: &[(f64, f64)], share: f64) -> f64 {
    let next = rows.partition_point(|row| row.0 > share);
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
            let mean = track.mean(|_| Ok::<f64, ()>(1.0)).unwrap_or(f64::NAN);
            assert!((mean * thickness_x0 - found).abs() < 1e-12);
        }
    }

    #[test]
    fn a_cubic_goes_through_its_values_and_is_exact_for_cubics() {
        let curve = |u: f64| 1.0 - 2.0 * u + 3.0 * u * u - 4.0 * u * u * u;
        let values: Vec<f64> = (0..=7).map(|i| curve(f64::from(i) / 7.0)).collect();
        for u in [0.0, 0.01, 1.0 / 7.0, 0.5, 0.93, 1.0] {
            assert!((cubic(&values, u) - curve(u)).abs() < 1e-14, "{u}");
        }
    }

    #[test]
    fn a_cross_section_that_opens_at_the_lowest_energy_is_averaged_to_a_part_in_ten_thousand() {
        for lowest in [0.5, 0.95] {
            let sigma = |z: f64| (1.0 - lowest / z).sqrt() * (1.0 + z);
            let track = BeamTrack::of_electrons(40.0, lowest);
            let found = track.mean(|z| Ok::<f64, ()>(sigma(z)));
            // The same with σ itself at the ends of each cell.
            let exact: f64 = track
                .above
                .windows(2)
                .map(|c| 0.5 * (sigma(c[0].0) + sigma(c[1].0)) * (c[1].1 - c[0].1))
                .sum();
            let off = found.unwrap_or(f64::NAN) * 40.0 / exact - 1.0;
            assert!(off.abs() < 1e-4, "{lowest}: {off:e}");
        }
    }

    #[test]
    fn in_a_thin_target_the_energy_is_that_of_the_beam() {
        let electrons = BeamTrack::of_electrons(1e-4, 0.5);
        let mean = electrons.mean(|share| Ok::<f64, ()>(share * share));
        assert!((mean.unwrap_or(f64::NAN) - 1.0).abs() < 1e-3);
        for loss in [1e-300, 1e-17, 1e-9] {
            let muons = BeamTrack::of_muons(22.4, loss, 0.5);
            let mean = muons.mean(|share| Ok::<f64, ()>(share * share));
            assert!((mean.unwrap_or(f64::NAN) - 1.0).abs() < 1.01 * loss + 1e-15);
        }
    }

    #[test]
    fn muons_average_a_cross_section_over_equal_steps_of_energy() {
        // σ = a + b E/E0 over 1 − loss … 1 has the mean a + b (1 − loss/2).
        let (loss, a, b) = (0.3, 2.0, 5.0);
        let track = BeamTrack::of_muons(22.4, loss, 0.5);
        let mean = track.mean(|share| Ok::<f64, ()>(a + b * share));
        let expected = a + b * (1.0 - 0.5 * loss);
        assert!((mean.unwrap_or(f64::NAN) / expected - 1.0).abs() < 1e-5);
        assert!((track.effective() - 22.4).abs() < 1e-12);
        // Where the cut lets nothing pass below z, the rest of the thickness counts for nothing.
        let (loss, lowest) = (0.9, 0.7);
        let track = BeamTrack::of_muons(22.4, loss, lowest);
        let inside = (1.0 - lowest) / loss;
        assert!((track.effective() - 22.4 * inside).abs() < 1e-12);
        let mean = track.mean(|share| Ok::<f64, ()>(a + b * share));
        let expected = inside * (a + b * 0.5 * (1.0 + lowest));
        assert!((mean.unwrap_or(f64::NAN) / expected - 1.0).abs() < 1e-5);
    }
}
