//! Squared amplitudes of l N → l N χ χ̄ and l N → l N A′ as pure functions of a phase-space point.
//!
//! Two diagrams (the time-like photon leaves the incoming or the outgoing lepton), one photon
//! exchanged with the nucleus. Vertex i e Z F (P+P′)^μ for spin 0, i e Z F γ^μ for spin ½.
//!
//! ```text
//! |M|² (spin-averaged in, summed out) = e⁶ Q_χ² G2(t) m2,  G2 = Z²F²,  Q_χ in units where e² = 4πα
//! ```
//!
//! [`pair_m2`] returns m2 in GeV⁻⁴; [`vector_a`] returns the contraction A = −T_g in GeV² for the
//! emission of a vector of mass √k². Exact in double precision over the whole phase space:
//! both currents' conservation is used up front and everything is a sum of squares
//! (`polarisation`). Derivation: `docs/derivations/amplitude.md`.
//! Pinned by `tests/amplitude.rs` against 34-digit values at 240 points.

mod polarisation;
mod spinor;

use crate::dark_sector::ChiSpin;
use crate::kinematics::{Collision, PairPoint};
use crate::target::NucleusSpin;
use polarisation::Polarised;

/// Direction of χ in the pair's rest frame (z* along k, x* in the (p,k) plane, y* = ŷ).
#[derive(Debug, Clone, Copy, Default)]
pub struct DecayAngles {
    /// Unit vector (sinθ* cosφ*, sinθ* sinφ*, cosθ*).
    pub n: [f64; 3],
}

impl DecayAngles {
    /// From cosθ* and the cosine and sine of φ*.
    #[inline(always)]
    pub fn new(cos_theta: f64, cos_phi: f64, sin_phi: f64) -> Self {
        let sin_theta = ((1.0 - cos_theta) * (1.0 + cos_theta)).sqrt();
        Self {
            n: [sin_theta * cos_phi, sin_theta * sin_phi, cos_theta],
        }
    }
}

/// What the three polarised currents of one nuclear vector are contracted with.
///
/// A trait rather than a closure: its methods are inlined into the loops over points, which a
/// closure's body is not always, and only then do these vectorise.
trait Contraction {
    /// The contraction in GeV².
    fn of(&self, x: &Polarised) -> f64;
}

/// Current of a Dirac χ: 2 [Σ_i X(e_i) − β² X(n)].
struct DiracPair {
    n: [f64; 3],
    one_minus_beta2: f64,
}

impl Contraction for DiracPair {
    #[inline(always)]
    fn of(&self, x: &Polarised) -> f64 {
        2.0 * (x.orthogonal(&self.n) + self.one_minus_beta2 * x.along(&self.n))
    }
}

/// Current of a complex scalar χ: β² X(n).
struct ScalarPair {
    n: [f64; 3],
    beta2: f64,
}

impl Contraction for ScalarPair {
    #[inline(always)]
    fn of(&self, x: &Polarised) -> f64 {
        self.beta2 * x.along(&self.n)
    }
}

/// A vector on its mass shell: Σ_i X(e_i).
struct AllPolarisations;

impl Contraction for AllPolarisations {
    #[inline(always)]
    fn of(&self, x: &Polarised) -> f64 {
        x.total()
    }
}

/// Sum over the nuclear structure of a contraction of the three polarised currents.
#[inline(always)]
fn over_nucleus(
    c: &Collision,
    y: &PairPoint,
    nucleus: NucleusSpin,
    contraction: &impl Contraction,
) -> f64 {
    let coulomb = contraction.of(&Polarised::coulomb(c, y));
    match nucleus {
        NucleusSpin::Zero => coulomb,
        NucleusSpin::Half => {
            // 𝒫𝒫 − t g over the space orthogonal to q: 𝒫𝒫 (1 − t/𝒫²) plus t times the two
            // transverse directions; 1 − t/(4M²+t) = 4M²/(4M²+t).
            let m4 = 4.0 * c.big_m * c.big_m;
            let [first, second] = Polarised::transverse(c, y);
            let transverse = contraction.of(&first) + contraction.of(&second);
            coulomb * (m4 / (m4 + y.t)) + y.t * transverse
        }
    }
}

/// m2 of l N → l N χ χ̄ in GeV⁻⁴ (physics note, P.1), χ of mass `m_chi` GeV.
///
/// Dirac χ: 2 Σ_i [X(e_i) − β² X(n)]/(t²k²), rewritten as the part orthogonal to n plus
/// (1−β²) X(n), 1−β² = 4m_χ²/k²; complex scalar: β² X(n)/(t²k²).
#[inline(always)]
pub fn pair_m2(
    c: &Collision,
    y: &PairPoint,
    decay: &DecayAngles,
    m_chi: f64,
    chi: ChiSpin,
    nucleus: NucleusSpin,
) -> f64 {
    let n = decay.n;
    let one_minus_beta2 = 4.0 * m_chi * m_chi / y.k2;
    let sum = match chi {
        ChiSpin::Dirac => over_nucleus(c, y, nucleus, &DiracPair { n, one_minus_beta2 }),
        ChiSpin::Scalar => {
            let beta2 = 1.0 - one_minus_beta2;
            over_nucleus(c, y, nucleus, &ScalarPair { n, beta2 })
        }
    };
    sum / (y.t * y.t * y.k2)
}

/// A = −T_g = Σ_i X(e_i) in GeV² (physics note, P.2) of l N → l N A′, all polarisations summed.
#[inline(always)]
pub fn vector_a(c: &Collision, y: &PairPoint, nucleus: NucleusSpin) -> f64 {
    over_nucleus(c, y, nucleus, &AllPolarisations)
}
