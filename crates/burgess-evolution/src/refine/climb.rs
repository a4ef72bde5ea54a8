//! One candidate on its way uphill: gene gradient, clipped and scaled step, bounds.

use super::space::GeneSpace;
use super::trust::Agreement;
use crate::experiment::Refine;
use crate::genome::{Genome, ParameterId};
use crate::life::BodyTraits;
use crate::variation::{part, wrap};
use burgess_physics::gradient::Gradient;
use burgess_physics::model::Candidate;
use burgess_physics::task::Ending;
use burgess_physics::world::World;
use burgess_qd::Part;
use burgess_qd::emitter::batch::Offspring;
use burgess_qd::optimiser::{Memory, clip};

/// A candidate on its way.
#[derive(Clone, Debug)]
pub struct Climber {
    /// Its genes now, a valid body.
    pub genome: Genome,
    /// What they compile to; taken while it is simulated.
    pub candidate: Option<Candidate<f32>>,
    /// What is known of its body.
    pub traits: BodyTraits,
    /// Whether it goes on, and if not, why.
    pub state: ClimbStatus,
    /// How far its gradients can be trusted so far.
    pub agreement: Agreement,
    /// The genes where it began, in the order of [`Genome::parameters`].
    origin: Vec<f64>,
    memory: Memory,
}

/// Whether a candidate goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClimbStatus {
    /// It does.
    Climbing,
    /// The next step leads to no valid body: it stays where it is.
    Stuck,
    /// A gradient was not finite: its steps count for nothing.
    Dropped,
}

/// What all candidates have in common.
pub struct Rules<'a> {
    /// Which genes move, and how far.
    pub spec: &'a Refine,
    /// How genes reach the candidate.
    pub space: &'a dyn GeneSpace,
    /// The surroundings.
    pub world: &'a World<f64>,
}

impl std::fmt::Debug for Rules<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules").field("spec", &self.spec).finish_non_exhaustive()
    }
}

impl Climber {
    /// Where a candidate begins.
    pub fn new(offspring: &Offspring<Genome>, candidate: Candidate<f32>, spec: &Refine) -> Self {
        let (genome, traits) = (offspring.solution.clone(), offspring.traits.clone());
        let origin: Vec<f64> = genome.parameters().into_iter().map(|(_, value)| value).collect();
        let memory = Memory::new(spec.optimiser, origin.len());
        Self {
            genome,
            candidate: Some(candidate),
            traits,
            state: ClimbStatus::Climbing,
            agreement: Agreement::default(),
            origin,
            memory,
        }
    }

    /// Takes one step along the gradient of the episode from where it is.
    pub fn step(&mut self, gradient: &Gradient<f32>, rules: &Rules<'_>) {
        let Some(slope) = self.slope(gradient, rules) else {
            self.state = ClimbStatus::Dropped;
            return;
        };
        let objective = f64::from(gradient.returns.reward);
        self.agreement.observe(objective);
        let changes = self.changes(&slope, rules.spec);
        let next = rules.space.shifted(&self.genome, &changes);
        let Ok(compiled) = rules.space.compile(&next) else {
            self.state = ClimbStatus::Stuck;
            return;
        };
        self.agreement.expect(objective, promise(&slope, &self.genome, &next));
        (self.genome, self.traits, self.candidate) = (next, compiled.traits, Some(compiled.phenotype));
    }

    /// The derivative with respect to each gene that moves, zero for the others; none when it is not finite.
    fn slope(&self, gradient: &Gradient<f32>, rules: &Rules<'_>) -> Option<Vec<f64>> {
        if gradient.returns.ending == Ending::Diverged || !gradient.returns.reward.is_finite() {
            return None;
        }
        let slope = rules.space.gene_gradient(&self.genome, rules.world, gradient).ok()?;
        let genes = self.genome.parameters();
        let slope: Vec<f64> =
            genes.iter().zip(slope).map(|((id, _), g)| if rules.spec.genes.has(part(*id)) { g } else { 0.0 }).collect();
        (slope.len() == genes.len() && slope.iter().all(|g| g.is_finite())).then_some(slope)
    }

    /// How far each gene goes, in its own units.
    fn changes(&mut self, slope: &[f64], spec: &Refine) -> Vec<f64> {
        let genes = self.genome.parameters();
        let mut scaled: Vec<f64> = genes.iter().zip(slope).map(|((id, _), g)| g * id.field.step()).collect();
        clip(&mut scaled, spec.clip);
        let steps = self.memory.step(&scaled);
        let change = |(((id, value), origin), step): ((&(ParameterId, f64), &f64), &f64)| {
            let there = distance(*id, *value, *origin);
            let wanted = there + rate(*id, spec) * step * id.field.step();
            let most = spec.bound.map_or(f64::INFINITY, |bound| bound * id.field.step());
            wanted.clamp(-most, most) - there
        };
        genes.iter().zip(&self.origin).zip(&steps).map(change).collect()
    }
}

/// What a gradient promises of the way between two genomes of the same genes.
fn promise(slope: &[f64], from: &Genome, to: &Genome) -> f64 {
    let ways = from.parameters().into_iter().zip(to.parameters()).map(|((id, a), (_, b))| distance(id, b, a));
    slope.iter().zip(ways).map(|(g, way)| g * way).sum()
}

/// From `origin` to `value`; phases go the short way round.
fn distance(id: ParameterId, value: f64, origin: f64) -> f64 {
    let way = value - origin;
    if id.field.is_phase() { wrap(way) } else { way }
}

fn rate(id: ParameterId, spec: &Refine) -> f64 {
    match part(id) {
        Part::Body => spec.rates.body,
        Part::Brain => spec.rates.brain,
    }
}
