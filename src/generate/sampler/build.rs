//! Making a sampler: σ at nodes, maps, cells and their maxima.
//!
//! The range of a nucleus is cut in u = ln(E − E_th) into stretches of a factor two. Each has a map,
//! adapted in its middle, and cells whose maxima are learnt at energies spread over the stretch. σ is that of the quadrature, or where there is none (cuts on angles) of
//! a Monte Carlo, to the accuracy that [`Sampler::sigma_accuracy`] tells.

use std::sync::Arc;

use rayon::prelude::*;
use vegas::{Config, Learning, Map, Points, Unweighter, Vegas, silent};

use super::sigma::SigmaTable;
use super::{Sampler, SamplerError, Target};
use crate::generate::integrand::{Exact, MAX_DIM};
use crate::generate::{Generator, Settings};
use crate::matter::Nucleus;
use crate::process::InitialState;
use crate::process::{Inputs, Kind, Method, Process, QuadratureError};
use crate::text::shown;

/// What a sampler is to serve.
#[derive(Debug, Clone, PartialEq)]
pub struct SamplerRequest {
    /// Range of the kinetic energy of the incoming particle, GeV; the threshold may lie inside.
    pub kinetic_gev: (f64, f64),
    /// The nuclei.
    pub nuclei: Vec<Nucleus>,
    /// Seed of the points that maps and cells are learnt from.
    pub seed: u64,
}

/// How events are drawn at an energy, from the points that set the threshold of its stretch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SamplerRow {
    /// Kinetic energy, GeV; where two stretches meet there is a row for each.
    pub kinetic_gev: f64,
    /// Accepted share of candidates.
    pub efficiency: f64,
    /// Share of events of a weight above 1.
    pub overweight_share: f64,
    /// Mean weight of the events, less 1.
    pub overweight_excess: f64,
}

/// Relative accuracy asked of the quadrature; it reaches a thirtieth of it.
const QUADRATURE: f64 = 3e-4;
/// That of the Monte Carlo, where it must serve, and its most points a node.
const MONTE_CARLO: f64 = 1e-3;
const MAX_POINTS: u64 = 20_000_000;
/// Largest error of σ that points of a panel foretell for those of the next.
const TOLERANCE: f64 = 1e-4;
/// Part of the threshold above it where tables begin, and from which on stretches are a factor two long.
const NEAR: f64 = 1e-3;
/// Largest factor in E − E_th of a stretch.
const FACTOR: f64 = 2.0;
/// Adapting iterations, points of each and increments of the map.
const ADAPT: (u32, u64, usize) = (6, 20_000, 100);
/// Most cells, and strata an axis of the grid that decides how to cut.
const CELLS: f64 = 3_000.0;
const TRIAL: u32 = 3;
/// Part of the allowed overweight share that is aimed at.
const MARGIN: f64 = 0.8;
/// Allowed share of overweight events.
const OVERWEIGHT: f64 = 1e-3;
/// Parts of a stretch, at the ends of which the share is kept.
const PARTS: usize = 4;
/// Points of a cell, more that follow the maxima, and those that set the threshold.
const LEARN: (u32, u64, u64) = (32, 200_000, 150_000);

/// Strata of each axis for about [`CELLS`] cells, more where they matter more, from the scales of a grid
/// of [`TRIAL`] strata an axis. Without strata on an axis, its lines of cells would have the largest of
/// their scales: efficiency falls by a factor 1 + a, and with m strata by about 1 + a/m.
fn strata(dim: usize, scale: &[f32]) -> Vec<u32> {
    let m = TRIAL as usize;
    let all: f64 = scale.iter().map(|&s| f64::from(s)).sum();
    let loss = |d: usize| {
        let step = m.pow((dim - 1 - d) as u32);
        let lines = (0..scale.len()).filter(|cell| (cell / step).is_multiple_of(m));
        let largest = |cell: usize| (0..m).map(|k| scale[cell + k * step]).fold(0.0, f32::max);
        lines.map(|cell| f64::from(largest(cell))).sum::<f64>() * m as f64 / all
    };
    let losses: Vec<f64> = (0..dim).map(loss).collect();
    // Scales are extremes of few points; what that makes is alike on all axes.
    let chance = losses.iter().copied().fold(f64::MAX, f64::min);
    let curve: Vec<f64> = losses
        .iter()
        .map(|loss| 1.5 * (loss / chance - 1.0))
        .collect();
    let mut strata = vec![1u32; dim];
    loop {
        let gain = |d: usize| {
            let (n, a) = (f64::from(strata[d]), curve[d]);
            libm::log((1.0 + a / n) / (1.0 + a / (n + 1.0))) / libm::log((n + 1.0) / n)
        };
        let best = (0..dim).max_by(|&a, &b| gain(a).total_cmp(&gain(b)));
        let Some(best) = best.filter(|&d| gain(d) > 0.0) else {
            return strata;
        };
        strata[best] += 1;
        if strata.iter().map(|&n| f64::from(n)).product::<f64>() > CELLS {
            strata[best] -= 1;
            return strata;
        }
    }
}

/// A nucleus on its way.
struct Draft {
    inputs: Inputs,
    process: Arc<dyn Process>,
    sigma: SigmaTable,
    accuracy: f64,
    first: f64,
    length: f64,
}

impl Sampler {
    /// A sampler of the process `kind` with beam particle, dark sector, form factor and cuts of
    /// `inputs`, whose energy is what cuts on x refer to; on as many threads as rayon has here.
    ///
    /// # Errors
    /// [`SamplerError`] if the request makes no sense or nothing is made in the range.
    pub fn new(
        kind: &dyn Kind,
        inputs: &Inputs,
        request: &SamplerRequest,
    ) -> Result<Self, SamplerError> {
        let (low_gev, high_gev) = request.kinetic_gev;
        let refuse = |name, expected, found: String| SamplerError::Request {
            name,
            expected,
            found,
        };
        if !(low_gev > 0.0 && low_gev < high_gev && high_gev.is_finite()) {
            let expected = "two rising energies above 0 GeV";
            return Err(refuse(
                "the range of kinetic energies",
                expected,
                format!("{low_gev:?} to {high_gev:?} GeV"),
            ));
        }
        if request.nuclei.is_empty() {
            let found = "none".to_owned();
            return Err(refuse("the list of nuclei", "one nucleus or more", found));
        }
        if inputs.initial_state != InitialState::None {
            let expected = "\"none\", for the photons would be lost where particles are followed";
            let found = format!("{:?}", inputs.initial_state.name());
            return Err(refuse("process.initial_state_radiation", expected, found));
        }
        let nominal = kind.of(&inputs.on(request.nuclei[0]))?;
        let mass_gev = nominal.beam().mass_gev;
        let draft = |nucleus: &Nucleus| {
            let inputs = inputs.on(*nucleus);
            Draft::new(kind, inputs, (low_gev + mass_gev, high_gev + mass_gev))
        };
        let drafts: Result<Vec<_>, _> = request.nuclei.par_iter().map(draft).collect();
        let mut drafts = drafts?;
        let most = drafts.iter().map(Draft::stretches).max().unwrap_or(1);
        for draft in &mut drafts {
            draft.length /= most as f64;
        }
        let seed = request.seed;
        let strata: Result<Vec<_>, _> = drafts
            .par_iter()
            .map(|draft| draft.strata(kind, most / 2, seed))
            .collect();
        let strata = strata?;
        let learnt: Result<Vec<_>, SamplerError> = (0..drafts.len() * most)
            .into_par_iter()
            .map(|k| {
                let (draft, stretch) = (&drafts[k / most], k % most);
                let map = draft.map(kind, stretch, seed)?;
                draft.learn(stretch, map, &strata[k / most], &learning(seed, LEARN))
            })
            .collect();
        let mut learnt = learnt?.into_iter();
        let targets = drafts.into_iter().map(|draft| {
            let (stretches, expected) = learnt.by_ref().take(most).unzip();
            Target {
                nucleus: draft.inputs.nucleus,
                outgoing: draft.process.outgoing().len(),
                process: draft.process,
                sigma: draft.sigma,
                sigma_accuracy: draft.accuracy,
                first: draft.first,
                length: draft.length,
                stretches,
                expected,
            }
        });
        Ok(Self {
            low_gev,
            high_gev,
            mass_gev,
            targets: targets.collect(),
        })
    }

    /// How events are drawn on a nucleus, from the lowest energies to the highest.
    ///
    /// # Panics
    /// If there is no such nucleus.
    pub fn report(&self, nucleus: usize) -> Vec<SamplerRow> {
        let target = &self.targets[nucleus];
        let row = |stretch: usize, k: usize, n: usize| {
            let place = stretch as f64 + k as f64 / (n - 1).max(1) as f64;
            let energy = target
                .sigma
                .energy_gev(target.first + target.length * place);
            let expected = target.expected[stretch][k];
            SamplerRow {
                kinetic_gev: energy - self.mass_gev,
                efficiency: expected.efficiency,
                overweight_share: expected.overweight_share,
                overweight_excess: expected.excess,
            }
        };
        let all = target.expected.iter().enumerate();
        all.flat_map(|(stretch, rows)| (0..rows.len()).map(move |k| row(stretch, k, rows.len())))
            .collect()
    }

    /// Relative accuracy of the cross sections that the table of a nucleus goes through, and their
    /// number.
    ///
    /// # Panics
    /// If there is no such nucleus.
    pub fn sigma_accuracy(&self, nucleus: usize) -> (f64, usize) {
        let target = &self.targets[nucleus];
        (target.sigma_accuracy, target.sigma.nodes())
    }
}

/// The beam energy in GeV below which a process makes nothing, from `low` on, where it makes
/// nothing, to `high`, where it does.
fn threshold(process: &dyn Process, mut low: f64, mut high: f64) -> f64 {
    let mut block = process.block();
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return low;
        }
        if block.set_beam_energy(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
}

impl Draft {
    fn new(kind: &dyn Kind, inputs: Inputs, (low, high): (f64, f64)) -> Result<Self, SamplerError> {
        // What is wrong with the inputs themselves is said first.
        kind.of(&inputs)?;
        let process = inputs.at_energy(high).and_then(|at| kind.of(&at));
        let process = process.map_err(|error| SamplerError::Request {
            name: "the range of kinetic energies",
            expected: "above the threshold of the process within the cuts at its upper end",
            found: format!("one up to a beam energy of {} GeV: {error}", shown(high)),
        })?;
        if !process.block().set_beam_energy(high) {
            let kind = process.kind().to_owned();
            return Err(SamplerError::OneEnergy { kind });
        }
        let threshold_gev = threshold(&*process, process.beam().mass_gev, high);
        let low = low
            .max(threshold_gev * (1.0 + NEAR))
            .min(0.5 * (threshold_gev + high));
        let at = |energy: f64| Ok::<_, SamplerError>(kind.of(&inputs.at_energy(energy)?)?);
        let route = process.route(Method::QUADRATURE);
        let exact = route.map(|route| route.sigma(QUADRATURE));
        let (sigma, accuracy) = match exact {
            Some(Ok(_)) => {
                let by_quadrature = |energy: f64| {
                    let process = at(energy)?;
                    let route = process.route(Method::QUADRATURE);
                    let route = route.ok_or_else(|| {
                        QuadratureError::not_offered(&*process, Method::QUADRATURE)
                    })?;
                    Ok::<_, SamplerError>(route.sigma(QUADRATURE)?.value_pb)
                };
                let range = (low, high);
                let table = SigmaTable::new(threshold_gev, range, TOLERANCE, &by_quadrature)?;
                (table, QUADRATURE)
            }
            None
            | Some(Err(QuadratureError::Cut { .. } | QuadratureError::NotConverged { .. })) => {
                let by_monte_carlo = |energy: f64| measured(at(energy)?);
                let range = (low, high);
                let tolerance = 10.0 * MONTE_CARLO;
                let table = SigmaTable::new(threshold_gev, range, tolerance, &by_monte_carlo)?;
                (table, MONTE_CARLO)
            }
            Some(Err(other)) => return Err(other.into()),
        };
        let first = sigma.u(low);
        Ok(Self {
            length: sigma.u(high) - first,
            inputs,
            process,
            sigma,
            accuracy,
            first,
        })
    }

    /// Stretches of at most [`FACTOR`] that the range takes.
    fn stretches(&self) -> usize {
        libm::ceil(self.length / libm::log(FACTOR) - 1e-9).max(1.0) as usize
    }

    /// Beam energy in GeV at a place of the range, counted in stretches.
    fn energy_gev(&self, place: f64) -> f64 {
        self.sigma.energy_gev(self.first + self.length * place)
    }

    fn learn(
        &self,
        stretch: usize,
        map: Map,
        strata: &[u32],
        learning: &Learning,
    ) -> Result<(Unweighter, Vec<vegas::Expected>), SamplerError> {
        let mut block = self.process.block();
        let dim = self.process.dim();
        let family = |p: f64, x: &Points<'_>, value: &mut [f64]| {
            let energy = self.energy_gev(stretch as f64 + p);
            if !block.set_beam_energy(energy) {
                value.fill(0.0);
                return;
            }
            let mut columns: [&[f64]; MAX_DIM] = [&[]; MAX_DIM];
            for (d, column) in columns[..dim].iter_mut().enumerate() {
                *column = x.column(d);
            }
            block.evaluate(&columns[..dim], value);
            let normalisation = 1.0 / self.sigma.at(energy);
            value.iter_mut().for_each(|v| *v *= normalisation);
        };
        let found = Unweighter::learn(map, strata, learning, family);
        found.map_err(|error| SamplerError::Generate(error.into()))
    }
}

impl Draft {
    /// The map of a stretch, adapted in its middle.
    fn map(&self, kind: &dyn Kind, stretch: usize, seed: u64) -> Result<Map, SamplerError> {
        let energy = self.energy_gev(stretch as f64 + 0.5);
        let process = kind.of(&self.inputs.at_energy(energy)?)?;
        let config = Config {
            seed,
            n_adapt: ADAPT.0,
            neval: ADAPT.1,
            increments: ADAPT.2,
            ..Config::default()
        };
        let adapt = || {
            let mut vegas = Vegas::new(process.dim(), config)?;
            vegas.set_threads(1);
            vegas.adapt(&Exact(&*process), &mut silent)?;
            Ok(vegas.map().clone())
        };
        adapt().map_err(|error: vegas::Error| SamplerError::Generate(error.into()))
    }

    /// How to cut the axes, from a trial in one stretch.
    fn strata(&self, kind: &dyn Kind, stretch: usize, seed: u64) -> Result<Vec<u32>, SamplerError> {
        let dim = self.process.dim();
        // A grid that would have too many cells is cut on its first axes only.
        let fits = libm::log(CELLS) / libm::log(f64::from(TRIAL));
        let all = 0..dim;
        let trial: Vec<u32> = all
            .map(|d| if (d as f64) < fits { TRIAL } else { 1 })
            .collect();
        if trial.contains(&1) {
            return Ok(trial);
        }
        let map = self.map(kind, stretch, seed)?;
        let learning = learning(seed ^ u64::MAX, (LEARN.0, 0, 1));
        let (found, _) = self.learn(stretch, map, &trial, &learning)?;
        Ok(strata(dim, found.scale()))
    }
}

/// How to learn from so many points of a cell, more, and for the threshold.
fn learning(seed: u64, (points_per_cell, more, proof): (u32, u64, u64)) -> Learning {
    Learning {
        seed,
        points_per_cell,
        more,
        proof,
        parts: PARTS,
        max_overweight_share: MARGIN * OVERWEIGHT,
    }
}

/// σ in pb by Monte Carlo.
fn measured(process: Arc<dyn Process>) -> Result<f64, SamplerError> {
    let settings = Settings {
        seed: 1,
        threads: 1,
        n_adapt: 8,
        neval: 50_000,
        rel_error: Some(MONTE_CARLO),
        lattices: None,
        max_neval: MAX_POINTS,
    };
    let mut generator = Generator::new(process, settings)?;
    let mut hear = |_: &vegas::Progress| std::ops::ControlFlow::Continue(());
    generator.adapt(&mut hear)?;
    Ok(generator.measure(&[], &mut hear)?.cross_section.value_pb)
}
