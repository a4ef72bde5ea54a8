//! `burgess pretrain FILE`: one brain for all bodies of an experiment, by gradients through the physics.

use super::backend;
use super::print::print;
use anyhow::Context;
use burgess_evolution::evolve::start;
use burgess_evolution::experiment;
use burgess_evolution::pretrain::RandomBodies;
use burgess_learn::brain::Input;
use burgess_learn::describe::Description;
use burgess_learn::train::{Trainer, TrainingSpec};
use burgess_learn::{SharedBrain, SharedSpec};
use burgess_physics::batch::Backend;
use burgess_physics::model::{Candidate, Model};
use burgess_physics::plan::BrainKind;
use rayon::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// What learns on what.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The experiment whose bodies, physics, terrain and task the brain is for.
    file: PathBuf,
    /// Changes a field, e.g. --set task.duration=2.5.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
    #[command(flatten)]
    backend: backend::Args,
    #[arg(long, default_value = "()")]
    brain: String,
    #[arg(long, default_value = "()")]
    training: String,
    #[arg(long, default_value_t = 100)]
    updates: u64,
    #[arg(long, default_value_t = 10)]
    every: u64,
    #[arg(long, default_value_t = 0)]
    reference: usize,
    #[arg(long)]
    out: Option<PathBuf>,
    #[arg(long, default_value_t = 256)]
    held_out: u64,
}

const HELD_OUT: u64 = 1 << 40;

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let loaded = experiment::load(&args.file, &args.overrides)?;
    let experiment = loaded.experiment;
    let seeds = start::seed_bodies(&experiment, &loaded.folder)?;
    let space = start::search_space(&experiment, seeds);
    let brain: SharedSpec = ron::from_str(&args.brain).context("--brain")?;
    let training: TrainingSpec = ron::from_str(&args.training).context("--training")?;
    let mut plan = experiment.plan();
    plan.task.control_period = 4;
    plan.task.frame = None;
    plan.brain = BrainKind::Mlp(brain.hidden.clone());
    let backends = args.backend.open_each(&[plan.clone(), experiment.plan()])?;
    let [backend, own] = [0, 1].map(|i| &backends[i].0);
    let bodies = RandomBodies { space: &space, seed: experiment.seed };
    let held_out: Vec<Model<f32>> =
        (0..args.held_out).into_par_iter().map(|i| bodies.body(HELD_OUT + i)).collect();
    if args.reference > 0 {
        let genomes: Vec<_> = (0..args.held_out).into_par_iter().map(|i| bodies.genome(HELD_OUT + i).0).collect();
        for sigma in [0.3, 0.6, 1.0] {
            let began = Instant::now();
            let best = super::pretrain_reference::best_of_each(&space, &genomes, own.as_ref(), args.reference, sigma, 1)?;
            say(&format!("reference, sigma {sigma}, {:.1} s", began.elapsed().as_secs_f64()), best);
        }
    }
    let members = training.members;
    let mut trainer = Trainer::new(&brain, training, experiment.seed);
    assess(&trainer.state().brain, &held_out, backend.as_ref())?;
    let began = Instant::now();
    while trainer.state().updates < args.updates {
        let source = |number| bodies.body(number);
        let update = if members > 0 {
            trainer.explore(&plan, backend.as_ref(), &source, experiment.seed, args.updates)?
        } else {
            trainer.update(&plan, backend.as_ref(), &source, args.updates)?
        };
        if trainer.state().updates.is_multiple_of(args.every) {
            print(format_args!(
                "{:6} {:8} bodies {:7.1} s  reward {:.4}/s  fell {:.3}  lost {:.4}  gradient {:.3e}  {:?}",
                trainer.state().updates,
                trainer.state().bodies,
                began.elapsed().as_secs_f64(),
                update.reward,
                update.terminated,
                update.without_gradient,
                update.gradient,
                [update.times.bodies, update.times.controllers, update.times.load, update.times.window, update.times.gradients, update.times.states, update.times.weights].map(|x| (x * 1e3).round())
            ));
        }
        if trainer.state().updates.is_multiple_of(args.every * 5) {
            assess(&trainer.state().brain, &held_out, backend.as_ref())?;
        }
    }
    if let Some(out) = &args.out {
        trainer.state().save(out)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn assess(brain: &SharedBrain<f32>, held_out: &[Model<f32>], backend: &dyn Backend) -> anyhow::Result<()> {
    let descriptions: Vec<Description<f32>> = held_out.par_iter().map(Description::of).collect();
    let inputs: Vec<Input<'_, f32>> = descriptions.iter().map(|body| Input { body, style: &[] }).collect();
    let controllers = brain.controllers(&inputs);
    let candidates: Vec<Candidate<f32>> =
        held_out.iter().zip(controllers).map(|(model, controller)| Candidate { model: model.clone(), controller }).collect();
    let outcomes = backend.evaluate(&candidates)?;
    say("held out", outcomes.iter().map(|o| o.reward).collect());
    Ok(())
}

fn say(what: &str, mut rewards: Vec<f32>) {
    rewards.retain(|reward| reward.is_finite());
    rewards.sort_unstable_by(f32::total_cmp);
    let mean = rewards.iter().sum::<f32>() / rewards.len().max(1) as f32;
    let at = |share: f64| rewards[((rewards.len() - 1) as f64 * share) as usize];
    print(format_args!("       {what}: mean {mean:.3}, 10 % {:.3}, median {:.3}, 90 % {:.3}, best {:.3}", at(0.1), at(0.5), at(0.9), at(1.0)));
}
