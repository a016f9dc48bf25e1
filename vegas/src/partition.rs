//! A map and boxes that fill its y-space, in each of which a function or a family of them varies little.
//!
//! How they are found is in `growth`. Pinned by `tests/unweighter.rs`.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::integrand::BLOCK;
use crate::kernel::Column;
use crate::map::Map;

/// Lower and upper end of a box on one axis.
pub(crate) type Side = [f32; 2];

/// A map and boxes that fill its y-space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct Partition {
    map: Map,
    cuts: Vec<u8>,
    /// Of each box, axis by axis.
    sides: Vec<Side>,
    volume: Vec<f64>,
    /// One a cut or box, in their order.
    nodes: Vec<Node>,
}

/// Where to go on from a cut to the box of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Node {
    /// Below `at` on the axis with the next node, else with number `upper`.
    Cut {
        axis: u8,
        at: f32,
        upper: u32,
    },
    Box(u32),
}

/// What is stored of a partition.
#[derive(Clone, Serialize, Deserialize)]
struct Saved {
    map: Map,
    cuts: Vec<u8>,
}

impl From<Partition> for Saved {
    fn from(partition: Partition) -> Self {
        let Partition { map, cuts, .. } = partition;
        Self { map, cuts }
    }
}

impl TryFrom<Saved> for Partition {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<Self, Error> {
        Self::new(saved.map, saved.cuts)
    }
}

/// An axis is cut at one of so many parts.
pub(crate) const PARTS: usize = 8;

/// Axes that may be cut: a cut is a byte, [`PARTS`] · axis + part.
pub(crate) const CUT_AXES: usize = (u8::MAX as usize + 1) / PARTS;

/// What stands for a box that is not cut.
pub(crate) const UNCUT: u8 = 0;

/// Axis and place of a cut of a box.
fn place(sides: &[Side], cut: u8) -> (usize, f32) {
    let (axis, part) = (usize::from(cut) / PARTS, usize::from(cut) % PARTS);
    let [low, high] = sides[axis];
    (axis, low + (high - low) * (part as f32 / PARTS as f32))
}

/// The two parts of a box.
pub(crate) fn parts(sides: &[Side], cut: u8) -> [Vec<Side>; 2] {
    let (axis, at) = place(sides, cut);
    let (mut lower, mut upper) = (sides.to_vec(), sides.to_vec());
    (lower[axis][1], upper[axis][0]) = (at, at);
    [lower, upper]
}

pub(crate) fn volume(sides: &[Side]) -> f64 {
    let widths = sides.iter().map(|[low, high]| f64::from(high - low));
    widths.product()
}

impl Partition {
    /// Of a map and the [`Self::cuts`] of its boxes.
    ///
    /// # Errors
    /// [`Error::Setting`] if these are not the cuts of as many axes.
    pub fn new(map: Map, cuts: Vec<u8>) -> Result<Self, Error> {
        let dim = map.dim();
        let (mut all, mut volumes, mut nodes) = (Vec::new(), Vec::new(), Vec::new());
        // Boxes to go on with, the next one last, each with the cut whose upper part it is.
        let mut open: Vec<(Vec<Side>, Option<usize>)> = vec![(vec![[0.0, 1.0]; dim], None)];
        for &cut in &cuts {
            let (axis, part) = (usize::from(cut) / PARTS, usize::from(cut) % PARTS);
            let known = axis < dim && (cut == UNCUT || part > 0);
            let Some((sides, upper_of)) = open.pop().filter(|_| known) else {
                let must = format!("eighths of {dim} axes, and no more than there are boxes");
                return Err(Error::setting("cuts", cut, must));
            };
            let here = nodes.len();
            if let Some(Node::Cut { upper, .. }) = upper_of.map(|k: usize| &mut nodes[k]) {
                *upper = here as u32;
            }
            if cut == UNCUT {
                nodes.push(Node::Box(volumes.len() as u32));
                volumes.push(volume(&sides));
                all.extend(sides);
            } else {
                let (axis, at) = place(&sides, cut);
                let (axis, upper) = (axis as u8, 0);
                nodes.push(Node::Cut { axis, at, upper });
                let [lower, upper] = parts(&sides, cut);
                open.extend([(upper, Some(here)), (lower, None)]);
            }
        }
        if !open.is_empty() {
            let must = "enough to fill the space";
            return Err(Error::setting("cuts", cuts.len(), must));
        }
        Ok(Self {
            map,
            cuts,
            sides: all,
            volume: volumes,
            nodes,
        })
    }

    /// The map.
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// How the space is cut, from the whole on, lower parts first: eight times the axis and the eighths of it, or 0 for a box that is
    /// not cut.
    pub fn cuts(&self) -> &[u8] {
        &self.cuts
    }

    /// Volumes of the boxes.
    pub(crate) fn volumes(&self) -> &[f64] {
        &self.volume
    }

    /// Of one box, axis by axis.
    #[inline(always)]
    pub(crate) fn sides(&self, cell: usize) -> &[Side] {
        let dim = self.map.dim();
        &self.sides[cell * dim..][..dim]
    }

    /// Lower ends and widths of boxes on one axis, in increments of the map.
    #[inline(always)]
    pub(crate) fn column(
        &self,
        cells: &Column<u32>,
        axis: usize,
        low: &mut Column<f64>,
        width: &mut Column<f64>,
    ) {
        let dim = self.map.dim();
        let increments = self.map.increments() as f64;
        for i in 0..BLOCK {
            let [from, to] = self.sides[cells[i] as usize * dim + axis];
            low[i] = f64::from(from) * increments;
            width[i] = f64::from(to - from) * increments;
        }
    }

    /// Boxes that share a part of a face with box `cell`.
    pub(crate) fn beside(&self, cell: usize) -> Vec<usize> {
        let here = self.sides(cell);
        let (mut found, mut open) = (Vec::new(), vec![0]);
        while let Some(k) = open.pop() {
            match self.nodes[k] {
                Node::Cut { axis, at, upper } => {
                    let [low, high] = here[usize::from(axis)];
                    open.extend((low <= at).then_some(k + 1));
                    open.extend((high >= at).then_some(upper as usize));
                }
                Node::Box(other) => {
                    let sides = here.iter().zip(self.sides(other as usize));
                    let apart = sides.filter(|(a, b)| a[0] == b[1] || a[1] == b[0]);
                    if apart.count() == 1 {
                        found.push(other as usize);
                    }
                }
            }
        }
        found
    }

    /// The box that holds a point of the y-space.
    pub(crate) fn box_of(&self, y: &[f64]) -> usize {
        let mut k = 0;
        loop {
            match self.nodes[k] {
                Node::Box(number) => return number as usize,
                Node::Cut { axis, at, .. } if y[usize::from(axis)] < f64::from(at) => k += 1,
                Node::Cut { upper, .. } => k = upper as usize,
            }
        }
    }
}
