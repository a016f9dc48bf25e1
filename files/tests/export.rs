//! What all exchange formats have in common; their contents are read by the real readers in
//! `tests/python/test_export.py`.

mod sample;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use millibrem::event::{Compression, Sample, Weighting};
use millibrem_files::IoError;
use millibrem_files::export::{
    ExportOptions, Format, VertexDepth, Weights, export, export_into, export_several,
};
use millibrem_files::hdf5::{RunReader, RunWriter};

/// More events than one piece, so that pieces must join.
const N: usize = 9000;

fn run_in(folder: &Path, state: &str, weighting: Weighting) -> RunReader {
    written(folder, &sample::sample(state, weighting))
}

fn written(folder: &Path, sample: &Sample) -> RunReader {
    let events = sample::events(sample, N, 3);
    let path = folder.join("run.h5");
    let header = sample::header(sample, Compression::None);
    let mut writer = RunWriter::create(&path, &header, true).unwrap();
    writer.write_events(&events).unwrap();
    writer.finish(&sample::summary(&events, 1.0)).unwrap();
    RunReader::open(&path).unwrap()
}

/// What every format takes: those without weights drop them.
fn taking_all(format: Format) -> ExportOptions {
    ExportOptions {
        weights: match format.has_weights() {
            true => Weights::Keep,
            false => Weights::Drop,
        },
        ..ExportOptions::default()
    }
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
    for state in [sample::PAIR, sample::DARK_PHOTON] {
        let folder = tempfile::tempdir().unwrap();
        let run = run_in(folder.path(), state, Weighting::Unweighted);
        for format in Format::ALL {
            let output = format.default_path(run.path());
            let options = ExportOptions {
                vertex: Some(VertexDepth::uniform(10.0)),
                ..ExportOptions::default()
            };
            let report = export(&run, format, &output, &options).unwrap();
            assert_eq!((report.n_events, report.n_read), (N as u64, N as u64));
            let first = fs::read(&output).unwrap();
            fs::remove_file(&output).unwrap();
            export(&run, format, &output, &options).unwrap();
            let companion = format.definition().companion();
            let companion = companion.map(|one| one.path(&output));
            let expected = [output.clone(), run.path().to_owned()];
            let mut expected: Vec<_> = expected.into_iter().chain(companion.clone()).collect();
            expected.sort();
            assert_eq!(files_in(folder.path()), expected);
            assert!(
                fs::read(&output).unwrap() == first,
                "{format} differs the second time"
            );
            fs::remove_file(&output).unwrap();
            companion
                .iter()
                .for_each(|path| fs::remove_file(path).unwrap());
        }
    }
}

#[test]
fn names_ending_in_gz_compress_the_same_text() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), sample::PAIR, Weighting::Weighted);
    for format in Format::ALL.into_iter().filter(|f| *f != Format::LHEH5) {
        let plain = format.default_path(run.path());
        let packed = PathBuf::from(format!("{}.gz", plain.display()));
        for output in [&plain, &packed] {
            export(&run, format, output, &taking_all(format)).unwrap();
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
    let run = run_in(folder.path(), sample::PAIR, Weighting::Weighted);
    for format in Format::ALL {
        let output = format.default_path(run.path());
        fs::write(&output, "precious").unwrap();
        let mut options = taking_all(format);
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
    let run = run_in(folder.path(), sample::PAIR, Weighting::Unweighted);
    let refused = [
        (Format::G4DARKBREM_LHE, "library.txt"),
        (Format::G4DARKBREM_CSV, "library.lhe"),
        (Format::LHEH5, "events.lheh5.gz"),
    ];
    for (format, name) in refused {
        let output = folder.path().join(name);
        let error = export(&run, format, &output, &ExportOptions::default()).unwrap_err();
        assert!(matches!(error, IoError::Name { .. }), "{format}: {error}");
        assert!(!output.exists());
    }
}

#[test]
fn what_a_format_cannot_hold_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (pair, dark_photon) = (sample::PAIR, sample::DARK_PHOTON);
    for state in [pair, dark_photon] {
        for weighting in [Weighting::Weighted, Weighting::Unweighted] {
            let run = run_in(folder.path(), state, weighting);
            for format in Format::ALL {
                let options = ExportOptions {
                    vertex_offset_mm: 1.0,
                    drop_nucleus: true,
                    replace: true,
                    ..taking_all(format)
                };
                let output = format.default_path(run.path());
                let warnings = export(&run, format, &output, &options).unwrap().warnings;
                let library = format.name().starts_with("g4darkbrem");
                let expected = [
                    ("dark particle", library && state == pair),
                    ("nucleus", library),
                    ("vertices", !format.has_vertices()),
                    (
                        "spectra",
                        !format.has_weights() && weighting == Weighting::Weighted,
                    ),
                ];
                for (word, is_said) in expected {
                    let said = warnings.iter().filter(|w| w.contains(word)).count();
                    assert_eq!(said, usize::from(is_said), "{format} {word}: {warnings:?}");
                }
                let all = expected.iter().filter(|(_, is_said)| *is_said).count();
                assert_eq!(warnings.len(), all, "{format}: {warnings:?}");
            }
        }
    }
}

#[test]
fn a_stream_has_the_bytes_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), sample::PAIR, Weighting::Weighted);
    for format in Format::ALL {
        let mut bytes = Vec::new();
        let streamed = export_into(&run, format, &mut bytes, &taking_all(format));
        if !format.is_text() {
            assert!(matches!(streamed, Err(IoError::Name { .. })));
            assert!(bytes.is_empty());
            continue;
        }
        assert_eq!(streamed.unwrap().n_events, N as u64);
        let output = format.default_path(run.path());
        export(&run, format, &output, &taking_all(format)).unwrap();
        assert!(bytes == fs::read(&output).unwrap(), "{format}");
    }
}

/// Takes so many bytes and no more.
struct Full(usize);

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        match taken {
            0 => Err(std::io::ErrorKind::BrokenPipe.into()),
            some => Ok(some),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_stream_that_ends_early_is_an_error_wherever_that_is() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), sample::PAIR, Weighting::Weighted);
    for format in Format::ALL.into_iter().filter(|f| f.is_text()) {
        let mut bytes = Vec::new();
        export_into(&run, format, &mut bytes, &taking_all(format)).unwrap();
        let total = bytes.len();
        for room in [0, 1, 100, total / 3, total - 1, total] {
            let done = export_into(&run, format, &mut Full(room), &taking_all(format));
            match done {
                Ok(_) => assert_eq!(room, total, "{format}"),
                Err(error) => {
                    assert!(matches!(error, IoError::Stream(_)), "{format}: {error}");
                    assert!(room < total, "{format}");
                }
            }
        }
    }
}

#[test]
fn what_pythia_needs_stands_beside_its_events_and_in_their_head() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), sample::PAIR, Weighting::Weighted);
    let format = Format::LHE.made_for("pythia8").unwrap();
    assert_eq!(format, Format::PYTHIA8_LHE);
    let output = folder.path().join("my.lhe");
    let settings = folder.path().join("my.lhe.cmnd");
    let mut options = ExportOptions::default();
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    export(&run, format, &output, &options).unwrap();
    let (events, words) = (text(&output), text(&settings));
    assert!(words.contains("Beams:LHEF = my.lhe\n"));
    let (_, common) = words.split_once("Beams:LHEF = my.lhe\n").unwrap();
    assert!(events.contains(&format!("<pythia8>\n{common}</pythia8>\n")));
    let lepton = run.sample().beam.pdg_id;
    assert!(events.contains(&format!("<init>\n{lepton} {} ", -lepton)));
    // The events are those of the format lhe.
    let lhe = folder.path().join("plain.lhe");
    export(&run, Format::LHE, &lhe, &options).unwrap();
    let body = |text: &str| text[text.find("<event>").unwrap()..].to_owned();
    assert!(body(&events) == body(&text(&lhe)));
    // Settings of the same bytes are no obstacle, others are kept unless they may go.
    fs::remove_file(&output).unwrap();
    export(&run, format, &output, &options).unwrap();
    fs::remove_file(&output).unwrap();
    fs::write(&settings, "precious").unwrap();
    let error = export(&run, format, &output, &options).unwrap_err();
    assert!(matches!(error, IoError::Exists { .. }), "{error}");
    assert!(!output.exists() && text(&settings) == "precious");
    options.replace = true;
    export(&run, format, &output, &options).unwrap();
    assert_eq!(text(&settings), words);
}

#[test]
fn programs_that_no_format_is_made_for_are_named_with_those_there_are() {
    let error = Format::LHE.made_for("pythia").unwrap_err();
    assert!(error.contains("found `pythia` for lhe"), "{error}");
    assert!(error.contains("pythia8 (lhe)"), "{error}");
    let made = |kind: Format, program: &str| kind.made_for(program).unwrap();
    assert_eq!(made(Format::LHE, "ldmx"), Format::LDMX_LHE);
    assert_eq!(made(Format::CSV, "g4darkbrem"), Format::G4DARKBREM_CSV);
}

#[test]
fn pythia_is_not_given_a_beam_that_it_has_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut sample = sample::sample(sample::PAIR, Weighting::Unweighted);
    sample.beam.pdg_id = 22;
    let run = written(folder.path(), &sample);
    let output = folder.path().join("my.lhe");
    let options = ExportOptions::default();
    let error = export(&run, Format::PYTHIA8_LHE, &output, &options).unwrap_err();
    assert!(error.to_string().contains("beam particle is 22"), "{error}");
    assert!(!output.exists() && !folder.path().join("my.lhe.cmnd").exists());
}

#[test]
fn several_runs_follow_each_other_where_a_format_can() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let runs =
        [&one, &other].map(|folder| run_in(folder.path(), sample::PAIR, Weighting::Unweighted));
    let output = one.path().join("all.csv");
    let options = ExportOptions::default();
    let report = export_several(&runs, Format::G4DARKBREM_CSV, &output, &options).unwrap();
    assert_eq!(
        (report.n_events, report.n_read),
        (2 * N as u64, 2 * N as u64)
    );
    let alone = one.path().join("alone.csv");
    export(&runs[0], Format::G4DARKBREM_CSV, &alone, &options).unwrap();
    let alone = fs::read_to_string(alone).unwrap();
    let (_, events) = alone.split_once('\n').unwrap();
    assert!(fs::read_to_string(&output).unwrap() == format!("{alone}{events}"));
    for format in Format::ALL
        .into_iter()
        .filter(|f| *f != Format::G4DARKBREM_CSV)
    {
        let output = format.default_path(&one.path().join("all.h5"));
        let error = export_several(&runs, format, &output, &options).unwrap_err();
        assert!(matches!(error, IoError::Name { .. }), "{format}: {error}");
    }
}

#[test]
fn every_vertex_moves_with_the_offset_and_no_time_does() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), sample::PAIR, Weighting::Unweighted);
    let vertices = |format: Format, vertex: Option<VertexDepth>, vertex_offset_mm| {
        let options = ExportOptions {
            vertex,
            vertex_offset_mm,
            ..ExportOptions::default()
        };
        let mut bytes = Vec::new();
        export_into(&run, format, &mut bytes, &options).unwrap();
        vertices_in(format, std::str::from_utf8(&bytes).unwrap())
    };
    for format in Format::ALL.into_iter().filter(|f| f.has_vertices()) {
        assert_eq!(vertices(format, None, 0.0), [], "{format}");
        let at_front = vertices(format, None, -5.0);
        assert!(at_front.len() == N && at_front.iter().all(|v| (v.0, v.1) == (-5.0, 0.0)));
        let spread = VertexDepth::uniform(10.0);
        let plain = vertices(format, Some(spread.clone()), 0.0);
        let moved = vertices(format, Some(spread), -5.0);
        assert_eq!((plain.len(), moved.len()), (N, N), "{format}");
        for (one, other) in plain.iter().zip(&moved) {
            assert_eq!((one.0 - 5.0, one.1), *other, "{format}");
        }
        assert!(moved.iter().any(|v| v.0 < -1.0) && moved.iter().any(|v| v.0 > 1.0));
    }
}

/// z and time of every event that has them.
fn vertices_in(format: Format, text: &str) -> Vec<(f64, f64)> {
    let number = |word: &str| word.parse::<f64>().unwrap();
    match format.name() {
        "csv" => {
            let mut lines = text.lines();
            let names: Vec<&str> = lines.next().unwrap().split(',').collect();
            let Some(at) = names.iter().position(|name| *name == "vertex_z_mm") else {
                return Vec::new();
            };
            lines
                .map(|line| (number(line.split(',').nth(at).unwrap()), 0.0))
                .collect()
        }
        "hepmc3" => {
            let positions = text.lines().filter(|line| line.starts_with("A 0 lab_pos"));
            let vertices = text.lines().filter(|line| line.starts_with("V "));
            let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
            let pairs = positions.map(words).zip(vertices.map(words));
            pairs
                .filter(|(_, vertex)| vertex.len() > 4)
                .map(|(position, vertex)| {
                    assert_eq!(number(&position[5]), number(&vertex[7]));
                    (number(&vertex[7]), number(&vertex[8]))
                })
                .collect()
        }
        _ => {
            let vertices = text.lines().filter(|line| line.starts_with("#vertex"));
            let words = vertices.map(|line| line.split(' ').collect::<Vec<_>>());
            words.map(|w| (number(w[3]), number(w[4]))).collect()
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
