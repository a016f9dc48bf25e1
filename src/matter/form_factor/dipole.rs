//! `dipole`: `G2 = Z²/(1+t/d)²`, the nuclear-size factor of [BEST09] Eq. (A18) without screening.

use std::sync::Arc;

use super::{FormFactorError, Model, Scales, Shape, dipole_rms_radius_fm, dipole_scale_gev2, each};
use crate::matter::Nucleus;

/// `dipole`.
#[derive(Debug)]
pub(super) struct Unscreened;

impl Model for Unscreened {
    fn name(&self) -> &str {
        "dipole"
    }

    fn of(&self, nucleus: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError> {
        let z = f64::from(nucleus.z);
        Ok(Arc::new(Dipole {
            z2: z * z,
            a: nucleus.a,
        }))
    }
}

#[derive(Debug)]
struct Dipole {
    z2: f64,
    a: f64,
}

impl Shape for Dipole {
    fn g2(&self, t_gev2: &[f64], out: &mut [f64]) {
        let inv_d = 1.0 / dipole_scale_gev2(self.a);
        each(
            t_gev2,
            out,
            #[inline(always)]
            |t| {
                let n = 1.0 + t * inv_d;
                self.z2 / (n * n)
            },
        );
    }

    fn scales(&self) -> Scales {
        Scales::of(0.0, dipole_scale_gev2(self.a))
    }

    fn rms_radius_fm(&self) -> Option<f64> {
        Some(dipole_rms_radius_fm(self.a))
    }
}
