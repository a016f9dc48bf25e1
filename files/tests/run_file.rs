//! Run files: what goes in comes out, whole files only, and errors that say what happened.

mod sample;

use std::fs;
use std::path::Path;

use millibrem::event::{Compression, EventBuffer, EventSink, Precision, Weighting};
use millibrem::record::RunSummary;
use millibrem_files::IoError;
use millibrem_files::hdf5::{RunReader, RunWriter};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

fn write(path: &Path, state: &str, compression: Compression, events: &EventBuffer) -> RunSummary {
    write_on(1, path, state, compression, events)
}

fn write_on(
    threads: usize,
    path: &Path,
    state: &str,
    compression: Compression,
    events: &EventBuffer,
) -> RunSummary {
    let sample = sample::sample(state, Weighting::Weighted);
    let header = sample::header(&sample, compression);
    let summary = sample::summary(events, 1.5);
    let mut writer = RunWriter::create(path, &header, false)
        .unwrap()
        .on_threads(threads);
    // Pieces of uneven size, smaller and larger than a chunk.
    let mut piece = EventBuffer::new(events.columns().clone());
    for (i, event) in events.iter().enumerate() {
        piece.push(&event);
        if i % 9000 == 10 || i + 1 == events.len() {
            EventSink::write(&mut writer, &piece).unwrap();
            piece.clear();
        }
    }
    assert_eq!(writer.n_events(), events.len());
    writer.finish(&summary).unwrap();
    summary
}

fn files_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().file_name());
    let mut names: Vec<_> = names.map(|n| n.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_run_comes_back_as_it_was_written() {
    for (state, threads) in [
        (sample::PAIR, 1),
        (sample::PAIR, 3),
        (sample::DARK_PHOTON, 1),
    ] {
        for compression in [Compression::None, Compression::Gzip] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("new/folder/run.h5");
            let sample = sample::sample(state, Weighting::Weighted);
            let events = sample::events(&sample, 20_000, 1);
            let summary = write_on(threads, &path, state, compression, &events);

            let run = RunReader::open(&path).unwrap();
            let mut header = sample::header(&sample, compression);
            header.expected_events = 20_000;
            assert_eq!(run.header(), &header);
            assert_eq!(run.cross_section().unwrap(), summary.cross_section);
            assert_eq!(run.histograms().unwrap(), summary.histograms);
            assert_eq!(run.provenance().unwrap(), summary.provenance);
            assert_eq!(run.timings().unwrap(), summary.timings);
            let (mut all, mut piece) = (EventBuffer::default(), EventBuffer::default());
            for from in (0..run.n_events()).step_by(7000) {
                run.read_events(from, 7000, &mut piece).unwrap();
                all.extend_from(&piece);
            }
            assert_eq!(all, events);
            assert_eq!(files_in(path.parent().unwrap()), ["run.h5"]);
        }
    }
}

#[test]
fn a_run_without_events_or_histograms_is_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let mut summary = sample::summary(&sample::events(&sample, 10, 1), 1.0);
    summary.histograms.clear();
    let header = sample::header(&sample, Compression::None);
    RunWriter::create(&path, &header, false)
        .unwrap()
        .finish(&summary)
        .unwrap();
    let run = RunReader::open(&path).unwrap();
    let mut events = sample::events(&sample, 3, 1);
    run.read_events(0, 10, &mut events).unwrap();
    assert_eq!(
        (run.n_events(), events.len(), run.histograms().unwrap()),
        (0, 0, vec![])
    );
}

#[test]
fn the_final_name_appears_only_with_a_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let header = sample::header(&sample, Compression::None);
    let mut writer = RunWriter::create(&path, &header, false).unwrap();
    writer
        .write_events(&sample::events(&sample, 9000, 1))
        .unwrap();
    assert!(!path.exists());
    drop(writer);
    assert!(files_in(folder.path()).is_empty());
}

#[test]
fn an_existing_output_is_kept_unless_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let events = sample::events(&sample, 10, 1);
    write(&path, sample::PAIR, Compression::None, &events);
    let header = sample::header(&sample, Compression::None);
    let error = RunWriter::create(&path, &header, false).err().unwrap();
    assert!(matches!(error, IoError::Exists { .. }), "{error}");
    assert!(error.to_string().contains("--force"), "{error}");
    // A replacement that fails leaves the old file.
    drop(RunWriter::create(&path, &header, true).unwrap());
    assert_eq!(RunReader::open(&path).unwrap().n_events(), 10);
    let writer = RunWriter::create(&path, &header, true).unwrap();
    writer.finish(&sample::summary(&events, 1.0)).unwrap();
    assert_eq!(RunReader::open(&path).unwrap().n_events(), 0);
}

#[test]
fn columns_of_different_length_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let header = sample::header(&sample, Compression::None);
    let mut events = sample::events(&sample, 10, 1);
    events.momenta_mut()[3].pop();
    let mut writer = RunWriter::create(&path, &header, false).unwrap();
    let error = writer.write_events(&events).unwrap_err();
    assert!(error.to_string().contains("differ in length"), "{error}");
    assert!(writer.finish(&sample::summary(&events, 1.0)).is_err());
    assert!(files_in(folder.path()).is_empty());
}

#[test]
fn an_output_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let header = sample::header(&sample, Compression::None);
    let error = RunWriter::create(&file.join("run.h5"), &header, false)
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("cannot make the folder"),
        "{error}"
    );
}

#[test]
fn other_files_are_not_taken_for_runs() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str| RunReader::open(&folder.path().join(name)).err().unwrap();
    assert!(matches!(open("missing.h5"), IoError::File { .. }));
    fs::write(folder.path().join("text.h5"), "no HDF5").unwrap();
    assert!(matches!(open("text.h5"), IoError::NotARun { .. }));
    hdf5::File::create(folder.path().join("other.h5")).unwrap();
    assert!(
        open("other.h5")
            .to_string()
            .contains("no attribute `format`")
    );

    let path = folder.path().join("run.h5");
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    write(
        &path,
        sample::PAIR,
        Compression::None,
        &sample::events(&sample, 10, 1),
    );
    let edit = |change: &dyn Fn(&hdf5::File)| {
        let file = hdf5::File::open_rw(&path).unwrap();
        change(&file);
        file.close().unwrap();
    };
    edit(&|file| {
        file.attr("format_version")
            .unwrap()
            .write_scalar(&99_u32)
            .unwrap()
    });
    let error = open("run.h5");
    assert!(
        matches!(error, IoError::Version { found: 99, .. }),
        "{error}"
    );
    edit(&|file| {
        file.attr("format_version")
            .unwrap()
            .write_scalar(&1_u32)
            .unwrap()
    });
    edit(&|file| {
        file.dataset("events/p_chi")
            .unwrap()
            .resize((9, 4))
            .unwrap()
    });
    let error = open("run.h5").to_string();
    assert!(
        error.contains("/events/p_chi has shape [9, 4], expected [10, 4]"),
        "{error}"
    );
}

/// Everything in a run file that does not depend on the hour.
fn contents(path: &Path) -> (EventBuffer, String) {
    let run = RunReader::open(path).unwrap();
    let mut events = EventBuffer::default();
    run.read_events(0, run.n_events(), &mut events).unwrap();
    let rest = (
        run.header(),
        run.cross_section().unwrap(),
        run.histograms().unwrap(),
        run.provenance().unwrap(),
    );
    (events, format!("{rest:?}"))
}

/// Momenta of single precision are rounded once, and nothing else is; the file says so.
#[test]
fn momenta_are_stored_with_the_digits_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let events = sample::events(&sample, 20_000, 1);
    let summary = sample::summary(&events, 1.5);
    for compression in [Compression::None, Compression::Gzip] {
        let size = [Precision::Double, Precision::Single].map(|precision| {
            let mut header = sample::header(&sample, compression);
            (header.expected_events, header.precision) = (20_000, precision);
            let mut writer = RunWriter::create(&path, &header, true).unwrap();
            // Behind each other, and as what they lie in.
            writer.write_events(&piece(&events, 0, 7000)).unwrap();
            writer
                .take_events(&mut piece(&events, 7000, 20_000))
                .unwrap();
            writer.finish(&summary).unwrap();
            let run = RunReader::open(&path).unwrap();
            assert_eq!(run.header().precision, precision);
            let mut read = EventBuffer::default();
            run.read_events(0, run.n_events(), &mut read).unwrap();
            assert_eq!((&read.weight, &read.index), (&events.weight, &events.index));
            for (read, made) in read.momenta().iter().zip(events.momenta()) {
                for (read, made) in read.iter().zip(made) {
                    assert_eq!(*read, precision.rounded(*made));
                    let off = read.iter().zip(made).map(|(a, b)| (a - b).abs() / b.abs());
                    assert!(off.fold(0.0, f64::max) <= 6e-8);
                }
            }
            // Energies of the momenta that are there: masses are kept.
            run.read_on_shell(0, run.n_events(), &mut read).unwrap();
            let outgoing = sample
                .outgoing
                .iter()
                .filter(|_| precision == Precision::Single);
            for (rows, out) in read.momenta().iter().zip(outgoing) {
                for [e, x, y, z] in rows {
                    let p = (x * x + y * y + z * z).sqrt();
                    let m2 = out.particle.mass_gev.powi(2);
                    assert!(
                        ((e - p) * (e + p) - m2).abs() <= 1e-14 * e * e,
                        "{} {e} {p} {m2}",
                        out.role
                    );
                }
            }
            fs::metadata(&path).unwrap().len() as f64
        });
        // 80 and 144 bytes an event where nothing is compressed.
        let share = size[1] / size[0];
        assert!((0.5..0.6).contains(&share), "{compression:?} {share}");
    }
}

fn piece(events: &EventBuffer, from: usize, to: usize) -> EventBuffer {
    let mut piece = EventBuffer::new(events.columns().clone());
    (from..to).for_each(|i| piece.push(&events.get(i).unwrap()));
    piece
}

/// Sector by sector, the disk may hold what was written before or after the mark, in any mixture.
#[test]
fn a_marked_file_goes_on_whatever_was_written_after_the_mark() {
    let all = [Compression::None, Compression::Gzip].map(|c| [(c, 1), (c, 2)]);
    let mut precisions = [Precision::Double, Precision::Single].into_iter().cycle();
    for (compression, threads) in all.into_iter().flatten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.h5");
        let [part, weights] = ["part", "weights"].map(|s| path.with_extension(format!("h5.{s}")));
        let sample = sample::sample(sample::PAIR, Weighting::Weighted);
        let mut header = sample::header(&sample, compression);
        header.expected_events = 20_000;
        header.precision = precisions.next().unwrap();
        let events = sample::events(&sample, 20_000, 1);
        let summary = sample::summary(&events, 1.5);
        let marked_at = 12_345;

        let mut writer = RunWriter::create(&path, &header, false)
            .unwrap()
            .on_threads(threads);
        writer.write_events(&piece(&events, 0, marked_at)).unwrap();
        let mark = writer.mark().unwrap();
        writer.keep();
        let before = (fs::read(&part).unwrap(), fs::read(&weights).unwrap());
        let rest = piece(&events, marked_at, events.len());
        writer.write_events(&rest).unwrap();
        let late = writer.mark().unwrap();
        drop(late);
        let after_weights = fs::read(&weights).unwrap();
        let mut after = fs::read(&part).unwrap();
        writer.finish(&summary).unwrap();
        assert_eq!(files_in(folder.path()), ["run.h5"]);
        let whole = contents(&path);
        if compression == Compression::None {
            after = fs::read(&path).unwrap();
        }
        for seed in 0..30 {
            fs::remove_file(&path).unwrap();
            let mut rng = Pcg64Mcg::seed_from_u64(seed);
            let length = rng.random_range(before.0.len()..=after.len());
            let mut torn = after[..length].to_vec();
            for (i, sector) in torn.chunks_mut(512).enumerate() {
                let at = 512 * i;
                if at + sector.len() <= before.0.len() && rng.random() {
                    sector.copy_from_slice(&before.0[at..at + sector.len()]);
                }
            }
            fs::write(&part, torn).unwrap();
            let raw = if rng.random() {
                &before.1
            } else {
                &after_weights
            };
            fs::write(&weights, raw).unwrap();
            let mut writer = RunWriter::reopen(&path, &header, false, &mark)
                .unwrap()
                .on_threads(threads);
            assert_eq!(writer.n_events(), marked_at);
            writer.write_events(&rest).unwrap();
            writer.finish(&summary).unwrap();
            assert!(contents(&path) == whole, "{compression:?}, seed {seed}");
            assert_eq!(files_in(folder.path()), ["run.h5"]);
        }
    }
}

#[test]
fn a_marked_file_that_lost_its_end_is_named_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let (sample, header, [path, part, weights]) = sample::to_be_written(folder.path());
    let mut writer = RunWriter::create(&path, &header, false).unwrap();
    writer
        .write_events(&sample::events(&sample, 9000, 1))
        .unwrap();
    let mark = writer.mark().unwrap();
    writer.keep();
    drop(writer);
    let reopen = || {
        let error = RunWriter::reopen(&path, &header, false, &mark).err();
        error.unwrap().to_string()
    };
    // Events that never reached the disk read as zeros.
    let bytes = fs::read(&part).unwrap();
    let hollow: Vec<u8> = bytes[..4096]
        .iter()
        .copied()
        .chain(vec![0; bytes.len() - 4096])
        .collect();
    fs::write(&part, &hollow).unwrap();
    assert!(reopen().contains("is damaged"), "{}", reopen());
    fs::write(&part, &bytes[..bytes.len() - 1]).unwrap();
    assert!(reopen().contains("bytes"), "{}", reopen());
    fs::write(&part, &bytes).unwrap();
    fs::write(&weights, vec![0; 8 * 8999]).unwrap();
    assert!(reopen().contains("fewer than 9000 weights"), "{}", reopen());
}
