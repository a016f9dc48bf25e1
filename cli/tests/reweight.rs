//! Further weights of a run: the same by `[[weight]]`, by `reweight`, through interruptions, shards and seeds.

#[path = "program/contents.rs"]
mod contents;
mod program;

use std::path::Path;

use contents::contents;
use millibrem::event::EventBuffer;
use millibrem_files::hdf5::RunReader;
use program::{json, output};

const SMALL: [&str; 6] = [
    "cards/na64mu-2025.toml",
    "--set=integration.neval=20000",
    "--set=integration.n_adapt=4",
    "--set=events.count=7000",
    "--set=run.seed=5",
    "--quiet",
];

const WEIGHTS: &str = "--set=weight=[{ name = 'helm', set = { target.form_factor = 'helm' } }, \
                       { name = 'scalar', set = { dark_sector.spin = 'scalar' } }]";

fn run(arguments: &[&str]) -> String {
    let done = output(arguments);
    let words = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(0), "{words}");
    String::from_utf8(done.stdout).unwrap()
}

fn generate(folder: &Path, more: &[&str]) {
    run(&[
        &["generate"],
        &SMALL[..],
        &["--out", folder.to_str().unwrap()],
        more,
    ]
    .concat());
}

/// The columns of the weights in a run.
fn weights(path: &Path) -> Vec<(String, Vec<f64>)> {
    let run = RunReader::open(path).unwrap();
    let mut events = EventBuffer::default();
    run.read_events(0, run.n_events(), &mut events).unwrap();
    let scalars = run.sample().scalars.iter().zip(events.scalars());
    scalars
        .map(|(s, x)| (s.name.to_string(), x.clone()))
        .collect()
}

#[test]
fn a_weight_of_the_card_and_one_added_later_are_the_same_bits() {
    let root = tempfile::tempdir().unwrap();
    for (i, more) in [
        &[][..],
        &[
            "--set=events.mode=unweighted",
            "--set=events.precision=single",
        ],
        &[
            "--set=events.compression=gzip",
            "--set=target.material=LYSO",
        ],
    ]
    .into_iter()
    .enumerate()
    {
        let at = |name: &str| root.path().join(format!("{name}{i}"));
        generate(&at("card"), &[more, &[WEIGHTS]].concat());
        generate(&at("later"), more);
        let (card, later) = (at("card").join("run.h5"), at("later").join("run.h5"));
        let plain = contents(&later);
        let file = later.to_str().unwrap();
        run(&["reweight", file, "--set=target.form_factor=helm", "--quiet"]);
        let words = run(&[
            "reweight",
            file,
            "--set=dark_sector.spin=scalar",
            "--threads=2",
        ]);
        assert!(words.starts_with("scalar: sigma "), "{words}");
        assert!(weights(&card) == weights(&later), "case {i}");
        let (card, later) = (contents(&card), contents(&later));
        assert!(
            card.rest == later.rest && card.events == later.events,
            "case {i}"
        );
        // Everything else is as it was.
        let mut events = later.events;
        events.retain_scalars(|scalar| scalar.further_weight().is_none());
        assert!(events == plain.events, "case {i}");
    }
}

#[test]
fn shards_extensions_and_seeds_have_the_weights_of_their_card() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let text = |name: &str| at(name).to_str().unwrap().to_owned();
    generate(&at("whole"), &[WEIGHTS]);
    let whole = contents(&at("whole/run.h5"));
    for shard in ["1/2", "2/2"] {
        generate(&at("shards"), &[WEIGHTS, "--shard", shard]);
    }
    let (one, two, merged) = (
        text("shards/shard-1-of-2.h5"),
        text("shards/shard-2-of-2.h5"),
        text("merged.h5"),
    );
    run(&["merge", &one, &two, "-o", &merged, "--quiet"]);
    let found = contents(&at("merged.h5"));
    assert!(found.events == whole.events && found.rest == whole.rest);

    generate(&at("short"), &[WEIGHTS, "--set=events.count=3000"]);
    generate(
        &at("short"),
        &[WEIGHTS, "--set=events.count=3000", "--extend=4000"],
    );
    assert!(contents(&at("short/run.h5")).events == whole.events);

    generate(&at("other"), &[WEIGHTS, "--set=run.seed=6"]);
    let (a, b, joined) = (
        text("whole/run.h5"),
        text("other/run.h5"),
        text("joined.h5"),
    );
    run(&["merge", "--seeds", &a, &b, "-o", &joined, "--quiet"]);
    let joined = weights(&at("joined.h5"));
    let parts = [weights(&at("whole/run.h5")), weights(&at("other/run.h5"))];
    for (k, (name, all)) in joined.iter().enumerate() {
        assert_eq!(*name, parts[0][k].0);
        let parts = parts.iter().flat_map(|part| &part[k].1);
        // One factor on all events of a part, the quotients as they were.
        for (i, (found, part)) in all.iter().zip(parts).enumerate() {
            assert!((found - part).abs() <= 0.02 * part, "{name} {i}");
        }
        assert_eq!(all.len(), 14_000);
    }
}

#[test]
fn the_summary_and_info_say_what_weights_came_to() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().to_str().unwrap();
    let made = json(
        &[
            &["generate"],
            &SMALL[..],
            &[WEIGHTS, "--json", "--out", folder],
        ]
        .concat(),
    );
    let file = root.path().join("run.h5");
    let file = file.to_str().unwrap();
    let info = json(&["info", file, "--json"]);
    assert_eq!(made["weights"], info["weights"]);
    let scalar = &made["weights"][1];
    assert_eq!(scalar["name"], "scalar");
    let sigma = json(
        &[
            &["sigma"],
            &SMALL[..],
            &[
                "--set=dark_sector.spin=scalar",
                "--method=quadrature",
                "--json",
            ],
        ]
        .concat(),
    );
    let expected = sigma["sigma_pb"].as_f64().unwrap();
    let found = scalar["sigma_pb"].as_f64().unwrap();
    let error = scalar["ratio_error"].as_f64().unwrap() / scalar["ratio"].as_f64().unwrap();
    // The run's own σ has an error of 1e-3.
    assert!(
        (found / expected - 1.0).abs() < 4.0 * error.hypot(1e-3),
        "{found} {expected}"
    );
}

#[test]
fn a_weight_that_cannot_be_leaves_the_run_as_it_was() {
    let root = tempfile::tempdir().unwrap();
    generate(root.path(), &[]);
    let path = root.path().join("run.h5");
    let file = path.to_str().unwrap();
    let before = std::fs::read(&path).unwrap();
    for (more, expected) in [
        (
            &["--set=beam.energy_gev=100"][..],
            "decide which events there are: make a run of its own",
        ),
        (&["--set=target.form_factor=hel"], "did you mean `helm`?"),
        (&[], "say what is to be different"),
        (
            &["--set=target.form_factor=helm", "--name=a b"],
            "a name of letters, digits and `_`",
        ),
    ] {
        let done = output(&[&["reweight", file], more].concat());
        let words = String::from_utf8_lossy(&done.stderr).replace('\n', " ");
        assert_eq!(done.status.code(), Some(2), "{words}");
        assert!(words.contains(expected), "{words}");
        assert!(std::fs::read(&path).unwrap() == before);
    }
    assert_eq!(root.path().read_dir().unwrap().count(), 1);
    run(&["reweight", file, "--set=target.form_factor=helm", "--quiet"]);
    let again = output(&["reweight", file, "--set=target.form_factor=helm"]);
    let words = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(
        words.contains("has a weight called helm already"),
        "{words}"
    );
}

#[test]
fn of_no_event_there_is_no_other_weight_and_of_one_no_error() {
    let root = tempfile::tempdir().unwrap();
    let made = |count: &str| {
        let folder = root.path().join(count);
        let count = format!("--set=events.count={count}");
        generate(&folder, &[&count]);
        let path = folder.join("run.h5").display().to_string();
        let set = "--set=target.form_factor=helm";
        output(&["reweight", &path, set])
    };
    let none = made("0");
    let words = String::from_utf8_lossy(&none.stderr).into_owned();
    assert_eq!(none.status.code(), Some(2), "{words}");
    assert!(words.contains("has no events"), "{words}");
    let one = String::from_utf8(made("1").stdout).unwrap();
    assert!(
        one.contains("1 effective events, too few for an error"),
        "{one}"
    );
    let two = String::from_utf8(made("2").stdout).unwrap();
    assert!(
        two.contains(") times that of the run; ") && !two.contains("too few"),
        "{two}"
    );
    // A weight of the card in a run without events.
    let folder = root.path().join("card");
    let folder = folder.to_str().unwrap();
    let settings = ["--set=events.count=0", WEIGHTS, "--out", folder];
    let small: Vec<&str> = SMALL.iter().copied().filter(|s| *s != "--quiet").collect();
    let done = output(&[&["generate"], &small[..], &settings].concat());
    let words = [done.stdout, done.stderr].concat();
    let words = String::from_utf8_lossy(&words).into_owned();
    assert!(
        words.contains("helm: no sigma, which would follow from events"),
        "{words}"
    );
}

#[test]
fn events_that_another_version_made_get_no_weights() {
    let root = tempfile::tempdir().unwrap();
    // A map that is trained otherwise, and maxima that are found otherwise.
    for (mode, was, is) in [
        ("weighted", "n_adapt = 4", "n_adapt = 5"),
        ("unweighted", "n_adapt = 4", "n_adapt = 5"),
    ] {
        let folder = root.path().join(mode);
        generate(&folder, &[&format!("--set=events.mode={mode}")]);
        let path = folder.join("run.h5");
        let card = RunReader::open(&path).unwrap().header().card.clone();
        let other = card.replace(was, is);
        assert_ne!(card, other);
        {
            let file = hdf5::File::open_rw(&path).unwrap();
            let text: hdf5::types::VarLenUnicode = other.parse().unwrap();
            file.attr("card").unwrap().write_scalar(&text).unwrap();
        }
        let before = std::fs::read(&path).unwrap();
        let path = path.to_str().unwrap();
        let done = output(&["reweight", path, "--set", "target.form_factor=helm"]);
        let words = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(1), "{words}");
        assert!(
            words.contains("cannot be made again, so they get no other weights"),
            "{words}"
        );
        assert!(before == std::fs::read(path).unwrap());
    }
}
