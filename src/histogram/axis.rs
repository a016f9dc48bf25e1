//! Axes: an observable and the edges of its bins.

use super::{HistogramError, MAX_BINS, Observable, Scale};

/// One validated axis: an observable and its bin edges.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    observable: Observable,
    scale: Scale,
    edges: Vec<f64>,
}

impl Axis {
    /// An axis of `bins` bins between `min` and `max`, in the observable's units.
    ///
    /// # Errors
    /// [`HistogramError`] if the range is empty, a logarithmic axis does not start above zero, or
    /// the bins are none, too many or too narrow to have distinct edges.
    pub fn new(
        observable: Observable,
        scale: Scale,
        min: f64,
        max: f64,
        bins: usize,
    ) -> Result<Self, HistogramError> {
        if !(min < max && min.is_finite() && max.is_finite() && (max - min).is_finite()) {
            return Err(HistogramError::EmptyRange {
                observable,
                min,
                max,
            });
        }
        if scale == Scale::Log && min <= 0.0 {
            return Err(HistogramError::LogOfNonPositive { observable, min });
        }
        let bad_count = |observable| HistogramError::BinCount {
            observable,
            bins,
            min,
            max,
        };
        if bins == 0 || bins > MAX_BINS {
            return Err(bad_count(observable));
        }
        let mut edges: Vec<f64> = (0..=bins)
            .map(|i| {
                let share = i as f64 / bins as f64;
                match scale {
                    Scale::Linear => min + (max - min) * share,
                    Scale::Log => min * libm::exp(libm::log(max / min) * share),
                }
            })
            .collect();
        edges[bins] = max;
        if edges.is_sorted_by(|a, b| a < b) {
            Ok(Self {
                observable,
                scale,
                edges,
            })
        } else {
            Err(bad_count(observable))
        }
    }

    /// An axis read back from a file, where its edges are the truth.
    ///
    /// # Errors
    /// [`HistogramError::BinCount`] unless there are at least two finite, rising edges.
    pub fn from_edges(
        observable: Observable,
        scale: Scale,
        edges: Vec<f64>,
    ) -> Result<Self, HistogramError> {
        let rising = edges.is_sorted_by(|a, b| a < b) && edges.iter().all(|e| e.is_finite());
        if edges.len() >= 2 && rising {
            return Ok(Self {
                observable,
                scale,
                edges,
            });
        }
        let min = edges.first().copied().unwrap_or(f64::NAN);
        let max = edges.last().copied().unwrap_or(f64::NAN);
        Err(HistogramError::BinCount {
            observable,
            bins: edges.len().saturating_sub(1),
            min,
            max,
        })
    }

    /// The quantity on this axis.
    pub fn observable(&self) -> &Observable {
        &self.observable
    }

    /// The spacing of the bins.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// The `bins() + 1` edges, rising, in the observable's units.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// Lower end, in the observable's units.
    pub fn min(&self) -> f64 {
        self.edges[0]
    }

    /// Upper end, in the observable's units.
    pub fn max(&self) -> f64 {
        self.edges[self.edges.len() - 1]
    }

    /// Number of bins without the two flow bins.
    pub fn bins(&self) -> usize {
        self.edges.len() - 1
    }

    /// Position of `value` among the bins with flow: 0 is underflow, `bins() + 1` overflow.
    ///
    /// A value that is no number goes to overflow.
    pub fn bin_of(&self, value: f64) -> usize {
        if value.is_nan() {
            return self.bins() + 1;
        }
        self.edges.partition_point(|&edge| edge <= value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(scale: Scale, min: f64, max: f64, bins: usize) -> Result<Axis, HistogramError> {
        Axis::new(Observable::E_MISS_GEV, scale, min, max, bins)
    }

    #[test]
    fn log_edges_have_equal_ratios_and_exact_ends() {
        let axis = axis(Scale::Log, 1e-3, 1e3, 6).unwrap();
        assert_eq!((axis.min(), axis.max()), (1e-3, 1e3));
        for pair in axis.edges().windows(2) {
            assert!((pair[1] / pair[0] - 10.0).abs() < 1e-12, "{pair:?}");
        }
    }

    #[test]
    fn bins_are_half_open_with_flow_at_both_ends() {
        let axis = axis(Scale::Linear, 0.0, 4.0, 4).unwrap();
        let found = [-1.0, 0.0, 0.999, 1.0, 3.999, 4.0, f64::NAN].map(|v| axis.bin_of(v));
        assert_eq!(found, [0, 1, 1, 2, 4, 5, 5]);
    }

    #[test]
    fn impossible_axes_are_refused_with_their_numbers() {
        let refused = [
            (axis(Scale::Linear, 1.0, 1.0, 3), "from 1 to 1"),
            (axis(Scale::Linear, f64::NAN, 1.0, 3), "from nan to 1"),
            (axis(Scale::Linear, f64::MIN, f64::MAX, 3), "finite"),
            (axis(Scale::Log, 0.0, 1.0, 3), "min > 0"),
            (axis(Scale::Linear, 0.0, 1.0, 0), "0 bins"),
            (
                axis(Scale::Linear, 1.0, 1.0 + 4.0 * f64::EPSILON, 9),
                "9 bins",
            ),
        ];
        for (result, words) in refused {
            let error = result.unwrap_err().to_string();
            assert!(
                error.contains(words) && error.contains("e_miss_gev"),
                "{error}"
            );
        }
    }
}
