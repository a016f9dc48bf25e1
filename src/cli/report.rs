//! Results in words: values with errors, the iteration table, the closing summary.

use millibrem::record::{CrossSection, Fact, Facts, IterationRow};
use serde_json::{Map, Value, json};

/// `1.2345(67)e5`: the error in units of the last two digits.
pub(crate) fn value_with_error(value: f64, error: f64) -> String {
    if !(value.is_finite() && error.is_finite() && error > 0.0) {
        return format!("{value} ± {error}");
    }
    // The exponent of the rounded figure: 9.96e-3 with two digits is 1.0e-2.
    let exponent = |x: f64| {
        let text = format!("{x:.1e}");
        text.split_once('e')
            .and_then(|(_, power)| power.parse::<i32>().ok())
            .unwrap_or(0)
    };
    let last = exponent(error) - 1;
    let power = exponent(value.abs().max(error));
    let power = if (-3..6).contains(&power) && last <= 0 {
        0
    } else {
        power
    };
    let decimals = usize::try_from(power - last).unwrap_or(0);
    let digits = error / 10f64.powi(last);
    let suffix = if power == 0 {
        String::new()
    } else {
        format!("e{power}")
    };
    format!(
        "{:.decimals$}({digits:.0}){suffix}",
        value / 10f64.powi(power)
    )
}

/// The table of iterations; adapting ones are marked, for they do not count.
pub(crate) fn iteration_table(rows: &[IterationRow]) -> String {
    let mut text = format!(
        "{:>4}  {:>12}  {:>18}  {:>18}  {:>8}  {:>5}\n",
        "itn", "points", "sigma (pb)", "average (pb)", "chi2/dof", "Q"
    );
    for (i, row) in rows.iter().enumerate() {
        text += &format!(
            "{:>4}{} {:>12}  {:>18}  ",
            i + 1,
            if row.measured { ' ' } else { '*' },
            row.n_eval,
            value_with_error(row.value_pb, row.error_pb)
        );
        if row.measured {
            let average = value_with_error(row.average_pb, row.average_error_pb);
            text += &format!("{average:>18}  {:>8.2}  {:>5.2}", row.chi2_dof, row.q);
        } else {
            text += "adapting";
        }
        text.push('\n');
    }
    text
}

/// `sigma = 1.2345(67)e5 pb per nucleus …` in one line.
pub(crate) fn sigma_line(sigma: &CrossSection) -> String {
    format!(
        "sigma = {} pb per nucleus, chi2/dof {:.2}, {} points",
        value_with_error(sigma.value_pb, sigma.error_pb),
        sigma.chi2_dof,
        sigma.n_eval
    )
}

/// Facts as lines of `name value`.
pub(crate) fn fact_lines(facts: &Facts) -> String {
    let line = |(name, fact): &(String, Fact)| {
        let value = match fact {
            Fact::Text(text) => text.clone(),
            Fact::Integer(whole) => whole.to_string(),
            Fact::Real(number) => number.to_string(),
            Fact::Flag(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        };
        format!("{name:<24} {value}\n")
    };
    facts.iter().map(line).collect()
}

/// Facts as a JSON object.
pub(crate) fn fact_json(facts: &Facts) -> Value {
    let entry = |(name, fact): &(String, Fact)| {
        let value = match fact {
            Fact::Text(text) => json!(text),
            Fact::Integer(whole) => json!(whole),
            Fact::Real(number) => json!(number),
            Fact::Flag(truth) => json!(truth),
        };
        (name.clone(), value)
    };
    Value::Object(facts.iter().map(entry).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_with_two_digits_of_their_error() {
        for (value, error, expected) in [
            (1.23456, 0.0067, "1.2346(67)"),
            (197681.0, 198.0, "1.9768(20)e5"),
            (197681.0, 0.19, "197681.00(19)"),
            (5.933e6, 6.1e3, "5.9330(61)e6"),
            (0.0312, 0.00996, "0.031(10)"),
            (1.5e-7, 2e-9, "1.500(20)e-7"),
            (0.001, 5.0, "0.0(50)"),
            (-2.5, 0.1, "-2.50(10)"),
        ] {
            assert_eq!(
                value_with_error(value, error),
                expected,
                "{value} ± {error}"
            );
        }
        assert_eq!(value_with_error(1.0, 0.0), "1 ± 0");
        assert_eq!(value_with_error(f64::NAN, 1.0), "NaN ± 1");
    }
}
