//! Work on a file in parts, a thread each.

use std::io::{Error, Result};
use std::thread;

/// What `work` makes of the parts `0..parts`, in their order; where the system gives no more threads, a part is done here.
pub(super) fn in_parts<T: Send>(
    parts: u64,
    work: impl Fn(u64) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let work = &work;
    thread::scope(|scope| {
        let start = |i| {
            let started = thread::Builder::new().spawn_scoped(scope, move || work(i));
            (i, started.ok())
        };
        let started: Vec<_> = (1..parts).map(start).collect();
        let mut done = Vec::with_capacity(started.len() + 1);
        if parts > 0 {
            done.push(work(0)?);
        }
        for (i, one) in started {
            let next = one.map_or_else(|| Ok(work(i)), thread::ScopedJoinHandle::join);
            let failed = |_| Error::other("a thread beside this one has failed");
            done.push(next.map_err(failed)??);
        }
        Ok(done)
    })
}
