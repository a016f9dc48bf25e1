//! Hands a file to the disk while it grows, so that little is left to wait for at its end.
//!
//! A thread beside the program's own asks for it, one request at a time. The system reports a write that failed to whoever asks
//! first, so every answer is heard. Pinned by the test below.

use std::fs::File;
use std::io;
use std::path::Path;
use std::thread::{self, JoinHandle};

/// Bytes a request is worth.
const EVERY: u64 = 32 << 20;

/// Requests for one file.
#[derive(Default)]
pub(super) struct WriteBack {
    waiting: u64,
    running: Option<JoinHandle<io::Result<()>>>,
}

impl WriteBack {
    /// Hears that so many more bytes are in the file.
    pub(super) fn wrote(&mut self, path: &Path, bytes: u64) -> io::Result<()> {
        self.waiting += bytes;
        if self.waiting < EVERY || self.running.as_ref().is_some_and(|run| !run.is_finished()) {
            return Ok(());
        }
        self.finish()?;
        self.waiting = 0;
        let file = File::open(path)?;
        let run = thread::Builder::new().spawn(move || file.sync_data());
        // Without a thread the end takes longer.
        self.running = run.ok();
        Ok(())
    }

    /// Waits for the request that runs.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        match self.running.take().map(JoinHandle::join) {
            Some(Ok(done)) => done,
            Some(Err(_)) => Err(io::Error::other("the thread that writes has failed")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_made_when_enough_was_written_and_its_answer_is_heard() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.h5.part");
        let mut requests = WriteBack::default();
        requests.wrote(&path, EVERY - 1).unwrap();
        assert!(requests.running.is_none());
        // Now it is made, and there is no such file.
        assert!(requests.wrote(&path, 1).is_err());
        std::fs::write(&path, [0; 10]).unwrap();
        requests.wrote(&path, EVERY).unwrap();
        assert!(requests.running.is_some());
        requests.finish().unwrap();
        requests.running = Some(thread::spawn(|| Err(io::Error::other("the disk is gone"))));
        let said = requests.finish().unwrap_err().to_string();
        assert_eq!(said, "the disk is gone");
    }
}
