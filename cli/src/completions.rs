//! `completions`: what a shell needs to complete commands and options; and, hidden, the man pages that
//! `make install` puts beside the program. Both are made from the command line itself.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;

use super::failure::Failure;
use super::print;

/// Print the completions of commands and options for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem completions bash > millibrem.bash
  millibrem completions zsh > _millibrem")]
pub(crate) struct Completions {
    /// Shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, mut program: Command) -> Result<(), Failure> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut program, "millibrem", &mut text);
        print::line(String::from_utf8_lossy(&text).trim_end())
    }
}

/// Writes a man page for the program and for each command
#[derive(Debug, Args)]
pub(crate) struct ManPages {
    /// Folder that is there
    folder: PathBuf,
}

impl ManPages {
    pub(crate) fn run(&self, program: Command) -> Result<(), Failure> {
        let written = clap_mangen::generate_to(program, &self.folder);
        written.map_err(|error| Failure::Usage(format!("{}: {error}", self.folder.display())))
    }
}
