//! `burgess show DIR#ID` and `burgess show MORPHOLOGY`: all that is known of one creature.

use super::columns::align;
use super::print::print;
use super::{list, show_body};
use anyhow::{Context, bail, ensure};
use burgess_evolution::benchmark::Point;
use burgess_evolution::evolve::start;
use burgess_evolution::genome::{BodyLimits, PolicyFile, morphology};
use burgess_evolution::growth::{Grown, grow_whole, link_keys};
use burgess_evolution::life::Refinement;
use burgess_evolution::store::{EliteAddress, RunReader};
use burgess_physics::world::Physics;
use burgess_qd::Parent;
use ron::ser::PrettyConfig;
use serde::Serialize;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// Which creature.
#[derive(clap::Args)]
pub(super) struct Args {
    /// An elite's DIR#ID, the name of a morphology, or the path of a morphology file.
    #[arg(value_name = "DIR#ID|MORPHOLOGY")]
    target: OsString,
    /// Print an elite's genome too, exactly (RON).
    #[arg(long)]
    genome: bool,
    /// Print an elite's brain alone, as a policy file (RON) for `simulate --policy`.
    #[arg(long, conflicts_with = "genome")]
    policy: bool,
}

/// Prints tables.
///
/// # Errors
///
/// When there is no such elite or morphology, or it is no valid body.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let text = match (EliteAddress::is_meant(&args.target), args.policy) {
        (true, true) => policy(&EliteAddress::parse(&args.target)?)?,
        (true, false) => elite(&EliteAddress::parse(&args.target)?, args.genome)?,
        (false, true) => bail!("a morphology has no brain; --policy needs an elite's DIR#ID"),
        (false, false) => seed(Path::new(&args.target))?,
    };
    print(text.trim_end());
    Ok(ExitCode::SUCCESS)
}

fn seed(name: &Path) -> anyhow::Result<String> {
    let body = morphology::load(name, Path::new(""))?;
    let grown = grow_whole(&body, &BodyLimits::given(), &Physics::default());
    let model = grown.with_context(|| name.display().to_string())?;
    Ok(show_body::table(&model))
}

fn policy(address: &EliteAddress) -> anyhow::Result<String> {
    let run = RunReader::open(&address.dir)?;
    let has_policy = run.experiment().problem().is_none();
    ensure!(
        has_policy,
        "{}: is of a benchmark, whose elites have no policy; --genome prints one",
        address.dir.display()
    );
    let (_, elite) = run.elite(address.id)?;
    // Wherever the file goes, what it names stays in the run's folder.
    let policy = run.experiment().policy.with_frozen_files(&std::path::absolute(&address.dir)?);
    PolicyFile { policy, brain: elite.expressed().brain.clone() }.to_text()
}

fn elite(address: &EliteAddress, genome: bool) -> anyhow::Result<String> {
    let run = RunReader::open(&address.dir)?;
    let (cell, elite) = run.record(address.id)?;
    let (experiment, space) = start::thaw_run(&address.dir)?;
    let mut facts = vec![
        ("elite", elite.id.to_string()),
        ("cell", format!("{} of {}", cell % run.cell_count(), run.cell_count())),
        ("reward", elite.reward.to_string()),
    ];
    let descriptors: Vec<(String, String)> = experiment
        .axes()
        .iter()
        .zip(&elite.descriptors)
        .map(|(spec, value)| {
            let (name, unit) = spec.kind.label();
            (name, format!("{value} {unit}"))
        })
        .collect();
    facts.extend(descriptors.iter().map(|(name, value)| (name.as_str(), value.clone())));
    facts.push(("made in", format!("generation {}, candidate {}", elite.generation, elite.candidate)));
    if experiment.body.evolves() {
        facts.push(("body age", format!("{} generations of ancestors", elite.age)));
    }
    facts.push(("emitter", list::emitter_name(&experiment, &elite).to_owned()));
    if elite.life.refinement.refined {
        let Refinement { gain, trust, .. } = elite.life.refinement;
        facts.push(("refinement", format!("reward changed by {gain:+}, gradient trust {trust:.3}")));
    }
    if elite.life.learned.is_some() {
        facts.push(("shown", "what it learned, not what it was born with".to_owned()));
    }
    for parent in &elite.parents {
        facts.push(("parent", parent_text(&run, parent)?));
    }
    let rows: Vec<Vec<String>> = facts.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    let mut text = align(&rows);
    let solution = match experiment.problem() {
        Some(_) => pretty(&run.elite_of::<Point>(address.id)?.1.solution)?,
        None => {
            let (_, elite) = run.elite(address.id)?;
            let model = space.compile(elite.expressed())?.model;
            let keys = link_keys(&elite.expressed().body, space.limits.max_links)?;
            text = format!("{text}\n\n{}", show_body::table(&Grown { model, keys }));
            pretty(&elite.solution)?
        }
    };
    if genome {
        text.push('\n');
        text.push_str(&solution);
    }
    Ok(text)
}

/// A solution in full.
fn pretty<S: Serialize>(solution: &S) -> anyhow::Result<String> {
    Ok(ron::ser::to_string_pretty(solution, PrettyConfig::new())?)
}

fn parent_text(run: &RunReader, parent: &Parent) -> anyhow::Result<String> {
    let Parent { id, generation, candidate } = parent;
    let now = match run.find(*id)? {
        Some((cell, _)) => format!("now in cell {}", cell % run.cell_count()),
        None => "since replaced".into(),
    };
    Ok(format!("{id} (generation {generation}, candidate {candidate}), {now}"))
}
