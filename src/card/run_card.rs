//! The card as it is used: validated, every default filled in.

use std::sync::Arc;

use super::process_kind::ProcessKind;
use super::raw::RawCard;
use crate::beam::{Beam, BeamProfile, Lepton};
use crate::cuts::Cuts;
use crate::dark_sector::DarkSector;
use crate::event::{Compression, Weighting};
use crate::histogram::Axis;
use crate::kinematics::CollisionError;
use crate::matter::material::Component;
use crate::matter::scattering::MultipleScattering;
use crate::matter::shower::TrackTable;
use crate::matter::{Nucleus, Target};
use crate::mesons::Mesons;
use crate::process::{Inputs, KinematicLimits, Method};

/// Everything a run needs to know.
#[derive(Debug, Clone, PartialEq)]
pub struct RunCard {
    /// Name, seed, threads.
    pub run: Run,
    /// The process.
    pub kind: ProcessKind,
    /// The vector mesons that may decay, where the process makes them.
    pub mesons: Option<Mesons>,
    /// The beam.
    pub beam: Beam,
    /// How its leptons differ.
    pub profile: BeamProfile,
    /// What is produced.
    pub dark_sector: DarkSector,
    /// The target and its form factor.
    pub target: Target,
    /// What the beam loses in it; none if the card does not say what it must (`run::check_losses`).
    pub losses: Option<Losses>,
    /// The track lengths of its shower in the target, where they are not computed.
    pub track_length: Option<Arc<TrackTable>>,
    /// Whether the beam scatters in it before the vertex.
    pub scattering: MultipleScattering,
    /// The cuts.
    pub cuts: Cuts,
    /// How to integrate.
    pub integration: Integration,
    /// What events to write.
    pub events: Events,
    /// What to histogram.
    pub histograms: Vec<HistogramSpec>,
    /// Further weights of the events.
    pub weights: Vec<WeightSpec>,
    /// How to turn a cross section into a limit.
    pub reach: Reach,
}

/// `[run]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Name, also of the folder under `output/`.
    pub name: String,
    /// What figures and tables call it, if not by its name.
    pub label: Option<String>,
    /// Seed of the random streams.
    pub seed: u64,
    /// Threads; 0 means all cores.
    pub threads: usize,
}

named! {
    /// What an element of the target is.
    pub enum Isotopes {
        /// Its mean nucleus.
        Mean = "mean",
        /// Its isotopes in their natural abundances.
        Natural = "natural",
    }
}

named! {
    /// What the beam loses in the target before the vertex.
    pub enum Losses {
        /// Nothing: every event is at the beam's energy.
        None = "none",
        /// Electrons and positrons radiate after Tsai and Whitis.
        TsaiWhitis = "tsai-whitis",
        /// Muons lose `energy_loss_gev_per_cm`.
        Constant = "constant",
        /// Muons lose what the tables of their losses say.
        MuonTable = "muon-table",
        /// Muons lose energy in steps above a thousandth of it, the rest by their mean.
        MuonStraggling = "muon-straggling",
        /// All electrons and positrons of the shower radiate.
        Shower = "shower",
    }
}

named! {
    /// Energy loss of the beam in `reach`.
    pub enum Straggling {
        /// The beam keeps its energy.
        None = "none",
        /// Electron energy loss by bremsstrahlung after Tsai and Whitis.
        TsaiWhitis = "tsai-whitis",
    }
}

named! {
    /// A way to make the pair that `reach` counts.
    pub enum Channel {
        /// The beam radiates the pair in the field of a nucleus.
        Bremsstrahlung = "bremsstrahlung",
        /// Positrons of the shower annihilate with electrons of the target.
        Annihilation = "annihilation",
        /// Photons of the shower convert to pairs in the field of a nucleus.
        PhotonConversion = "photon-conversion",
        /// The same with the virtual photons of the leptons, an estimate.
        Trident = "trident",
        /// Decays of ρ(770).
        Rho = "rho",
        /// Decays of ω(782).
        Omega = "omega",
        /// Decays of φ(1020).
        Phi = "phi",
        /// Decays of J/ψ.
        Jpsi = "jpsi",
    }
}

/// The channels that a card names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Channels(u32);

impl Channels {
    /// The same with one more.
    #[must_use]
    pub fn with(self, channel: Channel) -> Self {
        Self(self.0 | 1 << channel as u32)
    }

    /// Whether this is among them.
    pub fn has(self, channel: Channel) -> bool {
        self.0 & 1 << channel as u32 != 0
    }

    /// Whether any is made by the shower of the beam.
    pub fn has_shower(self) -> bool {
        self.iter()
            .any(|channel| channel != Channel::Bremsstrahlung)
    }

    /// All of them, in the order of [`Channel::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Channel> {
        Channel::ALL.iter().copied().filter(move |&c| self.has(c))
    }
}

named! {
    /// Photons off the initial state of the annihilation.
    pub enum InitialState {
        /// None.
        None = "none",
        /// Structure functions to leading logarithm.
        LeadingLog = "leading-log",
    }
}

/// `[integration]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integration {
    /// Default method of the commands that take `--method`.
    pub method: Method,
    /// Iterations that adapt the map.
    pub n_adapt: u64,
    /// Points an iteration.
    pub neval: u64,
    /// Relative error at which to stop; 0 means never before `max_neval`.
    pub rel_error: f64,
    /// Most evaluations, adaptation and probes included.
    pub max_neval: u64,
}

/// `[events]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Events {
    /// Number of events to write.
    pub count: u64,
    /// Weighted or unweighted.
    pub mode: Weighting,
    /// Largest share of the cross section in events of weight above 1, when unweighting.
    pub max_overweight_share: f64,
    /// Partial unweighting: events keep weights up to this one, so fewer points are rejected.
    pub max_weight: f64,
    /// Compression in the file.
    pub compression: Compression,
}

/// One `[[histogram]]`: one or two axes.
#[derive(Debug, Clone, PartialEq)]
pub struct HistogramSpec {
    /// The axes, one or two.
    pub axes: Vec<Axis>,
}

impl HistogramSpec {
    /// The observables, joined by `_vs_`.
    pub fn name(&self) -> String {
        let names: Vec<&str> = self
            .axes
            .iter()
            .map(|axis| axis.observable().name())
            .collect();
        names.join("_vs_")
    }
}

/// One `[[weight]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightSpec {
    /// What it is called: `weight_<name>` among the events.
    pub name: String,
    /// What it changes, keys with their values.
    pub set: Vec<(String, toml::Value)>,
    /// The card with that changed.
    pub card: Box<RunCard>,
}

impl WeightSpec {
    /// What it changes, in words: `target.form_factor = "helm"`.
    pub fn words(&self) -> String {
        let one = |(key, value): &(String, toml::Value)| match value {
            toml::Value::Table(_) => format!("{key} = a table"),
            value => format!("{key} = {value}"),
        };
        self.set.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// `[reach]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// Expected events at the edge of the excluded region (2.3: 90 % CL without background).
    pub events_excluded: f64,
    /// Signal efficiency.
    pub efficiency: f64,
    /// Charge Q_χ/e from which on χ itself would be seen: the upper edge of the excluded region.
    pub q_over_e_max: Option<f64>,
    /// Vector mesons produced in the target.
    pub mesons: MesonYields,
    /// Energy loss of the beam.
    pub straggling: Straggling,
    /// What is counted; bremsstrahlung and the given mesons unless the card says.
    pub channels: Option<Channels>,
    /// Radiation off the initial state of the annihilation.
    pub initial_state: InitialState,
}

/// Number of vector mesons produced by the whole beam ([STZ21]).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MesonYields {
    /// ρ(770).
    pub rho: f64,
    /// ω(782).
    pub omega: f64,
    /// φ(1020).
    pub phi: f64,
    /// J/ψ.
    pub jpsi: f64,
}

/// Radiation lengths above which e± must say what they lose.
const THIN_X0: f64 = 0.3;

/// How many radiation lengths of target a beam has, if it radiates or converts and these are not few.
pub(super) fn thick_x0(beam: &Beam, target: &Target) -> Option<f64> {
    let radiates = beam.lepton.is_electron() || beam.lepton == Lepton::Photon;
    let x0 = target.material.thickness_x0()?;
    (radiates && x0 > THIN_X0).then_some(x0)
}

impl MesonYields {
    /// The number given for the meson of a channel; 0 if there is none.
    pub fn of(&self, channel: Channel) -> f64 {
        match channel {
            Channel::Rho => self.rho,
            Channel::Omega => self.omega,
            Channel::Phi => self.phi,
            Channel::Jpsi => self.jpsi,
            _ => 0.0,
        }
    }
}

impl RunCard {
    /// What to call the experiment where people read: its label, else the name of the run.
    pub fn display_name(&self) -> &str {
        self.run.label.as_deref().unwrap_or(&self.run.name)
    }

    /// How many radiation lengths of target the beam has, if it radiates or converts and these are more than 0.3.
    pub fn thick_x0(&self) -> Option<f64> {
        thick_x0(&self.beam, &self.target)
    }

    /// The card as TOML with every default written out; reads back to the same card.
    pub fn to_toml(&self) -> String {
        RawCard::from(self).to_toml()
    }

    /// The kinematic limits on each nucleus of the target, in the target's order.
    ///
    /// # Errors
    /// [`CollisionError`] only if fields were changed after the card was validated.
    pub fn limits(&self) -> Result<Vec<KinematicLimits>, CollisionError> {
        let one_energy = self.losses.is_none_or(|losses| losses == Losses::None);
        let parts = self.target.material.components.iter();
        parts
            .map(|part| self.kind.limits(&self.inputs_on(part.nucleus), one_energy))
            .collect()
    }

    /// Least total energy in GeV of a projectile that makes anything on one of the nuclei.
    pub(crate) fn threshold_gev(&self) -> f64 {
        let parts = self.target.material.components.iter();
        let on = |part: &Component| self.kind.threshold_gev(&self.inputs_on(part.nucleus));
        parts.map(on).fold(f64::INFINITY, f64::min)
    }

    /// What the process on `nucleus` is made of.
    pub(crate) fn inputs_on(&self, nucleus: Nucleus) -> Inputs {
        Inputs {
            beam: self.beam,
            nucleus,
            form_factor: self.target.form_factor.clone(),
            dark_sector: self.dark_sector,
            cuts: self.cuts,
            mesons: self.mesons.unwrap_or_default(),
        }
    }
}
