//! From the card to a sampler, and from the bytes of one back.

use super::UsageError;
use crate::card::{CardText, RunCard};
use crate::generate::{Sampler, SamplerRequest};
use crate::matter::Nucleus;
use crate::matter::elements::{ELEMENTS, Element};

/// Seed of the points that maps and cells are learnt from: tables depend on the card alone.
const SEED: u64 = 1;

fn usage(error: impl ToString) -> UsageError {
    UsageError(error.to_string())
}

/// The nuclei of these charge numbers: those of the card where it has them, isotopes of one element as their mean, else
/// the mean nuclei of the elements, with the spin of the card's.
fn nuclei(card: &RunCard, charges: &[u32]) -> Result<Vec<Nucleus>, UsageError> {
    let components = &card.target.material.components;
    let spin = components[0].nucleus.spin;
    let shares = card.target.material.number_fractions();
    let nucleus = |&z: &u32| {
        let all = components.iter().zip(&shares);
        let known: Vec<_> = all.filter(|(one, _)| one.nucleus.z == z).collect();
        let mean = || Element::from_z(z).map(|element| Nucleus::of(element, spin));
        let known = match known.as_slice() {
            [] => None,
            [(only, _)] => Some(only.nucleus),
            several => {
                let share: f64 = several.iter().map(|(_, share)| **share).sum();
                let weighed = several.iter().map(|(one, share)| one.nucleus.a * **share);
                Some(Nucleus::weighing(z, weighed.sum::<f64>() / share, spin))
            }
        };
        known.or_else(mean).ok_or_else(|| {
            let last = ELEMENTS.len();
            UsageError(format!(
                "there is no element of Z = {z}; known are 1 to {last}"
            ))
        })
    };
    charges.iter().map(nucleus).collect()
}

/// A sampler of the card's process for a range of kinetic energies in GeV and the elements of these
/// charge numbers; the card's own if there are none. Cuts on x refer to the card's beam energy.
///
/// # Errors
/// [`UsageError`] if an element is unknown, nothing can be made, or as
/// [`crate::generate::SamplerError`].
pub fn sampler(
    card: &RunCard,
    kinetic_gev: (f64, f64),
    charges: &[u32],
) -> Result<Sampler, UsageError> {
    let components = &card.target.material.components;
    let mut own: Vec<u32> = Vec::new();
    for one in components {
        if !own.contains(&one.nucleus.z) {
            own.push(one.nucleus.z);
        }
    }
    let nuclei = nuclei(card, if charges.is_empty() { &own } else { charges })?;
    let inputs = card.inputs_on(nuclei[0]);
    let request = SamplerRequest {
        kinetic_gev,
        nuclei,
        seed: SEED,
    };
    Sampler::new(&*card.kind, &inputs, &request).map_err(usage)
}

/// The card of a sampler that was saved with the text of its card ([`RunCard::to_toml`]).
///
/// # Errors
/// [`UsageError`] if these are not the bytes of a sampler.
pub fn saved_sampler_card(bytes: &[u8]) -> Result<CardText, UsageError> {
    let (text, _) = Sampler::description(bytes).map_err(usage)?;
    Ok(CardText::new("the card of the sampler", "sampler", &text))
}

/// A sampler from its bytes and its card.
///
/// # Errors
/// [`UsageError`] if these are not the bytes of a sampler of this card.
pub fn load_sampler(bytes: &[u8], card: &RunCard) -> Result<Sampler, UsageError> {
    let (_, charges) = Sampler::description(bytes).map_err(usage)?;
    let nuclei = nuclei(card, &charges)?;
    let first = *nuclei
        .first()
        .ok_or_else(|| usage("the sampler has no nucleus"))?;
    Sampler::load(bytes, &*card.kind, &card.inputs_on(first), &nuclei).map_err(usage)
}
