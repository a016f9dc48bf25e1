//! The lepton current as the sum of its two diagrams, for where one of them dominates.
//!
//! With (p̸′+k̸+m) and (p̸−k̸+m) moved onto the spinors, for any nuclear vector n and b = (0, b⃗)
//!
//! ```text
//! b·M = ū′[ 2b·(p′+k)/s + 2b·(p−k)/u ] n̸ u  −  (ū′k̸) b̸n̸u /s  +  ū′n̸b̸ (k̸u) /u
//! ```
//!
//! where ū′k̸ and k̸u are small when k is collinear with p′ or p, and computed as such. In the
//! form of `polarisation` the collinear pole of one diagram is the small difference of large
//! terms; here, on the other hand, the diagrams cancel against each other at small t. The same of the
//! vertices 1, γ₅ and γ^μγ₅ (`boson`):
//!
//! ```text
//! 1:     2m(1/s+1/u) ū′n̸u + (ū′k̸)n̸u/s − ū′n̸(k̸u)/u
//! γ₅:    −(ū′k̸)γ₅n̸u/s + ū′n̸γ₅(k̸u)/u
//! γ^μγ₅: that of γ^μ with γ₅u for u, and 2m [ ū′n̸b̸γ₅u/u − ū′b̸n̸γ₅u/s ]
//! ```
//!
//! Two-component spinors as real quaternions (c, c⃗) = c + i c⃗·σ in the axes (e1, ŷ, k̂): a column
//! (U, −iL) with γ⁰(U, L) = (U, −L), −b⃗·γ⃗(U, L) = (bL, bU), u = (1, κ), ū′(U, L) = U + κ′L.

use super::spinor::{Line, Spinor};
use crate::kinematics::{Collision, PairPoint};

/// c + i c⃗·σ.
type Quaternion = [f64; 4];

#[inline(always)]
fn mul(a: &Quaternion, b: &Quaternion) -> Quaternion {
    [
        a[0] * b[0] - (a[1] * b[1] + a[2] * b[2] + a[3] * b[3]),
        (a[0] * b[1] + a[1] * b[0]) - (a[2] * b[3] - a[3] * b[2]),
        (a[0] * b[2] + a[2] * b[0]) - (a[3] * b[1] - a[1] * b[3]),
        (a[0] * b[3] + a[3] * b[0]) - (a[1] * b[2] - a[2] * b[1]),
    ]
}

/// i e_j·σ times `a`, for j = 1, 2, 3.
#[inline(always)]
fn axis(j: usize, a: &Quaternion) -> Quaternion {
    match j {
        1 => [-a[1], a[0], a[3], -a[2]],
        2 => [-a[2], -a[3], a[0], a[1]],
        _ => [-a[3], a[2], -a[1], a[0]],
    }
}

/// What the diagrams of one point share, whatever the nuclear vector.
pub(super) struct Diagrams {
    cos_k: f64,
    sin_k: f64,
    inv_s: f64,
    inv_u: f64,
    /// κ and κ′.
    incoming: Quaternion,
    outgoing: Quaternion,
    /// k̸u and ū′k̸, upper and lower.
    k_in: [Quaternion; 2],
    k_out: [Quaternion; 2],
    /// 2b·(p′+k)/s + 2b·(p−k)/u for the three polarisations.
    eikonal: [f64; 3],
    /// √k²/E_k.
    long: f64,
}

impl Diagrams {
    #[inline(always)]
    pub(super) fn new(c: &Collision, y: &PairPoint, line: &Line) -> Self {
        let (sin_k, cos_k) = (y.sin_k, 1.0 - y.one_minus_cos_k);
        let (k, e_k) = (y.k, y.e_k);
        let slow = y.k2 / (e_k + k);
        let long = y.k2.sqrt() / e_k;
        let line = line.along(c, y);
        let ([in_1, in_3], [out_1, out_2, out_3]) = (line.kappa_in, line.kappa_out);
        let [p1, p3] = line.p_out;
        let (inv_s, inv_u) = (1.0 / y.s, -1.0 / y.minus_u);
        Self {
            cos_k,
            sin_k,
            inv_s,
            inv_u,
            incoming: [0.0, in_1, 0.0, in_3],
            outgoing: [0.0, out_1, out_2, out_3],
            // E_k − κ₃|k| and |k| − E_kκ₃, and the same of κ′, without cancellation.
            k_in: [
                [slow + k * line.short_in, 0.0, -k * in_1, 0.0],
                [0.0, -e_k * in_1, 0.0, k * line.short_in - slow * in_3],
            ],
            k_out: [
                [slow + k * line.short_out, -k * out_2, k * out_1, 0.0],
                [
                    0.0,
                    -e_k * out_1,
                    -e_k * out_2,
                    k * line.short_out - slow * out_3,
                ],
            ],
            eikonal: [
                2.0 * (c.p * sin_k * inv_u - p1 * inv_s),
                -2.0 * y.p_out[1] * inv_s,
                -2.0 * long * ((p3 + k) * inv_s + (c.p * cos_k - k) * inv_u),
            ],
            long,
        }
    }

    /// The nuclear vector (`n0`, `n`) along the axes of the quaternions.
    #[inline(always)]
    fn nuclear(&self, n0: f64, n: &[f64; 3]) -> Nuclear {
        let (cos, sin) = (self.cos_k, self.sin_k);
        let n = [0.0, n[0] * cos - n[2] * sin, n[1], n[0] * sin + n[2] * cos];
        let time = [n0, 0.0, 0.0, 0.0];
        let outgoing = &self.outgoing;
        let row = [
            add(&time, &mul(outgoing, &n)),
            add(&n, &times(-n0, outgoing)),
        ];
        Nuclear { n0, n, row }
    }

    /// n̸u.
    #[inline(always)]
    fn column(&self, nuclear: &Nuclear) -> [Quaternion; 2] {
        let Nuclear { n0, n, .. } = nuclear;
        let (time, incoming) = ([*n0, 0.0, 0.0, 0.0], &self.incoming);
        [add(&time, &mul(n, incoming)), add(n, &times(-n0, incoming))]
    }

    /// The spinor amplitudes of the three polarisations for the nuclear vector (`n0`, `n`).
    #[inline(always)]
    pub(super) fn amplitudes(&self, n0: f64, n: &[f64; 3]) -> [Spinor; 3] {
        let nuclear = self.nuclear(n0, n);
        let (column, row) = (self.column(&nuclear), &nuclear.row);
        let direct = add(&column[0], &mul(&self.outgoing, &column[1]));
        let one = |j: usize, size: f64| {
            let before = add(
                &mul(&self.k_out[0], &axis(j, &column[1])),
                &mul(&self.k_out[1], &axis(j, &column[0])),
            );
            let after = add(
                &mul(&row[0], &axis(j, &self.k_in[1])),
                &mul(&row[1], &axis(j, &self.k_in[0])),
            );
            let poles = add(
                &times(-size * self.inv_s, &before),
                &times(size * self.inv_u, &after),
            );
            add(&times(self.eikonal[j - 1], &direct), &poles)
        };
        [one(1, 1.0), one(2, 1.0), one(3, self.long)]
    }

    /// The spinor amplitude of a scalar for the nuclear vector (`n0`, `n`), lepton mass `m`.
    #[inline(always)]
    pub(super) fn scalar(&self, n0: f64, n: &[f64; 3], m: f64) -> Spinor {
        let nuclear = self.nuclear(n0, n);
        let (column, row) = (self.column(&nuclear), &nuclear.row);
        let direct = add(&column[0], &mul(&self.outgoing, &column[1]));
        let before = row_column(&self.k_out, &column);
        let after = row_column(row, &self.k_in);
        let poles = add(&times(self.inv_s, &before), &times(-self.inv_u, &after));
        add(&times(2.0 * m * (self.inv_s + self.inv_u), &direct), &poles)
    }

    /// The spinor amplitude of the vertex γ₅ for the nuclear vector (`n0`, `n`), times i.
    #[inline(always)]
    pub(super) fn pseudoscalar(&self, n0: f64, n: &[f64; 3]) -> Spinor {
        let nuclear = self.nuclear(n0, n);
        let before = row_column(&self.k_out, &gamma5(&self.column(&nuclear)));
        let after = row_column(&nuclear.row, &gamma5(&self.k_in));
        add(&times(-self.inv_s, &before), &times(self.inv_u, &after))
    }

    /// The spinor amplitudes of the three polarisations of an axial vector, times i.
    #[inline(always)]
    pub(super) fn axial(&self, n0: f64, n: &[f64; 3], x: &AxialMass) -> [Spinor; 3] {
        let nuclear = self.nuclear(n0, n);
        let Nuclear { n, row, .. } = &nuclear;
        let incoming = gamma5(&[[1.0, 0.0, 0.0, 0.0], self.incoming]);
        let k_in = gamma5(&self.k_in);
        let column = [
            add(&times(n0, &incoming[0]), &mul(n, &incoming[1])),
            add(&mul(n, &incoming[0]), &times(-n0, &incoming[1])),
        ];
        let direct = add(&column[0], &mul(&self.outgoing, &column[1]));
        let two_m = 2.0 * x.m;
        // ū′k̸ + 2mū′ and −k̸γ₅u + 2mγ₅u: γ₅ has changed the sign of k̸ on its way to the spinor.
        let left = [
            add(&self.k_out[0], &[two_m, 0.0, 0.0, 0.0]),
            add(&self.k_out[1], &times(two_m, &self.outgoing)),
        ];
        let right = [
            add(&times(two_m, &incoming[0]), &times(-1.0, &k_in[0])),
            add(&times(two_m, &incoming[1]), &times(-1.0, &k_in[1])),
        ];
        let one = |j: usize, size: f64| {
            let b = |c: &[Quaternion; 2]| [axis(j, &c[1]), axis(j, &c[0])];
            let before = row_column(&left, &b(&column));
            let after = row_column(row, &b(&right));
            let poles = add(
                &times(-size * self.inv_s, &before),
                &times(size * self.inv_u, &after),
            );
            add(&times(self.eikonal[j - 1], &direct), &poles)
        };
        let before = row_column(&self.k_out, &gamma5(&self.column(&nuclear)));
        let after = row_column(row, &k_in);
        let ward = add(&times(-self.inv_s, &before), &times(self.inv_u, &after));
        let third = add(&one(3, self.long), &times(x.ward, &ward));
        [one(1, 1.0), one(2, 1.0), third]
    }
}

/// A nuclear vector n along the axes of the quaternions, and ū′n̸.
struct Nuclear {
    n0: f64,
    n: Quaternion,
    row: [Quaternion; 2],
}

/// What the lepton mass adds to the current of an axial vector.
pub(super) struct AxialMass {
    /// Lepton mass m, GeV.
    pub(super) m: f64,
    /// What multiplies the amplitude of γ₅ in that of the longitudinal polarisation.
    pub(super) ward: f64,
}

/// ū′-like row times column.
#[inline(always)]
fn row_column(row: &[Quaternion; 2], column: &[Quaternion; 2]) -> Quaternion {
    add(&mul(&row[0], &column[0]), &mul(&row[1], &column[1]))
}

/// γ₅(U, −iL) = −i(L, iU), times i.
#[inline(always)]
fn gamma5(column: &[Quaternion; 2]) -> [Quaternion; 2] {
    [column[1], times(-1.0, &column[0])]
}

#[inline(always)]
fn add(a: &Quaternion, b: &Quaternion) -> Quaternion {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]]
}

#[inline(always)]
fn times(f: f64, a: &Quaternion) -> Quaternion {
    [f * a[0], f * a[1], f * a[2], f * a[3]]
}
