//! From cross sections to limits on Q_χ/e, or on the coupling of a boson ([`Limited`]).
//!
//! Expected events of one channel are `N = N_1 (Q_χ/e)²`, with N_1 those of Q_χ = e; the limit is
//! where N is what the experiment excludes: `Q_χ/e = √(N_excluded/N_1)`.
//!
//! * Bremsstrahlung, thin target: `N_1 = LOT · Σ_i n_i σ_i · efficiency`, n_i the nuclei of element i
//!   per cm², σ_i within the cuts on x ([GKK18] Eq. (12), [NA64LDMX25] Eq. (4)).
//! * Bremsstrahlung where the beam loses energy in the target, electrons by radiation, muons at a
//!   constant mean rate: see [`BeamTrack`].
//! * Annihilation of shower positrons, where `reach.channels` names it: `N_1 = LOT · n σ̄ · efficiency`
//!   along their track length ([`crate::process::annihilation`], [`crate::process::secondary`]).
//! * `N_2 (Q_χ/e)⁴` events of photons of the shower that convert ([`crate::process::photon_conversion`]) and an
//!   estimate of the lepton trident, where `reach.channels` names them: then the limit solves
//!   `N_1 Q² + N_2 Q⁴ = N_excluded`; below 1e-3 of the yield N_2 is left out.
//! * Vector mesons: `N_1 = N_V Br(V→χχ̄) · efficiency` ([NA64LDMX25] Eqs. (5)–(12)), N_V given.
//! * Of a boson or of a pair that an A′ makes bremsstrahlung alone is counted, with ε or the coupling in the
//!   place of Q_χ/e.
//! * A dark-photon limit recast: see [`recast`].
//!
//! A relative error δσ/σ of the cross section makes one of δσ/2σ in Q_χ/e. Masses in GeV, σ in pb per
//! nucleus. A channel above its threshold has no limit. Pinned by `tests/reach.rs`.

mod curves;
mod equivalent;
mod limited;
mod poisson;
pub mod recast;
mod report;
mod showered;

pub use curves::{Counts, Curve, Options, Ratio, Reach, Reached, experiment};
pub use limited::Limited;
pub use poisson::cls_upper_limit;
use rayon::prelude::*;
pub use report::{OVERLAY, display};
use thiserror::Error;

use crate::beam::{Beam, Projectile};
use crate::cuts::Cuts;
use crate::dark_sector::DarkSector;
use crate::matter::material::{Component, Material};
use crate::matter::{Nucleus, Target};
use crate::mesons::VectorMeson;
use crate::process::target::{BeamTrack, NEXT_TO_ONE};
use crate::process::{
    Goal, Integral, Method, Mixture, Part, QuadratureError, Setup, SetupError, radiation,
};
use crate::text::shown;

/// Share of the yield below which terms of order Q⁴ are left out.
const NEGLIGIBLE: f64 = 1e-3;
/// 1 pb in cm².
const PB_TO_CM2: f64 = 1e-36;

/// Why there is no limit.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ReachError {
    /// Nobody said how many leptons there were.
    #[error("{experiment}: beam.on_target is needed for a yield")]
    NoBeam {
        /// The experiment.
        experiment: String,
    },
    /// Nobody said how much target there was.
    #[error("{experiment}: {missing} is needed for a yield")]
    NoTarget {
        /// The experiment.
        experiment: String,
        /// The key that is missing.
        missing: &'static str,
    },
    /// Energy loss after Tsai and Whitis of something else than electrons.
    #[error("{experiment}: straggling is for electrons and positrons, the beam is {lepton}")]
    Straggling {
        /// The experiment.
        experiment: String,
        /// Its beam.
        lepton: &'static str,
    },
    /// Constant energy loss where it does not describe the beam.
    #[error(
        "{experiment}: target.energy_loss_gev_per_cm is for muons without straggling, the beam is {lepton} and straggling is {}",
        if *straggling { "on" } else { "off" }
    )]
    EnergyLoss {
        /// The experiment.
        experiment: String,
        /// Its beam.
        lepton: &'static str,
        /// Whether straggling is asked for too.
        straggling: bool,
    },
    /// The beam does not get through the target.
    #[error(
        "{experiment}: a muon of {energy_gev} GeV stops in the target: it loses {} GeV/cm over {} cm",
        shown(*loss_gev_per_cm),
        shown(*thickness_cm)
    )]
    Stopped {
        /// The experiment.
        experiment: String,
        /// Beam energy in GeV.
        energy_gev: f64,
        /// Energy loss in GeV/cm.
        loss_gev_per_cm: f64,
        /// Thickness in cm.
        thickness_cm: f64,
    },
    /// The set-up makes no sense at this mass.
    #[error("{experiment} at {mass} = {} GeV: {source}", shown(*mass_gev))]
    Setup {
        /// The experiment.
        experiment: String,
        /// What the mass is of, in words.
        mass: &'static str,
        /// The mass in GeV.
        mass_gev: f64,
        /// What is wrong.
        source: Box<SetupError>,
    },
    /// The cross section cannot be had.
    #[error(transparent)]
    Quadrature(#[from] QuadratureError),
    /// A line of a limit file that is no pair of numbers.
    #[error("{}: {problem}", place(*line))]
    File {
        /// The line, from 1; 0 for the file as a whole.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

/// Relative error of σ along the track of a beam, at best.
const ALONG: f64 = 5e-4;

/// Where in a limit file something is wrong.
fn place(line: usize) -> String {
    match line {
        0 => "the limit file".to_owned(),
        line => format!("line {line} of the limit file"),
    }
}

/// One experiment: everything its limits depend on but the mass.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    name: String,
    beam: Beam,
    target: Target,
    cuts: Cuts,
    dark: DarkSector,
    events_excluded: f64,
    efficiency: f64,
    q_over_e_max: Option<f64>,
    mesons: [f64; 4],
    on_target: f64,
    nuclei_per_cm2: f64,
    track: Option<BeamTrack>,
    /// Weights and what the experiment is at energies of a beam that has no single one.
    spread: Vec<(f64, Experiment)>,
}

/// What is counted as signal and what is excluded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counting {
    /// Expected events at the edge of the excluded region.
    pub events_excluded: f64,
    /// Signal efficiency, 0 … 1.
    pub efficiency: f64,
    /// Charge Q_χ/e from which on χ itself is seen: the upper edge of the excluded region.
    pub q_over_e_max: Option<f64>,
    /// Mesons the whole beam makes, in the order of [`VectorMeson::ALL`].
    pub mesons: [f64; 4],
    /// Whether electrons lose energy by radiation on their way.
    pub straggling: bool,
}

impl Experiment {
    /// Puts an experiment together; the mass and the coupling of what is produced do not matter.
    ///
    /// # Errors
    /// [`ReachError`] if the number of leptons, the density or the thickness is missing, straggling
    /// is asked for with a muon beam or an unknown radiation length, or energy loss with anything but
    /// muons that get through the target.
    pub fn new(
        name: &str,
        beam: Beam,
        target: Target,
        cuts: Cuts,
        dark: impl Into<DarkSector>,
        counting: Counting,
    ) -> Result<Self, ReachError> {
        let experiment = || name.to_owned();
        let on_target = beam.on_target.ok_or_else(|| ReachError::NoBeam {
            experiment: experiment(),
        })?;
        let no_target = || no_target(name, &target.material);
        let nuclei_per_cm2 = target.material.nuclei_per_cm2().ok_or_else(no_target)?;
        let track = track(
            name,
            &beam,
            &target.material,
            cuts.x_min,
            counting.straggling,
        )?;
        Ok(Self {
            name: experiment(),
            beam,
            target,
            cuts,
            dark: dark.into().of_coupling_one(),
            events_excluded: counting.events_excluded,
            efficiency: counting.efficiency,
            q_over_e_max: counting.q_over_e_max,
            mesons: counting.mesons,
            on_target,
            nuclei_per_cm2,
            track,
            spread: Vec::new(),
        })
    }

    /// The same with another track of its beam.
    #[must_use]
    pub fn along(self, track: BeamTrack) -> Self {
        Self {
            track: Some(track),
            ..self
        }
    }

    /// The same of a beam whose energies are those of these experiments, with weights that add up to 1; of one
    /// energy, if there are none.
    #[must_use]
    pub fn over(self, spread: Vec<(f64, Self)>) -> Self {
        Self { spread, ..self }
    }

    /// The same with another upper edge of the excluded couplings.
    #[must_use]
    pub fn up_to(self, q_over_e_max: Option<f64>) -> Self {
        Self {
            q_over_e_max,
            ..self
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Leptons on target.
    pub fn on_target(&self) -> f64 {
        self.on_target
    }

    /// Nuclei of all elements per cm².
    pub fn nuclei_per_cm2(&self) -> f64 {
        self.nuclei_per_cm2
    }

    /// What its limits are on.
    pub fn limited(&self) -> Limited {
        Limited::of(&self.dark)
    }

    /// The upper edge of the excluded couplings, if there is one.
    pub fn q_over_e_max(&self) -> Option<f64> {
        self.q_over_e_max
    }

    /// Whether the beam has one energy wherever it makes something.
    pub fn has_one_energy(&self) -> bool {
        self.track.is_none() && self.spread.is_empty()
    }

    /// Whether any `meson` is made that counts.
    pub fn makes(&self, meson: VectorMeson) -> bool {
        self.limited() == Limited::Charge && self.mesons[meson as usize] > 0.0
    }

    /// σ in pb per nucleus for a coupling of 1, mean over the elements of the target, over the spread of the beam and,
    /// where that loses energy, over the energies in it; 0 above threshold. To `rel_error` (where the beam loses energy
    /// 5e-4 at best).
    ///
    /// # Errors
    /// [`ReachError`] if the cross section cannot be had: cuts on anything but x, a formula that
    /// does not apply.
    pub fn sigma_pb<'a>(
        &self,
        method: Method,
        mass_gev: f64,
        goal: impl Into<Goal<'a>>,
    ) -> Result<f64, ReachError> {
        let goal = &goal.into();
        if !self.spread.is_empty() {
            let each = self.spread.par_iter();
            let each =
                each.map(|(weight, one)| Ok(weight * one.sigma_pb(method, mass_gev, *goal)?));
            // In their order, so that the sum has the same bits on any number of threads.
            let each = each.collect::<Result<Vec<f64>, ReachError>>()?;
            return Ok(each.iter().sum());
        }
        let material = &self.target.material;
        let parts = material.components.iter().zip(material.number_fractions());
        let mut sum = 0.0;
        for (part, share) in parts {
            let settled = |track: BeamTrack| {
                let along = goal.to(ALONG.max(goal.rel_error));
                let at = |energy_share: f64, own: &Goal<'_>| {
                    let goal = &goal.to(own.rel_error.min(goal.rel_error));
                    let just_below = energy_share * NEXT_TO_ONE;
                    match self.setup(part.nucleus, mass_gev, just_below)? {
                        Some(_) => {
                            self.sigma_at(method, part.nucleus, mass_gev, energy_share, goal)
                        }
                        None => Ok(Integral::ZERO),
                    }
                };
                let mut sum = Integral::ZERO;
                for part in track.cut_at(&[self.cuts.x_max]) {
                    let part = part.mean_of(&along, &at)?;
                    sum.value_pb += part.value_pb;
                    sum.error_pb += part.error_pb;
                }
                Ok::<_, ReachError>(sum.judged(&along)?.value_pb)
            };
            sum += share
                * match &self.track {
                    None => {
                        let found = self.sigma_at(method, part.nucleus, mass_gev, 1.0, goal)?;
                        found.judged(goal)?.value_pb
                    }
                    // A cut below threshold counts for nothing.
                    Some(track) => match self.threshold_share(part.nucleus, mass_gev)? {
                        least if least > 1.0 => 0.0,
                        least if least > track.lowest() => settled(track.within(least, 1.0))?,
                        _ => settled(track.clone())?,
                    },
                };
        }
        Ok(sum)
    }

    /// σ in pb on one nucleus at a share of the beam energy; the cut stays where it is in energy.
    fn sigma_at(
        &self,
        method: Method,
        nucleus: Nucleus,
        mass_gev: f64,
        energy_share: f64,
        goal: &Goal<'_>,
    ) -> Result<Integral, ReachError> {
        match self.setup(nucleus, mass_gev, energy_share)? {
            Some(setup) => {
                let found = radiation::route(method, &setup)?.sigma_to(goal);
                Ok(Integral::or_unsettled(found)?)
            }
            None => Ok(Integral::ZERO),
        }
    }

    /// The process on each nucleus at the energy of the beam; nuclei below threshold are left out.
    ///
    /// # Errors
    /// [`ReachError::Setup`] if the set-up makes no sense at this mass.
    pub fn mixture(&self, mass_gev: f64) -> Result<Mixture, ReachError> {
        let material = &self.target.material;
        let parts = material.components.iter().zip(material.number_fractions());
        let one = |(part, atom_fraction): (&Component, f64)| {
            let setup = self.setup(part.nucleus, mass_gev, 1.0).transpose()?;
            Some(setup.map(|setup| Part {
                name: part.name(),
                atom_fraction,
                process: (&setup).into(),
            }))
        };
        Ok(Mixture::new(
            parts.filter_map(one).collect::<Result<_, _>>()?,
        ))
    }

    /// The set-up on one nucleus at a share of the beam energy; none below threshold.
    fn setup(
        &self,
        nucleus: Nucleus,
        mass_gev: f64,
        energy_share: f64,
    ) -> Result<Option<Setup>, ReachError> {
        let setup = || {
            let beam = self.beam.with(|beam| beam.energy_gev *= energy_share)?;
            let cuts = self.cuts.with(|cuts| {
                cuts.x_min = (cuts.x_min / energy_share).min(1.0);
                cuts.x_max = (cuts.x_max / energy_share).min(1.0);
            })?;
            let dark = self.dark.of_mass(mass_gev)?;
            Setup::new(&beam, nucleus, &self.target.form_factor, dark, cuts)
        };
        match setup() {
            Ok(setup) => Ok(Some(setup)),
            Err(SetupError::BelowThreshold { .. } | SetupError::EmptyRange { .. }) => Ok(None),
            Err(source) => Err(ReachError::Setup {
                experiment: self.name.clone(),
                mass: self.limited().mass(),
                mass_gev,
                source: Box::new(source),
            }),
        }
    }

    /// The share of the beam energy at which the mass is made on `nucleus` at rest.
    fn threshold_share(&self, nucleus: Nucleus, mass_gev: f64) -> Result<f64, ReachError> {
        let Some(setup) = self.setup(nucleus, mass_gev, 1.0)? else {
            return Ok(f64::INFINITY);
        };
        let (mass, c) = (setup.dark.threshold_mass_gev(), &setup.collision);
        let least = c.m + mass * (1.0 + (c.m + 0.5 * mass) / c.big_m);
        Ok(least / c.e0)
    }

    /// Expected bremsstrahlung events for a coupling of 1.
    ///
    /// # Errors
    /// As [`Self::sigma_pb`].
    pub fn bremsstrahlung<'a>(
        &self,
        method: Method,
        mass_gev: f64,
        goal: impl Into<Goal<'a>>,
    ) -> Result<f64, ReachError> {
        Ok(self.events(self.sigma_pb(method, mass_gev, goal)?))
    }

    /// Expected events of a process of cross section `sigma_pb` (pb per nucleus).
    pub fn events(&self, sigma_pb: f64) -> f64 {
        self.on_target * self.nuclei_per_cm2 * sigma_pb * PB_TO_CM2 * self.efficiency
    }

    /// Expected events from decays of `meson` for Q_χ = e; 0 above threshold and
    /// for all but a pair through the photon, NaN of a mass that is none.
    pub fn meson(&self, meson: VectorMeson, m_chi_gev: f64) -> f64 {
        let DarkSector::Pair(chi) = self.dark else {
            return 0.0;
        };
        let chi = chi.with(|chi| chi.mass_gev = m_chi_gev);
        let branching = chi.map_or(f64::NAN, |chi| meson.chi_branching(&chi));
        self.mesons[meson as usize] * branching * self.efficiency
    }

    /// The least excluded coupling of channels that give `events` in all for a coupling of 1, whatever the
    /// upper edge.
    pub fn limit(&self, events: f64) -> Option<f64> {
        (events > 0.0).then(|| (self.events_excluded / events).sqrt())
    }

    /// The same where it is below the upper edge, so that charges are excluded.
    pub fn lower_edge(&self, events: f64) -> Option<f64> {
        let below = |q: &f64| self.q_over_e_max.is_none_or(|most| *q < most);
        self.limit(events).filter(below)
    }

    /// The same of `events` ∝ Q² and `more` ∝ Q⁴, both for Q_χ = e; `more` counts from 1e-3 of the yield on.
    pub fn lower_edge_of(&self, events: f64, more: f64) -> Option<f64> {
        if self.counted(events, more) == 0.0 {
            return self.lower_edge(events);
        }
        // more·Q⁴ + events·Q² = excluded, without cancellation.
        let root = (events * events + 4.0 * more * self.events_excluded).sqrt();
        let q = (2.0 * self.events_excluded / (events + root)).sqrt();
        Some(q).filter(|q| self.q_over_e_max.is_none_or(|most| *q < most))
    }

    /// What of `more` counts at the limit of `events`.
    fn counted(&self, events: f64, more: f64) -> f64 {
        let share = self
            .limit(events)
            .map_or(f64::INFINITY, |q| more * q * q / events);
        if share >= NEGLIGIBLE { more } else { 0.0 }
    }
}

/// A target without all that a yield needs.
fn no_target(name: &str, material: &Material) -> ReachError {
    ReachError::NoTarget {
        experiment: name.to_owned(),
        missing: match material.thickness_cm {
            None => "target.thickness_cm (or target.thickness_x0)",
            Some(_) => "target.density_g_cm3",
        },
    }
}

/// How the energy of the beam falls in the target, if it does.
fn track(
    name: &str,
    beam: &Beam,
    material: &Material,
    x_min: f64,
    straggling: bool,
) -> Result<Option<BeamTrack>, ReachError> {
    let experiment = name.to_owned();
    let lepton = beam.projectile.name();
    let electrons = matches!(beam.projectile, Projectile::Electron | Projectile::Positron);
    let loss_gev_per_cm = material.energy_loss_gev_per_cm.unwrap_or(0.0);
    let loses = loss_gev_per_cm > 0.0;
    if loses && (straggling || electrons) {
        return Err(ReachError::EnergyLoss {
            experiment,
            lepton,
            straggling,
        });
    }
    if straggling && !electrons {
        return Err(ReachError::Straggling { experiment, lepton });
    }
    if straggling {
        return match material.thickness_x0() {
            Some(thickness_x0) => {
                // Nothing is made at rest, whatever the cut.
                let least = beam.projectile.mass_gev() / beam.energy_gev;
                let track = BeamTrack::of_electrons(thickness_x0, x_min.max(least));
                Ok(Some(track))
            }
            None => Err(no_target(name, material)),
        };
    }
    let (Some(thickness_cm), true) = (material.thickness_cm, loses) else {
        return Ok(None);
    };
    let energy_gev = beam.energy_gev;
    let loss = loss_gev_per_cm * thickness_cm / energy_gev;
    if energy_gev * (1.0 - loss) <= beam.projectile.mass_gev() {
        return Err(ReachError::Stopped {
            experiment,
            energy_gev,
            loss_gev_per_cm,
            thickness_cm,
        });
    }
    Ok(Some(BeamTrack::of_muons(thickness_cm, loss, x_min)))
}
