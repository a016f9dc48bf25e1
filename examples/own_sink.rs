//! A sink of one's own: events are looked at as they come, block by block, and none is kept. Here
//! for the share of σ with a lepton below 10 GeV and its mean transverse momentum.
//!
//!     cargo run --release --example own_sink

use std::error::Error;
use std::ops::ControlFlow;

use millibrem::event::{EventBuffer, EventSink, SinkError, Weighting};
use millibrem::generate::{EventRequest, Generator, Progress, Settings};
use millibrem::particle::Role;
use millibrem::{card, run};

/// Sums over the sample; ratios of them need no normalisation.
#[derive(Default)]
struct SlowLeptons {
    all: f64,
    slow: f64,
    pt: f64,
}

impl EventSink for SlowLeptons {
    fn write(&mut self, events: &EventBuffer) -> Result<(), SinkError> {
        let lepton = events.p(&Role::LEPTON_OUT).ok_or("no lepton comes out")?;
        for (weight, [e, x, y, _]) in events.weight.iter().zip(lepton) {
            self.all += weight;
            if *e < 10.0 {
                self.slow += weight;
                self.pt += weight * x.hypot(*y);
            }
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let card = card::shipped("na64mu-2025")
        .ok_or("no such card")?
        .with(&[])?;
    let settings = Settings {
        seed: 1,
        neval: 50_000,
        max_neval: 2_000_000,
        ..run::settings(&card)
    };
    let mut silent = |_: &Progress| ControlFlow::Continue(());
    let mut generator = Generator::new(run::process(&card)?, settings)?;
    generator.adapt(&mut silent)?;
    let sigma = generator.measure(&[], &mut silent)?.cross_section;
    let request = EventRequest {
        count: 500_000,
        weighting: Weighting::Weighted,
        ..run::events(&card)
    };
    let mut sums = SlowLeptons::default();
    generator.sample(&request, &sigma, &mut sums, &mut silent)?;
    println!(
        "sigma(E < 10 GeV) = {:.4e} pb of {:.4e} pb",
        sums.slow / sums.all * sigma.value_pb,
        sigma.value_pb
    );
    println!("mean pT there     = {:.4} GeV", sums.pt / sums.slow);
    Ok(())
}
