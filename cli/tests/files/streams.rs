//! Nothing panics when nobody can read, or when there are no threads to be had.

use crate::commands::{Call, in_shell, printing, saved, words, writing};

fn every() -> Vec<Call> {
    let mut calls = printing();
    calls.extend(writing());
    calls
}

/// The exit code of `call` with its streams redirected as a shell writes it.
fn redirected(call: &Call, streams: &str) -> (Option<i32>, String) {
    let out = tempfile::tempdir().unwrap();
    let script = format!("exec \"$0\" \"$@\" {streams}");
    let done = in_shell("bash", &script, &call.arguments(out.path()));
    (done.status.code(), words(&done))
}

#[test]
fn messages_that_cannot_be_shown_stop_nothing() {
    for call in every() {
        for streams in ["2>/dev/full", "2>&-", "2>&- <&-"] {
            let (code, _) = redirected(&call, streams);
            assert_eq!(code, Some(0), "{} {streams}", call.name);
        }
    }
    // Errors, too: the exit code says it.
    let wrong = every().remove(0);
    let out = tempfile::tempdir().unwrap();
    for more in ["--set=beam.energy_gev=-3", "--wrong"] {
        let mut arguments = wrong.arguments(out.path());
        arguments.push(more.to_owned());
        let done = in_shell("sh", "exec \"$0\" \"$@\" 2>/dev/full", &arguments);
        assert_eq!(done.status.code(), Some(2), "{more}");
    }
}

#[test]
fn results_that_cannot_be_printed_are_an_error_and_no_panic() {
    saved();
    for call in every() {
        let (code, said) = redirected(&call, ">/dev/full");
        assert_eq!(code, Some(1), "{}: {said}", call.name);
        assert!(said.contains("standard output"), "{}: {said}", call.name);
        for streams in [">/dev/full 2>/dev/full", ">&- 2>/dev/full", ">&- 2>&- <&-"] {
            let (code, _) = redirected(&call, streams);
            assert!(
                matches!(code, Some(0 | 1)),
                "{} {streams}: {code:?}",
                call.name
            );
        }
        // A reader that goes away is no error.
        let (code, said) = redirected(&call, "| true; exit ${PIPESTATUS[0]}");
        assert_eq!(code, Some(0), "{}: {said}", call.name);
    }
}

/// Whether another user can be become, whom limits on threads bind.
#[cfg(target_os = "linux")]
#[test]
fn threads_that_cannot_be_had_are_an_error_and_no_panic() {
    use std::os::unix::fs::PermissionsExt;
    let open = |path: &std::path::Path| {
        let mode = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(path, mode).unwrap();
    };
    open(saved());
    // The shell of POSIX has no limit on processes.
    let become_another = "exec setpriv --reuid=65533 --regid=65533 --clear-groups bash -c";
    let limited = |limit: u32, more: &str, call: &Call| {
        let out = tempfile::tempdir().unwrap();
        open(out.path());
        let inner = format!("ulimit -u {limit}; exec \"$0\" \"$@\" {more}");
        let script = format!("{become_another} '{inner}' \"$0\" \"$@\"");
        in_shell("sh", &script, &call.arguments(out.path()))
    };
    let info = printing().remove(3);
    if limited(1000, "", &info).status.code() != Some(0) {
        eprintln!("no other user can be become here");
        return;
    }
    // Many rows are done by the threads there are, the first and the last as well.
    let rows = "scan cards/m3.toml --over dark_sector.m_chi_gev=1e-3..0.1:log:12 --method quadrature --rel-error 1e-2 --out OUT --quiet";
    let scan = Call::of("scan of many rows", rows);
    let done = limited(4, "--threads=16", &scan);
    assert_eq!(done.status.code(), Some(0), "{}", words(&done));
    for call in every() {
        for limit in [1, 2, 3] {
            for more in ["", "--threads=4"] {
                let done = limited(limit, more, &call);
                let code = done.status.code();
                let place = format!("{limit} {more} {}", call.name);
                assert!(
                    matches!(code, Some(0..=2)),
                    "{place}: {code:?} {}",
                    words(&done)
                );
                assert!(
                    !words(&done).contains("panicked"),
                    "{place}: {}",
                    words(&done)
                );
            }
        }
    }
}
