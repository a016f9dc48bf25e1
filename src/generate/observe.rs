//! Observables and momenta of a block of points.

use super::GenerateError;
use super::integrand::Record;
use crate::event::{Columns, MAX_OUTGOING, MAX_SCALARS, Momentum};
use crate::observable::{Observable, View};
use crate::process::Process;

/// What all events of a process have in common.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) columns: Columns,
    beam_energy_gev: f64,
    target_mass_gev: f64,
}

impl Frame {
    pub(super) fn of(process: &dyn Process) -> Self {
        let outgoing = process.outgoing();
        assert!(outgoing.len() <= MAX_OUTGOING, "too many particles");
        let scalars = process.scalars();
        assert!(scalars.len() <= MAX_SCALARS, "too many scalars");
        Self {
            columns: Columns {
                roles: outgoing.into_iter().map(|out| out.role).collect(),
                scalars: scalars.into_iter().collect(),
            },
            beam_energy_gev: process.beam_energy_gev(),
            target_mass_gev: process.target().mass_gev,
        }
    }

    /// Refuses an observable of particles that do not come out.
    pub(super) fn check(&self, observable: &Observable) -> Result<(), GenerateError> {
        match observable.definition().applies(&self.columns.roles) {
            true => Ok(()),
            false => Err(GenerateError::NoSuchObservable {
                observable: observable.clone(),
                roles: self.columns.roles.iter().map(ToString::to_string).collect(),
            }),
        }
    }

    /// Momenta of point `i` of a block, in the order of the roles.
    pub(super) fn momenta<'a>(
        &self,
        block: &Record,
        i: usize,
        room: &'a mut [Momentum; MAX_OUTGOING],
    ) -> &'a mut [Momentum] {
        let momenta = &mut room[..self.columns.roles.len()];
        block.momenta(i, momenta);
        momenta
    }

    /// Scalars of point `i` of a block, in their order.
    pub(super) fn scalars<'a>(
        &self,
        block: &Record,
        i: usize,
        room: &'a mut [f64; MAX_SCALARS],
    ) -> &'a [f64] {
        let scalars = &mut room[..self.columns.scalars.len()];
        block.scalars(i, scalars);
        scalars
    }

    /// Writes `observable` of the first `out.len()` points of a block to `out`, in its own unit.
    pub(super) fn fill(&self, observable: &Observable, block: &Record, out: &mut [f64]) {
        if block.observe(observable, out) {
            return;
        }
        let mut room = [[0.0; 4]; MAX_OUTGOING];
        for (i, value) in out.iter_mut().enumerate() {
            let view = View {
                roles: &self.columns.roles,
                momenta: self.momenta(block, i, &mut room),
                beam_energy_gev: self.beam_energy_gev,
                target_mass_gev: block.target_mass_gev(i).unwrap_or(self.target_mass_gev),
            };
            *value = observable.definition().value(&view);
        }
    }
}
