//! The section `[target]`: which nuclei, how much material.

use toml::Value;

use super::error::{CardError, nearest};
use super::keys::{AMOUNTS, NUCLEI_GEV};
use super::raw::RawTarget;
use super::rules::Resolver;
use crate::matter::Target;
use crate::matter::elements::{ELEMENTS, Element};
use crate::matter::form_factor::{FormFactor, FormFactors};
use crate::matter::material::{Component, Material};
use crate::matter::{Nucleus, NucleusSpin};

/// Slack allowed in the sum of mass fractions written with a few digits.
const FRACTION_SLACK: f64 = 1e-6;

pub(super) fn resolve(rules: &Resolver<'_>, raw: &RawTarget) -> Result<Target, CardError> {
    let known = FormFactors::standard();
    let form_factor = rules.or_default_text("target.form_factor", raw.form_factor.as_deref())?;
    let form_factor = rules.choice("target.form_factor", form_factor, &known.names(), |name| {
        known.get(name).cloned()
    })?;
    let components = components(rules, raw, spin(rules, raw.nucleus_spin.as_ref())?)?;
    for part in &components {
        FormFactor::new(&form_factor, &part.nucleus).map_err(|error| {
            let found = format!("{:?} on {}", error.name, part.element.symbol);
            let expected = format!("another form factor: {}", error.problem);
            rules.wrong("target.form_factor", found, expected)
        })?;
    }

    let density = rules.within("target.density_g_cm3", raw.density_g_cm3, &AMOUNTS)?;
    let density = match components.as_slice() {
        [only] => density.or(only.element.density_g_cm3),
        _ => density,
    };
    let mut material = Material::mixture(components).with_density(density);
    let x0 = rules.within(
        "target.radiation_length_cm",
        raw.radiation_length_cm,
        &AMOUNTS,
    )?;
    material.radiation_length_cm = x0.or(material.radiation_length_cm);
    material.thickness_cm = thickness(rules, raw, &material)?;
    material.energy_loss_gev_per_cm = rules.number(
        "target.energy_loss_gev_per_cm",
        raw.energy_loss_gev_per_cm,
        |loss| loss == 0.0 || AMOUNTS.contains(&loss),
    )?;
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

fn components(
    rules: &Resolver<'_>,
    raw: &RawTarget,
    spin: NucleusSpin,
) -> Result<Vec<Component>, CardError> {
    let mass = rules.within("target.nuclear_mass_gev", raw.nuclear_mass_gev, &NUCLEI_GEV)?;
    let Some(parts) = &raw.material else {
        let symbol = rules.required("target.element", raw.element.as_deref())?;
        let element = element(rules, "target.element", symbol)?;
        let nucleus = Nucleus::of(element, spin);
        let nucleus = mass.map_or(nucleus, |mass| nucleus.with_mass_gev(mass));
        return Ok(vec![Component {
            element,
            nucleus,
            mass_fraction: 1.0,
        }]);
    };
    if raw.element.is_some() {
        return Err(rules.excludes("target.element", "target.material"));
    }
    if mass.is_some() {
        return Err(rules.excludes("target.nuclear_mass_gev", "target.material"));
    }
    let mut components: Vec<Component> = Vec::with_capacity(parts.len());
    for (i, part) in parts.iter().enumerate() {
        let path = format!("target.material[{i}].element");
        let element = element(
            rules,
            &path,
            rules.required(&path, part.element.as_deref())?,
        )?;
        if components.iter().any(|earlier| earlier.element == element) {
            let found = format!("{} a second time", element.symbol);
            return Err(rules.wrong(&path, found, "each element once"));
        }
        let path = format!("target.material[{i}].mass_fraction");
        let mass_fraction = rules.required(&path, part.mass_fraction)?;
        if !(mass_fraction > 0.0 && mass_fraction <= 1.0) {
            return Err(rules.bad(&path, mass_fraction));
        }
        components.push(Component {
            element,
            nucleus: Nucleus::of(element, spin),
            mass_fraction,
        });
    }
    if components.is_empty() {
        return Err(rules.bad("target.material", "an empty list"));
    }
    let sum: f64 = components.iter().map(|part| part.mass_fraction).sum();
    if (sum - 1.0).abs() > FRACTION_SLACK {
        let found = format!("mass fractions that add up to {sum}");
        return Err(rules.wrong("target.material", found, "mass fractions that add up to 1"));
    }
    Ok(components)
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
    material: &Material,
) -> Result<Option<f64>, CardError> {
    let in_cm = rules.within("target.thickness_cm", raw.thickness_cm, &AMOUNTS)?;
    let Some(in_x0) = rules.within("target.thickness_x0", raw.thickness_x0, &AMOUNTS)? else {
        return Ok(in_cm);
    };
    if in_cm.is_some() {
        return Err(rules.excludes("target.thickness_x0", "target.thickness_cm"));
    }
    match material.radiation_length_cm {
        Some(x0) if AMOUNTS.contains(&(in_x0 * x0)) => Ok(Some(in_x0 * x0)),
        Some(x0) => {
            let found = format!("{in_x0} radiation lengths of {x0} cm");
            let expected = "a thickness of 1e-30 to 1e30 cm";
            Err(rules.wrong("target.thickness_x0", found, expected))
        }
        None => Err(rules.wrong(
            "target.thickness_x0",
            "no radiation length to measure it in",
            "target.radiation_length_cm beside it, for it is not tabulated for this material",
        )),
    }
}
