//! The two kinds of radiation, by name.

use std::sync::Arc;

use super::process::Radiated;
use super::{Setup, SetupError};
use crate::process::{Inputs, Kind, Process};

/// Radiation of what the dark sector of the inputs is, under this name.
pub(in crate::process) struct Radiation(pub(in crate::process) &'static str);

impl Kind for Radiation {
    fn name(&self) -> &str {
        self.0
    }

    fn of(&self, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        Ok((&self.setup(inputs)?).into())
    }

    fn on_points_of(
        &self,
        sampled: &Inputs,
        inputs: &Inputs,
    ) -> Result<Arc<dyn Process>, SetupError> {
        let (sampled, setup) = (self.setup(sampled)?, self.setup(inputs)?);
        Ok(Arc::new(Radiated::on_points_of(&sampled, &setup)))
    }
}

impl Radiation {
    fn setup(&self, inputs: &Inputs) -> Result<Setup, SetupError> {
        if inputs.dark_sector.kind() != self.0 {
            return Err(SetupError::OtherKind {
                kind: self.0,
                produced: inputs.dark_sector.kind(),
            });
        }
        Setup::new(
            &inputs.beam,
            inputs.nucleus,
            &inputs.form_factor,
            inputs.dark_sector,
            inputs.cuts,
        )
    }
}
