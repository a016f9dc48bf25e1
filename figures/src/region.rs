//! Regions that others exclude: one light area, the outline of each, and places for their names.
//!
//! A name stands by its outline where it covers nothing; where there is no such place, in the nearest
//! free one with a thin line to its outline. Those with the least room choose first.

use super::curve::{outline, upper_edge};
use super::figure::{Curve, Shape};
use super::frame::{Frame, Rect};
use super::ink::{Ink, dense};
use super::style::{EXCLUDED, NAME_TEXT, muted};
use super::svg::{Anchor, Canvas, Place};
use super::text;

/// Width of outlines, and of lines from a name to its outline.
const EDGE: f64 = 0.9;
const LEADER: f64 = 0.6;
/// Distances in pixels between an outline and a name beside it.
const DISTANCES: [f64; 3] = [3.5, 7.0, 11.0];
/// Pixels that stay free around a name, and between two that stand side by side.
const MARGIN: f64 = 2.0;
const APART: f64 = 9.0;
/// What a line from a name costs for each pixel of others that it crosses, in pixels of its length.
const CROSSING: f64 = 40.0;
/// Places along an outline, and in the frame, that are tried are this many pixels apart.
const STRIDE: usize = 3;
const GRID: usize = 4;

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) colour: &'static str,
    pub(super) rect: Rect,
    /// From the name to its outline, where they are apart.
    pub(super) leader: Option<(Place, Place)>,
}

/// Whether `curve` is one.
pub(super) fn is_one(curve: &Curve) -> bool {
    curve.shape == Shape::Region
}

/// Whether its outline comes back to where it began.
pub(super) fn is_closed(curve: &Curve) -> bool {
    let ends = |values: &[f64]| values.len() > 3 && values.first() == values.last();
    ends(&curve.x) && ends(&curve.y)
}

/// Those of `curves` that are, with their colours.
pub(super) fn all(curves: &[Curve]) -> impl Iterator<Item = (&'static str, &Curve)> {
    let regions = curves.iter().filter(|c| is_one(c)).enumerate();
    regions.map(|(i, curve)| (muted(i), curve))
}

/// The corners of the region of `curve`: its contour, or what lies between its line and its upper edge
/// or else the top of the frame.
fn area(frame: &Frame, curve: &Curve) -> Vec<Place> {
    let mut around = outline(frame, curve);
    if !is_closed(curve)
        && let (Some(first), Some(last)) = (around.first().copied(), around.last().copied())
    {
        let above = upper_edge(frame, curve);
        let top = frame.corner.1;
        match above.is_empty() {
            true => around.extend([(last.0, top), (first.0, top)]),
            false => around.extend(above.into_iter().rev()),
        }
    }
    around
}

/// Draws the regions of `curves`: all areas in one colour, so that they are one, then the outlines.
pub(super) fn draw(canvas: &mut Canvas, frame: &Frame, curves: &[Curve]) {
    for (_, curve) in all(curves) {
        canvas.area(&area(frame, curve), EXCLUDED, 1.0);
    }
    for (colour, curve) in all(curves) {
        canvas.polyline(&outline(frame, curve), colour, EDGE, "");
        let above = upper_edge(frame, curve);
        if !above.is_empty() {
            canvas.polyline(&above, colour, EDGE, "");
        }
    }
}

/// Writes the names.
pub(super) fn write(canvas: &mut Canvas, names: &[Name]) {
    for name in names {
        if let Some((from, to)) = name.leader {
            canvas.line(from, to, name.colour, LEADER);
        }
        let base = (name.rect.corner.0, name.rect.corner.1 + 0.8 * NAME_TEXT);
        canvas.text_in(base, &name.text, NAME_TEXT, Anchor::Start, name.colour);
    }
}

/// A region that is to be named.
struct Task<'a> {
    number: usize,
    curve: &'a Curve,
    colour: &'static str,
    size: Place,
    /// Visible places of its outline.
    line: Vec<Place>,
    room: usize,
}

/// Places the names of the regions of `curves` in `frame`, clear of `ink` and of what is `taken`.
pub(super) fn names(frame: &Frame, curves: &[Curve], ink: &Ink, taken: Vec<Rect>) -> Vec<Name> {
    let rect = frame.rect();
    let mut taken = taken;
    let mut tasks: Vec<Task> = all(curves)
        .enumerate()
        .map(|(number, (colour, curve))| {
            let size = (text::width(&curve.label, NAME_TEXT), NAME_TEXT);
            let line = dense(&outline(frame, curve), &rect);
            let room = beside(&line, size, &rect).filter(|(_, r)| free(r, ink, &taken));
            Task {
                room: room.count(),
                number,
                curve,
                colour,
                size,
                line,
            }
        })
        .filter(|task| !task.line.is_empty() && !task.curve.label.is_empty())
        .collect();
    tasks.sort_by_key(|task| (task.curve.place.is_none(), task.room, task.number));
    let mut found = Vec::new();
    for task in tasks {
        let (rect, leader) = match task.curve.place {
            Some((x, y)) => {
                let (x, y) = frame.place(x, y);
                let corner = (x - 0.5 * task.size.0, y - 0.5 * task.size.1);
                let size = task.size;
                (Rect { corner, size }, None)
            }
            None => match place(&task, &rect, ink, &taken) {
                Some(place) => place,
                None => continue,
            },
        };
        taken.push(rect);
        if let Some((from, to)) = leader {
            let along = dense(&[from, to], &frame.rect());
            let dot = |at: &Place| Rect {
                corner: *at,
                size: (0.0, 0.0),
            };
            taken.extend(along.iter().step_by(3).map(dot));
        }
        found.push(Name {
            text: task.curve.label.clone(),
            colour: task.colour,
            rect,
            leader,
        });
    }
    found
}

/// Whether a name can stand there.
fn free(rect: &Rect, ink: &Ink, taken: &[Rect]) -> bool {
    let mut around = rect.grown(MARGIN);
    around.corner.0 -= APART - MARGIN;
    around.size.0 += 2.0 * (APART - MARGIN);
    ink.covered(rect, MARGIN) == 0 && !taken.iter().any(|other| other.meets(&around))
}

/// Rectangles of `size` in `frame` beside `line`, each with its cost: close to it and to its middle.
fn beside<'a>(
    line: &'a [Place],
    size: Place,
    frame: &'a Rect,
) -> impl Iterator<Item = (f64, Rect)> + 'a {
    let middle = line.len() as f64 / 2.0;
    let places = line.iter().enumerate().step_by(STRIDE);
    places
        .flat_map(move |(i, at)| {
            let off = (i as f64 - middle).abs() / line.len() as f64;
            DISTANCES.iter().enumerate().flat_map(move |(far, gap)| {
                let corners = [
                    (at.0 - 0.5 * size.0, at.1 - gap - size.1),
                    (at.0 - size.0, at.1 - gap - size.1),
                    (at.0, at.1 - gap - size.1),
                    (at.0 - 0.5 * size.0, at.1 + gap),
                    (at.0 - size.0 - gap, at.1 - 0.5 * size.1),
                    (at.0 + gap, at.1 - 0.5 * size.1),
                ];
                // Above is where the region is.
                let above = [0.0, 0.0, 0.0, 0.6, 0.3, 0.3];
                let rects = corners.into_iter().zip(above);
                rects.map(move |(corner, side)| {
                    let cost = 2.0 * off + 0.4 * far as f64 + side;
                    (cost, Rect { corner, size })
                })
            })
        })
        .filter(|(_, rect)| frame.contains(rect))
}

/// Where the name of `task` stands: beside its outline, else in the nearest free place.
fn place(
    task: &Task,
    frame: &Rect,
    ink: &Ink,
    taken: &[Rect],
) -> Option<(Rect, Option<(Place, Place)>)> {
    let least = |a: &(f64, Rect), b: &(f64, Rect)| a.0.total_cmp(&b.0);
    let near = beside(&task.line, task.size, frame).filter(|(_, r)| free(r, ink, taken));
    if let Some((_, rect)) = near.min_by(least) {
        return Some((rect, None));
    }
    let (width, height) = (frame.size.0 as usize, frame.size.1 as usize);
    let corners = (0..width).step_by(GRID).flat_map(|x| {
        let at = move |y: usize| (frame.corner.0 + x as f64, frame.corner.1 + y as f64);
        (0..height).step_by(GRID).map(at)
    });
    let far = corners.filter_map(|corner| {
        let rect = Rect {
            corner,
            size: task.size,
        };
        if !frame.contains(&rect.grown(MARGIN)) || !free(&rect, ink, taken) {
            return None;
        }
        let (from, to) = leader(&rect, &task.line)?;
        let along = dense(&[from, to], frame);
        let crossed = along.iter().filter(|at| {
            let dot = Rect {
                corner: **at,
                size: (0.0, 0.0),
            };
            ink.covered(&dot, 0.0) > 0 || taken.iter().any(|other| other.holds(**at))
        });
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        Some((
            length + CROSSING * crossed.count() as f64,
            (rect, Some((from, to))),
        ))
    });
    far.min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, place)| place)
}

/// The shortest line from the middle of a side of `rect` to `line`.
fn leader(rect: &Rect, line: &[Place]) -> Option<(Place, Place)> {
    let ((x, y), (width, height)) = (rect.corner, rect.size);
    let (middle, centre) = (x + 0.5 * width, y + 0.5 * height);
    let sides = [
        (middle, y - 1.0),
        (middle, y + height + 1.0),
        (x - 2.0, centre),
        (x + width + 2.0, centre),
    ];
    let length = |(a, b): &(Place, Place)| (a.0 - b.0).hypot(a.1 - b.1);
    let all = sides
        .into_iter()
        .flat_map(|side| line.iter().step_by(STRIDE).map(move |at| (side, *at)));
    all.min_by(|a, b| length(a).total_cmp(&length(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect {
        corner: (0.0, 0.0),
        size: (400.0, 300.0),
    };

    fn task(curve: &Curve, line: Vec<Place>) -> Task<'_> {
        Task {
            number: 0,
            curve,
            colour: "",
            size: (40.0, 10.0),
            line,
            room: 0,
        }
    }

    fn nameless() -> Curve {
        use super::super::figure::{Part, Source};
        Curve {
            label: String::new(),
            display: None,
            shape: Shape::Region,
            projected: false,
            place: None,
            x: vec![0.0, 1.0, 1.0, 0.0, 0.0],
            y: vec![0.0, 0.0, 1.0, 1.0, 0.0],
            error: Vec::new(),
            upper: Vec::new(),
            source: Source {
                path: "t.csv".into(),
                part: Part::Histogram(String::new()),
            },
        }
    }

    #[test]
    fn names_stand_above_their_line_and_clear_of_others() {
        let line: Vec<Place> = (40..240).map(|i| (f64::from(i), 150.0)).collect();
        let curve = nameless();
        let task = task(&curve, line.clone());
        let ink = Ink::new(&FRAME, line.clone());
        let (rect, leader) = place(&task, &FRAME, &ink, &[]).unwrap();
        assert_eq!((rect.corner.1, leader), (150.0 - 3.5 - 10.0, None));
        assert!((rect.corner.0 + 20.0 - 140.0).abs() < 3.0, "{rect:?}");
        // A curve through the middle and a name on the left push it to the right.
        let through = (0..300).map(|y| (140.0, f64::from(y)));
        let ink = Ink::new(&FRAME, line.into_iter().chain(through));
        let left = Rect {
            corner: (0.0, 0.0),
            size: (139.0, 300.0),
        };
        let (moved, _) = place(&task, &FRAME, &ink, &[left]).unwrap();
        assert!(moved.corner.0 > 140.0, "{moved:?}");
        assert_eq!(place(&task, &FRAME, &ink, &[FRAME]), None);
    }

    #[test]
    fn a_name_without_room_by_its_line_is_led_to_it() {
        let line: Vec<Place> = (40..240).map(|i| (f64::from(i), 150.0)).collect();
        let curve = nameless();
        let task = task(&curve, line.clone());
        let ink = Ink::new(&FRAME, line);
        let crowd = Rect {
            corner: (0.0, 100.0),
            size: (400.0, 100.0),
        };
        let (rect, leader) = place(&task, &FRAME, &ink, &[crowd]).unwrap();
        let (from, to) = leader.unwrap();
        assert!(
            rect.corner.1 + 10.0 < 100.0 || rect.corner.1 > 200.0,
            "{rect:?}"
        );
        assert!(to.1 == 150.0 && (from.1 - to.1).abs() > 50.0);
    }

    #[test]
    fn a_contour_is_closed_and_a_limit_is_not() {
        let mut curve = nameless();
        assert!(is_closed(&curve));
        curve.y[4] = 0.5;
        assert!(!is_closed(&curve));
    }
}
