//! The Monte Carlo against the deterministic quadrature, wherever that applies.

use crate::process::{Method, Process, QuadratureError};
use crate::record::CrossSection;

/// σ by quadrature, and how far the Monte Carlo is from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrossCheck {
    /// σ by quadrature in pb.
    pub value_pb: f64,
    /// Its estimated error in pb.
    pub error_pb: f64,
    /// (Monte Carlo − quadrature) in combined standard errors.
    pub pull: f64,
}

/// Pull above which the two disagree.
const MAX_PULL: f64 = 5.0;

impl CrossCheck {
    /// Computes σ a tenth of the Monte Carlo's error or better.
    ///
    /// # Errors
    /// [`QuadratureError`] where there is no quadrature, or it does not apply (cuts on more than x)
    /// or converge.
    pub fn of(process: &dyn Process, found: &CrossSection) -> Result<Self, QuadratureError> {
        let Some(route) = process.route(Method::QUADRATURE) else {
            return Err(QuadratureError::not_offered(process, Method::QUADRATURE));
        };
        let rel_error =
            (0.1 * found.error_pb / found.value_pb).clamp(route.finest().max(1e-7), 1e-3);
        let integral = route.sigma(rel_error)?;
        let error = libm::hypot(found.error_pb, integral.error_pb);
        Ok(Self {
            value_pb: integral.value_pb,
            error_pb: integral.error_pb,
            pull: (found.value_pb - integral.value_pb) / error,
        })
    }

    /// What is wrong, if something is.
    pub fn alarm(&self) -> Option<String> {
        (self.pull.is_nan() || self.pull.abs() > MAX_PULL).then(|| {
            format!(
                "the Monte Carlo is {:.1} errors from the quadrature, {:.6e} pb: raise integration.n_adapt and integration.neval, or trust the quadrature",
                self.pull, self.value_pb
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_monte_carlo_five_errors_from_the_quadrature_raises_the_alarm() {
        let alarm = |pull| {
            let check = CrossCheck {
                value_pb: 2.0,
                error_pb: 1e-3,
                pull,
            };
            check.alarm()
        };
        assert_eq!((alarm(4.9), alarm(-4.9)), (None, None));
        assert!(alarm(-5.1).is_some_and(|words| words.contains("-5.1 errors from the quadrature")));
        assert!(alarm(f64::NAN).is_some());
    }
}
