//! A sampler as bytes: a line with format, version and checksum, a line of JSON that says what it
//! is of, then its tables as JSON, whose floats come back to the bit.
//!
//! The process itself is not in there. Who saves adds a text from which the inputs can be made
//! again (a card); loading compares dσ of the process at a few points with what it was, to the bit, so that
//! tables of other inputs, or of a release that computes otherwise, are refused.
//! Pinned by `tests/sampler.rs`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vegas::{Expected, Map, Partition, Thresholds, Unweighter};

use super::sigma::SigmaTable;
use super::{AT_ONCE, Sampler, SamplerError, Stretch, Target};
use crate::generate::integrand::MAX_DIM;
use crate::matter::Nucleus;
use crate::process::{Inputs, Kind, Process};

/// First word of the bytes, with the version of what follows.
const MAGIC: &str = "millibrem-sampler-3";

/// What it is of.
#[derive(Serialize, Deserialize)]
struct Heading {
    description: String,
    charges: Vec<u32>,
}

/// The tables.
#[derive(Serialize, Deserialize)]
struct Saved {
    low_gev: f64,
    high_gev: f64,
    mass_gev: f64,
    /// Of each stretch.
    boxes: Vec<SavedBoxes>,
    targets: Vec<SavedTarget>,
}

#[derive(Serialize, Deserialize)]
struct SavedBoxes {
    map: Map,
    cuts: Vec<u8>,
    /// Bit patterns, of each group of nuclei.
    scale: Vec<Vec<u32>>,
}

#[derive(Serialize, Deserialize)]
struct SavedTarget {
    probe: [u64; AT_ONCE],
    sigma: SigmaTable,
    first: f64,
    length: f64,
    /// Which scales it uses.
    group: usize,
    stretches: Vec<SavedStretch>,
}

#[derive(Serialize, Deserialize)]
struct SavedStretch {
    thresholds: Vec<f64>,
    /// Efficiency, overweight share and excess of each part.
    expected: Vec<[f64; 3]>,
}

/// FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo; RFC 9923), 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// dσ of a process at four points, as bits.
fn probe(process: &dyn Process) -> [u64; AT_ONCE] {
    let at = |d: usize| {
        core::array::from_fn(|i| libm::fmod(0.381_966 * (i + 1) as f64 + 0.137 * d as f64, 1.0))
    };
    let x: [[f64; AT_ONCE]; MAX_DIM] = core::array::from_fn(at);
    let columns: [&[f64]; MAX_DIM] = core::array::from_fn(|d| &x[d][..]);
    let mut value = [0.0; AT_ONCE];
    process
        .block()
        .evaluate(&columns[..process.dim()], &mut value);
    value.map(f64::to_bits)
}

fn refused(problem: impl Into<String>) -> SamplerError {
    SamplerError::Saved {
        problem: problem.into(),
    }
}

/// Checks all, and reads what it is of; what remains are the tables.
fn read(bytes: &[u8]) -> Result<(Heading, &[u8]), SamplerError> {
    let end = bytes.iter().take(100).position(|&byte| byte == b'\n');
    let end = end.ok_or_else(|| refused("they do not begin with a line of text"))?;
    let (line, body) = (String::from_utf8_lossy(&bytes[..end]), &bytes[end + 1..]);
    let Some((MAGIC, sum)) = line.split_once(' ') else {
        return Err(refused(format!(
            "the first line must begin with `{MAGIC}`, found `{line}`"
        )));
    };
    let found = format!("{:016x}", checksum(body));
    if sum != found {
        return Err(refused(format!(
            "the checksum of what follows is {found}, that in the first line {sum}: they are damaged or cut off"
        )));
    }
    let end = body.iter().position(|&byte| byte == b'\n');
    let (heading, tables) = body.split_at(end.unwrap_or(body.len()));
    let heading = serde_json::from_slice(heading).map_err(|error| refused(error.to_string()))?;
    Ok((heading, tables))
}

impl Sampler {
    /// The sampler as bytes, with a text from which its inputs can be made again.
    pub fn save(&self, description: &str) -> Vec<u8> {
        let stretch = |stretch: &Stretch| {
            let numbers = |e: &Expected| [e.efficiency, e.overweight_share, e.excess];
            SavedStretch {
                thresholds: stretch.thresholds.all().to_vec(),
                expected: stretch.expected.iter().map(numbers).collect(),
            }
        };
        let alike =
            |a: &Target, b: &Target| Arc::ptr_eq(&a.stretches[0].boxes, &b.stretches[0].boxes);
        // The first target of each group.
        let mut groups: Vec<&Target> = Vec::new();
        for target in &self.targets {
            if !groups.iter().any(|first| alike(first, target)) {
                groups.push(target);
            }
        }
        let target = |target: &Target| SavedTarget {
            probe: probe(&*target.process),
            sigma: target.sigma.clone(),
            first: target.first,
            length: target.length,
            // UNWRAP: it is alike to itself.
            group: groups
                .iter()
                .position(|first| alike(first, target))
                .expect("one"),
            stretches: target.stretches.iter().map(stretch).collect(),
        };
        let bits = |boxes: &Unweighter| boxes.scale().iter().map(|s| s.to_bits()).collect();
        let boxes = |k: usize| {
            let partition = self.targets[0].stretches[k].boxes.partition();
            SavedBoxes {
                map: partition.map().clone(),
                cuts: partition.cuts().to_vec(),
                scale: groups
                    .iter()
                    .map(|first| bits(&first.stretches[k].boxes))
                    .collect(),
            }
        };
        let boxes = (0..self.targets[0].stretches.len()).map(boxes).collect();
        let targets = self.targets.iter().map(target).collect();
        let saved = Saved {
            low_gev: self.low_gev,
            high_gev: self.high_gev,
            mass_gev: self.mass_gev,
            boxes,
            targets,
        };
        let heading = Heading {
            description: description.to_owned(),
            charges: self.nuclei().map(|nucleus| nucleus.z).collect(),
        };
        // UNWRAP: numbers, texts and lists of them can always be written.
        let mut body = serde_json::to_vec(&heading).expect("plain values");
        body.push(b'\n');
        serde_json::to_writer(&mut body, &saved).expect("plain values");
        let mut bytes = format!("{MAGIC} {:016x}\n", checksum(&body)).into_bytes();
        bytes.extend(body);
        bytes
    }

    /// The text that [`Self::save`] was given, and the charge numbers of the nuclei, in order.
    ///
    /// # Errors
    /// [`SamplerError::Saved`] if these are not the bytes of a sampler.
    pub fn description(bytes: &[u8]) -> Result<(String, Vec<u32>), SamplerError> {
        let (heading, _) = read(bytes)?;
        Ok((heading.description, heading.charges))
    }

    /// The sampler of these bytes, for the process `kind` with `inputs` and on `nuclei`, which must be
    /// those it was made with.
    ///
    /// # Errors
    /// [`SamplerError::Saved`] if these are not the bytes of such a sampler.
    pub fn load(
        bytes: &[u8],
        kind: &dyn Kind,
        inputs: &Inputs,
        nuclei: &[Nucleus],
    ) -> Result<Self, SamplerError> {
        let (heading, tables) = read(bytes)?;
        let here: Vec<u32> = nuclei.iter().map(|nucleus| nucleus.z).collect();
        if here != heading.charges {
            let there = heading.charges;
            return Err(refused(format!(
                "they are of the nuclei Z = {there:?}, not {here:?}"
            )));
        }
        let saved: Saved =
            serde_json::from_slice(tables).map_err(|error| refused(error.to_string()))?;
        if saved.targets.len() != nuclei.len() {
            return Err(refused("a nucleus is missing"));
        }
        let boxes = |stored: SavedBoxes| {
            let partition = Arc::new(Partition::new(stored.map, stored.cuts)?);
            let of_group = |bits: Vec<u32>| {
                let scale = bits.into_iter().map(f32::from_bits).collect();
                Unweighter::new(partition.clone(), scale).map(Arc::new)
            };
            stored.scale.into_iter().map(of_group).collect()
        };
        let boxes: Result<Vec<Vec<_>>, _> = saved.boxes.into_iter().map(boxes).collect();
        let boxes = boxes.map_err(|error: vegas::Error| refused(error.to_string()))?;
        let energy_gev = saved.high_gev + saved.mass_gev;
        let target = |(stored, nucleus): (SavedTarget, &Nucleus)| {
            let process = kind.of(&inputs.on(*nucleus).at_energy(energy_gev)?)?;
            if probe(&*process) != stored.probe {
                return Err(refused(format!(
                    "the process `{}` on Z = {} gives other values than where they were made: other inputs, or another release; make the sampler again",
                    process.kind(),
                    nucleus.z
                )));
            }
            if stored.stretches.len() != boxes.len() {
                return Err(refused("a stretch is missing"));
            }
            let mut stretches = Vec::new();
            for (stretch, groups) in stored.stretches.into_iter().zip(&boxes) {
                let boxes = groups.get(stored.group);
                let boxes = boxes.filter(|boxes| boxes.partition().map().dim() == process.dim());
                let thresholds = Thresholds::new(stretch.thresholds);
                let part = |[efficiency, overweight_share, excess]: [f64; 3]| Expected {
                    efficiency,
                    overweight_share,
                    excess,
                };
                stretches.push(Stretch {
                    boxes: boxes.ok_or_else(|| refused("boxes are missing"))?.clone(),
                    thresholds: thresholds.map_err(|error| refused(error.to_string()))?,
                    expected: stretch.expected.into_iter().map(part).collect(),
                });
            }
            if stretches.is_empty() || !stored.sigma.is_sound() {
                return Err(refused("a table is empty"));
            }
            Ok(Target {
                nucleus: *nucleus,
                outgoing: process.outgoing().len(),
                process,
                sigma: stored.sigma,
                first: stored.first,
                length: stored.length,
                stretches,
            })
        };
        let targets: Result<Vec<_>, _> =
            saved.targets.into_iter().zip(nuclei).map(target).collect();
        Ok(Self {
            low_gev: saved.low_gev,
            high_gev: saved.high_gev,
            mass_gev: saved.mass_gev,
            targets: targets?,
        })
    }
}
