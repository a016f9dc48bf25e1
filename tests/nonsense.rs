//! Whatever numbers the library is handed: an error, or a finite result of sensible numbers.

use millibrem::beam::{Beam, Lepton};
use millibrem::cuts::Cuts;
use millibrem::dark_sector::{ChiSpin, DarkPhoton, DarkSector, MilliCharged};
use millibrem::kinematics::Collision;
use millibrem::matter::form_factor::{FormFactorKind, FormFactors};
use millibrem::matter::{Nucleus, NucleusSpin};
use millibrem::process::BLOCK;
use millibrem::process::radiation::etl::Etl;
use millibrem::process::radiation::phase_space::PairBlock;
use millibrem::process::radiation::quadrature;
use millibrem::process::{Setup, SetupError};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

/// What a set-up is made of.
#[derive(Debug, Clone)]
struct Parts {
    beam: Beam,
    nucleus: Nucleus,
    form_factor: FormFactorKind,
    dark: DarkSector,
    cuts: Cuts,
}

impl Parts {
    fn setup(&self) -> Result<Setup, SetupError> {
        let Self {
            beam,
            nucleus,
            form_factor,
            dark,
            cuts,
        } = self;
        Setup::new(beam, *nucleus, form_factor, *dark, *cuts)
    }

    /// Puts `x` in place of number `i`; all numbers there are.
    fn spoil(&mut self, i: usize, x: f64) {
        let cuts = &mut self.cuts;
        match (i % Self::NUMBERS, &mut self.dark) {
            (0, _) => self.beam.energy_gev = x,
            (1, _) => self.beam.on_target = Some(x),
            (2, _) => self.nucleus.z = x as u32,
            (3, _) => self.nucleus.a = x,
            (4, _) => self.nucleus.mass_gev = x,
            (5, DarkSector::Pair(chi)) => chi.mass_gev = x,
            (5, DarkSector::DarkPhoton(photon)) => photon.mass_gev = x,
            (6, DarkSector::Pair(chi)) => chi.charge = x,
            (6, DarkSector::DarkPhoton(photon)) => photon.epsilon = x,
            (7, _) => cuts.x_min = x,
            (8, _) => cuts.x_max = x,
            (9, _) => cuts.lepton_energy_max_gev = x,
            (10, _) => cuts.lepton_angle_min_mrad = x,
            (11, _) => cuts.lepton_angle_max_mrad = x,
            (12, _) => cuts.lepton_pt_min_gev = x,
            (13, _) => cuts.lepton_pt_max_gev = x,
            (_, _) => cuts.chi_angle_max_mrad = x,
        }
    }

    const NUMBERS: usize = 15;
}

/// A good set-up.
fn parts() -> impl Strategy<Value = Parts> {
    let spins = (select(&ChiSpin::ALL[..]), select(&NucleusSpin::ALL[..]));
    let kinds = select(FormFactors::standard().iter().cloned().collect::<Vec<_>>());
    (select(&Lepton::CHARGED[..]), spins, kinds, any::<bool>()).prop_map(
        |(lepton, (spin, nuclear), form_factor, pair)| Parts {
            beam: Beam {
                lepton,
                energy_gev: 100.0,
                on_target: None,
            },
            nucleus: Nucleus {
                z: 13,
                a: 27.0,
                mass_gev: 25.1,
                spin: nuclear,
            },
            form_factor,
            dark: if pair {
                DarkSector::Pair(MilliCharged {
                    mass_gev: 0.01,
                    charge: 1.0,
                    spin,
                    pdg_id: 17,
                })
            } else {
                DarkSector::DarkPhoton(DarkPhoton {
                    mass_gev: 0.02,
                    epsilon: 1.0,
                    pdg_id: 622,
                })
            },
            cuts: Cuts::NONE,
        },
    )
}

/// Numbers of every kind, good ones among them.
fn nonsense() -> impl Strategy<Value = f64> {
    let fixed = vec![
        f64::NAN,
        -f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        f64::MIN_POSITIVE,
        5e-324,
        -5e-324,
        f64::MAX,
        f64::MIN,
        f64::EPSILON,
        -1.0,
        1.0,
        1e-12,
        1e10,
        0.1056583755,
        0.510_998_95e-3,
    ];
    prop_oneof![
        select(fixed),
        any::<f64>(),
        (-320.0..308.0f64).prop_map(|e| 10f64.powf(e)),
        (-12.0..12.0f64).prop_map(|e| 10f64.powf(e)),
        0.0..1.0f64,
    ]
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(15),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn a_set_up_of_any_numbers_is_refused_or_gives_finite_results(
        mut parts in parts(),
        spoilt in proptest::collection::vec((0..Parts::NUMBERS, nonsense()), 0..4),
        y in proptest::collection::vec(1e-16..1.0f64, 7 * BLOCK),
    ) {
        for &(i, x) in &spoilt {
            parts.spoil(i, x);
        }
        let Ok(setup) = parts.setup() else {
            return Ok(());
        };
        // Sensible: every number is one, nothing is negative, what must be finite is.
        let Parts { beam, nucleus, cuts, .. } = parts;
        let coupling = setup.coupling_squared();
        for x in [beam.energy_gev, nucleus.a, nucleus.mass_gev, coupling, setup.dark.threshold_mass_gev()] {
            prop_assert!(x > 0.0 && x.is_finite(), "{parts:?}");
        }
        prop_assert!(nucleus.z > 0 && cuts.x_min >= 0.0 && cuts.x_max <= 1.0);
        let etl = Etl::new(&setup);
        let columns: Vec<&[f64]> = y.chunks(BLOCK).take(etl.dim()).collect();
        let (mut value, mut block) = ([0.0; BLOCK], PairBlock::default());
        etl.evaluate(&columns, &mut value, &mut block);
        for x in value {
            prop_assert!(x >= 0.0 && x.is_finite(), "{x}: {parts:?}");
        }
        if let Ok(found) = quadrature::sigma(&setup, 0.5) {
            prop_assert!(found.value_pb >= 0.0 && found.value_pb.is_finite(), "{found:?}: {parts:?}");
        }
    }

    #[test]
    fn a_collision_of_any_numbers_is_refused_or_has_finite_limits(
        numbers in [nonsense(), nonsense(), nonsense()],
    ) {
        let [e0, m, big_m] = numbers;
        if let Ok(c) = Collision::new(e0, m, big_m) {
            prop_assert!(e0 > m && m > 0.0 && big_m > 0.0 && c.kinetic > 0.0);
            prop_assert!(c.p.is_finite() && c.s_tot().is_finite(), "{c:?}");
            let mass = c.max_pair_mass();
            prop_assert!(mass >= 0.0 && mass.is_finite(), "{mass}: {c:?}");
        }
    }
}

#[test]
fn each_number_that_is_none_is_named() {
    let good = Parts {
        beam: Beam {
            lepton: Lepton::Muon,
            energy_gev: 160.0,
            on_target: Some(1e12),
        },
        nucleus: Nucleus {
            z: 82,
            a: 207.2,
            mass_gev: 193.0,
            spin: NucleusSpin::Zero,
        },
        form_factor: FormFactorKind::default(),
        dark: DarkSector::Pair(MilliCharged {
            mass_gev: 0.1,
            charge: 1.0,
            spin: ChiSpin::Dirac,
            pdg_id: 17,
        }),
        cuts: Cuts::NONE,
    };
    good.setup().unwrap();
    let words = [
        "beam energy",
        "on_target",
        "charge number",
        "mass number",
        "nucleus_mass",
        "m_chi_gev",
        "dark_sector.charge",
        "cuts.x_min",
        "cuts.x_max",
        "lepton_energy_max_gev",
        "lepton_angle_min_mrad",
        "lepton_angle_max_mrad",
        "lepton_pt_min_gev",
        "lepton_pt_max_gev",
        "chi_angle_max_mrad",
    ];
    for (i, word) in words.iter().enumerate() {
        for x in [f64::NAN, -1.0, f64::NEG_INFINITY] {
            let mut parts = good.clone();
            parts.spoil(i, x);
            let refusal = parts.setup().unwrap_err().to_string();
            assert!(refusal.contains(word), "{word} = {x}: {refusal}");
        }
    }
}

#[test]
fn a_measure_that_is_no_number_is_not_taken_for_nothing() {
    let mut setup = Setup::new(
        &Beam {
            lepton: Lepton::Muon,
            energy_gev: 160.0,
            on_target: None,
        },
        Nucleus {
            z: 82,
            a: 207.2,
            mass_gev: 193.0,
            spin: NucleusSpin::Zero,
        },
        &FormFactorKind::default(),
        DarkSector::Pair(MilliCharged {
            mass_gev: 0.1,
            charge: 1.0,
            spin: ChiSpin::Dirac,
            pdg_id: 17,
        }),
        Cuts::NONE,
    )
    .unwrap();
    setup.cuts.x_min = f64::NAN;
    let etl = Etl::new(&setup);
    let y = [[0.3; 1]; 7];
    let columns: Vec<&[f64]> = y.iter().map(|c| &c[..]).collect();
    let (mut value, mut block) = ([0.0; 1], PairBlock::default());
    etl.evaluate(&columns, &mut value, &mut block);
    assert!(value[0].is_nan(), "{}", value[0]);
}
