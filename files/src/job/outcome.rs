//! What a job has found: σ, sample, checks, and all of it as the plain record of the file.

use millibrem::card::RunCard;
use millibrem::generate::{CrossCheck, SampleReport, SigmaReport};
use millibrem::process::{Integral, Method, Part, QuadratureError};
use millibrem::record::{Fact, FurtherWeight, NuclearSigma, RunSummary, Shard};
use millibrem::run;

/// Relative error of σ on each nucleus at best; finer the losses of a beam cannot be followed.
const NUCLEI_GOAL: f64 = 5e-4;

/// How a job ended.
#[derive(Debug)]
pub enum Outcome {
    /// A whole run.
    Run(Box<Sampled>),
    /// One shard with this many events.
    Shard {
        /// Which part it is.
        shard: Shard,
        /// Its events.
        n_events: u64,
    },
    /// The output was there, complete; nothing was done.
    Complete,
}

/// Everything that is known of a whole run.
#[derive(Debug)]
pub struct Sampled {
    /// Seed of the run.
    pub seed: u64,
    /// σ and histograms.
    pub sigma: SigmaReport,
    /// The events.
    pub sample: SampleReport,
    /// σ against the quadrature, where that applies and converges.
    pub check: Option<CrossCheck>,
    /// Whether the quadrature converges or does not apply.
    pub converges: bool,
    /// Evaluations, everything included.
    pub n_eval: u64,
    /// Seconds until σ was measured.
    pub measured_s: f64,
    /// Reasons not to trust the result, in words.
    pub alarms: Vec<String>,
    /// What is worth knowing besides, in words.
    pub notes: Vec<String>,
    /// What the further weights of the events came to.
    pub further: Vec<FurtherWeight>,
}

/// σ on each nucleus of a mixture by quadrature, where that applies.
fn nuclei(card: &RunCard) -> Vec<NuclearSigma> {
    let known = || {
        let mixture = run::mixture(card).ok().filter(|m| m.parts().len() > 1)?;
        let each = mixture.route(Method::QUADRATURE).ok()?;
        let each = each.sigma_of_each(run::goal(card).max(NUCLEI_GOAL)).ok()?;
        let one = |(part, found): (&Part, &Integral)| NuclearSigma {
            nucleus: part.process.target().pdg_id,
            atom_fraction: part.atom_fraction,
            sigma_pb: found.value_pb,
        };
        Some(mixture.parts().iter().zip(&each).map(one).collect())
    };
    known().unwrap_or_default()
}

impl Sampled {
    pub(super) fn new(
        card: &RunCard,
        sigma: SigmaReport,
        sample: SampleReport,
        check: Result<CrossCheck, QuadratureError>,
        measured_s: f64,
    ) -> Self {
        let mut alarms = sigma.alarms.clone();
        alarms.extend_from_slice(&sample.alarms);
        let failed = match &check {
            Err(error @ QuadratureError::NotConverged { .. }) => {
                Some(format!("sigma is not checked by quadrature: {error}"))
            }
            _ => None,
        };
        let (check, converges) = (check.ok(), failed.is_none());
        let notes = run::note(card).into_iter().chain(run::target_notes(card));
        let notes = notes.chain(sigma.notes.clone()).chain(failed);
        alarms.extend(check.as_ref().and_then(CrossCheck::alarm));
        Self {
            seed: card.run.seed,
            converges,
            notes: notes.collect(),
            n_eval: sigma.n_eval + sample.n_eval,
            sigma,
            sample,
            check,
            measured_s,
            alarms,
            further: Vec::new(),
        }
    }

    /// The record of the run.
    pub(super) fn summary(&self, card: &RunCard, wall_s: f64) -> RunSummary {
        let (sigma, sample) = (&self.sigma, &self.sample);
        let real = |name: &str, value| (name.to_owned(), Fact::Real(value));
        let text = |name: &str, value: String| (name.to_owned(), Fact::Text(value));
        let count = |name: &str, value: u64| {
            (
                name.to_owned(),
                Fact::Integer(i64::try_from(value).unwrap_or(i64::MAX)),
            )
        };
        let mut provenance = vec![
            text("process", card.kind.name().to_owned()),
            count("n_eval_sigma", sigma.n_eval),
            count("n_eval_events", sample.n_eval),
            real("effective_share", sigma.effective_share),
            real("largest_weight_over_mean", sigma.largest_weight),
            real("unweighting_efficiency", sample.unweighting_efficiency[0]),
            real("overweight_share", sample.overweight_share[0]),
            real("overweight_excess", sample.overweight_excess),
            real("weight_scale_pb", sample.weight_scale),
            real("sample_sigma_ratio", sample.sigma_ratio),
            real("sample_sigma_ratio_error", sample.sigma_ratio_error),
            ("trustworthy".to_owned(), Fact::Flag(self.alarms.is_empty())),
            text("alarms", self.alarms.join("\n")),
            text("notes", self.notes.join("\n")),
        ];
        if let Some((atoms, yielded)) = run::yield_per_lepton(card, sigma.cross_section.value_pb) {
            provenance.push(real("atoms_per_cm2", atoms));
            provenance.push(real("yield_per_lepton", yielded));
        }
        if let Some(check) = self.check {
            provenance.push(real("quadrature_sigma_pb", check.value_pb));
            provenance.push(real("quadrature_pull", check.pull));
        }
        RunSummary {
            cross_section: sigma.cross_section.clone(),
            nuclei: nuclei(card),
            weight_scale: sample.weight_scale,
            histograms: sigma.histograms.clone(),
            provenance,
            timings: vec![
                real("wall_s", wall_s),
                count("threads", card.run.threads as u64),
            ],
        }
    }
}
