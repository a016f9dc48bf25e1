//! Events as they are made: a run that never ends, its histograms, and one event to be drawn.
//!
//! Weighted events of the Monte Carlo; a histogram is Σw in the bin over Σw of all, times σ, over the
//! width. The event to be drawn is one of the batch, taken with a probability that goes with its weight,
//! so that drawn events look as real ones would.

use std::ops::ControlFlow;

use millibrem::event::{EventBuffer, Sample, Weighting};
use millibrem::generate::{EventRequest, GenerateError, Generator, Settings, SigmaReport};
use millibrem::histogram::{Axis, Observable, Scale};
use millibrem::observable::View;
use millibrem::{card::RunCard, run};
use serde_json::{Value, json};

use crate::card;
use crate::refusal::{Refusal, refusal};

/// A map good enough for a look, in a second of a browser.
const N_ADAPT: u32 = 6;
const NEVAL: u64 = 8192;
/// Measured iterations.
const MEASURED: u64 = 25;
/// More events than anybody waits for.
const NO_END: u64 = 1 << 50;

/// A run under way.
pub(crate) struct Live {
    generator: Generator,
    sample: Sample,
    found: SigmaReport,
    histograms: Vec<Filling>,
    n_events: u64,
    weights: f64,
}

/// One histogram with what fell into it, flow bins included.
struct Filling {
    axis: Axis,
    sum: Vec<f64>,
    squares: Vec<f64>,
}

impl Live {
    /// Adapts and measures; the seed is the card's.
    pub(crate) fn begin(question: &Value) -> Result<Self, Refusal> {
        let card: RunCard = card::read_with_histograms(question)?;
        let process = run::process(&card).map_err(refusal)?;
        let sample = run::sample_of(&*process, Weighting::Weighted);
        let settings = Settings {
            seed: card.run.seed,
            threads: 1,
            n_adapt: N_ADAPT,
            neval: NEVAL,
            rel_error: None,
            lattices: None,
            max_neval: MEASURED * NEVAL,
        };
        let said = |error: GenerateError| refusal(error);
        let mut generator = Generator::new(process, settings).map_err(said)?;
        let mut go = |_: &_| ControlFlow::Continue(());
        generator.adapt(&mut go).map_err(said)?;
        let found = generator.measure(&[], &mut go).map_err(said)?;
        let roles = sample.columns().roles;
        let axes = card.histograms.into_iter().map(|histogram| histogram.axes);
        let mine = |axis: &Axis| axis.observable().definition().applies(&roles);
        let single = axes.filter_map(|axes| <[Axis; 1]>::try_from(axes).ok());
        let histograms = single.map(|[axis]| axis).filter(mine).map(Filling::new);
        Ok(Self {
            generator,
            sample,
            found,
            histograms: histograms.collect(),
            n_events: 0,
            weights: 0.0,
        })
    }

    /// σ, and the histograms before the first event.
    pub(crate) fn about(&self) -> Value {
        let sigma_pb = self.found.cross_section.value_pb;
        json!({
            "sigma_pb": sigma_pb,
            "error_pb": self.found.cross_section.error_pb,
            "n_eval": self.found.n_eval,
            "n_events": self.n_events,
            "beam": self.sample.p_beam(),
            "histograms": self.histograms.iter().map(|h| h.shown(sigma_pb, self.weights)).collect::<Vec<_>>(),
        })
    }

    /// Makes at least `count` events more.
    pub(crate) fn more(&mut self, count: u64) -> Result<Value, Refusal> {
        let request = EventRequest {
            count: NO_END,
            weighting: Weighting::Weighted,
            max_overweight_share: 0.0,
            max_weight: 1.0,
        };
        let mut events = EventBuffer::default();
        let before = self.generator.work().n_events();
        // Stopped after each chunk of points, whose events are kept.
        let mut hear = |_: &_| ControlFlow::Break(());
        let sigma = &self.found.cross_section;
        while self.generator.work().n_events() < before + count {
            match self
                .generator
                .sample(&request, sigma, &mut events, &mut hear)
            {
                Err(GenerateError::Stopped) => {}
                Err(error) => return Err(refusal(error)),
                Ok(_) => break,
            }
        }
        let drawn = self.fill(&events);
        let mut said = self.about();
        said["event"] = drawn.map_or(Value::Null, |i| self.event(&events, i));
        Ok(said)
    }

    /// Fills the histograms; gives the event to be drawn.
    fn fill(&mut self, events: &EventBuffer) -> Option<usize> {
        let before = self.n_events;
        let roles = events.roles();
        let all: f64 = events.weight.iter().sum();
        // A number between 0 and 1 that is another one for each batch.
        let golden = (before as f64 * 0.618_033_988_749_895).fract();
        let dark = self.sample.dark().next();
        let dark_mass_gev = dark.map_or(0.0, |(_, out)| out.particle.mass_gev);
        let (mut below, mut drawn) = (0.0, None);
        for (i, event) in events.iter().enumerate() {
            let view = View {
                roles,
                momenta: event.momenta(),
                beam_energy_gev: self.sample.beam_energy_gev,
                target_mass_gev: self.sample.target_of(&event).mass_gev,
                dark_mass_gev,
            };
            for histogram in &mut self.histograms {
                histogram.add(&view, event.weight);
            }
            below += event.weight;
            if drawn.is_none() && below >= golden * all {
                drawn = Some(i);
            }
        }
        self.weights += all;
        self.n_events += events.len() as u64;
        drawn
    }

    /// The particles of an event: words, charge and momentum `[E, px, py, pz]` in GeV.
    fn event(&self, events: &EventBuffer, i: usize) -> Value {
        let particles = self.sample.outgoing.iter().filter_map(|out| {
            let p = events.p(&out.role)?.get(i)?;
            Some(json!({
                "role": out.role.name(),
                "words": out.words,
                "mass_gev": out.particle.mass_gev,
                "dark": out.role.is_dark(),
                "p": p,
            }))
        });
        Value::Array(particles.collect())
    }
}

impl Filling {
    fn new(axis: Axis) -> Self {
        let bins = axis.bins() + 2;
        Self {
            axis,
            sum: vec![0.0; bins],
            squares: vec![0.0; bins],
        }
    }

    fn add(&mut self, view: &View<'_>, weight: f64) {
        let value = self.axis.observable().definition().value(view);
        let bin = self.axis.bin_of(value);
        self.sum[bin] += weight;
        self.squares[bin] += weight * weight;
    }

    /// dσ/dX and its error in each bin, where `weights` is the sum of all weights.
    fn shown(&self, sigma_pb: f64, weights: f64) -> Value {
        let edges = self.axis.edges();
        let observable: &Observable = self.axis.observable();
        let density = |i: usize, amount: f64| match weights > 0.0 {
            true => amount / weights * sigma_pb / (edges[i + 1] - edges[i]),
            false => 0.0,
        };
        let bins = 0..self.axis.bins();
        json!({
            "observable": observable.name(),
            "title": observable.description(),
            "symbol": observable.definition().symbol(),
            "units": observable.units(),
            "log": self.axis.scale() == Scale::Log,
            "edges": edges,
            "values": bins.clone().map(|i| density(i, self.sum[i + 1])).collect::<Vec<_>>(),
            "errors": bins.map(|i| density(i, self.squares[i + 1].sqrt())).collect::<Vec<_>>(),
        })
    }
}
