//! Finished histograms: observables, axes, bin contents in picobarn.
//!
//! A [`Histogram`] is what a run leaves behind after its bins were filled elsewhere: per bin the
//! cross section in pb (the sum of the weights of the events in it over the number of points) and
//! its variance in pb². Every axis carries an underflow bin in front and an overflow bin behind,
//! so nothing that was generated is lost; with several axes the last one varies fastest.
//! Errors of sums of bins come from independent deviations of all bins
//! ([`Histogram::sum_error_pb`]), since bins are not independent of each other.
//! [`Histogram::differential`] divides by the bin widths. Bins are half open, `[low, high)`.
//!
//! Pinned by the tests below and, through the file, by `tests/python/test_run_file.py`.

mod axis;

pub use axis::Axis;

pub use crate::observable::{Observable, Scale};
use thiserror::Error;

use crate::text::shown;

/// Most bins a histogram may have, flow bins included (16 bytes each).
pub const MAX_BINS: usize = 10_000_000;

/// What cannot be a histogram.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum HistogramError {
    /// The axis has no width, or a limit that is not a number.
    #[error(
        "the axis of {observable} runs from {} to {}: it needs finite min < max",
        shown(*min),
        shown(*max)
    )]
    EmptyRange {
        /// Observable of the axis.
        observable: Observable,
        /// Lower limit, in the observable's units.
        min: f64,
        /// Upper limit, in the observable's units.
        max: f64,
    },
    /// A logarithmic axis starts at or below zero.
    #[error("the logarithmic axis of {observable} starts at {}: it needs min > 0", shown(*min))]
    LogOfNonPositive {
        /// Observable of the axis.
        observable: Observable,
        /// Lower limit, in the observable's units.
        min: f64,
    },
    /// The bins are none, too many, or too narrow to have distinct edges.
    #[error(
        "the axis of {observable} cannot have {bins} bins between {} and {}",
        shown(*min),
        shown(*max)
    )]
    BinCount {
        /// Observable of the axis.
        observable: Observable,
        /// Number of bins asked for.
        bins: usize,
        /// Lower limit, in the observable's units.
        min: f64,
        /// Upper limit, in the observable's units.
        max: f64,
    },
    /// A histogram needs one or two axes.
    #[error("histogram `{name}` has {axes} axes: it needs 1 or 2")]
    AxisCount {
        /// Name of the histogram.
        name: String,
        /// Number of axes given.
        axes: usize,
    },
    /// The axes together make too many bins.
    #[error("histogram `{name}` would have {bins} bins: at most {MAX_BINS} are allowed")]
    TooManyBins {
        /// Name of the histogram.
        name: String,
        /// Number of bins with flow bins.
        bins: usize,
    },
    /// Values, variances or deviations do not match the axes.
    #[error("histogram `{name}` has {bins} bins with flow, but {given} {what}")]
    Shape {
        /// Name of the histogram.
        name: String,
        /// Bins of the axes, flow included.
        bins: usize,
        /// Length of the array given.
        given: usize,
        /// Which array.
        what: &'static str,
    },
}

/// Contents per unit of the observables, flow bins left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Differential {
    /// dσ/dX (or d²σ/dXdY), row-major without flow bins.
    pub values: Vec<f64>,
    /// One standard deviation of each value.
    pub errors: Vec<f64>,
    /// The unit in words, such as `pb/GeV`.
    pub units: String,
}

/// A finished histogram in one or two observables, pb per bin.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    name: String,
    axes: Vec<Axis>,
    values: Vec<f64>,
    variances: Vec<f64>,
    deviations: Vec<f32>,
}

impl Histogram {
    /// A histogram from its bin contents: row-major over the axes with flow bins, pb and pb².
    ///
    /// # Errors
    /// [`HistogramError`] if there are not one or two axes, too many bins, or arrays of another
    /// length than the axes make.
    pub fn new(
        name: impl Into<String>,
        axes: Vec<Axis>,
        values: Vec<f64>,
        variances: Vec<f64>,
    ) -> Result<Self, HistogramError> {
        let name = name.into();
        let bins = bins_with_flow(&name, &axes)?;
        for (what, given) in [("values", values.len()), ("variances", variances.len())] {
            if given != bins {
                return Err(HistogramError::Shape {
                    name,
                    bins,
                    given,
                    what,
                });
            }
        }
        Ok(Self {
            name,
            axes,
            values,
            variances,
            deviations: Vec::new(),
        })
    }

    /// The same with deviations of its bins, row after row, pb: a row for each independent part of
    /// what filled the bins, such that `Σ d_b d_c` over rows is the covariance of bins `b` and `c`.
    ///
    /// # Errors
    /// [`HistogramError::Shape`] if they are not whole rows of all bins.
    pub fn with_deviations(mut self, deviations: Vec<f32>) -> Result<Self, HistogramError> {
        let bins = self.values.len();
        if !deviations.len().is_multiple_of(bins) {
            return Err(HistogramError::Shape {
                name: self.name,
                bins,
                given: deviations.len(),
                what: "deviations, which are no whole rows",
            });
        }
        self.deviations = deviations;
        Ok(self)
    }

    /// The same with deviations that give the sum over all bins an error known better than theirs:
    /// σ's. Each row `d`, of the sum `t`, moves along the covariance with that sum,
    /// `d + (k − 1) t Σ t d / Σ t²`, where `k` is the ratio of the errors; what does not move with
    /// the sum stays.
    #[must_use]
    pub fn with_total_error(mut self, error_pb: f64) -> Self {
        let bins = self.values.len();
        let rows = self.deviations.chunks_exact(bins);
        let totals: Vec<f64> = rows.clone().map(|row| sum(row.iter())).collect();
        let square: f64 = totals.iter().map(|t| t * t).sum();
        if !(square > 0.0 && error_pb.is_finite()) {
            return self;
        }
        let mut along = vec![0.0; bins];
        for (row, t) in rows.zip(&totals) {
            for (along, d) in along.iter_mut().zip(row) {
                *along += t * f64::from(*d);
            }
        }
        let factor = (error_pb / square.sqrt() - 1.0) / square;
        for (row, t) in self.deviations.chunks_exact_mut(bins).zip(&totals) {
            for (d, along) in row.iter_mut().zip(&along) {
                *d = (f64::from(*d) + factor * t * along) as f32;
            }
        }
        self
    }

    /// Deviations of the bins, pb, row after row: see [`Self::with_deviations`]. Empty where they
    /// are not known.
    pub fn deviations(&self) -> &[f32] {
        &self.deviations
    }

    /// One standard deviation of the sum of these bins (numbered as the contents), pb; `None` of several
    /// bins whose deviations are not known.
    ///
    /// # Panics
    /// If there is no such bin.
    pub fn sum_error_pb(&self, bins: &[usize]) -> Option<f64> {
        if let [one] = bins {
            return Some(self.variances[*one].sqrt());
        }
        if self.deviations.is_empty() {
            return None;
        }
        let rows = self.deviations.chunks_exact(self.values.len());
        let squares = rows.map(|row| {
            let t = sum(bins.iter().map(|&bin| &row[bin]));
            t * t
        });
        Some(squares.sum::<f64>().sqrt())
    }

    /// The name in the file, by default its observables joined by `_vs_`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The axes; the last one varies fastest in the contents.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Cross section per bin, pb, flow bins included.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Variance of each value, pb².
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }

    /// The sum over all bins with flow, pb.
    pub fn total_pb(&self) -> f64 {
        self.values.iter().sum()
    }

    /// Divides each bin by its width (or area).
    pub fn differential(&self) -> Differential {
        let shape: Vec<usize> = self.axes.iter().map(Axis::bins).collect();
        let mut values = Vec::with_capacity(shape.iter().product());
        let mut errors = Vec::with_capacity(values.capacity());
        for cell in 0..values.capacity() {
            let (mut rest, mut stride, mut at, mut width) = (cell, 1, 0, 1.0);
            for axis in self.axes.iter().rev() {
                let bin = rest % axis.bins();
                rest /= axis.bins();
                at += (bin + 1) * stride;
                stride *= axis.bins() + 2;
                width *= axis.edges()[bin + 1] - axis.edges()[bin];
            }
            values.push(self.values[at] / width);
            errors.push(self.variances[at].sqrt() / width);
        }
        let units: Vec<&str> = self
            .axes
            .iter()
            .map(|a| a.observable().units())
            .filter(|&u| u != "1")
            .collect();
        let units = match units[..] {
            [] => "pb".to_owned(),
            [one] => format!("pb/{one}"),
            _ => format!("pb/({})", units.join(" ")),
        };
        Differential {
            values,
            errors,
            units,
        }
    }
}

/// A sum in double precision.
fn sum<'a>(terms: impl Iterator<Item = &'a f32>) -> f64 {
    terms.map(|d| f64::from(*d)).sum()
}

/// Number of bins that `axes` make with their flow bins.
///
/// # Errors
/// [`HistogramError`] if there are not one or two axes, or too many bins.
pub fn bins_with_flow(name: &str, axes: &[Axis]) -> Result<usize, HistogramError> {
    if !(1..=2).contains(&axes.len()) {
        return Err(HistogramError::AxisCount {
            name: name.to_owned(),
            axes: axes.len(),
        });
    }
    let bins = axes.iter().map(|a| a.bins() + 2).product();
    if bins > MAX_BINS {
        return Err(HistogramError::TooManyBins {
            name: name.to_owned(),
            bins,
        });
    }
    Ok(bins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(scale: Scale, min: f64, max: f64, bins: usize) -> Result<Axis, HistogramError> {
        Axis::new(Observable::E_MISS_GEV, scale, min, max, bins)
    }

    #[test]
    fn contents_of_another_shape_are_refused() {
        let axes = vec![axis(Scale::Linear, 0.0, 1.0, 3).unwrap()];
        let error = Histogram::new("h", axes.clone(), vec![0.0; 5], vec![0.0; 4]).unwrap_err();
        assert!(
            matches!(
                error,
                HistogramError::Shape {
                    bins: 5,
                    given: 4,
                    ..
                }
            ),
            "{error}"
        );
        let axes = [axes.clone(), axes.clone(), axes].concat();
        let error = Histogram::new("h", axes, vec![], vec![]).unwrap_err();
        assert!(
            matches!(error, HistogramError::AxisCount { axes: 3, .. }),
            "{error}"
        );
    }

    #[test]
    fn errors_of_sums_come_from_deviations_and_that_of_everything_is_given() {
        let axes = vec![axis(Scale::Linear, 0.0, 1.0, 1).unwrap()];
        let plain = Histogram::new("h", axes, vec![1.0, 2.0, 3.0], vec![4.0; 3]).unwrap();
        assert_eq!(plain.sum_error_pb(&[0, 1]), None);
        assert_eq!(plain.sum_error_pb(&[1]), Some(2.0));
        // Two rows: bins 0 and 1 cancel in the first, but for a little.
        let rows = vec![2.0, -1.5, 0.0, 0.0, 0.5, 2.0];
        let h = plain.clone().with_deviations(rows).unwrap();
        let close = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-6;
        assert!(close(h.sum_error_pb(&[0, 1]), 0.5_f64.sqrt()));
        assert!(close(h.sum_error_pb(&[0, 1, 2]), 6.5_f64.sqrt()));
        let known = h.with_total_error(1.3);
        assert!(close(known.sum_error_pb(&[0, 1, 2]), 1.3), "{known:?}");
        // c = Σ t d = (1, 0.5, 5), so 5 d₀ − d₂ has no covariance with the sum, and stays.
        let apart = |d: &[f32]| 5.0 * f64::from(d[0]) - f64::from(d[2]);
        let stays: Vec<f64> = known.deviations().chunks(3).map(apart).collect();
        assert!((stays[0] - 10.0).abs() < 1e-5 && (stays[1] + 2.0).abs() < 1e-5);
        let error = plain.with_deviations(vec![0.0; 4]).unwrap_err();
        assert!(error.to_string().contains("no whole rows"), "{error}");
    }

    #[test]
    fn differential_divides_by_area_and_drops_flow() {
        let x = Axis::new(Observable::X, Scale::Linear, 0.0, 1.0, 2).unwrap();
        let e = axis(Scale::Log, 1.0, 100.0, 2).unwrap();
        // Rows: x with flow (4), columns: e with flow (4); content 10·row + column.
        let values: Vec<f64> = (0..16).map(|i| f64::from(10 * (i / 4) + i % 4)).collect();
        let variances = values.iter().map(|v| v * v).collect();
        let twin = Histogram::new("h", vec![x, e], values, variances)
            .unwrap()
            .differential();
        let widths = [0.5 * 9.0, 0.5 * 90.0];
        let expected = [11.0, 12.0, 21.0, 22.0];
        for (i, (value, error)) in twin.values.iter().zip(&twin.errors).enumerate() {
            assert!(
                (value * widths[i % 2] - expected[i]).abs() < 1e-12,
                "{twin:?}"
            );
            assert_eq!(value, error);
        }
        assert_eq!((twin.values.len(), twin.units.as_str()), (4, "pb/GeV"));
    }
}
