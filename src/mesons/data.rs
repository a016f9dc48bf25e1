//! The numbers of the mesons, each with its source: `mesons.toml`, read once.

use std::sync::LazyLock;

use serde::Deserialize;

use super::VectorMeson;

/// The file.
const TEXT: &str = include_str!("mesons.toml");

/// A number and where it is from, a key of docs/references.md.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sourced {
    pub(super) value: f64,
    /// For those who read the file; a test holds it.
    #[allow(dead_code)]
    source: String,
}

/// What is known of one meson.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Numbers {
    pub(super) mass_gev: Sourced,
    pub(super) electron_branching: Sourced,
    pub(super) pomeron_ub: Sourced,
    pub(super) pomeron_power: Sourced,
    pub(super) meson_ub: Sourced,
    pub(super) meson_power: Sourced,
    pub(super) slope_per_gev2: Sourced,
    pub(super) f2_over_4pi: Sourced,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct All {
    rho: Numbers,
    omega: Numbers,
    phi: Numbers,
    jpsi: Numbers,
}

// UNWRAP: the file is part of the program, and a test reads it.
static ALL: LazyLock<All> = LazyLock::new(|| toml::from_str(TEXT).expect("mesons.toml"));

/// The numbers of a meson.
pub(super) fn of(meson: VectorMeson) -> &'static Numbers {
    match meson {
        VectorMeson::Rho => &ALL.rho,
        VectorMeson::Omega => &ALL.omega,
        VectorMeson::Phi => &ALL.phi,
        VectorMeson::Jpsi => &ALL.jpsi,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_source_that_the_references_list() {
        let references = include_str!("../../docs/references.md");
        for meson in VectorMeson::ALL {
            let n = of(meson);
            for one in [
                &n.mass_gev,
                &n.electron_branching,
                &n.pomeron_ub,
                &n.pomeron_power,
                &n.meson_ub,
                &n.meson_power,
                &n.slope_per_gev2,
                &n.f2_over_4pi,
            ] {
                assert!(one.value >= 0.0);
                let row = format!("| [{}] |", one.source);
                assert!(references.contains(&row), "{meson:?}: {}", one.source);
            }
        }
    }
}
