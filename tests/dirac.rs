//! The amplitude once more with explicit Dirac matrices: gauge invariance and m2 itself.
//!
//! In double precision this route keeps few digits (which is why the product does not take it),
//! so it is compared at ordinary muon points only.

mod points;

use millibrem::kinematics::FinalState;
use nalgebra::{Complex, Matrix4};
use points::{ReferencePoint, reference_points};

type C = Complex<f64>;
type M = Matrix4<C>;

const METRIC: [f64; 4] = [1.0, -1.0, -1.0, -1.0];

fn gamma() -> [M; 4] {
    let (o, i) = (C::new(1.0, 0.0), C::new(0.0, 1.0));
    let mut g = [M::zeros(); 4];
    for k in 0..4 {
        g[0][(k, k)] = if k < 2 { o } else { -o };
    }
    let sigma = [
        [[C::default(), o], [o, C::default()]],
        [[C::default(), -i], [i, C::default()]],
        [[o, C::default()], [C::default(), -o]],
    ];
    for (k, s) in sigma.iter().enumerate() {
        for a in 0..2 {
            for b in 0..2 {
                g[k + 1][(a, b + 2)] = s[a][b];
                g[k + 1][(a + 2, b)] = -s[a][b];
            }
        }
    }
    g
}

fn slash(g: &[M; 4], p: &[f64; 4]) -> M {
    (0..4).map(|i| g[i] * C::new(METRIC[i] * p[i], 0.0)).sum()
}

fn dot(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    (0..4).map(|i| METRIC[i] * a[i] * b[i]).sum()
}

fn minus(a: &[f64; 4], b: &[f64; 4]) -> [f64; 4] {
    std::array::from_fn(|i| a[i] - b[i])
}

struct Projectile {
    g: [M; 4],
    p: [f64; 4],
    p_out: [f64; 4],
    k: [f64; 4],
    m: f64,
    s: f64,
    u: f64,
}

impl Projectile {
    /// γ^b (p̸′+k̸+m) n̸/s + n̸ (p̸−k̸+m) γ^b/u with b, n contracted.
    fn vertex(&self, b: &M, n: &M) -> M {
        let one = M::identity() * C::new(self.m, 0.0);
        let plus: [f64; 4] = std::array::from_fn(|i| self.p_out[i] + self.k[i]);
        let first = b * (slash(&self.g, &plus) + one) * n * C::new(1.0 / self.s, 0.0);
        let minus = minus(&self.p, &self.k);
        first + n * (slash(&self.g, &minus) + one) * b * C::new(1.0 / self.u, 0.0)
    }

    /// ½ Σ_spins (M₁)(M₂)*.
    fn spin_sum(&self, a: &M, b: &M) -> f64 {
        let one = M::identity() * C::new(self.m, 0.0);
        let bar = self.g[0] * b.adjoint() * self.g[0];
        let trace =
            ((slash(&self.g, &self.p_out) + one) * a * (slash(&self.g, &self.p) + one) * bar)
                .trace();
        0.5 * trace.re
    }
}

fn lepton(point: &ReferencePoint) -> (Projectile, [f64; 4], [f64; 4], [f64; 4]) {
    let (c, y, decay) = point.evaluate();
    let state = FinalState::pair(&c, &y, &decay.n, point.m_chi);
    let p = [c.e0, 0.0, 0.0, c.p];
    let k: [f64; 4] = std::array::from_fn(|i| state.chi[i] + state.chibar[i]);
    let delta = minus(&state.chi, &state.chibar);
    let nucleus_in = [c.big_m, 0.0, 0.0, 0.0];
    let sum: [f64; 4] = std::array::from_fn(|i| nucleus_in[i] + state.nucleus[i]);
    let q = minus(&nucleus_in, &state.nucleus);
    let l = Projectile {
        g: gamma(),
        p,
        p_out: state.lepton,
        k,
        m: c.m,
        s: y.s,
        u: -y.minus_u,
    };
    (l, sum, q, delta)
}

fn ordinary_muon_points() -> impl Iterator<Item = ReferencePoint> {
    reference_points().filter(|p| p.m_lepton > 0.1 && !p.edge)
}

#[test]
fn both_photons_couple_to_conserved_currents() {
    for point in ordinary_muon_points() {
        let (l, sum, q, _) = lepton(&point);
        let (n, qs, ks) = (slash(&l.g, &sum), slash(&l.g, &q), slash(&l.g, &l.k));
        for mu in 0..4 {
            let full = l
                .spin_sum(&l.vertex(&l.g[mu], &n), &l.vertex(&l.g[mu], &n))
                .abs();
            let gauge = l.vertex(&ks, &n);
            let k_dot = l.spin_sum(&gauge, &gauge).abs();
            assert!(
                k_dot < 1e-9 * full * l.k[0] * l.k[0],
                "k·M: {k_dot:e} {full:e}"
            );
            let gauge = l.vertex(&l.g[mu], &qs);
            let q_dot = l.spin_sum(&gauge, &gauge).abs();
            assert!(
                q_dot < 1e-9 * full * dot(&q, &q).abs().max(q[3] * q[3]),
                "q·M: {q_dot:e}"
            );
        }
    }
}

#[test]
fn explicit_matrices_give_the_same_squared_amplitude() {
    for point in ordinary_muon_points() {
        let (l, sum, q, delta) = lepton(&point);
        let n = slash(&l.g, &sum);
        let k2 = point.get("k2");
        let t = -dot(&q, &q);
        let mut t_g = 0.0;
        for nu in 0..4 {
            let v = l.vertex(&l.g[nu], &n);
            t_g += METRIC[nu] * l.spin_sum(&v, &v);
        }
        let v = l.vertex(&slash(&l.g, &delta), &n);
        let m2 = -2.0 * (k2 * t_g + l.spin_sum(&v, &v)) / (t * t * k2 * k2);
        let d = (m2 / point.m2_spin0 - 1.0).abs();
        assert!(d < 1e-3, "deviation {d:e}");
    }
}
