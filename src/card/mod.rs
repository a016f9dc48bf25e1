//! The run card: what the user wrote, and what the program uses.
//!
//! A card is TOML. [`RawCard`] is what was written, every key optional; [`RunCard`] is what is
//! used, validated, with every default filled in. Between the two stand [`KEYS`], the table of all
//! keys (unknown names, wrong types, defaults, and what [`reference()`] says of them), and the rules a run needs (ranges, kinematics, what excludes
//! what). A violation is one [`CardError`] that knows file, line, key, what was found and what was
//! expected. [`RunCard::to_toml`] prints a card that reads back to the same [`RunCard`].
//! Units are in the keys: GeV, mrad, cm. Pinned by `tests/card/`.

mod card_text;
mod check;
mod dark_sector;
mod error;
mod form_factor;
mod histograms;
mod keys;
mod known;
mod material;
mod overrides;
mod print;
mod process_kind;
mod profile;
mod raw;
mod reach;
mod reference;
mod resolve;
mod rules;
mod run_card;
mod shipped;
mod source;
mod track_length;
mod weights;

pub use card_text::CardText;
pub use error::{CardError, KeyError, Place, nearest};
pub(crate) use keys::find as find_key;
pub use keys::{Absent, Allowed, KEYS, Key, Kind};
pub use known::Files;
pub use overrides::Override;
pub use process_kind::ProcessKind;
pub use raw::RawCard;
pub use reference::reference;
pub use run_card::{
    Channel, Channels, Events, HistogramSpec, InitialState, Integration, Isotopes, Losses,
    MesonYields, Reach, Run, RunCard, Straggling, WeightSpec,
};
pub use shipped::{SHIPPED, shipped};

pub use crate::process::KinematicLimits;
