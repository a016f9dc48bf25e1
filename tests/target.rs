//! Real targets: σ̄ and events of mixtures and of beams that lose energy, against deterministic
//! integrals over nuclei, depth and energy.

use std::ops::ControlFlow;

use millibrem::card::{Override, RunCard, shipped};
use millibrem::event::{EventBuffer, Scalar, Weighting};
use millibrem::generate::{EventRequest, Generator, HistogramRequest, Progress, SigmaReport};
use millibrem::histogram::{Axis, Observable, Scale};
use millibrem::matter::material::Component;
use millibrem::matter::straggling::surviving_share;
use millibrem::particle::Role;
use millibrem::process::Method;
use millibrem::process::radiation::quadrature::{gauss_legendre, sigma};
use millibrem::run;

fn card(name: &str, settings: &[(&str, &str)]) -> RunCard {
    let common = [
        ("run.seed", "5"),
        ("run.threads", "2"),
        ("integration.n_adapt", "8"),
        ("integration.neval", "50000"),
        ("integration.rel_error", "1.5e-3"),
    ];
    let set = |(key, value): &(&str, &str)| Override::by_option("--set", key, value);
    let all: Vec<Override> = common.iter().chain(settings).map(set).collect();
    shipped(name).unwrap().with(&all).unwrap()
}

fn silent(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn measured(card: &RunCard, histograms: &[HistogramRequest]) -> (Generator, SigmaReport) {
    let process = run::process(card).unwrap();
    let mut generator = Generator::new(process, run::settings(card)).unwrap();
    generator.adapt(&mut silent).unwrap();
    let report = generator.measure(histograms, &mut silent).unwrap();
    (generator, report)
}

fn events(card: &RunCard, count: u64, weighting: Weighting) -> (EventBuffer, SigmaReport) {
    let (mut generator, report) = measured(card, &[]);
    let request = EventRequest {
        count,
        weighting,
        max_overweight_share: 1e-3,
        max_weight: 1.0,
    };
    let mut events = EventBuffer::default();
    let sigma = &report.cross_section;
    let sample = generator.sample(&request, sigma, &mut events, &mut silent);
    assert!(sample.unwrap().alarms.is_empty());
    (events, report)
}

fn check(name: &str, report: &SigmaReport, expected_pb: f64) {
    let found = &report.cross_section;
    let pull = (found.value_pb - expected_pb) / found.error_pb;
    let relative = found.error_pb / found.value_pb;
    let q = found.iterations.last().unwrap().q;
    assert!(
        pull.abs() < 3.5 && relative < 2e-3 && q > 1e-3,
        "{name}: {} ± {} pb, expected {expected_pb}; Q = {q}",
        found.value_pb,
        found.error_pb
    );
    assert!(report.alarms.is_empty(), "{name}: {:?}", report.alarms);
}

/// σ in pb of an energy at the vertex, for a cut on missing energy in GeV.
fn sigma_at(card: &RunCard, energy_gev: f64, e_miss_gev: f64) -> f64 {
    let mut thin = card.clone();
    thin.losses = Some(millibrem::card::Losses::None);
    thin.beam = thin.beam.with(|beam| beam.energy_gev = energy_gev).unwrap();
    let Ok(cuts) = thin.cuts.with(|cuts| cuts.x_min = e_miss_gev / energy_gev) else {
        return 0.0;
    };
    thin.cuts = cuts;
    match run::setup(&thin) {
        Ok(setup) => sigma(&setup, 1e-5).unwrap().value_pb,
        // Nothing is left at the edge.
        Err(_) => 0.0,
    }
}

/// (1/T) ∫ dE σ(E) (−dL/dE) in pb with L(E) of Tsai and Whitis: in ℓ = ln(E0/E) from 0 to ℓ_max.
fn straggled(card: &RunCard, e_miss_gev: f64) -> f64 {
    let e0 = card.beam.energy_gev;
    let thickness = card.target.material.thickness_x0().unwrap();
    let most = (e0 / e_miss_gev).ln();
    let deepest = thickness.min(16.0);
    // L(ℓ) = ∫ dt P(ℓ; t), in √t, where P begins like ℓ^(4t/3).
    let depths = gauss_legendre(100);
    let length = |loss: f64| -> f64 {
        let each = depths.iter().map(|(u, w)| {
            let t = deepest * u * u;
            2.0 * w * u * deepest * surviving_share(t, (-loss).exp())
        });
        each.sum()
    };
    // By the trapezoidal rule in σ dL, ℓ from a map dense at both ends, once with all points and once with each second.
    let n = 96;
    let points: Vec<(f64, f64)> = (0..=n)
        .map(|i| {
            let u = i as f64 / n as f64;
            let loss = most * u * u * u * (10.0 - 15.0 * u + 6.0 * u * u);
            (length(loss), sigma_at(card, e0 * (-loss).exp(), e_miss_gev))
        })
        .collect();
    let sum = |step: usize| -> f64 {
        let cells = points
            .iter()
            .step_by(step)
            .zip(points.iter().skip(step).step_by(step));
        cells.map(|(a, b)| 0.5 * (a.1 + b.1) * (b.0 - a.0)).sum()
    };
    let sum = (4.0 * sum(1) - sum(2)) / 3.0;
    sum / thickness
}

#[test]
fn straggled_electrons_have_the_cross_section_of_the_integral_over_track_lengths() {
    for (name, x_min, settings) in [
        ("na64e-2023", 0.5, vec![]),
        ("ldmx-2025", 0.7, vec![("dark_sector.m_chi_gev", "0.03")]),
    ] {
        let mut settings = settings;
        settings.push(("target.losses", "tsai-whitis"));
        let text = x_min.to_string();
        settings.push(("cuts.x_min", &text));
        let card = card(name, &settings);
        let expected = straggled(&card, x_min * card.beam.energy_gev);
        check(name, &measured(&card, &[]).1, expected);
        // Without Monte Carlo, in one number and in bins, the last of which opens late.
        let route = run::process(&card).unwrap().route(Method::QUADRATURE);
        let route = route.unwrap();
        let found = route.sigma(1e-3).unwrap();
        let off = (found.value_pb / expected - 1.0).abs();
        assert!(
            off < 5e-4 && off * expected < found.error_pb && found.error_pb < 1e-3 * expected,
            "{name}: {found:?}, {expected}"
        );
        let edges = [x_min, 0.8, 0.95, 1.0];
        let bins = route.binned(&edges, 1e-3).unwrap();
        let sum: f64 = bins.iter().map(|bin| bin.value_pb).sum();
        assert!((sum / expected - 1.0).abs() < 1e-3, "{name}: {bins:?}");
        let last = straggled(&card, 0.95 * card.beam.energy_gev);
        assert!(
            (bins[2].value_pb / last - 1.0).abs() < 1e-3,
            "{name}: {bins:?}, {last}"
        );
        let points = route.spectrum(&[0.8], 1e-3).unwrap_err().to_string();
        assert!(points.contains("it needs bins of x"), "{points}");
        assert!(route.sigma(1e-6).is_err(), "finer than it can");
    }
}

#[test]
fn electrons_in_a_thick_target_must_say_what_they_lose() {
    let mut unsaid = card("na64e-2018", &[]);
    unsaid.losses = None;
    let refused = run::process(&unsaid).map(|_| ()).unwrap_err().to_string();
    // Both cross sections and the lines to add.
    for words in [
        "target.losses is not said",
        "0.998 X0",
        "losses = \"tsai-whitis\"",
        "losses = \"none\"",
        "pb with these losses",
        "differ by a factor 1.2",
    ] {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    // Few radiation lengths, or muons, need not.
    unsaid.target.material = unsaid
        .target
        .material
        .clone()
        .with(|m| m.thickness_cm = Some(0.16))
        .unwrap();
    assert!(run::process(&unsaid).is_ok());
    let mut muons = card("na64mu-2025", &[]);
    muons.losses = None;
    assert!(run::process(&muons).is_ok() && run::target_note(&muons).is_none());
    // What was said is said again.
    // A shower is followed to 0.1 GeV, which may not be all that counts.
    let shower = |x_min| {
        let settings = [("target.losses", "shower"), ("cuts.x_min", x_min)];
        run::target_note(&card("na64e-2023", &settings))
    };
    let left_out = shower("0").unwrap();
    assert!(left_out.ends_with("with cuts.x_min = 0.001"), "{left_out}");
    assert!(shower("0.001").is_none());
    let note = run::target_note(&card("na64e-2018", &[])).unwrap();
    assert!(
        note.contains("0.998 X0 of target are treated as thin"),
        "{note}"
    );
}

#[test]
fn the_missing_energy_of_a_thick_target_is_not_that_of_a_thin_one() {
    // Shares above 95 GeV of those above 50 GeV; the integral over track lengths is the reference.
    let thick = card("na64e-2023", &[("target.losses", "tsai-whitis")]);
    let axis = Axis::from_edges(
        Observable::E_MISS_GEV,
        Scale::Linear,
        vec![50.0, 95.0, 100.0],
    );
    let request = HistogramRequest {
        name: "e_miss_gev".to_owned(),
        axes: vec![axis.unwrap()],
    };
    let (_, report) = measured(&thick, &[request]);
    let histogram = &report.histograms[0];
    let share = histogram.values()[2] / report.cross_section.value_pb;
    let error = histogram.variances()[2].sqrt() / report.cross_section.value_pb;
    let expected = straggled(&thick, 95.0) / straggled(&thick, 50.0);
    assert!(
        (share - expected).abs() < 4.0 * error && error < 0.01 * share,
        "{share} {error} {expected}"
    );
    assert!((0.19..0.22).contains(&share), "{share}");
    let thin = sigma_at(&thick, 100.0, 95.0) / sigma_at(&thick, 100.0, 50.0);
    assert!((thin - 0.65).abs() < 0.02, "{thin}");
}

#[test]
fn events_of_a_thick_target_balance_at_their_vertex() {
    let card = card("na64e-2023", &[("target.losses", "tsai-whitis")]);
    let (events, _) = events(&card, 5000, Weighting::Unweighted);
    let sample = run::sample(&card).unwrap();
    let depths = events.scalar(&Scalar::VERTEX_Z).unwrap();
    let energies = events.scalar(&Scalar::BEAM_ENERGY).unwrap();
    let thickness = card.target.material.thickness_cm.unwrap();
    for (i, event) in events.iter().enumerate() {
        let (beam, target) = (sample.p_beam_of(&event), sample.p_target());
        assert_eq!(beam[0], energies[i]);
        for j in 0..4 {
            let out: f64 = event.momenta().iter().map(|p| p[j]).sum();
            assert!(
                (out - beam[j] - target[j]).abs() < 1e-10 * target[0],
                "{event:?}"
            );
        }
        let missing = event.momenta()[2][0] + event.momenta()[3][0];
        assert!(missing > 50.0 - 1e-9 && energies[i] <= 100.0 && missing < energies[i]);
        assert!((0.0..=thickness).contains(&depths[i]));
    }
    // Most happen within the first radiation length, as P(E > E_miss) falls.
    let x0 = card.target.material.radiation_length_cm.unwrap();
    let early = depths.iter().filter(|z| **z < x0).count() as f64 / 5000.0;
    assert!((0.6..0.9).contains(&early), "{early}");
}

#[test]
fn muons_that_lose_constantly_have_the_mean_over_depth() {
    let card = card(
        "na64mu-2025",
        &[
            ("target.losses", "constant"),
            ("target.energy_loss_gev_per_cm", "2.0"),
            ("cuts.x_min", "0.5"),
        ],
    );
    // ∫ dz/T σ(E0 − z dE/dz; E_miss > 80 GeV).
    let (thickness, e0) = (22.4, 160.0);
    let mean = gauss_legendre(24)
        .into_iter()
        .map(|(u, w)| w * sigma_at(&card, e0 - 2.0 * thickness * u, 80.0));
    check("muons", &measured(&card, &[]).1, mean.sum());
    let (events, _) = events(&card, 2000, Weighting::Weighted);
    let depths = events.scalar(&Scalar::VERTEX_Z).unwrap();
    let energies = events.scalar(&Scalar::BEAM_ENERGY).unwrap();
    for (z, e) in depths.iter().zip(energies) {
        assert!((e - (e0 - 2.0 * z)).abs() < 1e-9);
    }
}

#[test]
fn a_mixture_is_the_sum_of_its_nuclei_and_its_events_share_as_they_do() {
    let card = card("na64mu-2025", &[("target.mixture", "PbWO4")]);
    let material = &card.target.material;
    let fractions = material.number_fractions();
    let mut one = card.clone();
    let parts: Vec<f64> = material
        .components
        .iter()
        .zip(&fractions)
        .map(|(component, fraction)| {
            one.target.material = one
                .target
                .material
                .clone()
                .with(|m| {
                    m.components = vec![Component {
                        mass_fraction: 1.0,
                        ..*component
                    }];
                })
                .unwrap();
            fraction * sigma(&run::setup(&one).unwrap(), 1e-6).unwrap().value_pb
        })
        .collect();
    let total: f64 = parts.iter().sum();
    let (events, report) = events(&card, 50_000, Weighting::Unweighted);
    check("PbWO4", &report, total);
    let sample = run::sample(&card).unwrap();
    assert_eq!(sample.nuclei.len(), 3);
    let ids = events.scalar(&Scalar::NUCLEUS).unwrap();
    let mut chi2 = 0.0;
    for (part, nucleus) in parts.iter().zip(&sample.nuclei) {
        let seen = ids
            .iter()
            .filter(|id| **id == f64::from(nucleus.pdg_id))
            .count() as f64;
        let expected = 50_000.0 * part / total;
        chi2 += (seen - expected).powi(2) / expected;
    }
    // Two degrees of freedom; above 13.8 one time in a thousand.
    assert!(chi2 < 13.8, "{chi2}");
    for event in events.iter().take(2000) {
        let target = sample.target_of(&event);
        let nucleus = event.momenta()[1];
        let [e, x, y, z] = nucleus;
        let off = (e * e - x * x - y * y - z * z).sqrt() / target.mass_gev - 1.0;
        assert!(off.abs() < 1e-12, "{event:?}");
        let out: f64 = event.momenta().iter().map(|p| p[0]).sum();
        assert!((out - 160.0 - target.mass_gev).abs() < 1e-9 * target.mass_gev);
    }
    assert_eq!(events.p(&Role::CHI).unwrap().len(), 50_000);
}

#[test]
fn a_thin_target_of_one_nucleus_is_the_process_itself() {
    let card = card("na64e-2023", &[("target.losses", "none")]);
    let process = run::process(&card).unwrap();
    assert!(process.scalars().is_empty() && process.nuclei().is_empty());
    assert_eq!(process.dim(), 7);
}
