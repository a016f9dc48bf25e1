//! Electrons that lose energy by bremsstrahlung in a thick target.
//!
//! After t radiation lengths the share of electrons above energy E is that of [TW66]
//! (`target::straggling`). The track length above E, `L(E) = ∫_0^T dt P(E' > E; t)`, weights the
//! cross section: `σ̄ = (1/T) ∫ σ(E) (−dL/dE) dE`. What is radiated stays visible, so the cut is on the
//! energy that χ and χ̄ carry away, `E_χ + E_χ̄ > x_min E0`: at E the cut on x is x_min E0/E and only
//! E > x_min E0 counts. σ(E) is taken from a table linear in E. Pinned by the tests below and
//! `tests/reach.rs`.

use crate::target::straggling::surviving_share;

/// Cells of the integral over the energy, and half the steps of that over the depth.
const CELLS: usize = 256;
/// Intervals of the table of σ.
const TABLE: usize = 24;
/// Electrons beyond this many radiation lengths have lost their energy; their share is below 1e-9.
const DEEPEST_X0: f64 = 16.0;

/// The track length of electrons in a target as a function of the energy they have left.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackLength {
    thickness_x0: f64,
    /// (E/E0, L(E) in X0), from E0 downwards.
    above: Vec<(f64, f64)>,
}

impl TrackLength {
    /// Electrons in `thickness_x0` radiation lengths down to the share `lowest` (0 … 1) of the
    /// beam energy, at least 1e-3.
    pub fn new(thickness_x0: f64, lowest: f64) -> Self {
        let loss = -libm::log(lowest.max(1e-3));
        let above = (0..=CELLS)
            .map(|i| {
                let root = i as f64 / CELLS as f64;
                let energy_share = libm::exp(-loss * root * root);
                (energy_share, length_x0(thickness_x0, energy_share))
            })
            .collect();
        Self {
            thickness_x0,
            above,
        }
    }

    /// Track length in X0 above the lowest energy.
    pub fn effective_x0(&self) -> f64 {
        self.above.last().map_or(0.0, |(_, length)| *length)
    }

    /// Mean of `sigma(E/E0)` over the thickness; what is below the lowest energy counts as 0.
    ///
    /// # Errors
    /// The first of `sigma`.
    pub fn mean<E>(&self, sigma: impl Fn(f64) -> Result<f64, E>) -> Result<f64, E> {
        let lowest = self.above.last().map_or(1.0, |(share, _)| *share);
        // Denser at the lowest energy, where the phase space opens.
        let node = |i: usize| {
            let z = i as f64 / TABLE as f64;
            lowest + (1.0 - lowest) * z * z
        };
        let table = (0..=TABLE)
            .map(|i| Ok((node(i), sigma(node(i))?)))
            .collect::<Result<Vec<_>, E>>()?;
        let at = |share: f64| {
            let i = table.partition_point(|(z, _)| *z < share).clamp(1, TABLE);
            let ((z0, s0), (z1, s1)) = (table[i - 1], table[i]);
            s0 + (s1 - s0) * (share - z0) / (z1 - z0)
        };
        let mut sum = 0.0;
        for cell in self.above.windows(2) {
            let ((z0, l0), (z1, l1)) = (cell[0], cell[1]);
            sum += 0.5 * (at(z0) + at(z1)) * (l1 - l0);
        }
        Ok(sum / self.thickness_x0)
    }
}

/// ∫_0^T dt of the share above `energy_share`, by Simpson's rule in √t.
fn length_x0(thickness_x0: f64, energy_share: f64) -> f64 {
    if energy_share >= 1.0 {
        return 0.0;
    }
    let deepest = thickness_x0.min(DEEPEST_X0);
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
            (2.0, 0.844_981_811_165),
            (40.0, 0.869_997_298_090),
        ] {
            let track = TrackLength::new(thickness_x0, 0.5);
            let found = track.effective_x0();
            assert!((found - expected).abs() < 1e-5, "{thickness_x0}: {found}");
            let mean = track.mean(|_| Ok::<f64, ()>(1.0)).unwrap_or(f64::NAN);
            assert!((mean * thickness_x0 - found).abs() < 1e-12);
        }
    }

    #[test]
    fn in_a_thin_target_the_energy_is_that_of_the_beam() {
        let track = TrackLength::new(1e-4, 0.5);
        let mean = track.mean(|share| Ok::<f64, ()>(share * share));
        assert!((mean.unwrap_or(f64::NAN) - 1.0).abs() < 1e-3);
    }
}
