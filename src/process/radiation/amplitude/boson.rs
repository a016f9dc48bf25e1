//! Squared amplitudes of l N → l N φ for a boson φ on its mass shell, by its vertex on the lepton line.
//!
//! A = ½ Σ |n·M|² in GeV², summed over the polarisations of φ and the nuclear structure as for the pair,
//! so that |M|² = e⁴ g² G2 A/t² with the vertex g Γ, Γ = 1, iγ₅, γ^μ, γ^μγ₅. As there
//! (`docs/derivations/amplitude.md`, section 7), for n = 𝒫 and η, s, u as in `polarisation`,
//!
//! ```text
//! M = ū′[ Γη + ΓF/s + FΓ/u ]u,   F = q̸n̸ = 2M α⃗·q⃗
//! 1, γ₅:  M = ū′Γ[ η + σ 2M α⃗·q⃗ ]u,   σ = 1/s + 1/u
//! γ^μγ₅:  that of γ^μ with γ₅u for u;  k·M = −2m M[γ₅],
//! ```
//!
//! with m of the lepton. The current of an axial vector is not conserved: its longitudinal polarisation
//! is e₃ of a vector, √k²/E_k k̂, and |k|/(√k² E_k) k, whose square is the kk/m_φ² of the polarisation sum
//! and grows with m²/m_φ². Where one diagram dominates and for the transverse parts of spin ½, `diagrams`.
//! The vector is [`vector_a`](super::vector_a) itself. Pinned by `tests/boson_amplitude.rs` against
//! 34-digit values from explicit Dirac matrices.

use super::diagrams::{AxialMass, Diagrams};
use super::polarisation::{across, cross, dot, scaled, square};
use super::spinor::{Current, Line, Spinor};
use super::{is_collinear, vector_a, vector_a_interfering};
use crate::dark_sector::Vertex;
use crate::kinematics::{Collision, PairPoint};
use crate::matter::NucleusSpin;

/// A in GeV² of l N → l N φ, φ of mass √k² at `vertex`.
pub fn boson_a(c: &Collision, y: &PairPoint, vertex: Vertex, nucleus: NucleusSpin) -> f64 {
    if vertex == Vertex::Vector {
        return vector_a(c, y, nucleus);
    }
    let coulomb = if is_collinear(y.s, y.minus_u, y.t) {
        let line = Line::new(c, y);
        let diagrams = Diagrams::new(c, y, &line);
        line.norm * by_diagrams(c, y, vertex, &diagrams, (2.0 * c.big_m, &[0.0; 3]))
    } else {
        interfering(c, y, vertex)
    };
    over_nucleus(c, y, vertex, nucleus, coulomb)
}

/// [`boson_a`] for loops over points that are not [`is_collinear`].
#[inline(always)]
pub fn boson_a_interfering(
    c: &Collision,
    y: &PairPoint,
    vertex: Vertex,
    nucleus: NucleusSpin,
) -> f64 {
    match vertex {
        Vertex::Vector => vector_a_interfering(c, y, nucleus),
        _ => over_nucleus(c, y, vertex, nucleus, interfering(c, y, vertex)),
    }
}

/// The nuclear structure, as for the pair.
#[inline(always)]
fn over_nucleus(
    c: &Collision,
    y: &PairPoint,
    vertex: Vertex,
    nucleus: NucleusSpin,
    coulomb: f64,
) -> f64 {
    match nucleus {
        NucleusSpin::Zero => coulomb,
        NucleusSpin::Half => {
            let m4 = 4.0 * c.big_m * c.big_m;
            let line = Line::new(c, y);
            let diagrams = Diagrams::new(c, y, &line);
            let [first, second] = across(y);
            let transverse = by_diagrams(c, y, vertex, &diagrams, (0.0, &first))
                + by_diagrams(c, y, vertex, &diagrams, (0.0, &second));
            coulomb * (m4 / (m4 + y.t)) + y.t * line.norm * transverse
        }
    }
}

/// |k|/(√k² E_k) times −2m: what the longitudinal polarisation takes of the current of γ₅.
#[inline(always)]
fn ward(c: &Collision, y: &PairPoint) -> f64 {
    -2.0 * c.m * y.k / (y.k2.sqrt() * y.e_k)
}

/// A for n = 𝒫 where the diagrams interfere.
#[inline(always)]
fn interfering(c: &Collision, y: &PairPoint, vertex: Vertex) -> f64 {
    let u = -y.minus_u;
    let inv = 1.0 / (y.s * u);
    let eta = 2.0 * y.w_amp * inv;
    let two_m = 2.0 * c.big_m * inv;
    let flip = two_m * (y.s + u);
    let line = Line::new(c, y);
    let f = scaled(flip, &y.q);
    line.norm
        * match vertex {
            Vertex::Scalar => square(&line.scalar(eta, f)),
            Vertex::Pseudoscalar => square(&line.pseudoscalar(eta, f)),
            Vertex::Vector | Vertex::AxialVector => {
                let charge = two_m * (u - y.s);
                let one = |b: [f64; 3]| {
                    line.axial(&Current {
                        v0: -charge * dot(&b, &y.q),
                        v: scaled(eta, &b),
                        w: scaled(flip, &cross(&b, &y.q)),
                    })
                };
                let (sin_k, cos_k) = (y.sin_k, 1.0 - y.one_minus_cos_k);
                let long = one(scaled(y.k2.sqrt() / y.e_k, &[sin_k, 0.0, cos_k]));
                let third = plus(&long, ward(c, y), &line.pseudoscalar(eta, f));
                square(&one([cos_k, 0.0, -sin_k])) + square(&one([0.0, 1.0, 0.0])) + square(&third)
            }
        }
}

/// A over N² as the sum of the two diagrams, for the nuclear vector `n`.
#[inline(always)]
fn by_diagrams(
    c: &Collision,
    y: &PairPoint,
    vertex: Vertex,
    diagrams: &Diagrams,
    (n0, n): (f64, &[f64; 3]),
) -> f64 {
    match vertex {
        Vertex::Scalar => square(&diagrams.scalar(n0, n, c.m)),
        Vertex::Pseudoscalar => square(&diagrams.pseudoscalar(n0, n)),
        Vertex::Vector | Vertex::AxialVector => {
            let mass = AxialMass {
                m: c.m,
                ward: ward(c, y),
            };
            let [x, y, z] = diagrams.axial(n0, n, &mass);
            square(&x) + square(&y) + square(&z)
        }
    }
}

/// a + f b.
#[inline(always)]
fn plus(a: &Spinor, f: f64, b: &Spinor) -> Spinor {
    [
        a[0] + f * b[0],
        a[1] + f * b[1],
        a[2] + f * b[2],
        a[3] + f * b[3],
    ]
}
