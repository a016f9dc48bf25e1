//! The exact process on the unit hypercube: same bits on every instruction set, finite and
//! non-negative everywhere, cuts obeyed, couplings where they belong.

use millibrem::beam::{Beam, BeamFields, Projectile};
use millibrem::cuts::{CutFields, Cuts};
use millibrem::dark_sector::{
    Boson, BosonFields, ChiFields, ChiSpin, DarkPhoton, DarkPhotonFields, DarkSector, MilliCharged,
    Vertex,
};
use millibrem::elementary::cos_sin_turns;
use millibrem::kinematics::{turn_last, turned};
use millibrem::matter::form_factor::FormFactorKind;
use millibrem::matter::{Nucleus, NucleusFields, NucleusSpin};
use millibrem::observable::Observable;
use millibrem::process::radiation::amplitude::{boson_a, is_collinear, pair_m2};
use millibrem::process::radiation::etl::Etl;
use millibrem::process::radiation::phase_space::PairBlock;
use millibrem::process::{BLOCK, Process, Setup};
use pulp::Arch;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

fn chi(mass_gev: f64, charge: f64, spin: ChiSpin) -> DarkSector {
    DarkSector::Pair(
        MilliCharged::new(ChiFields {
            mass_gev,
            charge,
            spin,
            pdg_id: 17,
        })
        .unwrap(),
    )
}

fn boson(vertex: Vertex, mass_gev: f64) -> DarkSector {
    DarkSector::Boson(
        Boson::new(BosonFields {
            vertex,
            mass_gev,
            coupling: 1.0,
            pdg_id: 1,
        })
        .unwrap(),
    )
}

fn setup(
    lepton: Projectile,
    energy_gev: f64,
    dark: DarkSector,
    spin: NucleusSpin,
    cuts: Cuts,
) -> Setup {
    let beam = Beam::new(BeamFields {
        projectile: lepton,
        energy_gev,
        on_target: None,
    })
    .unwrap();
    let nucleus = Nucleus::new(NucleusFields {
        z: 82,
        a: 207.2,
        mass_gev: 193.005578,
        spin,
    })
    .unwrap();
    Setup::new(&beam, nucleus, &FormFactorKind::default(), dark, cuts).unwrap()
}

/// Evaluates `points` random points and hands each block on.
fn each_block(etl: &Etl, points: usize, seed: u64, mut see: impl FnMut(&[f64], &PairBlock)) {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut columns = vec![[0.0; BLOCK]; etl.dim()];
    let (mut block, mut value) = (PairBlock::default(), [0.0; BLOCK]);
    for _ in 0..points.div_ceil(BLOCK) {
        for column in &mut columns {
            // The integrator never gives the ends 0 and 1.
            column.fill_with(|| rng.random::<f64>().max(1e-16));
        }
        let y: Vec<&[f64]> = columns.iter().map(|c| &c[..]).collect();
        etl.evaluate(&y, &mut value, &mut block);
        see(&value, &block);
    }
}

fn every_kind() -> Vec<Setup> {
    let mut all = Vec::new();
    for nucleus in NucleusSpin::ALL {
        for lepton in [Projectile::Electron, Projectile::AntiMuon] {
            for spin in ChiSpin::ALL {
                all.push(setup(
                    lepton,
                    100.0,
                    chi(0.01, 1.0, spin),
                    nucleus,
                    Cuts::NONE,
                ));
            }
            for vertex in Vertex::ALL {
                let dark = boson(vertex, 0.05);
                all.push(setup(lepton, 100.0, dark, nucleus, Cuts::NONE));
            }
            let photon = DarkPhoton::new(DarkPhotonFields {
                mass_gev: 0.05,
                epsilon: 1.0,
                pdg_id: 622,
            })
            .unwrap();
            all.push(setup(
                lepton,
                100.0,
                DarkSector::DarkPhoton(photon),
                nucleus,
                Cuts::NONE,
            ));
        }
    }
    all
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let mut archs = vec![Arch::Scalar];
    #[cfg(target_arch = "x86_64")]
    {
        archs.extend(pulp::x86::V3::try_new().map(Arch::V3));
        archs.extend(pulp::x86::V4::try_new().map(Arch::V4));
    }
    for setup in every_kind() {
        let mut bits: Vec<Vec<u64>> = Vec::new();
        for &arch in &archs {
            let mut seen = Vec::new();
            each_block(&Etl::new(&setup).on(arch), 2000, 3, |value, block| {
                seen.extend(value.iter().map(|v| v.to_bits()));
                seen.extend(block.px_out.iter().map(|v| v.to_bits()));
                seen.extend(block.t.iter().map(|v| v.to_bits()));
            });
            bits.push(seen);
        }
        assert!(bits.windows(2).all(|w| w[0] == w[1]), "{setup:?}");
    }
}

#[test]
fn blocks_hold_the_squared_amplitude_of_their_points_also_where_one_diagram_dominates() {
    let mut collinear = 0;
    for nucleus in NucleusSpin::ALL {
        for spin in ChiSpin::ALL {
            let dark = chi(1e-6, 1.0, spin);
            let setup = setup(Projectile::Electron, 1e6, dark, nucleus, Cuts::NONE);
            each_block(&Etl::new(&setup), 20_000, 5, |value, block| {
                for (i, v) in value.iter().enumerate() {
                    let y = block.point(i);
                    let m2 = pair_m2(&setup.collision, &y, &block.decay(i), 1e-6, spin, nucleus);
                    assert_eq!(*v, block.measure[i] * block.g2[i] * m2, "{y:?}");
                    collinear += usize::from(is_collinear(y.s, y.minus_u, y.t));
                }
            });
        }
    }
    assert!(collinear > 100, "{collinear}");
    let mut collinear = 0;
    for nucleus in NucleusSpin::ALL {
        for vertex in Vertex::ALL {
            let dark = boson(vertex, 1e-6);
            let setup = setup(Projectile::Electron, 1e6, dark, nucleus, Cuts::NONE);
            each_block(&Etl::new(&setup), 10_000, 5, |value, block| {
                for (i, v) in value.iter().enumerate() {
                    let y = block.point(i);
                    let m2 = boson_a(&setup.collision, &y, vertex, nucleus) / (y.t * y.t);
                    assert_eq!(*v, block.measure[i] * block.g2[i] * m2, "{y:?}");
                    collinear += usize::from(is_collinear(y.s, y.minus_u, y.t));
                }
            });
        }
    }
    assert!(collinear > 100, "{collinear}");
}

/// Number of points of the test below; MILLIBREM_POINTS=1e8 is what the documentation quotes.
fn hard_points() -> usize {
    let asked = std::env::var("MILLIBREM_POINTS").ok();
    asked.map_or(1_000_000, |n| n.parse::<f64>().unwrap() as usize)
}

#[test]
fn weights_of_the_hardest_setups_are_finite_and_not_negative() {
    for m_chi in [1e-3, 1e-5] {
        let dark = chi(m_chi, 1.0, ChiSpin::Dirac);
        let setup = setup(
            Projectile::Electron,
            100.0,
            dark,
            NucleusSpin::Zero,
            Cuts::NONE,
        );
        let (mut positive, mut seen) = (0, 0);
        each_block(&Etl::new(&setup), hard_points(), 17, |value, block| {
            for (i, v) in value.iter().enumerate() {
                assert!(*v >= 0.0 && v.is_finite(), "{v} at {:?}", block.point(i));
                positive += usize::from(*v > 0.0);
                seen += 1;
            }
        });
        assert!(
            positive as f64 > 0.999 * seen as f64,
            "{positive} of {seen}"
        );
    }
}

#[test]
fn points_outside_the_cuts_have_no_weight_and_those_inside_keep_theirs() {
    let cuts = Cuts::new(CutFields {
        x_min: 0.3,
        x_max: 0.95,
        lepton_energy_max_gev: 40.0,
        lepton_angle_min_mrad: 1.0,
        lepton_angle_max_mrad: 100.0,
        lepton_pt_min_gev: 0.01,
        lepton_pt_max_gev: 0.5,
        chi_angle_max_mrad: 30.0,
    })
    .unwrap();
    let dark = chi(0.1, 1.0, ChiSpin::Dirac);
    let cut = setup(Projectile::Muon, 100.0, dark, NucleusSpin::Zero, cuts);
    let on_x = Cuts::new(CutFields {
        x_min: cuts.x_min,
        x_max: cuts.x_max,
        ..CutFields::NONE
    })
    .unwrap();
    let open = setup(Projectile::Muon, 100.0, dark, NucleusSpin::Zero, on_x);
    let mut all = Vec::new();
    each_block(&Etl::new(&open), 20_000, 5, |value, _| {
        all.extend_from_slice(value)
    });
    let (mut at, mut kept) = (0, 0);
    each_block(&Etl::new(&cut), 20_000, 5, |value, block| {
        for (i, v) in value.iter().enumerate() {
            let p = block.point(i);
            let pt = p.p_out[0].hypot(p.p_out[1]);
            let angle = 1e3 * pt.atan2(p.p_out[2]);
            let x = p.e_k / 100.0;
            assert!((0.3..=0.95).contains(&x), "x = {x}");
            let lepton_passes = 0.1056583755 + p.lepton_kinetic <= 40.0
                && (1.0..=100.0).contains(&angle)
                && (0.01..=0.5).contains(&pt);
            assert!(lepton_passes || *v == 0.0);
            if *v > 0.0 {
                kept += 1;
                assert_eq!(*v, all[at]);
            }
            at += 1;
        }
    });
    assert!(kept > 1000 && kept < 3 * at / 4, "{kept} of {at}");
}

#[test]
fn the_charge_scales_every_weight_by_its_square() {
    let one = setup(
        Projectile::Muon,
        160.0,
        chi(0.1, 1.0, ChiSpin::Dirac),
        NucleusSpin::Zero,
        Cuts::NONE,
    );
    let small = setup(
        Projectile::Muon,
        160.0,
        chi(0.1, 1e-3, ChiSpin::Dirac),
        NucleusSpin::Zero,
        Cuts::NONE,
    );
    let mut all = Vec::new();
    each_block(&Etl::new(&one), 1000, 5, |value, _| {
        all.extend_from_slice(value)
    });
    let mut at = all.iter();
    each_block(&Etl::new(&small), 1000, 5, |value, _| {
        for v in value {
            assert!((v * 1e6 / at.next().unwrap() - 1.0).abs() < 1e-13);
        }
    });
}

#[test]
fn a_block_at_another_energy_is_the_process_of_that_energy() {
    let cuts = Cuts::new(CutFields {
        x_min: 0.4,
        ..CutFields::NONE
    })
    .unwrap();
    let mut rng = Pcg64Mcg::seed_from_u64(11);
    for dark in [
        chi(0.01, 1.0, ChiSpin::Dirac),
        DarkSector::DarkPhoton(
            DarkPhoton::new(DarkPhotonFields {
                mass_gev: 0.05,
                epsilon: 1.0,
                pdg_id: 622,
            })
            .unwrap(),
        ),
    ] {
        let at = |energy_gev, x_min| {
            let cuts = Cuts::new(CutFields { x_min, ..*cuts }).unwrap();
            setup(
                Projectile::Electron,
                energy_gev,
                dark,
                NucleusSpin::Zero,
                cuts,
            )
        };
        let process: std::sync::Arc<dyn Process> = (&at(100.0, 0.4)).into();
        let mut moved = process.block();
        let y: Vec<[f64; BLOCK]> = (0..process.dim())
            .map(|_| std::array::from_fn(|_| rng.random::<f64>().max(1e-16)))
            .collect();
        let y: Vec<&[f64]> = y.iter().map(|c| &c[..]).collect();
        let (mut found, mut expected) = ([0.0; BLOCK], [0.0; BLOCK]);
        for energy_gev in [80.0, 50.0, 100.0] {
            assert!(moved.set_beam_energy(energy_gev));
            moved.evaluate(&y, &mut found);
            // More than 40 GeV missing, whatever the energy at the vertex.
            let there = at(energy_gev, 0.4 * (100.0 / energy_gev));
            let there: std::sync::Arc<dyn Process> = (&there).into();
            let mut block = there.block();
            block.evaluate(&y, &mut expected);
            assert_eq!(found.map(f64::to_bits), expected.map(f64::to_bits));
            assert!(found.iter().all(|v| *v >= 0.0) && found.iter().any(|v| *v > 0.0));
            let (mut x, mut e_miss) = ([0.0; BLOCK], [0.0; BLOCK]);
            assert!(moved.observe(&Observable::X, &mut x));
            assert!(moved.observe(&Observable::E_MISS_GEV, &mut e_miss));
            for i in 0..BLOCK {
                assert!((x[i] - e_miss[i] / 100.0).abs() < 1e-14 && e_miss[i] > 39.999);
            }
        }
        // Nothing above the cut, nothing above threshold, nothing at all.
        for energy_gev in [39.9, 1e-3, f64::NAN] {
            assert!(!moved.set_beam_energy(energy_gev), "{energy_gev}");
        }
        assert!(moved.set_beam_energy(100.0));
    }
}

#[test]
fn momenta_of_many_points_are_those_of_each() {
    let mut rng = Pcg64Mcg::seed_from_u64(6);
    for dark in [chi(0.01, 1.0, ChiSpin::Dirac), boson(Vertex::Vector, 0.05)] {
        let setup = setup(Projectile::Muon, 160.0, dark, NucleusSpin::Zero, Cuts::NONE);
        let process: std::sync::Arc<dyn Process> = (&setup).into();
        let mut block = process.block();
        let y: Vec<[f64; BLOCK]> = (0..process.dim())
            .map(|_| std::array::from_fn(|_| rng.random()))
            .collect();
        let y: Vec<&[f64]> = y.iter().map(|c| &c[..]).collect();
        block.evaluate(&y, &mut [0.0; BLOCK]);
        let n_out = process.outgoing().len();
        for at in [
            (0..BLOCK).collect(),
            vec![3, 4, 9, BLOCK - 1],
            vec![7],
            vec![],
        ] {
            let turns: Vec<f64> = at.iter().map(|_| rng.random()).collect();
            // Behind what is there.
            let mut columns = vec![vec![[1.0; 4]]; n_out];
            block.momenta_of(&at, &mut columns);
            turn_last(&turns, &mut columns);
            assert!(
                columns
                    .iter()
                    .all(|c| c.len() == 1 + at.len() && c[0] == [1.0; 4])
            );
            for (j, (&i, &turn)) in at.iter().zip(&turns).enumerate() {
                let mut p = [[0.0; 4]; 4];
                block.momenta(i, &mut p[..n_out]);
                for (column, p) in columns.iter().zip(p) {
                    let want = turned(p, cos_sin_turns(turn));
                    assert_eq!(column[1 + j].map(f64::to_bits), want.map(f64::to_bits));
                }
            }
        }
    }
}
