//! The rows of the event columns, written here or by a thread that runs behind.
//!
//! Handing events to the system takes longer than many threads need to make them, so where there is more
//! than one, another writes what this one has collected. Its failure is told with the next events, or
//! when the rows are wanted back. Pinned by `files/tests/run_file.rs` and `cli/tests/full_disk.rs`.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use ::hdf5::{Dataset, Result};
use crc32fast::Hasher;
use ndarray::{ArrayView1, ArrayView2};

use millibrem::event::EventBuffer;

/// Buffers of events that wait to be written.
const WAITING: usize = 2;

/// All columns but the weights, and how far they are written.
pub(super) struct Rows {
    pub(super) index: Dataset,
    pub(super) momenta: Vec<Dataset>,
    pub(super) scalars: Vec<Dataset>,
    pub(super) written: usize,
    /// CRC-32 of the rows written to each column, indices first.
    pub(super) sums: Vec<Hasher>,
}

impl Rows {
    /// Writes events behind those that are there.
    pub(super) fn write(&mut self, events: &EventBuffer) -> Result<()> {
        let n = events.index.len();
        let (from, to) = (self.written, self.written + n);
        add(&mut self.sums, events);
        let data = &self.index;
        if data.shape()[0] < to {
            data.resize(to)?;
        }
        data.write_slice(ArrayView1::from(&events.index), from..to)?;
        for (data, rows) in self.momenta.iter().zip(events.momenta()) {
            if data.shape()[0] < to {
                data.resize((to, 4))?;
            }
            let flat = rows.as_flattened();
            data.write_slice(ArrayView2::from_shape((n, 4), flat)?, (from..to, ..))?;
        }
        for (data, rows) in self.scalars.iter().zip(events.scalars()) {
            if data.shape()[0] < to {
                data.resize(to)?;
            }
            data.write_slice(ArrayView1::from(rows), from..to)?;
        }
        self.written = to;
        Ok(())
    }
}

/// Goes on with the checksums of the columns, indices first.
pub(super) fn add(sums: &mut [Hasher], events: &EventBuffer) {
    let momenta = events.momenta().iter();
    let momenta = momenta.map(|rows| bytemuck::cast_slice(rows));
    let scalars = events.scalars().iter();
    let scalars = scalars.map(|rows| bytemuck::cast_slice(rows));
    let indices: &[u8] = bytemuck::cast_slice(&events.index);
    let all = std::iter::once(indices).chain(momenta).chain(scalars);
    for (sum, bytes) in sums.iter_mut().zip(all) {
        sum.update(bytes);
    }
}

/// Rows that a thread writes.
struct Away {
    /// `None` only while the thread is waited for.
    events: Option<SyncSender<EventBuffer>>,
    /// Buffers that have served.
    free: Receiver<EventBuffer>,
    thread: Option<JoinHandle<(Rows, Result<()>)>>,
}

impl Away {
    /// Gives the rows to a thread, or back where there is none to be had.
    fn start(rows: Rows) -> std::result::Result<Self, Rows> {
        let (events, arriving) = sync_channel::<EventBuffer>(WAITING);
        let (served, free) = channel();
        let (hand_over, given) = channel::<Rows>();
        let write = move || {
            // UNWRAP: they are sent as soon as this runs, or is about to.
            let mut rows = given.recv().expect("rows");
            let mut outcome = Ok(());
            for mut buffer in arriving {
                outcome = rows.write(&buffer);
                if outcome.is_err() {
                    break;
                }
                buffer.clear();
                // Nobody wants them at the end.
                let _ = served.send(buffer);
            }
            (rows, outcome)
        };
        match thread::Builder::new().spawn(write) {
            Ok(thread) => {
                // UNWRAP: the thread waits for them.
                hand_over.send(rows).expect("a thread");
                Ok(Self {
                    events: Some(events),
                    free,
                    thread: Some(thread),
                })
            }
            Err(_) => Err(rows),
        }
    }

    /// Waits until all is written.
    fn finish(&mut self) -> Option<(Rows, Result<()>)> {
        self.events = None;
        let (rows, outcome) = self.thread.take()?.join().ok()?;
        Some((rows, outcome))
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        // The file is closed only when nobody writes any more.
        self.finish();
    }
}

/// Rows that are written here or behind.
pub(super) struct Writing {
    /// `None` while a thread has them, and for good once it has failed.
    here: Option<Rows>,
    away: Option<Away>,
    /// Whether a thread may have them.
    behind: bool,
}

impl Writing {
    pub(super) fn new(rows: Rows) -> Self {
        Self {
            here: Some(rows),
            away: None,
            behind: false,
        }
    }

    /// Lets a thread write from now on.
    pub(super) fn go_behind(&mut self) {
        self.behind = true;
    }

    /// Writes events behind those before, now or soon, and empties the buffer.
    pub(super) fn write(&mut self, events: &mut EventBuffer) -> Result<()> {
        if self.behind
            && let Some(rows) = self.here.take()
        {
            match Away::start(rows) {
                Ok(away) => self.away = Some(away),
                Err(rows) => self.here = Some(rows),
            }
        }
        let Some(away) = &self.away else {
            self.rows()?.write(events)?;
            events.clear();
            return Ok(());
        };
        let columns = || EventBuffer::new(events.columns().clone());
        let empty = away.free.try_recv().unwrap_or_else(|_| columns());
        let full = std::mem::replace(events, empty);
        match away.events.as_ref().is_some_and(|to| to.send(full).is_ok()) {
            true => Ok(()),
            // It has failed, and says how.
            false => self.rows().map(|_| ()),
        }
    }

    /// The rows, once everything is written.
    pub(super) fn rows(&mut self) -> Result<&mut Rows> {
        if let Some(mut away) = self.away.take() {
            let (rows, outcome) = away.finish().ok_or("the thread that writes has failed")?;
            outcome?;
            self.here = Some(rows);
        }
        let failed = || "an earlier write failed".into();
        self.here.as_mut().ok_or_else(failed)
    }
}
