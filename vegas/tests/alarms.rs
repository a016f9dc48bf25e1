//! Every way to be wrong is counted, named, or raises an alarm.

use vegas::{Alarm, Config, Error, Plan, Scalar, Vegas, silent};

fn config(neval: u64) -> Config {
    Config {
        neval,
        n_adapt: 4,
        seed: 3,
        ..Config::default()
    }
}

#[test]
fn a_nan_fails_the_run_and_names_its_first_point() {
    let fine = Scalar::new(2, |_: &[f64]| 1.0);
    let nan = Scalar::new(2, |x: &[f64]| if x[0] > 0.9 { f64::NAN } else { 1.0 });
    let mut vegas = Vegas::new(2, config(10_000)).expect("valid");
    vegas.adapt(&fine, &mut silent).expect("finite");
    let error = vegas
        .measure(&nan, &Plan::new(10_000, 2), &mut (), &mut silent)
        .unwrap_err();
    let Error::NotFinite {
        nan,
        infinite,
        points,
        first,
        x,
    } = error
    else {
        panic!("{error}")
    };
    // 2 % of probes on top, which are counted on both sides.
    assert!((900..1100).contains(&nan) && infinite == 0 && points == 10_200);
    assert!(x[0] > 0.9, "{x:?}");
    let key = vegas.point(&Plan::new(10_000, 2), first).expect("exists");
    assert_eq!(key.x, x);
    // No earlier point is bad.
    for index in (0..first.index).step_by(97) {
        let key = vegas::PointKey { index, ..first };
        assert!(vegas.point(&Plan::new(10_000, 2), key).expect("exists").x[0] <= 0.9);
    }
}

#[test]
fn a_nan_that_only_probes_find_is_named_by_its_coordinates() {
    // The map leaves x < 0.01 to the probes: the integrand there was nothing while adapting.
    let power = |x: &[f64]| x[0].powi(40);
    let fine = Scalar::new(1, power);
    let nan = Scalar::new(1, |x: &[f64]| if x[0] < 0.01 { f64::NAN } else { power(x) });
    let mut vegas = Vegas::new(
        1,
        Config {
            n_adapt: 10,
            ..config(2000)
        },
    )
    .expect("valid");
    vegas.adapt(&fine, &mut silent).expect("finite");
    let plan = Plan {
        defensive: 0.5,
        ..Plan::new(2000, 1)
    };
    let error = vegas
        .measure(&nan, &plan, &mut (), &mut silent)
        .unwrap_err();
    let Error::NotFinite { x, .. } = error else {
        panic!("{error}")
    };
    assert!(x[0] < 0.01, "{x:?}");
}

#[test]
fn an_infinity_fails_the_adaptation_too() {
    let f = Scalar::new(1, |x: &[f64]| if x[0] < 0.01 { f64::INFINITY } else { 1.0 });
    let mut vegas = Vegas::new(1, config(10_000)).expect("valid");
    let error = vegas.adapt(&f, &mut silent).unwrap_err();
    assert!(
        matches!(
            error,
            Error::NotFinite {
                nan: 0,
                infinite: 1..,
                ..
            }
        ),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("to square and add, first at iteration 0"),
        "{error}"
    );
}

#[test]
fn values_that_are_not_finite_are_never_more_than_those_evaluated() {
    let bad: [fn(&[f64]) -> f64; 3] = [|_| f64::NAN, |_| f64::INFINITY, |_| 1e308];
    for f in bad.map(|f| Scalar::new(1, f)) {
        for neval in [16, 1000, 10_000] {
            let mut vegas = Vegas::new(1, config(neval)).expect("valid");
            let error = vegas.adapt(&f, &mut silent).unwrap_err();
            let Error::NotFinite {
                nan,
                infinite,
                points,
                ..
            } = error
            else {
                panic!("{error}")
            };
            let all = neval + neval / 20;
            assert!(
                points == all && (1..=all).contains(&(nan + infinite)),
                "{error}"
            );
        }
    }
}

#[test]
fn a_weight_that_overflows_counts_as_infinite() {
    let f = Scalar::new(1, |x: &[f64]| if x[0] < 0.5 { 1e308 } else { 1e307 });
    let mut vegas = Vegas::new(1, config(1000)).expect("valid");
    // Squares overflow long before: the run must not go on with nonsense.
    let error = vegas.adapt(&f, &mut silent).unwrap_err();
    assert!(
        matches!(
            error,
            Error::NotFinite {
                nan: 0,
                infinite: 1..,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn zeros_and_negative_weights_are_counted() {
    let f = Scalar::new(1, |x: &[f64]| match x[0] {
        x if x < 0.25 => 0.0,
        x if x < 0.5 => -1.0,
        _ => 2.0,
    });
    let config = Config {
        alpha: 0.0,
        beta: 0.0,
        ..config(4000)
    };
    let mut vegas = Vegas::new(1, config).expect("valid");
    vegas.adapt(&f, &mut silent).expect("finite");
    let m = vegas
        .measure(&f, &Plan::new(4000, 2), &mut (), &mut silent)
        .expect("finite");
    assert_eq!((m.counters.zero, m.counters.negative), (2000, 2000));
    assert!(
        (m.estimate.mean - 0.75).abs() < 1e-12,
        "{}",
        m.estimate.mean
    );
    assert!(m.trustworthy(), "{m}");
}

#[test]
fn an_integrand_that_is_zero_everywhere_is_an_error() {
    let f = Scalar::new(2, |_: &[f64]| 0.0);
    let mut vegas = Vegas::new(2, config(1000)).expect("valid");
    assert!(matches!(
        vegas.adapt(&f, &mut silent),
        Err(Error::Zero { points: 3000 })
    ));
    let m = vegas
        .measure(&f, &Plan::new(1000, 2), &mut (), &mut silent)
        .expect("finite");
    assert_eq!(m.alarms, [Alarm::AllZero]);
}

/// A peak at `at` of width `s` in four dimensions.
fn peak(x: &[f64], at: f64, s: f64) -> f64 {
    let d2: f64 = x.iter().map(|c| (c - at) * (c - at)).sum();
    (-d2 / (2.0 * s * s)).exp() / (s * (2.0 * std::f64::consts::PI).sqrt()).powi(4)
}

#[test]
fn a_peak_the_adaptation_never_saw_raises_the_alarm() {
    // The map is adapted to one peak; the measured function has a second one that the map has
    // squeezed out. It is half of the integral.
    let one = Scalar::new(4, |x: &[f64]| peak(x, 0.2, 0.03));
    let two = Scalar::new(4, |x: &[f64]| peak(x, 0.2, 0.03) + peak(x, 0.75, 0.05));
    let (mut silent_failures, mut alarms) = (0, 0);
    for seed in 1..=20 {
        let config = Config {
            n_adapt: 8,
            seed,
            ..config(20_000)
        };
        let mut vegas = Vegas::new(4, config).expect("valid");
        vegas.adapt(&one, &mut silent).expect("finite");
        let m = vegas
            .measure(&two, &Plan::new(20_000, 5), &mut (), &mut silent)
            .expect("finite");
        let wrong = m.estimate.pull(2.0).abs() > 4.0;
        silent_failures += u32::from(wrong && m.trustworthy());
        alarms += u32::from(
            m.alarms
                .iter()
                .any(|a| matches!(a, Alarm::MissedPeak { .. })),
        );
    }
    assert_eq!(silent_failures, 0);
    assert!(alarms >= 18, "{alarms} alarms of 20");
}

#[test]
fn a_smooth_integrand_raises_no_alarm() {
    let f = Scalar::new(4, |x: &[f64]| peak(x, 0.4, 0.2) + 0.1);
    for seed in 1..=20 {
        let mut vegas = Vegas::new(
            4,
            Config {
                seed,
                ..config(10_000)
            },
        )
        .expect("valid");
        vegas.adapt(&f, &mut silent).expect("finite");
        let m = vegas
            .measure(&f, &Plan::new(10_000, 5), &mut (), &mut silent)
            .expect("finite");
        assert!(m.trustworthy(), "seed {seed}: {m}");
    }
}

#[test]
fn a_lone_heavy_point_raises_the_alarm_in_words() {
    // Without adaptation a needle is hit once in a while and then carries everything.
    let f = Scalar::new(3, |x: &[f64]| {
        1.0 + peak(&[x[0], x[1], x[2], 0.5], 0.5, 0.004)
    });
    let mut heavy = 0;
    for seed in 1..=20 {
        let config = Config {
            seed,
            n_adapt: 0,
            ..config(2000)
        };
        let vegas = Vegas::new(3, config).expect("valid");
        let m = vegas
            .measure(&f, &Plan::new(2000, 3), &mut (), &mut silent)
            .expect("finite");
        if m.estimate.mean > 2.0 {
            heavy += 1;
            assert!(!m.trustworthy(), "seed {seed}: {m}");
            assert!(m.to_string().contains("not trustworthy: "), "{m}");
        }
    }
    assert!(heavy > 0, "no seed hit the needle");
}

#[test]
fn settings_out_of_range_are_named_with_their_value() {
    let error = Vegas::new(
        2,
        Config {
            alpha: -1.0,
            ..Config::default()
        },
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "alpha is -1, but must be between 0 and 2"
    );
    let vegas = Vegas::new(2, Config::default()).expect("valid");
    let f = Scalar::new(3, |_: &[f64]| 1.0);
    let error = vegas
        .measure(&f, &Plan::new(1000, 1), &mut (), &mut silent)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the integrand has 3 axes, the integrator 2"
    );
    let f = Scalar::new(2, |_: &[f64]| 1.0);
    let error = vegas
        .measure(&f, &Plan::new(20, 1), &mut (), &mut silent)
        .unwrap_err();
    assert!(
        matches!(error, Error::TooFewPoints { neval: 20, .. }),
        "{error}"
    );
    let sharded = Plan::new(100_000, 1).until(0.1).shard(0, 2);
    assert!(vegas.measure(&f, &sharded, &mut (), &mut silent).is_err());
}
