//! `[cuts]`.

use super::error::CardError;
use super::keys::Allowed::{self, Numbers};
use super::plain::keys;
use super::rules::Resolver;
use crate::cuts::{CutFields, Cuts};
use crate::text::shown;

const ENERGY_MAX: &str = "an energy in GeV, above 0";
const ANGLE: &str = "an angle in mrad, at least 0";
const ANGLE_MIN: &str = "an angle in mrad, 0 to 3141 (below π)";
const ANGLE_MAX: &str = "an angle in mrad, above 0";
const PT: &str = "a momentum in GeV, at least 0";
const FRACTION: &str = "a fraction, 0 to 1";
const NO_CUT: CutFields = CutFields::NONE;
/// Of a polar angle, beyond which there is none.
const BELOW_PI: Allowed = Numbers("0 to 3141 (below π)", |angle| {
    (0.0..=3141.0).contains(&angle)
});
const AT_LEAST_0: Allowed = Numbers("at least 0", |number| number >= 0.0);
const AT_LEAST_0_FINITE: Allowed = Numbers("at least 0, finite", |number| {
    number >= 0.0 && number.is_finite()
});

keys! { CutFields(rules) of KEYS:
    "cuts": Table, "", Range(""), Nothing(""),
        "Cuts on the final state; each lower edge lies below its upper edge, and an event passes if it lies \
         on or between them. x = (E_χ + E_χ̄)/E₀, or E_A′/E₀, is the missing-energy fraction; angles are to the \
         incoming lepton. Only the method `mc` follows cuts on more than x.", TABLE;
    "cuts.x_min": Number, "", within!(0 to 1), Number(NO_CUT.x_min),
        "Smallest missing-energy fraction x.", FRACTION => x_min: f64;
    "cuts.x_max": Number, "", within!(0 to 1), Number(NO_CUT.x_max),
        "Largest missing-energy fraction x; 1 is no cut, also where a beam of spread momentum has x above 1.", FRACTION => x_max: f64;
    "cuts.lepton_energy_max_gev": Number, "GeV", Numbers("above the lepton's mass", |energy| energy > 0.0),
        Number(NO_CUT.lepton_energy_max_gev),
        "Largest energy of the scattered lepton.", ENERGY_MAX => lepton_energy_max_gev: f64;
    "cuts.lepton_angle_min_mrad": Number, "mrad", BELOW_PI,
        Number(NO_CUT.lepton_angle_min_mrad),
        "Smallest polar angle of the scattered lepton.", ANGLE_MIN => lepton_angle_min_mrad: f64;
    "cuts.lepton_angle_max_mrad": Number, "mrad", AT_LEAST_0, Number(NO_CUT.lepton_angle_max_mrad),
        "Largest polar angle of the scattered lepton.", ANGLE => lepton_angle_max_mrad: f64;
    "cuts.lepton_pt_min_gev": Number, "GeV", AT_LEAST_0_FINITE, Number(NO_CUT.lepton_pt_min_gev),
        "Smallest transverse momentum of the scattered lepton.", PT => lepton_pt_min_gev: f64;
    "cuts.lepton_pt_max_gev": Number, "GeV", AT_LEAST_0, Number(NO_CUT.lepton_pt_max_gev),
        "Largest transverse momentum of the scattered lepton.", PT => lepton_pt_max_gev: f64;
    "cuts.chi_angle_max_mrad": Number, "mrad", Numbers("above 0", |angle| angle > 0.0),
        Number(NO_CUT.chi_angle_max_mrad),
        "Largest polar angle of χ and of χ̄, both of which must pass, or of A′.", ANGLE_MAX => chi_angle_max_mrad: f64;
}

/// The cuts, each lower edge below its upper one.
pub(super) fn resolve(rules: &Resolver<'_>) -> Result<Cuts, CardError> {
    let cuts = rules.made(Cuts::new(rules.read("cuts")?))?;
    for (path, min, max) in [
        ("cuts.x_min", cuts.x_min, cuts.x_max),
        (
            "cuts.lepton_angle_min_mrad",
            cuts.lepton_angle_min_mrad,
            cuts.lepton_angle_max_mrad,
        ),
        (
            "cuts.lepton_pt_min_gev",
            cuts.lepton_pt_min_gev,
            cuts.lepton_pt_max_gev,
        ),
    ] {
        if min >= max {
            let max_path = path.replace("_min", "_max");
            // The one that is written is to blame, an option before the card.
            let by_option = |path: &str| !rules.source.is_in_card(path);
            let is_max = rules.written(path).is_none() || by_option(&max_path) && !by_option(path);
            let (key, found, order, other, limit) = match is_max {
                true => (max_path.as_str(), max, "above", path, min),
                false => (path, min, "below", max_path.as_str(), max),
            };
            let other = other.trim_start_matches("cuts.");
            let expected = format!("a number {order} {other} = {}", shown(limit));
            return Err(rules.wrong(key, shown(found), expected));
        }
    }
    Ok(cuts)
}
