//! What can be wrong with a card, in one value.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use thiserror::Error;

/// Why a card cannot be used.
#[derive(Debug, Error)]
pub enum CardError {
    /// The file cannot be read.
    #[error("{}: cannot read the card: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A key, or the text itself, is wrong.
    #[error(transparent)]
    Key(Box<KeyError>),
    /// The operating system gave no random number for the seed.
    #[error("no seed could be drawn ({0}); give run.seed or --seed")]
    Seed(String),
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Written in the card.
    Line {
        /// Line number, from 1.
        line: usize,
        /// Byte range in the text.
        span: Range<usize>,
    },
    /// Given on the command line, as written there.
    Option(String),
    /// Not written at all.
    Absent,
}

/// One key that is wrong: where, what was found, what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyError {
    /// Name of the card.
    pub file: String,
    /// Text of the card, for quoting.
    pub text: String,
    /// Where the offending value or key is.
    pub place: Place,
    /// Full name of the key, `section.key`; empty if the text is no TOML.
    pub key: String,
    /// What was found.
    pub found: String,
    /// What was expected instead.
    pub expected: String,
    /// The valid name nearest to what was written.
    pub nearest: Option<String>,
}

impl KeyError {
    /// Where it is, in words: `file:line`, or the option.
    pub fn location(&self) -> String {
        match &self.place {
            Place::Line { line, .. } => format!("{}:{line}", self.file),
            // A command's options say so; elsewhere there are none.
            Place::Option(written) if written.starts_with("--") => format!("option `{written}`"),
            Place::Option(written) => format!("`{written}`"),
            Place::Absent => self.file.clone(),
        }
    }

    /// What is wrong, without the place.
    pub fn problem(&self) -> String {
        let key = if self.key.is_empty() {
            "TOML"
        } else {
            &self.key
        };
        format!("{key}: found {}, expected {}", self.found, self.expected)
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location(), self.problem())?;
        match &self.nearest {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for KeyError {}

impl From<KeyError> for CardError {
    fn from(error: KeyError) -> Self {
        Self::Key(Box::new(error))
    }
}

/// The candidate nearest to `name`, if one is near enough to be a slip of the pen: one that only lacks its end,
/// as a unit, before all others.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lower = name.to_lowercase();
    let likeness = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        let lacks_its_end = candidate.starts_with(&format!("{lower}_"));
        strsim::jaro_winkler(&lower, &candidate) + if lacks_its_end { 1.0 } else { 0.0 }
    };
    candidates
        .into_iter()
        .map(|candidate| (likeness(candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.65)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_pen_find_their_name_and_nonsense_finds_none() {
        let names = ["lepton", "energy_gev", "on_target"];
        assert_eq!(nearest("energy", names).as_deref(), Some("energy_gev"));
        assert_eq!(nearest("Lepton", names).as_deref(), Some("lepton"));
        assert_eq!(nearest("zzz", names), None);
        let names = ["dark_sector.g_chi", "dark_sector.m_chi_gev"];
        let found = nearest("dark_sector.m_chi", names);
        assert_eq!(found.as_deref(), Some("dark_sector.m_chi_gev"));
    }
}
