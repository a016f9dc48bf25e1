//! What the form factor of a target means: radius, σ against the default, what is left out.
//!
//! For each nucleus the rms radius of its charge, σ relative to that of `tsai-elastic`, and the share
//! by which scattering on its nucleons (the inelastic term of `tsai-elastic+inelastic`, [BEST09]
//! Eq. (A19) with n = 1) would raise the default's σ, all exact at tree level by quadrature to 1e-5.
//! σ within the cuts on x; with other cuts, which the quadrature cannot follow, there are no ratios.
//! Pinned by `tests/form_factor.rs`.

use crate::card::RunCard;
use crate::matter::Nucleus;
use crate::matter::form_factor::{FormFactor, FormFactorKind};
use crate::matter::material::Component;
use crate::process::radiation::route;
use crate::process::{Method, Setup};

/// Relative error of each σ.
const REL_ERROR: f64 = 1e-5;
/// Share of σ from which on what is left out is worth a word.
const WORTH_A_WORD: f64 = 0.05;

/// The form factor of one nucleus of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct NuclearShape {
    /// Symbol of the element or isotope.
    pub name: String,
    /// The form factor.
    pub form_factor: String,
    /// Root-mean-square radius of its charge in fm, if it has one.
    pub rms_radius_fm: Option<f64>,
    /// Where its parameters come from, if not from a rule for all nuclei.
    pub source: Option<String>,
    /// Its share of the atoms, 0 … 1.
    pub atom_fraction: f64,
    /// σ with `tsai-elastic` in pb, where the quadrature serves.
    pub default_pb: Option<f64>,
    /// σ relative to that with `tsai-elastic`, where the quadrature serves.
    pub over_default: Option<f64>,
    /// What scattering on nucleons would add to σ with `tsai-elastic`, relative to it; nothing if the
    /// form factor has it already, or the nucleus is a nucleon.
    pub inelastic_share: Option<f64>,
}

/// That more than 5 % of σ of a target is left out, if it is.
pub fn left_out(shapes: &[NuclearShape]) -> Option<String> {
    let (mut whole, mut added) = (0.0, 0.0);
    for shape in shapes {
        let sigma = shape.atom_fraction * shape.default_pb?;
        whole += sigma;
        added += sigma * shape.inelastic_share.unwrap_or(0.0);
    }
    let share = Some(added / whole).filter(|share| *share > WORTH_A_WORD)?;
    let form_factor = &shapes.first()?.form_factor;
    Some(format!(
        "scattering on nucleons, which {form_factor} leaves out, would add about {:.0} % to sigma; form_factor = \"tsai-elastic+inelastic\" has it, with elastic kinematics",
        100.0 * share
    ))
}

/// The form factor of every nucleus of the target of `card`; nothing where no nucleus is struck. Its σ are those of
/// what the beam radiates at its energy, where it does.
pub fn nuclear_shapes(card: &RunCard) -> Vec<NuclearShape> {
    if !card.kind.has_form_factor() {
        return Vec::new();
    }
    let (beam, target, cuts) = (&card.beam, &card.target, card.cuts);
    let sigma = |nucleus: Nucleus, kind: &FormFactorKind| {
        if !card.kind.has_lepton() {
            return None;
        }
        let setup = Setup::new(beam, nucleus, kind, card.dark_sector, cuts).ok()?;
        let found = route(Method::QUADRATURE, &setup)
            .and_then(|route| route.sigma(REL_ERROR))
            .ok()?;
        Some(found.value_pb).filter(|sigma| *sigma > 0.0)
    };
    let default = FormFactorKind::default();
    let one = |(part, atom_fraction): (&Component, f64)| {
        let form_factor = FormFactor::new(&target.form_factor, &part.nucleus).ok();
        let reference = sigma(part.nucleus, &default);
        let over = |kind: &FormFactorKind| Some(sigma(part.nucleus, kind)? / reference?);
        let inelastic = FormFactorKind::from_name("tsai-elastic+inelastic");
        let is_elastic = form_factor.as_ref().is_some_and(FormFactor::is_elastic);
        let added = inelastic
            .filter(|_| is_elastic && !part.nucleus.is_nucleon())
            .and_then(|kind| over(&kind));
        NuclearShape {
            name: part.name(),
            form_factor: target.form_factor.name().to_owned(),
            rms_radius_fm: form_factor.as_ref().and_then(FormFactor::rms_radius_fm),
            source: form_factor.and_then(|f| f.source().map(str::to_owned)),
            atom_fraction,
            default_pb: reference,
            over_default: over(&target.form_factor),
            inelastic_share: added.map(|ratio| ratio - 1.0),
        }
    };
    let material = &target.material;
    let parts = material.components.iter().zip(material.number_fractions());
    parts.map(one).collect()
}
