//! A format of one line an event: its key and the energies, with the names of the particles on top.

use std::fmt::Write as _;

use millibrem::event::Event;
use millibrem_files::IoError;
use millibrem_files::export::{Context, Definition, Exporter, Output, TextFormat, write_text};

/// Energies only.
pub struct Energies;

impl Definition for Energies {
    fn name(&self) -> &str {
        "energies"
    }

    fn begin<'a>(
        &self,
        context: Context,
        output: Output<'a>,
    ) -> Result<Box<dyn Exporter + 'a>, IoError> {
        write_text(Self, context, output)
    }
}

impl TextFormat for Energies {
    fn begin(&self, context: &Context, out: &mut String) {
        for outgoing in &context.sample().outgoing {
            out.push_str(outgoing.role.name());
            out.push(' ');
        }
        out.push('\n');
    }

    fn event(&self, context: &Context, event: &Event, _: u64, out: &mut String) {
        for line in context.outgoing(event) {
            let _ = write!(out, "{:.17e} ", line.p[0]);
        }
        out.push('\n');
    }

    fn end(&self, _: &Context, _: &mut String) {}
}
