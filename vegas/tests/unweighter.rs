//! Unweighted points of a family of integrands, one at a time from a stream of words.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use vegas::{Learning, Map, Points, Unweighter, uniform};

/// f(x; p) = (1 + a)(x₀)^a · 2 x₁ with a = 1 + p: normalised for every p.
fn value(p: f64, x: &[f64]) -> f64 {
    let a = 1.0 + p;
    (1.0 + a) * x[0].powf(a) * 2.0 * x[1]
}

fn family(p: f64, x: &Points<'_>, values: &mut [f64]) {
    for (i, v) in values.iter_mut().enumerate() {
        *v = value(p, &x.point(i));
    }
}

fn learning() -> Learning {
    Learning {
        seed: 3,
        points_per_cell: 32,
        more: 20_000,
        proof: 50_000,
        parts: 4,
        max_overweight_share: 1e-3,
    }
}

fn learnt() -> (Unweighter, Vec<vegas::Expected>) {
    let map = Map::uniform(2, 10);
    Unweighter::learn(map, &[8, 6], &learning(), family).expect("finite")
}

#[test]
fn accepted_points_follow_every_member_of_the_family() {
    let (cells, expected) = learnt();
    assert_eq!(expected.len(), 5);
    for p in [0.02, 0.5, 0.97] {
        let mut stream = Pcg64Mcg::seed_from_u64(5);
        let (mut x, mut factor) = ([[0.0; 4]; 2], [0.0; 4]);
        let (mut sum, mut square, mut weights) = ([0.0; 2], [0.0; 2], 0.0);
        let (mut tried, mut events, mut over) = (0u32, 0u32, 0u32);
        for _ in 0..50_000 {
            cells.draw(|| stream.next_u64(), &mut x, &mut factor);
            for i in 0..4 {
                let point = [x[0][i], x[1][i]];
                let w = value(p, &point) * factor[i];
                tried += 1;
                if uniform(stream.next_u64()) < w {
                    let weight = w.max(1.0);
                    events += 1;
                    over += u32::from(w > 1.0);
                    weights += weight;
                    for d in 0..2 {
                        sum[d] += weight * point[d];
                        square[d] += weight * point[d] * point[d];
                    }
                }
            }
        }
        let means = [(2.0 + p) / (3.0 + p), 2.0 / 3.0];
        for d in 0..2 {
            let mean = sum[d] / weights;
            let error = ((square[d] / weights - mean * mean) / f64::from(events)).sqrt();
            let pull = (mean - means[d]) / error;
            assert!(pull.abs() < 4.0 && error < 1e-3, "p {p} axis {d}: {pull}");
        }
        // The weights of all points have the mean 1/W, whatever was accepted.
        let efficiency = f64::from(events) / f64::from(tried);
        let part = expected[(p * 4.0_f64).round() as usize];
        assert!(
            (efficiency - part.efficiency).abs() < 0.02,
            "{efficiency} {part:?}"
        );
        assert!(efficiency > 0.6, "{efficiency}");
        assert!(
            f64::from(over) < 1.5e-3 * f64::from(events),
            "{over} of {events}"
        );
    }
}

#[test]
fn what_was_learnt_can_be_put_together_again() {
    let (cells, _) = learnt();
    let scale = cells.scale().to_vec();
    let again = Unweighter::new(
        cells.map().clone(),
        &cells.per_axis(),
        scale,
        cells.threshold(),
    )
    .unwrap();
    let draw = |from: &Unweighter| {
        let mut stream = Pcg64Mcg::seed_from_u64(1);
        let (mut x, mut factor) = ([[0.0; 4]; 2], [0.0; 4]);
        from.draw(|| stream.next_u64(), &mut x, &mut factor);
        (x, factor)
    };
    assert_eq!(draw(&cells), draw(&again));
}

#[test]
fn what_does_not_fit_is_named() {
    let map = Map::uniform(2, 10);
    let wrong = |per_axis: &[u32], scale: Vec<f32>, threshold| {
        let made = Unweighter::new(map.clone(), per_axis, scale, threshold);
        made.expect_err("does not fit").to_string()
    };
    assert!(wrong(&[2], vec![1.0; 2], 1.0).starts_with("per_axis is [2], but must be"));
    assert!(wrong(&[2, 2], vec![1.0; 3], 1.0).starts_with("per_axis is [2, 2]"));
    assert!(wrong(&[2, 1], vec![1.0, f32::NAN], 1.0).starts_with("scale is NaN"));
    assert!(wrong(&[2, 1], vec![1.0; 2], 0.0).starts_with("threshold is 0"));
    let nan = |_: f64, _: &Points<'_>, v: &mut [f64]| v.fill(f64::NAN);
    let error = Unweighter::learn(map.clone(), &[2, 2], &learning(), nan).expect_err("NaN");
    assert!(
        matches!(error, vegas::Error::NotFinite { nan: 128, .. }),
        "{error}"
    );
    let zero = |_: f64, _: &Points<'_>, v: &mut [f64]| v.fill(0.0);
    let error = Unweighter::learn(map, &[2, 2], &learning(), zero).expect_err("zero");
    assert!(matches!(error, vegas::Error::Zero { .. }), "{error}");
}
