//! Finished histograms: observables, axes, bin contents in picobarn.
//!
//! A [`Histogram`] is what a run leaves behind after its bins were filled elsewhere: per bin the
//! cross section in pb (the sum of the weights of the events in it over the number of points) and
//! its variance in pb². Every axis carries an underflow bin in front and an overflow bin behind,
//! so nothing that was generated is lost; with several axes the last one varies fastest.
//! [`Histogram::differential`] divides by the bin widths. Bins are half open, `[low, high)`.
//!
//! Pinned by the tests below and, through the file, by `tests/python/test_run_file.py`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most bins a histogram may have, flow bins included (16 bytes each).
const MAX_BINS: usize = 10_000_000;

/// What cannot be a histogram.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum HistogramError {
    /// The name is no observable.
    #[error("no observable is called `{name}`; there are: {known}")]
    UnknownObservable {
        /// What was asked for.
        name: String,
        /// Every name there is, separated by commas.
        known: String,
    },
    /// The axis has no width, or a limit that is not a number.
    #[error("the axis of {observable} runs from {min} to {max}: it needs finite min < max")]
    EmptyRange {
        /// Observable of the axis.
        observable: Observable,
        /// Lower limit, in the observable's units.
        min: f64,
        /// Upper limit, in the observable's units.
        max: f64,
    },
    /// A logarithmic axis starts at or below zero.
    #[error("the logarithmic axis of {observable} starts at {min}: it needs min > 0")]
    LogOfNonPositive {
        /// Observable of the axis.
        observable: Observable,
        /// Lower limit, in the observable's units.
        min: f64,
    },
    /// The bins are none, too many, or too narrow to have distinct edges.
    #[error("the axis of {observable} cannot have {bins} bins between {min} and {max}")]
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
    /// Values or variances do not match the axes.
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

/// The particles an observable is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The scattered lepton.
    Lepton,
    /// The recoiling nucleus.
    Nucleus,
    /// The pair as a whole (or the dark photon).
    Pair,
    /// The χ alone (PDG id > 0); the χ̄ has the same distribution.
    Chi,
}

/// A quantity that can be histogrammed, by its name in run cards and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observable {
    /// Missing-energy fraction x = E_pair/E0.
    X,
    /// Missing energy E_pair, GeV.
    EMissGev,
    /// Energy of the scattered lepton, GeV.
    ELeptonGev,
    /// Angle of the scattered lepton to the beam, rad.
    ThetaLeptonRad,
    /// Transverse momentum of the scattered lepton, GeV.
    PtLeptonGev,
    /// Momentum transfer to the nucleus t = −(P−P′)², GeV².
    TGev2,
    /// Invariant mass of the pair, GeV.
    MPairGev,
    /// Energy of the χ, GeV.
    EChiGev,
    /// Angle of the χ to the beam, rad.
    ThetaChiRad,
    /// Kinetic energy of the recoiling nucleus t/2M, GeV.
    RecoilKineticGev,
}

impl Observable {
    /// Every observable, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::X,
        Self::EMissGev,
        Self::ELeptonGev,
        Self::ThetaLeptonRad,
        Self::PtLeptonGev,
        Self::TGev2,
        Self::MPairGev,
        Self::EChiGev,
        Self::ThetaChiRad,
        Self::RecoilKineticGev,
    ];

    /// The name in cards and files; its suffix is the unit.
    pub fn name(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::EMissGev => "e_miss_gev",
            Self::ELeptonGev => "e_lepton_gev",
            Self::ThetaLeptonRad => "theta_lepton_rad",
            Self::PtLeptonGev => "pt_lepton_gev",
            Self::TGev2 => "t_gev2",
            Self::MPairGev => "m_pair_gev",
            Self::EChiGev => "e_chi_gev",
            Self::ThetaChiRad => "theta_chi_rad",
            Self::RecoilKineticGev => "recoil_kinetic_gev",
        }
    }

    /// The unit in words: `1`, `GeV`, `GeV^2` or `rad`.
    pub fn units(self) -> &'static str {
        match self {
            Self::X => "1",
            Self::ThetaLeptonRad | Self::ThetaChiRad => "rad",
            Self::TGev2 => "GeV^2",
            Self::EMissGev
            | Self::ELeptonGev
            | Self::PtLeptonGev
            | Self::MPairGev
            | Self::EChiGev
            | Self::RecoilKineticGev => "GeV",
        }
    }

    /// One line for axis titles and file attributes.
    pub fn description(self) -> &'static str {
        match self {
            Self::X => "missing-energy fraction E_pair/E0",
            Self::EMissGev => "missing energy E_pair",
            Self::ELeptonGev => "energy of the scattered lepton",
            Self::ThetaLeptonRad => "angle of the scattered lepton to the beam",
            Self::PtLeptonGev => "transverse momentum of the scattered lepton",
            Self::TGev2 => "momentum transfer to the nucleus t = -(P-P')^2",
            Self::MPairGev => "invariant mass of the pair",
            Self::EChiGev => "energy of the chi",
            Self::ThetaChiRad => "angle of the chi to the beam",
            Self::RecoilKineticGev => "kinetic energy of the recoiling nucleus",
        }
    }

    /// The particles it is computed from; one of [`Subject::Chi`] exists for pairs only.
    pub fn subject(self) -> Subject {
        match self {
            Self::X | Self::EMissGev | Self::MPairGev => Subject::Pair,
            Self::ELeptonGev | Self::ThetaLeptonRad | Self::PtLeptonGev => Subject::Lepton,
            Self::TGev2 | Self::RecoilKineticGev => Subject::Nucleus,
            Self::EChiGev | Self::ThetaChiRad => Subject::Chi,
        }
    }
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Observable {
    type Err = HistogramError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|o| o.name() == name)
            .ok_or_else(|| HistogramError::UnknownObservable {
                name: name.to_owned(),
                known: Self::ALL.map(Self::name).join(", "),
            })
    }
}

/// How the bins of an axis are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Equal widths.
    #[default]
    Linear,
    /// Equal ratios of the edges.
    Log,
}

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
        let bad_count = HistogramError::BinCount {
            observable,
            bins,
            min,
            max,
        };
        if bins == 0 || bins > MAX_BINS {
            return Err(bad_count);
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
            Err(bad_count)
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
    pub fn observable(&self) -> Observable {
        self.observable
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
        })
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
                width *= axis.edges[bin + 1] - axis.edges[bin];
            }
            values.push(self.values[at] / width);
            errors.push(self.variances[at].sqrt() / width);
        }
        let units: Vec<&str> = self
            .axes
            .iter()
            .map(|a| a.observable.units())
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
        Axis::new(Observable::EMissGev, scale, min, max, bins)
    }

    #[test]
    fn names_parse_back_and_serialise_as_in_the_card() {
        for observable in Observable::ALL {
            assert_eq!(observable.name().parse(), Ok(observable));
            let json = serde_json::to_string(&observable).unwrap();
            assert_eq!(json, format!("\"{}\"", observable.name()));
        }
        let error = "e_mis_gev".parse::<Observable>().unwrap_err().to_string();
        assert!(
            error.contains("`e_mis_gev`") && error.contains("e_miss_gev"),
            "{error}"
        );
    }

    #[test]
    fn units_agree_with_the_suffix_of_the_name() {
        for observable in Observable::ALL {
            let suffix = match observable.units() {
                "GeV" => "_gev",
                "GeV^2" => "_gev2",
                "rad" => "_rad",
                _ => "x",
            };
            assert!(observable.name().ends_with(suffix), "{observable}");
        }
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
            (axis(Scale::Linear, f64::NAN, 1.0, 3), "from NaN to 1"),
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
