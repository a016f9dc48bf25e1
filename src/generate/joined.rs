//! σ of several independent runs together: averaged by their evaluations, as iterations are, with χ²
//! between them.

use vegas::{Average, Estimate};

use crate::record::{CrossSection, IterationRow, Member};

/// Probability of a larger χ² by chance below which runs disagree, as for iterations.
const DISAGREE: f64 = 1e-5;

/// The cross section of `members` together, one row of its table each, and a reason not to trust it
/// if they disagree.
pub fn joined(members: &[Member]) -> (CrossSection, Option<String>) {
    let estimate = |m: &Member| Estimate {
        mean: m.value_pb,
        sdev: m.error_pb,
    };
    let mut average = Average::default();
    let mut iterations = Vec::with_capacity(members.len());
    for member in members {
        average.add(estimate(member), member.n_eval);
        let so_far = average.estimate();
        // One run agrees with itself.
        let (chi2_dof, q) = average.chi2_dof_and_q().unwrap_or((0.0, 1.0));
        iterations.push(IterationRow {
            measured: true,
            n_eval: member.n_eval,
            value_pb: member.value_pb,
            error_pb: member.error_pb,
            average_pb: so_far.mean,
            average_error_pb: so_far.sdev,
            chi2_dof,
            q,
        });
    }
    let all = average.estimate();
    let (chi2_dof, q) = average.chi2_dof_and_q().unwrap_or((0.0, 1.0));
    let alarm = (q < DISAGREE).then(|| {
        let pulls = (0..members.len()).map(|i| pull(members, i));
        let farthest = pulls
            .enumerate()
            .max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()));
        let (i, pull) = farthest.unwrap_or((0, 0.0));
        format!(
            "the runs disagree: chi2/dof = {chi2_dof:.2} of {} runs, Q = {q:.1e}; that of seed {} is {pull:+.1} errors from the others: look at its alarms, leave it out, or raise integration.n_adapt and integration.neval",
            members.len(),
            members[i].seed,
        )
    });
    let cross_section = CrossSection {
        value_pb: all.mean,
        error_pb: all.sdev,
        chi2_dof,
        n_eval: members.iter().map(|m| m.n_eval).sum(),
        iterations,
    };
    (cross_section, alarm)
}

/// Deviation of one run from all others together, in errors.
fn pull(members: &[Member], i: usize) -> f64 {
    let mut others = Average::default();
    for (_, m) in members.iter().enumerate().filter(|(j, _)| *j != i) {
        let estimate = Estimate {
            mean: m.value_pb,
            sdev: m.error_pb,
        };
        others.add(estimate, m.n_eval);
    }
    let (mine, others) = (members[i], others.estimate());
    let error = libm::hypot(mine.error_pb, others.sdev);
    (mine.value_pb - others.mean) / error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(seed: u64, n_eval: u64, value_pb: f64, error_pb: f64) -> Member {
        Member {
            seed,
            n_events: 0,
            first_index: 0,
            n_eval,
            value_pb,
            error_pb,
        }
    }

    #[test]
    fn runs_count_by_their_evaluations_and_must_agree() {
        let two = [member(1, 300, 10.0, 0.3), member(2, 100, 11.0, 0.4)];
        let (c, alarm) = joined(&two);
        assert!((c.value_pb - 10.25).abs() < 1e-14);
        let error = (0.9_f64.powi(2) + 0.4_f64.powi(2)).sqrt() / 4.0;
        assert!((c.error_pb - error).abs() < 1e-14);
        // (0.25/0.3)^2 + (0.75/0.4)^2 with one degree of freedom.
        assert!((c.chi2_dof - 4.210_069_444_444_445).abs() < 1e-12);
        assert_eq!((c.n_eval, c.iterations.len(), alarm), (400, 2, None));
        let three = [two[0], member(2, 300, 10.1, 0.3), member(9, 300, 13.0, 0.3)];
        let (_, alarm) = joined(&three);
        let words = alarm.unwrap();
        assert!(words.contains("seed 9 is +8.0 errors"), "{words}");
    }
}
