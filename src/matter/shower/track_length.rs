//! Track lengths by energy, from a cascade or from a file.
//!
//! T(> E), the track length above E in X0 per beam particle, falls with E, between two rows as a power
//! of E (linearly down to 0); what T is at the highest energy belongs to particles of just that energy (a beam
//! that has lost nothing yet). So `∫ σ (−dT)` is a trapezoidal sum. Pinned by the tests below and
//! `tests/shower.rs`.

use super::Species;
use super::cascade::Population;
use crate::elementary::{libm_exp, libm_ln};
use crate::text::shown;

/// Track lengths above each energy, down to one depth.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackLength {
    depth_x0: Option<f64>,
    /// Rising.
    energies_gev: Vec<f64>,
    /// Of each species; falling.
    above_x0: [Vec<f64>; 3],
}

/// The energies above which one species has given lengths, from a table made once.
#[derive(Debug, Clone, PartialEq)]
pub struct Inverse {
    /// By rising energy, and one after the last that no length reaches.
    rows: Vec<Row>,
    /// Bins of length per X0, and how many rows are in a bin above each.
    per_x0: f64,
    above: Vec<u16>,
}

/// An energy, the length above it, and the power of E from there to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Row {
    above_x0: f64,
    energy_gev: f64,
    power: f64,
}

/// Between which two energies a length lies, and where: at `low` (length over that there)^(1/`power`).
#[derive(Clone, Copy)]
pub(crate) struct Between {
    /// How many energies of the table are below.
    pub(crate) next: usize,
    pub(crate) low_gev: f64,
    pub(crate) ratio: f64,
    pub(crate) power: f64,
}

impl Between {
    /// Energy, GeV.
    #[inline(always)]
    pub(crate) fn energy_gev(low_gev: f64, ratio: f64, power: f64) -> f64 {
        low_gev * libm_exp(libm_ln(ratio) / power)
    }
}

impl Inverse {
    /// The bin of a length.
    #[inline(always)]
    fn bin(length_x0: f64, per_x0: f64, bins: usize) -> usize {
        ((length_x0 * per_x0) as usize).min(bins - 1)
    }

    /// How many energies have more than a length, at least.
    #[inline(always)]
    pub(crate) fn least(&self, length_x0: f64) -> usize {
        usize::from(self.above[Self::bin(length_x0, self.per_x0, self.above.len())])
    }

    /// Where the energy is above which the track length is `length_x0`, if [`Self::least`] have more.
    #[inline(always)]
    pub(crate) fn between(&self, least: usize, length_x0: f64) -> Between {
        let mut next = least;
        // Bins have half of a row in the mean, so that two steps that cannot be predicted are mostly enough.
        for _ in 0..2 {
            next += usize::from(self.rows[next].above_x0 > length_x0);
        }
        while self.rows[next].above_x0 > length_x0 {
            next += 1;
        }
        let at = |low_gev| Between {
            next,
            low_gev,
            ratio: 1.0,
            power: f64::INFINITY,
        };
        if next == 0 {
            return at(self.rows[0].energy_gev);
        }
        let low = self.rows[next - 1];
        if low.power == 0.0 {
            let (from, to) = (low.energy_gev, self.rows[next].energy_gev);
            return at(to - length_x0 / low.above_x0 * (to - from));
        }
        Between {
            next,
            low_gev: low.energy_gev,
            ratio: length_x0 / low.above_x0,
            power: low.power,
        }
    }

    /// The energy in GeV above which the species has the track length `length_x0`: the inverse of [`TrackLength::above`],
    /// the highest energy for what is shorter than its own.
    pub fn energy_at(&self, length_x0: f64) -> f64 {
        let found = self.between(self.least(length_x0), length_x0);
        Between::energy_gev(found.low_gev, found.ratio, found.power)
    }
}

impl TrackLength {
    /// One of these columns: energies in GeV that rise, and what each species has above them in X0, which falls.
    pub(crate) fn of_columns(energies_gev: Vec<f64>, above_x0: [Vec<f64>; 3]) -> Self {
        Self {
            depth_x0: None,
            energies_gev,
            above_x0,
        }
    }

    /// From the integrals of the numbers at falling nodes, of which there is one more; a number at a
    /// node stands for half of the distance to its neighbours.
    pub(super) fn of_nodes(depth_x0: f64, nodes_gev: &[f64], track: &Population) -> Self {
        let rows = nodes_gev.len() - 1;
        let energies_gev = nodes_gev[..rows].iter().rev().copied().collect();
        let above_x0 = Species::ALL.map(|species| {
            let mut sum = 0.0;
            let mut falling = Vec::with_capacity(rows);
            for (j, number) in track.of(species).into_iter().enumerate() {
                // All of the first is at E0 itself.
                let upper = match j {
                    0 => 1.0,
                    _ => (nodes_gev[j - 1] - nodes_gev[j]) / (nodes_gev[j - 1] - nodes_gev[j + 1]),
                };
                falling.push(sum + upper * number);
                sum += number;
            }
            falling.reverse();
            falling
        });
        Self {
            depth_x0: Some(depth_x0),
            energies_gev,
            above_x0,
        }
    }

    /// Without the error of second order in the step: `coarse` has each second energy.
    pub(super) fn extrapolated(mut self, coarse: &Self) -> Self {
        for (fine, coarse) in self.above_x0.iter_mut().zip(&coarse.above_x0) {
            let error: Vec<f64> = coarse
                .iter()
                .zip(fine.iter().step_by(2))
                .map(|(coarse, fine)| (fine - coarse) / 3.0)
                .collect();
            for (i, length) in fine.iter_mut().enumerate() {
                let (low, high) = (error[i / 2], error[i.div_ceil(2)]);
                *length += 0.5 * (low + high);
            }
            // Next to E0, where it is singular, the order may be lost.
            let mut most = 0.0_f64;
            for length in fine.iter_mut().rev() {
                most = most.max(*length);
                *length = most;
            }
        }
        self
    }

    /// Without a row yet.
    pub(super) fn empty(depth_x0: Option<f64>) -> Self {
        Self {
            depth_x0,
            energies_gev: Vec::new(),
            above_x0: [Vec::new(), Vec::new(), Vec::new()],
        }
    }

    /// One more row, in words what is wrong with it.
    pub(super) fn push(&mut self, energy: f64, above: [f64; 3]) -> Result<(), String> {
        let last = self.energies_gev.last().copied().unwrap_or(0.0);
        if !(energy > last) {
            return Err(format!("energy {} GeV does not rise", shown(energy)));
        }
        for ((column, species), x0) in self.above_x0.iter_mut().zip(Species::ALL).zip(above) {
            let most = column.last().copied().unwrap_or(f64::INFINITY);
            if !(0.0..=most).contains(&x0) {
                let (name, x0) = (species.name(), shown(x0));
                return Err(format!(
                    "track length {x0} X0 of the {name}: from 0 to that above the energy before expected"
                ));
            }
            column.push(x0);
        }
        self.energies_gev.push(energy);
        Ok(())
    }

    /// The lengths a part of the way to those of a larger depth, at the same energies.
    pub(super) fn towards(&self, later: &Self, share: f64) -> Self {
        if share == 1.0 {
            return later.clone();
        }
        let above_x0 = Species::ALL.map(|species| {
            let pairs = self.above_x0(species).iter().zip(later.above_x0(species));
            pairs
                .map(|(before, after)| before + share * (after - before))
                .collect()
        });
        Self {
            depth_x0: None,
            energies_gev: self.energies_gev.clone(),
            above_x0,
        }
    }

    /// What is added to the lengths of a smaller depth, at the same energies; never less than nothing.
    ///
    /// # Panics
    /// If the energies are others.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        assert_eq!(self.energies_gev, earlier.energies_gev, "another table");
        let above_x0 = Species::ALL.map(|species| {
            let pairs = self.above_x0(species).iter().zip(earlier.above_x0(species));
            let mut most = 0.0_f64;
            let mut added: Vec<f64> = pairs
                .rev()
                .map(|(after, before)| {
                    // Small differences of what was extrapolated may come out of order.
                    most = most.max(after - before);
                    most
                })
                .collect();
            added.reverse();
            added
        });
        Self {
            depth_x0: None,
            energies_gev: self.energies_gev.clone(),
            above_x0,
        }
    }

    /// How deep the target is, in X0, if it is known.
    pub fn depth_x0(&self) -> Option<f64> {
        self.depth_x0
    }

    /// The energies of the table, GeV, rising.
    pub fn energies_gev(&self) -> &[f64] {
        &self.energies_gev
    }

    /// Track lengths of a species above each of these energies, X0.
    pub fn above_x0(&self, species: Species) -> &[f64] {
        &self.above_x0[species as usize]
    }

    /// Track length of a species above `energy_gev`, X0; above the lowest energy of the table if it is
    /// below that.
    pub fn above(&self, species: Species, energy_gev: f64) -> f64 {
        let (energies, above) = (&self.energies_gev, self.above_x0(species));
        let next = energies.partition_point(|e| *e < energy_gev);
        if next == 0 {
            return above[0];
        }
        let Some(high) = energies.get(next) else {
            return 0.0;
        };
        let (low, t_low, t_high) = (energies[next - 1], above[next - 1], above[next]);
        if t_high > 0.0 {
            let power = libm::log(t_high / t_low) / libm::log(high / low);
            return t_low * libm::exp(power * libm::log(energy_gev / low));
        }
        t_low * (high - energy_gev) / (high - low)
    }

    /// The energies of lengths of a species.
    ///
    /// # Panics
    /// If there is no row.
    pub fn inverse(&self, species: Species) -> Inverse {
        let (energies, lengths) = (&self.energies_gev, self.above_x0(species));
        let power = |i: usize| match lengths.get(i + 1) {
            Some(&next) if next > 0.0 => {
                libm::log(next / lengths[i]) / libm::log(energies[i + 1] / energies[i])
            }
            // Linear.
            Some(_) => 0.0,
            // What is shorter has the energy of the beam.
            None => f64::INFINITY,
        };
        let row = |i: usize| Row {
            above_x0: lengths[i],
            energy_gev: energies[i],
            power: power(i),
        };
        let mut rows: Vec<Row> = (0..lengths.len()).map(row).collect();
        let bins = 2 * rows.len();
        let per_x0 = bins as f64 / lengths[0];
        let mut above = vec![0; bins];
        let mut next = 0;
        for (bin, above) in above.iter_mut().enumerate().rev() {
            while next < rows.len() && Inverse::bin(lengths[next], per_x0, bins) > bin {
                next += 1;
            }
            *above = u16::try_from(next).expect("no more rows than a table may have");
        }
        rows.push(Row {
            above_x0: -1.0,
            ..rows[rows.len() - 1]
        });
        Inverse {
            rows,
            per_x0,
            above,
        }
    }

    /// −dT/dE of a species at `energy_gev` in X0/GeV, 0 outside of the table.
    pub fn density_at(&self, species: Species, energy_gev: f64) -> f64 {
        let (energies, above) = (&self.energies_gev, self.above_x0(species));
        let next = energies.partition_point(|e| *e < energy_gev);
        let (Some(high), true) = (energies.get(next), next > 0) else {
            return 0.0;
        };
        let (low, t_low, t_high) = (energies[next - 1], above[next - 1], above[next]);
        if t_high > 0.0 {
            let power = libm::log(t_high / t_low) / libm::log(high / low);
            let t = t_low * libm::exp(power * libm::log(energy_gev / low));
            return -power * t / energy_gev;
        }
        t_low / (high - low)
    }

    /// ∫ dE (−dT/dE) f(E) from `lowest_gev` upwards, in X0 times the unit of `f`.
    pub fn integral(&self, species: Species, lowest_gev: f64, f: impl Fn(f64) -> f64) -> f64 {
        let above = self.above_x0(species);
        let Some((&top, &at_top)) = self.energies_gev.last().zip(above.last()) else {
            return 0.0;
        };
        if top < lowest_gev {
            return 0.0;
        }
        let (mut high, mut f_high, mut t_high) = (top, f(top), at_top);
        let mut sum = f_high * t_high;
        for (energy, length) in self.energies_gev.iter().zip(above).rev().skip(1) {
            if high <= lowest_gev {
                break;
            }
            let low = energy.max(lowest_gev);
            let t_low = match low > *energy {
                true => self.above(species, low),
                false => *length,
            };
            let f_low = f(low);
            sum += 0.5 * (f_low + f_high) * (t_low - t_high);
            (high, f_high, t_high) = (low, f_low, t_low);
        }
        sum
    }

    /// −dT/dE in X0/GeV of a species between each two energies, with the middle of the two (in ln E).
    pub fn density(&self, species: Species) -> Vec<(f64, f64)> {
        let above = self.above_x0(species);
        let pairs = self.energies_gev.windows(2).zip(above.windows(2));
        pairs
            .map(|(e, t)| ((e[0] * e[1]).sqrt(), (t[0] - t[1]) / (e[1] - e[0])))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn energies_of_lengths_are_those_of_a_search_through_all_rows() {
        // Steep and flat pieces, rows of one length, and an end with particles of the energy of the beam or without.
        let tables = [
            vec![3.0, 2.999, 2.0, 2.0, 2.0, 1e-3, 9e-4, 8e-4, 7e-4, 6e-4],
            vec![1.0, 0.5, 0.2, 0.19, 0.18, 0.17, 0.16, 0.15, 0.0, 0.0],
            vec![0.0; 10],
        ];
        for lengths in tables {
            let energies: Vec<f64> = (0..10)
                .map(|i| 5.0 * libm::exp(0.3 * f64::from(i)))
                .collect();
            let none = vec![0.0; 10];
            let columns = [lengths.clone(), none.clone(), none];
            let track = TrackLength::of_columns(energies.clone(), columns);
            let inverse = track.inverse(Species::Electron);
            let expected = |length: f64| {
                let next = lengths.iter().filter(|row| **row > length).count();
                if next == 0 || next == 10 {
                    return energies[next.min(9)];
                }
                let ((low, high), (above, below)) = (
                    (energies[next - 1], energies[next]),
                    (lengths[next - 1], lengths[next]),
                );
                if below == 0.0 {
                    return high - length / above * (high - low);
                }
                let power = libm::log(below / above) / libm::log(high / low);
                low * libm::exp(libm::log(length / above) / power)
            };
            let spread = (1..100_000).map(|i| 3.2 * f64::from(i) / 1e5);
            for length in spread.chain(lengths.iter().copied()).chain([1e-300, 1e300]) {
                let (found, expected) = (inverse.energy_at(length), expected(length));
                assert_eq!(found.to_bits(), expected.to_bits(), "{length}: {found}");
            }
        }
    }
}
