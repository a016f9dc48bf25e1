//! Tables as spreadsheets and editors save them, wherever the program reads one.

mod program;

use std::fs;
use std::path::Path;
use std::time::Instant;

use millibrem::study::points::AmplitudePoint;
use millibrem::study::reach::recast::LimitFile;
use program::{json, transcript};
use proptest::prelude::*;

const LIMIT: &str =
    "# experiment: mine, all\n# upper edge: 0.2\nm_chi_gev,q_over_e\n0.01,1e-4\n0.1,2e-4\n1,5e-3\n";
const SCAN: &str = "# card: [beam]\n# card: lepton = \"mu-\"\n# card: energy_gev = 160.0\n# column sigma_pb [pb]: cross section, per nucleus\nm_chi_gev,sigma_pb,error_pb,n_eval\n0.01,5.5e6,1e3,1000\n0.1,2e5,80.0,2000\n1.0,9.5,0.01,3000\n";

/// `table` as people's programs save it, with the name of each way.
fn saved(table: &str) -> Vec<(&'static str, Vec<u8>)> {
    let windows = table.replace('\n', "\r\n");
    let quote = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    // A spreadsheet takes comments for cells, quotes what has separators and fills up rows.
    let spreadsheet = |separator: &str, table: &str| -> String {
        let row = |line: &str| match line.starts_with('#') {
            true => quote(line) + separator + separator,
            false => line
                .split(',')
                .map(quote)
                .collect::<Vec<_>>()
                .join(separator),
        };
        let rows: Vec<String> = table.lines().map(row).collect();
        rows.join("\r\n") + "\r\n" + separator + separator + "\r\n\r\n"
    };
    let spaced = |line: &str| match line.starts_with('#') {
        true => line.to_owned(),
        false => line.replace(',', " , "),
    };
    let spaced: Vec<String> = table.lines().map(spaced).collect();
    let spaced = spaced.join("\n");
    vec![
        ("CRLF", windows.clone().into_bytes()),
        ("byte-order mark", format!("\u{feff}{table}").into_bytes()),
        ("both", format!("\u{feff}{windows}").into_bytes()),
        ("old Mac", table.replace('\n', "\r").into_bytes()),
        (
            "blank lines",
            format!("\n\n{}\n  \n", table.replace("\n0.1,", "\n\n0.1,")).into_bytes(),
        ),
        ("no last line end", table.trim_end().as_bytes().to_vec()),
        ("quoted", spreadsheet(",", table).into_bytes()),
        (
            "quoted, mark",
            format!("\u{feff}{}", spreadsheet(",", table)).into_bytes(),
        ),
        ("semicolons", spreadsheet(";", table).into_bytes()),
        ("tabs", spreadsheet("\t", table).into_bytes()),
        ("blanks beside commas", spaced.into_bytes()),
    ]
}

fn in_folder(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The curves that `reach` makes of a limit file, overlaid and recast.
fn curves(folder: &Path, limit: &[u8]) -> serde_json::Value {
    let file = in_folder(folder, "limit.csv", limit);
    let out = folder.join("out");
    json(&[
        "reach",
        "cards/na64mu-2025.toml",
        "--over",
        "dark_sector.m_chi_gev=0.02,0.2",
        "--rel-error",
        "1e-2",
        "--overlay",
        &file,
        "--recast",
        &file,
        "--json",
        "--force",
        "--out",
        out.to_str().unwrap(),
    ])["curves"]
        .clone()
}

#[test]
fn limits_are_the_same_however_they_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    let plain = curves(folder.path(), LIMIT.as_bytes());
    for (way, bytes) in saved(LIMIT) {
        assert_eq!(curves(folder.path(), &bytes), plain, "{way}");
    }
}

#[test]
fn tables_are_drawn_the_same_however_they_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    let figure = |bytes: &[u8]| {
        let file = in_folder(folder.path(), "scan.csv", bytes);
        let out = folder.path().join("figure.svg");
        let shown = transcript(&["plot", &file, "-o", out.to_str().unwrap()]);
        assert!(shown.starts_with("exit code 0"), "{shown}");
        fs::read_to_string(&out).unwrap()
    };
    let plain = figure(SCAN.as_bytes());
    assert!(plain.contains("160 GeV"));
    for (way, bytes) in saved(SCAN) {
        assert!(figure(&bytes) == plain, "{way}");
    }
}

#[test]
fn a_scan_with_checksums_is_drawn_the_same_however_it_is_saved_and_refused_if_changed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let over = "dark_sector.m_chi_gev=0.01,0.1,1";
    let card = "cards/na64mu-2025.toml";
    let made = transcript(&[
        "scan", card, "--over", over, "--method", "iww", "--out", out,
    ]);
    assert!(made.starts_with("exit code 0"), "{made}");
    let table = fs::read_to_string(folder.path().join("scan.csv")).unwrap();
    assert!(table.contains("crc32"), "{table}");
    let draw = |bytes: &[u8]| {
        let file = in_folder(folder.path(), "saved.csv", bytes);
        let figure = folder.path().join("figure.svg");
        let words = transcript(&["plot", &file, "-o", figure.to_str().unwrap()]);
        let drawn = fs::read_to_string(&figure).unwrap_or_default();
        fs::remove_file(&figure).ok();
        (words.starts_with("exit code 0"), words, drawn)
    };
    let plain = draw(table.as_bytes());
    assert!(plain.0, "{}", plain.1);
    for (way, bytes) in saved(&table) {
        let (good, words, drawn) = draw(&bytes);
        assert!(good && drawn == plain.2, "{way}: {words}");
    }
    let changed = table.replacen("\n0.1,", "\n0.2,", 1);
    assert_ne!(changed, table);
    // Those without quotation marks; with them the checksums are not seen.
    for (way, bytes) in saved(&changed).into_iter().take(6) {
        assert!(!draw(&bytes).0, "{way}");
    }
}

#[test]
fn points_are_read_behind_a_byte_order_mark() {
    let text = include_str!("../../tests/data/amplitude_points.json");
    let plain = AmplitudePoint::parse_all(text).unwrap();
    let marked = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(AmplitudePoint::parse_all(&marked).unwrap(), plain);
}

/// What the program says of a limit and of a table that are saved like this; both must refuse.
fn refusals(folder: &Path, encode: impl Fn(&str) -> Vec<u8>) -> [String; 2] {
    let limit = in_folder(folder, "limit.csv", &encode(LIMIT));
    let scan = in_folder(folder, "scan.csv", &encode(SCAN));
    let out = folder.join("out").to_str().unwrap().to_owned();
    let figure = folder.join("figure.svg").to_str().unwrap().to_owned();
    let over = "dark_sector.m_chi_gev=0.1";
    let reach = [
        "reach",
        "cards/na64mu-2025.toml",
        "--over",
        over,
        "--overlay",
        &limit,
        "--out",
        &out,
    ];
    let said = [
        transcript(&reach),
        transcript(&["plot", &scan, "-o", &figure]),
    ];
    for words in &said {
        assert!(words.starts_with("exit code 2\n"), "{words}");
    }
    assert!(!Path::new(&out).exists() && !Path::new(&figure).exists());
    said
}

#[test]
fn tables_in_another_encoding_are_told_what_they_are_and_how_to_convert_them() {
    let folder = tempfile::tempdir().unwrap();
    let utf16 = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let marked = |text: &str| [&[0xff, 0xfe][..], &utf16(text)].concat();
    let latin = |text: &str| [b"# \xb5\n", text.as_bytes()].concat();
    for words in refusals(folder.path(), marked) {
        assert!(
            words.contains("`iconv -f UTF-16 -t UTF-8 OLD > NEW`"),
            "{words}"
        );
    }
    for words in refusals(folder.path(), utf16) {
        assert!(words.contains("it is UTF-16LE"), "{words}");
    }
    for words in refusals(folder.path(), latin) {
        assert!(
            words.contains("line 1 has the byte 0xb5") && words.contains("ISO-8859-1"),
            "{words}"
        );
    }
}

#[test]
fn what_only_looks_like_a_number_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    for (right, wrong, name) in [
        ("\n0.1,", "\n0\u{a0}.1,", "no-break space (U+00A0)"),
        ("\n0.1,", "\n0.\u{200b}1,", "space of no width (U+200B)"),
        ("\n0.1,", "\n\"0,1\",", "decimal comma"),
        ("\n0.1,", "\n\u{2212}0.1,", "dash"),
    ] {
        for words in refusals(folder.path(), |table| {
            table.replace(right, wrong).into_bytes()
        }) {
            assert!(words.contains(name), "{wrong:?}: {words}");
            assert!(
                words.contains("line 5") || words.contains("scan.csv:7"),
                "{words}"
            );
        }
    }
    let scan = SCAN.replace("80.0", "banana");
    let file = in_folder(folder.path(), "scan.csv", scan.as_bytes());
    let words = transcript(&["plot", &file]);
    assert!(
        words.contains("scan.csv:7: error_pb: `banana` is no number"),
        "{words}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A character that cannot be seen, anywhere in the numbers of a limit: the same points or an
    /// error, never fewer.
    #[test]
    fn no_point_is_lost_to_a_character_that_cannot_be_seen(
        at in 0..LIMIT.len(),
        c in prop::sample::select(vec!['\u{a0}', '\u{202f}', '\u{200b}', '\u{feff}', '\u{2009}', '\u{ad}']),
    ) {
        let (before, after) = LIMIT.split_at(at);
        let whole = LimitFile::parse(LIMIT).unwrap();
        if let Ok(limit) = LimitFile::parse(&format!("{before}{c}{after}")) {
            prop_assert_eq!(limit.points(), whole.points());
        }
    }
}

#[test]
fn huge_tables_are_read_or_refused_in_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let rows = |n: u32| -> String {
        let row = |i: u32| format!("{}.5,1e-3\n", i + 1);
        (0..n).map(row).collect()
    };
    let limit = |text: &str| {
        let start = Instant::now();
        let found = LimitFile::parse(text).map(|limit| limit.points().len());
        let took = start.elapsed().as_secs_f64();
        assert!(took < 5.0, "{took} s");
        found.map_err(|error| error.to_string())
    };
    assert_eq!(limit(&rows(100_000)), Ok(100_000));
    let words = limit(&rows(100_001)).unwrap_err();
    assert!(
        words.contains("line 100001 of the limit file: there are more than 100000 points"),
        "{words}"
    );
    let words = limit(&format!("0.1,{}\n", "x".repeat(1 << 24))).unwrap_err();
    assert!(words.len() < 300, "{}", words.len());
    // As many rows as a scan may have, over two keys.
    let row = |i: u32| format!("{}.5,{},{i}.25,1.0,100\n", i / 10, i % 10);
    let names = "m_chi_gev,energy_gev,sigma_pb,error_pb,n_eval\n";
    let table = names.to_owned() + &(0..100_000).map(row).collect::<String>();
    let file = in_folder(folder.path(), "scan.csv", table.as_bytes());
    let figure = folder.path().join("figure.svg");
    let start = Instant::now();
    let words = transcript(&["plot", &file, "-o", figure.to_str().unwrap()]);
    let took = start.elapsed().as_secs_f64();
    assert!(words.starts_with("exit code 0"), "{words}");
    assert!(took < 30.0, "{took} s");
}

/// Names that say what the numbers are not are no decoration: a mass in MeV read as one in GeV is off
/// by a thousand, and columns in the other order give a smooth curve of nonsense.
#[test]
fn a_limit_is_in_the_units_of_its_names_and_another_order_is_refused() {
    let found = |names: &str| LimitFile::parse(&format!("{names}\n0.01,1e-4\n1,5e-3\n"));
    for (names, words) in [
        ("q_over_e,m_chi_gev", "`q_over_e` stands before `m_chi_gev`"),
        ("epsilon;mass", "`epsilon` stands before `mass`"),
        ("# eps, M_A [GeV]", "the mass is expected first"),
        ("m_A [PeV], epsilon", "`m_A [PeV]`, and one of eV, keV, MeV"),
        (
            "m,log10(eps)",
            "`log10(eps)`, and numbers are expected, not their logarithms",
        ),
    ] {
        let found = found(names).unwrap_err().to_string();
        assert!(found.contains(words), "{names}: {found}");
    }
    for (names, mass_gev) in [
        ("m_chi_mev,q_over_e", 1e-5),
        ("m [MeV], epsilon", 1e-5),
        ("\"Mass (keV)\",\"eps\"", 1e-8),
        ("# mass/TeV, epsilon", 10.0),
        ("# made by hand\n# m_A(MeV)\tepsilon\n", 1e-5),
        ("m_chi_gev,q_over_e", 0.01),
        ("m [GeV], q", 0.01),
        ("mass,epsilon", 0.01),
        ("# from 10 MeV to 1 GeV", 0.01),
        ("# sensitivity, 90 % CL, above 3 MeV", 0.01),
        ("# experiment: MeV, keV", 0.01),
        ("# sensitive, above 3 MeV", 0.01),
        ("# mass in MeV, eps\nm_chi_gev,q_over_e", 0.01),
        ("a,b", 0.01),
        ("M_Chi_GeV,limit", 0.01),
        ("# a,b", 0.01),
    ] {
        let limit = found(names).unwrap_or_else(|e| panic!("{names}: {e}"));
        let (mass, charge) = limit.points()[0];
        assert!((mass / mass_gev - 1.0).abs() < 1e-14, "{names}: {mass}");
        assert_eq!(charge, 1e-4, "{names}");
    }
    let extra = LimitFile::parse("who,q_over_e,m_chi_gev\na,0.01,1e-4\nb,1,5e-3\n");
    assert!(extra.is_err());
}
