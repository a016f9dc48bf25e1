//! The kinds of radiation, by what the lepton radiates.

use std::sync::Arc;

use super::process::Radiated;
use super::{Setup, SetupError};
use crate::dark_sector::Produces;
use crate::process::{Inputs, Kind, Process};

/// Radiation of one dark sector.
pub(in crate::process) struct Radiation {
    name: &'static str,
    words: &'static str,
    produces: Produces,
}

/// Of χ χ̄.
pub(in crate::process) const PAIR: Radiation = Radiation {
    name: "pair",
    words: "l N → l N χ χ̄ by a virtual photon or an A′",
    produces: Produces::Chi { by_vector: true },
};

/// Of A′.
pub(in crate::process) const DARK_PHOTON: Radiation = Radiation {
    name: "dark-photon",
    words: "l N → l N A′ on its mass shell",
    produces: Produces::DarkPhoton,
};

/// Of φ.
pub(in crate::process) const BOSON: Radiation = Radiation {
    name: "boson",
    words: "l N → l N φ of the vertex that `dark_sector.mediator` names",
    produces: Produces::Boson,
};

impl Kind for Radiation {
    fn name(&self) -> &str {
        self.name
    }

    fn words(&self) -> &'static str {
        self.words
    }

    fn produces(&self) -> Produces {
        self.produces
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
        if inputs.dark_sector.kind() != self.name {
            return Err(SetupError::OtherKind {
                kind: self.name,
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
