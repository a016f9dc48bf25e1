//! The same bits for every thread count, instruction set, shard split, resume and reload.

#[path = "../examples/standard_integrands/integrands.rs"]
#[allow(dead_code)]
mod integrands;

use integrands::Standard;
use std::cell::Cell;
use std::ops::ControlFlow;
use vegas::{
    Binned, Bins, Block, Config, Error, HistogramData, Integrand, Isa, Layout, MaximaConfig,
    Measurement, Plan, PointKey, Points, Progress, Slice, Tally, UnweightPlan, Vegas, silent,
};

const F: Standard = Standard::Camel8;

fn adapted(threads: usize, isa: Isa) -> Vegas {
    let config = Config {
        neval: 20_000,
        n_adapt: 3,
        seed: 11,
        ..Config::default()
    };
    let mut vegas = Vegas::new(F.dim(), config).expect("valid settings");
    vegas.set_threads(threads);
    vegas.set_isa(isa).expect("available");
    vegas.adapt(&F, &mut silent).expect("finite");
    vegas
}

fn plan() -> Plan {
    Plan::new(30_000, 3)
}

fn histogram() -> Binned<impl Fn(&Block<'_, ()>, usize, &mut [f64]) + Clone + Send> {
    let axis = |k: usize| Bins::linear(10 + k, 0.0, 0.9).expect("valid");
    Binned::new(
        vec![axis(0), axis(1)],
        |b: &Block<'_, ()>, k: usize, out: &mut [f64]| {
            out.copy_from_slice(b.points.column(k));
        },
    )
}

fn measured(vegas: &Vegas, plan: &Plan) -> (Measurement, HistogramData) {
    let mut h = histogram();
    let m = vegas
        .measure(&F, plan, &mut h, &mut silent)
        .expect("finite");
    (m, h.into_data())
}

#[test]
fn a_run_has_the_numbers_it_always_had() {
    let (m, _) = measured(&adapted(1, Isa::Best), &plan());
    // Only +, −, ×, ÷ and √ act on the way; the integrand's exp may differ in its last bit.
    assert!(
        (m.estimate.mean / STABLE.0 - 1.0).abs() < 1e-9,
        "{:?}",
        m.estimate
    );
    assert!(
        (m.estimate.sdev / STABLE.1 - 1.0).abs() < 1e-6,
        "{:?}",
        m.estimate
    );
}

const STABLE: (f64, f64) = (0.725_756_701_729_413_3, 0.005_467_560_108_018_138);

#[test]
fn threads_change_no_bit() {
    let one = measured(&adapted(1, Isa::Best), &plan());
    for threads in [2, 3, 7] {
        assert_eq!(
            one,
            measured(&adapted(threads, Isa::Best), &plan()),
            "{threads} threads"
        );
    }
}

#[test]
fn instruction_sets_change_no_bit() {
    for layout in [Layout::Stratified, Layout::Independent, Layout::Lattice] {
        let plan = Plan::new(1 << 15, 2).layout(layout);
        let best = measured(&adapted(1, Isa::Best), &plan);
        for isa in [Isa::Baseline, Isa::V3, Isa::V4] {
            if isa.available() {
                let other = measured(&adapted(1, isa), &plan);
                assert_eq!(best, other, "{isa:?}, {layout:?}");
            }
        }
    }
}

#[test]
fn every_layout_is_independent_of_threads() {
    for layout in [Layout::Stratified, Layout::Independent, Layout::Lattice] {
        let plan = Plan::new(1 << 15, 3).layout(layout);
        let mut vegas = adapted(1, Isa::Best);
        let one = measured(&vegas, &plan);
        vegas.set_threads(3);
        assert_eq!(one, measured(&vegas, &plan), "{layout:?}");
    }
}

#[test]
fn shards_merge_in_any_order_to_the_bits_of_one_run() {
    let vegas = adapted(2, Isa::Best);
    let (whole, whole_h) = measured(&vegas, &plan());
    let parts: Vec<_> = (0..5)
        .map(|i| measured(&vegas, &plan().shard(i, 5)))
        .collect();
    assert!(parts.iter().all(|(m, _)| !m.complete));
    for order in [[0, 1, 2, 3, 4], [4, 2, 0, 1, 3], [3, 4, 1, 2, 0]] {
        let mut tally = Tally::default();
        let mut h = HistogramData::new(whole_h.axes().to_vec());
        for i in order {
            tally.merge(&parts[i].0.tally).expect("disjoint");
            h.merge(&parts[i].1).expect("same axes");
        }
        let merged = Measurement::from_tally(tally, &plan()).expect("complete");
        assert_eq!(merged, whole, "order {order:?}");
        for bin in 0..h.bins() {
            assert_eq!(h.estimate(bin), whole_h.estimate(bin));
            assert_eq!(h.count(bin), whole_h.count(bin));
        }
        assert_eq!(h.deviations(), whole_h.deviations());
        assert!(!h.deviations().is_empty());
    }
}

#[test]
fn more_shards_than_an_iteration_has_chunks_share_the_work_evenly() {
    let vegas = adapted(2, Isa::Best);
    let (whole, _) = measured(&vegas, &plan());
    let of = 40;
    let parts: Vec<_> = (0..of)
        .map(|i| measured(&vegas, &plan().shard(i, of)).0)
        .collect();
    for part in &parts {
        let iterations = part.tally.iterations();
        let points: u64 = iterations.iter().map(|i| i.counters.points).sum();
        // Chunks have 2048 points here.
        assert!((1..=2 * 2048).contains(&points), "{points}");
    }
    let mut tally = Tally::default();
    for part in parts.iter().rev() {
        tally.merge(&part.tally).expect("disjoint");
    }
    let merged = Measurement::from_tally(tally, &plan()).expect("complete");
    assert_eq!(merged, whole);
}

#[test]
fn a_shard_cannot_be_merged_twice_nor_with_another_measurement() {
    let vegas = adapted(1, Isa::Best);
    let (a, _) = measured(&vegas, &plan().shard(0, 2));
    let mut tally = a.tally.clone();
    assert!(matches!(
        tally.merge(&a.tally),
        Err(Error::Overlap {
            iteration: 0,
            chunk: 0
        })
    ));
    let (other, _) = measured(&vegas, &Plan::new(40_000, 3).shard(1, 2));
    assert!(matches!(tally.merge(&other.tally), Err(Error::Different)));
}

#[test]
fn a_run_resumed_in_the_middle_of_an_iteration_has_the_bits_of_one_run() {
    let vegas = adapted(2, Isa::Best);
    let (whole, whole_h) = measured(&vegas, &plan());
    for stop_after in [1, 20, 45] {
        let calls = Cell::new(0);
        let mut h = histogram();
        let part = vegas
            .measure(&F, &plan(), &mut h, &mut |_| {
                calls.set(calls.get() + 1);
                if calls.get() == stop_after {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
            .expect("finite");
        assert!(!part.complete, "stopped after {stop_after}");
        // Through a file and back.
        let text = serde_json::to_string(&part.tally).expect("serialisable");
        let tally: Tally = serde_json::from_str(&text).expect("the same");
        let resumed = vegas
            .resume(&F, &plan(), tally, &mut h, &mut silent)
            .expect("finite");
        assert_eq!(resumed, whole, "stopped after {stop_after}");
        for bin in 0..whole_h.bins() {
            assert_eq!(h.data().estimate(bin), whole_h.estimate(bin));
        }
    }
}

#[test]
fn a_saved_state_goes_on_with_the_same_bits() {
    let vegas = adapted(1, Isa::Best);
    let text = serde_json::to_string(&vegas).expect("serialisable");
    let loaded: Vegas = serde_json::from_str(&text).expect("the same");
    assert_eq!(measured(&vegas, &plan()), measured(&loaded, &plan()));
}

#[test]
fn an_adaptation_stopped_and_loaded_goes_on_with_the_same_bits() {
    let config = Config {
        neval: 20_000,
        n_adapt: 1,
        seed: 11,
        ..Config::default()
    };
    let mut first = Vegas::new(F.dim(), config).expect("valid");
    first.adapt(&F, &mut silent).expect("finite");
    let text = serde_json::to_string(&first).expect("serialisable");
    let text = text.replace("\"n_adapt\":1", "\"n_adapt\":3");
    let mut second: Vegas = serde_json::from_str(&text).expect("the same");
    assert_eq!(
        second
            .adapt(&F, &mut silent)
            .expect("finite")
            .iterations
            .len(),
        3
    );
    assert_eq!(
        measured(&second, &plan()),
        measured(&adapted(1, Isa::Best), &plan())
    );
}

#[test]
fn any_point_can_be_recomputed_alone() {
    let vegas = adapted(2, Isa::Best);
    for layout in [Layout::Stratified, Layout::Independent, Layout::Lattice] {
        let plan = Plan::new(1 << 14, 2).layout(layout).with_spare_uniform();
        let mut watcher = Watcher::default();
        vegas
            .measure(&F, &plan, &mut watcher, &mut silent)
            .expect("finite");
        let seen = watcher.seen;
        assert_eq!(seen.len(), 2 << 14);
        for (iteration, index) in [(0, 0), (0, 1), (0, 4321), (1, 127), (1, 128), (1, 16_383)] {
            let point = vegas
                .point(&plan, PointKey { iteration, index })
                .expect("exists");
            let (x, weight, accept) = &seen[(iteration as usize) << 14 | index as usize];
            assert_eq!(&point.x, x, "{layout:?} {iteration} {index}");
            assert_eq!(point.accept, *accept);
            let mut value = [0.0];
            F.evaluate(&Points::new(&point.x, 1, 8, 1), &mut value, &mut ());
            assert!(point.weight(value[0]).to_bits() == weight.to_bits());
        }
        // Many at once, close together and far apart.
        let some: Vec<u64> = (0..9000).step_by(3).chain([16_000, 16_383]).collect();
        let columns = vegas.points_again(&plan, None, 1, &some).expect("exist");
        for (k, index) in some.iter().enumerate() {
            let (x, ..) = &seen[1 << 14 | *index as usize];
            assert!(
                columns.iter().map(|c| c[k]).eq(x.iter().copied()),
                "{layout:?} {index}"
            );
        }
        assert!(vegas.points_again(&plan, None, 1, &[3, 2]).is_err());
        let beyond = PointKey {
            iteration: 0,
            index: 1 << 14,
        };
        assert!(matches!(
            vegas.point(&plan, beyond),
            Err(Error::NoSuchPoint { .. })
        ));
    }
}

type Seen = Vec<(Vec<f64>, f64, f64)>;

/// Notes every point in the order of merging.
#[derive(Default)]
struct Watcher {
    seen: Seen,
}

impl vegas::Observer<()> for Watcher {
    fn fork(&self) -> Self {
        Watcher::default()
    }

    fn observe(&mut self, block: &Block<'_, ()>) {
        for i in 0..block.len() {
            self.seen
                .push((block.points.point(i), block.weight[i], block.accept[i]));
        }
    }

    fn merge(&mut self, later: &mut Self) -> Result<(), vegas::ObserverError> {
        self.seen.append(&mut later.seen);
        Ok(())
    }
}

#[test]
fn the_stop_rule_is_independent_of_threads_and_met() {
    let plan = Plan::new(20_000, 50).until(5e-3);
    let (a, _) = measured(&adapted(1, Isa::Best), &plan);
    let (b, _) = measured(&adapted(3, Isa::Best), &plan);
    assert_eq!(a, b);
    assert!(a.estimate.relative_error() <= 5e-3 && a.iterations.len() < 50);
    let before = a.iterations[a.iterations.len() - 2].average;
    assert!(
        a.iterations.len() == 2 || before.relative_error() > 5e-3,
        "stopped too late"
    );
}

#[test]
fn a_panic_in_the_integrand_comes_out_instead_of_hanging() {
    let f = vegas::Scalar::new(
        2,
        |x: &[f64]| if x[0] > 0.999 { panic!("here") } else { 1.0 },
    );
    let mut vegas = Vegas::new(
        2,
        Config {
            neval: 20_000,
            ..Config::default()
        },
    )
    .expect("valid");
    vegas.set_threads(2);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        vegas.adapt(&f, &mut silent).map(|_| ())
    }));
    assert!(result.is_err());
}

#[test]
fn an_adaptation_stopped_anywhere_goes_on_with_the_same_bits() {
    let whole = adapted(2, Isa::Best);
    let config = whole.config().clone();
    for stop_after in [1, 7, 30] {
        let mut vegas = Vegas::new(F.dim(), config.clone()).expect("valid");
        vegas.set_threads(2);
        let mut calls = 0;
        let mut rounds = 0;
        loop {
            let mut hear = |_: &Progress| {
                calls += 1;
                match calls % stop_after == 0 && rounds < 6 {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            };
            if !vegas.adapt(&F, &mut hear).expect("finite").stopped {
                break;
            }
            rounds += 1;
        }
        assert!(rounds > 0, "never stopped after {stop_after}");
        assert_eq!(measured(&vegas, &plan()), measured(&whole, &plan()));
        let tables = [vegas, whole.clone()].map(|mut v| v.adapt(&F, &mut silent).expect("finite"));
        assert_eq!(tables[0], tables[1]);
    }
}

#[test]
fn shards_of_an_unweighting_run_merged_and_finished_have_the_bits_of_one_run() {
    let vegas = adapted(2, Isa::Best);
    let config = MaximaConfig {
        neval: 50_000,
        ..MaximaConfig::default()
    };
    let maxima = vegas.find_maxima(&F, &config, &mut silent).expect("finite");
    let (neval, wanted) = (20_000, 10_000);
    let plan = UnweightPlan::new(neval, 100, wanted);
    let whole = vegas
        .unweight(&F, &maxima, &plan, &mut (), &mut silent)
        .expect("finite");
    assert_eq!(whole.events, wanted);
    let certain = whole.measurement.iterations.len() as u32 - 1;
    assert!(certain > 1);
    let mut tally = Tally::default();
    for index in [2, 0, 1] {
        let part = UnweightPlan::part(neval, certain, Slice { index, of: 3 });
        let found = vegas
            .unweight(&F, &maxima, &part, &mut (), &mut silent)
            .expect("finite");
        tally.merge(&found.measurement.tally).expect("disjoint");
    }
    let merged = vegas
        .resume_unweighting(&F, &maxima, &plan, tally, &mut (), &mut silent)
        .expect("finite");
    assert_eq!(merged, whole);
}

#[test]
fn points_beyond_two_to_the_32_are_points_of_their_own() {
    let vegas = Vegas::new(3, Config::default()).unwrap();
    let plan = Plan::new(1_000_000, u32::MAX).layout(vegas::Layout::Even);
    let at = |iteration, index| vegas.point(&plan, PointKey { iteration, index }).unwrap().x;
    // 10¹¹ points along, and what a 32-bit count would make of them.
    let far = at(100_000, 999_999);
    let number = 100_000u64 * 1_000_000 + 999_999;
    let wrapped = number & 0xffff_ffff;
    assert_ne!(far, at((wrapped / 1_000_000) as u32, wrapped % 1_000_000));
    // Late iterations are as uniform as early ones.
    let mean = |iteration| (0..2000).map(|i| at(iteration, 499 * i)[0]).sum::<f64>() / 2000.0;
    for iteration in [0, 100_000, u32::MAX - 1] {
        let pull = (mean(iteration) - 0.5) * (12.0 * 2000.0f64).sqrt();
        assert!(pull.abs() < 4.0, "iteration {iteration}: pull {pull}");
    }
    // One iteration may itself be longer than 32 bits count.
    let long = Plan::new(1 << 40, 1).layout(vegas::Layout::Even);
    let at = |index| {
        vegas
            .point(
                &long,
                PointKey {
                    iteration: 0,
                    index,
                },
            )
            .unwrap()
            .x
    };
    assert_ne!(at((1 << 40) - 1), at((1 << 32) - 1));
}
