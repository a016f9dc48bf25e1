//! What all exchange formats have in common; their contents are read by the real readers in
//! `tests/python/test_export.py`.

mod sample;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use millibrem::event::{Compression, FinalState, Weighting};
use millibrem::io::IoError;
use millibrem::io::export::{ExportOptions, Format, VertexDepth, export};
use millibrem::io::hdf5::{RunReader, RunWriter};

/// More events than one piece, so that pieces must join.
const N: usize = 9000;

fn run_in(folder: &Path, state: FinalState, weighting: Weighting) -> RunReader {
    let sample = sample::sample(state, weighting);
    let events = sample::events(&sample, N, 3);
    let path = folder.join("run.h5");
    let header = sample::header(&sample, Compression::None);
    let mut writer = RunWriter::create(&path, &header, true).unwrap();
    writer.write_events(&events).unwrap();
    writer.finish(&sample::summary(&events, 1.0)).unwrap();
    RunReader::open(&path).unwrap()
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = folder
        .read_dir()
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn every_format_holds_every_event_and_repeats_itself_to_the_byte() {
    for state in [FinalState::Pair, FinalState::DarkPhoton] {
        let folder = tempfile::tempdir().unwrap();
        let run = run_in(folder.path(), state, Weighting::Unweighted);
        for format in Format::ALL {
            let output = format.default_path(run.path());
            let options = ExportOptions {
                vertex: Some(VertexDepth::uniform(10.0)),
                ..ExportOptions::default()
            };
            let report = export(&run, format, &output, &options).unwrap();
            assert_eq!((report.n_events, &report.output), (N as u64, &output));
            let first = fs::read(&output).unwrap();
            fs::remove_file(&output).unwrap();
            export(&run, format, &output, &options).unwrap();
            assert_eq!(
                files_in(folder.path()),
                [output.clone(), run.path().to_owned()].sorted()
            );
            assert!(
                fs::read(&output).unwrap() == first,
                "{format} differs the second time"
            );
            fs::remove_file(&output).unwrap();
        }
    }
}

#[test]
fn names_ending_in_gz_compress_the_same_text() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), FinalState::Pair, Weighting::Weighted);
    for format in Format::ALL.into_iter().filter(|f| *f != Format::Lheh5) {
        let plain = format.default_path(run.path());
        let packed = PathBuf::from(format!("{}.gz", plain.display()));
        for output in [&plain, &packed] {
            export(&run, format, output, &ExportOptions::default()).unwrap();
        }
        let mut unpacked = Vec::new();
        let bytes = fs::read(&packed).unwrap();
        flate2::read::GzDecoder::new(&bytes[..])
            .read_to_end(&mut unpacked)
            .unwrap();
        assert!(unpacked == fs::read(&plain).unwrap(), "{format}");
        assert!(bytes.len() < unpacked.len(), "{format}");
    }
}

#[test]
fn an_existing_output_is_kept_unless_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), FinalState::Pair, Weighting::Weighted);
    for format in Format::ALL {
        let output = format.default_path(run.path());
        fs::write(&output, "precious").unwrap();
        let mut options = ExportOptions::default();
        let error = export(&run, format, &output, &options).unwrap_err();
        assert!(matches!(error, IoError::Exists { .. }), "{format}: {error}");
        assert_eq!(fs::read(&output).unwrap(), b"precious");
        options.replace = true;
        export(&run, format, &output, &options).unwrap();
        assert_ne!(fs::read(&output).unwrap(), b"precious");
    }
}

#[test]
fn names_the_readers_would_not_open_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), FinalState::Pair, Weighting::Unweighted);
    let refused = [
        (Format::G4darkbremLhe, "library.txt"),
        (Format::G4darkbremCsv, "library.lhe"),
        (Format::Lheh5, "events.lheh5.gz"),
    ];
    for (format, name) in refused {
        let output = folder.path().join(name);
        let error = export(&run, format, &output, &ExportOptions::default()).unwrap_err();
        assert!(matches!(error, IoError::Name { .. }), "{format}: {error}");
        assert!(!output.exists());
    }
}

#[test]
fn what_a_library_cannot_hold_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (FinalState::Pair, Weighting::Weighted, 2),
        (FinalState::Pair, Weighting::Unweighted, 1),
        (FinalState::DarkPhoton, Weighting::Unweighted, 0),
    ];
    for (state, weighting, expected) in cases {
        let run = run_in(folder.path(), state, weighting);
        for format in Format::ALL {
            let output = format.default_path(run.path());
            let options = ExportOptions {
                replace: true,
                ..ExportOptions::default()
            };
            let warnings = export(&run, format, &output, &options).unwrap().warnings;
            let library = format.name().starts_with("g4darkbrem");
            assert_eq!(
                warnings.len(),
                if library { expected } else { 0 },
                "{format}: {warnings:?}"
            );
        }
    }
}

#[test]
fn format_names_parse_back() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(format));
    }
    let error = "root".parse::<Format>().unwrap_err();
    assert!(
        error.contains("`root`") && error.contains("hepmc3"),
        "{error}"
    );
}

trait Sorted {
    fn sorted(self) -> Self;
}

impl<const K: usize> Sorted for [PathBuf; K] {
    fn sorted(mut self) -> Self {
        self.sort();
        self
    }
}
