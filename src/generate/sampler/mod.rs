//! σ(E) and single events at any energy: what a detector simulation asks for, step by step.
//!
//! A [`Sampler`] is made once, for a process, a range of kinetic energies and a list of nuclei. Then
//! [`Sampler::cross_section`] gives σ in pb per nucleus from a table made by quadrature
//! (`sigma`), and [`Sampler::sample`] an event at that very energy, by rejection: the range is cut
//! into stretches of at most a factor 16 in E − E_th, each of which has a map, boxes and their scales, interpolated
//! in the energy (`vegas::Partition`, `vegas::Unweighter`, `build`). Candidates are evaluated four at a
//! time and the first accepted is taken, so that the kernel works on full registers.
//!
//! An event has the weight 1, but for a share of at most 10⁻³ that weighs more; using the weights makes
//! every mean unbiased. That share is held at seven energies of each stretch, ends included, and at more where thresholds
//! change quickly, on points of their own ([`Sampler::report`]), not within 0.1 % of the threshold, where σ is next to nothing. Energies
//! are kinetic energies of the incoming particle in GeV, momenta in GeV in the laboratory with the
//! beam along +z. A sampler is immutable and shared by threads; each thread has a [`Scratch`]. The same seed
//! gives the same bits everywhere. Neither call allocates. Pinned by `tests/sampler.rs`.

mod build;
mod saved;
mod sigma;

use std::sync::Arc;

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use thiserror::Error;
use vegas::{Expected, Thresholds, Unweighter};

use super::GenerateError;
use super::integrand::MAX_DIM;
use crate::elementary::cos_sin_turns;
use crate::event::{MAX_OUTGOING, Momentum};
use crate::kinematics::turned;
use crate::matter::Nucleus;
use crate::process::{PointBlock, Process, QuadratureError, SetupError};
use crate::text::shown;
use sigma::SigmaTable;

pub use build::{SamplerRequest, SamplerRow};

/// Candidates that are evaluated at once: one register of AVX2.
const AT_ONCE: usize = 4;

/// Rounds of candidates before the cuts are declared too tight.
const PATIENCE: u32 = 1_000_000;

/// Why there is no sampler, or no answer of one.
#[derive(Debug, Error)]
pub enum SamplerError {
    /// The process makes no sense on a nucleus.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// σ cannot be computed.
    #[error(transparent)]
    Quadrature(#[from] QuadratureError),
    /// σ cannot be computed well enough at an energy of the range.
    #[error(
        "the finest rules of the quadrature give σ at a kinetic energy of {} GeV to {rel_error:.1e} only, and the sampler needs {needed:e} at all energies of its range; leave this energy out of the range, or make the A' wider",
        shown(*kinetic_gev)
    )]
    Uncertain {
        /// Kinetic energy, GeV.
        kinetic_gev: f64,
        /// Relative error reached.
        rel_error: f64,
        /// What is needed.
        needed: f64,
    },
    /// The Monte Carlo failed.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// A request that makes no sense.
    #[error("{name} must be {expected}, found {found}")]
    Request {
        /// What is wrong.
        name: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A process of one energy.
    #[error(
        "the process `{kind}` knows the energy of its card only and cannot be sampled at others"
    )]
    OneEnergy {
        /// The process.
        kind: String,
    },
    /// An energy outside of the tables.
    #[error(
        "the kinetic energy {} GeV is outside of the sampler's range: {} to {} GeV",
        shown(*found_gev), shown(*low_gev), shown(*high_gev)
    )]
    OutOfRange {
        /// What was asked for, GeV.
        found_gev: f64,
        /// Lower end of the range, GeV.
        low_gev: f64,
        /// Upper end, GeV.
        high_gev: f64,
    },
    /// Nothing can be made.
    #[error(
        "nothing is made by a kinetic energy of {} GeV: the threshold is {} GeV",
        shown(*found_gev), shown(*threshold_gev)
    )]
    BelowThreshold {
        /// What was asked for, GeV.
        found_gev: f64,
        /// Kinetic energy at threshold, GeV.
        threshold_gev: f64,
    },
    /// The cuts reject everything.
    #[error("none of {tried} candidates at a kinetic energy of {} GeV was accepted: the cuts leave next to nothing", shown(*energy_gev))]
    TooTight {
        /// Candidates.
        tried: u64,
        /// Kinetic energy, GeV.
        energy_gev: f64,
    },
    /// Stored bytes that are no sampler of this process.
    #[error("these bytes are no sampler to be used here: {problem}")]
    Saved {
        /// What is wrong, and what would be right.
        problem: String,
    },
}

/// What draws the events of a nucleus in a stretch of energies.
struct Stretch {
    /// Shared by nuclei of about the same mass.
    boxes: Arc<Unweighter>,
    thresholds: Thresholds,
    /// At each of these.
    expected: Vec<Expected>,
}

/// What a sampler knows of one nucleus.
struct Target {
    nucleus: Nucleus,
    process: Arc<dyn Process>,
    /// Number of outgoing particles.
    outgoing: usize,
    sigma: SigmaTable,
    /// Lower end of the first stretch, and the length of each, in ln(E − E_th).
    first: f64,
    length: f64,
    stretches: Vec<Stretch>,
}

/// σ(E) and events of a process at any energy of a range, on any of several nuclei.
pub struct Sampler {
    low_gev: f64,
    high_gev: f64,
    mass_gev: f64,
    targets: Vec<Target>,
}

/// What a thread needs to draw events, and the last event drawn.
pub struct Scratch {
    blocks: Vec<Box<dyn PointBlock>>,
    /// Which energy each block is at, GeV.
    energy_gev: Vec<f64>,
    x: [[f64; AT_ONCE]; MAX_DIM],
    momenta: [Momentum; MAX_OUTGOING],
    outgoing: usize,
    tried: u64,
}

/// The last event drawn.
impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.momenta()).finish()
    }
}

impl Scratch {
    /// Momenta of the outgoing particles of the last event, in the order of [`Process::outgoing`].
    pub fn momenta(&self) -> &[Momentum] {
        &self.momenta[..self.outgoing]
    }

    /// Candidates looked at so far, those behind an accepted one not counted.
    pub fn tried(&self) -> u64 {
        self.tried
    }
}

impl Target {
    /// What draws events at an energy, and where in its stretch that is.
    fn stretch(&self, energy_gev: f64) -> (&Stretch, f64) {
        let place = (self.sigma.u(energy_gev) - self.first) / self.length;
        // What lies below the first stretch is drawn with its boxes; negative numbers become 0.
        let k = (place as usize).min(self.stretches.len() - 1);
        (&self.stretches[k], place - k as f64)
    }
}

impl Sampler {
    /// The nuclei, in the order asked for.
    pub fn nuclei(&self) -> impl Iterator<Item = &Nucleus> {
        self.targets.iter().map(|target| &target.nucleus)
    }

    /// The place of the first nucleus of charge number `z`.
    pub fn find(&self, z: u32) -> Option<usize> {
        self.nuclei().position(|nucleus| nucleus.z == z)
    }

    /// The process on a nucleus, at the upper end of the range.
    ///
    /// # Panics
    /// If there is no such nucleus.
    pub fn process(&self, nucleus: usize) -> &Arc<dyn Process> {
        &self.targets[nucleus].process
    }

    /// The range of kinetic energies in GeV.
    pub fn range_gev(&self) -> (f64, f64) {
        (self.low_gev, self.high_gev)
    }

    /// Kinetic energy in GeV below which nothing is made on a nucleus.
    ///
    /// # Panics
    /// If there is no such nucleus.
    pub fn threshold_gev(&self, nucleus: usize) -> f64 {
        self.targets[nucleus].sigma.threshold_gev() - self.mass_gev
    }

    fn check(&self, kinetic_gev: f64) -> Result<(), SamplerError> {
        match (self.low_gev..=self.high_gev).contains(&kinetic_gev) {
            true => Ok(()),
            false => Err(SamplerError::OutOfRange {
                found_gev: kinetic_gev,
                low_gev: self.low_gev,
                high_gev: self.high_gev,
            }),
        }
    }

    /// σ in pb per nucleus at a kinetic energy in GeV; 0 below threshold.
    ///
    /// # Errors
    /// [`SamplerError::OutOfRange`].
    ///
    /// # Panics
    /// If there is no such nucleus.
    pub fn cross_section(&self, nucleus: usize, kinetic_gev: f64) -> Result<f64, SamplerError> {
        self.check(kinetic_gev)?;
        Ok(self.targets[nucleus].sigma.at(self.mass_gev + kinetic_gev))
    }

    /// Room for one thread to draw events.
    pub fn scratch(&self) -> Scratch {
        let blocks: Vec<_> = self.targets.iter().map(|t| t.process.block()).collect();
        Scratch {
            energy_gev: vec![f64::NAN; blocks.len()],
            blocks,
            x: [[0.0; AT_ONCE]; MAX_DIM],
            momenta: [[0.0; 4]; MAX_OUTGOING],
            outgoing: 0,
            tried: 0,
        }
    }

    /// Draws an event at a kinetic energy in GeV, the one that belongs to `seed`; returns its weight
    /// and leaves its momenta in `scratch`.
    ///
    /// # Errors
    /// [`SamplerError::OutOfRange`], [`SamplerError::BelowThreshold`], [`SamplerError::TooTight`].
    ///
    /// # Panics
    /// If there is no such nucleus, or `scratch` is of another sampler.
    pub fn sample(
        &self,
        nucleus: usize,
        kinetic_gev: f64,
        scratch: &mut Scratch,
        seed: u64,
    ) -> Result<f64, SamplerError> {
        let mut stream = Pcg64Mcg::seed_from_u64(seed);
        self.draw(nucleus, kinetic_gev, scratch, || stream.next_u64())
    }

    /// The same with uniform numbers in [0, 1) of the caller's own, as many as it takes.
    ///
    /// # Errors
    /// As [`Self::sample`].
    ///
    /// # Panics
    /// As [`Self::sample`].
    pub fn sample_with(
        &self,
        nucleus: usize,
        kinetic_gev: f64,
        scratch: &mut Scratch,
        mut uniform: impl FnMut() -> f64,
    ) -> Result<f64, SamplerError> {
        // A float that does not fit becomes the nearest integer that does.
        let word = || (uniform() * 18_446_744_073_709_551_616.0) as u64;
        self.draw(nucleus, kinetic_gev, scratch, word)
    }

    fn draw(
        &self,
        nucleus: usize,
        kinetic_gev: f64,
        scratch: &mut Scratch,
        mut word: impl FnMut() -> u64,
    ) -> Result<f64, SamplerError> {
        self.check(kinetic_gev)?;
        let target = &self.targets[nucleus];
        let energy_gev = self.mass_gev + kinetic_gev;
        let block = &mut scratch.blocks[nucleus];
        if scratch.energy_gev[nucleus] != energy_gev {
            // Not to be trusted until the move has succeeded.
            scratch.energy_gev[nucleus] = f64::NAN;
            if energy_gev <= target.sigma.threshold_gev() || !block.set_beam_energy(energy_gev) {
                return Err(SamplerError::BelowThreshold {
                    found_gev: kinetic_gev,
                    threshold_gev: self.threshold_gev(nucleus),
                });
            }
            scratch.energy_gev[nucleus] = energy_gev;
        }
        let (stretch, p) = target.stretch(energy_gev);
        let normalisation = 1.0 / target.sigma.at(energy_gev);
        let member = (p, stretch.thresholds.at(p));
        let boxes = &*stretch.boxes;
        let dim = boxes.partition().map().dim();
        let (mut factor, mut value) = ([0.0; AT_ONCE], [0.0; AT_ONCE]);
        for round in 1..=PATIENCE {
            boxes.draw(member, &mut word, &mut scratch.x[..dim], &mut factor);
            let columns: [&[f64]; MAX_DIM] = core::array::from_fn(|d| &scratch.x[d][..]);
            block.evaluate(&columns[..dim], &mut value);
            let keep: [f64; AT_ONCE] = core::array::from_fn(|_| vegas::uniform(word()));
            let weight: [f64; AT_ONCE] =
                core::array::from_fn(|i| value[i] * factor[i] * normalisation);
            let Some(i) = (0..AT_ONCE).find(|&i| keep[i] < weight[i]) else {
                continue;
            };
            scratch.tried += u64::from(round - 1) * AT_ONCE as u64 + i as u64 + 1;
            scratch.outgoing = target.outgoing;
            let momenta = &mut scratch.momenta[..target.outgoing];
            block.momenta(i, momenta);
            let azimuth = cos_sin_turns(vegas::uniform(word()));
            for p in momenta {
                *p = turned(*p, azimuth);
            }
            return Ok(weight[i].max(1.0));
        }
        Err(SamplerError::TooTight {
            tried: u64::from(PATIENCE) * AT_ONCE as u64,
            energy_gev: kinetic_gev,
        })
    }
}
