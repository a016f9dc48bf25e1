//! What the page shows before anything is computed: shipped cards, names and units of keys, elements,
//! published limits.

use millibrem::card::{KEYS, SHIPPED, shipped};
use millibrem::matter::catalogue::MATERIALS;
use millibrem::matter::elements::ELEMENTS;
use millibrem::record::{GENERATOR_VERSION, GIT_COMMIT};
use millibrem::study::reach::recast::{PUBLISHED, Published};
use serde_json::{Value, json};

/// All of it.
pub(crate) fn start() -> Value {
    json!({
        "version": GENERATOR_VERSION,
        "commit": GIT_COMMIT,
        "cards": SHIPPED.iter().map(|name| card(name)).collect::<Vec<_>>(),
        "keys": keys(),
        "elements": ELEMENTS.iter().map(|e| json!([e.symbol, e.name])).collect::<Vec<_>>(),
        "materials": MATERIALS.iter().map(|m| m.name).collect::<Vec<_>>(),
        "limits": PUBLISHED.iter().filter_map(limit).collect::<Vec<_>>(),
    })
}

/// A shipped card; its first line says what it is.
fn card(name: &str) -> Value {
    let shipped = shipped(name);
    let text = shipped.as_ref().map_or("", |card| card.text());
    let title = text.lines().next().unwrap_or_default();
    json!({ "name": name, "title": title.trim_start_matches("# "), "text": text })
}

/// The keys that hold one value.
fn keys() -> Vec<Value> {
    let plain = KEYS.iter().filter(|key| key.path.contains('.'));
    let one = |key: &millibrem::card::Key| {
        json!({
            "key": key.path,
            "unit": key.unit,
            "meaning": key.meaning,
            "range": key.allowed.range(),
            "choices": key.allowed.choices().unwrap_or_default(),
        })
    };
    plain.map(one).collect()
}

/// A published limit with where it comes from.
fn limit(published: &Published) -> Option<Value> {
    let limit = published.file().ok()?;
    Some(json!({
        "experiment": limit.experiment(),
        "source": published.source(),
        "kind": published.kind(),
        "points": limit.points(),
        "q_over_e_max": limit.upper_edge(),
    }))
}
