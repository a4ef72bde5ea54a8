//! Plots. Each is described once, and drawn as PNG (for screens) and as SVG (for papers).
//!
//! [`draw_run`] draws all plots of one run, [`draw_overlay`] the courses of several runs in one figure, [`draw_latent`] a learned encoder, and
//! [`draw_lines`] lines of any kind.

mod archive;
mod axes;
mod colour;
mod curves;
mod heading;
mod histogram;
mod latent_imagination;
mod latent_map;
mod latent_training;
mod legend;
mod lines;
mod overlay;
mod parallel;
mod ticks;
mod voronoi;

pub(crate) use colour::viridis;

use crate::pen::{Figure, save};
use crate::views::{CourseView, LatentView, LinesView, Progress, RunView, Shown};
use anyhow::{Context, Result, ensure};
use archive::{Heatmap, Profile};
use curves::Curves;
use heading::{title, title_of};
use histogram::Histogram;
use latent_imagination::Dreams;
use latent_map::Map;
use parallel::Parallel;
use std::path::{Path, PathBuf};

/// Draws all plots of one run into the folder `out`, which is created if it is missing, and returns the paths of the files.
///
/// Every plot is written as PNG and as SVG:
///
/// | file | what it shows |
/// |---|---|
/// | `archive-<i>-<j>` | reward over descriptors i and j, for each pair (`archive-0` if there is only one) |
/// | `parallel` | all descriptors of all elites, if there are more than two descriptors |
/// | `qd-score`, `coverage`, `reward` | one curve each over evaluations |
/// | `progress` | these three side by side |
/// | `progress-steps`, `progress-wall-time` | the same over simulated steps (forward and backward) and over wall time |
/// | `bodies` | topologies and mean distance of bodies over evaluations, if bodies evolve |
/// | `histogram` | distribution of rewards |
/// | `histogram-gain`, `histogram-trust` | distribution of refinement gain and of gradient trust, if elites were refined |
/// | `archive-gain`, `archive-trust` | the same two numbers over the first two descriptors |
///
/// # Errors
/// If the parts of the view do not fit together, or a file cannot be written.
pub fn draw_run(run: &RunView, out: &Path) -> Result<Vec<PathBuf>> {
    run.archive.check().with_context(|| format!("the archive of {}", title(run)))?;
    make_folder(out)?;
    let mut files = Files { folder: out, written: Vec::new() };
    let dimensions = run.archive.axes.len();
    if dimensions == 1 {
        files.add(&Profile { run }, "archive-0")?;
    }
    for i in 0..dimensions {
        for j in i + 1..dimensions {
            files.add(&Heatmap { run, shown: Shown::Reward, pair: (i, j) }, &format!("archive-{i}-{j}"))?;
        }
    }
    if dimensions > 2 {
        files.add(&Parallel { run }, "parallel")?;
    }
    files.add(&Histogram { run, shown: Shown::Reward }, "histogram")?;
    if run.archive.is_refined() {
        files.add_refinement(run)?;
    }
    for progress in Progress::ALL {
        files.add(&Curves::of_run(run, progress), &progress.stem("progress"))?;
    }
    if run.bodies_evolve {
        files.add(&Curves::of_bodies(run, Progress::Evaluations), "bodies")?;
    }
    let curves = Curves::of_run(run, Progress::Evaluations);
    for (panel, quantity) in curves::QUANTITIES.iter().enumerate() {
        files.add(&curves.only(panel), quantity.stem)?;
    }
    Ok(files.written)
}

/// Draws lines into the folder `out`, which is created if it is missing, as `stem.png` and `stem.svg`, and returns their paths.
///
/// # Errors
/// If there is no panel, or a file cannot be written.
pub fn draw_lines(view: &LinesView, out: &Path, stem: &str) -> Result<[PathBuf; 2]> {
    ensure!(!view.panels.is_empty(), "{stem}: lines need at least one frame");
    make_folder(out)?;
    save(&lines::curves(view), out, stem)
}

/// Draws the courses of several runs in one figure into the folder `out`, which is created if it is missing, and returns the paths of the files.
///
/// | file | what it shows |
/// |---|---|
/// | `<figure>` | all measures over evaluations |
/// | `<figure>-qd-score`, `<figure>-coverage`, `<figure>-reward`, `<figure>-mean-reward` | one measure each over evaluations |
/// | `<figure>-topologies`, `<figure>-body-distance` | the same for measures of bodies, if bodies evolve |
/// | the same names with `-steps` at the end | over simulated steps (forward and backward) |
/// | the same names with `-wall-time` at the end | over wall time |
///
/// Runs of the same name are repetitions. Their mean is a line, and a band reaches from the lowest to the highest run; both end where the
/// shortest of these runs ends. Runs without a finished generation are left out. Thin lines mark the places in `marks`.
///
/// # Errors
/// If no run has finished a generation, or a file cannot be written.
pub fn draw_overlay(
    runs: &[CourseView<'_>],
    marks: &[(Progress, f64)],
    figure: &str,
    out: &Path,
) -> Result<Vec<PathBuf>> {
    let begun: Vec<CourseView<'_>> = runs.iter().filter(|run| !run.metrics.is_empty()).copied().collect();
    ensure!(!begun.is_empty(), "an overlay needs at least one run that has finished a generation");
    make_folder(out)?;
    let mut files = Files { folder: out, written: Vec::new() };
    for progress in Progress::ALL {
        let marks = marks.iter().filter(|mark| mark.0 == progress).map(|mark| mark.1).collect();
        let curves = overlay::overlay(&begun, progress, marks);
        files.add(&curves, &progress.stem(figure))?;
        for (panel, quantity) in overlay::quantities(&begun).iter().enumerate() {
            files.add(&curves.only(panel), &progress.stem(&format!("{figure}-{}", quantity.stem)))?;
        }
    }
    Ok(files.written)
}

/// Draws the plots of an encoder into the folder `out`, which is created if it is missing, and returns the paths of the files. Parts that the
/// view does not have are not drawn.
///
/// | file | what it shows |
/// |---|---|
/// | `<stem>-map` | candidates in latent space, coloured by reward, by body plan (if bodies evolve), and by generation |
/// | `<stem>-training` | the loss and its parts over gradient steps |
/// | `<stem>-imagination` | what a world model imagines, and what really happened |
///
/// # Errors
/// If the parts of the view do not fit together, or a file cannot be written.
pub fn draw_latent(view: &LatentView, out: &Path, stem: &str) -> Result<Vec<PathBuf>> {
    if let Some(imagination) = &view.imagination {
        imagination.check().with_context(|| format!("the imagination of {}", title_of(&view.name, view.seed)))?;
    }
    make_folder(out)?;
    let mut files = Files { folder: out, written: Vec::new() };
    if let Some(map) = &view.map {
        files.add(&Map { view, map }, &format!("{stem}-map"))?;
    }
    if let Some(training) = &view.training {
        files.add(&latent_training::curves(view, training), &format!("{stem}-training"))?;
    }
    if let Some(imagination) = &view.imagination {
        files.add(&Dreams { view, imagination }, &format!("{stem}-imagination"))?;
    }
    Ok(files.written)
}

fn make_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))
}

struct Files<'a> {
    folder: &'a Path,
    written: Vec<PathBuf>,
}

impl Files<'_> {
    fn add(&mut self, figure: &impl Figure, stem: &str) -> Result<()> {
        self.written.extend(save(figure, self.folder, stem)?);
        Ok(())
    }

    /// Draws what gradient steps did for the elites.
    fn add_refinement(&mut self, run: &RunView) -> Result<()> {
        for (shown, name) in [(Shown::Gain, "gain"), (Shown::Trust, "trust")] {
            self.add(&Histogram { run, shown }, &format!("histogram-{name}"))?;
            if run.archive.axes.len() > 1 {
                self.add(&Heatmap { run, shown, pair: (0, 1) }, &format!("archive-{name}"))?;
            }
        }
        Ok(())
    }
}
