//! `[target]`: how much material, and what the beam loses in it; its nuclei are in `material.rs`.

use super::error::CardError;
use super::form_factor;
use super::keys::AMOUNTS;
use super::known::Known;
use super::material;
use super::plain::keys;
use super::printed::Printed;
use super::process_kind::ProcessKind;
use super::reach::Straggling;
use super::rules::{Plain, Resolver};
use crate::beam::{Beam, Projectile};
use crate::matter::Target;
use crate::matter::form_factor::FormFactor;
use crate::matter::material::Material;
use crate::matter::scattering::MultipleScattering;
use crate::text::shown;

const LENGTH: &str = "a length in cm, 1e-30 to 1e30";

keys! { KEYS:
    "target.density_g_cm3": Number, "g/cm³", within!(1e-30 to 1e30),
        Depends("as tabulated for an element or a named material, else none"),
        "Density of the material.",
        "a density in g/cm³, 1e-30 to 1e30";
    "target.radiation_length_cm": Number, "cm", within!(1e-30 to 1e30),
        Depends("from the elements (tabulated, or Tsai's formula) and the density, where it is known"),
        "Radiation length X₀ of the material.", LENGTH;
    "target.thickness_cm": Number, "cm", within!(1e-9 to 1e9), Nothing("(`reach` asks for it)"),
        "Thickness of the target along the beam; excludes `thickness_x0`.",
        "a thickness in cm, 1e-9 to 1e9";
    "target.thickness_x0": Number, "X₀", within!(1e-9 to 1e9), Nothing(""),
        "The same in radiation lengths X₀; excludes `thickness_cm`.",
        "a number of radiation lengths, 1e-9 to 1e9";
    "target.energy_loss_gev_per_cm": Number, "GeV/cm", Numbers("0 to 1e30", |loss| loss == 0.0 || AMOUNTS.contains(&loss)), Nothing(""),
        "Mean energy a muon loses in each cm of the target, taken as constant: needed by `losses = \"constant\"`, \
         which every command follows; without that key only `reach` does.",
        "an energy loss in GeV/cm, 0 to 1e30";
    "target.losses": Text, "", Choices(names::<Losses>),
        Text("none"),
        "What the beam loses before the vertex (e± in more than 0.3 X₀ must say it): nothing; e± by bremsstrahlung after Tsai and Whitis, or \
         with all e± of their shower; μ± `energy_loss_gev_per_cm` (`constant`), their mean loss by energy, or large losses one by one. σ is then the mean over the thickness, and events say depth and \
         energy ([targets.md](targets.md)).",
        "\"none\", \"tsai-whitis\", \"constant\", \"muon-table\", \"muon-straggling\" or \"shower\"";
    "target.multiple_scattering": Text, "", Choices(names::<MultipleScattering>),
        Nothing("(`\"none\"`)"),
        "Whether the beam scatters before the vertex: not, or gaussian by Highland's formula, which needs a thickness and a \
         radiation length.",
        "\"none\" or \"highland\"";
}

named! {
    /// What the beam loses in the target before the vertex.
    pub enum Losses {
        /// Nothing: every event is at the beam's energy.
        None = "none",
        /// Electrons and positrons radiate after Tsai and Whitis.
        TsaiWhitis = "tsai-whitis",
        /// Muons lose `energy_loss_gev_per_cm`.
        Constant = "constant",
        /// Muons lose what the tables of their losses say.
        MuonTable = "muon-table",
        /// Muons lose energy in steps above a thousandth of it, the rest by their mean.
        MuonStraggling = "muon-straggling",
        /// All electrons and positrons of the shower radiate.
        Shower = "shower",
    }
}

/// Radiation lengths above which e± must say what they lose.
const THIN_X0: f64 = 0.3;

/// How many radiation lengths of target a beam has, if it radiates or converts and these are not few.
pub(super) fn thick_x0(beam: &Beam, target: &Target) -> Option<f64> {
    let radiates = beam.projectile.is_electron() || beam.projectile == Projectile::Photon;
    let x0 = target.material.thickness_x0()?;
    (radiates && x0 > THIN_X0).then_some(x0)
}

/// The material, and the form factor of its nuclei.
pub(super) fn resolve(rules: &Resolver<'_>, known: &Known) -> Result<Target, CardError> {
    let form_factor = form_factor::resolve(rules, known)?;
    let (components, tabulated) = material::resolve(rules)?;
    for part in &components {
        FormFactor::new(&form_factor, &part.nucleus).map_err(|error| {
            let found = format!("{:?} on {}", error.name, part.name());
            let expected = format!("another form factor: {}", error.problem);
            rules.wrong("target.form_factor", found, expected)
        })?;
    }

    let density: Option<f64> = rules.read("target.density_g_cm3")?;
    let material =
        Material::mixture(components).and_then(|m| m.with_density(density.or(tabulated)));
    let material = rules.made(material)?;
    let x0: Option<f64> = rules.read("target.radiation_length_cm")?;
    let x0 = x0.or(material.radiation_length_cm);
    let thickness_cm = thickness(rules, x0)?;
    let energy_loss = rules.read("target.energy_loss_gev_per_cm")?;
    let material = rules.made(material.with(|fields| {
        fields.radiation_length_cm = x0;
        fields.thickness_cm = thickness_cm;
        fields.energy_loss_gev_per_cm = energy_loss;
    }))?;
    Ok(Target {
        material,
        form_factor,
    })
}

fn thickness(
    rules: &Resolver<'_>,
    radiation_length_cm: Option<f64>,
) -> Result<Option<f64>, CardError> {
    let in_cm: Option<f64> = rules.read("target.thickness_cm")?;
    let Some(in_x0) = rules.read::<Option<f64>>("target.thickness_x0")? else {
        return Ok(in_cm);
    };
    if in_cm.is_some() {
        return Err(rules.excludes("target.thickness_x0", "target.thickness_cm"));
    }
    match radiation_length_cm {
        Some(x0) if (1e-9..=1e9).contains(&(in_x0 * x0)) => Ok(Some(in_x0 * x0)),
        Some(x0) => {
            let found = format!("{in_x0} radiation lengths of {x0} cm");
            let expected = "a thickness of 1e-9 to 1e9 cm";
            Err(rules.wrong("target.thickness_x0", found, expected))
        }
        None => Err(rules.wrong(
            "target.thickness_x0",
            "no radiation length to measure it in",
            "target.density_g_cm3 or target.radiation_length_cm beside it, for this material has no tabulated density",
        )),
    }
}

/// What the beam loses: it must be of the right kind, and the target have what the law needs.
pub(super) fn losses(
    rules: &Resolver<'_>,
    kind: &ProcessKind,
    beam: &Beam,
    target: &Target,
) -> Result<Option<Losses>, CardError> {
    let path = "target.losses";
    let written: Option<String> = rules.read(path)?;
    let written = written.as_deref();
    check_energy_loss(rules, beam, target, written)?;
    if kind.needs_shower(beam.projectile) && written != Some(Losses::Shower.name()) {
        let found = written.map_or("nothing".to_owned(), |written| format!("{written:?}"));
        let expected = format!(
            "{:?}, for process.kind is {:?}: particles of the shower of {} make it",
            Losses::Shower.name(),
            kind.name(),
            beam.projectile.name()
        );
        return Err(rules.wrong(path, found, expected));
    }
    if written.is_none() {
        // Where it must be written, that is asked for by those who compute: `run::check_losses`.
        let is_thin = thick_x0(beam, target).is_none();
        return Ok(is_thin.then_some(Losses::None));
    }
    let losses: Losses = rules.read(path)?;
    let material = &target.material;
    let is_electron = beam.projectile.is_electron();
    let is_photon = beam.projectile == Projectile::Photon;
    let missing = match losses {
        Losses::None => None,
        Losses::TsaiWhitis | Losses::Shower if !is_electron => {
            Some("a beam of e- or e+, which radiate")
        }
        Losses::Constant | Losses::MuonTable | Losses::MuonStraggling
            if is_electron || is_photon =>
        {
            Some("a beam of mu- or mu+; electrons radiate")
        }
        _ if material.thickness_cm.is_none() => {
            Some("target.thickness_cm or thickness_x0 beside it")
        }
        Losses::Shower | Losses::MuonTable | Losses::MuonStraggling
            if material.density_g_cm3.is_none() =>
        {
            Some("target.density_g_cm3 beside it")
        }
        Losses::TsaiWhitis | Losses::Shower if material.radiation_length_cm.is_none() => {
            Some("target.density_g_cm3 or radiation_length_cm beside it")
        }
        Losses::Constant if material.energy_loss_gev_per_cm.is_none() => {
            Some("target.energy_loss_gev_per_cm beside it")
        }
        _ => None,
    };
    match missing {
        Some(expected) => Err(rules.wrong(path, format!("{:?}", losses.name()), expected)),
        None => Ok(Some(losses)),
    }
}

/// Refuses a mean loss that the beam has not, or that says something else than what is `written` of the losses.
fn check_energy_loss(
    rules: &Resolver<'_>,
    beam: &Beam,
    target: &Target,
    written: Option<&str>,
) -> Result<(), CardError> {
    let path = "target.energy_loss_gev_per_cm";
    let Some(loss) = target.material.energy_loss_gev_per_cm.filter(|l| *l > 0.0) else {
        return Ok(());
    };
    let is_muon = !beam.projectile.is_electron() && beam.projectile != Projectile::Photon;
    match written {
        _ if !is_muon => {
            let found = format!("{} for {}", shown(loss), beam.projectile.name());
            Err(rules.wrong(path, found, "a beam of mu- or mu+, which lose it"))
        }
        None => Ok(()),
        Some(losses) if losses == Losses::Constant.name() => Ok(()),
        Some(losses) => {
            let found = format!("{} beside target.losses = {losses:?}", shown(loss));
            let expected = "one of the two, or losses = \"constant\", which follows it";
            Err(rules.wrong(path, found, expected))
        }
    }
}

/// The multiple scattering, which needs a thickness and a radiation length.
pub(super) fn scattering(
    rules: &Resolver<'_>,
    target: &Target,
) -> Result<MultipleScattering, CardError> {
    let key = "target.multiple_scattering";
    let found: MultipleScattering = rules.read(key)?;
    if found == MultipleScattering::Highland && target.material.thickness_x0().is_none() {
        let expected =
            "target.thickness_x0, or thickness_cm and a density or radiation length, beside it";
        return Err(rules.wrong(key, format!("{:?}", found.name()), expected));
    }
    Ok(found)
}

/// Writes it back, with what the beam loses, unless `reach` alone is told of it.
pub(super) fn print(
    target: &Target,
    (losses, straggling): (Option<Losses>, Straggling),
    scattering: MultipleScattering,
    out: &mut Printed,
) {
    let material = &target.material;
    material::print_element(&material.components, out);
    material.density_g_cm3.print("target.density_g_cm3", out);
    material
        .radiation_length_cm
        .print("target.radiation_length_cm", out);
    material.thickness_cm.print("target.thickness_cm", out);
    material
        .energy_loss_gev_per_cm
        .print("target.energy_loss_gev_per_cm", out);
    form_factor::print(&target.form_factor, out);
    material::print_nuclei(&material.components, out);
    let loses = material.energy_loss_gev_per_cm.is_some_and(|l| l > 0.0);
    let of_reach = loses || straggling != Straggling::None;
    losses
        .filter(|losses| *losses != Losses::None || !of_reach)
        .print("target.losses", out);
    scattering.print("target.multiple_scattering", out);
}
