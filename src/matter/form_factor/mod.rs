//! Nuclear form factors, each a named choice with its source.
//!
//! Computes `G2(t) = Z² F(t)²` (with inelastic additions where named) for spacelike momentum
//! transfer `t = −q² > 0` in GeV². Amplitudes carry `Z F(t)`, so |M|² ∝ G2.
//! Valid for `t ≥ 0`; every choice but `point` and the inelastic sums falls monotonically enough
//! to be bounded by `Z²` (`Z² + Z` with the inelastic term).
//! Pinned by `tests/form_factor.rs` against independent closed forms and by the σ of
//! `tests/data/cross_sections_variants.json`.

mod dipole;
mod helm;
mod point;
mod tsai;

use helm::Helm;
use tsai::{TsaiElastic, TsaiInelastic};

/// The named choices of the card key `target.form_factor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormFactorKind {
    /// Screened dipole `Z² [a²t/(1+a²t)]² /(1+t/d)²` ([Tsai74], [BEST09] Eq. (A18)); the default.
    TsaiElastic,
    /// [`Self::TsaiElastic`] plus the inelastic term with the physical dipole, n = 1.
    TsaiElasticInelastic,
    /// [`Self::TsaiElastic`] plus the inelastic term as printed in [BEST09] Eq. (A19), n = 2.
    TsaiElasticInelasticBjorken,
    /// Helm's form factor without screening ([Helm56], parameters of [LewinSmith96]).
    Helm,
    /// Helm's form factor times the screening factor `a²t/(1+a²t)`.
    HelmScreened,
    /// Unscreened dipole `Z²/(1+t/d)²`.
    Dipole,
    /// Point charge `Z²`.
    Point,
}

impl FormFactorKind {
    /// Every choice, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::TsaiElastic,
        Self::TsaiElasticInelastic,
        Self::TsaiElasticInelasticBjorken,
        Self::Helm,
        Self::HelmScreened,
        Self::Dipole,
        Self::Point,
    ];

    /// The spelling in the card.
    pub fn name(self) -> &'static str {
        match self {
            Self::TsaiElastic => "tsai-elastic",
            Self::TsaiElasticInelastic => "tsai-elastic+inelastic",
            Self::TsaiElasticInelasticBjorken => "tsai-elastic+inelastic-bjorken",
            Self::Helm => "helm",
            Self::HelmScreened => "helm-screened",
            Self::Dipole => "dipole",
            Self::Point => "point",
        }
    }

    /// The choice with this spelling, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A form factor with its nucleus's numbers worked out; evaluates `G2(t)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FormFactor {
    kind: FormFactorKind,
    shape: Shape,
    scales: (f64, f64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    Tsai(TsaiElastic),
    TsaiBoth(TsaiElastic, TsaiInelastic),
    Helm(Helm),
    Dipole(dipole::Dipole),
    Point(point::Point),
}

impl FormFactor {
    /// The form factor `kind` of a nucleus with charge number `z` and mass number `a` (in u).
    pub fn new(kind: FormFactorKind, z: f64, a: f64) -> Self {
        let shape = match kind {
            FormFactorKind::TsaiElastic => Shape::Tsai(TsaiElastic::new(z, a)),
            FormFactorKind::TsaiElasticInelastic => {
                Shape::TsaiBoth(TsaiElastic::new(z, a), TsaiInelastic::new(z, 1))
            }
            FormFactorKind::TsaiElasticInelasticBjorken => {
                Shape::TsaiBoth(TsaiElastic::new(z, a), TsaiInelastic::new(z, 2))
            }
            FormFactorKind::Helm => Shape::Helm(Helm::new(z, a, false)),
            FormFactorKind::HelmScreened => Shape::Helm(Helm::new(z, a, true)),
            FormFactorKind::Dipole => Shape::Dipole(dipole::Dipole::new(z, a)),
            FormFactorKind::Point => Shape::Point(point::Point::new(z)),
        };
        use FormFactorKind as K;
        // A point charge has no size: any scale far above the others does.
        let size = if kind == K::Point {
            1e6
        } else {
            dipole_scale_gev2(a)
        };
        let elastic = 1.0 / screening_length_squared(z);
        let screening = match kind {
            K::TsaiElastic | K::HelmScreened => elastic,
            K::TsaiElasticInelastic | K::TsaiElasticInelasticBjorken => {
                elastic.min(1.0 / tsai::inelastic_length_squared(z))
            }
            K::Helm | K::Dipole | K::Point => 0.0,
        };
        Self {
            kind,
            shape,
            scales: (screening, size),
        }
    }

    /// Which choice this is.
    pub fn kind(&self) -> FormFactorKind {
        self.kind
    }

    /// `G2(t) = Z² F(t)²` at `t` in GeV².
    pub fn g2(&self, t_gev2: f64) -> f64 {
        let mut out = [0.0];
        self.g2_batch(&[t_gev2], &mut out);
        out[0]
    }

    /// Scales in GeV² that shape sampling in t: screening (below it G2 falls as t²; 0 without) and
    /// size (above it G2 falls).
    pub fn scales_gev2(&self) -> (f64, f64) {
        self.scales
    }

    /// `G2` at each `t` in GeV²; `out` has the length of `t`. One vectorisable loop a choice.
    #[inline(always)]
    pub fn g2_batch(&self, t: &[f64], out: &mut [f64]) {
        match &self.shape {
            Shape::Tsai(f) => fill(t, out, |t| f.g2(t)),
            Shape::TsaiBoth(f, g) => fill(t, out, |t| f.g2(t) + g.g2(t)),
            Shape::Helm(f) => fill(t, out, |t| f.g2(t)),
            Shape::Dipole(f) => fill(t, out, |t| f.g2(t)),
            Shape::Point(f) => fill(t, out, |_| f.g2()),
        }
    }
}

#[inline(always)]
fn fill(t: &[f64], out: &mut [f64], f: impl Fn(f64) -> f64) {
    for (o, &t) in out.iter_mut().zip(t) {
        *o = f(t);
    }
}

/// Dipole scale `d = 0.164 A^(−2/3)` GeV² ([BEST09], below Eq. (A18)).
pub(crate) fn dipole_scale_gev2(a: f64) -> f64 {
    0.164 / libm::pow(a, 2.0 / 3.0)
}

/// Square of the elastic screening length, `a = 111 Z^(−1/3)/m_e`, in GeV⁻² ([BEST09]).
pub(crate) fn screening_length_squared(z: f64) -> f64 {
    let a = 111.0 / (libm::cbrt(z) * crate::constants::ELECTRON_MASS_GEV);
    a * a
}
