//! The `millibrem` program.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    millibrem_cli::main()
}
