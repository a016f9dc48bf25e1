//! The form of the JSON documents, the same in all commands (docs/json.md): how numbers and cards are
//! written, and what is said of a failure. Pinned by `tests/python/test_json.py`,
//! which runs every command.

use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use millibrem::card::{CardError, KeyError, Place};
use millibrem::record::Fact;
use millibrem::study::AxisError;
use millibrem::study::reach::ReachError;
pub(crate) use millibrem::table::json::{number, numbers};
use millibrem_figures::PlotError;
use millibrem_files::IoError;
use millibrem_files::job::JobError;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::failure::Failure;

/// A fact of a run.
pub(crate) fn fact(fact: &Fact) -> Value {
    match fact {
        Fact::Text(text) => json!(text),
        Fact::Integer(whole) => json!(whole),
        Fact::Real(x) => number(*x),
        Fact::Flag(truth) => json!(truth),
    }
}

/// A card in TOML as an object of sections with typed values.
pub(crate) fn card(toml: &str, seed: u64) -> Value {
    let table = toml.parse::<toml::Table>().unwrap_or_default();
    let mut card = of_toml(&toml::Value::Table(table));
    // In TOML the largest seeds are texts.
    card["run"]["seed"] = json!(seed);
    card
}

fn of_toml(value: &toml::Value) -> Value {
    match value {
        toml::Value::Float(x) => number(*x),
        toml::Value::Integer(whole) => json!(whole),
        toml::Value::Boolean(truth) => json!(truth),
        toml::Value::String(text) => json!(text),
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::Array(items) => items.iter().map(of_toml).collect(),
        toml::Value::Table(table) => {
            let pairs = table.iter().map(|(name, v)| (name.clone(), of_toml(v)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
    }
}

/// What is known of a failure; what is not known, or does not apply, is null.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Fault {
    kind: &'static str,
    /// Card key, or option.
    key: Option<String>,
    /// The file at fault.
    file: Option<String>,
    line: Option<usize>,
    /// The option at fault, as written.
    option: Option<String>,
    found: Option<String>,
    expected: Option<String>,
    nearest: Option<String>,
    message: String,
}

impl Fault {
    fn in_file(kind: &'static str, file: &Path) -> Self {
        Self {
            kind,
            file: Some(file.display().to_string()),
            ..Self::default()
        }
    }

    fn of_kind(kind: &'static str) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }

    /// What clap says of a wrong command line.
    pub(crate) fn of_usage(error: &clap::Error) -> Self {
        let text = |kinds: &[ContextKind]| {
            let value = kinds.iter().find_map(|kind| error.get(*kind))?;
            Some(match value {
                ContextValue::Strings(all) => all.join(", "),
                other => other.to_string(),
            })
        };
        let named = text(&[ContextKind::InvalidArg, ContextKind::InvalidSubcommand]);
        // The option without the name of its value: clap writes `--at <X>`, and `<--at <X>|…>` of a
        // choice.
        let named = named.filter(|_| error.kind() != ErrorKind::MissingSubcommand);
        let key = named.as_deref().map(|name| {
            let name = name.strip_prefix("<-").map_or(name, |_| &name[1..]);
            name.split(' ').next().unwrap_or_default().to_owned()
        });
        let found = text(&[ContextKind::InvalidValue, ContextKind::ActualNumValues]);
        let no_command = error.kind() == ErrorKind::MissingSubcommand;
        // An option without a value is one with an empty value to clap.
        let no_value = error.kind() == ErrorKind::InvalidValue && found.as_deref() == Some("");
        let missing = error.kind() == ErrorKind::MissingRequiredArgument || no_command || no_value;
        let allowed = text(&[ContextKind::ValidValue, ContextKind::ExpectedNumValues]);
        let allowed = allowed.filter(|all| !all.is_empty());
        let reason = std::error::Error::source(error).map(ToString::to_string);
        let reason = reason.map(|r| r.strip_prefix("expected ").unwrap_or(&r).to_owned());
        let message = error.render().to_string();
        let message = message.split("\n\n").next().unwrap_or_default();
        Self {
            kind: "usage",
            found: match missing {
                true => Some("nothing".to_owned()),
                false => found,
            },
            expected: match missing {
                true if no_command => text(&[ContextKind::ValidSubcommand]),
                true => allowed.or(named),
                false => allowed.or(reason),
            },
            nearest: text(&[
                ContextKind::SuggestedArg,
                ContextKind::SuggestedValue,
                ContextKind::SuggestedSubcommand,
            ]),
            option: key.clone(),
            key,
            message: message.trim_start_matches("error: ").trim_end().to_owned(),
            ..Self::default()
        }
    }
}

impl From<&Failure> for Fault {
    fn from(failure: &Failure) -> Self {
        let mut fault = match failure {
            Failure::Card(error) => of_card(error),
            Failure::Io(IoError::OtherTable {
                path,
                found,
                expected,
            }) => Self {
                found: Some(found.clone()),
                expected: Some(expected.clone()),
                ..Self::in_file("file", path)
            },
            Failure::Io(IoError::Table { path, line, .. }) => Self {
                line: Some(*line),
                ..Self::in_file("file", path)
            },
            Failure::Io(error) => Self::in_file("file", error.path()),
            Failure::Job(error) => of_job(error),
            Failure::Plot(PlotError::Format { path }) | Failure::Figure { path, .. } => {
                Self::in_file("file", path)
            }
            Failure::Option {
                option,
                found,
                expected,
            } => Self {
                key: Some((*option).to_owned()),
                option: Some(format!("{option} {found}")),
                found: Some(found.clone()),
                expected: Some(expected.clone()),
                ..Self::of_kind("usage")
            },
            Failure::Limit { path, problem } => Self {
                line: match problem {
                    ReachError::File { line, .. } => Some(*line).filter(|line| *line > 0),
                    _ => None,
                },
                ..Self::in_file("file", path)
            },
            Failure::Axis(AxisError::Axis {
                option,
                written,
                problem,
            }) => Self {
                key: Some((*option).to_owned()),
                option: Some(format!("{option} {written}")),
                found: Some(problem.clone()),
                expected: Some(match *option {
                    "--over" => "KEY=LO..HI:log|lin:N or KEY=A,B,C".to_owned(),
                    _ => "LO..HI:log|lin:N or A,B,C".to_owned(),
                }),
                ..Self::of_kind("usage")
            },
            Failure::Usage(_) | Failure::Axis(_) | Failure::Plot(_) | Failure::Reach(_) => {
                Self::of_kind("usage")
            }
            Failure::Submit(_) => Self::of_kind("submit"),
            Failure::Quadrature(_) => Self::of_kind("quadrature"),
            Failure::Generate(_) | Failure::Stdout(_) => Self::of_kind("run"),
            Failure::Rows { .. } => Self::of_kind("rows"),
            Failure::Interrupted { path, .. } => Self::in_file("stopped", path),
            Failure::Untrusted(_) => Self::of_kind("untrusted"),
        };
        fault.message = failure.to_string();
        fault
    }
}

fn of_card(error: &CardError) -> Fault {
    match error {
        CardError::Key(error) => of_key(error),
        CardError::Read { path, .. } => Fault::in_file("file", path),
        CardError::Seed(_) => Fault::of_kind("run"),
    }
}

fn of_key(error: &KeyError) -> Fault {
    let (line, option) = match &error.place {
        Place::Line { line, .. } => (Some(*line), None),
        Place::Option(option) => (None, Some(option.clone())),
        Place::Absent => (None, None),
    };
    Fault {
        kind: "card",
        key: Some(error.key.clone()).filter(|key| !key.is_empty()),
        file: Some(error.file.clone()).filter(|file| !file.is_empty()),
        line,
        option,
        found: Some(error.found.clone()),
        expected: Some(error.expected.clone()),
        nearest: error.nearest.clone(),
        message: String::new(),
    }
}

fn of_job(error: &JobError) -> Fault {
    match error {
        JobError::Card(error) => of_card(error),
        JobError::Io(error) => Fault::in_file("file", error.path()),
        JobError::Saved { source, .. } | JobError::Export { source, .. } => of_job(source),
        JobError::Stopped { state, .. } => Fault::in_file("stopped", state),
        JobError::OtherRun { output, .. }
        | JobError::OtherComplete { output, .. }
        | JobError::NotExtensible { output, .. }
        | JobError::Space { output, .. } => Fault::in_file("file", output),
        JobError::OtherShard { path, .. }
        | JobError::NotJoinable { path, .. }
        | JobError::NotTheExport { path, .. } => Fault::in_file("file", path),
        JobError::Generate(_) => Fault::of_kind("run"),
        JobError::Usage(_) | JobError::MissingShards { .. } => Fault::of_kind("usage"),
    }
}
