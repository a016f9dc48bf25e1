//! `[reach]`.

use super::error::CardError;
use super::keys::AMOUNTS;
use super::keys::Allowed::{self, Numbers};
use super::plain::keys;
use super::printed::Printed;
use super::rules::{Plain, Resolver};
use crate::beam::{Beam, Projectile};
use crate::matter::Target;
use crate::process::InitialState;

const YIELD: &str = "a number of mesons, 0 to 1e30";
const YIELDS: Allowed = Numbers("0 to 1e30", |n| n == 0.0 || AMOUNTS.contains(&n));

keys! {
    /// `[reach]`.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Reach(rules) of KEYS:
    "reach": Table, "", Range(""), Nothing(""),
        "How `reach` turns σ into a limit on the charge ([reach.md](reach.md)).", TABLE;
    "reach.events_excluded": Number, "", within!(1e-30 to 1e30), Number(2.3),
        "Expected events at the edge of the excluded region; 2.3 is 90 % CL without background and nothing seen.",
        "a number of events, 1e-30 to 1e30" => events_excluded: f64;
    "reach.efficiency": Number, "", within!(1e-30 to 1), Number(1.0),
        "Share of the events within the cuts that the experiment sees.",
        "an efficiency, 1e-30 to 1" => efficiency: f64;
    "reach.q_over_e_max": Number, "e", within!(1e-30 to 1e30), Nothing(""),
        "Charge Q_χ/e from which on χ itself would be seen: the upper edge of what is excluded.",
        "a charge in units of e, 1e-30 to 1e30" => q_over_e_max: Option<f64>;
    "reach.mesons": Table, "", Range(""), Nothing(""),
        "Vector mesons V produced in the target by the whole beam, which decay to χ χ̄; options that change beam or target drop them.", TABLE => mesons: MesonYields;
    "reach.straggling": Text, "", Choices(names::<Straggling>), Text("none"),
        "Earlier name of `target.losses` for electrons, which `reach` alone follows; `\"none\"` leaves it to that key.",
        "\"none\" or \"tsai-whitis\"" => straggling: Straggling;
    "reach.channels": Texts, "", Choices(names::<Channel>),
        Nothing("(`bremsstrahlung`, and the mesons that `reach.mesons` gives)"),
        "Ways to make the pair that are counted, one or a list; `annihilation` is that of shower positrons with electrons of the \
         target, `photon-conversion` and `trident` are of order Q_χ⁴; a meson without a number in `reach.mesons` is \
         estimated from the photons of the shower.",
        "the name of a channel, or a list" => channels: Option<Channels>;
    "reach.initial_state_radiation": Text, "", Choices(names::<InitialState>), Nothing("(`none`)"),
        "Photons off positron and electron before they annihilate: none, or to leading logarithm.",
        "\"none\" or \"leading-log\"" => initial_state: InitialState;
}

keys! {
    /// Number of vector mesons produced by the whole beam ([STZ21]).
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct MesonYields(rules) of MESONS:
    "reach.mesons.rho": Number, "", YIELDS, Number(0.0), "Number of ρ(770).", YIELD => rho: f64;
    "reach.mesons.omega": Number, "", YIELDS, Number(0.0), "Number of ω(782).", YIELD => omega: f64;
    "reach.mesons.phi": Number, "", YIELDS, Number(0.0), "Number of φ(1020).", YIELD => phi: f64;
    "reach.mesons.jpsi": Number, "", YIELDS, Number(0.0), "Number of J/ψ.", YIELD => jpsi: f64;
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

impl Plain for Channels {
    fn read(rules: &Resolver<'_>, path: &str) -> Result<Self, CardError> {
        let names = Vec::<String>::read(rules, path)?;
        let mut all = names.iter().map(|name| rules.named(path, name));
        all.try_fold(Self::default(), |all, channel| Ok(all.with(channel?)))
    }

    fn print(&self, path: &str, out: &mut Printed) {
        out.put(path, self.iter().map(Channel::name).collect::<Vec<_>>());
    }
}

/// The section, each channel with what it needs.
pub(super) fn resolve(
    rules: &Resolver<'_>,
    beam: &Beam,
    target: &Target,
) -> Result<Reach, CardError> {
    let reach: Reach = rules.read("reach")?;
    let is_electron = matches!(beam.projectile, Projectile::Electron | Projectile::Positron);
    let material = &target.material;
    let written: Option<String> = rules.read("target.losses")?;
    let law = reach.straggling;
    if let Some(losses) = written.filter(|losses| law != Straggling::None && losses != law.name()) {
        let found = format!("{:?} beside target.losses = {losses:?}", law.name());
        return Err(rules.wrong("reach.straggling", found, "one of the two"));
    }
    if reach
        .channels
        .is_some_and(|all| all.iter().next().is_none())
    {
        let expected = "the name of a channel, or some; without the key those that the card gives";
        return Err(rules.wrong("reach.channels", "an empty list", expected));
    }
    for channel in reach.channels.unwrap_or_default().iter() {
        let missing = match channel {
            Channel::Bremsstrahlung => None,
            // What is given needs no shower.
            _ if reach.mesons.of(channel) > 0.0 => None,
            Channel::Trident if !is_electron => None,
            _ if !is_electron => Some("a beam of e- or e+, which makes a shower"),
            _ if material.thickness_x0().is_none() => Some("target.thickness_x0 beside it"),
            _ if material.density_g_cm3.is_none() => Some("target.density_g_cm3 beside it"),
            _ => None,
        };
        if let Some(expected) = missing {
            let found = format!("{:?}", channel.name());
            return Err(rules.wrong("reach.channels", found, expected));
        }
    }
    Ok(reach)
}
