//! `millibrem shower`.

mod program;

use millibrem::matter::shower::{Species, TrackLength};
use program::{json, output, transcript};

const CARD: &str = "na64e-2023";

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["shower", "--help"]));
}

#[test]
fn the_table_is_read_as_the_track_length_it_was_written_from() {
    let found = output(&["shower", CARD]);
    assert!(found.status.success());
    let read = TrackLength::read(&found.stdout[..]).unwrap();
    assert_eq!(read.depth_x0(), Some(40.0));
    let energies = read.energies_gev();
    let ends = (energies[0], energies[energies.len() - 1]);
    assert!(
        (ends.0 / 50.0 - 1.0).abs() < 1e-12 && ends.1 == 100.0,
        "{ends:?}"
    );
    let above = Species::ALL.map(|species| read.above(species, ends.0));
    for (found, expected) in above.iter().zip([0.863, 0.0398, 0.475]) {
        assert!((found / expected - 1.0).abs() < 2e-3, "{above:?}");
    }
}

#[test]
fn rows_are_where_they_were_asked_for() {
    let options = ["--at", "70,50", "--depths", "1,40", "--json"];
    let found = json(&[&["shower", CARD][..], &options].concat());
    assert_eq!(found["beam"], "electron");
    let tracks = found["tracks"].as_array().unwrap();
    assert_eq!((&tracks[0]["depth_x0"], tracks.len()), (&1.0.into(), 2));
    assert_eq!(tracks[1]["energy_gev"], serde_json::json!([70.0, 50.0]));
    let positrons = tracks[1]["positron_x0"][0].as_f64().unwrap();
    assert!((positrons / 0.00712 - 1.0).abs() < 5e-3, "{positrons}");
}

#[test]
fn what_makes_no_shower_is_said_with_exit_code_two() {
    insta::assert_snapshot!(
        [
            transcript(&["shower", "na64mu-2025"]),
            transcript(&["shower", CARD, "--above", "200"]),
            transcript(&["shower", CARD, "--depths", "2,1"]),
            transcript(&["shower", CARD, "--at", "-1"]),
        ]
        .join("\n")
    );
}
