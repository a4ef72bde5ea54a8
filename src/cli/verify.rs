//! `burgess verify DIR`: every elite simulated again and compared with what is stored.

use super::backend;
use super::print::print;
use super::program::program;
use burgess_core::say::harmless;
use burgess_evolution::descriptors::DescriptorSpec;
use burgess_evolution::evolve::provenance::{self, Part};
use burgess_evolution::evolve::verify::{self, Comparison};
use burgess_evolution::evolve::{Domain as _, LatentSpace, start};
use burgess_evolution::store::{Integrity, RunReader};
use std::path::PathBuf;
use std::process::ExitCode;

/// Most faults that are shown.
const SHOWN: usize = 20;

/// Which run, and on what.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The run folder.
    dir: PathBuf,
    #[command(flatten)]
    backend: backend::Args,
}

/// Prints what is damaged, by the checksums of rows, and the largest differences. These must be zero where the run was made by the same program on the same kind of machine and
/// backend; elsewhere they are only reported.
///
/// # Errors
///
/// When the run cannot be read, or simulation fails.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let run = RunReader::open(&args.dir)?;
    // Said before anything else is read, which damage may stop.
    let Integrity { faults, unchecked } = run.integrity()?;
    for fault in faults.iter().take(SHOWN) {
        print(harmless(&format!("DAMAGED: {fault}")));
    }
    if faults.len() > SHOWN {
        print(format_args!("DAMAGED: ... and {} more", faults.len() - SHOWN));
    }
    if unchecked > 0 {
        print(format_args!("{unchecked} rows are from before rows had checksums, and have none"));
    }
    let (experiment, space) = start::thaw_run(&args.dir)?;
    let parts = provenance::read(&args.dir)?;
    let (comparison, backend) = match experiment.problem() {
        Some(problem) => {
            let elites = run.elites_of()?;
            let points = args.backend.open_points(&experiment, problem, &parts)?;
            (points.verify(&elites), points.backend())
        }
        None => {
            let elites = run.elites()?;
            let backend = args.backend.open_like(&experiment, &parts)?;
            let latent = LatentSpace::open(&experiment, &args.dir, run.encoder()?)?;
            let descriptors = &experiment.descriptors;
            let comparison = verify::verify(&elites, descriptors, latent.as_ref(), &space, backend.as_ref())?;
            (comparison, backend.describe())
        }
    };
    let here = Part::now(&program(), &backend, None);
    let promised = parts.iter().all(|part| part.promises_bits_of(&here));
    print(report(&comparison, &experiment.axes(), promised));
    let broken = !faults.is_empty() || promised && comparison.differing > 0;
    Ok(if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn report(comparison: &Comparison, descriptors: &[DescriptorSpec], promised: bool) -> String {
    let mut lines = vec![
        format!("{} elites simulated again, {} differ", comparison.elites, comparison.differing),
        format!("largest difference in reward: {}", comparison.reward),
        moved(comparison),
    ];
    for (spec, difference) in descriptors.iter().zip(&comparison.descriptors) {
        let (name, unit) = spec.kind.label();
        lines.push(format!("largest difference in {name}: {difference} {unit}").trim_end().to_owned());
    }
    lines.push(match (promised, comparison.differing) {
        (_, 0) => "verified: equal to the bit".into(),
        (true, _) => "FAILED: the same program, backend and machine must give the same bits".into(),
        (false, _) => {
            "another program, backend or machine made (part of) this run, so equal bits are not promised".into()
        }
    });
    lines.join("\n")
}

/// How many elites earn something else now, e.g. `2 of 80 elites (2.5 %) move by more than 5 % in reward`.
fn moved(comparison: &Comparison) -> String {
    let Comparison { elites, reward_moved, .. } = *comparison;
    let share = 100.0 * reward_moved as f64 / elites.max(1) as f64;
    format!("{reward_moved} of {elites} elites ({share:.1} %) move by more than {} % in reward", 100.0 * verify::MOVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_elites_that_move_is_told() {
        let comparison = Comparison { elites: 80, reward_moved: 2, ..Comparison::default() };
        assert_eq!(moved(&comparison), "2 of 80 elites (2.5 %) move by more than 5 % in reward");
        assert_eq!(moved(&Comparison::default()), "0 of 0 elites (0.0 %) move by more than 5 % in reward");
    }
}
