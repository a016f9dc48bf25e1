//! What every export does with weights: decided by the weights themselves, never by the name of the
//! sample (`docs/formats.md`, X8 and X24 to X27).

mod sample;

use std::path::Path;

use millibrem::event::{Compression, EventBuffer, Weighting};
use millibrem_files::IoError;
use millibrem_files::export::{ExportOptions, Format, Weights, export, export_into};
use millibrem_files::hdf5::{RunReader, RunWriter};

const N: usize = 20_000;

/// A run that says to be `named`, with the weights that `weigh` makes of those of `made`.
fn run_in(
    folder: &Path,
    named: Weighting,
    made: Weighting,
    weigh: impl Fn(usize, f64) -> f64,
) -> (RunReader, EventBuffer) {
    let mut sample = sample::sample(sample::PAIR, made);
    let mut events = sample::events(&sample, N, 3);
    for (i, weight) in events.weight.iter_mut().enumerate() {
        *weight = weigh(i, *weight);
    }
    sample.weighting = named;
    let path = folder.join("run.h5");
    let header = sample::header(&sample, Compression::None);
    let mut writer = RunWriter::create(&path, &header, true).unwrap();
    writer.write_events(&events).unwrap();
    writer.finish(&sample::summary(&events, 1.0)).unwrap();
    let run = RunReader::open(&path).unwrap();
    assert_eq!(run.sample().weighting, named);
    (run, events)
}

fn with(weights: Weights) -> ExportOptions {
    ExportOptions {
        weights,
        ..ExportOptions::default()
    }
}

/// Events as Geant4 reads HEPEvt: a number, then eight words for each particle, lines or not; PDG number and
/// px, py, pz, mass of each with status 1.
fn hepevt(text: &str) -> Vec<Vec<(i32, [f64; 4])>> {
    let mut words = text.split_ascii_whitespace();
    let mut events = Vec::new();
    while let Some(count) = words.next() {
        let particle = |_| {
            let mut next = || words.next().unwrap();
            assert_eq!(next(), "1");
            let pdg_id = next().parse().unwrap();
            assert_eq!((next(), next()), ("0", "0"));
            (pdg_id, [(); 4].map(|()| next().parse().unwrap()))
        };
        events.push((0..count.parse().unwrap()).map(particle).collect());
    }
    events
}

#[test]
fn hepevt_has_every_momentum_to_the_bit_and_no_nucleus_if_asked() {
    let folder = tempfile::tempdir().unwrap();
    let equal = Weighting::Unweighted;
    let (run, events) = run_in(folder.path(), equal, equal, |_, _| 0.1);
    for (drop_nucleus, left) in [(false, vec![0, 1, 2, 3]), (true, vec![0, 2, 3])] {
        let options = ExportOptions {
            drop_nucleus,
            ..ExportOptions::default()
        };
        let read = hepevt(&text(&run, Format::HEPEVT, &options));
        assert_eq!(read.len(), N);
        let outgoing = &run.sample().outgoing;
        for (event, particles) in events.iter().zip(&read) {
            assert_eq!(particles.len(), left.len());
            for (&i, (pdg_id, [px, py, pz, mass])) in left.iter().zip(particles) {
                assert_eq!(*pdg_id, outgoing[i].particle.pdg_id);
                assert_eq!([*px, *py, *pz], event.momenta()[i][1..]);
                assert_eq!(*mass, outgoing[i].particle.mass_gev);
            }
        }
    }
}

fn text(run: &RunReader, format: Format, options: &ExportOptions) -> String {
    let mut bytes = Vec::new();
    export_into(run, format, &mut bytes, options).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// IDWTUP, XSECUP, XMAXUP and the weights of a file of Les Houches events.
fn les_houches(text: &str) -> (i32, f64, f64, Vec<f64>) {
    let mut lines = text.lines().skip_while(|line| *line != "<init>").skip(1);
    let beams: Vec<&str> = lines.next().unwrap().split(' ').collect();
    let process: Vec<f64> = numbers(lines.next().unwrap());
    let events = text.lines().zip(text.lines().skip(1));
    let weights = events
        .filter(|(line, _)| *line == "<event>")
        .map(|(_, head)| numbers(head)[2])
        .collect();
    (beams[8].parse().unwrap(), process[0], process[2], weights)
}

fn numbers(line: &str) -> Vec<f64> {
    line.split_whitespace()
        .map(|word| word.parse().unwrap())
        .collect()
}

/// Energies of the scattered lepton in a CSV, with the weights.
fn table(text: &str) -> Vec<(f64, f64)> {
    let row = |line: &str| {
        let columns: Vec<f64> = line.split(',').map(|word| word.parse().unwrap()).collect();
        (columns[2], columns[1])
    };
    text.lines().skip(1).map(row).collect()
}

#[test]
fn the_strategy_of_les_houches_follows_the_weights_whatever_the_mode() {
    let all = [
        Weighting::Weighted,
        Weighting::Unweighted,
        Weighting::PartlyUnweighted,
    ];
    for named in all {
        for (made, heavy, strategy) in [
            (Weighting::Unweighted, 1.0, 3),
            // A single event, and by as little as can be.
            (Weighting::Unweighted, 1.0 + f64::EPSILON, 4),
            (Weighting::Weighted, 1.0, 4),
            (Weighting::PartlyUnweighted, 1.0, 4),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let weigh = |i, weight| if i == N - 1 { heavy * weight } else { weight };
            let (run, events) = run_in(folder.path(), named, made, weigh);
            let (found, mean, max, weights) =
                les_houches(&text(&run, Format::LHE, &with(Weights::Keep)));
            assert_eq!(found, strategy, "{named:?} {made:?} {heavy}");
            assert_eq!(weights, events.weight);
            assert_eq!(max, events.weight.iter().copied().fold(0.0, f64::max));
            // The rule of readers: with strategy 3 all weights are 1, and the mean is as it was.
            let taken: Vec<f64> = match found {
                3 => vec![mean; N],
                _ => weights,
            };
            let sum = |w: &[f64]| -> f64 {
                let softness = events.momenta()[0].iter().map(|p| 160.0 - p[0]);
                softness.zip(w).map(|(e, w)| e * w).sum()
            };
            let ratio = sum(&taken) / sum(&events.weight);
            assert!((ratio - 1.0).abs() < 1e-13, "{ratio}");
            let output = Format::LHEH5.default_path(run.path());
            export(&run, Format::LHEH5, &output, &with(Weights::Keep)).unwrap();
            let init = hdf5::File::open(&output).unwrap().dataset("init").unwrap();
            assert_eq!(
                init.read_raw::<f64>().unwrap()[8],
                f64::from(strategy),
                "{named:?} {made:?}"
            );
        }
    }
}

#[test]
fn formats_without_weights_refuse_weights_that_differ_and_leave_nothing() {
    for (named, made) in [
        (Weighting::Weighted, Weighting::Weighted),
        (Weighting::Unweighted, Weighting::PartlyUnweighted),
        (Weighting::PartlyUnweighted, Weighting::PartlyUnweighted),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (run, _) = run_in(folder.path(), named, made, |_, weight| weight);
        for format in Format::ALL {
            let output = format.default_path(run.path());
            let done = export(&run, format, &output, &with(Weights::Keep));
            if format.has_weights() {
                assert_eq!(done.unwrap().warnings, [""; 0], "{format}");
                continue;
            }
            let error = done.unwrap_err();
            let words = error.to_string();
            assert!(matches!(error, IoError::Weighted { .. }), "{words}");
            assert!(words.contains("--unweight") && words.contains("--drop-weights"));
            assert!(!output.exists(), "{format}");
            for (weights, rest) in [(Weights::Drop, 1), (Weights::Unweight, 0)] {
                let mut bytes = Vec::new();
                let report = export_into(&run, format, &mut bytes, &with(weights)).unwrap();
                let said = |w: &&String| w.contains("spectra from this file are wrong");
                assert_eq!(
                    report.warnings.iter().filter(said).count(),
                    rest,
                    "{format}"
                );
                assert_eq!(report.n_events == N as u64, weights == Weights::Drop);
                assert_eq!(report.n_read, N as u64);
                if ![Format::G4DARKBREM_CSV, Format::HEPEVT].contains(&format) {
                    let (strategy, mean, max, weights) =
                        les_houches(std::str::from_utf8(&bytes).unwrap());
                    assert_eq!((strategy, mean), (3, max));
                    assert!(weights.iter().all(|w| *w == mean));
                    assert_eq!(weights.len() as u64, report.n_events);
                }
            }
        }
    }
}

#[test]
fn a_few_overweight_events_pass_up_to_the_share_allowed_and_the_bias_is_said() {
    // 10 events of 20000 with three times the weight: 0.1 % of the weight lies above 1.
    let folder = tempfile::tempdir().unwrap();
    let weigh = |i, weight| if i % 2000 == 0 { 3.0 * weight } else { weight };
    let (run, events) = run_in(
        folder.path(),
        Weighting::Unweighted,
        Weighting::Unweighted,
        weigh,
    );
    let sum: f64 = events.weight.iter().sum();
    let mean = sum / N as f64;
    let excess = 10.0 * (3e5 - mean) / sum;
    for format in Format::ALL.into_iter().filter(|f| !f.has_weights()) {
        let allowing = |allowed_excess| ExportOptions {
            allowed_excess,
            ..ExportOptions::default()
        };
        let mut bytes = Vec::new();
        let refused = export_into(&run, format, &mut bytes, &allowing(0.999 * excess));
        assert!(matches!(refused, Err(IoError::Weighted { .. })), "{format}");
        assert!(bytes.is_empty());
        let taken = export_into(&run, format, &mut bytes, &allowing(1.001 * excess)).unwrap();
        let said = format!("off by up to {:.3} %", 100.0 * excess);
        assert!(taken.warnings[0].contains(&said), "{:?}", taken.warnings);
        if format == Format::LDMX_LHE {
            let (strategy, _, _, weights) = les_houches(std::str::from_utf8(&bytes).unwrap());
            assert_eq!((strategy, weights), (4, events.weight.clone()));
        }
    }
}

#[test]
fn a_bias_that_rounds_to_nothing_is_no_warning() {
    let folder = tempfile::tempdir().unwrap();
    let weigh = |i, weight| if i == 0 { 1.01 * weight } else { weight };
    let (run, _) = run_in(
        folder.path(),
        Weighting::Unweighted,
        Weighting::Unweighted,
        weigh,
    );
    for format in Format::ALL.into_iter().filter(|f| !f.has_weights()) {
        let options = ExportOptions {
            allowed_excess: 1e-3,
            ..ExportOptions::default()
        };
        let taken = export_into(&run, format, &mut Vec::new(), &options).unwrap();
        let said = taken.warnings.join(" ");
        assert!(!said.contains("off by up to"), "{said}");
    }
}

/// The bound of the warning holds for every cut on the lepton's energy, and is nearly reached.
#[test]
fn no_share_of_events_is_farther_off_than_the_bias_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (run, events) = run_in(
        folder.path(),
        Weighting::PartlyUnweighted,
        Weighting::PartlyUnweighted,
        |_, weight| weight,
    );
    let mut bytes = Vec::new();
    let refused = export_into(&run, Format::LDMX_LHE, &mut bytes, &with(Weights::Keep));
    let Err(IoError::Weighted { percent, kept, .. }) = refused else {
        panic!("the weights differ");
    };
    let sum: f64 = events.weight.iter().sum();
    let mut rows: Vec<(f64, f64)> = events
        .iter()
        .map(|e| (e.momenta()[0][0], e.weight))
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut worst) = (0.0, 0.0_f64);
    for (i, row) in rows.iter().enumerate() {
        below += row.1;
        worst = worst.max((below / sum - (i + 1) as f64 / N as f64).abs());
    }
    // The weight depends on the energy alone, so one of the cuts is the worst there is.
    assert!(
        (100.0 * worst - percent).abs() < 1e-6 * percent,
        "{worst} {percent}"
    );
    assert!(worst > 0.05, "{worst}");
    let report = export_into(&run, Format::LDMX_LHE, &mut bytes, &with(Weights::Unweight)).unwrap();
    let expected = kept as f64;
    assert!((report.n_events as f64 - expected).abs() < 4.0 * expected.sqrt());
}

#[test]
fn accept_and_reject_keeps_the_distribution_and_the_cross_section_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let (run, events) = run_in(
        folder.path(),
        Weighting::PartlyUnweighted,
        Weighting::PartlyUnweighted,
        |_, weight| weight,
    );
    let rows = table(&text(&run, Format::CSV, &with(Weights::Unweight)));
    let again = table(&text(&run, Format::CSV, &with(Weights::Unweight)));
    assert_eq!(rows, again);
    let sum: f64 = events.weight.iter().sum();
    let max = events.weight.iter().copied().fold(0.0, f64::max);
    let n = rows.len() as f64;
    // Each event stays with probability w/max(w), and none with another weight than the mean.
    let variance: f64 = events
        .weight
        .iter()
        .map(|w| w / max * (1.0 - w / max))
        .sum();
    let pull = (n - sum / max) / variance.sqrt();
    assert!(pull.abs() < 4.0 && variance.sqrt() < 0.01 * n, "{pull}");
    assert!(
        rows.iter()
            .all(|(_, w)| (w / (sum / N as f64) - 1.0).abs() < 1e-14)
    );
    // Moments of the energy, given the events: accepted ones against their probabilities.
    for power in [1, 2, 3] {
        let value = |e: f64| (e / 160.0).powi(power);
        let weighted = events.iter().map(|e| e.weight * value(e.momenta()[0][0]));
        let want = weighted.sum::<f64>() / sum;
        let found = rows.iter().map(|row| value(row.0)).sum::<f64>() / n;
        let spread = rows
            .iter()
            .map(|row| (value(row.0) - found).powi(2))
            .sum::<f64>()
            / n;
        let error = (spread / n).sqrt();
        assert!(
            (found - want).abs() < 4.0 * error,
            "{power}: {found} {want} {error}"
        );
        // Dropping the weights would show.
        let dropped = events.iter().map(|e| value(e.momenta()[0][0])).sum::<f64>() / N as f64;
        assert!(
            (dropped - want).abs() > 20.0 * error,
            "{power}: {dropped} {want} {error}"
        );
    }
    // The same events everywhere.
    for format in Format::ALL.into_iter().filter(|f| f.is_text()) {
        let mut bytes = Vec::new();
        let report = export_into(&run, format, &mut bytes, &with(Weights::Unweight)).unwrap();
        assert_eq!(report.n_events, rows.len() as u64, "{format}");
        let whole = std::str::from_utf8(&bytes).unwrap();
        if format == Format::HEPEVT {
            // Has momenta and masses, no energies.
            assert_eq!(hepevt(whole).len(), rows.len());
            continue;
        }
        for (energy, _) in [rows[0], rows[rows.len() / 2], rows[rows.len() - 1]] {
            assert!(
                whole.contains(&format!("{energy:.16e}")),
                "{format} {energy}"
            );
        }
        if format == Format::LHE {
            let (strategy, mean, max, weights) = les_houches(whole);
            assert_eq!((strategy, mean, weights.len()), (3, max, rows.len()));
            assert!(weights.iter().all(|w| *w == mean));
        }
    }
}

#[test]
fn equal_weights_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let equal = Weighting::Unweighted;
    // A weight whose sum over the events is rounded.
    let (run, _) = run_in(folder.path(), equal, equal, |_, _| 0.1);
    for format in Format::ALL.into_iter().filter(|f| f.is_text()) {
        let kept = text(&run, format, &with(Weights::Keep));
        for weights in [Weights::Drop, Weights::Unweight] {
            assert!(text(&run, format, &with(weights)) == kept, "{format}");
        }
    }
    let (strategy, mean, _, weights) = les_houches(&text(&run, Format::LHE, &with(Weights::Keep)));
    assert_eq!((strategy, mean, weights.len()), (3, 0.1, N));
}

#[test]
fn weights_that_are_no_probabilities_cannot_be_made_equal() {
    for wrong in [-1.0, f64::NAN, f64::INFINITY] {
        let folder = tempfile::tempdir().unwrap();
        let weigh = |i, weight| if i == 7 { wrong } else { weight };
        let (run, _) = run_in(
            folder.path(),
            Weighting::Weighted,
            Weighting::Weighted,
            weigh,
        );
        for format in Format::ALL {
            let mut bytes = Vec::new();
            let error = export_into(&run, format, &mut bytes, &with(Weights::Unweight));
            let error = error.unwrap_err();
            assert!(matches!(error, IoError::Weight { .. }), "{wrong}: {error}");
            assert!(bytes.is_empty());
        }
    }
}
