//! `burgess simulate`: one creature's trajectory, as a table for other tools.

use super::output::Output;
use super::print::print;
use super::subject::{self, Subject};
use burgess_physics::model::{Model, PAIR_SLOTS};
use burgess_physics::step::trace::{TraceRow, state_columns, trace};
use burgess_physics::task::{Ending, Returns};
use std::path::PathBuf;
use std::process::ExitCode;

/// Scalar of the simulation.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Precision {
    /// As runs do.
    F32,
    /// The reference.
    F64,
}

/// Whose trajectory, and where it goes.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    subject: subject::Args,
    /// Scalar of the simulation.
    #[arg(long, value_enum, default_value = "f32")]
    precision: Precision,
    /// Write every step to this file too: pose, velocities, joints, contacts, reward so far, servo targets, poses of objects and of rivals' links.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// Simulates, writes the table and prints a summary.
///
/// # Errors
/// When the subject does not exist or the table cannot be written.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let subject = Subject::resolve(&args.subject)?;
    subject.say_environment();
    let csv = args.csv.clone().map(Output::open).transpose()?;
    let simulate = match args.precision {
        Precision::F32 => trace::<f32>,
        Precision::F64 => trace::<f64>,
    };
    let (moments, returns) = simulate(&subject.candidate, &subject.world, &subject.task, 1);
    if let Some(output) = csv {
        output.write(csv_of(&subject.candidate.model, &moments, args.precision).as_bytes())?;
    }
    summarise(&subject.label, &moments, &returns);
    Ok(ExitCode::SUCCESS)
}

fn summarise(label: &str, moments: &[TraceRow], returns: &Returns<f64>) {
    let (Some(first), Some(last)) = (moments.first(), moments.last()) else { return };
    let moved = last.position - first.position;
    let ending = ending_text(returns.ending);
    print(format_args!("{label}: {ending} after {:.3} s, {} steps", last.time, returns.steps));
    print(format_args!("  moved   {:+.3} m in x, {:+.3} m in y, {:+.3} m in z", moved.x, moved.y, moved.z));
    print(format_args!("  reward  {:.4}", returns.reward));
    let overlap = moments.iter().map(|moment| moment.overlap).fold(0.0, f64::max);
    if overlap > 0.0 {
        print(format_args!("  overlap {:.1} mm at most between limbs", 1e3 * overlap));
    }
    if returns.contacts_left_out > 0 {
        print(format_args!(
            "  {} contacts between links left out: there is room for {PAIR_SLOTS} a link at a time",
            returns.contacts_left_out
        ));
    }
}

/// How an episode ended, in words.
pub(super) fn ending_text(ending: Ending) -> &'static str {
    match ending {
        Ending::Finished => "finished",
        Ending::Terminated => "terminated by the task",
        Ending::Diverged => "diverged",
    }
}

/// One row a step, the start first; numbers have the digits that tell them apart in their precision.
fn csv_of(model: &Model<f64>, moments: &[TraceRow], precision: Precision) -> String {
    let text = |number: f64| match precision {
        Precision::F32 => (number as f32).to_string(),
        Precision::F64 => number.to_string(),
    };
    let links = moments.first().map_or(0, |m| m.contacts.len());
    let contacts = (0..links).map(|link| format!("contact{link}"));
    let targets = (1..links).map(|link| format!("target{link}"));
    let objects = (1..=model.first_rival()).map(|i| format!("object{i}"));
    let rivals = model.rivals().zip(1..);
    let rivals =
        rivals.flat_map(|(rival, i)| (0..rival.body.links.len()).map(move |link| format!("rival{i}_link{link}")));
    let poses = objects
        .chain(rivals)
        .flat_map(|who| ["x", "y", "z", "qw", "qx", "qy", "qz"].map(|name| format!("{who}_{name}")));
    let names = state_columns(links.saturating_sub(1)).into_iter().chain(contacts);
    let mut table = names.chain(["reward".to_owned()]).chain(targets).chain(poses).collect::<Vec<_>>().join(",") + "\n";
    for m in moments {
        let (q, base) = (m.orientation, [m.position, m.orientation.v, m.velocity, m.angular_velocity]);
        let [x, v, velocity, spin] = base.map(|a| a.to_array());
        let numbers = [m.time].into_iter().chain(x).chain([q.w]).chain(v).chain(velocity).chain(spin);
        let poses = m.objects.iter().flat_map(|(x, q)| x.to_array().into_iter().chain([q.w]).chain(q.v.to_array()));
        let joints = m.angles.iter().chain(&m.rates).chain(&m.contacts).copied();
        let row: Vec<String> =
            numbers.chain(joints).chain([m.reward]).chain(m.targets.iter().copied()).chain(poses).map(text).collect();
        table += &(row.join(",") + "\n");
    }
    table
}
