//! `burgess bench`: how much a backend simulates a second, by batch and by body, and what becomes of that in whole generations.

mod csv;
mod evaluations;
mod generations;
mod rows;

use super::backend::{self, Opened};
use super::print::print;
use anyhow::Result;
use burgess_evolution::bench::plan;
use burgess_physics::plan::Plan;
use csv::Csv;
use evaluations::{Drive, Evaluations};
use generations::Generations;
use rows::Rules;
use std::path::PathBuf;
use std::process::ExitCode;

/// What is timed, and how.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    backend: backend::Args,
    /// What is timed.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "evaluations")]
    work: Vec<Work>,
    /// Creatures evaluated at a time.
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', default_value = "256,1024,4096,16384,65536",
          value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    batches: Vec<u32>,
    /// Links of a body, 2 to 32; 0 is a mix of 8 to 12.
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', default_value = "0,4,8,16", value_parser = parse_links)]
    links: Vec<usize>,
    /// What drives the joints.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "cpg,random")]
    brains: Vec<Drive>,
    /// Length of an episode (s).
    #[arg(long, value_name = "SECONDS", default_value_t = 1.25, value_parser = parse_seconds)]
    duration: f64,
    /// Timed evaluations or generations, of which the median counts; others warm up before.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    repeats: u32,
    /// Leave out what would take longer than this for one evaluation or generation (s), judged by smaller batches.
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0, value_parser = parse_seconds)]
    longest: f64,
    /// Let the links of a creature touch each other.
    #[arg(long)]
    self_collision: bool,
    /// Also time gradients of the reward, in turn with the evaluations.
    #[arg(long)]
    gradients: bool,
    /// Time another build of this program in turn with this one, row by row, and print how they compare.
    #[arg(long, value_name = "PROGRAM")]
    against: Option<PathBuf>,
    /// Also write the table as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Work {
    /// Evaluations of random bodies.
    Evaluations,
    /// Whole generations of walkers.ron with every candidate refined, at the given batches.
    Refined,
}

fn parse_links(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(links @ (0 | 2..=32)) => Ok(links),
        _ => Err("expected 0 (a mix of 8 to 12 links) or 2 to 32".into()),
    }
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if seconds > 0.0 && seconds <= 3600.0 => Ok(seconds),
        _ => Err("expected seconds above 0, at most 3600".into()),
    }
}

/// Times and prints.
///
/// # Errors
///
/// When there is no such backend, it fails, or the CSV cannot be written.
pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let is_timed = |work| args.work.contains(&work);
    let drives = if is_timed(Work::Evaluations) { &args.brains[..] } else { &[] };
    let generations = is_timed(Work::Refined).then(|| Generations::new(args.self_collision)).transpose()?;
    let of_drive = |drive: &Drive| plan(args.duration, drive.brain(), args.self_collision);
    let plans: Vec<Plan> = drives.iter().map(of_drive).chain(generations.as_ref().map(Generations::plan)).collect();
    let backends = args.backend.open_each(&plans)?;
    let device = backends.first().map_or_else(String::new, |(backend, _)| backend.describe());
    print(format_args!("{device}, burgess {}", env!("CARGO_PKG_VERSION")));
    let names = drives.iter().map(|drive| drive.brain().to_string());
    for (name, (_, opened)) in names.chain(["generations".to_owned()]).zip(&backends) {
        print(format_args!("{name}: device opened and shaders compiled in {:.2} s", opened.as_secs_f64()));
    }
    let mut csv = args.csv.as_deref().map(|path| Csv::create(path, &device)).transpose()?;
    let timed = time(args, drives, generations.as_ref(), (&plans, &backends), csv.as_mut());
    // What was timed before a failure is kept.
    csv.map_or(Ok(()), Csv::write)?;
    timed?;
    Ok(ExitCode::SUCCESS)
}

/// Times all that is asked for; there is a plan with its backend for each drive, and then one for the generations.
fn time(
    args: &Args,
    drives: &[Drive],
    generations: Option<&Generations>,
    (plans, backends): (&[Plan], &[Opened]),
    mut csv: Option<&mut Csv>,
) -> Result<()> {
    let mut batches = args.batches.clone();
    batches.sort_unstable();
    let rules = Rules { batches, repeats: args.repeats as usize, longest: args.longest, against: args.against.clone() };
    let evaluations = Evaluations { links: &args.links, gradients: args.gradients };
    if let (false, Some(plan)) = (drives.is_empty(), plans.first()) {
        Evaluations::begin(plan, rules.repeats);
    }
    for (drive, (plan, (backend, _))) in drives.iter().zip(plans.iter().zip(backends)) {
        evaluations.time_all(&rules, *drive, (plan, backend.as_ref()), csv.as_deref_mut())?;
    }
    match (generations, backends.last()) {
        (Some(generations), Some((backend, _))) => generations.time_all(&rules, backend.as_ref(), csv),
        _ => Ok(()),
    }
}
