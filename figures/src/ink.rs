//! Where a frame is covered by lines, so that words find room: a grid of pixels with running sums.

use super::frame::Rect;
use super::svg::Place;

/// Covered pixels of a rectangle, asked for in constant time.
#[derive(Debug, Clone)]
pub(super) struct Ink {
    corner: Place,
    size: (usize, usize),
    /// Covered pixels above and to the left, with an empty row and column in front.
    sums: Vec<u32>,
}

impl Ink {
    /// Of `places` in `frame`.
    pub(super) fn new(frame: &Rect, places: impl IntoIterator<Item = Place>) -> Self {
        let side = |length: f64| length.ceil().max(0.0) as usize + 1;
        let size = (side(frame.size.0), side(frame.size.1));
        let row = size.0 + 1;
        let mut sums = vec![0u32; row * (size.1 + 1)];
        for place in places.into_iter().filter(|place| frame.holds(*place)) {
            let (x, y) = (place.0 - frame.corner.0, place.1 - frame.corner.1);
            sums[(y as usize + 1) * row + x as usize + 1] = 1;
        }
        for y in 1..=size.1 {
            for x in 1..row {
                let i = y * row + x;
                sums[i] += sums[i - 1] + sums[i - row];
                sums[i] -= sums[i - row - 1];
            }
        }
        Self {
            corner: frame.corner,
            size,
            sums,
        }
    }

    /// How many pixels within `margin` of `rect` are covered.
    pub(super) fn covered(&self, rect: &Rect, margin: f64) -> u32 {
        let index = |v: f64, most: usize| (v.max(0.0) as usize).min(most);
        let left = rect.corner.0 - margin - self.corner.0;
        let top = rect.corner.1 - margin - self.corner.1;
        let (x0, x1) = (
            index(left, self.size.0),
            index(left + rect.size.0 + 2.0 * margin + 1.0, self.size.0),
        );
        let (y0, y1) = (
            index(top, self.size.1),
            index(top + rect.size.1 + 2.0 * margin + 1.0, self.size.1),
        );
        let at = |x: usize, y: usize| self.sums[y * (self.size.0 + 1) + x];
        at(x1, y1) + at(x0, y0) - at(x0, y1) - at(x1, y0)
    }
}

/// Places at most a pixel apart on the way through `places`, as far as the frame is near.
pub(super) fn dense(places: &[Place], frame: &Rect) -> Vec<Place> {
    let mut found: Vec<Place> = places.first().copied().into_iter().collect();
    for pair in places.windows(2) {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        let n = (1.1 * dx.hypot(dy)).ceil().clamp(1.0, 1e5);
        found.extend((1..=n as usize).map(|i| {
            let share = i as f64 / n;
            (pair[0].0 + share * dx, pair[0].1 + share * dy)
        }));
    }
    found.retain(|place| frame.holds(*place));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covered_pixels_are_counted_with_their_margin() {
        let frame = Rect {
            corner: (10.0, 20.0),
            size: (100.0, 50.0),
        };
        let line = dense(&[(0.0, 45.0), (200.0, 45.0)], &frame);
        let ink = Ink::new(&frame, line);
        let rect = |top| Rect {
            corner: (30.0, top),
            size: (20.0, 10.0),
        };
        assert_eq!(ink.covered(&rect(34.0), 0.0), 0);
        assert!(ink.covered(&rect(34.0), 2.0) >= 20);
        assert!(ink.covered(&rect(40.0), 0.0) >= 20);
        assert_eq!(ink.covered(&rect(46.5), 0.0), 0);
    }
}
