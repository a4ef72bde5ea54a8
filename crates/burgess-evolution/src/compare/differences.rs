//! What speaks against a comparison: scores that mean different things, runs of one name that are no repetitions, and wall times of different
//! machines.

use super::run::Run;
use crate::evolve::provenance::Part;
use crate::experiment::Experiment;
use burgess_qd::archive::ArchiveSpec;
use serde::Serialize;
use std::collections::BTreeSet;

/// Reasons why runs should not be compared; empty if they may be.
pub(super) fn differences(runs: &[Run]) -> Vec<String> {
    let mut found = Vec::new();
    for (i, run) in runs.iter().enumerate() {
        let name = &run.experiment.name;
        let earlier = &runs[..i];
        match earlier.iter().find(|other| &other.experiment.name == name) {
            None => {
                // A difference from the first run is listed once per experiment.
                let (first, own) = (yardstick(&runs[0].experiment), yardstick(&run.experiment));
                found.extend(first_difference(&runs[0], run, first, own));
            }
            Some(first) => {
                let differ = first_difference(first, run, settings(&first.experiment), settings(&run.experiment));
                found.extend(differ.map(|text| format!("repetitions may differ by their seed only: {text}")));
            }
        }
        if let Some(twin) =
            earlier.iter().find(|o| &o.experiment.name == name && o.experiment.seed == run.experiment.seed)
        {
            let (one, other, seed) = (twin.dir.display(), run.dir.display(), run.experiment.seed);
            found.push(format!("{one} and {other} both have seed {seed}: one run must not count twice"));
        }
    }
    found
}

/// A note that lists machines and backends, which wall times depend on; `None` if all runs have the same ones.
pub(super) fn machines(runs: &[Run]) -> Option<String> {
    let place = |part: &Part| format!("{}, {}", part.machine.cpu, part.backend);
    let places: BTreeSet<String> = runs.iter().flat_map(|run| run.parts.iter().map(place)).collect();
    let list: Vec<String> = places.into_iter().collect();
    (list.len() > 1).then(|| format!("wall times are of different machines or backends: {}", list.join("; ")))
}

/// A field of the experiment, and its value as text.
type Field = (&'static str, String);

fn first_difference(one: &Run, other: &Run, fields: Vec<Field>, of_other: Vec<Field>) -> Option<String> {
    let differing = fields.into_iter().zip(of_other).find(|(a, b)| a.1 != b.1);
    differing.map(|((field, a), (_, b))| {
        format!("{field}: {} in {}, {} in {}", short(&a), one.dir.display(), short(&b), other.dir.display())
    })
}

/// The fields that decide what scores mean: runs of different experiments must agree in them.
fn yardstick(experiment: &Experiment) -> Vec<Field> {
    let kind = match experiment.archive {
        ArchiveSpec::Grid { .. } => "Grid",
        ArchiveSpec::Cvt { .. } => "Cvt",
        ArchiveSpec::Unstructured { .. } => "Unstructured",
        ArchiveSpec::DominatedNovelty { .. } => "DominatedNovelty",
    };
    let reward = [
        ("archive.qd_offset", experiment.archive.qd_offset().to_string()),
        ("task.reward", text(&experiment.task.reward)),
        ("task.duration", experiment.task.duration.to_string()),
        ("task.environments", text(&experiment.task.environments)),
    ];
    // A passive grid scores all archives alike, so the archives may differ.
    if !experiment.passive.is_empty() {
        return reward.into_iter().chain([("passive", text(&experiment.passive))]).collect();
    }
    // The number of cells of an experiment that has been run does not overflow.
    let cells = experiment.cell_count().unwrap_or(usize::MAX);
    let kinds: Vec<_> = experiment.descriptors.iter().map(|d| (&d.kind, d.range)).collect();
    let archive = [
        ("archive", kind.into()),
        ("number of cells", cells.to_string()),
        ("descriptors", text(&kinds)),
        ("latent", text(&experiment.latent)),
    ];
    archive.into_iter().chain(reward).collect()
}

/// All fields in which repetitions must agree. Budgets may differ, because runs are compared at places that all of them have reached.
fn settings(experiment: &Experiment) -> Vec<Field> {
    let Experiment {
        name: _,
        seed: _,
        body,
        policy,
        terrain,
        task,
        descriptors,
        latent,
        passive,
        out_of_range,
        archive,
        emitters,
        parents,
        scheduler,
        batch_size,
        first_batch,
        gradient_horizon,
        gradient_memory,
        refine,
        protection,
        topologies,
        budget: _,
        physics,
    } = experiment;
    vec![
        // Only experiments that evolve robots have a body and a policy in their text.
        ("problem", format!("{:?}", experiment.problem())),
        ("body", text(body)),
        ("policy", text(policy)),
        ("terrain", text(terrain)),
        ("task", text(task)),
        ("descriptors", text(descriptors)),
        ("latent", text(latent)),
        ("passive", text(passive)),
        ("out_of_range", text(out_of_range)),
        ("archive", text(archive)),
        ("emitters", text(emitters)),
        ("parents", text(parents)),
        ("scheduler", text(scheduler)),
        ("batch_size", text(batch_size)),
        ("first_batch", text(first_batch)),
        ("gradient_horizon", text(gradient_horizon)),
        ("gradient_memory", text(gradient_memory)),
        ("refine", text(refine)),
        ("protection", text(protection)),
        ("topologies", text(topologies)),
        ("physics", text(physics)),
    ]
}

fn text<T: Serialize>(value: &T) -> String {
    ron::to_string(value).unwrap_or_else(|error| error.to_string())
}

/// The beginning of a text, as much as fits on a line.
fn short(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(['…']).collect() }
}
