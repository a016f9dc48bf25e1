//! A Gaussian charge density: G2 = Z² exp(−t R²/3) with the rms radius R.

use std::sync::Arc;

use millibrem::constants::HBAR_C_GEV_FM;
use millibrem::elementary::exp;
use millibrem::matter::Nucleus;
use millibrem::matter::form_factor::{FormFactorError, Model, Scales, Shape, each};

/// A Gaussian of 1.2 fm A^⅓ √(3/5).
#[derive(Debug)]
pub struct Gaussian;

impl Model for Gaussian {
    fn name(&self) -> &str {
        "gaussian"
    }

    fn of(&self, nucleus: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError> {
        let radius = 1.2 * nucleus.a.cbrt() * 0.6_f64.sqrt() / HBAR_C_GEV_FM;
        let z = f64::from(nucleus.z);
        Ok(Arc::new(Density {
            z2: z * z,
            slope: radius * radius / 3.0,
        }))
    }
}

#[derive(Debug)]
struct Density {
    z2: f64,
    slope: f64,
}

impl Shape for Density {
    fn g2(&self, t_gev2: &[f64], out: &mut [f64]) {
        each(t_gev2, out, |t| self.z2 * exp(-self.slope * t));
    }

    fn scales(&self) -> Scales {
        Scales::of(0.0, 1.0 / self.slope)
    }
}
