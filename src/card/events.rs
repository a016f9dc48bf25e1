//! `[events]`.

use super::plain::keys;
use crate::event::{Compression, Precision, Weighting};

keys! {
    /// `[events]`.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Events(rules) of KEYS:
    "events": Table, "", Range(""), Nothing(""), "The events that `generate` writes.", TABLE;
    "events.count": Count, "", within!(0 to 1e12), Count(100_000),
        "Number of events, exactly.",
        "a number of events, at most 1e12" => count: u64;
    "events.mode": Text, "", Choices(names::<Weighting>), Text("weighted"),
        "Whether events have weights, or are accepted and rejected until all weigh the same.",
        "\"weighted\" or \"unweighted\"" => mode: Weighting;
    "events.max_overweight_share": Number, "", Numbers("above 0, below 1", |share| share > 0.0 && share < 1.0), Number(1e-3),
        "Largest share of σ that may lie above the weight 1 in unweighted events, for the maxima are estimates; \
         beyond it is an alarm.",
        "a share of the cross section, above 0 and below 1" => max_overweight_share: f64;
    "events.max_weight": Number, "", within!(1 to 1e6), Number(1.0),
        "Partial unweighting: with `mode = \"unweighted\"`, events keep weights from 1 up to this one, and fewer \
         points are rejected; 1 unweights fully.",
        "the largest weight partly unweighted events may keep, 1 to 1e6" => max_weight: f64;
    "events.compression": Text, "", Choices(names::<Compression>), Text("none"),
        "Compression of the events in `run.h5`: `gzip` makes it 17 % smaller and needs some seconds a million events, on \
         one thread; `precision = \"single\"` makes it 44 % smaller and needs no time.",
        "\"none\" or \"gzip\"" => compression: Compression;
    "events.precision": Text, "", Choices(names::<Precision>), Text("double"),
        "Digits of the momenta in `run.h5`: `single` rounds each component to 32 bits, 6e-8 of itself at most, \
         and takes 80 instead of 144 bytes an event. Sums of momenta hold to 6e-8 of the largest; take masses from \
         the file and kinetic energies of what is slow from the momentum, not from the energy.",
        "\"double\" or \"single\"" => precision: Precision;
}
