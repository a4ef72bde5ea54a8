//! `burgess train-encoder DIR... --out FILE`: what the elites of runs do, learned by an encoder.

use anyhow::{Context as _, bail, ensure};
use burgess::archive::store::RunReader;
use burgess::evolve::start;
use burgess::latent::{Encoder, EncoderKind, EncoderSpec, Experience, Missed, Size, Trainer};
use burgess::sim::cpu::record::{layout, record};
use burgess::sim::plan::Plan;
use indicatif::ProgressIterator as _;
use rayon::prelude::*;
use ron::extensions::Extensions;
use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// One in so many candidates is kept out of training, to say how well the encoder knows what it has not seen.
const HELD_OUT: usize = 10;
/// Frames that a world model imagines at the end of what it has not seen.
const IMAGINED: usize = 15;
/// Gradient steps between two lines about the loss.
const PART: usize = 100;

/// Which runs, and what learns.
#[derive(clap::Args)]
pub struct Args {
    /// Run folders; their elites are simulated again on the CPU.
    #[arg(required = true)]
    dirs: Vec<PathBuf>,
    /// Where it goes: FILE.safetensors and FILE.ron.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// What learns, in RON or a file of it, e.g. "(kind: Autoencoder(latent: 5))" (docs/latent.md) [default: (kind: WorldModel())].
    #[arg(long, value_name = "RON|FILE")]
    encoder: Option<String>,
    /// Frames a second; the simulated steps a second must be a multiple of it.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// Gradient steps [default: the encoder's `first_steps`].
    #[arg(long, value_name = "N")]
    steps: Option<usize>,
    /// Seed of first weights, batches and samples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// Simulates, trains, prints how well it knows what was held out, and writes the encoder.
///
/// # Errors
///
/// When a run cannot be read, nothing is left to learn from, training fails, or the files cannot be written.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let spec = spec(args.encoder.as_deref())?;
    let mut trainer = Trainer::new(&spec, &layout(f64::from(args.rate)), args.seed)?;
    let mut experiences = Vec::new();
    for dir in &args.dirs {
        experiences.extend(experiences_of(dir, args.rate).with_context(|| dir.display().to_string())?);
    }
    let (held_out, replay): (Vec<_>, Vec<_>) =
        experiences.iter().enumerate().partition(|(i, _)| i % HELD_OUT == HELD_OUT - 1);
    let [replay, held_out] = [replay, held_out].map(|part| part.into_iter().map(|(_, e)| e).collect::<Vec<_>>());
    let frames: usize = replay.iter().map(|experience| experience.frames()).sum();
    println(&format!("{} sequences, {frames} frames to learn from, {} held out", replay.len(), held_out.len()))?;
    train(&mut trainer, &replay, args)?;
    assess(trainer.encoder(), &held_out)?;
    let [weights, description] = trainer.encoder().save_file(&args.out)?;
    let hash = trainer.encoder().hash();
    println(&format!("encoder {}: {}, {}", &hash[..16], weights.display(), description.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn spec(given: Option<&str>) -> anyhow::Result<EncoderSpec> {
    let Some(given) = given else { return Ok(EncoderSpec::new(EncoderKind::world_model(Size::default()))) };
    let text = match Path::new(given).is_file() {
        true => std::fs::read_to_string(given).with_context(|| format!("cannot read {given}"))?,
        false => given.to_owned(),
    };
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    options.from_str(&text).with_context(|| format!("--encoder {given}: no encoder (docs/latent.md), and no file"))
}

/// What the elites of a run do, in the order of their cells. Those that diverge here have nothing to teach.
fn experiences_of(dir: &Path, rate: u32) -> anyhow::Result<Vec<Experience>> {
    let elites = RunReader::open(dir)?.elites()?;
    let (experiment, space) = start::thaw_run(dir)?;
    let plan = Plan::new(&experiment);
    if plan.problem.is_some() {
        bail!("a benchmark has no episodes to learn from");
    }
    let steps = experiment.physics.rate;
    ensure!(steps.is_multiple_of(rate), "--rate must divide the {steps} steps a second, and is {rate}");
    let world = plan.world.cast::<f32>();
    let one = |(_, elite): &(usize, burgess::archive::Elite)| -> anyhow::Result<Option<Experience>> {
        let compiled = space.compile(elite.expressed());
        let candidate = compiled.with_context(|| format!("elite {} no longer compiles", elite.id))?.map(|x| x as f32);
        Ok(record(&candidate, &world, &plan.task, steps / rate).0)
    };
    let all: Vec<Option<Experience>> = elites.par_iter().map(one).collect::<anyhow::Result<_>>()?;
    Ok(all.into_iter().flatten().collect())
}

fn train(trainer: &mut Trainer, replay: &[&Experience], args: &Args) -> anyhow::Result<()> {
    let steps = args.steps.unwrap_or_else(|| trainer.spec().training.steps(0));
    // At once where there is nothing to descend.
    let parts = steps.div_ceil(PART).max(1);
    for part in (0..parts).progress() {
        let own = PART.min(steps - part * PART);
        let losses = trainer.train(replay, own, args.seed, 0)?;
        if let Some(last) = losses.curve.last() {
            println(&format!("step {:5}  loss {:.4}", last.step, last.total))?;
        }
    }
    Ok(())
}

/// How well it knows what it has not seen.
fn assess(encoder: &Encoder, held_out: &[&Experience]) -> anyhow::Result<()> {
    if held_out.is_empty() {
        return println(&format!("fewer than {HELD_OUT} sequences: nothing was held out"));
    }
    if !matches!(encoder.spec().kind, EncoderKind::WorldModel { .. }) {
        let missed = encoder.surprise(held_out)?;
        let mean = missed.iter().sum::<f64>() / missed.len() as f64;
        return println(&format!("held out: reconstruction misses {mean:.4} (mean square, normalised)"));
    }
    println("held out, missed share of the variance:")?;
    println(&format!("  {:<17} {:>8}  {IMAGINED:>3} frames imagined  if nothing changed", "group", "one step"))?;
    for Missed { group, one_step, imagined, still } in encoder.missed(held_out, IMAGINED)? {
        println(&format!("  {group:<17} {one_step:8.4}  {imagined:19.4}  {still:18.4}"))?;
    }
    Ok(())
}

fn println(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(stdout(), "{line}")?)
}
