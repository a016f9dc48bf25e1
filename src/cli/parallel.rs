//! The ranks of an MPI start: who this process is, and how all agree or all end.
//!
//! Only what `generate` needs: one number from rank 0 to all, one yes or no from all to all. The
//! work itself goes through the shards of a run, which give the same bits as one process.
//! Pinned by `tests/mpi.sh`.

use std::process::ExitCode;

use mpi::collective::SystemOperation;
use mpi::environment::Universe;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Root};

use super::failure::Failure;

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
    pub(super) fn index(&self) -> u32 {
        self.world.rank().unsigned_abs()
    }

    /// All processes.
    pub(super) fn count(&self) -> u32 {
        self.world.size().unsigned_abs()
    }

    /// The value of rank 0, on every rank.
    pub(super) fn of_first(&self, value: u64) -> u64 {
        let mut shared = value;
        self.world.process_at_rank(0).broadcast_into(&mut shared);
        shared
    }

    /// Whether all ranks say yes; waits for all.
    pub(super) fn all(&self, yes: bool) -> bool {
        let mut all = 0;
        self.world
            .all_reduce_into(&u8::from(yes), &mut all, SystemOperation::min());
        all == 1
    }

    /// Shows the failure of this rank and ends all of them.
    pub(super) fn abort(&self, failure: &Failure) -> ! {
        failure.report();
        let code = if failure.exit_code() == ExitCode::from(2) { 2 } else { 1 };
        self.world.abort(code)
    }
}
