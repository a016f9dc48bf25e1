//! HepMC3 Asciiv3 ([HepMC3] arXiv:1912.08005) that meets NuHepMC 1.0 ([NuHepMC] arXiv:2310.13211).
//!
//! One vertex an event with status 1; beam particle status 4, target 20, outgoing 1; one weight
//! `CV` in pb; units GeV and mm. Every event carries the cross section of the whole sample, so a
//! reader may stop anywhere. The reproduction key is the event attribute `reproduction_key`.

use super::text::{TextFormat, integer, number, put, write_text};
use super::{Context, Definition, Exporter, Line, Output, State, lhe};
use crate::IoError;
use millibrem::event::Event;
use millibrem::particle::Role;

/// The one process of a run.
const PROCESS: i32 = 1;

/// HepMC3 Asciiv3 with the attributes NuHepMC requires.
pub(super) struct Hepmc3;

impl Definition for Hepmc3 {
    fn name(&self) -> &str {
        "hepmc3"
    }

    fn has_vertices(&self) -> bool {
        true
    }

    fn begin<'a>(
        &self,
        context: Context,
        output: Output<'a>,
    ) -> Result<Box<dyn Exporter + 'a>, IoError> {
        write_text(Self, context, output)
    }
}

impl TextFormat for Hepmc3 {
    fn begin(&self, context: &Context, out: &mut String) {
        // The version of HepMC3 whose text form this is.
        out.push_str("HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\nW CV");
        for (name, _) in context.further_weights() {
            put!(out, "\\|{name}");
        }
        out.push('\n');
        let version = escape(&context.generator_version);
        put!(
            out,
            "T millibrem\\|{version}\\|Exact tree-level generator of millicharged pairs\n"
        );
        for (name, value) in run_attributes(context) {
            put!(out, "A {name} {}\n", escape(&value));
        }
    }

    fn event(&self, context: &Context, event: &Event, position: u64, out: &mut String) {
        out.push_str("E ");
        integer(out, position);
        out.push_str(" 1 ");
        integer(out, context.n_particles());
        out.push_str("\nU GEV MM\nW");
        number(out, ' ', event.weight);
        context
            .further(event)
            .for_each(|(_, weight)| number(out, ' ', weight));
        out.push_str("\nA 0 GenCrossSection");
        let totals = &context.totals;
        context.constants.number(out, ' ', totals.mean_weight_pb);
        context.constants.number(out, ' ', totals.error_pb);
        // As many tried as accepted.
        out.push(' ');
        integer(out, totals.n_events);
        out.push(' ');
        integer(out, totals.n_events);
        out.push_str("\nA 0 lab_pos");
        let ([x, y, z], time) = context.vertex_of(event).unwrap_or_default();
        lhe::across(x, out);
        lhe::across(y, out);
        context.constants.number(out, ' ', z);
        out.push_str("\nA 0 reproduction_key ");
        integer(out, event.index);
        out.push_str("\nA 0 signal_process_id ");
        integer(out, PROCESS);
        out.push('\n');
        let mut barcode = 0_u32;
        let mut particle = |line: &Line, out: &mut String| {
            barcode += 1;
            let (from, status) = match line.state {
                State::Beam => (" 0 ", " 4\n"),
                State::Target => (" 0 ", " 20\n"),
                State::Outgoing => (" -1 ", " 1\n"),
            };
            out.push_str("P ");
            integer(out, barcode);
            out.push_str(from);
            integer(out, line.pdg_id);
            context.put_momentum(line, out);
            out.push_str(status);
        };
        context
            .incoming(event)
            .iter()
            .for_each(|line| particle(line, out));
        out.push_str("V -1 1 [1,2]");
        if context.has_vertex() {
            out.push_str(" @");
            lhe::across(x, out);
            lhe::across(y, out);
            number(out, ' ', z);
            number(out, ' ', time);
        }
        out.push('\n');
        context
            .outgoing(event)
            .for_each(|line| particle(&line, out));
    }

    fn end(&self, _: &Context, out: &mut String) {
        out.push_str("HepMC::Asciiv3-END_EVENT_LISTING\n");
    }
}

/// A string as HepMC3 stores it on one line.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\|")
}

/// The attributes of the run, sorted as the reference implementation sorts them.
fn run_attributes(context: &Context) -> Vec<(String, String)> {
    let sample = &context.sample;
    let lepton = sample.beam.pdg_id;
    let process = match sample.process.as_str() {
        "pair" => (
            "l N -> l N chi chibar".to_owned(),
            "Radiation of a millicharged pair".to_owned(),
        ),
        "dark-photon" => (
            "l N -> l N A'".to_owned(),
            "Radiation of a dark photon".to_owned(),
        ),
        "annihilation" => (
            "e+ e- -> chi chibar".to_owned(),
            "Annihilation of a positron with an electron at rest to a dark pair".to_owned(),
        ),
        "photon-conversion" => (
            "gamma N -> chi chibar N".to_owned(),
            "Conversion of a photon to a millicharged pair in the field of a nucleus".to_owned(),
        ),
        "boson" => (
            "l N -> l N phi".to_owned(),
            "Radiation of a boson".to_owned(),
        ),
        "meson" => (
            "gamma N -> V N, V -> chi chibar".to_owned(),
            "Decay of a vector meson that a photon makes on a nucleus".to_owned(),
        ),
        other => {
            let roles: Vec<&str> = sample.outgoing.iter().map(|out| out.role.name()).collect();
            (other.to_owned(), format!("Outgoing: {}", roles.join(", ")))
        }
    };
    let name = |role: &Role| match *role == Role::DARK_PHOTON {
        true => "A'".to_owned(),
        false => role.name().to_owned(),
    };
    let dark_particles: Vec<_> = sample
        .dark()
        .map(|(_, out)| (out.particle, name(&out.role)))
        .collect();
    let numbers: Vec<String> = dark_particles
        .iter()
        .map(|(particle, _)| particle.pdg_id.to_string())
        .collect();
    let number = |value: f64| format!("{value:.16e}");
    let totals = &context.totals;
    let mut attributes = vec![
        ("Version.Major".to_owned(), "1".to_owned()),
        ("Version.Minor".to_owned(), "0".to_owned()),
        ("Version.Patch".to_owned(), "0".to_owned()),
        (
            "Conventions".to_owned(),
            "G.C.2 G.C.4 G.C.5 E.C.4".to_owned(),
        ),
        (
            "FluxAveragedTotalCrossSection".to_owned(),
            number(totals.mean_weight_pb),
        ),
        (
            "FluxAveragedTotalCrossSectionUncertainty".to_owned(),
            number(totals.error_pb),
        ),
        ("Units.CrossSection.Unit".to_owned(), "pb".to_owned()),
        (
            "Units.CrossSection.TargetScale".to_owned(),
            "PerAtom".to_owned(),
        ),
        ("ProcessIDs".to_owned(), PROCESS.to_string()),
        ("VertexStatusIDs".to_owned(), "1".to_owned()),
        ("ParticleStatusIDs".to_owned(), "1 4 20".to_owned()),
        ("AdditionalParticleNumbers".to_owned(), numbers.join(" ")),
        (format!("Beam[{lepton}].Type"), "MonoEnergetic".to_owned()),
        (format!("Beam[{lepton}].EnergyUnit"), "GEV".to_owned()),
        (
            format!("Beam[{lepton}].MonoEnergetic.Energy"),
            number(sample.beam_energy_gev),
        ),
        ("Provenance.Card".to_owned(), context.card.clone()),
        ("Provenance.Seed".to_owned(), context.seed.to_string()),
    ];
    let mut describe = |what: String, name: &str, description: &str| {
        attributes.push((format!("{what}.Name"), name.to_owned()));
        attributes.push((format!("{what}.Description"), description.to_owned()));
    };
    describe(format!("ProcessInfo[{PROCESS}]"), &process.0, &process.1);
    describe(
        "VertexStatusInfo[1]".to_owned(),
        "Primary",
        "The collision of the beam particle and what is struck",
    );
    describe(
        "ParticleStatusInfo[1]".to_owned(),
        "Final",
        "Undecayed physical particle",
    );
    describe(
        "ParticleStatusInfo[4]".to_owned(),
        "Beam",
        "Incoming beam particle",
    );
    describe(
        "ParticleStatusInfo[20]".to_owned(),
        "Target",
        "Target particle, at rest",
    );
    for (particle, name) in dark_particles {
        let id = particle.pdg_id;
        attributes.push((format!("AdditionalParticleNumber[{id}].Name"), name));
        let (mass, charge) = (particle.mass_gev, particle.charge);
        let words = format!("stable, mass {mass} GeV, charge {charge} e");
        attributes.push((format!("AdditionalParticleInfo[{id}].Description"), words));
    }
    attributes.sort();
    attributes
        .into_iter()
        .map(|(name, value)| (format!("NuHepMC.{name}"), value))
        .collect()
}
