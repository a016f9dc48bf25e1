//! Les Houches events as Pythia 8 takes them, with the settings that it needs in a file beside them.
//!
//! Pythia has no nucleus for a beam, and of beams of leptons only pairs of charged leptons of opposite charge:
//! `<init>` names the beam particle and its antiparticle, at the energies of the beam particle and of the
//! nucleus at rest. The events themselves are those of the format `lhe`. What Pythia would add or reject is
//! switched off by the settings: momenta of the incoming particles are not those of its beams, and of the
//! incoming nucleus it keeps only that it was there. Weights are pb under IDWTUP 4, where Pythia's
//! cross section is their mean, and 1 under 3. Pinned by `tests/python/test_pythia8.py` with Pythia 8.3.

use super::text::{TextFormat, put, write_text};
use super::{Companion, Context, Definition, Exporter, Output, lhe};
use crate::IoError;
use millibrem::event::{Event, Sample};
use millibrem::particle::{Particle, Program, pythia8_nucleus};

/// Numbers of charged leptons.
const LEPTONS: [i32; 3] = [11, 13, 15];
/// Nuclei have numbers above this.
const NUCLEI_ABOVE: i32 = 1_000_000_000;

/// What keeps Pythia from changing the events, and from asking for what a target at rest cannot give.
const AS_THEY_ARE: &str = "\
PDF:lepton = off
LesHouches:matchInOut = off
Check:event = off
PartonLevel:ISR = off
PartonLevel:FSR = off
PartonLevel:MPI = off
PartonLevel:Remnants = off
HadronLevel:all = off
";

/// Les Houches events for Pythia 8.
pub(super) struct Pythia8;

impl Definition for Pythia8 {
    fn name(&self) -> &str {
        "pythia8-lhe"
    }

    fn suffix(&self) -> &str {
        "pythia8.lhe"
    }

    fn refuses(&self, sample: &Sample) -> Option<String> {
        let beam = sample.beam.pdg_id;
        (!LEPTONS.contains(&beam.abs())).then(|| {
            format!("Pythia has beams of e, mu and tau for it, and the beam particle is {beam}")
        })
    }

    fn companion(&self) -> Option<Companion> {
        Some(Companion {
            ending: ".cmnd",
            text: |context, file| {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let head = "! Pythia 8 reads the events with these settings: readFile(\"";
                format!(
                    "{head}{name}.cmnd\"), in this folder.\nBeams:frameType = 4\nBeams:LHEF = {name}\n{}",
                    settings(context)
                )
            },
        })
    }

    fn begin<'a>(
        &self,
        context: Context,
        output: Output<'a>,
    ) -> Result<Box<dyn Exporter + 'a>, IoError> {
        write_text(Self, context, output)
    }
}

impl TextFormat for Pythia8 {
    fn begin(&self, context: &Context, out: &mut String) {
        let lepton = context.sample.beam.pdg_id;
        put!(
            out,
            "<LesHouchesEvents version=\"3.0\">\n<header>\n<pythia8>\n{}</pythia8>\n",
            settings(context)
        );
        lhe::card(context, out);
        out.push_str("</header>\n<init>\n");
        lhe::init(context, [lepton, -lepton], out);
        lhe::generator(context, out);
        out.push_str("</init>\n");
    }

    fn event(&self, context: &Context, event: &Event, _: u64, out: &mut String) {
        out.push_str("<event>\n");
        lhe::event_lines(context, event, out);
        out.push_str("</event>\n");
    }

    fn end(&self, context: &Context, out: &mut String) {
        lhe::Lhe.end(context, out);
    }
}

/// All settings but the name of the file.
fn settings(context: &Context) -> String {
    let sample = &context.sample;
    let struck: &[Particle] = match sample.nuclei.is_empty() {
        true => std::slice::from_ref(&sample.target),
        false => &sample.nuclei,
    };
    let nuclei = struck.iter().filter(|one| one.pdg_id > NUCLEI_ABOVE);
    let nuclei: String = nuclei.map(pythia8_nucleus).collect();
    let dark = Program::Pythia8.definitions(&sample.outgoing);
    format!("{AS_THEY_ARE}{dark}{nuclei}")
}
