//! The exchange formats there are, and what a format is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{Context, Exporter, Output, csv, g4darkbrem, hepevt, hepmc3, ldmx_lhe, lhe, lheh5};
use crate::IoError;
use millibrem::event::Sample;

/// What an exchange format is.
pub trait Definition: Send + Sync {
    /// The name on the command line.
    fn name(&self) -> &str;

    /// The end of a file name, without a leading dot.
    fn suffix(&self) -> &str {
        self.name()
    }

    /// Whether its readers give events their weights.
    fn has_weights(&self) -> bool {
        true
    }

    /// Whether it has a place for where an event happens.
    fn has_vertices(&self) -> bool {
        false
    }

    /// Whether it is text, which can be streamed.
    fn is_text(&self) -> bool {
        true
    }

    /// The endings its reader insists on; empty if any will do.
    fn endings(&self) -> &[&str] {
        &[]
    }

    /// Why it has no place for events of these particles, if it has none.
    fn refuses(&self, _: &Sample) -> Option<String> {
        None
    }

    /// What is lost on the way into it, beside weights and vertices.
    fn lost(&self, _: &Context) -> Vec<String> {
        Vec::new()
    }

    /// Opens the output and writes its head.
    ///
    /// # Errors
    /// [`IoError`] if the output cannot be written.
    fn begin<'a>(
        &self,
        context: Context,
        output: Output<'a>,
    ) -> Result<Box<dyn Exporter + 'a>, IoError>;
}

/// An exchange format; two are the same if their names are.
#[derive(Clone, Copy)]
pub struct Format(&'static dyn Definition);

impl Format {
    /// Les Houches event file 3.0.
    pub const LHE: Self = Self(&lhe::Lhe);
    /// Les Houches events as ldmx-sw reads them.
    pub const LDMX_LHE: Self = Self(&ldmx_lhe::LdmxLhe);
    /// Library of G4DarkBreM in Les Houches form.
    pub const G4DARKBREM_LHE: Self = Self(&g4darkbrem::Lhe);
    /// Library of G4DarkBreM as a table.
    pub const G4DARKBREM_CSV: Self = Self(&g4darkbrem::Csv);
    /// HepMC3 Asciiv3 with the attributes NuHepMC 1.0 requires.
    pub const HEPMC3: Self = Self(&hepmc3::Hepmc3);
    /// HEPEvt lines for Geant4.
    pub const HEPEVT: Self = Self(&hepevt::HepEvt);
    /// Les Houches events in HDF5, version 2.0.1.
    pub const LHEH5: Self = Self(&lheh5::Format);
    /// One table of all momenta.
    pub const CSV: Self = Self(&csv::Csv);

    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::LHE,
        Self::LDMX_LHE,
        Self::G4DARKBREM_LHE,
        Self::G4DARKBREM_CSV,
        Self::HEPMC3,
        Self::HEPEVT,
        Self::LHEH5,
        Self::CSV,
    ];

    /// A format of one's own.
    pub const fn new(definition: &'static dyn Definition) -> Self {
        Self(definition)
    }

    /// Its definition.
    pub fn definition(self) -> &'static dyn Definition {
        self.0
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The end of a file name, without a leading dot.
    pub fn suffix(self) -> &'static str {
        self.0.suffix()
    }

    /// Where the export of `run` goes when no name is given: beside it, with the suffix.
    pub fn default_path(self, run: &Path) -> PathBuf {
        run.with_extension(self.suffix())
    }

    /// Whether its readers give events their weights.
    pub fn has_weights(self) -> bool {
        self.0.has_weights()
    }

    /// Whether it has a place for where an event happens.
    pub fn has_vertices(self) -> bool {
        self.0.has_vertices()
    }

    /// Whether it is text, which can be streamed.
    pub fn is_text(self) -> bool {
        self.0.is_text()
    }

    /// What is lost on the way into it, beside weights.
    pub(super) fn lost(self, context: &Context) -> Vec<String> {
        let mut found = self.0.lost(context);
        if context.has_vertex() && !self.has_vertices() {
            found.push(format!("{self} has no place for vertices"));
        }
        found
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Format {}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Format({})", self.name())
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            format!("no format is called `{name}`; there are: {known}")
        })
    }
}
