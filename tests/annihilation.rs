//! e⁺e⁻ → χχ̄: against the amplitude written out, figures of independent calculations, the Monte Carlo, and
//! the limits of an A′ in between.

use std::f64::consts::PI;
use std::ops::ControlFlow;
use std::sync::Arc;

use millibrem::card::{Override, RunCard, shipped};
use millibrem::constants::{ALPHA, AVOGADRO, ELECTRON_MASS_GEV, GEV_M2_TO_PB};
use millibrem::dark_sector::{
    ChiFields, ChiSpin, DarkPhoton, DarkPhotonFields, DarkSector, MilliCharged, Resonance,
    ResonanceFields,
};
use millibrem::generate::{Generator, Progress, Settings};
use millibrem::matter::shower::{Shower, Species, TrackLength};
use millibrem::process::InitialState;
use millibrem::process::annihilation::{Annihilation, dark_photon_mean_pb};
use millibrem::process::radiation::quadrature::gauss_legendre;
use millibrem::process::secondary::FromShower;
use millibrem::process::{Inputs, Method, Process, SetupError};
use millibrem::run;
use millibrem::study::Reach;
use millibrem::study::reach::Options;

fn card(settings: &[&str]) -> RunCard {
    let set = |text: &&str| {
        let (key, value) = text.split_once('=').expect("KEY=VALUE");
        Override::by_option("--set", key, value)
    };
    let common = ["run.seed=5", "run.threads=2"];
    let all: Vec<Override> = common.iter().chain(settings).map(set).collect();
    let card = shipped("na64e-2023").expect("shipped").with(&all);
    card.expect("a card")
}

/// Positrons of the card's beam energy on lead.
fn inputs(m_chi_gev: f64, spin: ChiSpin, settings: &[&str]) -> Inputs {
    let mut found = run::inputs(&card(settings)).expect("one nucleus");
    found.dark_sector = DarkSector::Pair(
        MilliCharged::new(ChiFields {
            mass_gev: m_chi_gev,
            charge: 1.0,
            spin,
            pdg_id: 5_200_012,
        })
        .unwrap(),
    );
    found
}

fn process(m_chi_gev: f64, spin: ChiSpin) -> Annihilation {
    Annihilation::new(&inputs(m_chi_gev, spin, &["cuts.x_min=0"])).expect("open")
}

/// The shower of 100 GeV electrons in 40 X0 of lead, and its positrons above this energy.
fn lead(lowest_gev: f64) -> Arc<TrackLength> {
    let shower = Shower::new(Species::Electron, 100.0, lowest_gev);
    let material = &card(&[]).target.material;
    let mut all = shower.track_lengths(material, &[40.0]).expect("a shower");
    Arc::new(all.remove(0))
}

/// Atoms in a radiation length of lead, per cm², and a pb in cm².
fn lead_per_x0() -> f64 {
    let card = card(&[]);
    let grams = card.target.material.radiation_length_g_cm2();
    grams * AVOGADRO / 207.2 * 1e-36
}

#[test]
fn positrons_of_100_gev_on_lead_have_the_cross_section_of_another_calculation() {
    let found = process(0.1, ChiSpin::Dirac).sigma_pb();
    assert!((found / 6.50053e7 - 1.0).abs() < 1e-5, "{found}");
}

/// ¼Σ|M|² = e⁴/s² · 8[…] with dot products of the momenta of the events themselves, and
/// dσ/dcosθ = |M|² β/(32π s β_e); for scalars the current k₁ − k₂ in the trace of the electrons.
#[test]
fn events_are_spread_as_the_amplitude_written_out_with_their_momenta() {
    for (spin, m_chi) in [
        (ChiSpin::Dirac, 0.1),
        (ChiSpin::Dirac, 2e-4),
        (ChiSpin::Scalar, 0.1),
        (ChiSpin::Scalar, 2e-4),
    ] {
        for energy in [100.0, 30.0] {
            let settings = [
                format!("beam.energy_gev={energy}"),
                "cuts.x_min=0".to_owned(),
            ];
            let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
            let process = Annihilation::new(&inputs(m_chi, spin, &settings));
            let Ok(process) = process else {
                assert!(m_chi > 0.08 && energy < 50.0);
                continue;
            };
            let m = ELECTRON_MASS_GEV;
            let p1 = [energy, 0.0, 0.0, (energy * energy - m * m).sqrt()];
            let p2 = [m, 0.0, 0.0, 0.0];
            let dot =
                |a: [f64; 4], b: [f64; 4]| a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3];
            let s = 2.0 * m * (energy + m);
            let y: Vec<f64> = (0..16).map(|i| (f64::from(i) + 0.5) / 16.0).collect();
            let mut value = [0.0; 16];
            let mut block = process.block();
            block.evaluate(&[&y], &mut value);
            for i in 0..16 {
                let mut out = [[0.0; 4]; 2];
                block.momenta(i, &mut out);
                let [k1, k2] = out;
                for j in 0..4 {
                    let before = p1[j] + p2[j];
                    assert!(
                        (k1[j] + k2[j] - before).abs() < 1e-11 * energy,
                        "{k1:?} {k2:?}"
                    );
                }
                let e4 = (4.0 * PI * ALPHA) * (4.0 * PI * ALPHA);
                let m2 = match spin {
                    ChiSpin::Dirac => {
                        let sum = dot(p1, k1) * dot(p2, k2)
                            + dot(p1, k2) * dot(p2, k1)
                            + m * m * dot(k1, k2)
                            + m_chi * m_chi * dot(p1, p2)
                            + 2.0 * m * m * m_chi * m_chi;
                        8.0 * e4 / (s * s) * sum
                    }
                    ChiSpin::Scalar => {
                        let d: [f64; 4] = std::array::from_fn(|j| k1[j] - k2[j]);
                        // ¼ tr[(p̸₂ − m) d̸ (p̸₁ + m) d̸] = 2 p₁d p₂d − d² (p₁p₂ + m²).
                        let trace =
                            2.0 * dot(p1, d) * dot(p2, d) - dot(d, d) * (dot(p1, p2) + m * m);
                        e4 / (s * s) * trace
                    }
                };
                let beta = (1.0 - 4.0 * m_chi * m_chi / s).sqrt();
                let beta_e = (1.0 - 4.0 * m * m / s).sqrt();
                // dy is half of dcosθ; 82 electrons.
                let expected = 82.0 * GEV_M2_TO_PB * 2.0 * m2 * beta / (32.0 * PI * s * beta_e);
                let off = value[i] / expected - 1.0;
                assert!(off.abs() < 1e-7, "{spin:?} {m_chi} {energy} {i}: {off:e}");
            }
            let rule = gauss_legendre(8);
            let y: Vec<f64> = rule.iter().map(|(y, _)| *y).collect();
            let mut value = [0.0; 8];
            block.evaluate(&[&y], &mut value);
            let sum: f64 = rule.iter().zip(value).map(|((_, w), v)| w * v).sum();
            assert!((sum / process.sigma_pb() - 1.0).abs() < 1e-13);
        }
    }
}

/// Bremsstrahlung after Tsai and Whitis, annihilation with the cascade; yields per electron at Q = e from a
/// Monte Carlo of showers (two digits for the annihilation).
#[test]
fn the_yields_of_na64e_are_those_of_an_independent_calculation() {
    let settings = [
        "reach.channels=[\"bremsstrahlung\", \"annihilation\"]",
        "integration.method=quadrature",
        "integration.rel_error=1e-4",
    ];
    let expected = [
        (0.01, 2.29e-6, 8.7e-8),
        (0.03, 2.30e-7, 8.7e-8),
        (0.05, 6.9e-8, 8.6e-8),
        (0.1, 1.18e-8, 6.6e-8),
        (0.13, 5.7e-9, 7.6e-9),
        (0.15, 3.8e-9, 2e-10),
    ];
    let masses: Vec<f64> = expected.iter().map(|e| e.0).collect();
    let reach = Reach::new(vec![card(&settings)], masses, Options::default()).expect("a reach");
    let found = reach.run(&()).expect("limits");
    let of = |channel: &str| {
        let curve = found.curves().iter().find(|c| c.channel == channel);
        &curve.expect("a curve").q_over_e
    };
    let on_target = 9.37e11;
    let (radiated, annihilated, sum) = (of("bremsstrahlung"), of("annihilation"), of("sum"));
    for (i, (mass, radiation, annihilation)) in expected.into_iter().enumerate() {
        let events = |q: Option<f64>| q.map(|q| 2.3 / (q * q) / on_target);
        let (a, b) = (events(radiated[i]), events(annihilated[i]));
        let (a, b) = (a.expect("radiated"), b.expect("annihilated"));
        assert!(
            (a / radiation - 1.0).abs() < 0.02,
            "{mass}: {a:e} {radiation:e}"
        );
        // Half a unit of the last digit, and the figure of the showers' 2 %.
        let half = if annihilation < 1e-9 { 0.25 } else { 0.035 };
        assert!(
            (b / annihilation - 1.0).abs() < half,
            "{mass}: {b:e} {annihilation:e}"
        );
        let whole = events(sum[i]).expect("both");
        assert!((whole / (a + b) - 1.0).abs() < 1e-12, "{mass}: {whole:e}");
    }
    let limits = (radiated[3].expect("a limit"), sum[3].expect("a limit"));
    assert!((limits.0 / 1.44e-2 - 1.0).abs() < 0.01, "{limits:?}");
    assert!((limits.1 / 5.6e-3 - 1.0).abs() < 0.01, "{limits:?}");
}

#[test]
fn the_route_along_a_shower_is_a_plain_sum_and_the_monte_carlo_agrees() {
    let e0 = 100.0;
    for (m_chi, spin, x_min) in [
        (0.03, ChiSpin::Dirac, "0.5"),
        (0.1, ChiSpin::Dirac, "0.5"),
        (0.1, ChiSpin::Scalar, "0.6"),
        (0.15, ChiSpin::Dirac, "0.5"),
    ] {
        let cut = x_min.parse::<f64>().expect("a number") * e0;
        let track = lead(cut);
        let settings = [format!("cuts.x_min={x_min}")];
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let inputs = inputs(m_chi, spin, &settings);
        let one = Annihilation::new(&inputs).expect("open");
        // ∫ σ (−dT) in a hundred thousand equal steps.
        let low = cut.max(one.threshold_gev());
        let n = 100_000;
        let at = |i: usize| low + (e0 - low) * i as f64 / n as f64;
        let above = |e: f64| track.above(Species::Positron, e);
        let steps = (0..n)
            .map(|i| one.at_pb(0.5 * (at(i) + at(i + 1))) * (above(at(i)) - above(at(i + 1))));
        let plain = steps.sum::<f64>() / 40.0;
        let along = FromShower::new(Arc::new(one), track.clone(), Species::Positron, 40.0);
        let route = along.route(Method::QUADRATURE).expect("offered");
        let found = route.sigma(1e-4).expect("converged");
        assert!(
            (found.value_pb / plain - 1.0).abs() < 1e-4,
            "{m_chi}: {found:?} {plain}"
        );
        let binned = route
            .binned(&[cut / e0, 0.7, 0.9, 1.0], 1e-4)
            .expect("bins");
        let sum: f64 = binned.iter().map(|bin| bin.value_pb).sum();
        assert!((sum / found.value_pb - 1.0).abs() < 1e-6, "{m_chi}: {sum}");
        let settings = Settings {
            seed: 7,
            threads: 2,
            n_adapt: 6,
            neval: 20_000,
            rel_error: Some(1e-3),
            lattices: None,
            max_neval: 4_000_000,
        };
        let go_on = |_: &Progress| ControlFlow::Continue(());
        let mut generator = Generator::new(Arc::new(along), settings).expect("a process");
        generator.adapt(&mut { go_on }).expect("adapts");
        let report = generator.measure(&[], &mut { go_on }).expect("measures");
        let sigma = &report.cross_section;
        let pull = (sigma.value_pb - found.value_pb) / sigma.error_pb;
        assert!(pull.abs() < 3.5, "{m_chi}: {pull}, {sigma:?}");
        assert!(sigma.error_pb < 1.5e-3 * sigma.value_pb && report.alarms.is_empty());
    }
}

/// Factors on the yield above 50 GeV with structure functions, from the same independent calculation.
#[test]
fn radiation_off_the_initial_state_changes_the_yield_by_the_factors_of_another_calculation() {
    let track = lead(50.0);
    for (m_chi, expected) in [
        (0.01, 1.03),
        (0.05, 0.98),
        (0.1, 0.94),
        (0.13, 0.90),
        (0.15, 0.84),
    ] {
        let mean = |initial_state| {
            let inputs = Inputs {
                initial_state,
                ..inputs(m_chi, ChiSpin::Dirac, &[])
            };
            let one = Annihilation::new(&inputs).expect("open");
            let along = FromShower::new(Arc::new(one), track.clone(), Species::Positron, 40.0);
            let route = along.route(Method::QUADRATURE).expect("offered");
            route.sigma(1e-3).expect("converged").value_pb
        };
        let factor = mean(InitialState::LeadingLog) / mean(InitialState::None);
        assert!(
            (factor - expected).abs() < 0.01,
            "{m_chi}: {factor}, expected {expected}"
        );
    }
}

/// N/ε² per electron for A′ on its mass shell, of the same calculation.
#[test]
fn dark_photons_on_their_mass_shell_have_the_yields_of_another_calculation() {
    let track = lead(50.0);
    for (mass_gev, expected) in [
        (0.23, 4.5e-4),
        (0.25, 2.3e-4),
        (0.28, 7.1e-5),
        (0.3, 2.0e-5),
    ] {
        let photon = DarkPhoton::new(DarkPhotonFields {
            mass_gev,
            epsilon: 1.0,
            pdg_id: 622,
        })
        .unwrap();
        let mean_pb = dark_photon_mean_pb(&track, 40.0, &photon);
        let found = mean_pb * 40.0 * 82.0 * lead_per_x0();
        assert!(
            (found / expected - 1.0).abs() < 0.05,
            "{mass_gev}: {found:e}, expected {expected:e}"
        );
    }
}

/// α_D and ε of a narrow A′: σ̄ through it is that of A′ on its mass shell; a heavy one is a photon of
/// charge √(α_D/α) ε s/m², one without mass a photon of charge √(α_D/α) ε.
#[test]
fn a_vector_in_between_closes_on_a_narrow_a_heavy_and_a_massless_one() {
    let track = lead(50.0);
    for spin in ChiSpin::ALL {
        let inputs = inputs(0.05, spin, &[]);
        let narrow = Resonance::new(ResonanceFields {
            mass_gev: 0.26,
            epsilon: 1e-3,
            alpha_d: 1e-3,
            width_gev: None,
        })
        .unwrap();
        let DarkSector::Pair(chi) = inputs.dark_sector else {
            panic!("a pair");
        };
        let through = |resonance| Inputs {
            dark_sector: DarkSector::Mediated(chi, resonance),
            ..inputs.clone()
        };
        assert!(narrow.width_to(&chi) < 1e-4);
        let one = Annihilation::new(&through(narrow)).expect("open");
        // In the phase of the Breit–Wigner s = m² + mΓ tan φ, where σ is smooth.
        let (m2, width) = (
            narrow.mass_gev.powi(2),
            narrow.mass_gev * narrow.width_to(&chi),
        );
        let energy = |s: f64| 0.5 * s / ELECTRON_MASS_GEV - ELECTRON_MASS_GEV;
        let s = |e: f64| 2.0 * ELECTRON_MASS_GEV * (e + ELECTRON_MASS_GEV);
        let phase = |e: f64| ((s(e) - m2) / width).atan();
        let (low, high) = (phase(50.0), phase(99.9));
        let n = 4000;
        let at = |i: usize| energy(m2 + width * (low + (high - low) * i as f64 / n as f64).tan());
        let above = |e: f64| track.above(Species::Positron, e);
        let steps = (0..n).map(|i| {
            let middle =
                energy(m2 + width * (low + (high - low) * (i as f64 + 0.5) / n as f64).tan());
            one.at_pb(middle) * (above(at(i)) - above(at(i + 1)))
        });
        let by_steps = steps.sum::<f64>() / 40.0 / 82.0;
        let photon = DarkPhoton::new(DarkPhotonFields {
            mass_gev: narrow.mass_gev,
            epsilon: narrow.epsilon,
            pdg_id: 622,
        })
        .unwrap();
        let shell = dark_photon_mean_pb(&track, 40.0, &photon);
        // Tails of the Breit–Wigner are a part in Γ/m of it and the slope of the track.
        assert!(
            (by_steps / shell - 1.0).abs() < 4e-3,
            "{spin:?}: {by_steps} {shell}"
        );
        let photon = Annihilation::new(&inputs).expect("open").sigma_pb();
        for (mass_gev, form) in [(1e3, s(100.0) / 1e6), (1e-6, 1.0)] {
            let far = Resonance::new(ResonanceFields {
                mass_gev,
                width_gev: Some(0.0),
                ..*narrow
            })
            .unwrap();
            let found = Annihilation::new(&through(far)).expect("open");
            let charge2 = far.alpha_d / ALPHA * far.epsilon * far.epsilon * form * form;
            assert!(
                (found.sigma_pb() / (charge2 * photon) - 1.0).abs() < 1e-6,
                "{mass_gev}"
            );
        }
    }
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    let refused = |inputs: &Inputs| Annihilation::new(inputs).expect_err("refused");
    let heavy = refused(&inputs(0.17, ChiSpin::Dirac, &[]));
    assert!(matches!(heavy, SetupError::TooLittle { .. }), "{heavy}");
    assert!(heavy.to_string().contains("from 113"), "{heavy}");
    let cut = refused(&inputs(
        0.1,
        ChiSpin::Dirac,
        &["cuts.lepton_pt_max_gev=0.1"],
    ));
    assert!(
        cut.to_string().contains("`cuts.lepton_pt_max_gev`"),
        "{cut}"
    );
    let mut photon = inputs(0.1, ChiSpin::Dirac, &[]);
    photon.dark_sector = DarkSector::DarkPhoton(
        DarkPhoton::new(DarkPhotonFields {
            mass_gev: 0.2,
            epsilon: 1.0,
            pdg_id: 622,
        })
        .unwrap(),
    );
    assert!(matches!(refused(&photon), SetupError::OtherKind { .. }));
}
