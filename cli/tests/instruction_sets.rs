//! The same card and seed give the same bits whatever the instruction set of the inner loops.

mod program;

use millibrem::event::EventBuffer;
use millibrem::generate::Isa;
use millibrem_files::hdf5::RunReader;
use program::{json, output, transcript};
use serde_json::Value;

/// A card each kind of kernel, and form factors that have loops of their own.
const RUNS: [(&str, &[&str]); 9] = [
    (
        "na64mu-2025",
        &["--set=target.form_factor=two-parameter-fermi"],
    ),
    ("na64e-2018", &["--set=target.form_factor=fourier-bessel"]),
    ("m3-scalar", &["--set=target.form_factor=helm-screened"]),
    ("ldmx-8gev-w", &[]),
    ("na64e-2023", &["--set=target.losses=shower"]),
    (
        "na64mu-2025",
        &[
            "--set=target.thickness_cm=400",
            "--set=target.losses=muon-straggling",
        ],
    ),
    ("na64e-2023-photon-conversion", &[]),
    ("na64e-2023-meson", &[]),
    (
        "na64e-2023-annihilation",
        &["--set=process.initial_state_radiation=leading-log"],
    ),
];

/// Those that this processor has beside the best, by name.
fn others() -> Vec<&'static str> {
    let all = Isa::ALL.into_iter().filter(|isa| isa.available());
    all.map(Isa::name).filter(|name| *name != "best").collect()
}

/// σ and its error by a method, and how many evaluations they took.
fn sigma(card: &str, more: &[&str], method: &str, isa: &str) -> [Value; 3] {
    let card = format!("cards/{card}.toml");
    let fixed = [
        "--seed=1",
        "--rel-error=5e-3",
        "--json",
        "--quiet",
        "--threads=1",
    ];
    let found = json(
        &[
            &["sigma", &card, "--method", method, "--instruction-set", isa],
            &fixed[..],
            more,
        ]
        .concat(),
    );
    ["sigma_pb", "error_pb", "n_eval"].map(|key| found[key].clone())
}

#[test]
fn cross_sections_have_the_same_bits_on_all_instruction_sets() {
    assert!(!others().is_empty());
    for (card, more) in RUNS {
        for method in ["mc", "quadrature"] {
            let best = sigma(card, more, method, "best");
            assert!(
                best.iter().all(Value::is_number),
                "{card} {more:?} {best:?}"
            );
            for isa in others() {
                assert_eq!(
                    best,
                    sigma(card, more, method, isa),
                    "{card} {more:?} {method} {isa}"
                );
            }
        }
    }
}

/// Unweighted events of a card.
fn events(card: &str, more: &[&str], isa: &str) -> EventBuffer {
    let folder = tempfile::tempdir().unwrap();
    let card = format!("cards/{card}.toml");
    let out = folder.path().to_str().unwrap();
    let fixed = [
        "--seed=1",
        "--quiet",
        "--set=events.count=500",
        "--set=integration.neval=20000",
    ];
    let unweighted = [
        "--set=events.mode=unweighted",
        "--set=integration.rel_error=2e-2",
    ];
    let command = ["generate", &card, "--out", out, "--instruction-set", isa];
    let done = output(&[&command, &fixed[..], &unweighted, more].concat());
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let run = RunReader::open(&folder.path().join("run.h5")).unwrap();
    let mut events = EventBuffer::default();
    run.read_events(0, run.n_events(), &mut events).unwrap();
    events
}

#[test]
fn events_have_the_same_bits_on_all_instruction_sets() {
    for (card, more) in RUNS {
        let best = events(card, more, "best");
        assert_eq!(best.len(), 500);
        for isa in others() {
            assert_eq!(best, events(card, more, isa), "{card} {more:?} {isa}");
        }
    }
}

#[test]
fn one_that_there_is_not_is_refused_with_those_that_there_are() {
    let words = transcript(&["sigma", "cards/m3.toml", "--instruction-set", "v9"]);
    let start = "exit code 2\n--- stdout\n--- stderr\nerror: option `--instruction-set v9`: expected one of";
    assert!(
        words.starts_with(start) && words.contains("best, baseline"),
        "{words}"
    );
}
