//! The columns of `/events`: chunked, appended to while the run goes on, read by ranges.
//!
//! A column of momenta has the shape N×4. Whole chunks are handed to the library at once and
//! never touched again, so memory does not grow with N.

use ::hdf5::dataset::FillTime;
use ::hdf5::{Dataset, Extent, Group, H5Type, Result, SimpleExtents};
use ndarray::{ArrayView1, ArrayView2};

use super::{attribute, column};
use crate::event::{Compression, EventBuffer, FinalState, Momentum, Particle, Sample, Weighting};

/// Events a chunk: 256 KiB of momenta, small enough for the library's 1 MiB chunk cache.
const CHUNK: usize = 8192;
/// Deflate level; higher ones cost twice the time for less than 1 % of the bytes.
const DEFLATE_LEVEL: u8 = 1;
/// Components of a momentum, in this order.
const COMPONENTS: &str = "E, px, py, pz";

/// Name of the column that holds the χ or the dark photon.
fn dark_column(final_state: FinalState) -> &'static str {
    match final_state {
        FinalState::Pair => "p_chi",
        FinalState::DarkPhoton => "p_dark_photon",
    }
}

/// The open columns and the events that do not fill a chunk yet.
pub(super) struct EventColumns {
    group: Group,
    weight: Dataset,
    index: Dataset,
    momenta: Vec<Dataset>,
    chunk: usize,
    written: usize,
    pending: EventBuffer,
}

impl EventColumns {
    /// Creates the columns with their attributes.
    pub(super) fn create(
        root: &Group,
        sample: &Sample,
        compression: Compression,
        expected: u64,
    ) -> Result<Self> {
        let group = root.create_group("events")?;
        put_sample(&group, sample)?;
        attribute::put_text(&group, "compression", compression.name())?;
        let expected = usize::try_from(expected).unwrap_or(usize::MAX);
        let chunk = if expected == 0 {
            CHUNK
        } else {
            expected.min(CHUNK)
        };
        let weight = column::<f64>(&group, "weight", None, chunk, compression)?;
        attribute::describe(
            &weight,
            "pb",
            "weight; the mean over all events is the cross section",
        )?;
        let dark = dark_column(sample.final_state);
        let mut named = vec![
            ("p_lepton_out", "momentum of the scattered lepton"),
            ("p_nucleus_out", "momentum of the recoiling nucleus"),
        ];
        match sample.final_state {
            FinalState::Pair => {
                named.push((dark, "momentum of the chi"));
                named.push(("p_chibar", "momentum of the chi-bar"));
            }
            FinalState::DarkPhoton => named.push((dark, "momentum of the dark photon")),
        }
        let momenta = named
            .into_iter()
            .map(|(name, words)| {
                let data = column::<f64>(&group, name, Some(4), chunk, compression)?;
                let words = format!("{words} ({COMPONENTS}), beam along +z, nucleus at rest");
                attribute::describe(&data, "GeV", &words).map(|()| data)
            })
            .collect::<Result<_>>()?;
        let index = column::<u64>(&group, "index", None, chunk, compression)?;
        let words = "reproduction key: card, seed and this number make the event again";
        attribute::describe(&index, "1", words)?;
        let pending = EventBuffer::with_capacity(2 * chunk);
        Ok(Self {
            group,
            weight,
            index,
            momenta,
            chunk,
            written: 0,
            pending,
        })
    }

    /// Number of events taken over.
    pub(super) fn len(&self) -> usize {
        self.written + self.pending.len()
    }

    /// Takes over events; writes as many whole chunks as there are.
    pub(super) fn append(&mut self, events: &EventBuffer) -> Result<()> {
        let expected = if self.momenta.len() == 4 {
            events.len()
        } else {
            0
        };
        let lengths = [&events.p_lepton_out, &events.p_nucleus_out, &events.p_chi].map(Vec::len);
        if lengths != [events.len(); 3]
            || events.index.len() != events.len()
            || events.p_chibar.len() != expected
        {
            return Err("the columns of the events differ in length".into());
        }
        self.pending.extend_from(events);
        let whole = self.pending.len() / self.chunk * self.chunk;
        if whole > 0 {
            self.write_front(whole)
        } else {
            Ok(())
        }
    }

    /// Writes the last, partly filled chunk and the number of events.
    ///
    /// All weights are multiplied by `weight_scale`, chunk after chunk.
    pub(super) fn finish(mut self, weight_scale: f64) -> Result<()> {
        self.write_front(self.pending.len())?;
        let mut from = 0;
        while from < self.written && weight_scale != 1.0 {
            let to = self.written.min(from + self.chunk);
            let mut weights = self.weight.read_slice_1d::<f64, _>(from..to)?;
            weights *= weight_scale;
            self.weight.write_slice(&weights, from..to)?;
            from = to;
        }
        attribute::put(&self.group, "n_events", &(self.written as u64))
    }

    /// Moves the first `n` pending events into the file.
    fn write_front(&mut self, n: usize) -> Result<()> {
        let (from, to) = (self.written, self.written + n);
        let EventBuffer {
            weight,
            p_lepton_out,
            p_nucleus_out,
            p_chi,
            p_chibar,
            index,
        } = &mut self.pending;
        append_scalars(&self.weight, from, to, &weight[..n])?;
        append_scalars(&self.index, from, to, &index[..n])?;
        let columns = [&*p_lepton_out, p_nucleus_out, p_chi, p_chibar];
        for (data, rows) in self.momenta.iter().zip(columns) {
            data.resize((to, 4))?;
            let flat = rows[..n].as_flattened();
            data.write_slice(ArrayView2::from_shape((n, 4), flat)?, (from..to, ..))?;
        }
        weight.drain(..n);
        index.drain(..n);
        for rows in [p_lepton_out, p_nucleus_out, p_chi, p_chibar] {
            rows.drain(..n.min(rows.len()));
        }
        self.written = to;
        Ok(())
    }
}

/// Creates one empty, growing column of scalars or of rows of `width`.
fn column<T: H5Type>(
    group: &Group,
    name: &str,
    width: Option<usize>,
    chunk: usize,
    compression: Compression,
) -> Result<Dataset> {
    let mut extents = vec![Extent::resizable(0)];
    extents.extend(width.map(Extent::fixed));
    let mut shape = vec![chunk];
    shape.extend(width);
    // Every chunk is written whole before it is read, but for the tail of the last one.
    let mut builder = group
        .new_dataset_builder()
        .chunk(shape)
        .fill_time(FillTime::IfSet);
    if compression == Compression::Gzip {
        builder = builder.shuffle().deflate(DEFLATE_LEVEL);
    }
    builder
        .empty::<T>()
        .shape(SimpleExtents::new(extents))
        .create(name)
}

fn append_scalars<T: H5Type>(data: &Dataset, from: usize, to: usize, values: &[T]) -> Result<()> {
    data.resize(to)?;
    data.write_slice(ArrayView1::from(values), from..to)
}

/// Reads events `from..to` (which must exist) behind those already in `events`.
pub(super) fn read(
    group: &Group,
    final_state: FinalState,
    from: usize,
    to: usize,
    events: &mut EventBuffer,
) -> Result<()> {
    let scalars = |name: &str| group.dataset(name).map(|data| (data, from..to));
    let (weight, range) = scalars("weight")?;
    events.weight.extend(weight.read_slice_1d::<f64, _>(range)?);
    let (index, range) = scalars("index")?;
    events.index.extend(index.read_slice_1d::<u64, _>(range)?);
    let rows = |name: &str, into: &mut Vec<Momentum>| -> Result<()> {
        let block = group
            .dataset(name)?
            .read_slice_2d::<f64, _>((from..to, ..))?;
        let flat = block.as_slice().unwrap_or_default();
        into.extend_from_slice(flat.as_chunks::<4>().0);
        Ok(())
    };
    rows("p_lepton_out", &mut events.p_lepton_out)?;
    rows("p_nucleus_out", &mut events.p_nucleus_out)?;
    rows(dark_column(final_state), &mut events.p_chi)?;
    match final_state {
        FinalState::Pair => rows("p_chibar", &mut events.p_chibar),
        FinalState::DarkPhoton => Ok(()),
    }
}

/// Checks that all columns are there with the same number of rows, and returns it.
pub(super) fn count(group: &Group, final_state: FinalState) -> Result<usize> {
    let n = attribute::get::<u64>(group, "n_events")?;
    let n = usize::try_from(n).map_err(|e| format!("n_events = {n}: {e}"))?;
    let mut shapes = vec![("weight", vec![n]), ("index", vec![n])];
    let pair = (final_state == FinalState::Pair).then_some("p_chibar");
    let momenta = ["p_lepton_out", "p_nucleus_out", dark_column(final_state)];
    shapes.extend(
        momenta
            .into_iter()
            .chain(pair)
            .map(|name| (name, vec![n, 4])),
    );
    for (name, shape) in shapes {
        let data = group.dataset(name)?;
        let found = data.shape();
        if found != shape {
            return Err(format!("/events/{name} has shape {found:?}, expected {shape:?}").into());
        }
        column::check_stored(&data, column::size(&shape))?;
    }
    Ok(n)
}

/// Writes what the particles are as attributes of `/events`.
fn put_sample(group: &Group, sample: &Sample) -> Result<()> {
    let state = match sample.final_state {
        FinalState::Pair => "pair",
        FinalState::DarkPhoton => "dark-photon",
    };
    let mode = match sample.weighting {
        Weighting::Weighted => "weighted",
        Weighting::Unweighted => "unweighted",
    };
    attribute::put_text(group, "final_state", state)?;
    attribute::put_text(group, "mode", mode)?;
    attribute::put(group, "beam_energy_gev", &sample.beam_energy_gev)?;
    let particles = [
        ("lepton", sample.lepton),
        ("nucleus", sample.nucleus),
        ("dark", sample.dark),
    ];
    for (who, particle) in particles {
        attribute::put(group, &format!("{who}_pdg_id"), &particle.pdg_id)?;
        attribute::put(group, &format!("{who}_mass_gev"), &particle.mass_gev)?;
        attribute::put(group, &format!("{who}_charge"), &particle.charge)?;
    }
    Ok(())
}

/// Reads what the particles are.
pub(super) fn get_sample(group: &Group) -> Result<Sample> {
    let unknown = |what: &str, word: String| ::hdf5::Error::from(format!("{what} is `{word}`"));
    let final_state = match attribute::get_text(group, "final_state")? {
        s if s == "pair" => FinalState::Pair,
        s if s == "dark-photon" => FinalState::DarkPhoton,
        s => return Err(unknown("final_state", s)),
    };
    let weighting = match attribute::get_text(group, "mode")? {
        s if s == "weighted" => Weighting::Weighted,
        s if s == "unweighted" => Weighting::Unweighted,
        s => return Err(unknown("mode", s)),
    };
    let particle = |who: &str| -> Result<Particle> {
        Ok(Particle {
            pdg_id: attribute::get(group, &format!("{who}_pdg_id"))?,
            mass_gev: attribute::get(group, &format!("{who}_mass_gev"))?,
            charge: attribute::get(group, &format!("{who}_charge"))?,
        })
    };
    Ok(Sample {
        final_state,
        weighting,
        lepton: particle("lepton")?,
        nucleus: particle("nucleus")?,
        dark: particle("dark")?,
        beam_energy_gev: attribute::get(group, "beam_energy_gev")?,
    })
}
