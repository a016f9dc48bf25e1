//! One panel: its frame with ticks and labels, and the curves in it.

use super::axis::full_label;
use super::figure::{Content, Curve, Panel};
use super::frame::Frame;
use super::layout::{self, Laid};
use super::style::{FRAME, GUIDE, INK, TEXT, TICK_TEXT, TITLE_TEXT, line_dashes};
use super::svg::{Anchor, Canvas};
use super::{PlotError, curve, heat, legend, region};

const MAJOR_TICK: f64 = 6.0;
const MINOR_TICK: f64 = 3.2;

/// Pixels from a frame to the baseline of the label below.
pub(super) const X_LABEL: f64 = 40.0;
/// Pixels from the left to the baseline of the label there.
pub(super) const Y_LABEL: f64 = 17.0;

/// Draws `panel` with its upper left corner at the origin; `id` is its number in the document.
///
/// # Errors
/// [`PlotError::Nothing`] if no point can be shown.
pub(super) fn draw(canvas: &mut Canvas, panel: &Panel, id: usize) -> Result<(), PlotError> {
    let laid = layout::of(panel)?;
    let frame = &laid.frame;
    match &panel.content {
        Content::Curves(curves) => draw_curves(canvas, panel, curves, &laid, id),
        Content::Heat(map) => {
            canvas.clip(&format!("frame{id}"), frame.corner, frame.size);
            let range = heat::cells(canvas, frame, map);
            canvas.end();
            // Where no cell holds anything the frame says so, as that of an empty histogram does.
            if let Some(range) = range {
                heat::colour_bar(canvas, frame, range, &map.label);
            }
            axes(canvas, frame, Some(&panel.x.label), &panel.y.label);
        }
    }
    let title = (frame.corner.0 + 0.5 * frame.size.0, frame.corner.1 - 9.0);
    if !panel.title.is_empty() {
        canvas.text(title, &panel.title, TITLE_TEXT, Anchor::Middle);
    }
    Ok(())
}

fn draw_curves(canvas: &mut Canvas, panel: &Panel, curves: &[Curve], laid: &Laid, id: usize) {
    let frame = &laid.frame;
    let guide = |canvas: &mut Canvas, frame: &Frame, height: f64| {
        let (from, to) = (
            frame.place(frame.x.low, height),
            frame.place(frame.x.high, height),
        );
        canvas.line(from, to, GUIDE, 0.9);
    };
    canvas.clip(&format!("frame{id}"), frame.corner, frame.size);
    region::draw(canvas, frame, curves);
    if let Some(height) = panel.reference {
        guide(canvas, frame, height);
    }
    for (i, one) in curves.iter().enumerate() {
        if !region::is_one(one) {
            canvas.moved((curve::dodge(curves, i), 0.0));
            curve::draw(canvas, frame, one, i, line_dashes(curves, i));
            canvas.end();
        }
    }
    canvas.end();
    let x_label = laid.lower.is_none().then_some(&panel.x.label[..]);
    axes(canvas, frame, x_label, &panel.y.label);
    if let Some(legend) = &laid.legend {
        legend::draw(canvas, legend.corner, &legend.layout, &legend.entries);
    }
    region::write(canvas, &laid.names);
    if let Some(lower) = &laid.lower {
        let frame = &lower.frame;
        canvas.clip(&format!("ratio{id}"), frame.corner, frame.size);
        guide(canvas, frame, 1.0);
        for (i, one) in &lower.curves {
            curve::draw(canvas, frame, one, *i, line_dashes(curves, *i));
        }
        canvas.end();
        axes(canvas, frame, Some(&panel.x.label), &lower.label);
    }
}

/// Frame, ticks on all four sides, numbers and labels on two; those of x only with a label.
fn axes(canvas: &mut Canvas, frame: &Frame, x: Option<&str>, y: &str) {
    let (left, top) = frame.corner;
    let (right, bottom) = (left + frame.size.0, top + frame.size.1);
    let length = |labelled: bool| if labelled { MAJOR_TICK } else { MINOR_TICK };
    for tick in frame.x.ticks(frame.size.0) {
        let at = left + frame.x.share(tick.at) * frame.size.0;
        let long = length(tick.label.is_some());
        canvas.line((at, bottom), (at, bottom - long), INK, FRAME);
        canvas.line((at, top), (at, top + long), INK, FRAME);
        if let Some(label) = tick.label.filter(|_| x.is_some()) {
            canvas.text((at, bottom + 18.0), &label, TICK_TEXT, Anchor::Middle);
        }
    }
    for tick in frame.y.ticks(frame.size.1) {
        let at = bottom - frame.y.share(tick.at) * frame.size.1;
        let long = length(tick.label.is_some());
        canvas.line((left, at), (left + long, at), INK, FRAME);
        canvas.line((right, at), (right - long, at), INK, FRAME);
        if let Some(label) = tick.label {
            let place = (left - 7.0, at + 0.35 * TICK_TEXT);
            canvas.text(place, &label, TICK_TEXT, Anchor::End);
        }
    }
    canvas.frame(frame.corner, frame.size, FRAME, "none");
    if let Some(label) = x {
        let below = (0.5 * (left + right), bottom + X_LABEL);
        canvas.text(below, &full_label(label, &frame.x), TEXT, Anchor::Middle);
    }
    let beside = (Y_LABEL, 0.5 * (top + bottom));
    canvas.text_upwards(beside, &full_label(y, &frame.y), TEXT);
}
