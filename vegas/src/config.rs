//! Settings: of the adaptation ([`Config`]), and of one measurement ([`Plan`]).

use crate::error::Error;
use crate::lattice::POINTS;
use crate::map::MAX_INCREMENTS;
use serde::{Deserialize, Serialize};

/// How the map and the strata are adapted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Seed of all random streams.
    pub seed: u64,
    /// Adapting iterations.
    pub n_adapt: u32,
    /// Points an adapting iteration; also decides the number of hypercubes.
    pub neval: u64,
    /// Damping of the map: 0 freezes it, 1 is fast and unstable.
    pub alpha: f64,
    /// Damping of the strata: 0 gives every cube the same, 1 follows the measured widths.
    pub beta: f64,
    /// Part of what earlier iterations knew of the widths that is kept: 0 forgets all.
    pub memory: f64,
    /// Part of the points that follows the widths; the rest is spread evenly over the cubes.
    pub adaptive: f64,
    /// Most increments an axis, at most [`MAX_INCREMENTS`]; there are fewer where `neval` gives each
    /// less than a hundred points.
    pub increments: usize,
    /// Most hypercubes: bounds the memory, at 32 bytes each.
    pub max_cubes: u64,
    /// Part of additional points, uniform in x-space, that look for missed peaks.
    pub defensive: f64,
    /// Most evaluations on top of those of the iterations asked for: around heavy points, and in further iterations while
    /// the last still had one. By default as many as those.
    pub spare: Option<u64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 1,
            n_adapt: 10,
            neval: 100_000,
            alpha: 0.5,
            beta: 0.6,
            memory: 0.5,
            adaptive: 0.75,
            increments: 1000,
            max_cubes: 1 << 24,
            defensive: 0.05,
            spare: None,
        }
    }
}

impl Config {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let unit = |name, v: f64, top: f64| {
            if (0.0..=top).contains(&v) {
                Ok(())
            } else {
                Err(Error::setting(name, v, format!("between 0 and {top}")))
            }
        };
        unit("alpha", self.alpha, 2.0)?;
        unit("beta", self.beta, 1.0)?;
        unit("memory", self.memory, 0.99)?;
        unit("adaptive", self.adaptive, 0.99)?;
        unit("defensive", self.defensive, 0.5)?;
        if !(2..=MAX_INCREMENTS).contains(&self.increments) {
            let must = format!("between 2 and {MAX_INCREMENTS}");
            return Err(Error::setting("increments", self.increments, must));
        }
        if self.neval < 16 {
            return Err(Error::setting("neval", self.neval, "at least 16"));
        }
        if !(1..=u64::from(u32::MAX)).contains(&self.max_cubes) {
            return Err(Error::setting(
                "max_cubes",
                self.max_cubes,
                "between 1 and 2³² − 1",
            ));
        }
        Ok(())
    }
}

/// How the points of a measurement are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Cube after cube, each with its share: the smallest error. A part of an iteration is not
    /// representative.
    #[default]
    Stratified,
    /// Every point draws its cube by itself, with the probability that the share gives: points in
    /// any stretch of the sample are independent and representative. The error is larger.
    Independent,
    /// As [`Layout::Independent`], but all cubes are equally likely: weights are as equal as the
    /// map alone makes them, which suits samples of weighted points.
    Even,
    /// Sixteen randomly shifted lattices on the map, without strata; `neval`, all their points, must be
    /// a power of two. The error comes from the spread of lattices: with few iterations it is uncertain
    /// by a quarter over the root of their number.
    Lattice,
}

/// One part of a measurement that is done in several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// Which part, from 0.
    pub index: u32,
    /// Number of parts.
    pub of: u32,
}

/// What to measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Points an iteration.
    pub neval: u64,
    /// Most iterations.
    pub iterations: u32,
    /// Fewest iterations, before which the stop rule is not asked.
    pub min_iterations: u32,
    /// Stop at the end of an iteration once the relative error is this small.
    pub rel_error: Option<f64>,
    /// Arrangement of the points.
    pub layout: Layout,
    /// Only this part of the chunks of all iterations in a row; excludes the stop rules.
    pub shard: Option<Slice>,
    /// Whether observers get a spare uniform number a point.
    pub spare_uniform: bool,
    /// Part of additional points, uniform in x-space, that look for missed peaks.
    pub defensive: f64,
}

impl Plan {
    /// `iterations` iterations of `neval` stratified points.
    pub fn new(neval: u64, iterations: u32) -> Self {
        Self {
            neval,
            iterations,
            min_iterations: 2,
            rel_error: None,
            layout: Layout::Stratified,
            shard: None,
            spare_uniform: false,
            defensive: 0.02,
        }
    }

    /// The same, with a stop rule on the relative error.
    pub fn until(mut self, rel_error: f64) -> Self {
        self.rel_error = Some(rel_error);
        self
    }

    /// The same, for part `index` of `of`.
    pub fn shard(mut self, index: u32, of: u32) -> Self {
        self.shard = Some(Slice { index, of });
        self
    }

    /// The same with another layout.
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// The same with a spare uniform number a point.
    pub fn with_spare_uniform(mut self) -> Self {
        self.spare_uniform = true;
        self
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        if self.neval < 16 {
            return Err(Error::setting("neval", self.neval, "at least 16"));
        }
        if self.iterations == 0 {
            return Err(Error::setting("iterations", 0, "at least 1"));
        }
        if !(0.0..=0.5).contains(&self.defensive) {
            return Err(Error::setting(
                "defensive",
                self.defensive,
                "between 0 and 0.5",
            ));
        }
        if let Some(r) = self.rel_error
            && !(r > 0.0 && r < 1.0)
        {
            return Err(Error::setting("rel_error", r, "between 0 and 1"));
        }
        if let Some(s) = self.shard {
            if s.index >= s.of {
                return Err(Error::setting("shard", s.index, format!("below {}", s.of)));
            }
            if self.rel_error.is_some() {
                let must = "absent in a sharded run: a part cannot know the whole's error";
                return Err(Error::setting("rel_error", "set", must));
            }
        }
        let fits = self.neval.is_power_of_two() && POINTS.contains(&self.neval);
        if self.layout == Layout::Lattice && !fits {
            let (least, most) = (POINTS.start(), POINTS.end());
            let must = format!("a power of two from {least} to {most} for lattices");
            return Err(Error::setting("neval", self.neval, must));
        }
        Ok(())
    }
}
