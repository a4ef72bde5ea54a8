//! `burgess schema`: the reference experiments, which show every field and variant.

use super::print::print;
use clap::ValueEnum;
use std::process::ExitCode;

/// Kinds of experiments.
#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// MAP-Elites over bodies and brains.
    Evolution,
    /// A problem of quality-diversity without bodies.
    Benchmark,
    /// Gradient ascent of gaits and bodies.
    Ascent,
    /// A sequence of actions to a target.
    Reach,
    /// The physics behind a recording.
    Identify,
}

/// Of which kind.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The kind of experiment.
    #[arg(value_enum, default_value = "evolution")]
    kind: Kind,
}

impl Kind {
    /// Tests keep them complete and valid.
    fn reference(self) -> &'static str {
        match self {
            Kind::Evolution => include_str!("../../experiments/reference.ron"),
            Kind::Benchmark => include_str!("../../experiments/reference_benchmark.ron"),
            Kind::Ascent => include_str!("../../experiments/reference_ascent.ron"),
            Kind::Reach => include_str!("../../experiments/reference_reach.ron"),
            Kind::Identify => include_str!("../../experiments/reference_identify.ron"),
        }
    }
}

/// Prints the reference experiment.
///
/// # Errors
///
/// If stdout cannot be written to.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    print(args.kind.reference().trim_end());
    Ok(ExitCode::SUCCESS)
}
