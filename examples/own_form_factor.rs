//! A form factor of one's own: an exponential charge density, ρ ∝ exp(−r/b) with the rms radius of
//! 5.5 fm, so that F = (1 + t b²)⁻² and G2 = Z² F². σ by quadrature beside that of Tsai's form.
//!
//!     cargo run --release --example own_form_factor

use std::error::Error;
use std::sync::Arc;

use millibrem::constants::HBAR_C_GEV_FM;
use millibrem::matter::Nucleus;
use millibrem::matter::form_factor::{FormFactorError, FormFactors, Model, Scales, Shape, each};
use millibrem::process::{Method, Registry};
use millibrem::{card, run};

#[derive(Debug)]
struct Exponential;

impl Model for Exponential {
    fn name(&self) -> &str {
        "exponential"
    }

    fn of(&self, nucleus: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError> {
        let b = 5.5 / 12_f64.sqrt() / HBAR_C_GEV_FM;
        let z = f64::from(nucleus.z);
        Ok(Arc::new(Density { z, b2: b * b }))
    }
}

#[derive(Debug)]
struct Density {
    z: f64,
    /// b², GeV⁻².
    b2: f64,
}

impl Shape for Density {
    fn g2(&self, t_gev2: &[f64], out: &mut [f64]) {
        each(
            t_gev2,
            out,
            #[inline(always)]
            |t| {
                let f = 1.0 / ((1.0 + t * self.b2) * (1.0 + t * self.b2));
                self.z * self.z * f * f
            },
        );
    }

    fn scales(&self) -> Scales {
        // No screening; the density cuts off near 1/b².
        Scales::of(0.0, 1.0 / self.b2)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let models = FormFactors::standard().with(Exponential);
    let card = card::shipped("na64mu-2025")
        .ok_or("no such card")?
        .with(&[])?;
    let mut inputs = run::inputs(&card)?;
    let registry = Registry::standard();
    let pair = registry.get("pair").ok_or("no such process")?;
    for name in ["tsai-elastic", "exponential"] {
        inputs.form_factor = models.get(name).ok_or("no such form factor")?.clone();
        let process = pair.of(&inputs)?;
        let exact = process.route(Method::QUADRATURE).ok_or("no quadrature")?;
        let sigma = exact.sigma(1e-6)?;
        println!(
            "{name:<14} {:.6e} ± {:.0e} pb",
            sigma.value_pb, sigma.error_pb
        );
    }
    Ok(())
}
