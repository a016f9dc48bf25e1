//! Binning axes: linear, logarithmic, or with given edges.
//!
//! Bin `k` of `n` holds `edge[k] ≤ v < edge[k+1]`; values below go to the underflow, values at or
//! above the last edge and NaN to the overflow. The edges decide, not a formula that might round
//! another way. Pinned by the tests below.

use crate::bits;
use crate::error::Error;
use crate::integrand::BLOCK;
use crate::kernel::ROUND;
use serde::{Deserialize, Serialize};

/// Spacing of the bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// Equal widths.
    Linear,
    /// Equal ratios.
    Log,
    /// As given.
    Edges,
}

/// One axis of a histogram.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct Bins {
    spacing: Spacing,
    edges: Vec<f64>,
    /// Bins per unit, of a linear axis.
    per_unit: f64,
    /// Edges at or below all numbers of a key, of a logarithmic axis; the first key is below all edges.
    table: Vec<u32>,
    first_key: u64,
    /// Most edges among the numbers of one key.
    edges_a_key: u32,
}

#[derive(Clone, Serialize, Deserialize)]
struct Saved {
    spacing: Spacing,
    #[serde(with = "bits::list")]
    edges: Vec<f64>,
}

impl From<Bins> for Saved {
    fn from(axis: Bins) -> Self {
        Self {
            spacing: axis.spacing,
            edges: axis.edges,
        }
    }
}

impl TryFrom<Saved> for Bins {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<Self, Error> {
        Self::build(saved.spacing, saved.edges)
    }
}

/// Key of a positive number: its exponent and the first six bits of its mantissa.
#[inline(always)]
fn key(v: f64) -> u64 {
    v.to_bits() >> 46
}

impl Bins {
    /// `bins` bins of equal width from `min` to `max`.
    ///
    /// # Errors
    /// [`Error::Setting`] unless `min < max` are finite and there is a bin.
    pub fn linear(bins: usize, min: f64, max: f64) -> Result<Self, Error> {
        let step = (max - min) / bins as f64;
        let edges = (0..=bins).map(|k| {
            if k == bins {
                max
            } else {
                min + step * k as f64
            }
        });
        Self::build(Spacing::Linear, edges.collect())
    }

    /// `bins` bins of equal ratio from `min > 0` to `max`.
    ///
    /// # Errors
    /// [`Error::Setting`] unless `0 < min < max` are finite and there is a bin.
    pub fn log(bins: usize, min: f64, max: f64) -> Result<Self, Error> {
        if min.is_nan() || min <= 0.0 {
            return Err(Error::setting(
                "min of a logarithmic axis",
                min,
                "above zero",
            ));
        }
        let ratio = libm::log(max / min) / bins as f64;
        let edges = (0..=bins).map(|k| match k {
            0 => min,
            k if k == bins => max,
            k => min * libm::exp(ratio * k as f64),
        });
        Self::build(Spacing::Log, edges.collect())
    }

    /// Bins between given edges.
    ///
    /// # Errors
    /// [`Error::Setting`] unless there are two edges or more, finite and increasing.
    pub fn edges(edges: Vec<f64>) -> Result<Self, Error> {
        Self::build(Spacing::Edges, edges)
    }

    /// Given edges that are spaced in this way but for rounding: the edges decide, and finding
    /// the bin is as fast as the spacing allows.
    ///
    /// # Errors
    /// [`Error::Setting`] as [`Bins::edges`], or if an edge of a linear axis is a tenth of a bin
    /// or more from its place.
    pub fn spaced(spacing: Spacing, edges: Vec<f64>) -> Result<Self, Error> {
        let axis = Self::build(spacing, edges)?;
        let place = |e: f64| (e - axis.edges[0]) * axis.per_unit;
        let off = |(k, &e): (usize, &f64)| (place(e) - k as f64).abs() >= 0.1;
        if spacing == Spacing::Linear && axis.edges.iter().enumerate().any(off) {
            let must = "equally spaced";
            return Err(Error::setting(
                "edges of a linear axis",
                format!("{:?}", axis.edges),
                must,
            ));
        }
        Ok(axis)
    }

    fn build(spacing: Spacing, edges: Vec<f64>) -> Result<Self, Error> {
        let increasing = edges.windows(2).all(|w| w[0] < w[1]);
        if edges.len() < 2 || !increasing || edges.iter().any(|e| !e.is_finite()) {
            let must = "two or more finite, increasing numbers";
            return Err(Error::setting(
                "edges of an axis",
                format!("{edges:?}"),
                must,
            ));
        }
        let (first, last) = (edges[0], edges[edges.len() - 1]);
        if spacing == Spacing::Log && first <= 0.0 {
            return Err(Error::setting(
                "edges of a logarithmic axis",
                first,
                "above zero",
            ));
        }
        let per_unit = (edges.len() - 1) as f64 / (last - first);
        let mut axis = Self {
            spacing,
            edges,
            per_unit,
            table: Vec::new(),
            first_key: 0,
            edges_a_key: 0,
        };
        if spacing == Spacing::Log {
            axis.first_key = key(first).saturating_sub(1);
            let bins = axis.bins();
            axis.table = (axis.first_key..=key(last))
                .map(|k| {
                    let lowest = f64::from_bits(k << 46);
                    axis.edges.partition_point(|&e| e <= lowest).min(bins) as u32
                })
                .collect();
            let ends = axis.table.iter().skip(1).copied().chain([bins as u32 + 1]);
            axis.edges_a_key = axis
                .table
                .iter()
                .zip(ends)
                .map(|(a, b)| b - a)
                .max()
                .unwrap_or(0);
        }
        Ok(axis)
    }

    /// Number of bins, without the flow bins.
    pub fn bins(&self) -> usize {
        self.edges.len() - 1
    }

    /// Number of bins with underflow (first) and overflow (last).
    pub fn extent(&self) -> usize {
        self.edges.len() + 1
    }

    /// The edges, one more than bins.
    pub fn bin_edges(&self) -> &[f64] {
        &self.edges
    }

    /// How the bins are spaced.
    pub fn spacing(&self) -> Spacing {
        self.spacing
    }

    /// Index of the bin of `v`: 0 for underflow, `bins + 1` for overflow and NaN.
    pub fn index(&self, v: f64) -> usize {
        let mut bin = [0];
        self.append(&[v], &mut bin);
        bin[0] as usize
    }

    /// Makes of each entry of `bins`, the number of a bin on the axes before, that of the bin of
    /// the value on this axis too: `bin · extent + index`.
    #[inline(always)]
    pub(crate) fn append(&self, values: &[f64], bins: &mut [u32]) {
        for (values, bins) in values.chunks(BLOCK).zip(bins.chunks_mut(BLOCK)) {
            match self.spacing {
                Spacing::Linear => self.append_linear(values, bins),
                Spacing::Log => self.append_log(values, bins),
                Spacing::Edges => {
                    let extent = self.extent() as u32;
                    for (bin, &v) in bins.iter_mut().zip(values) {
                        let index = match v.is_nan() {
                            true => self.edges.len(),
                            false => self.edges.partition_point(|&e| e <= v),
                        };
                        *bin = *bin * extent + index as u32;
                    }
                }
            }
        }
    }

    /// Linear axes: on which side of the nearest edge.
    #[inline(always)]
    fn append_linear(&self, values: &[f64], bins: &mut [u32]) {
        let (edges, extent) = (&self.edges[..], self.extent() as u32);
        let (first, top) = (edges[0], self.bins() as f64);
        let mut nearest = [0u32; BLOCK];
        for (k, &v) in nearest.iter_mut().zip(values) {
            let t = (v - first) * self.per_unit;
            // The order of these makes of a NaN the last edge, and of the comparison with it the overflow.
            let t = if t < top { t } else { top };
            let t = if t > 0.0 { t } else { 0.0 };
            // To the nearest integer, which then sits in the low bits.
            *k = (t + ROUND).to_bits() as u32;
        }
        for ((bin, &k), &v) in bins.iter_mut().zip(&nearest).zip(values) {
            *bin = *bin * extent + k + u32::from(!(v < edges[k as usize]));
        }
    }

    /// Logarithmic axes: the edges below from a table by the leading bits, then on by as many as lie
    /// among the numbers of these bits, mostly none or one.
    #[inline(always)]
    fn append_log(&self, values: &[f64], bins: &mut [u32]) {
        let (edges, table, extent) = (&self.edges[..], &self.table[..], self.extent() as u32);
        let n = edges.len() - 1;
        let (low, last) = (f64::from_bits(self.first_key << 46), edges[n]);
        let mut keys = [0u32; BLOCK];
        for (k, &v) in keys.iter_mut().zip(values) {
            let v = if v < last { v } else { last };
            let v = if v > low { v } else { low };
            *k = (key(v) - self.first_key) as u32;
        }
        if self.edges_a_key < 2 {
            for ((bin, &k), &v) in bins.iter_mut().zip(&keys).zip(values) {
                let below = table[k as usize];
                *bin = *bin * extent + below + u32::from(!(v < edges[below as usize]));
            }
            return;
        }
        for ((bin, &k), &v) in bins.iter_mut().zip(&keys).zip(values) {
            let mut index = table[k as usize] as usize;
            while index <= n && !(v < edges[index]) {
                index += 1;
            }
            *bin = *bin * extent + index as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the definition says.
    fn by_definition(edges: &[f64], v: f64) -> usize {
        if v.is_nan() {
            edges.len()
        } else {
            edges.iter().filter(|&&e| e <= v).count()
        }
    }

    #[test]
    fn edges_that_are_not_spaced_as_said_are_refused() {
        let edges = vec![0.0, 1.0, 2.0, 3.2, 4.0];
        assert!(Bins::spaced(Spacing::Linear, edges.clone()).is_err());
        let axis = Bins::spaced(Spacing::Linear, vec![0.0, 1.0 + 1e-13, 2.0, 3.0]).expect("valid");
        assert_eq!((axis.index(1.0), axis.index(1.0 + 2e-13)), (1, 2));
        assert!(Bins::spaced(Spacing::Edges, edges).is_ok());
    }

    #[test]
    fn every_axis_puts_values_where_its_edges_say() {
        let axes = [
            Bins::linear(7, -0.3, 1.1).expect("valid"),
            Bins::linear(1000, 0.0, 0.1).expect("valid"),
            Bins::log(50, 1e-9, 3.0).expect("valid"),
            Bins::log(3, 1.0, 1.0001).expect("valid"),
            Bins::edges(vec![-1.0, 0.0, 0.5, 10.0]).expect("valid"),
        ];
        for axis in &axes {
            let e = axis.bin_edges();
            let span = e[e.len() - 1] - e[0];
            let inside = (0..4000).map(|i| e[0] + span * (i as f64 / 3000.0 - 0.1));
            let near = e
                .iter()
                .flat_map(|&v| [v, v * (1.0 - f64::EPSILON), v * (1.0 + f64::EPSILON)]);
            let odd = [
                f64::NAN,
                f64::INFINITY,
                f64::NEG_INFINITY,
                0.0,
                -0.0,
                f64::MIN_POSITIVE,
            ];
            for v in inside.chain(near).chain(odd) {
                assert_eq!(
                    axis.index(v),
                    by_definition(e, v),
                    "{v} on {:?}",
                    axis.spacing()
                );
            }
        }
    }

    #[test]
    fn an_axis_that_makes_no_sense_is_refused() {
        assert!(Bins::linear(0, 0.0, 1.0).is_err());
        assert!(Bins::linear(3, 1.0, 1.0).is_err());
        assert!(Bins::log(3, 0.0, 1.0).is_err());
        assert!(Bins::log(3, 1.0, f64::INFINITY).is_err());
        assert!(Bins::edges(vec![0.0, 0.0, 1.0]).is_err());
    }
}
