//! The legend, and the corner of a frame where it covers no data.

use super::figure::Shape;
use super::frame::Rect;
use super::ink::Ink;
use super::style::{CURVE, EXCLUDED, TICK_TEXT, colour};
use super::svg::{Anchor, Canvas, Place};
use super::text;

const ROW: f64 = 18.0;
const SAMPLE: f64 = 30.0;
const GAP: f64 = 8.0;
const MARGIN: f64 = 10.0;

/// One line of the legend.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// Which curve: its colour, dashes and marker.
    pub(super) number: usize,
    pub(super) shape: Shape,
    pub(super) dashes: &'static str,
    pub(super) markers: bool,
    pub(super) band: bool,
    pub(super) label: String,
}

/// Space between two columns of lines.
const GUTTER: f64 = 18.0;
/// Lines above which the legend takes two columns where they fit.
const LONG: usize = 5;

/// How the lines of a legend are arranged: down one column, or down two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Layout {
    rows: usize,
    /// From the left end of the first column to that of the second.
    step: f64,
    /// Width and height.
    pub(super) size: Place,
}

impl Layout {
    /// Of `entries` in a frame of `width`.
    pub(super) fn new(entries: &[Entry], width: f64) -> Self {
        Self::with(entries, width, LONG)
    }

    /// Of `entries` above a frame of `width`, as low as can be.
    pub(super) fn low(entries: &[Entry], width: f64) -> Self {
        Self::with(entries, width, 1)
    }

    fn with(entries: &[Entry], width: f64, long: usize) -> Self {
        let wide = |some: &[Entry]| {
            let widths = some.iter().map(|e| text::width(&e.label, TICK_TEXT));
            SAMPLE + GAP + widths.fold(0.0, f64::max)
        };
        let half = entries.len().div_ceil(2);
        let (first, second) = entries.split_at(half);
        let step = wide(first) + GUTTER;
        let both = step + wide(second);
        if entries.len() > long && both + 2.0 * MARGIN < width {
            Self {
                rows: half,
                step,
                size: (both, ROW * half as f64),
            }
        } else {
            let rows = entries.len();
            Self {
                rows,
                step,
                size: (wide(entries), ROW * rows as f64),
            }
        }
    }
}

impl Layout {
    /// In how many columns `entries` lines stand.
    pub(super) fn columns(&self, entries: usize) -> usize {
        entries.div_ceil(self.rows.max(1))
    }
}

/// Pixels around a legend that stay free.
const CLEAR: f64 = 6.0;
/// Steps in pixels in which a legend is moved in search of room.
const STEP: usize = 6;

/// The corners and the middles of the sides inside `frame` where a legend of `size` may stand.
fn corners(frame: &Rect, size: Place) -> [Place; 6] {
    let ((left, top), (width, height)) = (frame.corner, frame.size);
    let right = left + width - size.0 - MARGIN;
    let bottom = top + height - size.1 - MARGIN;
    let (left, top) = (left + MARGIN, top + MARGIN);
    let middle = 0.5 * (left + right);
    [
        (right, top),
        (left, top),
        (right, bottom),
        (left, bottom),
        (middle, top),
        (middle, bottom),
    ]
}

/// A place inside `frame` where a legend of `size` covers nothing, a corner if one is free.
pub(super) fn free_place(frame: &Rect, size: Place, ink: &Ink) -> Option<Place> {
    let free = |corner: &Place| {
        ink.covered(
            &Rect {
                corner: *corner,
                size,
            },
            CLEAR,
        ) == 0
    };
    let (left, top) = (frame.corner.0 + MARGIN, frame.corner.1 + MARGIN);
    let span = |length: f64, own: f64| (length - own - 2.0 * MARGIN).max(0.0) as usize;
    let (wide, high) = (span(frame.size.0, size.0), span(frame.size.1, size.1));
    let between = (0..=high).step_by(STEP).flat_map(|y| {
        let at = move |x: usize| (left + x as f64, top + y as f64);
        (0..=wide).rev().step_by(STEP).map(at)
    });
    corners(frame, size).into_iter().chain(between).find(free)
}

/// The corner inside `frame` where a legend of `size` covers the least, and how much.
pub(super) fn best_corner(frame: &Rect, size: Place, ink: &Ink) -> (Place, u32) {
    let covered =
        corners(frame, size).map(|corner| (corner, ink.covered(&Rect { corner, size }, CLEAR)));
    let mut best = covered[0];
    for one in covered {
        if one.1 < best.1 {
            best = one;
        }
    }
    best
}

/// Draws the legend with its upper left corner at `corner`.
pub(super) fn draw(canvas: &mut Canvas, corner: Place, layout: &Layout, entries: &[Entry]) {
    for (i, entry) in entries.iter().enumerate() {
        let (column, row) = (i / layout.rows, i % layout.rows);
        let y = corner.1 + ROW * (row as f64 + 0.5);
        let from = corner.0 + column as f64 * layout.step;
        let to = from + SAMPLE;
        let colour = colour(entry.number);
        if entry.shape == Shape::Region {
            let middle = 0.5 * SAMPLE;
            canvas.frame((from + middle - 9.0, y - 5.0), (18.0, 10.0), 0.0, EXCLUDED);
            let words = (to + GAP, y + 0.35 * TICK_TEXT);
            canvas.text(words, &entry.label, TICK_TEXT, Anchor::Start);
            continue;
        }
        let bars = matches!(entry.shape, Shape::Points | Shape::OpenPoints);
        if entry.band && !bars {
            let band = [
                (from, y - 4.5),
                (to, y - 4.5),
                (to, y + 4.5),
                (from, y + 4.5),
            ];
            canvas.area(&band, colour, 0.3);
        }
        if !bars {
            canvas.polyline(&[(from, y), (to, y)], colour, CURVE, entry.dashes);
        }
        if entry.markers {
            let middle = (0.5 * (from + to), y);
            if bars {
                canvas.line((middle.0, y - 7.0), (middle.0, y + 7.0), colour, 1.2);
            }
            canvas.marker(
                entry.number,
                middle,
                colour,
                entry.shape == Shape::OpenPoints,
            );
        }
        let words = (to + GAP, y + 0.35 * TICK_TEXT);
        canvas.text(words, &entry.label, TICK_TEXT, Anchor::Start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legend_goes_where_no_data_are() {
        let frame = Rect {
            corner: (0.0, 0.0),
            size: (400.0, 300.0),
        };
        let falling: Vec<Place> = (0..400)
            .map(|i| (f64::from(i), 0.75 * f64::from(i)))
            .collect();
        let ink = |line: &[Place]| Ink::new(&frame, super::super::ink::dense(line, &frame));
        let size = (100.0, 60.0);
        let found = free_place(&frame, size, &ink(&falling));
        assert_eq!(found, Some((290.0, 10.0)));
        let rising: Vec<Place> = falling.iter().map(|(x, y)| (*x, 300.0 - y)).collect();
        let found = free_place(&frame, size, &ink(&rising));
        assert_eq!(found, Some((10.0, 10.0)));
        // Where no corner is free, a place between lines is.
        let three = ink(&[60.0, 160.0, 340.0]
            .map(|x| [(x, 0.0), (x, 300.0), (x, 0.0)])
            .concat());
        assert!(best_corner(&frame, size, &three).1 > 0);
        let (x, _) = free_place(&frame, size, &three).unwrap();
        assert!(x > 160.0 && x + size.0 < 340.0, "{x}");
    }

    #[test]
    fn a_long_legend_takes_two_columns_where_they_fit() {
        let entry = |number| Entry {
            number,
            shape: Shape::Line,
            dashes: "",
            markers: false,
            band: false,
            label: "ldmx".to_owned(),
        };
        let six: Vec<Entry> = (0..6).map(entry).collect();
        let layout = Layout::new(&six, 400.0);
        assert_eq!((layout.rows, layout.size.1), (3, 3.0 * ROW));
        let narrow = Layout::new(&six, 1.5 * layout.step);
        assert_eq!((narrow.rows, narrow.size.1), (6, 6.0 * ROW));
        assert_eq!(Layout::new(&six[..LONG], 400.0).rows, LONG);
    }
}
