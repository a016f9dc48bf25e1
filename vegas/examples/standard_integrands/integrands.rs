//! The standard integrands on the unit hypercube, with their exact values where there are any.

use std::f64::consts::PI;
use vegas::{Integrand, Points};

/// One of the standard integrands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standard {
    /// `Σ x_i` in 8 dimensions: nothing to compute, so the time is the integrator's own.
    Sum8,
    /// Three narrow Gaussians on the diagonal of 8 dimensions: peaks that are easily missed.
    Diag3,
    /// Logarithmic, Breit–Wigner and collinear peaks in 7 dimensions.
    Log7,
    /// Two Gaussians of width 0.2 in 8 dimensions (the camel of i-flow).
    Camel8,
    /// gg → ggg at tree level with LHC cuts, 7 dimensions.
    Ggg7,
    /// Two Gaussians of width 0.1 in 8 dimensions (after [Lep78]).
    Camel8s,
}

impl Standard {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Sum8,
        Self::Diag3,
        Self::Log7,
        Self::Camel8,
        Self::Ggg7,
        Self::Camel8s,
    ];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sum8 => "sum8",
            Self::Diag3 => "diag3",
            Self::Log7 => "log7",
            Self::Camel8 => "camel8",
            Self::Ggg7 => "ggg7",
            Self::Camel8s => "camel8s",
        }
    }

    /// The one with that name.
    ///
    /// # Errors
    /// A sentence with the names there are.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|s| s.name() == name)
            .ok_or_else(|| format!("no integrand {name}: sum8 diag3 log7 camel8 ggg7 camel8s"))
    }

    /// The exact integral, where it is known.
    pub(crate) fn exact(self) -> Option<f64> {
        let erf = libm::erf;
        let hump = |s: f64, at: f64| 0.5 * (erf((1.0 - at) / s) + erf(at / s));
        match self {
            Self::Sum8 => Some(4.0),
            Self::Diag3 => Some(
                [0.23, 0.39, 0.74]
                    .iter()
                    .map(|&r| hump(0.1, r).powi(8))
                    .sum::<f64>()
                    / 3.0,
            ),
            Self::Log7 => {
                let (gamma, g) = (0.005, 0.02f64);
                Some(
                    (1.0001f64 / 1e-4).ln()
                        * (1.001f64 / 1e-3).ln()
                        * ((0.63f64 / gamma).atan() + (0.37f64 / gamma).atan())
                        / PI
                        * (50.0 - 1.0 / 1.02)
                        * ((2.0 / g) * (1.0 / g).atan() - (1.0 + 1.0 / (g * g)).ln()),
                )
            }
            Self::Camel8 => Some(hump(0.2, 0.25).powi(8)),
            Self::Camel8s => Some(hump(0.1, 1.0 / 3.0).powi(8)),
            Self::Ggg7 => None,
        }
    }

    /// Its value at one point.
    fn at(self, x: &[f64; 8]) -> f64 {
        match self {
            Self::Sum8 => x.iter().sum(),
            Self::Diag3 => diag3(x),
            Self::Log7 => log7(x),
            Self::Camel8 => camel(x, 0.2, 0.25, 0.75),
            Self::Camel8s => camel(x, 0.1, 1.0 / 3.0, 2.0 / 3.0),
            Self::Ggg7 => ggg7(x),
        }
    }
}

impl Integrand for Standard {
    type Record = ();

    fn dim(&self) -> usize {
        if matches!(self, Self::Log7 | Self::Ggg7) {
            7
        } else {
            8
        }
    }

    fn record(&self) {}

    fn evaluate(&self, x: &Points<'_>, value: &mut [f64], (): &mut ()) {
        if *self == Self::Sum8 {
            value.fill(0.0);
            for d in 0..8 {
                for (v, c) in value.iter_mut().zip(x.column(d)) {
                    *v += c;
                }
            }
            return;
        }
        let mut point = [0.0; 8];
        for (i, v) in value.iter_mut().enumerate() {
            for (d, p) in point.iter_mut().enumerate().take(x.dim()) {
                *p = x.column(d)[i];
            }
            *v = self.at(&point);
        }
    }
}

/// Squared distance from the point with all coordinates `r`.
fn distance2(x: &[f64; 8], r: f64) -> f64 {
    x.iter().map(|&c| (c - r) * (c - r)).sum()
}

fn diag3(x: &[f64; 8]) -> f64 {
    let norm = (100.0 / PI).powi(4) / 3.0;
    norm * [0.23, 0.39, 0.74]
        .iter()
        .map(|&r| (-100.0 * distance2(x, r)).exp())
        .sum::<f64>()
}

fn camel(x: &[f64; 8], s: f64, a: f64, b: f64) -> f64 {
    let norm = (1.0 / (s * PI.sqrt())).powi(8);
    let hump = |r| (-distance2(x, r) / (s * s)).exp();
    0.5 * norm * (hump(a) + hump(b))
}

fn log7(x: &[f64; 8]) -> f64 {
    let (gamma, g) = (0.005, 0.02);
    let (b, c, t) = (x[2] - 0.37, x[4] - x[5], x[3] + 0.02);
    1.0 / ((x[0] + 1e-4) * (x[1] + 1e-3)) * (gamma / PI)
        / (b * b + gamma * gamma)
        / (t * t)
        / (c * c + g * g)
        * (1.0 + 0.5 * (2.0 * PI * x[6]).cos())
}

/// One jet: transverse momentum in units of 100 GeV, rapidity, azimuth as a unit vector.
struct Jet {
    pt: f64,
    rapidity: f64,
    boost: f64,
    px: f64,
    py: f64,
}

impl Jet {
    fn new(pt: f64, rapidity: f64, px: f64, py: f64) -> Self {
        Self {
            pt,
            rapidity,
            boost: rapidity.exp(),
            px,
            py,
        }
    }

    fn cos_to(&self, other: &Self) -> f64 {
        (self.px * other.px + self.py * other.py) / (self.pt * other.pt)
    }

    /// Whether the cone distance to another jet is below 0.4.
    fn near(&self, other: &Self) -> bool {
        let (dy, dphi) = (
            self.rapidity - other.rapidity,
            self.cos_to(other).clamp(-1.0, 1.0).acos(),
        );
        dy * dy + dphi * dphi < 0.16
    }

    /// Invariant mass squared with another jet.
    fn mass2(&self, other: &Self) -> f64 {
        let ratio = self.boost / other.boost;
        self.pt * other.pt * (ratio + 1.0 / ratio - 2.0 * self.cos_to(other))
    }
}

/// g(1) g(2) → g(3) g(4) g(5) at √S = 13 TeV (unit 100 GeV), with toy parton densities
/// `x g(x) = x^-0.3 (1 − x)^5`, jets of at least 50 GeV and ΔR > 0.4. Coordinates: p_T3, y_3, φ_3,
/// p_T4, y_4, φ_4, y_5 with logarithmic p_T.
fn ggg7(u: &[f64; 8]) -> f64 {
    const E_CM: f64 = 130.0;
    let log = E_CM.ln();
    let jet = |a: f64, b: f64, c: f64| {
        let (pt, phi) = (0.5 * (log * a).exp(), 2.0 * PI * c);
        Jet::new(pt, 6.0 * b - 3.0, pt * phi.cos(), pt * phi.sin())
    };
    let (j3, j4) = (jet(u[0], u[1], u[2]), jet(u[3], u[4], u[5]));
    let (px, py) = (-j3.px - j4.px, -j3.py - j4.py);
    let pt2 = px * px + py * py;
    if pt2 < 0.25 {
        return 0.0;
    }
    let j5 = Jet::new(pt2.sqrt(), 6.0 * u[6] - 3.0, px, py);
    let jets = [&j3, &j4, &j5];
    let plus: f64 = jets.iter().map(|j| j.pt * j.boost).sum();
    let minus: f64 = jets.iter().map(|j| j.pt / j.boost).sum();
    let (x1, x2) = (plus / E_CM, minus / E_CM);
    if x1 >= 1.0 || x2 >= 1.0 || j3.near(&j4) || j3.near(&j5) || j4.near(&j5) {
        return 0.0;
    }
    let shat = plus * minus;
    let mut s = [[0.0; 5]; 5];
    s[0][1] = shat;
    for (k, j) in jets.iter().enumerate() {
        s[0][k + 2] = plus * j.pt / j.boost;
        s[1][k + 2] = minus * j.pt * j.boost;
    }
    s[2][3] = j3.mass2(&j4);
    s[2][4] = j3.mass2(&j5);
    s[3][4] = j4.mass2(&j5);
    let mut numerator = 0.0;
    let mut inverse = [[0.0; 5]; 5];
    for i in 0..5 {
        for j in i + 1..5 {
            let square = s[i][j] * s[i][j];
            numerator += square * square;
            inverse[i][j] = 1.0 / s[i][j];
            inverse[j][i] = inverse[i][j];
        }
    }
    // The cyclic orders of gluon 1 and the others, up to reflection.
    const ORDERS: [[usize; 4]; 12] = [
        [1, 2, 3, 4],
        [1, 2, 4, 3],
        [1, 3, 2, 4],
        [1, 3, 4, 2],
        [1, 4, 2, 3],
        [1, 4, 3, 2],
        [2, 1, 3, 4],
        [2, 1, 4, 3],
        [2, 3, 1, 4],
        [2, 4, 1, 3],
        [3, 1, 2, 4],
        [3, 2, 1, 4],
    ];
    let orders: f64 = ORDERS
        .iter()
        .map(|&[a, b, c, d]| {
            inverse[0][a] * inverse[a][b] * inverse[b][c] * inverse[c][d] * inverse[d][0]
        })
        .sum();
    let fifth = |v: f64| v * v * v * v * v;
    let pdf = (x1 * x2).powf(-0.3) * fifth(1.0 - x1) * fifth(1.0 - x2);
    let jacobian = log * log * 216.0 * 4.0 * PI * PI;
    jacobian * pdf / (shat * shat) * numerator * orders * j3.pt * j3.pt * j4.pt * j4.pt
}
