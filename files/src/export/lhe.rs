//! Les Houches event file 3.0 ([LHE06] hep-ph/0609017, [LHE13] arXiv:1405.1067).
//!
//! Weights are in pb, XSECUP is their mean. Where any weight differs from another IDWTUP is 4 (mean
//! of the weights is the cross section), where none does 3 (readers take 1 for each). Incoming particles have status −1, outgoing ones 1 with
//! both incoming ones as mothers; no colour, no lifetime, SPINUP 9 (unknown), no scale (−1).

use super::text::{TextFormat, integer, number, put, write_text, xml};
use super::{Context, Definition, Exporter, Line, Output, State};
use crate::IoError;
use millibrem::constants::ALPHA;
use millibrem::event::Event;
use millibrem::particle::Particle;

/// Les Houches event file 3.0.
pub(super) struct Lhe;

impl Definition for Lhe {
    fn name(&self) -> &str {
        "lhe"
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

impl TextFormat for Lhe {
    fn begin(&self, context: &Context, out: &mut String) {
        out.push_str("<LesHouchesEvents version=\"3.0\">\n<header>\n");
        card(context, out);
        further_weights(context, out);
        out.push_str("</header>\n<init>\n");
        init(context, beams(context), out);
        generator(context, out);
        out.push_str("</init>\n");
    }

    fn event(&self, context: &Context, event: &Event, _: u64, out: &mut String) {
        out.push_str("<event>\n");
        event_lines(context, event, out);
        if let Some((place, time)) = context.vertex_of(event) {
            vertex(place, time, out);
        }
        further(context, event, out);
        out.push_str("</event>\n");
    }

    fn end(&self, _: &Context, out: &mut String) {
        out.push_str("</LesHouchesEvents>\n");
    }
}

/// What further weights there are, in the header.
fn further_weights(context: &Context, out: &mut String) {
    if context.further_weights().next().is_none() {
        return;
    }
    out.push_str("<initrwgt>\n<weightgroup name=\"millibrem\" combine=\"none\">\n");
    for (name, words) in context.further_weights() {
        put!(out, "<weight id=\"{name}\">{}</weight>\n", xml(words));
    }
    out.push_str("</weightgroup>\n</initrwgt>\n");
}

/// The further weights of an event.
fn further(context: &Context, event: &Event, out: &mut String) {
    if context.further_weights().next().is_none() {
        return;
    }
    out.push_str("<rwgt>\n");
    for (name, weight) in context.further(event) {
        put!(out, "<wgt id=\"{name}\">");
        number(out, ' ', weight);
        out.push_str(" </wgt>\n");
    }
    out.push_str("</rwgt>\n");
}

/// IDWTUP: 4 for weighted events whose mean weight is the cross section, 3 for equal weights.
pub(super) fn weighting_strategy(context: &Context) -> i32 {
    match context.totals.differ {
        true => 4,
        false => 3,
    }
}

/// The card with the seed and the dark particle, in `<header>`.
pub(super) fn card(context: &Context, out: &mut String) {
    let (seed, card) = (context.seed, xml(&context.card));
    let per = context.sample.sigma_is_per();
    put!(
        out,
        "<millibrem seed=\"{seed}\" units=\"GeV, pb per {per}\""
    );
    if let Some((_, dark)) = context.sample.dark().next() {
        let Particle { pdg_id, charge, .. } = dark.particle;
        put!(out, " dark_pdg_id=\"{pdg_id}\" dark_charge=\"{charge}\"");
    }
    put!(out, ">\n{card}</millibrem>\n");
}

/// The element `<generator>` of `<init>`.
pub(super) fn generator(context: &Context, out: &mut String) {
    let version = xml(&context.generator_version);
    put!(
        out,
        "<generator name=\"millibrem\" version=\"{version}\">exact tree level</generator>\n"
    );
}

/// PDG numbers of the beam particle and the struck one.
pub(super) fn beams(context: &Context) -> [i32; 2] {
    context.beams().map(|beam| beam.pdg_id)
}

/// The two lines of `<init>`: beams, whose numbers are `ids`, and the one process.
pub(super) fn init(context: &Context, ids: [i32; 2], out: &mut String) {
    let [lepton, nucleus] = context.beams();
    put!(out, "{} {}", ids[0], ids[1]);
    number(out, ' ', lepton.p[0]);
    number(out, ' ', nucleus.p[0]);
    // No parton densities.
    put!(out, " 0 0 0 0 {} 1\n", weighting_strategy(context));
    number(out, ' ', context.totals.mean_weight_pb);
    number(out, ' ', context.totals.error_pb);
    number(out, ' ', context.totals.max_weight_pb);
    out.push_str(" 1\n");
}

/// An event with all that goes in and comes out.
pub(super) fn event_lines(context: &Context, event: &Event, out: &mut String) {
    event_line(context, context.n_particles(), event.weight, out);
    for line in context
        .incoming(event)
        .into_iter()
        .chain(context.outgoing(event))
    {
        particle(context, &line, out);
    }
}

/// NUP IDPRUP XWGTUP SCALUP AQEDUP AQCDUP.
pub(super) fn event_line(context: &Context, n_particles: usize, weight: f64, out: &mut String) {
    integer(out, n_particles);
    out.push_str(" 1");
    number(out, ' ', weight);
    for value in [-1.0, ALPHA, 0.0] {
        context.constants.number(out, ' ', value);
    }
    out.push('\n');
}

/// The thirteen columns of a particle.
pub(super) fn particle(context: &Context, line: &Line, out: &mut String) {
    integer(out, line.pdg_id);
    out.push_str(match line.state {
        State::Beam | State::Target => " -1 0 0 0 0",
        State::Outgoing => " 1 1 2 0 0",
    });
    context.put_momentum(line, out);
    out.push_str(" 0 9\n");
}

/// `#vertex x y z t` in mm and ns, as ldmx-sw reads it; a comment to everyone else.
pub(super) fn vertex([x, y, z]: [f64; 3], time_mm: f64, out: &mut String) {
    /// Speed of light in mm/ns (SI, exact).
    const LIGHT_MM_PER_NS: f64 = 299.792_458;
    out.push_str("#vertex");
    across(x, out);
    across(y, out);
    number(out, ' ', z);
    number(out, ' ', time_mm / LIGHT_MM_PER_NS);
    out.push('\n');
}

/// A place across the axis in mm, 0 being one of the axis itself.
pub(super) fn across(mm: f64, out: &mut String) {
    match mm {
        0.0 => out.push_str(" 0"),
        mm => number(out, ' ', mm),
    }
}
