//! One set-up of the mesons: their kinematics, dσ and momenta.
//!
//! Energies in GeV, the photon along z, the nucleus at rest and recoiling in the xz plane.

use std::sync::Arc;

use super::rates::Rates;
use crate::dark_sector::{ChiSpin, MilliCharged};
use crate::event::Momentum;
use crate::kinematics::FourMomentum;
use crate::mesons::photoproduction::{self, LARGEST_T_GEV2, Photoproduction};
use crate::mesons::{Mesons, VectorMeson};
use crate::process::photon::Photons;
use crate::process::{Inputs, SetupError};

/// Its name.
pub(super) const KIND: &str = "meson";
/// b(t − t_min) beyond which nothing is left.
const FARTHEST: f64 = 40.0;
/// Most mesons.
const MOST: usize = VectorMeson::ALL.len();

/// Pairs of mesons on one nucleus.
#[derive(Debug, Clone)]
pub struct MesonPair {
    pub(super) photons: Photons,
    on: Arc<Photoproduction>,
    rates: Arc<[Rates]>,
    /// What of each of [`Self::rates`] is open at this energy.
    now: [Option<Open>; MOST],
}

/// One meson at one energy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) meson: VectorMeson,
    /// Least and largest t in GeV² that kinematics, dσ and the cuts on E_miss leave.
    pub(super) t_range: (f64, f64),
    /// Limits of t by kinematics alone.
    t_limits: (f64, f64),
    /// Coherent dσ/dt at |F|² = 1 in pb/GeV², and the incoherent σ in pb, times the branching ratio.
    coherent_pb: f64,
    incoherent_pb: f64,
}

impl MesonPair {
    /// The process of these inputs, with photons of the energy of their beam.
    ///
    /// # Errors
    /// [`SetupError`] if a number makes no sense, what is produced is no pair of a charge, there is a cut on a lepton, or
    /// nothing can be made.
    pub fn new(inputs: &Inputs) -> Result<Self, SetupError> {
        let photons = Photons::new(KIND, inputs)?;
        let energy_gev = photons.energy_gev;
        let open = can_be_made(inputs.mesons, &photons.chi, energy_gev)?;
        let on = Photoproduction::on(&photons.nucleus)?;
        let process = Self {
            photons,
            rates: open.map(|one| Rates::new(one, &on, energy_gev)).collect(),
            on: Arc::new(on),
            now: [None; MOST],
        };
        process.at(energy_gev).ok_or(photons.nothing_left())
    }

    /// The same at another energy; the cuts stay where they are in GeV.
    pub(super) fn at(&self, energy_gev: f64) -> Option<Self> {
        let mut moved = Self {
            photons: self.photons.moved(energy_gev),
            ..self.clone()
        };
        moved.now = core::array::from_fn(|i| moved.open(moved.rates.get(i)?));
        // What the upper cut rejects is made at energies above others.
        let is_open = |rates: &Rates| {
            let [least, most] = moved.limits(rates.meson);
            energy_gev > rates.lowest_gev && least < most
        };
        moved.rates.iter().any(is_open).then_some(moved)
    }

    /// Least and largest t in GeV² of a meson that kinematics, dσ and the lower cut on E_miss leave.
    fn limits(&self, meson: VectorMeson) -> [f64; 2] {
        let mass = meson.mass_gev();
        let (t_min, t_max) = self.photons.collision().t_limits(mass * mass);
        let farthest = t_min + (FARTHEST / photoproduction::slope(meson)).max(LARGEST_T_GEV2);
        let to = self.photons.t_at(self.photons.cuts.x_min);
        [t_min, t_max.min(farthest).min(to)]
    }

    /// A meson at this energy, if it can be made within the cuts.
    fn open(&self, rates: &Rates) -> Option<Open> {
        if !(self.photons.energy_gev > rates.lowest_gev) {
            return None;
        }
        let (meson, branching) = (rates.meson, rates.meson.chi_branching(&self.photons.chi));
        let [coherent, incoherent] = rates.at(&self.on, self.photons.energy_gev);
        let mass = meson.mass_gev();
        let (t_min, t_max) = self.photons.collision().t_limits(mass * mass);
        let [least, most] = self.limits(meson);
        let t_range = (least.max(self.photons.t_least()), most);
        (t_range.0 < t_range.1).then_some(Open {
            meson,
            t_range,
            t_limits: (t_min, t_max),
            coherent_pb: branching * coherent,
            incoherent_pb: branching * incoherent,
        })
    }

    /// How many mesons there are, those that are closed at this energy with them.
    pub(super) fn n_mesons(&self) -> usize {
        self.rates.len()
    }

    /// One of them, unless it is closed at this energy.
    pub(super) fn meson(&self, i: usize) -> Option<&Open> {
        self.now.get(i)?.as_ref()
    }

    /// Those that are open.
    pub(super) fn mesons(&self) -> impl Iterator<Item = &Open> {
        self.now.iter().flatten()
    }

    /// dσ/dt of a meson in pb/GeV².
    pub(super) fn dsigma_dt_pb(&self, open: &Open, t: f64) -> f64 {
        let slope = photoproduction::slope(open.meson);
        let falling = slope * libm::exp(-slope * (t - open.t_limits.0));
        open.coherent_pb * self.on.shape2(t) + open.incoherent_pb * falling
    }

    /// The density of cos θ in the rest frame of a meson over the flat one.
    pub(super) fn angular(&self, meson: VectorMeson, cos: f64) -> f64 {
        let sin2 = (1.0 - cos) * (1.0 + cos);
        let ratio = self.photons.chi.mass_gev / meson.mass_gev();
        let beta2 = 1.0 - 4.0 * ratio * ratio;
        match self.photons.chi.spin {
            ChiSpin::Dirac => (2.0 - beta2 * sin2) / (2.0 - beta2 * (2.0 / 3.0)),
            ChiSpin::Scalar => 1.5 * sin2,
        }
    }

    /// Momenta of nucleus, χ and χ̄ of a meson at t, with χ at θ and φ in its rest frame.
    pub(super) fn momenta(
        &self,
        open: &Open,
        t: f64,
        cos: f64,
        (cos_phi, sin_phi): (f64, f64),
    ) -> [Momentum; 3] {
        let (omega, big_m) = (self.photons.energy_gev, self.photons.nucleus.mass_gev);
        let mass = open.meson.mass_gev();
        let m2 = mass * mass;
        let (t_min, t_max) = open.t_limits;
        let kinetic = 0.5 * t / big_m;
        let along = kinetic + 0.5 * (m2 + t) / omega;
        let across = self.photons.collision().s().sqrt() / (2.0 * big_m * omega)
            * ((t - t_min).max(0.0) * (t_max - t).max(0.0)).sqrt();
        let nucleus = [big_m + kinetic, across, 0.0, along];
        let (px, pz) = (-across, omega - along);
        let meson = FourMomentum::new((m2 + px * px + pz * pz).sqrt(), px, 0.0, pz);
        // The helicity is along −N′ in the rest frame of V.
        let dot = across * px + along * pz;
        let shift = (dot / (meson.energy() + mass) - nucleus[0]) / mass;
        let (ax, az) = (-(across + px * shift), -(along + pz * shift));
        let norm = libm::hypot(ax, az);
        let (ax, az) = match norm > 0.0 {
            true => (ax / norm, az / norm),
            false => (0.0, 1.0),
        };
        let (m_chi, sin) = (
            self.photons.chi.mass_gev,
            ((1.0 - cos) * (1.0 + cos)).sqrt(),
        );
        let k = (0.25 * m2 - m_chi * m_chi).sqrt();
        let (in_plane, up) = (sin * cos_phi, sin * sin_phi);
        let n = [cos * ax + in_plane * az, up, cos * az - in_plane * ax];
        let of = |sign: f64| {
            let [x, y, z] = n.map(|c| sign * k * c);
            let rest = FourMomentum::new(0.5 * mass, x, y, z);
            let [_, x, y, z] = rest.boosted_from_rest_frame_of(&meson, mass).components();
            // From the mass shell, so that it holds to the last digit.
            [(m_chi * m_chi + x * x + y * y + z * z).sqrt(), x, y, z]
        };
        [nucleus, of(1.0), of(-1.0)]
    }
}

/// Those of the mesons that a photon of this energy makes and a pair fits into.
fn can_be_made(
    mesons: Mesons,
    chi: &MilliCharged,
    energy_gev: f64,
) -> Result<impl Iterator<Item = VectorMeson>, SetupError> {
    let open = mesons.with_room_for(chi.mass_gev);
    let Some(lightest) = open.iter().next() else {
        let heaviest = mesons.iter().next_back();
        return Err(SetupError::HeavierThanMesons {
            mass_gev: 2.0 * chi.mass_gev,
            largest_gev: heaviest.map_or(0.0, VectorMeson::mass_gev),
        });
    };
    let least_gev = photoproduction::threshold_gev(lightest);
    if !(energy_gev > least_gev) {
        return Err(SetupError::TooLittle {
            kind: KIND,
            energy_gev,
            mass_gev: lightest.mass_gev(),
            least_gev,
        });
    }
    let above = move |meson: &VectorMeson| energy_gev > photoproduction::threshold_gev(*meson);
    Ok(open.iter().filter(above))
}
