//! Where a particle of the beam comes in, and in which direction it goes at the vertex.
//!
//! At the front of the target x, y and the slopes x' = dx/dz, y' are gaussian, x and x' with the correlation ρ of
//! their ellipse (`x' = σ' (ρ a + √(1 − ρ²) b)` where `x = σ a`), the planes independent of each other; down to
//! the depth z of the vertex x grows by x' z, and by multiple scattering ([`crate::matter::scattering`]) at the momentum
//! √(p_in p_vertex). The weight of an event does not depend on any of this: a block of points knows the beam
//! along +z, and each event is turned afterwards (`generate`). Lengths in cm, energies in GeV. Pinned by
//! `tests/beam.rs` and `tests/beam_table.rs`.

use crate::beam::{BeamProfile, PhaseSpace};
use crate::elementary::{cos_sin_turns, ln};
use crate::event::{Momentum, Scalar};
use crate::matter::scattering::{highland_rad, offset_and_angle};
use crate::process::Process;

/// How the particles of a beam come in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incoming {
    planes: [Plane; 2],
    /// Thickness of the target, where vertices lie evenly if the process does not say where.
    thickness_cm: Option<f64>,
    /// Radiation length, if the beam scatters.
    scatters_in_cm: Option<f64>,
}

/// A plane across the axis at the front of the target.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Plane {
    spot_cm: f64,
    divergence_rad: f64,
    /// ρ and √(1 − ρ²).
    correlation: [f64; 2],
}

/// The beam particle of an event at its vertex.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtVertex {
    /// x, y and z, cm.
    pub place_cm: [f64; 3],
    /// Its momentum, GeV.
    pub p: Momentum,
}

impl Incoming {
    /// Of this profile in a target of this thickness in cm, scattering if its radiation length in cm is given.
    pub fn new(
        profile: &BeamProfile,
        thickness_cm: Option<f64>,
        scatters_in_cm: Option<f64>,
    ) -> Self {
        Self {
            planes: profile.phase_space().map(|plane: PhaseSpace| Plane {
                spot_cm: 0.1 * plane.spot_mm,
                divergence_rad: 1e-3 * plane.divergence_mrad,
                correlation: [
                    plane.correlation,
                    ((1.0 - plane.correlation) * (1.0 + plane.correlation)).sqrt(),
                ],
            }),
            thickness_cm,
            scatters_in_cm,
        }
    }

    /// What events of a process say with this: what the process says, then where they are.
    pub fn scalars(&self, of_process: Vec<Scalar>) -> Vec<Scalar> {
        let mut all = of_process;
        if self.draws_depth(&all) {
            all.push(Scalar::VERTEX_Z);
        }
        all.extend([Scalar::VERTEX_X, Scalar::VERTEX_Y]);
        all
    }

    /// Whether the depth is drawn here, as in a target that is thin for the beam.
    fn draws_depth(&self, of_process: &[Scalar]) -> bool {
        self.thickness_cm.is_some() && !of_process.contains(&Scalar::VERTEX_Z)
    }

    /// A particle of mass `m` that came in with `e_in` and has `e` at the vertex, at depth `z_cm` if that is known.
    pub fn at_vertex(
        &self,
        (m, e_in, e): (f64, f64, f64),
        z_cm: Option<f64>,
        mut uniform: impl FnMut() -> f64,
    ) -> AtVertex {
        let z_cm = match (z_cm, self.thickness_cm) {
            (Some(z_cm), _) => z_cm,
            (None, Some(thickness_cm)) => thickness_cm * uniform(),
            (None, None) => 0.0,
        };
        let momentum = |e: f64| ((e - m) * (e + m)).sqrt();
        let p = momentum(e);
        let rms = self.scatters_in_cm.map_or(0.0, |x0_cm| {
            let mean = (momentum(e_in) * p).sqrt();
            let beta = mean / libm::hypot(mean, m);
            highland_rad(mean, beta, z_cm / x0_cm)
        });
        let (mut place_cm, mut slope) = ([0.0, 0.0, z_cm], [0.0; 2]);
        for axis in 0..2 {
            let [a, b] = normals(&mut uniform);
            let [c, d] = normals(&mut uniform);
            let (offset, angle) = offset_and_angle(z_cm, rms, [c, d]);
            let plane = &self.planes[axis];
            let [with_x, alone] = plane.correlation;
            let before = plane.divergence_rad * (with_x * a + alone * b);
            place_cm[axis] = plane.spot_cm * a + before * z_cm + offset;
            slope[axis] = before + angle;
        }
        let pz = p / (1.0 + slope[0] * slope[0] + slope[1] * slope[1]).sqrt();
        AtVertex {
            place_cm,
            p: [e, slope[0] * pz, slope[1] * pz, pz],
        }
    }
}

/// What events of a process say beside momenta.
pub fn event_scalars(process: &dyn Process) -> Vec<Scalar> {
    let scalars = process.scalars();
    match process.incoming() {
        Some(incoming) => incoming.scalars(scalars),
        None => scalars,
    }
}

/// Two standard normal numbers of two uniform ones (Box and Muller).
fn normals(uniform: &mut impl FnMut() -> f64) -> [f64; 2] {
    // 1 − u is above 0.
    let radius = (-2.0 * ln(1.0 - uniform())).sqrt();
    let (cos, sin) = cos_sin_turns(uniform());
    [radius * cos, radius * sin]
}
