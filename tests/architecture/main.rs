//! The packages and rooms of the house, held by reading manifests and sources: imports point
//! upwards only, the library needs no C library and no files, the integrator and the file library
//! are named in one place each, no files import each other in a circle, files stay readable.

mod circles;
mod licences;

use std::fs;
use std::path::Path;

/// Modules of the library from the ground up; each may use those before it (`ARCHITECTURE.md`).
const ROOMS: [&str; 23] = [
    "named",
    "text",
    "checked",
    "constants",
    "elementary",
    "kinematics",
    "particle",
    "event",
    "observable",
    "matter",
    "beam",
    "dark_sector",
    "cuts",
    "mesons",
    "process",
    "histogram",
    "record",
    "table",
    "results",
    "generate",
    "card",
    "run",
    "study",
];
/// Packages of the workspace that hold sources, the library first.
const PACKAGES: [&str; 7] = ["", "files", "figures", "cli", "python", "cpp", "web"];
/// Those that hand memory to another language.
const MAY_BE_UNSAFE: [&str; 3] = ["python", "cpp", "web"];
/// Which of our packages each may depend on.
const MAY_USE: [(&str, &[&str]); 8] = [
    ("vegas", &[]),
    ("", &["vegas"]),
    ("files", &["millibrem"]),
    ("figures", &["millibrem"]),
    (
        "cli",
        &["millibrem", "millibrem-files", "millibrem-figures"],
    ),
    (
        "python",
        &[
            "vegas",
            "millibrem",
            "millibrem-files",
            "millibrem-figures",
            "millibrem-cli",
        ],
    ),
    ("cpp", &["millibrem"]),
    ("web", &["millibrem"]),
];
/// All that the library may depend on beside the integrator: pure Rust, no terminal, no files.
const LIBRARY_NEEDS: [&str; 13] = [
    "crc32fast",
    "csv",
    "libm",
    "nalgebra",
    "pulp",
    "rand",
    "rand_pcg",
    "rayon",
    "serde",
    "serde_json",
    "strsim",
    "thiserror",
    "toml",
];
/// All that storage may know of the library; jobs know more.
const KNOWN_TO_STORAGE: [&str; 9] = [
    "text",
    "constants",
    "particle",
    "event",
    "observable",
    "histogram",
    "record",
    "table",
    "results",
];
/// Modules of the package of files that know what is read from cards and tables of limits.
const KNOW_CARDS: [&str; 4] = ["job", "card", "limit", "missing"];
const MAX_LINES: usize = 600;
const MAX_LINES_OF_MAIN: usize = 30;
/// Methods of `f64` whose last bit depends on the C library or the processor.
const UNPORTABLE: [&str; 22] = [
    "exp", "exp2", "exp_m1", "ln", "ln_1p", "log", "log2", "log10", "powf", "sin", "cos", "tan",
    "sin_cos", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "cbrt", "mul_add",
];

/// One source file: its path inside `src` and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Lines of code with their numbers: no comments, nothing from the unit tests on.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(i, line)| (i + 1, line));
        lines
            .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
            .map(|(i, line)| (i, line.split("//").next().unwrap_or_default()))
    }

    /// Names on the path from the crate root: `job/run.rs` is `[job, run]`.
    fn module(&self) -> Vec<&str> {
        let path = self.path.trim_end_matches(".rs");
        path.split('/')
            .filter(|name| !matches!(*name, "mod" | "lib" | "main"))
            .collect()
    }

    /// Top-level modules this file names, with the line.
    fn imports(&self) -> Vec<(usize, String)> {
        let to_root = "super::".repeat(self.module().len());
        let mut prefixes = vec!["crate::".to_owned(), "millibrem::".to_owned()];
        if !to_root.is_empty() {
            prefixes.push(to_root);
        }
        let mut code = String::new();
        let mut starts = Vec::new();
        for (number, line) in self.code() {
            starts.push((code.len(), number));
            code.push_str(line);
            code.push('\n');
        }
        let line_of = |at: usize| {
            starts
                .iter()
                .rev()
                .find(|(start, _)| *start <= at)
                .map_or(0, |(_, number)| *number)
        };
        let mut found = Vec::new();
        for prefix in &prefixes {
            for (at, _) in code.match_indices(prefix.as_str()) {
                let inside_word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                if inside_word || code[..at].ends_with("::") {
                    continue;
                }
                let rest = &code[at + prefix.len()..];
                found.extend(
                    first_names(rest)
                        .into_iter()
                        .map(|name| (line_of(at), name)),
                );
            }
        }
        found
    }
}

/// The names a path goes on with: one, or the first of each branch of a `{…}` group.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let (mut depth, mut names, mut branch) = (0, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&std::mem::take(&mut branch))),
            _ => {}
        }
        if depth == 0 && c != ',' {
            branch.push(c);
        }
    }
    names.push(name(&branch));
    names.retain(|n| !n.is_empty());
    names
}

/// Whether `line` names the crate `name` by a path or an import.
fn names_crate(line: &str, name: &str) -> bool {
    let line = line
        .replace("crate::", "@")
        .replace("super::", "@")
        .replace("self::", "@");
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].trim_end_matches("::").chars().next_back();
        let free = !before.is_some_and(|c| c.is_alphanumeric() || "_@.\"".contains(c));
        let after = &line[at + name.len()..];
        let use_of_it = line.trim_start().starts_with("use ") && after.starts_with([';', ' ']);
        free && (after.starts_with("::") || use_of_it)
    })
}

/// Everything in the sources of `package` that breaks a rule, with file and line.
fn violations(package: &str, sources: &[Source]) -> Vec<String> {
    let position = |room: &str| ROOMS.iter().position(|r| *r == room);
    let mut found = Vec::new();
    for source in sources {
        let path = Path::new(package).join("src").join(&source.path);
        let path = path.display();
        let module = source.module();
        let room = module.first().copied().unwrap_or_default();
        let mut names = module.iter();
        if let Some(name) =
            names.find(|n| ["utils", "util", "helpers", "helper", "misc"].contains(n))
        {
            found.push(format!("{path}: `{name}` says nothing; name what is in it"));
        }
        let lines = source.code().count();
        let most = if source.path == "main.rs" {
            MAX_LINES_OF_MAIN
        } else {
            MAX_LINES
        };
        if lines > most {
            found.push(format!("{path}: {lines} lines, at most {most} are allowed"));
        }
        let here = position(room);
        if package.is_empty() && here.is_none() && source.path != "lib.rs" {
            found.push(format!("{path}: `{room}` is in no room of the table"));
            continue;
        }
        for (line, name) in source.imports() {
            let Some(there) = position(&name) else {
                continue;
            };
            if package.is_empty() && here.is_some_and(|here| there > here) {
                found.push(format!("{path}:{line}: `{room}` must not use `{name}`"));
            }
            let storage = package == "files" && !KNOW_CARDS.contains(&room);
            if storage && !KNOWN_TO_STORAGE.contains(&name.as_str()) && name != room {
                found.push(format!("{path}:{line}: storage must not know `{name}`"));
            }
        }
        for (line, code) in source.code() {
            if package.is_empty() && room != "generate" && names_crate(code, "vegas") {
                found.push(format!(
                    "{path}:{line}: only `generate` may name the integrator"
                ));
            }
            if package != "files" && names_crate(code, "hdf5") {
                found.push(format!(
                    "{path}:{line}: only `files` may name the file library"
                ));
            }
            if package.is_empty() && code.contains("std::fs") {
                found.push(format!("{path}:{line}: the library must know no files"));
            }
            let calls = |name: &&&str| code.contains(&format!(".{name}("));
            if let Some(name) = UNPORTABLE.iter().find(calls)
                && matches!(package, "" | "files")
            {
                let advice = "use libm or `elementary`, which give the same bits everywhere";
                found.push(format!("{path}:{line}: `{name}` of std; {advice}"));
            }
        }
    }
    found
}

/// What the manifest of `package` depends on, on whatever system.
fn needs(package: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(package);
    let text = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let systems = manifest.get("target").and_then(|t| t.as_table());
    let of_systems = systems.into_iter().flat_map(|t| t.values());
    let tables = of_systems
        .filter_map(|t| t.get("dependencies"))
        .chain(manifest.get("dependencies"));
    tables
        .filter_map(|t| t.as_table())
        .flat_map(|t| t.keys().cloned())
        .collect()
}

fn sources_in(folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/");
                sources.push(Source { path, text });
            }
        }
    }
    assert!(!sources.is_empty(), "no sources in {}", folder.display());
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

#[test]
fn every_room_keeps_to_its_place() {
    for package in PACKAGES {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(package);
        let found = violations(package, &sources_in(&root.join("src")));
        assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    }
}

#[test]
fn packages_depend_on_those_above_them_only() {
    for (package, allowed) in MAY_USE {
        for name in needs(package) {
            let ours = name == "vegas" || name.starts_with("millibrem");
            let outside = !ours && (!package.is_empty() || LIBRARY_NEEDS.contains(&&*name));
            assert!(
                outside || allowed.contains(&&*name),
                "`{package}` must not depend on `{name}`"
            );
        }
    }
    assert_eq!(
        needs("").len(),
        LIBRARY_NEEDS.len() + 2,
        "a name is never used, or in no list"
    );
}

#[test]
fn the_integrator_knows_no_files_and_no_physics() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vegas/src");
    for source in sources_in(&folder) {
        let lines = source.code().count();
        assert!(
            lines <= MAX_LINES,
            "vegas/src/{}: {lines} lines",
            source.path
        );
        for (line, code) in source.code() {
            for name in ["std::fs", "hdf5", "millibrem::", "GeV"] {
                assert!(
                    !code.contains(name),
                    "vegas/src/{}:{line}: {name}",
                    source.path
                );
            }
        }
    }
}

#[test]
fn every_package_forbids_unsafe_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for package in PACKAGES {
        if MAY_BE_UNSAFE.contains(&package) {
            continue;
        }
        let text = fs::read_to_string(root.join(package).join("src/lib.rs")).unwrap();
        assert!(text.contains("#![forbid(unsafe_code)]"), "{package}");
    }
}

#[test]
fn every_module_of_the_library_has_a_room() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let modules: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "))
        .map(|name| name.trim_end_matches(';'))
        .collect();
    assert!(!modules.is_empty());
    for module in modules {
        assert!(
            ROOMS.contains(&module),
            "`{module}` is in no room of the table"
        );
    }
}

#[test]
fn the_rules_catch_what_they_forbid() {
    let long = "let x = 1;\n".repeat(MAX_LINES + 1);
    let cases: [(&str, &str, &str, Option<&str>); 20] = [
        (
            "",
            "kinematics/mod.rs",
            "use crate::process::Setup;",
            Some("must not use `process`"),
        ),
        (
            "",
            "kinematics/a.rs",
            "use super::super::card::X;",
            Some("must not use `card`"),
        ),
        (
            "",
            "process/etl.rs",
            "use crate::{beam, cuts::{A, B}, run};",
            Some("must not use `run`"),
        ),
        (
            "",
            "process/etl.rs",
            "let x = crate::card::RunCard::new();",
            Some("must not use `card`"),
        ),
        (
            "",
            "process/etl.rs",
            "use crate::{beam::{Beam, Projectile}, cuts::Cuts};",
            None,
        ),
        ("", "process/etl.rs", "// crate::card is far away", None),
        (
            "",
            "process/etl.rs",
            "#[cfg(test)]\nuse crate::card::X;",
            None,
        ),
        ("", "process/etl.rs", "use super::card_like::X;", None),
        (
            "files",
            "export/lhe.rs",
            "use millibrem::process::Process;",
            Some("must not know `process`"),
        ),
        (
            "files",
            "export/lhe.rs",
            "use millibrem::record::RunSummary;",
            None,
        ),
        ("files", "job/run.rs", "use millibrem::card::RunCard;", None),
        (
            "",
            "process/etl.rs",
            "use vegas::Integrand;",
            Some("only `generate` may name"),
        ),
        (
            "",
            "process/etl.rs",
            "let map: vegas::Map = x;",
            Some("only `generate` may name"),
        ),
        ("", "generate/mod.rs", "use vegas::Integrand;", None),
        (
            "figures",
            "panel.rs",
            "let f = ::hdf5::File::open(p);",
            Some("only `files` may name"),
        ),
        (
            "cli",
            "plot.rs",
            "use millibrem_files::hdf5::RunReader;",
            None,
        ),
        (
            "",
            "beam.rs",
            "std::fs::read(path)",
            Some("must know no files"),
        ),
        ("files", "table.rs", "let y = x.ln();", Some("`ln` of std")),
        ("cli", "helpers.rs", &long, Some("name what is in it")),
        ("", "odds.rs", "", Some("in no room")),
    ];
    for (package, path, text, expected) in cases {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let found = violations(package, &[source]);
        match expected {
            None => assert!(found.is_empty(), "{path}: {text}: {found:?}"),
            Some(words) => {
                assert!(
                    !found.is_empty() && found[0].contains(words),
                    "{path}: {text}: {found:?}"
                );
            }
        }
    }
    let source = Source {
        path: "beam.rs".to_owned(),
        text: long,
    };
    assert!(violations("", &[source])[0].contains("at most 600 are allowed"));
}
