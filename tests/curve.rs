//! σ of many masses that share the cross section of a vector, against the quadrature of each by itself.

use millibrem::beam::{Beam, BeamFields, Projectile};
use millibrem::cuts::{CutFields, Cuts};
use millibrem::dark_sector::{ChiFields, ChiSpin, DarkSector, MilliCharged};
use millibrem::matter::form_factor::FormFactorKind;
use millibrem::matter::{Nucleus, NucleusFields, NucleusSpin};
use millibrem::process::radiation::quadrature::sigma;
use millibrem::process::{Goal, Integral, Memory, Setup};

/// Lepton, energy in GeV, Z, A, form factor, least x.
type Beamline = (Projectile, f64, u32, f64, &'static str, f64);

const BEAMLINES: [Beamline; 5] = [
    (Projectile::Muon, 160.0, 82, 207.2, "tsai-elastic", 0.5),
    (Projectile::Electron, 100.0, 82, 207.2, "tsai-elastic", 0.0),
    (Projectile::Electron, 8.0, 13, 26.98, "helm-screened", 0.7),
    (
        Projectile::Muon,
        3.0,
        74,
        183.84,
        "tsai-elastic+inelastic",
        0.0,
    ),
    (Projectile::Electron, 4.0, 1, 1.008, "dipole", 0.3),
];

/// Nothing where the cut leaves nothing.
fn set_up(
    beamline: Beamline,
    nucleus: NucleusSpin,
    m_chi_gev: f64,
    spin: ChiSpin,
) -> Option<Setup> {
    let (projectile, energy_gev, z, a, form_factor, x_min) = beamline;
    let beam = BeamFields {
        projectile,
        energy_gev,
        on_target: None,
    };
    let target = NucleusFields {
        z,
        a,
        mass_gev: 0.9315 * a,
        spin: nucleus,
    };
    let chi = ChiFields {
        mass_gev: m_chi_gev,
        charge: 0.7,
        spin,
        pdg_id: 17,
    };
    let cuts = CutFields {
        x_min,
        ..CutFields::NONE
    };
    Setup::new(
        &Beam::new(beam).expect("a beam"),
        Nucleus::new(target).expect("a nucleus"),
        &FormFactorKind::from_name(form_factor).expect("a form factor"),
        DarkSector::Pair(MilliCharged::new(chi).expect("a particle")),
        Cuts::new(cuts).expect("cuts"),
    )
    .ok()
}

fn setup(beamline: Beamline, m_chi_gev: f64) -> Setup {
    set_up(beamline, NucleusSpin::Zero, m_chi_gev, ChiSpin::Dirac).expect("a set-up")
}

fn with(memory: &Memory, setup: &Setup, rel_error: f64) -> Integral {
    let goal = Goal::from(rel_error).remembering(Some(memory));
    sigma(setup, goal).expect("converges")
}

fn masses(beamline: Beamline) -> Vec<f64> {
    let m = beamline.0.mass_gev();
    let heaviest = setup(beamline, 1e-6).collision.max_pair_mass();
    let shares = [0.1, 0.4, 0.49];
    let shares = shares.map(|share| share * heaviest);
    [0.01 * m, 0.7 * m, 2.0 * m]
        .into_iter()
        .chain(shares)
        .collect()
}

#[test]
fn a_curve_agrees_with_each_of_its_points_by_itself() {
    let (mut checked, mut shared) = (0, 0);
    for beamline in BEAMLINES {
        for (nucleus, spin) in [
            (NucleusSpin::Zero, ChiSpin::Dirac),
            (NucleusSpin::Half, ChiSpin::Scalar),
        ] {
            for goal in [1e-3, 1e-5] {
                let memory = Memory::default();
                for m_chi in masses(beamline) {
                    let Some(setup) = set_up(beamline, nucleus, m_chi, spin) else {
                        continue;
                    };
                    let best = sigma(&setup, 1e-6).expect("converges");
                    let found = with(&memory, &setup, goal);
                    let off = (found.value_pb - best.value_pb).abs();
                    let label = format!("{beamline:?}, {nucleus:?}, {spin:?}, {m_chi} GeV");
                    assert!(
                        found.error_pb <= goal * found.value_pb,
                        "{label}: {found:?}"
                    );
                    assert!(
                        off <= found.error_pb + best.error_pb,
                        "{label}: {found:?}, best {best:?}"
                    );
                    checked += 1;
                    // Where it is no curve it is to the bit what it is without a memory, its evaluations too.
                    let alone = sigma(&setup, goal).expect("converges");
                    shared += usize::from(found.n_eval != alone.n_eval);
                }
            }
        }
    }
    println!("{shared} of {checked} by a curve");
    assert!(
        checked > 60 && 3 * shared > 2 * checked,
        "{shared} of {checked}"
    );
}

#[test]
fn a_point_has_the_same_bits_whatever_else_is_remembered() {
    let at = |m_chi| setup(BEAMLINES[0], m_chi);
    let memory = Memory::default();
    let other_beam = setup(BEAMLINES[2], 0.01);
    let _ = with(&memory, &other_beam, 1e-5);
    let _ = with(&memory, &at(0.05), 1e-4);
    let masses = [0.3, 0.002, 1.5, 0.02];
    let among: Vec<Integral> = masses
        .iter()
        .map(|m| with(&memory, &at(*m), 1e-5))
        .collect();
    for (m_chi, found) in masses.into_iter().zip(among) {
        assert_eq!(with(&Memory::default(), &at(m_chi), 1e-5), found);
    }
}

#[test]
fn a_curve_takes_a_fraction_of_the_evaluations() {
    let memory = Memory::default();
    let setups = (0..40).map(|i| {
        let m_chi = 1e-3 * 1000f64.powf(f64::from(i) / 39.0);
        setup(BEAMLINES[0], m_chi)
    });
    let setups: Vec<Setup> = setups.collect();
    // What a point needs is counted with it, whoever asked for it first: the most is what all of them took.
    let shared = setups.iter().map(|s| with(&memory, s, 1e-6).n_eval);
    let shared = shared.max().expect("points");
    let alone = setups
        .iter()
        .map(|s| sigma(s, 1e-6).expect("converges").n_eval);
    let alone: u64 = alone.sum();
    assert!(7 * shared < alone, "{shared} and {alone}");
}
