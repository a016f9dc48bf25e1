//! Vector mesons from photons on a nucleus, γA → VA and γA → VX: an estimate, good to a factor of two.
//!
//! On a nucleon, with W² = m_p² + 2m_p k in GeV ([KN99] Table I; J/ψ [Klein17]; the numbers are in `mesons.toml`),
//!
//! ```text
//! σ(γp → Vp) = X W^ε + Y W^−η µb,    J/ψ: 4.06·10⁻³ [1 − ((m_p + M)/W)²]² W^0.65 µb
//! ```
//!
//! Vector dominance turns the forward slope b into σ_V = [(4f²/α) b σ(γp)]^½ of the meson on a nucleon; on a nucleus, with the
//! thickness T_A(b) of a Fermi density (c = 1.23 A^⅓ − 0.60 fm, a = 0.52 fm),
//!
//! ```text
//! coherent     (α/4f²) σ_VA²  ∫ |F(t)|² dt from (M²/2k)²,    σ_VA = ∫ d²b (1 − e^(−σ_V T_A))
//! incoherent   σ(γp) ∫ d²b T_A e^(−σ_V T_A)
//! ```
//!
//! with Helm's F ([LewinSmith96]). Classical Glauber is taken, as in [KN99]; its quantum form has 2.4 times the coherent ρ on lead.
//! The fit holds from W ≈ 3 GeV on; below threshold nothing. Charge exchange, resonances and the recoil of the nucleon are left out.
//! Cross sections in pb per nucleus. Pinned by the tests below and `tests/mesons.rs`.

use core::f64::consts::PI;

use super::{VectorMeson, data};
use crate::constants::{ALPHA, GEV_M2_TO_PB, HBAR_C_GEV_FM};
use crate::kinematics::PhotonCollision;
use crate::matter::Nucleus;
use crate::matter::form_factor::{FormFactor, FormFactorError, FormFactorKind};

/// Mass of the proton, GeV ([PDG22]).
const PROTON_GEV: f64 = 0.938_272;
/// pb in a µb.
const MICROBARN: f64 = 1e6;
/// Steps in impact parameter and along the beam, and how far they go, fm.
const STEPS: usize = 200;
const BEYOND_FM: f64 = 8.0;
/// Steps in ln t.
const STEPS_T: usize = 400;
/// Where what is coherent ends, GeV².
pub const LARGEST_T_GEV2: f64 = 1.0;

/// Slope b of dσ/dt on a nucleon, GeV⁻².
pub fn slope(meson: VectorMeson) -> f64 {
    data::of(meson).slope_per_gev2.value
}

/// Least energy in GeV of a photon that makes a meson on a nucleon at rest, M(1 + M/2m_p).
pub fn threshold_gev(meson: VectorMeson) -> f64 {
    PhotonCollision::threshold_gev(PROTON_GEV, meson.mass_gev())
}

/// Largest mass in GeV that a photon makes on a nucleon at rest.
pub fn largest_mass_gev(photon_gev: f64) -> f64 {
    let collision = PhotonCollision {
        energy_gev: photon_gev,
        mass_gev: PROTON_GEV,
    };
    collision.max_pair_mass()
}

/// σ(γp → Vp) in pb of a photon of this energy.
pub fn on_nucleon_pb(meson: VectorMeson, photon_gev: f64) -> f64 {
    let w = (PROTON_GEV * (PROTON_GEV + 2.0 * photon_gev)).sqrt();
    let threshold = (PROTON_GEV + meson.mass_gev()) / w;
    if threshold >= 1.0 {
        return 0.0;
    }
    let numbers = data::of(meson);
    let (x, epsilon) = (numbers.pomeron_ub.value, numbers.pomeron_power.value);
    let (y, eta) = (numbers.meson_ub.value, numbers.meson_power.value);
    let opening = match meson {
        VectorMeson::Jpsi => (1.0 - threshold * threshold) * (1.0 - threshold * threshold),
        _ => 1.0,
    };
    MICROBARN * opening * (x * libm::pow(w, epsilon) + y * libm::pow(w, -eta))
}

/// Coherent and incoherent cross section, pb per nucleus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OnNucleus {
    /// The nucleus stays as it is.
    pub coherent_pb: f64,
    /// A nucleon is struck.
    pub incoherent_pb: f64,
}

/// A nucleus as mesons see it.
#[derive(Debug, Clone)]
pub struct Photoproduction {
    /// T_A in fm⁻² at the middles of steps in b, and the step in fm.
    thickness: Vec<f64>,
    step_fm: f64,
    /// |F|².
    shape: FormFactor,
    z: f64,
    is_nucleon: bool,
}

impl Photoproduction {
    /// Of this nucleus.
    ///
    /// # Errors
    /// [`FormFactorError`] if its form factor cannot be had.
    pub fn on(nucleus: &Nucleus) -> Result<Self, FormFactorError> {
        let radius = 1.23 * libm::cbrt(nucleus.a) - 0.60;
        let density = |r: f64| 1.0 / (1.0 + libm::exp((r - radius) / 0.52));
        let step_fm = (radius + BEYOND_FM) / STEPS as f64;
        let at = |i: usize| (i as f64 + 0.5) * step_fm;
        let thickness: Vec<f64> = (0..STEPS)
            .map(|i| {
                let along = (0..STEPS).map(|j| density(libm::hypot(at(i), at(j))));
                2.0 * step_fm * along.sum::<f64>()
            })
            .collect();
        let sum = thickness.iter().enumerate();
        let norm: f64 = sum.map(|(i, t)| 2.0 * PI * at(i) * step_fm * t).sum();
        let kind = FormFactorKind::from_name("helm").unwrap_or_default();
        Ok(Self {
            thickness: thickness.iter().map(|t| t * nucleus.a / norm).collect(),
            step_fm,
            shape: FormFactor::new(&kind, nucleus)?,
            z: f64::from(nucleus.z),
            is_nucleon: nucleus.is_nucleon(),
        })
    }

    /// ∫ d²b of this, in fm² times its unit.
    fn over_impact(&self, of: impl Fn(f64) -> f64) -> f64 {
        let each = self.thickness.iter().enumerate();
        let each = each.map(|(i, &t)| {
            let b = (i as f64 + 0.5) * self.step_fm;
            2.0 * PI * b * self.step_fm * of(t)
        });
        each.sum()
    }

    /// ∫ |F|² dt from `t_min` on, GeV².
    fn forward(&self, t_min: f64) -> f64 {
        let decades = -libm::log(t_min);
        let each = (0..STEPS_T).map(|i| {
            let t = t_min * libm::exp(decades * (i as f64 + 0.5) / STEPS_T as f64);
            t * self.shape.g2(t)
        });
        each.sum::<f64>() * decades / STEPS_T as f64 / (self.z * self.z)
    }

    /// The cross sections of a meson from photons of this energy.
    pub fn sigma(&self, meson: VectorMeson, photon_gev: f64) -> OnNucleus {
        let t_min = meson.mass_gev() * meson.mass_gev() / (2.0 * photon_gev);
        let t_min = t_min * t_min;
        let (on_nucleon_pb, is_coherent) =
            (on_nucleon_pb(meson, photon_gev), t_min < LARGEST_T_GEV2);
        if self.is_nucleon || on_nucleon_pb == 0.0 || !is_coherent {
            return OnNucleus {
                coherent_pb: 0.0,
                incoherent_pb: if self.is_nucleon { on_nucleon_pb } else { 0.0 },
            };
        }
        let (at_zero, incoherent_pb) = self.by_glauber(meson, on_nucleon_pb);
        OnNucleus {
            coherent_pb: GEV_M2_TO_PB * (at_zero * self.forward(t_min)),
            incoherent_pb,
        }
    }

    /// Coherent dσ/dt in pb/GeV² where |F|² is 1, and the incoherent σ in pb, of a meson from photons of this energy.
    pub fn rates(&self, meson: VectorMeson, photon_gev: f64) -> (f64, f64) {
        let on_nucleon_pb = on_nucleon_pb(meson, photon_gev);
        if self.is_nucleon || on_nucleon_pb == 0.0 {
            return (0.0, on_nucleon_pb);
        }
        let (at_zero, incoherent_pb) = self.by_glauber(meson, on_nucleon_pb);
        (GEV_M2_TO_PB * at_zero, incoherent_pb)
    }

    /// |F(t)|² of the nucleus, nothing from [`LARGEST_T_GEV2`] on.
    pub fn shape2(&self, t: f64) -> f64 {
        let mut out = [0.0];
        self.shape2_batch(&[t], &mut out);
        out[0]
    }

    /// The same at each `t` in GeV²; `out` has the length of `t`.
    pub fn shape2_batch(&self, t: &[f64], out: &mut [f64]) {
        self.shape.g2_batch(t, out);
        for (out, t) in out.iter_mut().zip(t) {
            *out = if *t < LARGEST_T_GEV2 {
                *out / (self.z * self.z)
            } else {
                0.0
            };
        }
    }

    /// Coherent dσ/dt in GeV⁻⁴ where |F|² is 1, and the incoherent σ in pb.
    fn by_glauber(&self, meson: VectorMeson, on_nucleon_pb: f64) -> (f64, f64) {
        let coupling = data::of(meson).f2_over_4pi.value;
        // In GeV⁻², then in fm².
        let of_meson =
            (16.0 * PI * coupling / ALPHA * slope(meson) * on_nucleon_pb / GEV_M2_TO_PB).sqrt();
        let fm2 = HBAR_C_GEV_FM * HBAR_C_GEV_FM;
        let of_meson_fm2 = of_meson * fm2;
        let black = self.over_impact(|t| 1.0 - libm::exp(-of_meson_fm2 * t)) / fm2;
        let effective = self.over_impact(|t| t * libm::exp(-of_meson_fm2 * t));
        (
            ALPHA / (16.0 * PI * coupling) * black * black,
            on_nucleon_pb * effective,
        )
    }
}
