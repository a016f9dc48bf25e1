//! Tables of scans, spectra and comparisons (CSV, HDF5), and the panels made of them.
//!
//! In CSV, lines that start with `#` are comments; the first other line names the columns. Columns of
//! results are told by their names: cross sections end in `_pb`, spectra start with `dsigma`,
//! excluded charges are `q_over_e`, their upper edges `q_over_e_max`; what varies beside them was
//! scanned. Where the column `channel` is `overlay`, charges were read from a file and their region is
//! shaded. The card is in comments that start with `# card: `.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::about::{self, Fact};
use super::figure::{Axis, Content, Curve, Panel, Part, Scale, Shape, Source};
use super::{PlotError, names, run};
use millibrem::text;
use millibrem_files::hdf5::SavedTable;
use millibrem_files::input;
use millibrem_files::table::{CHECKSUM, first_damaged};

/// Mebibytes beyond which a table is not read; the largest scans have a fifth of it.
const MAX_MIB: u64 = 128;
/// What the column `channel` says of limits that were read.
const OVERLAY: &str = "overlay";

/// A table in memory.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub(super) path: PathBuf,
    facts: Vec<Fact>,
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// The panel a column belongs to.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    panel: String,
    x: String,
    y: String,
    over: Option<String>,
}

impl Table {
    /// A table in HDF5 that was read.
    pub(super) fn saved(path: &Path, saved: SavedTable) -> Self {
        let (names, columns): (Vec<String>, Vec<Vec<String>>) = saved.columns.into_iter().unzip();
        let rows = 0..columns.iter().map(Vec::len).min().unwrap_or(0);
        Self {
            path: path.to_owned(),
            facts: about::facts(&saved.card, &names),
            names,
            rows: rows
                .map(|i| columns.iter().map(|column| column[i].clone()).collect())
                .collect(),
        }
    }

    /// Reads a table in CSV.
    pub(super) fn read(path: &Path) -> Result<Self, PlotError> {
        let file = input::open(path);
        let text = file
            .and_then(|file| text::read(file, MAX_MIB))
            .map_err(|source| PlotError::Read {
                path: path.to_owned(),
                source,
            })?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, PlotError> {
        let wrong = |line: usize, reason: String| PlotError::Table {
            path: path.to_owned(),
            line,
            reason,
        };
        let damaged = first_damaged(text).filter(|_| first_damaged(&as_written(text)).is_some());
        if let Some(line) = damaged {
            let reason = format!(
                "this line, or one above the names, is not what was written: its checksum is wrong; compute the table again, or take out the column {CHECKSUM} if you changed it yourself"
            );
            return Err(wrong(line, reason));
        }
        let mut lines = text::rows(text).into_iter();
        let Some((_, names)) = lines.next() else {
            return Err(wrong(
                1,
                "there is no line with the names of columns".to_owned(),
            ));
        };
        // Spreadsheets fill rows up to the longest, that of a comment.
        let width = names.iter().rposition(|name| !name.is_empty());
        let names = names[..width.map_or(0, |last| last + 1)].to_vec();
        let mut rows = Vec::new();
        for (line, mut row) in lines {
            let used = row.iter().rposition(|cell| !cell.is_empty());
            row.truncate(names.len().max(used.map_or(0, |last| last + 1)));
            if row.len() != names.len() {
                let reason = format!("{} cells under {} names", row.len(), names.len());
                return Err(wrong(line, reason));
            }
            for (name, cell) in names.iter().zip(&row) {
                check_cell(name, cell).map_err(|problem| wrong(line, problem))?;
            }
            rows.push(row);
        }
        let comments = text.lines().filter_map(text::comment);
        let card: Vec<String> = comments
            .filter_map(|c| Some(c.strip_prefix(" card: ")?.to_owned()))
            .collect();
        Ok(Self {
            path: path.to_owned(),
            facts: about::facts(&card.join("\n"), &names),
            names,
            rows,
        })
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    /// The number in a cell; what is none counts as missing.
    fn number(&self, row: &[String], name: &str) -> f64 {
        let cell = self.column(name).and_then(|i| row[i].parse().ok());
        cell.unwrap_or(f64::NAN)
    }

    /// Columns that were scanned: no results, more than one value.
    fn scanned(&self) -> impl Iterator<Item = (usize, &String)> {
        let varies = |i: usize| self.rows.iter().any(|row| row[i] != self.rows[0][i]);
        let named = self.names.iter().enumerate();
        named.filter(move |(i, name)| !is_result(name) && varies(*i))
    }

    fn is_numeric(&self, i: usize) -> bool {
        self.rows.iter().all(|row| row[i].parse::<f64>().is_ok())
    }

    /// The abscissa of scans: the column of numbers with the most values.
    fn abscissa(&self) -> Option<String> {
        let numeric = self.scanned().filter(|(i, _)| self.is_numeric(*i));
        let values = |i: usize| {
            let mut all: Vec<&str> = self.rows.iter().map(|row| row[i].as_str()).collect();
            all.sort_unstable();
            all.dedup();
            all.len()
        };
        // The first of equals: its results are listed by it.
        let best = numeric.max_by_key(|(i, _)| (values(*i), std::cmp::Reverse(*i)));
        let first = || (0..self.names.len()).find(|i| self.is_numeric(*i));
        best.map(|(_, name)| name.clone())
            .or_else(|| first().map(|i| self.names[i].clone()))
    }

    /// The texts of the first scanned column beside `x` and those it follows from, to split by.
    fn groups(&self, x: &str) -> Vec<Option<(String, String)>> {
        let splits = |i: usize| {
            let value = |row: &Vec<String>| row[i].clone();
            let x = self.column(x);
            // A column that says the same as the abscissa in other words splits nothing.
            x.is_some_and(|x| {
                let mut first = HashMap::new();
                let mut differs = |row: &Vec<String>| {
                    *first.entry(row[x].clone()).or_insert(value(row)) != value(row)
                };
                self.rows.iter().any(&mut differs)
            })
        };
        // The names of exclusion curves always do: their masses need not meet.
        let chosen = |(i, name): &(usize, &String)| *name != x && (*name == "curve" || splits(*i));
        let Some((i, name)) = self.scanned().find(chosen) else {
            return vec![None];
        };
        let mut seen = HashSet::new();
        let values = self.rows.iter().map(|row| row[i].clone());
        let values = values.filter(|value| seen.insert(value.clone()));
        values.map(|value| Some((name.clone(), value))).collect()
    }

    /// Which columns make which panels.
    fn entries(&self) -> Vec<Entry> {
        let Some(abscissa) = self.abscissa() else {
            return Vec::new();
        };
        let has = |name: &str| self.column(name).is_some();
        let entry = |panel: &str, x: &str, y: &str, over: Option<&str>| Entry {
            panel: panel.to_owned(),
            x: x.to_owned(),
            y: y.to_owned(),
            over: over.map(str::to_owned),
        };
        let mut found = Vec::new();
        for name in self.names.iter().filter(|name| !name.contains("error")) {
            if name.starts_with("dsigma_de_miss") && has("e_miss_gev") {
                found.push(entry("dsigma_de_miss", "e_miss_gev", name, None));
            } else if name.starts_with("dsigma") {
                let x = if has("x") { "x" } else { &abscissa };
                found.push(entry("dsigma_dx", x, name, None));
            } else if name == "q_over_e" {
                found.push(entry("reach", &abscissa, name, None));
            } else if name.ends_with("_pb") {
                found.push(entry("sigma", &abscissa, name, None));
                if has("etl_pb") && name != "etl_pb" {
                    found.push(entry("ratios", &abscissa, name, Some("etl_pb")));
                }
            }
        }
        found
    }

    /// The errors of the column `y`, by the names in use.
    fn error_of(&self, y: &str) -> Option<String> {
        let stem = y.trim_end_matches("_pb");
        let own = [
            format!("{stem}_error_pb"),
            format!("error_{stem}_pb"),
            format!("{y}_error"),
        ];
        // The one column of errors belongs to the first column of results.
        let results = |n: &&String| n.ends_with("_pb") && !n.contains("error");
        let first = self.names.iter().find(results).is_some_and(|n| n == y);
        let only = self.names.iter().filter(|n| n.contains("error")).count() == 1;
        let shared = (only && first).then(|| "error_pb".to_owned());
        own.into_iter()
            .chain(shared)
            .find(|name| self.column(name).is_some())
    }

    fn curve(&self, entry: &Entry, only: Option<&(String, String)>) -> Curve {
        let chosen = |row: &&Vec<String>| match only {
            Some((name, text)) => self.column(name).is_some_and(|i| row[i] == *text),
            None => true,
        };
        let mut rows: Vec<&Vec<String>> = self.rows.iter().filter(chosen).collect();
        rows.sort_by(|a, b| {
            let x = |row| self.number(row, &entry.x);
            x(a).total_cmp(&x(b))
        });
        let unit = |row: &[String]| match &entry.over {
            Some(name) => self.number(row, name),
            None => 1.0,
        };
        let column = |name: &str, divided: bool| -> Vec<f64> {
            let value = |row: &&Vec<String>| match divided {
                true => self.number(row, name) / unit(row),
                false => self.number(row, name),
            };
            rows.iter().map(value).collect()
        };
        let some = |values: &Vec<f64>| values.iter().any(|v| v.is_finite());
        let numbers = |name: String| Some((column(&name, true), name)).filter(|(v, _)| some(v));
        let (error, errors) = self.error_of(&entry.y).and_then(numbers).unzip();
        let upper = Some(format!("{}_max", entry.y)).filter(|n| self.column(n).is_some());
        let (upper, uppers) = upper.and_then(numbers).unzip();
        let channel = self.column("channel");
        let read = channel.is_some_and(|i| rows.iter().all(|row| row[i] == OVERLAY));
        Curve {
            label: String::new(),
            shape: if read { Shape::Region } else { Shape::Line },
            x: column(&entry.x, false),
            y: column(&entry.y, true),
            error: error.unwrap_or_default(),
            upper: upper.unwrap_or_default(),
            source: Source {
                path: self.path.clone(),
                part: Part::Columns {
                    x: entry.x.clone(),
                    y: entry.y.clone(),
                    error: errors,
                    upper: uppers,
                    over: entry.over.clone(),
                    only: only.cloned(),
                },
            },
        }
    }
}

/// A table that a spreadsheet has saved as this program writes it: without quotation marks, blank
/// rows and cells that fill rows up.
fn as_written(text: &str) -> String {
    let line = |line: &str| match text::comment(line) {
        Some(said) => format!("#{said}\n"),
        None => {
            let rows = text::rows(line).into_iter();
            let plain = |cells: Vec<String>| cells.join(",").trim_end_matches(',').to_owned();
            rows.map(|(_, cells)| plain(cells) + "\n").collect()
        }
    };
    text.lines().map(line).collect()
}

/// Refuses what stands where a number should be. An empty cell has none; what only looks like a
/// number is wrong in any column, for no curve should lose a point in silence.
fn check_cell(name: &str, cell: &str) -> Result<(), String> {
    let units = ["_pb", "_gev", "_gev2", "_rad", "_mrad", "_cm", "_s"];
    let is_number = is_result(name)
        || name.starts_with("q_over_e")
        || units.iter().any(|unit| name.ends_with(unit));
    match is_number && !cell.is_empty() {
        true => text::number(cell).map(|_| ()),
        false => text::number_or_text(cell).map(|_| ()),
    }
    .map_err(|problem| format!("{name}: {problem}"))
}

fn is_result(name: &str) -> bool {
    let parts = ["_pb", "dsigma", "error", "ratio", "_over_"];
    let others = [
        "x",
        "e_miss_gev",
        "n_eval",
        "wall_s",
        "chi2_dof",
        "seed",
        CHECKSUM,
    ];
    parts.iter().any(|part| name.contains(part)) || others.contains(&name)
}

/// All panels of `tables`; `labels` name the files in the legend.
///
/// # Errors
/// [`PlotError`] if one has nothing that can be drawn.
pub(super) fn panels(tables: &[Table], labels: &[String]) -> Result<Vec<Panel>, PlotError> {
    let mut found: Vec<Panel> = Vec::new();
    let files: Vec<_> = tables
        .iter()
        .map(|table| (&table.path, &table.facts))
        .collect();
    let (title, legend) = about::words(&files, labels);
    for (table, file) in tables.iter().zip(legend) {
        for entry in table.entries() {
            for only in table.groups(&entry.x) {
                let mut curve = table.curve(&entry, only.as_ref());
                let group = only.map(|(name, text)| match name.as_str() {
                    "method" => names::of_approach(&text),
                    "curve" => text,
                    _ => format!("{} {text}", names::of_column(&name)),
                });
                let parts = [
                    Some(file.clone()),
                    Some(names::of_approach(&entry.y)),
                    group,
                ];
                let parts = parts.into_iter().flatten();
                let parts: Vec<_> = parts
                    .filter(|p| !p.is_empty() && !p.starts_with("dsigma"))
                    .collect();
                curve.label = parts.join(", ");
                match found.iter_mut().find(|panel| panel.name == entry.panel) {
                    Some(panel) => {
                        if let Content::Curves(curves) = &mut panel.content {
                            curves.push(curve);
                        }
                    }
                    None => found.push(panel(&entry, &title, curve)),
                }
            }
        }
    }
    for panel in &mut found {
        if let Content::Curves(curves) = &panel.content {
            panel.y.scale = run::scale(curves);
            panel.x.scale = spacing(&curves[0].x);
        }
    }
    Ok(found)
}

fn panel(entry: &Entry, title: &str, curve: Curve) -> Panel {
    let ratio = entry.over.is_some();
    let label = match ratio {
        true => "*σ* / *σ*_{exact}".to_owned(),
        false => names::of_column(&entry.y),
    };
    let axis = |label: String| Axis {
        label,
        scale: Scale::Linear,
    };
    Panel {
        name: entry.panel.clone(),
        title: title.to_owned(),
        x: axis(names::of_column(&entry.x)),
        y: axis(label),
        reference: ratio.then_some(1.0),
        content: Content::Curves(vec![curve]),
    }
}

/// Logarithmic if the points are closer to equal ratios than to equal steps.
fn spacing(x: &[f64]) -> Scale {
    let (Some(&low), Some(&high)) = (x.first(), x.last()) else {
        return Scale::Linear;
    };
    let middle = x[x.len() / 2];
    let wide = low > 0.0 && high > 10.0 * low;
    match wide && middle < 0.5 * (0.5 * (low + high) + (low * high).sqrt()) {
        true => Scale::Log,
        false => Scale::Linear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        Table::parse(Path::new("t.csv"), text).unwrap()
    }

    #[test]
    fn a_comparison_makes_totals_and_ratios() {
        let table = table(
            "# units: pb\nm_chi_gev,etl_pb,etl_error_pb,ww_pb,verdict\n\
             0.001,2.0,0.1,4.0,bad\n0.01,1.0,0.1,1.0,good\n",
        );
        let entries = table.entries();
        let panels: Vec<_> = entries
            .iter()
            .map(|e| (e.panel.as_str(), e.y.as_str()))
            .collect();
        assert_eq!(
            panels,
            [("sigma", "etl_pb"), ("sigma", "ww_pb"), ("ratios", "ww_pb")]
        );
        let ratio = table.curve(&entries[2], None);
        assert_eq!((ratio.x, ratio.y), (vec![0.001, 0.01], vec![2.0, 1.0]));
        assert_eq!(table.curve(&entries[0], None).error, [0.1, 0.1]);
        // The verdict follows the mass: it splits nothing.
        assert_eq!(table.groups("m_chi_gev"), [None]);
    }

    #[test]
    fn a_scan_over_two_keys_is_split_by_the_shorter_one() {
        let table = table(
            "target.element,dark_sector.m_chi_gev,sigma_pb,error_pb\n\
             Al,0.1,1,0\nAl,0.01,3,0\nPb,0.01,4,0\nPb,0.1,2,0\n",
        );
        let entry = &table.entries()[0];
        assert_eq!(entry.x, "dark_sector.m_chi_gev");
        let groups = table.groups(&entry.x);
        assert_eq!(groups.len(), 2);
        let curve = table.curve(entry, groups[0].as_ref());
        assert_eq!((curve.x, curve.y), (vec![0.01, 0.1], vec![3.0, 1.0]));
    }

    #[test]
    fn a_row_of_another_length_is_an_error_with_its_line() {
        let error = Table::parse(Path::new("t.csv"), "# c\nx,y\n1,2\n3\n").unwrap_err();
        assert_eq!(error.to_string(), "t.csv:4: 1 cells under 2 names");
    }

    #[test]
    fn equal_ratios_make_a_logarithmic_axis() {
        assert_eq!(spacing(&[0.001, 0.01, 0.1, 1.0]), Scale::Log);
        assert_eq!(spacing(&[0.05, 0.3, 0.5, 0.7, 0.95]), Scale::Linear);
    }
}
