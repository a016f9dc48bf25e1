//! Whatever numbers the library is handed: an error, or a finite result of sensible numbers.

use millibrem::beam::{Beam, BeamFields, BeamProfile, ProfileFields, Projectile, Twiss};
use millibrem::checked::BadNumber;
use millibrem::cuts::{CutFields, Cuts};
use millibrem::dark_sector::{
    Boson, BosonFields, ChiFields, ChiSpin, DarkPhoton, DarkPhotonFields, DarkSector, MilliCharged,
    Resonance, ResonanceFields, Vertex,
};
use millibrem::kinematics::Collision;
use millibrem::matter::elements::Element;
use millibrem::matter::form_factor::{FormFactorKind, FormFactors};
use millibrem::matter::material::{Material, MaterialFields};
use millibrem::matter::{Nucleus, NucleusFields, NucleusSpin};
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

    /// Puts `x` in place of number `i`; all numbers there are. Refused by the type that holds it, if it makes no sense.
    fn spoil(&mut self, i: usize, x: f64) -> Result<(), BadNumber> {
        match (i % Self::NUMBERS, &mut self.dark) {
            (0, _) => self.beam = self.beam.with(|beam| beam.energy_gev = x)?,
            (1, _) => self.beam = self.beam.with(|beam| beam.on_target = Some(x))?,
            (2, _) => self.nucleus = self.nucleus.with(|nucleus| nucleus.z = x as u32)?,
            (3, _) => self.nucleus = self.nucleus.with(|nucleus| nucleus.a = x)?,
            (4, _) => self.nucleus = self.nucleus.with_mass_gev(x)?,
            (5, DarkSector::Pair(chi)) => *chi = chi.with(|chi| chi.mass_gev = x)?,
            (5, DarkSector::DarkPhoton(a)) => *a = a.with(|a| a.mass_gev = x)?,
            (5, DarkSector::Boson(a)) => *a = a.with(|a| a.mass_gev = x)?,
            (5, DarkSector::Mediated(chi, _)) => *chi = chi.with(|chi| chi.mass_gev = x)?,
            (6, DarkSector::Pair(chi)) => *chi = chi.with(|chi| chi.charge = x)?,
            (6, DarkSector::DarkPhoton(a)) => *a = a.with(|a| a.epsilon = x)?,
            (6, DarkSector::Boson(a)) => *a = a.with(|a| a.coupling = x)?,
            (6, DarkSector::Mediated(_, a)) => *a = a.with(|a| a.epsilon = x)?,
            (7, DarkSector::Mediated(_, a)) => *a = a.with(|a| a.mass_gev = x)?,
            (8, DarkSector::Mediated(_, a)) => *a = a.with(|a| a.alpha_d = x)?,
            (9, DarkSector::Mediated(_, a)) => *a = a.with(|a| a.width_gev = Some(x))?,
            (i, _) => self.cuts = self.cuts.with(|cuts| *cut(cuts, i) = x)?,
        }
        Ok(())
    }

    const NUMBERS: usize = 18;
}

/// The cut that is number `i` of all numbers.
fn cut(cuts: &mut CutFields, i: usize) -> &mut f64 {
    match i {
        7 | 10 => &mut cuts.x_min,
        8 | 11 => &mut cuts.x_max,
        9 | 12 => &mut cuts.lepton_energy_max_gev,
        13 => &mut cuts.lepton_angle_min_mrad,
        14 => &mut cuts.lepton_angle_max_mrad,
        15 => &mut cuts.lepton_pt_min_gev,
        16 => &mut cuts.lepton_pt_max_gev,
        _ => &mut cuts.chi_angle_max_mrad,
    }
}

/// A pair, a dark photon, a pair through an A′ or a boson.
fn dark(sector: usize, spin: ChiSpin) -> DarkSector {
    let chi = MilliCharged::new(ChiFields {
        mass_gev: 0.01,
        charge: 1.0,
        spin,
        pdg_id: 17,
    });
    let photon = DarkPhoton::new(DarkPhotonFields {
        mass_gev: 0.02,
        epsilon: 1.0,
        pdg_id: 622,
    });
    let mediator = Resonance::new(ResonanceFields {
        mass_gev: 0.1,
        epsilon: 1e-3,
        alpha_d: 0.1,
        width_gev: None,
    });
    let boson = Boson::new(BosonFields {
        vertex: Vertex::Scalar,
        mass_gev: 0.02,
        coupling: 1.0,
        pdg_id: 622,
    });
    match sector {
        0 => DarkSector::Pair(chi.unwrap()),
        1 => DarkSector::DarkPhoton(photon.unwrap()),
        2 => DarkSector::Mediated(chi.unwrap(), mediator.unwrap()),
        _ => DarkSector::Boson(boson.unwrap()),
    }
}

/// A good set-up.
fn parts() -> impl Strategy<Value = Parts> {
    let spins = (select(&ChiSpin::ALL[..]), select(&NucleusSpin::ALL[..]));
    let kinds = select(FormFactors::standard().iter().cloned().collect::<Vec<_>>());
    (select(&Projectile::CHARGED[..]), spins, kinds, 0..4usize).prop_map(
        |(lepton, (spin, nuclear), form_factor, sector)| Parts {
            beam: Beam::new(BeamFields {
                projectile: lepton,
                energy_gev: 100.0,
                on_target: None,
            })
            .unwrap(),
            nucleus: Nucleus::new(NucleusFields {
                z: 13,
                a: 27.0,
                mass_gev: 25.1,
                spin: nuclear,
            })
            .unwrap(),
            form_factor,
            dark: dark(sector, spin),
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
            if parts.spoil(i, x).is_err() {
                return Ok(());
            }
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

/// Muons on lead.
fn muons_on_lead(dark: DarkSector) -> Parts {
    Parts {
        beam: Beam::new(BeamFields {
            projectile: Projectile::Muon,
            energy_gev: 160.0,
            on_target: Some(1e12),
        })
        .unwrap(),
        nucleus: Nucleus::new(NucleusFields {
            z: 82,
            a: 207.2,
            mass_gev: 193.0,
            spin: NucleusSpin::Zero,
        })
        .unwrap(),
        form_factor: FormFactorKind::default(),
        dark,
        cuts: Cuts::NONE,
    }
}

#[test]
fn no_type_takes_a_number_that_is_none_and_each_says_which() {
    let of_dark = [
        ["m_chi_gev", "dark_sector.charge", "", "", ""],
        ["m_dark_photon_gev", "dark_sector.epsilon", "", "", ""],
        [
            "m_chi_gev",
            "dark_sector.epsilon",
            "m_mediator_gev",
            "alpha_d",
            "width_gev",
        ],
        ["m_mediator_gev", "dark_sector.coupling", "", "", ""],
    ];
    for (sector, of_dark) in of_dark.into_iter().enumerate() {
        let good = muons_on_lead(dark(sector, ChiSpin::Dirac));
        good.setup().unwrap();
        let before = [
            "beam.energy_gev",
            "on_target",
            "charge number",
            "mass number",
            "nuclear_mass_gev",
        ];
        let after = [
            "cuts.x_min",
            "cuts.x_max",
            "lepton_energy_max_gev",
            "lepton_angle_min_mrad",
            "lepton_angle_max_mrad",
            "lepton_pt_min_gev",
            "lepton_pt_max_gev",
            "chi_angle_max_mrad",
        ];
        let words = before.iter().chain(&of_dark).chain(&after);
        for (i, word) in words.enumerate().filter(|(_, word)| !word.is_empty()) {
            for x in [f64::NAN, -1.0, f64::NEG_INFINITY] {
                let refusal = good.clone().spoil(i, x).unwrap_err().to_string();
                assert!(refusal.contains(word), "{word} = {x}: {refusal}");
            }
        }
    }
}

#[test]
fn a_pair_without_a_charge_is_of_a_mediator_alone() {
    let DarkSector::Pair(chi) = dark(0, ChiSpin::Dirac) else {
        panic!("a pair")
    };
    let neutral = chi.with(|chi| chi.charge = 0.0).unwrap();
    let refused = muons_on_lead(DarkSector::Pair(neutral)).setup();
    let words = refused.unwrap_err().to_string();
    assert!(words.contains("dark_sector.charge"), "{words}");
    let DarkSector::Mediated(_, mediator) = dark(2, ChiSpin::Dirac) else {
        panic!("a mediator")
    };
    let through = muons_on_lead(DarkSector::Mediated(neutral, mediator));
    through.setup().unwrap();
}

#[test]
fn profiles_and_materials_refuse_numbers_that_are_none() {
    fn twiss(emittance_mm_mrad: f64, beta_m: f64, alpha: f64) -> Option<[Twiss; 2]> {
        let plane = Twiss {
            emittance_mm_mrad,
            beta_m,
            alpha,
        };
        Some([plane; 2])
    }
    let profile = |change: fn(&mut ProfileFields)| BeamProfile::default().with(change);
    let lead = Element::from_symbol("Pb").expect("listed");
    let material =
        |change: fn(&mut MaterialFields)| Material::pure(lead, NucleusSpin::Zero).with(change);
    let refused = [
        profile(|p| p.momentum_spread = f64::NAN).unwrap_err(),
        profile(|p| p.spot_mm[1] = f64::INFINITY).unwrap_err(),
        profile(|p| p.divergence_mrad[0] = -1.0).unwrap_err(),
        profile(|p| p.twiss = twiss(-1.0, 1.0, 0.0)).unwrap_err(),
        profile(|p| p.twiss = twiss(1.0, 0.0, 0.0)).unwrap_err(),
        profile(|p| p.twiss = twiss(1.0, 1.0, f64::NAN)).unwrap_err(),
        profile(|p| (p.twiss, p.spot_mm[0]) = (twiss(1.0, 1.0, 0.0), 1.0)).unwrap_err(),
        material(|m| m.components.clear()).unwrap_err(),
        material(|m| m.components[0].mass_fraction = f64::NAN).unwrap_err(),
        material(|m| m.components[0].mass_fraction = 0.5).unwrap_err(),
        material(|m| m.density_g_cm3 = Some(0.0)).unwrap_err(),
        material(|m| m.radiation_length_cm = Some(f64::NAN)).unwrap_err(),
        material(|m| m.thickness_cm = Some(f64::INFINITY)).unwrap_err(),
        material(|m| m.energy_loss_gev_per_cm = Some(-1.0)).unwrap_err(),
    ];
    let names = refused.map(|bad| bad.name.rsplit('.').next());
    let expected = [
        "momentum_spread",
        "spot_mm",
        "divergence_mrad",
        "emittance_mm_mrad",
        "beta_m",
        "alpha",
        "spot_mm",
        "the sum of mass fractions",
        "mass_fraction",
        "the sum of mass fractions",
        "density_g_cm3",
        "radiation_length_cm",
        "thickness_cm",
        "energy_loss_gev_per_cm",
    ];
    assert_eq!(names, expected.map(Some));
}

/// A set-up that cannot move to an energy stays what it is.
#[test]
fn a_set_up_that_cannot_move_is_as_it_was() {
    let nominal = muons_on_lead(dark(0, ChiSpin::Dirac)).setup().unwrap();
    let mut moved = nominal.clone();
    for energy in [f64::NAN, 0.0, 0.1, 0.12, 1e11, f64::INFINITY] {
        assert!(!moved.move_to(&nominal, energy), "{energy}");
        assert_eq!(moved, nominal);
    }
    assert!(moved.move_to(&nominal, 80.0) && moved != nominal);
}

#[test]
fn a_measure_that_is_no_number_is_not_taken_for_nothing() {
    let setup = muons_on_lead(dark(0, ChiSpin::Dirac)).setup().unwrap();
    let etl = Etl::new(&setup);
    let y = [[f64::NAN; 1]; 7];
    let columns: Vec<&[f64]> = y.iter().map(|c| &c[..]).collect();
    let (mut value, mut block) = ([0.0; 1], PairBlock::default());
    etl.evaluate(&columns, &mut value, &mut block);
    assert!(value[0].is_nan(), "{}", value[0]);
}
