//! `process.kind`: its spellings, and what the registry of processes says of each.
//!
//! Pinned by `tests/card/kinds.rs`.

use crate::beam::Lepton;
use crate::observable::Observable;
use crate::particle::Role;
use crate::process::{Kind, Registry};

named! {
    /// The process of a card.
    pub enum ProcessKind {
        /// l N → l N χ χ̄.
        Pair = "pair",
        /// l N → l N A′.
        DarkPhoton = "dark-photon",
        /// l N → l N φ.
        Boson = "boson",
        /// e⁺ e⁻ → χ χ̄ on an electron of the target.
        Annihilation = "annihilation",
        /// γ N → χ χ̄ N.
        PhotonConversion = "photon-conversion",
        /// γ N → V N, V → χ χ̄.
        Meson = "meson",
    }
}

/// Keys of cuts on the scattered lepton.
pub(super) const LEPTON_KEYS: [&str; 5] = [
    "cuts.lepton_energy_max_gev",
    "cuts.lepton_angle_min_mrad",
    "cuts.lepton_angle_max_mrad",
    "cuts.lepton_pt_min_gev",
    "cuts.lepton_pt_max_gev",
];

/// Keys of what is struck, where that is a nucleus.
pub(super) const NUCLEUS_KEYS: [&str; 3] = [
    "target.form_factor",
    "target.nucleus_spin",
    "target.nuclear_mass_gev",
];

/// Keys of the shape of a nucleus, which an estimate has of its own.
pub(super) const SHAPE_KEYS: [&str; 2] = ["target.form_factor", "target.nucleus_spin"];

impl ProcessKind {
    /// What the registry says of it.
    fn ask<R>(self, answer: impl FnOnce(&dyn Kind) -> R) -> R {
        let registry = Registry::standard();
        // UNWRAP: the registry has every kind of a card, which a test pins.
        answer(registry.get(self.name()).expect("a kind of the registry"))
    }

    /// What may be its beam.
    pub fn beams(self) -> &'static [Lepton] {
        self.ask(|kind| kind.beams())
    }

    /// Whether a `beam` makes it by particles of its shower only.
    pub fn needs_shower(self, beam: Lepton) -> bool {
        self.ask(|kind| kind.shower_particle(beam).is_some())
    }

    /// Whether the lepton of the beam comes out.
    pub fn has_lepton(self) -> bool {
        self.ask(|kind| kind.roles().contains(&Role::LEPTON_OUT))
    }

    /// Whether a nucleus is struck.
    pub fn has_nucleus(self) -> bool {
        self.ask(|kind| kind.roles().contains(&Role::NUCLEUS_OUT))
    }

    /// Whether the form factor and the spin of a nucleus enter.
    pub fn has_form_factor(self) -> bool {
        self.has_nucleus() && self != Self::Meson
    }

    /// Whether an observable is of what comes out.
    pub(super) fn roles_have(self, observable: &Observable) -> bool {
        self.ask(|kind| observable.definition().applies(kind.roles()))
    }

    /// Keys outside of `[dark_sector]` that it has no use for, each with the reason.
    pub(super) fn idle_keys(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let lepton = LEPTON_KEYS.map(|key| (key, "no lepton comes out of it"));
        let nucleus = NUCLEUS_KEYS.map(|key| (key, "electrons are struck, no nucleus"));
        let shape = SHAPE_KEYS.map(|key| (key, "the nucleus is that of the estimate"));
        let lepton = lepton.into_iter().filter(move |_| !self.has_lepton());
        let nucleus = nucleus.into_iter().filter(move |_| !self.has_nucleus());
        let shape = shape
            .into_iter()
            .filter(move |_| self.has_nucleus() && !self.has_form_factor());
        lepton.chain(nucleus).chain(shape)
    }
}
