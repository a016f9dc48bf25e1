//! Les Houches events as the reader of ldmx-sw takes them.
//!
//! It looks for lines that are exactly `<event>` (one with attributes is passed over without a
//! word), reads one line of six numbers, then lines of exactly thirteen until `</event>`; a line
//! with `#` is a comment, `#vertex x y z t` (mm, ns) sets the position of the event. Outgoing
//! particles become Geant4 primaries, which does not know most nuclei: they can be left out.

use super::text::{TextFormat, write_text};
use super::{Context, Definition, Exporter, Output, lhe};
use crate::IoError;
use millibrem::event::Event;

/// Les Houches events for ldmx-sw.
pub(super) struct LdmxLhe;

impl Definition for LdmxLhe {
    fn name(&self) -> &str {
        "ldmx-lhe"
    }

    fn suffix(&self) -> &str {
        "ldmx.lhe"
    }

    fn has_weights(&self) -> bool {
        false
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

impl TextFormat for LdmxLhe {
    fn begin(&self, context: &Context, out: &mut String) {
        out.push_str("<LesHouchesEvents version=\"1.0\">\n<init>\n");
        lhe::init(context, lhe::beams(context), out);
        out.push_str("</init>\n");
    }

    fn event(&self, context: &Context, event: &Event, position: u64, out: &mut String) {
        lhe::Lhe.event(context, event, position, out);
    }

    fn end(&self, context: &Context, out: &mut String) {
        lhe::Lhe.end(context, out);
    }
}
