//! Targets as they are, through the program: mixtures and beams that lose energy, from the card to the
//! formats.

mod program;

use std::path::{Path, PathBuf};

use program::{json, transcript};

fn generate(folder: &Path, card: &str, settings: &[&str]) -> (PathBuf, serde_json::Value) {
    let out = folder.display().to_string();
    let mut arguments = vec!["generate", card, "--seed", "4", "--json", "--out", &out];
    for setting in [
        "events.count=2000",
        "events.mode=unweighted",
        "integration.rel_error=5e-3",
        "integration.neval=50000",
    ]
    .iter()
    .chain(settings)
    {
        arguments.extend(["--set", setting]);
    }
    let document = json(&arguments);
    (folder.join("run.h5"), document)
}

/// The rows of an export as numbers, with their names.
fn table(run: &Path, more: &[&str]) -> (Vec<String>, Vec<Vec<f64>>) {
    let output = run.with_extension("csv").display().to_string();
    let run = run.display().to_string();
    let mut arguments = vec![
        "export", &run, "--to", "csv", "-o", &output, "--force", "--json",
    ];
    arguments.extend(more);
    json(&arguments);
    let text = std::fs::read_to_string(&output).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let names = lines.next().unwrap().collect();
    let number = |cell: String| cell.parse::<f64>().unwrap();
    (
        names,
        lines.map(|line| line.map(number).collect()).collect(),
    )
}

#[test]
fn a_thick_target_places_its_events_and_says_their_energy() {
    let folder = tempfile::tempdir().unwrap();
    let losses = "target.losses=tsai-whitis";
    let (run, document) = generate(folder.path(), "na64e-2023", &[losses]);
    assert_eq!(
        document["alarms"].as_array().unwrap().len(),
        0,
        "{document}"
    );
    let info = json(&["info", run.to_str().unwrap(), "--json"]);
    let per_lepton = info["provenance"]["yield_per_lepton"].as_f64().unwrap();
    let expected = info["provenance"]["atoms_per_cm2"].as_f64().unwrap()
        * document["sigma_pb"].as_f64().unwrap()
        * 1e-36;
    assert!((per_lepton / expected - 1.0).abs() < 1e-12);

    let (names, rows) = table(&run, &["--vertex-offset-mm", "100"]);
    let column = |name: &str| names.iter().position(|n| n == name).unwrap();
    let (z, chi, chibar) = (
        column("vertex_z_mm"),
        column("chi_e_gev"),
        column("chibar_e_gev"),
    );
    assert_eq!(rows.len(), 2000);
    // The front stands at 100 mm, and 40 X0 of lead are 224.5 mm.
    assert!(rows.iter().all(|row| (100.0..324.6).contains(&row[z])));
    assert!(rows.iter().all(|row| row[chi] + row[chibar] > 50.0 - 1e-9));

    // LHE: the incoming lepton has its energy at the vertex, and each event balances.
    let lhe = folder.path().join("events.lhe");
    let run_text = run.display().to_string();
    json(&[
        "export",
        &run_text,
        "--to",
        "lhe",
        "-o",
        lhe.to_str().unwrap(),
        "--json",
    ]);
    let text = std::fs::read_to_string(lhe).unwrap();
    let mut energies = Vec::new();
    for event in text.split("<event>").skip(1) {
        let particles: Vec<Vec<f64>> = event
            .lines()
            .map(|line| {
                line.split_whitespace()
                    .filter_map(|w| w.parse().ok())
                    .collect()
            })
            .filter(|row: &Vec<f64>| row.len() == 13)
            .collect();
        let total: f64 = particles.iter().map(|p| -p[1] * p[9]).sum();
        assert!(total.abs() < 1e-9, "{event}");
        energies.push(particles[0][9]);
    }
    assert_eq!(energies.len(), 2000);
    assert!(energies.iter().all(|e| (50.0..=100.0).contains(e)));
    assert!(energies.iter().any(|e| *e < 90.0));

    // One event made again alone.
    let index = rows[1234][0].to_string();
    let again = json(&["info", &run_text, "--event", &index, "--json"]);
    assert_eq!(again["identical"], true, "{again}");
}

#[test]
fn a_wide_beam_is_where_it_is_and_points_where_it_does_in_all_formats() {
    let folder = tempfile::tempdir().unwrap();
    let beam = [
        "beam.spot_mm=[20, 5]",
        "beam.divergence_mrad=2",
        "beam.momentum_spread=0.01",
        "target.multiple_scattering=highland",
    ];
    let (run, document) = generate(folder.path(), "ldmx-2025", &beam);
    assert_eq!(document["alarms"], serde_json::json!([]), "{document}");
    let (names, rows) = table(&run, &[]);
    let column = |name: &str| names.iter().position(|n| n == name).unwrap();
    let rms = |column: usize| {
        let squares: f64 = rows.iter().map(|row| row[column] * row[column]).sum();
        (squares / rows.len() as f64).sqrt()
    };
    let (x, y) = (rms(column("vertex_x_mm")), rms(column("vertex_y_mm")));
    assert!((x - 20.0).abs() < 1.5 && (y - 5.0).abs() < 0.4, "{x} {y}");

    let written = |format: &str, ending: &str| {
        let file = folder.path().join(format!("{format}.{ending}"));
        let file = file.to_str().unwrap();
        let run = run.to_str().unwrap();
        json(&[
            "export", run, "--to", format, "-o", file, "--force", "--json",
        ]);
        std::fs::read_to_string(file).unwrap()
    };
    let first = written("lhe", "lhe");
    let first = first.split("<event>").nth(1).unwrap();
    let numbers = |line: &str| -> Vec<f64> {
        let words = line.split_whitespace();
        words.filter_map(|word| word.parse().ok()).collect()
    };
    let particles: Vec<Vec<f64>> = first
        .lines()
        .map(numbers)
        .filter(|row| row.len() == 13)
        .collect();
    for j in 6..10 {
        let total: f64 = particles.iter().map(|p| -p[1] * p[j]).sum();
        assert!(total.abs() < 1e-9, "{first}");
    }
    assert!(particles[0][6] != 0.0 && particles[0][7] != 0.0, "{first}");
    let vertex = first
        .lines()
        .find(|line| line.starts_with("#vertex"))
        .unwrap();
    assert_eq!(numbers(vertex)[0], rows[0][column("vertex_x_mm")]);
    // G4DarkBreM wants its lepton along +z.
    let library = written("g4darkbrem-csv", "csv");
    let library = library.lines().nth(1).unwrap().to_owned();
    let library: Vec<f64> = library
        .split(',')
        .map(|cell| cell.parse().unwrap())
        .collect();
    let n: Vec<f64> = (6..9).map(|j| particles[0][j]).collect();
    let p = n.iter().map(|x| x * x).sum::<f64>().sqrt();
    let along: f64 = (0..3).map(|j| particles[2][6 + j] * n[j] / p).sum();
    assert!(
        (library[5] - along).abs() < 1e-12 * p,
        "{library:?} {along}"
    );
    // One event made again alone.
    let (index, run) = (rows[77][0].to_string(), run.display().to_string());
    let again = json(&["info", &run, "--event", &index, "--json"]);
    assert_eq!(again["identical"], true, "{again}");
}

#[test]
fn events_of_a_shower_are_of_electrons_and_positrons() {
    let folder = tempfile::tempdir().unwrap();
    let (run, document) = generate(folder.path(), "na64e-2023", &["target.losses=shower"]);
    assert_eq!(
        document["alarms"].as_array().unwrap().len(),
        0,
        "{document}"
    );
    let (lhe, run) = (folder.path().join("events.lhe"), run.display().to_string());
    json(&[
        "export",
        &run,
        "--to",
        "lhe",
        "-o",
        lhe.to_str().unwrap(),
        "--json",
    ]);
    let text = std::fs::read_to_string(lhe).unwrap();
    let mut positrons = 0;
    for event in text.split("<event>").skip(1) {
        let ids = event.lines().filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            (words.len() == 13).then(|| words[0].to_owned())
        });
        let leptons: Vec<String> = ids
            .filter(|id| id.ends_with("11") && id.len() < 4)
            .collect();
        assert!(
            leptons.len() == 2 && leptons[0] == leptons[1],
            "{leptons:?}"
        );
        positrons += usize::from(leptons[0] == "-11");
    }
    // 2.8 % of 2000.
    assert!((30..90).contains(&positrons), "{positrons}");
}

#[test]
fn a_mixture_names_the_nucleus_of_each_event() {
    let folder = tempfile::tempdir().unwrap();
    let (run, document) = generate(folder.path(), "ldmx-2025", &["target.mixture=PbWO4"]);
    assert_eq!(
        document["alarms"].as_array().unwrap().len(),
        0,
        "{document}"
    );
    let (names, rows) = table(&run, &[]);
    let mass = names.iter().position(|n| n == "nucleus_out_m_gev").unwrap();
    let mut masses: Vec<u64> = rows.iter().map(|row| row[mass].to_bits()).collect();
    masses.sort_unstable();
    masses.dedup();
    assert_eq!(masses.len(), 3, "lead, tungsten and oxygen");
    // σ on each, which add up to that of the run.
    let file = millibrem_files::hdf5::RunReader::open(&run).unwrap();
    let nuclei = file.nuclei().unwrap();
    assert_eq!(nuclei.len(), 3);
    let sum: f64 = nuclei
        .iter()
        .map(|one| one.atom_fraction * one.sigma_pb)
        .sum();
    let sigma = file.cross_section().unwrap();
    assert!(
        (sum - sigma.value_pb).abs() < 4.0 * sigma.error_pb,
        "{nuclei:?} {sigma:?}"
    );
    let shown = transcript(&["info", run.to_str().unwrap()]);
    assert!(
        shown.contains("pb per atom of the target") && shown.contains("66.6667 %"),
        "{shown}"
    );
}

#[test]
fn losses_are_said_and_followed_by_every_command() {
    let sigma = |settings: &[&str]| {
        let mut arguments = vec!["sigma", "na64e-2023", "--method", "quadrature", "--json"];
        for setting in settings {
            arguments.extend(["--set", setting]);
        }
        json(&arguments)["sigma_pb"].as_f64().unwrap()
    };
    let (thin, thick) = (sigma(&["target.losses=none"]), sigma(&[]));
    // L_eff/X0 = 0.774 of 40.
    assert!(
        (40.0 * thick / thin / 0.774 - 1.0).abs() < 2e-3,
        "{thick} {thin}"
    );
    let card = tempfile::tempdir().unwrap();
    let path = card.path().join("unsaid.toml");
    let text = std::fs::read_to_string("../cards/na64e-2023.toml").unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("losses"));
    std::fs::write(&path, lines.collect::<Vec<_>>().join("\n")).unwrap();
    let path = path.to_str().unwrap();
    let over = "dark_sector.m_chi_gev=0.01";
    for arguments in [
        &["sigma", path][..],
        &["generate", path],
        &["spectrum", path, "--bins", "3", "--method", "iww"],
        &["scan", path, "--over", over],
        &["compare", path, "--over", over],
        &["reach", path, "--over", over],
    ] {
        let mut arguments = arguments.to_vec();
        let out = card.path().display().to_string();
        arguments.extend(["--out", &out]);
        let refused = transcript(&arguments);
        assert!(refused.starts_with("exit code 2"), "{refused}");
        for words in ["target.losses is not said", "40.000 X0", "by a factor 7.1"] {
            assert!(refused.contains(words), "{words}: {refused}");
        }
    }
    let thin = transcript(&["sigma", "na64e-2018", "--method", "quadrature"]);
    assert!(
        thin.contains("0.998 X0 of target are treated as thin"),
        "{thin}"
    );
    let geant4 = transcript(&[
        "scan",
        path,
        "--geant4",
        "--method",
        "quadrature",
        "--over",
        "beam.energy_gev=50,100",
        "--set",
        "target.losses=tsai-whitis",
    ]);
    assert!(geant4.contains("take --set target.losses=none"), "{geant4}");
    for (card, losses, words) in [
        ("na64mu-2025", "tsai-whitis", "a beam of e- or e+"),
        ("na64e-2023", "constant", "a beam of mu- or mu+"),
        ("na64e-2023", "shower-like", "one of none, tsai-whitis"),
    ] {
        let set = format!("target.losses={losses}");
        let refused = transcript(&["info", card, "--set", &set]);
        assert!(
            refused.starts_with("exit code 2") && refused.contains(words),
            "{refused}"
        );
        assert!(refused.contains("target.losses"), "{refused}");
    }
}

#[test]
fn shards_of_a_thick_mixture_merge_to_the_events_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        "target.material=Pb-scintillator",
        "target.losses=tsai-whitis",
        "target.thickness_x0=40",
    ];
    let (whole, _) = generate(&folder.path().join("whole"), "na64e-2023", &settings);
    let parts = folder.path().join("parts").display().to_string();
    let mut shards = Vec::new();
    for part in ["1/2", "2/2"] {
        let mut arguments = vec!["generate", "na64e-2023", "--seed", "4", "--json"];
        arguments.extend(["--shard", part, "--out", &parts]);
        for setting in [
            "events.count=2000",
            "events.mode=unweighted",
            "integration.rel_error=5e-3",
            "integration.neval=50000",
        ]
        .iter()
        .chain(&settings)
        {
            arguments.extend(["--set", setting]);
        }
        json(&arguments);
        shards.push(format!("{parts}/shard-{}-of-2.h5", &part[..1]));
    }
    let merged = folder.path().join("merged.h5");
    let to = merged.to_str().unwrap();
    json(&["merge", &shards[0], &shards[1], "-o", to, "--json"]);
    assert_eq!(table(&merged, &[]), table(&whole, &[]));
    let refused = transcript(&[
        "export", to, "--to", "csv", "-o", "-", "--vertex", "uniform",
    ]);
    assert!(
        refused.starts_with("exit code 2") && refused.contains("depths of their own"),
        "{refused}"
    );
}

#[test]
fn reach_follows_the_losses_of_the_target_as_it_does_those_of_its_own_key() {
    let folder = tempfile::tempdir().unwrap();
    let curve = |settings: &[&str]| {
        let out = folder.path().display().to_string();
        let mut arguments = vec!["reach", "na64e-2023", "--method", "quadrature", "--json"];
        arguments.extend([
            "--over",
            "dark_sector.m_chi_gev=0.1",
            "--force",
            "--out",
            &out,
        ]);
        for setting in settings {
            arguments.extend(["--set", setting]);
        }
        json(&arguments)["curves"][0]["q_over_e"][0]
            .as_f64()
            .unwrap()
    };
    let (own, none) = ("reach.straggling=tsai-whitis", "target.losses=none");
    let here = curve(&[]);
    assert_eq!(here, curve(&[own]));
    assert!(here > 1.5 * curve(&[none]));
}

#[test]
fn a_table_of_tracks_is_not_taken_where_an_option_says_that_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("tracks.csv");
    let rows = "energy_gev,electron_x0,positron_x0,photon_x0\n50,0.86,0.04,0.47\n100,0,0,0\n";
    std::fs::write(&table, rows).unwrap();
    let sigma = |card: &str| {
        let table = table.to_str().unwrap();
        let none = "--set=target.losses=none";
        let method = ["--method", "quadrature", "--track-length", table];
        transcript(&[&["sigma", card, none][..], &method].concat())
    };
    let refused = sigma("na64e-2018");
    assert!(
        refused.starts_with("exit code 2")
            && refused.contains("losses = \"shower\" under [target] beside it"),
        "{refused}"
    );
    // Its channels of the shower take it, and nothing else.
    let said = sigma("na64e-2023");
    assert!(
        said.starts_with("exit code 0")
            && said.contains(
                "target.track_length is followed for the channels of the shower in reach alone"
            ),
        "{said}"
    );
}
