//! `millibrem sigma`.

mod program;

use program::{json, transcript};

const CARD: &str = "cards/na64mu-2025.toml";

#[test]
fn help_has_examples() {
    insta::assert_snapshot!(transcript(&["sigma", "--help"]));
}

#[test]
fn an_unknown_method_names_the_nearest() {
    insta::assert_snapshot!(transcript(&["sigma", CARD, "--method", "quadrture"]));
}

#[test]
fn an_impossible_error_names_the_option() {
    insta::assert_snapshot!(transcript(&["sigma", CARD, "--rel-error", "2"]));
}

#[test]
fn monte_carlo_and_quadrature_agree_and_report_the_same_keys() {
    let quick = [
        "--rel-error",
        "1e-3",
        "--set",
        "integration.neval=50000",
        "--seed",
        "7",
        "--json",
    ];
    let run = |method| json(&[&["sigma", CARD, "--method", method][..], &quick].concat());
    let (mc, quadrature) = (run("mc"), run("quadrature"));
    for key in ["sigma_pb", "error_pb", "n_eval", "wall_s"] {
        assert!(
            mc[key].is_number() && quadrature[key].is_number(),
            "{key}: {mc} {quadrature}"
        );
    }
    assert_eq!(
        (mc["method"].as_str(), quadrature["method"].as_str()),
        (Some("mc"), Some("quadrature"))
    );
    let number = |report: &serde_json::Value, key| report[key].as_f64().unwrap();
    let error = number(&mc, "error_pb").hypot(number(&quadrature, "error_pb"));
    let pull = (number(&mc, "sigma_pb") - number(&quadrature, "sigma_pb")) / error;
    assert!(pull.abs() < 4.0, "{mc} {quadrature}");
    assert!(
        number(&mc, "error_pb") <= 1.01e-3 * number(&mc, "sigma_pb"),
        "{mc}"
    );
}

#[test]
fn a_compound_lists_its_nuclei_and_monte_carlo_agrees() {
    let quick = [
        "--set",
        "target.mixture=LiF",
        "--set",
        "integration.neval=20000",
        "--rel-error",
        "2e-3",
        "--seed",
        "7",
        "--json",
    ];
    let run = |method| json(&[&["sigma", CARD, "--method", method][..], &quick].concat());
    let (mc, quadrature) = (run("mc"), run("quadrature"));
    let number = |report: &serde_json::Value, key| report[key].as_f64().unwrap();
    for report in [&mc, &quadrature] {
        let nuclei = report["nuclei"].as_array().unwrap();
        let names: Vec<_> = nuclei
            .iter()
            .map(|n| n["element"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["Li", "F"]);
        assert_eq!(nuclei[0]["nucleus"], 1_000_030_070);
        let sum: f64 = nuclei
            .iter()
            .map(|n| number(n, "atom_fraction") * number(n, "sigma_pb"))
            .sum();
        assert_eq!(number(report, "sigma_pb"), sum);
    }
    let error = number(&mc, "error_pb").hypot(number(&quadrature, "error_pb"));
    let pull = (number(&mc, "sigma_pb") - number(&quadrature, "sigma_pb")) / error;
    assert!(pull.abs() < 4.0, "{mc} {quadrature}");
    assert!(
        number(&mc, "error_pb") < 2e-3 * number(&mc, "sigma_pb"),
        "{mc}"
    );
}

#[test]
fn a_line_that_begins_with_sigma_says_what_any_other_order_says() {
    // Such a line is read by itself, where it has no fault.
    let lines: [&[&str]; 5] = [
        &["--quiet"],
        &["--set", "dark_sector.m_chi_gev=0.03", "--quiet"],
        &["--set=target.mixture=LiF", "--threads=1", "--json"],
        &["--instruction-set", "baseline", "--json"],
        &["--threads", "-3"],
    ];
    for options in lines {
        let sigma = ["sigma", CARD, "--method", "ww", "--seed", "1"];
        let before = transcript(&[options, &sigma].concat());
        let behind = transcript(&[&sigma, options].concat());
        // All but the time that it took.
        let without_time = |text: &str| {
            let lines = text.lines().filter(|line| !line.contains("wall_s"));
            let words = lines.flat_map(|line| line.split(" evaluations").next());
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(without_time(&before), without_time(&behind));
    }
}

#[test]
fn the_archive_of_hdf5_is_in_the_program_where_it_is_to_be() {
    let prepared = option_env!("HDF5_DIR").is_some_and(|at| at.ends_with("/target/hdf5"));
    if !prepared || cfg!(feature = "static-hdf5") {
        return;
    }
    let program = std::fs::read(env!("CARGO_BIN_EXE_millibrem")).unwrap();
    let has = |name: &[u8]| program.windows(name.len()).any(|window| window == name);
    assert!(!has(b"libhdf5_serial.so") && has(b"H5Fcreate"));
}
