//! Quantities of an event that can be histogrammed: name, unit, title, and how to compute them.
//!
//! An [`Observable`] is a handle of a [`Definition`]; cards and files know it by its name. A
//! definition computes from the momenta by role, so it serves every process that has these roles. A
//! process may offer the same quantity in a form with more digits
//! ([`crate::process::PointBlock::observe`]), which is taken where there is one. What was radiated
//! before the vertex counts as visible: missing energy is what the dark particles take.
//!
//! A new one is a definition in a file of this folder and a line in [`Observable::ALL`]; one from
//! outside is [`Observable::new`]. Pinned by the tests below, `tests/generate.rs` (every observable
//! against the momenta of the events) and `tests/outside`.

mod chi;
mod lepton;
mod nucleus;
mod pair;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::{Momentum, pair_mass, sum};
use crate::particle::Role;

/// How the bins of an axis are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Equal widths.
    #[default]
    Linear,
    /// Equal ratios of the edges.
    Log,
}

/// One event, as a definition sees it: momenta `[E, px, py, pz]` in GeV, beam along +z.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Roles of the outgoing particles.
    pub roles: &'a [Role],
    /// Their momenta, GeV.
    pub momenta: &'a [Momentum],
    /// Energy of the incoming beam particle, GeV.
    pub beam_energy_gev: f64,
    /// Mass of the struck particle, GeV.
    pub target_mass_gev: f64,
    /// Mass of each that leaves unseen, GeV.
    pub dark_mass_gev: f64,
}

impl View<'_> {
    /// Momentum of the particle of this role; a value without it is no number.
    pub fn p(&self, role: &Role) -> Momentum {
        let at = self.roles.iter().position(|mine| mine == role);
        at.map_or([f64::NAN; 4], |at| self.momenta[at])
    }

    /// Momentum of all that leaves unseen.
    pub fn p_dark(&self) -> Momentum {
        sum(self.dark())
    }

    /// Invariant mass of all that leaves unseen, GeV.
    pub fn m_dark(&self) -> f64 {
        let mut all = self.dark();
        match (all.next(), all.next()) {
            (Some(first), Some(second)) => pair_mass(self.dark_mass_gev, first, second),
            _ => self.dark_mass_gev,
        }
    }

    fn dark(&self) -> impl Iterator<Item = Momentum> {
        let all = self.roles.iter().zip(self.momenta);
        all.filter(|(role, _)| role.is_dark()).map(|(_, &p)| p)
    }
}

/// Numbers of a set-up that ranges of axes follow, rounded outwards to decades where they span many.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)] // each says its quantity and unit
pub struct Scales {
    pub beam_energy_gev: f64,
    /// Of the beam's spread, or that of the beam, GeV.
    pub highest_gev: f64,
    pub x: (f64, f64),
    pub t_gev2: (f64, f64),
    pub m_pair_gev: (f64, f64),
    /// Least transverse momentum with much of σ above it, GeV.
    pub pt_gev: f64,
    pub target_mass_gev: f64,
}

impl Scales {
    /// The power of ten below or at `value`.
    pub fn decade_below(value: f64) -> f64 {
        libm::exp10(libm::floor(libm::log10(value)))
    }

    /// The power of ten above or at `value`.
    pub fn decade_above(value: f64) -> f64 {
        libm::exp10(libm::ceil(libm::log10(value)))
    }
}

/// What an observable is.
pub trait Definition: Send + Sync {
    /// The name in cards and files; its suffix is the unit.
    fn name(&self) -> &str;

    /// The unit in words: `1`, `GeV`, `GeV^2` or `rad`.
    fn units(&self) -> &str;

    /// One line for axis titles and file attributes.
    fn description(&self) -> &str;

    /// The symbol in the markup of figures: `*E*_{miss}`.
    fn symbol(&self) -> &str {
        self.name()
    }

    /// Whether a process with these outgoing particles has it.
    fn applies(&self, roles: &[Role]) -> bool;

    /// Its value in its own unit.
    fn value(&self, event: &View<'_>) -> f64;

    /// Whether it takes one value only where a single particle leaves unseen.
    fn is_fixed_for_one(&self) -> bool {
        false
    }

    /// The range that it fills, with the scale natural to it, in its own unit.
    fn range(&self, scales: &Scales) -> (f64, f64, Scale) {
        (0.0, scales.highest_gev, Scale::Linear)
    }
}

#[derive(Clone)]
enum Handle {
    Standard(&'static dyn Definition),
    Own(Arc<dyn Definition>),
}

/// A quantity that can be histogrammed; two are the same if their names are.
#[derive(Clone)]
pub struct Observable(Handle);

impl Observable {
    /// Missing-energy fraction x = E_miss/E0.
    pub const X: Self = Self(Handle::Standard(&pair::X));
    /// Missing energy: what the dark particles take, GeV.
    pub const E_MISS_GEV: Self = Self(Handle::Standard(&pair::EMiss));
    /// Energy of the scattered lepton, GeV.
    pub const E_LEPTON_GEV: Self = Self(Handle::Standard(&lepton::Energy));
    /// Angle of the scattered lepton to the beam, rad.
    pub const THETA_LEPTON_RAD: Self = Self(Handle::Standard(&lepton::Theta));
    /// Transverse momentum of the scattered lepton, GeV.
    pub const PT_LEPTON_GEV: Self = Self(Handle::Standard(&lepton::Pt));
    /// Momentum transfer to the nucleus t = −(P−P′)², GeV².
    pub const T_GEV2: Self = Self(Handle::Standard(&nucleus::T));
    /// Invariant mass of the pair, GeV.
    pub const M_PAIR_GEV: Self = Self(Handle::Standard(&pair::Mass));
    /// Energy of the χ, GeV.
    pub const E_CHI_GEV: Self = Self(Handle::Standard(&chi::Energy));
    /// Angle of the χ to the beam, rad.
    pub const THETA_CHI_RAD: Self = Self(Handle::Standard(&chi::Theta));
    /// Kinetic energy of the recoiling nucleus t/2M, GeV.
    pub const RECOIL_KINETIC_GEV: Self = Self(Handle::Standard(&nucleus::Recoil));

    /// Every observable that cards know, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::X,
        Self::E_MISS_GEV,
        Self::E_LEPTON_GEV,
        Self::THETA_LEPTON_RAD,
        Self::PT_LEPTON_GEV,
        Self::T_GEV2,
        Self::M_PAIR_GEV,
        Self::E_CHI_GEV,
        Self::THETA_CHI_RAD,
        Self::RECOIL_KINETIC_GEV,
    ];

    /// An observable of one's own.
    pub fn new(definition: impl Definition + 'static) -> Self {
        Self(Handle::Own(Arc::new(definition)))
    }

    /// What a file says of an observable that is not known here: it can be shown, not computed.
    pub fn read(name: String, units: String, description: String) -> Self {
        name.parse().unwrap_or_else(|_| {
            Self::new(Recorded {
                name,
                units,
                description,
            })
        })
    }

    /// The names that cards know, in the order of the documentation.
    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().filter_map(Self::standard_name).collect()
    }

    fn standard_name(&self) -> Option<&'static str> {
        match self.0 {
            Handle::Standard(definition) => Some(definition.name()),
            Handle::Own(_) => None,
        }
    }

    /// Its definition.
    pub fn definition(&self) -> &dyn Definition {
        match &self.0 {
            Handle::Standard(definition) => *definition,
            Handle::Own(definition) => definition.as_ref(),
        }
    }

    /// The name in cards and files; its suffix is the unit.
    pub fn name(&self) -> &str {
        self.definition().name()
    }

    /// The unit in words: `1`, `GeV`, `GeV^2` or `rad`.
    pub fn units(&self) -> &str {
        self.definition().units()
    }

    /// One line for axis titles and file attributes.
    pub fn description(&self) -> &str {
        self.definition().description()
    }
}

/// What a file says of an observable.
struct Recorded {
    name: String,
    units: String,
    description: String,
}

impl Definition for Recorded {
    fn name(&self) -> &str {
        &self.name
    }

    fn units(&self) -> &str {
        &self.units
    }

    fn description(&self) -> &str {
        &self.description
    }

    fn applies(&self, _: &[Role]) -> bool {
        false
    }

    fn value(&self, _: &View<'_>) -> f64 {
        f64::NAN
    }
}

impl PartialEq for Observable {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Observable {}

impl Hash for Observable {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl PartialOrd for Observable {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Observable {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl fmt::Debug for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Observable({})", self.name())
    }
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is no observable.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no observable is called `{name}`; there are: {}", Observable::names().join(", "))]
pub struct UnknownObservable {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Observable {
    type Err = UnknownObservable;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|o| o.name() == name);
        found.ok_or_else(|| UnknownObservable {
            name: name.to_owned(),
        })
    }
}

/// Whether all of these are among the roles.
fn has(roles: &[Role], wanted: &[Role]) -> bool {
    wanted.iter().all(|role| roles.contains(role))
}

/// Whether something leaves unseen.
fn has_dark(roles: &[Role]) -> bool {
    roles.iter().any(Role::is_dark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_and_name_the_nearest() {
        for observable in Observable::ALL {
            assert_eq!(observable.name().parse(), Ok(observable));
        }
        let error = "e_mis_gev".parse::<Observable>().unwrap_err().to_string();
        assert!(
            error.contains("`e_mis_gev`") && error.contains("e_miss_gev"),
            "{error}"
        );
    }

    #[test]
    fn units_agree_with_the_suffix_of_the_name() {
        for observable in Observable::ALL {
            let suffix = match observable.units() {
                "GeV" => "_gev",
                "GeV^2" => "_gev2",
                "rad" => "_rad",
                _ => "x",
            };
            assert!(observable.name().ends_with(suffix), "{observable}");
        }
    }

    #[test]
    fn what_a_file_says_of_an_unknown_observable_is_kept() {
        let own = Observable::read("p_mu_gev".into(), "GeV".into(), "momentum".into());
        assert_eq!((own.name(), own.units()), ("p_mu_gev", "GeV"));
        assert!(!own.definition().applies(&[Role::CHI]));
        let known = Observable::read("x".into(), "wrong".into(), "wrong".into());
        assert_eq!((known.units(), &known), ("1", &Observable::X));
    }
}
