//! Making a sampler: σ at nodes, maps, boxes, their scales and thresholds.
//!
//! The range of a nucleus is cut in u = ln(E − E_th) into stretches, as many for each. A stretch has a map and boxes
//! that all nuclei share (`vegas::Partition`), made of points at all of its energies. Those of about the same mass share scales of the
//! boxes too, learnt at a few of the energies; each has thresholds of its own. σ is that of the quadrature, or where there is none (cuts on
//! angles) of a Monte Carlo, to the accuracy that [`Sampler::sigma_accuracy`] tells.

use std::sync::Arc;

use rayon::prelude::*;
use vegas::{Growth, Learning, Partition, Points, Proof, Unweighter};

use super::sigma::{Fine, Known, SigmaTable};
use super::{Sampler, SamplerError, Stretch, Target};
use crate::beam::MAX_ENERGY_GEV;
use crate::generate::integrand::MAX_DIM;
use crate::generate::{Generator, Settings};
use crate::matter::Nucleus;
use crate::process::InitialState;
use crate::process::{Inputs, Kind, Method, PointBlock, Process, QuadratureError};
use crate::text::shown;

/// What a sampler is to serve.
#[derive(Debug, Clone, PartialEq)]
pub struct SamplerRequest {
    /// Range of the kinetic energy of the incoming particle, GeV; the threshold may lie inside.
    pub kinetic_gev: (f64, f64),
    /// The nuclei.
    pub nuclei: Vec<Nucleus>,
    /// Seed of the points that maps and boxes are learnt from.
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
const MONTE_CARLO: f64 = 3e-4;
const MAX_POINTS: u64 = 20_000_000;
/// Largest relative error of σ where the finest rules of the quadrature do not reach that, next to thresholds of a narrow A′.
const WORST: f64 = 0.02;
/// How well σ of the quadrature is met between its energies; the panels resolve the narrowest poles, of a relative width of 10⁻⁴.
const EXACT: Fine = Fine {
    tolerance: 1e-4,
    narrowest: 1e-5,
};
/// The same of the Monte Carlo.
const MEASURED: Fine = Fine {
    tolerance: 5.0 * MONTE_CARLO,
    narrowest: 0.05,
};
/// Part of the threshold above it where σ by quadrature, and where maps and boxes begin.
const NEAREST: f64 = 1e-6;
const NEAR: f64 = 1e-3;
/// Largest factor in E − E_th of a stretch.
const FACTOR: f64 = 16.0;
/// Increments of the map, times it is trained and points of each, and boxes.
const INCREMENTS: usize = 200;
const TRAINING: (u32, u64) = (8, 100_000);
const BOXES: usize = 4_000;
/// Largest ratio of the masses of nuclei that share scales.
const ALIKE: f64 = 1.5;
/// Energies of a stretch with scales of their own, and points of a box at each.
const NODES: usize = 3;
const POINTS: u64 = 128;
/// Parts of a stretch at the ends of which the share is kept, times they may be halved, and points that set the threshold there.
const PARTS: usize = 6;
const HALVINGS: u32 = 4;
const PROOF: u64 = 40_000;
/// Allowed share of overweight events, and the part of it that is aimed at.
const OVERWEIGHT: f64 = 1e-3;
const MARGIN: f64 = 0.9;

/// A nucleus on its way.
struct Draft {
    inputs: Inputs,
    process: Arc<dyn Process>,
    sigma: SigmaTable,
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
        if high_gev + mass_gev > MAX_ENERGY_GEV {
            return Err(refuse(
                "the range of kinetic energies",
                "of total energies up to 1e8 GeV, as those of beams",
                format!("{low_gev:?} to {high_gev:?} GeV"),
            ));
        }
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
        let groups = alike(&request.nuclei);
        let boxes: Result<Vec<_>, SamplerError> = (0..most)
            .into_par_iter()
            .map(|stretch| {
                let partition = Arc::new(partition(&drafts, &groups, stretch, seed)?);
                let scaled = groups
                    .par_iter()
                    .map(|group| scaled(&drafts, group, stretch, &partition, seed).map(Arc::new));
                scaled.collect::<Result<Vec<_>, _>>()
            })
            .collect();
        let boxes = boxes?;
        let stretches: Result<Vec<Vec<Stretch>>, SamplerError> = (0..drafts.len())
            .into_par_iter()
            .map(|k| {
                // UNWRAP: every nucleus is in a group.
                let group = groups
                    .iter()
                    .position(|group| group.contains(&k))
                    .expect("one");
                let of_group = boxes.par_iter().enumerate();
                let proven = of_group.map(|(n, boxes)| drafts[k].proven(n, &boxes[group], seed));
                proven.collect()
            })
            .collect();
        let targets = drafts
            .into_iter()
            .zip(stretches?)
            .map(|(draft, stretches)| Target {
                nucleus: draft.inputs.nucleus,
                outgoing: draft.process.outgoing().len(),
                process: draft.process,
                sigma: draft.sigma,
                first: draft.first,
                length: draft.length,
                stretches,
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
            let expected = target.stretches[stretch].expected[k];
            SamplerRow {
                kinetic_gev: energy - self.mass_gev,
                efficiency: expected.efficiency,
                overweight_share: expected.overweight_share,
                overweight_excess: expected.excess,
            }
        };
        let all = target
            .stretches
            .iter()
            .map(|one| one.expected.len())
            .enumerate();
        all.flat_map(|(stretch, rows)| (0..rows).map(move |k| row(stretch, k, rows)))
            .collect()
    }

    /// Relative accuracy of the table of a nucleus, the error between the cross sections that it goes through
    /// included, and their number.
    ///
    /// # Panics
    /// If there is no such nucleus.
    pub fn sigma_accuracy(&self, nucleus: usize) -> (f64, usize) {
        let target = &self.targets[nucleus];
        (target.sigma.accuracy(), target.sigma.nodes())
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
        let from = |near: f64| {
            let near = low.max(threshold_gev * (1.0 + near));
            near.min(0.5 * (threshold_gev + high))
        };
        let at = |energy: f64| Ok::<_, SamplerError>(kind.of(&inputs.at_energy(energy)?)?);
        let route = process.route(Method::QUADRATURE);
        let exact = route.map(|route| route.sigma(QUADRATURE));
        let sigma = match exact {
            Some(Ok(_)) => {
                let range = (from(NEAREST), high);
                let by_quadrature = |energy: f64| computed(&*at(energy)?, energy);
                SigmaTable::new(threshold_gev, range, EXACT, &by_quadrature)?
            }
            None
            | Some(Err(QuadratureError::Cut { .. } | QuadratureError::NotConverged { .. })) => {
                let range = (from(NEAR), high);
                let by_monte_carlo = |energy: f64| measured(at(energy)?);
                SigmaTable::new(threshold_gev, range, MEASURED, &by_monte_carlo)?
            }
            Some(Err(other)) => return Err(other.into()),
        };
        let first = sigma.u(from(NEAR));
        Ok(Self {
            length: sigma.u(high) - first,
            inputs,
            process,
            sigma,
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

    /// dσ over σ of a block of points at a place of the range.
    fn evaluate(&self, place: f64, block: &mut dyn PointBlock, x: &Points<'_>, value: &mut [f64]) {
        let energy = self.energy_gev(place);
        if !block.set_beam_energy(energy) {
            value.fill(0.0);
            return;
        }
        let dim = self.process.dim();
        let mut columns: [&[f64]; MAX_DIM] = [&[]; MAX_DIM];
        for (d, column) in columns[..dim].iter_mut().enumerate() {
            *column = x.column(d);
        }
        block.evaluate(&columns[..dim], value);
        let normalisation = 1.0 / self.sigma.at(energy);
        value.iter_mut().for_each(|v| *v *= normalisation);
    }

    /// The thresholds of a stretch.
    fn proven(
        &self,
        stretch: usize,
        boxes: &Arc<Unweighter>,
        seed: u64,
    ) -> Result<Stretch, SamplerError> {
        let proof = Proof {
            seed,
            parts: PARTS,
            halvings: HALVINGS,
            points: PROOF,
            max_overweight_share: MARGIN * OVERWEIGHT,
        };
        let mut block = self.process.block();
        let family = |p: f64, x: &Points<'_>, value: &mut [f64]| {
            self.evaluate(stretch as f64 + p, &mut *block, x, value);
        };
        let found = boxes.prove(&proof, family);
        let (thresholds, expected) = found.map_err(|error| SamplerError::Generate(error.into()))?;
        Ok(Stretch {
            boxes: boxes.clone(),
            thresholds,
            expected,
        })
    }
}

/// Places of nuclei of about the same mass, for all.
fn alike(nuclei: &[Nucleus]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..nuclei.len()).collect();
    order.sort_by(|&a, &b| nuclei[a].mass_gev.total_cmp(&nuclei[b].mass_gev));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for k in order {
        let lightest = groups.last().map_or(0.0, |group| nuclei[group[0]].mass_gev);
        match groups.last_mut() {
            Some(group) if nuclei[k].mass_gev <= ALIKE * lightest => group.push(k),
            _ => groups.push(vec![k]),
        }
    }
    groups
}

/// Whose turn block `k` is, of `n`: by the golden ratio, so that it goes with no box.
fn turn(k: u64, n: usize) -> usize {
    let at_random = k.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    ((at_random * n as u64) >> 32) as usize
}

/// Map and boxes of a stretch: the groups in turn, and the nuclei of each.
fn partition(
    drafts: &[Draft],
    groups: &[Vec<usize>],
    stretch: usize,
    seed: u64,
) -> Result<Partition, SamplerError> {
    let growth = Growth {
        seed,
        increments: INCREMENTS,
        training: TRAINING,
        boxes: BOXES,
        more: BOXES,
    };
    let mut blocks: Vec<_> = drafts.iter().map(|draft| draft.process.block()).collect();
    let family = |k: u64, p: f64, x: &Points<'_>, value: &mut [f64]| {
        let group = &groups[turn(k, groups.len())];
        let turn = group[turn(k / groups.len() as u64, group.len())];
        drafts[turn].evaluate(stretch as f64 + p, &mut *blocks[turn], x, value);
    };
    let found = Partition::grow(drafts[0].process.dim(), &growth, family);
    found.map_err(|error| SamplerError::Generate(error.into()))
}

/// Scales of a group of nuclei in a stretch: the nuclei in turn.
fn scaled(
    drafts: &[Draft],
    group: &[usize],
    stretch: usize,
    partition: &Arc<Partition>,
    seed: u64,
) -> Result<Unweighter, SamplerError> {
    let learning = Learning {
        seed,
        nodes: NODES,
        points_per_box: POINTS,
    };
    let of_group = group.iter().map(|&k| &drafts[k]);
    let mut members: Vec<_> = of_group
        .map(|draft| (draft, draft.process.block()))
        .collect();
    let family = |k: u64, p: f64, x: &Points<'_>, value: &mut [f64]| {
        let turn = turn(k, members.len());
        let (draft, block) = &mut members[turn];
        draft.evaluate(stretch as f64 + p, &mut **block, x, value);
    };
    let found = Unweighter::learn(partition, &learning, family);
    found.map_err(|error| SamplerError::Generate(error.into()))
}

/// σ in pb by quadrature, and its relative error.
fn computed(process: &dyn Process, energy: f64) -> Result<Known, SamplerError> {
    let route = process.route(Method::QUADRATURE);
    let route = route.ok_or_else(|| QuadratureError::not_offered(process, Method::QUADRATURE))?;
    let (value_pb, error_pb) = match route.sigma(QUADRATURE) {
        Ok(found) => (found.value_pb, found.error_pb),
        Err(QuadratureError::NotConverged {
            value_pb, error_pb, ..
        }) => (value_pb, error_pb),
        Err(error) => return Err(error.into()),
    };
    let rel_error = error_pb / value_pb;
    if !(rel_error <= WORST) {
        return Err(SamplerError::Uncertain {
            kinetic_gev: energy - process.beam().mass_gev,
            rel_error,
            needed: WORST,
        });
    }
    Ok((value_pb, rel_error))
}

/// σ in pb by Monte Carlo, and its relative error.
fn measured(process: Arc<dyn Process>) -> Result<Known, SamplerError> {
    let settings = Settings {
        seed: 1,
        threads: 1,
        n_adapt: 8,
        neval: 50_000,
        rel_error: Some(MONTE_CARLO),
        lattices: None,
        max_neval: MAX_POINTS,
    }
    .for_sigma();
    let mut generator = Generator::new(process, settings)?;
    let mut hear = |_: &vegas::Progress| std::ops::ControlFlow::Continue(());
    generator.adapt(&mut hear)?;
    let found = generator.measure(&[], &mut hear)?.cross_section;
    Ok((found.value_pb, found.error_pb / found.value_pb))
}
