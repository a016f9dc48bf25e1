//! Routes to a cross section without Monte Carlo: what they give and why they may refuse.
//!
//! All follow the cuts on x and refuse others; σ in pb per nucleus, dσ/dx in pb.

use std::any::Any;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use super::{Method, Process};

/// Smallest relative error that may be asked for; rounding sets in below.
pub const MIN_REL_ERROR: f64 = 1e-10;

/// What the quadrature cannot do.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum QuadratureError {
    /// A cut on something that is integrated in closed form.
    #[error(
        "the quadrature integrates over everything but x and cannot follow the cut `{name}`; use the Monte Carlo (method `mc`)"
    )]
    Cut {
        /// The cut's key in the card.
        name: &'static str,
    },
    /// A relative error that makes no sense.
    #[error(
        "rel_error: found {found:e}, expected a relative error from {MIN_REL_ERROR:e} to below 1"
    )]
    RelError {
        /// What was asked for.
        found: f64,
    },
    /// The finest rules do not reach the goal.
    #[error(
        "the goal of a relative error {rel_error:e} is not reached: the finest rules of the quadrature give {value_pb:e} ± {error_pb:e} pb, {:.1e}; ask for less with integration.rel_error (--rel-error), or take --method mc",
        (error_pb / value_pb).abs()
    )]
    NotConverged {
        /// Value reached, pb.
        value_pb: f64,
        /// Its estimated error, pb.
        error_pb: f64,
        /// What was asked for.
        rel_error: f64,
    },
    /// Bin edges that do not rise.
    #[error("bin edges must be at least two and rise, found {found:?}")]
    Edges {
        /// The edges.
        found: Vec<f64>,
    },
    /// A formula outside its range.
    #[error("method {method} does not apply here: it needs {needs}")]
    NotApplicable {
        /// The formula.
        method: &'static str,
        /// What it needs.
        needs: &'static str,
    },
    /// A process that offers no such route.
    #[error(
        "the process `{kind}` has no method `{method}` for this beam and target; use the Monte Carlo (method `mc`){}",
        or(offered)
    )]
    NotOffered {
        /// The process.
        kind: String,
        /// What was asked for.
        method: &'static str,
        /// What there is beside the Monte Carlo.
        offered: Vec<&'static str>,
    },
    /// Who listens wants it to end.
    #[error("the quadrature was stopped")]
    Stopped,
    /// dσ/dk² of something without a spectrum.
    #[error("a dark photon has one mass: there is no spectrum in k²")]
    NoPairSpectrum,
}

/// The other methods there are, as the end of a sentence.
fn or(offered: &[&str]) -> String {
    match offered {
        [] => String::new(),
        names => format!(" or {}", names.join(", ")),
    }
}

impl QuadratureError {
    /// `process` has no route `method`.
    pub fn not_offered(process: &dyn Process, method: Method) -> Self {
        Self::NotOffered {
            kind: process.kind().to_owned(),
            method: method.name(),
            offered: process.methods().iter().map(|m| m.name()).collect(),
        }
    }
}

/// A result with its estimated error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integral {
    /// Value in pb per nucleus (dσ/dk²: pb/GeV²).
    pub value_pb: f64,
    /// Estimated error in the same unit; covers the true one.
    pub error_pb: f64,
    /// Evaluations of the squared amplitude.
    pub n_eval: u64,
}

impl Integral {
    /// Nothing, exactly.
    pub(crate) const ZERO: Self = Self {
        value_pb: 0.0,
        error_pb: 0.0,
        n_eval: 0,
    };

    /// What a sum of several can take: where the goal is not reached, how far it got, since the sum may not need it.
    ///
    /// # Errors
    /// Any other.
    pub(crate) fn or_unsettled(
        found: Result<Self, QuadratureError>,
    ) -> Result<Self, QuadratureError> {
        match found {
            Err(QuadratureError::NotConverged {
                value_pb, error_pb, ..
            }) if value_pb.is_finite() && error_pb.is_finite() => Ok(Self {
                value_pb,
                error_pb,
                n_eval: 0,
            }),
            found => found,
        }
    }

    /// So many times itself.
    pub(super) fn times(self, factor: f64) -> Self {
        Self {
            value_pb: self.value_pb * factor,
            error_pb: self.error_pb * factor,
            ..self
        }
    }

    /// Itself, if its error is as small as asked for.
    ///
    /// # Errors
    /// [`QuadratureError::NotConverged`].
    pub(crate) fn judged(self, goal: &Goal<'_>) -> Result<Self, QuadratureError> {
        match self.error_pb <= goal.rel_error * self.value_pb {
            true => Ok(self),
            false => Err(QuadratureError::NotConverged {
                value_pb: self.value_pb,
                error_pb: self.error_pb,
                rel_error: goal.rel_error,
            }),
        }
    }
}

/// Hears, from any thread, of so many more evaluations; [`ControlFlow::Break`] ends the quadrature.
pub type Hears<'a> = dyn Fn(u64) -> ControlFlow<()> + Sync + 'a;

/// What the integrals of one study leave for each other: a result is the same whatever is in it.
#[derive(Default)]
pub struct Memory(Mutex<Vec<Arc<dyn Any + Send + Sync>>>);

impl Memory {
    /// What is in it of this type that `is` the one, or else what `make` makes.
    pub(super) fn shared<T: Any + Send + Sync>(
        &self,
        is: impl Fn(&T) -> bool,
        make: impl FnOnce() -> T,
    ) -> Arc<T> {
        // A poisoned lock means that `make` panicked, before anything was put in.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_type = |one: &Arc<dyn Any + Send + Sync>| Arc::clone(one).downcast::<T>().ok();
        if let Some(found) = kept.iter().filter_map(of_type).find(|one| is(one)) {
            return found;
        }
        let made = Arc::new(make());
        kept.push(made.clone());
        made
    }
}

/// How exactly a route is to compute, and who hears of it: a number is a relative error of which nobody hears.
#[derive(Clone, Copy)]
pub struct Goal<'a> {
    /// Relative error.
    pub rel_error: f64,
    listener: Option<&'a Hears<'a>>,
    memory: Option<&'a Memory>,
}

impl From<f64> for Goal<'_> {
    fn from(rel_error: f64) -> Self {
        Self {
            rel_error,
            listener: None,
            memory: None,
        }
    }
}

impl<'a> Goal<'a> {
    /// To `rel_error`, of which `listener` hears.
    pub fn heard(rel_error: f64, listener: &'a Hears<'a>) -> Self {
        Self {
            rel_error,
            listener: Some(listener),
            memory: None,
        }
    }

    /// The same with what other integrals have left, for others.
    #[must_use]
    pub fn remembering(self, memory: Option<&'a Memory>) -> Self {
        Self { memory, ..self }
    }

    /// What other integrals have left.
    pub(super) fn memory(&self) -> Option<&'a Memory> {
        self.memory
    }

    /// To another relative error; the same hears of it.
    #[must_use]
    pub fn to(self, rel_error: f64) -> Self {
        Self { rel_error, ..self }
    }

    /// Hands on a part of an integral, (value, evaluations), after telling of it.
    ///
    /// # Errors
    /// [`QuadratureError::Stopped`] if that is to be the last.
    pub fn tell(&self, part: (f64, u64)) -> Result<(f64, u64), QuadratureError> {
        match self.listener.map(|listener| listener(part.1)) {
            Some(ControlFlow::Break(())) => Err(QuadratureError::Stopped),
            _ => Ok(part),
        }
    }
}

/// σ and dσ/dx of one set-up by one route.
pub trait Route: Sync {
    /// Which route this is.
    fn method(&self) -> Method;

    /// Smallest relative error that it can reach.
    fn finest(&self) -> f64 {
        MIN_REL_ERROR
    }

    /// Whether [`Goal::tell`] hears of all that takes time in [`Self::sigma_to`], in parts of a fraction of a ms to
    /// 10⁻³: begun on one thread, it can be stopped soon.
    fn tells(&self) -> bool {
        false
    }

    /// σ within the cuts on x, pb per nucleus, to `goal`.
    ///
    /// # Errors
    /// If there are cuts on anything but x, the relative error is out of range or cannot be reached, the
    /// formula does not apply, or who listens ends it.
    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError>;

    /// dσ/dx in pb at each `x`, cuts on x apart, to `goal`.
    ///
    /// # Errors
    /// As [`Self::sigma_to`].
    fn spectrum_to(&self, x: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError>;

    /// σ in pb in each bin of x between neighbouring `edges`, cuts on x apart, to `goal`.
    ///
    /// # Errors
    /// As [`Self::sigma_to`], and if the edges do not rise.
    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError>;

    /// [`Self::sigma_to`] a relative error.
    ///
    /// # Errors
    /// As there.
    fn sigma(&self, rel_error: f64) -> Result<Integral, QuadratureError> {
        self.sigma_to(&rel_error.into())
    }

    /// [`Self::spectrum_to`] a relative error.
    ///
    /// # Errors
    /// As there.
    fn spectrum(&self, x: &[f64], rel_error: f64) -> Result<Vec<Integral>, QuadratureError> {
        self.spectrum_to(x, &rel_error.into())
    }

    /// [`Self::binned_to`] a relative error.
    ///
    /// # Errors
    /// As there.
    fn binned(&self, edges: &[f64], rel_error: f64) -> Result<Vec<Integral>, QuadratureError> {
        self.binned_to(edges, &rel_error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_has_not_converged_counts_with_its_error() {
        let part = |value_pb, error_pb| {
            Integral::or_unsettled(Err(QuadratureError::NotConverged {
                value_pb,
                error_pb,
                rel_error: 1e-6,
            }))
        };
        let small = part(2e-3, 1e-3).expect("a value");
        assert_eq!((small.value_pb, small.error_pb), (2e-3, 1e-3));
        assert!(part(f64::NAN, 1e-3).is_err());
        assert_eq!(
            Integral::or_unsettled(Err(QuadratureError::Stopped)),
            Err(QuadratureError::Stopped)
        );
        // A sum in which it does not matter is as good as asked for, itself it is not.
        let sum = Integral {
            value_pb: 2.0 + small.value_pb,
            ..small
        };
        assert_eq!(sum.judged(&1e-3.into()), Ok(sum));
        assert!(small.judged(&1e-3.into()).is_err());
    }
}
