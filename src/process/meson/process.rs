//! The pairs of mesons as the rest of the library sees them.
//!
//! Map: ln t, cos θ and φ flat; where there are several mesons, equal parts of one more dimension are theirs.

use std::sync::Arc;

use super::limits;
use super::production::{KIND, MesonPair};
use super::quadrature;
use crate::elementary::cos_sin_turns;
use crate::event::Momentum;
use crate::kinematics::CollisionError;
use crate::particle::Role;
use crate::process::kind::{SHAPE_KEYS, idle_by_roles};
use crate::process::photon::{OfPhotons, Photons, check_beam};
use crate::process::{
    BLOCK, Goal, Inputs, Integral, Kind, KinematicLimits, PointBlock, Process, QuadratureError,
    SetupError, Unsuitable,
};

impl OfPhotons for MesonPair {
    const KIND: &'static str = KIND;

    fn photons(&self) -> &Photons {
        &self.photons
    }

    fn n_dim(&self) -> usize {
        3 + usize::from(self.n_mesons() > 1)
    }

    fn points(&self) -> Box<dyn PointBlock> {
        Box::new(Points {
            nominal: self.clone(),
            moved: Some(self.clone()),
            at: [At::default(); BLOCK],
        })
    }

    fn moved(&self, energy_gev: f64) -> Option<Self> {
        self.at(energy_gev)
    }

    fn within(&self, t: (f64, f64), goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        quadrature::within(self, t, goal)
    }

    fn at_t(&self, t: f64, _: &Goal<'_>) -> Result<Integral, QuadratureError> {
        Ok(quadrature::at_t(self, t))
    }
}

/// A block of its points.
struct Points {
    nominal: MesonPair,
    /// At the energy of the moment, if anything is made there.
    moved: Option<MesonPair>,
    at: [At; BLOCK],
}

/// A point.
#[derive(Clone, Copy, Default)]
struct At {
    /// Which of the mesons.
    meson: usize,
    t: f64,
    cos: f64,
    /// cos φ and sin φ.
    turn: (f64, f64),
}

impl PointBlock for Points {
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]) {
        value.fill(0.0);
        let Some(of) = &self.moved else {
            return;
        };
        let n = of.n_mesons();
        for (i, value) in value.iter_mut().enumerate() {
            let pick = y.get(3).map_or(0.0, |column| column[i]);
            let meson = ((pick * n as f64) as usize).min(n - 1);
            let Some(open) = of.meson(meson) else {
                continue;
            };
            let (low, high) = open.t_range;
            let decades = libm::log(high / low);
            let t = low * libm::exp(decades * y[0][i]);
            let (cos, turn) = (2.0 * y[1][i] - 1.0, cos_sin_turns(y[2][i]));
            self.at[i] = At {
                meson,
                t,
                cos,
                turn,
            };
            if of.photons.cuts_angles() && !of.photons.angles_pass(&of.momenta(open, t, cos, turn))
            {
                continue;
            }
            let jacobian = n as f64 * decades * t;
            *value = jacobian * of.dsigma_dt_pb(open, t) * of.angular(open.meson, cos);
        }
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        let At {
            meson,
            t,
            cos,
            turn,
        } = self.at[i];
        if let Some(of) = &self.moved
            && let Some(open) = of.meson(meson)
        {
            out.copy_from_slice(&of.momenta(open, t, cos, turn));
        }
    }

    fn set_beam_energy(&mut self, beam_energy_gev: f64) -> bool {
        self.moved = self.nominal.at(beam_energy_gev);
        self.moved.is_some()
    }
}

/// The kind: of a beam of photons, or of those in the shower of electrons or positrons.
pub(in crate::process) struct MesonOf;

impl Kind for MesonOf {
    fn name(&self) -> &str {
        KIND
    }

    fn of(&self, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        check_beam(KIND, inputs)?;
        Ok(Arc::new(MesonPair::new(inputs)?))
    }

    /// The map asks for the masses and the cuts alone.
    fn on_points_of(&self, _: &Inputs, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        self.of(inputs)
    }

    fn roles(&self) -> &'static [Role] {
        const ROLES: &[Role] = &[Role::NUCLEUS_OUT, Role::CHI, Role::CHIBAR];
        ROLES
    }

    fn words(&self) -> &'static str {
        "γ N → V N with V → χ χ̄, V of `process.mesons`, of a photon of the beam or of its shower, an estimate"
    }

    fn own_keys(&self) -> &'static [&'static str] {
        &["process.mesons"]
    }

    fn idle_keys(&self) -> Vec<(&'static str, &'static str)> {
        let mut idle = idle_by_roles(self.roles());
        idle.extend(SHAPE_KEYS.map(|key| (key, "the nucleus is that of the estimate")));
        idle
    }

    fn suits(&self, inputs: &Inputs) -> Result<(), Unsuitable> {
        limits::some_are_made(inputs)
    }

    fn limits(&self, inputs: &Inputs, one_energy: bool) -> Result<KinematicLimits, CollisionError> {
        Ok(limits::of(inputs, one_energy))
    }

    fn threshold_gev(&self, inputs: &Inputs) -> f64 {
        limits::threshold_gev(inputs)
    }

    fn pair_masses(&self, inputs: &Inputs) -> Option<(f64, f64)> {
        let (lightest, heaviest) = limits::open(inputs)?;
        Some((lightest.mass_gev(), heaviest.mass_gev()))
    }
}
