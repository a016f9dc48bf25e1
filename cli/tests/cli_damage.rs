//! Files with wrong bits, handed to the program: an error in words from every command that reads them.

mod program;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use program::output;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde_json::Value;

const CARD: &str = "cards/na64mu-2025.toml";
/// Bytes of a seal.
const SEAL: usize = 32;

/// A run of some milliseconds.
fn generate(folder: &Path, more: &[&str]) {
    let mut all = vec!["generate", CARD, "--out", folder.to_str().unwrap()];
    let sets = [
        "--set=events.count=500",
        "--set=integration.neval=2000",
        "--set=integration.n_adapt=3",
    ];
    all.extend(sets);
    all.extend(["--seed=7", "--threads=1", "--quiet"]);
    all.extend(more);
    let made = output(&all);
    // So few points may raise an alarm, which is not the matter here.
    assert!(made.status.code() < Some(2), "{made:?}");
}

/// Every command that reads the file `name` in `folder`.
fn readers(folder: &Path, name: &str) -> Vec<Vec<String>> {
    let file = folder.join(name).display().to_string();
    let out = folder.join("out").display().to_string();
    let mut commands = vec![
        vec!["info".to_owned(), file.clone()],
        vec!["info".to_owned(), file.clone(), "--json".to_owned()],
        vec![
            "plot".to_owned(),
            file.clone(),
            "-o".to_owned(),
            format!("{out}.svg"),
        ],
    ];
    if name != "scan.h5" {
        for format in ["csv", "lhe", "lheh5"] {
            let to = format!("--to={format}");
            let output = format!("-o{out}.{format}");
            commands.push(vec!["export".to_owned(), file.clone(), to, output]);
        }
        let joined = format!("-o{out}.h5");
        commands.push(vec!["merge".to_owned(), file.clone(), joined]);
    }
    if name == "run.h5" {
        let again = ["generate", CARD, "--resume", "--quiet", "--out"].map(str::to_owned);
        commands.push([&again[..], &[folder.display().to_string()]].concat());
        let event = ["info", &file, "--event", "0"].map(str::to_owned);
        commands.push(event.to_vec());
    }
    commands
}

/// Runs, shards and a table, in a folder.
fn files(folder: &Path) -> [&'static str; 3] {
    generate(folder, &[]);
    generate(folder, &["--shard", "1/2"]);
    let out = folder.to_str().unwrap();
    let over = "dark_sector.m_chi_gev=0.1,0.2";
    let scan = [
        "scan", CARD, "--over", over, "--method", "iww", "--out", out,
    ];
    assert_eq!(output(&scan).status.code(), Some(0));
    ["run.h5", "shard-1-of-2.h5", "scan.h5"]
}

#[test]
fn every_command_names_a_file_with_a_flipped_bit_and_makes_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let names = files(folder.path());
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    let mut tried = 0;
    for name in names {
        let path = folder.path().join(name);
        let whole = fs::read(&path).unwrap();
        let there = fs::read_dir(folder.path()).unwrap().count();
        for _ in 0..14 {
            for command in readers(folder.path(), name) {
                let bit = rng.random_range(0..8 * whole.len());
                let mut bytes = whole.clone();
                bytes[bit / 8] ^= 1 << (bit % 8);
                fs::write(&path, bytes).unwrap();
                let command: Vec<&str> = command.iter().map(String::as_str).collect();
                let found = output(&command);
                let words = String::from_utf8(found.stderr).unwrap();
                assert_eq!(
                    found.status.code(),
                    Some(2),
                    "{command:?}, bit {bit}: {words}"
                );
                assert!(
                    words.contains("is damaged"),
                    "{command:?}, bit {bit}: {words}"
                );
                match command.contains(&"--json") {
                    false => assert!(found.stdout.is_empty(), "{command:?}, bit {bit}"),
                    true => {
                        let found: Value = serde_json::from_slice(&found.stdout).unwrap();
                        assert_eq!(found["error"]["kind"], "file");
                        assert_eq!(found.get("sigma_pb"), None);
                    }
                }
                tried += 1;
            }
        }
        fs::write(&path, whole).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), there);
    }
    println!("{tried} commands on files with a flipped bit");
}

/// Without a seal wrong bits reach the HDF5 library, which may die of them; the program does not.
#[test]
fn files_without_a_seal_crash_no_command() {
    let folder = tempfile::tempdir().unwrap();
    let names = files(folder.path());
    let mut rng = Pcg64Mcg::seed_from_u64(2);
    let (mut tried, mut crashes) = (0, 0);
    for name in names {
        let path = folder.path().join(name);
        let whole = fs::read(&path).unwrap();
        let whole = &whole[..whole.len() - SEAL];
        for command in readers(folder.path(), name).iter().cycle().take(40) {
            let mut bytes = whole.to_vec();
            for _ in 0..4 {
                let bit = rng.random_range(0..8 * whole.len());
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
            fs::write(&path, bytes).unwrap();
            let mut command: Vec<&str> = command.iter().map(String::as_str).collect();
            command.push("--force");
            let found = output(&command);
            assert_eq!(found.status.signal(), None, "{command:?}: {found:?}");
            assert!(found.status.code() <= Some(2), "{command:?}: {found:?}");
            let words = String::from_utf8_lossy(&found.stderr);
            crashes += usize::from(words.contains("the HDF5 library crashes"));
            tried += 1;
        }
    }
    println!("{tried} commands on spoilt files without a seal, {crashes} crashes of the library");
}

/// A shard of version 1 with one wrong bit, in a heap that holds texts: libhdf5 1.10.8 dies of it.
#[test]
fn a_shard_that_crashes_the_hdf5_library_is_named() {
    let shard = "tests/data/shard-one-bit.h5";
    let merge = ["merge", shard, "-o", "/nowhere/run.h5"];
    let export = ["export", shard, "--to", "csv", "-o", "/nowhere/a.csv"];
    for command in [&["info", shard][..], &["plot", shard], &merge, &export] {
        let found = output(command);
        let words = String::from_utf8_lossy(&found.stderr);
        assert_eq!(found.status.code(), Some(2), "{command:?}: {words}");
        assert!(words.contains("shard-one-bit.h5 is "), "{words}");
    }
}

#[test]
fn a_file_that_another_program_changed_is_read_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), &[]);
    let path = folder.path().join("run.h5");
    let name = path.to_str().unwrap();
    let sealed = output(&["info", name]);
    assert!(sealed.stderr.is_empty(), "{sealed:?}");
    hdf5::File::open_rw(&path).unwrap().close().unwrap();
    let changed = output(&["info", name]);
    let words = String::from_utf8(changed.stderr).unwrap();
    assert_eq!(changed.status.code(), Some(0));
    assert!(words.starts_with("warning: "), "{words}");
    assert!(words.contains("another program has changed it"), "{words}");
    assert_eq!(changed.stdout, sealed.stdout);
    assert!(output(&["info", name, "--quiet"]).stderr.is_empty());
}
