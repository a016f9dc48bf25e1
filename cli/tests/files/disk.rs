//! A full disk costs no file that was there, whatever command fills it.

use std::fs;

use crate::commands::{contents, in_shell, names, saved, words, writing};

/// Limits on the size of a file, in blocks of 512 bytes: nothing can be written, or the beginning.
const LIMITS: [u32; 3] = [0, 1, 8];

#[test]
fn a_limit_on_files_spoils_none_and_leaves_no_crumb() {
    saved();
    let mut failures = 0;
    for call in writing() {
        let out = tempfile::tempdir().unwrap();
        for old in [false, true] {
            if old {
                let done = call.run(out.path(), &["--force"]);
                assert_eq!(done.status.code(), Some(0), "{}", words(&done));
            }
            let before = contents(out.path());
            for limit in LIMITS {
                let script = format!("ulimit -f {limit}; exec \"$0\" \"$@\" --force");
                let done = in_shell("sh", &script, &call.arguments(out.path()));
                let place = format!("{} at {limit} blocks: {}", call.name, words(&done));
                if done.status.code() == Some(0) {
                    // It has fitted: text files are small.
                    assert!(limit > 0, "{place}");
                    break;
                }
                assert_eq!(done.status.code(), Some(1), "{place}");
                assert!(words(&done).contains("larger than allowed"), "{place}");
                let after = contents(out.path());
                let kept = before.iter().all(|file| after.contains(file));
                assert!(kept, "{place}");
                // Files of the same call that have fitted may stand there, whole.
                let known = |name: &String| call.writes.contains(name);
                assert!(names(out.path()).iter().all(known), "{place}");
                failures += 1;
            }
        }
    }
    println!("{failures} writes failed, no file was spoilt");
    assert!(failures > 60);
}

/// The same on a small disk that is full. Needs the right to mount one, which `unshare` gives where
/// user namespaces are allowed.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_spoils_no_file_of_any_command() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let out = disk.join("out");
    let mut done = 0;
    for call in writing() {
        let script = "exec unshare -rm sh -c '\
             mount -t tmpfs -o size=16m none \"$1\" || exit 77\n\
             disk=$1; shift\n\
             \"$0\" \"$@\" >/dev/null || exit 76\n\
             state() { cd $disk && find out -type f | sort | xargs -d \"\\n\" cat | cksum; find out -type f | sort; cd - >/dev/null; }\n\
             state > $disk/before; touch $disk/after\n\
             dd if=/dev/zero of=$disk/filler bs=4k 2>/dev/null\n\
             \"$0\" \"$@\" --force >/dev/null; code=$?\n\
             rm $disk/filler\n\
             state > $disk/after\n\
             cmp $disk/before $disk/after || cat $disk/after; echo code $code' \"$0\" \"$@\"";
        let mut arguments = vec![disk.to_str().unwrap().to_owned()];
        arguments.extend(call.arguments(&out));
        let ended = in_shell("sh", script, &arguments);
        let said = words(&ended);
        if ended.status.code() == Some(77) || said.contains("unshare") {
            eprintln!("no disk can be mounted here: {said}");
            return;
        }
        let printed = String::from_utf8_lossy(&ended.stdout);
        assert_eq!(printed, "code 1\n", "{}: {said}", call.name);
        let named = ["no space left", "would need"];
        assert!(
            named.iter().any(|n| said.contains(n)),
            "{}: {said}",
            call.name
        );
        done += 1;
    }
    println!("{done} commands on a full disk");
}
