//! What a sampler costs and how well it draws: `cargo run --release --example sampler -- CARD LOW HIGH Z... [KEY=VALUE...]`
//! with a shipped card without its cuts on x, kinetic energies in GeV, charge numbers and keys of the card. One thread
//! but for the building. Its figures stand in `docs/sampler.md`.

use std::error::Error;
use std::time::Instant;

use millibrem::card::{Override, shipped};
use millibrem::run;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (keys, words): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| word.contains('='));
    let [name, low, high, charges @ ..] = words.as_slice() else {
        return Err("usage: sampler CARD LOW HIGH Z... [KEY=VALUE...]".into());
    };
    let (low, high): (f64, f64) = (low.parse()?, high.parse()?);
    let charges: Vec<u32> = charges
        .iter()
        .map(|z| z.parse())
        .collect::<Result<_, _>>()?;
    let text = shipped(name).ok_or("no such card is shipped")?;
    let keys = ["cuts.x_min=0"]
        .into_iter()
        .chain(keys.iter().map(String::as_str));
    let keys: Vec<Override> = keys.map(Override::parse).collect::<Result<_, _>>()?;
    let card = text.with(&keys)?;

    let start = Instant::now();
    let sampler = run::sampler(&card, (low, high), &charges)?;
    println!("built in {:.2} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let bytes = sampler.save(&card.to_toml());
    println!(
        "saved to {} bytes in {:.3} s",
        bytes.len(),
        start.elapsed().as_secs_f64()
    );
    let start = Instant::now();
    let card = run::saved_sampler_card(&bytes)?.with(&[])?;
    run::load_sampler(&bytes, &card)?;
    println!("loaded in {:.3} s", start.elapsed().as_secs_f64());

    for (k, nucleus) in sampler.nuclei().enumerate() {
        let rows = sampler.report(k);
        let efficiencies = rows.iter().map(|row| row.efficiency);
        let least = efficiencies.clone().fold(1.0, f64::min);
        let mean = efficiencies.sum::<f64>() / rows.len() as f64;
        let over = rows
            .iter()
            .map(|row| row.overweight_share)
            .fold(0.0, f64::max);
        let (_, nodes) = sampler.sigma_accuracy(k);
        println!(
            "Z = {}: {nodes} nodes of sigma, efficiency {mean:.3} (least {least:.3}), overweight at most {over:.1e}",
            nucleus.z
        );
    }
    // Energies at random in their logarithm, by a sequence that fills the range evenly.
    let energy = |k: u32| low * libm::pow(high / low, (0.618_034 * f64::from(k)).fract());
    let calls = 5_000_000;
    let energies: Vec<f64> = (0..1000).map(energy).collect();
    let start = Instant::now();
    let sum: f64 = (0..calls)
        .map(|k| {
            sampler
                .cross_section(0, energies[k % 1000])
                .unwrap_or(f64::NAN)
        })
        .sum();
    let each = start.elapsed().as_secs_f64() / calls as f64;
    println!("sigma: {:.0} ns a call (sum {sum:e} pb)", 1e9 * each);
    let events = 1_000_000;
    let mut scratch = sampler.scratch();
    let (mut over, mut excess) = (0u64, 0.0);
    let start = Instant::now();
    for k in 0..events {
        let nucleus = k as usize % charges.len().max(1);
        let weight = sampler.sample(nucleus, energy(k), &mut scratch, u64::from(k))?;
        over += u64::from(weight > 1.0);
        excess += weight - 1.0;
    }
    let each = start.elapsed().as_secs_f64() / f64::from(events);
    println!(
        "events: {:.2} us each, efficiency {:.3}, overweight {:.1e}, mean weight less one {:.1e}",
        1e6 * each,
        f64::from(events) / scratch.tried() as f64,
        over as f64 / f64::from(events),
        excess / f64::from(events)
    );
    Ok(())
}
