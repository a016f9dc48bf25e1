//! Histograms of a card: what is written, and what is drawn if nothing is.

use super::error::{CardError, nearest};
use super::process_kind::ProcessKind;
use super::raw::{PerAxis, RawHistogram};
use super::run_card::HistogramSpec;
use super::source::Source;
use crate::histogram::{Axis, MAX_BINS, bins_with_flow};
use crate::observable::{Observable, Scale, Scales};
use crate::process::{Inputs, KinematicLimits};
use crate::text::shown;

/// Bins of an axis unless the card says otherwise.
pub(super) const DEFAULT_BINS: u64 = 50;

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
    /// Whether all projectiles have the energy of the beam.
    pub(super) one_energy: bool,
    pub(super) limits: &'a KinematicLimits,
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
        let m_lepton = beam.lepton.mass_gev();
        // Light pairs reach up to the lepton's mass and a little beyond.
        let m_high = (20.0 * m_low).max(10.0 * m_lepton);
        // Masses set the scale of transverse momenta, that of the lepton by the part of its energy
        // that it loses; a tenth of it leaves little below.
        let pt = 0.1 * (m_low + x_min.max(1e-2) * m_lepton);
        let m_pair_gev = match self.kind.pair_masses(self.inputs) {
            // Beside the masses, which are the only ones.
            Some((least, most)) => (0.9 * least, 1.1 * most),
            None => (m_low, self.limits.m_pair_max_gev.min(m_high)),
        };
        Scales {
            beam_energy_gev: e0,
            x: (x_min, cuts.x_max),
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
        if !kind.has_nucleus() && self.one_energy && of_one_energy.contains(observable) {
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
    source: &Source,
    raw: Option<&[RawHistogram]>,
    ranges: &Ranges<'_>,
) -> Result<Vec<HistogramSpec>, CardError> {
    let Some(raw) = raw else {
        let all = match ranges.kind.has_lepton() {
            true => &DEFAULT_OBSERVABLES[..],
            false => &WITHOUT_LEPTON,
        };
        let wanted = all.iter().cloned();
        let wanted = wanted.filter(|observable| ranges.idle(observable).is_none());
        // A range too narrow for its bins, a hair above threshold, is left out rather than blamed
        // on a key nobody wrote.
        return Ok(wanted
            .filter_map(|observable| default_one(source, observable, ranges).ok())
            .collect());
    };
    let mut all: Vec<HistogramSpec> = Vec::new();
    for (i, one) in raw.iter().enumerate() {
        let path = format!("histogram[{i}]");
        let spec = resolve_one(source, &path, one, ranges)?;
        let name = spec.name();
        if all.iter().any(|earlier| earlier.name() == name) {
            let (path, found) = (
                format!("{path}.observable"),
                format!("{name} a second time"),
            );
            return Err(source.error(&path, found, "each histogram once").into());
        }
        all.push(spec);
        let bins = all.iter().map(|spec| bins_with_flow("", &spec.axes));
        let bins: usize = bins.filter_map(Result::ok).sum();
        if bins > MAX_BINS {
            let (path, found) = (format!("{path}.bins"), format!("{bins} with those before"));
            let expected = "at most 10 000 000 bins in all histograms";
            return Err(source.error(&path, found, expected).into());
        }
    }
    Ok(all)
}

fn default_one(
    source: &Source,
    observable: Observable,
    ranges: &Ranges<'_>,
) -> Result<HistogramSpec, CardError> {
    let name = PerAxis::One(observable.name().to_owned());
    let raw = RawHistogram {
        observable: Some(name),
        ..RawHistogram::default()
    };
    resolve_one(source, "histogram", &raw, ranges)
}

fn resolve_one(
    source: &Source,
    path: &str,
    raw: &RawHistogram,
    ranges: &Ranges<'_>,
) -> Result<HistogramSpec, CardError> {
    let names = raw
        .observable
        .as_ref()
        .map(PerAxis::as_slice)
        .unwrap_or_default();
    if !(1..=2).contains(&names.len()) {
        let found = match raw.observable {
            None => "nothing".to_owned(),
            Some(_) => format!("a list of {}", names.len()),
        };
        let expected = "the name of an observable, or a list of two";
        return Err(source
            .error(&format!("{path}.observable"), found, expected)
            .into());
    }
    let mut axes = Vec::with_capacity(names.len());
    for (axis, name) in names.iter().enumerate() {
        let entry = Entry {
            source,
            path,
            axis,
            axes: names.len(),
        };
        axes.push(entry.resolve(name, raw, ranges)?);
    }
    if let [first, second] = &axes[..]
        && first.observable() == second.observable()
    {
        let found = format!("{} on both axes", first.observable());
        let path = format!("{path}.observable");
        return Err(source
            .error(&path, found, "two different observables")
            .into());
    }
    bins_with_flow("", &axes).map_err(|_| {
        let found = axes
            .iter()
            .map(|a| a.bins().to_string())
            .collect::<Vec<_>>()
            .join(" × ");
        source.error(
            &format!("{path}.bins"),
            found,
            "at most 10 000 000 bins in all",
        )
    })?;
    Ok(HistogramSpec { axes })
}

/// One axis of one histogram in the card.
struct Entry<'a> {
    source: &'a Source,
    path: &'a str,
    axis: usize,
    axes: usize,
}

impl Entry<'_> {
    fn resolve(
        &self,
        name: &str,
        raw: &RawHistogram,
        ranges: &Ranges<'_>,
    ) -> Result<Axis, CardError> {
        let Some(observable) = Observable::ALL.into_iter().find(|o| o.name() == name) else {
            let names = Observable::names();
            let expected = format!("one of {}", names.join(", "));
            let mut error =
                self.source
                    .error(&self.key("observable"), format!("{name:?}"), expected);
            error.nearest = nearest(name, names);
            return Err(error.into());
        };
        if let Some(expected) = ranges.idle(&observable) {
            return Err(self
                .source
                .error(&self.key("observable"), name, expected)
                .into());
        }
        let (natural_min, natural_max, natural_scale) = ranges.of(&observable);
        let scale = match self.pick("scale", raw.scale.as_ref())? {
            // The natural scale belongs to the natural range.
            None if raw.min.is_some() || raw.max.is_some() => Scale::Linear,
            None => natural_scale,
            Some(name) => match name.as_str() {
                "linear" => Scale::Linear,
                "log" => Scale::Log,
                other => {
                    let mut error = self.source.error(
                        &self.key("scale"),
                        format!("{other:?}"),
                        "\"linear\" or \"log\"",
                    );
                    error.nearest = nearest(other, ["linear", "log"]);
                    return Err(error.into());
                }
            },
        };
        let min = self
            .pick("min", raw.min.as_ref())?
            .copied()
            .unwrap_or(natural_min);
        let max = self
            .pick("max", raw.max.as_ref())?
            .copied()
            .unwrap_or(natural_max);
        let bins = self
            .pick("bins", raw.bins.as_ref())?
            .copied()
            .unwrap_or(DEFAULT_BINS);
        let bins = usize::try_from(bins).unwrap_or(usize::MAX);
        if scale == Scale::Log && min <= 0.0 {
            let expected = "a number above 0, for the axis is logarithmic";
            return Err(self
                .source
                .error(&self.key("min"), shown(min), expected)
                .into());
        }
        Axis::new(observable, scale, min, max, bins).map_err(|_| {
            let error = |key, found, expected: String| {
                self.source.error(&self.key(key), found, expected).into()
            };
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
                let key = if raw.max.is_some() { "max" } else { "min" };
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
        key: &str,
        value: Option<&'v PerAxis<T>>,
    ) -> Result<Option<&'v T>, CardError> {
        match value {
            None => Ok(None),
            Some(PerAxis::One(one)) => Ok(Some(one)),
            Some(PerAxis::Each(each)) if each.len() == self.axes => Ok(each.get(self.axis)),
            Some(PerAxis::Each(each)) => {
                let path = format!("{}.{key}", self.path);
                let found = format!("a list of {}", each.len());
                let expected = format!("one value, or one for each of {} axes", self.axes);
                Err(self.source.error(&path, found, expected).into())
            }
        }
    }

    /// The key of this axis: the list entry if there is a list.
    fn key(&self, name: &str) -> String {
        let all = format!("{}.{name}", self.path);
        let entry = format!("{all}[{}]", self.axis);
        if self.source.knows(&entry) {
            entry
        } else {
            all
        }
    }
}
