//! One set-up of the mesons: their kinematics, dσ and momenta.
//!
//! Energies in GeV, the photon along z, the nucleus at rest and recoiling in the xz plane.

use std::sync::Arc;

use super::rates::Rates;
use crate::dark_sector::{ChiSpin, MilliCharged};
use crate::elementary::libm_exp;
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
    pub(super) on: Arc<Photoproduction>,
    pub(super) of_mesons: Arc<[OfMeson]>,
    /// What of each of [`Self::of_mesons`] is open at this energy.
    now: [Option<Open>; MOST],
}

/// What one meson is at all energies.
#[derive(Debug)]
pub(super) struct OfMeson {
    pub(super) mass_gev: f64,
    pub(super) branching: f64,
    /// Slope b of dσ/dt on a nucleon, GeV⁻².
    pub(super) slope: f64,
    /// Largest t − t_min in GeV² that counts.
    pub(super) farthest: f64,
    /// β² of the pair.
    pub(super) beta2: f64,
    pub(super) rates: Rates,
}

impl OfMeson {
    fn new(meson: VectorMeson, chi: &MilliCharged, on: &Photoproduction, most_gev: f64) -> Self {
        let (mass_gev, slope) = (meson.mass_gev(), photoproduction::slope(meson));
        let ratio = chi.mass_gev / mass_gev;
        Self {
            mass_gev,
            branching: meson.chi_branching(chi),
            slope,
            farthest: (FARTHEST / slope).max(LARGEST_T_GEV2),
            beta2: 1.0 - 4.0 * ratio * ratio,
            rates: Rates::new(meson, on, most_gev),
        }
    }
}

/// Which t in GeV² there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct TRange {
    /// Limits by kinematics, dσ and the cuts on E_miss.
    pub(super) low: f64,
    pub(super) high: f64,
    /// The least by kinematics alone.
    pub(super) t_min: f64,
}

impl TRange {
    /// That of mesons of a squared mass in GeV² with t up to `farthest` above the least.
    #[inline(always)]
    pub(super) fn of(photons: &Photons, m2: f64, farthest: f64) -> Self {
        let (t_min, t_max) = photons.collision().t_limits(m2);
        let (least, most) = (photons.t_least(), photons.t_at(photons.cuts.x_min));
        let far = t_min + farthest;
        let high = if t_max < far { t_max } else { far };
        Self {
            low: if t_min > least { t_min } else { least },
            high: if high < most { high } else { most },
            t_min,
        }
    }
}

/// One meson at one energy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    slope: f64,
    pub(super) t: TRange,
    /// Coherent dσ/dt at |F|² = 1 in pb/GeV², and the incoherent σ in pb, times the branching ratio.
    coherent_pb: f64,
    incoherent_pb: f64,
}

impl Open {
    /// dσ/dt in pb/GeV², where |F|² is `shape2`.
    #[inline(always)]
    pub(super) fn dsigma_dt_pb(&self, t: f64, shape2: f64) -> f64 {
        let falling = self.slope * libm_exp(-self.slope * (t - self.t.t_min));
        self.coherent_pb * shape2 + self.incoherent_pb * falling
    }
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
        let of_meson = |one| OfMeson::new(one, &photons.chi, &on, energy_gev);
        let process = Self {
            photons,
            of_mesons: open.map(of_meson).collect(),
            on: Arc::new(on),
            now: [None; MOST],
        };
        process.at(energy_gev).ok_or(photons.nothing_left())
    }

    /// The same at another energy; the cuts stay where they are in GeV.
    pub(super) fn at(&self, energy_gev: f64) -> Option<Self> {
        self.is_open(energy_gev).then(|| {
            let photons = self.photons.moved(energy_gev);
            Self {
                photons,
                now: core::array::from_fn(|i| self.open(self.of_mesons.get(i)?, &photons)),
                ..self.clone()
            }
        })
    }

    /// Whether anything is made at another energy; what the upper cut rejects is at energies above others.
    pub(super) fn is_open(&self, energy_gev: f64) -> bool {
        let photons = self.photons.moved(energy_gev);
        self.of_mesons.iter().any(|one| {
            let t = TRange::of(&photons, one.mass_gev * one.mass_gev, one.farthest);
            energy_gev > one.rates.lowest_gev && t.t_min < t.high
        })
    }

    /// A meson of these photons, if it can be made within the cuts.
    fn open(&self, one: &OfMeson, photons: &Photons) -> Option<Open> {
        if !(photons.energy_gev > one.rates.lowest_gev) {
            return None;
        }
        let [coherent, incoherent] = one.rates.at(&self.on, photons.energy_gev);
        let t = TRange::of(photons, one.mass_gev * one.mass_gev, one.farthest);
        (t.low < t.high).then_some(Open {
            slope: one.slope,
            t,
            coherent_pb: one.branching * coherent,
            incoherent_pb: one.branching * incoherent,
        })
    }

    /// How many mesons there are, those that are closed at this energy with them.
    pub(super) fn n_mesons(&self) -> usize {
        self.of_mesons.len()
    }

    /// Those that are open.
    pub(super) fn mesons(&self) -> impl Iterator<Item = &Open> {
        self.now.iter().flatten()
    }
}

/// The density of cos θ in the rest frame of a meson over the flat one.
#[inline(always)]
pub(super) fn angular(spin: ChiSpin, beta2: f64, cos: f64) -> f64 {
    let sin2 = (1.0 - cos) * (1.0 + cos);
    match spin {
        ChiSpin::Dirac => (2.0 - beta2 * sin2) / (2.0 - beta2 * (2.0 / 3.0)),
        ChiSpin::Scalar => 1.5 * sin2,
    }
}

/// Momenta of nucleus, χ and χ̄ of a meson of this mass at t, with χ at θ and φ in its rest frame.
pub(super) fn momenta(
    photons: &Photons,
    mass: f64,
    t: f64,
    cos: f64,
    (cos_phi, sin_phi): (f64, f64),
) -> [Momentum; 3] {
    let (omega, big_m) = (photons.energy_gev, photons.nucleus.mass_gev);
    let m2 = mass * mass;
    let (t_min, t_max) = photons.collision().t_limits(m2);
    let kinetic = 0.5 * t / big_m;
    let along = kinetic + 0.5 * (m2 + t) / omega;
    let across = photons.collision().s().sqrt() / (2.0 * big_m * omega)
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
    let (m_chi, sin) = (photons.chi.mass_gev, ((1.0 - cos) * (1.0 + cos)).sqrt());
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
