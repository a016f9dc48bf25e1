//! What a point costs besides its integrand: `cargo bench -p millibrem-vegas`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use vegas::{Binned, Bins, Block, Config, Integrand, Layout, Plan, Points, Vegas, silent};

/// Points an iteration.
const NEVAL: u64 = 1 << 17;

/// `Σ x_d` in eight dimensions.
struct Sum8;

impl Integrand for Sum8 {
    type Record = ();

    fn dim(&self) -> usize {
        8
    }

    fn record(&self) {}

    fn evaluate(&self, x: &Points<'_>, value: &mut [f64], (): &mut ()) {
        value.fill(0.0);
        for d in 0..8 {
            value.iter_mut().zip(x.column(d)).for_each(|(v, c)| *v += c);
        }
    }
}

fn adapted() -> Vegas {
    let config = Config {
        neval: NEVAL,
        n_adapt: 5,
        ..Config::default()
    };
    let mut vegas = Vegas::new(8, config).expect("valid");
    vegas.set_threads(1);
    vegas.adapt(&Sum8, &mut silent).expect("finite");
    vegas
}

fn layouts(c: &mut Criterion) {
    let vegas = adapted();
    let mut group = c.benchmark_group("measure");
    group.throughput(Throughput::Elements(NEVAL));
    for layout in [Layout::Stratified, Layout::Independent, Layout::Lattice] {
        let mut plan = Plan::new(NEVAL, 1).layout(layout);
        plan.defensive = 0.0;
        group.bench_function(format!("{layout:?}"), |b| {
            b.iter(|| black_box(vegas.measure(&Sum8, &plan, &mut (), &mut silent)));
        });
    }
    group.finish();
}

fn adaptation(c: &mut Criterion) {
    let mut group = c.benchmark_group("adapt");
    group.throughput(Throughput::Elements(5 * NEVAL));
    group.bench_function("five iterations", |b| b.iter(|| black_box(adapted())));
    group.finish();
}

fn histograms(c: &mut Criterion) {
    let vegas = adapted();
    let mut plan = Plan::new(NEVAL, 1);
    plan.defensive = 0.0;
    let mut group = c.benchmark_group("histograms");
    group.throughput(Throughput::Elements(NEVAL));
    for (name, log) in [("linear", false), ("log", true)] {
        for count in [1usize, 8] {
            group.bench_function(format!("{count} {name}"), |b| {
                b.iter(|| {
                    let mut fills: Vec<_> = (0..count)
                        .map(|d| {
                            let axis = if log {
                                Bins::log(100, 1e-4, 1.0)
                            } else {
                                Bins::linear(100, 0.0, 1.0)
                            };
                            Binned::new(
                                vec![axis.expect("valid")],
                                move |b: &Block<'_, ()>, _: usize, out: &mut [f64]| {
                                    out.copy_from_slice(b.points.column(d));
                                },
                            )
                        })
                        .collect();
                    black_box(vegas.measure(&Sum8, &plan, &mut fills, &mut silent))
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, layouts, adaptation, histograms);
criterion_main!(benches);
