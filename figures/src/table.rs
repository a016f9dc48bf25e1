//! Panels of tables: scans, spectra, comparisons and reaches.
//!
//! Columns of results are told by their names: cross sections end in `_pb`, spectra start with
//! `dsigma`, excluded charges are `q_over_e`, their upper edges `q_over_e_max`; what varies beside
//! them was scanned. Where the column `channel` is `overlay`, charges were read from a file and their
//! region is shaded.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use millibrem::histogram::Scale;

use super::about::{self, Experiment, Fact};
use super::figure::{Content, Curve, Panel, PanelAxis, Part, Shape, Source};
use super::size::Size;
use super::{names, run};
use millibrem::results::{self, is_result};

/// What the column `channel` says of limits that were read.
const OVERLAY: &str = "overlay";

/// Name of the panel of a shower.
const TRACK_LENGTH: &str = "track_length";

/// A table and what is said of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table<'a> {
    pub(super) path: &'a PathBuf,
    facts: Vec<Fact>,
    /// Those whose cards label them.
    experiments: Vec<Experiment>,
    names: Vec<String>,
    /// Cells as they stand in files, by which a script finds them again.
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

impl<'a> Table<'a> {
    pub(super) fn new(path: &'a PathBuf, table: &results::Table) -> Self {
        let names: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
        let rows = table.rows.iter();
        let of_card = |name: &str| name == "card" || name.starts_with("card of ");
        let cards = table.facts.iter().filter(|(name, _)| of_card(name));
        Self {
            path,
            facts: about::facts(table.fact("card").unwrap_or_default(), &names),
            experiments: cards
                .filter_map(|(_, card)| about::experiment(card))
                .collect(),
            names,
            rows: rows
                .map(|row| row.iter().map(ToString::to_string).collect())
                .collect(),
        }
    }

    /// The name of an exclusion curve with the label of its experiment, which no other may have.
    fn labelled(&self, curve: &str) -> Option<String> {
        let of = |e: &&Experiment| {
            curve
                .strip_prefix(&e.name[..])
                .is_some_and(|r| r.starts_with(' '))
        };
        let one = self.experiments.iter().find(of)?;
        let same = self.experiments.iter().filter(|e| e.label == one.label);
        (same.count() == 1).then(|| format!("{}{}", one.label, &curve[one.name.len()..]))
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
        let is_limit = |name: &str| self.is_limit(name);
        named.filter(move |(i, name)| !is_result(name) && !is_limit(name) && varies(*i))
    }

    /// Whether the column is that of exclusion limits; the names of couplings are also keys to scan.
    fn is_limit(&self, name: &str) -> bool {
        name == "q_over_e"
            || self.column("curve").is_some() && ["epsilon", "coupling"].contains(&name)
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
        let mut keys = self.keys();
        best.map(|(_, name)| name.clone()).or_else(|| {
            keys.find(|(i, _)| self.is_numeric(*i))
                .map(|(_, name)| name.clone())
        })
    }

    /// Columns that others can be drawn against, if they hold numbers.
    fn keys(&self) -> impl Iterator<Item = (usize, &String)> {
        let is_key = |name: &str| !is_result(name) || ["x", "e_miss_gev"].contains(&name);
        let named = self.names.iter().enumerate();
        named.filter(move |(_, name)| is_key(name) && !self.is_limit(name))
    }

    /// The keys of a table of cross sections none of which holds numbers.
    pub(super) fn only_texts(&self) -> Option<String> {
        let sigma = self.names.iter().any(|name| name.ends_with("_pb"));
        let keys: Vec<&str> = self.keys().map(|(_, name)| &name[..]).collect();
        (sigma && self.abscissa().is_none() && !self.rows.is_empty()).then(|| keys.join(", "))
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
            } else if self.is_limit(name) {
                found.push(entry("reach", &abscissa, name, None));
            } else if ["electron_x0", "positron_x0", "photon_x0"].contains(&name.as_str()) {
                found.push(entry(TRACK_LENGTH, "energy_gev", name, None));
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
        let is_error = |n: &&String| n.contains("error") && n.ends_with("_pb");
        let only = self.names.iter().filter(is_error).count() == 1;
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
        let channel = self.column("channel");
        let read = channel.is_some_and(|i| rows.iter().all(|row| row[i] == OVERLAY));
        // What was read may turn back: its points stand in the order of its outline.
        if !read {
            rows.sort_by(|a, b| {
                let x = |row| self.number(row, &entry.x);
                x(a).total_cmp(&x(b))
            });
        }
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
        Curve {
            label: String::new(),
            display: None,
            shape: if read { Shape::Region } else { Shape::Line },
            projected: false,
            place: None,
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
                    ordered: read,
                },
            },
        }
    }
}

/// All panels of `tables`; `labels` name the files in the legend.
pub(super) fn panels(tables: &[Table], labels: &[String]) -> Vec<Panel> {
    let mut found: Vec<Panel> = Vec::new();
    let files: Vec<_> = tables
        .iter()
        .map(|table| (table.path, &table.facts))
        .collect();
    let (title, legend) = about::words(&files, labels);
    let experiments = tables.iter().map(|table| match &table.experiments[..] {
        [one] => Some(one),
        _ => None,
    });
    let shown = about::labels(&experiments.collect::<Vec<_>>(), labels);
    for ((table, file), shown) in tables.iter().zip(legend).zip(shown) {
        for entry in table.entries() {
            for only in table.groups(&entry.x) {
                let mut curve = table.curve(&entry, only.as_ref());
                let named = only.as_ref().filter(|(name, _)| name == "curve");
                let named = named.and_then(|(_, text)| table.labelled(text));
                let group = only.map(|(name, text)| match name.as_str() {
                    "method" => names::of_approach(&text),
                    "curve" => text,
                    _ => names::of_value(&name, &text),
                });
                let joined = |file: &str, group: Option<&String>| {
                    let approach = names::of_approach(&entry.y);
                    let parts = [file, &approach, group.map_or("", |group| group)];
                    let told = |p: &&str| !p.is_empty() && !p.starts_with("dsigma");
                    let parts: Vec<&str> = parts.into_iter().filter(told).collect();
                    parts.join(", ")
                };
                curve.label = joined(&file, group.as_ref());
                if shown.is_some() || named.is_some() {
                    let file = match (&shown, &named) {
                        (Some(_), Some(_)) => "",
                        (Some(shown), None) => shown,
                        (None, _) => &file,
                    };
                    curve.display = Some(joined(file, named.as_ref().or(group.as_ref())));
                }
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
            let own = curves.iter().find(|c| c.shape != Shape::Region);
            panel.x.scale = spacing(&own.unwrap_or(&curves[0]).x);
        }
    }
    found
}

fn panel(entry: &Entry, title: &str, curve: Curve) -> Panel {
    let ratio = entry.over.is_some();
    let shower = entry.panel == TRACK_LENGTH;
    let label = match ratio {
        true => "*σ* / *σ*_{exact}".to_owned(),
        false if shower => "track length above *E* [*X*_{0}]".to_owned(),
        false => names::of_column(&entry.y),
    };
    let x = match shower {
        // No energy of a beam.
        true => "*E* [GeV]".to_owned(),
        false => names::of_column(&entry.x),
    };
    Panel {
        name: entry.panel.clone(),
        title: title.to_owned(),
        x: PanelAxis::linear(x),
        y: PanelAxis {
            // A charge above that of the electron is no millicharge.
            cap: (entry.panel == "reach").then_some(1.0),
            ..PanelAxis::linear(label)
        },
        reference: ratio.then_some(1.0),
        content: Content::Curves(vec![curve]),
        ratio: None,
        size: Size::default(),
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
    use millibrem::table::{Cell, Column};

    use super::*;

    fn results(text: &str) -> results::Table {
        let cells = |line: &str| line.split(',').map(str::to_owned).collect();
        let mut lines = text.lines().map(cells);
        let names: Vec<String> = lines.next().unwrap();
        let row = |cells: Vec<String>| cells.iter().map(|c| Cell::as_written(c)).collect();
        results::Table {
            columns: names.iter().map(|name| Column::new(name, "", "")).collect(),
            rows: lines.map(row).collect(),
            ..results::Table::default()
        }
    }

    #[test]
    fn a_comparison_makes_totals_and_ratios() {
        let path = PathBuf::from("t.csv");
        let results = results(
            "m_chi_gev,etl_pb,etl_error_pb,ww_pb,verdict\n\
             0.001,2.0,0.1,4.0,bad\n0.01,1.0,0.1,1.0,good\n",
        );
        let table = Table::new(&path, &results);
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
        let path = PathBuf::from("t.csv");
        let results = results(
            "target.element,dark_sector.m_chi_gev,sigma_pb,error_pb\n\
             Al,0.1,1,0\nAl,0.01,3,0\nPb,0.01,4,0\nPb,0.1,2,0\n",
        );
        let table = Table::new(&path, &results);
        assert_eq!(table.only_texts(), None);
        let entry = &table.entries()[0];
        assert_eq!(entry.x, "dark_sector.m_chi_gev");
        let groups = table.groups(&entry.x);
        assert_eq!(groups.len(), 2);
        let curve = table.curve(entry, groups[0].as_ref());
        assert_eq!((curve.x, curve.y), (vec![0.01, 0.1], vec![3.0, 1.0]));
    }

    #[test]
    fn exclusion_curves_have_the_labels_of_their_cards_where_these_differ() {
        let path = PathBuf::from("t.csv");
        let card = |name: &str, label: &str| {
            let text = format!("[run]\nname = {name:?}\nlabel = {label:?}\n");
            (format!("card of {name}"), text)
        };
        let mut results = results(
            "curve,m_chi_gev,q_over_e,channel\nna64,0.1,1e-3,sum\n\
             na64 sum,0.1,1e-3,sum\nldmx sum,0.1,1e-4,sum\n",
        );
        results.facts = vec![card("na64", "NA64μ"), card("ldmx", "LDMX ρ, \"new\"")];
        let table = Table::new(&path, &results);
        let label = |text: &str| table.labelled(text);
        assert_eq!(label("na64 sum").as_deref(), Some("NA64μ sum"));
        assert_eq!(label("ldmx sum").as_deref(), Some("LDMX ρ, \"new\" sum"));
        assert_eq!((label("na64"), label("SLAC mQ")), (None, None));
        let drawn = panels(&[table], &[]);
        let Content::Curves(curves) = &drawn[0].content else {
            panic!("a heat map");
        };
        let named: Vec<_> = curves
            .iter()
            .map(|c| (&c.label[..], c.display.as_deref()))
            .collect();
        assert_eq!(named[1], ("na64 sum", Some("NA64μ sum")));
        results.facts[1] = card("ldmx", "NA64μ");
        assert_eq!(Table::new(&path, &results).labelled("na64 sum"), None);
    }

    #[test]
    fn equal_ratios_make_a_logarithmic_axis() {
        assert_eq!(spacing(&[0.001, 0.01, 0.1, 1.0]), Scale::Log);
        assert_eq!(spacing(&[0.05, 0.3, 0.5, 0.7, 0.95]), Scale::Linear);
    }
}
