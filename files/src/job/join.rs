//! Complete runs of one card and different seeds become one.
//!
//! σ and histograms are averaged by evaluations, and χ² between the runs is looked at. The events of
//! all runs follow each other; raw weights of one card are comparable between its seeds, so one
//! factor on all of them makes their mean σ, and equal weights stay equal. The keys of events are
//! shifted run by run so that they stay different; `/seeds` says by how much. What was joined can be
//! joined with more. Pinned by `cli/tests/seeds.rs`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::reweigh::{finish_joined, stored_in};
use super::{JobError, Watcher, state};
use crate::IoError;
use crate::checkpoint::{self, OutputLock};
use crate::hdf5::{RunReader, RunWriter};
use crate::output::{self, Kind};
use millibrem::card::RunCard;
use millibrem::event::{EventBuffer, Sample};
use millibrem::generate::{self, CrossCheck, GenerateError};
use millibrem::histogram::Histogram;
use millibrem::record::{
    self, CrossSection, Fact, Facts, FurtherWeight, Member, RunHeader, RunSummary,
};
use millibrem::run;

/// Events read and written at a time.
const BLOCK: usize = 8192;

/// Most points that a run may say it has evaluated: sums of so many runs stay exact.
const MOST_POINTS: u64 = 1 << 53;

/// What several runs are together.
#[derive(Debug)]
pub struct Joined {
    /// σ with one row a run.
    pub cross_section: CrossSection,
    /// The runs, in the order they were given.
    pub members: Vec<Member>,
    /// Events of all of them.
    pub n_events: u64,
    /// σ against the quadrature, where that applies.
    pub check: Option<CrossCheck>,
    /// Reasons not to trust the result, in words.
    pub alarms: Vec<String>,
    /// What the further weights of the events came to.
    pub further: Vec<FurtherWeight>,
}

/// A run to be joined.
struct Part {
    run: RunReader,
    cross_section: CrossSection,
    histograms: Vec<Histogram>,
    provenance: Facts,
    members: Vec<Member>,
}

impl Part {
    fn open(path: &Path) -> Result<Self, JobError> {
        let run = RunReader::open(path)?;
        let cross_section = run.cross_section()?;
        let mut members = run.members()?;
        if members.is_empty() {
            members.push(Member {
                seed: run.header().seed,
                n_events: run.n_events() as u64,
                first_index: 0,
                n_eval: cross_section.n_eval,
                value_pb: cross_section.value_pb,
                error_pb: cross_section.error_pb,
            });
        }
        let evaluated = members
            .iter()
            .map(|m| m.n_eval)
            .chain([cross_section.n_eval]);
        for n_eval in evaluated {
            if !(1..=MOST_POINTS).contains(&n_eval) {
                return Err(JobError::Io(IoError::NotARun {
                    path: path.to_owned(),
                    reason: format!("it says that {n_eval} points were evaluated"),
                }));
            }
        }
        Ok(Self {
            histograms: run.histograms()?,
            provenance: run.provenance()?,
            cross_section,
            members,
            run,
        })
    }

    fn fact(&self, name: &str) -> Option<&Fact> {
        let named = self.provenance.iter().find(|(other, _)| other == name);
        named.map(|(_, fact)| fact)
    }

    /// What raw weights were multiplied with.
    fn scale(&self) -> f64 {
        match self.fact("weight_scale_pb") {
            Some(Fact::Real(scale)) if *scale > 0.0 => *scale,
            _ => 1.0,
        }
    }

    fn count(&self, name: &str) -> i64 {
        match self.fact(name) {
            Some(Fact::Integer(n)) => *n,
            _ => 0,
        }
    }

    /// Its alarms, with its name before them.
    fn alarms(&self) -> impl Iterator<Item = String> {
        let path = self.run.path().display().to_string();
        let alarms = record::alarms(&self.provenance).into_iter();
        alarms.map(move |words| format!("{path}: {words}"))
    }
}

/// Joins the runs `paths` of one card and different seeds into `output`.
///
/// # Errors
/// [`JobError::NotJoinable`] if their cards differ in more than seed, threads and number of events,
/// or two have one seed; [`JobError::Usage`] if there are fewer than two; other [`JobError`]s if
/// files cannot be read or written. The runs are never touched.
pub fn join(
    paths: &[PathBuf],
    output: &Path,
    replace: bool,
    watcher: &mut dyn Watcher,
) -> Result<Joined, JobError> {
    let start = Instant::now();
    let parts = paths
        .iter()
        .map(|path| Part::open(path))
        .collect::<Result<Vec<_>, _>>()?;
    let [first, _, ..] = parts.as_slice() else {
        return Err(JobError::Usage(
            "--seeds joins two runs or more; give them all at once".to_owned(),
        ));
    };
    check(&parts, watcher)?;
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    if let Some(path) = paths.iter().find(|path| {
        real(output).is_some_and(|output| real(path).is_some_and(|path| path == output))
    }) {
        return Err(JobError::Usage(format!(
            "-o {} is one of the runs to be joined; choose another output",
            path.display()
        )));
    }
    output::check(output, Kind::Run, replace)?;
    output::check_apart(output, paths)?;
    output::apart_from_run(output)?;
    let _lock = OutputLock::take(output)?;
    checkpoint::discard(output)?;

    let n_events: u64 = parts.iter().map(|part| part.run.n_events() as u64).sum();
    let name = first.run.path().display().to_string();
    let mut card = RunCard::parse(&name, "run", &first.run.header().card, &[])?;
    card.events.count = n_events;
    let mut header = RunHeader {
        card: card.to_recorded_toml(),
        expected_events: n_events,
        ..first.run.header().clone()
    };
    let scalars = &mut header.sample.scalars;
    scalars.retain(|scalar| scalar.further_weight().is_none());
    let mut writer = RunWriter::create(output, &header, replace)?;
    let (members, raw_sum) = copy_events(&parts, &mut writer, watcher)?;
    let (cross_section, disagreement) = generate::joined(&members);
    let check = run::cross_check(&card, &*run::process(&card)?, &cross_section)?.ok();
    let mut alarms: Vec<String> = parts.iter().flat_map(Part::alarms).collect();
    alarms.extend(disagreement);
    alarms.extend(check.as_ref().and_then(CrossCheck::alarm));
    let scale = match raw_sum > 0.0 {
        true => cross_section.value_pb * n_events as f64 / raw_sum,
        false => 1.0,
    };
    let mut joined = Joined {
        cross_section,
        members,
        n_events,
        check,
        alarms,
        further: Vec::new(),
    };
    let mut summary = joined.summary(&parts, scale)?;
    let wall_s = start.elapsed().as_secs_f64();
    summary
        .timings
        .push(("wall_s".to_owned(), Fact::Real(wall_s)));
    let stored = |row: usize| {
        let (mut rest, mut members) = (row, &joined.members[..]);
        for Part {
            run, members: own, ..
        } in &parts
        {
            if let Some(behind) = rest.checked_sub(run.n_events()) {
                (rest, members) = (behind, &members[own.len()..]);
                continue;
            }
            let mut event = stored_in(run, rest)?;
            if let Some(event) = &mut event {
                event.index += members[0].first_index - own[0].first_index;
            }
            return Ok(event);
        }
        Ok(None)
    };
    let (members, stored) = (&joined.members, Box::new(stored));
    joined.further = finish_joined(writer, &summary, &card, members, stored, watcher)?;
    Ok(joined)
}

/// Checks that `parts` are runs of one card and different seeds.
fn check(parts: &[Part], watcher: &mut dyn Watcher) -> Result<(), JobError> {
    let first = &parts[0].run;
    let made_by = first.generator()?;
    let mut seeds: BTreeMap<u64, &Path> = BTreeMap::new();
    for part in parts {
        let run = &part.run;
        let wrong = |first: &Path, what: String| JobError::NotJoinable {
            path: run.path().to_owned(),
            first: first.to_owned(),
            what,
        };
        let (theirs, ours) = (&run.header().card, &first.header().card);
        let difference = state::difference_but(theirs, ours, |card| {
            (card.run.seed, card.events.count) = (0, 0);
        });
        if let Some(what) = difference {
            return Err(wrong(first.path(), what));
        }
        if let Some(what) = particles_differ(run.sample(), first.sample()) {
            return Err(wrong(first.path(), what));
        }
        for member in &part.members {
            if let Some(twin) = seeds.insert(member.seed, run.path()) {
                let what = format!(
                    "both have the seed {}, so their points are the same",
                    member.seed
                );
                return Err(wrong(twin, what));
            }
        }
        let theirs = run.generator()?;
        if theirs != made_by {
            let ((version, commit), path) = (theirs, run.path().display());
            watcher.note(&format!(
                "note: {path} was made by version {version} ({commit}), {} by {} ({})",
                first.path().display(),
                made_by.0,
                made_by.1
            ));
        }
    }
    Ok(())
}

/// How the particles of a run differ from those of the first, of the same card, in words.
fn particles_differ(sample: &Sample, first: &Sample) -> Option<String> {
    if sample == first {
        return None;
    }
    let dark = |sample: &Sample| sample.dark().next().map(|(_, out)| out.particle);
    let mut particles = vec![
        ("lepton", sample.beam, first.beam),
        ("nucleus", sample.target, first.target),
    ];
    if let (Some(one), Some(other)) = (dark(sample), dark(first)) {
        particles.push(("dark particle", one, other));
    }
    let mut differences = Vec::new();
    let kinds = (sample.weighting.name(), first.weighting.name());
    if kinds.0 != kinds.1 {
        differences.push(format!(
            "its events are called {}, not {}",
            kinds.0, kinds.1
        ));
    }
    for (who, one, other) in particles {
        if one.pdg_id != other.pdg_id {
            let (id, wanted) = (one.pdg_id, other.pdg_id);
            differences.push(format!("its {who} has the id {id}, not {wanted}"));
        }
        for (what, x, y) in [
            ("charge", one.charge, other.charge),
            ("mass in GeV", one.mass_gev, other.mass_gev),
        ] {
            if x != y {
                differences.push(format!("its {who} has the {what} {x}, not {y}"));
            }
        }
    }
    Some(format!(
        "{}; versions of millibrem differ in that, so make both with one of them",
        differences.join(", ")
    ))
}

/// Writes the events of all parts with raw weights; the members as they lie in the file now, and
/// the sum of the weights.
fn copy_events(
    parts: &[Part],
    writer: &mut RunWriter,
    watcher: &mut dyn Watcher,
) -> Result<(Vec<Member>, f64), JobError> {
    let (mut members, mut sum, mut offset) = (Vec::new(), 0.0, 0_u64);
    let mut events = EventBuffer::default();
    for part in parts {
        let scale = part.scale();
        members.extend(part.members.iter().map(|member| Member {
            first_index: member.first_index.saturating_add(offset),
            ..*member
        }));
        let mut next = offset;
        for from in (0..part.run.n_events()).step_by(BLOCK) {
            if watcher.should_stop() {
                return Err(GenerateError::Stopped.into());
            }
            part.run.read_events(from, BLOCK, &mut events)?;
            // They are made again, as the joined run has another factor.
            events.retain_scalars(|scalar| scalar.further_weight().is_none());
            for weight in &mut events.weight {
                *weight /= scale;
                sum += *weight;
            }
            for index in &mut events.index {
                *index = index.saturating_add(offset);
                next = next.max(index.saturating_add(1));
            }
            writer.write_events(&events)?;
        }
        offset = next;
    }
    Ok((members, sum))
}

impl Joined {
    /// The record of the file.
    fn summary(&self, parts: &[Part], weight_scale: f64) -> Result<RunSummary, JobError> {
        let text = |name: &str, value: String| (name.to_owned(), Fact::Text(value));
        let whole = |name: &str| {
            let counts = parts.iter().map(|part| part.count(name));
            let sum = counts.fold(0, i64::saturating_add);
            (name.to_owned(), Fact::Integer(sum))
        };
        let seeds: Vec<String> = self.members.iter().map(|m| m.seed.to_string()).collect();
        let process = match parts[0].fact("process") {
            Some(Fact::Text(process)) => process.clone(),
            _ => String::new(),
        };
        let q = self
            .cross_section
            .iterations
            .last()
            .map_or(1.0, |row| row.q);
        let mut provenance = vec![
            text("process", process),
            text("seeds", seeds.join(", ")),
            ("seeds_q".to_owned(), Fact::Real(q)),
            whole("n_eval_sigma"),
            whole("n_eval_events"),
            ("weight_scale_pb".to_owned(), Fact::Real(weight_scale)),
            ("trustworthy".to_owned(), Fact::Flag(self.alarms.is_empty())),
            text("alarms", self.alarms.join("\n")),
        ];
        if let Some(check) = self.check {
            let fact = |name: &str, value| (name.to_owned(), Fact::Real(value));
            provenance.push(fact("quadrature_sigma_pb", check.value_pb));
            provenance.push(fact("quadrature_pull", check.pull));
        }
        Ok(RunSummary {
            cross_section: self.cross_section.clone(),
            // Of one card, so all have the same.
            nuclei: parts[0].run.nuclei()?,
            weight_scale,
            histograms: histograms(parts, self.cross_section.error_pb)?,
            provenance,
            timings: Vec::new(),
        })
    }
}

/// The histograms of all parts, averaged as σ is. Runs are independent, so the products of their
/// deviations vanish on average, and row on row they add up to the deviations of the average.
fn histograms(parts: &[Part], error_pb: f64) -> Result<Vec<Histogram>, JobError> {
    let first = &parts[0];
    let total: u64 = parts.iter().map(|part| part.cross_section.n_eval).sum();
    let average = |(i, histogram): (usize, &Histogram)| {
        let n = histogram.values().len();
        let (mut values, mut variances) = (vec![0.0; n], vec![0.0; n]);
        let mut deviations = Vec::new();
        for part in parts {
            let share = part.cross_section.n_eval as f64 / total as f64;
            let other = part.histograms.get(i).filter(|other| {
                other.name() == histogram.name() && other.axes() == histogram.axes()
            });
            let Some(other) = other else {
                return Err(JobError::NotJoinable {
                    path: part.run.path().to_owned(),
                    first: first.run.path().to_owned(),
                    what: format!("its histogram {} is another", histogram.name()),
                });
            };
            let bins = other.values().iter().zip(other.variances());
            for ((value, variance), (v, s2)) in values.iter_mut().zip(&mut variances).zip(bins) {
                *value += share * v;
                *variance += share * share * s2;
            }
            let rows = other.deviations();
            deviations.resize(rows.len().max(deviations.len()), 0.0);
            for (deviation, d) in deviations.iter_mut().zip(rows) {
                *deviation += share as f32 * d;
            }
        }
        // Parts that do not know theirs leave those of all unknown.
        if parts
            .iter()
            .any(|part| part.histograms[i].deviations().is_empty())
        {
            deviations.clear();
        }
        let axes = histogram.axes().to_vec();
        let made = Histogram::new(histogram.name(), axes, values, variances)
            .and_then(|made| made.with_deviations(deviations));
        let made = made.map_err(GenerateError::from)?;
        Ok(made.with_total_error(error_pb))
    };
    first.histograms.iter().enumerate().map(average).collect()
}
