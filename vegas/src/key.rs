//! Which point of a measurement is meant: with the seed, all that makes it again.

use serde::{Deserialize, Serialize};

/// A point of a measurement by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PointKey {
    /// Iteration, from 0.
    pub iteration: u32,
    /// Index of the point in the iteration, from 0.
    pub index: u64,
}
