//! Run cards: the shipped ones, wrong ones, options, and properties of all of them.

mod errors;
mod overrides;
mod properties;
mod shipped;
mod texts;
