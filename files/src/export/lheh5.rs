//! Les Houches events in HDF5, version 2.0.1 ([LHEH5] arXiv:1905.05120, arXiv:2309.13154).
//!
//! `/version`, `/init` (10 numbers), `/procInfo` (1×6), `/events` (N×10: nine columns and one
//! weight) and `/particles` (K×13). Column names stand in the attribute `properties`; for
//! `/events` in the attribute `events`, where readers that take the first attribute find it.
//! Every event counts as one trial, so Σ weight / Σ trials is the cross section.

use std::path::{Path, PathBuf};

use ::hdf5::types::VarLenUnicode;
use ::hdf5::{Dataset, Extent, File, Group, Result, SimpleExtents};
use ndarray::{ArrayView1, ArrayView2};

use super::lhe::weighting_strategy;
use super::{Context, Definition, Exporter, Output, PIECE, State};
use crate::IoError;
use crate::output::Kind;
use crate::part::PartFile;
use millibrem::constants::ALPHA;
use millibrem::event::EventBuffer;

const INIT: [&str; 10] = [
    "beamA",
    "beamB",
    "energyA",
    "energyB",
    "PDFgroupA",
    "PDFgroupB",
    "PDFsetA",
    "PDFsetB",
    "weightingStrategy",
    "numProcesses",
];
const PROCESS: [&str; 6] = ["procId", "npLO", "npNLO", "xSection", "error", "unitWeight"];
const EVENT: [&str; 10] = [
    "pid",
    "nparticles",
    "start",
    "trials",
    "scale",
    "fscale",
    "rscale",
    "aqed",
    "aqcd",
    "NOMINAL",
];
const PARTICLE: [&str; 13] = [
    "id", "status", "mother1", "mother2", "color1", "color2", "px", "py", "pz", "e", "m",
    "lifetime", "spin",
];

/// Les Houches events in HDF5, version 2.0.1.
pub(super) struct Format;

impl Definition for Format {
    fn name(&self) -> &str {
        "lheh5"
    }

    fn is_text(&self) -> bool {
        false
    }

    fn begin<'a>(
        &self,
        context: Context,
        output: Output<'a>,
    ) -> Result<Box<dyn Exporter + 'a>, IoError> {
        match output {
            Output::File { path, replace } => Ok(Box::new(Lheh5::create(context, path, replace)?)),
            Output::Stream(_) => Err(IoError::Name {
                path: PathBuf::from("-"),
                reason: "lheh5 is an HDF5 file, which cannot be streamed: give a name".to_owned(),
            }),
        }
    }
}

/// An unfinished LHEH5 file.
struct Lheh5 {
    // Declared first: the file must be closed before its name goes.
    open: Open,
    context: Context,
    part: PartFile,
}

struct Open {
    file: File,
    events: Dataset,
    particles: Dataset,
}

impl Lheh5 {
    /// Opens the output and writes everything but the events.
    fn create(context: Context, output: &Path, replace: bool) -> Result<Self, IoError> {
        let (part, _) = PartFile::create(output, Kind::Events, replace)?;
        let open = begin(part.part(), &context).map_err(|e| IoError::hdf5("create", output, &e))?;
        Ok(Self {
            open,
            context,
            part,
        })
    }
}

impl Exporter for Lheh5 {
    fn write(&mut self, events: &EventBuffer, first: u64) -> Result<(), IoError> {
        append(&self.open, &self.context, events, first)
            .map_err(|e| IoError::hdf5("write events to", self.part.path(), &e))
    }

    fn turn_to(&mut self, context: Context) {
        self.context = context;
    }

    fn finish(self: Box<Self>) -> Result<(), IoError> {
        let Self {
            open:
                Open {
                    file,
                    events,
                    particles,
                },
            part,
            ..
        } = *self;
        drop((events, particles));
        let flushed = file.flush();
        let closed = file.close();
        flushed
            .and(closed)
            .map_err(|e| IoError::hdf5("complete", part.path(), &e))?;
        part.finish()
    }
}

fn begin(path: &Path, context: &Context) -> Result<Open> {
    let file = crate::hdf5::create(path)?;
    file.new_dataset_builder()
        .with_data(&[2_i32, 0, 1])
        .create("version")?;
    let [lepton, nucleus] = context.beams();
    let strategy = weighting_strategy(context);
    let (id_a, id_b) = (f64::from(lepton.pdg_id), f64::from(nucleus.pdg_id));
    let (e_a, e_b) = (lepton.p[0], nucleus.p[0]);
    let init = [
        id_a,
        id_b,
        e_a,
        e_b,
        0.0,
        0.0,
        0.0,
        0.0,
        f64::from(strategy),
        1.0,
    ];
    let data = file.new_dataset_builder().with_data(&init).create("init")?;
    put_names(&data, "properties", &INIT)?;
    // npLO is the number of legs of the process, npNLO −1 says that there is no such order.
    let legs = context.n_particles() as f64 + f64::from(u8::from(context.drop_nucleus));
    let totals = &context.totals;
    let (mean, error) = (totals.mean_weight_pb, totals.error_pb);
    let process = [1.0, legs, -1.0, mean, error, totals.max_weight_pb];
    let row = ArrayView2::from_shape((1, PROCESS.len()), &process)?;
    let data = file
        .new_dataset_builder()
        .with_data(row)
        .create("procInfo")?;
    put_names(&data, "properties", &PROCESS)?;
    let further = context.further_weights().map(|(name, _)| name);
    let names: Vec<&str> = EVENT.into_iter().chain(further).collect();
    let events = table(&file, "events", names.len(), PIECE)?;
    put_names(&events, "events", &names)?;
    let particles = table(&file, "particles", PARTICLE.len(), PIECE)?;
    put_names(&particles, "properties", &PARTICLE)?;
    Ok(Open {
        file,
        events,
        particles,
    })
}

fn append(open: &Open, context: &Context, events: &EventBuffer, first: u64) -> Result<()> {
    let per_event = context.n_particles();
    let mut event_rows = Vec::with_capacity(events.len() * EVENT.len());
    let mut particle_rows = Vec::with_capacity(events.len() * per_event * PARTICLE.len());
    for (position, event) in (first..).zip(events.iter()) {
        let start = position * per_event as u64;
        // NaN would stand for an unknown scale, but some readers stop at it.
        let (scale, n) = (-1.0, per_event as f64);
        event_rows.extend([
            1.0,
            n,
            start as f64,
            1.0,
            scale,
            scale,
            scale,
            ALPHA,
            0.0,
            event.weight,
        ]);
        event_rows.extend(context.further(&event).map(|(_, weight)| weight));
        for line in context
            .incoming(&event)
            .into_iter()
            .chain(context.outgoing(&event))
        {
            let (status, mother1, mother2) = match line.state {
                State::Beam | State::Target => (-1.0, 0.0, 0.0),
                State::Outgoing => (1.0, 1.0, 2.0),
            };
            let ([energy, px, py, pz], id) = (line.p, f64::from(line.pdg_id));
            let m = line.mass_gev;
            particle_rows.extend([
                id, status, mother1, mother2, 0.0, 0.0, px, py, pz, energy, m, 0.0, 9.0,
            ]);
        }
    }
    append_rows(&open.events, &event_rows)?;
    append_rows(&open.particles, &particle_rows)
}

fn table(group: &Group, name: &str, columns: usize, rows: usize) -> Result<Dataset> {
    let extents = SimpleExtents::new([Extent::resizable(0), Extent::fixed(columns)]);
    let builder = group.new_dataset_builder().chunk([rows, columns]);
    builder.empty::<f64>().shape(extents).create(name)
}

/// Appends whole rows, one after the other.
fn append_rows(data: &Dataset, rows: &[f64]) -> Result<()> {
    let (from, width) = (data.shape()[0], data.shape()[1]);
    let n = rows.len() / width;
    data.resize((from + n, width))?;
    data.write_slice(
        ArrayView2::from_shape((n, width), rows)?,
        (from..from + n, ..),
    )
}

/// Writes column names as an array of strings.
fn put_names(data: &Dataset, attribute: &str, names: &[&str]) -> Result<()> {
    let names: Vec<VarLenUnicode> = names
        .iter()
        .map(|name| {
            name.parse()
                .map_err(|e| ::hdf5::Error::from(format!("{name}: {e}")))
        })
        .collect::<Result<_>>()?;
    data.new_attr_builder()
        .with_data(ArrayView1::from(&names))
        .create(attribute)
        .map(|_| ())
}
