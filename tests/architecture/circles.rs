//! No files of a package import each other in a circle.
//!
//! A file that only shows what its folder holds (`mod.rs`, `lib.rs`) is no end of an arrow from within
//! that folder, and a name that it shows leads to the file that has it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Source, sources_in};

/// Packages whose files are read; the library is the root.
const PACKAGES: [&str; 6] = ["vegas", "", "files", "figures", "cli", "python"];

/// Circles there are, each by its files; one that is mended is to be struck out.
const KNOWN_CIRCLES: [(&str, &str); 1] = [(
    "files",
    "export/context export/csv export/format export/g4darkbrem export/hepevt export/hepmc3 export/ldmx_lhe \
     export/lhe export/lheh5 export/pythia8 export/text export/weights",
)];

/// A file by the names on the path to it.
type File = Vec<String>;

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The word that `text` begins with.
fn word(text: &str) -> &str {
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

/// Collects the paths of a path or import that goes on with `rest` after `base`, one for each branch of
/// its `{…}` groups; gives what stands behind.
fn branches<'a>(rest: &'a str, base: Vec<String>, paths: &mut Vec<Vec<String>>) -> &'a str {
    let mut rest = rest.trim_start();
    if let Some(group) = rest.strip_prefix('{') {
        rest = group.trim_start();
        while !rest.is_empty() && !rest.starts_with('}') {
            rest = branches(rest, base.clone(), paths);
            // What is behind a branch, such as `as Name`, up to the next one.
            let next = rest.find([',', '}']).unwrap_or(rest.len());
            rest = rest[next..].trim_start_matches(',').trim_start();
        }
        return rest.strip_prefix('}').unwrap_or(rest);
    }
    let name = word(rest);
    let mut path = base;
    rest = &rest[name.len()..];
    if !name.is_empty() && name != "self" {
        path.push(name.to_owned());
    }
    match rest.strip_prefix("::") {
        Some(more) if more.starts_with(|c| is_word(c) || c == '{') => branches(more, path, paths),
        _ => {
            paths.push(path);
            rest
        }
    }
}

/// All paths within its own package that the code of `source` names, in imports and elsewhere.
fn named(source: &Source) -> Vec<File> {
    let code: String = source.code().flat_map(|(_, line)| [line, "\n"]).collect();
    let mut named = Vec::new();
    let mut at = 0;
    while let Some(start) = code[at..].find(is_word).map(|i| at + i) {
        let first = word(&code[start..]);
        at = start + first.len();
        if !code[at..].starts_with("::") || code[..start].ends_with("::") {
            continue;
        }
        let mut base = match first {
            "crate" => Vec::new(),
            "self" | "super" => source.module(),
            _ => continue,
        };
        let mut rest = &code[start..];
        if first == "super" {
            while let Some(after) = rest.strip_prefix("super::") {
                base.pop();
                rest = after;
            }
        } else {
            rest = &rest[first.len() + 2..];
        }
        let base = base.into_iter().map(str::to_owned).collect();
        branches(rest, base, &mut named);
    }
    named
}

/// Names that the faces of folders show for files in them.
fn shown(sources: &[Source]) -> BTreeMap<File, File> {
    let mut shown = BTreeMap::new();
    for source in sources {
        let module: File = source.module().into_iter().map(str::to_owned).collect();
        let code: String = source.code().map(|(_, line)| format!("{line}\n")).collect();
        for statement in code.split(';') {
            let Some(at) = statement.find("use ") else {
                continue;
            };
            let path = statement[at + 4..]
                .trim_start()
                .trim_start_matches("self::");
            let child = [&module[..], &[word(path).to_owned()]].concat();
            let is_child = |s: &Source| s.module() == child;
            if !sources.iter().any(is_child) {
                continue;
            }
            let mut paths = Vec::new();
            branches(path, module.clone(), &mut paths);
            for path in paths {
                if let Some(name) = path.last().filter(|_| path.len() > module.len() + 1) {
                    shown.insert([&module[..], std::slice::from_ref(name)].concat(), path);
                }
            }
        }
    }
    shown
}

/// Which files each file names.
fn graph(sources: &[Source]) -> BTreeMap<File, BTreeSet<File>> {
    let shown = shown(sources);
    let modules: BTreeSet<File> = sources
        .iter()
        .map(|s| s.module().into_iter().map(str::to_owned).collect())
        .collect();
    let file_of = |path: &[String]| {
        let mut path = path.to_owned();
        // A shown name may itself be shown from further down.
        for _ in 0..8 {
            let face = (1..=path.len())
                .rev()
                .find(|n| !modules.contains(&path[..*n]) && shown.contains_key(&path[..*n]));
            let Some(n) = face else {
                break;
            };
            path = [&shown[&path[..n]][..], &path[n..]].concat();
        }
        let file = (0..=path.len())
            .rev()
            .find(|n| modules.contains(&path[..*n]));
        path[..file.unwrap_or_default()].to_owned()
    };
    let mut graph: BTreeMap<File, BTreeSet<File>> = BTreeMap::new();
    for source in sources {
        let file: File = source.module().into_iter().map(str::to_owned).collect();
        let arrows = graph.entry(file.clone()).or_default();
        let ends = named(source).into_iter().map(|path| file_of(&path));
        arrows.extend(ends.filter(|end| !file.starts_with(end)));
    }
    graph
}

/// Files that can be reached from `file` by arrows.
fn reached(graph: &BTreeMap<File, BTreeSet<File>>, file: &File) -> BTreeSet<File> {
    let mut seen = BTreeSet::new();
    let mut open = vec![file];
    while let Some(current) = open.pop() {
        for next in graph.get(current).into_iter().flatten() {
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    seen
}

/// Largest sets of files that all reach each other, as `a/b c`.
fn circles(sources: &[Source]) -> Vec<String> {
    let graph = graph(sources);
    let reached: BTreeMap<&File, _> = graph.keys().map(|f| (f, reached(&graph, f))).collect();
    let mut circles = BTreeSet::new();
    for (file, from_it) in &reached {
        let circle: Vec<String> = from_it
            .iter()
            .filter(|other| reached.get(other).is_some_and(|r| r.contains(*file)))
            .map(|other| other.join("/"))
            .collect();
        if !circle.is_empty() {
            circles.insert(circle.join(" "));
        }
    }
    circles.into_iter().collect()
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let of_package = |package: &'static str| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(package);
        let found = circles(&sources_in(&root.join("src")));
        found.into_iter().map(move |files| (package, files))
    };
    let found: BTreeSet<_> = PACKAGES.into_iter().flat_map(of_package).collect();
    let known: BTreeSet<_> = KNOWN_CIRCLES
        .iter()
        .map(|(package, files)| (*package, (*files).to_owned()))
        .collect();
    let new: Vec<_> = found.difference(&known).collect();
    assert!(new.is_empty(), "new circles: {new:#?}");
    let mended: Vec<_> = known.difference(&found).collect();
    assert!(mended.is_empty(), "mended, to be struck out: {mended:#?}");
}

#[test]
fn circles_are_found_and_only_they() {
    /// Files with their text, and the circles among them.
    type Case = (
        &'static [(&'static str, &'static str)],
        &'static [&'static str],
    );
    let cases: [Case; 8] = [
        (
            &[
                ("a.rs", "use super::b::B;"),
                ("b.rs", "let x = crate::a::f();"),
            ],
            &["a b"],
        ),
        (
            &[
                ("a.rs", "use crate::b::B;"),
                ("b.rs", "use crate::{c, d::D};"),
                ("c.rs", "use super::a::{A, E};"),
            ],
            &["a b c"],
        ),
        (
            &[
                ("a.rs", "use crate::b::B;"),
                ("b.rs", ""),
                ("c.rs", "use crate::{a, b};"),
            ],
            &[],
        ),
        (
            &[
                ("a.rs", "use super::b::B;"),
                (
                    "b.rs",
                    "// use super::a::A;\n#[cfg(test)]\nuse super::a::A;",
                ),
            ],
            &[],
        ),
        // A face and what is behind it.
        (
            &[
                ("r/mod.rs", "mod a;\npub use a::A;\npub struct E;"),
                ("r/a.rs", "use super::E;"),
            ],
            &[],
        ),
        (
            &[
                ("r/mod.rs", "mod a;\npub use a::{A, F};"),
                ("r/a.rs", "use crate::b::B;"),
                ("b.rs", "use crate::r::A;"),
            ],
            &["b r/a"],
        ),
        (
            &[
                ("r/mod.rs", "mod a;\nmod c;\npub use a::A;"),
                ("r/a.rs", "use super::c::C;"),
                ("r/c.rs", "use super::A;"),
            ],
            &["r/a r/c"],
        ),
        (
            &[
                ("a.rs", "use crate::b::B;"),
                ("b.rs", "use crate::a::A;"),
                ("c.rs", "use crate::d::D;"),
                ("d.rs", "use crate::c;"),
            ],
            &["a b", "c d"],
        ),
    ];
    for (files, expected) in cases {
        let sources: Vec<_> = files
            .iter()
            .map(|(path, text)| Source {
                path: (*path).to_owned(),
                text: (*text).to_owned(),
            })
            .collect();
        assert_eq!(circles(&sources), expected, "{files:?}");
    }
}
