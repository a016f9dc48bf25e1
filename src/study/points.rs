//! Reference points of the amplitude: sampling variables, parameters and |M|², as JSON.
//!
//! A file is a list of objects; numbers are JSON numbers or strings of decimal digits, so that one
//! may give more of them than a double holds, and names beyond those of [`AmplitudePoint`] are
//! passed over. Energies and masses in GeV, angles in rad. Pinned by `tests/amplitude.rs` and
//! `cli/tests/errors.rs`.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use thiserror::Error;

use crate::dark_sector::ChiSpin;
use crate::kinematics::{Collision, CollisionError, ExactVariables};
use crate::matter::NucleusSpin;
use crate::process::radiation::amplitude::{DecayAngles, pair_m2};

/// A text that holds no points.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct PointsError {
    line: usize,
    column: usize,
    problem: String,
}

/// One reference point.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct AmplitudePoint {
    /// Whether it lies at the edge of phase space.
    pub edge: bool,
    /// Beam energy E0, GeV.
    #[serde(deserialize_with = "number")]
    pub beam_energy: f64,
    /// Mass of the lepton, GeV.
    #[serde(deserialize_with = "number")]
    pub m_lepton: f64,
    /// Mass of the nucleus, GeV.
    #[serde(deserialize_with = "number")]
    pub m_nucleus: f64,
    /// Mass of χ, GeV.
    #[serde(deserialize_with = "number")]
    pub m_chi: f64,
    /// Mass squared of the pair, GeV².
    #[serde(deserialize_with = "number")]
    pub k2: f64,
    /// 1 − x, x = E_k/E0.
    #[serde(deserialize_with = "number")]
    pub one_minus_x: f64,
    /// 1 − cos θ_k.
    #[serde(deserialize_with = "number")]
    pub one_minus_cos_theta_k: f64,
    /// Momentum transfer above its minimum, GeV².
    #[serde(deserialize_with = "number")]
    pub t_minus_t_min: f64,
    /// Momentum transfer below its maximum, GeV², if it is given.
    #[serde(default, deserialize_with = "optional_number")]
    pub t_max_minus_t: Option<f64>,
    /// Azimuth of the momentum transfer, rad.
    #[serde(deserialize_with = "number")]
    pub phi: f64,
    /// Cosine of the polar angle of χ in the pair's rest frame.
    #[serde(deserialize_with = "number")]
    pub cos_theta_star: f64,
    /// Its azimuth, rad.
    #[serde(deserialize_with = "number")]
    pub phi_star: f64,
    /// |M|² for a nucleus of spin 0.
    #[serde(deserialize_with = "number")]
    pub m2_spin0: f64,
    /// |M|² for a nucleus of spin ½.
    #[serde(deserialize_with = "number")]
    pub m2_spin_half: f64,
    /// What half a unit in the last place of the sampling variables changes in |M|², relative to
    /// it, if it is given.
    #[serde(default, deserialize_with = "optional_number")]
    pub rounding: Option<f64>,
}

fn number<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
    match serde_json::Value::deserialize(d)? {
        serde_json::Value::Number(n) => n.as_f64().ok_or_else(|| D::Error::custom("not a double")),
        serde_json::Value::String(s) => s
            .parse()
            .map_err(|_| D::Error::custom(format!("`{s}` is no number"))),
        other => Err(D::Error::custom(format!(
            "expected a number, found {other}"
        ))),
    }
}

fn optional_number<'de, D: Deserializer<'de>>(d: D) -> Result<Option<f64>, D::Error> {
    number(d).map(Some)
}

impl AmplitudePoint {
    /// The points in `text`, a JSON list.
    ///
    /// # Errors
    /// [`PointsError`] with the line and column of what is wrong.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, PointsError> {
        // A byte-order mark is no part of JSON.
        let text = text.trim_start_matches('\u{feff}');
        serde_json::from_str(text).map_err(|error| {
            let problem = error.to_string();
            // serde_json says the place at the end; ours stands in front.
            let problem = problem.split(" at line ").next().unwrap_or_default();
            PointsError {
                line: error.line(),
                column: error.column(),
                problem: problem.to_owned(),
            }
        })
    }

    /// |M|² that the file gives for this nucleus.
    pub fn reference(&self, nucleus: NucleusSpin) -> f64 {
        match nucleus {
            NucleusSpin::Zero => self.m2_spin0,
            NucleusSpin::Half => self.m2_spin_half,
        }
    }

    /// |M|² for Dirac χ in double precision, from the sampling variables alone.
    ///
    /// # Errors
    /// [`CollisionError`] if masses and energy make no collision.
    pub fn m2(&self, nucleus: NucleusSpin) -> Result<f64, CollisionError> {
        let c = Collision::new(self.beam_energy, self.m_lepton, self.m_nucleus)?;
        let y = ExactVariables {
            k2: self.k2,
            one_minus_x: self.one_minus_x,
            one_minus_cos_k: self.one_minus_cos_theta_k,
            t_above_min: self.t_minus_t_min,
            t_below_max: self.t_max_minus_t,
            phi: self.phi,
        }
        .point(&c);
        let (sin, cos) = (libm::sin(self.phi_star), libm::cos(self.phi_star));
        let decay = DecayAngles::new(self.cos_theta_star, cos, sin);
        Ok(pair_m2(&c, &y, &decay, self.m_chi, ChiSpin::Dirac, nucleus))
    }
}
