//! Whole generations of `walkers.ron` in which every candidate is refined.

use super::super::against::{Rates, RowOptions};
use super::super::columns::scaled;
use super::super::print::print;
use super::csv::Csv;
use super::rows::{Rules, WARM_UP, line, milliseconds, put, warn_of};
use anyhow::{Context, Result};
use burgess_evolution::bench::{Bodies, Brain, GenerationTiming, candidates, time_generations, warm_up};
use burgess_evolution::experiment::{BatchSize, Experiment, Refine, Refined, from_text};
use burgess_physics::batch::Backend;
use burgess_physics::plan::Plan;
use burgess_physics::world::SelfCollision;
use std::path::Path;

/// What evolves.
const WALKERS: &str = include_str!("../../../experiments/walkers.ron");

/// What another build is asked for, to time one row.
const REFINED: (&str, &str) = ("--work", "refined");

/// The experiment, whatever the size of its batches, and how its candidates are refined.
pub(super) struct Generations {
    experiment: Experiment,
    refine: Refine,
}

impl Generations {
    /// Those of walkers, whose links touch each other if they are told to.
    ///
    /// # Errors
    ///
    /// When the file that the program was built with refines nothing.
    pub(super) fn new(touching: bool) -> Result<Self> {
        let mut experiment = from_text(WALKERS, "walkers.ron", Path::new(""), &[])?.experiment;
        let refine = experiment.refine.as_mut().context("walkers.ron refines nothing")?;
        refine.which = Refined::All;
        let refine = refine.clone();
        if touching {
            experiment.physics.self_collision = SelfCollision::On;
        }
        Ok(Self { experiment, refine })
    }

    /// What a backend is to be made for.
    pub(super) fn plan(&self) -> Plan {
        self.experiment.plan()
    }

    /// Times all batches, and puts a row of each.
    ///
    /// # Errors
    ///
    /// When the backend fails, or nothing can be stored.
    pub(super) fn time_all(&self, rules: &Rules, backend: &dyn Backend, mut csv: Option<&mut Csv>) -> Result<()> {
        let Self { experiment, refine: Refine { steps, horizon, .. } } = self;
        print(format_args!(
            "generations of walkers.ron, all candidates refined: episodes of {} s before and after {steps} gradient steps over {horizon} s, \
             from asking to the record; median of {} generations",
            experiment.task.duration, rules.repeats
        ));
        print(line(&HEAD.map(String::from), &WIDTHS));
        let differentiator = backend.differentiator(&experiment.plan_over(*horizon))?;
        let mut is_warm = false;
        // Seconds a candidate took in the batch before.
        let mut each = 0.0;
        for &batch in &rules.batches {
            let what = format!("generations of {batch}");
            if rules.leave_out(each, batch, &what) {
                continue;
            }
            let experiment = Experiment { batch_size: BatchSize::Fixed(batch as usize), ..experiment.clone() };
            let (option, value) = REFINED;
            let options = RowOptions(vec![(option, value.to_owned()), ("--batches", batch.to_string())]);
            let time_once = || {
                if !std::mem::replace(&mut is_warm, true) {
                    let creatures = candidates(Bodies::Mixed, Brain::Cpg, batch as usize, &experiment.plan());
                    warm_up(backend, &creatures, WARM_UP)?;
                }
                time_generations(&experiment, backend, Some(differentiator.as_ref()), rules.repeats)
                    .with_context(|| what.clone())
            };
            let (timing, against) = rules.time(options, time_once, rates)?;
            warn_of(timing.spread, &what);
            each = timing.generation / f64::from(batch);
            put(&line(&cells(&timing), &WIDTHS), against, csv.as_deref_mut(), &known(&timing, &experiment));
        }
        Ok(())
    }
}

/// What is compared with another build.
fn rates(timing: &GenerationTiming) -> Rates {
    [None, None, None, Some(timing.candidates())]
}

/// Columns of the table, and how wide they are.
const HEAD: [&str; 6] = ["creatures", "refined/s", "generation", "simulation", "gradients", "device at work"];
const WIDTHS: [usize; 6] = [9, 10, 12, 12, 12, 14];

fn cells(timing: &GenerationTiming) -> [String; 6] {
    [
        timing.batch.to_string(),
        scaled(timing.candidates()),
        milliseconds(timing.generation),
        milliseconds(timing.simulation),
        milliseconds(timing.gradients),
        format!("{:.0} %", 100.0 * timing.device_share()),
    ]
}

/// The same for the file.
fn known(timing: &GenerationTiming, experiment: &Experiment) -> [(&'static str, String); 7] {
    [
        ("links", experiment.name.clone()),
        ("brain", Brain::Cpg.to_string()),
        ("creatures", timing.batch.to_string()),
        ("steps", experiment.episode_steps().to_string()),
        ("refined_per_s", timing.candidates().to_string()),
        ("generation_s", timing.generation.to_string()),
        ("device_share", timing.device_share().to_string()),
    ]
}
