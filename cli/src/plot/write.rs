//! Figures on the disk, each with the script that draws it again beside it.

use std::path::{Component, Path, PathBuf};

use millibrem_figures::{Format, Panel, draw, matplotlib};
use millibrem_files::output::{self, Kind};
use millibrem_files::{IoError, PartFile, finish};

use crate::failure::Failure;

/// Draws the panels into `figure` (.svg, .pdf or .png), and writes the script that draws them again; its
/// path. Earlier figures of this program are replaced, with `replace` any files that are nothing
/// else; a script only if it is one of these.
///
/// # Errors
/// [`Failure`] if there is nothing to draw, the name has no such ending, or a file cannot be
/// written.
pub(super) fn write(panels: &[Panel], figure: &Path, replace: bool) -> Result<PathBuf, Failure> {
    let bytes = draw(panels, Format::of(figure)?)?;
    let script = script(figure);
    let both = || -> Result<(), Failure> {
        let drawn = PartFile::filled(figure, Kind::Figure, replace, &bytes)?;
        // The folder is there now, and paths can be told from it.
        let folder = figure.parent().unwrap_or(Path::new(""));
        let text = matplotlib(panels, figure, &|path| relative(path, folder))?;
        let beside = PartFile::filled(&script, Kind::Script, replace, text.as_bytes())?;
        Ok(finish([drawn, beside])?)
    };
    both().map_err(|error| match error {
        Failure::Io(IoError::File { path, source, .. }) => Failure::Figure { path, source },
        other => other,
    })?;
    Ok(script)
}

/// Fails if [`write`] could not write to `figure` in the end, or that is one of `inputs`.
///
/// # Errors
/// [`IoError`], saying why.
pub(super) fn check(figure: &Path, inputs: &[PathBuf], replace: bool) -> Result<(), IoError> {
    for (path, kind) in [(figure, Kind::Figure), (&script(figure), Kind::Script)] {
        output::check(path, kind, replace)?;
        output::check_apart(path, inputs)?;
    }
    Ok(())
}

/// The script beside a figure.
fn script(figure: &Path) -> PathBuf {
    figure.with_extension("py")
}

/// `path` seen from `folder`, if both are there; else as it is.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let (Ok(path), Ok(folder)) = (path.canonicalize(), folder.canonicalize()) else {
        return path.to_owned();
    };
    let (to, from): (Vec<Component>, Vec<Component>) =
        (path.components().collect(), folder.components().collect());
    let shared = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| Component::ParentDir);
    up.chain(to[shared..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_script() {
        let folder = tempfile::tempdir().unwrap();
        let (data, figures) = (folder.path().join("run.csv"), folder.path().join("a/b"));
        std::fs::create_dir_all(&figures).unwrap();
        std::fs::write(&data, "").unwrap();
        assert_eq!(relative(&data, &figures), Path::new("../../run.csv"));
        assert_eq!(relative(&data, folder.path()), Path::new("run.csv"));
    }
}
