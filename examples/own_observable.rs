//! An observable of one's own: the angle between lepton and nucleus about the beam, histogrammed
//! while σ is measured.
//!
//!     cargo run --release --example own_observable

use std::error::Error;
use std::ops::ControlFlow;

use millibrem::generate::{Generator, HistogramRequest, Progress, Settings};
use millibrem::histogram::{Axis, Observable, Scale};
use millibrem::observable::{Definition, View};
use millibrem::particle::Role;
use millibrem::{card, run};

/// Azimuth between the outgoing lepton and the nucleus, rad.
struct Acoplanarity;

impl Definition for Acoplanarity {
    fn name(&self) -> &str {
        "acoplanarity_rad"
    }

    fn units(&self) -> &str {
        "rad"
    }

    fn description(&self) -> &str {
        "azimuth between lepton and nucleus"
    }

    fn symbol(&self) -> &str {
        "Δφ"
    }

    fn applies(&self, roles: &[Role]) -> bool {
        roles.contains(&Role::LEPTON_OUT) && roles.contains(&Role::NUCLEUS_OUT)
    }

    fn value(&self, event: &View<'_>) -> f64 {
        let [_, x, y, _] = event.p(&Role::LEPTON_OUT);
        let [_, u, v, _] = event.p(&Role::NUCLEUS_OUT);
        (x * v - y * u).atan2(x * u + y * v).abs()
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
    let observable = Observable::new(Acoplanarity);
    let pi = std::f64::consts::PI;
    let request = HistogramRequest {
        name: observable.name().to_owned(),
        axes: vec![Axis::new(observable, Scale::Linear, 0.0, pi, 8)?],
    };
    let found = generator.measure(&[request], &mut silent)?;
    let sigma = found.cross_section;
    println!("sigma = {:.5e} ± {:.1e} pb", sigma.value_pb, sigma.error_pb);
    let histogram = &found.histograms[0];
    let edges = histogram.axes()[0].edges();
    for (k, edge) in edges.windows(2).enumerate() {
        // The first bin is what lies below.
        let (pb, variance) = (histogram.values()[k + 1], histogram.variances()[k + 1]);
        println!(
            "{:.3} to {:.3} rad  {pb:.4e} ± {:.1e} pb",
            edge[0],
            edge[1],
            variance.sqrt()
        );
    }
    Ok(())
}
