//! Progress of long work on a terminal, and the tables and summaries on stderr.

use std::io::IsTerminal;
use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use millibrem::generate::{Phase, Progress, SigmaReport};
use millibrem::record::IterationRow;
use millibrem::study::Watch;
use millibrem_files::job::Watcher;

use super::{interrupt, print};

/// What a signal wants.
fn goes_on() -> ControlFlow<()> {
    match interrupt::requested() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}

/// A bar a phase: what is being done, running σ ± error, time left.
pub(crate) struct Bars {
    bar: ProgressBar,
    events: Option<u64>,
    phase: Option<Phase>,
    quiet: bool,
}

impl Bars {
    /// Bars on stderr if it is a terminal and `quiet` is not set.
    pub(crate) fn new(quiet: bool) -> Self {
        let target = match quiet || !std::io::stderr().is_terminal() {
            true => ProgressDrawTarget::hidden(),
            false => ProgressDrawTarget::stderr_with_hz(10),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template(
            "{prefix:>7} [{bar:14}] {percent:>3} %  {msg}  {elapsed} (left {eta})",
        ) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            bar,
            events: None,
            phase: None,
            quiet,
        }
    }

    /// The next phase makes this many events.
    pub(crate) fn expect_events(&mut self, count: u64) {
        self.events = Some(count);
        self.phase = None;
    }

    /// Takes note of progress, and says whether to go on.
    pub(crate) fn hear(&mut self, p: &Progress) -> ControlFlow<()> {
        let name = match (p.phase, self.events) {
            (Phase::Adapt, _) => "adapt",
            (Phase::Maxima, _) => "maxima",
            (_, Some(_)) => "events",
            (_, None) => "measure",
        };
        if p.total == 0 {
            return goes_on();
        }
        if self.phase != Some(p.phase) {
            self.phase = Some(p.phase);
            self.bar.reset();
            self.bar.set_prefix(name);
        }
        match (self.events, p.phase) {
            (Some(count), Phase::Measure) => {
                // Accepted points are counted when unweighting; a weighted point is an event.
                let seen = u64::from(p.iteration) * p.total + p.done;
                let made = if p.accepted > 0 { p.accepted } else { seen };
                self.bar.set_length(count);
                self.bar.set_position(made.min(count));
            }
            _ => {
                self.bar.set_length(p.total * u64::from(p.iterations));
                self.bar
                    .set_position(u64::from(p.iteration) * p.total + p.done);
            }
        }
        let message = match p.estimate {
            Some(e) => format!("itn {:>3}  {e} pb", p.iteration + 1),
            None => format!("itn {:>3}", p.iteration + 1),
        };
        self.bar.set_message(message);
        goes_on()
    }

    /// A line on stderr, above the bar.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            self.bar.suspend(|| print::note(text));
        }
    }

    /// Removes the bar.
    pub(crate) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar of rows on stderr if it is a terminal.
pub(crate) struct RowBar {
    bar: ProgressBar,
}

impl RowBar {
    pub(crate) fn new(quiet: bool) -> Self {
        let target = match quiet || !std::io::stderr().is_terminal() {
            true => ProgressDrawTarget::hidden(),
            false => ProgressDrawTarget::stderr_with_hz(10),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) =
            ProgressStyle::with_template("rows [{bar:30}] {pos}/{len}  {elapsed} (left {eta})")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar }
    }

    /// Removes the bar.
    pub(crate) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for RowBar {
    fn rows(&self, done: usize, total: usize) {
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
    }

    fn should_stop(&self) -> bool {
        interrupt::requested()
    }
}

/// A job tells its bars, and stops when the user or the system wants it to.
impl Watcher for Bars {
    fn progress(&mut self, progress: &Progress) {
        // A job asks `should_stop` itself.
        let _ = self.hear(progress);
    }

    fn measured(&mut self, sigma: &SigmaReport, events: u64) {
        self.say(table(&sigma.cross_section.iterations).trim_end());
        self.expect_events(events);
    }

    fn note(&mut self, words: &str) {
        self.say(words);
    }

    fn should_stop(&self) -> bool {
        interrupt::requested()
    }
}

/// The iteration table as the field knows it, no wider than 80 columns.
pub(crate) fn table(rows: &[IterationRow]) -> String {
    let mut text = String::from(
        "  itn  phase       points   integral [pb]    average [pb]    chi2/dof       Q\n",
    );
    let mut number = 0;
    let mut measured_before = false;
    for row in rows {
        if row.measured && !measured_before {
            number = 0;
            measured_before = true;
        }
        number += 1;
        let phase = if row.measured { "measure" } else { "adapt" };
        let integral = value_error(row.value_pb, row.error_pb);
        let average = match row.measured {
            true => value_error(row.average_pb, row.average_error_pb),
            false => "-".to_owned(),
        };
        let chi2 = match row.measured && number > 1 {
            true => format!("{:>7.2}  {:>6.3}", row.chi2_dof, row.q),
            false => format!("{:>7}  {:>6}", "-", "-"),
        };
        text += &format!(
            "  {number:>3}  {phase:<7} {:>10}   {integral:<15}  {average:<15} {chi2}\n",
            row.n_eval
        );
    }
    text
}

/// `value(error)` with two digits of the error, or with an exponent when long.
pub(crate) fn value_error(value: f64, error: f64) -> String {
    millibrem::generate::Estimate {
        mean: value,
        sdev: error,
    }
    .to_string()
}
