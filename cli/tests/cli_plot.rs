//! `millibrem plot`.

mod program;
#[path = "../../files/tests/sample/mod.rs"]
mod sample;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use millibrem::event::{Compression, Weighting};
use millibrem_files::hdf5::RunWriter;

/// HDF5 locks the files it has open, and a child started meanwhile inherits the lock: nothing may
/// be started while a run is written.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

const COMPARISON: &str = "# sigma in pb\nm_chi_gev,etl_pb,etl_error_pb,ww_pb\n\
                          0.001,8e6,10,8.04e6\n0.03,2e6,10,2.02e6\n1,30,0.1,30.3\n";

fn run_in(folder: &Path) -> PathBuf {
    let _guard = ONE_AT_A_TIME.lock().unwrap();
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let events = sample::events(&sample, 10, 3);
    let path = folder.join("run.h5");
    let header = sample::header(&sample, Compression::None);
    let mut writer = RunWriter::create(&path, &header, true).unwrap();
    writer.write_events(&events).unwrap();
    writer.finish(&sample::summary(&events, 1.0)).unwrap();
    path
}

fn plot(arguments: &[&str]) -> std::process::Output {
    let _guard = ONE_AT_A_TIME.lock().unwrap();
    program::output(&[&["plot"], arguments].concat())
}

fn figures(arguments: &[&str]) -> Vec<PathBuf> {
    let done = plot(&[arguments, &["--json"]].concat());
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let figures = report["figures"].as_array().unwrap();
    figures
        .iter()
        .map(|figure| figure["output"].as_str().unwrap().into())
        .collect()
}

fn table(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(program::transcript(&["plot", "--help"]));
}

#[test]
fn a_run_gives_every_histogram_and_its_iterations_in_both_formats_with_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path());
    let found = figures(&[run.to_str().unwrap()]);
    let summary = sample::summary(
        &sample::events(&sample::sample(sample::PAIR, Weighting::Weighted), 10, 3),
        1.0,
    );
    assert_eq!(found.len(), 2 * (summary.histograms.len() + 1));
    for path in &found {
        assert_eq!(path.parent().unwrap(), folder.path().join("figures"));
        assert!(path.with_extension("py").is_file());
        let bytes = fs::read(path).unwrap();
        match path.extension().unwrap().to_str().unwrap() {
            "svg" => assert!(bytes.starts_with(b"<svg")),
            _ => assert!(bytes.starts_with(b"\x89PNG")),
        }
    }
    assert!(folder.path().join("figures/iterations.svg").is_file());
}

#[test]
fn one_file_holds_all_panels_and_the_same_bytes_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path());
    let output = folder.path().join("new/all.svg");
    let arguments = [run.to_str().unwrap(), "-o", output.to_str().unwrap()];
    assert_eq!(figures(&arguments), [output.as_path()]);
    let first = fs::read_to_string(&output).unwrap();
    let frames = first.matches("<clipPath").count();
    assert!(frames > 1, "{frames}");
    figures(&arguments);
    assert_eq!(fs::read_to_string(&output).unwrap(), first);
}

#[test]
fn a_comparison_gives_totals_and_ratios_on_logarithmic_masses() {
    let folder = tempfile::tempdir().unwrap();
    let file = table(folder.path(), "compare.csv", COMPARISON);
    let output = folder.path().join("r.svg");
    let output = output.to_str().unwrap();
    figures(&[&file, "--only", "ratios", "-o", output]);
    let drawing = fs::read_to_string(output).unwrap();
    assert_eq!(
        drawing.matches("<circle").count(),
        3 + 1,
        "points and legend"
    );
    for words in [">WW<", ">−2<", ">χ<", ">exact<"] {
        assert!(drawing.contains(words), "{words}");
    }
    let found = figures(&[&file]);
    assert!(found.contains(&folder.path().join("figures/compare-sigma.png")));
}

#[test]
fn several_tables_share_a_frame_under_the_labels_given() {
    let folder = tempfile::tempdir().unwrap();
    let scan = |name, factor: f64| {
        let rows = [0.001, 0.01, 0.1].map(|m| format!("{m},{},0\n", factor / m));
        let text = format!("m_chi_gev,sigma_pb,error_pb\n{}", rows.concat());
        table(folder.path(), name, &text)
    };
    let (a, b) = (scan("a.csv", 1.0), scan("b.csv", 2.0));
    let output = folder.path().join("both.svg");
    let output = output.to_str().unwrap();
    figures(&[
        &a, &b, "--label", "NA64*μ*", "--label", "LDMX", "-o", output,
    ]);
    let drawing = fs::read_to_string(output).unwrap();
    assert!(drawing.contains(">NA64<") && drawing.contains(">LDMX<"));
    assert_eq!(drawing.matches("<clipPath").count(), 1);
}

/// The places of the areas with this opacity.
fn areas(drawing: &str, opacity: &str) -> Vec<Vec<(f64, f64)>> {
    let areas = drawing.lines().filter(|l| l.contains(opacity));
    let place = |pair: &str| {
        let (x, y) = pair.split_once(' ').unwrap();
        (x.parse().unwrap(), y.parse().unwrap())
    };
    let places = |line: &str| {
        let path = line.split('"').nth(1).unwrap();
        let path = path.trim_matches(['M', 'Z']);
        path.split('L').map(place).collect()
    };
    areas.map(places).collect()
}

#[test]
fn limits_that_were_read_are_shaded_up_to_their_edge_and_named_where_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let own: Vec<String> = (0..=40)
        .map(|i| 10f64.powf(f64::from(i) / 20.0 - 3.0))
        .map(|m| format!("na64 sum,{m},{},{},0.2,sum\n", 0.1 * m, 0.01 * m))
        .collect();
    let text = format!(
        "curve,m_chi_gev,q_over_e,q_over_e_error,q_over_e_max,channel\n{}\
         Beam dump,0.005,1e-2,,,overlay\nBeam dump,10,0.02,,,overlay\n\
         Edged,0.002,1e-3,,0.05,overlay\nEdged,0.02,1e-3,,0.05,overlay\n",
        own.concat()
    );
    let file = table(folder.path(), "reach.csv", &text);
    let output = folder.path().join("reach.svg");
    let output = output.to_str().unwrap();
    figures(&[&file, "-o", output]);
    let drawing = fs::read_to_string(output).unwrap();
    for name in [">Beam dump<", ">Edged<", ">na64 sum<"] {
        assert_eq!(drawing.matches(name).count(), 1, "{name}");
    }
    // The top of the frame is 28 pixels down, its right end at 464: the axis stays where it was.
    let shades = areas(&drawing, "fill-opacity=\"0.12\"");
    let highest = |shade: &[(f64, f64)]| shade.iter().fold(f64::MAX, |least, p| least.min(p.1));
    assert_eq!((shades.len(), highest(&shades[0])), (2, 28.0), "{shades:?}");
    assert!(highest(&shades[1]) > 29.0);
    assert_eq!(shades[1].len(), 4);
    assert!(
        drawing.contains("L464.00") && shades[0][1].0 > 465.0,
        "{shades:?}"
    );
    // The band of the errors of the curve, and its own upper edge over all its masses.
    let bands = areas(&drawing, "fill-opacity=\"0.3\"");
    assert_eq!((bands[0].len(), bands.len()), (82, 2), "curve and legend");
    let edge = drawing
        .lines()
        .find(|l| l.contains("stroke-width=\"1.02\""));
    let edge = edge.unwrap().split('"').nth(1).unwrap();
    let heights: Vec<&str> = edge
        .split(['M', 'L'])
        .filter_map(|p| p.split(' ').nth(1))
        .collect();
    assert_eq!(heights.len(), 41);
    assert!(heights.iter().all(|h| *h == heights[0]), "{edge}");
}

#[test]
fn what_cannot_be_drawn_is_one_line_and_exit_code_two() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path()).to_str().unwrap().to_owned();
    let file = table(folder.path(), "compare.csv", COMPARISON);
    let ragged = table(folder.path(), "ragged.csv", "x,y_pb\n1\n");
    let empty = table(folder.path(), "empty.csv", "# nothing\n");
    let text = |arguments: &[&str]| {
        let output = plot(arguments);
        let words = String::from_utf8(output.stderr).unwrap();
        let words = words.replace(folder.path().to_str().unwrap(), "FOLDER");
        format!("{} {words}", output.status.code().unwrap())
    };
    let found = [
        text(&["missing.csv"]),
        text(&[&file, "-o", "figure.jpg"]),
        text(&[&file, "--only", "spectrum"]),
        text(&[&run, &file]),
        text(&[&ragged]),
        text(&[&empty]),
        text(&[&file, "-o", "/dev/null/figure.svg"]),
    ];
    insta::assert_snapshot!(found.concat());
}
