//! How the leptons of the beam differ: `beam.momentum_spread` or `momentum_table`, `spot_mm` and `divergence_mrad` or
//! `twiss`, and `target.multiple_scattering`.

use std::sync::Arc;

use super::error::CardError;
use super::known::Known;
use super::raw::{PerAxis, RawBeam, RawMomentumTable, RawTwiss};
use super::rules::Resolver;
use crate::beam::{Beam, BeamProfile, MomentumTable, ProfileFields, Twiss};
use crate::matter::Target;
use crate::matter::scattering::MultipleScattering;
use crate::text::{self, shorten, shown};

/// Largest relative rms of the momentum: five of it leave half of the momentum.
const MOST_SPREAD: f64 = 0.1;
const MOST_SPOT_MM: f64 = 1e6;
/// Largest angle for which its tangent and itself are one.
const MOST_MRAD: f64 = 100.0;
const MOST_MM_MRAD: f64 = 1e6;
/// Least and largest momentum of a table over the nominal one.
const MOMENTA: (f64, f64) = (0.5, 1.5);
/// Mebibytes beyond which a file is no table.
const MAX_TABLE_MIB: u64 = 16;
const TABLE: &str = "beam.momentum_table";
const TABLE_FILE: &str = "beam.momentum_table.file";

pub(super) fn resolve(
    rules: &Resolver<'_>,
    raw: &RawBeam,
    known: &Known,
    beam: &Beam,
) -> Result<BeamProfile, CardError> {
    let spread = rules.number("beam.momentum_spread", raw.momentum_spread, |spread| {
        (0.0..=MOST_SPREAD).contains(&spread)
    })?;
    if raw.momentum_table.is_some() && spread.is_some() {
        return Err(rules.excludes("beam.momentum_spread", TABLE));
    }
    let table = raw.momentum_table.as_ref();
    let table = table
        .map(|table| momentum_table(rules, table, known, beam))
        .transpose()?;
    let spot = raw.spot_mm.as_ref();
    let divergence = raw.divergence_mrad.as_ref();
    let rms = [("beam.spot_mm", spot), ("beam.divergence_mrad", divergence)];
    if let (Some(_), Some((key, _))) = (&raw.twiss, rms.iter().find(|(_, rms)| rms.is_some())) {
        return Err(rules.excludes(key, "beam.twiss"));
    }
    let up_to = |most: f64| move |rms: f64| (0.0..=most).contains(&rms);
    rules.made(BeamProfile::new(ProfileFields {
        momentum_spread: spread.unwrap_or(0.0),
        momentum_table: table.map(Arc::new),
        spot_mm: pair(rules, "beam.spot_mm", spot, up_to(MOST_SPOT_MM))?,
        divergence_mrad: pair(rules, "beam.divergence_mrad", divergence, up_to(MOST_MRAD))?,
        twiss: raw
            .twiss
            .as_ref()
            .map(|all| twiss(rules, all))
            .transpose()?,
    }))
}

/// Two numbers that are good, or one for both; 0 if none is written.
fn pair(
    rules: &Resolver<'_>,
    key: &str,
    written: Option<&PerAxis<f64>>,
    good: impl Fn(f64) -> bool,
) -> Result<[f64; 2], CardError> {
    let found = match written.map(PerAxis::as_slice) {
        None => return Ok([0.0; 2]),
        Some([one]) => [*one; 2],
        Some([x, y]) => [*x, *y],
        Some(other) => return Err(rules.bad(key, format!("{} numbers", other.len()))),
    };
    match found.iter().find(|number| !good(**number)) {
        Some(bad) => Err(rules.bad(key, shown(*bad))),
        None => Ok(found),
    }
}

/// The ellipses, by their parameters and what these make of place and angle.
fn twiss(rules: &Resolver<'_>, raw: &RawTwiss) -> Result<[Twiss; 2], CardError> {
    let key = |name: &str| format!("beam.twiss.{name}");
    let of = |name: &str, written: &Option<PerAxis<f64>>, good: fn(f64) -> bool| {
        pair(rules, &key(name), written.as_ref(), good)
    };
    let emittance = of("emittance_mm_mrad", &raw.emittance_mm_mrad, |x| {
        (0.0..=MOST_MM_MRAD).contains(&x)
    })?;
    let beta = of("beta_m", &raw.beta_m, |x| (1e-6..=1e9).contains(&x))?;
    let alpha = of("alpha", &raw.alpha, |x| x.abs() <= 1e4)?;
    for (name, written) in [
        ("emittance_mm_mrad", &raw.emittance_mm_mrad),
        ("beta_m", &raw.beta_m),
    ] {
        rules.required(&key(name), written.as_ref())?;
    }
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
    raw: &RawMomentumTable,
    known: &Known,
    beam: &Beam,
) -> Result<MomentumTable, CardError> {
    let expected = "a density of momenta that rise";
    let column = |name: &str| format!("{TABLE}.{name}");
    let table = match (&raw.file, &raw.momentum_gev, &raw.density) {
        (Some(name), None, None) => {
            let wrong = |problem: String| {
                rules.wrong(
                    TABLE_FILE,
                    format!("{}: {problem}", shorten(name)),
                    expected,
                )
            };
            let files = known.files.as_deref();
            let files = files.ok_or_else(|| wrong("there are no files here".to_owned()))?;
            let text = files
                .open(name)
                .and_then(|file| text::read(file, MAX_TABLE_MIB));
            let text = text.map_err(|error| wrong(error.to_string()))?;
            MomentumTable::parse(&text).map_err(|error| wrong(error.to_string()))?
        }
        (None, Some(momenta), Some(density)) => {
            let table = MomentumTable::new(momenta.as_slice(), density.as_slice());
            table.map_err(|error| rules.wrong(TABLE, error.to_string(), expected))?
        }
        (None, Some(_), None) => return Err(rules.bad(&column("density"), "nothing")),
        (None, None, Some(_)) => return Err(rules.bad(&column("momentum_gev"), "nothing")),
        (None, None, None) => return Err(rules.bad(TABLE, "neither")),
        (Some(_), Some(_), _) => return Err(rules.excludes(&column("momentum_gev"), TABLE_FILE)),
        (Some(_), None, Some(_)) => return Err(rules.excludes(&column("density"), TABLE_FILE)),
    };
    let (e0, m) = (beam.energy_gev, beam.lepton.mass_gev());
    let p0 = ((e0 - m) * (e0 + m)).sqrt();
    let ((least, most), (low, high)) = (table.range_gev(), MOMENTA);
    if least < low * p0 || most > high * p0 {
        let found = format!("momenta from {} to {} GeV", shown(least), shown(most));
        let expected =
            format!("some from {low} to {high} times that of beam.energy_gev, {p0:.6} GeV");
        return Err(rules.wrong(TABLE, found, expected));
    }
    Ok(table)
}

/// The density as it is written back.
pub(super) fn raw_table(table: &MomentumTable) -> RawMomentumTable {
    RawMomentumTable {
        file: None,
        momentum_gev: Some(PerAxis::Each(table.momentum_gev().to_vec())),
        density: Some(PerAxis::Each(table.density().to_vec())),
    }
}

/// The ellipses as they are written back.
pub(super) fn raw_twiss(planes: [Twiss; 2]) -> RawTwiss {
    let both = |of: fn(&Twiss) -> f64| Some(PerAxis::Each(planes.iter().map(of).collect()));
    RawTwiss {
        emittance_mm_mrad: both(|twiss| twiss.emittance_mm_mrad),
        beta_m: both(|twiss| twiss.beta_m),
        alpha: both(|twiss| twiss.alpha),
    }
}

/// Both axes as a card has them; nothing for a pencil.
pub(super) fn raw_pair([x, y]: [f64; 2]) -> Option<PerAxis<f64>> {
    (x > 0.0 || y > 0.0).then(|| PerAxis::Each(vec![x, y]))
}

/// The multiple scattering, which needs a thickness and a radiation length.
pub(super) fn scattering(
    rules: &Resolver<'_>,
    written: Option<&str>,
    target: &Target,
) -> Result<MultipleScattering, CardError> {
    let key = "target.multiple_scattering";
    let Some(written) = written else {
        return Ok(MultipleScattering::None);
    };
    let names: Vec<&str> = MultipleScattering::ALL.iter().map(|m| m.name()).collect();
    let found = rules.choice(key, written, &names, MultipleScattering::from_name)?;
    if found == MultipleScattering::Highland && target.material.thickness_x0().is_none() {
        let expected =
            "target.thickness_x0, or thickness_cm and a density or radiation length, beside it";
        return Err(rules.wrong(key, format!("{written:?}"), expected));
    }
    Ok(found)
}
