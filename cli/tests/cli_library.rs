//! `millibrem library`.

mod program;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use millibrem_files::hdf5::RunReader;
use program::{output, transcript};

const QUICK: [&str; 5] = [
    "--set=integration.neval=20000",
    "--set=integration.n_adapt=4",
    "--set=integration.rel_error=1e-2",
    "--seed=7",
    "--quiet",
];

fn arguments<'a>(folder: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let command = ["library", "ldmx-2025", "--out", folder];
    [&command[..], &QUICK, more].concat()
}

/// The lines of a table behind its names, with how many there are of each charge number and energy.
fn table(text: &str) -> (Vec<&str>, BTreeMap<(String, String), usize>) {
    let lines: Vec<&str> = text.lines().skip(1).collect();
    let mut counts = BTreeMap::new();
    for line in &lines {
        let mut fields = line.split(',').map(str::to_owned);
        let key = (fields.next().unwrap(), fields.next().unwrap());
        assert_eq!(fields.count(), 8, "{line}");
        *counts.entry(key).or_default() += 1;
    }
    (lines, counts)
}

fn text_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn all_points_are_in_one_table_and_each_is_the_run_of_its_card() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    let library = folder.path().join("all.csv.gz");
    let library = library.to_str().unwrap();
    let more = [
        "--energies=4,8",
        "--elements=Al,W",
        "--events=300",
        "-o",
        library,
        "--json",
    ];
    let done = output(&arguments(at, &more));
    assert!(done.status.success(), "{done:?}");
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report["n_events"], 1200);
    let points = report["points"].as_array().unwrap();
    let energies: Vec<_> = points
        .iter()
        .map(|p| p["energy_gev"].as_f64().unwrap())
        .collect();
    assert_eq!(energies, [4.0, 8.0, 4.0, 8.0]);
    assert_eq!(points[3]["nuclei"][0], 1_000_741_840);
    let mut text = String::new();
    GzDecoder::new(fs::File::open(library).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let (lines, counts) = table(&text);
    let energy = |e: f64| format!("{e:.16e}");
    for (z, e) in [("13", 4.0), ("13", 8.0), ("74", 4.0), ("74", 8.0)] {
        assert_eq!(counts[&(z.to_owned(), energy(e))], 300, "{z} {e}");
    }
    assert_eq!(counts.len(), 4);
    // Each point is what the program makes of its card alone.
    let run = folder.path().join("points/W-4gev.h5");
    let alone = folder.path().join("alone");
    let generate = ["generate", "ldmx-2025", "--out", alone.to_str().unwrap()];
    let sets = [
        "--set=target.element=W",
        "--set=beam.energy_gev=4",
        "--set=events.count=300",
        "--set=events.mode=unweighted",
        "--to=g4darkbrem-csv",
    ];
    assert!(
        output(&[&generate[..], &QUICK, &sets].concat())
            .status
            .success()
    );
    let (a, b) = (
        RunReader::open(&run).unwrap(),
        RunReader::open(&alone.join("run.h5")).unwrap(),
    );
    assert_eq!(a.cross_section().unwrap(), b.cross_section().unwrap());
    let one = text_of(&alone.join("run.g4darkbrem.csv"));
    assert_eq!(table(&one).0, lines[600..900]);
}

#[test]
fn runs_that_are_there_stay_and_a_folder_holds_a_file_a_point() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    let more = ["--energies=4..8:lin:2", "--events=200"];
    assert!(output(&arguments(at, &more)).status.success());
    let run = folder.path().join("points/4.0gev.h5");
    let made = || fs::metadata(&run).unwrap().modified().unwrap();
    let (first, bytes) = (made(), text_of(&folder.path().join("library.csv")));
    // The library is there: kept unless the user says otherwise, its runs in any case.
    let again = output(&arguments(at, &more));
    assert_eq!(again.status.code(), Some(2));
    assert!(
        output(&arguments(at, &[&more[..], &["--force"]].concat()))
            .status
            .success()
    );
    assert_eq!(made(), first);
    assert_eq!(text_of(&folder.path().join("library.csv")), bytes);
    let lhe = [&more[..], &["--to=g4darkbrem-lhe"]].concat();
    assert!(output(&arguments(at, &lhe)).status.success());
    assert_eq!(made(), first);
    for (name, energy) in [("4.0gev", "4.0"), ("8.0gev", "8.0")] {
        let file = folder.path().join(format!("library/{name}.g4darkbrem.lhe"));
        let text = text_of(&file);
        assert_eq!(text.matches("<event>").count(), 200);
        assert_eq!(text.matches("Znuc").count(), 1);
        let beam = format!(" {:.16e} ", energy.parse::<f64>().unwrap());
        assert!(text.matches(&beam).count() >= 200, "{name}");
    }
}

#[test]
fn what_is_no_library_is_said_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    // So long that nobody would wait for it.
    let long = ["--set=events.count=1e8", "--set=integration.neval=1e7"];
    let mut words = String::new();
    for more in [
        &["--energies=8", "--to=lhe"][..],
        &["--energies=8", "--elements=Alu"],
        &["--energies=8,8.0"],
        &["--energies=4..8"],
        &["--energies=x"],
        &["--energies=8", "--set=target.losses=tsai-whitis"],
        &[
            "--energies=8",
            "--set=target.mixture=PbWO4",
            "--to=g4darkbrem-lhe",
        ],
        &["--energies=8", "--events=0"],
    ] {
        words += &transcript(&arguments(at, &[&long, more].concat()));
    }
    assert!(!folder.path().join("points").exists());
    insta::assert_snapshot!(words.replace(at, "FOLDER"));
}

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["library", "--help"]));
}
