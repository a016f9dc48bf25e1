//! Where everything of a panel stands: its frame and ranges, the lower part for ratios, the legend,
//! the names of regions. The drawing and the script that draws it again both follow it.
//!
//! Lengths are logical pixels of [`super::size`]. Pinned by `cli/tests/cli_plot.rs` and the tests of
//! the modules it uses.

use millibrem::histogram::Scale;

use super::axis::Range;
use super::curve::{has_markers, outline, points, upper_edge};
use super::figure::{Content, Curve, Panel, Shape};
use super::frame::{Frame, Rect};
use super::ink::{Ink, dense};
use super::legend::{self, Entry, Layout};
use super::region::{self, Name};
use super::style::{TICK_TEXT, line_dashes};
use super::svg::Place;
use super::{PlotError, ratio, text};

/// Pixels of an axis with all the labels it may have.
const TALL: f64 = 300.0;
/// Largest ratio of ordinates a logarithmic axis shows.
const MOST_DECADES: f64 = 1e8;
/// Height in pixels from which an error can be seen.
const VISIBLE: f64 = 2.0;
/// Steps in which an axis grows until the legend finds room.
const GROWTH_STEPS: u32 = 12;
/// Most that the axis of an exclusion figure grows for a legend, in lengths of itself.
const MOST_GROWTH: f64 = 0.2;
/// Share of the height that the lower part takes, and the gap above it in pixels.
const LOWER: f64 = 0.3;
const GAP: f64 = 7.0;

/// The curves divided by one of them, below the others.
#[derive(Debug)]
pub(super) struct Lower {
    pub(super) frame: Frame,
    pub(super) label: String,
    /// Each with the number of the curve it is from.
    pub(super) curves: Vec<(usize, Curve)>,
}

/// A legend and its upper left corner.
#[derive(Debug)]
pub(super) struct Legend {
    pub(super) corner: Place,
    pub(super) layout: Layout,
    pub(super) entries: Vec<Entry>,
}

/// Where everything of a panel stands.
#[derive(Debug)]
pub(super) struct Laid {
    pub(super) frame: Frame,
    pub(super) lower: Option<Lower>,
    pub(super) legend: Option<Legend>,
    pub(super) names: Vec<Name>,
}

/// Lays out `panel`.
///
/// # Errors
/// [`PlotError::Nothing`] if no point can be shown.
pub(super) fn of(panel: &Panel) -> Result<Laid, PlotError> {
    let nothing = || PlotError::Nothing {
        name: panel.name.clone(),
    };
    let (x, y) = match &panel.content {
        Content::Curves(curves) => {
            let x = chosen(panel.x.scale, panel.x.range);
            let x = x.or_else(|| Range::of(panel.x.scale, abscissae(curves), x_pad(curves)));
            let y = chosen(panel.y.scale, panel.y.range);
            (x, y.or_else(|| x.and_then(|x| y_range(panel, curves, &x))))
        }
        Content::Heat(heat) => (
            Range::of(panel.x.scale, heat.x_edges.iter().copied(), 0.0),
            Range::of(panel.y.scale, heat.y_edges.iter().copied(), 0.0),
        ),
    };
    let (x, y) = (x.ok_or_else(nothing)?, y.ok_or_else(nothing)?);
    let below = match (&panel.content, panel.ratio) {
        (Content::Curves(curves), Some(over)) => ratio::of(curves, over, &x),
        _ => None,
    };
    let right = match panel.content {
        Content::Curves(_) => 16.0,
        Content::Heat(_) => 96.0,
    };
    let widths = [Some(y), below.as_ref().map(|(range, _)| *range)];
    let left = 38.0
        + widths
            .into_iter()
            .flatten()
            .map(|r| tick_width(&r))
            .fold(0.0, f64::max);
    let top = if panel.title.is_empty() { 12.0 } else { 28.0 };
    let (width, height) = panel.size.panel;
    let height = height - top - 50.0;
    let lower_height = if below.is_some() { LOWER * height } else { 0.0 };
    let mut frame = Frame {
        corner: (left, top),
        size: (width - left - right, height - lower_height),
        x,
        y,
    };
    let Content::Curves(curves) = &panel.content else {
        return Ok(Laid {
            frame,
            lower: None,
            legend: None,
            names: Vec::new(),
        });
    };
    let entries = entries(&frame, curves);
    let layout = Layout::new(&entries, frame.size.0);
    let inside = (!entries.is_empty()).then(|| place_legend(&mut frame, panel, curves, &layout));
    let legend = inside.map(|inside| match inside {
        Some(corner) => Legend {
            corner,
            layout,
            entries,
        },
        // Above the frame where it would be lost in it.
        None => {
            let layout = Layout::low(&entries, frame.size.0);
            let more = layout.size.1 + 8.0;
            frame.corner.1 += more;
            frame.size.1 -= more;
            Legend {
                corner: (left, top),
                layout,
                entries,
            }
        }
    });
    let taken: Vec<Rect> = legend.iter().map(|l| l.rect()).collect();
    let names = region::names(&frame, curves, &ink(&frame, curves), taken);
    let lower = below.map(|(range, curves)| Lower {
        frame: Frame {
            corner: (left, frame.corner.1 + frame.size.1 + GAP),
            size: (frame.size.0, lower_height - GAP),
            x,
            y: range,
        },
        label: "ratio".to_owned(),
        curves,
    });
    Ok(Laid {
        frame,
        lower,
        legend,
        names,
    })
}

impl Legend {
    fn rect(&self) -> Rect {
        Rect {
            corner: self.corner,
            size: self.layout.size,
        }
    }
}

/// The range that was asked for, if the scale can show it.
fn chosen(scale: Scale, range: Option<(f64, f64)>) -> Option<Range> {
    let (low, high) = range?;
    (scale == Scale::Linear || low > 0.0).then_some(Range { scale, low, high })
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
    let asked = panel.x.range.is_some();
    let within =
        |at: f64, c: &Curve| !(asked || region::is_one(c)) || (x.low..=x.high).contains(&at);
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
            let finite = |v: &f64| v.is_finite();
            let least = ordinates()
                .filter(|v| *v > 0.0)
                .fold(f64::INFINITY, f64::min);
            let cap = panel.y.cap.filter(|cap| least < 0.1 * cap);
            // What the cap cuts off counts neither for the decades nor for the margin.
            let cap = cap.unwrap_or(f64::INFINITY);
            let most = ordinates().filter(finite).fold(0.0, f64::max).min(cap);
            let shown = all.filter(finite).map(|v| v.min(cap));
            let range = Range::of(scale, shown.filter(|&v| v >= most / MOST_DECADES), 0.05)?;
            Some(Range {
                high: range.high.min(cap),
                ..range
            })
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

/// The lines of the legend.
fn entries(frame: &Frame, curves: &[Curve]) -> Vec<Entry> {
    let mut found: Vec<Entry> = curves
        .iter()
        .enumerate()
        .filter(|(_, curve)| !curve.label.is_empty() && !region::is_one(curve))
        .map(|(i, curve)| Entry {
            number: i,
            shape: curve.shape,
            dashes: line_dashes(curves, i),
            markers: has_markers(curve),
            band: points(frame, curve).any(|(_, (low, high))| low.1 - high.1 > VISIBLE),
            label: match curve.projected {
                true => format!("{} (projected)", curve.label),
                false => curve.label.clone(),
            },
        })
        .collect();
    if let Some(number) = curves
        .iter()
        .position(region::is_one)
        .filter(|_| !found.is_empty())
    {
        found.push(Entry {
            number,
            shape: Shape::Region,
            dashes: "",
            markers: false,
            band: false,
            label: "excluded by others".to_owned(),
        });
    }
    found
}

/// Finds room for the legend, and makes some above or below the curves where there is none; axes
/// whose ends were chosen stay. Nothing if the frame would be more legend than curves.
fn place_legend(
    frame: &mut Frame,
    panel: &Panel,
    curves: &[Curve],
    layout: &Layout,
) -> Option<Place> {
    let size = layout.size;
    // Above all curves there is room for certain; less may do, and below too on a logarithmic axis.
    let share = (size.1 + 14.0) / frame.size.1;
    let most = share / (1.0 - share).max(0.2);
    let y = frame.y;
    let capped = panel.y.cap.is_some();
    let ways: &[bool] = match (capped, y.scale) {
        (true, Scale::Log) => &[true],
        (_, Scale::Log) => &[false, true],
        _ => &[false],
    };
    let steps = if panel.y.range.is_some() {
        0
    } else {
        GROWTH_STEPS
    };
    for step in 0..=steps {
        let more = most * f64::from(step) / f64::from(GROWTH_STEPS);
        if capped && more > MOST_GROWTH {
            break;
        }
        for below in ways {
            frame.y = if *below {
                y.widened(more, 0.0)
            } else {
                y.widened(0.0, more)
            };
            let ink = ink(frame, curves);
            if let Some(corner) = legend::free_place(&frame.rect(), size, &ink) {
                return Some(corner);
            }
        }
    }
    frame.y = y;
    if capped {
        return None;
    }
    Some(legend::best_corner(&frame.rect(), size, &ink(frame, curves)).0)
}

/// What covers the frame: all curves, their upper edges and error bars.
fn ink(frame: &Frame, curves: &[Curve]) -> Ink {
    let rect = frame.rect();
    let along = curves
        .iter()
        .flat_map(|curve| [outline(frame, curve), upper_edge(frame, curve)]);
    Ink::new(&rect, along.flat_map(|places| dense(&places, &rect)))
}

fn tick_width(range: &Range) -> f64 {
    let labels = range.ticks(TALL).into_iter().filter_map(|tick| tick.label);
    labels
        .map(|label| text::width(&label, TICK_TEXT))
        .fold(0.0, f64::max)
}
