//! How the leptons of the beam differ: `beam.momentum_spread` or `momentum_table`, `spot_mm` and `divergence_mrad` or
//! `twiss`.

use std::sync::Arc;

use super::columns::Columns;
use super::error::CardError;
use super::known::Known;
use super::plain::keys;
use super::printed::Printed;
use super::rules::{Plain, Resolver};
use crate::beam::{Beam, BeamProfile, MomentumTable, ProfileFields, Twiss};
use crate::text::shown;

const MOST_SPOT_MM: f64 = 1e6;
/// Largest angle for which its tangent and itself are one.
const MOST_MRAD: f64 = 100.0;
/// Least and largest momentum of a table over the nominal one.
const MOMENTA: (f64, f64) = (0.5, 1.5);
const MOMENTUM_TABLE: &str = "beam.momentum_table";

keys! { KEYS:
    "beam.momentum_spread": Number, "", within!(0 to 0.1), Nothing("(all at `energy_gev`)"),
        "Rms of the momentum over its nominal value, gaussian up to five of it; x and cuts stay those of `energy_gev`.",
        "a relative rms, 0 to 0.1";
    "beam.spot_mm": Numbers, "mm", within!(0 to 1e6), Nothing("(a point)"),
        "Rms of x and y of the beam at the front of the target, gaussian: `[x, y]`, or one number for both.",
        "[x, y] in mm, each 0 to 1e6";
    "beam.divergence_mrad": Numbers, "mrad", within!(0 to 100), Nothing("(all along +z)"),
        "Rms of the angles in x and y there, gaussian: `[x, y]`, or one number for both.",
        "[x, y] in mrad, each 0 to 100";
    "beam.momentum_table": Table, "", Range(""), Nothing("(all at `energy_gev`)"),
        "The density of momenta instead of `momentum_spread`, linear between its rows and 0 beyond them, whatever its norm; x and \
         cuts stay those of `energy_gev`.",
        "{ file = \"…\" }, or { momentum_gev = […], density = […] }";
    "beam.momentum_table.file": Text, "", Range("the name of a file, seen from the card's folder"), Nothing(""),
        "The table: the first row names its columns, `momentum_gev` and `density`; the resolved card holds the numbers.",
        "the name of a file";
    "beam.momentum_table.momentum_gev": Numbers, "GeV", Range("rising, half to one and a half times that of `energy_gev`"),
        Nothing("(`file` has them)"),
        "Momenta of a table in the card.",
        "a list of momenta in GeV";
    "beam.momentum_table.density": Numbers, "", Range("none negative, one for each of `momentum_gev`"), Nothing("(`file` has them)"),
        "The density at each of them.",
        "a list of densities, one for each of momentum_gev";
    "beam.twiss": Table, "", Range(""), Nothing("(`spot_mm` and `divergence_mrad`)"),
        "The ellipses of place and angle at the front of the target instead of `spot_mm` and `divergence_mrad`: ⟨x²⟩ = εβ, \
         ⟨x x'⟩ = −εα, ⟨x'²⟩ = ε(1 + α²)/β.",
        "{ emittance_mm_mrad = [x, y], beta_m = [x, y], alpha = [x, y] }";
    "beam.twiss.emittance_mm_mrad": Numbers, "mm mrad", within!(0 to 1e6), Required("in `twiss`"),
        "Rms emittance ε in x and y, not normalised: `[x, y]`, or one number for both.",
        "[x, y] in mm mrad, each 0 to 1e6";
    "beam.twiss.beta_m": Numbers, "m", within!(1e-6 to 1e9), Required("in `twiss`"),
        "β at the front of the target.",
        "[x, y] in m, each 1e-6 to 1e9";
    "beam.twiss.alpha": Numbers, "", Numbers("of a size up to 1e4", |alpha| alpha.abs() <= 1e4), Nothing("(0)"),
        "α there, above 0 in a beam that converges.",
        "[x, y], each -1e4 to 1e4";
}

pub(super) fn resolve(
    rules: &Resolver<'_>,
    known: &Known,
    beam: &Beam,
) -> Result<BeamProfile, CardError> {
    let spread: Option<f64> = rules.read("beam.momentum_spread")?;
    if rules.has(MOMENTUM_TABLE) && spread.is_some() {
        return Err(rules.excludes("beam.momentum_spread", MOMENTUM_TABLE));
    }
    let table = rules
        .has(MOMENTUM_TABLE)
        .then(|| momentum_table(rules, known, beam));
    let of_twiss = rules.has("beam.twiss");
    let rms = ["beam.spot_mm", "beam.divergence_mrad"];
    if let (true, Some(key)) = (of_twiss, rms.iter().find(|key| rules.has(key))) {
        return Err(rules.excludes(key, "beam.twiss"));
    }
    let [spot, divergence] = rms.map(|key| rules.read::<Option<[f64; 2]>>(key));
    let twiss = of_twiss.then(|| twiss(rules));
    rules.made(BeamProfile::new(ProfileFields {
        momentum_spread: spread.unwrap_or(0.0),
        momentum_table: table.transpose()?.map(Arc::new),
        spot_mm: spot?.unwrap_or_default(),
        divergence_mrad: divergence?.unwrap_or_default(),
        twiss: twiss.transpose()?,
    }))
}

/// The ellipses, by their parameters and what these make of place and angle.
fn twiss(rules: &Resolver<'_>) -> Result<[Twiss; 2], CardError> {
    let pair = |key| rules.read::<Option<[f64; 2]>>(key);
    let (of_emittance, of_beta) = ("beam.twiss.emittance_mm_mrad", "beam.twiss.beta_m");
    let (emittance, beta) = (pair(of_emittance)?, pair(of_beta)?);
    let alpha = pair("beam.twiss.alpha")?.unwrap_or_default();
    let emittance = rules.required(of_emittance, emittance)?;
    let beta = rules.required(of_beta, beta)?;
    let planes = [0, 1].map(|axis| Twiss {
        emittance_mm_mrad: emittance[axis],
        beta_m: beta[axis],
        alpha: alpha[axis],
    });
    for plane in planes.map(|twiss| twiss.phase_space()) {
        for (rms, most, unit) in [
            (plane.spot_mm, MOST_SPOT_MM, "mm"),
            (plane.divergence_mrad, MOST_MRAD, "mrad"),
        ] {
            if rms > most {
                let found = format!("an rms of {rms:.4} {unit}");
                let expected = format!("an ellipse with one up to {most} {unit}");
                return Err(rules.wrong("beam.twiss", found, expected));
            }
        }
    }
    Ok(planes)
}

/// The density of momenta that the card names or holds, around the nominal momentum.
fn momentum_table(
    rules: &Resolver<'_>,
    known: &Known,
    beam: &Beam,
) -> Result<MomentumTable, CardError> {
    let table = Columns {
        key: MOMENTUM_TABLE,
        columns: ["momentum_gev", "density"],
        of_file: MomentumTable::parse,
        of_columns: MomentumTable::new,
        expected: "a density of momenta that rise",
    };
    let table = table.read(rules, known)?;
    let (e0, m) = (beam.energy_gev, beam.projectile.mass_gev());
    let p0 = ((e0 - m) * (e0 + m)).sqrt();
    let ((least, most), (low, high)) = (table.range_gev(), MOMENTA);
    // With slack for decimal numbers: those of the energy and of the momentum both stand in the range.
    if least < low * p0 * (1.0 - 1e-9) || most > high * e0 * (1.0 + 1e-9) {
        let found = format!("momenta from {} to {} GeV", shown(least), shown(most));
        let expected =
            format!("some from {low} to {high} times that of beam.energy_gev, {p0:.6} GeV");
        return Err(rules.wrong(MOMENTUM_TABLE, found, expected));
    }
    Ok(table)
}

/// Writes it back.
pub(super) fn print(profile: &BeamProfile, out: &mut Printed) {
    let spread = Some(profile.momentum_spread).filter(|spread| *spread > 0.0);
    spread.print("beam.momentum_spread", out);
    for (path, rms) in [
        ("beam.spot_mm", profile.spot_mm),
        ("beam.divergence_mrad", profile.divergence_mrad),
    ] {
        Some(rms)
            .filter(|[x, y]| *x > 0.0 || *y > 0.0)
            .print(path, out);
    }
    if let Some(table) = &profile.momentum_table {
        let (momenta, density) = (table.momentum_gev().to_vec(), table.density().to_vec());
        momenta.print("beam.momentum_table.momentum_gev", out);
        density.print("beam.momentum_table.density", out);
    }
    if let Some([x, y]) = profile.twiss {
        let emittance = [x.emittance_mm_mrad, y.emittance_mm_mrad];
        emittance.print("beam.twiss.emittance_mm_mrad", out);
        [x.beta_m, y.beta_m].print("beam.twiss.beta_m", out);
        [x.alpha, y.alpha].print("beam.twiss.alpha", out);
    }
}
