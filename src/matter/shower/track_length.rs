//! Track lengths by energy, from a cascade or from a file.
//!
//! T(> E), the track length above E in X0 per beam particle, falls with E, between rows as `curve` has it; what T is at the
//! highest energy belongs to particles of just that energy (a beam that has lost nothing yet). So `∫ σ (−dT)` is a
//! trapezoidal sum. Pinned by the tests of `curve` and by `tests/shower.rs`.

use super::Species;
use super::cascade::Population;
use super::curve::{Curve, Piece};
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
        match next {
            0 => above[0],
            _ if next == energies.len() => 0.0,
            _ => Piece::of(energies, above, next - 1).above(energy_gev),
        }
    }

    /// The same as a curve, for many energies or lengths.
    ///
    /// # Panics
    /// If there is no row.
    pub fn curve(&self, species: Species) -> Curve {
        Curve::new(&self.energies_gev, self.above_x0(species))
    }

    /// −dT/dE of a species at `energy_gev` in X0/GeV, 0 outside of the table.
    pub fn density_at(&self, species: Species, energy_gev: f64) -> f64 {
        let (energies, above) = (&self.energies_gev, self.above_x0(species));
        let next = energies.partition_point(|e| *e < energy_gev);
        match (1..energies.len()).contains(&next) {
            true => Piece::of(energies, above, next - 1).density(energy_gev),
            false => 0.0,
        }
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
