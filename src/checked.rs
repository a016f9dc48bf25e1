//! Values that make sense by construction: their numbers are looked at once, when they are put together.
//!
//! `checked!` declares a type around the struct of its fields. Whoever has one can read the fields, for it dereferences
//! to them as `setup.cuts.x_min`, and can change none: another value comes through `new` or `with`, which refuse with
//! [`BadNumber`]. So no later code looks at the numbers again. Pinned by `tests/nonsense.rs`.

use std::ops::RangeInclusive;

use thiserror::Error;

use crate::text::shown;

/// A number that makes no sense, whatever the others are.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("{name} must be {expected}, found {}", shown(*found))]
pub struct BadNumber {
    /// Which quantity, with its key in the card.
    pub name: &'static str,
    /// What it may be.
    pub expected: &'static str,
    /// What it is.
    pub found: f64,
}

/// Masses of what is produced in GeV: from a tenth of an electronvolt to beyond any threshold.
pub(crate) const MASSES_GEV: RangeInclusive<f64> = 1e-10..=1e10;
/// Masses of nuclei in GeV.
pub(crate) const NUCLEI_GEV: RangeInclusive<f64> = 1e-3..=1e6;
/// Charges and mixings, whose squares scale the cross section.
pub(crate) const COUPLINGS: RangeInclusive<f64> = 1e-30..=1e6;

/// What a number may be: in words, and as a condition that NaN does not fulfil.
pub(crate) type Allowed = (&'static str, fn(f64) -> bool);

pub(crate) const AMOUNT: Allowed = ("a number above 0 and finite", |x| x > 0.0 && x.is_finite());
pub(crate) const COUPLING: Allowed = ("a number from 1e-30 to 1e6", |x| COUPLINGS.contains(&x));
pub(crate) const MASS: Allowed = ("a mass in GeV, 1e-10 to 1e10", |x| MASSES_GEV.contains(&x));
pub(crate) const SHARE: Allowed = ("a number from 0 to 1", |x| (0.0..=1.0).contains(&x));
pub(crate) const LEAST: Allowed = ("a number of at least 0 and finite", |x| {
    x >= 0.0 && x.is_finite()
});
pub(crate) const LARGEST: Allowed = ("a number of at least 0, or infinite", |x| x >= 0.0);
pub(crate) const CODE: Allowed = ("a particle code above 0", |x| x > 0.0);

/// Refuses the first of these numbers that is not what it may be.
pub(crate) fn check(numbers: &[(&'static str, f64, Allowed)]) -> Result<(), BadNumber> {
    let bad = numbers.iter().find(|(_, found, (_, good))| !good(*found));
    bad.map_or(Ok(()), |&(name, found, (expected, _))| {
        Err(BadNumber {
            name,
            expected,
            found,
        })
    })
}

/// Declares a type that holds these fields once their `check` has passed.
macro_rules! checked {
    ($(#[$meta:meta])* pub struct $name:ident($fields:ident);) => {
        $(#[$meta])*
        pub struct $name($fields);

        impl $name {
            /// Of these fields.
            ///
            /// # Errors
            /// Names the first number that makes no sense.
            pub fn new(fields: $fields) -> Result<Self, $crate::checked::BadNumber> {
                fields.check()?;
                Ok(Self(fields))
            }

            /// The same after `change`.
            ///
            /// # Errors
            /// As [`Self::new`].
            pub fn with(
                self,
                change: impl FnOnce(&mut $fields),
            ) -> Result<Self, $crate::checked::BadNumber> {
                let Self(mut fields) = self;
                change(&mut fields);
                Self::new(fields)
            }
        }

        impl std::ops::Deref for $name {
            type Target = $fields;

            #[inline]
            fn deref(&self) -> &$fields {
                &self.0
            }
        }
    };
}
