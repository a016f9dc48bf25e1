//! The integral over the recoil at fixed k², x and u, and over φ_q.
//!
//! ```text
//! R(k², x, u) = 1/(8M²|V|) ∫ dt/t² G2(t) ⟨A⟩_φ                              [GeV⁻¹]
//! ```
//!
//! in T = t/2M. The variable is η = ln[(T+T_a)/(1+T/T_d)], T_a and T_d the scales of screening and
//! of the nucleus: uniform in ln t between them, and beyond either the integrand falls like the
//! distance from the end of η, so no range is cut off and none is wasted. Where k and p′ can be
//! collinear, s̄² − δ² (a quadratic in T) comes close to zero: η is then drawn by a sinh about the
//! nearest complex root ([JohnstonElliott05]).

use super::azimuth::Azimuth;
use super::rule::Rule;
use super::vector::Radiation;
use crate::dark_sector::Vertex;
use crate::elementary::{exp_m1_of, exp_parts, ln, ln_1p};
use crate::kinematics::Emission;
use crate::matter::NucleusSpin;
use crate::process::radiation::Setup;

/// What a set-up fixes for every recoil integral.
#[derive(Debug, Clone)]
pub(super) struct RecoilIntegral {
    setup: Setup,
    /// T_a in GeV.
    screening: f64,
    /// 1/T_d in GeV⁻¹, 0 without a nuclear size.
    inv_size: f64,
}

/// Most nodes in u that are made ready together.
pub(super) const GROUP: usize = 64;

/// What some nodes in u have, a column each number.
#[derive(Debug)]
pub(super) struct Ready {
    /// w = −u − floor, GeV².
    pub(super) w: [f64; GROUP],
    azimuth: [[f64; GROUP]; Azimuth::NUMBERS],
    map: [[f64; GROUP]; Map::NUMBERS],
    /// T_max − T_min and |V|, GeV.
    span: [f64; GROUP],
    v_mod: [f64; GROUP],
}

impl Default for Ready {
    fn default() -> Self {
        let z = [0.0; GROUP];
        Self {
            w: z,
            azimuth: [z; Azimuth::NUMBERS],
            map: [z; Map::NUMBERS],
            span: z,
            v_mod: z,
        }
    }
}

/// Work arrays of one thread, one entry a node in T.
#[derive(Debug, Default)]
pub(super) struct Columns {
    eta: Vec<f64>,
    above_min: Vec<f64>,
    t: Vec<f64>,
    weight: Vec<f64>,
    g2: Vec<f64>,
}

/// Parameters of the recoil map at one (k², x, u).
struct Map {
    half_width: f64,
    /// e^start and e^−start.
    up: f64,
    down: f64,
    length: f64,
}

impl Map {
    const NUMBERS: usize = 4;

    #[inline(always)]
    fn numbers(&self) -> [f64; Self::NUMBERS] {
        [self.half_width, self.up, self.down, self.length]
    }

    #[inline(always)]
    fn of_numbers([half_width, up, down, length]: [f64; Self::NUMBERS]) -> Self {
        Self {
            half_width,
            up,
            down,
            length,
        }
    }
}

impl RecoilIntegral {
    pub(super) fn new(setup: &Setup) -> Self {
        let two_m = 2.0 * setup.collision.big_m;
        let (screening, size) = setup.form_factor.scales().smooth_between_gev2;
        Self {
            setup: setup.clone(),
            screening: screening / two_m,
            inv_size: two_m / size,
        }
    }

    /// Makes the first `n` of `ready` at `y`, in one loop, so that roots and logarithms of several nodes go side by side.
    #[inline(always)]
    pub(super) fn prepare(&self, y: &Radiation, n: usize, ready: &mut Ready) {
        let c = &self.setup.collision;
        for i in 0..n.min(GROUP) {
            let emission = Emission::new(c, y.k2, y.v, y.e, ready.w[i]);
            let (azimuth, root) = Azimuth::new(c, y, ready.w[i], &emission);
            for (column, number) in ready.azimuth.iter_mut().zip(azimuth.numbers()) {
                column[i] = number;
            }
            let map = self.map(&emission, root);
            for (column, number) in ready.map.iter_mut().zip(map.numbers()) {
                column[i] = number;
            }
            (ready.span[i], ready.v_mod[i]) = (emission.recoil_span, emission.v_mod);
        }
    }

    /// R at `y` and node `i` of those that are ready, in GeV⁻¹.
    #[inline(always)]
    pub(super) fn at(
        &self,
        y: &Radiation,
        (ready, i): (&Ready, usize),
        rule: &Rule,
        columns: &mut Columns,
    ) -> f64 {
        let c = &self.setup.collision;
        let (span, v_mod) = (ready.span[i], ready.v_mod[i]);
        if !(span > 0.0) {
            return 0.0;
        }
        let azimuth = ready.azimuth.each_ref().map(|column| column[i]);
        let azimuth = Azimuth::of_numbers(c, y.k2, azimuth);
        let map = Map::of_numbers(ready.map.each_ref().map(|column| column[i]));
        let n = rule.z.len();
        columns.resize(n);
        let Columns {
            eta,
            above_min,
            t,
            weight,
            g2,
        } = columns;
        let (eta, above_min, t) = (&mut eta[..n], &mut above_min[..n], &mut t[..n]);
        let (weight, g2) = (&mut weight[..n], &mut g2[..n]);
        let (z, w) = (&rule.z[..n], &rule.w[..n]);

        let t_min = azimuth.recoil_min();
        let at_min = 1.0 + t_min * self.inv_size;
        let g_min = (t_min + self.screening) / at_min;
        let kappa = 1.0 - self.screening * self.inv_size;
        let two_m = 2.0 * c.big_m;
        // η = width [sinh(start + ℓz) − sinh(start)], nothing cancels. Many loops, since both exponentials are long
        // chains, of which a processor follows few at a time; halves of them stand in columns that are free.
        for i in 0..n {
            [above_min[i], t[i]] = exp_parts(map.length * z[i]);
        }
        for i in 0..n {
            let grown = exp_m1_of([above_min[i], t[i]]);
            let down = map.down / (1.0 + grown);
            eta[i] = map.half_width * grown * (map.up + down);
            weight[i] = w[i] * (map.up * (1.0 + grown) + down);
        }
        let scale = kappa * map.half_width * map.length;
        for i in 0..n {
            [above_min[i], t[i]] = exp_parts(eta[i]);
        }
        for i in 0..n {
            eta[i] = exp_m1_of([above_min[i], t[i]]);
        }
        for i in 0..n {
            let growth = eta[i];
            let above_g = g_min * growth;
            // 1 − g/T_d = κ/(1+T/T_d), from its value at T_min.
            let inv_q = 1.0 / (kappa / at_min - above_g * self.inv_size);
            let above = above_g * at_min * inv_q;
            let above = if above > 0.0 { above } else { 0.0 };
            let above = if above < span { above } else { span };
            above_min[i] = above;
            let recoil = t_min + above;
            t[i] = two_m * recoil;
            let per_recoil = inv_q / recoil;
            weight[i] *= scale * (g_min * (1.0 + growth)) * (per_recoil * per_recoil);
        }
        self.setup.form_factor.g2_batch(t, g2);
        // One loop a combination, each compiled for its own vertex and spin.
        use NucleusSpin::{Half, Zero};
        use Vertex::{AxialVector, Pseudoscalar, Scalar, Vector};
        macro_rules! average {
            ($vertex:ident, $nucleus:ident) => {
                average(&azimuth, span, ($vertex, $nucleus), above_min, g2)
            };
        }
        match (self.setup.dark.vertex(), self.setup.nucleus.spin) {
            (Vector, Zero) => average!(Vector, Zero),
            (Vector, Half) => average!(Vector, Half),
            (Scalar, Zero) => average!(Scalar, Zero),
            (Scalar, Half) => average!(Scalar, Half),
            (Pseudoscalar, Zero) => average!(Pseudoscalar, Zero),
            (Pseudoscalar, Half) => average!(Pseudoscalar, Half),
            (AxialVector, Zero) => average!(AxialVector, Zero),
            (AxialVector, Half) => average!(AxialVector, Half),
        }
        let mut sum = 0.0;
        for (w, a) in weight.iter().zip(g2.iter()) {
            sum += w * a;
        }
        sum / (16.0 * c.big_m * c.big_m * c.big_m * v_mod)
    }

    /// The map from [0, 1] to η − η(T_min) with complex root (modulus, cosine of its angle).
    #[inline(always)]
    fn map(&self, emission: &Emission, (modulus, cosine): (f64, f64)) -> Map {
        let (t_min, span) = (emission.recoil_min, emission.recoil_span);
        let (screening, inv_size) = (self.screening, self.inv_size);
        let kappa = 1.0 - screening * inv_size;
        let spread = span * kappa / ((1.0 + (t_min + span) * inv_size) * (t_min + screening));
        let end = ln_1p(spread);
        let (low, high) = (t_min + screening, modulus + screening);
        let (size_low, size_high) = (1.0 + t_min * inv_size, 1.0 + modulus * inv_size);
        let center = ln(high * size_low / (low * size_high));
        let slope = modulus * kappa / (high * size_high);
        let tangent2 = (1.0 - cosine) / (1.0 + cosine);
        let tangent = if tangent2 > 0.0 { tangent2 } else { 0.0 }.sqrt();
        // Wide enough to be uniform in η, narrow enough for `asinh` to keep its digits.
        let width = (2.0 * tangent * slope).clamp(1e-4, 50.0);
        let (a, b) = (center / width, (end - center) / width);
        let (root_a, root_b) = ((a * a + 1.0).sqrt(), (b * b + 1.0).sqrt());
        // arsinh a + arsinh b = arsinh(a√(1+b²) + b√(1+a²)), whose terms may cancel.
        let cancelled = end / width * (a - b) / (a * root_b - b * root_a);
        let added = a * root_b + b * root_a;
        let sum = if a * b < 0.0 { cancelled } else { added };
        let large = a.abs() + root_a;
        let small = 1.0 / large;
        let (up, down) = if a > 0.0 {
            (small, large)
        } else {
            (large, small)
        };
        Map {
            half_width: 0.5 * width,
            up,
            down,
            length: arsinh(sum),
        }
    }
}

/// arsinh x for x ≥ 0.
#[inline(always)]
fn arsinh(x: f64) -> f64 {
    ln_1p(x + x * x / (1.0 + (1.0 + x * x).sqrt()))
}

/// G2 → G2·⟨A⟩ in place.
#[inline(always)]
fn average(
    azimuth: &Azimuth,
    span: f64,
    current: (Vertex, NucleusSpin),
    above_min: &[f64],
    g2: &mut [f64],
) {
    // A copy, so that the loop sees values rather than memory that `g2` might alias.
    let azimuth = *azimuth;
    for (g2, &above) in g2.iter_mut().zip(above_min) {
        *g2 *= azimuth.mean_a(current, above, span - above);
    }
}

impl Columns {
    fn resize(&mut self, n: usize) {
        for column in [
            &mut self.eta,
            &mut self.above_min,
            &mut self.t,
            &mut self.weight,
            &mut self.g2,
        ] {
            column.resize(n, 0.0);
        }
    }
}
