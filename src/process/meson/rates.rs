//! Rates of one meson on one nucleus by the energy of the photon, from a table.
//!
//! Equal steps of √ln(ω/ω₀) from the threshold ω₀ on and cubics between them, to 1e-6 (`tests/meson.rs`).

use crate::mesons::VectorMeson;
use crate::mesons::photoproduction::{self, Photoproduction};

/// Steps of the table.
const STEPS: usize = 256;
/// The first energy over the threshold, at which there is nothing to go on from.
const FIRST: f64 = 1.0 + 1e-9;

/// The rates of a meson.
#[derive(Debug)]
pub(super) struct Rates {
    pub(super) meson: VectorMeson,
    /// The threshold, GeV.
    pub(super) lowest_gev: f64,
    /// ln of the last energy over the first.
    length: f64,
    /// Coherent dσ/dt at |F|² = 1 in pb/GeV², and the incoherent σ in pb.
    rows: Vec<[f64; 2]>,
}

impl Rates {
    /// Those on a nucleus up to an energy of the photon above the threshold.
    pub(super) fn new(meson: VectorMeson, on: &Photoproduction, highest_gev: f64) -> Self {
        let lowest_gev = photoproduction::threshold_gev(meson);
        let length = libm::log(highest_gev / (FIRST * lowest_gev));
        let row = |i: usize| {
            let u = i as f64 / STEPS as f64;
            let (coherent, incoherent) =
                on.rates(meson, FIRST * lowest_gev * libm::exp(u * u * length));
            [coherent, incoherent]
        };
        Self {
            meson,
            lowest_gev,
            length,
            rows: (0..=STEPS).map(row).collect(),
        }
    }

    /// The rates at an energy; beyond the table, where a beam with a spread goes, from the nucleus itself.
    pub(super) fn at(&self, on: &Photoproduction, energy_gev: f64) -> [f64; 2] {
        let share = libm::log(energy_gev / (FIRST * self.lowest_gev)) / self.length;
        if share > 1.0 {
            let (coherent, incoherent) = on.rates(self.meson, energy_gev);
            return [coherent, incoherent];
        }
        let place = share.max(0.0).sqrt() * STEPS as f64;
        let first = (place as usize).saturating_sub(1).min(STEPS - 3);
        let x = place - first as f64;
        let [x1, x2, x3] = [x - 1.0, x - 2.0, x - 3.0];
        let weights = [
            -x1 * x2 * x3 / 6.0,
            x * x2 * x3 / 2.0,
            -x * x1 * x3 / 2.0,
            x * x1 * x2 / 6.0,
        ];
        [0, 1].map(|column| {
            let rows = self.rows[first..first + 4].iter().zip(weights);
            let value: f64 = rows.map(|(row, weight)| weight * row[column]).sum();
            value.max(0.0)
        })
    }
}
