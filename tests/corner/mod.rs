//! Corners of the parameter space, written as one line each.

#![allow(dead_code, reason = "each user of this needs its own part of it")]

use std::ops::ControlFlow;

use millibrem::beam::{Beam, BeamFields, Projectile};
use millibrem::cuts::{CutFields, Cuts};
use millibrem::dark_sector::{
    Boson, BosonFields, ChiFields, ChiSpin, DARK_PHOTON_PDG_ID, DarkPhoton, DarkPhotonFields,
    DarkSector, MilliCharged, Vertex,
};
use millibrem::generate::{Generator, Progress, Settings, SigmaReport};
use millibrem::kinematics::Collision;
use millibrem::matter::elements::Element;
use millibrem::matter::form_factor::FormFactorKind;
use millibrem::matter::{Nucleus, NucleusSpin};
use millibrem::process::Integral;
use millibrem::process::Setup;
use millibrem::process::radiation::quadrature::sigma;

/// The set-up of `line`: energy in GeV, lepton, element, form factor, nuclear spin, kind
/// (`dirac`, `scalar`, `photon`, `scalar-boson` …), mass and x_min. The mass of χ, A′ or φ is in GeV; `T1e-6` is a
/// millionth below the threshold, `F0.5` half of it. `R0.9` is an x_min at nine tenths of the
/// kinematic range, `0.5..0.6` a range.
pub(crate) fn setup(line: &str) -> Result<Setup, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [
        energy,
        lepton,
        element,
        form_factor,
        spin,
        kind,
        mass,
        x_min,
    ] = words[..]
    else {
        return Err(format!("{line}: a corner has eight words"));
    };
    let number = |word: &str| word.parse::<f64>().map_err(|e| format!("{word}: {e}"));
    let e0 = number(energy)?;
    let lepton = Projectile::from_name(lepton).ok_or("no such lepton")?;
    let element = Element::from_symbol(element).ok_or("no such element")?;
    let form_factor = FormFactorKind::from_name(form_factor).ok_or("no such form factor")?;
    let spin = NucleusSpin::from_name(spin).ok_or("no such nuclear spin")?;
    let nucleus = Nucleus::of(element, spin);
    let c = Collision::new(e0, lepton.mass_gev(), nucleus.mass_gev).map_err(|e| e.to_string())?;
    let vertex = kind.strip_suffix("-boson");
    let made = if kind == "photon" || vertex.is_some() {
        1.0
    } else {
        2.0
    };
    let total = match (mass.strip_prefix('T'), mass.strip_prefix('F')) {
        (Some(below), _) => c.max_pair_mass() * (1.0 - number(below)?),
        (_, Some(part)) => c.max_pair_mass() * number(part)?,
        _ => made * number(mass)?,
    };
    let dark = match vertex.unwrap_or(kind) {
        vertex if kind != vertex => DarkSector::Boson(
            Boson::new(BosonFields {
                vertex: Vertex::from_name(vertex).ok_or("no such vertex")?,
                mass_gev: total,
                coupling: 1.0,
                pdg_id: 1,
            })
            .unwrap(),
        ),
        "photon" => DarkSector::DarkPhoton(
            DarkPhoton::new(DarkPhotonFields {
                mass_gev: total,
                epsilon: 1.0,
                pdg_id: DARK_PHOTON_PDG_ID,
            })
            .unwrap(),
        ),
        spin => DarkSector::Pair(
            MilliCharged::new(ChiFields {
                mass_gev: 0.5 * total,
                charge: 1.0,
                spin: ChiSpin::from_name(spin).ok_or("no such kind")?,
                pdg_id: 17,
            })
            .unwrap(),
        ),
    };
    let (x_min, x_max) = x_min.split_once("..").unwrap_or((x_min, "1"));
    let x_min = match x_min.strip_prefix('R') {
        Some(part) => {
            let (v_min, v_max) = c.v_limits(total * total);
            (c.kinetic - v_max + number(part)? * (v_max - v_min)) / e0
        }
        None => number(x_min)?,
    };
    let x_max = number(x_max)?;
    let beam = Beam::new(BeamFields {
        projectile: lepton,
        energy_gev: e0,
        on_target: None,
    })
    .unwrap();
    let cuts = Cuts::new(CutFields {
        x_min,
        x_max,
        ..CutFields::NONE
    })
    .unwrap();
    Setup::new(&beam, nucleus, &form_factor, dark, cuts).map_err(|e| e.to_string())
}

/// σ by Monte Carlo from ten iterations of `neval` points and by quadrature to 1e-4.
pub(crate) fn both(
    setup: &Setup,
    seed: u64,
    neval: u64,
) -> Result<(SigmaReport, Integral), String> {
    let exact = sigma(setup, 1e-4).map_err(|e| e.to_string())?;
    let settings = Settings {
        seed,
        threads: 0,
        n_adapt: 10,
        neval,
        rel_error: None,
        lattices: None,
        max_neval: 10 * neval,
    };
    let silent = &mut |_: &Progress| ControlFlow::Continue(());
    let mut generator = Generator::new(setup.into(), settings).map_err(|e| e.to_string())?;
    generator.adapt(silent).map_err(|e| e.to_string())?;
    let report = generator.measure(&[], silent).map_err(|e| e.to_string())?;
    Ok((report, exact))
}

/// (Monte Carlo − quadrature) in combined standard errors.
pub(crate) fn pull(report: &SigmaReport, exact: &Integral) -> f64 {
    let c = &report.cross_section;
    (c.value_pb - exact.value_pb) / c.error_pb.hypot(exact.error_pb)
}
