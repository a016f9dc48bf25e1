//! The reference points of `tests/data/amplitude_points.json`, `edge_points.json` and `boson_points.json`.

use millibrem::kinematics::{Collision, ExactVariables, PairPoint};
use millibrem::process::radiation::amplitude::DecayAngles;
use serde_json::Value;

#[allow(dead_code)] // not every test that shares this file needs every field
/// One point, its strings read as the nearest doubles.
pub(crate) struct ReferencePoint {
    pub(crate) edge: bool,
    pub(crate) m_lepton: f64,
    pub(crate) m_chi: f64,
    pub(crate) m2_spin0: f64,
    pub(crate) m2_spin_half: f64,
    raw: Value,
}

fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().unwrap(),
        Value::Null => f64::NAN,
        other => other.as_f64().unwrap(),
    }
}

/// The 240 points of ordinary set-ups.
#[allow(dead_code)] // not every test that shares this file needs it
pub(crate) fn reference_points() -> impl Iterator<Item = ReferencePoint> {
    points("amplitude_points.json", 240)
}

/// 320 random points at the edges of phase space, by `scripts/edge_points.py`.
#[allow(dead_code)] // not every test that shares this file needs it
pub(crate) fn edge_points() -> impl Iterator<Item = ReferencePoint> {
    points("edge_points.json", 320)
}

/// Ordinary points and edges for bosons, by `scripts/boson_points.py`; they have no χ.
#[allow(dead_code)] // not every test that shares this file needs it
pub(crate) fn boson_points() -> impl Iterator<Item = ReferencePoint> {
    points("boson_points.json", 335)
}

fn points(name: &str, count: usize) -> impl Iterator<Item = ReferencePoint> {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(rows.len(), count);
    rows.into_iter().map(|raw| ReferencePoint {
        edge: raw["edge"].as_bool().unwrap(),
        m_lepton: number(&raw["m_lepton"]),
        m_chi: number(&raw["m_chi"]),
        m2_spin0: number(&raw["m2_spin0"]),
        m2_spin_half: number(&raw["m2_spin_half"]),
        raw,
    })
}

impl ReferencePoint {
    /// A number of the point by its name in the file.
    pub(crate) fn get(&self, name: &str) -> f64 {
        number(&self.raw[name])
    }

    /// A four-momentum (E, px, py, pz) of the point by its name in the file.
    #[allow(dead_code)] // not every test that shares this file needs it
    pub(crate) fn momentum(&self, name: &str) -> [f64; 4] {
        std::array::from_fn(|i| number(&self.raw[name][i]))
    }

    /// Collision and kinematics.
    pub(crate) fn kinematics(&self) -> (Collision, PairPoint) {
        let c = Collision::new(
            self.get("beam_energy"),
            self.m_lepton,
            self.get("m_nucleus"),
        );
        let c = c.unwrap();
        let y = ExactVariables {
            k2: self.get("k2"),
            one_minus_x: self.get("one_minus_x"),
            one_minus_cos_k: self.get("one_minus_cos_theta_k"),
            t_above_min: self.get("t_minus_t_min"),
            t_below_max: Some(self.get("t_max_minus_t")),
            phi: self.get("phi"),
        }
        .point(&c);
        (c, y)
    }

    /// The same and the decay direction.
    #[allow(dead_code)] // not every test that shares this file needs it
    pub(crate) fn evaluate(&self) -> (Collision, PairPoint, DecayAngles) {
        let (c, y) = self.kinematics();
        let phi = self.get("phi_star");
        let decay = DecayAngles::new(self.get("cos_theta_star"), phi.cos(), phi.sin());
        (c, y, decay)
    }
}
