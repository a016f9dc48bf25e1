//! The shards of a run become the run.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::outcome::Sampled;
use super::reweigh::finish;
use super::{JobError, Watcher, listening, state};
use crate::IoError;
use crate::checkpoint::{self, OutputLock};
use crate::hdf5::{RunReader, RunWriter, ShardReader};
use crate::output::{self, Kind};
use millibrem::card::RunCard;
use millibrem::event::{Event, EventBuffer};
use millibrem::generate::{GenerateError, Generator, Work};
use millibrem::run;

/// Events read from a shard, or written, at a time.
const BLOCK: usize = 8192;

/// Adds the shards `paths` and makes what one run would have made beyond them, on `threads`
/// threads (0: all); writes the run to `output`. The order of the shards does not matter.
///
/// # Errors
/// [`JobError::OtherShard`] or [`JobError::MissingShards`] if they are not all shards of one run;
/// other [`JobError`]s as for any run. The shards are never touched.
pub fn merge(
    paths: &[PathBuf],
    output: &Path,
    replace: bool,
    threads: usize,
    watcher: &mut dyn Watcher,
) -> Result<Sampled, JobError> {
    let start = Instant::now();
    let shards = open(paths)?;
    let Some(first) = shards.first() else {
        return Err(JobError::Usage("there is nothing to merge".to_owned()));
    };
    let header = first.run().header().clone();
    let name = first.run().path().display().to_string();
    let mut card = RunCard::parse(&name, "run", &header.card, &[])?;
    card.run.threads = threads;
    let process = run::process(&card)?;
    output::check(output, Kind::Run, replace)?;
    output::check_apart(output, paths)?;
    output::apart_from_run(output)?;
    let _lock = OutputLock::take(output)?;
    checkpoint::discard(output)?;

    let settings = run::settings(&card);
    let mut generator = Generator::resume(process.clone(), settings, work(first)?);
    generator.adapt(&mut listening(&mut *watcher))?;
    for shard in &shards[1..] {
        let part = work(shard)?;
        generator
            .merge(&part)
            .map_err(|error| JobError::OtherShard {
                path: shard.run().path().to_owned(),
                first: shards[0].run().path().to_owned(),
                what: error.to_string(),
            })?;
    }
    let sigma = generator.measure(&run::histograms(&card), &mut listening(&mut *watcher))?;
    let check = run::cross_check(&card, &*process, &sigma.cross_section)?;
    let measured_s = start.elapsed().as_secs_f64();

    let header = run::header(&card, None)?;
    let request = run::events(&card);
    let writer = RunWriter::create(output, &header, replace)?;
    let mut writer = writer.on_threads(run::thread_count(threads));
    let end = generator.keep_sample(&request);
    in_order(&shards, end, |events| {
        if watcher.should_stop() {
            return Err(GenerateError::Stopped.into());
        }
        generator.take_over(events);
        Ok(writer.write_events(events)?)
    })?;
    watcher.measured(&sigma, request.count);
    let sample = generator.sample(
        &request,
        &sigma.cross_section,
        &mut writer,
        &mut listening(&mut *watcher),
    )?;
    let mut found = Sampled::new(&card, sigma, sample, check, measured_s);
    let summary = found.summary(&card, start.elapsed().as_secs_f64());
    found.further = finish(writer, &summary, &card, &mut generator, watcher)?;
    Ok(found)
}

/// Opens all shards and checks that they are those of one run; sorted by their numbers.
fn open(paths: &[PathBuf]) -> Result<Vec<ShardReader>, JobError> {
    let mut shards = paths
        .iter()
        .map(|path| ShardReader::open(path))
        .collect::<Result<Vec<_>, _>>()?;
    shards.sort_by_key(|s| s.shard().index);
    let Some(first) = shards.first() else {
        return Ok(shards);
    };
    let of = first.shard().of;
    let made_by = first.run().generator()?;
    for pair in shards.windows(2) {
        let other = &pair[1];
        let wrong = |what: String| JobError::OtherShard {
            path: other.run().path().to_owned(),
            first: first.run().path().to_owned(),
            what,
        };
        if other.shard().of != of {
            return Err(wrong(format!("it is shard {}", other.shard())));
        }
        let theirs = other.run().generator()?;
        if theirs != made_by {
            let (version, commit) = theirs;
            return Err(wrong(format!(
                "it was made by version {version} ({commit})"
            )));
        }
        let (card, ours) = (&other.run().header().card, &first.run().header().card);
        if let Some(what) = state::card_difference(card, ours) {
            return Err(wrong(what));
        }
        if other.shard() == pair[0].shard() {
            let (twin, shard) = (pair[0].run().path().display(), other.shard());
            return Err(wrong(format!("{twin} is shard {shard}, too")));
        }
    }
    let there = |i: u32| shards.iter().any(|s| s.shard().index == i);
    // All numbers are different and lie between 1 and `of`.
    match of as usize - shards.len() {
        0 => Ok(shards),
        n => {
            let verb = if n == 1 { "is" } else { "are" };
            let missing = (1..=of).filter(|&i| !there(i)).take(10);
            let mut names: Vec<String> = missing.map(|i| i.to_string()).collect();
            if n > 10 {
                names.push(format!("and {} more", n - 10));
            }
            Err(JobError::MissingShards {
                of,
                missing: format!("{} {verb}", names.join(", ")),
            })
        }
    }
}

/// What a shard has done.
fn work(shard: &ShardReader) -> Result<Work, JobError> {
    state::unpack(&shard.work()?).ok_or_else(|| {
        JobError::Io(IoError::Damaged {
            path: shard.run().path().to_owned(),
            reason: "its sums cannot be read".to_owned(),
        })
    })
}

/// The events of one shard, block by block.
struct Cursor<'a> {
    run: &'a RunReader,
    block: EventBuffer,
    /// The next event in the block, and behind the block in the file.
    at: usize,
    from: usize,
}

impl Cursor<'_> {
    /// The next event.
    fn peek(&mut self) -> Result<Option<Event>, JobError> {
        if self.at == self.block.len() {
            self.run.read_events(self.from, BLOCK, &mut self.block)?;
            self.from += self.block.len();
            self.at = 0;
        }
        Ok(self.block.get(self.at))
    }
}

/// Hands over the events of all shards with an index below `end`, in the order of their indices.
fn in_order(
    shards: &[ShardReader],
    end: u64,
    mut take: impl FnMut(&EventBuffer) -> Result<(), JobError>,
) -> Result<(), JobError> {
    let mut cursors: Vec<Cursor<'_>> = shards
        .iter()
        .map(|shard| Cursor {
            run: shard.run(),
            block: EventBuffer::default(),
            at: 0,
            from: 0,
        })
        .collect();
    let Some(first) = shards.first() else {
        return Ok(());
    };
    let mut out = EventBuffer::new(first.run().sample().columns());
    loop {
        let mut heads = Vec::with_capacity(cursors.len());
        for (i, cursor) in cursors.iter_mut().enumerate() {
            heads.extend(cursor.peek()?.map(|event| (event.index, i)));
        }
        heads.sort_unstable();
        let Some(&(_, lowest)) = heads.first().filter(|(index, _)| *index < end) else {
            break;
        };
        // Shards hold long stretches: the lowest goes on up to where the next one begins.
        let limit = heads.get(1).map_or(end, |(index, _)| end.min(*index));
        let cursor = &mut cursors[lowest];
        while let Some(event) = cursor.peek()?.filter(|event| event.index < limit) {
            out.push(&event);
            cursor.at += 1;
            if out.len() == BLOCK {
                take(&out)?;
                out.clear();
            }
        }
    }
    take(&out)
}
