//! Muons that lose energy in steps: how far they travel above each energy.
//!
//! Losses below the cut v_cut are continuous, those above come one by one with [`MuonLoss::rate_per_cm`]. The steps alone
//! change the numbers n_j at nodes E_j = E0 exp(−Y u_j³), dense at E0, as `∂n/∂z = A n`; a muon between two nodes is
//! shared among them so that number and energy are kept. With all losses below λ,
//!
//! ```text
//! ∫_0^z n dz' = (1/λ) Σ_k P(K > k; λz) (1 + A/λ)^k n(0),   K a Poisson number of mean λz      [Jen53]
//! ```
//!
//! The continuous loss at energies E0 and E for half of the depth each is taken off afterwards; it is small where steps
//! matter, and what is left out is of second order in both. Lengths in cm, energies in GeV. Pinned by the tests below
//! and `tests/thick.rs`.

use super::MuonLoss;
use super::rates::GAUSS;
use crate::elementary::exp;
use crate::matter::shower::TrackLength;

/// Steps of the grid: doubling them changes no length by more than 10⁻⁴.
const STEPS: usize = 128;

/// What each node gives to those from itself downwards, per cm, and all it gives.
struct Steps {
    nodes_gev: Vec<f64>,
    /// Rows by source: to itself and to each below.
    given: Vec<Vec<f64>>,
    left: Vec<f64>,
}

impl Steps {
    fn new(loss: &MuonLoss, energy_gev: f64, lowest_gev: f64) -> Self {
        let depth = libm::log(energy_gev / lowest_gev);
        let node = |j: usize| {
            let u = j as f64 / STEPS as f64;
            energy_gev * exp(-depth * u * u * u)
        };
        let nodes_gev: Vec<f64> = (0..=STEPS).map(node).collect();
        let given = (0..=STEPS).map(|i| {
            let energy = nodes_gev[i];
            let mut row = vec![0.0; STEPS + 1 - i];
            for k in i..STEPS {
                let (high, low) = (nodes_gev[k], nodes_gev[k + 1]);
                // Only what is above the cut, wherever that lies between the two.
                let top = high.min(energy * (1.0 - loss.v_cut));
                if top <= low {
                    continue;
                }
                for (u, weight) in GAUSS {
                    let to = low + (top - low) * u;
                    let v = 1.0 - to / energy;
                    let rate = loss.rate_per_cm(energy, v) * weight * (top - low) / energy;
                    let share = (to - low) / (high - low);
                    row[k - i] += rate * share;
                    row[k + 1 - i] += rate * (1.0 - share);
                }
            }
            row
        });
        let given: Vec<Vec<f64>> = given.collect();
        let left = nodes_gev.iter().map(|&e| loss.catastrophic_per_cm(e));
        Self {
            left: left.collect(),
            given,
            nodes_gev,
        }
    }

    /// ∫ n dz down to each of these depths.
    fn numbers(&self, depths_cm: &[f64]) -> Vec<Vec<f64>> {
        let n = self.nodes_gev.len();
        let fastest = self.left.iter().copied().fold(1e-30, f64::max);
        let mut sums = vec![vec![0.0; n]; depths_cm.len()];
        // P(K > k) for each depth, from P(K = k).
        let mut equal: Vec<f64> = depths_cm.iter().map(|z| exp(-fastest * z)).collect();
        let mut beyond: Vec<f64> = equal.iter().map(|p| 1.0 - p).collect();
        let mut now = vec![0.0; n];
        now[0] = 1.0;
        for k in 1_u32.. {
            for (sum, share) in sums.iter_mut().zip(&beyond) {
                for (sum, number) in sum.iter_mut().zip(&now) {
                    *sum += share * number / fastest;
                }
            }
            if beyond.iter().all(|share| *share < 1e-12) {
                break;
            }
            let mut next: Vec<f64> = now
                .iter()
                .zip(&self.left)
                .map(|(number, left)| number * (1.0 - left / fastest))
                .collect();
            for (i, number) in now.iter().enumerate() {
                for (to, rate) in next[i..].iter_mut().zip(&self.given[i]) {
                    *to += number * rate / fastest;
                }
            }
            now = next;
            for ((equal, beyond), z) in equal.iter_mut().zip(&mut beyond).zip(depths_cm) {
                *equal *= fastest * z / f64::from(k);
                *beyond = (*beyond - *equal).max(0.0);
            }
        }
        sums
    }
}

impl MuonLoss {
    /// Track lengths in cm (in the place of those of electrons) of muons of `energy_gev` from each depth to the
    /// next, from the front on, above the energies that they have there, down to `lowest_gev`.
    pub fn slabs(&self, energy_gev: f64, lowest_gev: f64, depths_cm: &[f64]) -> Vec<TrackLength> {
        // Those at the end of the grid are left out.
        let steps = Steps::new(self, energy_gev, 0.95 * lowest_gev);
        let e = &steps.nodes_gev;
        let numbers = steps.numbers(depths_cm);
        let at_e0 = self.gev_per_cm(energy_gev);
        let slab = |k: usize| {
            let (from, to) = match k {
                0 => (0.0, depths_cm[0]),
                k => (depths_cm[k - 1], depths_cm[k]),
            };
            let middle = 0.5 * (from + to);
            let added = |j: usize| {
                let before = if k == 0 { 0.0 } else { numbers[k - 1][j] };
                (numbers[k][j] - before).max(0.0)
            };
            let (mut sum, mut rows) = (0.0, Vec::with_capacity(e.len()));
            for j in 0..e.len() - 1 {
                // A number at a node stands for half of the way to its neighbours; all of the first is at E0.
                let upper = match j {
                    0 => 1.0,
                    _ => (e[j - 1] - e[j]) / (e[j - 1] - e[j + 1]),
                };
                let number = added(j);
                let continuous = 0.5 * middle * (at_e0 + self.gev_per_cm(e[j]));
                rows.push((e[j] - continuous, sum + upper * number));
                sum += number;
            }
            rows.reverse();
            let (energies, lengths): (Vec<f64>, Vec<f64>) =
                rows.into_iter().filter(|(energy, _)| *energy > 0.0).unzip();
            let none = vec![0.0; energies.len()];
            TrackLength::of_columns(energies, [lengths, none.clone(), none])
        };
        (0..depths_cm.len()).map(slab).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::NucleusSpin;
    use crate::matter::elements::Element;
    use crate::matter::material::Material;
    use crate::matter::shower::Species;

    fn lead(v_cut: f64) -> MuonLoss {
        let element = Element::from_symbol("Pb").expect("listed");
        let material = Material::pure(element, NucleusSpin::Zero);
        MuonLoss::new(&material, 160.0, v_cut).expect("lead")
    }

    #[test]
    fn lengths_add_up_to_the_depth_and_steps_to_the_mean_loss() {
        let loss = lead(1e-3);
        let depths = [2.0, 5.0, 10.0, 22.4];
        let slabs = loss.slabs(160.0, 0.5, &depths);
        let mean = |slab: &TrackLength| slab.integral(Species::Electron, 0.0, |energy| energy);
        let length: f64 = slabs.iter().map(|s| s.above_x0(Species::Electron)[0]).sum();
        assert!((length / 22.4 - 1.0).abs() < 1e-3, "{length}");
        // The mean energy of the last slab against that of the mean loss.
        let whole = lead(1.0);
        let middle = whole.energy_after(160.0, 16.2).expect("gets through");
        let found = mean(&slabs[3]) / slabs[3].above_x0(Species::Electron)[0];
        assert!((found / middle - 1.0).abs() < 5e-4, "{found} {middle}");
    }

    #[test]
    fn those_without_a_step_are_as_many_as_a_poisson_number_of_zero() {
        let loss = lead(1e-3);
        let slabs = loss.slabs(160.0, 80.0, &[22.4]);
        let rate = loss.catastrophic_per_cm(160.0);
        let expected = (1.0 - exp(-rate * 22.4)) / rate;
        // Steps of the grid next to E0 are finer than the cut.
        let energies = slabs[0].energies_gev();
        let at_top = slabs[0].above(Species::Electron, energies[energies.len() - 1]);
        assert!(
            (at_top / expected - 1.0).abs() < 1e-6,
            "{at_top} {expected}"
        );
    }
}
