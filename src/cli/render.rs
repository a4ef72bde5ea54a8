//! `burgess render`: pictures of a creature on its terrain.

use super::subject::Subject;
use burgess::report::frame_of;
use burgess::report::pictures::{Animation, Frame, animate, strip};
use burgess::sim::cpu::trace::trace;
use std::io::{Write as _, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// Moments a second that are recorded: enough for the smoothest animation.
const FRAME_RATE: f64 = 60.0;

/// Whose picture, and where it goes.
#[derive(clap::Args)]
pub struct Args {
    /// A morphology (a name, or the path of a .ron file), or an elite as DIR#ID.
    subject: String,
    /// A policy file (RON) that replaces the brain; a morphology without one holds its pose.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Length of the episode (s); default: the experiment's, or 5 for a morphology.
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    seconds: Option<f64>,
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
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut subject = Subject::resolve(&args.subject, args.policy.as_deref())?;
    if let Some(seconds) = args.seconds {
        subject.set_seconds(seconds)?;
    }
    let period = (1.0 / (FRAME_RATE * subject.world.dt)).round().max(1.0) as u32;
    let (moments, _) = trace::<f32>(&subject.candidate, &subject.world, &subject.task, period);
    let frames: Vec<Frame> = moments.iter().map(frame_of).collect();
    let (creature, terrain) = (&subject.candidate.creature, &subject.world.terrain);

    let by_default = args.gif.is_none().then(|| PathBuf::from(format!("{}.png", file_stem(&subject.label))));
    if let Some(path) = args.png.clone().or(by_default) {
        strip(creature, terrain, &frames, &subject.label)?.write_png(&path)?;
        writeln!(stdout(), "{}", path.display())?;
    }
    if let Some(path) = &args.gif {
        animate(creature, terrain, &frames, Animation::default(), path)?;
        writeln!(stdout(), "{}", path.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The label with everything but letters, digits and dashes turned into dashes.
fn file_stem(label: &str) -> String {
    let plain: String = label.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
