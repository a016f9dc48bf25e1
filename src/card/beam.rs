//! `[beam]`: the particle, its energy and number; how they differ is in `profile.rs`.

use super::error::CardError;
use super::plain::keys;
use super::printed::Printed;
use super::rules::{Plain, Resolver};
use crate::beam::{Beam, BeamFields, MAX_ENERGY_GEV, Projectile};
use crate::text::shown;

keys! { KEYS:
    "beam": Table, "", Range(""), Nothing(""), "The beam, its axis along +z, on a target at rest.", TABLE;
    "beam.particle": Text, "", Choices(names::<Projectile>), Nothing("(then `lepton` is required)"),
        "Particle of the beam, of those that make [the process](#the-processes).",
        "one of \"e-\", \"e+\", \"mu-\", \"mu+\", \"gamma\"";
    "beam.lepton": Text, "", Choices(|| Projectile::CHARGED.map(Projectile::name).to_vec()), Required("without `particle`"),
        "Earlier name of `particle`, for leptons.",
        "one of \"e-\", \"e+\", \"mu-\", \"mu+\"";
    "beam.energy_gev": Number, "GeV", Range("above the particle's mass, at most 1e8"), Required(""),
        "Total energy E₀ of a beam particle in the frame where the nucleus is at rest.",
        "an energy in GeV, above the particle's mass and at most 1e8";
    "beam.on_target": Number, "", within!(1e-30 to 1e30), Nothing("(`reach` asks for it)"),
        "Number of beam particles on target; it turns σ into a number of events.",
        "a number of particles, 1e-30 to 1e30";
}

/// The name under which the card has the beam particle.
pub(super) fn particle_key(rules: &Resolver<'_>) -> &'static str {
    match rules.has("beam.particle") {
        true => "beam.particle",
        false => "beam.lepton",
    }
}

/// The beam particle under either of its names.
fn lepton(rules: &Resolver<'_>) -> Result<Projectile, CardError> {
    let path = particle_key(rules);
    let all = match path {
        "beam.particle" if rules.has("beam.lepton") => {
            return Err(rules.excludes("beam.lepton", path));
        }
        "beam.particle" => &Projectile::ALL[..],
        _ => &Projectile::CHARGED,
    };
    let names: Vec<&str> = all.iter().map(|lepton| lepton.name()).collect();
    let find = |name: &str| all.iter().copied().find(|lepton| lepton.name() == name);
    rules.choice(path, &rules.read::<String>(path)?, &names, find)
}

/// The particle, its energy and number.
pub(super) fn resolve(rules: &Resolver<'_>) -> Result<Beam, CardError> {
    let lepton = lepton(rules)?;
    let energy_gev = rules.read("beam.energy_gev")?;
    if !(energy_gev > lepton.mass_gev() && energy_gev <= MAX_ENERGY_GEV) {
        let least = match lepton {
            Projectile::Photon => "0".to_owned(),
            lepton => format!("the lepton's mass, {} GeV,", lepton.mass_gev()),
        };
        let expected = format!(
            "an energy above {least} and at most {:e} GeV",
            MAX_ENERGY_GEV
        );
        return Err(rules.wrong(
            "beam.energy_gev",
            format!("{} GeV", shown(energy_gev)),
            expected,
        ));
    }
    rules.made(Beam::new(BeamFields {
        projectile: lepton,
        energy_gev,
        on_target: rules.read("beam.on_target")?,
    }))
}

/// Writes them back.
pub(super) fn print(beam: &Beam, out: &mut Printed) {
    let path = match beam.projectile {
        Projectile::Photon => "beam.particle",
        _ => "beam.lepton",
    };
    beam.projectile.print(path, out);
    beam.energy_gev.print("beam.energy_gev", out);
    beam.on_target.print("beam.on_target", out);
}
