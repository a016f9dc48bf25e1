//! `info RUN --event INDEX`: one event made again from the card and the seed in the file.

use std::cmp::Ordering;
use std::path::Path;

use millibrem::card::RunCard;
use millibrem::event::{Columns, Event, EventBuffer, Momentum, Precision};
use millibrem::generate::Generator;
use millibrem::particle::Role;
use millibrem_files::hdf5::RunReader;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::json::{number, numbers};
use crate::progress::Bars;
use millibrem::run;

/// An event made again.
pub(super) struct Again {
    event: Event,
    index: u64,
    columns: Columns,
    /// Where it stands in the file.
    row: usize,
    /// Whether the momenta in the file are the same bits, as far as they are stored.
    identical: bool,
    precision: Precision,
}

/// The event with reproduction key `index`, its raw weight not normalised to σ.
pub(super) fn again(path: &Path, index: u64, quiet: bool) -> Result<Again, Failure> {
    let run = RunReader::open(path)?;
    let (row, stored) = find(&run, index)?
        .ok_or_else(|| Failure::Usage(format!("{} has no event {index}", path.display())))?;
    let name = path.display().to_string();
    let mut card = RunCard::parse(&name, "run", &run.header().card, &[])?;
    // Of joined runs, the one that has made the event, as long as that was.
    let mut key = index;
    let mut behind = row as u64;
    for member in run.members()? {
        if behind < member.n_events {
            (card.run.seed, card.events.count) = (member.seed, member.n_events);
            key = index.saturating_sub(member.first_index);
            break;
        }
        behind -= member.n_events;
    }
    let process = run::process(&card)?;
    let mut bars = Bars::new(quiet);
    let mut generator = Generator::new(process, run::settings(&card))?;
    generator.adapt(&mut |p| bars.hear(p))?;
    let event = generator.event(&run::events(&card), key, &mut |p| bars.hear(p));
    bars.done();
    let event = event?;
    let identical = event.is_stored_as(&stored);
    Ok(Again {
        index,
        columns: run.sample().columns(),
        event,
        row,
        identical,
        precision: run.header().precision,
    })
}

/// Row and content of the event with this index; indices rise.
fn find(run: &RunReader, index: u64) -> Result<Option<(usize, Event)>, Failure> {
    let (mut low, mut high) = (0, run.n_events());
    let mut one = EventBuffer::default();
    while low < high {
        let middle = low + (high - low) / 2;
        run.read_events(middle, 1, &mut one)?;
        let Some(event) = one.get(0) else {
            return Ok(None);
        };
        match event.index.cmp(&index) {
            Ordering::Equal => return Ok(Some((middle, event))),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    Ok(None)
}

impl Again {
    /// The momenta with their names in the file.
    fn rows(&self) -> impl Iterator<Item = (String, Momentum)> {
        let columns = self.columns.roles.iter().map(Role::column);
        columns.zip(self.event.momenta().iter().copied())
    }
}

pub(super) fn json(again: &Again) -> Value {
    let momenta = again.rows().map(|(name, p)| (name, numbers(&p)));
    let mut object: serde_json::Map<String, Value> = momenta.collect();
    object.insert("index".to_owned(), json!(again.index));
    object.insert("row".to_owned(), json!(again.row));
    object.insert("identical".to_owned(), json!(again.identical));
    object.insert("raw_weight".to_owned(), number(again.event.weight));
    Value::Object(object)
}

pub(super) fn text(again: &Again) -> String {
    let mut text = format!("{:<16}{}\n", "index", again.index);
    text += &format!("{:<16}{:.16e}\n", "raw weight", again.event.weight);
    text += &format!(
        "{:<16}{:>24}{:>24}{:>24}{:>24}\n",
        "GeV", "E", "px", "py", "pz"
    );
    for (name, p) in again.rows() {
        let [e, x, y, z] = p.map(|c| format!("{c:>24.16e}"));
        text += &format!("{name:<16}{e}{x}{y}{z}\n");
    }
    text + match (again.identical, again.precision) {
        (true, Precision::Double) => "the momenta in the file are the same to the bit",
        (true, Precision::Single) => {
            "the momenta in the file are these, rounded to single precision"
        }
        (false, _) => "the momenta in the file differ: it was made by another version",
    }
}
