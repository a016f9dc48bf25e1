//! The cuts that phase space cannot take into its limits: on the lepton and on the angles of χ.

use super::Setup;
use crate::phase_space::PairBlock;

/// Sets `value` to zero where the final state fails a cut other than on x.
pub(super) fn apply(setup: &Setup, value: &mut [f64], block: &PairBlock) {
    let cuts = &setup.cuts;
    let m = setup.collision.m;
    let mrad = 1e-3;
    for (i, v) in value.iter_mut().enumerate() {
        let (px, py, pz) = (block.px_out[i], block.py_out[i], block.pz_out[i]);
        let pt = (px * px + py * py).sqrt();
        let angle = crate::elementary::polar_angle(pt, pz);
        let pass = block.lepton_kinetic[i] + m <= cuts.lepton_energy_max_gev
            && angle >= cuts.lepton_angle_min_mrad * mrad
            && angle <= cuts.lepton_angle_max_mrad * mrad
            && pt >= cuts.lepton_pt_min_gev
            && pt <= cuts.lepton_pt_max_gev;
        if !pass {
            *v = 0.0;
        }
    }
}
