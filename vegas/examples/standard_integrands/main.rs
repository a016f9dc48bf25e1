//! Integrates one of the field's standard test integrands and prints one line of JSON.
//!
//! ```text
//! cargo run --release -p millibrem-vegas --example standard_integrands -- \
//!     --integrand camel8 --neval 1000000 --warmup 10 --iterations 10 --seed 1 --threads 1
//! ```
//! Functions of the standard library are called for exp, pow and the like: their last bit may
//! differ between systems, and so may the values of these integrands.

use std::error::Error;
use std::time::Instant;
use vegas::{Config, Integrand, Isa, Layout, MaximaConfig, Plan, UnweightPlan, Vegas, silent};

mod integrands;
use integrands::Standard;

/// What the command line asks for.
struct Options {
    integrand: Standard,
    config: Config,
    plan: Plan,
    threads: usize,
    isa: Isa,
    table: bool,
    events: Option<u64>,
    maxima: MaximaConfig,
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut integrand = Standard::Camel8;
    let mut config = Config {
        neval: 1_000_000,
        ..Config::default()
    };
    let mut neval = 1_000_000u64;
    let mut warmup_neval = None;
    let mut iterations = 10;
    let mut plan = Plan::new(neval, iterations);
    let (mut threads, mut isa, mut table) = (1, Isa::Best, false);
    let (mut events, mut maxima) = (None, MaximaConfig::default());
    let mut args = std::env::args().skip(1);
    while let Some(flag) = args.next() {
        if flag == "--table" {
            table = true;
            continue;
        }
        let value = args.next().ok_or_else(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--integrand" => integrand = Standard::named(&value)?,
            "--neval" => neval = value.parse::<f64>()? as u64,
            "--warmup-neval" => warmup_neval = Some(value.parse::<f64>()? as u64),
            "--warmup" => config.n_adapt = value.parse()?,
            "--iterations" => iterations = value.parse()?,
            "--seed" => config.seed = value.parse()?,
            "--threads" => threads = value.parse()?,
            "--rel-error" => plan.rel_error = Some(value.parse()?),
            "--defensive" => {
                config.defensive = value.parse()?;
                plan.defensive = value.parse()?;
            }
            "--events" => events = Some(value.parse::<f64>()? as u64),
            "--boxes" => maxima.max_boxes = value.parse()?,
            "--maxima-neval" => maxima.neval = value.parse::<f64>()? as u64,
            "--overweight" => maxima.max_overweight_share = value.parse()?,
            "--alpha" => config.alpha = value.parse()?,
            "--beta" => config.beta = value.parse()?,
            "--adaptive" => config.adaptive = value.parse()?,
            "--increments" => config.increments = value.parse()?,
            "--layout" => {
                plan.layout = match value.as_str() {
                    "stratified" => Layout::Stratified,
                    "independent" => Layout::Independent,
                    "lattice" => Layout::Lattice,
                    other => return Err(format!("no layout {other}").into()),
                }
            }
            "--isa" => {
                isa = match value.as_str() {
                    "best" => Isa::Best,
                    "baseline" => Isa::Baseline,
                    "v3" => Isa::V3,
                    "v4" => Isa::V4,
                    other => return Err(format!("no instruction set {other}").into()),
                }
            }
            other => return Err(format!("unknown option {other}").into()),
        }
    }
    config.neval = warmup_neval.unwrap_or(neval);
    (plan.neval, plan.iterations) = (neval, iterations);
    Ok(Options {
        integrand,
        config,
        plan,
        threads,
        isa,
        table,
        events,
        maxima,
    })
}

/// CPU seconds this process and its threads have used; `None` where Linux's /proc is missing.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // After the name in parentheses, fields 12 and 13 are user and system time in 1/100 s.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |k: usize| fields.get(k)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) * 0.01)
}

fn main() -> Result<(), Box<dyn Error>> {
    let o = options()?;
    let f = o.integrand;
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let mut vegas = Vegas::new(f.dim(), o.config.clone())?;
    vegas.set_threads(o.threads);
    vegas.set_isa(o.isa)?;
    let warmup = vegas.adapt(&f, &mut silent)?;
    if let Some(events) = o.events {
        return unweight(&vegas, f, &o, events);
    }
    let adapted = cpu_seconds();
    let m = vegas.measure(&f, &o.plan, &mut (), &mut silent)?;
    let cpu_end = cpu_seconds();
    let seconds = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| b - a);
    if o.table {
        eprintln!("{m}");
    }
    let exact = f.exact();
    let n_eval = warmup.n_eval + m.n_eval;
    let line = serde_json::json!({
        "integrand": f.name(),
        "mean": m.estimate.mean,
        "sdev": m.estimate.sdev,
        "exact": exact,
        "pull": exact.map(|e| m.estimate.pull(e)),
        "chi2_dof": m.chi2_dof,
        "q": m.q,
        "kappa": m.estimate.relative_error() * (m.counters.points as f64).sqrt(),
        "n_eval": n_eval,
        "cpu_s": seconds(cpu, cpu_end),
        "cpu_measure_s": seconds(adapted, cpu_end),
        "ns_per_point": seconds(cpu, cpu_end).map(|s| 1e9 * s / n_eval as f64),
        "ns_per_point_measure": seconds(adapted, cpu_end).map(|s| 1e9 * s / m.n_eval as f64),
        "wall_s": wall.elapsed().as_secs_f64(),
        "alarms": m.alarms.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "largest_weight": m.largest_weight,
    });
    println!("{line}");
    if !m.trustworthy() {
        m.alarms
            .iter()
            .for_each(|a| eprintln!("not trustworthy: {a}"));
        std::process::exit(1);
    }
    Ok(())
}

/// Makes unweighted events and prints the efficiency.
fn unweight(vegas: &Vegas, f: Standard, o: &Options, events: u64) -> Result<(), Box<dyn Error>> {
    let maxima = vegas.find_maxima(&f, &o.maxima, &mut silent)?;
    let plan = UnweightPlan::new(o.plan.neval, 10_000, events);
    let u = vegas.unweight(&f, &maxima, &plan, &mut (), &mut silent)?;
    let line = serde_json::json!({
        "integrand": f.name(),
        "mean": u.measurement.estimate.mean,
        "sdev": u.measurement.estimate.sdev,
        "exact": f.exact(),
        "events": u.events,
        "boxes": maxima.boxes(),
        "efficiency": u.efficiency,
        "overweight_share": u.overweight_share,
        "overweight_excess": u.overweight_excess,
        "maxima_n_eval": maxima.n_eval,
        "n_eval": u.measurement.n_eval,
        "alarms": u.measurement.alarms.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    println!("{line}");
    Ok(())
}
