//! What a card may name beyond its own text: processes, form factors and files.

use std::fmt::Debug;
use std::io::{self, Read};
use std::sync::Arc;

use crate::matter::form_factor::FormFactors;
use crate::process::Registry;

/// Where the files are that a card names.
pub trait Files: Debug + Send + Sync {
    /// Opens the file that the card calls `name`.
    ///
    /// # Errors
    /// What the operating system says.
    fn open(&self, name: &str) -> io::Result<Box<dyn Read>>;
}

/// What the names in a card may mean.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) processes: Registry,
    pub(super) form_factors: FormFactors,
    /// Nothing where there are no files.
    pub(super) files: Option<Arc<dyn Files>>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            processes: Registry::standard(),
            form_factors: FormFactors::standard().clone(),
            files: None,
        }
    }
}

impl Known {
    /// Opens a file that the card names.
    pub(super) fn open(&self, name: &str) -> Result<Box<dyn Read>, String> {
        let files = self.files.as_deref().ok_or("there are no files here")?;
        files.open(name).map_err(|error| error.to_string())
    }
}
