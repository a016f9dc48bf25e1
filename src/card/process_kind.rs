//! `[process]`: a kind of the registry, and what that says of keys; the mesons it makes.
//!
//! Pinned by `tests/card/kinds.rs`.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use super::beam;
use super::error::CardError;
use super::known::Known;
use super::plain::keys;
use super::printed::Printed;
use super::rules::{Plain, Resolver};
use crate::beam::{Beam, Projectile};
use crate::mesons::{Mesons, VectorMeson};
use crate::observable::Observable;
use crate::particle::Role;
use crate::process::InitialState;
use crate::process::{Kind, Registry};

/// The process of a card where it names none.
pub(super) const DEFAULT: &str = "pair";

/// The key of photons off the initial state.
pub(super) const RADIATION: &str = "process.initial_state_radiation";

/// The processes that every card may name.
static PROCESSES: LazyLock<Registry> = LazyLock::new(Registry::standard);

keys! { KEYS:
    "process": Table, "", Range(""), Nothing(""), "The reaction of the beam on the target.", TABLE;
    "process.kind": Text, "", Choices(|| PROCESSES.names().collect()), Text(DEFAULT),
        "What happens: one of [the processes](#the-processes) below.",
        "the name of a process";
    "process.mesons": Texts, "", Choices(names::<VectorMeson>), Nothing("(all of them, for `meson`)"),
        "The vector mesons V of `meson`: ρ(770), ω(782), φ(1020), J/ψ; those that are too light for the pair are left out.",
        "one or more of \"rho\", \"omega\", \"phi\", \"jpsi\"";
    "process.initial_state_radiation": Text, "", Choices(names::<InitialState>), Nothing("(`none`)"),
        "Photons off positron and electron before they annihilate, of `annihilation`: none, or to leading logarithm; what \
         the positron radiates is visible, and `beam_energy_gev` of an event its energy after that.",
        "\"none\" or \"leading-log\"";
}

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
    pub fn needs_shower(&self, beam: Projectile) -> bool {
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

/// The process, with a beam that makes it and no key that it has no use for.
pub(super) fn resolve(
    rules: &Resolver<'_>,
    known: &Known,
    beam: &Beam,
) -> Result<ProcessKind, CardError> {
    let path = "process.kind";
    let written: String = rules.read(path)?;
    let names: Vec<&str> = known.processes.names().collect();
    let find = |name: &str| ProcessKind::find(&known.processes, name);
    let kind = rules.choice(path, &written, &names, find)?;
    let beams = kind.beams();
    if !beams.contains(&beam.projectile) {
        let names: Vec<&str> = beams.iter().map(|lepton| lepton.name()).collect();
        let expected = format!(
            "a beam of {}, for process.kind is {:?}",
            names.join(", "),
            kind.name()
        );
        let path = beam::particle_key(rules);
        return Err(rules.wrong(path, format!("{:?}", beam.projectile.name()), expected));
    }
    let of_kind = format!("process.kind is {:?}", kind.name());
    for (key, why) in kind.idle_keys() {
        rules.refuse([key], &format!("{of_kind}: {why}"))?;
    }
    let others = known.processes.iter().flat_map(|other| other.own_keys());
    rules.refuse(others.copied().filter(|key| !kind.owns(key)), &of_kind)?;
    Ok(kind)
}

/// The mesons of the process that makes them: all unless the card names some.
pub(super) fn mesons(
    rules: &Resolver<'_>,
    kind: &ProcessKind,
) -> Result<Option<Mesons>, CardError> {
    let path = "process.mesons";
    if !kind.owns(path) {
        return Ok(None);
    }
    let written: Option<Vec<String>> = rules.read(path)?;
    let one = |name: &String| rules.named::<VectorMeson>(path, name);
    match written.as_deref() {
        Some([]) => Err(rules.bad(path, "an empty list")),
        Some(some) => Ok(Some(some.iter().map(one).collect::<Result<_, _>>()?)),
        None => Ok(Some(Mesons::default())),
    }
}

/// Writes the section back.
pub(super) fn print(kind: &ProcessKind, mesons: Option<Mesons>, out: &mut Printed) {
    kind.name().to_owned().print("process.kind", out);
    let names = |some: Mesons| some.iter().map(|m| m.name().to_owned()).collect::<Vec<_>>();
    mesons.map(names).print("process.mesons", out);
}
