//! The rows of the event columns, written here or by a thread that runs behind.
//!
//! Handing events to the system takes longer than many threads need to make them, so where there is more
//! than one, another writes what this one has collected. Its failure is told with the next events, or
//! when the rows are wanted back. Pinned by `files/tests/run_file.rs` and `cli/tests/full_disk.rs`.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use ::hdf5::{Dataset, Result};
use ndarray::{ArrayView1, ArrayView2};

use super::place::Place;
use millibrem::event::{EventBuffer, Momentum, Precision};

/// Buffers of events that wait to be written.
const WAITING: usize = 4;
/// A part of the rows that is added where they do not do.
const MORE: usize = 8;

/// A column and where it is.
pub(super) struct Column {
    pub(super) data: Dataset,
    /// `None` if the library writes it.
    pub(super) place: Option<Place>,
}

impl Column {
    pub(super) fn new(data: Dataset) -> Result<Self> {
        Ok(Self {
            place: Place::of(&data)?,
            data,
        })
    }
}

/// All columns but the weights, and how far they are written.
pub(super) struct Rows {
    /// The file, beside the library.
    file: File,
    /// Indices, momenta and scalars.
    pub(super) columns: Vec<Column>,
    /// Digits of the momenta.
    precision: Precision,
    /// Rows there is room for.
    room: usize,
    written: usize,
}

impl Rows {
    /// Columns of the file at `path`, all of one length, of which `written` rows are there.
    pub(super) fn new(path: &Path, columns: Vec<Column>, written: usize) -> Result<Self> {
        let file = File::options().write(true).open(path);
        let mut single = false;
        for Column { data, .. } in &columns {
            single |= data.ndim() == 2 && data.dtype()?.size() == Precision::Single.bytes();
        }
        let lengths = columns.iter().map(|column| column.data.shape()[0]);
        Ok(Self {
            file: file.map_err(|e| e.to_string())?,
            precision: match single {
                true => Precision::Single,
                false => Precision::Double,
            },
            room: lengths.min().unwrap_or(0),
            columns,
            written,
        })
    }

    /// Digits of the momenta.
    pub(super) fn precision(&self) -> Precision {
        self.precision
    }

    /// Rows there is room for.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// Writes rows of another column of the file.
    pub(super) fn write_at(&self, place: &Place, from: usize, bytes: &[u8]) -> io::Result<()> {
        place.write(&self.file, from, bytes)
    }

    /// Gives all columns this length.
    pub(super) fn resize(&mut self, rows: usize) -> Result<()> {
        for column in &mut self.columns {
            resize(&column.data, rows)?;
            column.place = Place::of(&column.data)?;
        }
        self.room = rows;
        Ok(())
    }

    /// Writes events behind those that are there.
    pub(super) fn write(&mut self, events: &EventBuffer) -> Result<()> {
        let (from, to) = (self.written, self.written + events.len());
        if self.room < to {
            self.resize(to.max(self.room + self.room / MORE))?;
        }
        for (column, data) in self.columns.iter().zip(Data::all(events, self.precision)) {
            match &column.place {
                Some(place) => place
                    .write(&self.file, from, data.bytes())
                    .map_err(|e| e.to_string())?,
                None => data.write(&column.data, from..to)?,
            }
        }
        self.written = to;
        Ok(())
    }
}

/// Gives a column this length.
pub(super) fn resize(data: &Dataset, rows: usize) -> Result<()> {
    let mut shape = data.shape();
    if shape[0] == rows {
        return Ok(());
    }
    shape[0] = rows;
    data.resize(shape)
}

/// What events have in one column.
pub(super) enum Data<'a> {
    Keys(&'a [u64]),
    Momenta(&'a [Momentum]),
    /// Momenta, each component rounded.
    Singles(Vec<f32>),
    Scalars(&'a [f64]),
}

impl<'a> Data<'a> {
    /// Of all columns but the weights, in their order.
    pub(super) fn all(events: &'a EventBuffer, precision: Precision) -> impl Iterator<Item = Self> {
        let momenta = events.momenta().iter().map(move |rows| match precision {
            Precision::Double => Self::Momenta(rows),
            Precision::Single => {
                Self::Singles(rows.as_flattened().iter().map(|&x| x as f32).collect())
            }
        });
        let scalars = events.scalars().iter().map(|rows| Self::Scalars(rows));
        let keys = std::iter::once(Self::Keys(&events.index));
        keys.chain(momenta).chain(scalars)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Keys(rows) => bytemuck::cast_slice(rows),
            Self::Momenta(rows) => bytemuck::cast_slice(rows),
            Self::Singles(rows) => bytemuck::cast_slice(rows),
            Self::Scalars(rows) => bytemuck::cast_slice(rows),
        }
    }

    /// Lets the library write it.
    fn write(&self, data: &Dataset, rows: Range<usize>) -> Result<()> {
        match self {
            Self::Keys(keys) => data.write_slice(ArrayView1::from(*keys), rows),
            Self::Momenta(p) => {
                let flat = ArrayView2::from_shape((p.len(), 4), p.as_flattened())?;
                data.write_slice(flat, (rows, ..))
            }
            Self::Singles(p) => {
                data.write_slice(ArrayView2::from_shape((p.len() / 4, 4), p)?, (rows, ..))
            }
            Self::Scalars(x) => data.write_slice(ArrayView1::from(*x), rows),
        }
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
