//! `millibrem scan --geant4`: tables of cross sections for Geant4.

mod program;
mod scans;

use std::fs;
use std::path::Path;

use program::{json, output, transcript};
use scans::{CARD, scan};

/// The rows and the remarks of a table for Geant4.
fn geant4(path: &Path) -> (Vec<Vec<f64>>, String) {
    let text = fs::read_to_string(path).unwrap();
    let body = text.strip_prefix("A [au],Z [protons],Energy [MeV],Xsec [pb]\n");
    let body = body.expect("the header line of G4DarkBreM");
    let rows = body.lines().take_while(|line| !line.starts_with('#'));
    let rows: Vec<Vec<f64>> = rows
        .map(|line| line.split(',').map(|f| f.parse().unwrap()).collect())
        .collect();
    let remarks = body.lines().skip(rows.len());
    let remarks = remarks.map(|line| format!("{}\n", line.strip_prefix("# ").expect("a remark")));
    let remarks = remarks.collect();
    (rows, remarks)
}

const ELECTRON_MEV: f64 = 0.510_998_95;
const MUON_MEV: f64 = 105.658_375_5;

#[test]
fn energies_and_targets_make_a_table_for_geant4() {
    let folder = tempfile::tempdir().unwrap();
    let axes = [
        "--over",
        "target.element=W,Al",
        "--over",
        "beam.energy_gev=8,4",
    ];
    let run = scan(
        folder.path(),
        &[&axes[..], &["--geant4", "--quiet"]].concat(),
    );
    assert!(output(&run).status.success());
    let (rows, remarks) = geant4(&folder.path().join("geant4.csv"));
    let heads: Vec<f64> = rows.iter().map(|r| r[1]).collect();
    assert_eq!(heads, [13.0, 13.0, 74.0, 74.0]);
    for (row, energy) in rows.iter().zip([4e3, 8e3, 4e3, 8e3]) {
        assert!(
            (row[2] / (energy - ELECTRON_MEV) - 1.0).abs() < 1e-14,
            "{row:?}"
        );
    }
    assert!(
        rows[3][3] > rows[2][3] && rows[2][3] > rows[1][3],
        "{rows:?}"
    );
    assert!(
        remarks.contains("CUT: Xsec is within 0.7 <= x <= 1.0 only")
            && remarks.contains("no fixed threshold of missing energy")
            && remarks.contains("ln(Xsec) linear in ln(Energy)"),
        "{remarks}"
    );
}

#[test]
fn the_energy_for_geant4_is_kinetic_to_the_last_digit() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    // 1 keV above the rest mass of the muon, and where σ at the total energy would be 2.16 times too high.
    let over = "beam.energy_gev=0.1056593755,0.5,1";
    let run = [
        "scan",
        "cards/na64mu-2025.toml",
        "--method=quadrature",
        "--out",
        out,
    ];
    let set = [
        "--set=cuts.x_min=0",
        "--set=dark_sector.m_chi_gev=1e-7",
        "--rel-error=1e-4",
    ];
    let found = json(&[&run[..], &set, &["--over", over, "--geant4", "--json"]].concat());
    let (rows, remarks) = geant4(&folder.path().join("geant4.csv"));
    let energies: Vec<f64> = rows.iter().map(|row| row[2]).collect();
    assert!((energies[0] - 1e-3).abs() < 2e-14, "{energies:?}");
    assert!(
        (energies[1] - (500.0 - MUON_MEV)).abs() < 1e-12,
        "{energies:?}"
    );
    assert!(
        (energies[2] - (1000.0 - MUON_MEV)).abs() < 1e-12,
        "{energies:?}"
    );
    for (row, found) in rows.iter().zip(found["rows"].as_array().unwrap()) {
        assert_eq!(Some(row[3]), found["sigma_pb"].as_f64());
    }
    assert!(!remarks.contains("CUT"), "{remarks}");
    assert_eq!(found["geant4"][0]["rows"], 3);
}

/// Straight lines between the rows of the table are within `goal` of the quadrature everywhere.
#[test]
fn lines_between_rows_for_geant4_are_as_good_as_asked_for() {
    for (card, over, set) in [
        ("cards/na64mu-2025.toml", "20..160:lin:8", "cuts.x_min=0"),
        (CARD, "1..30:log:3", "cuts.x_min=0.7"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().to_str().unwrap();
        let over = format!("beam.energy_gev={over}");
        let run = [
            "scan",
            card,
            "--method=quadrature",
            "--rel-error=1e-5",
            "--out",
            out,
        ];
        let more = ["--set", set, "--over", &over, "--geant4", "--json"];
        let plain = json(&[&run[..], &more].concat());
        let coarse = &plain["geant4"][0];
        let path = folder.path().join("geant4.csv");
        let (few, remarks) = geant4(&path);
        assert!(coarse["linear_error"].as_f64() > Some(0.01), "{coarse}");
        let said = format!(
            "linear in Energy by up to {:.1e}",
            coarse["linear_error"].as_f64().unwrap()
        );
        assert!(remarks.contains(&said), "{remarks}");

        let fine = json(&[&run[..], &more, &["--linear-to=1e-3"]].concat());
        let (rows, _) = geant4(&path);
        assert!(few.iter().all(|row| rows.contains(row)) && rows.len() > few.len());
        assert!(
            rows.windows(2).all(|pair| pair[0][2] < pair[1][2]),
            "{rows:?}"
        );
        assert_eq!(fine["rows"].as_array().unwrap().len(), rows.len());
        assert!(fine["geant4"][0]["linear_error"].as_f64() <= Some(1e-3));
        let mass = if card == CARD { ELECTRON_MEV } else { MUON_MEV };
        let mut between = Vec::new();
        for pair in rows.windows(2) {
            for share in [0.3, 0.55, 0.8] {
                let energy = pair[0][2] + share * (pair[1][2] - pair[0][2]);
                let line = pair[0][3] + share * (pair[1][3] - pair[0][3]);
                between.push((format!("{:?}", (energy + mass) * 1e-3), line));
            }
        }
        let names: Vec<&str> = between.iter().map(|(energy, _)| energy.as_str()).collect();
        let over = format!("beam.energy_gev={}", names.join(","));
        let exact = json(&[&run[..], &["--set", set, "--over", &over, "--json"]].concat());
        for ((energy, line), row) in between.iter().zip(exact["rows"].as_array().unwrap()) {
            let sigma = row["sigma_pb"].as_f64().unwrap();
            assert!(
                (line / sigma - 1.0).abs() < 1e-3,
                "{energy}: {line} {sigma}"
            );
        }
    }
}

#[test]
fn a_table_for_geant4_is_one_function_of_nucleus_and_energy() {
    let folder = tempfile::tempdir().unwrap();
    let refused = [
        &["--over", "target.form_factor=helm,point"][..],
        &["--over", "target.nuclear_mass_gev=25.1,25.2"],
        &["--over", "target.thickness_cm=1,2"],
        &[
            "--over",
            "beam.energy_gev=4,8",
            "--over",
            "target.nucleus_spin=0,1/2",
        ],
    ];
    for axes in refused {
        let shown = transcript(&scan(folder.path(), &[axes, &["--geant4"]].concat()));
        assert!(
            shown.starts_with("exit code 2") && shown.contains("have the same nucleus and energy"),
            "{shown}"
        );
    }
    let noisy = [
        "--over",
        "beam.energy_gev=4,8",
        "--geant4",
        "--linear-to=1e-3",
        "--set",
    ];
    let shown = transcript(&scan(
        folder.path(),
        &[&noisy[..], &["integration.method=mc"]].concat(),
    ));
    assert!(shown.starts_with("exit code"), "{shown}");
    let names = |folder: &Path| -> Vec<String> {
        let all = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = all
            .map(|f| f.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    fs::remove_dir_all(folder.path()).unwrap();
    // Other keys make a table each.
    let apart = [
        "--over",
        "dark_sector.spin=dirac,scalar",
        "--over",
        "beam.energy_gev=4,8",
    ];
    assert!(
        output(&scan(folder.path(), &[&apart[..], &["--geant4"]].concat()))
            .status
            .success()
    );
    assert_eq!(
        names(folder.path()),
        [
            "geant4-spin=dirac.csv",
            "geant4-spin=scalar.csv",
            "scan.csv",
            "scan.h5"
        ]
    );
}
