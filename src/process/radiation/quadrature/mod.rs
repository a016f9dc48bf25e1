//! σ, dσ/dx and dσ/dk² without Monte Carlo.
//!
//! χ angles and φ_q are integrated in closed form (`slice`, `azimuth`), the other variables by
//! Gauss–Legendre rules in variables that follow the integrand: T (`recoil`), u and k² (`slice`),
//! and x (`energy`). Limits are the exact kinematic ones. The error estimate compares every
//! rule with the next finer one (`refine`).
//!
//! Serves every form factor, nuclear spin and χ spin, the pair, the dark photon and bosons; of the cuts
//! only those on x. Same bits for any number of threads and any instruction set.
//! Pinned by `tests/quadrature.rs` against an independent quadrature in 80-bit arithmetic.

mod azimuth;
mod curve;
mod energy;
mod pair_mass;
mod recoil;
mod refine;
mod resonance;
mod rule;
mod slice;
mod vector;

use rayon::prelude::*;

use super::Setup;
use crate::cuts::Cuts;
use crate::dark_sector::DarkSector;
use crate::process::{Goal, Integral, MIN_REL_ERROR, QuadratureError};
use energy::cut_at;
pub(super) use energy::{apart, integrate, pieces, start};
pub use pair_mass::spectral_function;
use recoil::RecoilIntegral;
use refine::DOUBLING;
use refine::Refined;
pub(super) use refine::refine;
use resonance::PairSource;
pub(super) use rule::{LANES, SIZES, rule};
pub(super) use slice::Emitted;
use slice::{Rules, Slice};

/// Nodes and weights (Σ = 1) of the `n`-point Gauss–Legendre rule on [0, 1].
pub fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    match SIZES.iter().position(|&size| size == n) {
        Some(level) => rule(level).nodes().collect(),
        None => rule::Rule::gauss_legendre(n).nodes().collect(),
    }
}

/// σ within the cuts on x, in pb per nucleus, to the relative error `rel_error`; of a pair from what the goal
/// remembers of others, if it does.
///
/// # Errors
/// If there are cuts on anything but x, `rel_error` is out of range or cannot be reached.
pub fn sigma<'a>(setup: &Setup, goal: impl Into<Goal<'a>>) -> Result<Integral, QuadratureError> {
    let goal = &goal.into();
    check(setup, goal)?;
    let emitted = emitted(setup);
    if let (Emitted::Pair(pair), Some(memory)) = (&emitted, goal.memory())
        && let Some(found) = curve::sigma(setup, pair, goal, memory)?
    {
        return Ok(found);
    }
    over_x(setup, emitted, setup.v_cuts(), goal)
}

/// dσ/dx in pb at each `x`, cuts on x apart, each to the relative error `rel_error`; 0 outside the
/// kinematic range.
///
/// # Errors
/// As [`sigma`].
pub fn spectrum<'a>(
    setup: &Setup,
    x: &[f64],
    goal: impl Into<Goal<'a>>,
) -> Result<Vec<Integral>, QuadratureError> {
    let goal = &goal.into();
    check(setup, goal)?;
    let work = Work::new(setup, emitted(setup));
    x.par_iter()
        .map(|&x| {
            let v = setup.collision.e0 * (1.0 - x) - setup.collision.m;
            let found = match work.emitted {
                Emitted::Pair(_) => refine(start([1, 1, recoil(goal)], goal), goal, |l| {
                    goal.tell(work.slice(v, l))
                }),
                Emitted::Vector { .. } => refine(start([1, recoil(goal)], goal), goal, |[u, t]| {
                    goal.tell(work.slice(v, [0, u, t]))
                }),
            };
            found?.result(goal)
        })
        .collect()
}

/// σ in pb in each bin of x between neighbouring `edges`, cuts on x apart.
///
/// # Errors
/// As [`sigma`], and if there are fewer than two edges or they do not rise.
pub fn binned<'a>(
    setup: &Setup,
    edges: &[f64],
    goal: impl Into<Goal<'a>>,
) -> Result<Vec<Integral>, QuadratureError> {
    let goal = &goal.into();
    check(setup, goal)?;
    check_edges(edges)?;
    let emitted = emitted(setup);
    let v = |x: f64| setup.collision.e0 * (1.0 - x) - setup.collision.m;
    edges
        .par_windows(2)
        .map(|e| over_x(setup, emitted, (v(e[1]), v(e[0])), goal))
        .collect()
}

/// dσ/dk² of a pair in pb/GeV² at `k2` (GeV²), within the cuts on x; 0 outside the kinematic range.
///
/// # Errors
/// As [`sigma`], and for a dark photon.
pub fn dsigma_dk2<'a>(
    setup: &Setup,
    k2: f64,
    goal: impl Into<Goal<'a>>,
) -> Result<Integral, QuadratureError> {
    let goal = &goal.into();
    check(setup, goal)?;
    let Emitted::Pair(pair) = emitted(setup) else {
        return Err(QuadratureError::NoPairSpectrum);
    };
    let mass = k2.max(0.0).sqrt();
    if mass <= 2.0 * pair.chi.mass_gev || mass >= setup.collision.max_pair_mass() {
        return Ok(Integral::ZERO);
    }
    let vector = Emitted::Vector {
        k2,
        strength: pair.spectral_function(k2),
    };
    over_x(setup, vector, setup.v_cuts(), goal)
}

/// The cuts and the goal must be what an inclusive method can follow.
pub(super) fn check(setup: &Setup, goal: &Goal<'_>) -> Result<(), QuadratureError> {
    let rel_error = goal.rel_error;
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

/// Bin edges must rise.
pub(super) fn check_edges(edges: &[f64]) -> Result<(), QuadratureError> {
    if edges.len() < 2 || !edges.windows(2).all(|e| e[0] < e[1]) {
        return Err(QuadratureError::Edges {
            found: edges.to_vec(),
        });
    }
    Ok(())
}

/// What a set-up produces.
pub(super) fn emitted(setup: &Setup) -> Emitted {
    match setup.dark {
        DarkSector::Pair(chi) => Emitted::Pair(PairSource {
            chi,
            resonance: None,
        }),
        DarkSector::Mediated(chi, a) => Emitted::Pair(PairSource {
            chi,
            resonance: Some(a),
        }),
        DarkSector::DarkPhoton(photon) => Emitted::Vector {
            k2: photon.mass_gev * photon.mass_gev,
            strength: photon.epsilon * photon.epsilon,
        },
        DarkSector::Boson(boson) => Emitted::Vector {
            k2: boson.mass_gev * boson.mass_gev,
            strength: boson.coupling * boson.coupling,
        },
    }
}

/// Coarsest level for the recoil: to 1e-3 and 1e-4 the first one seldom does.
fn recoil(goal: &Goal<'_>) -> usize {
    if (2e-5..3e-3).contains(&goal.rel_error) {
        3
    } else {
        2
    }
}

/// Part of the largest mass from which on one is heavy.
const HEAVY: f64 = 0.05;

/// ∫ dx dσ/dx over `v_range` (GeV) to `goal`.
fn over_x(
    setup: &Setup,
    emitted: Emitted,
    v_range: (f64, f64),
    goal: &Goal<'_>,
) -> Result<Integral, QuadratureError> {
    let work = Work::new(setup, emitted);
    let c = &setup.collision;
    let mass = emitted.mass_min();
    let pieces = pieces(c, mass, c.v_limits(mass * mass), v_range);
    let found = match emitted {
        Emitted::Pair(pair) => {
            let (pieces, [x, k, u]) = match pair.heavy_on_shell(c) {
                Some(a) => {
                    let on_shell = energy::pieces(c, a, c.v_limits(a * a), v_range);
                    let on_shell = cut_at(on_shell, c.v_of_all_directions(a * a));
                    (apart(pieces, c.v_limits(a * a), on_shell), [2, 2, 1])
                }
                None => (pieces, [1, 1, 1]),
            };
            let levels = start([x, k, u, recoil(goal)], goal);
            integrate(c.e0, &pieces, levels, goal, |v, [_, k, u, t]| {
                work.slice(v, [k, u, t])
            })
        }
        Emitted::Vector { k2, .. } => {
            let levels = start([1, 1, recoil(goal)], goal);
            // Where a mass begins to go backwards dσ/dx is not smooth; that shows only if it is heavy, since
            // a light one goes forwards.
            let pieces = match mass > HEAVY * c.max_pair_mass() {
                true => cut_at(pieces, c.v_of_all_directions(k2)),
                false => pieces,
            };
            integrate(c.e0, &pieces, levels, goal, |v, [_, u, t]| {
                work.slice(v, [0, u, t])
            })
        }
    };
    found?.result(goal)
}

impl Refined {
    pub(super) fn result(self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
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
                rel_error: goal.rel_error,
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

    /// (dσ/dx in pb, evaluations) at `v` (GeV) with rules of these levels for k², u and T.
    fn slice(&self, v: f64, [k, u, t]: [usize; 3]) -> (f64, u64) {
        let value = crate::elementary::arch().dispatch(Slice {
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
            // Through an A′ there are up to three ranges of k².
            Emitted::Pair(pair) if pair.resonance.is_some() => 3 * SIZES[k],
            Emitted::Pair(_) => SIZES[k],
            Emitted::Vector { .. } => 1,
        };
        let points = masses * SIZES[u] * SIZES[t].next_multiple_of(LANES);
        (value, points as u64)
    }
}
