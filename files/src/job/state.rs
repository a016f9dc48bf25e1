//! What a checkpoint holds, and whether it belongs to the run that is to go on.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::JobError;
use crate::checkpoint;
use crate::hdf5::{GENERATOR_VERSION, GIT_COMMIT, Mark};
use millibrem::card::RunCard;
use millibrem::generate::Work;
use millibrem::record::{RunHeader, Shard};

/// A checkpoint.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    version: String,
    commit: String,
    pub(super) card: String,
    shard: Option<Shard>,
    pub(super) mark: Mark,
    pub(super) work: Work,
}

/// The same, of things that are in use.
#[derive(Serialize)]
struct Snapshot<'a> {
    version: &'a str,
    commit: &'a str,
    card: &'a str,
    shard: Option<Shard>,
    mark: &'a Mark,
    work: &'a Work,
}

/// The bytes of a checkpoint.
pub(super) fn encode(header: &RunHeader, mark: &Mark, work: &Work) -> Result<Vec<u8>, JobError> {
    let snapshot = Snapshot {
        version: GENERATOR_VERSION,
        commit: GIT_COMMIT,
        card: &header.card,
        shard: header.shard,
        mark,
        work,
    };
    pack(&snapshot)
}

/// Reads what [`encode`] wrote; `None` if another version has written something else.
pub(super) fn decode(bytes: &[u8]) -> Option<State> {
    postcard::from_bytes(bytes).ok()
}

/// Number of events asked for by the unfinished run into `output`, if there is one.
pub(super) fn count_of(output: &Path) -> Option<u64> {
    Some(card_of(output)?.events.count)
}

/// The card of the unfinished run into `output`, if there is one.
pub(super) fn card_of(output: &Path) -> Option<RunCard> {
    let state = checkpoint::load(output).ok().flatten()?;
    RunCard::parse("state", "run", &decode(&state)?.card, &[]).ok()
}

/// The bytes of what a shard hands to the merge.
pub(super) fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, JobError> {
    postcard::to_stdvec(value).map_err(|e| JobError::Usage(format!("cannot save the state: {e}")))
}

/// Reads what [`pack`] made of a [`Work`].
pub(super) fn unpack(bytes: &[u8]) -> Option<Work> {
    postcard::from_bytes(bytes).ok()
}

impl State {
    /// What distinguishes the run of this state from that of `header`, if something does.
    pub(super) fn difference(&self, header: &RunHeader) -> Option<String> {
        let ours = (GENERATOR_VERSION, GIT_COMMIT);
        if (self.version.as_str(), self.commit.as_str()) != ours {
            let (version, commit) = (&self.version, &self.commit);
            return Some(format!(
                "it was begun by version {version} ({commit}), this is {} ({})",
                ours.0, ours.1
            ));
        }
        if self.shard != header.shard {
            let name = |shard: Option<Shard>| {
                shard.map_or("the whole run".to_owned(), |s| format!("shard {s}"))
            };
            return Some(format!("it is {}", name(self.shard)));
        }
        card_difference(&self.card, &header.card)
    }
}

/// The first lines in which two resolved cards differ, the number of threads aside.
pub(super) fn card_difference(theirs: &str, ours: &str) -> Option<String> {
    difference_but(theirs, ours, |_| ())
}

/// The same, and what `forget` makes equal aside.
pub(super) fn difference_but(theirs: &str, ours: &str, forget: fn(&mut RunCard)) -> Option<String> {
    let parse = |text: &str| {
        let mut card = RunCard::parse("card", "run", text, &[]).ok()?;
        card.run.threads = 0;
        forget(&mut card);
        Some(card.to_toml())
    };
    let (theirs, ours) = match (parse(theirs), parse(ours)) {
        (Some(theirs), Some(ours)) => (theirs, ours),
        _ => return Some("its card cannot be read by this version".to_owned()),
    };
    if theirs == ours {
        return None;
    }
    let (mut section, mut differ) = ("", Vec::new());
    let has = |text: &str, line: &str| text.lines().any(|other| other == line);
    for line in theirs.lines() {
        if line.starts_with('[') {
            section = line;
        } else if !has(&ours, line) {
            differ.push(format!("{section} {line}"));
        }
    }
    if differ.is_empty() {
        let more = ours.lines().filter(|line| !has(&theirs, line));
        differ.extend(more.map(|line| format!("no {line}")));
    }
    differ.truncate(3);
    Some(match differ.is_empty() {
        true => "its card differs".to_owned(),
        false => format!("its card has {}", differ.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_differ_by_what_matters_to_the_result() {
        let load = |set: &[&str]| {
            let text = include_str!("../../../cards/na64mu-2025.toml");
            let set: Vec<_> = set
                .iter()
                .map(|s| millibrem::card::Override::parse(s).unwrap())
                .collect();
            RunCard::parse("card", "run", text, &set).unwrap().to_toml()
        };
        let base = load(&["run.seed=1"]);
        assert_eq!(
            card_difference(&base, &load(&["run.seed=1", "run.threads=7"])),
            None
        );
        let other = card_difference(&load(&["run.seed=2"]), &base).unwrap();
        assert_eq!(other, "its card has [run] seed = 2");
        let text = card_difference(&load(&["run.seed=1", "beam.energy_gev=100"]), &base);
        assert!(
            text.clone().unwrap().contains("energy_gev = 100"),
            "{text:?}"
        );
    }
}
