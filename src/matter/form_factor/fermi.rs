//! `two-parameter-fermi`: the Fourier transform of `ρ(r) ∝ 1/(1 + e^((r−c)/a))`, screened.
//!
//! With lengths in units of c (a′ = a/c, x = qc, q = √t) and y = πa′x, exactly
//!
//! ```text
//! F ∝ (πa′/sinh y) [πa′ coth y · sin x − cos x]/x + 2a′³ Σ_n (−1)^(n−1) n e^(−n/a′)/(n² + a′²x²)²
//! ```
//!
//! which is −K′/x for the cosine transform K of the density ([MaximonSchrack66]); at small x the first
//! term cancels and its power series takes over. G2 = Z²F² [a²t/(1+a²t)]², a = 111 Z^(−1/3)/m_e.
//!
//! c and a are those of `fermi.csv` ([deVries87]) for the nuclide of the charge number whose mass number
//! is nearest. Elements that are not listed, from carbon on, follow c = 1.23 A^(1/3) − 0.60 fm,
//! a = 0.52 fm, a fit to muonic atoms ([LewinSmith96]). Good to a few per cent in F up to the first
//! minima; deformed nuclei are averaged over directions. Pinned by `tests/form_factor.rs`.

use core::f64::consts::PI;
use std::sync::{Arc, LazyLock};

use super::{FormFactorError, Model, Scales, Shape, dipole_scale_gev2, each, nuclides};
use crate::constants::HBAR_C_GEV_FM;
use crate::elementary::{cos_sin_turns, exp};
use crate::matter::Nucleus;

/// Exponential terms: the last is below 1e-9 of the first for c/a ≥ 2.9.
const TERMS: usize = 8;
/// Powers of x² of the series, which serves below [`SMALL`].
const POWERS: usize = 12;
const SMALL: f64 = 0.6;
/// Least charge number of the rule for nuclei that are not listed.
const FROM_CARBON: u32 = 6;

/// `two-parameter-fermi`.
#[derive(Debug)]
pub(super) struct TwoParameterFermi;

impl Model for TwoParameterFermi {
    fn name(&self) -> &str {
        "two-parameter-fermi"
    }

    fn of(&self, nucleus: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError> {
        let z = f64::from(nucleus.z);
        if let Some(row) = nuclides::nearest(&LISTED, nucleus) {
            let source = format!("{} [deVries87]", row.label());
            return Ok(Arc::new(Fermi::new(
                z,
                nucleus.a,
                row.values[0],
                row.values[1],
                source,
            )));
        }
        if nucleus.z >= FROM_CARBON {
            let c = 1.23 * libm::cbrt(nucleus.a) - 0.60;
            let source = "c = 1.23 A^(1/3) - 0.60 fm [LewinSmith96]".to_owned();
            return Ok(Arc::new(Fermi::new(z, nucleus.a, c, 0.52, source)));
        }
        Err(FormFactorError {
            name: self.name().to_owned(),
            problem: format!(
                "no density for Z = {}: from carbon on there is one for every element; tsai-elastic and helm-screened know all",
                nucleus.z
            ),
        })
    }
}

/// Z, A and c, a in fm.
static LISTED: LazyLock<Vec<nuclides::Row>> =
    LazyLock::new(|| nuclides::rows(include_str!("fermi.csv")));

#[derive(Debug)]
struct Fermi {
    z: f64,
    mass_number: f64,
    /// c in GeV⁻¹.
    c: f64,
    /// a/c.
    a: f64,
    /// (−1)^(n−1) n e^(−n/a′), n = 1 ….
    weights: [f64; TERMS],
    /// The first term at small x, in powers of x².
    series: [f64; POWERS],
    /// 1 over the value at x = 0.
    norm: f64,
    inv_screening: f64,
    source: String,
}

impl Fermi {
    fn new(z: f64, mass_number: f64, c_fm: f64, a_fm: f64, source: String) -> Self {
        let a = a_fm / c_fm;
        let weights = core::array::from_fn(|i| {
            let n = (i + 1) as f64;
            let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
            sign * n * libm::exp(-n / a)
        });
        let mut fermi = Self {
            z,
            mass_number,
            c: c_fm / HBAR_C_GEV_FM,
            a,
            weights,
            series: series(a),
            norm: 1.0,
            inv_screening: 1.0 / super::screening_length_squared(z),
            source,
        };
        fermi.norm = 1.0 / (fermi.series[0] + fermi.tail(0.0));
        fermi
    }

    /// The sum over n at x² = `x2`.
    #[inline(always)]
    fn tail(&self, x2: f64) -> f64 {
        let a2 = self.a * self.a;
        let mut sum = 0.0;
        for (i, weight) in self.weights.iter().enumerate() {
            let n = (i + 1) as f64;
            let d = n * n + a2 * x2;
            sum += weight / (d * d);
        }
        2.0 * a2 * self.a * sum
    }

    /// F(t).
    #[inline(always)]
    fn f(&self, t: f64) -> f64 {
        let x2 = t * (self.c * self.c);
        let x = x2.sqrt();
        let pi_a = PI * self.a;
        let e = exp(-pi_a * x);
        let below = 1.0 - e * e;
        let (cos, sin) = cos_sin_turns(x * (0.5 / PI));
        let coth = (1.0 + e * e) / below;
        let direct = pi_a * (2.0 * e / below) * (pi_a * coth * sin - cos) / x;
        let mut power = 0.0;
        for coefficient in self.series.iter().rev() {
            power = power * x2 + coefficient;
        }
        let first = if x < SMALL { power } else { direct };
        self.norm * (first + self.tail(x2))
    }
}

/// `(πa/sinh πax) [πa coth πax · sin x − cos x]/x` in powers of x².
fn series(a: f64) -> [f64; POWERS] {
    // sin x/x and y/sinh y, y = πax, both in powers of x².
    let mut inverse_factorial = [1.0; POWERS + 1];
    for k in 1..=POWERS {
        let odd = (2 * k) as f64;
        inverse_factorial[k] = inverse_factorial[k - 1] / (odd * (odd + 1.0));
    }
    let mut h = [1.0; POWERS + 1];
    for k in 1..=POWERS {
        h[k] = -(1..=k)
            .map(|i| h[k - i] * inverse_factorial[i])
            .sum::<f64>();
    }
    let y2 = (PI * a) * (PI * a);
    let mut scale = 1.0;
    for h in &mut h {
        *h *= scale;
        scale *= y2;
    }
    core::array::from_fn(|k| {
        // −K′/x of K = Σ K_k x^2k.
        let k = k + 1;
        let product: f64 = (0..=k)
            .map(|i| {
                let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
                sign * inverse_factorial[i] * h[k - i]
            })
            .sum();
        -2.0 * k as f64 * product
    })
}

impl Shape for Fermi {
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
        let a2 = self.a * self.a;
        let mut tail = 0.0;
        for (i, weight) in self.weights.iter().enumerate() {
            let n2 = ((i + 1) * (i + 1)) as f64;
            tail -= 4.0 * a2 * a2 * self.a * weight / (n2 * n2 * n2);
        }
        let c_fm = self.c * HBAR_C_GEV_FM;
        Some(c_fm * (-6.0 * self.norm * (self.series[1] + tail)).sqrt())
    }

    fn source(&self) -> Option<&str> {
        Some(&self.source)
    }
}
