//! Prints events per second of the stream of the page, natively on one thread.
//!
//!     cargo run --release -p millibrem-web --example events_per_second -- ldmx-2025

use std::time::Instant;

use millibrem::card::shipped;
use millibrem_web::Desk;
use serde_json::{Value, json};

const EVENTS: u64 = 2_000_000;

fn main() {
    let name = std::env::args().nth(1).unwrap_or("na64mu-2025".to_owned());
    let Some(card) = shipped(&name) else {
        eprintln!("there is no card {name}");
        std::process::exit(2);
    };
    let card = json!({ "text": card.text(), "file": format!("{name}.toml") });
    let mut desk = Desk::default();
    let said = desk.answer(&json!({ "ask": "generate", "card": card }).to_string());
    assert!(!said.contains("\"error\":"), "{said}");
    let start = Instant::now();
    let said = desk.answer(&json!({ "ask": "events", "count": EVENTS }).to_string());
    let seconds = start.elapsed().as_secs_f64();
    let said: Value = serde_json::from_str(&said).unwrap_or_default();
    let made = said["n_events"].as_f64().unwrap_or(f64::NAN);
    println!(
        "{name}: {:.0} events/s natively, one thread",
        made / seconds
    );
}
