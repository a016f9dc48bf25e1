//! `point`: `G2 = Z²`, a point charge; for checks against textbook formulas.

use std::sync::Arc;

use super::{FormFactorError, Model, Scales, Shape};
use crate::matter::Nucleus;

/// `point`.
#[derive(Debug)]
pub(super) struct PointCharge;

impl Model for PointCharge {
    fn name(&self) -> &str {
        "point"
    }

    fn of(&self, nucleus: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError> {
        let z = f64::from(nucleus.z);
        Ok(Arc::new(Point { z2: z * z }))
    }
}

#[derive(Debug)]
struct Point {
    z2: f64,
}

impl Shape for Point {
    fn g2(&self, _: &[f64], out: &mut [f64]) {
        out.fill(self.z2);
    }

    fn scales(&self) -> Scales {
        Scales {
            screening_gev2: 0.0,
            // It has no size: any scale far above those of nuclei does.
            size_gev2: 1e6,
            smooth_between_gev2: (0.0, f64::INFINITY),
        }
    }

    fn rms_radius_fm(&self) -> Option<f64> {
        Some(0.0)
    }
}
