//! The points of a block: from a chunk's cursor and the block's random stream to coordinates.
//!
//! Four arrangements. `Cubes` visits the hypercubes in order, each with its points
//! (VEGAS+). `Random` draws the cell of each point independently, so that any part of the sample is
//! representative, and so does `Boxes`, whose boxes are not of one size and have a map of their own. `Lattices` are rank-1 lattices with random shifts and the baker's transformation
//! ([`crate::lattice`]). A *run* is a stretch of points of one stratum inside one block.
//! Pinned by `tests/reproducibility.rs` and `tests/random.rs`.

use crate::cells::Picker;
use crate::integrand::{BLOCK, Points};
use crate::kernel::{Column, MapColumn, Place, ROUND, Uniforms};
use crate::lattice::Lattices;
use crate::map::Map;
use crate::partition::Partition;
use crate::rng::{Phase, Stream};
use crate::stratify::{Allocation, Strata, chunk_points};
use pulp::{Arch, Simd, WithSimd};

/// How the points of an iteration are laid out.
#[derive(Clone, Debug)]
pub(crate) enum Arrangement {
    Cubes(Allocation),
    Random(Picker),
    Boxes(Picker, Partition),
    Lattices(Lattices),
}

/// All that determines the points of an iteration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sampler<'a> {
    pub(crate) map: &'a Map,
    pub(crate) strata: &'a Strata,
    pub(crate) arrangement: &'a Arrangement,
    pub(crate) arch: Arch,
    pub(crate) seed: u64,
    pub(crate) phase: Phase,
    pub(crate) neval: u64,
}

/// A stretch of points of one stratum in a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) end: usize,
    pub(crate) cube: u32,
    /// Points of the whole stratum (piece of a cube).
    pub(crate) points: u32,
    /// Points of the cube.
    pub(crate) cube_points: u32,
    /// Whether the cube began before this piece.
    pub(crate) continued: bool,
    /// Whether the stratum ends with this run.
    pub(crate) closes: bool,
}

/// Where a worker is inside its chunk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cursor {
    point: u64,
    end: u64,
    cube: u32,
    offset: u32,
    /// Points of the current piece that are still to come.
    left: u32,
    piece: u32,
    piece_points: u32,
    continued: bool,
}

/// The buffers of one block.
#[derive(Debug)]
pub(crate) struct Buffers {
    pub(crate) x: Vec<f64>,
    pub(crate) index: Vec<Column<u32>>,
    pub(crate) jacobian: Column<f64>,
    pub(crate) factor: Column<f64>,
    pub(crate) value: Column<f64>,
    pub(crate) weight: Column<f64>,
    pub(crate) accept: Column<f64>,
    pub(crate) event: Column<f64>,
    pub(crate) stratum: Column<u32>,
    pub(crate) inv_dof: Column<f64>,
    pub(crate) runs: Vec<Run>,
    pub(crate) len: usize,
    pub(crate) first: u64,
    raw: Column<u64>,
    cell: Column<u32>,
    /// Strata of the cells on each axis.
    digits: Vec<Column<f64>>,
    /// Lower ends and widths of the boxes on one axis.
    side: [Column<f64>; 2],
}

impl Buffers {
    pub(crate) fn new(dim: usize) -> Self {
        Self {
            x: vec![0.0; dim * BLOCK],
            index: vec![[0; BLOCK]; dim],
            jacobian: [0.0; BLOCK],
            factor: [0.0; BLOCK],
            value: [0.0; BLOCK],
            weight: [0.0; BLOCK],
            accept: [0.0; BLOCK],
            event: [0.0; BLOCK],
            stratum: [0; BLOCK],
            inv_dof: [0.0; BLOCK],
            runs: Vec::with_capacity(BLOCK),
            len: 0,
            first: 0,
            raw: [0; BLOCK],
            cell: [0; BLOCK],
            digits: vec![[0.0; BLOCK]; dim],
            side: [[0.0; BLOCK]; 2],
        }
    }

    /// The block's points.
    pub(crate) fn points(&self) -> Points<'_> {
        Points::new(&self.x, BLOCK, self.index.len(), self.len)
    }
}

impl Sampler<'_> {
    /// Number of chunks of an iteration.
    pub(crate) fn chunks(&self) -> usize {
        match self.arrangement {
            Arrangement::Cubes(a) => a.chunks.len() - 1,
            _ => self.neval.div_ceil(self.chunk_points()) as usize,
        }
    }

    /// Points of a chunk where there are no strata: two lattices, which make a variance.
    fn chunk_points(&self) -> u64 {
        match self.arrangement {
            Arrangement::Lattices(lattices) => 2 * lattices.points(),
            _ => chunk_points(self.neval),
        }
    }

    /// First point of chunk `c`, and of the next.
    pub(crate) fn range(&self, c: usize) -> (u64, u64) {
        match self.arrangement {
            Arrangement::Cubes(a) => (a.chunks[c].point, a.chunks[c + 1].point),
            _ => {
                let size = self.chunk_points();
                (c as u64 * size, ((c as u64 + 1) * size).min(self.neval))
            }
        }
    }

    /// The chunk that holds point `index`.
    pub(crate) fn chunk_of(&self, index: u64) -> usize {
        match self.arrangement {
            Arrangement::Cubes(a) => a.chunks.partition_point(|c| c.point <= index) - 1,
            _ => (index / self.chunk_points()) as usize,
        }
    }

    /// Puts the cursor at the beginning of chunk `c`.
    pub(crate) fn begin(&self, c: usize, cursor: &mut Cursor) {
        (cursor.point, cursor.end) = self.range(c);
        cursor.piece = 0;
        if let Arrangement::Cubes(a) = self.arrangement {
            let start = a.chunks[c];
            (cursor.cube, cursor.offset) = (start.cube, start.offset);
            cursor.open(a);
        } else {
            cursor.left = (cursor.end - cursor.point) as u32;
            cursor.piece_points = cursor.left;
        }
    }

    /// Makes the next block of the cursor's chunk; `false` at its end. `spare` fills the spare
    /// uniforms.
    pub(crate) fn next(
        &self,
        iteration: u32,
        cursor: &mut Cursor,
        b: &mut Buffers,
        spare: bool,
    ) -> bool {
        b.len = (cursor.end - cursor.point).min(BLOCK as u64) as usize;
        if b.len == 0 {
            return false;
        }
        b.first = cursor.point;
        self.arch.dispatch(Make {
            sampler: *self,
            iteration,
            cursor,
            b,
            spare,
        });
        true
    }

    /// Makes the points of a block whose extent is known.
    #[inline(always)]
    fn make<S: Simd>(
        &self,
        simd: S,
        iteration: u32,
        cursor: &mut Cursor,
        b: &mut Buffers,
        spare: bool,
    ) {
        let mut stream = Stream::new(self.seed, self.phase, iteration, b.first);
        match self.arrangement {
            Arrangement::Cubes(a) => {
                self.plan_cubes(a, cursor, b);
                self.find_digits(b);
            }
            Arrangement::Random(picker) | Arrangement::Boxes(picker, _) => {
                stream.fill(&mut b.raw);
                picker.pick_all(&b.raw, self.map.scale(), &mut b.cell, &mut b.factor);
                if let Arrangement::Random(_) = self.arrangement {
                    self.find_digits(b);
                }
                self.one_run(cursor, b);
            }
            Arrangement::Lattices(_) => {
                b.factor.fill(self.map.scale());
                self.one_run(cursor, b);
            }
        }
        b.jacobian.fill(1.0);
        let increments = self.map.increments() as f64;
        for (d, &strata) in self.strata.per_axis().iter().enumerate() {
            match self.arrangement {
                Arrangement::Lattices(lattices) => lattices.fill(d, b.first, &mut b.raw),
                _ => stream.fill(&mut b.raw),
            }
            let place = match self.arrangement {
                Arrangement::Boxes(_, boxes) => {
                    let [low, width] = &mut b.side;
                    boxes.column(&b.cell, d, low, width);
                    Place::Side { low, width }
                }
                Arrangement::Cubes(_) | Arrangement::Random(_) if strata > 1 => Place::Stratum {
                    digit: &b.digits[d],
                    scale: increments / f64::from(strata),
                },
                _ => Place::Stratum {
                    digit: &[0.0; BLOCK],
                    scale: increments,
                },
            };
            // UNWRAP: `x` has `dim` columns of BLOCK numbers.
            let x = &mut b.x[d * BLOCK..][..BLOCK];
            let x: &mut Column<f64> = x.try_into().expect("a full column");
            let column = MapColumn {
                raw: &b.raw,
                place,
                map: self.map,
                axis: d,
                x,
                index: &mut b.index[d],
                jacobian: &mut b.jacobian,
            };
            column.with_simd(simd);
        }
        if spare {
            stream.fill(&mut b.raw);
            let spares = Uniforms {
                raw: &b.raw,
                out: &mut b.accept,
            };
            spares.with_simd(simd);
        }
        cursor.point += b.len as u64;
    }

    /// Runs of a block of hypercubes: which points belong to which cube, and its strata.
    #[inline(always)]
    fn plan_cubes(&self, a: &Allocation, cursor: &mut Cursor, b: &mut Buffers) {
        let per_point = self.map.scale() * self.neval as f64 / a.counts.len() as f64;
        b.runs.clear();
        let mut at = 0;
        while at < b.len {
            let take = (cursor.left as usize).min(b.len - at);
            let end = at + take;
            let cube_points = a.counts[cursor.cube as usize];
            let factor = per_point / f64::from(cube_points);
            let inv_dof = 1.0 / (f64::from(cursor.piece_points) - 1.0);
            for i in at..end {
                b.cell[i] = cursor.cube;
                b.factor[i] = factor;
                b.stratum[i] = cursor.piece;
                b.inv_dof[i] = inv_dof;
            }
            cursor.left -= take as u32;
            let closes = cursor.left == 0;
            b.runs.push(Run {
                end,
                cube: cursor.cube,
                points: cursor.piece_points,
                cube_points,
                continued: cursor.continued,
                closes,
            });
            at = end;
            if closes && cursor.point + (at as u64) < cursor.end {
                cursor.cube += 1;
                cursor.offset = 0;
                cursor.piece += 1;
                cursor.open_at(a, at as u64);
            }
        }
    }

    /// Strata of the cells of a block on each axis.
    #[inline(always)]
    fn find_digits(&self, b: &mut Buffers) {
        let mut rest = b.cell.map(f64::from);
        for (digits, &m) in b.digits.iter_mut().zip(self.strata.per_axis()).rev() {
            if m == 1 {
                continue;
            }
            let m = f64::from(m);
            let inverse = 1.0 / m;
            for (digit, rest) in digits.iter_mut().zip(&mut rest) {
                // (rest + ½)/m is at least ½/m from an integer, far more than it is rounded by.
                let above = ((*rest + 0.5) * inverse - 0.5 + ROUND) - ROUND;
                *digit = *rest - above * m;
                *rest = above;
            }
        }
    }

    /// The whole chunk is one stratum.
    #[inline(always)]
    fn one_run(&self, cursor: &mut Cursor, b: &mut Buffers) {
        cursor.left -= b.len as u32;
        b.runs.clear();
        b.runs.push(Run {
            end: b.len,
            cube: 0,
            points: cursor.piece_points,
            cube_points: cursor.piece_points,
            continued: true,
            closes: cursor.left == 0,
        });
        b.stratum.fill(0);
        b.inv_dof
            .fill(1.0 / (f64::from(cursor.piece_points) - 1.0).max(1.0));
    }
}

/// Makes the points of a block: [`Sampler::make`] for an instruction set.
struct Make<'a, 'b> {
    sampler: Sampler<'a>,
    iteration: u32,
    cursor: &'b mut Cursor,
    b: &'b mut Buffers,
    spare: bool,
}

impl WithSimd for Make<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.sampler
            .make(simd, self.iteration, self.cursor, self.b, self.spare);
    }
}

impl Cursor {
    /// Starts the piece at the cursor's cube and offset.
    fn open(&mut self, a: &Allocation) {
        self.open_at(a, 0);
    }

    /// The same, `ahead` points further on.
    fn open_at(&mut self, a: &Allocation, ahead: u64) {
        let in_cube = a.counts[self.cube as usize] - self.offset;
        let in_chunk = self.end - self.point - ahead;
        self.left = u64::from(in_cube).min(in_chunk) as u32;
        self.piece_points = self.left;
        self.continued = self.offset > 0;
    }
}
