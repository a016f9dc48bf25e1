//! The lines that make other programs know the dark particles of a run.
//!
//! A simulation that meets a PDG number it does not know passes over the particle, often without a word.
//! Masses in GeV unless a line says otherwise, charges in units of e, each of the particle with the number
//! beside it. Pythia 8 has charges in thirds of e as whole numbers: smaller ones are 0 there, which no setting
//! of ours makes a difference to. Sources: the constructor of `G4ParticleDefinition` (Geant4 11.4), the pages
//! *Particle Data Scheme* of Pythia 8.3, `SimCore/python/fcp_physics.py` and `APrimePhysics` of ldmx-sw,
//! `DMParticleChi` and `DMParticleAPrime` of DMG4. Pinned by the tests below, by `docs/particles.md`, which
//! shows these lines, and for Pythia by `tests/python/test_pythia8.py`.

use super::{Outgoing, Particle, Role};

/// A program that has to be told of dark particles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Geant4, in C++, where particles are constructed.
    Geant4,
    /// Pythia 8, settings.
    Pythia8,
    /// ldmx-sw, Python, for a simulator `sim`.
    LdmxSw,
    /// DMG4, in C++, before its own particles are constructed.
    Dmg4,
}

/// The number that DMG4 has for a fermion χ, and for A′.
const DMG4_IDS: [i32; 2] = [5_200_012, 5_500_022];
/// The numbers that ldmx-sw has for χ and A′.
const LDMX_IDS: [i32; 2] = [17, 622];

impl Program {
    /// Every program.
    pub const ALL: [Self; 4] = [Self::Geant4, Self::Pythia8, Self::LdmxSw, Self::Dmg4];

    /// Its name in attributes and keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Geant4 => "geant4",
            Self::Pythia8 => "pythia8",
            Self::LdmxSw => "ldmx_sw",
            Self::Dmg4 => "dmg4",
        }
    }

    /// The lines that define what is dark in `outgoing`, each ended; comments where a program has another
    /// number for it.
    pub fn definitions(self, outgoing: &[Outgoing]) -> String {
        let dark = || outgoing.iter().filter(|one| one.role.is_dark());
        match self {
            Self::Geant4 => dark().map(|one| geant4(one, name(&one.role))).collect(),
            Self::Pythia8 => dark()
                .filter(|one| one.role != Role::CHIBAR)
                .map(|one| pythia8(&one.particle, name(&one.role), anti_name(&one.role)))
                .collect(),
            Self::LdmxSw => dark().filter_map(ldmx_sw).collect(),
            Self::Dmg4 => dark().map(dmg4).collect(),
        }
    }
}

/// The lines that make Pythia 8 know a nucleus.
pub fn pythia8_nucleus(nucleus: &Particle) -> String {
    // 100ZZZAAA0.
    let (z, a) = (nucleus.pdg_id / 10_000 % 1000, nucleus.pdg_id / 10 % 1000);
    let name = format!("nucleus_{z}_{a}");
    pythia8(nucleus, &name, &format!("anti_{name}"))
}

/// The name of a particle, as the Geant4 headers of this project have it.
fn name(role: &Role) -> &str {
    match *role == Role::CHIBAR {
        true => "anti_chi",
        false => role.name(),
    }
}

fn is_chi(role: &Role) -> bool {
    *role == Role::CHI || *role == Role::CHIBAR
}

/// The name of its antiparticle, in Pythia's words.
fn anti_name(role: &Role) -> &'static str {
    match is_chi(role) {
        true => "anti_chi",
        false => "void",
    }
}

fn geant4(one: &Outgoing, name: &str) -> String {
    let Particle {
        pdg_id,
        mass_gev,
        charge,
    } = one.particle;
    let (twice_spin, anti) = match is_chi(&one.role) {
        true => (1, -pdg_id),
        false => (2, pdg_id),
    };
    format!(
        "new G4ParticleDefinition(\"{name}\", {mass_gev:?} * GeV, 0, {charge:?} * eplus, {twice_spin}, 0, 0, 0, 0, 0, \
         \"dark\", 0, 0, {pdg_id}, true, -1, nullptr, false, \"millibrem\", {anti});\n"
    )
}

fn pythia8(particle: &Particle, name: &str, anti_name: &str) -> String {
    let Particle {
        pdg_id,
        mass_gev,
        charge,
    } = particle;
    let thirds = (3.0 * charge).round() as i64;
    // Spin 0 is an unknown one. Numbers up to 37 are resonances to Pythia, with widths of their own.
    format!(
        "{pdg_id}:new = {name} {anti_name} 0 {thirds} 0 {mass_gev:?}\n{pdg_id}:isResonance = off\n\
         {pdg_id}:mayDecay = off\n"
    )
}

fn ldmx_sw(one: &Outgoing) -> Option<String> {
    let Particle {
        pdg_id,
        mass_gev,
        charge,
    } = one.particle;
    let mass_mev = 1000.0 * mass_gev;
    let (line, known) = match one.role.name() {
        // It makes both; its particle of positive number has the charge −fcp_charge.
        "chi" => (
            format!(
                "sim.fcp_physics.activate(fcp_mass={mass_mev:?}, fcp_charge={:?})  # MeV, e; gamma -> fcp+ fcp- as well\n",
                charge.abs()
            ),
            LDMX_IDS[0],
        ),
        "dark_photon" => (
            format!("sim.dark_brem.ap_mass = {mass_mev:?}  # MeV\n"),
            LDMX_IDS[1],
        ),
        _ => return None,
    };
    Some(line + &other_number("#", "ldmx-sw", pdg_id, known))
}

fn dmg4(one: &Outgoing) -> String {
    let Particle {
        pdg_id, mass_gev, ..
    } = one.particle;
    match one.role.name() {
        // It takes the particle of this name that is there; its own would be neutral.
        "chi" => geant4(one, "DMParticleChi") + &other_number("//", "DMG4", pdg_id, DMG4_IDS[0]),
        "dark_photon" => {
            // The second argument is not used by it.
            let line = format!("DMParticleAPrime::Definition({mass_gev:?} * GeV, 0);\n");
            line + &other_number("//", "DMG4", pdg_id, DMG4_IDS[1])
        }
        _ => geant4(one, name(&one.role)),
    }
}

/// A comment where a program has the number `known` for what the run calls `found`.
fn other_number(comment: &str, program: &str, found: i32, known: i32) -> String {
    match found == known {
        true => String::new(),
        false => format!(
            "{comment} {program} has the number {known} for it, this run {found}: set dark_sector.pdg_id = {known}\n"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELECTRON: Particle = Particle {
        pdg_id: 11,
        mass_gev: 0.000_510_998_95,
        charge: -1.0,
    };
    const LEAD: Particle = Particle {
        pdg_id: 1_000_822_080,
        mass_gev: 193.0,
        charge: 82.0,
    };

    fn chi(pdg_id: i32, charge: f64) -> Vec<Outgoing> {
        let chi = Particle {
            pdg_id,
            mass_gev: 0.01,
            charge,
        };
        Outgoing::of_pair(ELECTRON, LEAD, chi)
    }

    #[test]
    fn both_of_a_pair_are_defined_with_the_charges_of_their_numbers() {
        let lines = Program::Geant4.definitions(&chi(17, -0.5));
        let tail = |id: i32, anti: i32| {
            format!("\"dark\", 0, 0, {id}, true, -1, nullptr, false, \"millibrem\", {anti});")
        };
        let expected = [
            format!(
                "new G4ParticleDefinition(\"chi\", 0.01 * GeV, 0, -0.5 * eplus, 1, 0, 0, 0, 0, 0, {}",
                tail(17, -17)
            ),
            format!(
                "new G4ParticleDefinition(\"anti_chi\", 0.01 * GeV, 0, 0.5 * eplus, 1, 0, 0, 0, 0, 0, {}",
                tail(-17, 17)
            ),
        ];
        assert_eq!(lines.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn pythia_has_one_entry_for_both_and_thirds_of_charges() {
        let lines = |charge| Program::Pythia8.definitions(&chi(17, charge));
        assert_eq!(
            lines(-1.0),
            "17:new = chi anti_chi 0 -3 0 0.01\n17:isResonance = off\n17:mayDecay = off\n"
        );
        assert!(lines(1e-3).starts_with("17:new = chi anti_chi 0 0 0 0.01\n"));
        assert!(
            pythia8_nucleus(&LEAD)
                .starts_with("1000822080:new = nucleus_82_208 anti_nucleus_82_208 0 246 0 193.0\n")
        );
    }

    #[test]
    fn programs_with_numbers_of_their_own_say_so() {
        for (program, id) in [(Program::LdmxSw, 17), (Program::Dmg4, 5_200_012)] {
            let (fits, differs) = (chi(id, -0.5), chi(4_000_000, -0.5));
            assert!(!program.definitions(&fits).contains("number"));
            let words = format!("has the number {id} for it, this run 4000000");
            assert!(program.definitions(&differs).contains(&words));
        }
        let photon = Particle {
            pdg_id: 622,
            mass_gev: 0.1,
            charge: 0.0,
        };
        let all = Outgoing::of_dark_photon(ELECTRON, LEAD, photon);
        assert_eq!(
            Program::LdmxSw.definitions(&all),
            "sim.dark_brem.ap_mass = 100.0  # MeV\n"
        );
        assert!(Program::Dmg4.definitions(&all).contains("5500022"));
        assert!(
            Program::Pythia8
                .definitions(&all)
                .starts_with("622:new = dark_photon void 0 0 0 0.1\n")
        );
    }
}
