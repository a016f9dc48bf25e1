//! Time a point of the exact kernel: the whole chain, the process, the amplitude alone, and
//! quadrature. `cargo bench --bench kernel`; throughput is points a second on one core.

use std::ops::ControlFlow;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use millibrem::card::{RunCard, shipped};
use millibrem::dark_sector::ChiSpin;
use millibrem::generate::{Generator, HistogramRequest, Settings};
use millibrem::matter::NucleusSpin;
use millibrem::process::BLOCK;
use millibrem::process::Setup;
use millibrem::process::radiation::amplitude::pair_m2_interfering;
use millibrem::process::radiation::etl::Etl;
use millibrem::process::radiation::phase_space::PairBlock;
use millibrem::process::radiation::quadrature;
use pulp::{Arch, Simd, WithSimd};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

const CARDS: [&str; 4] = ["na64mu-2018", "na64e-2018", "na64mu-2025", "ldmx-2025"];

fn card(name: &str) -> (RunCard, Setup) {
    let card = shipped(name).unwrap().with(&[]).unwrap();
    let nucleus = card.target.material.components[0].nucleus;
    let form_factor = &card.target.form_factor;
    let setup = Setup::new(
        &card.beam,
        nucleus,
        form_factor,
        card.dark_sector,
        card.cuts,
    )
    .unwrap();
    (card, setup)
}

fn uniform_columns() -> Vec<[f64; BLOCK]> {
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    (0..7)
        .map(|_| std::array::from_fn(|_| rng.random()))
        .collect()
}

/// The amplitude of a block of points, compiled for the best instruction set.
struct Amplitude<'a> {
    setup: &'a Setup,
    block: &'a PairBlock,
    out: &'a mut [f64; BLOCK],
}

impl WithSimd for Amplitude<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let c = &self.setup.collision;
        for i in 0..BLOCK {
            let (point, decay) = (self.block.point(i), self.block.decay(i));
            self.out[i] =
                pair_m2_interfering(c, &point, &decay, 0.01, (ChiSpin::Dirac, NucleusSpin::Zero));
        }
    }
}

fn kernel(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("kernel");
    group.throughput(Throughput::Elements(BLOCK as u64));
    let columns = uniform_columns();
    let y: Vec<&[f64]> = columns.iter().map(|c| &c[..]).collect();
    let (mut block, mut value) = (PairBlock::default(), [0.0; BLOCK]);
    for name in CARDS {
        let (_, setup) = card(name);
        let etl = Etl::new(&setup);
        group.bench_function(format!("process {name}"), |b| {
            b.iter(|| etl.evaluate(&y, &mut value, &mut block))
        });
    }
    let (_, setup) = card("na64mu-2025");
    Etl::new(&setup).evaluate(&y, &mut value, &mut block);
    group.bench_function("amplitude alone", |b| {
        let arch = Arch::new();
        b.iter(|| {
            arch.dispatch(Amplitude {
                setup: &setup,
                block: &block,
                out: &mut value,
            });
            value[BLOCK - 1]
        })
    });
    group.finish();
}

fn chain(criterion: &mut Criterion) {
    const POINTS: u64 = 1_000_000;
    let mut group = criterion.benchmark_group("chain");
    group
        .throughput(Throughput::Elements(POINTS))
        .sample_size(10);
    for name in CARDS {
        let (card, setup) = card(name);
        let settings = Settings {
            seed: 1,
            threads: 1,
            n_adapt: 5,
            neval: 200_000,
            rel_error: None,
            lattices: None,
            max_neval: POINTS,
        };
        let mut generator = Generator::new((&setup).into(), settings).unwrap();
        let mut silent = |_: &_| ControlFlow::Continue(());
        generator.adapt(&mut silent).unwrap();
        let histograms: Vec<_> = card
            .histograms
            .iter()
            .map(|h| HistogramRequest {
                name: h.name(),
                axes: h.axes.clone(),
            })
            .collect();
        group.bench_function(format!("{name}, {} histograms", histograms.len()), |b| {
            b.iter(|| {
                generator
                    .measure(&histograms, &mut silent)
                    .unwrap()
                    .cross_section
                    .value_pb
            })
        });
        group.bench_function(format!("{name}, no histogram"), |b| {
            b.iter(|| {
                generator
                    .measure(&[], &mut silent)
                    .unwrap()
                    .cross_section
                    .value_pb
            })
        });
    }
    group.finish();
}

fn deterministic(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("quadrature");
    group.sample_size(10);
    for name in CARDS {
        let (_, setup) = card(name);
        for rel_error in [1e-4, 1e-6] {
            group.bench_function(format!("{name} to {rel_error:e}"), |b| {
                b.iter(|| quadrature::sigma(&setup, rel_error).unwrap().value_pb)
            });
        }
    }
    group.finish();
}

criterion_group!(benches, kernel, chain, deterministic);
criterion_main!(benches);
