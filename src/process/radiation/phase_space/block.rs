//! A block of phase-space points as a structure of arrays, the unit of work of the kernels.

use super::stages::{Column, Stages};
use crate::kinematics::{PairPoint, Struck};
use crate::process::BLOCK;
use crate::process::radiation::amplitude::DecayAngles;

/// Kinematics of up to [`BLOCK`] points; columns in GeV, see [`PairPoint`] and [`DecayAngles`].
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the fields are those of PairPoint and DecayAngles, name by name
pub struct PairBlock {
    pub k2: Column,
    pub e_k: Column,
    pub k: Column,
    pub one_minus_cos_k: Column,
    pub sin_k: Column,
    pub minus_u: Column,
    pub s: Column,
    pub t: Column,
    pub recoil: Column,
    pub lepton_kinetic: Column,
    pub qx: Column,
    pub qy: Column,
    pub qz: Column,
    pub px_out: Column,
    pub py_out: Column,
    pub pz_out: Column,
    pub w_amp: Column,
    pub n1: Column,
    pub n2: Column,
    pub n3: Column,
    /// Phase-space measure of the point times the constants of dσ, pb GeV⁴.
    pub measure: Column,
    /// G2(t).
    pub g2: Column,
    /// The points while they are made.
    pub(in crate::process::radiation) stages: Stages,
}

impl Default for PairBlock {
    fn default() -> Self {
        let z = [0.0; BLOCK];
        Self {
            k2: z,
            e_k: z,
            k: z,
            one_minus_cos_k: z,
            sin_k: z,
            minus_u: z,
            s: z,
            t: z,
            recoil: z,
            lepton_kinetic: z,
            qx: z,
            qy: z,
            qz: z,
            px_out: z,
            py_out: z,
            pz_out: z,
            w_amp: z,
            n1: z,
            n2: z,
            n3: z,
            measure: z,
            g2: z,
            stages: Stages::default(),
        }
    }
}

impl PairBlock {
    /// Stores point `i`.
    #[inline(always)]
    pub fn set_point(&mut self, i: usize, y: &PairPoint) {
        self.k2[i] = y.k2;
        self.e_k[i] = y.e_k;
        self.k[i] = y.k;
        self.one_minus_cos_k[i] = y.one_minus_cos_k;
        self.sin_k[i] = y.sin_k;
        self.minus_u[i] = y.minus_u;
        self.s[i] = y.s;
        self.t[i] = y.t;
        self.recoil[i] = y.recoil;
        self.lepton_kinetic[i] = y.lepton_kinetic;
        [self.qx[i], self.qy[i], self.qz[i]] = y.q;
        [self.px_out[i], self.py_out[i], self.pz_out[i]] = y.p_out;
        self.w_amp[i] = y.w_amp;
    }

    /// Stores what is known of point `i` once its recoil is chosen, in columns that are those of the whole point later.
    #[inline(always)]
    pub(in crate::process::radiation) fn set_struck(&mut self, i: usize, y: &Struck) {
        self.recoil[i] = y.recoil;
        [self.qx[i], self.qy[i], self.qz[i]] = y.q;
        [self.px_out[i], self.pz_out[i]] = y.p;
        (self.w_amp[i], self.lepton_kinetic[i]) = (y.p2, y.e_out);
    }

    /// The same again.
    #[inline(always)]
    pub(in crate::process::radiation) fn struck(&self, i: usize) -> Struck {
        Struck {
            recoil: self.recoil[i],
            q: [self.qx[i], self.qy[i], self.qz[i]],
            p: [self.px_out[i], self.pz_out[i]],
            p2: self.w_amp[i],
            e_out: self.lepton_kinetic[i],
        }
    }

    /// Point `i` again.
    #[inline(always)]
    pub fn point(&self, i: usize) -> PairPoint {
        PairPoint {
            k2: self.k2[i],
            e_k: self.e_k[i],
            k: self.k[i],
            one_minus_cos_k: self.one_minus_cos_k[i],
            sin_k: self.sin_k[i],
            minus_u: self.minus_u[i],
            s: self.s[i],
            t: self.t[i],
            recoil: self.recoil[i],
            lepton_kinetic: self.lepton_kinetic[i],
            q: [self.qx[i], self.qy[i], self.qz[i]],
            p_out: [self.px_out[i], self.py_out[i], self.pz_out[i]],
            w_amp: self.w_amp[i],
        }
    }

    /// Stores the decay direction of point `i`.
    #[inline(always)]
    pub fn set_decay(&mut self, i: usize, decay: &DecayAngles) {
        [self.n1[i], self.n2[i], self.n3[i]] = decay.n;
    }

    /// Decay direction of point `i`.
    #[inline(always)]
    pub fn decay(&self, i: usize) -> DecayAngles {
        DecayAngles {
            n: [self.n1[i], self.n2[i], self.n3[i]],
        }
    }
}
