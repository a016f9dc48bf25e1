//! `merge --seeds`: runs of one card and different seeds become one, whose value, error and χ² are
//! right; what does not belong together is refused.

mod program;

use std::path::{Path, PathBuf};

use millibrem::event::EventBuffer;
use millibrem::histogram::Histogram;
use millibrem::record::{CrossSection, Fact, RunSummary};
use millibrem_files::hdf5::{RunReader, RunWriter};
use program::{json, output, transcript};

const CARD: &str = "cards/na64mu-2025.toml";
/// tests/data/cross_sections.json, by quadrature.
const SIGMA_PB: f64 = 197_681.08;

const SMALL: [&str; 4] = [
    "--set=events.count=1000",
    "--set=integration.neval=20000",
    "--set=integration.n_adapt=4",
    "--quiet",
];

/// The run of `seed`.
fn run(root: &Path, seed: u64, more: &[&str]) -> PathBuf {
    let folder = root.join(format!("seed{seed}"));
    let seed = format!("--seed={seed}");
    let out = folder.to_str().unwrap();
    let done = output(&[&["generate", CARD, "--out", out, &seed], &SMALL[..], more].concat());
    let words = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(0), "{words}");
    folder.join("run.h5")
}

fn joined(runs: &[PathBuf], to: &Path) -> serde_json::Value {
    let runs: Vec<&str> = runs.iter().map(|run| run.to_str().unwrap()).collect();
    let to = to.to_str().unwrap();
    json(
        &[
            &["merge", "--seeds", "--json", "--quiet", "-o", to],
            &runs[..],
        ]
        .concat(),
    )
}

fn events(path: &Path) -> EventBuffer {
    let run = RunReader::open(path).unwrap();
    let mut events = EventBuffer::default();
    run.read_events(0, run.n_events(), &mut events).unwrap();
    events
}

#[test]
fn joined_runs_have_the_value_the_error_and_the_chi2_of_independent_ones() {
    const GROUPS: u64 = 16;
    let root = tempfile::tempdir().unwrap();
    let (mut pulls, mut qs, mut errors, mut files) = (vec![], vec![], vec![], vec![]);
    for group in 0..GROUPS {
        let runs: Vec<_> = (0..3)
            .map(|k| run(root.path(), 100 + 3 * group + k, &[]))
            .collect();
        let to = root.path().join(format!("{group}.h5"));
        let report = joined(&runs, &to);
        let number = |name: &str| report[name].as_f64().unwrap();
        pulls.push((number("sigma_pb") - SIGMA_PB) / number("error_pb"));
        errors.push(number("error_pb"));
        qs.push(number("q"));
        files.push(to);
    }
    let n = GROUPS as f64;
    let mean = pulls.iter().sum::<f64>() / n;
    let square = pulls.iter().map(|p| p * p).sum::<f64>() / n;
    let q = qs.iter().sum::<f64>() / n;
    println!("{GROUPS} groups of 3: mean pull {mean:.2}, mean square {square:.2}, mean Q {q:.2}");
    // Four standard deviations of a mean, of a mean square, and of uniform numbers.
    assert!(mean.abs() < 4.0 / n.sqrt(), "{pulls:?}");
    assert!((square - 1.0).abs() < 4.0 * (2.0 / n).sqrt(), "{pulls:?}");
    assert!((q - 0.5).abs() < 4.0 / (12.0 * n).sqrt(), "{qs:?}");
    assert!(qs.iter().all(|q| *q > 1e-4), "{qs:?}");
    // All together, from joined files: the error falls as it must.
    let report = joined(&files, &root.path().join("all.h5"));
    let (sigma, error) = (
        report["sigma_pb"].as_f64().unwrap(),
        report["error_pb"].as_f64().unwrap(),
    );
    assert!(((sigma - SIGMA_PB) / error).abs() < 4.0, "{report}");
    let expected = errors.iter().map(|e| e * e).sum::<f64>().sqrt() / n;
    assert!((error / expected - 1.0).abs() < 0.02, "{error} {expected}");
    assert_eq!(
        report["seeds"].as_array().unwrap().len(),
        3 * GROUPS as usize
    );
    assert_eq!(report["n_events"], 3000 * GROUPS);
    assert!(report["q"].as_f64().unwrap() > 1e-4, "{report}");
}

#[test]
fn a_joined_file_holds_the_events_and_histograms_of_all() {
    let root = tempfile::tempdir().unwrap();
    // Runs of different lengths, measured with different numbers of points.
    let runs = [
        run(root.path(), 1, &[]),
        run(root.path(), 2, &["--set=events.count=2500"]),
        run(root.path(), 3, &["--set=events.count=0"]),
        run(root.path(), 4, &["--threads=1"]),
    ];
    let to = root.path().join("all.h5");
    let report = joined(&runs, &to);
    let read: Vec<_> = runs
        .iter()
        .map(|path| RunReader::open(path).unwrap())
        .collect();
    let sigmas: Vec<_> = read
        .iter()
        .map(|run| run.cross_section().unwrap())
        .collect();
    let total: u64 = sigmas.iter().map(|c| c.n_eval).sum();
    let share = |c: &CrossSection| c.n_eval as f64 / total as f64;
    let sigma: f64 = sigmas.iter().map(|c| share(c) * c.value_pb).sum();
    let all = RunReader::open(&to).unwrap();
    let found = all.cross_section().unwrap();
    assert!((found.value_pb / sigma - 1.0).abs() < 1e-14);
    assert_eq!(report["sigma_pb"].as_f64(), Some(found.value_pb));
    assert_eq!((found.n_eval, found.iterations.len()), (total, 4));
    // Events one after the other, the same but for one factor; keys apart; mean weight sigma.
    let (mut at, mut ratio, mut last) = (0, None, None);
    let together = events(&to);
    for path in &runs {
        let one = events(path);
        let mut raw_over_weight = None;
        for k in 0..one.len() {
            let (was, is) = (one.get(k).unwrap(), together.get(at).unwrap());
            assert_eq!(was.momenta()[2], is.momenta()[2]);
            assert_eq!(was.momenta()[0], is.momenta()[0]);
            assert!(last < Some(is.index));
            last = Some(is.index);
            let change = *raw_over_weight.get_or_insert(is.weight / was.weight);
            assert!((is.weight / was.weight / change - 1.0).abs() < 1e-14);
            at += 1;
        }
        ratio = ratio.or(raw_over_weight);
    }
    assert_eq!(at, together.len());
    let mean = together.weight.iter().sum::<f64>() / at as f64;
    assert!((mean / sigma - 1.0).abs() < 1e-12);
    // Histograms by the same shares.
    let parts: Vec<Vec<Histogram>> = read.iter().map(|run| run.histograms().unwrap()).collect();
    for (i, histogram) in all.histograms().unwrap().iter().enumerate() {
        assert!((histogram.total_pb() / sigma - 1.0).abs() < 1e-12);
        let everything: Vec<usize> = (0..histogram.values().len()).collect();
        let error = histogram.sum_error_pb(&everything).unwrap();
        assert!((error / found.error_pb - 1.0).abs() < 1e-5, "{error}");
        for bin in 0..histogram.values().len() {
            let value: f64 = (0..4)
                .map(|k| share(&sigmas[k]) * parts[k][i].values()[bin])
                .sum();
            let variance: f64 = (0..4)
                .map(|k| share(&sigmas[k]) * share(&sigmas[k]) * parts[k][i].variances()[bin])
                .sum();
            assert!((histogram.values()[bin] - value).abs() <= 1e-13 * value);
            assert!((histogram.variances()[bin] - variance).abs() <= 1e-13 * variance);
        }
    }
    // Joined in steps it is the same.
    let steps = root.path().join("steps.h5");
    joined(&runs[..2], &steps);
    let again = root.path().join("again.h5");
    joined(&[steps, runs[2].clone(), runs[3].clone()], &again);
    let other = RunReader::open(&again).unwrap();
    assert_eq!(other.cross_section().unwrap(), found);
    let (a, b) = (all.members().unwrap(), other.members().unwrap());
    assert_eq!(a, b);
    let stepped = events(&again);
    assert_eq!(stepped.index, together.index);
    assert_eq!(stepped.momenta(), together.momenta());
    let close = |(a, b): (&f64, &f64)| (a / b - 1.0).abs() < 1e-13;
    assert!(stepped.weight.iter().zip(&together.weight).all(close));
}

#[test]
fn equal_weights_stay_equal() {
    let root = tempfile::tempdir().unwrap();
    let more = ["--set=events.mode=unweighted", "--set=events.count=3000"];
    let runs = [run(root.path(), 1, &more), run(root.path(), 2, &more)];
    let to = root.path().join("all.h5");
    joined(&runs, &to);
    let weights = events(&to).weight;
    let equal = weights.iter().filter(|w| **w == weights[0]).count();
    assert!(equal > weights.len() * 99 / 100, "{equal}");
    let sum: f64 = weights.iter().sum();
    let sigma = RunReader::open(&to)
        .unwrap()
        .cross_section()
        .unwrap()
        .value_pb;
    assert!((sum / weights.len() as f64 / sigma - 1.0).abs() < 1e-12);
}

#[test]
fn every_command_knows_a_joined_file_or_says_why_not() {
    let root = tempfile::tempdir().unwrap();
    let single = ["--set=events.precision=single"];
    let runs = [1, 2].map(|seed| run(root.path(), seed, &single));
    std::fs::create_dir(root.path().join("all")).unwrap();
    let to = root.path().join("all/run.h5");
    joined(&runs, &to);
    let path = to.to_str().unwrap();
    let info = json(&["info", path, "--json"]);
    assert_eq!(info["seeds"], serde_json::json!([1, 2]));
    assert_eq!(info["n_events"], 2000);
    let words = transcript(&["info", path]);
    assert!(words.contains("seed                     2: "), "{words}");
    // One event of each run.
    for row in [0, 999, 1000, 1999] {
        let index = events(&to).index[row].to_string();
        let event = json(&["info", path, "--event", &index, "--json"]);
        assert_eq!(event["identical"], true, "{event}");
        assert_eq!(event["row"], row);
    }
    for format in ["lhe", "csv", "hepmc3", "lheh5"] {
        let report = json(&["export", path, "--to", format, "--json"]);
        assert_eq!(report["n_events"], 2000, "{format}");
    }
    let figure = root.path().join("all/figure.svg");
    let drawn = output(&["plot", path, "-o", figure.to_str().unwrap(), "--quiet"]);
    assert_eq!(drawn.status.code(), Some(0), "{drawn:?}");
    let folder = root.path().join("all");
    let out = ["generate", CARD, "--out", folder.to_str().unwrap()];
    let mut texts = Vec::new();
    for more in [&["--resume"][..], &["--extend", "1000"], &["--seed=1"]] {
        texts.push(transcript(&[&out[..], &SMALL, more].concat()));
    }
    texts.push(transcript(&["merge", path, "-o", "/dev/null/run.h5"]));
    let texts = texts.concat();
    insta::assert_snapshot!(texts.replace(root.path().to_str().unwrap(), "FOLDER"));
}

#[test]
fn runs_that_do_not_belong_together_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let first = run(root.path(), 1, &[]);
    let same = run(&root.path().join("again"), 1, &["--set=events.count=2000"]);
    let other = run(root.path(), 2, &["--set=beam.energy_gev=100"]);
    let fine = run(root.path(), 3, &["--set=integration.neval=10000"]);
    let second = run(root.path(), 4, &[]);
    let shard = root.path().join("part");
    let out = shard.to_str().unwrap();
    output(
        &[
            &["generate", CARD, "--out", out, "--seed=5", "--shard=1/2"],
            &SMALL[..],
        ]
        .concat(),
    );
    let shard = shard.join("shard-1-of-2.h5");
    let to = root.path().join("to.h5");
    let said = |runs: &[&PathBuf], to: &Path, more: &[&str]| {
        let mut all = vec!["merge", "--seeds", "-o", to.to_str().unwrap()];
        all.extend(more);
        all.extend(runs.iter().map(|run| run.to_str().unwrap()));
        transcript(&all).replace(root.path().to_str().unwrap(), "FOLDER")
    };
    let both = root.path().join("both.h5");
    joined(&[first.clone(), second.clone()], &both);
    let texts = [
        said(&[&first], &to, &[]),
        said(&[&first, &same], &to, &[]),
        said(&[&first, &other], &to, &[]),
        said(&[&first, &fine], &to, &[]),
        said(&[&first, &shard], &to, &[]),
        said(&[&both, &second], &to, &[]),
        said(&[&first, &second], &first, &["--force"]),
        said(&[&first, &second], &both, &[]),
    ];
    insta::assert_snapshot!(texts.concat());
    assert!(!to.exists());
    assert_eq!(events(&first).len(), 1000);
}

/// Two versions of the program may give one card other particles; what differs is named.
#[test]
fn particles_that_differ_are_named() {
    let root = tempfile::tempdir().unwrap();
    let runs = [run(root.path(), 1, &[]), run(root.path(), 2, &[])];
    let file = hdf5::File::open_rw(&runs[1]).unwrap();
    let events = file.group("events").unwrap();
    let put = |name: &str, value: f64| events.attr(name).unwrap().write_scalar(&value).unwrap();
    let chi = events.dataset("p_chi").unwrap();
    let charge = chi.attr("charge").unwrap();
    charge.write_scalar(&0.25).unwrap();
    put("nucleus_mass_gev", 193.0);
    let id = events.attr("nucleus_pdg_id").unwrap();
    id.write_scalar(&1_000_822_070_i32).unwrap();
    drop((id, charge, chi, events));
    file.close().unwrap();
    let (to, runs) = (
        root.path().join("to.h5"),
        runs.map(|r| r.display().to_string()),
    );
    let all = [
        "merge",
        "--seeds",
        "-o",
        to.to_str().unwrap(),
        &runs[0],
        &runs[1],
    ];
    let words = transcript(&all);
    for part in [
        "its nucleus has the id 1000822070, not 1000822080",
        "its nucleus has the mass in GeV 193, not 193.0",
        "its dark particle has the charge 0.25, not ",
        "make both with one of them",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(!to.exists());
}

#[test]
fn runs_that_disagree_raise_the_alarm() {
    let root = tempfile::tempdir().unwrap();
    let runs = [run(root.path(), 1, &[]), run(root.path(), 2, &[])];
    // The second once more with another seed and sigma.
    let model = RunReader::open(&runs[1]).unwrap();
    let forged = |seed: u64, errors: f64| {
        let mut header = model.header().clone();
        header.card = header.card.replace("seed = 2", &format!("seed = {seed}"));
        header.seed = seed;
        let mut sigma = model.cross_section().unwrap();
        sigma.value_pb += errors * sigma.error_pb;
        let path = root.path().join(format!("forged{seed}.h5"));
        let mut writer = RunWriter::create(&path, &header, false).unwrap();
        writer.write_events(&events(&runs[1])).unwrap();
        let summary = RunSummary {
            cross_section: sigma,
            nuclei: Vec::new(),
            weight_scale: 1.0,
            histograms: model.histograms().unwrap(),
            provenance: vec![("weight_scale_pb".to_owned(), Fact::Real(1.0))],
            timings: Vec::new(),
        };
        writer.finish(&summary).unwrap();
        path
    };
    let said = |odd: &Path| {
        let to = root.path().join("to.h5");
        let all = [&runs[0], &runs[1], odd, &to].map(|path| path.to_str().unwrap());
        let done = output(&[
            "merge", "--seeds", all[0], all[1], all[2], "-o", all[3], "--force",
        ]);
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    let (code, words) = said(&forged(8, 1.0));
    assert_eq!(code, Some(0), "{words}");
    let (code, words) = said(&forged(9, 9.0));
    assert_eq!(code, Some(1), "{words}");
    assert!(
        words.contains("the runs disagree") && words.contains("seed 9"),
        "{words}"
    );
    let to = RunReader::open(&root.path().join("to.h5")).unwrap();
    let untrusted = ("trustworthy".to_owned(), Fact::Flag(false));
    assert!(to.provenance().unwrap().contains(&untrusted));
}
