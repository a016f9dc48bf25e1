//! The command line: one file a command, each parses, resolves, makes one library call, prints.
//!
//! Data go to stdout, messages and progress to stderr. Exit codes: 0 fine; 1 the run failed or its
//! result is not trustworthy; 2 the card or the command line is wrong. Pinned by `cli/tests/cli_*.rs`.
#![forbid(unsafe_code)]
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod aligned;
pub mod batch;
mod compare;
mod completions;
mod export;
mod failure;
mod generate;
mod info;
mod interrupt;
mod json;
mod library;
mod merge;
mod options;
mod output;
#[cfg(feature = "mpi")]
mod parallel;
mod plot;
mod print;
mod program;
mod progress;
mod quote;
mod reach;
mod reweight;
mod scan;
mod shower;
mod sigma;
mod spectrum;
mod submit;
mod unsealed;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use export::Export;
use failure::Failure;
use merge::Merge;
use options::Common;
use plot::Plot;

/// Exact Monte Carlo events for l N → l N χ χ̄: millicharged pairs from a lepton beam on a nucleus.
#[derive(Debug, Parser)]
#[command(
    name = "millibrem",
    version,
    propagate_version = true,
    // The same everywhere, so that examples are never broken.
    term_width = 80
)]
#[command(after_help = "Example:\n  millibrem generate cards/na64mu-2025.toml")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Subcommand)]
enum Command {
    Generate(generate::Generate),
    Submit(submit::Submit),
    Sigma(sigma::Sigma),
    Spectrum(spectrum::Spectrum),
    Scan(scan::Scan),
    Compare(compare::Compare),
    Reach(reach::Reach),
    Shower(shower::Shower),
    Plot(Plot),
    Export(Export),
    Library(library::Library),
    Info(info::Info),
    Merge(Merge),
    Reweight(reweight::Reweight),
    Completions(completions::Completions),
    #[command(hide = true)]
    ManPages(completions::ManPages),
    #[command(hide = true)]
    ReadAll(unsealed::ReadAll),
}

impl Command {
    /// Whether there may be something to tidy up when a signal ends it; a thread that waits for one takes as long to
    /// start as a line of text to print.
    fn makes_files(&self) -> bool {
        !matches!(self, Self::Sigma(_) | Self::Completions(_))
    }

    /// The common options that would change what is made, or where it goes, but do nothing here.
    fn ignores(&self) -> &'static [&'static str] {
        match self {
            Self::Sigma(_) | Self::Shower(_) => &["--out"],
            Self::Info(info) if info.reads_a_card() => &["--out"],
            Self::Plot(Plot { output: None, .. })
            | Self::Export(Export { output: None, .. })
            | Self::Merge(Merge { output: None, .. }) => &["--set", "--seed"],
            Self::Reweight(_) => &["--seed", "--out"],
            Self::Plot(_)
            | Self::Export(_)
            | Self::Merge(_)
            | Self::Info(_)
            | Self::Completions(_) => &["--set", "--seed", "--out"],
            _ => &[],
        }
    }
}

/// Runs the program on the arguments it was started with.
pub fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let _ = arguments.next();
    ExitCode::from(answer(arguments.collect(), Command::makes_files))
}

/// Runs the program on `arguments` in a process that is another one, such as an interpreter, and that
/// `program` has started; returns the exit code.
pub fn run(program: PathBuf, arguments: Vec<OsString>) -> u8 {
    program::is_started_by(program);
    // The other one may catch signals in its own way, until it is its turn again.
    answer(arguments, |_| true)
}

/// Does what `arguments` say; signals are listened to where the command `is_to_listen`.
fn answer(arguments: Vec<OsString>, is_to_listen: fn(&Command) -> bool) -> u8 {
    interrupt::endure();
    // Work outside a pool of its own is done on this thread; no other is started unasked.
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1);
    let _ = alone.use_current_thread().build_global();
    let cli = match parse(&arguments) {
        Ok(cli) => cli,
        Err(words) => return show(&words, &arguments),
    };
    if is_to_listen(&cli.command) {
        interrupt::listen();
    }
    let outcome = cli.common.set_instruction_set();
    let outcome = outcome.and_then(|()| match &cli.command {
        Command::Generate(command) => generated(command, &cli.common),
        Command::Submit(command) => command.run(&cli.common),
        Command::Sigma(command) => command.run(&cli.common),
        Command::Spectrum(command) => command.run(&cli.common),
        Command::Scan(command) => command.run(&cli.common),
        Command::Compare(command) => command.run(&cli.common),
        Command::Reach(command) => command.run(&cli.common),
        Command::Shower(command) => command.run(&cli.common),
        Command::Plot(command) => command.run(&cli.common),
        Command::Export(command) => command.run(&cli.common),
        Command::Library(command) => command.run(&cli.common),
        Command::Info(command) => command.run(&cli.common),
        Command::Merge(command) => command.run(&cli.common),
        Command::Reweight(command) => command.run(&cli.common),
        Command::Completions(command) => command.run(Cli::command()),
        Command::ManPages(command) => command.run(Cli::command()),
        Command::ReadAll(command) => command.run(),
    });
    match outcome {
        Ok(()) => {
            cli.common.say_ignored(cli.command.ignores());
            0
        }
        // A reader of a long stream that goes away has seen enough.
        Err(Failure::Stdout(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => 0,
        Err(failure) => {
            print::failure(&failure, cli.common.json);
            failure.exit_code()
        }
    }
}

/// `generate`, in as many processes as `mpirun` started.
fn generated(command: &generate::Generate, common: &Common) -> Result<(), Failure> {
    #[cfg(feature = "mpi")]
    if let Some(ranks) = parallel::Ranks::join() {
        return command.run_in_ranks(common, &ranks);
    }
    command.run(common)
}

/// The command line. A negative number behind an option is its value, so that what is wrong with it
/// is said of the option.
fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    if let Some(cli) = parse_sigma(arguments) {
        return Ok(cli);
    }
    let command = Cli::command().mut_args(negative);
    let mut command = command.mut_subcommands(|one| one.mut_args(negative));
    let name = OsString::from(command.get_name());
    let matches = command.try_get_matches_from_mut([&name].into_iter().chain(arguments));
    let cli = matches.and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches));
    cli.map_err(|mut error| {
        // What is hidden is no advice.
        let kind = ContextKind::ValidSubcommand;
        if let Some(ContextValue::Strings(names)) = error.get(kind).cloned() {
            let shown = |name: &String| {
                let mut all = command.get_subcommands();
                !all.any(|one| one.get_name() == name && one.is_hide_set())
            };
            let names = names.into_iter().filter(shown).collect();
            error.insert(kind, ContextValue::Strings(names));
        }
        error.format(&mut command)
    })
}

/// A negative number behind an option is its value.
fn negative(arg: clap::Arg) -> clap::Arg {
    match arg.get_action().takes_values() && !arg.is_positional() {
        true => arg.allow_negative_numbers(true),
        false => arg,
    }
}

/// The command line where it is one of `sigma` without fault: all other commands, which are not made ready then, would
/// take a good part of its time.
fn parse_sigma(arguments: &[OsString]) -> Option<Cli> {
    let name = arguments.first().filter(|name| *name == "sigma")?;
    let alone = clap::Command::new("sigma");
    let alone = Common::augment_args(sigma::Sigma::augment_args(alone));
    let alone = alone.mut_args(negative);
    let matches = alone.try_get_matches_from([name].into_iter().chain(&arguments[1..]));
    let mut matches = matches.ok()?;
    Some(Cli {
        command: Command::Sigma(sigma::Sigma::from_arg_matches_mut(&mut matches).ok()?),
        common: Common::from_arg_matches_mut(&mut matches).ok()?,
    })
}

/// Prints help, version or a usage error of clap, which exit with 0 or 2.
fn show(words: &clap::Error, arguments: &[OsString]) -> u8 {
    // Behind `--` stand names of files.
    let mut options = arguments.iter().take_while(|&argument| argument != "--");
    let in_json = options
        .any(|option| option == "--json" || option.as_encoded_bytes().starts_with(b"--json="));
    if words.use_stderr() && in_json {
        // Nobody is left to tell that stdout is closed.
        let _ = print::fault(&json::Fault::of_usage(words), &[]);
    }
    match words.print() {
        Err(error) if !words.use_stderr() && error.kind() != std::io::ErrorKind::BrokenPipe => {
            let failure = Failure::Stdout(error);
            print::failure(&failure, false);
            failure.exit_code()
        }
        _ => u8::try_from(words.exit_code()).unwrap_or(2),
    }
}
