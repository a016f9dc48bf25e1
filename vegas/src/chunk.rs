//! What a worker does with one chunk of points, the buffers it does it in, and what it leaves.
//!
//! Pinned through the whole engine by `tests/reproducibility.rs` and `tests/pulls.rs`.

use crate::batch::Batch;
use crate::integrand::{BLOCK, Block, Integrand, Observer, Points};
use crate::kernel::{Column, Train, Weigh, Weighed};
use crate::lattice::Lattices;
use crate::map::MAX_INCREMENTS;
use crate::probe::Probe;
use crate::rng::{Stream, uniform};
use crate::sampler::{Arrangement, Buffers, Cursor, Sampler};
use crate::tally::{ChunkSums, EVENT, EVENT_SQUARE, EXCESS, MAGNITUDE, SQUARE, VARIANCE, WEIGHT};
use std::sync::atomic::{AtomicU64, Ordering};

/// What a chunk of points leaves for the calling thread.
pub(crate) struct Slot<O> {
    pub(crate) observer: O,
    pub(crate) sums: ChunkSums,
    /// Training data of the map, axis after axis; empty when nothing is trained.
    pub(crate) training: Vec<[Trained; MAX_INCREMENTS]>,
    /// Spread of cubes that began in an earlier chunk: at most one at each end.
    pub(crate) partial: Vec<(u32, f64)>,
}

impl<O> Slot<O> {
    /// For `dim` axes to be trained, which may be none.
    pub(crate) fn new(observer: O, dim: usize) -> Self {
        Self {
            observer,
            sums: ChunkSums::default(),
            training: vec![[[0.0; 2]; MAX_INCREMENTS]; dim],
            partial: Vec::with_capacity(2),
        }
    }

    /// Forgets the chunk before; whoever took it in has emptied the observer.
    fn clear(&mut self) {
        self.sums = ChunkSums::default();
        self.partial.clear();
        for axis in &mut self.training {
            axis.fill([0.0; 2]);
        }
    }
}

/// The buffers in which a worker makes one chunk after the other.
pub(crate) struct Desk<R> {
    buffers: Buffers,
    record: R,
    cursor: Cursor,
    batch: Batch,
    y: Vec<f64>,
    x: Vec<f64>,
}

impl<R> Desk<R> {
    pub(crate) fn new<I: Integrand<Record = R>>(integrand: &I) -> Self {
        let dim = integrand.dim();
        Self {
            buffers: Buffers::new(dim),
            record: integrand.record(),
            cursor: Cursor::default(),
            batch: Batch::default(),
            y: vec![0.0; dim],
            x: vec![0.0; dim],
        }
    }
}

/// What to do with the points of an iteration besides summing them.
#[derive(Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) iteration: u32,
    /// Where to leave each cube's squared width when training.
    pub(crate) widths: Option<&'a [AtomicU64]>,
    pub(crate) spare: bool,
    /// Accept points with the probability `|w| / threshold`.
    pub(crate) threshold: Option<f64>,
    /// Accept no more than this many.
    pub(crate) accept_at_most: u64,
    /// Uniform points of the iteration.
    pub(crate) probes: u64,
}

/// What an increment has seen: `∫ (J f)² dy` over it, and `∫ dy`, both estimated from the same points.
pub(crate) type Trained = [f64; 2];

/// Sums of one stratum or lattice, which may go through several blocks.
#[derive(Clone, Copy, Default)]
struct Piece {
    sum: f64,
    square: f64,
    /// The sum of the first lattice of two.
    first: Option<f64>,
}

/// Evaluates the points of chunk `c` into the slot.
pub(crate) fn run<I: Integrand, O: Observer<I::Record>>(
    integrand: &I,
    sampler: &Sampler<'_>,
    task: Task<'_>,
    c: usize,
    desk: &mut Desk<I::Record>,
    slot: &mut Slot<O>,
) {
    slot.clear();
    let mut piece = Piece::default();
    let spare = task.spare || task.threshold.is_some();
    if I::BY_CHUNKS {
        desk.batch.begin(sampler.map.dim());
        sampler.begin(c, &mut desk.cursor);
        while sampler.next(task.iteration, &mut desk.cursor, &mut desk.buffers, spare) {
            desk.batch.gather(&desk.buffers.points());
        }
        desk.batch.evaluate(integrand, &mut desk.record);
    }
    sampler.begin(c, &mut desk.cursor);
    while sampler.next(task.iteration, &mut desk.cursor, &mut desk.buffers, spare) {
        let b = &mut desk.buffers;
        let points = Points::new(&b.x, BLOCK, sampler.map.dim(), b.len);
        match I::BY_CHUNKS {
            true => desk.batch.give(&mut b.value[..b.len]),
            false => integrand.evaluate(&points, &mut b.value[..b.len], &mut desk.record),
        }
        weigh(sampler, b, &mut slot.sums);
        match sampler.arrangement {
            Arrangement::Lattices(of) => differ(of, b, &mut piece, &mut slot.sums),
            _ => spread(
                sampler,
                b,
                &mut piece,
                &mut slot.sums,
                task.widths,
                &mut slot.partial,
            ),
        }
        if task.widths.is_some() {
            train(sampler, task.probes as f64, b, &mut slot.training);
        }
        if let Some(threshold) = task.threshold {
            unweight(b, threshold, task.accept_at_most, &mut slot.sums);
        }
        if O::LOOKS {
            let b = &desk.buffers;
            slot.observer.observe(&Block {
                iteration: task.iteration,
                first_index: b.first,
                points: b.points(),
                weight: &b.weight[..b.len],
                accept: if spare { &b.accept[..b.len] } else { &[] },
                event_weight: if task.threshold.is_some() {
                    &b.event[..b.len]
                } else {
                    &[]
                },
                stratum: &b.stratum[..b.len],
                stratum_inv_dof: &b.inv_dof[..b.len],
                record: &desk.record,
                arch: sampler.arch,
            });
        }
    }
}

/// Values to weights; counts them, and sets those that are not finite to zero.
fn weigh(sampler: &Sampler<'_>, b: &mut Buffers, sums: &mut ChunkSums) {
    let kernel = |value: &Column<f64>, jacobian: &_, factor: &_, weight: &mut _, len| {
        sampler.arch.dispatch(Weigh {
            len,
            value,
            jacobian,
            factor,
            weight,
        })
    };
    let mut w = kernel(&b.value, &b.jacobian, &b.factor, &mut b.weight, b.len);
    if w.bad {
        w = discard(sampler, b, sums, kernel);
    }
    let n = b.len as u64;
    sums.counters.points += n;
    sums.counters.zero += w.zero;
    sums.counters.negative += w.negative;
    sums.sums[MAGNITUDE] += w.magnitude;
    sums.sums[SQUARE] += w.square;
    if w.largest > sums.largest {
        sums.largest = w.largest;
        let at = b.weight[..b.len].iter().position(|v| v.abs() == w.largest);
        sums.largest_index = b.first + at.unwrap_or(0) as u64;
    }
}

/// The slow path of a block with weights that are not finite.
#[cold]
fn discard(
    _: &Sampler<'_>,
    b: &mut Buffers,
    sums: &mut ChunkSums,
    kernel: impl Fn(&Column<f64>, &Column<f64>, &Column<f64>, &mut Column<f64>, usize) -> Weighed,
) -> Weighed {
    for i in 0..b.len {
        if !b.weight[i].is_finite() {
            if b.value[i].is_nan() {
                sums.counters.nan += 1;
            } else {
                sums.counters.infinite += 1;
            }
            sums.first_bad.get_or_insert(b.first + i as u64);
            b.value[i] = 0.0;
        }
    }
    kernel(&b.value, &b.jacobian, &b.factor, &mut b.weight, b.len)
}

/// Sums and variances by stratum, and the widths of cubes.
fn spread(
    sampler: &Sampler<'_>,
    b: &Buffers,
    piece: &mut Piece,
    sums: &mut ChunkSums,
    widths: Option<&[AtomicU64]>,
    partial: &mut Vec<(u32, f64)>,
) {
    let mut start = 0;
    for run in &b.runs {
        let (mut sum, mut square) = (piece.sum, piece.square);
        for &w in &b.weight[start..run.end] {
            sum += w;
            square += w * w;
        }
        start = run.end;
        if !run.closes {
            (piece.sum, piece.square) = (sum, square);
            continue;
        }
        *piece = Piece::default();
        let n = f64::from(run.points);
        // A constant stratum may leave a rounding error below zero.
        let deviations = (square - sum * sum / n).max(0.0);
        let variance = if run.points > 1 {
            deviations / (n - 1.0)
        } else {
            0.0
        };
        sums.sums[WEIGHT] += sum;
        sums.sums[VARIANCE] += variance * n;
        if let Some(widths) = widths {
            // σ² of J f / K in the cube; pieces of a cube share in proportion to their points.
            let cube = f64::from(run.cube_points);
            let part = cube / sampler.neval as f64;
            // A width that rounding alone may have made would draw points at random.
            let seen = deviations > n * f64::EPSILON * square;
            let width2 = f64::from(seen) * variance * part * part * (n / cube);
            if run.continued {
                partial.push((run.cube, width2));
            } else {
                widths[run.cube as usize].store(width2.to_bits(), Ordering::Relaxed);
            }
        }
    }
}

/// The sum of lattices and its variance, by how two of them differ.
fn differ(lattices: &Lattices, b: &Buffers, piece: &mut Piece, sums: &mut ChunkSums) {
    piece.sum += b.weight[..b.len].iter().sum::<f64>();
    if !(b.first + b.len as u64).is_multiple_of(lattices.points()) {
        return;
    }
    let sum = std::mem::take(&mut piece.sum);
    sums.sums[WEIGHT] += sum;
    match piece.first.take() {
        None => piece.first = Some(sum),
        Some(first) => sums.sums[VARIANCE] += (first - sum) * (first - sum),
    }
}

/// Adds to the increments what each point says of `∫ (J f)² dy`, freed of the density of the
/// sample, to which stratified points (`N q`) and probes (`M J`) contribute together.
fn train(
    sampler: &Sampler<'_>,
    probes: f64,
    b: &Buffers,
    training: &mut [[Trained; MAX_INCREMENTS]],
) {
    let cubes = sampler.strata.cubes() as f64;
    let [mut points, mut d2, mut volume]: [Column<f64>; 3] = [[0.0; BLOCK]; 3];
    let mut start = 0;
    for run in &b.runs {
        points[start..run.end].fill(f64::from(run.cube_points) * cubes);
        start = run.end;
    }
    sampler.arch.dispatch(Train {
        weight: &b.weight,
        jacobian: &b.jacobian,
        points: &points,
        neval: sampler.neval as f64,
        uniform_share: probes * sampler.map.scale(),
        d2: &mut d2,
        volume: &mut volume,
    });
    for (axis, index) in training.iter_mut().zip(&b.index) {
        for ((&i, &d), &v) in index.iter().zip(&d2[..b.len]).zip(&volume) {
            let trained = &mut axis[i as usize % MAX_INCREMENTS];
            trained[0] += d;
            trained[1] += v;
        }
    }
}

/// Accepts points with probability `|w| / threshold`; an overweight one keeps what is above.
fn unweight(b: &mut Buffers, threshold: f64, at_most: u64, sums: &mut ChunkSums) {
    for i in 0..b.len {
        let ratio = b.weight[i].abs() / threshold;
        let wanted = sums.counters.accepted < at_most;
        sums.counters.offered += u64::from(wanted);
        let accepted = wanted && ratio > b.accept[i];
        if !accepted {
            b.event[i] = 0.0;
            continue;
        }
        let size = ratio.max(1.0);
        b.event[i] = size.copysign(b.weight[i]);
        sums.counters.accepted += 1;
        sums.counters.overweight += u64::from(ratio > 1.0);
        sums.sums[EVENT] += size;
        sums.sums[EVENT_SQUARE] += size * size;
        sums.sums[EXCESS] += size - 1.0;
    }
}

/// Evaluates `count` uniform probes, numbered from `first`, into the slot.
pub(crate) fn probe<I: Integrand, O>(
    integrand: &I,
    sampler: &Sampler<'_>,
    task: Task<'_>,
    (first, count): (u64, u64),
    desk: &mut Desk<I::Record>,
    slot: &mut Slot<O>,
) {
    slot.clear();
    let dim = sampler.map.dim();
    let mut raw = [0; BLOCK];
    let mut draw = |b: &mut Buffers, done: u64| {
        b.first = first + done;
        b.len = (count - done).min(BLOCK as u64) as usize;
        let mut stream = Stream::new(sampler.seed, sampler.phase, task.iteration, b.first);
        for d in 0..dim {
            stream.fill(&mut raw);
            for (x, &r) in b.x[d * BLOCK..][..BLOCK].iter_mut().zip(&raw) {
                *x = uniform(r);
            }
        }
    };
    if I::BY_CHUNKS {
        desk.batch.begin(dim);
        for done in (0..count).step_by(BLOCK) {
            draw(&mut desk.buffers, done);
            desk.batch.gather(&desk.buffers.points());
        }
        desk.batch.evaluate(integrand, &mut desk.record);
    }
    let mut done = 0;
    while done < count {
        let b = &mut desk.buffers;
        draw(b, done);
        let points = Points::new(&b.x, BLOCK, dim, b.len);
        match I::BY_CHUNKS {
            true => desk.batch.give(&mut b.value[..b.len]),
            false => integrand.evaluate(&points, &mut b.value[..b.len], &mut desk.record),
        }
        for i in 0..b.len {
            let f = b.value[i];
            slot.sums.counters.probes += 1;
            if f == 0.0 && task.widths.is_none() {
                continue;
            }
            if !f.is_finite() {
                slot.sums.counters.nan += u64::from(f.is_nan());
                slot.sums.counters.infinite += u64::from(f.is_infinite());
                slot.sums.first_bad_probe.get_or_insert(b.first + i as u64);
                continue;
            }
            for (d, x) in desk.x.iter_mut().enumerate() {
                *x = b.x[d * BLOCK + i];
            }
            let jacobian = sampler.map.inverse(&desk.x, &mut desk.y);
            let density = match sampler.arrangement {
                Arrangement::Cubes(a) => {
                    let n = a.counts[sampler.strata.cube_of(&desk.y)];
                    f64::from(n) * a.counts.len() as f64 / sampler.neval as f64
                }
                Arrangement::Random(picker) => picker.density(sampler.strata.cube_of(&desk.y)),
                Arrangement::Boxes(picker, boxes) => picker.density(boxes.box_of(&desk.y)),
                Arrangement::Lattices(_) => 1.0,
            };
            let weight = f * jacobian / density;
            if f != 0.0 {
                slot.sums.probes.add(Probe {
                    weight: weight.abs(),
                    value: f.abs(),
                    index: b.first + i as u64,
                });
            }
            if task.widths.is_some() {
                let jf = jacobian * f;
                let points = density * sampler.neval as f64 + task.probes as f64 * jacobian;
                for (axis, &y) in slot.training.iter_mut().zip(&desk.y) {
                    let at = (y * sampler.map.increments() as f64) as usize;
                    let trained = &mut axis[at.min(sampler.map.increments() - 1)];
                    trained[0] += jf * jf / points;
                    trained[1] += 1.0 / points;
                }
            }
        }
        done += b.len as u64;
    }
}

/// Coordinates of probe `index` of an iteration, made again.
pub(crate) fn probe_point(sampler: &Sampler<'_>, iteration: u32, index: u64) -> Vec<f64> {
    // Blocks of probes begin at multiples of BLOCK: so do chunks.
    let first = index - index % BLOCK as u64;
    let mut stream = Stream::new(sampler.seed, sampler.phase, iteration, first);
    let mut raw = [0; BLOCK];
    (0..sampler.map.dim())
        .map(|_| {
            stream.fill(&mut raw);
            uniform(raw[(index - first) as usize])
        })
        .collect()
}
