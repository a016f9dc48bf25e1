//! Finished files are sealed: a reader says of one that is not what was written that it is damaged,
//! before the HDF5 library sees a byte of it.

mod sample;

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use millibrem::event::{Compression, Weighting};
use millibrem::record::{RunHeader, Shard};
use millibrem::table::{Cell, Column, Table};
use millibrem_files::hdf5::{
    RunReader, RunWriter, Saved, ShardReader, has_seal, open_saved, read_all, read_table,
    write_table,
};
use millibrem_files::{IoError, checkpoint};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Flips of single bits, all files together.
const FLIPS: usize = 10_000;

fn run(path: &Path, compression: Compression, shard: Option<Shard>) {
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let header = sample::header(&sample, compression);
    let mut writer = RunWriter::create(path, &RunHeader { shard, ..header }, false).unwrap();
    let events = sample::events(&sample, 100, 1);
    writer.write_events(&events).unwrap();
    match shard {
        Some(_) => writer.finish_shard(b"the sums of a shard").unwrap(),
        None => writer.finish(&sample::summary(&events, 1.0)).unwrap(),
    }
}

fn table(path: &Path) {
    let cells = ["Pb", "W"].map(|element| vec![Cell::from(element), Cell::Real(3.0)]);
    let table = Table {
        facts: vec![
            ("command".to_owned(), "scan".to_owned()),
            ("card".to_owned(), "[beam]\nlepton = \"mu-\"\n".to_owned()),
        ],
        columns: vec![
            Column::of_key("target.element", ""),
            Column::new("sigma_pb", "pb", "cross section"),
        ],
        keys: 1,
        rows: cells.to_vec(),
    };
    let part = write_table(path, &table, true).unwrap();
    millibrem_files::finish([part]).unwrap();
}

type Reader = fn(&Path) -> Result<(), IoError>;

/// One of every kind of file, with a reader of it.
fn files(folder: &Path) -> Vec<(PathBuf, Reader)> {
    let at = |name: &str| folder.join(name);
    run(&at("run.h5"), Compression::None, None);
    run(&at("packed.h5"), Compression::Gzip, None);
    let shard = Some(Shard { index: 2, of: 3 });
    run(&at("shard.h5"), Compression::None, shard);
    table(&at("scan.h5"));
    let open_run: Reader = |path| RunReader::open(path).map(drop);
    let open_shard: Reader = |path| ShardReader::open(path).map(drop);
    let open_table: Reader = |path| read_table(path).map(drop);
    let open_any: Reader = |path| open_saved(path).map(drop);
    vec![
        (at("run.h5"), open_run),
        (at("packed.h5"), open_any),
        (at("shard.h5"), open_shard),
        (at("scan.h5"), open_table),
    ]
}

fn is_damaged(found: &Result<(), IoError>) -> bool {
    matches!(found, Err(IoError::Damaged { .. }))
}

#[test]
fn ten_thousand_flipped_bits_are_all_found() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    for (path, read) in &files {
        read(path).unwrap();
        let file = fs::OpenOptions::new().read(true).write(true).open(path);
        let (file, whole) = (file.unwrap(), fs::read(path).unwrap());
        // The last bytes are the seal itself: all their bits.
        let seal = (whole.len() - 32) * 8..whole.len() * 8;
        let random = (0..FLIPS / files.len()).map(|_| rng.random_range(0..whole.len() * 8));
        for bit in seal.chain(random) {
            let at = bit / 8;
            let byte = [whole[at] ^ (1 << (bit % 8))];
            file.write_all_at(&byte, at as u64).unwrap();
            assert!(is_damaged(&read(path)), "{}, bit {bit}", path.display());
            file.write_all_at(&whole[at..=at], at as u64).unwrap();
        }
        read(path).unwrap();
    }
}

#[test]
fn ten_thousand_flipped_bits_of_a_state_are_all_found() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("run.h5");
    let state: Vec<u8> = (0..5000_u32).map(|i| (i * i) as u8).collect();
    checkpoint::save(&output, &state).unwrap();
    let path = checkpoint::path(&output);
    let whole = fs::read(&path).unwrap();
    let mut rng = Pcg64Mcg::seed_from_u64(2);
    let head = 0..8 * 20;
    let random = (0..FLIPS).map(|_| rng.random_range(0..whole.len() * 8));
    for bit in head.chain(random) {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, bytes).unwrap();
        assert!(
            is_damaged(&checkpoint::load(&output).map(drop)),
            "bit {bit}"
        );
    }
}

#[test]
fn files_that_lost_their_end_or_a_block_are_found() {
    let folder = tempfile::tempdir().unwrap();
    for (path, read) in files(folder.path()) {
        let whole = fs::read(&path).unwrap();
        for length in [
            0,
            8,
            512,
            whole.len() / 2,
            whole.len() - 33,
            whole.len() - 1,
        ] {
            fs::write(&path, &whole[..length]).unwrap();
            let found = read(&path);
            // Shorter ones are no HDF5 files at all.
            assert!(found.is_err(), "{}: {length}", path.display());
            assert!(is_damaged(&found) || length <= 8, "{found:?}");
        }
        for at in (0..whole.len() - 32).step_by(512) {
            let mut bytes = whole.clone();
            let end = (at + 512).min(whole.len() - 32);
            bytes[at..end].fill(0);
            if bytes != whole {
                fs::write(&path, bytes).unwrap();
                assert!(is_damaged(&read(&path)), "{}: {at}", path.display());
            }
        }
    }
}

/// What a program does that changes a file through the HDF5 library.
fn change(path: &Path) {
    let file = hdf5::File::open_rw(path).unwrap();
    file.new_attr::<u32>().create("note_of_the_user").unwrap();
    file.close().unwrap();
}

#[test]
fn a_file_that_another_program_changed_has_lost_its_seal_and_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for (path, read) in files(folder.path()) {
        assert!(has_seal(&path).unwrap());
        assert_eq!(read_all(&path), None);
        change(&path);
        assert!(!has_seal(&path).unwrap());
        read(&path).unwrap();
        let note = read_all(&path).unwrap();
        assert!(note.contains("another program has changed it"), "{note}");
        let file = hdf5::File::open_rw(&path).unwrap();
        let version = file.attr("format_version").unwrap();
        version.write_scalar(&1_u32).unwrap();
        drop((version, file));
        read(&path).unwrap();
        let note = read_all(&path).unwrap();
        assert!(note.contains("earlier versions of millibrem"), "{note}");
    }
}

/// Bytes that a tape or a transfer has added; HDF5 and the seal stand before them.
#[test]
fn what_is_added_behind_the_seal_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = Pcg64Mcg::seed_from_u64(4);
    for (path, read) in files(folder.path()) {
        let whole = fs::read(&path).unwrap();
        for length in [1, 8, 24, 25, 31, 32, 33, 40, 512, 5000] {
            for byte in [0, b'<', 0xff] {
                let mut bytes = whole.clone();
                bytes.resize(whole.len() + length, byte);
                fs::write(&path, &bytes).unwrap();
                assert!(has_seal(&path).unwrap(), "{length}");
                read(&path).unwrap();
                let bit = rng.random_range(0..8 * whole.len());
                bytes[bit / 8] ^= 1 << (bit % 8);
                fs::write(&path, &bytes).unwrap();
                assert!(is_damaged(&read(&path)), "{length} more, bit {bit}");
            }
        }
    }
}

/// A disk may hold something else where the last blocks should be, seal and all.
#[test]
fn an_end_that_was_written_over_is_no_missing_seal() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = Pcg64Mcg::seed_from_u64(5);
    for (path, read) in files(folder.path()) {
        let whole = fs::read(&path).unwrap();
        for length in [32, 33, 64, 512, 4096] {
            let start = whole.len() - length;
            let mut bytes = whole.clone();
            bytes[start..].fill(0);
            fs::write(&path, &bytes).unwrap();
            assert!(is_damaged(&read(&path)), "{}: {length}", path.display());
            for byte in &mut bytes[start..] {
                *byte = rng.random();
            }
            fs::write(&path, &bytes).unwrap();
            assert!(is_damaged(&read(&path)), "{}: {length}", path.display());
            assert!(read_all(&path).is_none());
        }
    }
}

/// Notes, numbers and groups that a user has put into a file with `h5py` or another program.
#[test]
fn what_a_user_adds_to_a_run_does_not_hide_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    run(&path, Compression::None, None);
    let content = || {
        let run = RunReader::open(&path).unwrap();
        let histograms = run.histograms().unwrap();
        assert!(!histograms.is_empty());
        let names = histograms.iter().map(|h| h.name().to_owned());
        (
            names.collect::<Vec<_>>(),
            run.provenance().unwrap(),
            run.timings().unwrap(),
            run.cross_section().unwrap().value_pb,
        )
    };
    let before = content();
    let file = hdf5::File::open_rw(&path).unwrap();
    for name in ["/", "events", "histograms", "provenance", "sigma"] {
        let group = file.group(name).unwrap();
        group.create_group("a_group_of_the_user").unwrap();
        let numbers = group.new_dataset_builder().with_data(&[1.0, 2.0]);
        numbers.create("a_numbers_of_the_user").unwrap();
    }
    for name in ["provenance", "provenance/timings"] {
        let group = file.group(name).unwrap();
        let list = group.new_attr::<f64>().shape(2).create("list_of_the_user");
        list.unwrap().write(&[1.0, 2.0]).unwrap();
        let word = hdf5::types::FixedAscii::<8>::from_ascii("word").unwrap();
        let attribute = group.new_attr::<hdf5::types::FixedAscii<8>>();
        let attribute = attribute.create("word_of_the_user").unwrap();
        attribute.write_scalar(&word).unwrap();
    }
    file.close().unwrap();
    assert_eq!(content(), before);
}

#[test]
fn a_table_is_named_where_a_run_is_wanted_and_a_broken_one_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.h5");
    table(&path);
    let words = || RunReader::open(&path).map(drop).unwrap_err().to_string();
    assert!(words().contains("it is a table; `millibrem plot` draws it"));
    let file = hdf5::File::open_rw(&path).unwrap();
    file.delete_attr("format").unwrap();
    file.close().unwrap();
    assert!(words().contains("it is a table"), "as those of version 1");
    let file = hdf5::File::open_rw(&path).unwrap();
    file.link_soft("/nowhere", "a_column").unwrap();
    file.close().unwrap();
    assert!(is_damaged(&read_table(&path).map(drop)));
}

#[test]
fn a_saved_file_is_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    assert!(matches!(open_saved(&files[0].0), Ok(Saved::Run(_))));
    assert!(matches!(
        open_saved(&files[2].0),
        Err(IoError::IsShard { .. })
    ));
    assert!(matches!(open_saved(&files[3].0), Ok(Saved::Table(_))));
}

/// Flips of one bit in what a killed run has left are found when it goes on.
#[test]
fn flipped_bits_of_unfinished_events_and_weights_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let (sample, header, [path, part, weights]) = sample::to_be_written(folder.path());
    let mut writer = RunWriter::create(&path, &header, false).unwrap();
    let events = sample::events(&sample, 9000, 1);
    writer.write_events(&events).unwrap();
    let mark = writer.mark().unwrap();
    writer.keep();
    drop(writer);
    let bytes = fs::read(&part).unwrap();
    let reopen = || RunWriter::reopen(&path, &header, false, &mark);
    let damaged = |found: Result<RunWriter, IoError>| match found.map(drop) {
        Err(IoError::Damaged { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    let mut rng = Pcg64Mcg::seed_from_u64(3);
    for _ in 0..300 {
        // A number of an event, wherever it lies in the file.
        let event = events.get(rng.random_range(0..events.len())).unwrap();
        let rows = [event.momenta()[0], event.momenta()[1], event.momenta()[2]];
        let row = rows[rng.random_range(0..3)];
        let wanted: Vec<u8> = row.iter().flat_map(|x| x.to_ne_bytes()).collect();
        let at = bytes.windows(32).position(|w| w == wanted).unwrap();
        let mut flipped = bytes.clone();
        flipped[at + rng.random_range(0..32_usize)] ^= 1 << rng.random_range(0..8);
        fs::write(&part, flipped).unwrap();
        let reason = damaged(reopen());
        assert!(reason.contains("events are not those"), "{reason}");
    }
    fs::write(&part, &bytes).unwrap();
    let raw = fs::read(&weights).unwrap();
    for _ in 0..300 {
        let mut flipped = raw.clone();
        flipped[rng.random_range(0..raw.len())] ^= 1 << rng.random_range(0..8);
        fs::write(&weights, flipped).unwrap();
        let reason = damaged(reopen());
        assert!(reason.contains("weights are not those"), "{reason}");
    }
    fs::write(&weights, raw).unwrap();
    assert_eq!(reopen().unwrap().n_events(), 9000);
}

/// A seal stands for the events that were handed over, not for what the disk has made of them since; raw
/// weights that have changed are found when they are read.
#[test]
fn bits_that_flip_before_a_run_is_finished_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let (sample, header, [path, part, weights]) = sample::to_be_written(folder.path());
    // Some of three chunks, in pieces that end within them.
    let pieces = [5000, 700, 14_300].map(|n| sample::events(&sample, n, n as u64));
    let summary = sample::summary(&pieces[0], 1.0);
    let written = |flip: &dyn Fn()| {
        let mut writer = RunWriter::create(&path, &header, true).unwrap();
        for piece in &pieces {
            writer.take_events(&mut piece.clone()).unwrap();
        }
        writer.mark().unwrap();
        flip();
        writer.finish(&summary)
    };
    let flip = |path: &Path, at: usize, bit: u32| {
        let file = fs::OpenOptions::new().read(true).write(true).open(path);
        let (file, mut byte) = (file.unwrap(), [0]);
        file.read_exact_at(&mut byte, at as u64).unwrap();
        file.write_all_at(&[byte[0] ^ (1 << bit)], at as u64)
            .unwrap();
    };
    written(&|| ()).unwrap();
    assert!(RunReader::open(&path).is_ok());
    let bytes = fs::read(&path).unwrap();
    let mut rng = Pcg64Mcg::seed_from_u64(5);
    for i in 0..30 {
        let of = &pieces[i % 3];
        let row = of.get(rng.random_range(0..of.len())).unwrap().momenta()[i % 4];
        let wanted: Vec<u8> = row.iter().flat_map(|x| x.to_ne_bytes()).collect();
        let at = bytes.windows(32).position(|w| w == wanted).unwrap();
        let (at, bit) = (at + rng.random_range(0..32_usize), rng.random_range(0..8));
        written(&|| flip(&part, at, bit)).unwrap();
        let found = RunReader::open(&path).map(drop);
        assert!(matches!(found, Err(IoError::Damaged { .. })), "{found:?}");
        let at = 8 * rng.random_range(0..20_000_usize) + i % 8;
        let found = written(&|| flip(&weights, at, bit))
            .unwrap_err()
            .to_string();
        assert!(
            found.contains("its weights are not those that were written"),
            "{found}"
        );
    }
}
