//! The phase-space maps: inverse, limits, and volume against an independent flat generator.

use millibrem::beam::{Beam, BeamFields, Projectile};
use millibrem::constants::{E_SQUARED, GEV_M2_TO_PB};
use millibrem::cuts::Cuts;
use millibrem::dark_sector::{ChiFields, ChiSpin, DarkSector, MilliCharged};
use millibrem::kinematics::{Collision, RecoilVariables};
use millibrem::matter::form_factor::{FormFactor, FormFactorKind};
use millibrem::matter::{Nucleus, NucleusFields, NucleusSpin};
use millibrem::process::Setup;
use millibrem::process::radiation::etl::Etl;
use millibrem::process::radiation::phase_space::{DecayMap, EmissionMap, PairBlock, PairMassMap};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use vegas::{Config, Integrand, Plan, Points, Vegas};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn the_maps_and_their_inverses_are_the_identity(
        y in prop::array::uniform7(0.001f64..0.999),
        electron in any::<bool>(),
        log_e in 0.3f64..3.0,
        part in 0.01f64..0.5,
    ) {
        let (m, big_m) = if electron { (0.51099895e-3, 25.1) } else { (0.1056583755, 193.0) };
        let c = Collision::new(10f64.powf(log_e), m, big_m).unwrap();
        let form_factor = FormFactor::new(
            &FormFactorKind::default(),
            &Nucleus::new(NucleusFields { z: 13, a: 27.0, mass_gev: big_m, spin: NucleusSpin::Zero }).unwrap(),
        )
        .unwrap();
        let top = c.max_pair_mass().powi(2);
        let mass = PairMassMap::new(part * part * top, 0.999 * top, m);
        let (k2, inv_k2, _) = mass.forward(y[0]);
        prop_assert!((mass.inverse(k2) - y[0]).abs() < 1e-9, "{} {}", mass.inverse(k2), y[0]);

        let map = EmissionMap::new(c, (-m, c.kinetic), &form_factor);
        let out = map.forward(k2, inv_k2, [y[1], y[2], y[3], y[4]]);
        prop_assert!(out.measure > 0.0 && out.measure.is_finite());
        let p = out.point;
        let v = p.lepton_kinetic + p.recoil;
        let w = 2.0 * c.p * p.k * p.one_minus_cos_k;
        let emission = millibrem::kinematics::Emission::new(&c, k2, v, p.e_k - k2.sqrt(), w);
        let above_min = p.recoil - emission.recoil_min;
        // The azimuth from q itself, as in the definition of φ_q.
        let v_hat = [p.p_out[0] - p.q[0], p.p_out[1] - p.q[1], p.p_out[2] - p.q[2]];
        let norm = v_hat.iter().map(|x| x * x).sum::<f64>().sqrt();
        let in_plane = (p.q[0] * v_hat[2] - p.q[2] * v_hat[0]) / norm;
        let across = p.q[1].hypot(in_plane);
        let recoil = RecoilVariables {
            above_min,
            below_max: emission.recoil_span - above_min,
            cos_phi: in_plane / across,
            sin_phi: p.q[1] / across,
        };
        let back = map.inverse(k2, v, w, &recoil);
        for (i, (a, b)) in back.iter().zip(&y[1..5]).enumerate() {
            prop_assert!((a - b).abs() < 1e-5, "variable {}: {} {}", i, a, b);
        }
        let (a, b) = DecayMap::inverse(&DecayMap::forward(y[5], y[6]));
        prop_assert!((a - y[5]).abs() < 1e-12 && (b - y[6]).abs() < 1e-12);
    }
}

fn small_setup(m_chi: f64) -> Setup {
    let beam = Beam::new(BeamFields {
        projectile: Projectile::Muon,
        energy_gev: 3.0,
        on_target: None,
    })
    .unwrap();
    let nucleus = Nucleus::new(NucleusFields {
        z: 1,
        a: 1.0,
        mass_gev: 0.938,
        spin: NucleusSpin::Zero,
    })
    .unwrap();
    let chi = MilliCharged::new(ChiFields {
        mass_gev: m_chi,
        charge: 1.0,
        spin: ChiSpin::Dirac,
        pdg_id: 17,
    })
    .unwrap();
    Setup::new(
        &beam,
        nucleus,
        &FormFactorKind::from_name("point").unwrap(),
        DarkSector::Pair(chi),
        Cuts::NONE,
    )
    .unwrap()
}

#[test]
fn a_block_made_stage_by_stage_has_the_bits_of_its_points_made_one_by_one() {
    let setup = small_setup(0.01);
    let (etl, mut block) = (Etl::new(&setup), PairBlock::default());
    let mut rng = Pcg64Mcg::seed_from_u64(3);
    // A length that no vector register divides.
    let y: [[f64; 101]; 7] = std::array::from_fn(|_| std::array::from_fn(|_| rng.random()));
    let columns: Vec<&[f64]> = y.iter().map(|column| &column[..]).collect();
    let mut value = [0.0; 101];
    etl.evaluate(&columns, &mut value, &mut block);
    let (low, high) = setup.k2_range();
    let mass = PairMassMap::new(low, high, setup.collision.m);
    let map = EmissionMap::new(setup.collision, setup.v_cuts(), &setup.form_factor);
    let mut factors = Vec::new();
    for i in 0..101 {
        let (k2, inv_k2, dk2) = mass.forward(y[0][i]);
        let one = map.forward(k2, inv_k2, [y[1][i], y[2][i], y[3][i], y[4][i]]);
        assert_eq!(format!("{:?}", one.point), format!("{:?}", block.point(i)));
        let beta = (1.0 - 4.0 * 0.01 * 0.01 / k2).sqrt();
        factors.push(block.measure[i] / (dk2 * beta * one.measure));
    }
    // What is left are the constants.
    for factor in &factors {
        assert!((factor / factors[0] - 1.0).abs() < 1e-12, "{factor}");
    }
}

/// The measure alone, so that the integral is the volume of phase space.
struct Volume(Etl);

impl Integrand for Volume {
    type Record = Box<PairBlock>;

    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn record(&self) -> Box<PairBlock> {
        Box::default()
    }

    fn evaluate(&self, x: &Points<'_>, value: &mut [f64], block: &mut Box<PairBlock>) {
        let columns: Vec<&[f64]> = (0..x.dim()).map(|d| x.column(d)).collect();
        self.0.evaluate(&columns, value, block);
        let c = self.0.setup().collision;
        let flux = E_SQUARED.powi(4) * GEV_M2_TO_PB / (4.0 * c.big_m * c.p);
        for (v, measure) in value.iter_mut().zip(&block.measure) {
            *v = measure / flux;
        }
    }
}

/// Flat four-body phase space by RAMBO (Kleiss, Stirling, Ellis, CPC 40 (1986) 359).
fn rambo_volume(w: f64, masses: [f64; 4], n: usize) -> (f64, f64) {
    let mut rng = Pcg64Mcg::seed_from_u64(11);
    let tau = std::f64::consts::TAU;
    // Massless volume (π/2)³ w⁴/(Γ(4)Γ(3)) times (2π)^(4−12).
    let massless = (tau / 4.0).powi(3) * w.powi(4) / 12.0 * tau.powi(-8);
    let (mut sum, mut squares) = (0.0, 0.0);
    for _ in 0..n {
        let mut q = [[0.0; 4]; 4];
        for p in &mut q {
            let r: [f64; 4] = std::array::from_fn(|_| rng.random::<f64>().max(1e-300));
            let (c, e) = (2.0 * r[0] - 1.0, -(r[2] * r[3]).ln());
            let s = (1.0 - c * c).sqrt();
            *p = [
                e,
                e * s * (tau * r[1]).cos(),
                e * s * (tau * r[1]).sin(),
                e * c,
            ];
        }
        let total: [f64; 4] = std::array::from_fn(|i| q.iter().map(|p| p[i]).sum());
        let mass = (total[0].powi(2) - total[1..].iter().map(|x| x * x).sum::<f64>()).sqrt();
        let b: Vec<f64> = total[1..].iter().map(|x| -x / mass).collect();
        let g = total[0] / mass;
        let x = w / mass;
        let momenta: Vec<f64> = q
            .iter()
            .map(|p| {
                let bq: f64 = b.iter().zip(&p[1..]).map(|(b, p)| b * p).sum();
                // Only |p| is needed: the energy of a massless momentum after the boost.
                x * (g * p[0] + bq)
            })
            .collect();
        // Rescale momenta by ξ so that the masses fit (Newton), and weigh.
        let mut xi = (1.0 - (masses.iter().sum::<f64>() / w).powi(2)).sqrt();
        for _ in 0..60 {
            let (mut f, mut d) = (-w, 0.0);
            for (p, m) in momenta.iter().zip(masses) {
                let e = (m * m + (xi * p).powi(2)).sqrt();
                f += e;
                d += xi * p * p / e;
            }
            xi -= f / d;
        }
        let (mut scale, mut product, mut ratio) = (0.0, 1.0, 0.0);
        for (p, m) in momenta.iter().zip(masses) {
            let (k, e) = (xi * p, (m * m + (xi * p).powi(2)).sqrt());
            scale += k;
            product *= k / e;
            ratio += k * k / e;
        }
        let weight = massless * (scale / w).powi(2 * 4 - 3) * product * w / ratio;
        sum += weight;
        squares += weight * weight;
    }
    let mean = sum / n as f64;
    (mean, ((squares / n as f64 - mean * mean) / n as f64).sqrt())
}

#[test]
fn phase_space_volume_is_that_of_an_independent_flat_generator() {
    for m_chi in [0.01, 0.2] {
        let setup = small_setup(m_chi);
        let c = setup.collision;
        let (want, want_error) =
            rambo_volume(c.s_tot().sqrt(), [c.m, c.big_m, m_chi, m_chi], 200_000);
        let volume = Volume(Etl::new(&setup));
        let config = Config {
            seed: 5,
            n_adapt: 10,
            neval: 50_000,
            ..Config::default()
        };
        let mut vegas = Vegas::new(7, config).unwrap();
        vegas.adapt(&volume, &mut vegas::silent).unwrap();
        let plan = Plan::new(50_000, 10);
        let m = vegas
            .measure(&volume, &plan, &mut (), &mut vegas::silent)
            .unwrap();
        let (got, error) = (m.estimate.mean, m.estimate.sdev);
        let pull = (got - want) / error.hypot(want_error);
        assert!(
            pull.abs() < 4.0,
            "m_chi {m_chi}: {got:e} ± {error:e}, flat {want:e} ± {want_error:e}"
        );
        assert!(
            error / got < 2e-3 && want_error / want < 2e-3 && m.q > 1e-3,
            "{m:?}"
        );
    }
}
