//! Cross-section tables for Geant4 that a scan makes, and how well they can be interpolated.
//!
//! σ against the kinetic energy, a table for each value of the other keys. Between neighbours σ is
//! computed half way in the logarithm, which says how good straight lines are. Pinned by
//! `cli/tests/cli_geant4.rs`.

mod table;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

pub use table::{CrossSectionTable, HEADER, Misfit, Row};

use super::StudyError;
use super::grid::ScanAxis;
use super::rows::Watch;
use super::scan::{self, Point, Rows, Scan, Scanned};
use super::sigma::Sigma;
use crate::process::Method;
use crate::run::{self as from_card, UsageError};
use crate::table::short_name;

const ENERGY: &str = "beam.energy_gev";
/// How well σ between rows is known where the rows are Monte Carlo.
const MIDDLE_ERROR: f64 = 1e-5;
/// Rows are added where lines are off by more than this part of the goal: they may be off a little
/// more elsewhere than in the middle.
const SAFETY: f64 = 0.9;
/// Most times an interval is halved.
const MAX_DEPTH: u32 = 12;

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
        middle: impl Fn(f64) -> Result<Point, StudyError>,
    ) -> Result<Option<Self>, StudyError> {
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
fn place(axes: &[ScanAxis], point: &Point, sigma_pb: f64) -> Result<(String, Row), StudyError> {
    let others = axes.iter().zip(&point.values);
    let others = others.filter(|(axis, _)| axis.key != ENERGY && !axis.key.starts_with("target."));
    // Names of files are those of keys and values, as far as these are fit for it.
    let fit = |c: char| c.is_alphanumeric() || "._+-".contains(c);
    let part = |(axis, value): (&ScanAxis, &String)| {
        let value: String = value
            .chars()
            .map(|c| if fit(c) { c } else { '_' })
            .collect();
        format!("-{}={value}", short_name(&axis.key))
    };
    let name = format!("geant4{}.csv", others.map(part).collect::<String>());
    let setup = from_card::setup(&point.card)?;
    let row = Row {
        z: setup.nucleus.z,
        a: setup.nucleus.a,
        kinetic_mev: setup.collision.kinetic * 1e3,
        sigma_pb,
    };
    Ok((name, row))
}

/// Whether each table would be one function of nucleus and energy, and the goal can be reached.
///
/// # Errors
/// [`StudyError::Usage`] if not.
pub fn check(scan: &Scan, goal: Option<f64>) -> Result<(), StudyError> {
    let (grid, points) = (&scan.grid, &scan.points);
    let axes = &grid.axes;
    let mut seen: BTreeMap<_, &Point> = BTreeMap::new();
    for point in points {
        let (name, row) = place(axes, point, 0.0)?;
        match seen.entry((name, row.place())) {
            Entry::Vacant(free) => {
                free.insert(point);
            }
            Entry::Occupied(first) => {
                return Err(UsageError(format!(
                    "--geant4: the rows at {} and at {} have the same nucleus and energy, A = {}, Z = {}, {} MeV: a table for Geant4 has one cross section for each; scan these keys without --geant4, or make a table of each value with --set and --out",
                    grid.label(&first.get().values),
                    grid.label(&point.values),
                    row.a,
                    row.z,
                    row.kinetic_mev
                ))
                .into());
            }
        }
    }
    let is_noisy = |p: &Point| p.card.integration.method == Method::MC;
    if goal.is_some() && points.iter().any(is_noisy) {
        return Err(UsageError(
            "--linear-to compares rows with lines between their neighbours, which the noise of method mc hides: use --method quadrature, ww, iww or wwa".to_owned(),
        )
        .into());
    }
    Ok(())
}

/// A row like `point` at another energy.
fn at_energy(scan: &Scan, point: &Point, kinetic_mev: f64) -> Result<Point, StudyError> {
    let energy = kinetic_mev * 1e-3 + point.card.beam.projectile.mass_gev();
    let values = scan.grid.axes.iter().zip(&point.values);
    let values = values.map(|(axis, value)| match axis.key == ENERGY {
        true => format!("{energy:?}"),
        false => value.clone(),
    });
    let mut middle = scan.point(values.collect())?;
    let integration = &mut middle.card.integration;
    if integration.method == Method::MC {
        (integration.method, integration.rel_error) = (Method::QUADRATURE, MIDDLE_ERROR);
    }
    Ok(middle)
}

/// Runs `scan` and makes its tables, each with the name of its file; with a goal `linear_to`, rows are
/// added until straight lines between neighbours are good to that relative error. To be
/// [`check`]ed before.
///
/// # Errors
/// As [`Scan::run`].
pub fn run<E: From<StudyError> + Send>(
    scan: &Scan,
    linear_to: Option<f64>,
    known: &[scan::Row],
    sink: impl FnMut(&scan::Row) -> Result<(), E> + Send,
    watch: &dyn Watch,
) -> Result<(Scanned, Vec<(String, CrossSectionTable)>), E> {
    let mut rows = Rows::new(known, sink, watch, scan);
    rows.compute(&scan.points)?;
    let mut points = scan.points.clone();
    let tables = tables(scan, &mut points, &mut rows, linear_to)?;
    Ok((rows.finish(scan, known, &points), tables))
}

/// The tables of the rows that are known, each with its misfit; with a goal, rows are added to
/// `points` and `rows` until straight lines reach it.
fn tables<S, E>(
    scan: &Scan,
    points: &mut Vec<Point>,
    rows: &mut Rows<'_, S>,
    goal: Option<f64>,
) -> Result<Vec<(String, CrossSectionTable)>, E>
where
    E: From<StudyError> + Send,
    S: FnMut(&scan::Row) -> Result<(), E> + Send,
{
    let axes = &scan.grid.axes;
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
            let middle = |kinetic_mev| at_energy(scan, &pair[0].1, kinetic_mev);
            intervals.extend(Interval::new(&name, (pair[0].0, pair[1].0), 0, middle)?);
        }
        let table = CrossSectionTable {
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
            let middle = |kinetic_mev| at_energy(scan, &here.middle, kinetic_mev);
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
fn try_lines<S, E>(
    axes: &[ScanAxis],
    intervals: &[Interval],
    tables: &mut BTreeMap<String, CrossSectionTable>,
    rows: &mut Rows<'_, S>,
    goal: Option<f64>,
) -> Result<Vec<(usize, Row)>, E>
where
    E: From<StudyError> + Send,
    S: FnMut(&scan::Row) -> Result<(), E> + Send,
{
    let mut split = Vec::new();
    let mut judge =
        |rows: &mut Rows<'_, S>, i: usize, found: Option<(f64, Option<Sigma>)>| -> Result<(), E> {
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
