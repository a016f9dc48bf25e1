//! Whatever a card accepts must run: limits, set-ups, every deterministic route, blocks of the
//! Monte Carlo kernel and a short run of the generator.

use millibrem::card::{RunCard, Straggling};
use millibrem::dark_sector::DarkSector;
use millibrem::event::EventBuffer;
use millibrem::generate::{EventRequest, Generator, HistogramRequest, Settings};
use millibrem::mesons::VectorMeson;
use millibrem::process::radiation::etl::Etl;
use millibrem::process::radiation::phase_space::PairBlock;
use millibrem::process::{BLOCK, Method, Setup, radiation};
use millibrem::study::reach::{Counting, Experiment};
use std::ops::ControlFlow;

/// Relative error asked of the quadrature.
const GOAL: f64 = 0.3;
/// Bins beyond which the histograms of a card are not filled.
const MAX_BINS: usize = 20_000;

/// Runs everything on the card in `data`.
pub fn run(data: &[u8]) {
    let Some(card) = super::card::read(data) else {
        return;
    };
    card.limits().expect("a card that was accepted has limits");
    limits(&card);
    for part in card.target.material.components.iter().take(2) {
        let setup = Setup::new(
            &card.beam,
            part.nucleus,
            &card.target.form_factor,
            card.dark_sector,
            card.cuts,
        );
        if let Ok(setup) = setup {
            deterministic(&setup);
            kernel(&setup);
            generator(&card, &setup);
        }
    }
}

/// The limits of the mesons, which take no cross section, or an error in words.
fn limits(card: &RunCard) {
    let (DarkSector::Pair(chi), reach) = (card.dark_sector, &card.reach) else {
        return;
    };
    let counting = Counting {
        events_excluded: reach.events_excluded,
        efficiency: reach.efficiency,
        q_over_e_max: reach.q_over_e_max,
        mesons: [
            reach.mesons.rho,
            reach.mesons.omega,
            reach.mesons.phi,
            reach.mesons.jpsi,
        ],
        straggling: reach.straggling == Straggling::TsaiWhitis,
    };
    let target = card.target.clone();
    match Experiment::new(&card.run.name, card.beam, target, card.cuts, chi, counting) {
        Ok(experiment) => {
            assert!(experiment.nuclei_per_cm2() > 0.0 && experiment.nuclei_per_cm2().is_finite());
            for meson in VectorMeson::ALL {
                let events = experiment.meson(meson, chi.mass_gev);
                assert!(events >= 0.0 && events.is_finite(), "{meson:?}: {events}");
                if let Some(charge) = experiment.limit(events) {
                    assert!(charge > 0.0 && charge.is_finite(), "{meson:?}: {charge}");
                }
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// σ and dσ/dx by every route: a finite number or an error.
fn deterministic(setup: &Setup) {
    let methods = [Method::QUADRATURE].into_iter();
    for method in methods.chain(Method::APPROXIMATIONS.iter().copied()) {
        let route = radiation::route(method, setup).expect("offered");
        let sigma = route.sigma(GOAL).into_iter();
        let at = [0.0, 0.1, 0.5, 0.999, 1.0];
        let spectrum = route.spectrum(&at, GOAL).into_iter().flatten();
        for found in sigma.chain(spectrum) {
            let good = found.value_pb >= 0.0 && found.value_pb.is_finite();
            assert!(good && found.error_pb >= 0.0, "{method:?}: {found:?}");
        }
    }
}

/// dσ on the hypercube: no negative number and none that is no number.
fn kernel(setup: &Setup) {
    let etl = Etl::new(setup);
    let mut block = PairBlock::default();
    for edge in [0.0, 0.999_999] {
        let columns: Vec<Vec<f64>> = (0..etl.dim())
            .map(|d| (0..BLOCK).map(|i| coordinate(d, i, edge)).collect())
            .collect();
        let y: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let mut value = [0.0; BLOCK];
        etl.evaluate(&y, &mut value, &mut block);
        for found in value {
            assert!(found >= 0.0 && found.is_finite(), "dsigma = {found}");
        }
    }
}

/// A number in (0, 1), the nearer to the faces of the cube the larger `edge`.
fn coordinate(d: usize, i: usize, edge: f64) -> f64 {
    // Multiples of irrational numbers fill the cube evenly.
    let y = ((i + 1) as f64
        * [
            0.754_877, 0.569_840, 0.819_172, 0.671_043, 0.549_700, 0.450_305, 0.368_876,
        ][d])
        .fract();
    let far = if y < 0.5 { 1e-12 } else { 1.0 - 1e-12 };
    y + (far - y) * edge
}

/// A run of a few thousand points, histograms and events with it.
fn generator(card: &RunCard, setup: &Setup) {
    let bins = |axes: &[millibrem::histogram::Axis]| -> usize {
        axes.iter().map(|axis| axis.bins() + 2).product()
    };
    let histograms: Vec<HistogramRequest> = card
        .histograms
        .iter()
        .filter(|spec| bins(&spec.axes) <= MAX_BINS)
        .map(|spec| HistogramRequest {
            name: spec.name(),
            axes: spec.axes.clone(),
        })
        .collect();
    let settings = Settings {
        seed: card.run.seed,
        threads: 1,
        n_adapt: 1,
        neval: 1000,
        rel_error: None,
        lattices: None,
        max_neval: 2000,
    };
    let Ok(mut generator) = Generator::new(setup.into(), settings) else {
        return;
    };
    let mut listener = |_: &_| ControlFlow::Continue(());
    if generator.adapt(&mut listener).is_err() {
        return;
    }
    let Ok(report) = generator.measure(&histograms, &mut listener) else {
        return;
    };
    let sigma_pb = report.cross_section.value_pb;
    assert!(sigma_pb.is_finite() && sigma_pb >= 0.0, "{sigma_pb} pb");
    let request = EventRequest {
        count: 2,
        weighting: millibrem::event::Weighting::Weighted,
        max_overweight_share: card.events.max_overweight_share,
        max_weight: card.events.max_weight,
    };
    let mut points = 0;
    let mut patience = |_: &_| {
        points += 1;
        match points {
            ..=20 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    };
    let mut events = EventBuffer::default();
    let _ = generator.sample(&request, &report.cross_section, &mut events, &mut patience);
    for event in events.iter() {
        assert!(
            event.momenta().as_flattened().iter().all(|p| p.is_finite()),
            "{event:?}"
        );
    }
}
