//! The flux of equivalent photons of a nucleus.
//!
//! ```text
//! χ(t_min, t_max) = ∫ dt (t − t_min)/t² G2(t)                        [BEST09] Eq. (A17)
//! ```
//!
//! dimensionless. In closed form where the form factor has one (`tsai-elastic`); where its terms
//! cancel (range short, or t_min ≫ D) the integrand is smooth and a Gauss rule takes over, as for
//! every other form factor.
//! Valid for 0 ≤ t_min; zero for t_max ≤ t_min. Pinned by `tests/ww.rs`.

use super::Setup;
use super::quadrature::rule;
use crate::elementary::exp;
use crate::matter::form_factor::FormFactor;

/// Level of the Gauss rule in ln t: 96 nodes, 1e-10 for every form factor.
const LEVEL: usize = 9;

/// The photon flux of one set-up's nucleus.
#[derive(Debug, Clone)]
pub struct Flux {
    form_factor: FormFactor,
    screening: f64,
    size: f64,
}

impl Flux {
    /// The flux of the nucleus of `setup`.
    pub fn new(setup: &Setup) -> Self {
        let (screening, size) = setup.form_factor.scales().smooth_between_gev2;
        Self {
            form_factor: setup.form_factor.clone(),
            screening,
            size,
        }
    }

    /// χ(`t_min`, `t_max`), both in GeV².
    pub fn at(&self, t_min: f64, t_max: f64) -> f64 {
        if !(t_min < t_max) {
            return 0.0;
        }
        let closed = self.form_factor.flux(t_min, t_max);
        closed.unwrap_or_else(|| self.numerical(t_min, t_max))
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
