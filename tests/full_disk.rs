//! A disk that fills up while a run is written. A binary of its own: its children would inherit
//! the locks of files that other tests have open.

mod sample;

use millibrem::event::{Compression, FinalState, Weighting};
use millibrem::io::IoError;
use millibrem::io::hdf5::RunWriter;

/// A limit on file sizes stands in for a full disk: it needs no second disk and no privileges.
#[cfg(unix)]
#[test]
fn a_full_disk_is_named_and_leaves_no_file() {
    const CHILD: &str = "MILLIBREM_TEST_FULL_DISK";
    if let Ok(path) = std::env::var(CHILD) {
        let sample = sample::sample(FinalState::Pair, Weighting::Weighted);
        let header = sample::header(&sample, Compression::None);
        let events = sample::events(&sample, 1000, 1);
        let summary = sample::summary(&events, 1.0);
        let mut writer = RunWriter::create(path.as_ref(), &header, false).unwrap();
        let written = (0..100).try_for_each(|_| writer.write_events(&events));
        let error = written.and_then(|()| writer.finish(&summary)).unwrap_err();
        assert!(matches!(error, IoError::NoSpace { .. }), "{error}");
        return;
    }
    // 4 KiB: fails on closing a small file; 2 MiB: fails while events are written.
    for blocks in [8, 4096] {
        let folder = tempfile::tempdir().unwrap();
        let name = "a_full_disk_is_named_and_leaves_no_file";
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" --exact {name}");
        // `output` keeps the child's own summary line off this runner's.
        let child = std::process::Command::new("sh")
            .args(["-c", &script])
            .arg(std::env::current_exe().unwrap())
            .env(CHILD, folder.path().join("run.h5"))
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&child.stdout);
        assert!(
            child.status.success() && words.contains("1 passed"),
            "{blocks} blocks: {words}"
        );
        let left: Vec<_> = folder.path().read_dir().unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
