//! `[dark_sector]`: from what was written to what is used, by `process.kind` and the mediator.

use core::f64::consts::PI;

use toml::Value;

use super::error::{CardError, nearest};
use super::keys;
use super::plain::keys;
use super::printed::Printed;
use super::process_kind::ProcessKind;
use super::rules::{Plain, Resolver};
use crate::dark_sector::{
    Boson, BosonFields, CHI_PDG_PRESETS, ChiFields, ChiSpin, DARK_PHOTON_PDG_ID, DarkPhoton,
    DarkPhotonFields, DarkSector, Mediator, MilliCharged, Produces, Resonance, ResonanceFields,
    Vertex,
};

const MASS: &str = "a mass in GeV, 1e-10 to 1e10";

keys! { KEYS:
    "dark_sector": Table, "", Range(""), Nothing(""),
        "The new particle: the millicharged χ of a pair, the dark photon A′, or a boson φ.", TABLE;
    "dark_sector.m_chi_gev": Number, "GeV", within!(1e-10 to 1e10), Required("where χ is made"),
        "Mass of χ, of which two must fit below √s − m − M.", MASS;
    "dark_sector.charge": Number, "e", within!(1e-30 to 1e6), Number(1.0),
        "Charge Q_χ/e of χ; σ is proportional to its square, of `photon-conversion` to its fourth power; not \
         with an A′ as `mediator`.",
        "a charge in units of e, 1e-30 to 1e6";
    "dark_sector.spin": Text, "", Choices(names::<ChiSpin>), Text("dirac"),
        "Whether χ is a Dirac fermion or a complex scalar.",
        "\"dirac\" or \"scalar\"";
    "dark_sector.m_dark_photon_gev": Number, "GeV", within!(1e-10 to 1e10), Required("for `dark-photon`"),
        "Mass of A′, which must fit below √s − m − M; only for `dark-photon`.", MASS;
    "dark_sector.epsilon": Number, "", within!(1e-30 to 1e6), Number(1.0),
        "Kinetic mixing ε of A′; σ is proportional to its square; only for `dark-photon` and with a `mediator` other than the photon.",
        "a kinetic mixing, 1e-30 to 1e6";
    "dark_sector.mediator": Text, "", Choices(names::<Mediator>), Nothing("(`photon`)"),
        "What χ couples to: the photon, or a `vector` A′ that mixes with it; for `boson` φ itself, by its \
         vertex 1, iγ₅, γ^μ or γ^μγ₅ on the lepton's line.",
        "\"photon\" or \"vector\", for \"boson\" one of \"scalar\", \"pseudoscalar\", \"vector\", \"axial-vector\"";
    "dark_sector.m_mediator_gev": Number, "GeV", within!(1e-10 to 1e10), Required("with a `mediator`"),
        "Mass of the A′ between leptons and χ, above or below 2m_χ, or of φ, which must fit below √s − m − M.", MASS;
    "dark_sector.coupling": Number, "e", within!(1e-30 to 1e6), Nothing("(`epsilon`)"),
        "Another name of `epsilon` with a `mediator`: its coupling g to the lepton in units of e, g_e or g_μ = 0.30282 times it.",
        "a coupling in units of e, 1e-30 to 1e6";
    "dark_sector.alpha_d": Number, "", within!(1e-30 to 1e6), Required("for χ and `vector`, without `g_chi`"),
        "Coupling α_D = g_χ²/4π of the A′ to χ; with an A′ as `mediator`.",
        "a coupling, 1e-30 to 1e6";
    "dark_sector.g_chi": Number, "", within!(1e-30 to 1e6), Nothing("(`alpha_d`)"),
        "Coupling g_χ = √(4πα_D) of the A′ to χ, in place of `alpha_d`.",
        "a coupling, 1e-30 to 1e6";
    "dark_sector.width_gev": Number, "GeV", within!(1e-10 to 1e10), Nothing("(that of A′ → χ χ̄)"),
        "Width of the A′, if it has other decays than to χ χ̄; for `annihilation` at least 1e-4 of its mass, if that is above 2m_χ.",
        "a width in GeV, 1e-10 to 1e10";
    "dark_sector.pdg_id": CountOrText, "",
        Range("1 to 2147483647; for χ also `\"ldmx\"` (17), `\"dmg4\"` (5200012), `\"milliqan\"` (6000015)"),
        Depends("`\"dmg4\"` for χ, 622 for A′ and a vector φ, as in DMG4 5400022, 5410022, 5510022 for a scalar, pseudoscalar, axial vector"),
        "Particle code of χ, A′ or φ in run files and exports; χ̄ has the negative one.",
        "a particle code above 0, or one of \"ldmx\", \"dmg4\", \"milliqan\"";
}

const PDG_ID: &str = "dark_sector.pdg_id";
/// Particle code of χ unless the card gives another.
const DEFAULT_CHI_PRESET: &str = "dmg4";

/// Keys of χ with the photon.
const OF_CHI: [&str; 3] = [
    "dark_sector.m_chi_gev",
    "dark_sector.charge",
    "dark_sector.spin",
];
/// Keys of A′ on its mass shell.
const OF_DARK_PHOTON: [&str; 2] = ["dark_sector.m_dark_photon_gev", "dark_sector.epsilon"];
/// Keys of φ.
const OF_BOSON: [&str; 4] = [
    "dark_sector.mediator",
    "dark_sector.m_mediator_gev",
    "dark_sector.epsilon",
    "dark_sector.coupling",
];
/// Keys of an A′ between leptons and χ.
pub(super) const OF_MEDIATOR: [&str; 6] = [
    "dark_sector.m_mediator_gev",
    "dark_sector.epsilon",
    "dark_sector.coupling",
    "dark_sector.alpha_d",
    "dark_sector.g_chi",
    "dark_sector.width_gev",
];

/// The keys of the section but the particle code, which is of whatever is made.
fn all() -> impl Iterator<Item = &'static str> {
    let keys = keys::inside(KEYS, "dark_sector").map(|key| key.path);
    keys.filter(|path| *path != PDG_ID)
}

/// The keys of the section that are of something else than what `produces` makes, a mediator aside.
fn not_of(produces: Produces) -> impl Iterator<Item = &'static str> {
    let own: &[&str] = match produces {
        Produces::Chi { .. } => &OF_CHI,
        Produces::DarkPhoton => &OF_DARK_PHOTON,
        Produces::Boson => &OF_BOSON,
    };
    all().filter(|path| !own.contains(path))
}

/// The keys of the section that mean nothing any more where `before` was made and `now` is.
pub(super) fn displaced(before: Produces, now: Produces) -> Vec<&'static str> {
    let same =
        matches!((before, now), (Produces::Chi { .. }, Produces::Chi { .. })) || before == now;
    match same {
        true => Vec::new(),
        false => not_of(now).chain([PDG_ID]).collect(),
    }
}

/// Applies the rules of the section.
pub(super) fn resolve(rules: &Resolver<'_>, kind: &ProcessKind) -> Result<DarkSector, CardError> {
    let key = "dark_sector.mediator";
    let of_kind = format!("process.kind is {:?}", kind.name());
    let produces = kind.produces();
    let by_vector = match produces {
        Produces::Boson => {
            rules.refuse(not_of(produces), &of_kind)?;
            return boson(rules);
        }
        Produces::DarkPhoton => {
            rules.refuse(not_of(produces), &of_kind)?;
            return dark_photon(rules);
        }
        Produces::Chi { by_vector } => by_vector,
    };
    let mediator: Mediator = rules.read(key)?;
    match (mediator, by_vector) {
        (Mediator::Photon, _) => {
            rules.refuse(not_of(produces).filter(|path| *path != key), &of_kind)?;
            pair(rules)
        }
        (Mediator::Vector, true) => {
            let of_mediator = format!("dark_sector.mediator is {:?}", mediator.name());
            let idle = ["dark_sector.charge", "dark_sector.m_dark_photon_gev"];
            rules.refuse(idle, &of_mediator)?;
            mediated(rules)
        }
        (other, by_vector) => {
            let others = if by_vector { " or \"vector\"" } else { "" };
            let expected = format!("\"photon\"{others}, for {of_kind}");
            Err(rules.wrong(key, format!("{:?}", other.name()), expected))
        }
    }
}

/// χ of this charge.
fn chi(rules: &Resolver<'_>, charge: f64) -> Result<MilliCharged, CardError> {
    let mass_gev = rules.read("dark_sector.m_chi_gev")?;
    let spin = rules.read("dark_sector.spin")?;
    let preset = Value::from(DEFAULT_CHI_PRESET);
    let written = rules.written(PDG_ID).unwrap_or(&preset);
    let pdg_id = pdg_id(rules, written, &CHI_PDG_PRESETS)?;
    rules.made(MilliCharged::new(ChiFields {
        mass_gev,
        charge,
        spin,
        pdg_id,
    }))
}

fn pair(rules: &Resolver<'_>) -> Result<DarkSector, CardError> {
    let charge = rules.read("dark_sector.charge")?;
    Ok(DarkSector::Pair(chi(rules, charge)?))
}

/// χ that an A′ couples to, not the photon.
fn mediated(rules: &Resolver<'_>) -> Result<DarkSector, CardError> {
    let (mass_gev, epsilon) = mediator(rules)?;
    let (alpha_d, g_chi) = ("dark_sector.alpha_d", "dark_sector.g_chi");
    let written: Option<f64> = rules.read(g_chi)?;
    if written.is_some() && rules.has(alpha_d) {
        return Err(rules.excludes(g_chi, alpha_d));
    }
    let resonance = rules.made(Resonance::new(ResonanceFields {
        mass_gev,
        epsilon,
        alpha_d: match written {
            Some(g) => g * g / (4.0 * PI),
            None => rules.read(alpha_d)?,
        },
        width_gev: rules.read("dark_sector.width_gev")?,
    }))?;
    let chi = chi(rules, 0.0)?;
    Ok(DarkSector::Mediated(chi, resonance))
}

/// Mass in GeV of what couples to the lepton, and its coupling in units of e under either of its names.
fn mediator(rules: &Resolver<'_>) -> Result<(f64, f64), CardError> {
    let (epsilon, coupling) = ("dark_sector.epsilon", "dark_sector.coupling");
    let mass_gev = rules.read("dark_sector.m_mediator_gev")?;
    let written: Option<f64> = rules.read(coupling)?;
    if written.is_some() && rules.has(epsilon) {
        return Err(rules.excludes(coupling, epsilon));
    }
    let value = written.map_or_else(|| rules.read(epsilon), Ok)?;
    Ok((mass_gev, value))
}

/// A boson that the lepton radiates.
fn boson(rules: &Resolver<'_>) -> Result<DarkSector, CardError> {
    let path = "dark_sector.mediator";
    // What holds where nothing is written is not for a boson.
    let written: Option<String> = rules.read(path)?;
    let vertex: Vertex = rules.named(path, &rules.required(path, written)?)?;
    let (mass_gev, coupling) = mediator(rules)?;
    let written = rules.written(PDG_ID);
    let pdg_id = written.map_or(Ok(vertex.pdg_id()), |id| pdg_id(rules, id, &[]))?;
    let boson = Boson::new(BosonFields {
        vertex,
        mass_gev,
        coupling,
        pdg_id,
    });
    Ok(DarkSector::Boson(rules.made(boson)?))
}

fn dark_photon(rules: &Resolver<'_>) -> Result<DarkSector, CardError> {
    let mass_gev = rules.read("dark_sector.m_dark_photon_gev")?;
    let epsilon = rules.read("dark_sector.epsilon")?;
    let written = rules.written(PDG_ID);
    let pdg_id = written.map_or(Ok(DARK_PHOTON_PDG_ID), |id| pdg_id(rules, id, &[]))?;
    let photon = DarkPhoton::new(DarkPhotonFields {
        mass_gev,
        epsilon,
        pdg_id,
    });
    Ok(DarkSector::DarkPhoton(rules.made(photon)?))
}

fn pdg_id(rules: &Resolver<'_>, value: &Value, presets: &[(&str, i32)]) -> Result<i32, CardError> {
    match value {
        // Exchange formats store particle codes in 32 bits.
        Value::Integer(id) if *id > 0 && i32::try_from(*id).is_ok() => Ok(*id as i32),
        Value::String(name) => {
            let known = presets.iter().find(|(preset, _)| preset == name);
            known.map(|(_, id)| *id).ok_or_else(|| {
                let meant = nearest(name, presets.iter().map(|(preset, _)| *preset));
                rules.unknown(PDG_ID, name, meant)
            })
        }
        other => Err(rules.bad(PDG_ID, other)),
    }
}

/// Writes the section back.
pub(super) fn print(dark_sector: &DarkSector, out: &mut Printed) {
    let pdg_id = match dark_sector {
        DarkSector::Pair(chi) => {
            chi.mass_gev.print("dark_sector.m_chi_gev", out);
            chi.charge.print("dark_sector.charge", out);
            chi.spin.print("dark_sector.spin", out);
            chi.pdg_id
        }
        DarkSector::Mediated(chi, mediator) => {
            chi.mass_gev.print("dark_sector.m_chi_gev", out);
            chi.spin.print("dark_sector.spin", out);
            mediator.epsilon.print("dark_sector.epsilon", out);
            Mediator::Vector.print("dark_sector.mediator", out);
            mediator.mass_gev.print("dark_sector.m_mediator_gev", out);
            mediator.alpha_d.print("dark_sector.alpha_d", out);
            mediator.width_gev.print("dark_sector.width_gev", out);
            chi.pdg_id
        }
        DarkSector::DarkPhoton(photon) => {
            photon.mass_gev.print("dark_sector.m_dark_photon_gev", out);
            photon.epsilon.print("dark_sector.epsilon", out);
            photon.pdg_id
        }
        DarkSector::Boson(boson) => {
            out.put("dark_sector.mediator", boson.vertex.name());
            boson.mass_gev.print("dark_sector.m_mediator_gev", out);
            boson.coupling.print("dark_sector.coupling", out);
            boson.pdg_id
        }
    };
    out.put(PDG_ID, pdg_id);
}
