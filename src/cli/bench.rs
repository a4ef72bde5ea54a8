//! `burgess bench`: how much a backend simulates a second, by batch and by body.

use super::against::{Other, Rates, RowOptions};
use super::backend;
use super::output::Output;
use super::print::print;
use anyhow::{Context, Result};
use burgess_core::say;
use burgess_evolution::bench::{Bodies, Brain, CONTROL_RATE, Timing, candidates, plan, time};
use burgess_physics::batch::Backend;
use burgess_physics::plan::Plan;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What is timed, and how.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    backend: backend::Args,
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
    /// Timed evaluations, of which the median counts; others warm up before.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    repeats: u32,
    /// Leave out what would take longer than this for one evaluation (s), judged by smaller batches.
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

#[derive(Clone, Copy, clap::ValueEnum)]
enum Drive {
    /// A random oscillator a joint.
    Cpg,
    /// A new random action a joint at every decision.
    Random,
}

/// As the option is written.
impl fmt::Display for Drive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Cpg => "cpg",
            Self::Random => "random",
        })
    }
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

/// Work before the first row (s): what a data-centre GPU needs to raise its clocks after idling.
const WARM_UP: f64 = 3.0;

/// A row is called unsteady where repetitions differ by more than this share.
const UNSTEADY: f64 = 0.1;

/// One row of the table.
struct Row {
    bodies: Bodies,
    brain: Brain,
    timing: Timing,
    /// How another build compares.
    against: Option<String>,
}

/// Times and prints.
///
/// # Errors
///
/// When there is no such backend, it fails, or the CSV cannot be written.
pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let brains: Vec<Brain> = args.brains.iter().map(|drive| drive.brain()).collect();
    let plans: Vec<Plan> = brains.iter().map(|&brain| plan(args.duration, brain, args.self_collision)).collect();
    let backends = args.backend.open_each(&plans)?;
    if let (Some((backend, _)), Some(plan)) = (backends.first(), plans.first()) {
        let rate = 1.0 / plan.world.dt;
        print(format_args!("{}, burgess {}", backend.describe(), env!("CARGO_PKG_VERSION")));
        print(format_args!(
            "capsule links with two contact points each, flat ground, dt 1/{rate:.0} s, {} steps an episode, random actions at \
             {CONTROL_RATE} Hz, reward of 3 terms, 4 descriptors; median of {} evaluations",
            plan.task.steps, args.repeats
        ));
    }
    let device = backends.first().map_or_else(String::new, |(backend, _)| backend.describe());
    let mut csv = args.csv.as_deref().map(|path| Csv::create(path, &device)).transpose()?;
    for (brain, (_, opened)) in brains.iter().zip(&backends) {
        print(format_args!("{brain}: device opened and shaders compiled in {:.2} s", opened.as_secs_f64()));
    }
    print(line(&HEAD.map(String::from)));
    let timed = brains.iter().zip(&plans).zip(&backends).try_for_each(|((brain, plan), (backend, _))| {
        time_all(args, *brain, plan, backend.as_ref(), &mut |row| {
            print(line(&row.cells()));
            if let Some(against) = &row.against {
                print(against);
            }
            if let Some(csv) = &mut csv {
                csv.add(&row);
            }
        })
    });
    // What was timed before a failure is kept.
    if let Some(Csv { table, output, .. }) = csv {
        output.write(table.as_bytes())?;
    }
    timed?;
    Ok(ExitCode::SUCCESS)
}

/// What is compared with another build.
fn rates(timing: &Timing) -> Rates {
    [Some(timing.body_steps()), Some(timing.evaluations()), timing.gradient_body_steps()]
}

impl Drive {
    fn of(brain: Brain) -> Self {
        match brain {
            Brain::Cpg => Self::Cpg,
            Brain::RandomActions => Self::Random,
        }
    }

    fn brain(self) -> Brain {
        match self {
            Self::Cpg => Brain::Cpg,
            Self::Random => Brain::RandomActions,
        }
    }
}

/// Times one brain on all bodies and batches; `done` gets each row when it is there.
fn time_all(args: &Args, brain: Brain, plan: &Plan, backend: &dyn Backend, done: &mut dyn FnMut(Row)) -> Result<()> {
    let differentiator = args.gradients.then(|| backend.differentiator(plan)).transpose()?;
    let mut warm_up = WARM_UP;
    // The smaller ones tell how long the larger ones will take.
    let mut batches = args.batches.clone();
    batches.sort_unstable();
    for &links in &args.links {
        let bodies = if links == 0 { Bodies::Mixed } else { Bodies::Links(links) };
        // Seconds a creature took in the batch before.
        let mut each = 0.0;
        for &batch in &batches {
            let expected = each * f64::from(batch);
            if expected > args.longest {
                say!("{bodies} links, {batch} creatures: left out, would take {expected:.0} s each time");
                continue;
            }
            let candidates = candidates(bodies, brain, batch as usize, plan);
            let repeats = args.repeats as usize;
            let mut time_once = || {
                let warm_up = std::mem::take(&mut warm_up);
                time(backend, differentiator.as_deref(), &candidates, &plan.task, repeats, warm_up)
                    .with_context(|| format!("{bodies} links, {brain}, {batch} creatures"))
            };
            let (timing, against) = match args.against.as_deref() {
                None => (time_once()?, None),
                Some(program) => {
                    let row = RowOptions {
                        links: links.to_string(),
                        brain: Drive::of(brain).to_string(),
                        batch: batch.to_string(),
                    };
                    let (timing, against) = Other::new(program).compare(&row, time_once, rates)?;
                    (timing, Some(against))
                }
            };
            if timing.spread > UNSTEADY {
                let spread = 100.0 * timing.spread;
                say!("{bodies} links, {batch} creatures: not steady, repetitions differ by {spread:.0} %");
            }
            each = timing.evaluation / f64::from(batch);
            done(Row { bodies, brain, timing, against });
        }
    }
    Ok(())
}

/// Columns of the table, and how wide they are.
const HEAD: [&str; 10] = [
    "links",
    "brain",
    "creatures",
    "body-steps/s",
    "creature-steps/s",
    "evaluations/s",
    "simulation",
    "whole",
    "forth and back",
    "back/forth",
];
const WIDTHS: [usize; 10] = [5, 14, 9, 12, 16, 13, 11, 11, 14, 10];

fn line(cells: &[String; 10]) -> String {
    let padded: Vec<String> = cells.iter().zip(WIDTHS).map(|(cell, width)| format!("{cell:<width$}")).collect();
    padded.join("  ").trim_end().to_owned()
}

impl Row {
    fn cells(&self) -> [String; 10] {
        let Self { bodies, brain, timing, against: _ } = self;
        [
            bodies.to_string(),
            brain.to_string(),
            timing.batch.to_string(),
            scaled(timing.body_steps()),
            scaled(timing.creature_steps()),
            scaled(timing.evaluations()),
            format!("{:.2} ms", timing.simulation * 1e3),
            format!("{:.2} ms", timing.evaluation * 1e3),
            timing.gradient_body_steps().map_or_else(String::new, scaled),
            timing.back_over_forth().map_or_else(String::new, |times| format!("{times:.2}")),
        ]
    }
}

/// With three digits and a unit, e.g. `5.41 G`.
fn scaled(x: f64) -> String {
    let (factor, unit) = match x {
        x if x >= 1e9 => (1e-9, " G"),
        x if x >= 1e6 => (1e-6, " M"),
        x if x >= 1e3 => (1e-3, " k"),
        _ => (1.0, ""),
    };
    format!("{:.2}{unit}", x * factor)
}

/// The table as a file.
struct Csv {
    table: String,
    output: Output,
    device: String,
}

impl Csv {
    fn create(path: &Path, device: &str) -> Result<Self> {
        let output = Output::open(path.to_owned())?;
        let mut csv = Self { table: String::new(), output, device: device.replace('"', "\"\"") };
        csv.put(
            "device,links,brain,creatures,links_together,steps,body_steps_per_s,creature_steps_per_s,\
             evaluations_per_s,simulation_s,whole_s,gradient_body_steps_per_s,back_over_forth",
        );
        Ok(csv)
    }

    fn add(&mut self, row: &Row) {
        let Row { bodies, brain, timing, against: _ } = row;
        let numbers =
            [timing.body_steps(), timing.creature_steps(), timing.evaluations(), timing.simulation, timing.evaluation]
                .map(|number| number.to_string())
                .join(",");
        let (batch, links, steps) = (timing.batch, timing.links, timing.steps);
        let gradient = [timing.gradient_body_steps(), timing.back_over_forth()]
            .map(|number| number.map_or_else(String::new, |number| number.to_string()))
            .join(",");
        self.put(&format!("\"{}\",{bodies},{brain},{batch},{links},{steps},{numbers},{gradient}", self.device));
    }

    fn put(&mut self, line: &str) {
        self.table += line;
        self.table.push('\n');
    }
}
