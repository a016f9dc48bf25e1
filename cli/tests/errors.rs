//! The text of every error a user can meet, kept in `snapshots/`.
//!
//! Each enum is listed variant by variant; the list is also an exhaustive `match`, so a variant
//! without a text here does not compile. Wrong cards have their own list in `card/errors.rs`, the
//! integrator's errors theirs in `vegas/src/error.rs`, the program's in `cli/src/failure.rs`.

use std::fmt::Display;
use std::io;
use std::path::PathBuf;

use millibrem::card::{CardError, KeyError, Override, Place};
use millibrem::checked::BadNumber;
use millibrem::generate::GenerateError;
use millibrem::histogram::{HistogramError, Observable};
use millibrem::kinematics::CollisionError;
use millibrem::matter::form_factor::FormFactorError;
use millibrem::process::QuadratureError;
use millibrem::process::SetupError;
use millibrem::record::Shard;
use millibrem::study::points::{AmplitudePoint, PointsError};
use millibrem::study::reach::ReachError;
use millibrem::study::reach::recast::LimitFile;
use millibrem::study::{AxisError, Grid, ScanAxis};
use millibrem_cli::batch::SubmitError;
use millibrem_figures::PlotError;
use millibrem_files::job::{Bytes, JobError};
use millibrem_files::{IoError, LockTrouble};

/// Texts of errors, one a variant; does not compile if a variant is missing.
macro_rules! texts {
    ($enum:ident { $($variant:ident => $example:expr,)+ }) => {{
        let name = |error: &$enum| match error {
            $($enum::$variant { .. } => stringify!($variant),)+
        };
        let mut texts = String::new();
        $(
            let error: $enum = $example;
            assert_eq!(name(&error), stringify!($variant));
            texts += &line(concat!(stringify!($enum), "::", stringify!($variant)), &error);
        )+
        texts
    }};
}

fn line(name: &str, error: &dyn Display) -> String {
    format!("{name}\n    {error}\n")
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(name)
}

fn denied() -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, "permission denied")
}

#[test]
fn every_error_of_the_card_has_a_text() {
    let key = KeyError {
        file: "my.toml".to_owned(),
        text: String::new(),
        place: Place::Absent,
        key: "beam.lepton".to_owned(),
        found: "\"mu\"".to_owned(),
        expected: "one of e-, e+, mu-, mu+".to_owned(),
        nearest: Some("mu-".to_owned()),
    };
    let line = Place::Line {
        line: 3,
        span: 0..1,
    };
    let option = Place::Option("--set beam.lepton=mu".to_owned());
    // A place that is missing here does not compile either.
    let places = [Place::Absent, line, option].map(|place| {
        let name = match &place {
            Place::Line { .. } => "Place::Line",
            Place::Option(_) => "Place::Option",
            Place::Absent => "Place::Absent",
        };
        let nearest = key.nearest.clone();
        let error = KeyError {
            place,
            nearest,
            ..key.clone()
        };
        format!("{name}\n    {error}\n")
    });
    let texts = texts!(CardError {
        Read => CardError::Read { path: path("my.toml"), source: denied() },
        Key => key.clone().into(),
        Seed => CardError::Seed("no entropy".to_owned()),
    });
    insta::assert_snapshot!(texts + &places.concat());
}

#[test]
fn every_error_of_kinematics_and_set_ups_has_a_text() {
    let collisions = texts!(CollisionError {
        NotPositive => CollisionError::NotPositive { name: "nuclear mass", value: f64::NAN },
        BelowMass => CollisionError::BelowMass { energy_gev: 0.1, lepton_mass_gev: 0.105_658 },
    });
    let setups = texts!(SetupError {
        OtherKind => SetupError::OtherKind { kind: "pair", produced: "dark-photon" },
        NoMediator => SetupError::NoMediator { kind: "pair" },
        HeavierThanMesons => SetupError::HeavierThanMesons { mass_gev: 4.0, largest_gev: 3.0969 },
        Collision => CollisionError::BelowMass { energy_gev: 0.1, lepton_mass_gev: 0.105_658 }.into(),
        FormFactor => FormFactorError {
            name: "mine".to_owned(),
            problem: "no parameters for H".to_owned(),
        }
        .into(),
        BelowThreshold => SetupError::BelowThreshold { mass_gev: 3.0, largest_gev: 2.5 },
        Number => BadNumber {
            name: "cuts.x_min",
            expected: "a number from 0 to 1",
            found: f64::NAN,
        }
        .into(),
        OutOfRange => SetupError::OutOfRange {
            name: "the beam's energy",
            value_gev: 1e11,
            must: "at most",
            limit_gev: 1e10,
        },
        NothingLeft => SetupError::NothingLeft {
            form_factor: "helm".to_owned(),
            mass_gev: 3.0,
            t_min_gev2: 12.5,
            share: 1e-120,
        },
        Projectile => SetupError::Projectile {
            kind: "annihilation",
            found: "mu-",
            expected: "e+",
        },
        TooLittle => SetupError::TooLittle {
            kind: "annihilation",
            energy_gev: 10.0,
            mass_gev: 0.1,
            least_gev: 39.1,
        },
        NoFurtherWeights => SetupError::NoFurtherWeights { kind: "flat".to_owned() },
        NoLepton => SetupError::NoLepton {
            kind: "annihilation",
            name: "lepton_pt_max_gev",
        },
        EmptyRange => SetupError::EmptyRange { x_min: 0.9, x_max: 1.0, lowest: 0.01, highest: 0.8 },
    });
    insta::assert_snapshot!(collisions + &setups);
}

#[test]
fn every_error_of_the_quadrature_has_a_text() {
    insta::assert_snapshot!(texts!(QuadratureError {
        NotOffered => QuadratureError::NotOffered { kind: "three-body".to_owned(), method: "ww", offered: vec!["quadrature"] },
        Cut => QuadratureError::Cut { name: "lepton_pt_max_gev" },
        RelError => QuadratureError::RelError { found: 1e-20 },
        NotConverged => QuadratureError::NotConverged { value_pb: 1.5, error_pb: 0.1, rel_error: 1e-6 },
        Edges => QuadratureError::Edges { found: vec![0.5, 0.5] },
        NotApplicable => QuadratureError::NotApplicable { method: "wwa", needs: "m_chi > m_lepton" },
        Stopped => QuadratureError::Stopped,
        NoPairSpectrum => QuadratureError::NoPairSpectrum,
    }));
}

#[test]
fn every_error_of_histograms_has_a_text() {
    let observable = || Observable::X;
    insta::assert_snapshot!(texts!(HistogramError {
        EmptyRange => HistogramError::EmptyRange { observable: observable(), min: 1.0, max: 0.0 },
        LogOfNonPositive => HistogramError::LogOfNonPositive { observable: observable(), min: 0.0 },
        BinCount => HistogramError::BinCount { observable: observable(), bins: 0, min: 0.0, max: 1.0 },
        AxisCount => HistogramError::AxisCount { name: "h".to_owned(), axes: 3 },
        TooManyBins => HistogramError::TooManyBins { name: "h".to_owned(), bins: 20_000_000 },
        Shape => HistogramError::Shape { name: "h".to_owned(), bins: 12, given: 10, what: "values" },
    }));
}

#[test]
fn every_error_of_generation_has_a_text() {
    insta::assert_snapshot!(texts!(GenerateError {
        Integrator => vegas::Error::Incomplete.into(),
        Sink => vegas::Error::Observer("the disk is gone".into()).into(),
        Histogram => HistogramError::AxisCount { name: "h".to_owned(), axes: 3 }.into(),
        TooFewEvents => GenerateError::TooFewEvents { found: 3, wanted: 100, points: 1_000_000 },
        NothingPasses => GenerateError::NothingPasses { points: 1_000_000 },
        NoSuchEvent => GenerateError::NoSuchEvent { index: 7 },
        NoSuchObservable => GenerateError::NoSuchObservable {
            observable: Observable::T_GEV2,
            roles: vec!["chi".into(), "chibar".into()],
        },
        Stopped => GenerateError::Stopped,
    }));
}

#[test]
fn every_error_of_storage_has_a_text() {
    let operation = || "write events to".to_owned();
    insta::assert_snapshot!(texts!(IoError {
        Exists => IoError::Exists { path: path("run.h5") },
        OtherTable => IoError::OtherTable {
            path: path("scan.csv"),
            found: "# card: x_min = 0.5".to_owned(),
            expected: "# card: x_min = 0.7".to_owned(),
        },
        Table => IoError::Table { path: path("t.csv"), line: 4, reason: "1 cells under 2 names".to_owned() },
        Interrupted => IoError::Interrupted { path: path("run.h5") },
        Locked => IoError::Locked { path: path("run.h5") },
        Damaged => IoError::Damaged { path: path("run.h5.state"), reason: "its checksum is wrong".to_owned() },
        IsShard => IoError::IsShard { path: path("part.h5"), shard: Shard { index: 2, of: 4 } },
        NotAShard => IoError::NotAShard { path: path("run.h5") },
        NoSpace => IoError::NoSpace { operation: operation(), path: path("run.h5"), reason: "no space left on the device" },
        File => IoError::File { operation: operation(), path: path("run.h5"), source: denied() },
        Hdf5 => IoError::Hdf5 { operation: operation(), path: path("run.h5"), reason: "no dataset".to_owned() },
        NoLock => IoError::NoLock { operation: "open".to_owned(), path: path("run.h5"), trouble: LockTrouble::NoLocks("No locks available".to_owned()) },
        NotARun => IoError::NotARun { path: path("run.h5"), reason: "it is not an HDF5 file".to_owned() },
        Name => IoError::Name { path: path("a.txt"), reason: "it must end in .lhe".to_owned() },
        Particles => IoError::Particles {
            path: path("run.h5"),
            format: "g4darkbrem-csv",
            reason: "it holds a lepton, a nucleus and one dark particle or a pair, not chi, chibar".into(),
        },
        Weighted => IoError::Weighted {
            path: path("run.h5"),
            format: "ldmx-lhe",
            percent: 12.3456,
            kept: 700,
            n_events: 1000,
        },
        Weight => IoError::Weight { path: path("run.h5"), weight: -1.0 },
        Stream => IoError::Stream(std::io::ErrorKind::BrokenPipe.into()),
        Version => IoError::Version { path: path("run.h5"), found: 9, supported: 1 },
    }));
}

#[test]
fn a_lock_that_another_program_has_is_not_a_missing_one() {
    let error = IoError::NoLock {
        operation: "open".to_owned(),
        path: path("run.h5"),
        trouble: LockTrouble::Taken,
    };
    insta::assert_snapshot!(error);
}

#[test]
fn every_error_of_a_submission_has_a_text() {
    insta::assert_snapshot!(texts!(SubmitError {
        Engine => SubmitError::Engine("pbs".to_owned()),
        Time => SubmitError::Time("an hour".to_owned()),
        ShortTime => SubmitError::ShortTime { given: "00:10:00".parse().unwrap() },
        Memory => SubmitError::Memory("much".to_owned()),
        Text => SubmitError::Text { option: "--extra", text: "a\nb".to_owned() },
        NotForEngine => SubmitError::NotForEngine {
            option: "--time",
            engine: "htcondor".parse().unwrap(),
            instead: "give your pool's own words with --extra",
        },
        Refused => SubmitError::Refused { script: path("submit.sh"), reason: "exit code 1".to_owned() },
    }));
}

#[test]
fn every_error_of_a_job_has_a_text() {
    let stopped = || JobError::Generate(GenerateError::Stopped);
    insta::assert_snapshot!(texts!(JobError {
        Usage => JobError::Usage("there is nothing to merge".to_owned()),
        Card => CardError::Seed("no entropy".to_owned()).into(),
        Io => IoError::Exists { path: path("run.h5") }.into(),
        Generate => stopped(),
        Saved => JobError::Saved { source: Box::new(stopped()), n_events: 17 },
        Stopped => JobError::Stopped { n_events: 17, state: path("run.h5.state") },
        OtherRun => JobError::OtherRun { output: path("run.h5"), what: "its card has [run] seed = 2".to_owned() },
        OtherComplete => JobError::OtherComplete { output: path("run.h5"), what: "its card has [run] seed = 2".to_owned() },
        NotExtensible => JobError::NotExtensible { output: path("run.h5"), what: "its card has [run] seed = 2".to_owned() },
        NotJoinable => JobError::NotJoinable {
            path: path("b.h5"),
            first: path("a.h5"),
            what: "both have the seed 7".to_owned(),
        },
        Export => JobError::Export { run: path("run.h5"), format: "lhe", source: Box::new(stopped()) },
        NotTheExport => JobError::NotTheExport { path: path("run.lhe"), run: path("run.h5"), format: "lhe" },
        OtherShard => JobError::OtherShard {
            path: path("b.h5"),
            first: path("a.h5"),
            what: "it is shard 1/3".to_owned(),
        },
        MissingShards => JobError::MissingShards { of: 4, missing: "1 and 3 are".to_owned() },
        Space => JobError::Space { output: path("run.h5"), needed: Bytes(12e9), free: Bytes(3.5e6) },
    }));
}

#[test]
fn every_error_of_figures_has_a_text() {
    insta::assert_snapshot!(texts!(PlotError {
        Mixed => PlotError::Mixed { run: path("run.h5"), table: path("t.csv") },
        Unknown => PlotError::Unknown { name: "y".to_owned(), known: "x, t_gev2".to_owned() },
        OnlyTexts => PlotError::OnlyTexts { path: path("t.csv"), keys: "target.element".to_owned() },
        Label => PlotError::Label { label: "NA64".to_owned(), known: "mu, el".to_owned() },
        Nothing => PlotError::Nothing { name: "sigma".to_owned() },
        Format => PlotError::Format { path: path("f.jpg") },
        Bitmap => PlotError::Bitmap("no memory".to_owned()),
    }));
}

#[test]
fn every_error_of_scans_and_points_has_a_text() {
    let axis = |text: &str| ScanAxis::parse(text);
    let mut texts = texts!(AxisError {
        Axis => axis("m").unwrap_err(),
        Rows => Grid::new(vec![axis("m=1..2:lin:1000").unwrap(); 3]).unwrap_err(),
    });
    for text in [
        "m=1..2",
        "m=1..x:log:3",
        "m=1..2:log:0",
        "m=1..2:log:1e12",
        "m=1..2:log:4000000000",
        "m=2..1:lin:3",
        "m=0..1:log:3",
        "m=0..1:cubic:3",
        "m=-1e308..1e308:lin:3",
        "m=1e-300..1e300:log:3",
        "m=1,,2",
        "m=1,2,1",
    ] {
        texts += &line(text, &axis(text).unwrap_err());
    }
    for text in [
        "",
        "[{}]",
        "[{\"edge\": 1}]",
        "[{\"edge\": true, \"beam_energy\": \"x\"}]",
        "[{\"edge\": true, \"beam_energy\": []}]",
    ] {
        let error: PointsError = AmplitudePoint::parse_all(text).unwrap_err();
        texts += &line(text, &error);
    }
    insta::assert_snapshot!(texts);
}

#[test]
fn every_error_of_limits_has_a_text() {
    let experiment = || "na64mu".to_owned();
    let mut texts = texts!(ReachError {
        NoBeam => ReachError::NoBeam { experiment: experiment() },
        NoTarget => ReachError::NoTarget { experiment: experiment(), missing: "target.thickness_cm" },
        Straggling => ReachError::Straggling { experiment: experiment(), lepton: "mu-" },
        EnergyLoss => ReachError::EnergyLoss { experiment: experiment(), lepton: "e-", straggling: true },
        Stopped => ReachError::Stopped {
            experiment: experiment(),
            energy_gev: 1.0,
            loss_gev_per_cm: 0.0128,
            thickness_cm: 100.0,
        },
        Setup => ReachError::Setup {
            experiment: experiment(),
            mass: "m_chi",
            mass_gev: 3.0,
            source: Box::new(SetupError::BelowThreshold { mass_gev: 6.0, largest_gev: 2.5 }),
        },
        Quadrature => QuadratureError::NoPairSpectrum.into(),
        File => ReachError::File { line: 3, problem: "`a b` is no mass and limit".to_owned() },
    });
    for text in [
        "",
        "0.1,1e-3",
        "mass,epsilon\nm,e\n",
        "0.1,1e-3\n0.2\n",
        "0.1,1e-3\n0.2,0\n",
        "0.1,1e-3\n0.2,1e40\n",
        "0.1,1e-3\n0.1,2e-3\n",
    ] {
        texts += &line(&format!("{text:?}"), &LimitFile::parse(text).unwrap_err());
    }
    insta::assert_snapshot!(texts);
}

#[test]
fn every_wrong_option_in_place_of_a_key_has_a_text() {
    let texts = ["beam.lepton", "beam.lepto=e-", "zzz=1", "=1", "beam=1"].map(|text| {
        let error = Override::of_option("--set", text).unwrap_err();
        line(text, &error)
    });
    insta::assert_snapshot!(texts.concat());
}
