//! `wwa`: the closed form for χ heavier than the lepton, [GKK18] Eq. (11).
//!
//! `iww` with the flux frozen at k² = 4m_χ² and m ≪ m_χ ≪ E0. With q = 1 − x_min, κ = 4/5 for a
//! Dirac χ (∫dy/y² √(1−1/y)(1+1/2y)), 1/10 for a scalar,
//!
//! ```text
//! σ(x > x_min) = N { ln(4qm_χ²/m²) + C(q) },  dσ/dx = N [1−(1−x)³]/(1−x),
//! N = (Q_χ/e)² (α/3π) κ/(4m_χ²) · (4/3) α³ χ(4m_χ⁴/E0², 4m_χ²+m²).
//! ```
//!
//! Integrating [GKK18] Eqs. (7)–(10) with the flux frozen gives C = ½ − q³/3 + ⟨ln y⟩ with
//! ⟨ln y⟩ = 1.180 (Dirac), 1.680 (scalar): 1.639 at q = ½. The published constant is 11/12; it is
//! used for a Dirac χ, with the exact dependence on q, so that `wwa` is the published formula at
//! x_min = ½ and the form with C = 1.639 is [`super::asymptotic::sigma_heavy_chi`]. Good to
//! 0–100 %; meaningless for m_χ ≲ m/2, where the bracket turns negative (an error here).
//! Pinned by `tests/ww.rs`.

use core::f64::consts::{LN_2, PI};

use super::Setup;
use super::flux::Flux;
use super::quadrature::{check, check_edges};
use crate::constants::{ALPHA, GEV_M2_TO_PB};
use crate::dark_sector::{ChiSpin, DarkSector};
use crate::process::{Goal, Integral, Method, QuadratureError, Route};

/// The closed form for heavy χ of one set-up.
#[derive(Debug, Clone)]
pub struct Wwa {
    setup: Setup,
    heavy: HeavyChi,
}

/// N and what stands beside the logarithm.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeavyChi {
    /// N in pb.
    pub(super) strength_pb: f64,
    /// Threshold mass squared over m².
    pub(super) mass_ratio_squared: f64,
    /// ⟨ln y⟩.
    pub(super) mean_log: f64,
}

impl HeavyChi {
    pub(super) fn new(setup: &Setup) -> Self {
        let c = &setup.collision;
        let mass = setup.dark.threshold_mass_gev();
        let k2 = mass * mass;
        // H_{3/2} = 8/3 − 2 ln 2 and H_{5/2} = H_{3/2} + 2/5 are the moments of ln y.
        let h = 8.0 / 3.0 - 2.0 * LN_2;
        let (share, mean_log) = match setup.dark {
            DarkSector::DarkPhoton(_) | DarkSector::Boson(_) => (1.0, 0.0),
            DarkSector::Pair(chi) | DarkSector::Mediated(chi, _) => {
                let (kappa, mean_log) = match chi.spin {
                    ChiSpin::Dirac => (0.8, 1.25 * (h - (h + 0.4) / 5.0)),
                    ChiSpin::Scalar => (0.1, h + 0.4),
                };
                (ALPHA / (3.0 * PI) * kappa, mean_log)
            }
        };
        let t = k2 / (2.0 * c.e0);
        let flux = Flux::new(setup).at(t * t, k2 + c.m * c.m);
        let vector = 4.0 / 3.0 * ALPHA * ALPHA * ALPHA * flux / k2;
        Self {
            strength_pb: setup.coupling_squared() * share * vector * GEV_M2_TO_PB,
            mass_ratio_squared: k2 / (c.m * c.m),
            mean_log,
        }
    }

    /// σ(x > 1 − `q`) in pb with C = `constant` − q³/3.
    pub(super) fn above(&self, q: f64, constant: f64) -> f64 {
        let log = libm::log(q * self.mass_ratio_squared);
        self.strength_pb * (log + constant - q * q * q / 3.0)
    }
}

/// What the formula needs.
const HEAVY_CHI: &str = "m_chi well above half the lepton mass";
const HEAVY_BOSON: &str = "a boson much heavier than the lepton";
const CUT: &str = "1 - x_min well above (m_lepton/mass made)^2 at every energy of the beam, and cuts.x_min is a larger part of what has lost energy in the target";

impl Wwa {
    /// The approximation of `setup`.
    pub fn new(setup: &Setup) -> Self {
        Self {
            setup: setup.clone(),
            heavy: HeavyChi::new(setup),
        }
    }

    /// C + q³/3: 11/12 + 1/24 for the published case.
    fn constant(&self) -> f64 {
        match self.setup.dark {
            DarkSector::Pair(chi) | DarkSector::Mediated(chi, _) if chi.spin == ChiSpin::Dirac => {
                11.0 / 12.0 + 1.0 / 24.0
            }
            _ => 0.5 + self.heavy.mean_log,
        }
    }

    /// σ in pb between two values of x.
    fn between(&self, low: f64, high: f64) -> Result<Integral, QuadratureError> {
        let clip = |x: f64| (1.0 - x).clamp(0.0, 1.0);
        let (wide, narrow) = (clip(low), clip(high));
        let value_pb = if !(narrow < wide) {
            0.0
        } else if narrow == 0.0 {
            self.heavy.above(wide, self.constant())
        } else {
            self.heavy.above(wide, 0.0) - self.heavy.above(narrow, 0.0)
        };
        if value_pb < 0.0 {
            // Of all x the formula is good where what is made is heavy: then it is the cut that leaves too little.
            let is_heavy = self.heavy.above(1.0, self.constant()) > 0.0;
            let needs = match (is_heavy, self.setup.dark) {
                (true, _) => CUT,
                (false, DarkSector::Pair(_) | DarkSector::Mediated(..)) => HEAVY_CHI,
                (false, _) => HEAVY_BOSON,
            };
            return Err(QuadratureError::NotApplicable {
                method: "wwa",
                needs,
            });
        }
        Ok(exactly(value_pb))
    }
}

/// A formula has no numerical error.
fn exactly(value_pb: f64) -> Integral {
    Integral {
        value_pb,
        error_pb: 0.0,
        n_eval: 1,
    }
}

impl Route for Wwa {
    fn method(&self) -> Method {
        Method::WWA
    }

    fn tells(&self) -> bool {
        true
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        check(&self.setup, goal)?;
        self.between(self.setup.cuts.x_min, self.setup.cuts.x_max)
    }

    fn spectrum_to(&self, x: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        check(&self.setup, goal)?;
        let c = &self.setup.collision;
        let (lowest, highest) = (
            self.setup.dark.threshold_mass_gev() / c.e0,
            1.0 - c.m / c.e0,
        );
        let value = |x: f64| {
            let q = 1.0 - x;
            self.heavy.strength_pb * (1.0 - q * q * q) / q
        };
        let inside = |x: f64| x > lowest && x < highest;
        Ok(x.iter()
            .map(|&x| exactly(if inside(x) { value(x) } else { 0.0 }))
            .collect())
    }

    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        check(&self.setup, goal)?;
        check_edges(edges)?;
        edges.windows(2).map(|e| self.between(e[0], e[1])).collect()
    }
}
