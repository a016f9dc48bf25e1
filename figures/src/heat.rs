//! Heat maps: cells on a logarithmic scale of colours, and the bar that explains it.

use millibrem::histogram::Scale;

use super::axis::{Range, full_label};
use super::figure::Heat;
use super::frame::{Frame, Rect};
use super::style::{self, FRAME, INK, TEXT, TICK_TEXT};
use super::svg::{Anchor, Canvas};

/// Largest ratio of contents that the colours tell apart.
const MOST_DECADES: f64 = 1e8;
/// Pixels a cell reaches under its neighbours, so that no seam shows.
const OVERLAP: f64 = 0.4;
/// Pixels from the bar to the baseline of its label.
pub(super) const LABEL: f64 = 58.0;
/// Steps of the bar.
const STEPS: usize = 128;

/// The range of the colours; none if no cell holds anything.
pub(super) fn range(heat: &Heat) -> Option<Range> {
    let most = heat
        .z
        .iter()
        .copied()
        .filter(|z| z.is_finite())
        .fold(0.0, f64::max);
    let counted = heat.z.iter().copied().filter(|z| *z >= most / MOST_DECADES);
    Range::of(Scale::Log, counted, 0.0)
}

/// Draws the cells that hold something and returns the range of the colours.
pub(super) fn cells(canvas: &mut Canvas, frame: &Frame, heat: &Heat) -> Option<Range> {
    let shown = |z: f64| z.is_finite() && z > 0.0;
    let range = range(heat)?;
    let rows = heat.y_edges.len().saturating_sub(1).max(1);
    for (x, column) in heat.x_edges.windows(2).zip(heat.z.chunks(rows)) {
        for (y, &z) in heat.y_edges.windows(2).zip(column) {
            if shown(z) {
                let (left, bottom) = frame.place(x[0], y[0]);
                let (right, top) = frame.place(x[1], y[1]);
                let colour = style::heat(range.share(z));
                let size = (right - left + OVERLAP, bottom - top + OVERLAP);
                canvas.cell((left, top), size, &colour);
            }
        }
    }
    Some(range)
}

/// The scale of colours at the right of a frame.
pub(super) fn bar(frame: &Frame, range: Range) -> Frame {
    Frame {
        corner: (frame.corner.0 + frame.size.0 + 12.0, frame.corner.1),
        size: (14.0, frame.size.1),
        // It has no ticks.
        x: Range {
            scale: Scale::Linear,
            low: 0.0,
            high: 1.0,
        },
        y: range,
    }
}

/// Draws the scale of colours at the right of the frame.
pub(super) fn colour_bar(canvas: &mut Canvas, frame: &Frame, range: Range, label: &str) {
    let Rect {
        corner: (left, top),
        size: (width, height),
    } = bar(frame, range).rect();
    let bottom = top + height;
    let step = height / STEPS as f64;
    for i in 0..STEPS {
        let colour = style::heat((i as f64 + 0.5) / STEPS as f64);
        let corner = (left, bottom - step * (i + 1) as f64);
        canvas.cell(corner, (width, step + OVERLAP), &colour);
    }
    for tick in range.ticks(height) {
        let at = bottom - range.share(tick.at) * height;
        let long = if tick.label.is_some() { 5.0 } else { 3.0 };
        let right = left + width;
        canvas.line((right, at), (right - long, at), INK, FRAME);
        if let Some(text) = tick.label {
            let place = (right + 5.0, at + 0.35 * TICK_TEXT);
            canvas.text(place, &text, TICK_TEXT, Anchor::Start);
        }
    }
    canvas.frame((left, top), (width, height), FRAME, "none");
    let beside = (left + width + LABEL, top + 0.5 * height);
    canvas.text_upwards(beside, &full_label(label, &range), TEXT);
}
