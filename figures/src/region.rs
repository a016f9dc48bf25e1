//! Regions above a line: their shade, and a place for their names.

use super::figure::{Curve, Shape};
use super::legend::Rect;
use super::panel::{Frame, dense, outline};
use super::style::{GUIDE, NAME_TEXT, muted};
use super::svg::{Anchor, Canvas, Place};
use super::text;

/// Strength of the shade; regions that overlap are darker.
const SHADE: f64 = 0.12;
/// Width of their lower edges.
const EDGE: f64 = 1.1;
/// Distances in pixels between a line and a name above it.
const HEIGHTS: [f64; 4] = [4.0, 9.0, 15.0, 22.0];
/// Places along a line that are tried are this many dense ones apart.
const STRIDE: usize = 2;

/// Whether `curve` is one.
pub(super) fn is_one(curve: &Curve) -> bool {
    curve.shape == Shape::Region
}

/// The upper edge of `curve` as pixels, where it has one.
pub(super) fn upper_edge(frame: &Frame, curve: &Curve) -> Vec<Place> {
    let edges = curve.x.iter().zip(&curve.y).zip(&curve.upper);
    edges
        .filter(|((_, y), upper)| y.is_finite() && upper.is_finite())
        .map(|((x, _), upper)| frame.place(*x, *upper))
        .collect()
}

/// Those of `curves` that are, with their colours.
fn all(curves: &[Curve]) -> impl Iterator<Item = (&'static str, &Curve)> {
    let regions = curves.iter().filter(|c| is_one(c)).enumerate();
    regions.map(|(i, curve)| (muted(i), curve))
}

/// Shades the regions of `curves`, up to their upper edges or else the top of the frame.
pub(super) fn draw(canvas: &mut Canvas, frame: &Frame, curves: &[Curve]) {
    for (colour, curve) in all(curves) {
        let line = outline(frame, curve);
        let (Some(first), Some(last)) = (line.first(), line.last()) else {
            continue;
        };
        let top = frame.corner.1;
        let mut above = upper_edge(frame, curve);
        if above.is_empty() {
            above = vec![(first.0, top), (last.0, top)];
        }
        let around: Vec<Place> = line
            .iter()
            .copied()
            .chain(above.into_iter().rev())
            .collect();
        canvas.area(&around, GUIDE, SHADE);
        canvas.polyline(&line, colour, EDGE, "");
    }
}

/// Names the regions where they cover the least of `ink` and nothing of `taken`, which they join.
pub(super) fn names(
    canvas: &mut Canvas,
    frame: &Frame,
    curves: &[Curve],
    ink: &[Place],
    taken: &mut Vec<Rect>,
) {
    let inside = Rect {
        corner: frame.corner,
        size: frame.size,
    };
    for (colour, curve) in all(curves) {
        let size = (text::width(&curve.label, NAME_TEXT), NAME_TEXT);
        let line: Vec<Place> = dense(&outline(frame, curve));
        if let Some(place) = best_place(&line, size, &inside, ink, taken) {
            let base = (place.corner.0, place.corner.1 + 0.8 * NAME_TEXT);
            canvas.text_in(base, &curve.label, NAME_TEXT, Anchor::Start, colour);
            taken.push(place);
        }
    }
}

/// Where above `line` a name of `size` stands best: first free of ink, then close to the middle.
fn best_place(
    line: &[Place],
    size: Place,
    frame: &Rect,
    ink: &[Place],
    taken: &[Rect],
) -> Option<Rect> {
    let visible: Vec<Place> = line.iter().copied().filter(|p| frame.holds(*p)).collect();
    let middle = visible.len() as f64 / 2.0;
    let mut best: Option<(f64, Rect)> = None;
    for (i, at) in visible.iter().enumerate().step_by(STRIDE) {
        for (far, height) in HEIGHTS.iter().enumerate() {
            for shift in [0.5, 0.0, 1.0] {
                let corner = (at.0 - shift * size.0, at.1 - height - size.1);
                let rect = Rect { corner, size };
                if !frame.contains(&rect) || taken.iter().any(|other| other.meets(&rect)) {
                    continue;
                }
                let covered = ink.iter().filter(|place| rect.holds(**place)).count();
                let off = (i as f64 - middle).abs() / visible.len() as f64;
                let cost = 3.0 * covered as f64 + 2.0 * off + far as f64;
                if best.is_none_or(|(least, _)| cost < least) {
                    best = Some((cost, rect));
                }
            }
        }
    }
    best.map(|(_, rect)| rect)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect {
        corner: (0.0, 0.0),
        size: (400.0, 300.0),
    };

    #[test]
    fn names_stand_above_their_line_and_clear_of_others() {
        let line: Vec<Place> = (20..120).map(|i| (2.0 * f64::from(i), 150.0)).collect();
        let size = (40.0, 10.0);
        let free = best_place(&line, size, &FRAME, &line, &[]).unwrap();
        assert_eq!(free.corner.1, 150.0 - 4.0 - 10.0);
        assert!((free.corner.0 + 20.0 - 140.0).abs() < 3.0, "{free:?}");
        // A curve through the middle and a name on the left push it to the right.
        let curve = (0..300).map(|y| (140.0, f64::from(y)));
        let ink: Vec<Place> = line.iter().copied().chain(curve).collect();
        let left = Rect {
            corner: (0.0, 0.0),
            size: (139.0, 300.0),
        };
        let moved = best_place(&line, size, &FRAME, &ink, &[left]).unwrap();
        assert!(moved.corner.0 > 140.0, "{moved:?}");
        assert_eq!(best_place(&line, size, &FRAME, &ink, &[FRAME]), None);
    }
}
