//! The rows of a study, side by side: each result depends on its row alone.
//!
//! Rows are handed over as they are done, in any order. Pinned by the tests below and by
//! `cli/tests/scan_threads.rs`.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};

use rayon::ThreadPoolBuilder;

use crate::run::thread_count;

/// Number of rows that differ in the dark sector alone from which on they share what they can.
pub(super) const MANY: usize = 8;

/// Hears how a study of many rows goes on, and may end it.
pub trait Watch: Sync {
    /// `done` of `total` rows are there.
    fn rows(&self, done: usize, total: usize) {
        let _ = (done, total);
    }

    /// Whether to stop; asked within rows, from any thread.
    fn should_stop(&self) -> bool {
        false
    }
}

/// Nobody listens.
impl Watch for () {}

/// Computes the rows `todo` on `threads` threads (0: as many as the machine has) and hands each to
/// `done`, one at a time, as soon as it is there; the first error of `done` stops the rest.
/// `compute` gets a row and how many threads it may use.
///
/// Where there are enough rows, each thread takes one after the other and computes it alone: rows
/// that share a pool would run each other while they wait, one deeper on the stack than the other.
/// What rows have in common, tables from the lightest to the heaviest mass as a rule, every thread would
/// make for itself: so the first and the last of many rows go before, one after the other on all
/// threads, and of the rest neighbours are not computed at the same time.
///
/// # Errors
/// Whatever `done` returns.
pub fn run_rows<R: Send, E: Send>(
    threads: usize,
    todo: &[usize],
    compute: impl Fn(usize, usize) -> R + Sync,
    mut done: impl FnMut(usize, R) -> Result<(), E> + Send,
) -> Result<(), E> {
    let threads = thread_count(threads);
    let (together, todo) = match todo {
        all if threads == 1 || !can_start(threads) => (Vec::new(), all.to_vec()),
        all if all.len() < threads => (all.to_vec(), Vec::new()),
        [first, rest @ .., last] if todo.len() >= MANY => (vec![*first, *last], far_apart(rest)),
        all => (Vec::new(), all.to_vec()),
    };
    for row in together {
        done(row, compute(row, threads))?;
    }
    let next = AtomicUsize::new(0);
    let sink = Mutex::new((done, None));
    let work = || {
        // What a row divides among threads it now divides on this one, and nothing else runs there.
        // Without it, it would run in the pool of the whole process: slower, the same result.
        let _alone = ThreadPoolBuilder::new()
            .num_threads(1)
            .use_current_thread()
            .build();
        while let Some(&row) = todo.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = compute(row, 1);
            // A poisoned lock means that another row's `done` panicked, which ends the program anyway.
            let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
            let (done, error) = &mut *sink;
            if error.is_some() {
                return;
            }
            *error = done(row, result).err();
        }
    };
    thread::scope(|scope| {
        let start = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        // Where the system gives no more threads, those there are do the work.
        let started: Vec<_> = (0..threads).map_while(start).collect();
        if started.is_empty() {
            work();
        }
        join(started);
    });
    let (_, error) = sink.into_inner().unwrap_or_else(PoisonError::into_inner);
    error.map_or(Ok(()), Err)
}

/// Whether the system gives so many threads at once.
fn can_start(threads: usize) -> bool {
    let all_there = Mutex::new(());
    let hold = all_there.lock();
    thread::scope(|scope| {
        let wait = || drop(all_there.lock());
        let start = |_| thread::Builder::new().spawn_scoped(scope, wait).ok();
        let started: Vec<_> = (0..threads).map_while(start).collect();
        drop(hold);
        let all = started.len() == threads;
        join(started);
        all
    })
}

/// Waits until the threads are gone; the end of their scope waits for their work only, and the next
/// threads would be there beside them.
fn join(threads: Vec<ScopedJoinHandle<'_, ()>>) {
    for one in threads {
        one.join().unwrap_or_else(|panic| resume_unwind(panic));
    }
}

/// The same rows, neighbours far from each other.
fn far_apart(rows: &[usize]) -> Vec<usize> {
    let n = rows.len();
    // Steps near the golden section of the whole, in turn with it so that every row is met.
    let mut step = (0.618 * n as f64) as usize;
    let common = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    while common(n, step) > 1 {
        step += 1;
    }
    (0..n).map(|i| rows[i * step % n]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_handed_over_once_and_an_error_stops() {
        let todo: Vec<usize> = (0..50).filter(|i| i % 3 != 0).collect();
        for threads in [1, 2, 8, 33, 34, 100] {
            let mut seen = Vec::new();
            run_rows::<_, ()>(
                threads,
                &todo,
                |i, _| i * i,
                |i, r| {
                    assert_eq!(r, i * i);
                    seen.push(i);
                    Ok(())
                },
            )
            .expect("no error");
            seen.sort_unstable();
            assert_eq!(seen, todo);
            let mut taken = 0;
            let full = run_rows(
                threads,
                &todo,
                |i, _| i,
                |_, _| {
                    taken += 1;
                    Err("full")
                },
            );
            assert_eq!((full, taken), (Err("full"), 1));
        }
    }

    #[test]
    fn what_a_row_divides_stays_on_its_thread() {
        use rayon::prelude::*;
        let todo: Vec<usize> = (0..500).collect();
        let divided = |row, threads: usize| {
            let here = thread::current().id();
            let all = (0..100).into_par_iter();
            let first_or_last = [0, 499].contains(&row) && threads == 4;
            first_or_last || threads == 1 && all.all(|_| thread::current().id() == here)
        };
        let alone = |_, alone| if alone { Ok(()) } else { Err(()) };
        assert_eq!(run_rows(4, &todo, divided, alone), Ok(()));
    }
}
