//! Points that are half made, a column each number.
//!
//! A point is a chain of some forty divisions, roots, logarithms and exponentials, each of which waits for the
//! one before. In one loop the processor sees little more than one point at a time and waits too; in a loop a
//! stage it works on several at once. The bits are those of [`EmissionMap::forward`](super::EmissionMap::forward).

use super::emission::{Angle, Energies, EnergyRange};
use super::recoil::RecoilScales;
use crate::elementary::{exp_m1_of, exp_of, exp_parts, ln_of, ln_parts};
use crate::kinematics::{Emission, RecoilVariables};
use crate::process::BLOCK;

/// One number a point.
pub type Column = [f64; BLOCK];

/// What is known of up to [`BLOCK`] points between the stages.
#[derive(Debug, Clone)]
pub(in crate::process::radiation) struct Stages {
    /// 1/k² in GeV⁻².
    pub(in crate::process::radiation) inv_k2: Column,
    range: [Column; 4],
    /// ln R(v_max)/R(v_min).
    pub(in crate::process::radiation) log_r: Column,
    /// cos ψ and sin ψ.
    pub(in crate::process::radiation) psi: [Column; 2],
    energies: [Column; 3],
    angle: [Column; 3],
    emission: [Column; 12],
    scales: [Column; 4],
    /// Of the recoil: ρ, then the range of its map, then 1 + ρ/c.
    pub(in crate::process::radiation) grown: Column,
    azimuth: [Column; 4],
    /// Of elementary functions that are half computed.
    halves: [Column; 2],
    /// |V|q_⊥ in GeV².
    pub(in crate::process::radiation) across: Column,
    /// What is done of the product of dv, dw, dT and dφ_q/2π.
    pub(in crate::process::radiation) measure: Column,
}

impl Default for Stages {
    fn default() -> Self {
        let z = [0.0; BLOCK];
        Self {
            inv_k2: z,
            range: [z; 4],
            log_r: z,
            psi: [z; 2],
            energies: [z; 3],
            angle: [z; 3],
            emission: [z; 12],
            scales: [z; 4],
            grown: z,
            azimuth: [z; 4],
            halves: [z; 2],
            across: z,
            measure: z,
        }
    }
}

/// Stores and gives back what `$type` has of point `i` in columns.
macro_rules! kept {
    ($set:ident, $get:ident, $columns:ident, $type:ident { $($field:ident),+ }) => {
        #[inline(always)]
        pub(in crate::process::radiation) fn $set(&mut self, i: usize, x: &$type) {
            let [$($field),+] = &mut self.$columns;
            $($field[i] = x.$field;)+
        }

        #[inline(always)]
        pub(in crate::process::radiation) fn $get(&self, i: usize) -> $type {
            let [$($field),+] = &self.$columns;
            $type { $($field: $field[i]),+ }
        }
    };
}

impl Stages {
    /// Takes logarithms of `grown`, in two loops.
    #[inline(always)]
    pub(in crate::process::radiation) fn ln_grown(&mut self, n: usize) {
        let n = n.min(BLOCK);
        let [f, s] = &mut self.halves;
        for i in 0..n {
            [self.grown[i], f[i], s[i]] = ln_parts(self.grown[i]);
        }
        for i in 0..n {
            self.grown[i] = ln_of([self.grown[i], f[i], s[i]]);
        }
    }

    /// Takes exponentials of `grown`, in two loops.
    #[inline(always)]
    pub(in crate::process::radiation) fn exp_grown(&mut self, n: usize) {
        self.exp_parts_of_grown(n);
        for i in 0..n.min(BLOCK) {
            self.grown[i] = exp_of([self.grown[i], self.halves[0][i]]);
        }
    }

    /// The same less one.
    #[inline(always)]
    pub(in crate::process::radiation) fn exp_m1_grown(&mut self, n: usize) {
        self.exp_parts_of_grown(n);
        for i in 0..n.min(BLOCK) {
            self.grown[i] = exp_m1_of([self.grown[i], self.halves[0][i]]);
        }
    }

    #[inline(always)]
    fn exp_parts_of_grown(&mut self, n: usize) {
        for i in 0..n.min(BLOCK) {
            [self.grown[i], self.halves[0][i]] = exp_parts(self.grown[i]);
        }
    }

    kept!(
        set_range,
        range,
        range,
        EnergyRange {
            mass,
            v_min,
            v_max,
            share
        }
    );
    kept!(set_energies, energies, energies, Energies { v, e, dv });
    kept!(set_angle, angle, angle, Angle { k, w, minus_u });
    kept!(
        set_scales,
        scales,
        scales,
        RecoilScales {
            start,
            near,
            far,
            inv
        }
    );
    kept!(
        set_azimuth,
        azimuth,
        azimuth,
        RecoilVariables {
            above_min,
            below_max,
            cos_phi,
            sin_phi
        }
    );

    /// Stores the emission of point `i`.
    #[inline(always)]
    pub(in crate::process::radiation) fn set_emission(&mut self, i: usize, emission: &Emission) {
        let [a, b, c, d, e, f, g, h, j, k, l, m] = &mut self.emission;
        [
            a[i], b[i], c[i], d[i], e[i], f[i], g[i], h[i], j[i], k[i], l[i], m[i],
        ] = emission.numbers();
    }

    /// The emission of point `i` at its k².
    #[inline(always)]
    pub(in crate::process::radiation) fn emission(&self, i: usize, k2: f64) -> Emission {
        let [a, b, c, d, e, f, g, h, j, k, l, m] = &self.emission;
        let numbers = [
            a[i], b[i], c[i], d[i], e[i], f[i], g[i], h[i], j[i], k[i], l[i], m[i],
        ];
        Emission::of_numbers(k2, self.energies[0][i], numbers)
    }
}
