//! Libraries of dark-bremsstrahlung events for G4DarkBreM (arXiv:2211.03873), which scales them
//! to the energy of each lepton in a Geant4 simulation.
//!
//! A library has one dark particle an event and no weights. A pair is collapsed into one particle
//! of its momentum and mass under the id 622; G4DarkBreM takes one fixed mass for all of them, so
//! a continuum of masses is only approximate there. The reader wants, in this order, incoming
//! lepton, incoming nucleus, outgoing lepton, outgoing nucleus, dark particle; it knows the lepton
//! ids 11 and 13 only, takes Z from the first line with the word it looks for (so that word stands
//! nowhere else), and reads energies in GeV.

use super::Context;
use super::lhe;
use super::particle::{Line, State};
use super::text::{TextFormat, number, put};
use millibrem::event::{Event, Momentum};

/// The id G4DarkBreM looks for unless told otherwise.
const DARK_ID: i32 = 622;

/// The library as Les Houches events.
pub(super) struct Lhe;

impl TextFormat for Lhe {
    fn begin(&self, context: &Context, out: &mut String) {
        out.push_str("<LesHouchesEvents version=\"1.0\">\n<header>\n");
        put!(
            out,
            "1 {} # Znuc, charge number of the target\n",
            charge_number(context)
        );
        out.push_str("</header>\n<init>\n");
        lhe::init(context, out);
        out.push_str("</init>\n");
    }

    fn event(&self, context: &Context, event: &Event, _: u64, out: &mut String) {
        let sample = &context.sample;
        let [mut lepton, nucleus] = context.incoming();
        lepton.pdg_id = lepton.pdg_id.abs();
        let outgoing = |pdg_id, p, mass_gev| Line {
            pdg_id,
            state: State::Outgoing,
            p,
            mass_gev,
        };
        let pair = event.p_pair();
        out.push_str("<event>\n");
        lhe::event_line(context, 5, event.weight, out);
        for line in [
            lepton,
            nucleus,
            outgoing(lepton.pdg_id, event.p_lepton_out, sample.lepton.mass_gev),
            outgoing(nucleus.pdg_id, event.p_nucleus_out, sample.nucleus.mass_gev),
            outgoing(DARK_ID, pair, pair_mass(context, event)),
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

impl TextFormat for Csv {
    fn begin(&self, _: &Context, out: &mut String) {
        out.push_str(
            "target_Z,incident_energy,recoil_energy,recoil_px,recoil_py,recoil_pz,\
             centerMomentum_energy,centerMomentum_px,centerMomentum_py,centerMomentum_pz\n",
        );
    }

    fn event(&self, context: &Context, event: &Event, _: u64, out: &mut String) {
        let (recoil, pair) = (event.p_lepton_out, event.p_pair());
        let center: Momentum = std::array::from_fn(|i| recoil[i] + pair[i]);
        put!(out, "{}", charge_number(context));
        context
            .constants
            .number(out, ',', context.sample.beam_energy_gev);
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
    context.sample.nucleus.charge.round() as i64
}

/// Invariant mass of the pair in GeV: from 2mχ² + 2k1·k2 with k1·k2 written without cancellation.
fn pair_mass(context: &Context, event: &Event) -> f64 {
    let m = context.sample.dark.mass_gev;
    let Some([e2, x2, y2, z2]) = event.p_chibar else {
        return m;
    };
    let [e1, x1, y1, z1] = event.p_chi;
    let (p1, p2) = (x1 * x1 + y1 * y1 + z1 * z1, x2 * x2 + y2 * y2 + z2 * z2);
    let cross = [y1 * z2 - z1 * y2, z1 * x2 - x1 * z2, x1 * y2 - y1 * x2];
    let cross = cross.iter().map(|c| c * c).sum::<f64>();
    let (p, dot) = ((p1 * p2).sqrt(), x1 * x2 + y1 * y2 + z1 * z2);
    // E1E2 − |p1||p2| = m²(p1² + p2² + m²)/(E1E2 + |p1||p2|), |p1||p2| − p1·p2 = (p1×p2)²/(…).
    let energies = m * m * (p1 + p2 + m * m) / (e1 * e2 + p);
    let angle = if dot > 0.0 {
        cross / (p + dot)
    } else {
        p - dot
    };
    (2.0 * (m * m + energies + angle)).sqrt()
}
