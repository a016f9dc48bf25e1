//! How the leptons of the beam differ: `beam.momentum_spread`, `spot_mm`, `divergence_mrad`, and
//! `target.multiple_scattering`.

use super::error::CardError;
use super::raw::{PerAxis, RawBeam};
use super::rules::Resolver;
use crate::beam::{BeamProfile, ProfileFields};
use crate::matter::Target;
use crate::matter::scattering::MultipleScattering;
use crate::text::shown;

/// Largest relative rms of the momentum: five of it leave half of the momentum.
const MOST_SPREAD: f64 = 0.1;
const MOST_SPOT_MM: f64 = 1e6;
/// Largest angle for which its tangent and itself are one.
const MOST_MRAD: f64 = 100.0;

pub(super) fn resolve(rules: &Resolver<'_>, raw: &RawBeam) -> Result<BeamProfile, CardError> {
    let spread = rules.number("beam.momentum_spread", raw.momentum_spread, |spread| {
        (0.0..=MOST_SPREAD).contains(&spread)
    })?;
    let spot = raw.spot_mm.as_ref();
    let divergence = raw.divergence_mrad.as_ref();
    rules.made(BeamProfile::new(ProfileFields {
        momentum_spread: spread.unwrap_or(0.0),
        spot_mm: pair(rules, "beam.spot_mm", spot, MOST_SPOT_MM)?,
        divergence_mrad: pair(rules, "beam.divergence_mrad", divergence, MOST_MRAD)?,
    }))
}

/// Two numbers from 0 to `most`, or one for both.
fn pair(
    rules: &Resolver<'_>,
    key: &str,
    written: Option<&PerAxis<f64>>,
    most: f64,
) -> Result<[f64; 2], CardError> {
    let found = match written.map(PerAxis::as_slice) {
        None => return Ok([0.0; 2]),
        Some([one]) => [*one; 2],
        Some([x, y]) => [*x, *y],
        Some(other) => return Err(rules.bad(key, format!("{} numbers", other.len()))),
    };
    match found.iter().find(|rms| !(0.0..=most).contains(*rms)) {
        Some(bad) => Err(rules.bad(key, shown(*bad))),
        None => Ok(found),
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
