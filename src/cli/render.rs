//! `burgess render`: pictures of a creature on its terrain.

use super::output::Output;
use super::print::print;
use super::subject::{self, Subject};
use burgess_evolution::report::frame_of;
use burgess_physics::step::trace::trace;
use burgess_report::pictures::{Animation, ColouredBody, Frame, animate, strip};
use std::path::PathBuf;
use std::process::ExitCode;

/// Moments a second that are recorded: enough for the smoothest animation.
const FRAME_RATE: f64 = 60.0;

/// Whose picture, and where it goes.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    subject: subject::Args,
    /// Six moments [default, without --gif: the subject's name].
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// An animation.
    #[arg(long, value_name = "FILE")]
    gif: Option<PathBuf>,
}

/// Simulates, draws, and prints the paths.
///
/// # Errors
/// When the subject does not exist or a file cannot be written.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let subject = Subject::resolve(&args.subject)?;
    subject.say_environment();
    let by_default = args.gif.is_none().then(|| PathBuf::from(format!("{}.png", file_stem(&subject.label))));
    let png = args.png.clone().or(by_default).map(Output::open).transpose()?;
    let gif = args.gif.clone().map(Output::open).transpose()?;
    let period = frame_period(subject.world.dt);
    let (moments, _) = trace::<f32>(&subject.candidate, &subject.world, &subject.task, period);
    let frames: Vec<Frame> = moments.iter().map(frame_of).collect();
    let kinds: Vec<u64> = subject.keys.iter().map(|key| key.gene.0).collect();
    let (body, terrain) = (ColouredBody { model: &subject.candidate.model, kinds: &kinds }, &subject.world.terrain);

    if let Some(output) = png {
        print(output.write(&strip(body, terrain, &frames, &subject.label)?.encode_png()?)?.display());
    }
    if let Some(output) = gif {
        print(output.write(&animate(body, terrain, &frames, Animation::default())?)?.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Steps of `dt` (s) from one recorded moment to the next.
pub(super) fn frame_period(dt: f64) -> u32 {
    (1.0 / (FRAME_RATE * dt)).round().max(1.0) as u32
}

/// The label with everything but letters, digits and dashes turned into dashes.
fn file_stem(label: &str) -> String {
    let plain: String = label.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
