//! Nothing is lost: runs that are killed, stopped, cut, starved of disk or locked out go on to the
//! file that an undisturbed run leaves (`docs/reliability.md`).

#[path = "program/contents.rs"]
mod contents;
mod program;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use contents::contents;
use program::{kills, output};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

const CARD: &str = "cards/na64mu-2025.toml";

/// A run of some tenths of a second that saves its state all the time.
const WEIGHTED: [&str; 8] = [
    "--set=events.count=300000",
    "--set=integration.neval=50000",
    "--set=integration.n_adapt=4",
    "--seed=7",
    "--threads=2",
    "--checkpoint-every=0.01",
    "--quiet",
    "--resume",
];

fn arguments<'a>(folder: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["generate", CARD, "--out", folder.to_str().unwrap()];
    all.extend(WEIGHTED);
    all.extend(more);
    all
}

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_millibrem"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs to the end and says how long that took.
fn undisturbed(folder: &Path, more: &[&str]) -> Duration {
    let begin = Instant::now();
    let done = output(&arguments(folder, more));
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    begin.elapsed()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let files = folder.read_dir().unwrap();
    let mut names: Vec<String> = files
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Waits until the file is there, or the program has ended.
fn wait_for(path: &Path, child: &mut Child) {
    while !path.exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Kills a run at random moments, over as many whole runs as that takes; each of them has
/// to leave what an undisturbed one leaves.
fn survives(seed: u64, more: &[&str]) {
    let kills = kills();
    let folder = tempfile::tempdir().unwrap();
    let (calm, wild) = (folder.path().join("calm"), folder.path().join("wild"));
    let mut time = undisturbed(&calm, more);
    let want = contents(&calm.join("run.h5"));
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let (mut killed, mut runs, mut saved) = (0, 0, 0);
    while killed < kills || runs == 0 {
        let mut child = start(&arguments(&wild, more));
        if killed < kills {
            std::thread::sleep(time.mul_f64(rng.random_range(0.0..1.1)));
            // Fails where the program has ended already.
            let _ = child.kill();
        }
        let ended = child.wait_with_output().unwrap();
        match ended.status.code() {
            // So that most kills hit, whatever else the machine does.
            Some(_) => time = time.mul_f64(0.9),
            None => time = time.mul_f64(1.05),
        }
        match ended.status.code() {
            None => {
                killed += 1;
                saved += u32::from(wild.join("run.h5.state").exists());
            }
            code => {
                assert_eq!(code, Some(0), "{}", stderr(&ended));
                // A kill behind the rename leaves crumbs, which the next call removes.
                let again = output(&arguments(&wild, more));
                assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
                assert_eq!(names(&wild), ["run.h5"]);
                assert!(contents(&wild.join("run.h5")) == want, "run {runs}");
                fs::remove_dir_all(&wild).unwrap();
                runs += 1;
            }
        }
    }
    println!("{killed} kills, {saved} of them behind a checkpoint, {runs} runs, all the same");
    assert!(saved > 0);
}

#[test]
fn weighted_runs_survive_kills() {
    survives(1, &[]);
}

#[test]
fn compressed_runs_survive_kills() {
    survives(
        2,
        &["--set=events.compression=gzip", "--set=events.count=60000"],
    );
}

#[test]
fn unweighted_runs_survive_kills() {
    survives(3, &["--set=events.mode=unweighted"]);
}

#[test]
fn a_run_told_to_end_saves_itself_and_goes_on() {
    for signal in ["TERM", "INT", "HUP"] {
        let folder = tempfile::tempdir().unwrap();
        let (calm, wild) = (folder.path().join("calm"), folder.path().join("wild"));
        // Rare checkpoints: what is saved is saved because of the signal.
        let more = [
            "--set=events.mode=unweighted",
            "--set=events.count=2000000",
            "--checkpoint-every=1000",
        ];
        let mut wanted = arguments(&wild, &more);
        wanted.retain(|a| *a != "--checkpoint-every=0.01");
        let mut child = start(&wanted);
        wait_for(&wild.join("run.h5.weights"), &mut child);
        std::thread::sleep(Duration::from_millis(300));
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.unwrap().success());
        let ended = child.wait_with_output().unwrap();
        let words = stderr(&ended);
        assert_eq!(ended.status.code(), Some(1), "{signal}: {words}");
        assert!(
            words.contains("--resume") && words.contains("stopped with"),
            "{words}"
        );
        assert!(wild.join("run.h5.state").exists());
        // Without --resume nothing of it is overwritten.
        let mut plain = wanted.clone();
        plain.retain(|a| *a != "--resume");
        let refused = output(&plain);
        assert_eq!(refused.status.code(), Some(2));
        assert!(
            stderr(&refused).contains("was interrupted"),
            "{}",
            stderr(&refused)
        );
        let done = output(&wanted);
        assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
        wanted[3] = calm.to_str().unwrap();
        assert_eq!(output(&wanted).status.code(), Some(0));
        let [a, b] = [calm, wild].map(|f| contents(&f.join("run.h5")));
        assert!(a == b, "{signal}");
    }
}

/// Kills a run that has saved a state and written events, and tries again where that came too late:
/// a bounded number of times, however fast or slow the machine is.
fn killed_with_events(folder: &Path) {
    const TRIES: u32 = 100;
    let [state, weights] = ["state", "weights"].map(|s| folder.join(format!("run.h5.{s}")));
    let saved = || fs::metadata(&state).and_then(|file| file.modified()).ok();
    let has_events = || fs::metadata(&weights).is_ok_and(|file| file.len() > 0);
    for _ in 0..TRIES {
        let mut child = start(&arguments(folder, &[]));
        let mut wait = |done: &dyn Fn() -> bool| {
            while !done() && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        wait(&|| saved().is_some() && has_events());
        // The next state knows of these events; how long it takes is the disk's affair.
        let (before, begin) = (saved(), Instant::now());
        wait(&|| saved() != before || begin.elapsed() > Duration::from_millis(200));
        let _ = child.kill();
        child.wait().unwrap();
        // Killed in its last step, a run has its name already.
        if saved().is_some() && has_events() && !folder.join("run.h5").exists() {
            return;
        }
        fs::remove_dir_all(folder).unwrap();
    }
    panic!("none of {TRIES} runs could be killed between its first events and its end");
}

#[test]
fn files_cut_or_spoilt_by_a_power_failure_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let (calm, wild) = (folder.path().join("calm"), folder.path().join("wild"));
    undisturbed(&calm, &[]);
    let want = contents(&calm.join("run.h5"));
    let mut rng = Pcg64Mcg::seed_from_u64(11);
    for (round, suffix) in ["part", "weights", "state", "part", "state"]
        .iter()
        .enumerate()
    {
        killed_with_events(&wild);
        let path = wild.join(format!("run.h5.{suffix}"));
        if round < 3 {
            let length = fs::metadata(&path).unwrap().len();
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.set_len(rng.random_range(0..length)).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        let done = output(&arguments(&wild, &[]));
        assert_eq!(done.status.code(), Some(0), "{suffix}: {}", stderr(&done));
        assert!(contents(&wild.join("run.h5")) == want, "{suffix}");
        assert_eq!(names(&wild), ["run.h5"]);
        fs::remove_dir_all(&wild).unwrap();
    }
}

#[test]
fn only_the_same_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let wild = folder.path().join("wild");
    killed_with_events(&wild);
    let other = output(&arguments(&wild, &["--set=beam.energy_gev=150"]));
    assert_eq!(other.status.code(), Some(2));
    let words = stderr(&other).replace(folder.path().to_str().unwrap(), "FOLDER");
    insta::assert_snapshot!(words, @"error: the unfinished run into FOLDER/wild/run.h5 is another one: its card has [beam] energy_gev = 160.0, [[histogram]] min = 80.0, [[histogram]] max = 160.0; begin again with --force, or choose another output with --out");
    // The number of threads is no part of the run, nor is a seed that was drawn.
    let done = output(
        &arguments(&wild, &["--threads=1"])
            .into_iter()
            .filter(|a| *a != "--threads=2")
            .collect::<Vec<_>>(),
    );
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
}

#[test]
fn a_drawn_seed_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let unseeded = |more: &[&'static str]| -> Vec<&str> {
        let all = arguments(folder.path(), more);
        all.into_iter()
            .filter(|a| !a.starts_with("--seed"))
            .collect()
    };
    let mut child = start(&unseeded(&[]));
    wait_for(&folder.path().join("run.h5.state"), &mut child);
    let _ = child.kill();
    child.wait().unwrap();
    let report = || {
        let done = output(&unseeded(&["--json"]));
        assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
        let text: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        (
            text["seed"].as_u64().unwrap(),
            text["sigma_pb"].as_f64().unwrap(),
        )
    };
    let first = report();
    // Complete: nothing is done, and the same is said.
    let begin = fs::metadata(folder.path().join("run.h5"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(report(), first);
    let end = fs::metadata(folder.path().join("run.h5"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(begin, end);
}

#[test]
fn two_runs_do_not_write_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let long = ["--set=events.count=3000000", "--threads=1"];
    let mut all = arguments(folder.path(), &long);
    all.retain(|a| *a != "--threads=2");
    let mut child = start(&all);
    wait_for(&folder.path().join("run.h5.weights"), &mut child);
    let refused = output(&all);
    let _ = child.kill();
    child.wait().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let words = stderr(&refused).replace(folder.path().to_str().unwrap(), "FOLDER");
    insta::assert_snapshot!(words, @"error: another millibrem is writing FOLDER/run.h5; wait for it, or choose another output with --out");
}

#[test]
fn a_folder_that_vanishes_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    let mut all = arguments(&gone, &["--set=events.mode=unweighted"]);
    all.retain(|a| *a != "--checkpoint-every=0.01");
    let mut child = start(&all);
    wait_for(&gone.join("run.h5.weights"), &mut child);
    fs::remove_dir_all(&gone).unwrap();
    let ended = child.wait_with_output().unwrap();
    let words = stderr(&ended);
    assert_ne!(ended.status.code(), Some(0), "{words}");
    assert!(words.contains("gone/run.h5"), "{words}");
}

#[test]
fn events_that_cannot_fit_the_disk_are_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let refused = output(&arguments(folder.path(), &["--set=events.count=1e12"]));
    assert_eq!(refused.status.code(), Some(1));
    let words = stderr(&refused);
    assert!(words.contains("would need 152.0 TB"), "{words}");
    assert!(names(folder.path()).is_empty());
}

/// A small disk that another program fills while the run goes on. Needs the right to mount one,
/// which `unshare` gives where user namespaces are allowed.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_filled_by_others_costs_nothing_but_time() {
    let folder = tempfile::tempdir().unwrap();
    let (calm, disk) = (folder.path().join("calm"), folder.path().join("disk"));
    fs::create_dir(&disk).unwrap();
    let more = ["--set=events.mode=unweighted", "--set=events.count=1000000"];
    undisturbed(&calm, &more);
    let run = |out: &str| {
        let all = arguments(Path::new("OUT"), &more).join(" ");
        format!("\"$0\" {}", all.replace("OUT", out))
    };
    // A million events need 152 MB; the filler comes with the first of them.
    let script = format!(
        "set -u\n\
         mount -t tmpfs -o size=200m none \"$1\" || exit 77\n\
         {run} & id=$!\n\
         while [ ! -s \"$1/out/run.h5.weights\" ] && kill -0 $id 2>/dev/null; do sleep 0.01; done\n\
         cat /dev/zero > \"$1/filler\" 2>/dev/null\n\
         wait $id; echo code $?\n\
         rm \"$1/filler\"\n\
         {run}; echo code $?\n\
         cp \"$1/out/run.h5\" \"$2\"\n",
        run = run("\"$1/out\""),
    );
    let copy = folder.path().join("copy.h5");
    let ended = Command::new("unshare")
        .args(["-rm", "sh", "-c", &script, env!("CARGO_BIN_EXE_millibrem")])
        .args([&disk, &copy])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    if ended.status.code() == Some(77) || stderr(&ended).contains("unshare") {
        eprintln!("no disk can be mounted here: {}", stderr(&ended));
        return;
    }
    let words = format!(
        "{}{}",
        String::from_utf8_lossy(&ended.stdout),
        stderr(&ended)
    );
    assert!(words.contains("no space left"), "{words}");
    let codes: Vec<&str> = words.lines().filter(|l| l.starts_with("code")).collect();
    assert_eq!(codes, ["code 1", "code 0"], "{words}");
    assert!(contents(&copy) == contents(&calm.join("run.h5")));
}
