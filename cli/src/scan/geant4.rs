//! The tables for Geant4 that a scan makes, and how well they can be interpolated.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use millibrem::card::Method;
use millibrem::cuts::Cuts;
use millibrem::run;
use millibrem::study::Axis;
use millibrem_files::geant4::{Misfit, Row, table};
use millibrem_files::table::{short_name, write_whole};
use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::json::number;
use super::super::sigma::Found;
use super::label;
use super::rows::{Point, Rows};

const ENERGY: &str = "beam.energy_gev";
/// How well σ between rows is known where the rows are Monte Carlo.
const MIDDLE_ERROR: f64 = 1e-5;
/// Rows are added where lines are off by more than this part of the goal: they may be off a little
/// more elsewhere than in the middle.
const SAFETY: f64 = 0.9;
/// Most times an interval is halved.
const MAX_DEPTH: u32 = 12;

/// One table.
pub(super) struct Table {
    rows: Vec<Row>,
    method: Method,
    cuts: Cuts,
    /// How good lines between neighbours are; nothing if it could not be found.
    misfit: Option<Misfit>,
}

/// Two neighbours of one table, and a row to be between them.
struct Interval {
    table: String,
    low: Row,
    high: Row,
    middle: Point,
    depth: u32,
}

impl Interval {
    /// Between two rows; nothing if there is no energy between, or another nucleus.
    fn new(
        table: &str,
        (low, high): (Row, Row),
        depth: u32,
        middle: impl Fn(f64) -> Result<Point, Failure>,
    ) -> Result<Option<Self>, Failure> {
        let kinetic_mev = (low.kinetic_mev * high.kinetic_mev).sqrt();
        let is_between = low.kinetic_mev < kinetic_mev && kinetic_mev < high.kinetic_mev;
        if !low.is_beside(&high) || !is_between {
            return Ok(None);
        }
        Ok(Some(Self {
            table: table.to_owned(),
            low,
            high,
            middle: middle(kinetic_mev)?,
            depth,
        }))
    }
}

/// The table a row belongs to, and what stands there.
fn place(axes: &[Axis], point: &Point, sigma_pb: f64) -> Result<(String, Row), Failure> {
    let others = axes.iter().zip(&point.values);
    let others = others.filter(|(axis, _)| axis.key != ENERGY && !axis.key.starts_with("target."));
    // Names of files are those of keys and values, as far as these are fit for it.
    let fit = |c: char| c.is_alphanumeric() || "._+-".contains(c);
    let part = |(axis, value): (&Axis, &String)| {
        let value: String = value
            .chars()
            .map(|c| if fit(c) { c } else { '_' })
            .collect();
        format!("-{}={value}", short_name(&axis.key))
    };
    let name = format!("geant4{}.csv", others.map(part).collect::<String>());
    let setup = run::setup(&point.card)?;
    let row = Row {
        z: setup.nucleus.z,
        a: setup.nucleus.a,
        kinetic_mev: setup.collision.kinetic * 1e3,
        sigma_pb,
    };
    Ok((name, row))
}

/// Whether each table would be one function of nucleus and energy, and the goal can be reached.
pub(super) fn check(axes: &[Axis], points: &[Point], goal: Option<f64>) -> Result<(), Failure> {
    let mut seen: BTreeMap<_, &Point> = BTreeMap::new();
    for point in points {
        let (name, row) = place(axes, point, 0.0)?;
        match seen.entry((name, row.place())) {
            Entry::Vacant(free) => {
                free.insert(point);
            }
            Entry::Occupied(first) => {
                return Err(Failure::Usage(format!(
                    "--geant4: the rows at {} and at {} have the same nucleus and energy, A = {}, Z = {}, {} MeV: a table for Geant4 has one cross section for each; scan these keys without --geant4, or make a table of each value with --set and --out",
                    label(axes, &first.get().values),
                    label(axes, &point.values),
                    row.a,
                    row.z,
                    row.kinetic_mev
                )));
            }
        }
    }
    let is_noisy = |p: &Point| p.card.integration.method == Method::Mc;
    if goal.is_some() && points.iter().any(is_noisy) {
        return Err(Failure::Usage(
            "--linear-to compares rows with lines between their neighbours, which the noise of method mc hides: use --method quadrature, ww, iww or wwa".to_owned(),
        ));
    }
    Ok(())
}

/// A row like `point` at another energy.
fn at_energy(
    axes: &[Axis],
    point: &Point,
    kinetic_mev: f64,
    make: &impl Fn(Vec<String>) -> Result<Point, Failure>,
) -> Result<Point, Failure> {
    let energy = kinetic_mev * 1e-3 + point.card.beam.lepton.mass_gev();
    let values = axes.iter().zip(&point.values);
    let values = values.map(|(axis, value)| match axis.key == ENERGY {
        true => format!("{energy:?}"),
        false => value.clone(),
    });
    let mut middle = make(values.collect())?;
    let integration = &mut middle.card.integration;
    if integration.method == Method::Mc {
        (integration.method, integration.rel_error) = (Method::Quadrature, MIDDLE_ERROR);
    }
    Ok(middle)
}

/// The tables of the rows that are known, each with its misfit; with a goal, rows are added to
/// `points` and `rows` until straight lines reach it.
pub(super) fn tables(
    axes: &[Axis],
    points: &mut Vec<Point>,
    rows: &mut Rows,
    goal: Option<f64>,
    make: impl Fn(Vec<String>) -> Result<Point, Failure>,
) -> Result<Vec<(String, Table)>, Failure> {
    let mut found: BTreeMap<String, Vec<(Row, Point)>> = BTreeMap::new();
    for point in points.iter() {
        if let Some(sigma_pb) = rows.sigma_pb(&point.values) {
            let (name, row) = place(axes, point, sigma_pb)?;
            found.entry(name).or_default().push((row, point.clone()));
        }
    }
    let mut intervals = Vec::new();
    let mut tables = BTreeMap::new();
    for (name, mut rows) in found {
        rows.sort_by_key(|(row, _)| row.place());
        for pair in rows.windows(2) {
            let middle = |kinetic_mev| at_energy(axes, &pair[0].1, kinetic_mev, &make);
            intervals.extend(Interval::new(&name, (pair[0].0, pair[1].0), 0, middle)?);
        }
        let table = Table {
            rows: rows.iter().map(|(row, _)| *row).collect(),
            method: rows[0].1.card.integration.method,
            cuts: rows[0].1.card.cuts,
            misfit: Some(Misfit::default()),
        };
        tables.insert(name, table);
    }
    while !intervals.is_empty() {
        let split = try_lines(axes, &intervals, &mut tables, rows, goal)?;
        let mut halves = Vec::new();
        for (i, row) in split {
            let here = &intervals[i];
            let middle = |kinetic_mev| at_energy(axes, &here.middle, kinetic_mev, &make);
            for pair in [(here.low, row), (row, here.high)] {
                halves.extend(Interval::new(&here.table, pair, here.depth + 1, middle)?);
            }
            points.push(here.middle.clone());
        }
        intervals = halves;
    }
    Ok(tables.into_iter().collect())
}

/// Computes the middles of `intervals`. Those that miss the goal become rows, and are returned with
/// the index of their interval; the others say how good the lines are.
fn try_lines(
    axes: &[Axis],
    intervals: &[Interval],
    tables: &mut BTreeMap<String, Table>,
    rows: &mut Rows,
    goal: Option<f64>,
) -> Result<Vec<(usize, Row)>, Failure> {
    let mut split = Vec::new();
    let mut judge = |rows: &mut Rows, i: usize, found: Option<(f64, Option<Found>)>| {
        let here = &intervals[i];
        let Some(table) = tables.get_mut(&here.table) else {
            return Ok(());
        };
        let Some((sigma_pb, new)) = found else {
            table.misfit = None;
            return Ok(());
        };
        let (_, middle) = place(axes, &here.middle, sigma_pb)?;
        let misfit = Misfit::of(&here.low, &middle, &here.high);
        let is_missed = goal.is_some_and(|goal| !(misfit.linear <= SAFETY * goal));
        if is_missed && here.depth < MAX_DEPTH {
            if let Some(new) = new {
                rows.save(&here.middle.values, &new)?;
            }
            table.rows.push(middle);
            split.push((i, middle));
        } else {
            table.misfit = table.misfit.map(|worst| worst.worst(misfit));
        }
        Ok(())
    };
    let mut todo = Vec::new();
    for (i, interval) in intervals.iter().enumerate() {
        // Rows that an interrupted scan has added are there.
        match rows.sigma_pb(&interval.middle.values) {
            Some(sigma_pb) => judge(rows, i, Some((sigma_pb, None)))?,
            None => todo.push(i),
        }
    }
    let middles: Vec<Point> = intervals.iter().map(|i| i.middle.clone()).collect();
    rows.each(&todo, &middles, &mut |rows, i, found| {
        let good = found.ok().filter(|found| found.alarms.is_empty());
        judge(rows, i, good.map(|found| (found.value_pb, Some(found))))
    })?;
    split.sort_by_key(|(i, _)| *i);
    Ok(split)
}

impl Table {
    /// Writes it, with `replace` in place of whatever is no other kind of file.
    pub(super) fn write(&self, path: &Path, replace: bool) -> Result<(), Failure> {
        Ok(write_whole(
            path,
            &table(&self.rows, &self.remarks()),
            replace,
        )?)
    }

    /// What a reader should know.
    fn remarks(&self) -> Vec<String> {
        let method = self.method.name();
        let mut remarks = vec![format!(
            "Energy is kinetic; Xsec is per nucleus, by method {method}"
        )];
        let (cuts, none) = (&self.cuts, &Cuts::NONE);
        if (cuts.x_min, cuts.x_max) != (none.x_min, none.x_max) {
            remarks.push(format!(
                "CUT: Xsec is within {:?} <= x <= {:?} only. x is the missing energy over the total energy of each row: in GeV this cut moves from row to row, it is no fixed threshold of missing energy",
                cuts.x_min, cuts.x_max
            ));
        }
        let others = [
            (
                "lepton_energy_max_gev",
                cuts.lepton_energy_max_gev,
                none.lepton_energy_max_gev,
            ),
            (
                "lepton_angle_min_mrad",
                cuts.lepton_angle_min_mrad,
                none.lepton_angle_min_mrad,
            ),
            (
                "lepton_angle_max_mrad",
                cuts.lepton_angle_max_mrad,
                none.lepton_angle_max_mrad,
            ),
            (
                "lepton_pt_min_gev",
                cuts.lepton_pt_min_gev,
                none.lepton_pt_min_gev,
            ),
            (
                "lepton_pt_max_gev",
                cuts.lepton_pt_max_gev,
                none.lepton_pt_max_gev,
            ),
            (
                "chi_angle_max_mrad",
                cuts.chi_angle_max_mrad,
                none.chi_angle_max_mrad,
            ),
        ];
        for (name, value, none) in others {
            if value != none {
                remarks.push(format!("CUT: Xsec is within {name} = {value:?} only"));
            }
        }
        remarks.push(match self.misfit() {
            Some(Misfit { linear, logarithmic }) => format!(
                "interpolation between rows: ln(Xsec) linear in ln(Energy) is off by up to {logarithmic:.1e}, Xsec linear in Energy by up to {linear:.1e}, found half way between neighbours"
            ),
            None => "interpolation between rows: ln(Xsec) linear in ln(Energy); how far that is off was not found".to_owned(),
        });
        remarks
    }

    /// The misfit, if it was found.
    fn misfit(&self) -> Option<Misfit> {
        self.misfit.filter(|misfit| misfit.linear > 0.0)
    }

    /// What `--json` says of it.
    pub(super) fn json(&self, path: &Path) -> Value {
        json!({
            "output": path,
            "rows": self.rows.len(),
            "linear_error": number(self.misfit().map(|m| m.linear)),
            "loglog_error": number(self.misfit().map(|m| m.logarithmic)),
        })
    }

    /// What is said of it on stderr.
    pub(super) fn words(&self) -> String {
        format!(
            "{} rows; {}",
            self.rows.len(),
            self.remarks()[1..].join("; ")
        )
    }
}
