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
    // The top of the frame is 12 pixels down, its right end at 464: the axis stays where it was. Both
    // areas are one colour, so that they are one.
    let shades = areas(&drawing, "fill=\"#e6e6e6\" fill-opacity=\"1\"");
    let highest = |shade: &[(f64, f64)]| shade.iter().fold(f64::MAX, |least, p| least.min(p.1));
    assert_eq!((shades.len(), highest(&shades[0])), (2, 12.0), "{shades:?}");
    assert!(highest(&shades[1]) > 13.0);
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

/// A reach of two experiments, beside a limit that is a closed contour and one above which all is
/// excluded.
fn reach(folder: &Path) -> String {
    let masses = (0..=20).map(|i| 10f64.powf(f64::from(i) / 10.0 - 3.0));
    let own = masses.flat_map(|m| {
        let row = |name: &str, q: f64| format!("{name},{m},{q},,,{}\n", &name[3..]);
        [
            row("mu brems", 0.01 * m),
            row("el brems", 0.02 * m),
            row("el sum", 0.015 * m),
        ]
    });
    let text = format!(
        "curve,m_chi_gev,q_over_e,q_over_e_error,q_over_e_max,channel\n{}\
         Dump,0.002,1e-2,,,overlay\nDump,0.05,0.02,,,overlay\n\
         Ring,0.004,0.1,,,overlay\nRing,0.04,0.1,,,overlay\nRing,0.04,0.3,,,overlay\n\
         Ring,0.004,0.3,,,overlay\nRing,0.004,0.1,,,overlay\n",
        own.collect::<String>()
    );
    table(folder, "reach.csv", &text)
}

#[test]
fn the_cap_of_a_reach_cuts_off_nothing_at_its_lower_end() {
    let folder = tempfile::tempdir().unwrap();
    let text = "curve,m_chi_gev,q_over_e,channel\na sum,0.001,1.8e-6,sum\n\
                a sum,0.1,1e-3,sum\na sum,5,9.6e3,sum\n";
    let file = table(folder.path(), "reach.csv", text);
    let output = folder.path().join("r.svg");
    figures(&[&file, "-o", output.to_str().unwrap()]);
    let drawing = fs::read_to_string(&output).unwrap();
    for power in [-6, -1, 0] {
        let label = format!(">{power}<").replace('-', "−");
        assert!(drawing.contains(&label), "{label}");
    }
    assert!(!drawing.contains(">1<") && !drawing.contains(">−7<"));
}

#[test]
fn the_inside_of_a_contour_is_shaded_in_the_order_of_its_points() {
    let folder = tempfile::tempdir().unwrap();
    let file = reach(folder.path());
    let output = folder.path().join("reach.svg");
    figures(&[&file, "-o", output.to_str().unwrap()]);
    let drawing = fs::read_to_string(&output).unwrap();
    let shades = areas(&drawing, "fill=\"#e6e6e6\" fill-opacity=\"1\"");
    let ring = &shades[1];
    assert_eq!((ring.len(), ring.first()), (5, ring.last()), "{ring:?}");
    let script = fs::read_to_string(output.with_extension("py")).unwrap();
    assert_eq!(
        script.matches("rising=False), None, True,").count(),
        1,
        "{script}"
    );
    assert_eq!(script.matches("rising=False), None, False,").count(), 1);
}

#[test]
fn curves_are_chosen_named_projected_and_divided_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = reach(folder.path());
    let output = folder.path().join("reach.svg");
    let drawn = |more: &[&str]| {
        figures(&[&[&file[..], "-o", output.to_str().unwrap()], more].concat());
        fs::read_to_string(&output).unwrap()
    };
    let drawing = drawn(&[
        "--only",
        "mu",
        "--only",
        "sum",
        "--label",
        "mu=NA64",
        "--label",
        "el sum=LDMX",
        "--label",
        "el brems=gone",
        "--projected",
        "el",
        "--ratio",
        "mu",
        "--range",
        "y=1e-6..1",
    ]);
    for (words, times) in [
        (">NA64<", 1),
        (">LDMX (projected)<", 1),
        ("brems", 0),
        ("gone", 0),
        (">Ring<", 1),
        (">excluded by others<", 1),
        (">ratio<", 1),
        // A line and its sample; that of the other is full.
        ("stroke-dasharray=\"7 3\"", 3),
    ] {
        assert_eq!(drawing.matches(words).count(), times, "{words}");
    }
    assert_eq!(drawing.matches("<clipPath").count(), 2, "two frames");
    let drawing = drawn(&[
        "--only",
        "Ring",
        "--only",
        "sum",
        "--place",
        "Ring=0.01,1e-3",
    ]);
    assert!(!drawing.contains(">Dump<") && !drawing.contains("brems"));
    // Names of limits cannot be lost: what fits nothing is an error.
    let mistaken = [
        ["--only", "brem"],
        ["--projected", "ldmx"],
        ["--ratio", "Ringo"],
        ["--place", "Rings=1,1"],
        ["--range", "y=1..0"],
        ["--size", "poster"],
    ];
    let mut found = String::new();
    for more in mistaken {
        let done = plot(&[&[&file[..], "-o", "/nowhere/a.svg"], &more[..]].concat());
        assert_eq!(done.status.code(), Some(2), "{more:?}");
        found += &String::from_utf8(done.stderr).unwrap();
    }
    let four = ["a", "b", "c", "d"].map(|l| ["--label", l]).concat();
    let done = plot(&[&[&file[..], "-o", "/nowhere/a.svg"], &four[..]].concat());
    found += &String::from_utf8(done.stderr).unwrap();
    insta::assert_snapshot!(found);
}

#[test]
fn paper_and_slides_have_their_sizes_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let file = reach(folder.path());
    let drawn = |name: &str, size: &str| {
        let output = folder.path().join(name);
        figures(&[&file, "--size", size, "-o", output.to_str().unwrap()]);
        // The same bytes again, over the figure that is there.
        let first = fs::read(&output).unwrap();
        figures(&[&file, "--size", size, "-o", output.to_str().unwrap()]);
        assert_eq!(fs::read(&output).unwrap(), first, "{name}");
        first
    };
    let svg = String::from_utf8(drawn("a.svg", "column")).unwrap();
    // 8.6 cm are 325.04 pixels of 1/96 inch.
    assert!(
        svg.contains("width=\"325.04\" height=\"264.57\""),
        "{}",
        &svg[..200]
    );
    let png = drawn("a.png", "projector");
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((side(16), side(20)), (1920, 1080));
    let pdf = drawn("a.pdf", "column");
    assert!(pdf.starts_with(b"%PDF-1.4\n"));
    let text = String::from_utf8_lossy(&pdf);
    assert!(
        text.contains("/MediaBox [0 0 243.78 198.43]"),
        "8.6 cm in points"
    );
    let xref = text.rsplit("startxref\n").next().unwrap();
    let start: usize = xref.lines().next().unwrap().parse().unwrap();
    assert!(pdf[start..].starts_with(b"xref\n0 5\n"));
}

#[test]
fn what_cannot_be_drawn_is_one_line_and_exit_code_two() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path()).to_str().unwrap().to_owned();
    let file = table(folder.path(), "compare.csv", COMPARISON);
    let ragged = table(folder.path(), "ragged.csv", "x,y_pb\n1\n");
    let empty = table(folder.path(), "empty.csv", "# nothing\n");
    let texts = "target.element,sigma_pb,error_pb\nAl,1,0.1\nPb,20,0.2\n";
    let texts = table(folder.path(), "texts.csv", texts);
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
        text(&[&texts]),
        text(&[&file, "-o", "/dev/null/figure.svg"]),
    ];
    insta::assert_snapshot!(found.concat());
}

#[test]
fn an_empty_histogram_of_two_axes_does_not_keep_the_others_from_being_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let out = out.to_str().unwrap();
    let empty = "histogram=[{observable=[\"e_miss_gev\",\"theta_lepton_rad\"],bins=[5,5],min=[0,0],max=[1e-3,1e-9]},{observable=\"x\",bins=5}]";
    let card = [
        "generate",
        "na64mu-2025",
        "--seed=1",
        "--quiet",
        "--out",
        out,
    ];
    let few = [
        "--set=events.count=0",
        "--set=integration.rel_error=0.05",
        "--set",
        empty,
    ];
    let made = program::output(&[&card[..], &few].concat());
    assert!(made.status.success(), "{made:?}");
    let figures_in = folder.path().join("figures");
    let run = format!("{out}/run.h5");
    let drawn = figures(&[&run, "--out", figures_in.to_str().unwrap()]);
    let pictures = drawn
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "png"));
    // Two histograms and the iterations.
    assert_eq!(pictures.count(), 3, "{drawn:?}");
}
