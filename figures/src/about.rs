//! What a figure says about the files it shows: facts of their cards.
//!
//! What all files share stands above the frame, what tells them apart in the legend. Where cards label
//! their experiments, the legend shows these labels; curves are still chosen by what it would say without.

use std::path::PathBuf;

use super::{names, text};

/// A statement about a file, and whether it is worth saying when all files share it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    text: String,
    in_title: bool,
}

/// The title of all `files`, and for each what tells it apart: the label given, else facts, else
/// its folder. A file alone needs nothing.
pub(super) fn words(files: &[(&PathBuf, &Vec<Fact>)], labels: &[String]) -> (String, Vec<String>) {
    let shared = |fact: &Fact| files.iter().all(|(_, facts)| facts.contains(fact));
    let joined = |facts: Vec<&Fact>| {
        let texts: Vec<&str> = facts.iter().map(|f| f.text.as_str()).collect();
        texts.join(", ")
    };
    let first = files.first().map_or(&[][..], |(_, facts)| &facts[..]);
    let title = joined(first.iter().filter(|f| f.in_title && shared(f)).collect());
    let legend = files.iter().enumerate().map(|(i, (path, facts))| {
        let own = joined(facts.iter().filter(|f| !shared(f)).collect());
        match labels.get(i) {
            Some(label) => label.clone(),
            None if own.is_empty() && files.len() > 1 => {
                let same_name = files
                    .iter()
                    .filter(|(p, _)| p.file_stem() == path.file_stem());
                match path.parent().filter(|_| same_name.count() > 1) {
                    Some(folder) => super::stem(folder),
                    None => super::stem(path),
                }
            }
            None => own,
        }
    });
    (title, legend.collect())
}

/// What a card calls its experiment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Experiment {
    /// Name of the run.
    pub(super) name: String,
    /// Its label, in markup.
    pub(super) label: String,
}

/// The experiment of a card that has a label.
pub(super) fn experiment(card: &str) -> Option<Experiment> {
    let card: toml::Table = card.parse().ok()?;
    let text = |key: &str| card.get("run")?.get(key)?.as_str();
    Some(Experiment {
        name: text("name")?.to_owned(),
        label: text::literal(text("label")?),
    })
}

/// For each file the label of its experiment, where these tell all `files` apart and no other is given.
pub(super) fn labels(files: &[Option<&Experiment>], given: &[String]) -> Vec<Option<String>> {
    let all: Option<Vec<&str>> = files.iter().map(|e| e.map(|e| &e.label[..])).collect();
    let apart = all.filter(|all| {
        let mut sorted = all.clone();
        sorted.sort_unstable();
        all.len() > 1 && sorted.windows(2).all(|pair| pair[0] != pair[1])
    });
    let one = |i: usize| Some((*apart.as_ref()?.get(i)?).to_owned()).filter(|_| i >= given.len());
    (0..files.len()).map(one).collect()
}

/// What is worth saying of a result of this card; the keys `scanned` are no facts.
pub(super) fn facts(card: &str, scanned: &[String]) -> Vec<Fact> {
    let card: toml::Table = card.parse().unwrap_or_default();
    let value = |section: &str, key: &str| {
        let free = !scanned.iter().any(|name| name == key);
        card.get(section)?.get(key).filter(|_| free)
    };
    let text = |section: &str, key: &str| value(section, key)?.as_str();
    let number = |section: &str, key: &str| {
        let value = value(section, key)?;
        value.as_float().or(value.as_integer().map(|i| i as f64))
    };
    let mut found = Vec::new();
    let mut say = |text: Option<String>, in_title: bool| {
        found.extend(text.map(|text| Fact { text, in_title }));
    };
    let lepton = text("beam", "lepton").map(names::of_lepton);
    let beam = lepton.map(|lepton| match number("beam", "energy_gev") {
        Some(e0) => format!("{e0} GeV {lepton}"),
        None => lepton,
    });
    let target = text("target", "element").map(|element| format!(" on {element}"));
    say(beam.map(|beam| beam + &target.unwrap_or_default()), true);
    let mass = |key: &str, symbol: &str| {
        number("dark_sector", key).map(|m| format!("{symbol} = {}", names::of_mass(m)))
    };
    say(mass("m_chi_gev", "*m*_{χ}"), true);
    say(mass("m_dark_photon_gev", "*m*_{A′}"), true);
    let charge = number("dark_sector", "charge").filter(|q| *q != 1.0);
    say(charge.map(|q| format!("*Q*_{{χ}} = {q} *e*")), true);
    let cut = number("cuts", "x_min").filter(|x| *x > 0.0);
    // A reader of the figure knows no x.
    let cut = cut.map(|x| match number("beam", "energy_gev") {
        Some(e0) => format!("*E*_{{miss}} > {} GeV", rounded(x * e0)),
        None => format!("*E*_{{miss}} > {x} *E*_{{0}}"),
    });
    say(cut, true);
    let x0 = number("target", "thickness_cm").zip(number("target", "radiation_length_cm"));
    let x0 = x0.map(|(thickness, length)| thickness / length);
    let radiates = text("beam", "lepton").is_some_and(|lepton| lepton.starts_with('e'));
    match (text("target", "losses"), x0) {
        // What needs `losses` said, and was said to have none.
        (Some("none"), Some(x0)) if radiates && x0 > 0.3 => {
            let x0 = (100.0 * x0).round() / 100.0;
            say(Some(format!("{x0} *X*_{{0}} as thin")), true);
        }
        (Some("none") | None, _) => {}
        (Some(losses), _) => say(Some(losses.to_owned()), true),
    }
    say(text("dark_sector", "spin").map(|s| format!("{s} χ")), false);
    say(text("target", "form_factor").map(str::to_owned), false);
    say(text("integration", "method").map(names::of_approach), false);
    found
}

/// Without the tail of a product.
fn rounded(value: f64) -> f64 {
    format!("{value:.6e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = "[beam]\nlepton = \"mu-\"\nenergy_gev = 160.0\n[target]\nelement = \"Pb\"\n\
                        form_factor = \"helm\"\n[dark_sector]\nm_chi_gev = 0.1\n";

    #[test]
    fn a_thick_target_says_how_it_is_followed() {
        let target = |losses: &str| {
            let card = CARD.replace("mu-", "e-").replace(
                "form_factor",
                &format!("thickness_cm = 5.6\nradiation_length_cm = 0.56\nlosses = \"{losses}\"\nform_factor"),
            );
            let path = PathBuf::from("run.h5");
            words(&[(&path, &facts(&card, &[]))], &[]).0
        };
        assert!(
            target("none").ends_with("10 *X*_{0} as thin"),
            "{}",
            target("none")
        );
        assert!(target("shower").ends_with("shower"), "{}", target("shower"));
    }

    #[test]
    fn shared_facts_make_the_title_and_others_the_legend() {
        let heavy = CARD.replace("0.1", "0.3");
        let (light, heavy) = (facts(CARD, &[]), facts(&heavy, &[]));
        let paths = ["a/run.h5", "b/run.h5"].map(PathBuf::from);
        let (title, legend) = words(&[(&paths[0], &light), (&paths[1], &heavy)], &[]);
        assert_eq!(title, "160 GeV *μ*^{−} on Pb");
        assert_eq!(legend, ["*m*_{χ} = 100 MeV", "*m*_{χ} = 300 MeV"]);
        let (_, legend) = words(&[(&paths[0], &light), (&paths[1], &light)], &[]);
        assert_eq!(legend, ["a", "b"]);
        let (title, legend) = words(&[(&paths[0], &light)], &[]);
        assert_eq!((title.contains("100 MeV"), &legend[0][..]), (true, ""));
    }

    #[test]
    fn labels_of_cards_stand_where_they_tell_files_apart() {
        let of = |label: &str| {
            let card = format!("[run]\nname = \"a\"\nlabel = {label:?}\n{CARD}");
            experiment(&card)
        };
        let (muon, other) = (of("NA64*μ*, \"b\"").unwrap(), of("LDMX").unwrap());
        assert_eq!(muon.label, "NA64\\*μ\\*, \"b\"");
        let shown = |files: &[Option<&Experiment>], given: &[String]| labels(files, given);
        let both = shown(&[Some(&muon), Some(&other)], &[]);
        assert_eq!(both, [Some(muon.label.clone()), Some("LDMX".to_owned())]);
        let given = shown(&[Some(&muon), Some(&other)], &["mine".to_owned()]);
        assert_eq!(given, [None, Some("LDMX".to_owned())]);
        assert_eq!(shown(&[Some(&other), Some(&other)], &[]), [None, None]);
        assert_eq!(shown(&[Some(&other), None], &[]), [None, None]);
        assert_eq!(shown(&[Some(&other)], &[]), [None]);
        assert_eq!(experiment(CARD), None);
    }

    #[test]
    fn a_cut_is_one_on_missing_energy_and_methods_tell_curves_apart() {
        let card = |method: &str| {
            format!("{CARD}[cuts]\nx_min = 0.7\n[integration]\nmethod = \"{method}\"\n")
        };
        let (exact, ww) = (facts(&card("quadrature"), &[]), facts(&card("ww"), &[]));
        let paths = ["a.csv", "b.csv"].map(PathBuf::from);
        let (title, legend) = words(&[(&paths[0], &exact), (&paths[1], &ww)], &[]);
        assert!(title.ends_with(", *E*_{miss} > 112 GeV"), "{title}");
        assert_eq!(legend, ["exact", "WW"]);
        let scanned = facts(&card("ww"), &["energy_gev".to_owned()]);
        let (title, _) = words(&[(&paths[0], &scanned)], &[]);
        assert!(title.ends_with(", *E*_{miss} > 0.7 *E*_{0}"), "{title}");
    }

    #[test]
    fn what_was_scanned_is_no_fact() {
        let found = facts(CARD, &["m_chi_gev".to_owned()]);
        assert!(
            found.iter().all(|fact| !fact.text.contains("MeV")),
            "{found:?}"
        );
        assert_eq!(found[0].text, "160 GeV *μ*^{−} on Pb");
    }
}
