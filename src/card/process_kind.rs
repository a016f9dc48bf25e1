//! The process of a card: a kind of the registry, and what that says of keys.
//!
//! Pinned by `tests/card/kinds.rs`.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::beam::Lepton;
use crate::observable::Observable;
use crate::particle::Role;
use crate::process::{Kind, Registry};

/// The process of a card where it names none.
pub(super) const DEFAULT: &str = "pair";

/// The process of a card; two are equal if they have the same name.
#[derive(Clone)]
pub struct ProcessKind(Arc<dyn Kind>);

impl Deref for ProcessKind {
    type Target = dyn Kind;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl PartialEq for ProcessKind {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl fmt::Debug for ProcessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ProcessKind {
    /// The kind of this name among those of `registry`.
    pub(super) fn find(registry: &Registry, name: &str) -> Option<Self> {
        let found = registry.iter().find(|kind| kind.name() == name);
        found.cloned().map(Self)
    }

    /// Whether a `beam` makes it by particles of its shower only.
    pub fn needs_shower(&self, beam: Lepton) -> bool {
        self.shower_particle(beam).is_some()
    }

    /// Whether the lepton of the beam comes out.
    pub fn has_lepton(&self) -> bool {
        self.roles().contains(&Role::LEPTON_OUT)
    }

    /// Whether a nucleus is struck.
    pub fn has_nucleus(&self) -> bool {
        self.roles().contains(&Role::NUCLEUS_OUT)
    }

    /// Whether the form factor and the spin of a nucleus enter.
    pub fn has_form_factor(&self) -> bool {
        let idle = self.idle_keys();
        idle.iter().all(|(key, _)| *key != "target.form_factor")
    }

    /// Whether it reads this key that not every kind has.
    pub(super) fn owns(&self, key: &str) -> bool {
        self.own_keys().contains(&key)
    }

    /// Whether an observable is of what comes out.
    pub(super) fn roles_have(&self, observable: &Observable) -> bool {
        observable.definition().applies(self.roles())
    }
}
