//! Kinematics against 34-digit momenta, and the limits against what they must leave.

mod points;

use millibrem::kinematics::{Collision, Emission, FinalState, FourMomentum};
use points::{edge_points, reference_points};
use proptest::prelude::*;

#[test]
fn invariants_and_momenta_agree_with_the_reference_points() {
    for point in reference_points() {
        let (c, y, decay) = point.evaluate();
        let close = |name: &str, got: f64, scale: f64, tolerance: f64| {
            let want = point.get(name);
            assert!(
                ((got - want) / scale).abs() < tolerance,
                "{name}: {got} {want}"
            );
        };
        close("t", y.t, y.t, 1e-10);
        close("u_minus_m2", -y.minus_u, y.minus_u, 1e-10);
        close("s_minus_m2", y.s, y.s, 1e-10);
        let state = FinalState::pair(&c, &y, &decay.n, point.m_chi);
        let pairs = [
            ("p_out", state.lepton),
            ("P_out", state.nucleus),
            ("k1", state.chi),
            ("k2_vec", state.chibar),
        ];
        for (name, got) in pairs {
            for (a, b) in got.iter().zip(point.momentum(name)) {
                assert!((a - b).abs() < 1e-12 * c.e0, "{name}: {a} {b}");
            }
        }
    }
}

#[test]
fn s_and_the_scattered_lepton_keep_their_digits_at_every_edge_up_to_1e10_gev() {
    for (i, point) in edge_points().enumerate() {
        let (c, y, decay) = point.evaluate();
        let allowed = f64::max(1e-10, 10.0 * point.get("rounding"));
        let s = (y.s / point.get("s_minus_m2") - 1.0).abs();
        assert!(s < allowed, "point {i}: s off by {s:e}");
        let state = FinalState::pair(&c, &y, &decay.n, point.m_chi);
        let want = point.momentum("p_out");
        for (got, want_one) in state.lepton.iter().zip(want) {
            let d = (got - want_one).abs() / want[0];
            assert!(d < allowed, "point {i}: p' off by {d:e} of its energy");
        }
        let initial = [c.e0 + c.big_m, 0.0, 0.0, c.p];
        let out = [state.lepton, state.nucleus, state.chi, state.chibar];
        for (j, initial) in initial.iter().enumerate() {
            let sum: f64 = out.iter().map(|p| p[j]).sum();
            let d = (sum - initial).abs() / c.e0;
            assert!(d < allowed.max(1e-14), "point {i}, component {j}: {d:e}");
        }
    }
}

#[test]
fn events_conserve_momentum_and_stay_on_their_mass_shells() {
    for point in reference_points() {
        let (c, y, decay) = point.evaluate();
        let state = FinalState::pair(&c, &y, &decay.n, point.m_chi).turned((0.6, 0.8));
        let out = [state.lepton, state.nucleus, state.chi, state.chibar];
        let initial = [c.e0 + c.big_m, 0.0, 0.0, c.p];
        for i in 0..4 {
            let sum: f64 = out.iter().map(|p| p[i]).sum();
            assert!(
                (sum - initial[i]).abs() < 1e-12 * c.e0,
                "component {i}: {sum}"
            );
        }
        for (p, m) in out.iter().zip([c.m, c.big_m, point.m_chi, point.m_chi]) {
            let shell = (m * m + p[1] * p[1] + p[2] * p[2] + p[3] * p[3]).sqrt();
            assert!(
                (p[0] - shell).abs() < 1e-12 * c.e0,
                "mass {m}: {} {shell}",
                p[0]
            );
        }
    }
}

#[test]
fn decay_momenta_are_those_of_an_explicit_boost() {
    for point in reference_points() {
        let (c, y, decay) = point.evaluate();
        let state = FinalState::pair(&c, &y, &decay.n, point.m_chi);
        let mass = y.k2.sqrt();
        let cos_k = 1.0 - y.one_minus_cos_k;
        let k = FourMomentum::new(y.e_k, y.k * y.sin_k, 0.0, y.k * cos_k);
        let p = (0.25 * y.k2 - point.m_chi * point.m_chi).max(0.0).sqrt();
        let [n1, n2, n3] = decay.n;
        // From (e1, ŷ, k̂) to the laboratory's axes.
        let rest = FourMomentum::new(
            0.5 * mass,
            p * (n1 * cos_k + n3 * y.sin_k),
            p * n2,
            p * (n3 * cos_k - n1 * y.sin_k),
        );
        let boosted = rest.boosted_from_rest_frame_of(&k, mass);
        // Invariants survive the boost: k·p_χ = k²/2.
        assert!((boosted.dot(&k) / (0.5 * y.k2) - 1.0).abs() < 1e-9 * (y.e_k / mass).powi(2));
        let boosted = boosted.components();
        for (a, b) in boosted.iter().zip(state.chi) {
            assert!((a - b).abs() < 1e-10 * y.e_k.max(mass), "{a} {b}");
        }
        assert!((state.chi[0] + state.chibar[0] - y.e_k).abs() < 1e-14 * c.e0);
    }
}

proptest! {
    #[test]
    fn limits_of_v_are_where_the_recoil_range_closes(
        log_e in -0.5f64..4.0, electron in any::<bool>(), log_m in 0.0f64..2.3, part in 0.001f64..0.999,
    ) {
        let m = if electron { 0.51099895e-3 } else { 0.1056583755 };
        let c = Collision::new(10f64.powf(log_e), m, 10f64.powf(log_m)).unwrap();
        let k2 = (part * c.max_pair_mass()).powi(2);
        let (v_min, v_max) = c.v_limits(k2);
        prop_assert!(0.0 < v_min && v_min < v_max && v_max < c.kinetic);
        // Inside, forward emission leaves room for the recoil; outside the lower limit it does not.
        let room = |v: f64| {
            let e = c.kinetic - k2.sqrt() - v;
            let emission = Emission::new(&c, k2, v, e, 0.0);
            emission.recoil_span
        };
        let width = v_max - v_min;
        for inside in [0.01, 0.3, 0.7, 0.99] {
            prop_assert!(room(v_min + inside * width) > 0.0);
        }
        prop_assert_eq!(room(v_min * (1.0 - 1e-6)), 0.0);
        // A cut at v leaves k² up to where v becomes the lower limit.
        let largest = c.k2_max(v_min);
        prop_assert!((largest / k2 - 1.0).abs() < 1e-6, "{} {}", largest, k2);
    }

    #[test]
    fn the_largest_pair_mass_leaves_everything_at_rest_in_the_centre_of_mass(
        log_e in 0.0f64..7.0, log_m in 0.0f64..2.3,
    ) {
        let c = Collision::new(10f64.powf(log_e), 0.1056583755, 10f64.powf(log_m)).unwrap();
        let sum = c.max_pair_mass() + c.m + c.big_m;
        prop_assert!((sum * sum / c.s_tot() - 1.0).abs() < 1e-13);
    }
}
