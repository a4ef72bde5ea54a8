//! Gradients of anchors: what emitters that follow gradients learn before they are asked for the rest of a batch.

use crate::archive::metrics::Steps;
use crate::emitter::batch::{Asked, AskedAnchor, Source, ask_anchors};
use crate::emitter::{Anchor, Lineage, SearchSpace};
use crate::experiment::Experiment;
use anyhow::{Context, Result, ensure};
use burgess_physics::gradient::{Differentiate, Gradient, Objective};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::model::Candidate;
use burgess_physics::task::Ending;
use burgess_physics::world::World;
use rayon::prelude::*;
use std::time::Instant;

/// What differentiates reward and descriptors over the gradient horizon.
pub(super) struct Anchors<'a> {
    differentiator: &'a dyn Differentiate,
    space: &'a dyn SearchSpace,
    world: World<f64>,
    /// The reward, then each descriptor that has a gradient.
    objectives: Vec<Objective>,
}

/// The anchors of each emitter that has some.
type AnchorsOfEmitters = Vec<(usize, Vec<Anchor>)>;

/// What gradients took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Differentiated {
    /// Steps simulated forward.
    pub forward: Steps,
    /// Steps that gradients went back through.
    pub backward: Steps,
    /// Wall time, with that of asking for the anchors (s).
    pub time: f64,
}

impl<'a> Anchors<'a> {
    /// Of an experiment; nothing where no emitter branches.
    ///
    /// # Errors
    ///
    /// When one does and nothing differentiates.
    pub fn new(
        experiment: &Experiment,
        space: &'a dyn SearchSpace,
        differentiator: Option<&'a dyn Differentiate>,
    ) -> Result<Option<Self>> {
        if !experiment.branches() {
            return Ok(None);
        }
        let differentiator = differentiator.context("an emitter follows gradients, but nothing here differentiates")?;
        let descriptors: Vec<Descriptor> =
            experiment.descriptors.iter().map(|spec| spec.kind).filter(Descriptor::is_of_episode).collect();
        let of_descriptor = |i| {
            let mut weights = vec![0.0; descriptors.len()];
            weights[i] = 1.0;
            Objective { reward: 0.0, descriptors: weights }
        };
        let smooth = (0..descriptors.len()).filter(|&i| descriptors[i].has_gradient());
        let objectives =
            std::iter::once(Objective::reward(descriptors.len())).chain(smooth.map(of_descriptor)).collect();
        Ok(Some(Self { differentiator, space, world: experiment.plan().world, objectives }))
    }

    /// Asks for the anchors of a batch and differentiates them. Gives those of each emitter that has some, and what that took.
    pub fn learn(&self, source: Source<'_>) -> Result<(AnchorsOfEmitters, Differentiated)> {
        let began = Instant::now();
        let asked = ask_anchors(source)?;
        let mut took = Differentiated::default();
        let gradients = self.differentiate(&asked, &mut took)?;
        let anchor = |(AskedAnchor { emitter, asked, .. }, gradients): (AskedAnchor, Vec<Gradient<f32>>)| {
            let gradients = self.by_genes(&asked, &gradients);
            // It is an elite itself, or stands for one.
            let lineage = asked.parents.first().zip(asked.parent_trust).map(|(&parent, trust)| Lineage {
                parent,
                trust,
                body_age: asked.body_age,
            });
            (emitter, Anchor { genome: asked.genome, lineage, gradients })
        };
        let anchors: Vec<(usize, Anchor)> = asked.into_par_iter().zip(gradients).map(anchor).collect();
        let mut by_emitter = AnchorsOfEmitters::new();
        for (emitter, anchor) in anchors {
            match by_emitter.last_mut() {
                Some((last, list)) if *last == emitter => list.push(anchor),
                _ => by_emitter.push((emitter, vec![anchor])),
            }
        }
        took.time = began.elapsed().as_secs_f64();
        Ok((by_emitter, took))
    }

    /// The gradients of each anchor. Those that follow the same one are differentiated together.
    fn differentiate(&self, asked: &[AskedAnchor], took: &mut Differentiated) -> Result<Vec<Vec<Gradient<f32>>>> {
        let mut gradients = vec![Vec::new(); asked.len()];
        let each = (0..self.objectives.len()).map(Some);
        for follows in each.chain([None]) {
            let places: Vec<usize> = (0..asked.len()).filter(|&i| asked[i].follows == follows).collect();
            // Devices need not know what to do with nothing.
            if places.is_empty() {
                continue;
            }
            let objectives = follows.map_or(&self.objectives[..], |i| &self.objectives[i..=i]);
            let candidates: Vec<Candidate<f32>> = places.iter().map(|&i| asked[i].candidate.clone()).collect();
            let found =
                self.differentiator.differentiate_each(&candidates, objectives).context("differentiation failed")?;
            let (came, wanted) = (found.len(), candidates.len());
            ensure!(came == wanted, "the differentiator gave gradients for {came} candidates of {wanted}");
            for ((place, candidate), found) in places.into_iter().zip(&candidates).zip(found) {
                let steps = found.first().map_or(0, |gradient| gradient.returns.steps);
                took.forward += Steps::of(steps, candidate.model.links.len());
                for _ in &found {
                    took.backward += Steps::of(steps, candidate.model.links.len());
                }
                gradients[place] = found;
            }
        }
        Ok(gradients)
    }

    /// Back from the numbers of the candidate to the genes; nothing where the episode diverged.
    fn by_genes(&self, asked: &Asked, gradients: &[Gradient<f32>]) -> Option<Vec<Vec<f64>>> {
        let one = |gradient: &Gradient<f32>| match gradient.returns.ending {
            Ending::Diverged => None,
            _ => self.space.gene_gradient(&asked.genome, &self.world, gradient).ok(),
        };
        gradients.iter().map(one).collect()
    }
}
