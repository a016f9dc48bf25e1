//! Curves as pixels: lines, bins, bands of errors, markers with their bars.

use millibrem::histogram::Scale;

use super::figure::{Curve, Shape};
use super::frame::Frame;
use super::style::{CURVE, colour};
use super::svg::{Canvas, Place};

/// Lines through fewer points than this carry markers.
const FEW_POINTS: usize = 30;

/// Pixels by which points move aside for those of other curves at the same abscissae.
pub(super) fn dodge(curves: &[Curve], number: usize) -> f64 {
    let points = |c: &&Curve| c.shape == Shape::Points;
    let all = curves.iter().filter(points).count();
    match curves[number].shape {
        Shape::Points => {
            let before = curves[..number].iter().filter(points).count();
            8.0 * (before as f64 - 0.5 * (all as f64 - 1.0))
        }
        _ => 0.0,
    }
}

/// The pixels a curve runs through.
pub(super) fn outline(frame: &Frame, curve: &Curve) -> Vec<Place> {
    match curve.shape {
        Shape::Steps => steps(frame, &curve.x, curve.y.iter().copied()),
        Shape::Line | Shape::Region => points(frame, curve).map(|(place, _)| place).collect(),
        Shape::Points | Shape::OpenPoints => points(frame, curve)
            .flat_map(|(_, (low, high))| [low, high])
            .collect(),
    }
}

/// The upper edge of `curve` as pixels, where it has one.
pub(super) fn upper_edge(frame: &Frame, curve: &Curve) -> Vec<Place> {
    let edges = curve.x.iter().zip(&curve.y).zip(&curve.upper);
    edges
        .filter(|((_, y), upper)| y.is_finite() && upper.is_finite())
        .map(|((x, _), upper)| frame.place(*x, *upper))
        .collect()
}

/// The outline of bins with `edges`.
fn steps(frame: &Frame, edges: &[f64], heights: impl Iterator<Item = f64>) -> Vec<Place> {
    edges
        .windows(2)
        .zip(heights)
        .flat_map(|(edge, y)| [frame.place(edge[0], y), frame.place(edge[1], y)])
        .collect()
}

/// The points of a curve that can be shown, with the pixels of their error bars.
pub(super) fn points<'a>(
    frame: &'a Frame,
    curve: &'a Curve,
) -> impl Iterator<Item = (Place, (Place, Place))> + 'a {
    // An error that is no number has no bar.
    let bar = |e: &f64| if e.is_finite() { *e } else { 0.0 };
    let errors = curve.error.iter().map(bar).chain(std::iter::repeat(0.0));
    let shown = move |y: f64| y.is_finite() && (frame.y.scale == Scale::Linear || y > 0.0);
    curve
        .x
        .iter()
        .zip(&curve.y)
        .zip(errors)
        .filter(move |((x, y), _)| x.is_finite() && shown(**y))
        .map(|((&x, &y), e)| {
            let bar = (frame.place(x, y - e), frame.place(x, y + e));
            (frame.place(x, y), bar)
        })
}

/// Whether its points carry markers.
pub(super) fn has_markers(curve: &Curve) -> bool {
    match curve.shape {
        Shape::Steps | Shape::Region => false,
        Shape::Line => curve.x.len() < FEW_POINTS,
        Shape::Points | Shape::OpenPoints => true,
    }
}

/// Draws curve `number`, its line interrupted by `dashes`.
pub(super) fn draw(canvas: &mut Canvas, frame: &Frame, curve: &Curve, number: usize, dashes: &str) {
    let colour = colour(number);
    if curve.shape == Shape::Steps {
        let side = |sign: f64| {
            let heights = curve.y.iter().zip(&curve.error).map(|(y, e)| y + sign * e);
            steps(frame, &curve.x, heights)
        };
        let (mut band, below) = (side(1.0), side(-1.0));
        band.extend(below.into_iter().rev());
        if !curve.error.is_empty() {
            canvas.area(&band, colour, 0.3);
        }
        let line = steps(frame, &curve.x, curve.y.iter().copied());
        canvas.polyline(&line, colour, CURVE, dashes);
        return;
    }
    let found: Vec<_> = points(frame, curve).collect();
    if curve.shape == Shape::Line {
        if !curve.error.is_empty() {
            let band = found.iter().map(|(_, bar)| bar.1);
            let band: Vec<Place> = band
                .chain(found.iter().rev().map(|(_, bar)| bar.0))
                .collect();
            canvas.area(&band, colour, 0.3);
        }
        let line: Vec<Place> = found.iter().map(|(place, _)| *place).collect();
        canvas.polyline(&line, colour, CURVE, dashes);
        let edge = upper_edge(frame, curve);
        if !edge.is_empty() {
            canvas.polyline(&edge, colour, 0.6 * CURVE, dashes);
        }
    } else if !curve.error.is_empty() {
        for (_, (low, high)) in &found {
            canvas.line(*low, *high, colour, 1.2);
            for end in [low, high] {
                canvas.line((end.0 - 2.5, end.1), (end.0 + 2.5, end.1), colour, 1.2);
            }
        }
    }
    if has_markers(curve) {
        let open = curve.shape == Shape::OpenPoints;
        for (place, _) in &found {
            canvas.marker(number, *place, colour, open);
        }
    }
}
