//! Compares |M|² in double precision with reference points of many digits.
//!
//! `cargo run --release --example check_amplitude -- tests/data/amplitude_points.json`
//!
//! Each point gives the sampling variables and parameters as exactly representable numbers; the
//! amplitude is evaluated from these alone. One line a class:
//! `<name>: max_rel_dev=… median=… n=…`.

use std::process::ExitCode;

use millibrem::amplitude::{DecayAngles, pair_m2};
use millibrem::dark_sector::ChiSpin;
use millibrem::kinematics::{Collision, ExactVariables};
use millibrem::target::NucleusSpin;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// One reference point; numbers are strings of digits or JSON numbers.
#[derive(Deserialize)]
struct Point {
    edge: bool,
    #[serde(deserialize_with = "number")]
    beam_energy: f64,
    #[serde(deserialize_with = "number")]
    m_lepton: f64,
    #[serde(deserialize_with = "number")]
    m_nucleus: f64,
    #[serde(deserialize_with = "number")]
    m_chi: f64,
    #[serde(deserialize_with = "number")]
    k2: f64,
    #[serde(deserialize_with = "number")]
    one_minus_x: f64,
    #[serde(deserialize_with = "number")]
    one_minus_cos_theta_k: f64,
    #[serde(deserialize_with = "number")]
    t_minus_t_min: f64,
    #[serde(default, deserialize_with = "optional_number")]
    t_max_minus_t: Option<f64>,
    #[serde(deserialize_with = "number")]
    phi: f64,
    #[serde(deserialize_with = "number")]
    cos_theta_star: f64,
    #[serde(deserialize_with = "number")]
    phi_star: f64,
    #[serde(deserialize_with = "number")]
    m2_spin0: f64,
    #[serde(deserialize_with = "number")]
    m2_spin_half: f64,
}

fn number<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
    match serde_json::Value::deserialize(d)? {
        serde_json::Value::Number(n) => n.as_f64().ok_or_else(|| D::Error::custom("not a double")),
        serde_json::Value::String(s) => s
            .parse()
            .map_err(|e| D::Error::custom(format!("`{s}` is no number: {e}"))),
        other => Err(D::Error::custom(format!(
            "expected a number, found {other}"
        ))),
    }
}

fn optional_number<'de, D: Deserializer<'de>>(d: D) -> Result<Option<f64>, D::Error> {
    number(d).map(Some)
}

impl Point {
    fn m2(&self, nucleus: NucleusSpin) -> Result<f64, String> {
        let c = Collision::new(self.beam_energy, self.m_lepton, self.m_nucleus)
            .map_err(|e| e.to_string())?;
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

fn report(path: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    let points: Vec<Point> = serde_json::from_str(&text).map_err(|e| format!("{path}: {e}"))?;
    for (spin, name) in [
        (NucleusSpin::Zero, "spin0"),
        (NucleusSpin::Half, "spin_half"),
    ] {
        for (edge, class) in [(false, "bulk"), (true, "edge")] {
            let mut deviations = Vec::new();
            for point in points.iter().filter(|p| p.edge == edge) {
                let reference = match spin {
                    NucleusSpin::Zero => point.m2_spin0,
                    NucleusSpin::Half => point.m2_spin_half,
                };
                deviations.push((point.m2(spin)? / reference - 1.0).abs());
            }
            deviations.sort_by(f64::total_cmp);
            let n = deviations.len();
            let (max, median) = match n {
                0 => (f64::NAN, f64::NAN),
                _ => (
                    deviations[n - 1],
                    0.5 * (deviations[(n - 1) / 2] + deviations[n / 2]),
                ),
            };
            println!("{name} {class}: max_rel_dev={max:.3e} median={median:.3e} n={n}");
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: check_amplitude POINTS.json");
        return ExitCode::from(2);
    };
    match report(&path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}
