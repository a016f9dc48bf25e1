//! The exchange formats there are, and what a format is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{
    Context, Exporter, Output, csv, g4darkbrem, hepevt, hepmc3, ldmx_lhe, lhe, lheh5, pythia8,
};
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

    /// Whether one file may hold several runs, one after the other: each event says all that differs.
    fn joins(&self) -> bool {
        false
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

    /// A file that goes with it, if its reader needs one.
    fn companion(&self) -> Option<Companion> {
        None
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

/// A file beside an output, such as the settings with which a program reads it.
#[derive(Debug, Clone, Copy)]
pub struct Companion {
    /// What its name has behind that of the output.
    pub ending: &'static str,
    /// Its text for the events of a run in a file of this name.
    pub text: fn(&Context, &Path) -> String,
}

impl Companion {
    /// Where it stands beside `output`.
    pub fn path(&self, output: &Path) -> PathBuf {
        let mut name = output.as_os_str().to_owned();
        name.push(self.ending);
        PathBuf::from(name)
    }
}

/// An exchange format; two are the same if their names are.
#[derive(Clone, Copy)]
pub struct Format(&'static dyn Definition);

impl Format {
    /// Les Houches event file 3.0.
    pub const LHE: Self = Self(&lhe::Lhe);
    /// Les Houches events as Pythia 8 reads them.
    pub const PYTHIA8_LHE: Self = Self(&pythia8::Pythia8);
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
    pub const ALL: [Self; 9] = [
        Self::LHE,
        Self::PYTHIA8_LHE,
        Self::LDMX_LHE,
        Self::G4DARKBREM_LHE,
        Self::G4DARKBREM_CSV,
        Self::HEPMC3,
        Self::HEPEVT,
        Self::LHEH5,
        Self::CSV,
    ];

    /// The format of this kind that is made for a program: `lhe` for `pythia8` is `pythia8-lhe`.
    ///
    /// # Errors
    /// In words, with what there is.
    pub fn made_for(self, program: &str) -> Result<Self, String> {
        let wanted = format!("{program}-{self}");
        let found = Self::ALL.into_iter().find(|one| one.name() == wanted);
        found.ok_or_else(|| {
            let pairs = Self::ALL.iter().filter_map(|one| {
                let (program, kind) = one.name().split_once('-')?;
                Some(format!("{program} ({kind})"))
            });
            let known = pairs.collect::<Vec<_>>().join(", ");
            format!("found `{program}` for {self}, expected one of {known}")
        })
    }

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
            let root = match name {
                "root" => "; trees of ROOT are written by the Python package: millibrem.open(RUN).export(\"root\")",
                _ => "",
            };
            format!("no format is called `{name}`; there are: {known}{root}")
        })
    }
}
