//! The momenta of a block of phase-space points, from its stable variables.

use pulp::{Arch, Simd, WithSimd};

use super::Setup;
use super::phase_space::PairBlock;
use crate::dark_sector::DarkSector;
use crate::event::Momentum;
use crate::kinematics::FinalState;
use crate::process::BLOCK;

/// What comes out of point `i`, in the frame of [`FinalState`]. Only masses of the set-up enter, not its energy.
pub(super) fn of_point(setup: &Setup, block: &PairBlock, i: usize) -> FinalState {
    let (c, point) = (&setup.collision, block.point(i));
    match setup.dark {
        DarkSector::Pair(chi) | DarkSector::Mediated(chi, _) => {
            FinalState::pair(c, &point, &block.decay(i).n, chi.mass_gev)
        }
        DarkSector::DarkPhoton(_) | DarkSector::Boson(_) => FinalState::vector(c, &point),
    }
}

/// The same of the points `at`, which rise, behind what is in `columns`.
pub(super) fn of_points(
    arch: Arch,
    setup: &Setup,
    block: &PairBlock,
    at: &[usize],
    columns: &mut [Vec<Momentum>],
) {
    arch.dispatch(Fill {
        setup,
        block,
        at,
        columns,
    });
}

struct Fill<'a> {
    setup: &'a Setup,
    block: &'a PairBlock,
    at: &'a [usize],
    columns: &'a mut [Vec<Momentum>],
}

impl WithSimd for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (c, b) = (&self.setup.collision, self.block);
        // Of all points, wanted or not: a few more cost less than the loop one by one.
        let n = self.at.last().map_or(0, |i| i + 1).min(BLOCK);
        let mut rows = [[[0.0; 4]; BLOCK]; 4];
        match self.setup.dark {
            DarkSector::Pair(chi) | DarkSector::Mediated(chi, _) => each(n, &mut rows, |i| {
                FinalState::pair(c, &b.point(i), &b.decay(i).n, chi.mass_gev)
            }),
            DarkSector::DarkPhoton(_) | DarkSector::Boson(_) => {
                each(n, &mut rows, |i| FinalState::vector(c, &b.point(i)))
            }
        }
        for (column, rows) in self.columns.iter_mut().zip(&rows) {
            column.extend(self.at.iter().map(|&i| rows[i]));
        }
    }
}

#[inline(always)]
fn each(n: usize, rows: &mut [[Momentum; BLOCK]; 4], of: impl Fn(usize) -> FinalState) {
    let [lepton, nucleus, chi, chibar] = rows;
    for i in 0..n {
        let state = of(i);
        lepton[i] = state.lepton;
        nucleus[i] = state.nucleus;
        chi[i] = state.chi;
        chibar[i] = state.chibar;
    }
}
