//! `burgess train-encoder DIR... --out FILE`: what the elites of runs and their offspring do, learned by an encoder.

mod replay;

use crate::cli::print::print;
use crate::cli::specification;
use anyhow::Context as _;
use burgess_core::files;
use burgess_evolution::report::{IMAGINED, Sample, imagination, latent_map, training_curves};
use burgess_latent::{Encoder, EncoderKind, EncoderSpec, Losses, Missed, Size, Trainer};
use burgess_physics::experience::Experience;
use burgess_physics::frame::recorded_layout;
use burgess_report::draw_latent;
use burgess_report::views::LatentView;
use indicatif::ProgressBar;
use replay::{HELD_OUT, Replay};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Gradient steps between two lines about the loss.
const PART: usize = 100;

/// Which runs, and what learns.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Run folders; their elites are simulated again on the CPU.
    #[arg(required = true)]
    dirs: Vec<PathBuf>,
    /// Where it goes: FILE.safetensors and FILE.ron, with figures FILE-*.png and FILE-*.svg.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// What learns, in RON or a file of it, e.g. "(kind: Autoencoder(latent: 5))" (docs/latent.md) [default: (kind: WorldModel())].
    #[arg(long, value_name = "RON|FILE")]
    encoder: Option<String>,
    /// Frames a second; the simulated steps a second must be a multiple of it.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// Children of each elite that are learned from, too; they need not be good.
    #[arg(long, value_name = "N", default_value_t = 10)]
    offspring: u64,
    /// Gradient steps [default: the encoder's `first_steps`].
    #[arg(long, value_name = "N")]
    steps: Option<usize>,
    /// Seed of offspring, first weights, batches and samples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// Simulates, trains, prints how well it knows what was held out, and writes the encoder with its figures.
///
/// # Errors
///
/// When a run cannot be read, nothing is left to learn from, training fails, or a file cannot be written.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let spec = spec(args.encoder.as_deref())?;
    let mut trainer = Trainer::new(&spec, &recorded_layout(f64::from(args.rate)), args.seed)?;
    trainer.can_learn()?;
    make_room(&args.out)?;
    let runs = replay::read(&args.dirs, args.rate)?;
    let replay = Replay::new(&runs, args.offspring, args.seed);
    let seen = replay.experiences();
    let frames: usize = seen.iter().map(|experience| experience.frames()).sum();
    print(format_args!(
        "{} elites and {} offspring of theirs, {frames} frames to learn from, {} elites held out",
        replay.elites.len(),
        replay.offspring.len(),
        replay.held_out.len()
    ));
    let losses = train(&mut trainer, &seen, args)?;
    let encoder = trainer.encoder();
    let [weights, description] = encoder.save_file(&args.out)?;
    assess(encoder, &experiences(&replay.held_out))?;
    print(format_args!("encoder {}: {}, {}", &encoder.hash()[..16], weights.display(), description.display()));
    let names: Vec<&str> = runs.iter().map(|run| run.folder.as_str()).collect();
    let view = LatentView {
        name: format!("encoder of {}", names.join(", ")),
        seed: args.seed,
        bodies_evolve: runs.iter().any(|run| run.bodies_evolve),
        map: latent_map(encoder, &replay.all)?,
        // What was fitted at once has no course.
        training: (losses.curve.len() > 1).then(|| training_curves(&losses.curve, Vec::new())),
        imagination: imagination(encoder, &replay.held_out, IMAGINED)?,
    };
    draw(&view, &description)?;
    Ok(ExitCode::SUCCESS)
}

/// Sees to it that the encoder can be written where it is to go, before it takes its time.
fn make_room(out: &Path) -> anyhow::Result<()> {
    let folder = out.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    Ok(Encoder::check_name(out)?)
}

/// Draws beside the encoder's description and under its name.
fn draw(view: &LatentView, description: &Path) -> anyhow::Result<()> {
    let stem = description.file_stem().unwrap_or_default().to_string_lossy();
    let files = draw_latent(view, description.parent().unwrap_or(Path::new("")), &stem)?;
    let drawn = files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "png"));
    let drawn: Vec<String> = drawn.map(|file| file.display().to_string()).collect();
    if !drawn.is_empty() {
        print(format_args!("figures: {}, and as SVG", drawn.join(", ")));
    }
    Ok(())
}

fn experiences<'a>(samples: &[Sample<'a>]) -> Vec<&'a Experience> {
    samples.iter().map(|sample| sample.experience).collect()
}

fn spec(given: Option<&str>) -> anyhow::Result<EncoderSpec> {
    let Some(given) = given else { return Ok(EncoderSpec::new(EncoderKind::world_model(Size::default()))) };
    specification::read("--encoder", given, files::GENERATED, "no encoder (docs/latent.md), and no file")
}

fn train(trainer: &mut Trainer, replay: &[&Experience], args: &Args) -> anyhow::Result<Losses> {
    let steps = args.steps.unwrap_or_else(|| trainer.spec().training.steps(0));
    let bar = ProgressBar::new(steps as u64);
    let losses = trainer.train(replay, steps, args.seed, 0, |loss| {
        bar.inc(1);
        let done = loss.step as usize + 1;
        if done.is_multiple_of(PART) || done == steps {
            print(format_args!("step {done:5}  loss {:.4}", loss.total));
        }
    })?;
    bar.finish_and_clear();
    Ok(losses)
}

/// How well it knows what it has not seen.
fn assess(encoder: &Encoder, held_out: &[&Experience]) -> anyhow::Result<()> {
    if held_out.is_empty() {
        print(format_args!("fewer than {HELD_OUT} elites: none was held out"));
        return Ok(());
    }
    if !matches!(encoder.spec().kind, EncoderKind::WorldModel { .. }) {
        let missed = encoder.surprise(held_out)?;
        let mean = missed.iter().sum::<f64>() / missed.len() as f64;
        print(format_args!("held out: reconstruction misses {mean:.4} (mean square, normalised)"));
        return Ok(());
    }
    print("held out, missed share of the variance:");
    print(format_args!("  {:<17} {:>8}  {IMAGINED:>3} frames imagined  if nothing changed", "group", "one step"));
    let share = |x: f64| if x.is_nan() { "-".to_owned() } else { format!("{x:.4}") };
    for Missed { group, one_step, imagined, still } in encoder.missed(held_out, IMAGINED)? {
        print(format_args!("  {group:<17} {:>8}  {:>19}  {:>18}", share(one_step), share(imagined), share(still)));
    }
    Ok(())
}
