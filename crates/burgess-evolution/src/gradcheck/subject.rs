//! What is differentiated: an episode as a function of all that it is made from.

use crate::genome::{BodyLimits, Genome, Policy};
use crate::growth::{compile_controller, expand};
use crate::refine::genes::{Recipe, candidate_gradient, gene_gradient};
use burgess_physics::gradient::{Gradient, Objective};
use burgess_physics::model::Candidate;
use burgess_physics::step::episode::Episode;
use burgess_physics::step::prelude::Prelude;
use burgess_physics::step::reverse::episode::{TAPE_MEMORY, differentiate, differentiate_from};
use burgess_physics::step::reverse::tape::Standing;
use burgess_physics::step::state::Work;
use burgess_physics::step::step::start_carrying;
use burgess_physics::task::Returns;
use burgess_physics::task::TaskPlan;
use burgess_physics::world::{Physics, World};

use super::derivatives::Derivatives;
use burgess_core::autodiff::Value;

/// What genomes are compiled with. The contact stiffness is a number, since a gradient holds it.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The kind of brain.
    pub policy: Policy,
    /// What a body may be.
    pub limits: BodyLimits,
    /// Constants that servos and contacts are derived from.
    pub physics: Physics,
}

/// All that an episode is made from.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Body and brain.
    pub genome: Genome,
    /// How they are compiled.
    pub rules: Rules,
    /// What they compile to.
    pub candidate: Candidate<f64>,
    /// The surroundings.
    pub world: World<f64>,
    /// Where the episode begins; at the spawn point if nothing is given.
    pub start: Option<Standing<f64>>,
}

impl Subject {
    /// A genome in a world, at its spawn point.
    ///
    /// # Panics
    ///
    /// When the genome is not well-formed.
    pub fn new(genome: Genome, rules: Rules, world: World<f64>) -> Self {
        let candidate = compile(&genome, &rules);
        Self { genome, rules, candidate, world, start: None }
    }

    /// Moves a continuous gene.
    pub fn nudge_gene(&mut self, gene: usize, by: f64) {
        let mut values: Vec<f64> = self.genome.parameters().iter().map(|(_, value)| *value).collect();
        values[gene] += by;
        self.genome = self.genome.with_values(&values);
        self.candidate = compile(&self.genome, &self.rules);
    }

    /// What an episode gives.
    pub fn run(&self, task: &TaskPlan) -> Returns<f64> {
        self.episode(self.standing().as_ref(), task).run()
    }

    fn episode<'a>(&'a self, start: Option<&Standing<f64>>, task: &'a TaskPlan) -> Episode<'a, f64> {
        let prelude = Prelude::new(&self.candidate.model, &self.world);
        Episode::with(&self.candidate, &self.world, task, prelude, start)
    }

    /// The start, with what links carry made to follow from positions and velocities.
    fn standing(&self) -> Option<Standing<f64>> {
        let mut start = self.start.clone()?;
        let model = &self.candidate.model;
        let mut work = Work::new(model, self.world.gravity, self.world.contact_width);
        start_carrying(model, &mut start.state, &mut work);
        Some(start)
    }

    /// The gradient of the objective by the way back.
    pub fn gradient(&self, task: &TaskPlan, objective: &Objective) -> Gradient<f64> {
        let (candidate, world) = (&self.candidate, &self.world);
        match self.standing() {
            None => differentiate(candidate, world, task, objective, TAPE_MEMORY),
            Some(start) => {
                let episode = self.episode(Some(&start), task);
                differentiate_from(episode, candidate, world, task, objective, TAPE_MEMORY)
            }
        }
    }

    /// A gradient by the parameters of all classes.
    ///
    /// # Panics
    ///
    /// When the genome is not well-formed.
    pub fn derivatives<T: Value>(&self, gradient: &Gradient<T>) -> Derivatives {
        let Rules { policy, limits, physics } = &self.rules;
        let recipe = Recipe { policy, limits, physics, world: &self.world };
        let genes = gene_gradient(&self.genome, &recipe, gradient).expect("the genome has compiled before");
        let (candidate, world) = candidate_gradient(&self.candidate, &self.world, gradient);
        let state = gradient.state.to_f64();
        Derivatives { genes, candidate, world, state }
    }
}

fn compile(genome: &Genome, rules: &Rules) -> Candidate<f64> {
    let grown = expand(&genome.body, &rules.limits, &rules.physics).expect("genomes are well-formed");
    let controller = compile_controller(&genome.brain, &grown.keys, &grown.model, &rules.policy);
    Candidate { model: grown.model, controller }
}

/// The weighted sum that is differentiated.
pub fn value(returns: &Returns<f64>, objective: &Objective) -> f64 {
    // What has no weight may have no number.
    let weighted = returns.descriptors.iter().zip(&objective.descriptors).filter(|(_, weight)| **weight != 0.0);
    returns.reward * objective.reward + weighted.map(|(value, weight)| value * weight).sum::<f64>()
}
