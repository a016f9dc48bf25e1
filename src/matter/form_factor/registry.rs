//! The list of form factors: a value, so that more can be handed in.

use std::sync::LazyLock;

use super::{FormFactorKind, Model, dipole, fermi, fourier_bessel, helm, point, tsai};

/// Form factors by name.
#[derive(Debug, Clone)]
pub struct FormFactors(Vec<FormFactorKind>);

static STANDARD: LazyLock<FormFactors> = LazyLock::new(|| {
    FormFactors(vec![
        FormFactorKind::new(tsai::Elastic),
        FormFactorKind::new(tsai::WithInelastic::Dipole),
        FormFactorKind::new(tsai::WithInelastic::Bjorken),
        FormFactorKind::new(helm::Folded::Bare),
        FormFactorKind::new(helm::Folded::Screened),
        FormFactorKind::new(fermi::TwoParameterFermi),
        FormFactorKind::new(fourier_bessel::FourierBessel),
        FormFactorKind::new(dipole::Unscreened),
        FormFactorKind::new(point::PointCharge),
    ])
});

impl FormFactors {
    /// Those of the library, in the order of the documentation.
    pub fn standard() -> &'static Self {
        &STANDARD
    }

    /// The same with `model`, in place of one of its name if there is one.
    #[must_use]
    pub fn with(&self, model: impl Model + 'static) -> Self {
        let kind = FormFactorKind::new(model);
        let others = self.0.iter().filter(|other| **other != kind);
        Self(others.cloned().chain([kind.clone()]).collect())
    }

    /// The one with this spelling, if there is one.
    pub fn get(&self, name: &str) -> Option<&FormFactorKind> {
        self.0.iter().find(|kind| kind.name() == name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &FormFactorKind> {
        self.0.iter()
    }

    /// Their spellings in the card.
    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(FormFactorKind::name).collect()
    }
}
