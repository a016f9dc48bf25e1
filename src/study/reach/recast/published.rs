//! The published limits that come with the program, by name: the tables of `data/limits`. Pinned by
//! `tests/reach.rs`.

use super::{LimitFile, Units};
use crate::study::reach::ReachError;

/// A published lower edge of excluded charges Q_χ/e against m_χ in GeV (docs/limits.md).
#[derive(Debug)]
pub struct Published {
    /// What it is called by.
    pub name: &'static str,
    text: &'static str,
}

macro_rules! published {
    ($($name:literal),*) => {
        /// All published limits, by name.
        pub const PUBLISHED: &[Published] = &[$(Published {
            name: $name,
            text: include_str!(concat!("../../../../data/limits/", $name, ".csv")),
        }),*];
    };
}

published!(
    "argoneut",
    "bebc",
    "cms",
    "colliders",
    "lsnd",
    "milliqan-demonstrator",
    "milliqan-run3",
    "miniboone",
    "sensei",
    "slac-mq",
    "super-k"
);

impl Published {
    /// The one called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        PUBLISHED.iter().find(|limit| limit.name == name)
    }

    /// Its points.
    ///
    /// # Errors
    /// None, as long as its table is one (`tests/reach.rs`).
    pub fn file(&self) -> Result<LimitFile, ReachError> {
        LimitFile::parse_as(self.text, Units::default())
    }

    /// Whether it was measured, or recast, and by whom.
    pub fn kind(&self) -> &'static str {
        self.said("# kind:")
    }

    /// Where it was published.
    pub fn source(&self) -> &'static str {
        self.said("# source:")
    }

    fn said(&self, key: &str) -> &'static str {
        let line = self.text.lines().find_map(|line| line.strip_prefix(key));
        line.map_or("", str::trim)
    }
}
