//! One job: phases in their order, checkpoints between and within them.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::extend::Before;
use super::outcome::{Outcome, Sampled};
use super::reweigh::finish;
use super::state::{self, State};
use super::{Bytes, JobError, Watcher};
use crate::IoError;
use crate::checkpoint::{self, OutputLock};
use crate::hdf5::{RunReader, RunWriter, ShardReader};
use crate::output::{self, Kind};
use millibrem::card::RunCard;
use millibrem::generate::{self, GenerateError, Generator, Listener, Phase, Progress};
use millibrem::process::Process;
use millibrem::record::{Fact, RunHeader, Shard};
use millibrem::run;

/// How often a job makes durable what it has.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    every: Duration,
    /// Checkpoints may take one part in this of the time.
    rarer: u32,
}

impl Default for Pace {
    /// Every 60 s, but more rarely where that takes more than 1 % of the time.
    fn default() -> Self {
        Self {
            every: Duration::from_secs(60),
            rarer: 100,
        }
    }
}

impl Pace {
    /// So often, if that takes no more than half of the time.
    pub fn every(interval: Duration) -> Self {
        Self {
            every: interval,
            rarer: 1,
        }
    }
}

/// When the next checkpoint is due.
pub(super) struct Clock {
    pace: Pace,
    last: Instant,
    wait: Duration,
    /// Checkpoints made, and the time they took.
    made: u64,
    spent: Duration,
}

impl Clock {
    fn new(pace: Pace) -> Self {
        Self {
            pace,
            last: Instant::now(),
            wait: pace.every,
            made: 0,
            spent: Duration::ZERO,
        }
    }

    /// What it cost this process.
    fn facts(&self) -> [(String, Fact); 2] {
        let made = i64::try_from(self.made).unwrap_or(i64::MAX);
        [
            ("checkpoints".to_owned(), Fact::Integer(made)),
            (
                "checkpoint_s".to_owned(),
                Fact::Real(self.spent.as_secs_f64()),
            ),
        ]
    }

    fn due(&self) -> bool {
        self.last.elapsed() >= self.wait
    }

    /// A checkpoint begun at `start` is done.
    fn done(&mut self, start: Instant) {
        let took = start.elapsed();
        self.made += 1;
        self.spent += took;
        self.wait = self.pace.every.max(took * self.pace.rarer);
        self.last = Instant::now();
    }
}

/// The run of a card, or of one shard of it, into a file.
#[derive(Debug, Clone)]
pub struct Job {
    /// The card.
    pub card: RunCard,
    /// The file.
    pub output: PathBuf,
    /// Whether the file, or an unfinished run into it, may be replaced.
    pub replace: bool,
    /// Which part to do; `None` is all of it.
    pub shard: Option<Shard>,
    /// When to make checkpoints.
    pub pace: Pace,
    /// Events of the complete run in the output that this longer one is to replace
    /// ([`super::Extension`]); `None` for a new run.
    pub extends: Option<u64>,
}

/// Where a job begins.
enum Start {
    Fresh,
    Saved(Box<State>),
    Complete,
}

impl Job {
    /// The whole run of `card` into `output`, replacing nothing.
    pub fn new(card: RunCard, output: PathBuf) -> Self {
        Self {
            card,
            output,
            replace: false,
            shard: None,
            pace: Pace::default(),
            extends: None,
        }
    }

    /// Does it from the beginning.
    ///
    /// # Errors
    /// [`JobError`]; [`IoError::Exists`] and [`IoError::Interrupted`] unless replacing is allowed.
    pub fn run(&self, watcher: &mut dyn Watcher) -> Result<Outcome, JobError> {
        let (process, header) = self.prepare()?;
        output::check(&self.output, self.kind(), self.replaces())?;
        let _lock = OutputLock::take(&self.output)?;
        if !self.replace && checkpoint::exists(&self.output) && !self.is_left_over() {
            let path = self.output.clone();
            return Err(IoError::Interrupted { path }.into());
        }
        self.execute(process, header, Start::Fresh, watcher)
    }

    /// Goes on where an earlier process was interrupted; begins if there was none, and does nothing
    /// if it is done already.
    ///
    /// # Errors
    /// [`JobError::OtherRun`] if another run was interrupted; otherwise as [`Self::run`].
    pub fn resume(&self, watcher: &mut dyn Watcher) -> Result<Outcome, JobError> {
        let (process, header) = self.prepare()?;
        let _lock = OutputLock::take(&self.output)?;
        let start = self.start(&header, watcher)?;
        self.execute(process, header, start, watcher)
    }

    /// Whether the output is there, complete, and that of this job.
    ///
    /// # Errors
    /// [`JobError::Usage`] if the card cannot be run.
    pub fn is_complete(&self) -> Result<bool, JobError> {
        let (_, header) = self.prepare()?;
        let done = finished(&self.output);
        Ok(matches!(done, Ok(Some(done)) if is_of(&done, &header)))
    }

    /// Seed of the run into `output`, finished or not, if it can be found out.
    pub fn seed_of(output: &Path) -> Option<u64> {
        let saved = checkpoint::load(output).ok().flatten();
        if let Some(state) = saved.as_deref().and_then(state::decode) {
            let card = RunCard::parse("state", "run", &state.card, &[]).ok()?;
            return Some(card.run.seed);
        }
        finished(output).ok()?.map(|header| header.seed)
    }

    fn kind(&self) -> Kind {
        match self.shard {
            None => Kind::Run,
            Some(_) => Kind::Shard,
        }
    }

    /// Whether the finished file replaces one that is there.
    fn replaces(&self) -> bool {
        self.replace || self.extends.is_some()
    }

    /// Whether what an unfinished run has left is that of the complete one in the output.
    fn is_left_over(&self) -> bool {
        let unfinished = state::card_of(&self.output).map(|card| card.to_toml());
        match (unfinished, finished(&self.output)) {
            (Some(card), Ok(Some(done))) => state::card_difference(&card, &done.card).is_none(),
            _ => false,
        }
    }

    fn prepare(&self) -> Result<(Arc<dyn Process>, RunHeader), JobError> {
        if let Some(shard) = self.shard
            && !(1..=shard.of).contains(&shard.index)
        {
            return Err(JobError::Usage(format!("there is no shard {shard}")));
        }
        let process = run::process(&self.card)?;
        Ok((process, run::header(&self.card, self.shard)?))
    }

    fn start(&self, header: &RunHeader, watcher: &mut dyn Watcher) -> Result<Start, JobError> {
        let done = match finished(&self.output) {
            // It is to be replaced.
            Err(_) if self.replace => None,
            done => done?,
        };
        if let Some(done) = done {
            if is_of(&done, header) {
                return Ok(Start::Complete);
            }
            if !self.replaces() {
                let output = self.output.clone();
                return Err(match difference(&done, header) {
                    Some(what) => JobError::OtherComplete { output, what },
                    None => IoError::Exists { path: output }.into(),
                });
            }
        }
        let saved = match checkpoint::load(&self.output) {
            Ok(saved) => saved,
            Err(damaged @ IoError::Damaged { .. }) => {
                watcher.note(&format!("{damaged}; beginning again"));
                None
            }
            Err(other) => return Err(other.into()),
        };
        let Some(bytes) = saved else {
            return Ok(Start::Fresh);
        };
        let other = |what: String| JobError::OtherRun {
            output: self.output.clone(),
            what,
        };
        let found = state::decode(&bytes)
            .ok_or_else(|| other("it was begun by another version".to_owned()))?;
        match found.difference(header) {
            None => Ok(Start::Saved(Box::new(found))),
            Some(what) => Err(other(what)),
        }
    }

    fn execute(
        &self,
        process: Arc<dyn Process>,
        header: RunHeader,
        start: Start,
        watcher: &mut dyn Watcher,
    ) -> Result<Outcome, JobError> {
        let settings = run::settings(&self.card);
        let replaces = self.replaces();
        let read = |n_events| Before::read(&self.output, n_events);
        let before = match start {
            Start::Complete => None,
            _ => self.extends.map(read).transpose()?,
        };
        let (generator, writer, saved) = match start {
            Start::Complete => {
                // An unfinished extension of it stays.
                if !checkpoint::exists(&self.output) || self.is_left_over() {
                    checkpoint::discard(&self.output)?;
                }
                return Ok(Outcome::Complete);
            }
            Start::Fresh => {
                checkpoint::discard(&self.output)?;
                self.check_space(&header, 0)?;
                let generator = Generator::new(process.clone(), settings)?;
                let writer = RunWriter::create(&self.output, &header, replaces)?;
                (generator, writer, None)
            }
            Start::Saved(saved) => {
                let State { mark, mut work, .. } = *saved;
                let writer = match RunWriter::reopen(&self.output, &header, replaces, &mark) {
                    Ok(writer) => writer,
                    Err(damaged @ IoError::Damaged { .. }) => {
                        watcher.note(&format!("{damaged}; making its events again"));
                        work.forget_events();
                        RunWriter::create(&self.output, &header, replaces)?
                    }
                    Err(other) => return Err(other.into()),
                };
                watcher.note(&format!("going on behind {} events", work.n_events()));
                self.check_space(&header, work.n_events())?;
                let n_events = work.n_events();
                (
                    Generator::resume(process.clone(), settings, work),
                    writer,
                    Some(n_events),
                )
            }
        };
        let mut running = Running {
            job: self,
            process,
            header,
            generator,
            writer: writer.on_threads(run::thread_count(self.card.run.threads)),
            clock: Clock::new(self.pace),
            saved,
            before,
            watcher,
        };
        running.phases().and_then(|end| running.complete(end))
    }

    /// Fails early where the disk would be full before the last event.
    fn check_space(&self, header: &RunHeader, done: u64) -> Result<(), JobError> {
        let missing = header.expected_events.saturating_sub(done);
        let needed = missing as f64 * RunWriter::bytes_per_event(header) as f64;
        match checkpoint::free_space(&self.output) {
            Some(free) if needed > free as f64 => Err(JobError::Space {
                output: self.output.clone(),
                needed: Bytes(needed),
                free: Bytes(free as f64),
            }),
            _ => Ok(()),
        }
    }
}

/// Whether a finished file is what a job of `header` would write.
fn is_of(done: &RunHeader, header: &RunHeader) -> bool {
    difference(done, header).is_none()
}

/// In what a finished file is not what a job of `header` would write.
fn difference(done: &RunHeader, header: &RunHeader) -> Option<String> {
    match done.shard == header.shard {
        true => state::card_difference(&done.card, &header.card),
        false => Some(
            done.shard
                .map_or("it is the whole run".to_owned(), |shard| {
                    format!("it is shard {shard}")
                }),
        ),
    }
}

/// Header of a finished run or shard.
///
/// # Errors
/// [`IoError::Damaged`].
fn finished(output: &Path) -> Result<Option<RunHeader>, IoError> {
    if !output.exists() {
        return Ok(None);
    }
    match RunReader::open(output) {
        // What joins several seeds is no run of its card.
        Ok(run) => {
            let alone = run.members().is_ok_and(|members| members.is_empty());
            Ok(alone.then(|| run.header().clone()))
        }
        Err(IoError::IsShard { .. }) => {
            let shard = ShardReader::open(output)?;
            Ok(Some(shard.run().header().clone()))
        }
        Err(damaged @ IoError::Damaged { .. }) => Err(damaged),
        Err(_) => Ok(None),
    }
}

/// What the phases of a job leave to be written.
pub(super) enum End {
    Run(Box<Sampled>, f64),
    Shard(Shard),
}

/// A job at work.
struct Running<'a> {
    job: &'a Job,
    process: Arc<dyn Process>,
    header: RunHeader,
    generator: Generator,
    writer: RunWriter,
    clock: Clock,
    /// Events of the last checkpoint, if there is one.
    saved: Option<u64>,
    /// The shorter run, if this is an extension.
    before: Option<Before>,
    watcher: &'a mut dyn Watcher,
}

impl Running<'_> {
    /// All that is computed.
    fn phases(&mut self) -> Result<End, JobError> {
        let start = Instant::now();
        let card = &self.job.card;
        let requests = run::histograms(card);
        let events = run::events(card);
        self.phase(|generator, _, listener| generator.adapt(listener))?;
        if let Some(shard) = self.job.shard {
            let part = generate::Slice {
                index: shard.index - 1,
                of: shard.of,
            };
            self.phase(|generator, _, listener| generator.measure_part(&requests, part, listener))?;
            self.phase(|generator, writer, listener| {
                generator.sample_part(&events, part, writer, listener)
            })?;
            return Ok(End::Shard(shard));
        }
        let sigma = self.phase(|generator, _, listener| generator.measure(&requests, listener))?;
        if let Some(before) = &self.before {
            before.check(&sigma.cross_section)?;
        }
        self.watcher.measured(&sigma, events.count);
        let measured_s = start.elapsed().as_secs_f64();
        let check = run::cross_check(card, &*self.process, &sigma.cross_section)?;
        let measured = &sigma.cross_section;
        let mut before = self.before.take();
        let sample = self.phase(|generator, writer, listener| match &mut before {
            None => generator.sample(&events, measured, writer, listener),
            Some(before) => {
                let sink = &mut before.watch(generator.work().n_events(), writer);
                generator.sample(&events, measured, sink, listener)
            }
        })?;
        self.before = before;
        let found = Sampled::new(card, sigma, sample, check, measured_s);
        Ok(End::Run(Box::new(found), start.elapsed().as_secs_f64()))
    }

    /// Does one phase, with as many interruptions for checkpoints as are due.
    fn phase<T>(
        &mut self,
        mut step: impl FnMut(
            &mut Generator,
            &mut RunWriter,
            &mut Listener<'_>,
        ) -> Result<T, GenerateError>,
    ) -> Result<T, JobError> {
        loop {
            let (watcher, clock) = (&mut *self.watcher, &self.clock);
            let mut iteration = None;
            let mut hear = |p: &Progress| {
                watcher.progress(p);
                let new = iteration.replace(p.iteration) != Some(p.iteration);
                let can_go_on = match p.phase {
                    // Adaptation goes on from whole iterations.
                    Phase::Adapt => new,
                    Phase::Measure => true,
                    _ => false,
                };
                match watcher.should_stop() || can_go_on && clock.due() {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            };
            match step(&mut self.generator, &mut self.writer, &mut hear) {
                Err(GenerateError::Stopped) => {
                    self.save()?;
                    if self.watcher.should_stop() {
                        return Err(JobError::Stopped {
                            n_events: self.generator.work().n_events(),
                            state: checkpoint::path(&self.job.output),
                        });
                    }
                }
                Err(error) => return Err(self.with_hint(error.into())),
                Ok(found) => return Ok(found),
            }
        }
    }

    /// Makes durable what there is.
    fn save(&mut self) -> Result<(), JobError> {
        let start = Instant::now();
        let mut save = || -> Result<(), JobError> {
            let mark = self.writer.mark()?;
            let bytes = state::encode(&self.header, &mark, self.generator.work())?;
            checkpoint::save(&self.job.output, &bytes)?;
            self.writer.keep();
            Ok(())
        };
        save().map_err(|error| self.with_hint(error))?;
        self.saved = Some(self.generator.work().n_events());
        self.clock.done(start);
        Ok(())
    }

    /// Says that not all is lost, if it is not.
    fn with_hint(&self, error: JobError) -> JobError {
        match self.saved {
            None => error,
            Some(n_events) => JobError::Saved {
                source: Box::new(error),
                n_events,
            },
        }
    }

    /// Writes the results and gives the file its name.
    fn complete(mut self, mut end: End) -> Result<Outcome, JobError> {
        if self.saved.is_some() && self.clock.due() {
            self.save()?;
        }
        let hint = self.saved;
        let written = match &mut end {
            End::Run(found, wall_s) => {
                let mut summary = found.summary(&self.job.card, *wall_s);
                summary.timings.extend(self.clock.facts());
                summary
                    .timings
                    .extend(self.before.as_ref().map(Before::fact));
                let (card, generator) = (&self.job.card, &mut self.generator);
                let further = finish(self.writer, &summary, card, generator, self.watcher);
                further.map(|further| found.further = further)
            }
            End::Shard(_) => {
                let work = state::pack(self.generator.work())?;
                self.writer.finish_shard(&work).map_err(JobError::from)
            }
        };
        written.map_err(|error| match hint {
            None => error,
            Some(n_events) => JobError::Saved {
                source: Box::new(error),
                n_events,
            },
        })?;
        checkpoint::discard(&self.job.output)?;
        if let Some(before) = &self.before {
            self.watcher.note(&before.words());
        }
        Ok(match end {
            End::Run(found, _) => Outcome::Run(found),
            End::Shard(shard) => Outcome::Shard {
                shard,
                n_events: self.generator.work().n_events(),
            },
        })
    }
}
