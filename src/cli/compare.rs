//! `burgess compare DIR...`: experiments beside each other over their seeds, at equal evaluations, steps and wall time.

use super::columns::align;
use super::print::print;
use anyhow::{Context, ensure};
use burgess_evolution::compare::{Request, Run, compare_runs};
use burgess_evolution::evolve::folder::write_whole;
use burgess_evolution::store::EXPERIMENT;
use burgess_report::compare::{Comparison, ComparisonPoint};
use burgess_report::draw_overlay;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Stem of all files.
const STEM: &str = "comparison";

/// Which runs, and where they are compared.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Run folders. Runs of one name are taken for repetitions of one experiment.
    #[arg(required = true, value_name = "DIR")]
    dirs: Vec<PathBuf>,
    /// Folder of tables and plots; what it holds of an earlier comparison is replaced [default: comparison/ beside the first run].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The experiment that the others are tested against [default: that of the first run].
    #[arg(long, value_name = "NAME")]
    against: Option<String>,
    /// Compare here instead of at the last place that all runs have reached: evaluations=10000, steps=2e6 or wall-time=60
    /// (s). May be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    at: Vec<ComparisonPoint>,
    /// Compare also what should not be compared, such as archives of different size; the output says so.
    #[arg(long)]
    force: bool,
}

/// Prints the tables and writes tables and plots.
///
/// # Errors
///
/// When a run cannot be read or the runs should not be compared, and nothing is written then; when a file cannot be written.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let out = args.out.clone().unwrap_or_else(|| super::report::beside(&args.dirs, STEM));
    ensure!(!out.join(EXPERIMENT).exists(), "--out {} is a run folder; name another", out.display());
    let runs = super::report::distinct(&args.dirs)
        .into_iter()
        .map(|dir| Run::open(dir))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let request = Request { against: args.against.clone(), at: args.at.clone(), force: args.force };
    let comparison = compare_runs(&runs, &request)?;
    let files = write(&comparison, &runs, &out)?;
    for section in &comparison.sections {
        print(format_args!("{}\n{}\n", section.title(), align(&section.table())));
    }
    for note in comparison.legend() {
        print(note);
    }
    print(format_args!("{} files in {}", files.len(), out.display()));
    Ok(ExitCode::SUCCESS)
}

fn write(comparison: &Comparison, runs: &[Run], out: &Path) -> anyhow::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let courses: Vec<_> = runs.iter().map(Run::course).collect();
    let mut files = draw_overlay(&courses, &comparison.marks(), STEM, out)?;
    let figures = [("", "evaluations"), ("-steps", "simulated steps"), ("-wall-time", "wall time")]
        .map(|(suffix, over)| (format!("over {over}"), format!("{STEM}{suffix}.png")));
    for (extension, text) in [("csv", comparison.csv()), ("md", comparison.markdown(&figures))] {
        let file = out.join(STEM).with_extension(extension);
        write_whole(&file, &text)?;
        files.push(file);
    }
    Ok(files)
}
