//! σ alone comes from lattices: few points, honest errors, and strata where lattices lose.

use std::f64::consts::{PI, SQRT_2};
use std::ops::ControlFlow;
use std::sync::Arc;

use millibrem::card::{Override, RunCard, shipped};
use millibrem::event::Momentum;
use millibrem::generate::{Generator, Progress, Settings, SigmaReport};
use millibrem::particle::{Outgoing, Particle};
use millibrem::process::{Method, PointBlock, Process};
use millibrem::run;

fn card(name: &str, rel_error: &str) -> RunCard {
    let set = [Override::by_option(
        "--set",
        "integration.rel_error",
        rel_error,
    )];
    shipped(name).expect("shipped").with(&set).expect("valid")
}

fn measured(process: &Arc<dyn Process>, settings: Settings) -> SigmaReport {
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let mut generator = Generator::new(process.clone(), settings).unwrap();
    generator.adapt(silent).unwrap();
    generator.measure(&[], silent).unwrap()
}

/// Mean and root mean square.
fn moments(pulls: &[f64]) -> (f64, f64) {
    let n = pulls.len() as f64;
    let square: f64 = pulls.iter().map(|p| p * p).sum();
    (pulls.iter().sum::<f64>() / n, (square / n).sqrt())
}

#[test]
fn one_in_ten_thousand_takes_a_million_evaluations_and_is_so() {
    let mut pulls = Vec::new();
    for name in ["na64mu-2018", "m3", "na64e-2018", "ldmx-2025"] {
        let card = card(name, "1e-4");
        let process = run::process(&card).unwrap();
        let exact = process.route(Method::QUADRATURE).unwrap();
        let exact = exact.sigma(1e-5).unwrap().value_pb;
        for seed in 1..=4 {
            let settings = Settings {
                seed,
                ..run::settings_of_sigma(&card)
            };
            let report = measured(&process, settings);
            let found = &report.cross_section;
            assert!(report.n_eval < 1_600_000, "{} evaluations", report.n_eval);
            assert!(found.error_pb <= 1e-4 * found.value_pb);
            assert!(found.iterations.last().unwrap().q > 1e-3);
            assert!(report.alarms.is_empty(), "{:?}", report.alarms);
            pulls.push((found.value_pb - exact) / found.error_pb);
        }
    }
    let (mean, scatter) = moments(&pulls);
    assert!(
        mean.abs() < 0.75 && (0.6..1.45).contains(&scatter),
        "{pulls:?}"
    );
}

/// Width of the ridge.
const WIDTH: f64 = 0.1;

/// What no lattice helps with: a ridge along the diagonal of four axes.
struct Ridge(Arc<dyn Process>);

impl Ridge {
    /// ∫ dy₀ (∫ dy exp(−(y − y₀)²/2w²))³.
    fn integral() -> f64 {
        let half = |t: f64| libm::erf(t / (SQRT_2 * WIDTH));
        let inner = |y: f64| WIDTH * (PI / 2.0).sqrt() * (half(y) + half(1.0 - y));
        let at = |k: u32| inner((f64::from(k) + 0.5) / 1e4).powi(3);
        (0..10_000).map(at).sum::<f64>() / 1e4
    }
}

impl Process for Ridge {
    fn kind(&self) -> &str {
        "ridge"
    }
    fn dim(&self) -> usize {
        4
    }
    fn beam(&self) -> Particle {
        self.0.beam()
    }
    fn beam_energy_gev(&self) -> f64 {
        self.0.beam_energy_gev()
    }
    fn target(&self) -> Particle {
        self.0.target()
    }
    fn outgoing(&self) -> Vec<Outgoing> {
        self.0.outgoing()
    }
    fn block(&self) -> Box<dyn PointBlock> {
        Box::new(Points)
    }
}

struct Points;

impl PointBlock for Points {
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]) {
        for (i, value) in value.iter_mut().enumerate() {
            let off = |column: &&[f64]| ((column[i] - y[0][i]) / WIDTH).powi(2);
            *value = (-0.5 * y[1..].iter().map(off).sum::<f64>()).exp();
        }
    }
    fn momenta(&self, _: usize, out: &mut [Momentum]) {
        out.fill([0.0; 4]);
    }
}

#[test]
fn where_lattices_vary_more_than_strata_these_are_used() {
    let card = card("na64mu-2018", "2e-3");
    let process: Arc<dyn Process> = Arc::new(Ridge(run::process(&card).unwrap()));
    let mut pulls = Vec::new();
    for seed in 1..=8 {
        let settings = Settings {
            seed,
            ..run::settings_of_sigma(&card)
        };
        let lattices = settings.lattices.expect("lattices are tried");
        let report = measured(&process, settings);
        let found = &report.cross_section;
        let rows = &found.iterations;
        assert!(rows.iter().all(|row| row.n_eval == settings.neval));
        // What was tried counts.
        let counted: u64 = rows.iter().map(|row| row.n_eval).sum();
        assert!(report.n_eval >= counted + 5 * lattices);
        assert!(found.error_pb <= 2e-3 * found.value_pb);
        assert!(report.alarms.is_empty(), "{:?}", report.alarms);
        pulls.push((found.value_pb - Ridge::integral()) / found.error_pb);
    }
    let (mean, scatter) = moments(&pulls);
    assert!(
        mean.abs() < 1.0 && (0.5..1.6).contains(&scatter),
        "{pulls:?}"
    );
}
