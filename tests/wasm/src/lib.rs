//! σ of a shipped card by Monte Carlo or quadrature, for `tests/wasm/run.sh`: the same function,
//! compiled for this machine and for WebAssembly, must give the same bits.

use std::ops::ControlFlow;

use millibrem::card::{Override, SHIPPED, shipped};
use millibrem::generate::Generator;
use millibrem::process::{Method, Route};
use millibrem::run;

/// Settings under which a page answers in a second; their values matter to no test.
const SETTINGS: [(&str, &str); 6] = [
    ("run.seed", "1"),
    ("run.threads", "1"),
    ("integration.n_adapt", "3"),
    ("integration.neval", "10000"),
    ("integration.max_neval", "60000"),
    ("integration.rel_error", "1e-2"),
];

/// Number of the shipped cards.
#[unsafe(no_mangle)]
pub extern "C" fn cards() -> u32 {
    u32::try_from(SHIPPED.len()).unwrap_or(0)
}

/// σ in pb of the shipped card of this number, by Monte Carlo or by quadrature; NaN if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn sigma_pb(card: u32, quadrature: bool) -> f64 {
    sigma(card as usize, quadrature).unwrap_or(f64::NAN)
}

fn sigma(card: usize, quadrature: bool) -> Option<f64> {
    let set = |(key, value): &(&str, &str)| Override::by_option("--set", key, value);
    let overrides: Vec<Override> = SETTINGS.iter().map(set).collect();
    let card = shipped(SHIPPED.get(card)?)?.with(&overrides).ok()?;
    if quadrature {
        let route = run::inclusive(Method::QUADRATURE, &run::mixture(&card).ok()?).ok()?;
        return Some(route.sigma(run::goal(&card)).ok()?.value_pb);
    }
    let mut generator = Generator::new(run::process(&card).ok()?, run::settings(&card)).ok()?;
    generator.adapt(&mut |_| ControlFlow::Continue(())).ok()?;
    let report = generator
        .measure(&[], &mut |_| ControlFlow::Continue(()))
        .ok()?;
    Some(report.cross_section.value_pb)
}
