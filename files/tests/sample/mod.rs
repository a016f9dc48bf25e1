//! A small made-up run whose kinematics are those of a real one: sequential two-body decays of
//! the initial state, so momenta balance and every particle is on its mass shell.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::path::{Path, PathBuf};

use millibrem::event::{
    Compression, Event, EventBuffer, Momentum, Precision, Sample, Weighting, sum as total,
};
use millibrem::histogram::{Axis, Histogram, Observable, Scale};
use millibrem::particle::{Outgoing, Particle};
use millibrem::record::{CrossSection, Fact, IterationRow, RunHeader, RunSummary};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// A pair of χ, as `process.kind` spells it.
pub(crate) const PAIR: &str = "pair";
/// A dark photon.
pub(crate) const DARK_PHOTON: &str = "dark-photon";

/// 160 GeV muons on lead, χ of 0.1 GeV.
pub(crate) fn sample(process: &str, weighting: Weighting) -> Sample {
    let beam = Particle {
        pdg_id: 13,
        mass_gev: 0.105_658_375_5,
        charge: -1.0,
    };
    let target = Particle {
        pdg_id: 1_000_822_080,
        mass_gev: 193.005_578_021_424,
        charge: 82.0,
    };
    let dark = |pdg_id, charge| Particle {
        pdg_id,
        mass_gev: 0.1,
        charge,
    };
    Sample {
        process: process.to_owned(),
        weighting,
        beam,
        target,
        outgoing: match process {
            PAIR => Outgoing::of_pair(beam, target, dark(17, -1e-3)),
            _ => Outgoing::of_dark_photon(beam, target, dark(622, 0.0)),
        },
        nuclei: Vec::new(),
        scalars: Vec::new(),
        beam_energy_gev: 160.0,
        has_p_beam: false,
    }
}

/// `n` events with that seed, spread over all of phase space.
pub(crate) fn events(sample: &Sample, n: usize, seed: u64) -> EventBuffer {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut uniform = || rng.random::<f64>();
    let mut buffer = EventBuffer::new(sample.columns());
    let (p, q) = (sample.p_beam(), sample.p_target());
    let total: Momentum = std::array::from_fn(|i| p[i] + q[i]);
    let (lepton, nucleus, dark) = (
        sample.beam.mass_gev,
        sample.target.mass_gev,
        sample.outgoing[2].particle.mass_gev,
    );
    let is_pair = sample.process == PAIR;
    let n_dark = if is_pair { 2.0 } else { 1.0 };
    for index in 0..n {
        let between = |low: f64, high: f64, u: f64| low + (high - low) * u;
        let rest = between(lepton + n_dark * dark, mass(&total) - nucleus, uniform());
        let (recoil, rest) = decay(&total, nucleus, rest, [uniform(), uniform()]);
        let m_dark = match is_pair {
            true => between(2.0 * dark, mass(&rest) - lepton, uniform()),
            false => dark,
        };
        let (scattered, pair) = decay(&rest, lepton, m_dark, [uniform(), uniform()]);
        let mut momenta = vec![scattered, recoil];
        match is_pair {
            true => {
                let (chi, chibar) = decay(&pair, dark, dark, [uniform(), uniform()]);
                momenta.extend([chi, chibar]);
            }
            false => momenta.push(pair),
        }
        let weight = match sample.weighting {
            Weighting::Weighted => 1e5 * (0.5 + uniform()),
            Weighting::Unweighted => 1e5,
            // Heavier where the lepton is softer, so that dropping weights shows.
            Weighting::PartlyUnweighted => 1e5 * (1.0 + 4.0 * (1.0 - scattered[0] / 160.0)),
        };
        let index = 7 * index as u64 + (1 << 40);
        buffer.push(&Event::new(weight, index, &momenta));
    }
    buffer
}

/// A header for `sample`.
pub(crate) fn header(sample: &Sample, compression: Compression) -> RunHeader {
    RunHeader {
        card: include_str!("../../../cards/na64mu-2025.toml").to_owned(),
        seed: u64::MAX - 5,
        sample: sample.clone(),
        compression,
        shard: None,
        precision: Precision::Double,
        expected_events: 0,
    }
}

/// A run of up to 20 000 events to be written without compression, and where it and its unfinished files are.
pub(crate) fn to_be_written(folder: &Path) -> (Sample, RunHeader, [PathBuf; 3]) {
    let sample = sample(PAIR, Weighting::Weighted);
    let mut header = header(&sample, Compression::None);
    header.expected_events = 20_000;
    let paths = ["run.h5", "run.h5.part", "run.h5.weights"].map(|name| folder.join(name));
    (sample, header, paths)
}

/// A summary with one linear, one logarithmic and one two-dimensional histogram of the events.
pub(crate) fn summary(events: &EventBuffer, seconds: f64) -> RunSummary {
    let x = Axis::new(Observable::X, Scale::Linear, 0.1, 0.9, 8).unwrap();
    let m = Axis::new(Observable::M_PAIR_GEV, Scale::Log, 0.2, 20.0, 10).unwrap();
    let n = events.len() as f64;
    let fill = |name: &str, axes: Vec<Axis>| {
        let bins = axes.iter().map(|a| a.bins() + 2).product();
        let (mut sum, mut square) = (vec![0.0; bins], vec![0.0; bins]);
        for event in events.iter() {
            let pair = total(event.momenta()[2..].iter().copied());
            let at = axes.iter().fold(0, |at, axis| {
                let value = match *axis.observable() == Observable::X {
                    true => pair[0] / 160.0,
                    false => mass(&pair),
                };
                at * (axis.bins() + 2) + axis.bin_of(value)
            });
            sum[at] += event.weight / n;
            square[at] += (event.weight / n).powi(2);
        }
        Histogram::new(name, axes, sum, square).unwrap()
    };
    let histograms = vec![
        fill("m_pair_gev", vec![m.clone()]),
        fill("x", vec![x.clone()]),
        fill("x_vs_m_pair_gev", vec![x, m]),
    ];
    let value_pb = events.weight.iter().sum::<f64>() / n;
    let row = |measured, value_pb| IterationRow {
        measured,
        n_eval: 1000,
        value_pb,
        error_pb: 0.1,
        average_pb: value_pb,
        average_error_pb: 0.07,
        chi2_dof: 0.9,
        q: 0.5,
    };
    RunSummary {
        cross_section: CrossSection {
            value_pb,
            error_pb: 0.001 * value_pb,
            chi2_dof: 1.1,
            n_eval: 2000,
            iterations: vec![row(false, 1.0), row(true, 2.0), row(true, 3.0)],
        },
        nuclei: Vec::new(),
        weight_scale: 1.0,
        histograms,
        provenance: vec![
            ("adapted".to_owned(), Fact::Flag(true)),
            ("n_cubes".to_owned(), Fact::Integer(2187)),
            ("process".to_owned(), Fact::Text("pair".to_owned())),
            ("unweighting_efficiency".to_owned(), Fact::Real(0.25)),
        ],
        timings: vec![("wall_s".to_owned(), Fact::Real(seconds))],
    }
}

/// Invariant mass, 0 if the square is negative by rounding.
pub(crate) fn mass(p: &Momentum) -> f64 {
    (p[0] * p[0] - p[1] * p[1] - p[2] * p[2] - p[3] * p[3])
        .max(0.0)
        .sqrt()
}

/// Isotropic decay of `parent` into two masses; `u` are uniform numbers.
fn decay(parent: &Momentum, m1: f64, m2: f64, u: [f64; 2]) -> (Momentum, Momentum) {
    let m = mass(parent);
    let e1 = (m * m + m1 * m1 - m2 * m2) / (2.0 * m);
    let p = (e1 * e1 - m1 * m1).max(0.0).sqrt();
    let (cos, phi) = (2.0 * u[0] - 1.0, std::f64::consts::TAU * u[1]);
    let sin = (1.0 - cos * cos).sqrt();
    let at_rest = [e1, p * sin * phi.cos(), p * sin * phi.sin(), p * cos];
    let along = (1..4).map(|i| parent[i] * at_rest[i]).sum::<f64>() / m;
    let e = (parent[0] / m) * e1 + along;
    let shift = (e + e1) / (parent[0] + m);
    let first: Momentum = std::array::from_fn(|i| match i {
        0 => e,
        i => at_rest[i] + parent[i] * shift,
    });
    (first, std::array::from_fn(|i| parent[i] - first[i]))
}
