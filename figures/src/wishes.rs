//! What is asked of a figure beyond its data: which curves, under what names, over which ranges.
//!
//! Curves are named as the legend names them (or by words of it: `sum` is every curve with that
//! word), without the labels of cards or with them, panels by their short names. Nothing is dropped in silence: a name that fits nothing is an
//! error with the names there are. Pinned by the tests below and `cli/tests/cli_plot.rs`.

use millibrem::histogram::Scale;

use super::PlotError;
use super::figure::{Content, Curve, Panel, Shape};
use super::size::Size;
use super::text;

/// What is asked of the figures of a command; empty as a default.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Panels, or curves, to draw; all without.
    pub only: Vec<String>,
    /// New names: one a curve in their order, or `CURVE=TEXT`.
    pub labels: Vec<String>,
    /// Curves of what data not yet taken would show.
    pub projected: Vec<String>,
    /// Where the names of regions stand: name, abscissa, ordinate.
    pub places: Vec<(String, f64, f64)>,
    /// The curve by which all are divided in a lower part.
    pub ratio: Option<String>,
    /// Ends of the horizontal axis.
    pub x_range: Option<(f64, f64)>,
    /// Ends of the vertical axis.
    pub y_range: Option<(f64, f64)>,
    /// Scale of the horizontal axis.
    pub x_scale: Option<Scale>,
    /// Scale of the vertical axis.
    pub y_scale: Option<Scale>,
    /// Size of a panel.
    pub size: Option<Size>,
}

/// `panels` as `wishes` want them.
///
/// # Errors
/// [`PlotError::Unknown`] for a name that fits no panel and no curve, [`PlotError::Label`] for a label
/// too many.
pub fn fulfil(panels: Vec<Panel>, wishes: &Wishes) -> Result<Vec<Panel>, PlotError> {
    let (by_name, in_order) = names(&panels, &wishes.labels);
    let mut panels = choose(panels, &wishes.only)?;
    for name in &wishes.projected {
        change(&mut panels, name, |_, curve| curve.projected = true)?;
    }
    for (name, x, y) in &wishes.places {
        change(&mut panels, name, |_, curve| curve.place = Some((*x, *y)))?;
    }
    if let Some(name) = &wishes.ratio {
        change(&mut panels, name, |_, _| ())?;
        for panel in &mut panels {
            let found = curves(panel)
                .iter()
                .position(|c| is_own(c) && fits(c, name));
            panel.ratio = found;
        }
    }
    relabel(&mut panels, &by_name, &in_order)?;
    display(&mut panels);
    for panel in &mut panels {
        panel.x.range = wishes.x_range.or(panel.x.range);
        panel.y.range = wishes.y_range.or(panel.y.range);
        panel.x.scale = wishes.x_scale.unwrap_or(panel.x.scale);
        panel.y.scale = wishes.y_scale.unwrap_or(panel.y.scale);
        panel.size = wishes.size.unwrap_or(panel.size);
    }
    Ok(panels)
}

/// Gives curves the labels of their cards, where they have some.
pub fn display(panels: &mut [Panel]) {
    for panel in panels {
        if let Content::Curves(curves) = &mut panel.content {
            for curve in curves {
                if let Some(display) = curve.display.take() {
                    curve.label = display;
                }
            }
        }
    }
}

/// The panels, and the curves in them, with these names; regions stay unless one of them is named.
///
/// # Errors
/// [`PlotError::Unknown`] with the names there are.
pub fn choose(panels: Vec<Panel>, names: &[String]) -> Result<Vec<Panel>, PlotError> {
    let is_panel = |name: &&String| panels.iter().any(|panel| panel.name == **name);
    let (of_panels, of_curves): (Vec<&String>, Vec<&String>) = names.iter().partition(is_panel);
    let mut chosen: Vec<Panel> = match of_panels.is_empty() {
        true => panels,
        false => of_panels
            .iter()
            .filter_map(|name| panels.iter().find(|panel| panel.name == **name).cloned())
            .collect(),
    };
    if of_curves.is_empty() {
        return Ok(chosen);
    }
    for name in &of_curves {
        change(&mut chosen, name, |_, _| ())?;
    }
    let named = |curve: &Curve| of_curves.iter().any(|name| fits(curve, name));
    for panel in &mut chosen {
        if let Content::Curves(curves) = &mut panel.content {
            let own = curves.iter().any(|c| is_own(c) && named(c));
            let regions = curves.iter().any(|c| !is_own(c) && named(c));
            curves.retain(|c| match is_own(c) {
                true => !own || named(c),
                false => !regions || named(c),
            });
            if !own && !regions {
                curves.clear();
            }
        }
    }
    chosen.retain(|panel| match &panel.content {
        Content::Curves(curves) => !curves.is_empty(),
        Content::Heat(_) => false,
    });
    Ok(chosen)
}

/// The labels that name a curve, as old and new label of each that is named, whether it is drawn or
/// not, and the others.
fn names<'a>(panels: &[Panel], labels: &'a [String]) -> (Vec<(String, &'a str)>, Vec<&'a String>) {
    let (mut by_name, mut in_order) = (Vec::new(), Vec::new());
    for label in labels {
        let before = by_name.len();
        if let Some((name, text)) = label.split_once('=') {
            let named = panels
                .iter()
                .flat_map(curves)
                .filter(|curve| fits(curve, name));
            by_name.extend(named.map(|curve| (curve.label.clone(), text)));
        }
        if by_name.len() == before {
            in_order.push(label);
        }
    }
    (by_name, in_order)
}

/// Gives curves new names.
fn relabel(
    panels: &mut [Panel],
    by_name: &[(String, &str)],
    in_order: &[&String],
) -> Result<(), PlotError> {
    for panel in panels.iter_mut() {
        if let Content::Curves(curves) = &mut panel.content {
            for curve in curves {
                let new = by_name.iter().rev().find(|(old, _)| *old == curve.label);
                if let Some((_, text)) = new {
                    (*text).clone_into(&mut curve.label);
                    curve.display = None;
                }
            }
        }
    }
    if in_order.is_empty() {
        return Ok(());
    }
    let most = panels
        .iter()
        .map(|p| curves(p).iter().filter(|c| is_own(c)).count())
        .max();
    if let Some(label) = in_order.get(most.unwrap_or(0)) {
        return Err(PlotError::Label {
            label: (*label).clone(),
            known: known(panels),
        });
    }
    for panel in panels {
        if let Content::Curves(curves) = &mut panel.content {
            let own = curves.iter_mut().filter(|c| is_own(c));
            for (curve, label) in own.zip(in_order) {
                curve.label.clone_from(label);
                curve.display = None;
            }
        }
    }
    Ok(())
}

fn curves(panel: &Panel) -> &[Curve] {
    match &panel.content {
        Content::Curves(curves) => curves,
        Content::Heat(_) => &[],
    }
}

/// Whether a curve was computed, not read.
fn is_own(curve: &Curve) -> bool {
    curve.shape != Shape::Region
}

/// Changes the curves that `name` fits.
///
/// # Errors
/// [`PlotError::Unknown`] if there is none.
fn change(
    panels: &mut [Panel],
    name: &str,
    mut one: impl FnMut(usize, &mut Curve),
) -> Result<(), PlotError> {
    let mut found = false;
    for panel in panels.iter_mut() {
        if let Content::Curves(curves) = &mut panel.content {
            for (i, curve) in curves.iter_mut().enumerate().filter(|(_, c)| fits(c, name)) {
                found = true;
                one(i, curve);
            }
        }
    }
    match found {
        true => Ok(()),
        false => Err(PlotError::Unknown {
            name: name.to_owned(),
            known: known(panels),
        }),
    }
}

/// Whether a curve is called `name`, or has it among the words of its label, that of files or of cards.
fn fits(curve: &Curve, name: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let has = |label: &str, name: Vec<String>| {
        !name.is_empty() && words(label).windows(name.len()).any(|some| some == name)
    };
    let display = curve.display.as_deref().unwrap_or_default();
    has(&curve.label, words(name)) || has(display, words(&text::literal(name)))
}

/// Names of panels and curves, separated by commas.
fn known(panels: &[Panel]) -> String {
    let mut found: Vec<&str> = Vec::new();
    let of_curves = panels.iter().flat_map(curves).map(|curve| &curve.label[..]);
    for name in panels.iter().map(|panel| &panel.name[..]).chain(of_curves) {
        if !name.is_empty() && !found.contains(&name) {
            found.push(name);
        }
    }
    found.join(", ")
}
