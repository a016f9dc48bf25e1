//! The card written back, every default visible.

use super::beam;
use super::dark_sector;
use super::histograms;
use super::printed::{Printed, Section};
use super::process_kind;
use super::profile;
use super::rules::Plain;
use super::run;
use super::run_card::RunCard;
use super::table::KEYS;
use super::target;
use super::track_length;
use super::weights;
use crate::text::exact;

impl RunCard {
    /// The card as TOML with every default written out; reads back to the same card.
    pub fn to_toml(&self) -> String {
        // UNWRAP: the card is strings, numbers, lists and tables with string keys, all of which
        // TOML can express.
        let toml = toml::to_string(&printed(self)).expect("a card is TOML");
        toml.lines()
            .map(|line| with_exponents(line) + "\n")
            .collect()
    }

    /// The same as the files of a run hold it: without its number of threads, on which nothing in them depends.
    pub fn to_recorded_toml(&self) -> String {
        let mut card = self.clone();
        card.run.threads = 0;
        card.to_toml()
    }
}

/// What [`RunCard::to_toml`] writes, as a table.
pub(super) fn table(card: &RunCard) -> toml::Table {
    // UNWRAP: as there.
    toml::Table::try_from(printed(card)).expect("a card is TOML")
}

/// A line of a card with its numbers as short as they can be: `1e14`, not `100000000000000.0`.
fn with_exponents(line: &str) -> String {
    let Some((key, value)) = line.split_once(" = ") else {
        return line.to_owned();
    };
    let list = value.strip_prefix('[').and_then(|v| v.strip_suffix(']'));
    let numbers = list.unwrap_or(value).split(", ").map(|item| {
        let number = item.parse().ok().filter(|_| item.contains('.'));
        number.map(exact)
    });
    match (numbers.collect::<Option<Vec<_>>>(), list) {
        (None, _) => line.to_owned(),
        (Some(numbers), None) => format!("{key} = {}", numbers.concat()),
        (Some(numbers), Some(_)) => format!("{key} = [{}]", numbers.join(", ")),
    }
}

/// The sections in order, without keys that the process has no use for.
fn printed(card: &RunCard) -> Section {
    let idle = card.kind.idle_keys().into_iter().map(|(key, _)| key);
    let mut printed = Printed::new(KEYS, idle.collect());
    let out = &mut printed;
    run::print_schema(out);
    card.run.print("run", out);
    process_kind::print(&card.kind, card.mesons, out);
    card.initial_state.print(process_kind::RADIATION, out);
    dark_sector::print(&card.dark_sector, out);
    beam::print(&card.beam, out);
    profile::print(&card.profile, out);
    let losses = (card.losses, card.reach.straggling);
    target::print(&card.target, losses, card.scattering, out);
    if let Some(table) = &card.track_length {
        track_length::print(table, out);
    }
    card.cuts.print("cuts", out);
    card.integration.print("integration", out);
    card.events.print("events", out);
    card.reach.print("reach", out);
    histograms::print(&card.histograms, out);
    weights::print(&card.weights, out);
    printed.card
}
