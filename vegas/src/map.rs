//! The adaptive importance map y → x of VEGAS, an axis at a time.
//!
//! An axis of the unit interval is cut into `n` increments `Δx_i` with edges `x_i`. A point
//! `y ∈ (0, 1)` goes to `x(y) = x_i + Δx_i δ` with `i = ⌊y n⌋`, `δ = y n − i`, and has the Jacobian
//! `dx/dy = n Δx_i` ([Lep78]; [Lep21], adaptive importance
//! sampling). Training collects `d_i`, the mean of `(J f)²` over each
//! increment; [`Map::refine`] smooths and compresses it (damping `α`) and moves the edges so that
//! each new increment holds the same amount ([Lep21]).
//!
//! Both directions are monotone and continuous; a map that has seen no training is the identity.
//! Pinned by `tests/grids.rs` on grids worked out by hand.

use crate::bits;
use crate::schedule::{Pool, each};
use serde::{Deserialize, Serialize};

/// Most increments an axis can have; the kernels look cells up in tables of this fixed size.
pub const MAX_INCREMENTS: usize = 1024;

/// Edges of an axis as the kernels read them; those past the last are unused.
pub(crate) type Edges = [f64; MAX_INCREMENTS + 1];

/// The map of all axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct Map {
    increments: usize,
    edges: Vec<Vec<f64>>,
    tables: Vec<Box<Edges>>,
    /// Where to look for `x`: the increment that holds `k / GUIDES`, an axis after the other.
    guides: Vec<[u16; GUIDES + 1]>,
}

/// Equal parts of an axis that guide the inverse to the increment.
const GUIDES: usize = 1024;

/// What is stored of a map: the edges, as bit patterns.
#[derive(Clone, Serialize, Deserialize)]
struct Saved {
    #[serde(with = "bits::columns")]
    edges: Vec<Vec<f64>>,
}

impl From<Map> for Saved {
    fn from(map: Map) -> Self {
        Self { edges: map.edges }
    }
}

impl TryFrom<Saved> for Map {
    type Error = String;

    fn try_from(saved: Saved) -> Result<Self, String> {
        Map::from_edges(saved.edges)
    }
}

impl Map {
    /// The identity on `dim` axes, with `increments` increments an axis.
    ///
    /// # Panics
    /// If `increments` is 0 or above [`MAX_INCREMENTS`].
    pub fn uniform(dim: usize, increments: usize) -> Self {
        assert!(
            (1..=MAX_INCREMENTS).contains(&increments),
            "{increments} increments"
        );
        let axis: Vec<f64> = (0..=increments)
            .map(|i| i as f64 / increments as f64)
            .collect();
        let mut map = Self {
            increments,
            edges: vec![axis; dim],
            tables: Vec::new(),
            guides: Vec::new(),
        };
        map.tabulate();
        map
    }

    /// A map with given edges: for each axis the same number of strictly increasing values, from
    /// 0 to 1.
    ///
    /// # Errors
    /// A sentence that names the axis and what is wrong with it.
    pub fn from_edges(edges: Vec<Vec<f64>>) -> Result<Self, String> {
        let points = edges.first().map_or(0, Vec::len);
        if !(2..=MAX_INCREMENTS + 1).contains(&points) {
            return Err(format!(
                "a map needs 2 to {} edges, not {points}",
                MAX_INCREMENTS + 1
            ));
        }
        for (d, axis) in edges.iter().enumerate() {
            if axis.len() != points {
                return Err(format!(
                    "axis {d} has {} edges, axis 0 has {points}",
                    axis.len()
                ));
            }
            if axis[0] != 0.0 || axis[points - 1] != 1.0 {
                return Err(format!("axis {d} must run from 0 to 1"));
            }
            if !axis.windows(2).all(|w| w[0] < w[1]) {
                return Err(format!("the edges of axis {d} must increase"));
            }
        }
        let mut map = Self {
            increments: points - 1,
            edges,
            tables: Vec::new(),
            guides: Vec::new(),
        };
        map.tabulate();
        Ok(map)
    }

    /// Fills the tables the kernels read.
    fn tabulate(&mut self) {
        self.tables
            .resize_with(self.edges.len(), || Box::new([0.0; MAX_INCREMENTS + 1]));
        for (axis, table) in self.edges.iter().zip(&mut self.tables) {
            table[..axis.len()].copy_from_slice(axis);
        }
        self.guides.resize(self.edges.len(), [0; GUIDES + 1]);
        for (axis, guides) in self.edges.iter().zip(&mut self.guides) {
            let mut i = 0;
            for (k, guide) in guides.iter_mut().enumerate() {
                while i + 1 < self.increments && axis[i + 1] <= k as f64 / GUIDES as f64 {
                    i += 1;
                }
                *guide = i as u16;
            }
        }
    }

    /// Number of axes.
    pub fn dim(&self) -> usize {
        self.edges.len()
    }

    /// Number of increments an axis.
    #[inline]
    pub fn increments(&self) -> usize {
        self.increments
    }

    /// Edges of the increments of axis `d`, from 0 to 1.
    pub fn edges(&self, d: usize) -> &[f64] {
        &self.edges[d]
    }

    /// Lower edge and width of increment `i` of axis `d`.
    #[inline]
    pub(crate) fn increment(&self, d: usize, i: usize) -> [f64; 2] {
        let edges = self.table(d);
        [edges[i], edges[i + 1] - edges[i]]
    }

    /// Edges of axis `d` as the kernels read them.
    #[inline(always)]
    pub(crate) fn table(&self, d: usize) -> &Edges {
        &self.tables[d]
    }

    /// Jacobian `∏ n Δx` of a map with the given widths: the constant factor `n^dim`.
    pub(crate) fn scale(&self) -> f64 {
        (0..self.dim()).fold(1.0, |s, _| s * self.increments as f64)
    }

    /// Maps `y` to `x` and returns the Jacobian `|dx/dy|`.
    ///
    /// # Panics
    /// If a slice is shorter than [`Map::dim`].
    pub fn forward(&self, y: &[f64], x: &mut [f64]) -> f64 {
        let mut jacobian = self.scale();
        for d in 0..self.dim() {
            let t = y[d] * self.increments as f64;
            let i = (t as usize).min(self.increments - 1);
            let [edge, width] = self.increment(d, i);
            x[d] = edge + (t - i as f64) * width;
            jacobian *= width;
        }
        jacobian
    }

    /// Maps `x` back to `y` and returns the same Jacobian `|dx/dy|` as [`Map::forward`].
    ///
    /// # Panics
    /// If a slice is shorter than [`Map::dim`].
    pub fn inverse(&self, x: &[f64], y: &mut [f64]) -> f64 {
        let mut jacobian = self.scale();
        for d in 0..self.dim() {
            let k = ((x[d] * GUIDES as f64) as usize).min(GUIDES - 1);
            let [low, high] = [self.guides[d][k], self.guides[d][k + 1]].map(usize::from);
            let i = low + self.edges[d][low + 1..=high].partition_point(|&e| e <= x[d]);
            let [edge, width] = self.increment(d, i);
            y[d] = (i as f64 + (x[d] - edge) / width) / self.increments as f64;
            jacobian *= width;
        }
        jacobian
    }

    /// Moves the edges after training data `d[axis][increment] ≥ 0`; `increments` is the number
    /// the new map has. An axis whose data is all zero keeps its shape.
    ///
    /// # Panics
    /// If an axis of `training` is shorter than the increments of the map.
    pub fn refine(&mut self, training: &[Vec<f64>], alpha: f64, increments: usize) {
        self.refine_on(None, training, alpha, increments);
    }

    /// The same, axes side by side on the threads of a pool.
    pub(crate) fn refine_on(
        &mut self,
        pool: Option<&Pool>,
        training: &[Vec<f64>],
        alpha: f64,
        increments: usize,
    ) {
        let axes = self.edges.iter_mut().zip(training).collect();
        let before = self.increments;
        each(pool, axes, |(axis, data): (&mut Vec<f64>, &Vec<f64>)| {
            let share = compressed(&data[..before], alpha);
            *axis = moved(axis, &share, increments);
        });
        self.increments = increments;
        self.tabulate();
    }
}

/// Training data smoothed over neighbours, normalised and compressed: `[(1−d)/ln(1/d)]^α`
/// ([Lep21]).
fn compressed(data: &[f64], alpha: f64) -> Vec<f64> {
    let n = data.len();
    let smooth: Vec<f64> = (0..n)
        .map(|i| {
            let left = if i > 0 { data[i - 1] } else { data[i] };
            let right = if i + 1 < n { data[i + 1] } else { data[i] };
            (left + 6.0 * data[i] + right) / 8.0
        })
        .collect();
    let sum: f64 = smooth.iter().sum();
    if !(sum > 0.0 && sum.is_finite()) {
        return vec![1.0; n];
    }
    smooth
        .iter()
        .map(|&s| {
            // An increment without any training data keeps a little, so that its edges stay apart.
            let d = (s / sum).max(1e-30);
            let ratio = if d < 0.999_999 {
                (d - 1.0) / libm::log(d)
            } else {
                1.0
            };
            if alpha == 0.5 {
                ratio.sqrt()
            } else {
                libm::pow(ratio, alpha)
            }
        })
        .collect()
}

/// New edges that give each of `increments` increments the same part of `share`.
fn moved(old: &[f64], share: &[f64], increments: usize) -> Vec<f64> {
    let portion = share.iter().sum::<f64>() / increments as f64;
    let mut edges = Vec::with_capacity(increments + 1);
    edges.push(0.0);
    let (mut j, mut held) = (0, 0.0);
    for k in 1..increments {
        while held + share[j] < portion && j + 1 < share.len() {
            held += share[j];
            j += 1;
        }
        // The new edge lies in old increment j, after the part of it that completes the portion.
        held -= portion;
        let fraction = (-held / share[j]).min(1.0);
        let edge = old[j] + (old[j + 1] - old[j]) * fraction;
        let before = edges[k - 1];
        edges.push(edge.max(next_up(before)));
    }
    edges.push(1.0);
    // Rounding may have pushed edges against 1; keep them apart from the end backwards.
    for k in (1..increments).rev() {
        let limit = next_down(edges[k + 1]);
        edges[k] = edges[k].min(limit);
    }
    edges
}

/// A little above `x ≥ 0`: two edges never coincide.
fn next_up(x: f64) -> f64 {
    (x * (1.0 + 4.0 * f64::EPSILON)).max(f64::MIN_POSITIVE)
}

/// A little below `x > 0`.
fn next_down(x: f64) -> f64 {
    x * (1.0 - 4.0 * f64::EPSILON)
}
