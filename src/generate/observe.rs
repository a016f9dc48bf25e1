//! Observables and momenta of a block of points.

use super::GenerateError;
use super::integrand::Record;
use crate::event::{Columns, MAX_OUTGOING, MAX_SCALARS, Momentum, Scalar};
use crate::kinematics::{tilted, turn_last};
use crate::observable::{Observable, View};
use crate::particle::Role;
use crate::process::{AtVertex, Incoming, Process, event_scalars};

/// What all events of a process have in common.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) columns: Columns,
    /// How the beam particles come in, if that differs.
    pub(super) incoming: Option<Incoming>,
    /// Numbers of particles that come out and of what the process says of an event.
    n_out: usize,
    n_scalars: usize,
    beam_mass_gev: f64,
    beam_energy_gev: f64,
    target_mass_gev: f64,
    dark_mass_gev: f64,
}

impl Frame {
    pub(super) fn of(process: &dyn Process) -> Self {
        let outgoing = process.outgoing();
        let incoming = process.incoming();
        let with_beam = usize::from(incoming.is_some());
        assert!(
            outgoing.len() + with_beam <= MAX_OUTGOING,
            "too many particles"
        );
        let (n_out, n_scalars) = (outgoing.len(), process.scalars().len());
        let scalars = event_scalars(process);
        assert!(scalars.len() <= MAX_SCALARS, "too many scalars");
        let mut dark = outgoing.iter().filter(|out| out.role.is_dark());
        let dark_mass_gev = dark.next().map_or(0.0, |out| out.particle.mass_gev);
        let roles = outgoing.into_iter().map(|out| out.role);
        let of_beam = incoming.map(|_| Role::LEPTON_IN);
        Self {
            columns: Columns {
                roles: roles.chain(of_beam).collect(),
                scalars: scalars.into_iter().collect(),
            },
            incoming,
            n_out,
            n_scalars,
            beam_mass_gev: process.beam().mass_gev,
            beam_energy_gev: process.beam_energy_gev(),
            target_mass_gev: process.target().mass_gev,
            dark_mass_gev,
        }
    }

    /// The roles of what comes out.
    fn outgoing(&self) -> &[Role] {
        &self.columns.roles[..self.n_out]
    }

    /// Refuses an observable of particles that do not come out.
    pub(super) fn check(&self, observable: &Observable) -> Result<(), GenerateError> {
        match observable.definition().applies(self.outgoing()) {
            true => Ok(()),
            false => Err(GenerateError::NoSuchObservable {
                observable: observable.clone(),
                roles: self.outgoing().iter().map(ToString::to_string).collect(),
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
        let momenta = &mut room[..self.n_out];
        block.momenta(i, momenta);
        momenta
    }

    /// The same of the points `at`, which rise, each turned by its part of a whole turn, behind what is in `columns`.
    pub(super) fn turned_momenta(
        &self,
        block: &Record,
        (at, turns): (&[usize], &[f64]),
        columns: &mut [Vec<Momentum>],
    ) {
        let columns = &mut columns[..self.n_out];
        block.momenta_of(at, columns);
        turn_last(turns, columns);
    }

    /// Scalars of point `i` of a block, in their order.
    pub(super) fn scalars<'a>(
        &self,
        block: &Record,
        i: usize,
        room: &'a mut [f64; MAX_SCALARS],
    ) -> &'a mut [f64] {
        let scalars = &mut room[..self.n_scalars];
        block.scalars(i, scalars);
        scalars
    }

    /// Turns the momenta of an event to its beam particle and adds that, with where it is: `room` for the momenta
    /// holds those of what comes out, `scalars` what the process says.
    pub(super) fn place(
        &self,
        incoming: &Incoming,
        momenta: &mut [Momentum; MAX_OUTGOING],
        scalars: &mut [f64; MAX_SCALARS],
        uniform: impl FnMut() -> f64,
    ) {
        let said = |scalar: &Scalar| {
            let mut known = self.columns.scalars[..self.n_scalars].iter();
            known.position(|one| one == scalar).map(|at| scalars[at])
        };
        let energy = said(&Scalar::BEAM_ENERGY).unwrap_or(self.beam_energy_gev);
        let energies = (self.beam_mass_gev, self.beam_energy_gev, energy);
        let AtVertex { place_cm, p } =
            incoming.at_vertex(energies, said(&Scalar::VERTEX_Z), uniform);
        let [_, px, py, pz] = p;
        let length = (px * px + py * py + pz * pz).sqrt();
        let direction = [px / length, py / length, pz / length];
        for momentum in &mut momenta[..self.n_out] {
            *momentum = tilted(*momentum, direction);
        }
        momenta[self.n_out] = p;
        let [x, y, z] = place_cm;
        for (scalar, value) in self
            .columns
            .scalars
            .iter()
            .zip(scalars)
            .skip(self.n_scalars)
        {
            *value = match scalar {
                one if *one == Scalar::VERTEX_X => x,
                one if *one == Scalar::VERTEX_Y => y,
                _ => z,
            };
        }
    }

    /// Writes `observable` of the first `out.len()` points of a block to `out`, in its own unit.
    pub(super) fn fill(&self, observable: &Observable, block: &Record, out: &mut [f64]) {
        if block.observe(observable, out) {
            return;
        }
        let mut room = [[0.0; 4]; MAX_OUTGOING];
        for (i, value) in out.iter_mut().enumerate() {
            let view = View {
                roles: self.outgoing(),
                momenta: self.momenta(block, i, &mut room),
                beam_energy_gev: self.beam_energy_gev,
                target_mass_gev: block.target_mass_gev(i).unwrap_or(self.target_mass_gev),
                dark_mass_gev: self.dark_mass_gev,
            };
            *value = observable.definition().value(&view);
        }
    }
}
