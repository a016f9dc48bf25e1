//! The points of a block, each of a photon of its own energy, in a loop a stage.
//!
//! Map: ln t, cos θ and φ flat; where there are several mesons, equal parts of one more dimension are theirs.
//! Why stages: `radiation::phase_space`.

use pulp::{Arch, Simd, WithSimd};

use super::production::{MesonPair, OfMeson, TRange, angular, momenta};
use super::rates::Rates;
use crate::dark_sector::ChiSpin;
use crate::elementary::{cos_sin_turns, libm_exp, libm_ln};
use crate::event::Momentum;
use crate::process::BLOCK;
use crate::process::any_energy::EachEnergy;
use crate::process::photon::Photons;

/// A number a point.
type Column = [f64; BLOCK];

/// A block of points.
pub(super) struct Points {
    of: MesonPair,
    arch: Arch,
    at: Box<Columns>,
}

/// What is known of the points.
struct Columns {
    /// Which of the mesons.
    meson: [usize; BLOCK],
    energies_gev: Column,
    /// Mass, slope, largest t − t_min, β², and first energy and length of the table of the meson.
    of_meson: [Column; 6],
    t: Column,
    /// The least t by kinematics alone.
    t_min: Column,
    /// Place in the table of the rates of the meson.
    place: Column,
    /// Coherent dσ/dt at |F|² = 1, and incoherent σ, pb.
    rates: [Column; 2],
    shape2: Column,
    cos: Column,
    /// cos φ and sin φ.
    turn: [Column; 2],
    /// dt over that of the coordinates, and the branching ratio; 0 where nothing is allowed.
    measure: Column,
}

impl Columns {
    /// Makes point `i` one of this meson, one of `n`.
    #[inline(always)]
    fn take(&mut self, i: usize, meson: usize, of: &OfMeson, n: f64) {
        self.meson[i] = meson;
        let numbers = [
            of.mass_gev,
            of.slope,
            of.farthest,
            of.beta2,
            of.rates.first_gev,
            of.rates.length,
        ];
        for (column, number) in self.of_meson.iter_mut().zip(numbers) {
            column[i] = number;
        }
        let is_open = self.energies_gev[i] > of.rates.lowest_gev;
        self.measure[i] = if is_open { n * of.branching } else { 0.0 };
    }
}

impl Points {
    pub(super) fn new(of: &MesonPair) -> Self {
        let z = [0.0; BLOCK];
        Self {
            of: of.clone(),
            arch: crate::elementary::arch(),
            at: Box::new(Columns {
                meson: [0; BLOCK],
                energies_gev: z,
                of_meson: [z; 6],
                t: z,
                t_min: z,
                place: z,
                rates: [z; 2],
                shape2: z,
                cos: z,
                turn: [z; 2],
                measure: z,
            }),
        }
    }

    fn momenta_at(&self, i: usize) -> [Momentum; 3] {
        let at = &self.at;
        let photons = self.of.photons.moved(at.energies_gev[i]);
        let mass = self.of.of_mesons[at.meson[i]].mass_gev;
        let turn = (at.turn[0][i], at.turn[1][i]);
        momenta(&photons, mass, at.t[i], at.cos[i], turn)
    }
}

impl EachEnergy for Points {
    fn evaluate(&mut self, energies_gev: &[f64], y: &[&[f64]], value: &mut [f64]) {
        let at = &mut *self.at;
        at.energies_gev[..value.len()].copy_from_slice(energies_gev);
        let n = self.of.n_mesons();
        for i in 0..value.len() {
            let pick = y.get(3).map_or(0.0, |column| column[i]);
            let meson = ((pick * n as f64) as usize).min(n - 1);
            at.take(i, meson, &self.of.of_mesons[meson], n as f64);
        }
        self.arch.dispatch(Transfers {
            photons: &self.of.photons,
            y,
            at: &mut *at,
        });
        for i in 0..value.len() {
            let rates = &self.of.of_mesons[at.meson[i]].rates;
            [at.rates[0][i], at.rates[1][i]] =
                rates.at_place(&self.of.on, at.energies_gev[i], at.place[i]);
        }
        let n = value.len();
        self.of.on.shape2_batch(&at.t[..n], &mut at.shape2[..n]);
        self.arch.dispatch(Values {
            spin: self.of.photons.chi.spin,
            at: &*at,
            value: &mut *value,
        });
        self.of.photons.cut_angles(value, |i| self.momenta_at(i));
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        out.copy_from_slice(&self.momenta_at(i));
    }

    fn is_open(&self, energy_gev: f64) -> bool {
        self.of.is_open(energy_gev)
    }
}

/// Makes t and the places in the tables.
struct Transfers<'a> {
    photons: &'a Photons,
    y: &'a [&'a [f64]],
    at: &'a mut Columns,
}

impl WithSimd for Transfers<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { photons, y, at } = self;
        let n = y[0].len().min(BLOCK);
        let (y0, y1, y2) = (&y[0][..n], &y[1][..n], &y[2][..n]);
        let [mass, _, farthest, _, first_gev, length] = &at.of_meson;
        for i in 0..n {
            let is_open = at.measure[i] > 0.0;
            // The nominal energy stands in for one where nothing can be made.
            let energy = at.energies_gev[i];
            at.energies_gev[i] = if is_open { energy } else { photons.energy_gev };
            at.place[i] = Rates::place(at.energies_gev[i], (first_gev[i], length[i]));
        }
        for i in 0..n {
            let moved = photons.moved(at.energies_gev[i]);
            let range = TRange::of(&moved, mass[i] * mass[i], farthest[i]);
            let is_open = range.low < range.high;
            let decades = libm_ln(if is_open { range.high / range.low } else { 1.0 });
            let t = range.low * libm_exp(decades * y0[i]);
            at.t[i] = t;
            at.t_min[i] = range.t_min;
            at.measure[i] = at.measure[i] * decades * t;
        }
        for i in 0..n {
            at.cos[i] = 2.0 * y1[i] - 1.0;
            (at.turn[0][i], at.turn[1][i]) = cos_sin_turns(y2[i]);
        }
    }
}

/// Puts dσ together.
struct Values<'a> {
    spin: ChiSpin,
    at: &'a Columns,
    value: &'a mut [f64],
}

impl WithSimd for Values<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { spin, at, value } = self;
        let [_, slope, _, beta2, ..] = &at.of_meson;
        macro_rules! fill_values {
            ($spin:expr) => {
                for i in 0..value.len().min(BLOCK) {
                    let falling = slope[i] * libm_exp(-slope[i] * (at.t[i] - at.t_min[i]));
                    let dsigma_dt = at.rates[0][i] * at.shape2[i] + at.rates[1][i] * falling;
                    let x = at.measure[i] * dsigma_dt * angular($spin, beta2[i], at.cos[i]);
                    value[i] = if at.measure[i] == 0.0 { 0.0 } else { x };
                }
            };
        }
        match spin {
            ChiSpin::Dirac => fill_values!(ChiSpin::Dirac),
            ChiSpin::Scalar => fill_values!(ChiSpin::Scalar),
        }
    }
}
