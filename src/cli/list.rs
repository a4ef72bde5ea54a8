//! `burgess list DIR`: the elites of a run as a table.

use super::columns::align;
use super::print::print;
use super::show_body::figures;
use burgess_evolution::experiment::Experiment;
use burgess_evolution::store::{Record, RunReader};

use clap::ValueEnum;
use std::cmp::Reverse;
use std::path::PathBuf;
use std::process::ExitCode;

/// Which run, and how much of it.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The run folder.
    dir: PathBuf,
    /// Only so many lines.
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// What comes first: the greatest reward, mass, number of links or generation, or the lowest cell.
    #[arg(long, value_enum, default_value_t = Order::Reward)]
    sort: Order,
}

#[derive(Clone, Copy, ValueEnum)]
enum Order {
    Reward,
    Cell,
    Generation,
    Links,
    Mass,
}

/// Prints the table.
///
/// # Errors
///
/// When the run cannot be read.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let reader = RunReader::open(&args.dir)?;
    let cells = reader.cell_count();
    let mut elites: Vec<(usize, Record)> =
        reader.records()?.into_iter().map(|(slot, elite)| (slot % cells, elite)).collect();
    elites.sort_by_key(|(cell, _)| *cell);
    sort(&mut elites, args.sort);
    let shown = elites.iter().take(args.top.unwrap_or(usize::MAX));
    let rows: Vec<Vec<String>> = std::iter::once(head(reader.experiment()))
        .chain(shown.map(|(cell, e)| row(reader.experiment(), *cell, e)))
        .collect();
    print(align(&rows));
    Ok(ExitCode::SUCCESS)
}

/// From the order of their cells, in which equal ones stay.
fn sort(elites: &mut [(usize, Record)], order: Order) {
    match order {
        Order::Reward => elites.sort_by(|(_, a), (_, b)| b.reward.total_cmp(&a.reward)),
        Order::Cell => {}
        Order::Generation => elites.sort_by_key(|(_, elite)| Reverse((elite.generation, elite.candidate))),
        Order::Links => elites.sort_by_key(|(_, elite)| Reverse(elite.traits.links)),
        Order::Mass => elites.sort_by(|(_, a), (_, b)| b.traits.mass.total_cmp(&a.traits.mass)),
    }
}

fn head(experiment: &Experiment) -> Vec<String> {
    let descriptor = |d: &burgess_evolution::descriptors::DescriptorSpec| match d.kind.label() {
        (name, "") => name,
        (name, unit) => format!("{name} ({unit})"),
    };
    let before = ["id", "cell", "reward"].map(String::from);
    let after = ["generation", "emitter", "parents", "links", "mass (kg)"].map(String::from);
    let after = after.into_iter().take(after_columns(experiment));
    let age = experiment.protection.is_some().then(|| "body age".to_owned());
    before.into_iter().chain(experiment.axes().iter().map(descriptor)).chain(after).chain(age).collect()
}

/// Points have neither links nor mass.
fn after_columns(experiment: &Experiment) -> usize {
    if experiment.problem().is_some() { 3 } else { 5 }
}

fn row(experiment: &Experiment, cell: usize, elite: &Record) -> Vec<String> {
    let parents: Vec<String> = elite.parents.iter().map(|parent| parent.id.to_string()).collect();
    let before = [elite.id.to_string(), cell.to_string(), format!("{:.4}", elite.reward)];
    let after = [
        elite.generation.to_string(),
        emitter_name(experiment, elite).to_owned(),
        if parents.is_empty() { "-".into() } else { parents.join(" ") },
        elite.traits.links.to_string(),
        figures(elite.traits.mass, 3),
    ];
    let after = after.into_iter().take(after_columns(experiment));
    let age = experiment.protection.is_some().then(|| elite.age.to_string());
    before.into_iter().chain(elite.descriptors.iter().map(|d| format!("{d:.4}"))).chain(after).chain(age).collect()
}

/// The name of the emitter that made an elite.
pub(super) fn emitter_name(experiment: &Experiment, elite: &Record) -> &'static str {
    experiment.emitters.get(elite.emitter as usize).map_or("?", |spec| spec.kind.name())
}
