//! σ of the conversion without Monte Carlo: Gauss–Legendre in y, W² = 4m_χ² e^(Ly²), and in ln t.
//!
//! Rules are refined until the result settles; the change is the error.

use pulp::{Simd, WithSimd};

use super::at_energy::AtEnergy;
use super::conversion::Conversion;
use crate::dark_sector::ChiSpin;
use crate::elementary::libm_exp;
use crate::matter::NucleusSpin;
use crate::matter::form_factor::FormFactor;
use crate::process::radiation::quadrature::gauss_legendre;
use crate::process::{Goal, Integral, QuadratureError};

/// Nodes in W² and t, level by level.
const LEVELS: [(usize, usize); 7] = [
    (16, 24),
    (24, 32),
    (32, 48),
    (48, 64),
    (64, 96),
    (96, 128),
    (128, 192),
];

/// Halvings of the range of ln W² that find an edge.
const BISECTIONS: u32 = 60;

/// What one value takes.
#[derive(Clone, Copy)]
struct Of<'a> {
    here: AtEnergy,
    spins: (ChiSpin, NucleusSpin),
    form_factor: &'a FormFactor,
}

impl<'a> Of<'a> {
    fn new(of: &'a Conversion) -> Self {
        Self {
            here: AtEnergy::of(&of.photons),
            spins: (of.photons.chi.spin, of.photons.nucleus.spin),
            form_factor: &of.form_factor,
        }
    }
}

/// A rule in one variable, the values at its nodes made in the instruction set.
struct Rule {
    nodes: Vec<(f64, f64)>,
    t: Vec<f64>,
    g2: Vec<f64>,
    values: Vec<f64>,
}

impl Rule {
    fn new(n: usize) -> Self {
        Self {
            nodes: gauss_legendre(n),
            t: vec![0.0; n],
            g2: vec![0.0; n],
            values: vec![0.0; n],
        }
    }

    /// ∫ dW² d²σ/dt dW² at t, with W² = `low` e^(`length` y²).
    fn over_w2(&mut self, of: &Of<'_>, t: f64, (low, length): (f64, f64)) -> f64 {
        self.g2.fill(of.form_factor.g2(t));
        crate::elementary::arch().dispatch(OverW2 {
            of,
            t,
            low,
            length,
            rule: &mut *self,
        });
        self.values.iter().sum()
    }

    /// ∫ dt d²σ/dt dW² at W² over `t_min` e^(`decades` u), part of what `limits` leave.
    fn over_t(
        &mut self,
        of: &Of<'_>,
        w2: f64,
        limits: (f64, f64),
        (t_min, decades): (f64, f64),
    ) -> f64 {
        crate::elementary::arch().dispatch(Transfers {
            t_min,
            decades,
            rule: &mut *self,
        });
        of.form_factor.g2_batch(&self.t, &mut self.g2);
        crate::elementary::arch().dispatch(OverT {
            of,
            w2,
            limits,
            rule: &mut *self,
        });
        decades * self.values.iter().sum::<f64>()
    }
}

struct OverW2<'a> {
    of: &'a Of<'a>,
    t: f64,
    low: f64,
    length: f64,
    rule: &'a mut Rule,
}

impl WithSimd for OverW2<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self {
            of,
            t,
            low,
            length,
            rule,
        } = self;
        let nodes = rule.values.iter_mut().zip(&rule.nodes).zip(&rule.g2);
        for ((value, &(y, weight)), &g2) in nodes {
            let w2 = low * libm_exp(length * y * y);
            let (t_min, t_max) = of.here.t_limits(w2);
            let invariants = of.here.invariants(w2, t, (t_min, t_max));
            let density = of.here.inclusive_pb(of.spins, &invariants, g2);
            let inside = t_min < t && t < t_max;
            let density = if inside { density } else { 0.0 };
            *value = weight * 2.0 * y * length * w2 * density;
        }
    }
}

struct Transfers<'a> {
    t_min: f64,
    decades: f64,
    rule: &'a mut Rule,
}

impl WithSimd for Transfers<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (t, &(u, _)) in self.rule.t.iter_mut().zip(&self.rule.nodes) {
            *t = self.t_min * libm_exp(self.decades * u);
        }
    }
}

struct OverT<'a> {
    of: &'a Of<'a>,
    w2: f64,
    limits: (f64, f64),
    rule: &'a mut Rule,
}

impl WithSimd for OverT<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self {
            of,
            w2,
            limits,
            rule,
        } = self;
        let nodes = rule.values.iter_mut().zip(&rule.nodes);
        for ((value, &(_, weight)), (&t, &g2)) in nodes.zip(rule.t.iter().zip(&rule.g2)) {
            let invariants = of.here.invariants(w2, t, limits);
            *value = weight * t * of.here.inclusive_pb(of.spins, &invariants, g2);
        }
    }
}

/// dσ/dt in pb/GeV², to a relative error.
pub(super) fn at_t(of: &Conversion, t: f64, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
    let of = Of::new(of);
    let (low, high) = w2_limits(&of.here, t);
    let length = libm::log(high / low);
    settled(goal, |(n, _)| {
        goal.tell((0.0, n as u64))?;
        Ok((Rule::new(n).over_w2(&of, t, (low, length)), n as u64))
    })
}

/// σ in pb with t below `t_most` and above `t_least` at every W².
fn level(
    of: &Of<'_>,
    (n_w, n_t): (usize, usize),
    (t_least, t_most): (f64, f64),
    goal: &Goal<'_>,
) -> Result<f64, QuadratureError> {
    let (low, high) = w2_limits(&of.here, t_most);
    let length = libm::log(high / low);
    let mut inner = Rule::new(n_t);
    let mut sum = 0.0;
    for (y, weight) in gauss_legendre(n_w) {
        goal.tell((sum, n_t as u64))?;
        let w2 = low * libm::exp(length * y * y);
        let limits = of.here.t_limits(w2);
        let (t_min, t_max) = (limits.0.max(t_least), limits.1.min(t_most));
        if !(t_min < t_max) {
            continue;
        }
        let decades = libm::log(t_max / t_min);
        let over_t = inner.over_t(of, w2, limits, (t_min, decades));
        sum += weight * 2.0 * y * length * w2 * over_t;
    }
    Ok(sum)
}

/// Limits of W² where t can be below `t_most`: t_min rises with W².
fn w2_limits(of: &AtEnergy, t_most: f64) -> (f64, f64) {
    let (low, high) = of.w2_limits();
    let is_open = |w2: f64| of.t_limits(w2).0 < t_most;
    if is_open(high) {
        return (low, high);
    }
    let (mut open, mut closed) = (low, high);
    for _ in 0..BISECTIONS {
        let middle = (open * closed).sqrt();
        match is_open(middle) {
            true => open = middle,
            false => closed = middle,
        }
    }
    (low, open)
}

/// σ in pb with t between two values, to a relative error.
pub(super) fn within(
    of: &Conversion,
    t: (f64, f64),
    goal: &Goal<'_>,
) -> Result<Integral, QuadratureError> {
    settled(goal, |rules| {
        Ok((
            level(&Of::new(of), rules, t, goal)?,
            (rules.0 * rules.1) as u64,
        ))
    })
}

/// The value of the first level that differs little enough from the one before.
fn settled(
    goal: &Goal<'_>,
    of: impl Fn((usize, usize)) -> Result<(f64, u64), QuadratureError>,
) -> Result<Integral, QuadratureError> {
    let rel_error = goal.rel_error;
    let mut n_eval = 0;
    let (mut value_pb, mut error_pb) = (f64::NAN, f64::NAN);
    for level in LEVELS {
        let (value, points) = of(level)?;
        n_eval += points;
        (value_pb, error_pb) = (value, (value - value_pb).abs());
        if error_pb <= rel_error * value_pb {
            return Ok(Integral {
                value_pb,
                error_pb,
                n_eval,
            });
        }
    }
    Err(QuadratureError::NotConverged {
        value_pb,
        error_pb,
        rel_error,
    })
}
