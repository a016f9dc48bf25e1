//! The nuclei of `[target]`: an element, a material or a mixture.

use toml::Value;

use super::error::{CardError, nearest};
use super::plain::keys;
use super::printed::Printed;
use super::rules::{Plain, Resolver};
use crate::matter::catalogue::{MATERIALS, NamedMaterial};
use crate::matter::elements::{ELEMENTS, Element};
use crate::matter::formula;
use crate::matter::isotopes;
use crate::matter::material::Component;
use crate::matter::{Nucleus, NucleusSpin};
use crate::text::shown;

const SYMBOL: &str = "the symbol of an element, H to Cf, or an isotope such as \"Pb-208\"";

keys! { KEYS:
    "target": Table, "", Range(""), Nothing(""),
        "The nuclei, and how much of the material there is. σ knows only the nuclei, with their spin, mass and \
         form factor; density, lengths and energy loss are for `reach` and for the vertices of `export`.", TABLE;
    "target.element": Text, "", Range("`H` to `Cf`, or an isotope such as `Pb-208`"),
        Required("without `material` or `mixture`"),
        "Symbol of the element, with its standard atomic weight, or one isotope of it with its own mass.",
        SYMBOL;
    "target.material": TablesOrText, "", Choices(|| MATERIALS.iter().map(|m| m.name).collect()), Nothing(""),
        "A mixture or compound instead of `element`: a list of `{ element, mass_fraction }`, or a name from \
         the table of common ones, which have a density too ([targets.md](targets.md)).",
        "a list of { element, mass_fraction }, or the name of a material";
    "target.material.element": Text, "", Range("`H` to `Cf`, or an isotope such as `Pb-208`"), Required(""),
        "Symbol of the element or isotope.", SYMBOL;
    "target.material.mass_fraction": Number, "", Numbers("above 0, at most 1", |share| share > 0.0 && share <= 1.0), Required(""),
        "Its share of the mass; the shares add up to 1; rounded ones, off by up to 2e-3, are scaled.",
        "a mass fraction above 0, at most 1";
    "target.mixture": Text, "", Range("such as `PbWO4`, `Bi4(GeO4)3`, `Lu1.8Y0.2SiO5`"), Nothing(""),
        "Chemical formula of a compound instead of `element` or `material`; its density is that of the \
         material of this name, if there is one.",
        "a chemical formula, such as \"PbWO4\"";
    "target.isotopes": Text, "", Choices(names::<Isotopes>), Text("mean"),
        "Whether an element is its mean nucleus, or its isotopes in their natural abundances, each with its \
         own σ.",
        "\"mean\" or \"natural\"";
}

keys! { OF_NUCLEUS:
    "target.nucleus_spin": NumberOrText, "", Choices(names::<NucleusSpin>),
        Text("0"),
        "Spin of the nucleus in the amplitude: scalar or Dirac current; 0 and 0.5 may be numbers.",
        "0 or \"1/2\"";
    "target.nuclear_mass_gev": Number, "GeV", within!(1e-3 to 1e6),
        Depends("atomic weight × atomic mass unit"),
        "Mass M of the nucleus in the kinematics; not with `material`.",
        "a mass in GeV, 1e-3 to 1e6";
}

named! {
    /// What an element of the target is.
    pub enum Isotopes {
        /// Its mean nucleus.
        Mean = "mean",
        /// Its isotopes in their natural abundances.
        Natural = "natural",
    }
}

/// Sums of mass fractions nearer to 1 than this are taken as they are.
const FRACTION_SLACK: f64 = 1e-6;
/// Sums nearer to 1 than this are of fractions written with a few digits, which are scaled.
const ROUNDED: f64 = 2e-3;

/// What the target is made of, and its tabulated density in g/cm³.
pub(super) fn resolve(rules: &Resolver<'_>) -> Result<(Vec<Component>, Option<f64>), CardError> {
    let (components, density) = components(rules, spin(rules)?)?;
    Ok((isotopes_of(rules, components)?, density))
}

fn spin(rules: &Resolver<'_>) -> Result<NucleusSpin, CardError> {
    let path = "target.nucleus_spin";
    match rules.written(path) {
        Some(Value::Float(0.0)) => Ok(NucleusSpin::Zero),
        Some(Value::Float(0.5)) => Ok(NucleusSpin::Half),
        None | Some(Value::String(_)) => rules.read(path),
        Some(other) => Err(rules.bad(path, other)),
    }
}

/// The same before isotopes are told apart.
fn components(
    rules: &Resolver<'_>,
    spin: NucleusSpin,
) -> Result<(Vec<Component>, Option<f64>), CardError> {
    let mass: Option<f64> = rules.read("target.nuclear_mass_gev")?;
    // The mass is that of an element.
    let alone = match rules.has("target.element") {
        true => "target.element",
        false => "target.nuclear_mass_gev",
    };
    let written = ["target.mixture", "target.material", alone];
    let mut written = written.iter().filter(|path| rules.has(path));
    if let (Some(first), Some(second)) = (written.next(), written.next()) {
        return Err(rules.excludes(second, first));
    }
    let of_elements = |parts: Vec<(&'static Element, f64)>| -> Vec<Component> {
        let part = |(element, share)| Component::of(element, spin, share);
        parts.into_iter().map(part).collect()
    };
    if let Some(text) = rules.read::<Option<String>>("target.mixture")? {
        let atoms = formula::atoms(&text).map_err(|error| rules.bad("target.mixture", error))?;
        let density = match atoms.as_slice() {
            [(element, _)] => element.density_g_cm3,
            _ => NamedMaterial::from_name(text.trim()).map(|named| named.density_g_cm3),
        };
        return Ok((of_elements(formula::mass_fractions(&atoms)), density));
    }
    match rules.written("target.material") {
        Some(Value::String(name)) => {
            let names: Vec<&str> = MATERIALS.iter().map(|named| named.name).collect();
            let find = NamedMaterial::from_name;
            let named = rules.choice("target.material", name, &names, find)?;
            Ok((
                of_elements(named.mass_fractions()),
                Some(named.density_g_cm3),
            ))
        }
        Some(list) => {
            let parts = list.as_array().map_or(0, Vec::len);
            let components = listed(rules, parts, spin)?;
            let density = match components.as_slice() {
                [only] => only.density_g_cm3(),
                _ => None,
            };
            Ok((components, density))
        }
        None => {
            let symbol: String = rules.read("target.element")?;
            let mut part = component(rules, "target.element", &symbol, spin, 1.0)?;
            if let Some(mass) = mass {
                part.nucleus = rules.made(part.nucleus.with_mass_gev(mass))?;
            }
            Ok((vec![part], part.density_g_cm3()))
        }
    }
}

/// The components of a list of elements and shares of the mass.
fn listed(
    rules: &Resolver<'_>,
    parts: usize,
    spin: NucleusSpin,
) -> Result<Vec<Component>, CardError> {
    let mut components: Vec<Component> = Vec::with_capacity(parts);
    for i in 0..parts {
        let path = format!("target.material[{i}].element");
        let symbol: String = rules.read(&path)?;
        let found = component(rules, &path, &symbol, spin, 1.0)?;
        let name = found.name();
        if components.iter().any(|earlier| earlier.name() == name) {
            let found = format!("{name} a second time");
            return Err(rules.wrong(&path, found, "each element once"));
        }
        let path = format!("target.material[{i}].mass_fraction");
        components.push(Component {
            mass_fraction: rules.read(&path)?,
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
    components: Vec<Component>,
) -> Result<Vec<Component>, CardError> {
    let key = "target.isotopes";
    if rules.read::<Isotopes>(key)? == Isotopes::Mean {
        return Ok(components);
    }
    if rules.has("target.nuclear_mass_gev") {
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

/// Writes the element back, where there is only one: a mixture of one is that, but for a fraction that is not quite 1.
pub(super) fn print_element(parts: &[Component], out: &mut Printed) {
    if let [only] = parts
        && only.mass_fraction == 1.0
    {
        only.name().print("target.element", out);
    }
}

/// Writes the nuclei back, isotopes one by one.
pub(super) fn print_nuclei(parts: &[Component], out: &mut Printed) {
    let spin = parts.first().map(|part| part.nucleus.spin);
    spin.print("target.nucleus_spin", out);
    match parts {
        [only] if only.mass_fraction == 1.0 => {
            only.nucleus.mass_gev.print("target.nuclear_mass_gev", out);
        }
        parts => out.put_list(
            "target.material",
            parts.iter().map(|part| {
                let share = part.mass_fraction.into();
                vec![("element", part.name().into()), ("mass_fraction", share)]
            }),
        ),
    }
    Isotopes::Mean.print("target.isotopes", out);
}
