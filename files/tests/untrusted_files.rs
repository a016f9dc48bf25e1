//! Run files and tables that somebody else wrote: claims are compared with what is stored before
//! memory is asked for, texts are UTF-8 or refused, bytes that are no flag are flags all the same.

mod sample;

use std::path::Path;

use hdf5::types::VarLenUnicode;
use hdf5::{Extent, File, H5Type, SimpleExtents};
use millibrem::event::{Compression, Weighting};
use millibrem::record::{RunHeader, Shard};
use millibrem_files::IoError;
use millibrem_files::hdf5::{RunReader, RunWriter, ShardReader, has_seal, read_table};
use tempfile::TempDir;

/// A folder with a small run file.
fn run() -> (TempDir, std::path::PathBuf) {
    written(None)
}

fn written(shard: Option<Shard>) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let header = sample::header(&sample, Compression::None);
    let mut writer = RunWriter::create(&path, &RunHeader { shard, ..header }, false).unwrap();
    let events = sample::events(&sample, 10, 1);
    writer.write_events(&events).unwrap();
    match shard {
        Some(_) => writer.finish_shard(b"the sums of a shard").unwrap(),
        None => writer.finish(&sample::summary(&events, 1.0)).unwrap(),
    }
    // Without its seal, as whoever changes it through the HDF5 library leaves it.
    File::open_rw(&path).unwrap().close().unwrap();
    assert!(!has_seal(&path).unwrap());
    (folder, path)
}

/// Puts a dataset of that shape in place of another; nothing is stored of it.
fn claim<T: H5Type>(path: &Path, name: &str, shape: &[usize]) {
    let file = File::open_rw(path).unwrap();
    file.unlink(name).unwrap();
    let small: Vec<Extent> = shape.iter().map(|_| Extent::resizable(1)).collect();
    let chunk = vec![16; shape.len()];
    let builder = file.new_dataset_builder().chunk(chunk).empty::<T>();
    let data = builder
        .shape(SimpleExtents::new(small))
        .create(name)
        .unwrap();
    data.resize(shape.to_vec()).unwrap();
}

/// Replaces the first byte of `text` in the file.
fn spoil(path: &Path, text: &str, byte: u8) {
    let mut bytes = std::fs::read(path).unwrap();
    let mut windows = bytes.windows(text.len());
    let at = windows.position(|w| w == text.as_bytes());
    bytes[at.unwrap_or_else(|| panic!("{text} is not in the file"))] = byte;
    std::fs::write(path, bytes).unwrap();
}

fn reason(error: IoError) -> String {
    match error {
        IoError::NotARun { reason, .. }
        | IoError::Damaged { reason, .. }
        | IoError::Hdf5 { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

#[test]
fn more_values_than_are_stored_are_refused_before_memory_is_asked_for() {
    // A million of them might be, in a file of another size; and a number that wraps around 2^64.
    for shape in [vec![1_000_000], vec![1 << 40], vec![1 << 62, 4]] {
        let (_folder, path) = run();
        claim::<f64>(&path, "histograms/x/storage/values", &shape);
        let error = reason(RunReader::open(&path).unwrap().histograms().unwrap_err());
        let words = ["stores 0 bytes", "at most 10000000 values are read"];
        assert!(
            words.iter().any(|w| error.contains(w)),
            "{shape:?}: {error}"
        );

        let (_folder, path) = run();
        claim::<f64>(&path, "sigma/iterations/q", &shape);
        let error = reason(RunReader::open(&path).unwrap().cross_section().unwrap_err());
        assert!(
            words.iter().any(|w| error.contains(w)),
            "{shape:?}: {error}"
        );
    }
}

#[test]
fn more_events_than_are_stored_are_refused() {
    let (_folder, path) = run();
    let n: usize = 1 << 50;
    for name in ["weight", "index"] {
        claim::<f64>(&path, &format!("events/{name}"), &[n]);
    }
    let file = File::open_rw(&path).unwrap();
    let events = file.group("events").unwrap();
    events
        .attr("n_events")
        .unwrap()
        .write_scalar(&(n as u64))
        .unwrap();
    drop((events, file));
    let error = RunReader::open(&path).err().map(reason).unwrap();
    assert_eq!(
        error,
        format!("/events/weight has {n} values and stores 0 bytes")
    );
}

#[test]
fn texts_that_are_no_utf_8_are_refused() {
    let (_folder, path) = run();
    spoil(&path, "# NA64", 0xff);
    let error = RunReader::open(&path).err().map(reason).unwrap();
    assert!(error.contains("card is no UTF-8"), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.h5");
    let file = File::create(&path).unwrap();
    let words = |text: &str| text.parse::<VarLenUnicode>().unwrap();
    for name in ["command", "card"] {
        let attribute = file.new_attr::<VarLenUnicode>().create(name).unwrap();
        attribute.write_scalar(&words("scan")).unwrap();
    }
    let column = [words("lead"), words("tungsten")];
    file.new_dataset_builder()
        .with_data(&column)
        .create("element")
        .unwrap();
    file.close().unwrap();
    let table = read_table(&path).unwrap().unwrap();
    let elements: Vec<String> = table.cells(0).map(ToString::to_string).collect();
    assert_eq!(elements, ["lead", "tungsten"]);
    spoil(&path, "tungsten", 0xff);
    let error = reason(read_table(&path).unwrap_err());
    assert!(error.contains("/element is no UTF-8"), "{error}");
}

#[test]
fn a_byte_that_is_no_flag_is_read_as_one() {
    let (_folder, path) = run();
    let file = File::open_rw(&path).unwrap();
    let offset = file
        .dataset("sigma/iterations/measured")
        .unwrap()
        .offset()
        .unwrap();
    drop(file);
    let mut bytes = std::fs::read(&path).unwrap();
    let flags = offset as usize..offset as usize + 3;
    assert_eq!(bytes[flags.clone()], [0, 1, 1]);
    bytes[flags.start + 1] = 2;
    std::fs::write(&path, bytes).unwrap();
    let found = RunReader::open(&path).unwrap().cross_section().unwrap();
    let measured: Vec<u8> = found
        .iterations
        .iter()
        .map(|row| row.measured.into())
        .collect();
    assert_eq!(measured, [0, 1, 1]);
}

#[test]
fn shards_of_impossible_numbers_and_sums_that_changed_are_refused() {
    let two_of_three = Some(Shard { index: 2, of: 3 });
    for (index, of) in [(0, 3), (4, 3), (1, 0)] {
        let (_folder, path) = written(two_of_three);
        let file = File::open_rw(&path).unwrap();
        let put = |name: &str, n: u32| file.attr(name).unwrap().write_scalar(&n).unwrap();
        put("shard_index", index);
        put("shard_of", of);
        drop(file);
        let error = ShardReader::open(&path).err().map(reason).unwrap();
        assert_eq!(error, format!("it says to be shard {index} of {of}"));
    }
    let (_folder, path) = written(two_of_three);
    assert_eq!(
        ShardReader::open(&path).unwrap().work().unwrap(),
        b"the sums of a shard"
    );
    spoil(&path, "the sums of a shard", b'T');
    let error = reason(ShardReader::open(&path).unwrap().work().unwrap_err());
    assert_eq!(error, "the checksum of /work is wrong");
}
