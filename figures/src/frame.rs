//! Rectangles in pixels, and the frame of a panel: one with ranges laid over it.

use super::axis::Range;
use super::svg::Place;

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) corner: Place,
    pub(super) size: Place,
}

impl Rect {
    /// Whether a place is inside.
    pub(super) fn holds(&self, (x, y): Place) -> bool {
        let ((left, top), (width, height)) = (self.corner, self.size);
        (left..=left + width).contains(&x) && (top..=top + height).contains(&y)
    }

    fn end(&self) -> Place {
        (self.corner.0 + self.size.0, self.corner.1 + self.size.1)
    }

    /// The rectangle with `margin` more on all sides.
    pub(super) fn grown(&self, margin: f64) -> Self {
        Self {
            corner: (self.corner.0 - margin, self.corner.1 - margin),
            size: (self.size.0 + 2.0 * margin, self.size.1 + 2.0 * margin),
        }
    }

    /// Whether all of `other` is inside.
    pub(super) fn contains(&self, other: &Self) -> bool {
        self.holds(other.corner) && self.holds(other.end())
    }

    /// Whether any of `other` is inside.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let (end, other_end) = (self.end(), other.end());
        let apart = other.corner.0 > end.0 || other_end.0 < self.corner.0;
        !(apart || other.corner.1 > end.1 || other_end.1 < self.corner.1)
    }
}

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

    /// Its rectangle.
    pub(super) fn rect(&self) -> Rect {
        Rect {
            corner: self.corner,
            size: self.size,
        }
    }
}
