//! The flux of equivalent photons of a nucleus.
//!
//! ```text
//! χ(t_min, t_max) = ∫ dt (t − t_min)/t² G2(t)                        [BEST09] Eq. (A17)
//! ```
//!
//! dimensionless. `tsai-elastic` in closed form, with A = 1/a², D = d, α = A + t_min, δ = D + t_min,
//! Δ = D − A, L = t_max − t_min:
//!
//! ```text
//! χ = Z²D²/Δ² { (α+δ)/Δ · ln[1 + LΔ/(α(L+δ))] − L/(L+α) − L/(L+δ) }
//! ```
//!
//! in which nothing but its three terms can cancel; where they do (range short, or t_min ≫ D) the
//! integrand is smooth and a Gauss rule takes over, as for every other form factor.
//! Valid for 0 ≤ t_min; zero for t_max ≤ t_min. Pinned by `tests/ww.rs`.

use super::Setup;
use super::quadrature::rule;
use crate::elementary::exp;
use crate::matter::form_factor::{
    FormFactor, FormFactorKind, dipole_scale_gev2, screening_length_squared,
};

/// Level of the Gauss rule in ln t: 96 nodes, 1e-10 for every form factor.
const LEVEL: usize = 9;

/// The scales of t in GeV² between which G2/t varies like 1/t: screening (0 without) and size.
pub(super) fn form_factor_scales_gev2(setup: &Setup) -> (f64, f64) {
    use FormFactorKind as F;
    let screening = 1.0 / screening_length_squared(f64::from(setup.nucleus.z));
    let size = dipole_scale_gev2(setup.nucleus.a);
    match setup.form_factor.kind() {
        F::TsaiElastic | F::HelmScreened => (screening, size),
        // The nucleons' dipole, [1/(1+t/0.71)]⁴, falls off from here on.
        F::TsaiElasticInelastic | F::TsaiElasticInelasticBjorken => (screening, 0.3),
        F::Helm | F::Dipole => (0.0, size),
        F::Point => (0.0, f64::INFINITY),
    }
}

/// The photon flux of one set-up's nucleus.
#[derive(Debug, Clone, Copy)]
pub struct Flux {
    form_factor: FormFactor,
    z2: f64,
    screening: f64,
    size: f64,
}

impl Flux {
    /// The flux of the nucleus of `setup`.
    pub fn new(setup: &Setup) -> Self {
        let (screening, size) = form_factor_scales_gev2(setup);
        let z = f64::from(setup.nucleus.z);
        Self {
            form_factor: setup.form_factor,
            z2: z * z,
            screening,
            size,
        }
    }

    /// χ(`t_min`, `t_max`), both in GeV².
    pub fn at(&self, t_min: f64, t_max: f64) -> f64 {
        if !(t_min < t_max) {
            return 0.0;
        }
        match self.form_factor.kind() {
            FormFactorKind::TsaiElastic => self
                .closed(t_min, t_max)
                .unwrap_or_else(|| self.numerical(t_min, t_max)),
            _ => self.numerical(t_min, t_max),
        }
    }

    /// The closed form, unless its terms cancel.
    fn closed(&self, t_min: f64, t_max: f64) -> Option<f64> {
        let length = t_max - t_min;
        let (alpha, delta) = (self.screening + t_min, self.size + t_min);
        let gap = self.size - self.screening;
        let log = (alpha + delta) / gap * libm::log1p(length * gap / (alpha * (length + delta)));
        let rest = length / (length + alpha) + length / (length + delta);
        let ratio = self.size / gap;
        (log - rest > 1e-3 * log).then_some(self.z2 * ratio * ratio * (log - rest))
    }

    /// A Gauss rule in ln[(t+A)/(1+t/D)].
    fn numerical(&self, t_min: f64, t_max: f64) -> f64 {
        let rule = rule(LEVEL);
        let n = rule.n;
        let inv_size = 1.0 / self.size;
        let at_min = 1.0 + t_min * inv_size;
        let g_min = (t_min + self.screening) / at_min;
        let kappa = 1.0 - self.screening * inv_size;
        let length = libm::log1p(
            (t_max - t_min) * kappa / ((1.0 + t_max * inv_size) * (t_min + self.screening)),
        );
        let mut t = vec![0.0; n];
        let mut g2 = vec![0.0; n];
        let mut weight = vec![0.0; n];
        for (i, (z, w)) in rule.nodes().enumerate() {
            let growth = exp(length * z);
            let above_g = g_min * (growth - 1.0);
            let inv_q = 1.0 / (kappa / at_min - above_g * inv_size);
            let above = above_g * at_min * inv_q;
            t[i] = t_min + above;
            let jacobian = kappa * (g_min * growth) * (inv_q * inv_q) * length;
            weight[i] = w * jacobian * above / (t[i] * t[i]);
        }
        self.form_factor.g2_batch(&t, &mut g2);
        weight.iter().zip(&g2).map(|(w, g)| w * g).sum()
    }
}
