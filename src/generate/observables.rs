//! The observables of a block of phase-space points.

use pulp::{Arch, Simd, WithSimd};

use crate::dark_sector::DarkSector;
use crate::elementary::polar_angle;
use crate::histogram::Observable;
use crate::kinematics::pair_momenta;
use crate::phase_space::PairBlock;
use crate::process::Setup;

/// Writes `observable` of the first `out.len()` points of `block` to `out`, in its own unit.
pub(super) fn fill(
    arch: Arch,
    setup: &Setup,
    observable: Observable,
    block: &PairBlock,
    out: &mut [f64],
) {
    arch.dispatch(Fill {
        setup,
        observable,
        block,
        out,
    });
}

struct Fill<'a> {
    setup: &'a Setup,
    observable: Observable,
    block: &'a PairBlock,
    out: &'a mut [f64],
}

impl WithSimd for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self {
            setup,
            observable,
            block: b,
            out,
        } = self;
        let c = &setup.collision;
        let pt2 = |i: usize| b.px_out[i] * b.px_out[i] + b.py_out[i] * b.py_out[i];
        match observable {
            Observable::X => {
                let inv = 1.0 / c.e0;
                each(out, |i| b.e_k[i] * inv);
            }
            Observable::EMissGev => each(out, |i| b.e_k[i]),
            Observable::ELeptonGev => each(out, |i| c.m + b.lepton_kinetic[i]),
            Observable::ThetaLeptonRad => each(out, |i| polar_angle(pt2(i).sqrt(), b.pz_out[i])),
            Observable::PtLeptonGev => each(out, |i| pt2(i).sqrt()),
            Observable::TGev2 => each(out, |i| b.t[i]),
            Observable::MPairGev => each(out, |i| b.k2[i].sqrt()),
            Observable::RecoilKineticGev => each(out, |i| b.recoil[i]),
            Observable::EChiGev => match setup.dark {
                DarkSector::Pair(chi) => each(out, |i| chi_momentum(b, i, chi.mass_gev)[0]),
                DarkSector::DarkPhoton(_) => each(out, |i| b.e_k[i]),
            },
            Observable::ThetaChiRad => match setup.dark {
                DarkSector::Pair(chi) => each(out, |i| {
                    let [_, x, y, z] = chi_momentum(b, i, chi.mass_gev);
                    polar_angle((x * x + y * y).sqrt(), z)
                }),
                DarkSector::DarkPhoton(_) => {
                    each(out, |i| polar_angle(b.sin_k[i], 1.0 - b.one_minus_cos_k[i]))
                }
            },
        }
    }
}

#[inline(always)]
fn chi_momentum(b: &PairBlock, i: usize, m_chi: f64) -> [f64; 4] {
    pair_momenta(&b.point(i), &b.decay(i).n, m_chi).0
}

#[inline(always)]
fn each(out: &mut [f64], f: impl Fn(usize) -> f64) {
    for (i, o) in out.iter_mut().enumerate().take(crate::phase_space::BLOCK) {
        *o = f(i);
    }
}
