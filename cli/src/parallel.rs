//! `mpirun millibrem generate`: each rank makes one shard, the first joins them.
//!
//! The ranks exchange only what they must agree on: a seed, and whether all is well. The work goes
//! through the shards of a run, which give the same bits as one process. What goes wrong while all
//! wait for each other is told by one rank; a rank that fails alone ends all. Pinned by
//! `tests/mpi.sh`.

use std::time::Instant;

use millibrem_files::IoError;
use millibrem_files::job::{self, Exports, Job, JobError, Outcome, Shard};
use mpi::collective::SystemOperation;
use mpi::environment::Universe;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Root};

use super::failure::Failure;
use super::generate::Generate;
use super::options::Common;
use super::progress::Bars;
use super::{output, print};

/// The processes that were started together. Dropped, it waits for all of them.
pub(super) struct Ranks {
    world: SimpleCommunicator,
    /// Ends MPI when dropped.
    _universe: Universe,
}

impl Ranks {
    /// The ranks, if this process is not the only one.
    pub(super) fn join() -> Option<Self> {
        // Threads compute; only the main thread calls MPI.
        let (universe, _) = mpi::initialize_with_threading(mpi::Threading::Funneled)?;
        let world = universe.world();
        (world.size() > 1).then_some(Self {
            world,
            _universe: universe,
        })
    }

    /// This process, from 0.
    fn index(&self) -> u32 {
        self.world.rank().unsigned_abs()
    }

    /// All processes.
    fn count(&self) -> u32 {
        self.world.size().unsigned_abs()
    }

    /// The value of the first rank, on every rank.
    fn of_first(&self, value: u64) -> u64 {
        let mut shared = value;
        self.world.process_at_rank(0).broadcast_into(&mut shared);
        shared
    }

    /// Waits for all ranks. What this one has, if none has failed; the failure on the first that
    /// has; nothing on the others.
    fn settle<T>(&self, mine: Result<T, Failure>) -> Result<Option<T>, Failure> {
        let failed = if mine.is_err() {
            self.index()
        } else {
            u32::MAX
        };
        let mut first = u32::MAX;
        self.world
            .all_reduce_into(&failed, &mut first, SystemOperation::min());
        match mine {
            Ok(mine) => Ok((first == u32::MAX).then_some(mine)),
            Err(failure) if first == failed => Err(failure),
            Err(_) => Ok(None),
        }
    }

    /// Shows the failure of this rank and ends all of them.
    fn abort(&self, failure: &Failure, as_json: bool) -> ! {
        print::failure(failure, as_json);
        let usage = failure.exit_code() == 2;
        self.world.abort(if usage { 2 } else { 1 })
    }
}

impl Generate {
    /// Does the run in as many shards as there are ranks and joins them.
    pub(super) fn run_in_ranks(&self, common: &Common, ranks: &Ranks) -> Result<(), Failure> {
        let start = Instant::now();
        let is_first = ranks.index() == 0;
        let shard = |index| Shard {
            index: index + 1,
            of: ranks.count(),
        };
        let planned = match self.shard {
            None if self.extend.is_some() => Err(Failure::Usage(
                "--extend works in one process; leave mpirun out".to_owned(),
            )),
            None => self.job(common, Some(shard(ranks.index()))),
            Some(_) => Err(Failure::Usage(
                "--shard is given to each rank by mpirun; leave it out".to_owned(),
            )),
        };
        // A seed that was drawn must be the same everywhere.
        let seed = ranks.of_first(planned.as_ref().map_or(0, |job| job.card.run.seed));
        let planned = planned.and_then(|mut part| {
            part.card.run.seed = seed;
            let whole = Job {
                shard: None,
                output: output::run_file(common, &part.card.run.name, None),
                ..part.clone()
            };
            if is_first {
                self.check_whole(common, &whole)?;
            }
            let exports = Exports::of(&whole.output, &self.to, &whole.card, common.force)?;
            Ok((part, whole, exports))
        });
        let Some((part, whole, exports)) = ranks.settle(planned)? else {
            return Ok(());
        };
        let mut bars = Bars::new(common.quiet || !is_first);
        let is_complete = ranks.of_first((self.resume && whole.output.exists()).into()) != 0;
        if is_complete {
            return match is_first {
                true => {
                    let outcome = self.execute(&whole, &mut bars)?;
                    self.finish(common, &whole, &exports, &outcome, (&bars, start))
                }
                false => Ok(()),
            };
        }

        let done = self.execute(&part, &mut bars);
        match &done {
            // mpirun tells all ranks to stop: each saves its own.
            Ok(_) | Err(Failure::Job(JobError::Stopped { .. })) => {}
            Err(failure) => ranks.abort(failure, common.json),
        }
        if ranks.settle(done)?.is_none() || !is_first {
            return Ok(());
        }
        let shards: Vec<_> = (0..ranks.count())
            .map(|i| output::run_file(common, &whole.card.run.name, Some(shard(i))))
            .collect();
        let threads = whole.card.run.threads;
        let found = job::merge(&shards, &whole.output, whole.replace, threads, &mut bars);
        bars.done();
        let outcome = Outcome::Run(Box::new(found?));
        for path in &shards {
            std::fs::remove_file(path)
                .map_err(|e| Failure::Usage(format!("cannot remove {}: {e}", path.display())))?;
        }
        self.finish(common, &whole, &exports, &outcome, (&bars, start))
    }

    fn check_whole(&self, common: &Common, whole: &Job) -> Result<(), Failure> {
        if !self.resume && !common.force && whole.output.exists() {
            let path = whole.output.clone();
            return Err(Failure::Io(IoError::Exists { path }));
        }
        self.exports(common, whole).map(|_| ())
    }
}
