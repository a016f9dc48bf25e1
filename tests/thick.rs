//! Beams followed by tables: all e± of a shower, and muons with their mean loss by energy; σ̄ and events against
//! sums over the track lengths themselves.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use millibrem::card::{Losses, Override, RunCard, shipped};
use millibrem::event::{EventBuffer, Sample, Scalar, Weighting};
use millibrem::generate::{EventRequest, Generator, Progress};
use millibrem::matter::muon_loss::MuonLoss;
use millibrem::matter::shower::{Shower, Species, TrackTable};
use millibrem::matter::straggling::surviving_share;
use millibrem::particle::Role;
use millibrem::process::Method;
use millibrem::process::radiation::quadrature::{gauss_legendre, sigma};
use millibrem::{run, study};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

fn card(name: &str, settings: &[(&str, &str)]) -> RunCard {
    let common = [
        ("run.seed", "7"),
        ("run.threads", "2"),
        ("integration.n_adapt", "8"),
        ("integration.neval", "50000"),
        ("integration.rel_error", "1.5e-3"),
    ];
    let set = |(key, value): &(&str, &str)| Override::by_option("--set", key, value);
    let all: Vec<Override> = common.iter().chain(settings).map(set).collect();
    shipped(name).unwrap().with(&all).unwrap()
}

/// σ in pb at an energy of the vertex, for the same missing energy.
fn sigma_at(card: &RunCard, energy_gev: f64) -> f64 {
    let mut thin = card.clone();
    thin.losses = Some(Losses::None);
    let ratio = card.beam.energy_gev / energy_gev;
    let Ok(cuts) = thin.cuts.with(|cuts| cuts.x_min *= ratio) else {
        return 0.0;
    };
    thin.cuts = cuts;
    thin.beam = thin.beam.with(|beam| beam.energy_gev = energy_gev).unwrap();
    run::setup(&thin).map_or(0.0, |setup| sigma(&setup, 1e-4).unwrap().value_pb)
}

/// σ̄ by Monte Carlo against what is expected, then by quadrature; and events.
fn check(card: &RunCard, expected_pb: f64, count: u64) -> (EventBuffer, Sample) {
    let process = run::process(card).unwrap();
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let mut generator = Generator::new(process.clone(), run::settings(card)).unwrap();
    generator.adapt(silent).unwrap();
    let report = generator.measure(&[], silent).unwrap();
    let found = &report.cross_section;
    let pull = (found.value_pb - expected_pb) / found.error_pb;
    let q = found.iterations.last().unwrap().q;
    assert!(
        pull.abs() < 3.5 && found.error_pb < 2e-3 * expected_pb && q > 1e-3,
        "{} ± {} pb, expected {expected_pb}; Q = {q}",
        found.value_pb,
        found.error_pb
    );
    assert!(report.alarms.is_empty(), "{:?}", report.alarms);
    let route = process.route(Method::QUADRATURE).unwrap();
    let quadrature = route.sigma(1e-3).unwrap().value_pb;
    assert!(
        (quadrature / expected_pb - 1.0).abs() < 1e-3,
        "{quadrature} {expected_pb}"
    );
    // The same by `reach`, whose tracks know no mass of χ.
    let m_chi = card.dark_sector.threshold_mass_gev() / 2.0;
    let experiment = study::reach::experiment(card).unwrap();
    let reach = experiment
        .sigma_pb(Method::QUADRATURE, m_chi, 1e-4)
        .unwrap();
    assert!(
        (reach / expected_pb - 1.0).abs() < 1e-3,
        "{reach} {expected_pb}"
    );
    let request = EventRequest {
        count,
        weighting: Weighting::Unweighted,
        max_overweight_share: 1e-3,
        max_weight: 1.0,
    };
    let mut events = EventBuffer::default();
    let sample = generator.sample(&request, found, &mut events, silent);
    assert!(sample.unwrap().alarms.is_empty());
    (events, run::sample(card).unwrap())
}

fn balances(events: &EventBuffer, sample: &Sample) {
    for event in events.iter() {
        let (beam, target) = (sample.p_beam_of(&event), sample.p_target());
        for j in 0..4 {
            let out: f64 = event.momenta().iter().map(|p| p[j]).sum();
            assert!(
                (out - beam[j] - target[j]).abs() < 1e-10 * target[0],
                "{event:?}"
            );
        }
    }
}

#[test]
fn points_of_their_own_energies_have_the_bits_of_one_by_one() {
    let (pair, conversion) = ("na64e-2023", "na64e-2023-photon-conversion");
    let (photons, scalar) = (("beam.particle", "gamma"), ("dark_sector.spin", "scalar"));
    for (name, settings) in [
        (pair, &[("target.nucleus_spin", "0")][..]),
        (pair, &[("target.nucleus_spin", "1/2"), scalar]),
        (
            pair,
            &[
                ("cuts.lepton_angle_max_mrad", "2"),
                ("cuts.lepton_energy_max_gev", "30"),
            ],
        ),
        (conversion, &[photons]),
        (
            conversion,
            &[photons, ("target.nucleus_spin", "1/2"), scalar],
        ),
        (conversion, &[photons, ("cuts.chi_angle_max_mrad", "60")]),
        ("na64e-2023-meson", &[photons]),
        (
            "na64e-2023-meson",
            &[photons, scalar, ("cuts.chi_angle_max_mrad", "60")],
        ),
        (
            "na64e-2023-annihilation",
            &[("beam.particle", "e+"), ("histogram", "[]")],
        ),
    ] {
        let mut settings = settings.to_vec();
        settings.push(("target.losses", "none"));
        let process = run::process(&card(name, &settings)).unwrap();
        let n_out = process.outgoing().len();
        let (mut alone, mut together) = (process.block(), process.block());
        // Points of a Weyl sequence; below 50 GeV nothing passes the cut on missing energy.
        let at = |i: usize, d: usize| ((i + 1) as f64 * (0.5 + (d as f64).sqrt())).fract();
        for n in [128, 37, 1] {
            let columns: Vec<Vec<f64>> = (0..process.dim())
                .map(|d| (0..n).map(|i| at(i, d + 1)).collect())
                .collect();
            let y: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            let energies: Vec<f64> = (0..n).map(|i| 40.0 + 60.0 * at(i, 11)).collect();
            let mut found = vec![f64::NAN; n];
            assert!(together.evaluate_at(&energies, &y, &mut found));
            let mut made = 0;
            for (i, found) in found.iter().enumerate() {
                let one: Vec<&[f64]> = columns.iter().map(|column| &column[i..=i]).collect();
                let mut value = [0.0];
                if alone.set_beam_energy(energies[i]) {
                    alone.evaluate(&one, &mut value);
                }
                assert_eq!(
                    found.to_bits(),
                    value[0].to_bits(),
                    "{name} {settings:?} {i}: {found} {value:?}"
                );
                if value[0] != 0.0 {
                    made += 1;
                    let mut p = [[[0.0; 4]; 4]; 2];
                    alone.momenta(0, &mut p[0][..n_out]);
                    together.momenta(i, &mut p[1][..n_out]);
                    assert_eq!(p[0], p[1]);
                }
            }
            assert!(
                n < 100 || (10..n).contains(&made),
                "{name} {settings:?} {made}"
            );
        }
    }
}

#[test]
fn all_electrons_and_positrons_of_a_shower_make_events() {
    let card = card("na64e-2023", &[("target.losses", "shower")]);
    let material = &card.target.material;
    let shower = Shower::new(Species::Electron, 100.0, 50.0);
    let track = &shower.track_lengths(material, &[40.0]).unwrap()[0];
    // Tables of any depth have the same energies.
    let known = RefCell::new(BTreeMap::new());
    let sigma = |e: f64| {
        let mut known = known.borrow_mut();
        *known
            .entry(e.to_bits())
            .or_insert_with(|| sigma_at(&card, e))
    };
    let of = |species| track.integral(species, 50.0, sigma) / 40.0;
    let parts = [of(Species::Electron), of(Species::Positron)];
    let expected = parts[0] + parts[1];
    // Positrons have 4.4 % of the track length, at energies at which less is made.
    assert!((0.02..0.04).contains(&(parts[1] / expected)), "{parts:?}");
    let (events, sample) = check(&card, expected, 20_000);
    balances(&events, &sample);
    let projectiles = events.scalar(&Scalar::PROJECTILE).unwrap();
    let share = projectiles.iter().filter(|id| **id == -11.0).count() as f64 / 20_000.0;
    let error = (parts[1] / expected / 20_000.0).sqrt();
    assert!(
        (share - parts[1] / expected).abs() < 4.0 * error,
        "{share} {parts:?}"
    );
    // The lepton that comes out is the one that came in.
    let place = sample.position(&Role::LEPTON_OUT).unwrap();
    for (event, id) in events.iter().zip(projectiles) {
        let ids = [sample.beam_of(&event), sample.outgoing_of(&event, place)];
        assert!(ids.iter().all(|one| f64::from(one.pdg_id) == *id));
    }
    // Depths: the share before 1 X0 is that of its own track lengths.
    let first = &shower.track_lengths(material, &[1.0]).unwrap()[0];
    let of = |species| first.integral(species, 50.0, sigma) / 40.0;
    let before = (of(Species::Electron) + of(Species::Positron)) / expected;
    let x0 = material.radiation_length_cm.unwrap();
    let depths = events.scalar(&Scalar::VERTEX_Z).unwrap();
    let seen = depths.iter().filter(|z| **z < x0).count() as f64 / 20_000.0;
    // Half of what a slab at 1 X0 holds may be on the wrong side, 2 %.
    assert!((seen - before).abs() < 0.02, "{seen} {before}");
}

/// Without a cut some of the track length that counts is below a thousandth of the beam's energy.
#[test]
fn light_particles_are_made_far_below_the_energy_of_the_beam() {
    let of = |losses, m_chi| {
        let settings = [
            ("target.losses", losses),
            ("dark_sector.m_chi_gev", m_chi),
            ("cuts.x_min", "0"),
            ("integration.neval", "200000"),
        ];
        card("na64e-2023", &settings)
    };
    // Tsai and Whitis: L(E) in √t, and the trapezoidal rule in σ dL for even ln E down to threshold.
    let straggling = of("tsai-whitis", "0.001");
    let (thickness, deepest, n) = (40.0, 30.0, 400);
    let depths = gauss_legendre(128);
    let length = |loss: f64| -> f64 {
        let each = depths.iter().map(|(u, w)| {
            let t = deepest * u * u;
            2.0 * w * u * deepest * surviving_share(t, (-loss).exp())
        });
        each.sum()
    };
    let most = (100.0_f64 / 0.002_52).ln();
    let points: Vec<(f64, f64)> = (0..=n)
        .map(|i| {
            let u = f64::from(i) / f64::from(n);
            let loss = most * u * u;
            (length(loss), sigma_at(&straggling, 100.0 * (-loss).exp()))
        })
        .collect();
    let cells = points.windows(2);
    let sum: f64 = cells
        .map(|c| 0.5 * (c[0].1 + c[1].1) * (c[1].0 - c[0].0))
        .sum();
    let (events, sample) = check(&straggling, sum / thickness, 5000);
    balances(&events, &sample);
    let energies = events.scalar(&Scalar::BEAM_ENERGY).unwrap();
    let soft = energies.iter().filter(|e| **e < 0.1).count();
    assert!(soft > 100, "{soft} of 5000 below 0.1 GeV");
    // A shower, which is followed to 0.1 GeV.
    let showered = of("shower", "0.01");
    let material = &showered.target.material;
    let shower = Shower::new(Species::Electron, 100.0, 0.1);
    let track = &shower.track_lengths(material, &[40.0]).unwrap()[0];
    let known = RefCell::new(BTreeMap::new());
    let sigma = |e: f64| {
        let mut known = known.borrow_mut();
        *known
            .entry(e.to_bits())
            .or_insert_with(|| sigma_at(&showered, e))
    };
    let each = [Species::Electron, Species::Positron];
    let each = each.map(|species| track.integral(species, 0.1, sigma) / 40.0);
    check(&showered, each[0] + each[1], 5000);
}

/// Some of its energies leave muons just above threshold, where σ is tiny and opens steeply.
#[test]
fn a_beam_with_a_spread_that_loses_energy_has_its_quadrature() {
    let settings = [
        ("target.losses", "muon-straggling"),
        ("target.thickness_cm", "1000"),
        ("beam.momentum_spread", "0.05"),
        ("cuts.x_min", "0"),
    ];
    let card = card("na64mu-2025", &settings);
    let process = run::process(&card).unwrap();
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let mut generator = Generator::new(process.clone(), run::settings(&card)).unwrap();
    generator.adapt(silent).unwrap();
    let report = generator.measure(&[], silent).unwrap();
    let by_mc = &report.cross_section;
    let route = process.route(Method::QUADRATURE).unwrap();
    let found = route.sigma(1e-3).unwrap();
    let pull = (found.value_pb - by_mc.value_pb) / by_mc.error_pb;
    assert!(
        found.error_pb <= 1e-3 * found.value_pb && pull.abs() < 3.0,
        "{found:?}, {} ± {} pb",
        by_mc.value_pb,
        by_mc.error_pb
    );
    assert!(by_mc.error_pb < 2e-3 * by_mc.value_pb && report.alarms.is_empty());
}

#[test]
fn muons_lose_what_the_tables_of_their_losses_say() {
    let settings = [
        ("target.losses", "muon-table"),
        ("target.thickness_cm", "400"),
    ];
    let card = card("na64mu-2025", &settings);
    let loss = MuonLoss::new(&card.target.material, 160.0, 1.0).unwrap();
    let energy = |z: f64| loss.energy_after(160.0, z).unwrap();
    let nodes = gauss_legendre(24).into_iter();
    let mean = nodes.map(|(u, w)| w * sigma_at(&card, energy(400.0 * u)));
    let (events, sample) = check(&card, mean.sum(), 2000);
    balances(&events, &sample);
    let depths = events.scalar(&Scalar::VERTEX_Z).unwrap();
    let energies = events.scalar(&Scalar::BEAM_ENERGY).unwrap();
    for (z, e) in depths.iter().zip(energies) {
        assert!((e / energy(*z) - 1.0).abs() < 1e-4, "{z} {e}");
    }
    // About 0.048 GeV in each cm at first.
    assert!((energy(400.0) / (160.0 - 400.0 * 0.046) - 1.0).abs() < 0.02);
}

#[test]
fn a_table_of_track_lengths_stands_for_the_shower_that_it_is_of() {
    let computed = card("na64e-2023", &[("target.losses", "shower")]);
    let shower = Shower::new(Species::Electron, 100.0, 50.0);
    let depths = [0.2, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 16.0, 40.0];
    let tracks = shower.track_lengths(&computed.target.material, &depths);
    let rows = tracks
        .unwrap()
        .into_iter()
        .zip(depths)
        .flat_map(|(track, depth)| {
            let energies = track.energies_gev().to_vec();
            energies.into_iter().enumerate().map(move |(i, energy)| {
                let above = Species::ALL.map(|species| track.above_x0(species)[i]);
                (Some(depth), energy, above)
            })
        });
    let table = TrackTable::of_rows(rows, 100.0).unwrap();
    let mut read = computed.clone();
    read.track_length = Some(Arc::new(table));
    let expected = run::process(&computed).unwrap().route(Method::QUADRATURE);
    let expected = expected.unwrap().sigma(1e-3).unwrap().value_pb;
    let (events, sample) = check(&read, expected, 20_000);
    balances(&events, &sample);
    let mean = |events: &EventBuffer| {
        let depths = events.scalar(&Scalar::VERTEX_Z).unwrap();
        depths.iter().sum::<f64>() / depths.len() as f64
    };
    let (of_shower, _) = check(&computed, expected, 20_000);
    // Within a slab of the table vertices lie evenly, a little deeper than they are.
    let ratio = mean(&events) / mean(&of_shower);
    assert!((0.98..1.06).contains(&ratio), "{ratio}");
    // What the card says reads back.
    let again = RunCard::parse("again", "again", &read.to_toml(), &[]).unwrap();
    assert_eq!(again.track_length, read.track_length);
}

#[test]
fn muons_that_lose_in_steps_are_as_those_that_are_drawn_one_by_one() {
    let (thickness, n) = (150.0, 20_000);
    let settings = [
        ("target.losses", "muon-straggling"),
        ("target.thickness_cm", "150"),
    ];
    let card = card("na64mu-2025", &settings);
    let loss = MuonLoss::new(&card.target.material, 160.0, 1e-3).unwrap();
    // Steps by their rates at 160 GeV, of which those at lower energies are fewer.
    let shares: Vec<f64> = (0..=600)
        .map(|i| 1e-3_f64.powf(1.0 - f64::from(i) / 600.0))
        .collect();
    let mut sums = vec![0.0];
    for v in shares.windows(2) {
        let middle = (v[0] * v[1]).sqrt();
        let rate = loss.rate_per_cm(160.0, middle) * (v[1] - v[0]);
        sums.push(sums[sums.len() - 1] + rate);
    }
    let all = sums[sums.len() - 1];
    let mut stream = Pcg64Mcg::seed_from_u64(23);
    let sigmas: Vec<f64> = (0..=40)
        .map(|i| sigma_at(&card, 80.0 + 2.0 * f64::from(i)))
        .collect();
    let sigma = |energy: f64| {
        let place = ((energy - 80.0) / 2.0).clamp(0.0, 39.999);
        let k = place as usize;
        sigmas[k] + (sigmas[k + 1] - sigmas[k]) * (place - k as f64)
    };
    let (mut sum, mut squares) = (0.0, 0.0);
    for _ in 0..n {
        let depth = thickness * stream.random::<f64>();
        let (mut z, mut energy) = (0.0, 160.0);
        loop {
            let step = -(1.0 - stream.random::<f64>()).ln() / all;
            let to = depth.min(z + step);
            energy -= loss.gev_per_cm(energy) * (to - z);
            z = to;
            if z >= depth {
                break;
            }
            let u = all * stream.random::<f64>();
            let k = sums.partition_point(|sum| *sum < u).clamp(1, 600);
            let v = (shares[k - 1] * shares[k]).sqrt();
            let ratio = loss.rate_per_cm(energy, v) / loss.rate_per_cm(160.0, v);
            assert!(ratio < 1.0 + 1e-9, "{energy} {v}: {ratio}");
            if stream.random::<f64>() < ratio {
                energy *= 1.0 - v;
            }
        }
        let made = sigma(energy);
        sum += made;
        squares += made * made;
    }
    let mean = sum / f64::from(n);
    let error = (squares / f64::from(n) - mean * mean).sqrt() / f64::from(n).sqrt();
    let process = run::process(&card).unwrap();
    let route = process.route(Method::QUADRATURE).unwrap();
    let found = route.sigma(1e-3).unwrap().value_pb;
    assert!(
        (found - mean).abs() < 3.5 * error && error < 4e-3 * mean,
        "{found}, one by one {mean} ± {error}"
    );
    let (events, sample) = check(&card, found, 5000);
    balances(&events, &sample);
    // The mean loss takes all of them for the same.
    let mut smooth = card.clone();
    smooth.losses = Some(Losses::MuonTable);
    let smooth = run::process(&smooth).unwrap().route(Method::QUADRATURE);
    let smooth = smooth.unwrap().sigma(1e-3).unwrap().value_pb;
    assert!((found / smooth - 1.0).abs() < 0.05, "{found} {smooth}");
}
