//! Plots, each written once and drawn as PNG (for screens) and as SVG (for papers).
//!
//! [`draw_run`] draws everything about one run, [`draw_overlay`] the courses of several runs together, [`draw_latent`] a learned
//! encoder.

mod archive;
mod axes;
mod colour;
mod curves;
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

use super::data::{CourseView, LatentView, LinesView, Progress, RunView, Shown};
use crate::report::pen::{Figure, save};
use anyhow::{Context, Result, ensure};
use archive::{Heatmap, Profile};
use curves::Curves;
use histogram::Histogram;
use latent_imagination::Dreams;
use latent_map::Map;
use parallel::Parallel;
use std::path::{Path, PathBuf};

/// Draws everything about one run into the folder `out`, which is made if it is missing, and gives the files' paths.
///
/// | file | what |
/// |---|---|
/// | `archive-<i>-<j>` | reward over descriptors i and j, for each pair (`archive-0` when there is only one) |
/// | `parallel` | all descriptors of all elites, when there are more than two |
/// | `qd-score`, `coverage`, `reward` | curves over evaluations |
/// | `progress` | the three of them side by side |
/// | `progress-steps`, `progress-wall-time` | the same over simulated steps (forward and backward) and over wall time |
/// | `bodies` | topologies and mean distance of bodies over evaluations, where bodies evolve |
/// | `histogram` | distribution of rewards |
/// | `histogram-gain`, `histogram-trust` | of refinement gain and gradient trust, when elites were refined |
/// | `archive-gain`, `archive-trust` | the same over the first two descriptors |
///
/// # Errors
/// When the parts of the view don't fit together, or a file can't be written.
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

/// Draws lines into the folder `out`, which is made if it is missing, as `stem.png` and `stem.svg`, and gives their paths.
///
/// # Errors
/// When there is no panel, or a file can't be written.
pub fn draw_lines(view: &LinesView, out: &Path, stem: &str) -> Result<[PathBuf; 2]> {
    ensure!(!view.panels.is_empty(), "{stem}: lines need at least one frame");
    make_folder(out)?;
    save(&lines::curves(view), out, stem)
}

/// Draws the courses of several runs together into the folder `out`, which is made if it is missing, and gives the files' paths:
/// `figure` with all measures over evaluations, `figure-qd-score`, `figure-coverage`, `figure-reward`, `figure-mean-reward` and, where
/// bodies evolve, `figure-topologies` and `figure-body-distance` with one each, and the same with `-steps` behind the name over simulated steps (forward and backward) and with `-wall-time` over wall time.
///
/// Runs of the same name are repetitions: their mean is a line, and a band spans from the lowest to the highest, over the
/// stretch that all of them have reached. Runs without a finished generation are left out. Fine lines stand at the places
/// in `marks`.
///
/// # Errors
/// When no run has finished a generation, or a file can't be written.
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

/// Draws what there is of an encoder into the folder `out`, which is made if it is missing, and gives the files' paths.
///
/// | file | what |
/// |---|---|
/// | `<stem>-map` | candidates in latent space, coloured by reward, by body plan where bodies evolve, and by generation |
/// | `<stem>-training` | loss and its parts over gradient steps |
/// | `<stem>-imagination` | what a world model imagines, and what really followed |
///
/// # Errors
/// When the parts of the view don't fit together, or a file can't be written.
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

    /// What gradient steps did.
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

fn title(run: &RunView) -> String {
    title_of(&run.name, run.seed)
}

fn title_of(name: &str, seed: u64) -> String {
    format!("{name}, seed {seed}")
}

/// What the run reached, in one line.
fn summary(run: &RunView) -> String {
    let elites = run.archive.elites.len();
    let cells = run.archive.cell_count();
    let coverage = 100.0 * elites as f64 / cells.max(1) as f64;
    let mut text = format!("{elites} {}", if elites == 1 { "elite" } else { "elites" });
    text += &format!(", coverage {coverage:.1} %");
    if let Some(row) = run.metrics.last().filter(|row| row.qd_score.is_finite()) {
        text += &format!(", QD-score {}", short(row.qd_score));
    }
    if let Some(best) = run.archive.drawn().last() {
        text += &format!(", best reward {}", short(best.reward));
    }
    text
}

/// A number with four digits.
pub fn short(value: f64) -> String {
    let digits = if value == 0.0 { 0 } else { libm::log10(value.abs()).floor() as i32 };
    let text = match digits {
        -3..=5 => format!("{value:.*}", (3 - digits).max(0) as usize),
        _ => format!("{value:.3e}"),
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_have_four_digits() {
        for (value, text) in [
            (0.0, "0.000"),
            (1.23456, "1.235"),
            (-12.3456, "−12.35"),
            (123456.0, "123456"),
            (0.0012345, "0.001234"),
            (1.5e9, "1.500e9"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
