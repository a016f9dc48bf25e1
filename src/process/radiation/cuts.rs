//! The cuts that phase space cannot take into its limits: on the lepton and on the angles of χ.

use super::Setup;
use crate::dark_sector::DarkSector;
use crate::elementary::polar_angle;
use crate::kinematics::pair_momenta;
use crate::process::radiation::phase_space::PairBlock;

/// rad per mrad.
const MRAD: f64 = 1e-3;

/// Sets `value` to zero where the final state fails a cut other than on x.
pub(super) fn apply(setup: &Setup, value: &mut [f64], block: &PairBlock) {
    let cuts = &setup.cuts;
    let m = setup.collision.m;
    let angle_cut = cuts.chi_angle_max_mrad.is_finite();
    for (i, v) in value.iter_mut().enumerate() {
        let (px, py, pz) = (block.px_out[i], block.py_out[i], block.pz_out[i]);
        let pt = (px * px + py * py).sqrt();
        let angle = polar_angle(pt, pz);
        let pass = block.lepton_kinetic[i] + m <= cuts.lepton_energy_max_gev
            && angle >= cuts.lepton_angle_min_mrad * MRAD
            && angle <= cuts.lepton_angle_max_mrad * MRAD
            && pt >= cuts.lepton_pt_min_gev
            && pt <= cuts.lepton_pt_max_gev
            && !(angle_cut && dark_angle(setup, block, i) > cuts.chi_angle_max_mrad * MRAD);
        if !pass {
            *v = 0.0;
        }
    }
}

/// The larger polar angle of the two χ, or that of the A′ or φ, in rad.
fn dark_angle(setup: &Setup, block: &PairBlock, i: usize) -> f64 {
    let point = block.point(i);
    match setup.dark {
        DarkSector::Pair(chi) | DarkSector::Mediated(chi, _) => {
            let (a, b) = pair_momenta(&point, &block.decay(i).n, chi.mass_gev);
            let angle = |p: [f64; 4]| polar_angle((p[1] * p[1] + p[2] * p[2]).sqrt(), p[3]);
            angle(a).max(angle(b))
        }
        DarkSector::DarkPhoton(_) | DarkSector::Boson(_) => {
            polar_angle(point.sin_k, 1.0 - point.one_minus_cos_k)
        }
    }
}
