//! A sampler as many threads of a foreign program share it, and how it comes from cards and files.
//!
//! What a thread needs to draw events ([`Scratch`]) lies in slots of the handle: a call takes the slot
//! of its thread, or the next one that is free, so that neither a thread that ends nor one that
//! calls from within a callback leaves anything behind. A slot is filled when it is first used; after
//! that no call allocates. Pinned by `tests/calls.rs`.

use std::ffi::c_int;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, TryLockError};

use millibrem::card::{CardText, Files, RunCard, SHIPPED, shipped};
use millibrem::generate::{Sampler, Scratch};
use millibrem::run;

use crate::Particle;
use crate::error::{Failure, MILLIBREM_CARD, MILLIBREM_ELEMENT, MILLIBREM_FILE, MILLIBREM_REQUEST};

/// Threads that can draw at once without allocation.
const SLOTS: usize = 64;

/// On cache lines of its own, lest threads wait for each other's locks.
#[repr(align(128))]
#[derive(Default)]
struct Slot(Mutex<Option<Scratch>>);

/// What stands behind `millibrem_sampler`.
pub(crate) struct Handle {
    pub(crate) sampler: Sampler,
    card: String,
    /// Charge number and outgoing particles of each nucleus.
    pub(crate) targets: Vec<(c_int, Vec<Particle>)>,
    slots: Vec<Slot>,
}

/// Files that a card names: beside it, or else where the program runs.
#[derive(Debug)]
struct Beside(PathBuf);

impl Files for Beside {
    fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        let file = File::open(self.0.with_file_name(name)).or_else(|_| File::open(name));
        Ok(Box::new(file?))
    }
}

fn resolved(text: &CardText) -> Result<RunCard, Failure> {
    text.with(&[])
        .map_err(|error| Failure::new(MILLIBREM_CARD, error))
}

/// The card of a text: that of a run card, or the name of a shipped one.
pub(crate) fn card_of_text(text: &str) -> Result<RunCard, Failure> {
    let name = text.trim();
    if name.is_empty() || name.contains(['=', '\n', '[', '#']) {
        return resolved(&CardText::new("the card", "sampler", text).with_files(Beside("".into())));
    }
    let known = shipped(name).ok_or_else(|| {
        let words = format!(
            "expected the text of a run card or the name of a shipped one ({}), found `{name}`",
            SHIPPED.join(", ")
        );
        Failure::new(MILLIBREM_CARD, words)
    })?;
    resolved(&known)
}

/// The card in a file.
pub(crate) fn card_of_file(path: &Path) -> Result<RunCard, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let text = CardText::read(path, file).map_err(|error| Failure::new(MILLIBREM_CARD, error))?;
    resolved(&text.with_files(Beside(path.to_owned())))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(MILLIBREM_FILE, format!("{}: {error}", path.display()))
}

impl Handle {
    pub(crate) fn new(card: &RunCard, kinetic_gev: (f64, f64), z: &[u32]) -> Result<Self, Failure> {
        let sampler = run::sampler(card, kinetic_gev, z);
        let sampler = sampler.map_err(|error| Failure::new(MILLIBREM_REQUEST, error))?;
        Ok(Self::of(sampler, card))
    }

    pub(crate) fn load(path: &Path) -> Result<Self, Failure> {
        let refused = |words: &dyn ToString| {
            Failure::new(
                MILLIBREM_FILE,
                format!("{}: {}", path.display(), words.to_string()),
            )
        };
        let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
        let text = run::saved_sampler_card(&bytes).map_err(|error| refused(&error))?;
        let card = text.with_files(Beside(path.to_owned())).with(&[]);
        let card = card.map_err(|error| refused(&error))?;
        let sampler = run::load_sampler(&bytes, &card).map_err(|error| refused(&error))?;
        Ok(Self::of(sampler, &card))
    }

    pub(crate) fn save(&self, path: &Path) -> Result<(), Failure> {
        let bytes = self.sampler.save(&self.card);
        // A file is whole or not there: many processes may start from one.
        let beside = path.with_extension(format!("{}.part", std::process::id()));
        let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
        written.map_err(|error| unreadable(path, &error))
    }

    fn of(sampler: Sampler, card: &RunCard) -> Self {
        let target = |(k, nucleus): (usize, &millibrem::matter::Nucleus)| {
            let outgoing = sampler.process(k).outgoing();
            let all = outgoing
                .iter()
                .map(|one| Particle::new(&one.particle, one.role.name()));
            (nucleus.z as c_int, all.collect())
        };
        Self {
            targets: sampler.nuclei().enumerate().map(target).collect(),
            sampler,
            card: card.to_toml(),
            slots: (0..SLOTS).map(|_| Slot::default()).collect(),
        }
    }

    /// The place of the element of charge number `z`.
    pub(crate) fn find(&self, z: c_int) -> Result<usize, Failure> {
        let found = self.targets.iter().position(|target| target.0 == z);
        found.ok_or_else(|| {
            let known: Vec<_> = self.targets.iter().map(|one| one.0.to_string()).collect();
            let words = format!(
                "the sampler has no element of Z = {z}; it was made for {}",
                known.join(", ")
            );
            Failure::new(MILLIBREM_ELEMENT, words)
        })
    }

    /// Does `work` with room for one thread.
    pub(crate) fn with_scratch<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static FIRST: usize = THREADS.fetch_add(1, Ordering::Relaxed);
        }
        let first = FIRST.with(|first| *first);
        for k in 0..SLOTS {
            let mut slot = match self.slots[(first + k) % SLOTS].0.try_lock() {
                Ok(slot) => slot,
                Err(TryLockError::WouldBlock) => continue,
                // A panic may have left it in any state.
                Err(TryLockError::Poisoned(slot)) => {
                    let mut slot = slot.into_inner();
                    *slot = None;
                    slot
                }
            };
            return work(slot.get_or_insert_with(|| self.sampler.scratch()));
        }
        work(&mut self.sampler.scratch())
    }
}
