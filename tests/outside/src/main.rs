//! The program `millibrem` as it is, for run files of processes it has never heard of.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    millibrem_cli::main()
}
