//! σ and dσ/dx without Monte Carlo.

mod azimuth;
mod recoil;
mod rule;
mod slice;

use pulp::Arch;

use super::Setup;
use recoil::RecoilIntegral;
use rule::Rule;
use slice::{Rules, Slice};

/// Exploration only.
pub fn probe(setup: &Setup, v: f64, n: [usize; 3], only_k2: Option<f64>) -> f64 {
    let [k, u, t] = n.map(Rule::gauss_legendre);
    let recoil = RecoilIntegral::new(setup);
    Arch::new().dispatch(Slice {
        setup,
        recoil: &recoil,
        v,
        only_k2,
        rules: Rules {
            pair_mass: &k,
            emission: &u,
            recoil: &t,
        },
    })
}
