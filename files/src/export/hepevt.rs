//! HEPEvt lines as Geant4's `G4HEPEvtInterface` reads them.
//!
//! An event is the number of its particles, then a line each: status, PDG number, first and last daughter, px, py,
//! pz and mass in GeV. Only particles that come out (status 1) are there; they have no daughters. There is no place
//! for weights and vertices: Geant4 puts all at its own vertex. Particles that Geant4 does not know, most nuclei among
//! them, are passed over without a word: they can be left out, and dark ones must be defined (`docs/geant4.md`).

use super::text::{TextFormat, integer, number, write_text};
use super::{Context, Definition, Exporter, Output};
use crate::IoError;
use millibrem::event::Event;

/// HEPEvt lines for Geant4.
pub(super) struct HepEvt;

impl Definition for HepEvt {
    fn name(&self) -> &str {
        "hepevt"
    }

    fn has_weights(&self) -> bool {
        false
    }

    fn begin<'a>(
        &self,
        context: Context,
        output: Output<'a>,
    ) -> Result<Box<dyn Exporter + 'a>, IoError> {
        write_text(Self, context, output)
    }
}

impl TextFormat for HepEvt {
    fn begin(&self, _: &Context, _: &mut String) {}

    fn event(&self, context: &Context, event: &Event, _: u64, out: &mut String) {
        integer(out, context.outgoing(event).count());
        out.push('\n');
        for line in context.outgoing(event) {
            out.push_str("1 ");
            integer(out, line.pdg_id);
            out.push_str(" 0 0");
            for value in [line.p[1], line.p[2], line.p[3], line.mass_gev] {
                number(out, ' ', value);
            }
            out.push('\n');
        }
    }

    fn end(&self, _: &Context, _: &mut String) {}
}
