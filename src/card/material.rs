//! The section `[target]`: which nuclei, how much material.

use toml::Value;

use super::error::{CardError, nearest};
use super::form_factor;
use super::keys::{AMOUNTS, NUCLEI_GEV};
use super::known::Known;
use super::raw::{RawComponent, RawMaterial, RawTarget};
use super::rules::Resolver;
use super::run_card::Isotopes;
use crate::matter::catalogue::{MATERIALS, NamedMaterial};
use crate::matter::elements::{ELEMENTS, Element};
use crate::matter::form_factor::FormFactor;
use crate::matter::formula;
use crate::matter::isotopes;
use crate::matter::material::{Component, Material};
use crate::matter::{Nucleus, NucleusSpin, Target};
use crate::text::shown;

/// Sums of mass fractions nearer to 1 than this are taken as they are.
const FRACTION_SLACK: f64 = 1e-6;
/// Sums nearer to 1 than this are of fractions written with a few digits, which are scaled.
const ROUNDED: f64 = 2e-3;

pub(super) fn resolve(
    rules: &Resolver<'_>,
    raw: &RawTarget,
    known: &Known,
) -> Result<Target, CardError> {
    let form_factor = form_factor::resolve(rules, raw.form_factor.as_ref(), known)?;
    let spin = spin(rules, raw.nucleus_spin.as_ref())?;
    let (components, tabulated) = components(rules, raw, spin)?;
    let components = isotopes_of(rules, raw, components)?;
    for part in &components {
        FormFactor::new(&form_factor, &part.nucleus).map_err(|error| {
            let found = format!("{:?} on {}", error.name, part.name());
            let expected = format!("another form factor: {}", error.problem);
            rules.wrong("target.form_factor", found, expected)
        })?;
    }

    let density = rules.within("target.density_g_cm3", raw.density_g_cm3, &AMOUNTS)?;
    let material =
        Material::mixture(components).and_then(|m| m.with_density(density.or(tabulated)));
    let material = rules.made(material)?;
    let x0 = rules.within(
        "target.radiation_length_cm",
        raw.radiation_length_cm,
        &AMOUNTS,
    )?;
    let x0 = x0.or(material.radiation_length_cm);
    let thickness_cm = thickness(rules, raw, x0)?;
    let energy_loss = rules.number(
        "target.energy_loss_gev_per_cm",
        raw.energy_loss_gev_per_cm,
        |loss| loss == 0.0 || AMOUNTS.contains(&loss),
    )?;
    let material = rules.made(material.with(|fields| {
        fields.radiation_length_cm = x0;
        fields.thickness_cm = thickness_cm;
        fields.energy_loss_gev_per_cm = energy_loss;
    }))?;
    Ok(Target {
        material,
        form_factor,
    })
}

fn spin(rules: &Resolver<'_>, raw: Option<&Value>) -> Result<NucleusSpin, CardError> {
    let named = |name: &str| {
        let names = NucleusSpin::ALL.map(NucleusSpin::name);
        rules.choice("target.nucleus_spin", name, &names, NucleusSpin::from_name)
    };
    match raw {
        None => named(rules.or_default_text("target.nucleus_spin", None)?),
        Some(Value::Float(0.0)) => Ok(NucleusSpin::Zero),
        Some(Value::Float(0.5)) => Ok(NucleusSpin::Half),
        Some(Value::String(name)) => named(name),
        Some(other) => Err(rules.bad("target.nucleus_spin", other)),
    }
}

/// What the target is made of, before isotopes are told apart, and its tabulated density in g/cm³.
fn components(
    rules: &Resolver<'_>,
    raw: &RawTarget,
    spin: NucleusSpin,
) -> Result<(Vec<Component>, Option<f64>), CardError> {
    let mass = rules.within("target.nuclear_mass_gev", raw.nuclear_mass_gev, &NUCLEI_GEV)?;
    let written = [
        ("target.mixture", raw.mixture.is_some()),
        ("target.material", raw.material.is_some()),
        ("target.element", raw.element.is_some()),
        (
            "target.nuclear_mass_gev",
            mass.is_some() && raw.element.is_none(),
        ),
    ];
    let mut written = written.iter().filter(|(_, there)| *there);
    if let (Some((first, _)), Some((second, _))) = (written.next(), written.next()) {
        return Err(rules.excludes(second, first));
    }
    let of_elements = |parts: Vec<(&'static Element, f64)>| -> Vec<Component> {
        let part = |(element, share)| Component::of(element, spin, share);
        parts.into_iter().map(part).collect()
    };
    if let Some(text) = &raw.mixture {
        let atoms = formula::atoms(text).map_err(|error| rules.bad("target.mixture", error))?;
        let density = match atoms.as_slice() {
            [(element, _)] => element.density_g_cm3,
            _ => NamedMaterial::from_name(text.trim()).map(|named| named.density_g_cm3),
        };
        return Ok((of_elements(formula::mass_fractions(&atoms)), density));
    }
    match &raw.material {
        Some(RawMaterial::Name(name)) => {
            let names: Vec<&str> = MATERIALS.iter().map(|named| named.name).collect();
            let find = NamedMaterial::from_name;
            let named = rules.choice("target.material", name, &names, find)?;
            Ok((
                of_elements(named.mass_fractions()),
                Some(named.density_g_cm3),
            ))
        }
        Some(RawMaterial::Elements(parts)) => {
            let components = listed(rules, parts, spin)?;
            let density = match components.as_slice() {
                [only] => only.element.density_g_cm3,
                _ => None,
            };
            Ok((components, density))
        }
        None => {
            let symbol = rules.required("target.element", raw.element.as_deref())?;
            let mut part = component(rules, "target.element", symbol, spin, 1.0)?;
            if let Some(mass) = mass {
                part.nucleus = rules.made(part.nucleus.with_mass_gev(mass))?;
            }
            Ok((vec![part], part.element.density_g_cm3))
        }
    }
}

/// The components of a list of elements and shares of the mass.
fn listed(
    rules: &Resolver<'_>,
    parts: &[RawComponent],
    spin: NucleusSpin,
) -> Result<Vec<Component>, CardError> {
    let mut components: Vec<Component> = Vec::with_capacity(parts.len());
    for (i, part) in parts.iter().enumerate() {
        let path = format!("target.material[{i}].element");
        let symbol = rules.required(&path, part.element.as_deref())?;
        let found = component(rules, &path, symbol, spin, 1.0)?;
        let name = found.name();
        if components.iter().any(|earlier| earlier.name() == name) {
            let found = format!("{name} a second time");
            return Err(rules.wrong(&path, found, "each element once"));
        }
        let path = format!("target.material[{i}].mass_fraction");
        let mass_fraction = rules.required(&path, part.mass_fraction)?;
        if !(mass_fraction > 0.0 && mass_fraction <= 1.0) {
            return Err(rules.bad(&path, mass_fraction));
        }
        components.push(Component {
            mass_fraction,
            ..found
        });
    }
    if components.is_empty() {
        return Err(rules.bad("target.material", "an empty list"));
    }
    let sum: f64 = components.iter().map(|part| part.mass_fraction).sum();
    let off = (sum - 1.0).abs();
    if off > ROUNDED {
        let found = format!("mass fractions that add up to {}", shown(sum));
        return Err(rules.wrong("target.material", found, "mass fractions that add up to 1"));
    }
    if off > FRACTION_SLACK {
        components
            .iter_mut()
            .for_each(|part| part.mass_fraction /= sum);
    }
    Ok(components)
}

/// The components with their elements as `target.isotopes` wants them.
fn isotopes_of(
    rules: &Resolver<'_>,
    raw: &RawTarget,
    components: Vec<Component>,
) -> Result<Vec<Component>, CardError> {
    let key = "target.isotopes";
    let isotopes = rules.named(key, raw.isotopes.as_deref(), &Isotopes::ALL, Isotopes::name)?;
    if isotopes == Isotopes::Mean {
        return Ok(components);
    }
    if raw.nuclear_mass_gev.is_some() {
        return Err(rules.excludes("target.nuclear_mass_gev", key));
    }
    let mut all = Vec::new();
    for part in &components {
        let natural = part.natural_isotopes();
        if natural.is_empty() {
            let found = format!(
                "\"natural\" for {}, which is not found in nature",
                part.name()
            );
            return Err(rules.wrong(key, found, "\"mean\", or one isotope as element"));
        }
        all.extend(natural);
    }
    Ok(all)
}

/// The element `Pb` or the isotope `Pb-208`.
fn component(
    rules: &Resolver<'_>,
    path: &str,
    name: &str,
    spin: NucleusSpin,
    mass_fraction: f64,
) -> Result<Component, CardError> {
    let (symbol, number) = match name.split_once('-') {
        Some((symbol, number)) => (symbol, Some(number)),
        None => (name, None),
    };
    if path == "target.element"
        && let Some(instead) = compound(name)
    {
        let expected = format!("the symbol of one element; a compound is `{instead}` in its place");
        return Err(rules.wrong(path, format!("{name:?}"), expected));
    }
    let element = element(rules, path, symbol)?;
    let part = Component::of(element, spin, mass_fraction);
    let Some(number) = number else {
        return Ok(part);
    };
    let mass_number = number.parse().ok();
    let isotope = mass_number.and_then(|a| isotopes::find(element.z, a));
    match isotope {
        Some(isotope) => Ok(Component {
            nucleus: Nucleus::of_isotope(isotope, spin),
            ..part
        }),
        None => {
            let of = isotopes::of(element.z).map(|isotope| isotope.mass_number.to_string());
            let known = of.collect::<Vec<_>>().join(", ");
            let expected = format!("one of the mass numbers of {symbol}: {known}");
            Err(rules.wrong(path, format!("{name:?}"), expected))
        }
    }
}

/// How a card says the compound `name`, if it is the name of a material or a formula of several elements.
fn compound(name: &str) -> Option<String> {
    if Element::from_symbol(name).is_some() {
        return None;
    }
    let named = NamedMaterial::from_name(name);
    let named = named.map(|known| format!("material = {:?}", known.name));
    let several = |text: &str| formula::atoms(text).is_ok_and(|atoms| atoms.len() > 1);
    named.or_else(|| (name.len() > 2 && several(name)).then(|| format!("mixture = {name:?}")))
}

fn element(rules: &Resolver<'_>, path: &str, symbol: &str) -> Result<&'static Element, CardError> {
    Element::from_symbol(symbol).ok_or_else(|| {
        let names = ELEMENTS.iter().map(|element| element.name);
        let symbols = ELEMENTS.iter().map(|element| element.symbol);
        // Whole names are longer than symbols; a slip in one is told by its length.
        let meant = match symbol.len() {
            0..=3 => nearest(symbol, symbols),
            _ => nearest(symbol, names)
                .and_then(|name| ELEMENTS.iter().find(|element| element.name == name))
                .map(|element| element.symbol.to_owned()),
        };
        rules.unknown(path, symbol, meant)
    })
}

fn thickness(
    rules: &Resolver<'_>,
    raw: &RawTarget,
    radiation_length_cm: Option<f64>,
) -> Result<Option<f64>, CardError> {
    let in_cm = rules.within("target.thickness_cm", raw.thickness_cm, &AMOUNTS)?;
    let Some(in_x0) = rules.within("target.thickness_x0", raw.thickness_x0, &AMOUNTS)? else {
        return Ok(in_cm);
    };
    if in_cm.is_some() {
        return Err(rules.excludes("target.thickness_x0", "target.thickness_cm"));
    }
    match radiation_length_cm {
        Some(x0) if AMOUNTS.contains(&(in_x0 * x0)) => Ok(Some(in_x0 * x0)),
        Some(x0) => {
            let found = format!("{in_x0} radiation lengths of {x0} cm");
            let expected = "a thickness of 1e-30 to 1e30 cm";
            Err(rules.wrong("target.thickness_x0", found, expected))
        }
        None => Err(rules.wrong(
            "target.thickness_x0",
            "no radiation length to measure it in",
            "target.density_g_cm3 or target.radiation_length_cm beside it, for this material has no tabulated density",
        )),
    }
}
