//! σ, dσ/dx and dσ/dk² without Monte Carlo.
//!
//! χ angles and φ_q are integrated in closed form (`slice`, `azimuth`), the other variables by
//! Gauss–Legendre rules in variables that follow the integrand: T (`recoil`), u and k² (`slice`),
//! and v = E0(1−x) − m, drawn uniform in ln(√v+√m) for x > ½ and in the logarithm of the pair's
//! kinetic energy below. Limits are the exact kinematic ones. The error estimate compares every
//! rule with the next finer one (`refine`).
//!
//! Serves every form factor, nuclear spin and χ spin, the pair and the dark photon; of the cuts
//! only those on x. Same bits for any number of threads and any instruction set.
//! Pinned by `tests/quadrature.rs` against an independent quadrature in 80-bit arithmetic.

mod azimuth;
mod recoil;
mod refine;
mod rule;
mod slice;

use pulp::Arch;
use rayon::prelude::*;
use thiserror::Error;

use super::Setup;
use crate::cuts::Cuts;
use crate::dark_sector::DarkSector;
use recoil::RecoilIntegral;
use refine::{Refined, refine};
use rule::{LANES, SIZES, rule};
pub(crate) use slice::spectral_function;
use slice::{Emitted, Rules, Slice};

/// Smallest relative error that may be asked for; rounding sets in below.
pub const MIN_REL_ERROR: f64 = 1e-10;

/// What the quadrature cannot do.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum QuadratureError {
    /// A cut on something that is integrated in closed form.
    #[error(
        "the quadrature integrates over everything but x and cannot follow the cut `{name}`; use the Monte Carlo (method `mc`)"
    )]
    Cut {
        /// The cut's key in the card.
        name: &'static str,
    },
    /// A relative error that makes no sense.
    #[error("relative error must lie in [{MIN_REL_ERROR:e}, 1), found {found:e}")]
    RelError {
        /// What was asked for.
        found: f64,
    },
    /// The finest rules do not reach the goal.
    #[error(
        "the quadrature stopped at {value_pb:e} ± {error_pb:e} pb, short of the relative error {rel_error:e}"
    )]
    NotConverged {
        /// Value reached, pb.
        value_pb: f64,
        /// Its estimated error, pb.
        error_pb: f64,
        /// What was asked for.
        rel_error: f64,
    },
    /// Bin edges that do not rise.
    #[error("bin edges must be at least two and rise, found {found:?}")]
    Edges {
        /// The edges.
        found: Vec<f64>,
    },
    /// dσ/dk² of something without a spectrum.
    #[error("a dark photon has one mass: there is no spectrum in k²")]
    NoPairSpectrum,
}

/// A result with its estimated error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integral {
    /// Value in pb per nucleus (dσ/dk²: pb/GeV²).
    pub value_pb: f64,
    /// Estimated error in the same unit; covers the true one.
    pub error_pb: f64,
    /// Evaluations of the squared amplitude.
    pub n_eval: u64,
}

/// σ within the cuts on x, in pb per nucleus, to the relative error `rel_error`.
///
/// # Errors
/// If there are cuts on anything but x, `rel_error` is out of range or cannot be reached.
pub fn sigma(setup: &Setup, rel_error: f64) -> Result<Integral, QuadratureError> {
    check(setup, rel_error)?;
    let emitted = emitted(setup);
    over_x(setup, emitted, setup.v_cuts(), rel_error)
}

/// dσ/dx in pb at each `x`, cuts on x apart, each to the relative error `rel_error`; 0 outside the
/// kinematic range.
///
/// # Errors
/// As [`sigma`].
pub fn spectrum(
    setup: &Setup,
    x: &[f64],
    rel_error: f64,
) -> Result<Vec<Integral>, QuadratureError> {
    check(setup, rel_error)?;
    let work = Work::new(setup, emitted(setup));
    x.par_iter()
        .map(|&x| {
            let v = setup.collision.e0 * (1.0 - x) - setup.collision.m;
            let found = match work.emitted {
                Emitted::Pair(_) => refine(work.start([1, 1, 2], rel_error), rel_error, |l| {
                    work.slice(v, l)
                }),
                Emitted::Vector { .. } => {
                    refine(work.start([1, 2], rel_error), rel_error, |[u, t]| {
                        work.slice(v, [0, u, t])
                    })
                }
            };
            found.result(rel_error)
        })
        .collect()
}

/// σ in pb in each bin of x between neighbouring `edges`, cuts on x apart.
///
/// # Errors
/// As [`sigma`], and if there are fewer than two edges or they do not rise.
pub fn binned(
    setup: &Setup,
    edges: &[f64],
    rel_error: f64,
) -> Result<Vec<Integral>, QuadratureError> {
    check(setup, rel_error)?;
    if edges.len() < 2 || !edges.windows(2).all(|e| e[0] < e[1]) {
        return Err(QuadratureError::Edges {
            found: edges.to_vec(),
        });
    }
    let emitted = emitted(setup);
    let v = |x: f64| setup.collision.e0 * (1.0 - x) - setup.collision.m;
    edges
        .par_windows(2)
        .map(|e| over_x(setup, emitted, (v(e[1]), v(e[0])), rel_error))
        .collect()
}

/// dσ/dk² of a pair in pb/GeV² at `k2` (GeV²), within the cuts on x; 0 outside the kinematic range.
///
/// # Errors
/// As [`sigma`], and for a dark photon.
pub fn dsigma_dk2(setup: &Setup, k2: f64, rel_error: f64) -> Result<Integral, QuadratureError> {
    check(setup, rel_error)?;
    let DarkSector::Pair(chi) = setup.dark else {
        return Err(QuadratureError::NoPairSpectrum);
    };
    let mass = k2.max(0.0).sqrt();
    if mass <= 2.0 * chi.mass_gev || mass >= setup.collision.max_pair_mass() {
        return Ok(Integral::ZERO);
    }
    let vector = Emitted::Vector {
        k2,
        strength: spectral_function(&chi, k2),
    };
    over_x(setup, vector, setup.v_cuts(), rel_error)
}

fn check(setup: &Setup, rel_error: f64) -> Result<(), QuadratureError> {
    if !(MIN_REL_ERROR..1.0).contains(&rel_error) {
        return Err(QuadratureError::RelError { found: rel_error });
    }
    let (cuts, none) = (&setup.cuts, &Cuts::NONE);
    let applied = [
        (
            "lepton_energy_max_gev",
            cuts.lepton_energy_max_gev != none.lepton_energy_max_gev,
        ),
        (
            "lepton_angle_min_mrad",
            cuts.lepton_angle_min_mrad != none.lepton_angle_min_mrad,
        ),
        (
            "lepton_angle_max_mrad",
            cuts.lepton_angle_max_mrad != none.lepton_angle_max_mrad,
        ),
        (
            "lepton_pt_min_gev",
            cuts.lepton_pt_min_gev != none.lepton_pt_min_gev,
        ),
        (
            "lepton_pt_max_gev",
            cuts.lepton_pt_max_gev != none.lepton_pt_max_gev,
        ),
        (
            "chi_angle_max_mrad",
            cuts.chi_angle_max_mrad != none.chi_angle_max_mrad,
        ),
    ];
    match applied.iter().find(|(_, applied)| *applied) {
        Some((name, _)) => Err(QuadratureError::Cut { name }),
        None => Ok(()),
    }
}

fn emitted(setup: &Setup) -> Emitted {
    match setup.dark {
        DarkSector::Pair(chi) => Emitted::Pair(chi),
        DarkSector::DarkPhoton(photon) => Emitted::Vector {
            k2: photon.mass_gev * photon.mass_gev,
            strength: photon.epsilon * photon.epsilon,
        },
    }
}

/// ∫ dx dσ/dx over `v_range` (GeV) to `rel_error`.
fn over_x(
    setup: &Setup,
    emitted: Emitted,
    v_range: (f64, f64),
    rel_error: f64,
) -> Result<Integral, QuadratureError> {
    let work = Work::new(setup, emitted);
    let pieces = pieces(setup, &emitted, v_range);
    let integrate = |[x, k, u, t]: [usize; 4]| {
        let nodes: Vec<(f64, f64)> = pieces.iter().flat_map(|p| p.nodes(setup, x)).collect();
        let slices: Vec<(f64, u64)> = nodes
            .par_iter()
            .map(|&(v, _)| work.slice(v, [k, u, t]))
            .collect();
        let value = nodes.iter().zip(&slices).map(|(n, s)| n.1 * s.0).sum();
        (value, slices.iter().map(|s| s.1).sum())
    };
    let found = match emitted {
        Emitted::Pair(_) => refine(work.start([1, 1, 1, 2], rel_error), rel_error, integrate),
        Emitted::Vector { .. } => {
            refine(work.start([1, 1, 2], rel_error), rel_error, |[x, u, t]| {
                integrate([x, 0, u, t])
            })
        }
    };
    found.result(rel_error)
}

impl Integral {
    /// Nothing, exactly.
    const ZERO: Self = Self {
        value_pb: 0.0,
        error_pb: 0.0,
        n_eval: 0,
    };
}

impl Refined {
    fn result(self, rel_error: f64) -> Result<Integral, QuadratureError> {
        if self.converged {
            Ok(Integral {
                value_pb: self.value,
                error_pb: self.error,
                n_eval: self.n_eval,
            })
        } else {
            Err(QuadratureError::NotConverged {
                value_pb: self.value,
                error_pb: self.error,
                rel_error,
            })
        }
    }
}

/// What all slices of one integral share.
struct Work<'a> {
    setup: &'a Setup,
    recoil: RecoilIntegral,
    emitted: Emitted,
}

impl<'a> Work<'a> {
    fn new(setup: &'a Setup, emitted: Emitted) -> Self {
        Self {
            setup,
            recoil: RecoilIntegral::new(setup),
            emitted,
        }
    }

    /// First levels for a goal: coarse ones plus one for every two digits beyond 1e-3.
    fn start<const D: usize>(&self, coarse: [usize; D], rel_error: f64) -> [usize; D] {
        let digits = (-libm::log10(rel_error) - 3.0).max(0.0);
        coarse.map(|l| l + (digits / 2.0) as usize)
    }

    /// (dσ/dx in pb, evaluations) at `v` (GeV) with rules of these levels for k², u and T.
    fn slice(&self, v: f64, [k, u, t]: [usize; 3]) -> (f64, u64) {
        let value = Arch::new().dispatch(Slice {
            setup: self.setup,
            recoil: &self.recoil,
            v,
            emitted: self.emitted,
            rules: Rules {
                pair_mass: rule(k),
                emission: rule(u),
                recoil: rule(t),
            },
        });
        let masses = match self.emitted {
            Emitted::Pair(_) => SIZES[k],
            Emitted::Vector { .. } => 1,
        };
        let points = masses * SIZES[u] * SIZES[t].next_multiple_of(LANES);
        (value, 2 * points as u64)
    }
}

/// A range of v = V0 − m in the variable ln(√y + √scale), y = v or the pair's kinetic energy.
#[derive(Debug, Clone, Copy)]
struct Piece {
    low: f64,
    high: f64,
    scale: f64,
    /// v = offset − y where the pair's kinetic energy is y, v = y without.
    offset: Option<f64>,
}

impl Piece {
    /// (v, weight of dσ/dx) of the rule of this level.
    fn nodes(&self, setup: &Setup, level: usize) -> Vec<(f64, f64)> {
        let root = self.scale.sqrt();
        let start = self.low.sqrt() + root;
        let length = libm::log((self.high.sqrt() + root) / start);
        rule(level)
            .nodes()
            .map(|(z, w)| {
                let sum = start * libm::exp(length * z);
                let y = (sum - root) * (sum - root);
                let weight = 2.0 * w * length * sum * (sum - root) / setup.collision.e0;
                (self.offset.map_or(y, |offset| offset - y), weight)
            })
            .collect()
    }
}

/// The kinematic range of v within `v_range`, cut at x = ½.
fn pieces(setup: &Setup, emitted: &Emitted, v_range: (f64, f64)) -> Vec<Piece> {
    let c = &setup.collision;
    let mass = emitted.mass_min();
    let (v_min, v_max) = c.v_limits(mass * mass);
    let (low, high) = (v_min.max(v_range.0), v_max.min(v_range.1));
    if !(low < high) {
        return Vec::new();
    }
    let offset = c.kinetic - mass;
    let half = (0.5 * c.e0 - c.m).clamp(low, high);
    let mut pieces = Vec::new();
    if low < half {
        pieces.push(Piece {
            low,
            high: half,
            scale: c.m,
            offset: None,
        });
    }
    if half < high {
        pieces.push(Piece {
            low: offset - high,
            high: offset - half,
            scale: mass,
            offset: Some(offset),
        });
    }
    pieces
}
