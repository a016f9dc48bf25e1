//! What is asked of a card: a cross section, a spectrum, a scan, a comparison, an exclusion reach, the
//! meaning of a form factor.
//!
//! Each is one function or one value with `run`, from cards to a typed result; results have a
//! [`crate::table::Table`], which is what the program writes, prints and draws. Rows go to a sink as
//! they are done and may be known before: where they last is not known here.

pub mod compare;
mod error;
pub mod geant4;
pub mod grid;
pub mod points;
pub mod reach;
mod rows;
pub mod scan;
pub mod shapes;
pub mod sigma;
pub mod spectrum;

pub use compare::{Compared, Comparison, Comparisons, rounded};
pub use error::{AxisError, StudyError};
pub use grid::{CardSource, Grid, ScanAxis, plain_value, plain_values};
pub use reach::{Reach, Reached};
pub use rows::{Watch, run_rows};
pub use scan::{Scan, Scanned};
pub use shapes::{NuclearShape, left_out, nuclear_shapes};
pub use sigma::{Sigma, sigma};
pub use spectrum::{Spectrum, Where, parse_x, spectrum};

use crate::card::RunCard;
use crate::record::GENERATOR_VERSION;

/// What a table says of its card: all but what no result depends on.
pub fn facts(command: &str, card: &RunCard) -> Vec<(String, String)> {
    let drawn = |line: &&str| !["seed =", "threads ="].iter().any(|k| line.starts_with(k));
    let toml = card.to_toml();
    let text: Vec<&str> = toml.lines().filter(drawn).collect();
    vec![
        ("command".to_owned(), command.to_owned()),
        ("millibrem".to_owned(), GENERATOR_VERSION.to_owned()),
        ("card".to_owned(), text.join("\n")),
    ]
}
