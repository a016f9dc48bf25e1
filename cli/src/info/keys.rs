//! `info --keys`: what may be written in a card.

use millibrem::card::{Absent, KEYS, Key};
use serde_json::{Value, json};

use crate::json::number;

/// The keys in the order of the documentation, sections before their keys.
pub(super) fn json() -> Value {
    json!({ "keys": KEYS.iter().map(entry).collect::<Vec<_>>() })
}

fn entry(key: &Key) -> Value {
    let written = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    let default = match key.default {
        Absent::Number(x) => number(x),
        Absent::Count(whole) => json!(whole),
        Absent::Text(text) => json!(text),
        Absent::Depends(_) | Absent::Nothing(_) | Absent::Required(_) => Value::Null,
    };
    json!({
        "path": key.path,
        "type": key.kind.name(),
        "unit": written(key.unit),
        "range": written(key.allowed.range()),
        "choices": key.allowed.choices(),
        "required": matches!(key.default, Absent::Required(_)),
        "default": default,
        "default_words": key.default.words(),
        "meaning": key.meaning,
    })
}
