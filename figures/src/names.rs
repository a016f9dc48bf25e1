//! What axes and legends call things: quantities with their units, particles, masses.

use millibrem::histogram::Observable;
use millibrem::text::shown;

/// A quantity in markup, and its unit (empty for none).
pub(super) struct Quantity {
    symbol: String,
    unit: String,
}

impl Quantity {
    /// Symbol and unit, for an axis.
    pub(super) fn label(&self) -> String {
        match self.unit.as_str() {
            "" => self.symbol.clone(),
            unit => format!("{} [{unit}]", self.symbol),
        }
    }
}

/// The quantity an observable is.
pub(super) fn of_observable(observable: &Observable) -> Quantity {
    let unit = match observable.units() {
        "1" => String::new(),
        units => match units.split_once('^') {
            Some((base, power)) => format!("{base}^{{{power}}}"),
            None => units.to_owned(),
        },
    };
    Quantity {
        symbol: observable.definition().symbol().to_owned(),
        unit,
    }
}

/// The label of dσ/dX, or of d²σ/dXdY.
pub(super) fn differential(observables: &[&Observable]) -> String {
    let quantities: Vec<_> = observables.iter().map(|o| of_observable(o)).collect();
    let below = quantities.iter().map(|q| format!("d{}", q.symbol));
    let below: String = below.collect();
    let units = quantities.iter().map(|q| q.unit.as_str());
    let units: Vec<&str> = units.filter(|u| !u.is_empty()).collect();
    let unit = match units[..] {
        [] => "pb".to_owned(),
        [one] => format!("pb/{one}"),
        _ => format!("pb/({})", units.join(" ")),
    };
    let order = if observables.len() > 1 { "^{2}" } else { "" };
    format!("d{order}*σ*/{below} [{unit}]")
}

/// The axis of a column or of a key of the card; other names stand for themselves.
pub(super) fn of_column(name: &str) -> String {
    let key = name.rsplit('.').next().unwrap_or(name);
    let known = match key {
        "m_chi_gev" => "*m*_{χ} [GeV]",
        "m_dark_photon_gev" => "*m*_{A′} [GeV]",
        "m_mediator_gev" => "*m*_{mediator} [GeV]",
        "energy_gev" | "e0_gev" => "*E*_{0} [GeV]",
        "charge" | "q_over_e" => "*Q*_{χ}/*e*",
        "epsilon" => "*ε*",
        "coupling" => "*g*_{l}/*e*",
        "depth_x0" => "depth [*X*_{0}]",
        "x_min" => "*x*_{min}",
        "z" | "Z" => "*Z*",
        "sigma_pb" | "etl_pb" => "*σ* [pb]",
        "dsigma_dx_pb" => "d*σ*/d*x* [pb]",
        "dsigma_de_miss_pb_gev" | "dsigma_de_miss_pb_per_gev" => "d*σ*/d*E*_{miss} [pb/GeV]",
        _ => match key.parse::<Observable>() {
            Ok(observable) => return of_observable(&observable).label(),
            Err(_) => return key.to_owned(),
        },
    };
    known.to_owned()
}

/// One value of a column or of a key of the card, for a legend.
pub(super) fn of_value(name: &str, value: &str) -> String {
    let (label, number) = (of_column(name), value.parse::<f64>());
    let is_symbol = label.starts_with('*');
    match (number, label.trim_end_matches(']').split_once(" [")) {
        (Ok(x), Some((symbol, unit))) if is_symbol => format!("{symbol} = {} {unit}", shown(x)),
        (Ok(x), Some((word, unit))) => format!("{word} {} {unit}", shown(x)),
        (Ok(x), None) if is_symbol => format!("{label} = {}", shown(x)),
        _ => format!("{label} {value}"),
    }
}

/// What a column of cross sections is called in a legend.
pub(super) fn of_approach(name: &str) -> String {
    match name.trim_end_matches("_pb") {
        "etl" | "quadrature" | "exact" => "exact".to_owned(),
        "mc" => "Monte Carlo".to_owned(),
        "ww" => "WW".to_owned(),
        "iww" => "IWW".to_owned(),
        "wwa" => "WWA".to_owned(),
        "sigma" | "q_over_e" | "epsilon" | "coupling" => String::new(),
        "electron_x0" => "*e*^{−}".to_owned(),
        "positron_x0" => "*e*^{+}".to_owned(),
        "photon_x0" => "*γ*".to_owned(),
        other => other.to_owned(),
    }
}

/// A lepton of the card.
pub(super) fn of_lepton(name: &str) -> String {
    match name {
        "mu-" => "*μ*^{−}".to_owned(),
        "mu+" => "*μ*^{+}".to_owned(),
        "e-" => "*e*^{−}".to_owned(),
        "e+" => "*e*^{+}".to_owned(),
        other => other.to_owned(),
    }
}

/// A mass in the unit that makes its number short.
pub(super) fn of_mass(gev: f64) -> String {
    let (value, unit) = match gev {
        m if m >= 1.0 => (m, "GeV"),
        m if m >= 1e-3 => (1e3 * m, "MeV"),
        m => (1e6 * m, "keV"),
    };
    // Rounded: a thousand times 0.1 has a tail.
    let rounded: f64 = format!("{value:.6e}").parse().unwrap_or(value);
    format!("{rounded} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differentials_name_both_quantities_and_their_units() {
        let label = differential(&[&Observable::X, &Observable::E_CHI_GEV]);
        assert_eq!(label, "d^{2}*σ*/d*x*d*E*_{χ} [pb/GeV]");
        assert_eq!(differential(&[&Observable::X]), "d*σ*/d*x* [pb]");
    }

    #[test]
    fn keys_of_the_card_and_columns_are_known_by_their_last_part() {
        assert_eq!(of_column("dark_sector.m_chi_gev"), "*m*_{χ} [GeV]");
        assert_eq!(of_column("anything"), "anything");
    }

    #[test]
    fn values_have_their_units_behind_them() {
        let value = |name, text| of_value(name, text);
        assert_eq!(value("depth_x0", "40.0"), "depth 40 *X*_{0}");
        assert_eq!(value("dark_sector.m_chi_gev", "0.1"), "*m*_{χ} = 0.1 GeV");
        assert_eq!(value("dark_sector.charge", "0.5"), "*Q*_{χ}/*e* = 0.5");
        assert_eq!(value("target.element", "Pb"), "element Pb");
        assert_eq!(value("integration.neval", "100"), "neval 100");
    }

    #[test]
    fn masses_have_short_numbers() {
        let found = [0.1, 0.0003, 2.5, 0.003].map(of_mass);
        assert_eq!(found, ["100 MeV", "300 keV", "2.5 GeV", "3 MeV"]);
    }
}
