//! The map and the strata on grids that can be worked out by hand.

use proptest::prelude::*;
use vegas::{Config, Map, Scalar, Strata, Vegas, silent};

/// Two axes of three increments.
fn small() -> Map {
    Map::from_edges(vec![vec![0.0, 0.1, 0.4, 1.0], vec![0.0, 0.5, 0.75, 1.0]]).expect("valid edges")
}

#[test]
fn a_point_goes_where_the_edges_say_with_the_widths_as_jacobian() {
    let map = small();
    let mut x = [0.0; 2];
    // y = 1/2 is the middle of increment 1 of 0.1..0.4; y = 0.9 is 7/10 into increment 2 of 0.75..1.
    let jacobian = map.forward(&[0.5, 0.9], &mut x);
    assert!((x[0] - 0.25).abs() < 1e-15);
    assert!((x[1] - 0.925).abs() < 1e-15);
    assert!((jacobian - (3.0 * 0.3) * (3.0 * 0.25)).abs() < 1e-15);
}

#[test]
fn a_map_without_training_is_the_identity() {
    let map = Map::uniform(3, 64);
    let mut x = [0.0; 3];
    assert!((map.forward(&[0.1, 0.5, 0.99], &mut x) - 1.0).abs() < 1e-14);
    for (x, y) in x.iter().zip([0.1, 0.5, 0.99]) {
        assert!((x - y).abs() < 1e-15);
    }
}

#[test]
fn training_moves_the_edges_to_equal_portions() {
    // Four increments; smoothing of (0, 0, 0, 8) over neighbours gives (0, 0, 1, 7), of which the
    // shares are 0, 0, 1/8, 7/8. With α = 1 a share d counts (1 − d)/ln(1/d).
    let mut map = Map::uniform(1, 4);
    map.refine(&[vec![0.0, 0.0, 0.0, 8.0]], 1.0, 4);
    let damped = |d: f64| (1.0 - d) / (1.0 / d).ln();
    let share = [damped(1e-30), damped(1e-30), damped(0.125), damped(0.875)];
    let portion = share.iter().sum::<f64>() / 4.0;
    // Portions 1 and 2 end inside increments 2 and 3.
    let e1 = 0.5 + 0.25 * (portion - share[0] - share[1]) / share[2];
    let e2 = 0.75 + 0.25 * (2.0 * portion - share[0] - share[1] - share[2]) / share[3];
    let e3 = 0.75 + 0.25 * (3.0 * portion - share[0] - share[1] - share[2]) / share[3];
    for (edge, expected) in map.edges(0).iter().zip([0.0, e1, e2, e3, 1.0]) {
        assert!(
            (edge - expected).abs() < 1e-14,
            "{:?}, expected {expected}",
            map.edges(0)
        );
    }
}

#[test]
fn even_training_leaves_the_map_alone() {
    let mut map = small();
    map.refine(&[vec![2.0; 3], vec![5.0; 3]], 0.5, 3);
    for d in 0..2 {
        for (a, b) in map.edges(d).iter().zip(small().edges(d)) {
            assert!((a - b).abs() < 1e-15);
        }
    }
}

#[test]
fn no_training_at_all_leaves_the_map_alone() {
    let mut map = small();
    map.refine(&[vec![0.0; 3], vec![f64::INFINITY; 3]], 0.5, 3);
    for d in 0..2 {
        for (a, b) in map.edges(d).iter().zip(small().edges(d)) {
            assert!((a - b).abs() < 1e-15);
        }
    }
}

#[test]
fn edges_stay_apart_when_all_weight_is_in_one_place() {
    let mut map = Map::uniform(1, 1000);
    for _ in 0..200 {
        let mut d = vec![0.0; 1000];
        d[0] = 1.0;
        map.refine(&[d], 1.0, 1000);
    }
    let edges = map.edges(0);
    assert!(edges.windows(2).all(|w| w[0] < w[1]), "{:?}", &edges[..4]);
    assert!(
        edges[1] < 1e-20,
        "all increments crowd at zero: {}",
        edges[1]
    );
}

#[test]
fn edges_that_are_no_map_are_refused() {
    for edges in [
        vec![vec![0.0, 0.5, 0.4, 1.0]],
        vec![vec![0.1, 0.5, 1.0]],
        vec![vec![0.0, 1.0], vec![0.0, 0.5, 1.0]],
        vec![vec![0.0]],
        vec![],
    ] {
        assert!(Map::from_edges(edges.clone()).is_err(), "{edges:?}");
    }
}

proptest! {
    #[test]
    fn the_inverse_undoes_the_map(y in prop::array::uniform2(1e-9f64..1.0 - 1e-9)) {
        let map = small();
        let (mut x, mut back) = ([0.0; 2], [0.0; 2]);
        let forward = map.forward(&y, &mut x);
        let inverse = map.inverse(&x, &mut back);
        prop_assert!((back[0] - y[0]).abs() < 1e-14 && (back[1] - y[1]).abs() < 1e-14);
        prop_assert!((forward / inverse - 1.0).abs() < 1e-12 || (y[0] * 3.0).fract() < 1e-9
            || (y[1] * 3.0).fract() < 1e-9);
    }
}

#[test]
fn a_grid_of_strata_has_the_cubes_its_axes_say() {
    let s = Strata::with_axes(vec![3, 1, 2]);
    assert_eq!(s.cubes(), 6);
    assert!(s.share().is_empty());
}

#[test]
fn points_follow_the_width_of_the_integrand() {
    // The integrand is constant for x < 1/2 and rough above, so the upper cubes need more points.
    let f = Scalar::new(1, |x: &[f64]| {
        if x[0] < 0.5 {
            1.0
        } else {
            (1000.0 * x[0]).sin() + 2.0
        }
    });
    let config = Config {
        neval: 4096,
        alpha: 0.0,
        n_adapt: 3,
        ..Config::default()
    };
    let mut vegas = Vegas::new(1, config).expect("valid");
    vegas.adapt(&f, &mut silent).expect("finite");
    let share = vegas.strata().share();
    let half = share.len() / 2;
    let (low, high) = (
        share[..half].iter().sum::<f64>(),
        share[half..].iter().sum::<f64>(),
    );
    assert!(low < 1e-3 * high, "{low} below, {high} above");
}
