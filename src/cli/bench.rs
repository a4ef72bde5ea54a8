//! `burgess bench`: how much a backend simulates a second, by batch and by body.

use super::backend;
use super::columns::align;
use anyhow::{Context, Result};
use burgess::bench::{Bodies, Brain, CONTROL_RATE, Timing, candidates, plan, time};
use burgess::sim::Backend;
use burgess::sim::plan::Plan;
use std::io::{Write as _, stderr, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// What is timed, and how.
#[derive(clap::Args)]
pub struct Args {
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
    #[arg(long, value_name = "SECONDS", default_value_t = 1.25)]
    duration: f64,
    /// Timed evaluations, of which the median counts; one more warms up.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    repeats: u32,
    /// Leave out what would take longer than this for one evaluation (s), judged by smaller batches.
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    longest: f64,
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

fn parse_links(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(links @ (0 | 2..=32)) => Ok(links),
        _ => Err("expected 0 (a mix of 8 to 12 links) or 2 to 32".into()),
    }
}

/// One row of the table.
struct Row {
    bodies: Bodies,
    brain: Brain,
    timing: Timing,
}

/// Times and prints.
///
/// # Errors
///
/// When there is no such backend, it fails, or the CSV cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let brains: Vec<Brain> = args.brains.iter().map(|drive| drive.brain()).collect();
    let plans: Vec<Plan> = brains.iter().map(|&brain| plan(args.duration, brain)).collect();
    let backends = args.backend.open_each(&plans)?;
    let mut out = stdout();
    if let (Some((backend, _)), Some(plan)) = (backends.first(), plans.first()) {
        let rate = 1.0 / plan.world.dt;
        writeln!(out, "{}, burgess {}", backend.describe(), env!("CARGO_PKG_VERSION"))?;
        writeln!(
            out,
            "capsule links with two contact points each, flat ground, dt 1/{rate:.0} s, {} steps an episode, random actions at \
             {CONTROL_RATE} Hz, reward of 3 terms, 4 descriptors; median of {} evaluations",
            plan.task.steps, args.repeats
        )?;
    }
    let mut rows = Vec::new();
    for ((brain, plan), (backend, opened)) in brains.iter().zip(&plans).zip(&backends) {
        writeln!(out, "{brain}: device opened and shader compiled in {:.2} s", opened.as_secs_f64())?;
        rows.extend(time_all(args, *brain, plan, backend.as_ref())?);
    }
    writeln!(out, "{}", align(&table(&rows)))?;
    if let Some(path) = &args.csv {
        let device = backends.first().map_or_else(String::new, |(backend, _)| backend.describe());
        std::fs::write(path, csv(&device, &rows)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Drive {
    fn brain(self) -> Brain {
        match self {
            Self::Cpg => Brain::Cpg,
            Self::Random => Brain::RandomActions,
        }
    }
}

fn time_all(args: &Args, brain: Brain, plan: &Plan, backend: &dyn Backend) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for &links in &args.links {
        let bodies = if links == 0 { Bodies::Mixed } else { Bodies::Links(links) };
        // Seconds a creature took in the batch before.
        let mut each = 0.0;
        for &batch in &args.batches {
            let expected = each * f64::from(batch);
            if expected > args.longest {
                writeln!(
                    stderr(),
                    "{bodies} links, {batch} creatures: left out, would take {expected:.0} s each time"
                )?;
                continue;
            }
            let candidates = candidates(bodies, brain, batch as usize, &plan.task);
            let timing = time(backend, &candidates, &plan.task, args.repeats as usize)?;
            each = timing.evaluation / f64::from(batch);
            rows.push(Row { bodies, brain, timing });
        }
    }
    Ok(rows)
}

fn table(rows: &[Row]) -> Vec<Vec<String>> {
    let head =
        ["links", "brain", "creatures", "body-steps/s", "creature-steps/s", "evaluations/s", "simulation", "whole"];
    let mut table = vec![head.map(String::from).into()];
    table.extend(rows.iter().map(|Row { bodies, brain, timing }| {
        vec![
            bodies.to_string(),
            brain.to_string(),
            timing.batch.to_string(),
            scaled(timing.body_steps()),
            scaled(timing.creature_steps()),
            scaled(timing.evaluations()),
            format!("{:.2} ms", timing.simulation * 1e3),
            format!("{:.2} ms", timing.evaluation * 1e3),
        ]
    }));
    table
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

fn csv(device: &str, rows: &[Row]) -> String {
    let mut text = String::from(
        "device,direction,links,brain,creatures,links_together,steps,body_steps_per_s,creature_steps_per_s,evaluations_per_s,\
         simulation_s,whole_s\n",
    );
    for Row { bodies, brain, timing } in rows {
        text += &format!(
            "\"{}\",forward,{bodies},{brain},{},{},{},{},{},{},{},{}\n",
            device.replace('"', "\"\""),
            timing.batch,
            timing.links,
            timing.steps,
            timing.body_steps(),
            timing.creature_steps(),
            timing.evaluations(),
            timing.simulation,
            timing.evaluation
        );
    }
    text
}
