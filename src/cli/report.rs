//! `burgess report DIR...`: draws the plots of runs again, and several runs over each other; or writes a page in which they can be explored.

use super::backend;
use super::output::Output;
use super::page;
use super::print::print;
use burgess_evolution::report::{draw_all, view};
use burgess_evolution::store::RunReader;
use burgess_report::draw_overlay;
use burgess_report::views::{CourseView, RunView};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Which runs.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Run folders. Runs of one name are taken for repetitions: their mean is a line, their spread a band.
    #[arg(required = true, value_name = "DIR")]
    dirs: Vec<PathBuf>,
    /// Folder of the overlay [default: overlay/ beside the first run].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write one HTML file instead of plots: it opens in a browser without a server or a network. It has the map of the first run's archive, its
    /// elites in motion, their lineage, and the curves of all runs (docs/seeing.md).
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    html: Option<PathBuf>,
    /// In the HTML file: record the motion of at most so many elites, spread over the archive, the best one first.
    #[arg(long, value_name = "N", default_value_t = page::ELITES, requires = "html")]
    elites: usize,
    #[command(flatten)]
    backend: backend::Args,
}

/// Draws, and prints the path of every file.
///
/// # Errors
///
/// When a run cannot be read or a file cannot be written.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(html) = &args.html {
        page::write(&distinct(&args.dirs), args.elites, &args.backend, Output::open(html.clone())?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let dirs = distinct(&args.dirs);
    // All runs are read before anything is written.
    let views = dirs.iter().map(|dir| view(&RunReader::open(dir)?)).collect::<anyhow::Result<Vec<_>>>()?;
    let mut files = Vec::new();
    for dir in dirs {
        files.extend(draw_all(dir)?);
    }
    if views.len() > 1 {
        let courses: Vec<CourseView<'_>> = views.iter().map(RunView::course).collect();
        let out = args.out.clone().unwrap_or_else(|| beside(&args.dirs, "overlay"));
        files.extend(draw_overlay(&courses, &[], "overlay", &out)?);
    }
    for file in files {
        print(file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Each folder once, however often and by whatever path it was named: a run must not count as its own repetition.
pub(super) fn distinct(dirs: &[PathBuf]) -> Vec<&PathBuf> {
    let mut seen = Vec::new();
    let mut is_new = |dir: &PathBuf| {
        let place = dir.canonicalize().unwrap_or_else(|_| dir.clone());
        let new = !seen.contains(&place);
        seen.push(place);
        new
    };
    dirs.iter().filter(|&dir| is_new(dir)).collect()
}

/// A folder beside the first run.
pub(super) fn beside(dirs: &[PathBuf], name: &str) -> PathBuf {
    dirs.first().and_then(|first| first.parent()).unwrap_or(Path::new("")).join(name)
}
