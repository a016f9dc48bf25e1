//! A partition for a family of integrands, and unweighted points of it, a few at a time from a stream of words.

use std::sync::Arc;

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use vegas::{
    Expected, Growth, Learning, Map, Partition, Points, Proof, Thresholds, Unweighter, uniform,
};

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
        nodes: 3,
        points_per_box: 64,
    }
}

fn proof() -> Proof {
    Proof {
        seed: 3,
        parts: 4,
        halvings: 0,
        points: 40_000,
        max_overweight_share: 1e-3,
    }
}

fn grown(family: impl Fn(f64, &Points<'_>, &mut [f64])) -> Result<Partition, vegas::Error> {
    let growth = Growth {
        seed: 3,
        increments: 20,
        training: (6, 20_000),
        boxes: 60,
        more: 60,
    };
    Partition::grow(2, &growth, |_, p, x, values| family(p, x, values))
}

fn learnt() -> (Unweighter, Thresholds, Vec<Expected>) {
    let partition = Arc::new(grown(family).expect("finite"));
    let made = Unweighter::learn(&partition, &learning(), |_, p, x, values| {
        family(p, x, values)
    });
    let made = made.expect("finite");
    let (thresholds, expected) = made.prove(&proof(), family).expect("finite");
    (made, thresholds, expected)
}

#[test]
fn accepted_points_follow_every_member_of_the_family() {
    let (cells, thresholds, expected) = learnt();
    assert_eq!(expected.len(), 5);
    for p in [0.02, 0.5, 0.97] {
        let mut stream = Pcg64Mcg::seed_from_u64(5);
        let (mut x, mut factor) = ([[0.0; 4]; 2], [0.0; 4]);
        let (mut sum, mut square, mut weights) = ([0.0; 2], [0.0; 2], 0.0);
        let (mut tried, mut events, mut over) = (0u32, 0u32, 0u32);
        for _ in 0..50_000 {
            cells.draw(
                (p, thresholds.at(p)),
                || stream.next_u64(),
                &mut x,
                &mut factor,
            );
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
        let efficiency = f64::from(events) / f64::from(tried);
        let part = expected[(p * 4.0_f64).round() as usize];
        assert!(
            (efficiency - part.efficiency).abs() < 0.02,
            "{efficiency} {part:?}"
        );
        assert!(efficiency > 0.8, "{efficiency}");
        assert!(
            f64::from(over) < 1.5e-3 * f64::from(events),
            "{over} of {events}"
        );
    }
}

#[test]
fn what_was_learnt_can_be_put_together_again() {
    let (made, thresholds, _) = learnt();
    let partition = made.partition();
    let again = Partition::new(partition.map().clone(), partition.cuts().to_vec()).unwrap();
    let again = Unweighter::new(Arc::new(again), made.scale().to_vec()).unwrap();
    assert_eq!(
        Thresholds::new(thresholds.all().to_vec()).unwrap(),
        thresholds
    );
    let draw = |from: &Unweighter| {
        let mut stream = Pcg64Mcg::seed_from_u64(1);
        let (mut x, mut factor) = ([[0.0; 4]; 2], [0.0; 4]);
        from.draw((0.3, 0.9), || stream.next_u64(), &mut x, &mut factor);
        (x, factor)
    };
    assert_eq!(draw(&made), draw(&again));
}

#[test]
fn factors_are_those_of_the_density_of_points() {
    // The mean weight of all points is the integral over the threshold, whatever the function and the boxes.
    let (made, ..) = learnt();
    for p in [0.0, 0.1, 0.5, 0.9, 1.0] {
        let mut stream = Pcg64Mcg::seed_from_u64(7);
        let (mut x, mut factor) = ([[0.0; 4]; 2], [0.0; 4]);
        let flat = |x0: f64, x1: f64| {
            if x0 > 0.3 && x1 > 0.2 {
                1.0 / (0.7 * 0.8)
            } else {
                0.0
            }
        };
        let (mut sum, n) = (0.0, 400_000);
        for _ in 0..n / 4 {
            made.draw((p, 2.0), || stream.next_u64(), &mut x, &mut factor);
            sum += (0..4)
                .map(|i| factor[i] * flat(x[0][i], x[1][i]))
                .sum::<f64>();
        }
        let mean = 2.0 * sum / f64::from(n);
        assert!((mean - 1.0).abs() < 0.01, "p {p}: {mean}");
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let map = Map::uniform(2, 10);
    let cuts = |cuts: &[u8]| Partition::new(map.clone(), cuts.to_vec());
    for wrong in [&[12, 0][..], &[12, 0, 0, 0], &[20, 0, 0], &[8, 0, 0], &[]] {
        let error = cuts(wrong).expect_err("does not fit").to_string();
        assert!(error.starts_with("cuts is "), "{wrong:?}: {error}");
    }
    let halves = Arc::new(cuts(&[12, 0, 0]).unwrap());
    let wrong = |scale: &[f32]| {
        let made = Unweighter::new(halves.clone(), scale.to_vec());
        made.expect_err("does not fit").to_string()
    };
    assert!(wrong(&[1.0; 2]).starts_with("scale is 2, but must be of 2 boxes"));
    assert!(wrong(&[1.0; 5]).starts_with("scale is 5"));
    assert!(wrong(&[1.0, 1.0, f32::NAN, 1.0]).starts_with("scale is NaN"));
    let wrong = |thresholds: &[f64]| {
        let made = Thresholds::new(thresholds.to_vec());
        made.expect_err("does not fit").to_string()
    };
    assert!(wrong(&[0.5, 0.0]).starts_with("threshold is 0"));
    assert!(wrong(&[]).starts_with("threshold is NaN"));

    let nan = |_: f64, _: &Points<'_>, v: &mut [f64]| v.fill(f64::NAN);
    let zero = |_: f64, _: &Points<'_>, v: &mut [f64]| v.fill(0.0);
    let flat = Unweighter::new(halves.clone(), vec![1.0; 4]).unwrap();
    let all = |family: fn(f64, &Points<'_>, &mut [f64])| {
        let learnt = Unweighter::learn(&halves, &learning(), |_, p, x, v| family(p, x, v));
        [
            grown(family).expect_err("grown"),
            learnt.expect_err("learnt"),
            flat.prove(&proof(), family).expect_err("proven"),
        ]
    };
    for error in all(nan) {
        assert!(
            matches!(error, vegas::Error::NotFinite { nan: 128, .. }),
            "{error}"
        );
    }
    for error in all(zero) {
        assert!(matches!(error, vegas::Error::Zero { .. }), "{error}");
    }
}
