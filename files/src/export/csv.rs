//! One table of all momenta, a line an event, for spreadsheets and quick looks.
//!
//! Behind the momenta are the masses: E² − p² of a fast particle has no digit of its mass left. What the run
//! says of each event beside these is in the last columns.

use super::text::{TextFormat, integer, number, put, write_text};
use super::{Context, Definition, Exporter, Output};
use crate::IoError;
use millibrem::event::{Event, Scalar};
use millibrem::particle::Role;

/// One table of all momenta.
pub(super) struct Csv;

impl Definition for Csv {
    fn name(&self) -> &str {
        "csv"
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

impl TextFormat for Csv {
    fn begin(&self, context: &Context, out: &mut String) {
        out.push_str("index,weight_pb");
        for (name, _) in context.further_weights() {
            put!(out, ",weight_{name}_pb");
        }
        let roles = context.sample.outgoing.iter().map(|out| &out.role);
        let all = roles.filter(|role| context.writes(role));
        for who in all.clone() {
            put!(out, ",{who}_e_gev,{who}_px_gev,{who}_py_gev,{who}_pz_gev");
        }
        if context.has_places() {
            out.push_str(",vertex_x_mm,vertex_y_mm");
        }
        if context.has_vertex() {
            out.push_str(",vertex_z_mm");
        }
        for who in all {
            put!(out, ",{who}_m_gev");
        }
        if context.sample.has_p_beam {
            let who = Role::LEPTON_IN;
            put!(out, ",{who}_e_gev,{who}_px_gev,{who}_py_gev,{who}_pz_gev");
        }
        for (_, scalar) in others(context) {
            put!(out, ",{}", scalar.name);
        }
        out.push('\n');
    }

    fn event(&self, context: &Context, event: &Event, _: u64, out: &mut String) {
        integer(out, event.index);
        number(out, ',', event.weight);
        context
            .further(event)
            .for_each(|(_, weight)| number(out, ',', weight));
        for line in context.outgoing(event) {
            line.p.iter().for_each(|&value| number(out, ',', value));
        }
        if let Some(([x, y, z], _)) = context.vertex_of(event) {
            if context.has_places() {
                number(out, ',', x);
                number(out, ',', y);
            }
            number(out, ',', z);
        }
        for line in context.outgoing(event) {
            context.constants.shortest(out, ',', line.mass_gev);
        }
        if context.sample.has_p_beam {
            let p = context.sample.p_beam_of(event);
            p.iter().for_each(|&value| number(out, ',', value));
        }
        for (i, scalar) in others(context) {
            let value = event.scalars()[i];
            match scalar.units == "1" {
                true => put!(out, ",{value}"),
                false => number(out, ',', value),
            }
        }
        out.push('\n');
    }

    fn end(&self, _: &Context, _: &mut String) {}
}

/// What each event says beside its vertex and further weights, with its place among its scalars.
fn others(context: &Context) -> impl Iterator<Item = (usize, &Scalar)> {
    let vertex = [Scalar::VERTEX_X, Scalar::VERTEX_Y, Scalar::VERTEX_Z];
    let all = context.sample.scalars.iter().enumerate();
    all.filter(move |(_, s)| s.further_weight().is_none() && !vertex.contains(s))
}
