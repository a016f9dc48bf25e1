//! The card as it is written: every key optional, nothing checked.

use serde::{Deserialize, Serialize, Serializer};

/// One value for all axes of a histogram, or one an axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum PerAxis<T> {
    One(T),
    Each(Vec<T>),
}

impl<T> PerAxis<T> {
    /// All values in order.
    pub(super) fn as_slice(&self) -> &[T] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Each(values) => values,
        }
    }
}

/// The elements of a material, or its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum RawMaterial {
    Name(String),
    Elements(Vec<RawComponent>),
}

/// The name of a form factor, or its table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum RawFormFactor {
    Name(String),
    Table(RawFormFactorTable),
}

/// A seed of 64 bits: a number, or a text of digits beyond the numbers of TOML.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub(super) struct Seed(pub(super) u64);

impl TryFrom<toml::Value> for Seed {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        let seed = match &value {
            toml::Value::Integer(whole) => u64::try_from(*whole).ok(),
            toml::Value::String(digits) => digits.parse().ok(),
            _ => None,
        };
        seed.map(Self).ok_or_else(|| format!("{value} is no seed"))
    }
}

impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0) {
            Ok(whole) => serializer.serialize_i64(whole),
            Err(_) => serializer.serialize_str(&self.0.to_string()),
        }
    }
}

/// What was written in a card (or what is written back), before any rule was applied.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RawCard {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) schema: Option<u64>,
    pub(super) run: RawRun,
    pub(super) process: RawProcess,
    pub(super) dark_sector: RawDarkSector,
    pub(super) beam: RawBeam,
    pub(super) target: RawTarget,
    pub(super) cuts: RawCuts,
    pub(super) integration: RawIntegration,
    pub(super) events: RawEvents,
    pub(super) reach: RawReach,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) histogram: Option<Vec<RawHistogram>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) weight: Option<Vec<RawWeight>>,
}

macro_rules! sections {
    ($($section:ident { $($key:ident: $kind:ty,)* })*) => {$(
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub(super) struct $section {
            $(#[serde(skip_serializing_if = "Option::is_none")] pub(super) $key: Option<$kind>,)*
        }
    )*};
}

sections! {
    RawRun { name: String, label: String, seed: Seed, threads: u64, }
    RawProcess { kind: String, mesons: PerAxis<String>, }
    RawDarkSector {
        m_chi_gev: f64, charge: f64, spin: String, m_dark_photon_gev: f64, epsilon: f64,
        mediator: String, m_mediator_gev: f64, coupling: f64, alpha_d: f64, g_chi: f64, width_gev: f64,
        pdg_id: toml::Value,
    }
    RawBeam {
        lepton: String, particle: String, energy_gev: f64, on_target: f64, momentum_spread: f64, spot_mm: PerAxis<f64>,
        divergence_mrad: PerAxis<f64>, momentum_table: RawMomentumTable, twiss: RawTwiss,
    }
    RawMomentumTable { file: String, momentum_gev: PerAxis<f64>, density: PerAxis<f64>, }
    RawTwiss { emittance_mm_mrad: PerAxis<f64>, beta_m: PerAxis<f64>, alpha: PerAxis<f64>, }
    RawTarget {
        element: String, density_g_cm3: f64, radiation_length_cm: f64, thickness_cm: f64,
        thickness_x0: f64, energy_loss_gev_per_cm: f64, form_factor: RawFormFactor, nucleus_spin: toml::Value, nuclear_mass_gev: f64,
        material: RawMaterial, mixture: String, isotopes: String, losses: String,
        track_length: RawTrackLength, multiple_scattering: String,
    }
    RawComponent { element: String, mass_fraction: f64, }
    RawFormFactorTable { file: String, q_gev: PerAxis<f64>, f: PerAxis<f64>, }
    RawTrackLength {
        file: String, depth_x0: PerAxis<f64>, energy_gev: PerAxis<f64>, electron_x0: PerAxis<f64>,
        positron_x0: PerAxis<f64>, photon_x0: PerAxis<f64>,
    }
    RawCuts {
        x_min: f64, x_max: f64, lepton_energy_max_gev: f64, lepton_angle_min_mrad: f64,
        lepton_angle_max_mrad: f64, lepton_pt_min_gev: f64, lepton_pt_max_gev: f64,
        chi_angle_max_mrad: f64,
    }
    RawIntegration { method: String, n_adapt: u64, neval: u64, rel_error: f64, max_neval: u64, }
    RawEvents { count: u64, mode: String, max_overweight_share: f64, max_weight: f64, compression: String, }
    RawHistogram {
        observable: PerAxis<String>, min: PerAxis<f64>, max: PerAxis<f64>, bins: PerAxis<u64>,
        scale: PerAxis<String>,
    }
    RawWeight { name: String, set: toml::Table, }
    RawReach {
        events_excluded: f64, efficiency: f64, q_over_e_max: f64, straggling: String, mesons: RawMesons,
        channels: PerAxis<String>, initial_state_radiation: String,
    }
    RawMesons { rho: f64, omega: f64, phi: f64, jpsi: f64, }
}
