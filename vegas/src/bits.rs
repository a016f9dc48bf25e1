//! `f64` stored as its bit pattern, so that every file format gives back the same number.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One number.
pub(crate) mod number {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(x: &f64, s: S) -> Result<S::Ok, S::Error> {
        x.to_bits().serialize(s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
        u64::deserialize(d).map(f64::from_bits)
    }
}

/// A list of numbers.
pub(crate) mod list {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(x: &[f64], s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(x.iter().map(|v| v.to_bits()))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<f64>, D::Error> {
        Ok(Vec::<u64>::deserialize(d)?
            .into_iter()
            .map(f64::from_bits)
            .collect())
    }
}

/// A list of lists of numbers.
pub(crate) mod columns {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(x: &[Vec<f64>], s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(
            x.iter()
                .map(|c| c.iter().map(|v| v.to_bits()).collect::<Vec<_>>()),
        )
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Vec<f64>>, D::Error> {
        let columns = Vec::<Vec<u64>>::deserialize(d)?;
        Ok(columns
            .into_iter()
            .map(|c| c.into_iter().map(f64::from_bits).collect())
            .collect())
    }
}
