//! Rates of one meson on one nucleus by the energy of the photon, from a table.
//!
//! Equal steps of √ln(ω/ω₀) from the threshold ω₀ on and cubics between them, to 1e-6 (`tests/meson.rs`).

use crate::elementary::libm_ln;
use crate::mesons::VectorMeson;
use crate::mesons::photoproduction::{self, Photoproduction};

/// Steps of the table.
const STEPS: usize = 256;
/// The first energy over the threshold, at which there is nothing to go on from.
const FIRST: f64 = 1.0 + 1e-9;

/// The rates of a meson.
#[derive(Debug)]
pub(super) struct Rates {
    meson: VectorMeson,
    /// The threshold, GeV.
    pub(super) lowest_gev: f64,
    /// The first energy in GeV, and ln of the last over it.
    pub(super) first_gev: f64,
    pub(super) length: f64,
    /// Coherent dσ/dt at |F|² = 1 in pb/GeV², and the incoherent σ in pb.
    rows: Vec<[f64; 2]>,
}

impl Rates {
    /// The place of the last energy of the table.
    pub(super) const LAST: f64 = STEPS as f64;

    /// Those on a nucleus up to an energy of the photon above the threshold.
    pub(super) fn new(meson: VectorMeson, on: &Photoproduction, highest_gev: f64) -> Self {
        let lowest_gev = photoproduction::threshold_gev(meson);
        let first_gev = FIRST * lowest_gev;
        let length = libm::log(highest_gev / first_gev);
        let row = |i: usize| {
            let u = i as f64 / STEPS as f64;
            let (coherent, incoherent) = on.rates(meson, first_gev * libm::exp(u * u * length));
            [coherent, incoherent]
        };
        Self {
            meson,
            lowest_gev,
            first_gev,
            length,
            rows: (0..=STEPS).map(row).collect(),
        }
    }

    /// The place in the table of an energy in GeV, from the first one in GeV and the length of the table.
    #[inline(always)]
    pub(super) fn place(energy_gev: f64, (first_gev, length): (f64, f64)) -> f64 {
        let share = libm_ln(energy_gev / first_gev) / length;
        let share = if share < 0.0 { 0.0 } else { share };
        share.sqrt() * Self::LAST
    }

    /// The rates at an energy.
    pub(super) fn at(&self, on: &Photoproduction, energy_gev: f64) -> [f64; 2] {
        let place = Self::place(energy_gev, (self.first_gev, self.length));
        self.at_place(on, energy_gev, place)
    }

    /// The same where its place is known; beyond the table, where a beam with a spread goes, from the nucleus itself.
    pub(super) fn at_place(&self, on: &Photoproduction, energy_gev: f64, place: f64) -> [f64; 2] {
        if place > Self::LAST {
            let (coherent, incoherent) = on.rates(self.meson, energy_gev);
            return [coherent, incoherent];
        }
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
