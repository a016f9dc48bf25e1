//! Compiles a C or C++ source of this package against the static library, once for each test that asks.

use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Language {
    C,
    Cpp,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sanitizer {
    None,
    /// With that for undefined behaviour.
    Address,
    Thread,
}

/// A file of this package.
pub(crate) fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The static library that cargo built for the tests: it lies beside them.
pub(crate) fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let library = test.with_file_name("libmillibrem_capi.a");
    assert!(library.exists(), "{} is not there", library.display());
    library
}

/// What a program printed.
pub(crate) fn output(command: &mut Command) -> String {
    let done = command.output().unwrap();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(
        done.status.success(),
        "{command:?}: {}\n{errors}",
        done.status
    );
    String::from_utf8(done.stdout).unwrap()
}

/// The program of a source, with all warnings as errors.
pub(crate) fn built(language: Language, name: &str, sanitizer: Sanitizer) -> PathBuf {
    built_with(language, name, sanitizer, &[])
}

/// The same with more arguments for the compiler.
pub(crate) fn built_with(
    language: Language,
    name: &str,
    sanitizer: Sanitizer,
    more: &[String],
) -> PathBuf {
    let (variable, compiler, standard) = match language {
        Language::C => ("CC", "cc", "-std=c99"),
        Language::Cpp => ("CXX", "c++", "-std=c++17"),
    };
    let compiler = std::env::var(variable).unwrap_or_else(|_| compiler.to_owned());
    let sanitize: &[&str] = match sanitizer {
        Sanitizer::None => &[],
        Sanitizer::Address => &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
        Sanitizer::Thread => &["-fsanitize=thread"],
    };
    let stem = Path::new(name).file_stem().unwrap().to_str().unwrap();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let program = folder.join(format!("{stem}-{sanitizer:?}"));
    let mut command = Command::new(compiler);
    command.args([standard, "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]);
    command.args(["-Wconversion", "-Wshadow"]).args(sanitize);
    command
        .arg("-I")
        .arg(source("include"))
        .args(more)
        .arg("-o")
        .arg(&program);
    command
        .arg(source(name))
        .arg(library())
        .args(["-lpthread", "-ldl", "-lm"]);
    output(&mut command);
    program
}
