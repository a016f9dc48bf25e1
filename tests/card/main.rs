//! Run cards: the shipped ones, wrong ones, options, and properties of all of them.

mod errors;
mod form_factor;
mod kinds;
mod overrides;
mod properties;
mod reference;
mod shipped;
mod texts;
mod weights;
