//! The target: nuclei, materials and their elastic form factors.

pub mod catalogue;
pub mod elements;
pub mod form_factor;
pub mod formula;
pub mod isotopes;
pub mod material;
pub mod muon_loss;
mod nucleus;
pub mod scattering;
pub mod shower;
pub mod straggling;

pub use nucleus::{Nucleus, NucleusFields, NucleusSpin};

use form_factor::FormFactorKind;
use material::Material;

/// The target of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// What it is made of and how much of it there is.
    pub material: Material,
    /// The elastic form factor of all its nuclei.
    pub form_factor: FormFactorKind,
}
