//! The random streams: fixed values, the right distribution, and independence of keys.

use vegas::{BLOCK, Phase, Stream, uniform};

fn column(seed: u64, phase: Phase, iteration: u32, first: u64) -> [u64; BLOCK] {
    let mut column = [0; BLOCK];
    Stream::new(seed, phase, iteration, first).fill(&mut column);
    column
}

#[test]
fn a_stream_has_the_values_it_always_had() {
    let c = column(1, Phase::Measure, 0, 0);
    assert_eq!(&c[..5], &STABLE[..]);
    let d = column(u64::MAX, Phase::Adapt, 7, 1 << 40);
    assert_eq!(&d[..2], &STABLE_FAR[..]);
}

const STABLE: [u64; 5] = [
    15_519_689_251_847_940_768,
    12_875_156_325_335_260_277,
    1_955_131_150_147_240_359,
    14_283_812_922_505_708_409,
    6_196_531_351_034_018_209,
];
const STABLE_FAR: [u64; 2] = [14_259_751_780_052_753_612, 13_052_502_338_380_485_104];

#[test]
fn every_part_of_the_key_changes_the_stream() {
    let base = column(1, Phase::Measure, 0, 0);
    for other in [
        column(2, Phase::Measure, 0, 0),
        column(1, Phase::Adapt, 0, 0),
        column(1, Phase::Measure, 1, 0),
        column(1, Phase::Measure, 0, 1),
        column(1, Phase::Measure, 0, BLOCK as u64),
    ] {
        let equal = base.iter().zip(&other).filter(|(a, b)| a == b).count();
        assert_eq!(equal, 0);
    }
}

#[test]
fn uniform_numbers_never_touch_zero_or_one() {
    assert_eq!(uniform(0), f64::EPSILON / 2.0);
    assert_eq!(uniform(u64::MAX), 1.0 - f64::EPSILON / 2.0);
    assert_eq!(uniform(1 << 63), 0.5 + f64::EPSILON / 2.0);
}

/// Kolmogorov–Smirnov distance from the uniform distribution, times √n.
fn kolmogorov(mut u: Vec<f64>) -> f64 {
    u.sort_by(f64::total_cmp);
    let n = u.len() as f64;
    let distance = u.iter().enumerate().fold(0.0f64, |d, (i, &v)| {
        d.max((v - i as f64 / n).abs())
            .max(((i + 1) as f64 / n - v).abs())
    });
    distance * n.sqrt()
}

#[test]
fn uniform_numbers_of_many_blocks_are_uniform() {
    let u: Vec<f64> = (0..2000)
        .flat_map(|b| column(5, Phase::Measure, 3, b * BLOCK as u64))
        .map(uniform)
        .collect();
    // Above 1.95 with probability 10⁻³.
    let d = kolmogorov(u);
    assert!(d < 1.95 && d > 0.2, "{d}");
}

#[test]
fn first_numbers_of_blocks_are_uniform_and_uncorrelated() {
    let first: Vec<f64> = (0..200_000)
        .map(|b| uniform(column(9, Phase::Measure, 0, b * BLOCK as u64)[0]))
        .collect();
    let n = first.len() as f64;
    let lag: f64 = first
        .windows(2)
        .map(|w| (w[0] - 0.5) * (w[1] - 0.5))
        .sum::<f64>()
        / n
        * 12.0;
    assert!(lag.abs() < 4.0 / n.sqrt(), "correlation {lag}");
    let d = kolmogorov(first);
    assert!(d < 1.95 && d > 0.2, "{d}");
}

#[test]
fn a_second_column_goes_on_where_the_first_ended() {
    let mut stream = Stream::new(3, Phase::Measure, 0, 0);
    let (mut one, mut two) = ([0; BLOCK], [0; BLOCK]);
    stream.fill(&mut one);
    stream.fill(&mut two);
    assert_eq!(one, column(3, Phase::Measure, 0, 0));
    assert!(one.iter().all(|a| !two.contains(a)));
}
