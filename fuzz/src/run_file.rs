//! Run files and saved tables whose structure is wrong: attributes and datasets of another type,
//! shape or content, missing, linked elsewhere or in a circle. The bytes say what is changed in a
//! small valid file; the file library itself is given valid files only.

use std::path::Path;
use std::sync::OnceLock;

use arbitrary::{Arbitrary, Result, Unstructured};
use hdf5::types::{FixedUnicode, VarLenUnicode};
use hdf5::{Extent, File, Group, H5Type, Location, ObjectReference1, SimpleExtents};
use millibrem::event::{Compression, Event, EventBuffer, Precision, Sample, Weighting, sum};
use millibrem::generate::{Progress, SigmaReport};
use millibrem::histogram::{Axis, Histogram, Observable, Scale};
use millibrem::particle::{Outgoing, Particle};
use millibrem::record::{CrossSection, Fact, IterationRow, RunHeader, RunSummary, Shard};
use millibrem::table::{Cell, Column, Table};
use millibrem_files::export::{ExportOptions, Format, Weights, export};
use millibrem_files::hdf5::{RunReader, RunWriter, ShardReader, read_table, write_table};
use millibrem_files::job::{self, Watcher};

/// Changes a small valid file and reads everything that can be read of it.
pub fn run(data: &[u8]) {
    let mut choices = Unstructured::new(data);
    let _ = changed(&mut choices);
}

fn changed(choices: &mut Unstructured<'_>) -> Result<()> {
    let folder = super::folder();
    let path = folder.path().join("run.h5");
    let base = match choices.int_in_range(0..=7)? {
        0 => table(),
        1 => dark_photons(),
        2 => shard(),
        _ => pairs(),
    };
    std::fs::write(&path, base).expect("a folder to write to");
    {
        let file = File::open_rw(&path).expect("a valid file");
        for _ in 0..choices.int_in_range(1..=4)? {
            change(&file, choices)?;
        }
    }
    if bool::arbitrary(choices)? {
        spoil_text(&path, choices)?;
    }
    read(&path, choices.int_in_range(0..=7).unwrap_or(7));
    Ok(())
}

/// Makes one of the texts in the file no UTF-8, which the file library writes for nobody.
fn spoil_text(path: &Path, choices: &mut Unstructured<'_>) -> Result<()> {
    let texts = [
        "millibrem",
        "weighted",
        "pair",
        "none",
        "[beam]",
        "x_vs",
        "regular",
        "unknown",
        "0.1",
        "GeV",
    ];
    let text = choices.choose(&texts)?.as_bytes();
    let mut bytes = std::fs::read(path).expect("the file");
    if let Some(at) = bytes.windows(text.len()).position(|window| window == text) {
        bytes[at] = 0xff;
        std::fs::write(path, bytes).expect("a folder to write to");
    }
    Ok(())
}

/// Reads everything, as every command does; each step gives a value or an error in words. `then`
/// exports to the format of that number, or draws.
pub fn read(path: &Path, then: usize) {
    if let Err(error) = read_table(path) {
        assert!(!error.to_string().is_empty());
    }
    if then >= Format::ALL.len()
        && let Ok(found) = millibrem_files::results::read(&[path.to_owned()])
    {
        super::drawn(&found);
    }
    join(path);
    let run = match RunReader::open(path) {
        Ok(run) => run,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let _ = (run.generator(), run.provenance(), run.timings());
    let _ = run.cross_section();
    for histogram in run.histograms().into_iter().flatten() {
        let _ = (histogram.differential(), histogram.total_pb());
    }
    let mut events = EventBuffer::default();
    if run.read_events(1, 8192, &mut events).is_ok() {
        for event in events.iter() {
            let _ = sum(event.momenta().iter().copied());
        }
    }
    let mut weights = Vec::new();
    let _ = run.read_weights(0, 8192, &mut weights);
    for format in Format::ALL.into_iter().skip(then).take(1) {
        let output = path.with_file_name(format!("out.{}", format.suffix()));
        for weights in [Weights::Keep, Weights::Drop, Weights::Unweight] {
            let options = ExportOptions {
                weights,
                replace: true,
                ..ExportOptions::default()
            };
            match export(&run, format, &output, &options) {
                Ok(report) if weights == Weights::Unweight => {
                    assert!(report.n_events <= report.n_read);
                }
                Ok(report) => assert_eq!(report.n_events, run.n_events() as u64),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
}

/// Reads it as a shard, and joins it with itself alone.
fn join(path: &Path) {
    let Ok(shard) = ShardReader::open(path) else {
        return;
    };
    assert!((1..=shard.shard().of).contains(&shard.shard().index));
    let _ = (shard.work(), shard.run().n_events());
    let paths = [path.to_owned()];
    let joined = job::merge(&paths, &path.with_file_name("all.h5"), false, 1, &mut Deaf);
    // Its sums are none.
    assert!(joined.is_err_and(|error| !error.to_string().is_empty()));
}

/// Hears nothing.
struct Deaf;

impl Watcher for Deaf {
    fn progress(&mut self, _: &Progress) {}
    fn measured(&mut self, _: &SigmaReport, _: u64) {}
    fn note(&mut self, _: &str) {}
    fn should_stop(&self) -> bool {
        false
    }
}

/// Groups and datasets of the files, their attributes with them.
const OBJECTS: &[(&str, &[&str])] = &[
    (
        "/",
        &[
            "format",
            "format_version",
            "generator_version",
            "git_commit",
            "card",
            "seed",
            "command",
            "shard_index",
            "shard_of",
        ],
    ),
    (
        "events",
        &[
            "n_events",
            "compression",
            "final_state",
            "mode",
            "beam_energy_gev",
            "lepton_pdg_id",
            "lepton_mass_gev",
            "nucleus_charge",
            "dark_mass_gev",
        ],
    ),
    ("events/weight", &["units"]),
    ("events/index", &[]),
    ("events/p_lepton_out", &[]),
    ("events/p_nucleus_out", &[]),
    ("events/p_chi", &[]),
    ("events/p_chibar", &[]),
    ("events/p_dark_photon", &[]),
    ("sigma", &[]),
    ("sigma/value", &[]),
    ("sigma/error", &[]),
    ("sigma/chi2_dof", &[]),
    ("sigma/n_eval", &[]),
    ("sigma/iterations", &[]),
    ("sigma/iterations/measured", &[]),
    ("sigma/iterations/n_eval", &[]),
    ("sigma/iterations/q", &[]),
    ("histograms", &[]),
    ("histograms/x", &["uhi_schema"]),
    ("histograms/x/axes", &[]),
    (
        "histograms/x/ref_axes/axis_0",
        &["type", "lower", "upper", "bins"],
    ),
    ("histograms/x/ref_axes/axis_0/metadata", &["name"]),
    ("histograms/x/storage", &["type"]),
    ("histograms/x/storage/values", &[]),
    ("histograms/x/storage/variances", &[]),
    ("histograms/m_pair_gev/ref_axes/axis_0/edges", &[]),
    ("histograms/x_vs_m_pair_gev/axes", &[]),
    ("histograms/x_vs_m_pair_gev/storage/values", &[]),
    ("provenance", &["adapted", "process", "more"]),
    ("provenance/timings", &["wall_s"]),
    ("m_chi_gev", &["units"]),
    ("sigma_pb", &[]),
    ("work", &["crc32"]),
];

/// One change; what the file library refuses changes nothing.
fn change(file: &File, choices: &mut Unstructured<'_>) -> Result<()> {
    let (path, attributes) = *choices.choose(OBJECTS)?;
    let (parent, name) = path.rsplit_once('/').unwrap_or(("/", path));
    let parent = if parent.is_empty() { "/" } else { parent };
    let kind = choices.int_in_range(0..=9)?;
    if kind <= 4 && !attributes.is_empty() {
        let attribute = *choices.choose(attributes)?;
        let location: Option<Location> = match file.group(path) {
            Ok(group) => Some((*group).clone()),
            Err(_) => file.dataset(path).ok().map(|data| (**data).clone()),
        };
        let Some(location) = location else {
            return Ok(());
        };
        let _ = location.delete_attr(attribute);
        return put_attribute(&location, attribute, choices);
    }
    let Ok(parent) = file.group(parent) else {
        return Ok(());
    };
    if name.is_empty() {
        return Ok(());
    }
    let _ = parent.unlink(name);
    match kind {
        9 => {
            let (target, _) = *choices.choose(OBJECTS)?;
            let _ = match bool::arbitrary(choices)? {
                true => parent.link_soft(target, name),
                false => file.link_hard(target, path),
            };
        }
        8 => {
            let _ = parent.create_group(name);
        }
        7 => {}
        _ => put_dataset(file, &parent, name, choices)?,
    }
    Ok(())
}

fn put_attribute(at: &Location, name: &str, choices: &mut Unstructured<'_>) -> Result<()> {
    fn one<T: H5Type>(at: &Location, name: &str, value: &T, shape: Vec<usize>) {
        if shape.is_empty() {
            let made = at.new_attr::<T>().create(name);
            let _ = made.map(|attribute| attribute.write_scalar(value));
        } else {
            let _ = at.new_attr::<T>().shape(shape).create(name);
        }
    }
    let shape: Vec<usize> = match choices.int_in_range(0..=9)? {
        0 => vec![0],
        1 => vec![1],
        2 => vec![3, 2],
        _ => vec![],
    };
    match choices.int_in_range(0..=9)? {
        0 => one(at, name, &f64::arbitrary(choices)?, shape),
        1 => one(at, name, &i64::arbitrary(choices)?, shape),
        2 => one(at, name, &u64::arbitrary(choices)?, shape),
        3 => one(at, name, &i8::arbitrary(choices)?, shape),
        4 => one(at, name, &f32::arbitrary(choices)?, shape),
        5 => one(at, name, &bool::arbitrary(choices)?, shape),
        6 => {
            let words = words(choices)?.parse::<FixedUnicode<16>>();
            let _ = words.map(|words| one(at, name, &words, shape));
        }
        _ => {
            let words: std::result::Result<VarLenUnicode, _> = words(choices)?.parse();
            let _ = words.map(|words| one(at, name, &words, shape));
        }
    }
    Ok(())
}

/// A short text, often one that means something.
fn words<'a>(choices: &mut Unstructured<'a>) -> Result<&'a str> {
    let known = [
        "millibrem",
        "pair",
        "dark-photon",
        "weighted",
        "unweighted",
        "gzip",
        "regular",
        "variable",
        "x",
        "t_gev2",
        "",
    ];
    match bool::arbitrary(choices)? {
        true => Ok(choices.choose(&known)?),
        false => <&str>::arbitrary(choices),
    }
}

/// Lengths of datasets: small ones that are stored, and claims no file could hold.
const LENGTHS: [usize; 14] = [
    0,
    1,
    2,
    3,
    4,
    5,
    10,
    12,
    13,
    100,
    70_000,
    1 << 31,
    1 << 40,
    1 << 59,
];

fn put_dataset(
    file: &File,
    parent: &Group,
    name: &str,
    choices: &mut Unstructured<'_>,
) -> Result<()> {
    fn zeros<T: H5Type + Default + Clone>(parent: &Group, name: &str, shape: &[usize]) {
        let size = shape
            .iter()
            .try_fold(1_usize, |n, &d| n.checked_mul(d.max(1)));
        match size.map(|_| shape.iter().product()) {
            Some(size) if size <= 1000 => {
                let data = vec![T::default(); size];
                let view = hdf5_array(shape, &data);
                let _ = parent.new_dataset_builder().with_data(view).create(name);
            }
            // Chunks that were never written take no room.
            _ => {
                let chunk: Vec<usize> = shape.iter().map(|&d| d.clamp(1, 16)).collect();
                let extents = shape.iter().map(|&d| Extent::resizable(d.min(16)));
                let extents = SimpleExtents::new(extents.collect::<Vec<_>>());
                let builder = parent.new_dataset_builder().chunk(chunk).empty::<T>();
                let made = builder.shape(extents).create(name);
                let _ = made.map(|data| data.resize(shape.to_vec()));
            }
        }
    }
    let mut shape = Vec::new();
    for _ in 0..choices.int_in_range(0..=3)? {
        shape.push(*choices.choose(&LENGTHS)?);
    }
    match choices.int_in_range(0..=9)? {
        0 => zeros::<f32>(parent, name, &shape),
        1 => zeros::<u64>(parent, name, &shape),
        2 => zeros::<i16>(parent, name, &shape),
        3 => zeros::<bool>(parent, name, &shape),
        4 => {
            let words: Vec<VarLenUnicode> = shape.iter().map(|_| VarLenUnicode::new()).collect();
            let _ = parent.new_dataset_builder().with_data(&words).create(name);
        }
        5 => {
            let numbers = <Vec<f64>>::arbitrary(choices)?;
            let _ = parent
                .new_dataset_builder()
                .with_data(&numbers)
                .create(name);
        }
        6 => {
            let (target, _) = *choices.choose(OBJECTS)?;
            let references: Vec<_> = file
                .reference::<ObjectReference1>(target)
                .into_iter()
                .collect();
            let many = [references.clone(), references.clone(), references].concat();
            let few = &many[..choices.int_in_range(0..=many.len())?];
            let _ = parent.new_dataset_builder().with_data(few).create(name);
        }
        _ => zeros::<f64>(parent, name, &shape),
    }
    Ok(())
}

fn hdf5_array<'a, T>(shape: &[usize], data: &'a [T]) -> ndarray::ArrayViewD<'a, T> {
    ndarray::ArrayViewD::from_shape(shape, data).expect("as many as the shape says")
}

/// A whole run of pairs, as bytes.
pub fn pairs() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| written(true, Compression::None, None))
}

/// A shard, as bytes; its sums are none.
pub fn shard() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let shard = Some(Shard { index: 2, of: 3 });
    BYTES.get_or_init(|| written(true, Compression::None, shard))
}

/// A whole run of dark photons, compressed, as bytes.
pub fn dark_photons() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| written(false, Compression::Gzip, None))
}

fn written(pair: bool, compression: Compression, shard: Option<Shard>) -> Vec<u8> {
    let folder = super::folder();
    let path = folder.path().join("base.h5");
    let particle = |pdg_id, mass_gev, charge| Particle {
        pdg_id,
        mass_gev,
        charge,
    };
    let (beam, target) = (
        particle(13, 0.105_658, -1.0),
        particle(1_000_822_070, 193.0, 82.0),
    );
    let dark = particle(17, 0.1, 0.001);
    let header = RunHeader {
        card: include_str!("../../cards/na64mu-2025.toml").to_owned(),
        seed: 7,
        sample: Sample {
            process: if pair { "pair" } else { "dark-photon" }.to_owned(),
            weighting: Weighting::Weighted,
            beam,
            target,
            outgoing: match pair {
                true => Outgoing::of_pair(beam, target, dark),
                false => Outgoing::of_dark_photon(beam, target, dark),
            },
            nuclei: Vec::new(),
            scalars: Vec::new(),
            beam_energy_gev: 160.0,
            has_p_beam: false,
        },
        compression,
        precision: Precision::Double,
        expected_events: 0,
        shard,
    };
    let mut events = EventBuffer::new(header.sample.columns());
    for index in 0..5 {
        let e = 10.0 + index as f64;
        let light = [e, 0.0, 0.0, e];
        let momenta = [[e, 0.0, 0.1, e], [193.0, 0.1, 0.0, 0.1], light, light];
        events.push(&Event::new(
            1e5,
            index,
            &momenta[..if pair { 4 } else { 3 }],
        ));
    }
    let x = Axis::new(Observable::X, Scale::Linear, 0.1, 0.9, 8).expect("an axis");
    let m = Axis::new(Observable::M_PAIR_GEV, Scale::Log, 0.2, 20.0, 10).expect("an axis");
    let filled = |name: &str, axes: Vec<Axis>| {
        let bins = axes.iter().map(|a| a.bins() + 2).product();
        Histogram::new(name, axes, vec![1.0; bins], vec![0.01; bins]).expect("a histogram")
    };
    let row = |measured| IterationRow {
        measured,
        n_eval: 1000,
        value_pb: 1.0,
        error_pb: 0.1,
        average_pb: 1.0,
        average_error_pb: 0.1,
        chi2_dof: 0.9,
        q: 0.5,
    };
    let summary = RunSummary {
        cross_section: CrossSection {
            value_pb: 1.0,
            error_pb: 0.01,
            chi2_dof: 1.1,
            n_eval: 2000,
            iterations: vec![row(false), row(true), row(true)],
        },
        nuclei: Vec::new(),
        weight_scale: 1.0,
        histograms: vec![
            filled("x", vec![x.clone()]),
            filled("m_pair_gev", vec![m.clone()]),
            filled("x_vs_m_pair_gev", vec![x, m]),
        ],
        provenance: vec![
            ("adapted".to_owned(), Fact::Flag(true)),
            ("process".to_owned(), Fact::Text("pair".to_owned())),
        ],
        timings: vec![("wall_s".to_owned(), Fact::Real(0.5))],
    };
    let mut writer = RunWriter::create(&path, &header, false).expect("a folder to write to");
    writer.write_events(&events).expect("events");
    let done = match shard {
        Some(_) => writer.finish_shard(b"sums"),
        None => writer.finish(&summary),
    };
    done.expect("a file");
    unsealed(&path)
}

/// A saved table, as bytes.
pub fn table() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let folder = super::folder();
        let path = folder.path().join("scan.h5");
        let row = |mass: f64, element: &str, sigma: f64| {
            vec![Cell::Real(mass), Cell::from(element), Cell::Real(sigma)]
        };
        let table = Table {
            facts: vec![
                ("command".to_owned(), "scan".to_owned()),
                ("card".to_owned(), "[beam]\nlepton = \"mu-\"\n".to_owned()),
            ],
            columns: vec![
                Column::of_key("dark_sector.m_chi_gev", "GeV"),
                Column::of_key("target.element", ""),
                Column::new("sigma_pb", "pb", "cross section"),
            ],
            keys: 2,
            rows: vec![row(0.1, "Pb", 3.0), row(0.2, "Pb", 2.0), row(0.1, "W", 2.5)],
        };
        write_table(&path, &table, true)
            .and_then(|part| millibrem_files::finish([part]))
            .expect("a folder to write to");
        unsealed(&path)
    })
}

/// A file without its seal, which would keep all that is changed from the readers behind it.
fn unsealed(path: &Path) -> Vec<u8> {
    let file = File::open_rw(path).expect("a valid file");
    file.close().expect("a folder to write to");
    std::fs::read(path).expect("the file")
}
