//! Points of an annihilation after radiation off the initial state: cos θ, and two more for the shares z₁ and z₂.
//!
//! With v = 1 − z₁z₂ and 1 − z₁ = vt the density D(z₁)D(z₂) goes as v^(β−1) [t(1−t)]^(β/2−1), which v = v_max u^(1/β) and
//! t = ½(2w)^(2/β) (below ½, and likewise above) take away. Half of the points have v from there; where A′ may be on its mass
//! shell the others are spread about z₁z₂s = m_A′² as 1/√((z₁z₂s − m_A′²)² + Γ₀²m_A′²), with the least width Γ₀ whatever its own,
//! so that the map asks for the masses alone. z₁ is the share of the energy that the positron has at the vertex.

use super::annihilated::{Annihilation, LEAST_WIDTH, Pair};
use super::cross_section::s_of;
use super::initial_state::{beta, regular};
use crate::constants::ELECTRON_MASS_GEV;
use crate::elementary::{exp, ln};
use crate::event::Momentum;
use crate::process::{BLOCK, PointBlock};

/// Dimensions.
pub(super) const DIM: usize = 3;

/// The map of the shares at one energy.
#[derive(Debug, Clone, Copy)]
struct Map {
    s: f64,
    beta: f64,
    /// The largest v, at threshold.
    v_most: f64,
    /// s − 4m_χ² there, GeV².
    spare: f64,
    /// v_max^β.
    soft: f64,
    peak: Option<Peak>,
}

/// Points about a peak in z = z₁z₂, by η of z = z_peak + half width · sinh η.
#[derive(Debug, Clone, Copy)]
struct Peak {
    at: f64,
    half: f64,
    from: f64,
    to: f64,
}

impl Map {
    fn of(process: &Annihilation) -> Self {
        let s = s_of(process.energy_gev);
        let (beta, v_most) = (beta(s), 1.0 - s_of(process.threshold_gev()) / s);
        let peak = |(pole_gev, _): (f64, f64)| {
            let at = s_of(pole_gev) / s;
            let half = LEAST_WIDTH * at;
            let eta = |z: f64| libm::asinh((z - at) / half);
            let (from, to) = (eta(1.0 - v_most), eta(1.0));
            Peak { at, half, from, to }
        };
        Self {
            s,
            beta,
            v_most,
            spare: process.spare_gev2(),
            soft: exp(beta * ln(v_most)),
            peak: process.pole().map(peak),
        }
    }

    /// v at a coordinate, and v^(β−1) over its density.
    fn v(&self, u: f64) -> (f64, f64) {
        let of_soft = |u: f64| self.v_most * exp(ln(u) / self.beta);
        let Some(Peak { at, half, from, to }) = self.peak else {
            return (of_soft(u), self.soft / self.beta);
        };
        let v = match 2.0 * u {
            u if u < 1.0 => of_soft(u),
            u => {
                let z = at + half * libm::sinh(from + (to - from) * (u - 1.0));
                (1.0 - z).clamp(0.0, self.v_most)
            }
        };
        let off = 1.0 - v - at;
        let by_peak = 1.0 / ((to - from) * (off * off + half * half).sqrt());
        let by_soft = self.beta / self.soft;
        (v, 2.0 / (by_soft + by_peak * libm::pow(v, 1.0 - self.beta)))
    }

    /// The pair of a positron of `energy_gev` at these coordinates, the share z₁, and D(z₁)D(z₂) over their density.
    fn at(&self, energy_gev: f64, [u, w]: [f64; 2]) -> (Pair, f64, f64) {
        let (v, of_v) = self.v(u);
        let half_beta = 0.5 * self.beta;
        let (mirrored, w) = (w > 0.5, w.min(1.0 - w));
        let small = 0.5 * exp(ln(2.0 * w) / half_beta);
        let large = 1.0 - small;
        let (t, rest) = if mirrored {
            (large, small)
        } else {
            (small, large)
        };
        let z1 = 1.0 - v * t;
        let (lost1, lost2) = (v * t, v * rest / z1);
        let of_t = exp((half_beta - 1.0) * ln(0.5 * large) - half_beta * ln(z1)) / half_beta;
        let weight = regular(lost1, self.beta) * regular(lost2, self.beta) * of_v * of_t;
        let s = (1.0 - v) * self.s;
        let (root, energy) = (
            s.sqrt(),
            z1 * energy_gev + (1.0 - lost2) * ELECTRON_MASS_GEV,
        );
        let pair = Pair {
            s,
            energy_gev: energy,
            pz_gev: ((energy - root) * (energy + root)).max(0.0).sqrt(),
            k_gev: 0.5 * (self.s * (self.v_most - v) + self.spare).max(0.0).sqrt(),
        };
        (pair, z1, weight)
    }
}

/// A block of points.
pub(super) struct Radiated {
    nominal: Annihilation,
    /// At the energy of the moment, if anything is made there.
    moved: Option<(Annihilation, Map)>,
    cos: [f64; BLOCK],
    pairs: [Pair; BLOCK],
    /// Energy of the positron at the vertex, GeV.
    energies_gev: [f64; BLOCK],
}

impl Radiated {
    pub(super) fn new(process: &Annihilation) -> Self {
        Self {
            nominal: *process,
            moved: Some((*process, Map::of(process))),
            cos: [0.0; BLOCK],
            pairs: [Pair::default(); BLOCK],
            energies_gev: [0.0; BLOCK],
        }
    }
}

impl PointBlock for Radiated {
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]) {
        let Some((process, map)) = &self.moved else {
            value.fill(0.0);
            return;
        };
        for (i, value) in value.iter_mut().enumerate() {
            let (pair, z1, weight) = map.at(process.energy_gev, [y[1][i], y[2][i]]);
            self.cos[i] = 2.0 * y[0][i] - 1.0;
            self.energies_gev[i] = z1 * process.energy_gev;
            self.pairs[i] = pair;
            *value = match process.takes(pair.energy_gev) {
                true => process.density_pb(&pair, self.cos[i]) * weight,
                false => 0.0,
            };
        }
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        let m_chi = self.nominal.chi.mass_gev;
        out.copy_from_slice(&self.pairs[i].momenta(m_chi, self.cos[i]));
    }

    fn scalars(&self, i: usize, out: &mut [f64]) {
        if let [energy] = out {
            *energy = self.energies_gev[i];
        }
    }

    fn set_beam_energy(&mut self, beam_energy_gev: f64) -> bool {
        let moved = self.nominal.moved(beam_energy_gev);
        self.moved = moved.map(|moved| (moved, Map::of(&moved)));
        self.moved.is_some()
    }
}
