//! Exclusion curves as a table and as JSON, with the limits that are shown beside them.

use serde_json::{Value, json};

use super::curves::{Counts, Curve, Ratio, Reach, Reached};
use super::limited::Limited;
use super::recast::LimitFile;
use super::showered::Showered;
use crate::card::RunCard;
use crate::run;
use crate::study::facts;
use crate::table::json::{number, numbers};
use crate::table::{Cell, Column, Table};
use crate::text::shown;

/// Channel of what was not computed but read.
pub const OVERLAY: &str = "overlay";

impl Reach {
    /// The table without rows. Its facts are those of the experiments, one after the other.
    pub fn header(&self) -> Table {
        let mut all = Vec::new();
        for card in self.cards() {
            for (name, value) in facts("reach", card) {
                let name = match name.as_str() {
                    "card" => format!("card of {}", card.run.name),
                    _ => name,
                };
                all.push((name, value));
            }
        }
        let error = "one standard deviation of the Monte Carlo, empty without";
        let events = "expected events at the edge of what is excluded, empty for limits of others";
        let of = self.limited;
        let (limit, plural) = (of.column(), of.plural());
        let [least, most] = ["excluded", "not excluded, empty without"]
            .map(|what| format!("{plural} above this are {what}"));
        Table {
            facts: all,
            columns: vec![
                Column::new("curve", "", "experiment and channel"),
                Column::new(
                    of.mass_column(),
                    "GeV",
                    &format!("mass of {}", of.of_what()),
                ),
                Column::new(limit, "1", &least),
                Column::new(&format!("{limit}_error"), "1", error),
                Column::new(&format!("{limit}_max"), "1", &most),
                Column::new(
                    "channel",
                    "",
                    "of the curve, overlay for limits that were read",
                ),
                Column::new("events_excluded", "1", events),
                Column::new(
                    "confidence",
                    "1",
                    "confidence level of that number, empty where the card gives it",
                ),
                Column::new(
                    "observed",
                    "1",
                    "events seen, empty where the card gives the number",
                ),
                Column::new("background", "1", "background events expected, likewise"),
            ],
            keys: 2,
            rows: Vec::new(),
        }
    }

    /// Whether the curve of a row in an earlier table is computed again at its mass. What was read
    /// needs not come again.
    pub fn has(&self, row: &[Cell]) -> bool {
        let header = self.header();
        let cell = |name: &str| header.position(name).and_then(|i| row.get(i));
        let mass = cell(self.limited.mass_column()).and_then(Cell::number);
        let is_read = cell("channel").is_some_and(|c| *c == Cell::from(OVERLAY));
        is_read || mass.is_some_and(|m| self.masses.contains(&m))
    }

    /// What to call an experiment: by its label, by its run where another has the same label.
    pub(super) fn display_name<'a>(&self, card: &'a RunCard) -> &'a str {
        let same = |other: &&RunCard| other.display_name() == card.display_name();
        match self.cards().filter(same).count() {
            0 | 1 => card.display_name(),
            _ => &card.run.name,
        }
    }

    /// How many events each experiment excludes, in words, and what is worth knowing of channels.
    pub fn words(&self) -> Vec<String> {
        let notes = |card: &RunCard| {
            let all = Showered::channels(card).filter_map(|c| Showered::note(card, c));
            all.map(|words| format!("{}: {words}", self.display_name(card)))
                .collect::<Vec<_>>()
        };
        let mut words = self.excluded();
        words.extend(self.cards().flat_map(notes));
        words.extend(self.cards().filter_map(|card| {
            let left_out = Showered::left_out(card)?;
            Some(format!("{}: {left_out}", self.display_name(card)))
        }));
        words.extend(self.cards().flat_map(|card| {
            let of = |note: String| format!("{}: {note}", self.display_name(card));
            run::loss_notes(card).into_iter().map(of)
        }));
        words
    }

    /// How many events each experiment excludes.
    fn excluded(&self) -> Vec<String> {
        let words = |card: &RunCard| {
            let (name, events) = (self.display_name(card), card.reach.events_excluded);
            match self.options.counts {
                Some(Counts {
                    observed,
                    background,
                    confidence,
                }) => format!(
                    "{name}: {events:.4} events are excluded at {} % CL (CLs), {observed} observed, {background} background expected",
                    crate::text::shown(100.0 * confidence)
                ),
                None => format!("{name}: {events} events are excluded (reach.events_excluded)"),
            }
        };
        self.cards().map(words).collect()
    }
}

impl Reached<'_> {
    /// The curves and what is shown beside them, a row a limit; masses without a limit are left out.
    pub fn table(&self) -> Table {
        let mut rows = Vec::new();
        let counts = self.of.options.counts;
        for curve in &self.curves {
            let counts = counts.filter(|_| curve.events_excluded.is_some());
            let limits = self.of.masses.iter().zip(&curve.q_over_e).zip(&curve.error);
            for ((mass, q), error) in limits {
                if let Some(q) = q {
                    rows.push(vec![
                        curve.label.as_str().into(),
                        (*mass).into(),
                        (*q).into(),
                        (*error).into(),
                        curve.q_over_e_max.into(),
                        curve.channel.into(),
                        curve.events_excluded.into(),
                        counts.map(|c| c.confidence).into(),
                        counts.map(|c| u64::from(c.observed)).into(),
                        counts.map(|c| c.background).into(),
                    ]);
                }
            }
        }
        for (name, limit) in &self.of.options.overlays {
            for (mass, q) in limit.points() {
                let mut row = vec![
                    display(name, limit).into(),
                    (*mass).into(),
                    (*q).into(),
                    Cell::Missing,
                    limit.upper_edge().into(),
                    OVERLAY.into(),
                ];
                row.resize(10, Cell::Missing);
                rows.push(row);
            }
        }
        self.of.header().with_rows(rows)
    }

    /// What is worth knowing of the limits, in words: those that are none, and masses without any.
    pub fn words(&self) -> Vec<String> {
        let masses = &self.of.masses;
        let limited = self.of.limited;
        let mut words = Vec::new();
        for curve in &self.curves {
            let above: Vec<f64> = masses
                .iter()
                .zip(&curve.q_over_e)
                .filter_map(|(m, q)| q.is_some_and(|q| q > 1.0).then_some(*m))
                .collect();
            if !above.is_empty() {
                words.push(format!(
                    "{}: above {} = 1 {}: no limit on a {} below the electron's",
                    curve.display,
                    limited.symbol(),
                    at(limited, &above),
                    if limited == Limited::Charge {
                        "charge"
                    } else {
                        "coupling"
                    }
                ));
            }
        }
        for card in self.of.cards() {
            let own = || self.curves.iter().filter(|c| c.source == card.run.name);
            let nothing = |i: &usize| own().all(|curve| curve.q_over_e[*i].is_none());
            let none: Vec<f64> = (0..masses.len())
                .filter(nothing)
                .map(|i| masses[i])
                .collect();
            let why = match (limited, card.reach.q_over_e_max) {
                (Limited::Charge, None) => "no such pair can be made".to_owned(),
                (_, None) => "none of that mass can be made".to_owned(),
                (Limited::DarkPhoton | Limited::Resonance | Limited::Boson, Some(g)) => format!(
                    "none of that mass can be made, or its limit is above {} = {} (--ceiling)",
                    limited.symbol(),
                    shown(g)
                ),
                (Limited::Charge, Some(q)) => format!(
                    "no such pair can be made, or chi of that charge would be seen (Q/e = {} and above)",
                    shown(q)
                ),
            };
            if !none.is_empty() {
                let name = self.of.display_name(card);
                words.push(format!("{name}: no limit {}: {why}", at(limited, &none)));
            }
        }
        words
    }

    /// The computed curves alone, in the columns and by the names that a reader wants.
    pub fn computed(&self) -> Table {
        let whole = self.table();
        let limited = self.of.limited;
        let error = format!("{}_error", limited.column());
        let names = [
            "curve",
            limited.mass_column(),
            limited.column(),
            &error,
            "events_excluded",
        ];
        let kept: Vec<usize> = names.iter().filter_map(|n| whole.position(n)).collect();
        let channel = whole.position("channel");
        let computed = |row: &&Vec<Cell>| channel.is_some_and(|i| row[i] != Cell::from(OVERLAY));
        let shown = |cell: &Cell| {
            let named = |curve: &&Curve| *cell == Cell::from(curve.label.as_str());
            let curve = self.curves.iter().find(named);
            curve.map_or_else(|| cell.clone(), |curve| curve.display.as_str().into())
        };
        let row = |row: &Vec<Cell>| kept.iter().map(|&i| shown(&row[i])).collect();
        Table {
            columns: kept.iter().map(|&i| whole.columns[i].clone()).collect(),
            rows: whole.rows.iter().filter(computed).map(row).collect(),
            ..whole
        }
    }

    /// The curves, ratios and ranges of recasts as one object.
    pub fn to_json(&self) -> Value {
        let masses = &self.of.masses;
        let of = self.of.limited;
        let largest = format!("{}_max", of.column());
        let curve = |c: &Curve| {
            json!({"label": c.label, "display": c.display, "source": c.source, "channel": c.channel,
                of.mass_column(): masses, of.column(): numbers(&c.q_over_e), "error": numbers(&c.error),
                &*largest: number(c.q_over_e_max)})
        };
        let mut shown: Vec<Value> = self.curves.iter().map(curve).collect();
        shown.extend(self.of.options.overlays.iter().map(|(name, limit)| {
            let (m, q): (Vec<f64>, Vec<f64>) = limit.points().iter().copied().unzip();
            json!({"label": display(name, limit), "display": display(name, limit), "source": name, "channel": OVERLAY,
                of.mass_column(): m, of.column(): q, "error": vec![Value::Null; limit.points().len()],
                &*largest: number(limit.upper_edge())})
        }));
        let range = |(name, limit): &(String, LimitFile)| json!({"source": name, "range_gev": limit.range_gev()});
        let counts = self.of.options.counts;
        json!({
            "curves": shown,
            "events_excluded": self.of.cards().map(|c| c.reach.events_excluded).collect::<Vec<_>>(),
            "confidence": number(counts.map(|c| c.confidence)),
            "observed": counts.map(|c| c.observed),
            "background": number(counts.map(|c| c.background)),
            "ratios": self.ratios().iter().map(|r| r.to_json(of, masses)).collect::<Vec<_>>(),
            "recasts": self.of.options.recasts.iter().map(range).collect::<Vec<_>>(),
        })
    }
}

impl Ratio {
    fn to_json(&self, limited: Limited, masses: &[f64]) -> Value {
        json!({
            "of": self.of,
            "over": self.over,
            limited.mass_column(): masses,
            "limit_ratio": numbers(&self.limit_ratio),
            "limit_ratio_iww": numbers(&self.limit_ratio_iww),
            "sqrt_on_target": number(self.sqrt_on_target),
            "sqrt_nuclei_per_cm2": number(self.sqrt_nuclei_per_cm2),
            "sqrt_sigma": numbers(&self.sqrt_sigma),
        })
    }
}

/// Masses in GeV, in words.
fn at(limited: Limited, masses: &[f64]) -> String {
    let rounded = |m: f64| shown(format!("{m:.3e}").parse().unwrap_or(m));
    match masses {
        [only] => format!("at {} = {} GeV", limited.mass(), rounded(*only)),
        _ => {
            let least = masses.iter().copied().fold(f64::INFINITY, f64::min);
            let most = masses.iter().copied().fold(0.0, f64::max);
            format!(
                "at {} masses from {} to {} GeV",
                masses.len(),
                rounded(least),
                rounded(most)
            )
        }
    }
}

/// What to call a limit that was read: the experiment it names, else its file.
pub fn display<'a>(file: &'a str, limit: &'a LimitFile) -> &'a str {
    limit.experiment().unwrap_or(file)
}
