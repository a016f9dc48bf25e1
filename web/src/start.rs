//! What the page shows before anything is computed: shipped cards, names and units of keys, elements,
//! published limits.

use millibrem::card::{KEYS, SHIPPED, shipped};
use millibrem::matter::catalogue::MATERIALS;
use millibrem::matter::elements::ELEMENTS;
use millibrem::record::{GENERATOR_VERSION, GIT_COMMIT};
use millibrem::study::reach::recast::LimitFile;
use serde_json::{Value, json};

macro_rules! tables {
    ($($name:literal),*) => {
        /// Published limits on Q_χ/e.
        const LIMITS: &[&str] = &[$(include_str!(concat!("../../data/limits/", $name, ".csv"))),*];
        /// Their files.
        #[cfg(test)]
        const NAMES: &[&str] = &[$($name),*];
    };
}

tables!(
    "argoneut",
    "bebc",
    "cms",
    "colliders",
    "lsnd",
    "milliqan-demonstrator",
    "milliqan-run3",
    "miniboone",
    "sensei",
    "slac-mq",
    "super-k"
);

/// All of it.
pub(crate) fn start() -> Value {
    json!({
        "version": GENERATOR_VERSION,
        "commit": GIT_COMMIT,
        "cards": SHIPPED.iter().map(|name| card(name)).collect::<Vec<_>>(),
        "keys": keys(),
        "elements": ELEMENTS.iter().map(|e| json!([e.symbol, e.name])).collect::<Vec<_>>(),
        "materials": MATERIALS.iter().map(|m| m.name).collect::<Vec<_>>(),
        "limits": LIMITS.iter().filter_map(|text| limit(text)).collect::<Vec<_>>(),
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
fn limit(text: &str) -> Option<Value> {
    let limit = LimitFile::parse(text).ok()?;
    let said = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key));
        line.map(str::trim).unwrap_or_default()
    };
    Some(json!({
        "experiment": limit.experiment(),
        "source": said("# source:"),
        "kind": said("# kind:"),
        "points": limit.points(),
        "q_over_e_max": limit.upper_edge(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_limit_is_there() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/limits");
        let files = std::fs::read_dir(folder).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        let known: Vec<String> = NAMES.iter().map(|name| format!("{name}.csv")).collect();
        assert_eq!(names, known);
        assert_eq!(start()["limits"].as_array().unwrap().len(), names.len());
    }
}
