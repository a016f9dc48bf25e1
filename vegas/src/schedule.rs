//! Work on numbered jobs in parallel, and take in the results in order.
//!
//! A fixed number of slots (buffers) circulate: a worker takes a free slot, then the next job; the
//! calling thread takes finished slots in job order and returns them. So at most as many jobs are
//! in flight as there are slots, nothing is allocated, and the lowest unfinished job always has a
//! slot, which rules out a deadlock.

use rayon::ThreadPool;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

struct State<S> {
    free: Vec<S>,
    done: Vec<Option<S>>,
    next: usize,
    stop: bool,
    panic: Option<Box<dyn Any + Send>>,
}

struct Shared<S> {
    state: Mutex<State<S>>,
    worker: Condvar,
    caller: Condvar,
}

impl<S> Shared<S> {
    fn lock(&self) -> MutexGuard<'_, State<S>> {
        // Nothing that can panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does jobs `0..jobs` with `work`, and calls `merge` for each in order on this thread; `merge`
/// says whether to go on. Without a pool everything happens here.
pub(crate) fn in_order<S: Send, E>(
    pool: Option<&ThreadPool>,
    slots: &mut Vec<S>,
    jobs: usize,
    work: impl Fn(usize, &mut S) + Sync,
    mut merge: impl FnMut(usize, &mut S) -> Result<bool, E>,
) -> Result<(), E> {
    if jobs == 0 {
        return Ok(());
    }
    let Some(pool) = pool else {
        // UNWRAP: callers make at least one slot.
        let slot = slots.first_mut().expect("a slot");
        for job in 0..jobs {
            work(job, slot);
            if !merge(job, slot)? {
                break;
            }
        }
        return Ok(());
    };
    let capacity = slots.len();
    let shared = Shared {
        state: Mutex::new(State {
            free: std::mem::take(slots),
            done: (0..capacity).map(|_| None).collect(),
            next: 0,
            stop: false,
            panic: None,
        }),
        worker: Condvar::new(),
        caller: Condvar::new(),
    };
    let result = pool.in_place_scope(|scope| {
        for _ in 0..pool.current_num_threads() {
            scope.spawn(|_| worker(&shared, jobs, &work));
        }
        // Workers must hear of a panic in `merge`, or the scope would wait for them for ever.
        let result = catch_unwind(AssertUnwindSafe(|| take_in(&shared, jobs, &mut merge)));
        shared.lock().stop = true;
        shared.worker.notify_all();
        result
    });
    let result = result.unwrap_or_else(|payload| resume_unwind(payload));
    let state = shared
        .state
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(payload) = state.panic {
        resume_unwind(payload);
    }
    slots.extend(state.free);
    slots.extend(state.done.into_iter().flatten());
    result
}

/// A worker's life.
fn worker<S>(shared: &Shared<S>, jobs: usize, work: &(impl Fn(usize, &mut S) + Sync)) {
    loop {
        let (job, mut slot) = {
            let mut state = shared.lock();
            loop {
                if state.stop || state.next >= jobs {
                    return;
                }
                if let Some(slot) = state.free.pop() {
                    let job = state.next;
                    state.next += 1;
                    break (job, slot);
                }
                state = shared
                    .worker
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| work(job, &mut slot)));
        let mut state = shared.lock();
        match outcome {
            Ok(()) => {
                let at = job % state.done.len();
                state.done[at] = Some(slot);
            }
            Err(payload) => {
                state.stop = true;
                state.panic = Some(payload);
            }
        }
        shared.caller.notify_one();
    }
}

/// Takes in finished jobs in order.
fn take_in<S, E>(
    shared: &Shared<S>,
    jobs: usize,
    merge: &mut impl FnMut(usize, &mut S) -> Result<bool, E>,
) -> Result<(), E> {
    for job in 0..jobs {
        let mut slot = {
            let mut state = shared.lock();
            loop {
                if state.panic.is_some() {
                    return Ok(());
                }
                let at = job % state.done.len();
                if let Some(slot) = state.done[at].take() {
                    break slot;
                }
                state = shared
                    .caller
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        };
        let go_on = merge(job, &mut slot);
        shared.lock().free.push(slot);
        shared.worker.notify_one();
        if !go_on? {
            break;
        }
    }
    Ok(())
}
