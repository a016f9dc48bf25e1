//! The module `millibrem._core`: the library's calls for the Python package `millibrem`.
//!
//! Nothing is computed here. Functions take a `Card` and plain values, do one library call
//! with the interpreter released (`work`), and return plain values that the package dresses as
//! numpy, hist, awkward or pandas. Units are those of the library: GeV, pb, pb². Pinned by
//! `python/tests`.

mod card;
mod command;
mod drawing;
mod errors;
mod events;
mod exports;
mod info;
mod pieces;
mod plain;
mod run;
mod sampler;
mod sigma;
mod study;
mod vegas;
mod work;

use pyo3::prelude::*;

/// Calls of the library, without dress; use `millibrem`.
#[pymodule]
mod _core {
    #[pymodule_export]
    use crate::card::{Card, card_keys, shipped_cards};
    #[pymodule_export]
    use crate::command::command;
    #[pymodule_export]
    use crate::drawing::figure;
    #[pymodule_export]
    use crate::events::Events;
    #[pymodule_export]
    use crate::exports::{export, export_formats, export_suffix};
    #[pymodule_export]
    use crate::info::{is_hdf5, limits, versions};
    #[pymodule_export]
    use crate::pieces::{Hypercube, form_factor_g2, pair_amplitude};
    #[pymodule_export]
    use crate::run::{RunFile, RunRecord, generate, generate_into, merge, other_weights, seed_of};
    #[pymodule_export]
    use crate::sampler::Sampler;
    #[pymodule_export]
    use crate::sigma::{sigma, value_error};
    #[pymodule_export]
    use crate::study::{compare, reach, scan, shower, spectrum};
    #[pymodule_export]
    use crate::vegas::Integrator;
    #[pymodule_export]
    use crate::work::Progress;

    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = millibrem::record::GENERATOR_VERSION;
    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const git_commit: &str = millibrem::record::GIT_COMMIT;
}
