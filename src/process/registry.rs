//! The processes by name. The list is a value that is handed in: no global, no linker table.

use std::fmt;
use std::sync::Arc;

use super::annihilation::AnnihilationOf;
use super::approximation::{Approximated, Approximation};
use super::kind::Kind;
use super::meson::MesonOf;
use super::photon_conversion::PhotonConversionOf;
use super::radiation;

/// The kinds there are.
#[derive(Clone)]
pub struct Registry(Vec<Arc<dyn Kind>>);

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl Registry {
    /// Those that cards know.
    pub fn standard() -> Self {
        Self(vec![
            Arc::new(radiation::PAIR),
            Arc::new(radiation::DARK_PHOTON),
            Arc::new(radiation::BOSON),
            Arc::new(AnnihilationOf),
            Arc::new(PhotonConversionOf),
            Arc::new(MesonOf),
        ])
    }

    /// The same with one more, which is found before another of its name.
    #[must_use]
    pub fn with(mut self, kind: impl Kind + 'static) -> Self {
        self.0.insert(0, Arc::new(kind));
        self
    }

    /// The same with one more method of every process that it serves.
    #[must_use]
    pub fn with_approximation(mut self, approximation: impl Approximation + 'static) -> Self {
        let approximation: Arc<dyn Approximation> = Arc::new(approximation);
        for kind in &mut self.0 {
            *kind = Arc::new(Approximated {
                kind: Arc::clone(kind),
                approximation: Arc::clone(&approximation),
            });
        }
        self
    }

    /// The kind of this name, if there is one.
    pub fn get(&self, name: &str) -> Option<&dyn Kind> {
        let found = self.0.iter().find(|kind| kind.name() == name);
        found.map(|kind| &**kind)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Kind>> {
        self.0.iter()
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|kind| kind.name())
    }
}
