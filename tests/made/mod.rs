//! σ and events of a card by both routes, and what holds of every event.

use std::ops::ControlFlow;

use millibrem::card::RunCard;
use millibrem::event::{EventBuffer, Sample, Weighting};
use millibrem::generate::{EventRequest, Generator, Progress};
use millibrem::process::Method;
use millibrem::run;

/// σ̄ by quadrature, which the Monte Carlo must agree with, and unweighted events.
pub(crate) fn made(card: &RunCard, count: u64) -> (f64, EventBuffer, Sample) {
    let process = run::process(card).unwrap_or_else(|error| panic!("{error}"));
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let mut generator = Generator::new(process.clone(), run::settings(card)).unwrap();
    generator.adapt(silent).unwrap();
    let report = generator.measure(&[], silent).unwrap();
    let found = &report.cross_section;
    let route = process.route(Method::QUADRATURE).expect("offered");
    let expected_pb = route.sigma(3e-4).unwrap().value_pb;
    let pull = (found.value_pb - expected_pb) / found.error_pb.max(2e-4 * expected_pb);
    let q = found.iterations.last().unwrap().q;
    assert!(
        pull.abs() < 3.5 && found.error_pb < 3e-3 * expected_pb && q > 1e-3,
        "{} ± {} pb, expected {expected_pb}; Q = {q}",
        found.value_pb,
        found.error_pb
    );
    assert!(report.alarms.is_empty(), "{:?}", report.alarms);
    let request = EventRequest {
        count,
        weighting: Weighting::Unweighted,
        max_overweight_share: 3e-3,
        max_weight: 1.0,
    };
    let mut events = EventBuffer::default();
    let sample = generator.sample(&request, found, &mut events, silent);
    let sample = sample.unwrap();
    assert!(sample.alarms.is_empty(), "{:?}", sample.alarms);
    (expected_pb, events, run::sample(card).unwrap())
}

/// Momenta add up and are on their mass shells.
pub(crate) fn balances(events: &EventBuffer, sample: &Sample) {
    for event in events.iter() {
        let (beam, target) = (sample.p_beam_of(&event), sample.target_of(&event).mass_gev);
        let scale = beam[0] + target;
        for j in 0..4 {
            let out: f64 = event.momenta().iter().map(|p| p[j]).sum();
            let rest = if j == 0 { target } else { 0.0 };
            assert!((out - beam[j] - rest).abs() < 1e-11 * scale, "{event:?}");
        }
        for (place, p) in event.momenta().iter().enumerate() {
            let mass = sample.outgoing_of(&event, place).mass_gev;
            let off = p[0] * p[0] - p[1] * p[1] - p[2] * p[2] - p[3] * p[3] - mass * mass;
            assert!(off.abs() < 1e-11 * scale * scale, "{place}: {event:?}");
        }
    }
}
