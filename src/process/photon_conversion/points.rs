//! The points of a block, each at an energy of its own, in a loop a stage.
//!
//! Map: W² = 4m_χ² e^(Ly²), ln t flat, v cos θ = tanh of a flat variable, φ flat. Why stages: `radiation::phase_space`.

use pulp::{Arch, Simd, WithSimd};

use super::at_energy::{AtEnergy, Invariants};
use super::conversion::Conversion;
use super::two_photon::{Polar, rapidity};
use crate::dark_sector::ChiSpin;
use crate::elementary::{cos_sin_turns, libm_exp, libm_ln};
use crate::event::Momentum;
use crate::matter::NucleusSpin;
use crate::process::BLOCK;
use crate::process::any_energy::EachEnergy;

/// A number a point.
type Column = [f64; BLOCK];

/// A block of points.
pub(super) struct Points {
    of: Conversion,
    arch: Arch,
    at: Box<Columns>,
}

/// What is known of the points.
struct Columns {
    energies_gev: Column,
    /// W², t, k·q and J_T².
    invariants: [Column; 4],
    /// θ.
    polar: [Column; Polar::NUMBERS],
    /// cos φ and sin φ.
    turn: [Column; 2],
    g2: Column,
    /// dW² dt dcosθ over that of the coordinates; 0 where nothing is allowed.
    measure: Column,
}

impl Columns {
    #[inline(always)]
    fn invariants(&self, i: usize) -> Invariants {
        let [w2, t, kq, j2] = &self.invariants;
        Invariants {
            w2: w2[i],
            t: t[i],
            kq: kq[i],
            j2: j2[i],
        }
    }

    #[inline(always)]
    fn polar(&self, i: usize) -> Polar {
        let [a, b, c, d, e, f] = &self.polar;
        Polar::of_numbers([a[i], b[i], c[i], d[i], e[i], f[i]])
    }
}

impl Points {
    pub(super) fn new(of: &Conversion) -> Self {
        let z = [0.0; BLOCK];
        Self {
            of: of.clone(),
            arch: crate::elementary::arch(),
            at: Box::new(Columns {
                energies_gev: z,
                invariants: [z; 4],
                polar: [z; Polar::NUMBERS],
                turn: [z; 2],
                g2: z,
                measure: z,
            }),
        }
    }

    fn momenta_at(&self, i: usize) -> [Momentum; 3] {
        let here = AtEnergy::of(&self.of.photons.moved(self.at.energies_gev[i]));
        let turn = (self.at.turn[0][i], self.at.turn[1][i]);
        here.momenta(&self.at.invariants(i), self.at.polar(i), turn)
    }
}

impl EachEnergy for Points {
    fn evaluate(&mut self, energies_gev: &[f64], y: &[&[f64]], value: &mut [f64]) {
        self.at.energies_gev[..value.len()].copy_from_slice(energies_gev);
        self.arch.dispatch(Kernel {
            of: &self.of,
            y,
            value: &mut *value,
            at: &mut self.at,
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

struct Kernel<'a> {
    of: &'a Conversion,
    y: &'a [&'a [f64]],
    value: &'a mut [f64],
    at: &'a mut Columns,
}

impl WithSimd for Kernel<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { of, y, value, at } = self;
        let n = value.len().min(BLOCK);
        let (y0, y1, y2, y3) = (&y[0][..n], &y[1][..n], &y[2][..n], &y[3][..n]);
        let (photons, threshold) = (&of.photons, of.threshold_gev());
        let (nominal, m) = (photons.energy_gev, photons.chi.mass_gev);
        for i in 0..n {
            // The nominal energy stands in for one where nothing can be made.
            let is_open = at.energies_gev[i] > threshold;
            at.energies_gev[i] = if is_open { at.energies_gev[i] } else { nominal };
            at.measure[i] = if is_open { 2.0 } else { 0.0 };
        }
        for i in 0..n {
            let here = AtEnergy::of(&photons.moved(at.energies_gev[i]));
            let (low, high) = here.w2_limits();
            let length = libm_ln(high / low);
            let w2 = low * libm_exp(length * y0[i] * y0[i]);
            at.invariants[0][i] = w2;
            at.measure[i] = at.measure[i] * y0[i] * length * w2;
        }
        for i in 0..n {
            let moved = photons.moved(at.energies_gev[i]);
            let here = AtEnergy::of(&moved);
            let w2 = at.invariants[0][i];
            let (t_min, t_max) = here.t_limits(w2);
            let to = if t_max < here.t_most {
                t_max
            } else {
                here.t_most
            };
            let is_open = t_min < to;
            let decades = libm_ln(if is_open { to / t_min } else { 1.0 });
            let t = t_min * libm_exp(decades * y1[i]);
            let invariants = here.invariants(w2, t, (t_min, t_max));
            at.invariants[1][i] = t;
            at.invariants[2][i] = invariants.kq;
            at.invariants[3][i] = invariants.j2;
            let measure = at.measure[i] * decades * t;
            at.measure[i] = if moved.passes(t) { measure } else { 0.0 };
        }
        for i in 0..n {
            let w2 = at.invariants[0][i];
            let v = AtEnergy::of(photons).v(w2);
            // On the threshold to the last digit the pair has no phase space.
            let is_open = v > 0.0;
            let v = if is_open { v } else { 1.0 };
            let wide = rapidity(v, m, w2);
            let (polar, slope) = Polar::at(wide * (y2[i] - 0.5), v, m, w2);
            for (column, number) in at.polar.iter_mut().zip(polar.numbers()) {
                column[i] = number;
            }
            let measure = at.measure[i] * wide * slope / v;
            at.measure[i] = if is_open { measure } else { 0.0 };
        }
        for i in 0..n {
            (at.turn[0][i], at.turn[1][i]) = cos_sin_turns(y3[i]);
        }
        of.form_factor
            .g2_batch(&at.invariants[1][..n], &mut at.g2[..n]);
        macro_rules! fill_values {
            ($spin:expr) => {
                for i in 0..n {
                    let here = AtEnergy::of(&photons.moved(at.energies_gev[i]));
                    let (invariants, polar) = (at.invariants(i), at.polar(i));
                    let cos_phi = at.turn[0][i];
                    let density = here.density_pb($spin, &invariants, at.g2[i], polar, cos_phi);
                    let x = at.measure[i] * density;
                    value[i] = if at.measure[i] == 0.0 { 0.0 } else { x };
                }
            };
        }
        match photons.chi.spin {
            ChiSpin::Dirac => fill_values!(ChiSpin::Dirac),
            ChiSpin::Scalar => fill_values!(ChiSpin::Scalar),
        }
        if photons.nucleus.spin == NucleusSpin::Half {
            of_spin_half(of, value, at);
        }
    }
}

/// The values on a nucleus of spin ½, which spreads its pairs like one without.
fn of_spin_half(of: &Conversion, value: &mut [f64], at: &Columns) {
    for (i, value) in value.iter_mut().enumerate() {
        if *value != 0.0 {
            let here = AtEnergy::of(&of.photons.moved(at.energies_gev[i]));
            let inclusive =
                |nucleus| here.inclusive_pb((of.photons.chi.spin, nucleus), &at.invariants(i), 1.0);
            *value *= inclusive(NucleusSpin::Half) / inclusive(NucleusSpin::Zero);
        }
    }
}
