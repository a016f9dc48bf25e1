//! A disk that fills up while a file is written. A binary of its own: its children would inherit
//! the locks of files that other tests have open.

#[path = "../../files/tests/sample/mod.rs"]
mod sample;

use std::path::Path;
use std::process::Command;

use millibrem::event::{Compression, EventBuffer, Weighting};
use millibrem_files::IoError;
use millibrem_files::export::{ExportOptions, export};
use millibrem_files::hdf5::{RunReader, RunWriter};

/// What a child is to write: `run`, or the name of an exchange format.
const TASK: &str = "MILLIBREM_TEST_FULL_DISK_TASK";
/// The folder it works in.
const FOLDER: &str = "MILLIBREM_TEST_FULL_DISK_FOLDER";

fn events() -> EventBuffer {
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    sample::events(&sample, 1000, 1)
}

/// Writes `repeat` times the same events, until it fails.
fn write_run(path: &Path, repeat: usize, threads: usize) -> Result<(), IoError> {
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let events = events();
    let header = sample::header(&sample, Compression::None);
    let mut writer = RunWriter::create(path, &header, false)?.on_threads(threads);
    (0..repeat).try_for_each(|_| writer.write_events(&events))?;
    writer.finish(&sample::summary(&events, 1.0))
}

/// Writes what `task` says into `folder`, where `input.h5` is a run.
fn write(task: &str, folder: &Path) -> Result<(), IoError> {
    match task {
        "run" => write_run(&folder.join("run.h5"), 100, 1),
        "run-behind" => write_run(&folder.join("run.h5"), 100, 2),
        format => {
            let run = RunReader::open(&folder.join("input.h5"))?;
            let (format, end) = match format.strip_suffix(".gz") {
                Some(format) => (format, ".gz"),
                None => (format, ""),
            };
            let format: millibrem_files::export::Format = format.parse().unwrap();
            let output = folder.join(format!("output.{}{end}", format.suffix()));
            export(&run, format, &output, &ExportOptions::default()).map(|_| ())
        }
    }
}

/// A limit on file sizes stands in for a full disk: it needs no second disk and no privileges.
#[cfg(unix)]
#[test]
fn a_full_disk_is_named_and_leaves_no_file() {
    if let (Ok(task), Ok(folder)) = (std::env::var(TASK), std::env::var(FOLDER)) {
        let error = write(&task, folder.as_ref()).unwrap_err();
        assert!(matches!(error, IoError::NoSpace { .. }), "{task}: {error}");
        return;
    }
    // 4 KiB: fails on closing the file; 2 MiB: fails while events are written.
    let cases = [
        ("run", 8),
        ("run", 4096),
        ("run-behind", 8),
        ("run-behind", 4096),
        ("lhe", 8),
        ("lhe", 2048),
        ("hepmc3.gz", 8),
        ("lheh5", 8),
        ("lheh5", 2048),
    ];
    for (task, blocks) in cases {
        let folder = tempfile::tempdir().unwrap();
        write_run(&folder.path().join("input.h5"), 10, 1).unwrap();
        let name = "a_full_disk_is_named_and_leaves_no_file";
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" --exact {name}");
        // `output` keeps the child's own summary line off this runner's.
        let child = Command::new("sh")
            .args(["-c", &script])
            .arg(std::env::current_exe().unwrap())
            .env(TASK, task)
            .env(FOLDER, folder.path())
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&child.stdout);
        let fine = child.status.success() && words.contains("1 passed");
        assert!(fine, "{task}, {blocks} blocks: {words}");
        let names = folder
            .path()
            .read_dir()
            .unwrap()
            .map(|f| f.unwrap().file_name());
        assert_eq!(
            names.collect::<Vec<_>>(),
            ["input.h5"],
            "{task}, {blocks} blocks"
        );
    }
}
