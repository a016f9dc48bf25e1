//! Studies made of many single results: scans over keys of a card, exact beside approximate, what
//! form factors mean, and exclusion reach.
//!
//! They know set-ups and processes, no cards and no formats: whoever has a card turns one point of
//! a [`Grid`] into a set-up.

pub mod compare;
pub mod points;
pub mod reach;
pub mod scan;
pub mod shapes;

pub use compare::{Comparison, compare, verdict};
pub use scan::{Axis, AxisError, Grid, parse_x, plain_value, run_rows, sort_rows};
pub use shapes::{NuclearShape, left_out, nuclear_shapes};
