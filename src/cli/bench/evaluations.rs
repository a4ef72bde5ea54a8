//! Evaluations of random bodies.

use super::super::against::{Rates, RowOptions};
use super::super::columns::scaled;
use super::super::print::print;
use super::csv::Csv;
use super::rows::{Rules, WARM_UP, line, milliseconds, put, warn_of};
use anyhow::{Context, Result};
use burgess_evolution::bench::{Bodies, Brain, CONTROL_RATE, Timing, candidates, time};
use burgess_physics::batch::Backend;
use burgess_physics::plan::Plan;
use std::fmt;

/// What drives the joints.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(super) enum Drive {
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

impl Drive {
    pub(super) fn brain(self) -> Brain {
        match self {
            Self::Cpg => Brain::Cpg,
            Self::Random => Brain::RandomActions,
        }
    }
}

/// What is evaluated.
pub(super) struct Evaluations<'a> {
    /// Links of a body; 0 is a mix of 8 to 12.
    pub(super) links: &'a [usize],
    /// Whether gradients are timed in turn with the evaluations.
    pub(super) gradients: bool,
}

impl Evaluations<'_> {
    /// Prints the head of the table.
    pub(super) fn begin(plan: &Plan, repeats: usize) {
        let (rate, steps) = (1.0 / plan.world.dt, plan.task.steps);
        print(format_args!(
            "capsule links with two contact points each, flat ground, dt 1/{rate:.0} s, {steps} steps an episode, random actions at \
             {CONTROL_RATE} Hz, reward of 3 terms, 4 descriptors; median of {repeats} evaluations"
        ));
        print(line(&HEAD.map(String::from), &WIDTHS));
    }

    /// Times one brain on all bodies and batches, and puts a row of each.
    ///
    /// # Errors
    ///
    /// When the backend fails.
    pub(super) fn time_all(
        &self,
        rules: &Rules,
        drive: Drive,
        (plan, backend): (&Plan, &dyn Backend),
        mut csv: Option<&mut Csv>,
    ) -> Result<()> {
        let brain = drive.brain();
        let differentiator = self.gradients.then(|| backend.differentiator(plan)).transpose()?;
        let mut warm_up = WARM_UP;
        for &links in self.links {
            let bodies = if links == 0 { Bodies::Mixed } else { Bodies::Links(links) };
            // Seconds a creature took in the batch before.
            let mut each = 0.0;
            for &batch in &rules.batches {
                let what = format!("{bodies} links, {brain}, {batch} creatures");
                if rules.leave_out(each, batch, &what) {
                    continue;
                }
                let candidates = candidates(bodies, brain, batch as usize, plan);
                let options = RowOptions(vec![
                    ("--links", links.to_string()),
                    ("--brains", drive.to_string()),
                    ("--batches", batch.to_string()),
                ]);
                let time_once = || {
                    let warm_up = std::mem::take(&mut warm_up);
                    time(backend, differentiator.as_deref(), &candidates, &plan.task, rules.repeats, warm_up)
                        .with_context(|| what.clone())
                };
                let (timing, against) = rules.time(options, time_once, rates)?;
                warn_of(timing.spread, &what);
                each = timing.evaluation / f64::from(batch);
                let row = Row { bodies, brain, timing };
                put(&line(&row.cells(), &WIDTHS), against, csv.as_deref_mut(), &row.known());
            }
        }
        Ok(())
    }
}

/// What is compared with another build.
fn rates(timing: &Timing) -> Rates {
    [Some(timing.body_steps()), Some(timing.evaluations()), timing.gradient_body_steps(), None]
}

/// One row of the table.
struct Row {
    bodies: Bodies,
    brain: Brain,
    timing: Timing,
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

impl Row {
    fn cells(&self) -> [String; 10] {
        let Self { bodies, brain, timing } = self;
        [
            bodies.to_string(),
            brain.to_string(),
            timing.batch.to_string(),
            scaled(timing.body_steps()),
            scaled(timing.creature_steps()),
            scaled(timing.evaluations()),
            milliseconds(timing.simulation),
            milliseconds(timing.evaluation),
            timing.gradient_body_steps().map_or_else(String::new, scaled),
            timing.back_over_forth().map_or_else(String::new, |times| format!("{times:.2}")),
        ]
    }

    /// The same for the file.
    fn known(&self) -> Vec<(&'static str, String)> {
        let Self { bodies, brain, timing } = self;
        let gradients = [
            ("gradient_body_steps_per_s", timing.gradient_body_steps()),
            ("back_over_forth", timing.back_over_forth()),
        ];
        let mut known = vec![
            ("links", bodies.to_string()),
            ("brain", brain.to_string()),
            ("creatures", timing.batch.to_string()),
            ("links_together", timing.links.to_string()),
            ("steps", timing.steps.to_string()),
            ("body_steps_per_s", timing.body_steps().to_string()),
            ("creature_steps_per_s", timing.creature_steps().to_string()),
            ("evaluations_per_s", timing.evaluations().to_string()),
            ("simulation_s", timing.simulation.to_string()),
            ("whole_s", timing.evaluation.to_string()),
        ];
        known.extend(gradients.into_iter().filter_map(|(name, value)| Some((name, value?.to_string()))));
        known
    }
}
