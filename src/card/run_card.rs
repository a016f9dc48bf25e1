//! The card as it is used: validated, every default filled in.

use std::sync::Arc;

use super::events::Events;
use super::histograms::HistogramSpec;
use super::integration::Integration;
use super::process_kind::ProcessKind;
use super::reach::Reach;
use super::run::Run;
use super::target::{self, Losses};
use crate::beam::{Beam, BeamProfile};
use crate::cuts::Cuts;
use crate::dark_sector::DarkSector;
use crate::kinematics::CollisionError;
use crate::matter::material::Component;
use crate::matter::scattering::MultipleScattering;
use crate::matter::shower::TrackTable;
use crate::matter::{Nucleus, Target};
use crate::mesons::Mesons;
use crate::process::InitialState;
use crate::process::{Inputs, KinematicLimits};

/// Everything a run needs to know.
#[derive(Debug, Clone, PartialEq)]
pub struct RunCard {
    /// Name, seed, threads.
    pub run: Run,
    /// The process.
    pub kind: ProcessKind,
    /// The vector mesons that may decay, where the process makes them.
    pub mesons: Option<Mesons>,
    /// Photons off the initial state of an annihilation.
    pub initial_state: InitialState,
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

impl RunCard {
    /// What to call the experiment where people read: its label, else the name of the run.
    pub fn display_name(&self) -> &str {
        self.run.label.as_deref().unwrap_or(&self.run.name)
    }

    /// How many radiation lengths of target the beam has, if it radiates or converts and these are more than 0.3.
    pub fn thick_x0(&self) -> Option<f64> {
        target::thick_x0(&self.beam, &self.target)
    }

    /// The kinematic limits on each nucleus of the target, in the target's order.
    ///
    /// # Errors
    /// [`CollisionError`] only if fields were changed after the card was validated.
    pub fn limits(&self) -> Result<Vec<KinematicLimits>, CollisionError> {
        let thin = self.losses.is_none_or(|losses| losses == Losses::None);
        let one_energy = thin && self.profile.spread().is_none();
        let parts = self.target.material.components.iter();
        parts
            .map(|part| self.kind.limits(&self.inputs_on(part.nucleus), one_energy))
            .collect()
    }

    /// The x within the cuts that there can be on any nucleus, those of a beam above its nominal energy included.
    pub fn x_range(&self) -> (f64, f64) {
        let most = self.profile.most(&self.beam);
        let of = |limits: &KinematicLimits| limits.x_range(&self.cuts, most);
        // Of what was never validated, those of a beam without limits.
        let all = self.limits().unwrap_or_default();
        let all = all.iter().map(of);
        all.reduce(|a, b| (a.0, a.1.max(b.1)))
            .unwrap_or((self.cuts.x_min, self.cuts.x_max))
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
            initial_state: self.initial_state,
        }
    }
}
