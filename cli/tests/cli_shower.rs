//! `millibrem shower`.

mod program;

use std::fs;

use millibrem::matter::shower::{Species, TrackLength};
use program::{json, output, transcript};
use tempfile::tempdir;

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
fn a_table_that_it_wrote_gives_the_cross_section_of_the_shower() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("tracks.csv");
    let file = file.to_str().unwrap();
    let written = output(&["shower", CARD, "--depths", "0.3,1,2,5,40"]);
    fs::write(file, written.stdout).unwrap();
    let sigma = |more: &[&str]| {
        let found = json(&[&["sigma", CARD, "--method", "quadrature", "--json"], more].concat());
        found["sigma_pb"].as_f64().unwrap()
    };
    let (computed, read) = (
        sigma(&["--set", "target.losses=shower"]),
        sigma(&["--track-length", file]),
    );
    assert!((read / computed - 1.0).abs() < 2e-4, "{read} {computed}");
}

#[test]
fn a_table_of_another_program_is_refused_with_its_file_and_line() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("tracks.csv");
    let path = file.to_str().unwrap();
    let said = |rows: &str| {
        fs::write(
            &file,
            format!("depth_x0,energy_gev,electron_x0,positron_x0,photon_x0\n{rows}"),
        )
        .unwrap();
        let found = transcript(&[
            "sigma",
            CARD,
            "--method",
            "quadrature",
            "--track-length",
            path,
        ]);
        found.replace(path, "tracks.csv")
    };
    insta::assert_snapshot!(
        [
            said("40,50,0.8,0.04,0.5\n40,40,0.1,0,0\n"),
            said("40,50,0.8,0.04,0.5\n40,120,0.1,0,0\n"),
            said("40,50,0.8,0.04,0.5\n40,100,-0.1,0,0\n"),
            said("20,50,0.8,0.04,0.5\n20,100,0.1,0,0\n"),
            said("40,60,0.8,0.04,0.5\n40,100,0.1,0,0\n"),
            transcript(&["sigma", CARD, "--track-length", "/nowhere/none.csv"]),
        ]
        .join("\n")
    );
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
