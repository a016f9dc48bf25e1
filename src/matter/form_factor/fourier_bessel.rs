//! `fourier-bessel`: measured charge densities without a model, screened.
//!
//! `ρ(r) = Σ_v a_v j₀(vπr/R)` for r < R, so that with y = qR/π, q = √t,
//!
//! ```text
//! F = (sin πy/πy) Σ_v (−1)^v a_v/(v² − y²) / Σ_v (−1)^v a_v/v²
//! ```
//!
//! and G2 = Z²F² [a²t/(1+a²t)]², a = 111 Z^(−1/3)/m_e. R and a_v are those of `fourier_bessel.csv`
//! ([deVries87]) for the nuclide of the charge number whose mass number is nearest; other elements have
//! none. Data reach to q ≈ vπ/R of the last coefficient, 2 to 4 fm⁻¹; beyond, F is small and not
//! measured. Pinned by `tests/form_factor.rs`.

use core::f64::consts::PI;
use std::sync::{Arc, LazyLock};

use super::{FormFactorError, Model, Scales, Shape, dipole_scale_gev2, each, nuclides};
use crate::constants::HBAR_C_GEV_FM;
use crate::elementary::cos_sin_turns;
use crate::matter::Nucleus;
use crate::matter::elements::ELEMENTS;

/// Most coefficients of a nuclide.
const MOST: usize = 17;

/// `fourier-bessel`.
#[derive(Debug)]
pub(super) struct FourierBessel;

/// Z, A, R in fm and the coefficients.
static LISTED: LazyLock<Vec<nuclides::Row>> =
    LazyLock::new(|| nuclides::rows(include_str!("fourier_bessel.csv")));

impl Model for FourierBessel {
    fn name(&self) -> &str {
        "fourier-bessel"
    }

    fn of(&self, nucleus: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError> {
        let row = nuclides::nearest(&LISTED, nucleus).ok_or_else(|| {
            let has = |z: u32| LISTED.iter().any(|row| row.z == z);
            let known = ELEMENTS.iter().filter(|e| has(e.z)).map(|e| e.symbol);
            let known: Vec<&str> = known.collect();
            FormFactorError {
                name: self.name().to_owned(),
                problem: format!(
                    "no density for Z = {}, only for {}; two-parameter-fermi knows more elements",
                    nucleus.z,
                    known.join(", ")
                ),
            }
        })?;
        let z = f64::from(nucleus.z);
        Ok(Arc::new(Series::new(z, nucleus.a, row)))
    }
}

#[derive(Debug)]
struct Series {
    z: f64,
    mass_number: f64,
    /// R/π in GeV⁻¹.
    radius: f64,
    /// (−1)^v a_v, v = 1 …, normalised so that F(0) = 1.
    terms: [f64; MOST],
    inv_screening: f64,
    source: String,
}

impl Series {
    fn new(z: f64, mass_number: f64, row: &nuclides::Row) -> Self {
        let mut terms = [0.0; MOST];
        for (i, a) in row.values[1..].iter().take(MOST).enumerate() {
            terms[i] = if i % 2 == 0 { -a } else { *a };
        }
        let at_zero: f64 = terms.iter().zip(1..).map(|(b, v)| b / square(v)).sum();
        Self {
            z,
            mass_number,
            radius: row.values[0] / (PI * HBAR_C_GEV_FM),
            terms: terms.map(|b| b / at_zero),
            inv_screening: 1.0 / super::screening_length_squared(z),
            source: format!("{} [deVries87]", row.label()),
        }
    }

    /// F(t).
    #[inline(always)]
    fn f(&self, t: f64) -> f64 {
        // The tiny addition keeps y above 0; it is lost for any other t.
        let y = (t + f64::MIN_POSITIVE).sqrt() * self.radius;
        // At a whole y sine and denominator vanish together; their ratio is smooth.
        let y = if y == y.round() { y * (1.0 + 4e-16) } else { y };
        let (_, sin) = cos_sin_turns(0.5 * y);
        let mut sum = 0.0;
        for (i, term) in self.terms.iter().enumerate() {
            let v = (i + 1) as f64;
            sum += term / ((v - y) * (v + y));
        }
        sin / (PI * y) * sum
    }
}

fn square(v: u32) -> f64 {
    f64::from(v * v)
}

impl Shape for Series {
    fn g2(&self, t_gev2: &[f64], out: &mut [f64]) {
        each(
            t_gev2,
            out,
            #[inline(always)]
            |t| {
                let f = self.z * self.f(t) * t / (self.inv_screening + t);
                f * f
            },
        );
    }

    fn scales(&self) -> Scales {
        Scales::of(self.inv_screening, dipole_scale_gev2(self.mass_number))
    }

    fn rms_radius_fm(&self) -> Option<f64> {
        // ∫r⁴ρ/∫r²ρ = R² Σ (−1)^v a_v [1/v² − 6/π²v⁴] / Σ (−1)^v a_v/v².
        let radius_fm = self.radius * PI * HBAR_C_GEV_FM;
        let mean: f64 = self
            .terms
            .iter()
            .zip(1..)
            .map(|(b, v)| b / square(v) * (1.0 - 6.0 / (PI * PI * square(v))))
            .sum();
        Some(radius_fm * mean.sqrt())
    }

    fn source(&self) -> Option<&str> {
        Some(&self.source)
    }
}
