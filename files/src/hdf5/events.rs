//! The columns of `/events`: chunked, appended to while the run goes on, read by ranges.
//!
//! A column of momenta has the shape N×4. Events are written where they belong as they come and never
//! touched again, so memory does not grow with N. Columns whose length is known are laid out
//! at once: from then on only their contents change on the disk and nothing that describes them,
//! so a file whose writer was killed can be read. Weights, which are known up to a factor until the
//! last event, are written last.

use std::io;
use std::path::Path;

use ::hdf5::dataset::{AllocTime, FillTime};
use ::hdf5::{Dataset, Extent, Group, H5Type, Result, SimpleExtents};
use ndarray::ArrayView1;

use super::parts::in_parts;
use super::place::Place;
use super::rows::{self, Column, Data, Rows, Writing};
use super::seal::Known;
use super::sums::Sums;
use super::weights::{AllWeights, RawWeights};
use super::{attribute, column, particles};
use millibrem::event::{Columns, Compression, EventBuffer, Precision, Sample};
use millibrem::particle::Role;
use millibrem::record::RunHeader;

/// Events a chunk: 256 KiB of momenta, small enough for the library's 1 MiB chunk cache.
const CHUNK: usize = 8192;
/// Fewer events wait for more.
const FEW: usize = 512;
/// Weights that are worth a thread.
const PART: usize = 1 << 17;
/// Deflate level; higher ones cost twice the time for less than 1 % of the bytes.
const DEFLATE_LEVEL: u8 = 1;
/// Components of a momentum, in this order.
const COMPONENTS: &str = "E, px, py, pz";

/// The open columns and the events that are few enough to wait for more.
pub(super) struct EventColumns {
    group: Group,
    weight: Dataset,
    writing: Writing,
    /// Digits of the momenta.
    precision: Precision,
    /// Checksums of all columns but the weights.
    sums: Vec<Sums>,
    /// Events that are written, or will be soon.
    written: usize,
    pending: EventBuffer,
}

impl EventColumns {
    /// Creates the columns with their attributes in the group that [`create_group`] has made, in the file at `path`.
    ///
    /// Of an uncompressed column the space of `expected` events is laid out, if that is not zero.
    pub(super) fn create(
        (path, group): (&Path, Group),
        sample: &Sample,
        (compression, precision): (Compression, Precision),
        expected: u64,
    ) -> Result<Self> {
        let expected = usize::try_from(expected).unwrap_or(usize::MAX);
        let chunk = if expected == 0 {
            CHUNK
        } else {
            expected.min(CHUNK)
        };
        let layout = Layout {
            chunk,
            compression,
            reserved: match compression {
                Compression::None => expected,
                Compression::Gzip => 0,
            },
        };
        let weight = layout.column::<f64>(&group, "weight", None)?;
        let words = "weight; the mean over all events is the cross section";
        attribute::describe(&weight, "pb", words)?;
        for out in &sample.outgoing {
            let data = layout.momenta(&group, &out.role, precision)?;
            let words = &out.words;
            let words =
                format!("momentum of the {words} ({COMPONENTS}), beam along +z, nucleus at rest");
            attribute::describe(&data, "GeV", &words)?;
            // E² − p² of a fast particle has no digit of its mass left.
            particles::put_column(&data, &out.particle)?;
        }
        if sample.has_p_beam {
            let data = layout.momenta(&group, &Role::LEPTON_IN, precision)?;
            let words = format!(
                "momentum of the beam particle at the vertex ({COMPONENTS}), nominal axis of the beam along +z"
            );
            attribute::describe(&data, "GeV", &words)?;
            particles::put_column(&data, &sample.beam)?;
        }
        for scalar in &sample.scalars {
            let data = layout.column::<f64>(&group, &scalar.name, None)?;
            attribute::describe(&data, &scalar.units, &scalar.description)?;
        }
        let index = layout.column::<u64>(&group, "index", None)?;
        let words = "reproduction key: card, seed and this number make the event again";
        attribute::describe(&index, "1", words)?;
        Self::open((path, group), &sample.columns(), 0)
    }

    /// Goes on behind event `written` of columns that are there, in the file at `path`.
    pub(super) fn open(
        (path, group): (&Path, Group),
        columns: &Columns,
        written: usize,
    ) -> Result<Self> {
        let weight = group.dataset("weight")?;
        let roles = columns.roles.iter().map(Role::column);
        let scalars = columns.scalars.iter().map(|scalar| scalar.name.to_string());
        let names = std::iter::once("index".to_owned())
            .chain(roles)
            .chain(scalars);
        let all = names.map(|name| Column::new(group.dataset(&name)?));
        let rows = Rows::new(path, all.collect::<Result<_>>()?, written)?;
        let precision = rows.precision();
        let places = rows.columns.iter().map(|column| column.place.as_ref());
        let chunks = places.map(|place| place.map_or(usize::MAX, Place::chunk_bytes));
        Ok(Self {
            sums: chunks.map(Sums::new).collect(),
            writing: Writing::new(rows),
            precision,
            weight,
            written,
            pending: EventBuffer::new(columns.clone()),
            group,
        })
    }

    /// Lets a thread beside this one write.
    pub(super) fn go_behind(&mut self) {
        self.writing.go_behind();
    }

    /// CRC-32 of the rows handed over to each column.
    pub(super) fn checksums(&self) -> Vec<u32> {
        self.sums.iter().map(Sums::all).collect()
    }

    /// Number of events taken over.
    pub(super) fn len(&self) -> usize {
        self.written + self.pending.len()
    }

    /// Takes over events, all but their weights.
    pub(super) fn append(&mut self, events: &EventBuffer) -> Result<()> {
        self.check_columns(events)?;
        self.pending.extend_from(events);
        match self.pending.len() < CHUNK {
            true => Ok(()),
            false => self.hand_over(),
        }
    }

    /// The same, and what they lie in, where they are worth writing by themselves.
    pub(super) fn take(&mut self, events: &mut EventBuffer) -> Result<()> {
        if events.len() < FEW {
            return self.append(events);
        }
        self.check_columns(events)?;
        self.hand_over()?;
        self.give(events)
    }

    /// Lets events be written, now or soon, and empties the buffer.
    fn give(&mut self, events: &mut EventBuffer) -> Result<()> {
        self.add(events);
        self.written += events.len();
        self.writing.write(events)
    }

    /// Goes on with the checksums.
    fn add(&mut self, events: &EventBuffer) {
        for (sums, data) in self.sums.iter_mut().zip(Data::all(events, self.precision)) {
            sums.add(data.bytes());
        }
    }

    fn check_columns(&self, events: &EventBuffer) -> Result<()> {
        let n = events.index.len();
        if events.columns() != self.pending.columns() {
            return Err("the events are not of the particles of this run".into());
        }
        let scalars = events.scalars().iter().map(Vec::len);
        let mut lengths = events.momenta().iter().map(Vec::len).chain(scalars);
        match lengths.any(|length| length != n) {
            true => Err("the columns of the events differ in length".into()),
            false => Ok(()),
        }
    }

    /// Writes all events to `other`, if they are what was written.
    pub(super) fn copy_to(mut self, other: &mut Self) -> Result<()> {
        self.write_pending()?;
        let wanted = self.checksums();
        let mut block = EventBuffer::new(self.pending.columns().clone());
        for from in (0..self.written).step_by(CHUNK) {
            let to = self.written.min(from + CHUNK);
            read_all_but_weights(&self.group, from, to, &mut block)?;
            // Whole chunks, which are compressed at once.
            other.give(&mut block)?;
        }
        compare(&other.checksums(), &wanted)
    }

    /// Reads all events and checks that they are those with these checksums.
    pub(super) fn check(&mut self, wanted: &[u32]) -> Result<()> {
        let mut block = EventBuffer::new(self.pending.columns().clone());
        for from in (0..self.written).step_by(CHUNK) {
            let to = self.written.min(from + CHUNK);
            block.clear();
            read_all_but_weights(&self.group, from, to, &mut block)?;
            self.add(&block);
        }
        compare(&self.checksums(), wanted)
    }

    /// Writes what waits, and waits until all is written.
    pub(super) fn write_pending(&mut self) -> Result<()> {
        self.hand_over()?;
        self.writing.rows().map(|_| ())
    }

    fn hand_over(&mut self) -> Result<()> {
        match self.pending.is_empty() {
            true => Ok(()),
            false => {
                let mut pending = std::mem::take(&mut self.pending);
                let given = self.give(&mut pending);
                self.pending = pending;
                given
            }
        }
    }

    /// Writes the last events, all weights, on as many threads, and the number of events. Returns which parts
    /// of the file hold them, where that is known.
    pub(super) fn finish(
        mut self,
        weights: &mut RawWeights,
        scale: f64,
        threads: usize,
    ) -> Result<Vec<Known>> {
        self.write_pending()?;
        let n = self.written;
        let rows = self.writing.rows()?;
        // Space was laid out for more, or for fewer.
        if rows.room() != n {
            rows.resize(n)?;
        }
        rows::resize(&self.weight, n)?;
        let weights = weights.all()?;
        let known = match Place::of(&self.weight)? {
            Some(place) => {
                let sums = write_scaled((rows, &place), (n, threads), (&weights, scale));
                let sums = sums.map_err(|e| e.to_string())?;
                let mut known: Vec<Known> = place.known(sums.into_iter()).collect();
                for (column, sums) in rows.columns.iter().zip(&self.sums) {
                    let place = column.place.iter();
                    known.extend(place.flat_map(|place| place.known(sums.by_chunk())));
                }
                known
            }
            None => {
                let (mut block, mut raw) = (Vec::new(), Vec::new());
                for from in (0..n).step_by(CHUNK) {
                    let to = n.min(from + CHUNK);
                    let scaled = weights.scaled(from..to, scale, &mut block);
                    raw.push(scaled.map_err(|e| e.to_string())?);
                    self.weight
                        .write_slice(ArrayView1::from(&block), from..to)?;
                }
                weights.check(raw.into_iter()).map_err(|e| e.to_string())?;
                Vec::new()
            }
        };
        self.group.attr("n_events")?.write_scalar(&(n as u64))?;
        Ok(known)
    }
}

/// Writes a column of `n` weights times `scale`, on as many threads; the bytes of each chunk and their checksum.
fn write_scaled(
    (rows, place): (&Rows, &Place),
    (n, threads): (usize, usize),
    (weights, scale): (&AllWeights<'_>, f64),
) -> io::Result<Vec<(usize, u32)>> {
    let chunks = n.div_ceil(place.chunk());
    let parts = n.div_ceil(PART).min(threads);
    let one = |part: u64| -> io::Result<Vec<_>> {
        let part = part as usize;
        let mine = chunks * part / parts..chunks * (part + 1) / parts;
        let mut block = Vec::new();
        let one = |chunk: usize| {
            let from = chunk * place.chunk();
            let raw = weights.scaled(from..n.min(from + place.chunk()), scale, &mut block)?;
            let bytes: &[u8] = bytemuck::cast_slice(&block);
            rows.write_at(place, from, bytes)?;
            Ok(((bytes.len(), crc32fast::hash(bytes)), raw))
        };
        mine.map(one).collect()
    };
    let (written, raw): (Vec<_>, Vec<_>) =
        in_parts(parts as u64, one)?.into_iter().flatten().unzip();
    weights.check(raw.into_iter())?;
    Ok(written)
}

fn compare(found: &[u32], wanted: &[u32]) -> Result<()> {
    match found == wanted {
        true => Ok(()),
        false => Err("its events are not those that were written (checksum)".into()),
    }
}

/// Bytes of an uncompressed event.
pub(super) fn bytes_per_event(sample: &Sample, precision: Precision) -> u64 {
    let momenta = sample.columns().roles.len() * 4 * precision.bytes();
    let scalars = sample.scalars.len() * size_of::<f64>();
    (size_of::<f64>() + size_of::<u64>() + momenta + scalars) as u64
}

/// Makes `/events` with everything but its columns.
pub(super) fn create_group(parent: &Group, header: &RunHeader) -> Result<Group> {
    let group = parent.create_group("events")?;
    particles::put(&group, &header.sample)?;
    attribute::put_text(&group, "compression", header.compression.name())?;
    attribute::put_text(&group, "precision", header.precision.name())?;
    attribute::put(&group, "n_events", &0_u64)?;
    Ok(group)
}

/// How columns lie in the file.
pub(super) struct Layout {
    chunk: usize,
    compression: Compression,
    reserved: usize,
}

impl Layout {
    /// Of columns of `n` events that are all there.
    pub(super) fn complete(n: usize, compression: Compression) -> Self {
        Self {
            chunk: n.clamp(1, CHUNK),
            compression,
            reserved: n,
        }
    }

    /// Creates one growing column of momenta.
    fn momenta(&self, group: &Group, role: &Role, precision: Precision) -> Result<Dataset> {
        match precision {
            Precision::Double => self.column::<f64>(group, &role.column(), Some(4)),
            Precision::Single => self.column::<f32>(group, &role.column(), Some(4)),
        }
    }

    /// Creates one growing column of scalars or of rows of `width`.
    pub(super) fn column<T: H5Type>(
        &self,
        group: &Group,
        name: &str,
        width: Option<usize>,
    ) -> Result<Dataset> {
        let mut extents = vec![Extent::resizable(self.reserved)];
        extents.extend(width.map(Extent::fixed));
        let mut shape = vec![self.chunk];
        shape.extend(width);
        // Every chunk is written whole before it is read, but for the tail of the last one.
        let mut builder = group
            .new_dataset_builder()
            .chunk(shape)
            .fill_time(FillTime::Never);
        builder = match self.compression {
            Compression::None => builder.alloc_time(Some(AllocTime::Early)),
            Compression::Gzip => builder.shuffle().deflate(DEFLATE_LEVEL),
        };
        builder
            .empty::<T>()
            .shape(SimpleExtents::new(extents))
            .create(name)
    }
}

/// Reads events `from..to` (which must exist) behind those already in `events`.
pub(super) fn read(
    group: &Group,
    (from, to): (usize, usize),
    events: &mut EventBuffer,
) -> Result<()> {
    let weight = group.dataset("weight")?;
    events
        .weight
        .extend(weight.read_slice_1d::<f64, _>(from..to)?);
    read_all_but_weights(group, from, to, events)
}

fn read_all_but_weights(
    group: &Group,
    from: usize,
    to: usize,
    events: &mut EventBuffer,
) -> Result<()> {
    let index = group.dataset("index")?;
    events
        .index
        .extend(index.read_slice_1d::<u64, _>(from..to)?);
    let columns = events.columns().clone();
    for (scalar, rows) in columns.scalars.iter().zip(events.scalars_mut()) {
        let data = group.dataset(&scalar.name)?;
        rows.extend(data.read_slice_1d::<f64, _>(from..to)?);
    }
    for (role, rows) in columns.roles.iter().zip(events.momenta_mut()) {
        let data = group.dataset(&role.column())?;
        let block = data.read_slice_2d::<f64, _>((from..to, ..))?;
        let flat = block.as_slice().unwrap_or_default();
        rows.extend_from_slice(flat.as_chunks::<4>().0);
    }
    Ok(())
}

/// Checks that all columns are there with the same number of rows, and returns it.
pub(super) fn count(group: &Group, sample: &Sample) -> Result<usize> {
    let n = attribute::get::<u64>(group, "n_events")?;
    let n = usize::try_from(n).map_err(|e| format!("n_events = {n}: {e}"))?;
    let mut shapes = vec![
        ("weight".to_owned(), vec![n]),
        ("index".to_owned(), vec![n]),
    ];
    let roles = sample.columns().roles;
    shapes.extend(roles.iter().map(|role| (role.column(), vec![n, 4])));
    let scalars = sample.scalars.iter();
    shapes.extend(scalars.map(|scalar| (scalar.name.to_string(), vec![n])));
    for (name, shape) in shapes {
        let data = group.dataset(&name)?;
        let found = data.shape();
        if found != shape {
            return Err(format!("/events/{name} has shape {found:?}, expected {shape:?}").into());
        }
        column::check_stored(&data, column::size(&shape))?;
    }
    Ok(n)
}
