//! Integrands that take all points of a chunk at once: the same bits, fewer calls.

use std::sync::atomic::{AtomicU64, Ordering};

use vegas::{BLOCK, Config, Integrand, Layout, MaximaConfig, Measurement, Plan, Points};
use vegas::{UnweightPlan, Vegas, silent};

/// Counts its calls; takes chunks if `ALL`.
#[derive(Default)]
struct Counted<const ALL: bool>(AtomicU64);

impl<const ALL: bool> Integrand for Counted<ALL> {
    type Record = ();

    const BY_CHUNKS: bool = ALL;

    fn dim(&self) -> usize {
        3
    }

    fn record(&self) {}

    fn evaluate(&self, x: &Points<'_>, value: &mut [f64], (): &mut ()) {
        self.0.fetch_add(1, Ordering::Relaxed);
        assert_eq!(x.len(), value.len());
        assert!(ALL || x.len() <= BLOCK);
        let (a, b, c) = (x.column(0), x.column(1), x.column(2));
        for (i, v) in value.iter_mut().enumerate() {
            *v = a[i] * a[i] * b[i] + c[i] / (0.01 + b[i] * b[i]);
        }
    }
}

fn run<const ALL: bool>(layout: Layout, threads: usize) -> (Measurement, Measurement, u64) {
    let f = Counted::<ALL>::default();
    let config = Config {
        neval: 20_000,
        n_adapt: 3,
        ..Config::default()
    };
    let mut vegas = Vegas::new(3, config).expect("valid");
    vegas.set_threads(threads);
    vegas.adapt(&f, &mut silent).expect("finite");
    let plan = Plan::new(16_384, 3).layout(layout);
    let m = vegas
        .measure(&f, &plan, &mut (), &mut silent)
        .expect("finite");
    let config = MaximaConfig {
        neval: 20_000,
        ..MaximaConfig::default()
    };
    let maxima = vegas.find_maxima(&f, &config, &mut silent).expect("finite");
    let plan = UnweightPlan::new(20_000, 3, 500);
    let u = vegas
        .unweight(&f, &maxima, &plan, &mut (), &mut silent)
        .expect("finite");
    (m, u.measurement, f.0.into_inner())
}

#[test]
fn chunks_at_once_give_the_bits_of_blocks_in_fewer_calls() {
    for layout in [Layout::Stratified, Layout::Even, Layout::Lattice] {
        let (m, u, blocks) = run::<false>(layout, 1);
        for threads in [1, 3] {
            let (m_all, u_all, chunks) = run::<true>(layout, threads);
            assert_eq!(m_all, m, "{layout:?}");
            assert_eq!(u_all, u, "{layout:?}");
            assert!(6 * chunks < blocks, "{chunks} calls, {blocks} by blocks");
        }
    }
}
