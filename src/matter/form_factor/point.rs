//! `point`: `G2 = Z²`, a point charge; for checks against textbook formulas.

/// Point charge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    z2: f64,
}

impl Point {
    pub(super) fn new(z: f64) -> Self {
        Self { z2: z * z }
    }

    #[inline(always)]
    pub(super) fn g2(&self) -> f64 {
        self.z2
    }
}
