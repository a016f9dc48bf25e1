//! Libraries of dark-bremsstrahlung events for G4DarkBreM (arXiv:2211.03873), which scales them
//! to the energy of each lepton in a Geant4 simulation.
//!
//! A library has one dark particle an event and no weights. A pair is collapsed into one particle
//! of its momentum and mass under the id 622; G4DarkBreM takes one fixed mass for all of them, so
//! a continuum of masses is only approximate there. The reader wants, in this order, incoming
//! lepton, incoming nucleus, outgoing lepton, outgoing nucleus, dark particle; it knows the lepton
//! ids 11 and 13 only, takes Z from the first line with the word it looks for (so that word stands
//! nowhere else), and reads energies in GeV. Its incoming lepton goes along +z: events of a beam that diverges are turned.

use super::text::{TextFormat, number, put, write_text};
use super::{Context, Definition, Exporter, Line, Output, State, lhe};
use crate::IoError;
use millibrem::event::{Event, Momentum, Sample, pair_mass, sum};
use millibrem::particle::Role;

/// The id G4DarkBreM looks for unless told otherwise.
const DARK_ID: i32 = 622;

/// The library as Les Houches events.
pub(super) struct Lhe;

impl Definition for Lhe {
    fn name(&self) -> &str {
        "g4darkbrem-lhe"
    }

    fn suffix(&self) -> &str {
        "g4darkbrem.lhe"
    }

    fn has_weights(&self) -> bool {
        false
    }

    fn endings(&self) -> &[&str] {
        &[".lhe", ".lhe.gz"]
    }

    fn refuses(&self, sample: &Sample) -> Option<String> {
        let nuclei = sample.nuclei.len();
        let several =
            || format!("it has one charge number a file, and these events are on {nuclei} nuclei");
        refused(sample).or_else(|| (nuclei > 1).then(several))
    }

    fn lost(&self, context: &Context) -> Vec<String> {
        lost(self.name(), context)
    }

    fn begin<'a>(
        &self,
        context: Context,
        output: Output<'a>,
    ) -> Result<Box<dyn Exporter + 'a>, IoError> {
        write_text(Self, context, output)
    }
}

impl TextFormat for Lhe {
    fn begin(&self, context: &Context, out: &mut String) {
        out.push_str("<LesHouchesEvents version=\"1.0\">\n<header>\n");
        put!(
            out,
            "1 {} # Znuc, charge number of the target\n",
            charge_number(context)
        );
        out.push_str("</header>\n<init>\n");
        lhe::init(context, lhe::beams(context), out);
        out.push_str("</init>\n");
    }

    fn event(&self, context: &Context, event: &Event, _: u64, out: &mut String) {
        let event = &context.sample.along_beam(event);
        let [mut lepton, nucleus] = context.incoming(event);
        lepton.pdg_id = lepton.pdg_id.abs();
        let outgoing = |pdg_id, p, mass_gev| Line {
            pdg_id,
            state: State::Outgoing,
            p,
            mass_gev,
        };
        let of = |role: &Role| momentum(context, event, role);
        out.push_str("<event>\n");
        lhe::event_line(context, 5, event.weight, out);
        for line in [
            lepton,
            nucleus,
            outgoing(lepton.pdg_id, of(&Role::LEPTON_OUT), lepton.mass_gev),
            outgoing(nucleus.pdg_id, of(&Role::NUCLEUS_OUT), nucleus.mass_gev),
            outgoing(DARK_ID, dark(context, event), dark_mass(context, event)),
        ] {
            lhe::particle(context, &line, out);
        }
        out.push_str("</event>\n");
    }

    fn end(&self, _: &Context, out: &mut String) {
        out.push_str("</LesHouchesEvents>\n");
    }
}

/// The library as a table of ten columns.
pub(super) struct Csv;

impl Definition for Csv {
    fn name(&self) -> &str {
        "g4darkbrem-csv"
    }

    fn suffix(&self) -> &str {
        "g4darkbrem.csv"
    }

    fn has_weights(&self) -> bool {
        false
    }

    fn joins(&self) -> bool {
        true
    }

    fn endings(&self) -> &[&str] {
        &[".csv", ".csv.gz"]
    }

    fn refuses(&self, sample: &Sample) -> Option<String> {
        refused(sample)
    }

    fn lost(&self, context: &Context) -> Vec<String> {
        lost(self.name(), context)
    }

    fn begin<'a>(
        &self,
        context: Context,
        output: Output<'a>,
    ) -> Result<Box<dyn Exporter + 'a>, IoError> {
        write_text(Self, context, output)
    }
}

impl TextFormat for Csv {
    fn begin(&self, _: &Context, out: &mut String) {
        out.push_str(
            "target_Z,incident_energy,recoil_energy,recoil_px,recoil_py,recoil_pz,\
             centerMomentum_energy,centerMomentum_px,centerMomentum_py,centerMomentum_pz\n",
        );
    }

    fn event(&self, context: &Context, event: &Event, _: u64, out: &mut String) {
        let event = &context.sample.along_beam(event);
        let recoil = momentum(context, event, &Role::LEPTON_OUT);
        let pair = dark(context, event);
        let center: Momentum = std::array::from_fn(|i| recoil[i] + pair[i]);
        let target = context.sample.target_of(event);
        put!(out, "{}", target.charge.round() as i64);
        let [energy, ..] = context.sample.p_beam_of(event);
        context.constants.number(out, ',', energy);
        recoil
            .into_iter()
            .chain(center)
            .for_each(|value| number(out, ',', value));
        out.push('\n');
    }

    fn end(&self, _: &Context, _: &mut String) {}
}

/// Z of the target, from its charge.
fn charge_number(context: &Context) -> i64 {
    context.sample.target.charge.round() as i64
}

/// A library holds a lepton, a nucleus and one dark system.
fn refused(sample: &Sample) -> Option<String> {
    let has = |role: &Role| sample.position(role).is_some();
    let dark: Vec<f64> = sample
        .dark()
        .map(|(_, out)| out.particle.mass_gev)
        .collect();
    let fine = has(&Role::LEPTON_OUT)
        && has(&Role::NUCLEUS_OUT)
        && (dark.len() == 1 || dark.len() == 2 && dark[0] == dark[1]);
    let roles: Vec<&str> = sample.outgoing.iter().map(|out| out.role.name()).collect();
    (!fine).then(|| {
        format!(
            "it holds a lepton, a nucleus and one dark particle or a pair, not {}",
            roles.join(", ")
        )
    })
}

/// What is lost on the way into the library `name`.
fn lost(name: &str, context: &Context) -> Vec<String> {
    let mut found = Vec::new();
    if context.sample.dark().count() == 2 {
        found.push(format!(
            "{name} holds one dark particle: each pair becomes one of its mass and momentum, \
             and G4DarkBreM scales it as if all had the same mass"
        ));
    }
    if context.sample.beam.pdg_id < 0 {
        found.push(format!(
            "{name} knows 11 and 13 only: the antilepton is written as lepton"
        ));
    }
    if context.drop_nucleus {
        found.push(format!(
            "the reader of {name} counts on the nucleus: it is written all the same"
        ));
    }
    found
}

/// Momentum of the particle of this role, which is there.
fn momentum(context: &Context, event: &Event, role: &Role) -> Momentum {
    let position = context.sample.position(role);
    position.map_or([f64::NAN; 4], |i| event.momenta()[i])
}

/// Momentum of all that is dark.
fn dark(context: &Context, event: &Event) -> Momentum {
    sum(context.sample.dark().map(|(i, _)| event.momenta()[i]))
}

/// Invariant mass of what is dark in GeV.
fn dark_mass(context: &Context, event: &Event) -> f64 {
    let mut all = context.sample.dark();
    let (Some((first, out)), second) = (all.next(), all.next()) else {
        return f64::NAN;
    };
    let m = out.particle.mass_gev;
    let Some((second, _)) = second else {
        return m;
    };
    pair_mass(m, event.momenta()[first], event.momenta()[second])
}
