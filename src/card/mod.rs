//! The run card: what the user wrote, and what the program uses.
//!
//! A card is TOML; [`RunCard`] is what is used, validated, with every default filled in. Between the two stand
//! [`KEYS`], the table of all keys (names, types, ranges, defaults, and what [`reference()`] says of them), and the rules
//! a run needs (kinematics, what excludes what). Each section has its rows, rules and printing in one file. A violation
//! is one [`CardError`] that knows file, line, key, what was found and what was
//! expected. [`RunCard::to_toml`] prints a card that reads back to the same [`RunCard`].
//! Units are in the keys: GeV, mrad, cm. Pinned by `tests/card/`.

mod beam;
mod card_text;
mod check;
mod columns;
mod cuts;
mod dark_sector;
mod error;
mod events;
mod form_factor;
mod histograms;
mod integration;
mod keys;
mod known;
mod material;
mod overrides;
mod plain;
mod print;
mod printed;
mod process_kind;
mod profile;
mod reach;
mod reference;
mod resolve;
mod rules;
mod run;
mod run_card;
mod shipped;
mod source;
mod table;
mod target;
mod track_length;
mod weights;

pub use card_text::CardText;
pub use error::{CardError, KeyError, Place, nearest};
pub use events::Events;
pub use histograms::HistogramSpec;
pub use integration::Integration;
pub use keys::{Absent, Allowed, Key, Kind};
pub use known::Files;
pub use material::Isotopes;
pub use overrides::Override;
pub use process_kind::ProcessKind;
pub use reach::{Channel, Channels, MesonYields, Reach, Straggling};
pub use reference::reference;
pub use run::Run;
pub use run_card::{RunCard, WeightSpec};
pub use shipped::{SHIPPED, shipped};
pub use table::KEYS;
pub(crate) use table::find_key;
pub use target::Losses;

pub use crate::process::InitialState;
pub use crate::process::KinematicLimits;
