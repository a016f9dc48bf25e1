//! Limit files in the shapes in which people publish and keep them: each style gives its points, or a
//! refusal that names the line and the cure. The numbers are made up.

use millibrem::dark_sector::{ChiFields, ChiSpin, MilliCharged};
use millibrem::study::reach::recast::{LimitFile, MassUnit, Units};
use millibrem::text;

/// What is read of these bytes.
fn read_as(bytes: &[u8], units: Units) -> Result<LimitFile, String> {
    let text = text::decode(bytes.to_vec()).map_err(|e| e.to_string())?;
    LimitFile::parse_as(&text, units).map_err(|e| e.to_string())
}

fn read(bytes: &[u8]) -> Result<LimitFile, String> {
    read_as(bytes, Units::default())
}

/// Two points that most files here have: 1 MeV and 1e-5, 0.1 GeV and 2.5e-4.
const TWO: [(f64, f64); 2] = [(0.001, 1e-5), (0.1, 2.5e-4)];

/// Checks the points of a file.
fn check(bytes: &[u8], points: &[(f64, f64)]) {
    let shown = String::from_utf8_lossy(bytes);
    let found = read(bytes).unwrap_or_else(|e| panic!("{e}\n{shown}"));
    assert_eq!(found.points().len(), points.len(), "{shown}");
    for ((m, q), (mass, limit)) in found.points().iter().zip(points) {
        let near = |a: &f64, b: &f64| (a / b - 1.0).abs() < 1e-14;
        assert!(near(m, mass) && near(q, limit), "{m} {q} in\n{shown}");
    }
}

fn refused(bytes: &[u8], words: &str) {
    let shown = String::from_utf8_lossy(bytes);
    let found = read(bytes).map(|limit| limit.points().to_vec());
    assert!(
        found.as_ref().is_err_and(|e| e.contains(words)),
        "{found:?}\n{shown}"
    );
}

fn chi(mass_gev: f64) -> MilliCharged {
    MilliCharged::new(ChiFields {
        mass_gev,
        charge: 1.0,
        spin: ChiSpin::Dirac,
        pdg_id: 17,
    })
    .unwrap()
}

#[test]
fn a_line_with_vertical_ends_is_a_lower_edge_and_recast_as_if_it_had_none() {
    let walls = b"m,eps\n0.001,1\n0.001,1e-2\n0.001,1e-5\n0.1,2.5e-4\n0.1,1\n";
    let found = read(walls).unwrap();
    assert!(found.is_lower_edge());
    assert_eq!(found.points().len(), 5);
    let bare = read(b"m,eps\n0.001,1e-5\n0.1,2.5e-4\n").unwrap();
    let limits = |file: &LimitFile| [1e-4, 0.01, 0.04].map(|m| file.recast(&chi(m)).unwrap());
    assert_eq!(limits(&found), limits(&bare));
    assert_eq!(found.epsilon(0.001), 1e-5);
    assert_eq!(found.epsilon(0.1), bare.epsilon(0.1));
}

#[test]
fn a_step_between_the_ends_stays_and_both_sides_are_recast() {
    let step = read(b"0.01 1e-5\n0.05 1e-5\n0.05 1e-4\n0.1 1e-4\n").unwrap();
    assert!(step.is_lower_edge());
    let steep = read(b"0.01 1e-5\n0.05 1e-5\n0.0500001 1e-4\n0.1 1e-4\n").unwrap();
    let ratio = step.recast(&chi(0.004)).unwrap() / steep.recast(&chi(0.004)).unwrap();
    assert!((ratio - 1.0).abs() < 1e-5, "{ratio}");
}

#[test]
fn a_closed_contour_is_kept_whole_and_no_recast_takes_it() {
    let text = b"0.01,1e-4\n0.1,1e-3\n0.1,1e-2\n0.01,3e-3\n0.01,1e-4\n";
    let found = read(text).unwrap();
    assert!(!found.is_lower_edge());
    assert_eq!(found.points().len(), 5);
    assert_eq!(found.points()[0], found.points()[4]);
    assert_eq!(found.recast(&chi(0.001)), None);
    let words = found.must_be_lower_edge().unwrap_err().to_string();
    assert!(
        words.contains("a contour that turns back at 0.1 GeV") && words.contains("lower edge"),
        "{words}"
    );
}

#[test]
fn a_contour_whose_last_point_is_missing_is_closed_and_a_line_that_turns_back_is_not() {
    let open = read(b"0.01,1e-4\n0.1,1e-3\n1,1e-2\n0.1,1e-2\n0.012,3e-3\n").unwrap();
    assert_eq!(open.points().len(), 6);
    assert_eq!(open.points()[5], (0.01, 1e-4));
    let line = read(b"0.01,1e-4\n0.1,1e-3\n0.099,1.1e-3\n1,1e-2\n").unwrap();
    assert_eq!(line.points().len(), 4);
    assert!(!line.is_lower_edge());
}

#[test]
fn falling_masses_are_turned_round() {
    check(b"m_chi_gev,q_over_e\n0.1,2.5e-4\n0.001,1e-5\n", &TWO);
    assert!(read(b"0.1,2.5e-4\n0.001,1e-5\n").unwrap().is_lower_edge());
}

#[test]
fn masses_are_in_the_unit_that_the_names_say() {
    for names in [
        "m_mev eps",
        "# m_chi_MeV epsilon",
        "# columns: m [MeV], epsilon",
        "mchiMeV eps",
        "$m_{\\chi}$ [MeV] $\\epsilon$",
    ] {
        check(format!("{names}\n1 1e-5\n100 2.5e-4\n").as_bytes(), &TWO);
    }
    check(b"Mass (eV);Q/e\n1e6;1e-5\n1e8;2.5e-4\n", &TWO);
}

#[test]
fn unseen_characters_in_names_do_not_change_units() {
    check("Mass\u{a0}(MeV),eps\n1,1e-5\n100,2.5e-4\n".as_bytes(), &TWO);
    refused(
        "m_g\u{200b}ev,eps\n1,1e-5\n100,2.5e-4\n".as_bytes(),
        "line 1 of the limit file: the names",
    );
}

#[test]
fn squares_are_read_where_the_names_say_so() {
    for names in [
        "m_gev,eps2",
        "m [GeV],epsilon^2",
        "m,$\\epsilon^{2}$",
        "m,ε²",
        "m,(Q/e)^2",
        "m,eps**2",
        "# columns: mass [GeV]; epsilon squared",
    ] {
        check(
            format!("{names}\n0.001,1e-10\n0.1,6.25e-8\n").as_bytes(),
            &TWO,
        );
    }
    check(b"m_mev eps2\n1 1e-10\n100 6.25e-8\n", &TWO);
    // Two sigma are no square.
    check(b"m,eps (2 sigma)\n0.001,1e-5\n0.1,2.5e-4\n", &TWO);
}

#[test]
fn options_say_the_units_of_files_without_names_and_contradict_none() {
    let asked = Units {
        mass: Some(MassUnit::MeV),
        squared: Some(true),
    };
    let found = read_as(b"1 1e-10\n100 6.25e-8\n", asked).unwrap();
    assert_eq!(
        found.points(),
        read(b"0.001 1e-5\n0.1 2.5e-4\n").unwrap().points()
    );
    let words = |text: &[u8]| read_as(text, asked).unwrap_err();
    let found = words(b"m_gev,eps2\n0.001,1e-10\n0.1,6.25e-8\n");
    assert!(
        found.contains("line 1") && found.contains("in GeV, and MeV is asked for"),
        "{found}"
    );
    let found = words(b"m_mev,eps\n1,1e-5\n100,2.5e-4\n");
    assert!(
        found.contains("are no squares, and squares are asked for"),
        "{found}"
    );
}

#[test]
fn fields_may_be_quoted() {
    check(
        b"\"m_chi_gev\",\"q_over_e\"\n\"0.001\",\"1e-5\"\n\"0.1\",\"2.5e-4\"\n",
        &TWO,
    );
}

#[test]
fn decimal_commas_are_read_where_they_can_be_nothing_else() {
    check(b"m_gev;eps\n0,001;1e-5\n0,1;2,5e-4\n", &TWO);
    check(b"m_gev\teps\n0,001\t1e-5\n0,1\t2,5e-4\n", &TWO);
    check(b"m_gev eps\n0,001 1e-5\n0,1 2,5e-4\n", &TWO);
    check(b"\"0,001\",\"1e-5\"\n\"0,1\",\"2,5e-4\"\n", &TWO);
    refused(
        b"0,001;1e-5\n0.1;2,5e-4\n",
        "line 1 of the limit file: `0,001` has a decimal comma",
    );
    refused(
        b"m_mev;eps\n1,000;1e-5\n2,000;1e-4\n",
        "line 2 of the limit file: the comma of `1,000` may be",
    );
    refused(b"0,001,1,5e-5\n0,1,2,5e-4\n", "line 1");
}

#[test]
fn tabs_semicolons_blanks_and_what_comes_with_them() {
    check(b"0.001\t1e-5\n0.1\t2.5e-4\n", &TWO);
    check(b"0.001;1e-5;\n0.1;2.5e-4;\n", &TWO);
    check(b"   0.001      1e-5   \n\n   0.1        2.5e-4\n\n", &TWO);
    check(b"0.001, 1e-5\n0.1 , 2.5e-4", &TWO);
}

#[test]
fn what_editors_add_is_passed_over() {
    check(
        "\u{feff}m_chi_gev,q_over_e\r\n0.001,1e-5\r\n0.1,2.5e-4\r\n".as_bytes(),
        &TWO,
    );
    check(b"m_chi_gev,q_over_e\r0.001,1e-5\r0.1,2.5e-4\r", &TWO);
    check(b"sep=;\nm;q\n0,001;1e-5\n0,1;2,5e-4\n", &TWO);
}

#[test]
fn what_cannot_be_seen_is_named_with_its_line() {
    let at_first = "0.001\u{a0}1e-5\n0.01 3e-5\n0.1 2.5e-4\n";
    refused(
        at_first.as_bytes(),
        "line 1 of the limit file: `0.001\u{a0}1e-5` has a no-break space",
    );
    let later = "m eps\n0.001 1e-5\n0.1\u{202f}2.5e-4\n";
    refused(later.as_bytes(), "line 3 of the limit file");
    refused("0.001 \u{2212}1e-5\n0.1 1e-4\n".as_bytes(), "line 1");
}

#[test]
fn a_first_row_that_is_no_pair_is_no_line_of_names() {
    for row in [
        "0.001x 1e-5y",
        "0.001,",
        "0.001 GeV,1e-5",
        "-,1e-5",
        "0.OO1 l e-5",
        "1.2.3,1e-5",
    ] {
        refused(
            format!("{row}\n0.01,1e-5\n0.1,1e-4\n").as_bytes(),
            "line 1 of the limit file",
        );
    }
    refused(
        b"m,eps\nmass,limit\n0.01,1e-5\n0.1,1e-4\n",
        "line 2 of the limit file: `mass limit`",
    );
}

#[test]
fn a_hepdata_table_is_read_below_its_metadata_and_a_second_one_is_refused() {
    let table = "#: table_doi: 10.17182/hepdata.00000.v1/t1\n#: name: Limit\n\
        #: description: Upper limit, 90 % CL, observed\n#: data_file: t1.yaml\n\
        #: keyword reactions: E- PB --> E- PB CHI CHIBAR\n#: keyword cmenergies: 13.7\n\
        #: RE,,E- PB --> E- PB CHI CHIBAR\n#: SQRT(S) [GeV],,13.7\n\
        $M_{\\chi}$ [MeV],$Q/e$\n1.0,1e-05\n100.0,0.00025\n";
    check(table.as_bytes(), &TWO);
    let second = format!("{table}\n$M_{{\\chi}}$ [MeV],Expected\n1.0,2e-05\n");
    refused(second.as_bytes(), "line 13");
}

#[test]
fn exponents_may_be_those_of_fortran() {
    check(b"  1.0D-03  1.0d-05\n  1.0D-01  2.5D-04\n", &TWO);
}

#[test]
fn comments_may_end_lines_and_stand_between_them() {
    check(
        b"# by hand\n0.001 1e-5 # the abstract\n# then\n0.1 2.5e-4# off the figure\n# end\n",
        &TWO,
    );
}

#[test]
fn a_comma_in_the_name_of_the_experiment_stays() {
    let text = b"# experiment: NA64, 2023\nm_chi_gev,q_over_e\n0.001,1e-5\n0.1,2.5e-4\n";
    check(text, &TWO);
    assert_eq!(read(text).unwrap().experiment(), Some("NA64, 2023"));
    let saved = b"\"# experiment: NA64, 2023\",\n0.001,1e-5\n0.1,2.5e-4\n";
    assert_eq!(read(saved).unwrap().experiment(), Some("NA64, 2023"));
}

#[test]
fn what_is_off_the_range_of_limits_is_refused_by_line() {
    refused(
        b"m,eps\n1e12,1e-5\n1e13,1e-4\n",
        "line 2 of the limit file: a mass of 1e12 GeV is none",
    );
    refused(
        b"m,eps\n0.01,-5\n0.1,-4.3\n",
        "a limit of -5 is none: it must lie between",
    );
    refused(
        b"m_gev,eps2\n0.01,-1e-8\n0.1,1e-8\n",
        "line 2 of the limit file: a limit of",
    );
    refused(b"m,log10 eps\n0.01,-5\n0.1,-4.3\n", "not their logarithms");
}

#[test]
fn masses_without_a_unit_that_miss_the_curves_are_refused_and_those_with_one_are_not() {
    let curves = [0.001, 0.5];
    let words = read(b"1,1e-5\n500,1e-3\n")
        .unwrap()
        .must_meet(&curves)
        .unwrap_err()
        .to_string();
    assert!(
        words.contains("1 to 500") && words.contains("--mass-unit"),
        "{words}"
    );
    assert!(
        read(b"m [GeV],q\n1,1e-5\n500,1e-3\n")
            .unwrap()
            .must_meet(&curves)
            .is_ok()
    );
    assert!(
        read(b"0.5,1e-5\n500,1e-3\n")
            .unwrap()
            .must_meet(&curves)
            .is_ok()
    );
}
