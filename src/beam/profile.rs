//! How the leptons of a beam differ in momentum, place and angle.
//!
//! In each plane across the nominal axis place and angle at the front of the target are gaussian, given by their rms or by
//! the Twiss parameters of the ellipse: with the rms emittance ε, and γ = (1 + α²)/β,
//! `⟨x²⟩ = εβ, ⟨x x'⟩ = −εα, ⟨x'²⟩ = εγ` ([PDG22] §31.1), so that ε² is the determinant. Lengths in mm, angles in mrad,
//! β in m, ε in mm mrad, not normalised. Pinned by `tests/beam.rs`, `tests/beam_table.rs` and `tests/nonsense.rs`.

use std::sync::Arc;

use super::{Beam, MomentumTable};
use crate::checked::{Allowed, BadNumber, check};

/// Standard deviations of the momentum beyond which there is no beam; 6·10⁻⁷ of it would be.
const FARTHEST: f64 = 5.0;

checked! {
    /// How the leptons of a beam differ. Without anything it is a pencil of one energy.
    #[derive(Debug, Clone, Default, PartialEq)]
    pub struct BeamProfile(ProfileFields);
}

/// What a [`BeamProfile`] is made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProfileFields {
    /// Rms of the momentum over its nominal value, gaussian; 0 beside a table.
    pub momentum_spread: f64,
    /// The density of momenta instead.
    pub momentum_table: Option<Arc<MomentumTable>>,
    /// Rms of x and of y at the front of the target, mm; 0 beside Twiss parameters.
    pub spot_mm: [f64; 2],
    /// Rms of the angles to the nominal axis in x and in y at the front of the target, mrad; 0 beside Twiss parameters.
    pub divergence_mrad: [f64; 2],
    /// The ellipses in (x, x') and (y, y') at the front of the target instead.
    pub twiss: Option<[Twiss; 2]>,
}

/// The ellipse of a plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Twiss {
    /// Rms emittance ε, mm mrad.
    pub emittance_mm_mrad: f64,
    /// β in m.
    pub beta_m: f64,
    /// α: above 0 in a beam that converges.
    pub alpha: f64,
}

/// Place and angle in a plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhaseSpace {
    /// Rms of the place, mm.
    pub spot_mm: f64,
    /// Rms of the angle, mrad.
    pub divergence_mrad: f64,
    /// Their correlation, −1 … 1.
    pub correlation: f64,
}

/// How momenta differ.
#[derive(Debug, Clone, PartialEq)]
pub enum MomentumSpread {
    /// Gaussian with this rms over the nominal momentum, up to five of it.
    Gaussian(f64),
    /// With the density of a table.
    Table(Arc<MomentumTable>),
}

impl MomentumSpread {
    /// Standard deviations up to which the gaussian goes.
    pub const FARTHEST: f64 = FARTHEST;

    /// The largest momentum over the nominal one of `p0_gev`, at least 1.
    pub fn most(&self, p0_gev: f64) -> f64 {
        match self {
            Self::Gaussian(relative) => 1.0 + FARTHEST * relative,
            Self::Table(table) => (table.range_gev().1 / p0_gev).max(1.0),
        }
    }

    /// The key of the card that says so.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Gaussian(_) => "beam.momentum_spread",
            Self::Table(_) => "beam.momentum_table",
        }
    }
}

impl Twiss {
    /// What it says of place and angle.
    pub fn phase_space(&self) -> PhaseSpace {
        let one_and_alpha2 = 1.0 + self.alpha * self.alpha;
        PhaseSpace {
            spot_mm: (self.emittance_mm_mrad * self.beta_m).sqrt(),
            divergence_mrad: (self.emittance_mm_mrad * one_and_alpha2 / self.beta_m).sqrt(),
            correlation: -self.alpha / one_and_alpha2.sqrt(),
        }
    }
}

/// Five times this spread leave half of the momentum.
const SPREAD: Allowed = ("a number from 0 to 0.1", |x| (0.0..=0.1).contains(&x));
const SPOT: Allowed = ("numbers from 0 to 1e6", |x| (0.0..=1e6).contains(&x));
/// The tangent of the largest is the angle itself.
const ANGLE: Allowed = ("numbers from 0 to 100", |x| (0.0..=100.0).contains(&x));
const EMITTANCE: Allowed = ("an emittance from 0 to 1e6", |x| (0.0..=1e6).contains(&x));
const BETA: Allowed = ("a length in m, 1e-6 to 1e9", |x| (1e-6..=1e9).contains(&x));
const ALPHA: Allowed = ("a number from -1e4 to 1e4", |x| x.abs() <= 1e4);
const ABSENT: Allowed = ("0 beside what says it otherwise", |x| x == 0.0);

impl ProfileFields {
    fn check(&self) -> Result<(), BadNumber> {
        let ([x, y], [dx, dy]) = (self.spot_mm, self.divergence_mrad);
        check(&[
            ("beam.momentum_spread", self.momentum_spread, SPREAD),
            ("beam.spot_mm", x, SPOT),
            ("beam.spot_mm", y, SPOT),
            ("beam.divergence_mrad", dx, ANGLE),
            ("beam.divergence_mrad", dy, ANGLE),
        ])?;
        if self.momentum_table.is_some() {
            check(&[("beam.momentum_spread", self.momentum_spread, ABSENT)])?;
        }
        for twiss in self.twiss.iter().flatten() {
            check(&[
                ("beam.spot_mm", x + y, ABSENT),
                ("beam.divergence_mrad", dx + dy, ABSENT),
                (
                    "beam.twiss.emittance_mm_mrad",
                    twiss.emittance_mm_mrad,
                    EMITTANCE,
                ),
                ("beam.twiss.beta_m", twiss.beta_m, BETA),
                ("beam.twiss.alpha", twiss.alpha, ALPHA),
            ])?;
            let plane = twiss.phase_space();
            check(&[
                ("the rms in mm of beam.twiss", plane.spot_mm, SPOT),
                (
                    "the rms angle in mrad of beam.twiss",
                    plane.divergence_mrad,
                    ANGLE,
                ),
            ])?;
        }
        Ok(())
    }

    /// Place and angle in x and in y.
    pub fn phase_space(&self) -> [PhaseSpace; 2] {
        match self.twiss {
            Some(planes) => planes.map(|twiss| twiss.phase_space()),
            None => [0, 1].map(|axis| PhaseSpace {
                spot_mm: self.spot_mm[axis],
                divergence_mrad: self.divergence_mrad[axis],
                correlation: 0.0,
            }),
        }
    }

    /// Whether the leptons differ in place or direction.
    pub fn is_wide(&self) -> bool {
        let wide = |plane: PhaseSpace| plane.spot_mm > 0.0 || plane.divergence_mrad > 0.0;
        self.phase_space().into_iter().any(wide)
    }

    /// The largest momentum over the nominal one of `beam`, at least 1.
    pub fn most(&self, beam: &Beam) -> f64 {
        let (e0, m) = (beam.energy_gev, beam.projectile.mass_gev());
        let most = |spread: MomentumSpread| spread.most(((e0 - m) * (e0 + m)).sqrt());
        self.spread().map_or(1.0, most)
    }

    /// How their momenta differ, if they do.
    pub fn spread(&self) -> Option<MomentumSpread> {
        match &self.momentum_table {
            Some(table) => Some(MomentumSpread::Table(Arc::clone(table))),
            None => (self.momentum_spread > 0.0)
                .then_some(MomentumSpread::Gaussian(self.momentum_spread)),
        }
    }
}
