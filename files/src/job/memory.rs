//! A card's run in memory: what [`super::Job`] writes, as values.

use std::time::Instant;

use super::outcome::Sampled;
use super::{Bytes, JobError, Watcher, listening, reweigh};
use millibrem::card::RunCard;
use millibrem::event::{EventBuffer, Momentum};
use millibrem::generate::Generator;
use millibrem::record::{RunHeader, RunSummary};
use millibrem::run;

/// A whole run without a file.
#[derive(Debug)]
pub struct InMemory {
    /// What is known before the first event.
    pub header: RunHeader,
    /// σ, histograms and facts.
    pub summary: RunSummary,
    /// The events, their weights normalised: what the file would hold, to the bit.
    pub events: EventBuffer,
    /// σ, sample and checks as the run reports them.
    pub found: Sampled,
}

/// Does the run of `card` and keeps it in memory; one that is stopped leaves nothing.
///
/// # Errors
/// [`JobError::Usage`] if the card cannot be run, [`JobError::Generate`].
pub fn in_memory(card: &RunCard, watcher: &mut dyn Watcher) -> Result<InMemory, JobError> {
    let start = Instant::now();
    let process = run::process(card)?;
    let mut header = run::header(card, None)?;
    let request = run::events(card);
    let mut generator = Generator::new(process.clone(), run::settings(card))?;
    generator.adapt(&mut listening(&mut *watcher))?;
    let sigma = generator.measure(&run::histograms(card), &mut listening(&mut *watcher))?;
    watcher.measured(&sigma, request.count);
    let measured_s = start.elapsed().as_secs_f64();
    let check = run::cross_check(card, &*process, &sigma.cross_section)?;
    // Roles are there even without an event.
    let mut events = EventBuffer::new(header.sample.columns());
    reserve(&mut events, request.count)?;
    let sample = generator.sample(
        &request,
        &sigma.cross_section,
        &mut events,
        &mut listening(&mut *watcher),
    )?;
    let further = reweigh::add(card, &mut generator, &mut events, watcher)?;
    header.sample.scalars.extend(reweigh::columns(card));
    let mut found = Sampled::new(card, sigma, sample, check, measured_s);
    found.further = further;
    let summary = found.summary(card, start.elapsed().as_secs_f64());
    Ok(InMemory {
        header,
        summary,
        events,
        found,
    })
}

/// Makes room for `count` events, so that none is ever moved.
fn reserve(events: &mut EventBuffer, count: u64) -> Result<(), JobError> {
    let n = usize::try_from(count).unwrap_or(usize::MAX);
    let (momenta, scalars) = (events.momenta().len(), events.scalars().len());
    let momenta_fit = |events: &mut EventBuffer| {
        let mut rows = events.momenta_mut().iter_mut();
        rows.try_for_each(|rows| rows.try_reserve_exact(n))
    };
    let scalars_fit = |events: &mut EventBuffer| {
        let mut rows = events.scalars_mut().iter_mut();
        rows.try_for_each(|rows| rows.try_reserve_exact(n))
    };
    momenta_fit(events)
        .and_then(|()| scalars_fit(events))
        .and_then(|()| events.weight.try_reserve_exact(n))
        .and_then(|()| events.index.try_reserve_exact(n))
        .map_err(|_| {
            let row = momenta * size_of::<Momentum>() + (scalars + 2) * size_of::<f64>();
            let needed = Bytes(count as f64 * row as f64);
            let words = format!("{count} events in memory need {needed}: write them to a file");
            JobError::Usage(words)
        })
}
