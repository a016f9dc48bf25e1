//! Histograms of a measurement: the integrator's exact bins, filled with our observables.

use vegas::{Block, HistogramData, Spacing};

use super::GenerateError;
use super::integrand::Record;
use super::observe::Frame;
use crate::histogram::{Axis, Histogram, Observable, Scale};

/// A histogram to fill: its name and one or two axes.
#[derive(Debug, Clone, PartialEq)]
pub struct HistogramRequest {
    /// Name, unique in a run.
    pub name: String,
    /// The axes.
    pub axes: Vec<Axis>,
}

/// What writes the values of one axis of a block.
pub(super) trait FillAxis: Fn(&Block<'_, Record>, usize, &mut [f64]) + Clone + Send {}

impl<F: Fn(&Block<'_, Record>, usize, &mut [f64]) + Clone + Send> FillAxis for F {}

/// An empty histogram of a request.
pub(super) fn empty(request: &HistogramRequest) -> Result<HistogramData, GenerateError> {
    let axes = request.axes.iter().map(|axis| {
        let spacing = match axis.scale() {
            Scale::Linear => Spacing::Linear,
            Scale::Log => Spacing::Log,
        };
        let edges = axis.edges().to_vec();
        vegas::Bins::spaced(spacing, edges.clone()).or_else(|_| vegas::Bins::edges(edges))
    });
    let axes = axes.collect::<Result<Vec<_>, _>>()?;
    Ok(HistogramData::new(axes))
}

/// The observer that goes on filling `data` of a request.
pub(super) fn observer(
    frame: &Frame,
    request: &HistogramRequest,
    data: HistogramData,
) -> vegas::Binned<impl FillAxis + use<>> {
    let observables: Vec<Observable> = request
        .axes
        .iter()
        .map(|axis| axis.observable().clone())
        .collect();
    let frame = frame.clone();
    vegas::Binned::resume(
        data,
        move |block: &Block<'_, Record>, axis: usize, out: &mut [f64]| {
            frame.fill(&observables[axis], block.record, out);
        },
    )
}

/// The finished histogram of a request: pb per bin, its variance, and what the errors of sums need; all
/// bins together have the error of σ.
pub(super) fn finished(
    request: &HistogramRequest,
    data: &HistogramData,
    sigma_error_pb: f64,
) -> Result<Histogram, GenerateError> {
    let estimates = (0..data.bins()).map(|bin| data.estimate(bin));
    let (values, variances) = estimates.map(|e| (e.mean, e.sdev * e.sdev)).unzip();
    let rows = data.deviations();
    let deviations = rows.iter().flatten().map(|&d| d as f32).collect();
    let (name, axes) = (request.name.clone(), request.axes.clone());
    let histogram = Histogram::new(name, axes, values, variances)?;
    Ok(histogram
        .with_deviations(deviations)?
        .with_total_error(sigma_error_pb))
}
