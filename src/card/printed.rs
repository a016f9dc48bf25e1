//! A card that is written back, key by key.

use serde::{Serialize, Serializer};
use toml::Value;

use super::keys::{self, Absent, Key};

/// A card that is written back: sections with their keys in the order in which they came.
pub(super) struct Printed {
    keys: &'static [Key],
    idle: Vec<&'static str>,
    pub(super) card: Section,
}

/// Names with what stands behind them, in order.
#[derive(Default)]
pub(super) struct Section(Vec<(String, Node)>);

#[derive(Serialize)]
#[serde(untagged)]
enum Node {
    Value(Value),
    Section(Section),
    List(Vec<Section>),
}

impl Serialize for Section {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, node)| (name, node)))
    }
}

impl Section {
    fn insert(&mut self, path: &str, node: Node) {
        let Some((section, rest)) = path.split_once('.') else {
            return self.0.push((path.to_owned(), node));
        };
        let at = self.0.iter().position(|(name, _)| name == section);
        let at = at.unwrap_or_else(|| {
            let empty = Node::Section(Self::default());
            self.0.push((section.to_owned(), empty));
            self.0.len() - 1
        });
        if let Node::Section(section) = &mut self.0[at].1 {
            section.insert(rest, node);
        }
    }
}

impl Printed {
    /// Nothing yet, of a card with these keys, of which some have no meaning in it.
    pub(super) fn new(keys: &'static [Key], idle: Vec<&'static str>) -> Self {
        let card = Section::default();
        Self { keys, idle, card }
    }

    /// What holds where a key is not written.
    pub(super) fn default(&self, path: &str) -> Absent {
        keys::find(self.keys, path).map_or(Absent::Nothing(""), |key| key.default)
    }

    /// Writes a key.
    pub(super) fn put(&mut self, path: &str, value: impl Into<Value>) {
        if !self.idle.contains(&path) {
            self.card.insert(path, Node::Value(value.into()));
        }
    }

    /// Writes a list of tables, each with these keys.
    pub(super) fn put_list<'k>(
        &mut self,
        path: &str,
        tables: impl Iterator<Item = Vec<(&'k str, Value)>>,
    ) {
        let section = |table: Vec<(&str, Value)>| {
            let node = |(name, value): (&str, Value)| (name.to_owned(), Node::Value(value));
            Section(table.into_iter().map(node).collect())
        };
        self.card
            .insert(path, Node::List(tables.map(section).collect()));
    }
}
