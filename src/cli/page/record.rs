//! Elites simulated again, with all that a page shows of each.

use super::super::backend;
use super::super::render::frame_period;
use super::super::simulate::ending_text;
use super::changes::changes;
use anyhow::Context as _;
use burgess_evolution::evolve::provenance::{self, Part};
use burgess_evolution::evolve::start;
use burgess_evolution::genome::{Brain, Genome};
use burgess_evolution::growth::link_keys;
use burgess_evolution::store::RunReader;
use burgess_evolution::variation::Variation;
use burgess_physics::batch::{Backend, Drive};
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::Terrain;
use burgess_physics::model::{Candidate, Controller};
use burgess_physics::plan::Plan;
use burgess_physics::step::snapshot::Snapshot;
use burgess_physics::step::trace::trace_along;
use burgess_physics::task::TaskPlan;
use burgess_qd::Evaluated;
use burgess_report::page::{JointName, Performance, Recording, TermView};
use burgess_report::pictures::ColouredBody;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};

/// What is known of one elite beside its record: its recording, its genes in words, and what changed from each parent that is still there.
type Creature = (Option<Recording>, Vec<String>, HashMap<u64, Vec<String>>);

/// All elites of a run of creatures, and their surroundings.
#[derive(Default)]
pub(super) struct Recorded {
    /// By number.
    pub creatures: HashMap<u64, Creature>,
    pub terrain: Option<Terrain<f64>>,
    pub terms: Vec<TermView>,
    /// What a reader should know about the recordings.
    pub notes: Vec<String>,
}

/// How many recordings have the reward that is stored.
#[derive(Default)]
struct Check {
    equal: usize,
    different: usize,
    largest: f64,
}

/// Candidates that are simulated together where a backend steps them: their states at every decision fill some hundred megabytes.
const CHUNK: usize = 128;

/// Most moments of a recording: a minute at full rate. Longer episodes are recorded at a lower one.
const MOST_FRAMES: u32 = 3600;

/// Records the motion of the `chosen` elites of the `best` of cells, and describes all elites.
pub(super) fn record(
    reader: &RunReader,
    chosen: &HashSet<u64>,
    best: usize,
    backend: &backend::Args,
) -> anyhow::Result<Recorded> {
    let (experiment, space) = start::thaw_run(reader.dir())?;
    let plan = experiment.plan();
    let stage = Stage::open(&plan, backend, &provenance::read(reader.dir())?)?;
    let elites = reader.elites()?;
    let by_id: HashMap<u64, &Genome> = elites.iter().map(|(_, elite)| (elite.id, &elite.solution)).collect();
    let (mut creatures, mut check) = (HashMap::new(), Check::default());
    for chunk in elites.chunks(CHUNK) {
        let compile = |(_, elite): &(usize, Evaluated<Genome>)| space.compile(elite.expressed());
        let candidates: Vec<Candidate<f64>> = chunk.par_iter().map(compile).collect::<Result<_, _>>()?;
        let performs: Vec<bool> = chunk.iter().map(|(_, elite)| chosen.contains(&elite.id)).collect();
        let stations = stage.stations(&candidates, &performs)?;
        let describe = |i: usize| -> anyhow::Result<(Creature, Option<f64>)> {
            let (elite, candidate) = (&chunk[i].1, &candidates[i]);
            let of_parent = |id: u64| Some((id, changes(by_id.get(&id)?, &elite.solution)));
            let changes = elite.parents.iter().filter_map(|parent| of_parent(parent.id)).collect();
            let performed = match performs[i] {
                true => Some(perform(elite, candidate, &space, &plan, &stations[i])?),
                false => None,
            };
            let (recording, reward) = performed.unzip();
            Ok(((recording, genes(elite.expressed(), candidate), changes), reward))
        };
        let of_elite = |i: usize| describe(i).with_context(|| format!("elite {}", chunk[i].1.id));
        let described = (0..chunk.len()).into_par_iter().map(of_elite).collect::<anyhow::Result<Vec<_>>>()?;
        for ((_, elite), (creature, reward)) in chunk.iter().zip(described) {
            creatures.insert(elite.id, creature);
            reward.into_iter().for_each(|reward| check.see(stored_reward(elite), reward));
        }
    }
    let term = |(term, weight): &(RewardTerm, f64)| {
        let (name, unit) = term.label();
        TermView { name: name.to_owned(), unit: unit.to_owned(), weight: *weight }
    };
    Ok(Recorded {
        creatures,
        terms: plan.task.reward.iter().map(term).collect(),
        notes: notes(&check, &stage, reader, &plan, best, chosen.len())?,
        terrain: Some(plan.world.terrain),
    })
}

/// What simulates the recordings.
struct Stage {
    /// Another backend than the CPU; recordings then follow its episodes from decision to decision.
    backend: Option<Box<dyn Backend>>,
    /// Why there is none although the run was simulated on one; empty if there is no reason to be told.
    note: &'static str,
}

impl Stage {
    /// Opens what the run was simulated on, unless another backend is asked for.
    fn open(plan: &Plan, backend: &backend::Args, parts: &[Part]) -> anyhow::Result<Self> {
        // Encoders look at what is recorded of experience; a page does not.
        let task = TaskPlan { frame: None, ..plan.task.clone() };
        let opened = backend.open_plan_like(&Plan { task, ..plan.clone() }, parts)?;
        let is_cpu = provenance::same_bits(&opened.describe(), "cpu");
        let watched = plan.task.observer.is_some();
        Ok(Self {
            backend: Some(opened).filter(|_| !is_cpu && !watched),
            note: if watched && !is_cpu { " Brains that a world model watches are recorded on the CPU." } else { "" },
        })
    }

    /// Where the episodes of the candidates that perform stand at the start and after each decision. Empty for those that do not perform, and
    /// where recordings are simulated on the CPU alone.
    fn stations(&self, candidates: &[Candidate<f64>], performs: &[bool]) -> anyhow::Result<Vec<Vec<Snapshot<f32>>>> {
        let mut stations = vec![Vec::new(); candidates.len()];
        let who: Vec<usize> = (0..candidates.len()).filter(|&i| performs[i]).collect();
        let Some(backend) = self.backend.as_ref().filter(|_| !who.is_empty()) else { return Ok(stations) };
        let mut batch = backend.load(who.iter().map(|&i| candidates[i].map(|x| x as f32)).collect())?;
        loop {
            let states = batch.states()?;
            let all_ended = states.iter().all(|state| state.ending.is_some());
            for (&i, state) in who.iter().zip(states) {
                stations[i].push(state);
            }
            if all_ended {
                return Ok(stations);
            }
            batch.step(Drive::Controllers, 1)?;
        }
    }

    /// What simulates, in words.
    fn describe(&self) -> String {
        self.backend.as_ref().map_or("cpu".into(), |backend| backend.describe())
    }
}

/// The reward of the task: an archive may see surprise in an elite's reward.
fn stored_reward(elite: &Evaluated<Genome>) -> f32 {
    elite.life.seen.as_deref().map_or(elite.reward, |seen| seen.earned)
}

/// Simulates an elite along its stations, without any as `burgess render` does. Returns its recording, and its reward.
fn perform(
    elite: &Evaluated<Genome>,
    candidate: &Candidate<f64>,
    space: &Variation,
    Plan { world, task, .. }: &Plan,
    stations: &[Snapshot<f32>],
) -> anyhow::Result<(Recording, f64)> {
    let keys = link_keys(&elite.expressed().body, space.limits.max_links)?;
    let kinds: Vec<u64> = keys.iter().map(|key| key.gene.0).collect();
    let name = |key: &burgess_evolution::growth::LinkKey| {
        format!("{}/{:o}/{:b}", key.joint.gene.0, key.joint.repeat, key.joint.side)
    };
    let joints: Vec<JointName> = keys.iter().skip(1).map(name).collect();
    let period = frame_period(world.dt).max(task.steps.div_ceil(MOST_FRAMES));
    let (moments, returns) = trace_along(candidate, world, task, period, stations);
    let gravity = world.gravity.norm_squared().sqrt();
    let recording = Recording::new(&Performance {
        body: ColouredBody { model: &candidate.model, kinds: &kinds },
        joints: &joints,
        terrain: &world.terrain,
        // Where nothing weighs anything, forces are shown as those of a creature on the earth.
        weight: candidate.model.mass() * if gravity > 0.0 { gravity } else { 9.81 },
        moments: &moments,
        ending: ending_text(returns.ending),
        reward: returns.reward,
    })?;
    Ok((recording, returns.reward))
}

/// A genome in words.
fn genes(genome: &Genome, candidate: &Candidate<f64>) -> Vec<String> {
    let (body, brain) = (&genome.body, &genome.brain);
    let numbers = genome.parameters().len();
    let mut of_body = 0;
    body.map_parameters(|_, _| of_body += 1);
    let frequency = match &candidate.controller {
        Controller::Cpg { frequency, .. } | Controller::Mlp { frequency, .. } => format!(", {frequency:.2} Hz"),
        Controller::Sequence { .. } => String::new(),
    };
    let (kind, entries) = match brain {
        Brain::Cpg { joints, .. } => ("pattern generator", joints.len()),
        Brain::Mlp { joints, .. } => ("network", joints.len()),
        Brain::Shared { joints, .. } => ("brain of all bodies", joints.len()),
    };
    vec![
        format!("body: {} link genes, {} joint genes, {of_body} numbers", body.links.len(), body.joints.len()),
        format!("brain: {kind}{frequency}, {entries} entries, {} numbers", numbers - of_body),
    ]
}

impl Check {
    fn see(&mut self, stored: f32, recorded: f64) {
        // Both are rewards in single precision; one that is not a number equals another such.
        let equal = stored.to_bits() == (recorded as f32).to_bits();
        *(if equal { &mut self.equal } else { &mut self.different }) += 1;
        let difference = (f64::from(stored) - recorded).abs();
        self.largest = if equal { self.largest } else { self.largest.max(difference) };
    }
}

fn notes(
    check: &Check,
    stage: &Stage,
    reader: &RunReader,
    plan: &Plan,
    best: usize,
    chosen: usize,
) -> anyhow::Result<Vec<String>> {
    let mut notes = Vec::new();
    let recorded = check.equal + check.different;
    let others = plan.world.others.len();
    if others > 0 {
        notes.push(format!(
            "Each creature is shown in environment 0 of {}; the archive holds what its rewards in all of them come to. Commands and pushes are not \
             drawn. The recordings were simulated on: {}.{}",
            others + 1,
            stage.describe(),
            stage.note
        ));
    } else if check.different == 0 {
        notes.push(match recorded {
            1 => "The recording has the stored reward, to the bit.".into(),
            _ => format!("All {recorded} recordings have the stored reward, to the bit."),
        });
    } else {
        let backends: Vec<String> = provenance::read(reader.dir())?.into_iter().map(|part| part.backend).collect();
        notes.push(format!(
            "{} of {recorded} recordings have another reward than the stored one; the largest difference is {:.1e}. \
             The recordings were simulated on: {}.{} The run was simulated on: {}.",
            check.different,
            check.largest,
            stage.describe(),
            stage.note,
            backends.join("; ")
        ));
    }
    if chosen < best {
        notes.push(format!(
            "The motion of {chosen} of {best} elites is recorded, spread over the archive, the best one first."
        ));
    }
    Ok(notes)
}
