//! Histograms of a card: what is written, and what is drawn if nothing is.

use toml::{Table, Value};

use super::error::{CardError, nearest};
use super::plain::keys;
use super::printed::Printed;
use super::process_kind::ProcessKind;
use super::rules::Resolver;
use crate::histogram::{Axis, MAX_BINS, bins_with_flow};
use crate::observable::{Observable, Scale, Scales};
use crate::process::{Inputs, KinematicLimits};
use crate::text::shown;

/// Bins of an axis unless the card says otherwise.
const DEFAULT_BINS: u64 = 50;

keys! { KEYS:
    "histogram": Tables, "", Range("each once; at most 1e7 bins in all, two more an axis for what lies outside"),
        Depends("`x`, `e_miss_gev`, `theta_lepton_rad`, `m_pair_gev`, `t_gev2`, without `m_pair_gev` for `dark-photon` and `boson`; \
            where no lepton comes out, `e_chi_gev` and `theta_chi_rad` in place of its angle, and only what there is"),
        "Histograms of one or two observables, each under its own `[[histogram]]`; `histogram = []` is none.",
        "a list of tables, each under [[histogram]]";
    "histogram.observable": Texts, "", Choices(Observable::names), Required(""),
        "The observable, or a list of two for two axes; the end of its name is its unit, and those of χ and \
         `m_pair_gev` are only for `pair`.",
        "the name of an observable, or a list of two";
    "histogram.min": Numbers, "", Range("below `max`, above 0 if `scale` is `log`"),
        Depends("the natural range of the observable"),
        "Lower edge of the axis in the unit of the observable, or a list of two.",
        "a number, or one an axis";
    "histogram.max": Numbers, "", Range("above `min`, finite"),
        Depends("the natural range of the observable"),
        "Upper edge of the axis in the unit of the observable, or a list of two.",
        "a number, or one an axis";
    "histogram.bins": Counts, "", Range("at least 1"), Count(DEFAULT_BINS),
        "Number of bins of the axis, or a list of two.",
        "a number of bins, 1 or more, or one an axis";
    "histogram.scale": Texts, "", Choices(|| vec!["linear", "log"]),
        Depends("natural to the observable, `\"linear\"` if `min` or `max` is written"),
        "Whether bins are equally wide, or so in the logarithm; or a list of two.",
        "\"linear\" or \"log\", or one an axis";
}

/// One `[[histogram]]`: one or two axes.
#[derive(Debug, Clone, PartialEq)]
pub struct HistogramSpec {
    /// The axes, one or two.
    pub axes: Vec<Axis>,
}

impl HistogramSpec {
    /// The observables, joined by `_vs_`.
    pub fn name(&self) -> String {
        let names: Vec<&str> = self
            .axes
            .iter()
            .map(|axis| axis.observable().name())
            .collect();
        names.join("_vs_")
    }
}

/// What is histogrammed if the card has no `[[histogram]]`.
const DEFAULT_OBSERVABLES: [Observable; 5] = [
    Observable::X,
    Observable::E_MISS_GEV,
    Observable::THETA_LEPTON_RAD,
    Observable::M_PAIR_GEV,
    Observable::T_GEV2,
];
/// The same where no lepton comes out.
const WITHOUT_LEPTON: [Observable; 6] = [
    Observable::X,
    Observable::E_MISS_GEV,
    Observable::M_PAIR_GEV,
    Observable::T_GEV2,
    Observable::E_CHI_GEV,
    Observable::THETA_CHI_RAD,
];

/// What the natural range of an observable depends on.
pub(super) struct Ranges<'a> {
    pub(super) kind: &'a ProcessKind,
    /// On the first nucleus.
    pub(super) inputs: &'a Inputs,
    pub(super) limits: &'a KinematicLimits,
    /// Largest momentum of the beam over the nominal one.
    pub(super) most: f64,
}

impl Ranges<'_> {
    /// The numbers that the ranges of axes follow.
    fn scales(&self) -> Scales {
        let Inputs { beam, cuts, .. } = self.inputs;
        let (e0, x_min) = (beam.energy_gev, cuts.x_min);
        let t_low = Scales::decade_below(self.limits.t_min_gev2);
        let t_most = Scales::decade_above(self.limits.t_max_gev2);
        // The form factors leave little beyond about 1 GeV², and decades above the least.
        let t_high = t_most.min(1.0).max(1e3 * t_low).min(t_most);
        let m_low = self.limits.m_pair_min_gev;
        let m_lepton = beam.projectile.mass_gev();
        // Light pairs reach up to the lepton's mass and a little beyond.
        let m_high = (20.0 * m_low).max(10.0 * m_lepton);
        // Masses set the scale of transverse momenta, that of the lepton by the part of its energy
        // that it loses; a tenth of it leaves little below.
        let pt = 0.1 * (m_low + x_min.max(1e-2) * m_lepton);
        let top = match self.kind.has_nucleus() {
            true => 1.0,
            false => KinematicLimits::BEYOND,
        };
        let m_pair_gev = match self.kind.pair_masses(self.inputs) {
            // Beside the masses, which are the only ones.
            Some((least, most)) => (0.9 * least, 1.1 * most),
            None => {
                let most = top * libm::sqrt(self.most) * self.limits.m_pair_max_gev;
                (m_low, most.min(m_high))
            }
        };
        Scales {
            beam_energy_gev: e0,
            highest_gev: self.most * e0,
            x: self.limits.x_range(cuts, self.most),
            t_gev2: (t_low, t_high),
            m_pair_gev,
            pt_gev: Scales::decade_below(pt),
            target_mass_gev: self.inputs.nucleus.mass_gev,
        }
    }

    /// The range an observable fills, a natural scale with it; in the observable's units.
    fn of(&self, observable: &Observable) -> (f64, f64, Scale) {
        observable.definition().range(&self.scales())
    }

    /// What the observable is not of, where it takes one value only, or none, in this process.
    fn idle(&self, observable: &Observable) -> Option<&'static str> {
        let kind = self.kind;
        let of_one = self.inputs.dark_sector.chi().is_none();
        if of_one && observable.definition().is_fixed_for_one() {
            return Some("an observable of one particle that leaves unseen");
        }
        let of_one_energy = [
            Observable::X,
            Observable::E_MISS_GEV,
            Observable::M_PAIR_GEV,
        ];
        if !kind.has_nucleus() && self.limits.has_one_x() && of_one_energy.contains(observable) {
            return Some(
                "an observable that varies: all positrons have the energy of the beam, and E_miss and mass of a pair with it",
            );
        }
        let applies = kind.has_lepton() || kind.roles_have(observable);
        (!applies).then_some("an observable of what comes out of process.kind")
    }
}

/// The histograms of the card, or the default ones if it has no such key.
pub(super) fn resolve(
    rules: &Resolver<'_>,
    ranges: &Ranges<'_>,
) -> Result<Vec<HistogramSpec>, CardError> {
    let written = rules.written("histogram").and_then(Value::as_array);
    let Some(written) = written else {
        let all = match ranges.kind.has_lepton() {
            true => &DEFAULT_OBSERVABLES[..],
            false => &WITHOUT_LEPTON,
        };
        let wanted = all.iter().cloned();
        let wanted = wanted.filter(|observable| ranges.idle(observable).is_none());
        // A range too narrow for its bins, a hair above threshold, is left out rather than blamed
        // on a key nobody wrote.
        return Ok(wanted
            .filter_map(|observable| default_one(rules, observable, ranges).ok())
            .collect());
    };
    let mut all: Vec<HistogramSpec> = Vec::new();
    for (i, one) in written.iter().filter_map(Value::as_table).enumerate() {
        let path = format!("histogram[{i}]");
        let spec = resolve_one(rules, &path, one, ranges)?;
        let name = spec.name();
        if all.iter().any(|earlier| earlier.name() == name) {
            let (path, found) = (
                format!("{path}.observable"),
                format!("{name} a second time"),
            );
            return Err(rules.wrong(&path, found, "each histogram once"));
        }
        all.push(spec);
        let bins = all.iter().map(|spec| bins_with_flow("", &spec.axes));
        let bins: usize = bins.filter_map(Result::ok).sum();
        if bins > MAX_BINS {
            let (path, found) = (format!("{path}.bins"), format!("{bins} with those before"));
            let expected = "at most 10 000 000 bins in all histograms";
            return Err(rules.wrong(&path, found, expected));
        }
    }
    Ok(all)
}

fn default_one(
    rules: &Resolver<'_>,
    observable: Observable,
    ranges: &Ranges<'_>,
) -> Result<HistogramSpec, CardError> {
    let name = ("observable".to_owned(), observable.name().into());
    resolve_one(rules, "histogram", &[name].into_iter().collect(), ranges)
}

fn resolve_one(
    rules: &Resolver<'_>,
    path: &str,
    written: &Table,
    ranges: &Ranges<'_>,
) -> Result<HistogramSpec, CardError> {
    let names: Vec<&str> = match written.get("observable") {
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        one => one.and_then(Value::as_str).into_iter().collect(),
    };
    if !(1..=2).contains(&names.len()) {
        let found = match written.get("observable") {
            None => "nothing".to_owned(),
            Some(_) => format!("a list of {}", names.len()),
        };
        let expected = "the name of an observable, or a list of two";
        return Err(rules.wrong(&format!("{path}.observable"), found, expected));
    }
    let mut axes = Vec::with_capacity(names.len());
    for (axis, name) in names.iter().enumerate() {
        let entry = Entry {
            rules,
            path,
            axis,
            axes: names.len(),
        };
        axes.push(entry.resolve(name, written, ranges)?);
    }
    if let [first, second] = &axes[..]
        && first.observable() == second.observable()
    {
        let found = format!("{} on both axes", first.observable());
        let path = format!("{path}.observable");
        return Err(rules.wrong(&path, found, "two different observables"));
    }
    bins_with_flow("", &axes).map_err(|_| {
        let found = axes
            .iter()
            .map(|a| a.bins().to_string())
            .collect::<Vec<_>>()
            .join(" × ");
        rules.wrong(
            &format!("{path}.bins"),
            found,
            "at most 10 000 000 bins in all",
        )
    })?;
    Ok(HistogramSpec { axes })
}

/// One axis of one histogram in the card.
struct Entry<'a> {
    rules: &'a Resolver<'a>,
    path: &'a str,
    axis: usize,
    axes: usize,
}

impl Entry<'_> {
    fn resolve(&self, name: &str, written: &Table, ranges: &Ranges<'_>) -> Result<Axis, CardError> {
        let find = |name: &str| Observable::ALL.into_iter().find(|o| o.name() == name);
        let (path, names) = (self.key("observable"), Observable::names());
        let observable = self.rules.choice(&path, name, &names, find)?;
        if let Some(expected) = ranges.idle(&observable) {
            return Err(self.rules.wrong(&path, name, expected));
        }
        let (natural_min, natural_max, natural_scale) = ranges.of(&observable);
        let has = |key: &str| written.contains_key(key);
        let scale = match self.pick(written, "scale", Value::as_str)? {
            // The natural scale belongs to the natural range.
            None if has("min") || has("max") => Scale::Linear,
            None => natural_scale,
            Some("linear") => Scale::Linear,
            Some("log") => Scale::Log,
            Some(other) => {
                let (path, found) = (self.key("scale"), format!("{other:?}"));
                let expected = "\"linear\" or \"log\"";
                let mut error = self.rules.source.error(&path, found, expected);
                error.nearest = nearest(other, ["linear", "log"]);
                return Err(error.into());
            }
        };
        let min = self.pick(written, "min", Value::as_float)?;
        let max = self.pick(written, "max", Value::as_float)?;
        let (min, max) = (min.unwrap_or(natural_min), max.unwrap_or(natural_max));
        let count = |value: &Value| u64::try_from(value.as_integer()?).ok();
        let bins = self.pick(written, "bins", count)?.unwrap_or(DEFAULT_BINS);
        let bins = usize::try_from(bins).unwrap_or(usize::MAX);
        if scale == Scale::Log && min <= 0.0 {
            let expected = "a number above 0, for the axis is logarithmic";
            return Err(self.rules.wrong(&self.key("min"), shown(min), expected));
        }
        Axis::new(observable, scale, min, max, bins).map_err(|_| {
            let error =
                |key, found, expected: String| self.rules.wrong(&self.key(key), found, expected);
            if !min.is_finite() {
                error("min", shown(min), "a finite number".into())
            } else if max.is_finite() && max > min {
                error(
                    "bins",
                    bins.to_string(),
                    format!(
                        "1 to 10000000 bins that fit between {} and {}",
                        shown(min),
                        shown(max)
                    ),
                )
            } else {
                let key = if has("max") { "max" } else { "min" };
                error(
                    key,
                    format!("{} to {}", shown(min), shown(max)),
                    "min below max, both finite".into(),
                )
            }
        })
    }

    /// The value for this axis: the only one, or that of its position.
    fn pick<'v, T>(
        &self,
        written: &'v Table,
        key: &str,
        of: impl Fn(&'v Value) -> Option<T>,
    ) -> Result<Option<T>, CardError> {
        match written.get(key) {
            Some(Value::Array(each)) if each.len() == self.axes => Ok(of(&each[self.axis])),
            Some(Value::Array(each)) => {
                let path = format!("{}.{key}", self.path);
                let found = format!("a list of {}", each.len());
                let expected = format!("one value, or one for each of {} axes", self.axes);
                Err(self.rules.wrong(&path, found, expected))
            }
            one => Ok(one.and_then(of)),
        }
    }

    /// The key of this axis: the list entry if there is a list.
    fn key(&self, name: &str) -> String {
        let all = format!("{}.{name}", self.path);
        let entry = format!("{all}[{}]", self.axis);
        if self.rules.source.knows(&entry) {
            entry
        } else {
            all
        }
    }
}

/// Writes them back.
pub(super) fn print(all: &[HistogramSpec], out: &mut Printed) {
    let one = |spec: &HistogramSpec| {
        let names = each(spec, |axis| axis.observable().name().into());
        vec![
            ("observable", names),
            ("min", each(spec, |axis| axis.min().into())),
            ("max", each(spec, |axis| axis.max().into())),
            ("bins", each(spec, |axis| (axis.bins() as i64).into())),
            ("scale", each(spec, |axis| scale_name(axis.scale()).into())),
        ]
    };
    out.put_list("histogram", all.iter().map(one));
}

fn scale_name(scale: Scale) -> &'static str {
    match scale {
        Scale::Linear => "linear",
        Scale::Log => "log",
    }
}

/// The value of the only axis, or one an axis.
fn each(spec: &HistogramSpec, value: impl Fn(&Axis) -> Value) -> Value {
    match &spec.axes[..] {
        [only] => value(only),
        axes => Value::Array(axes.iter().map(value).collect()),
    }
}
