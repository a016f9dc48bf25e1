//! One panel: its frame with ticks and labels, and the curves in it.

use super::axis::{Range, power_of_ten};
use super::figure::{Axis, Content, Curve, Panel, Scale, Shape};
use super::legend::{self, Entry, Layout, Rect};
use super::style::{CURVE, FRAME, GUIDE, INK, PANEL, TEXT, TICK_TEXT, TITLE_TEXT};
use super::style::{colour, dashes};
use super::svg::{Anchor, Canvas, Place};
use super::{PlotError, heat, region, text};

/// Largest ratio of ordinates a logarithmic axis shows.
const MOST_DECADES: f64 = 1e8;
/// Lines through fewer points than this carry markers.
const FEW_POINTS: usize = 30;
/// Height in pixels from which an error can be seen.
const VISIBLE: f64 = 2.0;
/// Steps in which an axis grows until the legend finds room.
const GROWTH_STEPS: u32 = 12;
const MAJOR_TICK: f64 = 6.0;
const MINOR_TICK: f64 = 3.2;

/// The inside of a frame: pixels and the ranges laid over them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) corner: Place,
    pub(super) size: Place,
    pub(super) x: Range,
    pub(super) y: Range,
}

impl Frame {
    /// The pixel of a point.
    pub(super) fn place(&self, x: f64, y: f64) -> Place {
        (
            self.corner.0 + self.x.share(x) * self.size.0,
            self.corner.1 + (1.0 - self.y.share(y)) * self.size.1,
        )
    }
}

/// Draws `panel` with its upper left corner at the origin; `id` is its number in the document.
///
/// # Errors
/// [`PlotError::Nothing`] if no point can be shown.
pub(super) fn draw(canvas: &mut Canvas, panel: &Panel, id: usize) -> Result<(), PlotError> {
    let nothing = || PlotError::Nothing {
        name: panel.name.clone(),
    };
    let (x, y) = match &panel.content {
        Content::Curves(curves) => {
            let x = Range::of(panel.x.scale, abscissae(curves), x_pad(curves));
            (x, x.and_then(|x| y_range(panel, curves, &x)))
        }
        Content::Heat(heat) => (
            Range::of(panel.x.scale, heat.x_edges.iter().copied(), 0.0),
            Range::of(panel.y.scale, heat.y_edges.iter().copied(), 0.0),
        ),
    };
    let (x, y) = (x.ok_or_else(nothing)?, y.ok_or_else(nothing)?);
    let right = match panel.content {
        Content::Curves(_) => 16.0,
        Content::Heat(_) => 96.0,
    };
    let left = 38.0 + tick_width(&y);
    let top = 28.0;
    let mut frame = Frame {
        corner: (left, top),
        size: (PANEL.0 - left - right, PANEL.1 - top - 54.0),
        x,
        y,
    };
    match &panel.content {
        Content::Curves(curves) => {
            let legend = place_legend(&mut frame, curves);
            canvas.clip(&format!("frame{id}"), frame.corner, frame.size);
            if let Some(height) = panel.reference {
                let (from, to) = (frame.place(x.low, height), frame.place(x.high, height));
                canvas.line(from, to, GUIDE, 0.9);
            }
            region::draw(canvas, &frame, curves);
            for (i, curve) in curves.iter().enumerate() {
                if region::is_one(curve) {
                    continue;
                }
                canvas.moved((dodge(curves, i), 0.0));
                draw_curve(canvas, &frame, curve, i);
                canvas.end();
            }
            canvas.end();
            axes(canvas, &frame, &panel.x, &panel.y);
            let mut taken = Vec::new();
            if let Some((corner, layout, entries)) = legend {
                legend::draw(canvas, corner, &layout, &entries);
                taken.push(Rect {
                    corner,
                    size: layout.size,
                });
            }
            region::names(canvas, &frame, curves, &ink(&frame, curves), &mut taken);
        }
        Content::Heat(map) => {
            canvas.clip(&format!("frame{id}"), frame.corner, frame.size);
            let range = heat::cells(canvas, &frame, map).ok_or_else(nothing)?;
            canvas.end();
            heat::colour_bar(canvas, &frame, range, &map.label);
            axes(canvas, &frame, &panel.x, &panel.y);
        }
    }
    let title = (frame.corner.0 + 0.5 * frame.size.0, top - 9.0);
    canvas.text(title, &panel.title, TITLE_TEXT, Anchor::Middle);
    Ok(())
}

/// Share of the axis left free at both ends: none where bins or lines fill it.
fn x_pad(curves: &[Curve]) -> f64 {
    if curves.iter().any(has_markers) {
        0.03
    } else {
        0.0
    }
}

/// All abscissae; those of regions only if there is nothing else.
fn abscissae(curves: &[Curve]) -> impl Iterator<Item = f64> {
    let alone = curves.iter().all(region::is_one);
    let axes = curves.iter().filter(move |c| alone || !region::is_one(c));
    axes.flat_map(|c| c.x.iter().copied())
}

/// The range of what stands over the range `x`.
fn y_range(panel: &Panel, curves: &[Curve], x: &Range) -> Option<Range> {
    let scale = panel.y.scale;
    let within = |at: f64, c: &Curve| !region::is_one(c) || (x.low..=x.high).contains(&at);
    let ordinates = || {
        curves.iter().flat_map(|c| {
            let points = c.x.iter().zip(&c.y).filter(|(at, _)| within(**at, c));
            let uppers = c.upper.iter().copied().filter(|_| !region::is_one(c));
            points.map(|(_, y)| *y).chain(uppers)
        })
    };
    let all = ordinates().chain(panel.reference);
    match scale {
        Scale::Log => {
            let most = ordinates().filter(|v| v.is_finite()).fold(0.0, f64::max);
            Range::of(scale, all.filter(|&v| v >= most / MOST_DECADES), 0.05)
        }
        Scale::Linear => {
            let ends = curves
                .iter()
                .flat_map(|c| c.y.iter().zip(&c.error).flat_map(|(y, e)| [y - e, y + e]));
            let range = Range::of(scale, all.chain(ends), 0.0)?;
            let from_zero = range.low > 0.0 && range.low < 0.4 * range.high;
            Some(match from_zero {
                true => Range { low: 0.0, ..range }.widened(0.0, 0.06),
                false => range.widened(0.06, 0.06),
            })
        }
    }
}

/// Finds room for the legend, and makes some above the curves where there is none.
fn place_legend(frame: &mut Frame, curves: &[Curve]) -> Option<(Place, Layout, Vec<Entry>)> {
    let entries: Vec<Entry> = curves
        .iter()
        .enumerate()
        .filter(|(_, curve)| !curve.label.is_empty() && !region::is_one(curve))
        .map(|(i, curve)| Entry {
            number: i,
            shape: curve.shape,
            markers: has_markers(curve),
            band: points(frame, curve).any(|(_, (low, high))| low.1 - high.1 > VISIBLE),
            label: curve.label.clone(),
        })
        .collect();
    if entries.is_empty() {
        return None;
    }
    let layout = Layout::new(&entries, frame.size.0);
    let size = layout.size;
    let inside = |frame: &Frame| Rect {
        corner: frame.corner,
        size: frame.size,
    };
    let best = |frame: &Frame| legend::best_corner(&inside(frame), size, &ink(frame, curves));
    // Above all curves there is room for certain; less may do, and below too on a logarithmic axis.
    let share = (size.1 + 14.0) / frame.size.1;
    let most = share / (1.0 - share).max(0.2);
    let (y, below) = (frame.y, frame.y.scale == Scale::Log);
    for step in 0..=GROWTH_STEPS {
        let more = most * f64::from(step) / f64::from(GROWTH_STEPS);
        for (low, high) in [(0.0, more), (more, 0.0)] {
            if low > 0.0 && !below {
                continue;
            }
            frame.y = y.widened(low, high);
            let (corner, covered) = best(frame);
            if covered == 0 {
                return Some((corner, layout, entries));
            }
        }
    }
    frame.y = y.widened(0.0, most);
    let (corner, _) = best(frame);
    Some((corner, layout, entries))
}

/// Places along all curves.
fn ink(frame: &Frame, curves: &[Curve]) -> Vec<Place> {
    let along = curves
        .iter()
        .flat_map(|curve| [outline(frame, curve), region::upper_edge(frame, curve)]);
    along.flat_map(|places| dense(&places)).collect()
}

/// Pixels by which points move aside for those of other curves at the same abscissae.
fn dodge(curves: &[Curve], number: usize) -> f64 {
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

/// Places no further than a few pixels apart on the way through `places`.
pub(super) fn dense(places: &[Place]) -> Vec<Place> {
    let mut found: Vec<Place> = places.first().copied().into_iter().collect();
    for pair in places.windows(2) {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        let n = (dx.hypot(dy) / 4.0).ceil().max(1.0);
        found.extend((1..=n as usize).map(|i| {
            let share = i as f64 / n;
            (pair[0].0 + share * dx, pair[0].1 + share * dy)
        }));
    }
    found
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
fn points<'a>(
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

fn has_markers(curve: &Curve) -> bool {
    match curve.shape {
        Shape::Steps | Shape::Region => false,
        Shape::Line => curve.x.len() < FEW_POINTS,
        Shape::Points | Shape::OpenPoints => true,
    }
}

fn draw_curve(canvas: &mut Canvas, frame: &Frame, curve: &Curve, number: usize) {
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
        canvas.polyline(&line, colour, CURVE, dashes(number));
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
        canvas.polyline(&line, colour, CURVE, dashes(number));
        let edge = region::upper_edge(frame, curve);
        if !edge.is_empty() {
            canvas.polyline(&edge, colour, 0.6 * CURVE, dashes(number));
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

fn tick_width(range: &Range) -> f64 {
    let labels = range.ticks().into_iter().filter_map(|tick| tick.label);
    labels
        .map(|label| text::width(&label, TICK_TEXT))
        .fold(0.0, f64::max)
}

/// A label with the power of ten that its ticks leave out.
pub(super) fn full_label(label: &str, range: &Range) -> String {
    match (range.exponent(), label.split_once(" [")) {
        (0, _) => label.to_owned(),
        (n, Some((quantity, unit))) => format!("{quantity} [{} {unit}", power_of_ten(n)),
        (n, None) => format!("{label} / {}", power_of_ten(n)),
    }
}

/// Frame, ticks on all four sides, numbers and labels on two.
fn axes(canvas: &mut Canvas, frame: &Frame, x: &Axis, y: &Axis) {
    let (left, top) = frame.corner;
    let (right, bottom) = (left + frame.size.0, top + frame.size.1);
    let length = |labelled: bool| if labelled { MAJOR_TICK } else { MINOR_TICK };
    for tick in frame.x.ticks() {
        let at = left + frame.x.share(tick.at) * frame.size.0;
        let long = length(tick.label.is_some());
        canvas.line((at, bottom), (at, bottom - long), INK, FRAME);
        canvas.line((at, top), (at, top + long), INK, FRAME);
        if let Some(label) = tick.label {
            canvas.text((at, bottom + 18.0), &label, TICK_TEXT, Anchor::Middle);
        }
    }
    for tick in frame.y.ticks() {
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
    let below = (0.5 * (left + right), bottom + 42.0);
    let label = full_label(&x.label, &frame.x);
    canvas.text(below, &label, TEXT, Anchor::Middle);
    let beside = (17.0, 0.5 * (top + bottom));
    canvas.text_upwards(beside, &full_label(&y.label, &frame.y), TEXT);
}
