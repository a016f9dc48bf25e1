//! `[integration]`.

use super::error::CardError;
use super::plain::keys;
use super::rules::Resolver;
use crate::process::{MIN_REL_ERROR, Method};

keys! {
    /// `[integration]`.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Integration(rules) of KEYS:
    "integration": Table, "", Range(""), Nothing(""), "How σ is computed, and how well.", TABLE;
    "integration.method": Text, "", Choices(names::<Method>), Text("mc"),
        "Method of `sigma`, `spectrum` and `scan` without `--method`: the exact matrix element by Monte Carlo or \
         quadrature, or one of three Weizsäcker–Williams approximations; `generate` is always `mc`.",
        "one of \"mc\", \"quadrature\", \"ww\", \"iww\", \"wwa\"" => method: Method;
    "integration.n_adapt": Count, "", within!(1 to 1000), Count(10),
        "Iterations that adapt the sampling, and as many again at most while the last has a point with more than a tenth of the variance; none of them enters σ.",
        "a number of iterations, 1 to 1000" => n_adapt: u64;
    "integration.neval": Count, "", within!(1000 to 1e12), Count(200_000),
        "Points in each iteration; where only σ is asked for (`sigma`, `scan`, `reach`), 20000 at most to adapt (all where an A′ has a width) and lattices of 8192 to 131072 at most to measure.",
        "a number of points an iteration, 1000 to 1e12" => neval: u64;
    "integration.rel_error": Number, "", Numbers("0, or 1e-10 to 0.99", |r| r == 0.0 || (MIN_REL_ERROR..=0.99).contains(&r)), Number(1e-3),
        "Relative error of σ at which a method stops; with 0 the Monte Carlo goes on to `max_neval`, and others go to 1e-6.",
        "a relative error, 1e-10 to 0.99, or 0 (never stop early)" => rel_error: f64;
    "integration.max_neval": Count, "", Range("`neval` to 1e15"),
        Depends("1e8, or 1.05 · (`n_adapt` + 10) · `neval` if that is more, at most 1e15"),
        "Most evaluations of the integrand, those of the adaptation included.",
        "a number of evaluations (those of the adaptation too), at least neval and at most 1e15" => max_neval: u64 = max_neval(rules, n_adapt, neval)?;
}

fn max_neval(rules: &Resolver<'_>, n_adapt: u64, neval: u64) -> Result<u64, CardError> {
    const MOST: u64 = 1_000_000_000_000_000;
    // All iterations that adapt, and ten that measure, with their probes.
    let least = neval.saturating_mul(n_adapt + 10).saturating_mul(21) / 20;
    let path = "integration.max_neval";
    let written: Option<u64> = rules.read(path)?;
    let found = written.unwrap_or(least.clamp(100_000_000, MOST));
    match (neval..=MOST).contains(&found) {
        true => Ok(found),
        false => Err(rules.bad(path, found)),
    }
}
