//! Panels of run files: every histogram, and the history of the iterations.
//!
//! Histograms of the same name are laid over each other. What the cards of the runs share stands
//! above the frame, what tells them apart in the legend.

use std::path::PathBuf;

use millibrem::histogram::Scale;

use super::about::{self, Experiment, Fact};
use super::figure::{Content, Curve, Heat, Panel, PanelAxis, Part, Shape, Source};
use super::names;
use super::size::Size;
use millibrem::histogram::{self, Histogram};
use millibrem::record::IterationRow;
use millibrem::results::RunResults;

/// Ordinates that differ by more than this factor get a logarithmic axis.
const LINEAR_UP_TO: f64 = 25.0;

/// A run and what is said of it.
pub(super) struct Run<'a> {
    pub(super) path: &'a PathBuf,
    facts: Vec<Fact>,
    experiment: Option<Experiment>,
    results: &'a RunResults,
}

impl<'a> Run<'a> {
    pub(super) fn new(path: &'a PathBuf, results: &'a RunResults) -> Self {
        Self {
            path,
            facts: about::facts(&results.card, &[]),
            experiment: about::experiment(&results.card),
            results,
        }
    }
}

/// All panels of `runs`; `labels` replace the texts of the legend.
pub(super) fn panels(runs: &[Run], labels: &[String]) -> Vec<Panel> {
    let files: Vec<_> = runs.iter().map(|run| (run.path, &run.facts)).collect();
    let (title, legend) = about::words(&files, labels);
    let experiments: Vec<_> = runs.iter().map(|run| run.experiment.as_ref()).collect();
    let shown = about::labels(&experiments, labels);
    let legend: Vec<_> = legend.into_iter().zip(shown).collect();
    let mut found: Vec<Panel> = Vec::new();
    for (run, label) in runs.iter().zip(&legend) {
        for histogram in &run.results.histograms {
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
                    let label = label.1.as_ref().unwrap_or(&label.0);
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
    found.extend(iterations(runs, &legend, &title));
    found
}

/// What tells a run apart, and the label of its experiment in its place.
type Label = (String, Option<String>);

fn curve(run: &Run, histogram: &Histogram, (label, display): &Label) -> Curve {
    let twin = histogram.differential();
    Curve {
        label: label.clone(),
        display: display.clone(),
        shape: Shape::Steps,
        projected: false,
        place: None,
        x: histogram.axes()[0].edges().to_vec(),
        y: twin.values,
        error: twin.errors,
        upper: Vec::new(),
        source: source(run, Part::Histogram(histogram.name().to_owned())),
    }
}

fn source(run: &Run, part: Part) -> Source {
    Source {
        path: run.path.clone(),
        part,
    }
}

fn axis(axis: &histogram::Axis) -> PanelAxis {
    PanelAxis {
        scale: axis.scale(),
        ..PanelAxis::linear(names::of_observable(axis.observable()).label())
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
        y: PanelAxis::linear(contents(histogram)),
        reference: None,
        content: Content::Curves(vec![curve]),
        ratio: None,
        size: Size::default(),
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
        content: Content::Heat(Box::new(Heat {
            x_edges: x.edges().to_vec(),
            y_edges: y.edges().to_vec(),
            z: histogram.differential().values,
            label: contents(histogram),
            source: source(run, Part::Histogram(histogram.name().to_owned())),
        })),
        ratio: None,
        size: Size::default(),
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
fn iterations(runs: &[Run], legend: &[Label], title: &str) -> Option<Panel> {
    let alone = runs.len() == 1;
    let mut curves = Vec::new();
    for (run, label) in runs.iter().zip(legend) {
        let sigma = &run.results.cross_section;
        let unit_pb = if alone { 1.0 } else { sigma.value_pb };
        let rows: Vec<_> = (1u32..).map(f64::from).zip(&sigma.iterations).collect();
        let mut add = |label: &str, display: Option<&String>, shape, measured, average| {
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
                    display: display.cloned(),
                    shape,
                    projected: false,
                    place: None,
                    x: chosen.iter().map(|(i, _)| *i).collect(),
                    y: chosen.iter().map(|(_, r)| pick(r).0 / unit_pb).collect(),
                    error: chosen.iter().map(|(_, r)| pick(r).1 / unit_pb).collect(),
                    upper: Vec::new(),
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
            add("running average", None, Shape::Line, true, true);
            add("measured", None, Shape::Points, true, false);
            add(
                "adapting, not counted",
                None,
                Shape::OpenPoints,
                false,
                false,
            );
        } else {
            add(&label.0, label.1.as_ref(), Shape::Points, true, false);
        }
    }
    (!curves.is_empty()).then(|| Panel {
        name: "iterations".to_owned(),
        title: title.to_owned(),
        x: PanelAxis::linear("iteration"),
        y: PanelAxis::linear(if alone {
            "*σ* [pb]"
        } else {
            "*σ* of an iteration / result"
        }),
        reference: (!alone).then_some(1.0),
        content: Content::Curves(curves),
        ratio: None,
        size: Size::default(),
    })
}
