//! Options that every command takes.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use millibrem::card::{CardError, CardText, Override, RunCard};
use millibrem::process::Method;
use millibrem::run;
use millibrem::study::CardSource;
use millibrem::text::shorten;

use millibrem::generate::{Isa, set_instruction_set};

use super::failure::Failure;
use super::print;

/// The common options.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Replace a key of the card; the value is TOML, or a bare word taken as text; repeatable
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", global = true)]
    set: Vec<String>,
    /// Seed of the random streams, in place of run.seed
    #[arg(long, value_name = "N", global = true)]
    seed: Option<String>,
    /// Number of threads, in place of run.threads; 0 means all cores, the result is always the same
    #[arg(long, value_name = "N", global = true)]
    threads: Option<String>,
    /// Instruction set of the inner loops [default: best, the widest this processor has]; the result is always the same
    #[arg(long, value_name = "NAME", global = true)]
    instruction_set: Option<String>,
    /// Folder for what the command writes [default: output/<run name>]
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) out: Option<PathBuf>,
    /// Replace files of an earlier run
    #[arg(long, global = true)]
    pub(crate) force: bool,
    /// Print no progress and no summary, only results and errors
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
    /// Print the result as one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// The option of commands that follow what the beam loses.
#[derive(Debug, Args)]
pub(crate) struct Tracks {
    /// Track lengths of the shower from a file, as `shower` writes them (`losses = "shower"`)
    #[arg(long, value_name = "FILE")]
    track_length: Option<PathBuf>,
}

impl Tracks {
    /// The keys of the card that it stands for; the file is one of the folder where the program runs.
    pub(crate) fn overrides(&self) -> Vec<Override> {
        let Some(file) = &self.track_length else {
            return Vec::new();
        };
        let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
        let file = file.to_string_lossy();
        let set = |key, value: &str| Override::by_option("--track-length", key, value);
        vec![
            // Where another option says what is lost, the card judges whether the table is of use.
            Override::beside_option("--track-length", "target.losses", "shower"),
            set("target.track_length.file", &file),
        ]
    }
}

/// The names of `methods` for `--method`, a line on each in the help.
pub(crate) fn methods(methods: &'static [Method]) -> PossibleValuesParser {
    let value = |m: &Method| PossibleValue::new(m.name()).help(m.about());
    PossibleValuesParser::new(methods.iter().map(value))
}

impl Common {
    /// Reads the card `path` with the options in place of its own values.
    pub(crate) fn load(&self, path: &Path) -> Result<RunCard, CardError> {
        self.load_with(path, &[])
    }

    /// Reads the card `path` with the options, and those of a command after them.
    pub(crate) fn load_with(&self, path: &Path, more: &[Override]) -> Result<RunCard, CardError> {
        self.card_of(&millibrem_files::card::read(path)?, more)
    }

    /// The card `path` with the options, and those of a command after them, to be varied.
    pub(crate) fn source(&self, path: &Path, more: &[Override]) -> Result<CardSource, CardError> {
        let text = millibrem_files::card::read(path)?;
        let mut overrides = self.overrides()?;
        overrides.extend_from_slice(more);
        Ok(CardSource::new(text, overrides))
    }

    /// Says where a thick target is treated as thin, and what else is not as it may seem.
    pub(crate) fn say_losses(&self, card: &RunCard) {
        if !self.quiet {
            let notes = run::target_notes(card);
            notes
                .iter()
                .for_each(|note| print::note(&format!("note: {note}")));
        }
    }

    /// Says which of the options `names`, that the command has no use for, were given all the same.
    pub(crate) fn say_ignored(&self, names: &[&str]) {
        let given = |name: &&str| match *name {
            "--set" => !self.set.is_empty(),
            "--seed" => self.seed.is_some(),
            _ => self.out.is_some(),
        };
        let given: Vec<&str> = names.iter().copied().filter(given).collect();
        if !self.quiet && !given.is_empty() {
            let given = given.join(" and ");
            print::note(&format!("note: {given}: of no use here, ignored"));
        }
    }

    /// A card that was read, with the options, and those of a command after them.
    pub(crate) fn card_of(&self, text: &CardText, more: &[Override]) -> Result<RunCard, CardError> {
        let mut overrides = self.overrides()?;
        overrides.extend_from_slice(more);
        text.with(&overrides)
    }

    /// Reads the card `text` of a run file with the options, and those of a command after them.
    pub(crate) fn load_stored(
        &self,
        name: &str,
        text: &str,
        more: &[Override],
    ) -> Result<RunCard, CardError> {
        let mut overrides = self.overrides()?;
        overrides.extend_from_slice(more);
        RunCard::parse(name, "run", text, &overrides)
    }

    /// What `--set` says, as it is written.
    pub(crate) fn settings(&self) -> &[String] {
        &self.set
    }

    /// Takes the instruction set that is asked for.
    pub(crate) fn set_instruction_set(&self) -> Result<(), Failure> {
        let Some(text) = &self.instruction_set else {
            return Ok(());
        };
        let found = Isa::ALL.into_iter().find(|isa| isa.name() == text);
        let set = found.is_some_and(|isa| set_instruction_set(isa).is_ok());
        let there = Isa::ALL.into_iter().filter(|isa| isa.available());
        let names: Vec<&str> = there.map(Isa::name).collect();
        set.then_some(()).ok_or_else(|| Failure::Option {
            option: "--instruction-set",
            found: shorten(text),
            expected: format!("one of those of this processor: {}", names.join(", ")),
        })
    }

    /// The number of threads, for commands without a card.
    pub(crate) fn thread_count(&self) -> Result<usize, Failure> {
        let Some(text) = &self.threads else {
            return Ok(0);
        };
        let threads = text.parse().ok().filter(|n| *n <= 4096);
        threads.ok_or_else(|| Failure::Option {
            option: "--threads",
            found: shorten(text),
            expected: "a number of threads, 0 (all cores) to 4096".to_owned(),
        })
    }

    fn overrides(&self) -> Result<Vec<Override>, CardError> {
        let mut all = self
            .set
            .iter()
            .map(|one| Override::of_option("--set", one))
            .collect::<Result<Vec<_>, _>>()?;
        all.extend(
            self.seed
                .iter()
                .map(|n| Override::by_option("--seed", "run.seed", n)),
        );
        all.extend(
            self.threads
                .iter()
                .map(|n| Override::by_option("--threads", "run.threads", n)),
        );
        Ok(all)
    }
}
