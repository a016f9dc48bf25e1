//! Panels of run files: every histogram, and the history of the iterations.
//!
//! Histograms of the same name are laid over each other. What the cards of the runs share stands
//! above the frame, what tells them apart in the legend.

use std::path::PathBuf;

use super::figure::{Axis, Content, Curve, Heat, Panel, Part, Scale, Shape, Source};
use super::{PlotError, names};
use crate::histogram::{self, Histogram};
use crate::io::hdf5::RunReader;
use crate::record::{CrossSection, IterationRow};

/// Ordinates that differ by more than this factor get a logarithmic axis.
const LINEAR_UP_TO: f64 = 25.0;

/// What is drawn of one run.
struct Run {
    path: PathBuf,
    facts: Vec<Fact>,
    histograms: Vec<Histogram>,
    cross_section: CrossSection,
}

/// A statement about a run, and whether it is worth saying when all runs share it.
#[derive(PartialEq)]
struct Fact {
    text: String,
    in_title: bool,
}

/// All panels of `paths`; `labels` replace the texts of the legend.
///
/// # Errors
/// [`PlotError::Io`] if a file is no run.
pub(super) fn panels(paths: &[PathBuf], labels: &[String]) -> Result<Vec<Panel>, PlotError> {
    let runs = paths
        .iter()
        .map(|path| {
            let reader = RunReader::open(path)?;
            Ok(Run {
                path: path.clone(),
                facts: facts(&reader.header().card),
                histograms: reader.histograms()?,
                cross_section: reader.cross_section()?,
            })
        })
        .collect::<Result<Vec<_>, PlotError>>()?;
    let (title, mut legend) = words(&runs);
    for (text, label) in legend.iter_mut().zip(labels) {
        text.clone_from(label);
    }
    let mut found: Vec<Panel> = Vec::new();
    for (run, label) in runs.iter().zip(&legend) {
        for histogram in &run.histograms {
            let same = |p: &&mut Panel| p.name == histogram.name();
            let curve = (histogram.axes().len() == 1).then(|| curve(run, histogram, label));
            match (found.iter_mut().find(same), curve) {
                (Some(panel), Some(curve)) => {
                    if let Content::Curves(curves) = &mut panel.content {
                        curves.push(curve);
                    }
                }
                (None, Some(one)) => found.push(one_dimensional(histogram, one, &title)),
                (None, None) => found.push(two_dimensional(run, histogram, &title)),
                // Two heat maps cannot share a frame.
                (Some(_), None) => {
                    let name = format!("{}-{}", histogram.name(), found.len());
                    let title = format!("{title} {label}").trim().to_owned();
                    let mut panel = two_dimensional(run, histogram, &title);
                    panel.name = name;
                    found.push(panel);
                }
            }
        }
    }
    for panel in &mut found {
        if let Content::Curves(curves) = &panel.content {
            panel.y.scale = scale(curves);
        }
    }
    found.extend(iterations(&runs, &legend, &title));
    Ok(found)
}

fn curve(run: &Run, histogram: &Histogram, label: &str) -> Curve {
    let twin = histogram.differential();
    Curve {
        label: label.to_owned(),
        shape: Shape::Steps,
        x: histogram.axes()[0].edges().to_vec(),
        y: twin.values,
        error: twin.errors,
        source: source(run, Part::Histogram(histogram.name().to_owned())),
    }
}

fn source(run: &Run, part: Part) -> Source {
    Source {
        path: run.path.clone(),
        part,
    }
}

fn axis(axis: &histogram::Axis) -> Axis {
    Axis {
        label: names::of_observable(axis.observable()).label(),
        scale: match axis.scale() {
            histogram::Scale::Linear => Scale::Linear,
            histogram::Scale::Log => Scale::Log,
        },
    }
}

fn contents(histogram: &Histogram) -> String {
    let observables: Vec<_> = histogram.axes().iter().map(|a| a.observable()).collect();
    names::differential(&observables)
}

fn one_dimensional(histogram: &Histogram, curve: Curve, title: &str) -> Panel {
    Panel {
        name: histogram.name().to_owned(),
        title: title.to_owned(),
        x: axis(&histogram.axes()[0]),
        y: Axis {
            label: contents(histogram),
            scale: Scale::Linear,
        },
        reference: None,
        content: Content::Curves(vec![curve]),
    }
}

fn two_dimensional(run: &Run, histogram: &Histogram, title: &str) -> Panel {
    let [x, y] = [0, 1].map(|i| &histogram.axes()[i]);
    Panel {
        name: histogram.name().to_owned(),
        title: title.to_owned(),
        x: axis(x),
        y: axis(y),
        reference: None,
        content: Content::Heat(Heat {
            x_edges: x.edges().to_vec(),
            y_edges: y.edges().to_vec(),
            z: histogram.differential().values,
            label: contents(histogram),
            source: source(run, Part::Histogram(histogram.name().to_owned())),
        }),
    }
}

/// Logarithmic where the ordinates differ much.
pub(super) fn scale(curves: &[Curve]) -> Scale {
    let values = || curves.iter().flat_map(|c| &c.y).filter(|v| **v > 0.0);
    let high = values().copied().fold(0.0, f64::max);
    let low = values().copied().fold(f64::INFINITY, f64::min);
    match high > LINEAR_UP_TO * low {
        true => Scale::Log,
        false => Scale::Linear,
    }
}

/// The iteration history: σ of every iteration, and the running average of those that count. With
/// several runs each is divided by its result.
fn iterations(runs: &[Run], legend: &[String], title: &str) -> Option<Panel> {
    let alone = runs.len() == 1;
    let mut curves = Vec::new();
    for (run, label) in runs.iter().zip(legend) {
        let sigma = &run.cross_section;
        let unit_pb = if alone { 1.0 } else { sigma.value_pb };
        let rows: Vec<_> = (1u32..).map(f64::from).zip(&sigma.iterations).collect();
        let mut add = |label: &str, shape, measured: bool, average: bool| {
            let pick = |r: &IterationRow| match average {
                true => (r.average_pb, r.average_error_pb),
                false => (r.value_pb, r.error_pb),
            };
            let chosen: Vec<_> = rows
                .iter()
                .filter(|(_, r)| r.measured == measured)
                .collect();
            if !chosen.is_empty() {
                curves.push(Curve {
                    label: label.to_owned(),
                    shape,
                    x: chosen.iter().map(|(i, _)| *i).collect(),
                    y: chosen.iter().map(|(_, r)| pick(r).0 / unit_pb).collect(),
                    error: chosen.iter().map(|(_, r)| pick(r).1 / unit_pb).collect(),
                    source: source(
                        run,
                        Part::Iterations {
                            measured,
                            average,
                            unit_pb,
                        },
                    ),
                });
            }
        };
        if alone {
            add("measured", Shape::Points, true, false);
            add("adapting, not counted", Shape::OpenPoints, false, false);
            add("running average", Shape::Line, true, true);
        } else {
            add(label, Shape::Points, true, false);
        }
    }
    (!curves.is_empty()).then(|| Panel {
        name: "iterations".to_owned(),
        title: title.to_owned(),
        x: Axis {
            label: "iteration".to_owned(),
            scale: Scale::Linear,
        },
        y: Axis {
            label: if alone {
                "*σ* [pb]"
            } else {
                "*σ* of an iteration / result"
            }
            .to_owned(),
            scale: Scale::Linear,
        },
        reference: (!alone).then_some(1.0),
        content: Content::Curves(curves),
    })
}

/// The title of all runs, and for each what tells it apart: facts, else the run's folder.
fn words(runs: &[Run]) -> (String, Vec<String>) {
    let shared = |fact: &Fact| runs.iter().all(|run| run.facts.contains(fact));
    let joined = |facts: Vec<&Fact>| {
        let texts: Vec<&str> = facts.iter().map(|f| f.text.as_str()).collect();
        texts.join(", ")
    };
    let first = runs.first().map_or(&[][..], |run| &run.facts[..]);
    let title = joined(first.iter().filter(|f| f.in_title && shared(f)).collect());
    let legend = runs.iter().map(|run| {
        let own = joined(run.facts.iter().filter(|f| !shared(f)).collect());
        match own.is_empty() && runs.len() > 1 {
            true => super::stem(run.path.parent().unwrap_or(&run.path)),
            false => own,
        }
    });
    (title, legend.collect())
}

/// What is worth saying of the run with this card.
fn facts(card: &str) -> Vec<Fact> {
    let card: toml::Table = card.parse().unwrap_or_default();
    let text = |section: &str, key: &str| card.get(section)?.get(key)?.as_str();
    let number = |section: &str, key: &str| {
        let value = card.get(section)?.get(key)?;
        value.as_float().or(value.as_integer().map(|i| i as f64))
    };
    let mut found = Vec::new();
    let mut say = |text: Option<String>, in_title: bool| {
        found.extend(text.map(|text| Fact { text, in_title }));
    };
    let beam = number("beam", "energy_gev").zip(text("beam", "lepton"));
    let target = text("target", "element").unwrap_or("material");
    say(
        beam.map(|(e0, lepton)| format!("{e0} GeV {} on {target}", names::of_lepton(lepton))),
        true,
    );
    let mass = |key: &str, symbol: &str| {
        number("dark_sector", key).map(|m| format!("{symbol} = {}", names::of_mass(m)))
    };
    say(mass("m_chi_gev", "*m*_{χ}"), true);
    say(mass("m_dark_photon_gev", "*m*_{A′}"), true);
    let charge = number("dark_sector", "charge").filter(|q| *q != 1.0);
    say(charge.map(|q| format!("*Q*_{{χ}} = {q} *e*")), true);
    let cut = number("cuts", "x_min").filter(|x| *x > 0.0);
    say(cut.map(|x| format!("*x* > {x}")), true);
    say(text("dark_sector", "spin").map(|s| format!("{s} χ")), false);
    say(text("target", "form_factor").map(str::to_owned), false);
    say(text("events", "mode").map(str::to_owned), false);
    found
}
