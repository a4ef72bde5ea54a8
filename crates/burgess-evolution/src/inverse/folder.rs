//! The run folder of an inverse problem: what was asked, tables, solutions and plots.

use crate::evolve::folder::{claim, write_whole};
use crate::experiment::LoadedInverse;
use anyhow::Result;
use burgess_report::views::LinesView;
use burgess_report::{PLOTS, draw_lines};
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// What was asked, with changes by `--set` in it.
const EXPERIMENT: &str = "experiment.ron";

/// A new folder `<name>-<seed>-<number>/`.
#[derive(Debug)]
pub struct Folder {
    dir: PathBuf,
}

impl Folder {
    /// Makes it under `out` and freezes the experiment in it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn create(out: &Path, loaded: &LoadedInverse) -> Result<Self> {
        let dir = claim(out, &format!("{}-{}", loaded.inverse.name(), loaded.inverse.seed()))?;
        let folder = Self { dir };
        folder.write(EXPERIMENT, &loaded.text)?;
        Ok(folder)
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes a file.
    ///
    /// # Errors
    ///
    /// When it cannot be written; the message names it.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.dir.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        write_whole(&path, text)
    }

    /// Draws lines into the folder of plots.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn draw(&self, view: &LinesView, stem: &str) -> Result<()> {
        draw_lines(view, &self.dir.join(PLOTS), stem).map(drop)
    }
}

/// A table as CSV: one line of names, then the rows.
pub fn table<T: Display>(names: &[&str], rows: impl IntoIterator<Item = Vec<T>>) -> String {
    let mut text = names.join(",") + "\n";
    for row in rows {
        let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
        text += &(cells.join(",") + "\n");
    }
    text
}
