//! What a front end asks of a card: cross sections, spectra, scans, comparisons and limits as values, in
//! memory, each with its table.

use std::ops::ControlFlow;
use std::sync::Mutex;

use millibrem::card::{Override, RunCard, shipped};
use millibrem::generate::Progress;
use millibrem::process::{Method, QuadratureError, Route};
use millibrem::run;
use millibrem::study::reach::{Counts, Options};
use millibrem::study::scan::Row;
use millibrem::study::{
    CardSource, Comparisons, Grid, Reach, Scan, StudyError, Watch, Where, sigma, spectrum,
};
use millibrem::table::Cell;

const MASSES: &str = "dark_sector.m_chi_gev=0.1,0.2,0.4";

fn source(overrides: &[&str]) -> CardSource {
    let text = shipped("ldmx-2025").expect("a shipped card");
    let more = ["integration.method=iww", "run.seed=1", "run.threads=1"];
    let all = more.iter().chain(overrides);
    CardSource::new(
        text,
        all.map(|o| Override::parse(o).expect("valid")).collect(),
    )
}

fn card(overrides: &[&str]) -> RunCard {
    source(overrides).card().expect("valid")
}

fn grid(over: &str) -> Grid {
    Grid::parse(&[over.to_owned()]).expect("valid")
}

#[test]
fn a_cross_section_is_that_of_its_route_and_stands_in_a_table() {
    let card = card(&["integration.rel_error=1e-5"]);
    let found = sigma(&card, &mut |_| ControlFlow::Continue(())).expect("found");
    let mixture = run::mixture(&card).expect("valid");
    let route = run::inclusive(Method::IWW, &mixture).expect("a route");
    let direct = route.sigma(1e-5).expect("found");
    assert_eq!(
        (found.value_pb, found.n_eval),
        (direct.value_pb, direct.n_eval)
    );
    let table = found.table();
    assert_eq!(table.fact("command"), Some("sigma"));
    assert_eq!(table.columns[0].units, "pb");
    assert_eq!(table.rows[0][0], Cell::Real(direct.value_pb));
}

#[test]
fn a_monte_carlo_of_one_per_mille_takes_few_points_and_says_its_error() {
    // Eight seeds each: mean and scatter of the pulls, their errors and Q.
    let mut pulls = Vec::new();
    for mass in ["0.01", "0.3"] {
        let mass = format!("dark_sector.m_chi_gev={mass}");
        let more = [mass.as_str(), "integration.neval=200000"];
        let exact = card(
            &[
                &more[..],
                &[
                    "integration.method=quadrature",
                    "integration.rel_error=1e-6",
                ],
            ]
            .concat(),
        );
        let exact = sigma(&exact, &mut |_| ControlFlow::Continue(()))
            .expect("found")
            .value_pb;
        for seed in 1..=8 {
            let seed = format!("run.seed={seed}");
            let card = card(&[&more[..], &["integration.method=mc", &seed]].concat());
            let found = sigma(&card, &mut |_| ControlFlow::Continue(())).expect("found");
            assert_eq!(found.alarms, [""; 0]);
            assert!(found.n_eval < 450_000, "{} evaluations", found.n_eval);
            let error = found.error_pb / exact;
            assert!((5e-4..=1e-3).contains(&error), "error {error}");
            assert!(found.chi2_dof.is_some_and(|chi2| chi2 < 4.0));
            pulls.push((found.value_pb - exact) / found.error_pb);
        }
    }
    let n = pulls.len() as f64;
    let mean = pulls.iter().sum::<f64>() / n;
    let scatter = (pulls.iter().map(|p| p * p).sum::<f64>() / n).sqrt();
    assert!(
        mean.abs() < 0.75 && (0.6..1.45).contains(&scatter),
        "{pulls:?}"
    );
}

#[test]
fn a_listener_stops_a_monte_carlo() {
    let card = card(&["integration.method=mc"]);
    let stopped = sigma(&card, &mut |_| ControlFlow::Break(())).expect_err("stopped");
    assert!(matches!(stopped, StudyError::Generate(_)), "{stopped}");
}

#[test]
fn a_listener_hears_all_evaluations_of_a_quadrature_and_ends_it_after_some() {
    for options in [
        &["integration.method=quadrature"][..],
        &["integration.method=quadrature", "target.mixture=PbWO4"],
        &["integration.method=quadrature", "beam.momentum_spread=0.02"],
        &["integration.method=ww"],
        &["integration.method=iww"],
    ] {
        let card = card(&[options, &["integration.rel_error=1e-5"]].concat());
        let mut heard = 0;
        let mut hear = |p: &Progress| {
            assert!(p.done > heard && p.total == 0, "{p:?}");
            heard = p.done;
            ControlFlow::Continue(())
        };
        let whole = sigma(&card, &mut hear).expect("found");
        assert_eq!(heard, whole.n_eval, "{options:?}");
        let mut until = |p: &Progress| {
            heard = p.done;
            match p.done < whole.n_eval / 4 {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        };
        let stopped = sigma(&card, &mut until).expect_err("stopped");
        let is_stopped = matches!(stopped, StudyError::Quadrature(QuadratureError::Stopped));
        assert!(is_stopped, "{options:?}: {stopped}");
        let most = whole.n_eval / 2;
        assert!(heard < most, "{options:?}: {heard} of {}", whole.n_eval);
    }
}

#[test]
fn bins_of_a_spectrum_have_edges_and_add_up_to_the_cross_section() {
    let card = card(&["integration.rel_error=1e-6"]);
    let silent = &mut |_: &_| ControlFlow::Continue(());
    let whole = sigma(&card, silent).expect("found").value_pb;
    let found = spectrum(&card, &Where::Bins(4), silent).expect("found");
    let table = found.table();
    let column = |name: &str| -> Vec<f64> {
        let i = table.position(name).expect("a column");
        table.cells(i).filter_map(Cell::number).collect()
    };
    let (low, high) = (column("x_low"), column("x_high"));
    assert_eq!((low[0], high[3], low[1]), (0.7, 1.0, high[0]));
    let (by_x, by_energy) = (column("dsigma_dx_pb"), column("dsigma_de_miss_pb_per_gev"));
    let sum: f64 = (0..4).map(|i| by_x[i] * (high[i] - low[i])).sum();
    assert!((sum / whole - 1.0).abs() < 3e-6, "{sum} {whole}");
    assert!((by_energy[2] * 8.0 / by_x[2] - 1.0).abs() < 1e-15);
    let errors = column("dsigma_de_miss_pb_per_gev_error");
    assert!((errors[1] * 8.0 / column("error_pb")[1] - 1.0).abs() < 1e-15);
    let none = spectrum(&card, &Where::At(vec![0.9]), silent).expect("found");
    assert_eq!(none.table().position("x_low"), None);
    // A point of a beam does not ask for the cut; what becomes of one in a target is known within it only.
    assert!(spectrum(&card, &Where::At(vec![0.3]), silent).is_ok());
    let thick = shipped("na64e-2023-photon-conversion").expect("shipped");
    let exact = Override::by_option("--method", "integration.method", "quadrature");
    let thick = thick.with(&[exact]).expect("valid");
    let error = spectrum(&thick, &Where::At(vec![0.9, 0.45]), silent).expect_err("below the cut");
    assert!(
        error
            .to_string()
            .contains("at: found 0.45, expected x from 0.5 to 1"),
        "{error}"
    );
}

#[test]
fn a_scan_takes_known_rows_as_they_are_and_hands_new_ones_to_the_sink() {
    let scan = Scan::new(source(&[]), grid(MASSES)).expect("valid");
    let row = |mass: &str, sigma_pb: f64| Row {
        values: vec![mass.to_owned()],
        sigma_pb,
        error_pb: 0.5,
        n_eval: 7,
    };
    // One of the grid, however written, and one beside it.
    let known = [row("2e-1", 12.0), row("0.3", 11.0)];
    assert_eq!(scan.missing(&known), 2);
    let mut new = Vec::new();
    let keep = |row: &Row| -> Result<(), StudyError> {
        new.push(row.clone());
        Ok(())
    };
    let found = scan.run(&known, keep, &()).expect("found");
    assert_eq!(new.len(), 2);
    let masses = |rows: &[Vec<Cell>]| rows.iter().map(|r| r[0].clone()).collect::<Vec<_>>();
    let reals = |list: &[f64]| list.iter().map(|x| Cell::Real(*x)).collect::<Vec<_>>();
    let asked = &found.table().rows;
    assert_eq!(masses(asked), reals(&[0.1, 0.2, 0.4]));
    assert_eq!(asked[1], row("0.2", 12.0).cells());
    assert_eq!(masses(&found.whole().rows), reals(&[0.1, 0.2, 0.3, 0.4]));
    for (row, mass) in [(&asked[0], "0.1"), (&asked[2], "0.4")] {
        let alone = card(&[&format!("dark_sector.m_chi_gev={mass}")]);
        let alone = sigma(&alone, &mut |_| ControlFlow::Continue(())).expect("found");
        assert_eq!(row[1], Cell::Real(alone.value_pb));
        assert!(new.iter().any(|r| r.cells() == *row));
    }
}

#[test]
fn an_error_of_the_sink_or_a_wish_to_stop_ends_a_scan() {
    let scan = Scan::new(source(&[]), grid(MASSES)).expect("valid");
    let full = |_: &Row| Err(StudyError::Untrusted(vec!["full".to_owned()]));
    let ended = scan.run(&[], full, &()).expect_err("the sink is full");
    assert!(ended.to_string().ends_with("full"), "{ended}");

    /// Stops as soon as a row is there.
    #[derive(Default)]
    struct Once(Mutex<usize>);
    impl Watch for Once {
        fn rows(&self, done: usize, total: usize) {
            assert_eq!(total, 3);
            *self.0.lock().expect("no panic") = done;
        }
        fn should_stop(&self) -> bool {
            *self.0.lock().expect("no panic") > 0
        }
    }
    let mut kept = 0;
    let keep = |_: &Row| -> Result<(), StudyError> {
        kept += 1;
        Ok(())
    };
    let ended = scan.run(&[], keep, &Once::default()).expect_err("stopped");
    assert!(
        matches!(ended, StudyError::Stopped { left: 2, rows: 3 }),
        "{ended}"
    );
    assert_eq!(kept, 1);
}

/// Wishes the end when it has been asked a few times, before any row is there.
#[derive(Default)]
struct Early(Mutex<usize>);

impl Watch for Early {
    fn rows(&self, done: usize, _: usize) {
        assert_eq!(done, 0);
    }
    fn should_stop(&self) -> bool {
        let mut asked = self.0.lock().expect("no panic");
        *asked += 1;
        *asked > 5
    }
}

#[test]
fn a_wish_to_stop_ends_a_study_within_a_row_of_quadrature() {
    let exact = [
        "integration.method=quadrature",
        "integration.rel_error=1e-8",
    ];
    let keep = |_: &Row| -> Result<(), StudyError> { panic!("no row") };
    let scan = Scan::new(source(&exact), grid(MASSES)).expect("valid");
    let ended = scan.run(&[], keep, &Early::default());
    let comparisons = Comparisons::new(&source(&exact), grid(MASSES), 2).expect("valid");
    let compared = comparisons.run(&Early::default()).map(|_| ());
    let reach = Reach::new(vec![card(&exact)], vec![0.01, 0.1, 0.2], Options::default());
    let reach = reach.expect("valid");
    let reached = reach.run(&Early::default()).map(|_| ());
    for ended in [ended.map(|_| ()), compared, reached] {
        let is_stopped = matches!(ended, Err(StudyError::Stopped { left: 3, rows: 3 }));
        assert!(is_stopped, "{ended:?}");
    }
}

#[test]
fn a_row_that_fails_is_named_and_the_others_stay() {
    // Too light for the approximation.
    let approximate = source(&["integration.method=wwa"]);
    let scan = Scan::new(approximate, grid("dark_sector.m_chi_gev=0.1,1e-5")).expect("valid");
    let keep = |_: &Row| -> Result<(), StudyError> { Ok(()) };
    let found = scan.run(&[], keep, &()).expect("a table");
    assert_eq!(found.table().rows.len(), 1);
    let [failure] = &found.failures[..] else {
        panic!("{:?}", found.failures);
    };
    assert!(failure.contains("m_chi_gev = 1e-5: "), "{failure}");
}

#[test]
fn a_formula_that_does_not_apply_is_missing_in_the_table_of_a_comparison() {
    let grid = grid("dark_sector.m_chi_gev=1e-5,0.1");
    let comparisons = Comparisons::new(&source(&["integration.rel_error=1e-3"]), grid, 2);
    let comparisons = comparisons.expect("valid");
    assert!(comparisons.has(&["1e-1"]) && !comparisons.has(&["0.2"]));
    let found = comparisons.run(&()).expect("found");
    let table = found.table();
    let wwa = table.position("wwa_pb").expect("a column");
    assert_eq!(table.rows[0][wwa], Cell::Missing);
    assert!(table.rows[1][wwa].number() > Some(0.0));
    let rows = found.json_rows();
    assert!(
        rows[0]["wwa_pb"].is_null() && rows[1]["m_chi_gev"] == 0.1,
        "{rows}"
    );
    assert_eq!(found.x_edges().len(), 3);
}

#[test]
fn limits_carry_what_they_exclude() {
    let counts = Counts {
        observed: 0,
        background: 0.0,
        confidence: 0.95,
    };
    let options = Options {
        counts: Some(counts),
        ..Options::default()
    };
    let card = card(&[
        "integration.method=quadrature",
        "integration.rel_error=1e-3",
    ]);
    let reach = Reach::new(vec![card], vec![0.1, 9.0], options).expect("valid");
    let found = reach.run(&()).expect("found");
    let table = found.table();
    let curve = &found.curves()[0];
    assert!(curve.q_over_e[0] > Some(0.0) && curve.q_over_e[1].is_none());
    // 20 = 1/(1 - 0.95) without background.
    let expected = 20_f64.ln();
    assert!((curve.events_excluded.expect("counts") / expected - 1.0).abs() < 1e-9);
    let cell = |name: &str| &table.rows[0][table.position(name).expect("a column")];
    assert_eq!(cell("q_over_e"), &Cell::from(curve.q_over_e[0]));
    assert_eq!(cell("observed"), &Cell::Integer(0));
    assert_eq!(cell("confidence"), &Cell::Real(0.95));
    assert_eq!(
        table.rows.len(),
        5,
        "above threshold there is no row: {:?}",
        table.rows
    );
}

#[test]
fn work_has_the_threads_that_the_card_asks_for_on_a_thread_that_is_a_pool_of_its_own() {
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1);
    let _alone = alone.use_current_thread().build().unwrap();
    let mut card = millibrem::card::shipped("m3").unwrap().with(&[]).unwrap();
    let here = std::thread::current().id();
    let work = || (rayon::current_num_threads(), std::thread::current().id());
    for threads in [2, 3] {
        card.run.threads = threads;
        assert_eq!(millibrem::run::on_threads(&card, work).unwrap().0, threads);
    }
    card.run.threads = 1;
    assert_eq!(millibrem::run::on_threads(&card, work), Ok((1, here)));
}
