//! Work on numbered jobs in parallel, whose results the calling thread takes in order.
//!
//! A ring of slots holds the results on their way. The calling thread puts the next job into every slot
//! that it has emptied; a worker claims the next job that is offered, does it and says so. A slot is
//! one thread's at a time, so nobody waits for a lock that another holds, and a thread goes to sleep
//! only where there is nothing to do: the caller until several results are there, not each. What a job
//! needs besides its result is a worker's own. Pinned by the tests below and `tests/reproducibility.rs`.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use std::any::Any;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Times a thread looks again before it goes to sleep: about a microsecond, less than waking it takes.
const LOOKS: u32 = 40;

/// Threads that are gone when this is dropped, so that one pool after the other needs no more than one.
pub(crate) struct Pool {
    /// `None` only while it is dropped.
    pool: Option<ThreadPool>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// `threads` threads.
    pub(crate) fn new(threads: usize) -> Result<Self, ThreadPoolBuildError> {
        let mut started = Vec::new();
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .spawn_handler(|one| {
                started.push(thread::Builder::new().spawn(|| one.run())?);
                Ok(())
            })
            .build()?;
        Ok(Self {
            pool: Some(pool),
            threads: started,
        })
    }

    /// Number of threads.
    pub(crate) fn threads(&self) -> usize {
        self.threads.len()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.pool = None;
        for one in self.threads.drain(..) {
            // What panics there does so where the work is waited for.
            let _ = one.join();
        }
    }
}

/// Slots for so many threads, and some that are being taken in; a slot may have many bins.
pub(crate) fn slots(pool: Option<&Pool>) -> usize {
    pool.map_or(1, |p| p.threads() + (p.threads() / 2).clamp(6, 8))
}

/// What `make` makes of each item, in their order, on the threads of a pool if there is one.
pub(crate) fn each<T: Send, R: Send>(
    pool: Option<&Pool>,
    items: Vec<T>,
    make: impl Fn(T) -> R + Send + Sync,
) -> Vec<R> {
    match pool.and_then(|p| p.pool.as_ref()) {
        Some(pool) => pool.install(|| items.into_par_iter().map(make).collect()),
        None => items.into_iter().map(make).collect(),
    }
}

/// Takes in the next result with a function; `false` if there is none.
pub(crate) type Take<'a, S> = dyn FnMut(&mut dyn FnMut(&mut S)) -> bool + 'a;

/// A slot and the job that is in it or for it.
struct Cell<J, S> {
    job: Option<J>,
    slot: S,
}

/// The last job that is done in a slot, on a line of the cache of its own.
#[repr(align(128))]
struct Done(AtomicUsize);

/// Sleeping threads.
#[derive(Default)]
struct Bed {
    asleep: AtomicUsize,
    lock: Mutex<()>,
    bell: Condvar,
}

impl Bed {
    /// Sleeps until `ready`, which is asked again whenever somebody wakes the sleepers.
    fn sleep(&self, ready: impl Fn() -> bool) {
        let mut guard = unpoisoned(&self.lock);
        self.asleep.fetch_add(1, SeqCst);
        while !ready() {
            let woken = self.bell.wait(guard);
            guard = woken.unwrap_or_else(PoisonError::into_inner);
        }
        self.asleep.fetch_sub(1, SeqCst);
    }

    /// Wakes one or all, behind what makes them ready.
    fn wake(&self, all: bool) {
        if self.asleep.load(SeqCst) > 0 {
            // Whoever is about to sleep has lain down by then, or will find it ready.
            drop(unpoisoned(&self.lock));
            match all {
                true => self.bell.notify_all(),
                false => self.bell.notify_one(),
            }
        }
    }
}

struct Ring<J, S> {
    cells: Vec<Mutex<Cell<J, S>>>,
    done: Vec<Done>,
    /// Jobs that workers have claimed.
    claimed: AtomicUsize,
    /// Jobs that are in a slot, or done.
    offered: AtomicUsize,
    /// Whether there will be no more.
    over: AtomicBool,
    workers: Bed,
    caller: Bed,
    /// The job the caller sleeps for.
    wanted: AtomicUsize,
    /// Jobs the caller may leave untaken without keeping a worker waiting.
    spare: usize,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    failed: AtomicBool,
}

/// Nothing that can panic runs under these locks, but for what is caught.
pub(crate) fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<J, S> Ring<J, S> {
    fn new(slots: Vec<S>, threads: usize) -> Self {
        let none = |_: &S| Done(AtomicUsize::new(usize::MAX));
        Self {
            spare: slots.len().saturating_sub(threads),
            done: slots.iter().map(none).collect(),
            cells: slots
                .into_iter()
                .map(|slot| Mutex::new(Cell { job: None, slot }))
                .collect(),
            claimed: AtomicUsize::new(0),
            offered: AtomicUsize::new(0),
            over: AtomicBool::new(false),
            workers: Bed::default(),
            caller: Bed::default(),
            wanted: AtomicUsize::new(usize::MAX),
            panic: Mutex::new(None),
            failed: AtomicBool::new(false),
        }
    }

    fn cell(&self, n: usize) -> MutexGuard<'_, Cell<J, S>> {
        unpoisoned(&self.cells[n % self.cells.len()])
    }

    /// Puts the next job into its slot, which is empty.
    fn offer(&self, job: J) {
        let n = self.offered.load(SeqCst);
        self.cell(n).job = Some(job);
        self.offered.store(n + 1, SeqCst);
        self.workers.wake(false);
    }

    /// Lets nobody begin another job.
    fn close(&self) {
        self.over.store(true, SeqCst);
        self.workers.wake(true);
    }

    /// The next job that nobody has begun; `None` at the end.
    fn claim(&self) -> Option<usize> {
        let over = || self.over.load(SeqCst);
        let there = || self.claimed.load(SeqCst) < self.offered.load(SeqCst);
        loop {
            let n = self.claimed.load(SeqCst);
            if over() {
                return None;
            }
            if n < self.offered.load(SeqCst) {
                let mine = self.claimed.compare_exchange(n, n + 1, SeqCst, SeqCst);
                if mine.is_ok() {
                    return Some(n);
                }
            } else if !looks(&there) {
                self.workers.sleep(|| there() || over());
            }
        }
    }

    /// Ends everything: a worker has panicked.
    fn fail(&self, payload: Box<dyn Any + Send>) {
        unpoisoned(&self.panic).get_or_insert(payload);
        self.failed.store(true, SeqCst);
        self.close();
        self.caller.wake(true);
    }

    /// A worker's life.
    fn work<W>(&self, own: impl Fn() -> W, work: impl Fn(&J, &mut W, &mut S)) {
        let mut own = match catch_unwind(AssertUnwindSafe(own)) {
            Ok(own) => own,
            Err(payload) => return self.fail(payload),
        };
        while let Some(n) = self.claim() {
            let mut cell = self.cell(n);
            let Cell { job, slot } = &mut *cell;
            // UNWRAP: it was put there before it was offered.
            let job = job.as_ref().expect("a job");
            let outcome = catch_unwind(AssertUnwindSafe(|| work(job, &mut own, slot)));
            drop(cell);
            if let Err(payload) = outcome {
                return self.fail(payload);
            }
            self.done[n % self.done.len()].0.store(n, SeqCst);
            if self.wanted.load(SeqCst) == n {
                self.caller.wake(true);
            }
        }
    }

    /// Waits until job `n` is done; `false` if a worker has panicked.
    fn wait_for(&self, n: usize) -> bool {
        let failed = || self.failed.load(SeqCst);
        let done = |n: usize| self.done[n % self.done.len()].0.load(SeqCst) == n;
        if !looks(&|| done(n)) {
            // Several at a time, as long as that keeps no worker waiting.
            let last = self.offered.load(SeqCst) - 1;
            for last in [last.min(n + self.spare / 2), n] {
                self.wanted.store(last, SeqCst);
                self.caller.sleep(|| done(last) || failed());
            }
            self.wanted.store(usize::MAX, SeqCst);
        }
        !failed()
    }
}

/// Whether it is `ready` within a moment.
fn looks(ready: &impl Fn() -> bool) -> bool {
    (0..LOOKS).any(|_| {
        let yes = ready();
        if !yes {
            spin_loop();
        }
        yes
    })
}

/// Does the jobs of `feed` with `work`, each with what is a worker's `own` and a slot for the result, while `body`
/// takes the results in their order, as many as it wants. Without a pool everything happens here, each job when
/// it is taken; with one, some jobs may be done that are not taken.
pub(crate) fn stream<J: Send, S: Send, W, R>(
    pool: Option<&Pool>,
    slots: &mut Vec<S>,
    mut feed: impl Iterator<Item = J>,
    own: impl Fn() -> W + Sync,
    work: impl Fn(&J, &mut W, &mut S) + Sync,
    body: impl FnOnce(&mut Take<'_, S>) -> R,
) -> R {
    let Some(threads) = pool.and_then(|p| p.pool.as_ref()) else {
        let mut own = own();
        // UNWRAP: callers make at least one slot.
        let slot = slots.first_mut().expect("a slot");
        return body(&mut |take| {
            let Some(job) = feed.next() else {
                return false;
            };
            work(&job, &mut own, slot);
            take(slot);
            true
        });
    };
    let ring = Ring::new(std::mem::take(slots), threads.current_num_threads());
    let result = threads.in_place_scope(|scope| {
        for _ in 0..threads.current_num_threads() {
            scope.spawn(|_| ring.work(&own, &work));
        }
        // Workers must hear of a panic here, or the scope would wait for them for ever.
        let result = catch_unwind(AssertUnwindSafe(|| {
            feed.by_ref()
                .take(ring.cells.len())
                .for_each(|job| ring.offer(job));
            let mut taken = 0;
            body(&mut |take| {
                if taken == ring.offered.load(SeqCst) || !ring.wait_for(taken) {
                    return false;
                }
                take(&mut ring.cell(taken).slot);
                taken += 1;
                feed.next().into_iter().for_each(|job| ring.offer(job));
                true
            })
        }));
        ring.close();
        result
    });
    let Ring { cells, panic, .. } = ring;
    if let Some(payload) = panic.into_inner().unwrap_or_else(PoisonError::into_inner) {
        resume_unwind(payload);
    }
    let result = result.unwrap_or_else(|payload| resume_unwind(payload));
    let cells = cells.into_iter().map(Mutex::into_inner);
    slots.extend(cells.map(|cell| cell.unwrap_or_else(PoisonError::into_inner).slot));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(
        threads: usize,
        jobs: usize,
        most: usize,
        work: impl Fn(usize) -> usize + Sync,
    ) -> Vec<usize> {
        let pool = (threads > 1).then(|| Pool::new(threads).expect("threads"));
        let mut ring = vec![0; slots(pool.as_ref())];
        let mut taken = Vec::new();
        stream(
            pool.as_ref(),
            &mut ring,
            0..jobs,
            || (),
            |&job, (), slot| *slot = work(job),
            |next| while taken.len() < most && next(&mut |slot| taken.push(*slot)) {},
        );
        assert_eq!(ring.len(), slots(pool.as_ref()));
        taken
    }

    /// Work of very different lengths.
    fn uneven(job: usize) -> usize {
        let rounds = job.wrapping_mul(0x9e37_79b9) >> 7 & 0x3fff;
        (0..rounds).for_each(|_| spin_loop());
        3 * job + 1
    }

    #[test]
    fn results_come_in_order_from_any_number_of_threads() {
        for threads in [1, 2, 3, 16] {
            for jobs in [0, 1, 2, 5, 40, 3000] {
                let all: Vec<usize> = (0..jobs).map(|job| 3 * job + 1).collect();
                assert_eq!(run(threads, jobs, usize::MAX, uneven), all);
                // Whoever has enough need not take the rest.
                assert_eq!(run(threads, jobs, 7, uneven), all[..jobs.min(7)]);
            }
        }
    }

    #[test]
    fn a_slow_job_holds_up_nobody_for_ever() {
        let slow = |job: usize| {
            if job.is_multiple_of(11) {
                thread::sleep(std::time::Duration::from_millis(3));
            }
            job
        };
        for threads in [2, 5] {
            assert_eq!(
                run(threads, 120, usize::MAX, slow),
                (0..120).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn a_panic_on_either_side_ends_it_and_is_heard() {
        let words =
            |payload: Box<dyn Any + Send>| payload.downcast_ref::<&str>().map(|s| s.to_string());
        for threads in [1, 4] {
            let at_work = || {
                run(threads, 500, usize::MAX, |job| {
                    if job == 77 { panic!("at work") } else { job }
                })
            };
            let heard = catch_unwind(AssertUnwindSafe(at_work)).expect_err("it panics");
            assert_eq!(words(heard).as_deref(), Some("at work"));
            let taking = || {
                let pool = Pool::new(threads).expect("threads");
                let one = |next: &mut Take<'_, ()>| next(&mut |()| panic!("taking"));
                stream(
                    Some(&pool),
                    &mut vec![(); 6],
                    0..500,
                    || (),
                    |_, (), ()| (),
                    one,
                )
            };
            let heard = catch_unwind(AssertUnwindSafe(taking)).expect_err("it panics");
            assert_eq!(words(heard).as_deref(), Some("taking"));
        }
    }
}
