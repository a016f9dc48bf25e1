//! What the particles of a run are: attributes of `/events` and of its columns.
//!
//! `roles` lists the outgoing particles in order; the column `p_<role>` has the identity of each;
//! `particles_in_<program>` has the lines that define the dark ones in other programs, which no reader needs.
//! Files without that list are of pairs or of dark photons, from the attribute `final_state`.

use ::hdf5::{Dataset, Group, Result};

use super::attribute;
use millibrem::event::{MAX_OUTGOING, MAX_SCALARS, Sample, Scalar, Weighting};
use millibrem::particle::{Outgoing, Particle, Program, Role};

/// Writes them; the columns follow with [`put_column`].
pub(super) fn put(group: &Group, sample: &Sample) -> Result<()> {
    attribute::put_text(group, "final_state", &sample.process)?;
    attribute::put_text(group, "mode", sample.weighting.name())?;
    attribute::put(group, "beam_energy_gev", &sample.beam_energy_gev)?;
    put_particle(group, "lepton", &sample.beam)?;
    put_particle(group, "nucleus", &sample.target)?;
    if let Some((_, dark)) = sample.dark().next() {
        put_particle(group, "dark", &dark.particle)?;
    }
    let roles: Vec<&str> = sample.outgoing.iter().map(|out| out.role.name()).collect();
    attribute::put_text(group, "roles", &roles.join(" "))?;
    let words: Vec<&str> = sample.outgoing.iter().map(|out| &*out.words).collect();
    attribute::put_text(group, "particles", &words.join("\n"))?;
    for program in Program::ALL {
        let lines = program.definitions(&sample.outgoing);
        attribute::put_text(group, &format!("particles_in_{}", program.name()), &lines)?;
    }
    let scalars: Vec<&str> = sample.scalars.iter().map(|scalar| &*scalar.name).collect();
    if !scalars.is_empty() {
        attribute::put_text(group, "scalars", &scalars.join(" "))?;
    }
    if !sample.nuclei.is_empty() {
        let ids: Vec<i32> = sample.nuclei.iter().map(|one| one.pdg_id).collect();
        let masses: Vec<f64> = sample.nuclei.iter().map(|one| one.mass_gev).collect();
        let charges: Vec<f64> = sample.nuclei.iter().map(|one| one.charge).collect();
        attribute::put_list(group, "nuclei_pdg_id", &ids)?;
        attribute::put_list(group, "nuclei_mass_gev", &masses)?;
        attribute::put_list(group, "nuclei_charge", &charges)?;
    }
    Ok(())
}

fn put_particle(group: &Group, who: &str, particle: &Particle) -> Result<()> {
    attribute::put(group, &format!("{who}_pdg_id"), &particle.pdg_id)?;
    attribute::put(group, &format!("{who}_mass_gev"), &particle.mass_gev)?;
    attribute::put(group, &format!("{who}_charge"), &particle.charge)
}

/// Writes whose momenta a column holds.
pub(super) fn put_column(column: &Dataset, particle: &Particle) -> Result<()> {
    attribute::put(column, "pdg_id", &particle.pdg_id)?;
    attribute::put(column, "mass_gev", &particle.mass_gev)?;
    attribute::put(column, "charge", &particle.charge)
}

/// Reads what the particles are.
pub(super) fn get(group: &Group) -> Result<Sample> {
    let mode = attribute::get_text(group, "mode")?;
    let weighting = Weighting::from_name(&mode).ok_or_else(|| format!("mode is `{mode}`"))?;
    let process = attribute::get_text(group, "final_state")?;
    let (beam, target) = (particle(group, "lepton")?, particle(group, "nucleus")?);
    let outgoing = match has(group, "roles")? {
        true => listed(group)?,
        false => of_final_state(group, &process, beam, target)?,
    };
    Ok(Sample {
        process,
        weighting,
        beam,
        target,
        outgoing,
        nuclei: nuclei(group)?,
        scalars: scalars(group)?,
        has_p_beam: group.link_exists(&Role::LEPTON_IN.column()),
        beam_energy_gev: attribute::get(group, "beam_energy_gev")?,
    })
}

fn particle(group: &Group, who: &str) -> Result<Particle> {
    Ok(Particle {
        pdg_id: attribute::get(group, &format!("{who}_pdg_id"))?,
        mass_gev: attribute::get(group, &format!("{who}_mass_gev"))?,
        charge: attribute::get(group, &format!("{who}_charge"))?,
    })
}

fn has(group: &Group, attribute: &str) -> Result<bool> {
    Ok(group.attr_names()?.iter().any(|name| name == attribute))
}

/// What else the events say.
fn scalars(group: &Group) -> Result<Vec<Scalar>> {
    if !has(group, "scalars")? {
        return Ok(Vec::new());
    }
    let names = attribute::get_text(group, "scalars")?;
    let names: Vec<&str> = names.split_whitespace().collect();
    if names.len() > MAX_SCALARS {
        return Err(format!("/events has {} scalars", names.len()).into());
    }
    let scalar = |name: &str| -> Result<Scalar> {
        let data = group.dataset(name)?;
        Ok(Scalar {
            name: name.to_owned().into(),
            units: attribute::get_text(&data, "units")?.into(),
            description: attribute::get_text(&data, "description")?.into(),
        })
    };
    names.into_iter().map(scalar).collect()
}

/// What may be struck, if that differs from event to event.
fn nuclei(group: &Group) -> Result<Vec<Particle>> {
    if !has(group, "nuclei_pdg_id")? {
        return Ok(Vec::new());
    }
    let ids: Vec<i32> = attribute::get_list(group, "nuclei_pdg_id")?;
    let masses: Vec<f64> = attribute::get_list(group, "nuclei_mass_gev")?;
    let charges: Vec<f64> = attribute::get_list(group, "nuclei_charge")?;
    if masses.len() != ids.len() || charges.len() != ids.len() {
        return Err("the lists of nuclei in /events differ in length".into());
    }
    let all = ids.into_iter().zip(masses).zip(charges);
    let particle = |((pdg_id, mass_gev), charge)| Particle {
        pdg_id,
        mass_gev,
        charge,
    };
    Ok(all.map(particle).collect())
}

/// The particles that the attributes list.
fn listed(group: &Group) -> Result<Vec<Outgoing>> {
    let roles = attribute::get_text(group, "roles")?;
    let words = attribute::get_text(group, "particles")?;
    let (roles, words): (Vec<&str>, Vec<&str>) =
        (roles.split_whitespace().collect(), words.lines().collect());
    if roles.len() != words.len() || roles.is_empty() || roles.len() > MAX_OUTGOING {
        let (roles, words) = (roles.len(), words.len());
        return Err(format!("/events has {roles} roles and {words} particles").into());
    }
    let mut all: Vec<Outgoing> = Vec::with_capacity(roles.len());
    for (name, words) in roles.into_iter().zip(words) {
        let role = Role::named(name.to_owned());
        if all.iter().any(|earlier| earlier.role == role) {
            return Err(format!("/events has the role {role} twice").into());
        }
        let data = group.dataset(&role.column())?;
        all.push(Outgoing {
            role,
            words: words.to_owned().into(),
            particle: Particle {
                pdg_id: attribute::get(&data, "pdg_id")?,
                mass_gev: attribute::get(&data, "mass_gev")?,
                charge: attribute::get(&data, "charge")?,
            },
        });
    }
    Ok(all)
}

/// The particles of a file that does not list them.
fn of_final_state(
    group: &Group,
    process: &str,
    beam: Particle,
    target: Particle,
) -> Result<Vec<Outgoing>> {
    let dark = particle(group, "dark")?;
    match process {
        "pair" => Ok(Outgoing::of_pair(beam, target, dark)),
        "dark-photon" => Ok(Outgoing::of_dark_photon(beam, target, dark)),
        other => Err(format!("final_state is `{other}`, and there are no roles").into()),
    }
}
