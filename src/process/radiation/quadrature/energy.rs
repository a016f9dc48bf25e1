//! The integral over x of any dσ/dx, refined together with whatever is inside.
//!
//! Variable v = V0 − m = E0(1−x) − m, drawn uniform in ln(√v+√m) for x > ½ and in the logarithm of
//! the pair's kinetic energy below: dσ/dx falls like a power of v below m, like 1/v at most above.

use rayon::prelude::*;

use super::refine::{Refined, refine};
use super::rule::rule;
use crate::kinematics::Collision;
use crate::process::{Goal, QuadratureError};

/// A range of v = origin ± y in the variable ln(√y + √scale), all in GeV.
#[derive(Debug, Clone, Copy)]
pub(in crate::process::radiation) struct Piece {
    /// Ends of y.
    pub(in crate::process::radiation) y: (f64, f64),
    /// Where the integrand changes from a power of √y to one of ln y.
    pub(in crate::process::radiation) scale: f64,
    /// v at y = 0.
    pub(in crate::process::radiation) origin: f64,
    /// Whether v falls with y.
    pub(in crate::process::radiation) falls: bool,
}

impl Piece {
    /// (v, weight of dσ/dx) of the rule of this level.
    fn nodes(&self, e0: f64, level: usize) -> Vec<(f64, f64)> {
        let root = self.scale.sqrt();
        let start = self.y.0.sqrt() + root;
        let length = libm::log((self.y.1.sqrt() + root) / start);
        rule(level)
            .nodes()
            .map(|(z, w)| {
                let sum = start * libm::exp(length * z);
                let y = (sum - root) * (sum - root);
                let weight = 2.0 * w * length * sum * (sum - root) / e0;
                (self.v(y), weight)
            })
            .collect()
    }

    /// v in GeV at `y`.
    pub(super) fn v(&self, y: f64) -> f64 {
        match self.falls {
            true => self.origin - y,
            false => self.origin + y,
        }
    }
}

/// Cuts the piece in which `v` (GeV) lies there.
pub(super) fn cut_at(pieces: Vec<Piece>, v: f64) -> Vec<Piece> {
    let cut = |piece: Piece| {
        let (low, high) = piece.y;
        let y = if piece.falls {
            piece.origin - v
        } else {
            v - piece.origin
        };
        if low < y && y < high {
            let (below, above) = (
                Piece {
                    y: (low, y),
                    ..piece
                },
                Piece {
                    y: (y, high),
                    ..piece
                },
            );
            vec![below, above]
        } else {
            vec![piece]
        }
    };
    pieces.into_iter().flat_map(cut).collect()
}

/// `pieces` with others, `on_shell`, between two v (GeV): where an A′ comes on its mass shell dσ/dx is the larger the narrower
/// that is, and next to threshold in a small part of the range of x only.
pub(in crate::process::radiation) fn apart(
    pieces: Vec<Piece>,
    (low, high): (f64, f64),
    on_shell: Vec<Piece>,
) -> Vec<Piece> {
    let beside = |piece: &Piece| {
        let middle = piece.v(0.5 * (piece.y.0 + piece.y.1));
        !(low < middle && middle < high)
    };
    let mut all = cut_at(cut_at(pieces, low), high);
    all.retain(beside);
    all.extend(on_shell);
    all
}

/// Cuts the range `v_range` of v within `limits` (GeV) at x = ½; `mass` is the least mass emitted.
pub(in crate::process::radiation) fn pieces(
    c: &Collision,
    mass: f64,
    limits: (f64, f64),
    v_range: (f64, f64),
) -> Vec<Piece> {
    let (low, high) = (limits.0.max(v_range.0), limits.1.min(v_range.1));
    if !(low < high) {
        return Vec::new();
    }
    let at_rest = c.kinetic - mass;
    let half = (0.5 * c.e0 - c.m).clamp(low, high);
    // Below v = 0 there is only what a formula makes of it; count from its own end then.
    let origin = limits.0.min(0.0);
    let fast = Piece {
        y: (low - origin, half - origin),
        scale: c.m,
        origin,
        falls: false,
    };
    let slow = Piece {
        y: (at_rest - high, at_rest - half),
        scale: mass,
        origin: at_rest,
        falls: true,
    };
    let mut pieces = Vec::new();
    if low < half {
        pieces.push(fast);
    }
    if half < high {
        pieces.push(slow);
    }
    pieces
}

/// ∫ dx over `pieces` of `slice(v, levels) = (dσ/dx, evaluations)` to `goal`, refining from
/// the levels `start`; the first level is that of x.
pub(in crate::process::radiation) fn integrate<const D: usize>(
    e0: f64,
    pieces: &[Piece],
    start: [usize; D],
    goal: &Goal<'_>,
    slice: impl Fn(f64, [usize; D]) -> (f64, u64) + Sync,
) -> Result<Refined, QuadratureError> {
    refine(start, goal, |levels| {
        let nodes: Vec<(f64, f64)> = pieces.iter().flat_map(|p| p.nodes(e0, levels[0])).collect();
        let slices = nodes.par_iter().map(|&(v, _)| goal.tell(slice(v, levels)));
        let slices = slices.collect::<Result<Vec<(f64, u64)>, _>>()?;
        // Summed in the order of the nodes, whatever the threads did.
        let value = nodes.iter().zip(&slices).map(|(n, s)| n.1 * s.0).sum();
        Ok((value, slices.iter().map(|s| s.1).sum()))
    })
}

/// First levels for a goal: `coarse` plus one for every two digits beyond 1e-3.
pub(in crate::process::radiation) fn start<const D: usize>(
    coarse: [usize; D],
    goal: &Goal<'_>,
) -> [usize; D] {
    let digits = (-libm::log10(goal.rel_error) - 3.0).max(0.0);
    coarse.map(|l| l + (digits / 2.0) as usize)
}
