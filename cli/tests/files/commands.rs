//! Every command that writes, with all it writes, and the files they read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub(crate) const CARD: &str = "cards/na64mu-2025.toml";
const PROGRAM: &str = env!("CARGO_BIN_EXE_millibrem");

/// Options of a short run.
const SHORT: [&str; 5] = [
    "--set=events.count=2000",
    "--set=integration.neval=5000",
    "--set=integration.n_adapt=3",
    "--seed=1",
    "--threads=1",
];
const MASSES: &str = "--over=dark_sector.m_chi_gev=0.1,0.2";

/// One way to call the program.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// With `IN` for the folder of what is read and `OUT` for that of what is written.
    arguments: Vec<String>,
    /// Files it writes in `OUT`.
    pub(crate) writes: Vec<String>,
}

impl Call {
    /// Of words with a blank between them, which writes what it likes.
    pub(crate) fn of(name: &str, words: &str) -> Self {
        Self {
            name: name.to_owned(),
            arguments: words.split(' ').map(str::to_owned).collect(),
            writes: Vec::new(),
        }
    }

    fn new(arguments: &[&str], writes: &[&str]) -> Self {
        let texts = |all: &[&str]| all.iter().map(|t| (*t).to_owned()).collect();
        Self {
            name: arguments.join(" "),
            arguments: texts(arguments),
            writes: texts(writes),
        }
    }

    pub(crate) fn arguments(&self, out: &Path) -> Vec<String> {
        let (from, out) = (saved().to_str().unwrap(), out.to_str().unwrap());
        let fill = |a: &String| a.replace("IN/", &format!("{from}/")).replace("OUT", out);
        self.arguments.iter().map(fill).collect()
    }

    pub(crate) fn run(&self, out: &Path, more: &[&str]) -> Output {
        let mut all = self.arguments(out);
        all.extend(more.iter().map(|m| (*m).to_owned()));
        run(&all)
    }
}

/// Every command that writes files.
pub(crate) fn writing() -> Vec<Call> {
    let generate = |more: &[&'static str], writes: &[&str]| {
        let all = [&["generate", CARD, "--out=OUT"], &SHORT[..], more].concat();
        Call::new(&all, writes)
    };
    let mut calls = vec![
        generate(&[], &["run.h5"]),
        generate(&["--set=events.compression=gzip"], &["run.h5"]),
        generate(&["--to=csv", "--to=lhe"], &["run.h5", "run.csv", "run.lhe"]),
        generate(&["--shard=1/2"], &["shard-1-of-2.h5"]),
        Call::new(
            &[
                "merge",
                "IN/shard-1-of-2.h5",
                "IN/shard-2-of-2.h5",
                "--threads=1",
                "-o=OUT/run.h5",
            ],
            &["run.h5"],
        ),
        Call::new(&["plot", "IN/scan.csv", "-o=OUT/a.svg"], &["a.svg", "a.py"]),
        Call::new(
            &["plot", "IN/run.h5", "--only=x", "-o=OUT/b.png"],
            &["b.png", "b.py"],
        ),
        Call::new(
            &["plot", "IN/run.h5", "--only=x", "--out=OUT"],
            &["x.svg", "x.png", "x.py"],
        ),
        Call::new(
            &[
                "submit",
                CARD,
                "--engine=slurm",
                "--shards=3",
                "--seed=1",
                "--out=OUT",
            ],
            &["card.toml", "submit.sh", "shards.sbatch", "merge.sbatch"],
        ),
        Call::new(
            &[
                "submit",
                CARD,
                "--engine=htcondor",
                "--shards=3",
                "--seed=1",
                "--out=OUT",
            ],
            &[
                "card.toml",
                "submit.sh",
                "run.dag",
                "shards.sub",
                "merge.sub",
                "merge.sh",
            ],
        ),
        Call::new(
            &[
                "scan",
                CARD,
                "--method=quadrature",
                "--geant4",
                MASSES,
                "--out=OUT",
            ],
            &[
                "scan.csv",
                "scan.h5",
                "geant4-m_chi_gev=0.1.csv",
                "geant4-m_chi_gev=0.2.csv",
            ],
        ),
        Call::new(
            &[
                "spectrum",
                CARD,
                "--method=quadrature",
                "--at=0.5,0.9",
                "--out=OUT",
            ],
            &["spectrum-quadrature.csv", "spectrum-quadrature.h5"],
        ),
        Call::new(
            &["compare", CARD, MASSES, "--rel-error=1e-3", "--out=OUT"],
            &["compare.csv", "compare.h5"],
        ),
        Call::new(
            &[
                "reach",
                CARD,
                MASSES,
                "--hepdata",
                "--overlay=IN/limit.csv",
                "--out=OUT",
            ],
            &[
                "reach.csv",
                "hepdata/exclusion_reach.yaml",
                "hepdata/submission.yaml",
            ],
        ),
    ];
    for (format, name) in [
        ("lhe", "a.lhe"),
        ("ldmx-lhe", "a.lhe"),
        ("g4darkbrem-lhe", "a.lhe.gz"),
        ("g4darkbrem-csv", "a.csv"),
        ("hepmc3", "a.hepmc3.gz"),
        ("lheh5", "a.h5"),
        ("csv", "a.csv"),
    ] {
        let (to, output) = (format!("--to={format}"), format!("-o=OUT/{name}"));
        calls.push(Call::new(
            &["export", "IN/unweighted.h5", &to, &output],
            &[name],
        ));
    }
    calls
}

/// Every command that only prints.
pub(crate) fn printing() -> Vec<Call> {
    [
        &["sigma", CARD, "--method=quadrature"][..],
        &["sigma", CARD, "--method=mc", "--rel-error=0.01", "--seed=1"],
        &["info"],
        &["info", CARD],
        &["info", "IN/run.h5"],
        &["info", "IN/run.h5", "--json"],
        &["info", "IN/run.h5", "--event=0"],
        &["--help"],
        &["--version"],
        &["generate", "--help"],
    ]
    .iter()
    .map(|arguments| Call::new(arguments, &[]))
    .collect()
}

/// The folder of all that is read, made once.
pub(crate) fn saved() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let out = format!("--out={}", folder.path().display());
        let made = |arguments: &[&str]| {
            let done = Command::new(PROGRAM)
                .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
                .args(arguments)
                .output()
                .unwrap();
            assert_eq!(
                done.status.code(),
                Some(0),
                "{arguments:?}: {}",
                words(&done)
            );
        };
        let generate = |more: &[&str]| {
            made(&[&["generate", CARD, "--quiet", &out], &SHORT[..], more].concat());
        };
        generate(&["--set=events.mode=unweighted", "--set=events.count=500"]);
        fs::rename(
            folder.path().join("run.h5"),
            folder.path().join("unweighted.h5"),
        )
        .unwrap();
        generate(&[]);
        generate(&["--shard=1/2"]);
        generate(&["--shard=2/2"]);
        made(&["scan", CARD, "--method=quadrature", MASSES, "--quiet", &out]);
        fs::write(folder.path().join("limit.csv"), "0.01,1e-2\n0.1,2e-2\n").unwrap();
        fs::copy(
            Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(CARD),
            folder.path().join("card.toml"),
        )
        .unwrap();
        folder
    });
    folder.path()
}

/// Runs the program; one that hangs is an error.
pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments);
    finished(&mut command)
}

/// Runs a script of `shell` with the program as `$0` and `arguments` as `$@`.
pub(crate) fn in_shell(shell: &str, script: &str, arguments: &[String]) -> Output {
    let mut command = Command::new(shell);
    command.args(["-c", script, PROGRAM]).args(arguments);
    finished(&mut command)
}

fn finished(command: &mut Command) -> Output {
    let mut child = command
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    // What is printed is little enough for the pipes.
    while child.try_wait().unwrap().is_none() {
        if begin.elapsed() > Duration::from_secs(120) {
            let _ = child.kill();
            panic!("{command:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().unwrap()
}

/// What was said on stderr.
pub(crate) fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All files below `folder` with what they hold; what is no file counts as empty.
pub(crate) fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            match path.symlink_metadata().unwrap() {
                there if there.is_dir() => folders.push(path),
                there if there.is_file() => found.push((path.clone(), fs::read(path).unwrap())),
                _ => found.push((path, Vec::new())),
            }
        }
    }
    found.sort();
    found
}

/// Names of all files below `folder`, seen from it.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let all = contents(folder);
    let name = |path: &Path| {
        path.strip_prefix(folder)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    all.iter().map(|(path, _)| name(path)).collect()
}
