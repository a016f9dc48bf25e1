//! What would otherwise be wrong in silence: histograms beside the point, edges and cuts with too
//! few points, overweight samples, numbers too small for their errors.
//!
//! | alarm | raised when |
//! |---|---|
//! | goal | the relative error asked for is not reached within `max_neval` |
//! | thin bins | bins with errors above 32 % (as from fewer than [`FEW`] points) hold more than [`THIN`] of σ together |
//! | tight cuts | σ rests on fewer than [`FEWEST`] points of equal weight |
//! | σ too small | σ is below [`SMALLEST_PB`], where squares of weights underflow |
//! | overweight | an unweighted sample exceeds its `max_overweight_share` beyond chance |
//!
//! An axis with more than [`FLOW`] of σ beside its range is what its user chose: a note.
//!
//! Disagreeing iterations, single heavy points and missed peaks are found by the integrator, NaN
//! and infinities end the run there. Pinned by the tests below and `cli/tests/cli_alarms.rs`; false
//! alarms are counted in `docs/validation.md`.

use vegas::{Block, Layout, Observer, ObserverError, Plan, Vegas};

use super::GenerateError;
use super::events::{EventRequest, SampleReport};
use super::integrand::{Exact, Record};
use super::observe::Frame;
use super::report::SigmaReport;
use crate::histogram::{Axis, Histogram, Observable};
use crate::process::Process;

/// Share of σ in the flow bins of an axis above which a histogram misses the point.
const FLOW: f64 = 0.5;
/// Points below which a bin's error is itself unknown.
const FEW: f64 = 10.0;
/// Share of σ that bins with fewer points than [`FEW`] may hold together.
const THIN: f64 = 0.1;
/// Points of equal weight that σ must rest on.
const FEWEST: f64 = 1000.0;
/// Most evaluations a card may ask for.
const MOST_EVALUATIONS: f64 = 1e15;
/// Smallest σ in pb whose error can be computed.
const SMALLEST_PB: f64 = 1e-140;
/// Part of σ that a suggested range holds.
const CENTRAL: f64 = 0.99;
/// Standard deviations, and events, of overweight events beyond those allowed.
const OVERWEIGHT: (f64, f64) = (4.0, 3.0);
/// Excess weight in events that a small sample may have by chance: one or two heavier ones.
const CHANCE_EXCESS: f64 = 5.0;

/// Points of a measurement, probes not counted, and those of weight zero.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub(super) points: u64,
    pub(super) zero: u64,
}

/// What the integrator found, and what helps.
pub(super) fn of_integral(alarm: &vegas::Alarm) -> String {
    use vegas::Alarm;
    let cure = match alarm {
        Alarm::Disagreement { .. } | Alarm::HeavyPoint { .. } => {
            ": raise integration.neval and integration.n_adapt"
        }
        Alarm::MissedPeak { .. } => ": raise integration.neval",
        Alarm::AllZero => ": loosen the cuts",
        _ => "",
    };
    format!("{alarm}{cure}")
}

/// What is wrong if σ is not known to the relative error `goal`.
pub(super) fn of_goal(report: &SigmaReport, goal: f64) -> Option<String> {
    let c = &report.cross_section;
    let reached = (c.error_pb / c.value_pb).abs();
    if reached <= goal {
        return None;
    }
    let adapting = (report.n_eval - c.n_eval) as f64;
    let excess = reached / goal;
    // A little more than the square law says, for the error is itself uncertain.
    let needed = adapting + 1.1 * c.n_eval as f64 * excess * excess;
    let cure = match needed <= MOST_EVALUATIONS {
        true => format!("raise integration.max_neval to {needed:.1e} or integration.rel_error"),
        false => "no integration.max_neval reaches it: raise integration.rel_error".to_owned(),
    };
    Some(format!(
        "the goal integration.rel_error = {goal:e} is not reached: sigma is known to {reached:.1e} after {} evaluations, where integration.max_neval ends the run: {cure}",
        report.n_eval
    ))
}

/// What is wrong with σ itself.
pub(super) fn of_sigma(report: &SigmaReport, counts: Counts) -> Vec<String> {
    let mut alarms = Vec::new();
    let c = &report.cross_section;
    let points = report.effective_share * counts.points as f64;
    let passing = 1.0 - counts.zero as f64 / counts.points.max(1) as f64;
    if points < FEWEST {
        let cuts = match passing < 0.5 {
            true => format!(
                " and the cuts let {:.2} % of the points pass: loosen them or",
                100.0 * passing
            ),
            false => ":".to_owned(),
        };
        alarms.push(format!(
            "sigma rests on {points:.0} points of equal weight, of {} evaluated{cuts} raise integration.neval and integration.max_neval",
            counts.points,
        ));
    }
    if c.value_pb.abs() < SMALLEST_PB {
        alarms.push(format!(
            "sigma = {:e} pb is too small for its error to be computed: raise dark_sector.charge (sigma goes with its square)",
            c.value_pb
        ));
    }
    alarms
}

/// What is wrong with an unweighted sample of `request`.
pub(super) fn of_sample(request: &EventRequest, report: &SampleReport) -> Option<String> {
    let [share, ..] = report.overweight_share;
    let allowed = request.max_overweight_share;
    // Partially unweighted events are heavier than 1 on purpose.
    if request.max_weight > 1.0 || report.n_events == 0 {
        return None;
    }
    let n = report.n_events as f64;
    let (sigmas, events) = OVERWEIGHT;
    let chance = sigmas * (allowed * n).sqrt() + events;
    let excess = report.overweight_excess;
    (share * n > allowed * n + chance || excess * n > allowed * n + CHANCE_EXCESS).then(|| {
        format!(
            "{:.3} % of the events are overweight and {:.3} % of the weight lies above 1, where events.max_overweight_share allows {:.3} %: ask for weighted events",
            100.0 * share,
            100.0 * excess,
            100.0 * allowed
        )
    })
}

/// σ beside the range of an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Flow {
    axis: usize,
    /// Shares of σ below and above the range.
    below: f64,
    above: f64,
}

/// The first axis with more than [`FLOW`] of σ in its flow bins.
fn flow(histogram: &Histogram) -> Option<Flow> {
    let total = histogram.total_pb();
    let extents: Vec<usize> = histogram.axes().iter().map(|a| a.bins() + 2).collect();
    let flows = (0..extents.len()).map(|axis| {
        let stride: usize = extents[axis + 1..].iter().product();
        let share = |index: usize| {
            let inside = |at: &usize| at / stride % extents[axis] == index;
            let bins = (0..histogram.values().len()).filter(inside);
            bins.map(|at| histogram.values()[at]).sum::<f64>() / total
        };
        Flow {
            axis,
            below: share(0),
            above: share(extents[axis] - 1),
        }
    });
    flows.into_iter().find(|f| f.below + f.above > FLOW)
}

/// Share of σ in bins with fewer points than [`FEW`], by their errors.
fn thin(histogram: &Histogram) -> f64 {
    let bins = histogram.values().iter().zip(histogram.variances());
    let few = bins.filter(|(value, variance)| *value * *value < FEW * *variance);
    few.map(|(value, _)| value).sum::<f64>() / histogram.total_pb()
}

/// Adds what is odd about the finished histograms of `report`, in words; a better range is that of
/// `central_range`.
pub(super) fn of_histograms(
    report: &mut SigmaReport,
    central_range: impl Fn(&Observable) -> Result<(f64, f64), GenerateError>,
) -> Result<(), GenerateError> {
    for histogram in &report.histograms {
        let name = histogram.name();
        if let Some(flow) = flow(histogram) {
            let axis = &histogram.axes()[flow.axis];
            let (low, high) = central_range(axis.observable())?;
            report.notes.push(beside(name, axis, &flow, (low, high)));
        }
        let share = thin(histogram);
        if share > THIN {
            report.alarms.push(format!(
                "histogram {name}: bins with {:.0} % of sigma have fewer than {FEW} points each: use fewer bins or raise integration.max_neval and lower integration.rel_error",
                100.0 * share
            ));
        }
    }
    Ok(())
}

/// The range of an observable that holds the middle 99 % of σ, from one iteration of points.
pub(super) fn central_range(
    process: &dyn Process,
    frame: &Frame,
    vegas: &Vegas,
    neval: u64,
    observable: &Observable,
) -> Result<(f64, f64), GenerateError> {
    let mut values = Values {
        frame: frame.clone(),
        observable: observable.clone(),
        seen: Vec::new(),
    };
    let mut plan = Plan::new(neval.min(MOST_VALUES), 1).layout(Layout::Even);
    plan.defensive = 0.0;
    vegas.measure(&Exact(process), &plan, &mut values, &mut vegas::silent)?;
    Ok(values.middle(CENTRAL))
}

/// Points that a range is taken from.
const MOST_VALUES: u64 = 1_000_000;

/// The note that σ lies beside an axis.
fn beside(name: &str, axis: &Axis, flow: &Flow, (low, high): (f64, f64)) -> String {
    format!(
        "histogram {name}: {:.0} % of sigma lies below {} = {} and {:.0} % above {}; a range from {low:.3e} to {high:.3e} would hold 99 %",
        100.0 * flow.below,
        axis.observable().name(),
        axis.min(),
        100.0 * flow.above,
        axis.max(),
    )
}

/// Collects the values of an observable with their weights.
struct Values {
    frame: Frame,
    observable: Observable,
    seen: Vec<(f64, f64)>,
}

impl Values {
    /// The ends of the middle part of the weight.
    fn middle(&mut self, part: f64) -> (f64, f64) {
        self.seen.sort_by(|a, b| a.0.total_cmp(&b.0));
        let total: f64 = self.seen.iter().map(|v| v.1).sum();
        let quantile = |q: f64| {
            let mut sum = 0.0;
            let reached = self.seen.iter().find(|v| {
                sum += v.1;
                sum >= q * total
            });
            reached.map_or(0.0, |v| v.0)
        };
        (quantile(0.5 * (1.0 - part)), quantile(0.5 * (1.0 + part)))
    }
}

impl Observer<Record> for Values {
    fn fork(&self) -> Self {
        Self {
            frame: self.frame.clone(),
            observable: self.observable.clone(),
            seen: Vec::new(),
        }
    }

    fn observe(&mut self, block: &Block<'_, Record>) {
        let mut values = [0.0; vegas::BLOCK];
        let values = &mut values[..block.weight.len()];
        self.frame.fill(&self.observable, block.record, values);
        let weighed = values.iter().copied().zip(block.weight.iter().copied());
        self.seen
            .extend(weighed.filter(|(_, weight)| *weight > 0.0));
    }

    fn merge(&mut self, later: &mut Self) -> Result<(), ObserverError> {
        self.seen.append(&mut later.seen);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Weighting;
    use crate::histogram::Scale;
    use crate::record::CrossSection;

    fn axis(observable: Observable, bins: usize) -> Axis {
        Axis::new(observable, Scale::Linear, 0.0, 1.0, bins).unwrap()
    }

    fn histogram(axes: Vec<Axis>, values: &[f64], rel_variance: f64) -> Histogram {
        let variances = values.iter().map(|v| rel_variance * v * v).collect();
        Histogram::new("h", axes, values.to_vec(), variances).unwrap()
    }

    #[test]
    fn flow_bins_with_more_than_half_of_sigma_are_found_on_either_axis() {
        let one = |values| flow(&histogram(vec![axis(Observable::X, 2)], values, 0.0));
        assert_eq!(one(&[0.2, 0.3, 0.3, 0.2]), None);
        assert_eq!(
            one(&[0.4, 0.2, 0.1, 0.3]),
            Some(Flow {
                axis: 0,
                below: 0.4,
                above: 0.3
            })
        );
        let axes = vec![axis(Observable::X, 1), axis(Observable::T_GEV2, 1)];
        let values = [0.0, 0.0, 0.0, 0.0, 4.0, 6.0, 0.0, 0.0, 0.0];
        let found = flow(&histogram(axes, &values, 0.0)).unwrap();
        assert_eq!((found.axis, found.below, found.above), (1, 0.0, 0.6));
    }

    #[test]
    fn bins_of_few_points_are_thin() {
        let axes = || vec![axis(Observable::X, 2)];
        let values = [0.0, 0.3, 0.7, 0.0];
        assert_eq!(thin(&histogram(axes(), &values, 1.0 / 9.0)), 1.0);
        assert_eq!(thin(&histogram(axes(), &values, 1.0 / 11.0)), 0.0);
        let one = Histogram::new("h", axes(), values.to_vec(), vec![0.0, 0.09, 0.0, 0.0]).unwrap();
        assert_eq!(thin(&one), 0.3);
    }

    fn sigma(value_pb: f64, n_eval: u64) -> SigmaReport {
        SigmaReport {
            cross_section: CrossSection {
                value_pb,
                error_pb: 1e-3 * value_pb,
                chi2_dof: 1.0,
                n_eval,
                iterations: Vec::new(),
            },
            histograms: Vec::new(),
            n_eval,
            effective_share: 0.01,
            largest_weight: 1.0,
            alarms: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn sigma_from_few_points_or_too_small_for_its_error_is_reported() {
        let of =
            |value_pb, points, zero| of_sigma(&sigma(value_pb, points), Counts { points, zero });
        assert!(of(1.0, 110_000, 55_000).is_empty());
        let few = of(1.0, 90_000, 88_065);
        assert!(few[0].contains("900 points") && few[0].contains("2.15 %"));
        assert!(of(1e-141, 110_000, 55_000)[0].contains("1e-141 pb"));
    }

    #[test]
    fn a_missed_goal_is_named_with_what_was_reached_and_what_would_reach_it() {
        // The error of `sigma` is a thousandth.
        let report = SigmaReport {
            n_eval: 3_000_000,
            ..sigma(2.0, 1_000_000)
        };
        assert_eq!(of_goal(&report, 1e-3), None);
        let near = of_goal(&report, 1e-4).unwrap();
        for words in [
            "rel_error = 1e-4",
            "to 1.0e-3",
            "3000000 evaluations",
            "max_neval to 1.1e8",
        ] {
            assert!(near.contains(words), "{near}");
        }
        let far = of_goal(&report, 1e-9).unwrap();
        assert!(far.ends_with("no integration.max_neval reaches it: raise integration.rel_error"));
        let none = of_goal(&sigma(0.0, 1_000_000), 1e-3);
        assert!(none.is_some_and(|words| words.contains("to NaN")));
    }

    #[test]
    fn every_alarm_of_the_integrator_names_its_cure() {
        for alarm in [
            vegas::Alarm::Disagreement {
                chi2_dof: 5.0,
                q: 1e-6,
            },
            vegas::Alarm::HeavyPoint { share: 0.7 },
            vegas::Alarm::MissedPeak { shift: 4.0 },
            vegas::Alarm::AllZero,
        ] {
            let words = of_integral(&alarm);
            assert!(words.contains(": raise integration.") || words.ends_with(": loosen the cuts"));
        }
    }

    #[test]
    fn overweight_events_are_allowed_up_to_their_share_and_chance() {
        let request = EventRequest {
            count: 100_000,
            weighting: Weighting::Unweighted,
            max_overweight_share: 1e-3,
            max_weight: 1.0,
        };
        let report = |share, excess| SampleReport {
            n_events: 100_000,
            overweight_share: [share, share, share],
            overweight_excess: excess,
            ..SampleReport::empty()
        };
        assert_eq!(of_sample(&request, &report(1.4e-3, 5e-4)), None);
        assert!(of_sample(&request, &report(1.5e-3, 5e-4)).is_some());
        let heavy = of_sample(&request, &report(1e-4, 0.02)).unwrap();
        for words in ["2.000 %", "0.100 %", "ask for weighted events"] {
            assert!(heavy.contains(words), "{heavy}");
        }
        // A thousand events, of which one weighs four.
        let small = |excess| {
            let report = report(1e-3, excess);
            of_sample(
                &request,
                &SampleReport {
                    n_events: 1000,
                    ..report
                },
            )
        };
        assert_eq!(small(3e-3), None);
        assert!(small(2e-2).is_some());
        let partial = EventRequest {
            max_weight: 5.0,
            ..request
        };
        assert_eq!(of_sample(&partial, &report(0.5, 0.5)), None);
    }
}
