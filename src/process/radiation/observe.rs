//! The observables of a block of phase-space points, from its stable variables.

use pulp::{Arch, Simd, WithSimd};

use super::Setup;
use crate::dark_sector::DarkSector;
use crate::elementary::polar_angle;
use crate::kinematics::pair_momenta;
use crate::observable::Observable;
use crate::process::radiation::phase_space::PairBlock;

/// Writes `observable` of the first `out.len()` points of `block` to `out`, in its own unit; false
/// if it is none of these.
pub(super) fn observe(
    arch: Arch,
    (setup, nominal_gev): (&Setup, f64),
    observable: &Observable,
    block: &PairBlock,
    out: &mut [f64],
) -> bool {
    let quantity = match observable.name() {
        "x" => Quantity::X,
        "e_miss_gev" => Quantity::EMiss,
        "e_lepton_gev" => Quantity::ELepton,
        "theta_lepton_rad" => Quantity::ThetaLepton,
        "pt_lepton_gev" => Quantity::PtLepton,
        "t_gev2" => Quantity::T,
        "m_pair_gev" => Quantity::MPair,
        "e_chi_gev" => Quantity::EChi,
        "theta_chi_rad" => Quantity::ThetaChi,
        "recoil_kinetic_gev" => Quantity::Recoil,
        _ => return false,
    };
    arch.dispatch(Fill {
        setup,
        nominal_gev,
        quantity,
        block,
        out,
    });
    true
}

#[derive(Clone, Copy)]
enum Quantity {
    X,
    EMiss,
    ELepton,
    ThetaLepton,
    PtLepton,
    T,
    MPair,
    EChi,
    ThetaChi,
    Recoil,
}

struct Fill<'a> {
    setup: &'a Setup,
    /// The beam energy that x counts in, GeV.
    nominal_gev: f64,
    quantity: Quantity,
    block: &'a PairBlock,
    out: &'a mut [f64],
}

impl WithSimd for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self {
            setup,
            nominal_gev,
            quantity,
            block: b,
            out,
        } = self;
        let c = &setup.collision;
        let pt2 = |i: usize| b.px_out[i] * b.px_out[i] + b.py_out[i] * b.py_out[i];
        match quantity {
            Quantity::X => {
                let inv = 1.0 / nominal_gev;
                each(out, |i| b.e_k[i] * inv);
            }
            Quantity::EMiss => each(out, |i| b.e_k[i]),
            Quantity::ELepton => each(out, |i| c.m + b.lepton_kinetic[i]),
            Quantity::ThetaLepton => each(out, |i| polar_angle(pt2(i).sqrt(), b.pz_out[i])),
            Quantity::PtLepton => each(out, |i| pt2(i).sqrt()),
            Quantity::T => each(out, |i| b.t[i]),
            Quantity::MPair => each(out, |i| b.k2[i].sqrt()),
            Quantity::Recoil => each(out, |i| b.recoil[i]),
            Quantity::EChi => match setup.dark {
                DarkSector::Pair(chi) | DarkSector::Mediated(chi, _) => {
                    each(out, |i| chi_momentum(b, i, chi.mass_gev)[0])
                }
                DarkSector::DarkPhoton(_) | DarkSector::Boson(_) => each(out, |i| b.e_k[i]),
            },
            Quantity::ThetaChi => match setup.dark {
                DarkSector::Pair(chi) | DarkSector::Mediated(chi, _) => each(out, |i| {
                    let [_, x, y, z] = chi_momentum(b, i, chi.mass_gev);
                    polar_angle((x * x + y * y).sqrt(), z)
                }),
                DarkSector::DarkPhoton(_) | DarkSector::Boson(_) => {
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
    for (i, o) in out.iter_mut().enumerate().take(crate::process::BLOCK) {
        *o = f(i);
    }
}
