//! The conversion as the rest of the library sees it.
//!
//! Map: W² = 4m_χ² e^(Ly²), ln t flat, vcosθ = tanh of a flat variable, φ flat.

use std::sync::Arc;

use super::conversion::{Conversion, Invariants, KIND};
use super::quadrature;
use super::two_photon::{Polar, rapidity};
use crate::elementary::cos_sin_turns;
use crate::event::Momentum;
use crate::particle::Role;
use crate::process::photon::{OfPhotons, Photons, check_beam};
use crate::process::{
    BLOCK, Goal, Inputs, Integral, Kind, PointBlock, Process, QuadratureError, SetupError,
};

impl OfPhotons for Conversion {
    const KIND: &'static str = KIND;

    fn photons(&self) -> &Photons {
        &self.photons
    }

    fn n_dim(&self) -> usize {
        4
    }

    fn points(&self) -> Box<dyn PointBlock> {
        Box::new(Points {
            nominal: self.clone(),
            moved: Some(self.clone()),
            at: [(Invariants::default(), Polar::default(), (1.0, 0.0)); BLOCK],
        })
    }

    fn moved(&self, energy_gev: f64) -> Option<Self> {
        self.at(energy_gev)
    }

    fn within(&self, t: (f64, f64), goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        quadrature::within(self, t, goal)
    }

    fn at_t(&self, t: f64, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        quadrature::at_t(self, t, goal)
    }
}

/// A block of its points.
struct Points {
    nominal: Conversion,
    /// At the energy of the moment, if anything is made there.
    moved: Option<Conversion>,
    /// W² and t, θ, cos φ and sin φ.
    at: [(Invariants, Polar, (f64, f64)); BLOCK],
}

impl PointBlock for Points {
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]) {
        let Some(of) = &self.moved else {
            value.fill(0.0);
            return;
        };
        let (low, high) = of.w2_limits();
        let length = libm::log(high / low);
        for (i, value) in value.iter_mut().enumerate() {
            let [y0, y1, y2, y3] = [y[0][i], y[1][i], y[2][i], y[3][i]];
            let w2 = low * libm::exp(length * y0 * y0);
            let (t_min, t_max) = of.t_limits(w2);
            let t_max = t_max.min(of.t_most());
            *value = 0.0;
            if !(t_min < t_max) {
                continue;
            }
            let decades = libm::log(t_max / t_min);
            let t = t_min * libm::exp(decades * y1);
            if !of.passes(t) {
                continue;
            }
            let v = of.v(w2);
            // On the threshold to the last digit the pair has no phase space.
            if v == 0.0 {
                continue;
            }
            let m = of.photons.chi.mass_gev;
            let wide = rapidity(v, m, w2);
            let (polar, slope) = Polar::at(wide * (y2 - 0.5), v, m, w2);
            let turn = cos_sin_turns(y3);
            let invariants = of.invariants(w2, t);
            self.at[i] = (invariants, polar, turn);
            if of.photons.cuts_angles()
                && !of
                    .photons
                    .angles_pass(&of.momenta(&invariants, polar, turn))
            {
                continue;
            }
            let jacobian = 2.0 * y0 * length * w2 * decades * t * wide * slope / v;
            *value = jacobian * of.density_pb(&invariants, polar, turn.0);
        }
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        if let Some(of) = &self.moved {
            let (invariants, polar, turn) = &self.at[i];
            out.copy_from_slice(&of.momenta(invariants, *polar, *turn));
        }
    }

    fn set_beam_energy(&mut self, beam_energy_gev: f64) -> bool {
        self.moved = self.nominal.at(beam_energy_gev);
        self.moved.is_some()
    }
}

/// The kind: of a beam of photons, or of those in the shower of electrons or positrons.
pub(in crate::process) struct PhotonConversionOf;

impl Kind for PhotonConversionOf {
    fn name(&self) -> &str {
        KIND
    }

    fn of(&self, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        check_beam(KIND, inputs)?;
        Ok(Arc::new(Conversion::new(inputs)?))
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
        "γ N → χ χ̄ N of a photon of the beam or of its shower"
    }
}
