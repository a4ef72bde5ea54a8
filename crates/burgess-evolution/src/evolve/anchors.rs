//! Gradients of anchors: what emitters that follow gradients learn before they are asked for the rest of a batch.

use super::domain::Steppings;
use crate::experiment::Experiment;
use crate::genome::Genome;
use crate::metrics::Steps;
use crate::refine::GeneSpace;
use anyhow::{Context, Result, ensure};
use burgess_physics::gradient::{Differentiate, Gradient, Objective};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::model::Candidate;
use burgess_physics::task::Ending;
use burgess_physics::world::World;
use burgess_qd::emitter::batch::{Offspring, OpenAnchor};
use rayon::prelude::*;

/// What differentiates reward and descriptors over the gradient horizon.
pub(super) struct Anchors<'a> {
    differentiator: &'a dyn Differentiate,
    space: &'a dyn GeneSpace,
    world: World<f64>,
    /// The reward, then each descriptor that has a gradient.
    objectives: Vec<Objective>,
}

impl<'a> Anchors<'a> {
    /// The gradients of an experiment; `None` where no emitter follows gradients.
    ///
    /// # Errors
    ///
    /// When an emitter follows gradients but no differentiator was given.
    pub(super) fn new(
        experiment: &Experiment,
        space: &'a dyn GeneSpace,
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

    /// The gradients of each anchor. Anchors that follow one are differentiated together, and those that follow all.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub(super) fn differentiate(
        &self,
        anchors: &[OpenAnchor<Genome>],
        cost: &mut Steppings,
    ) -> Result<Vec<Option<Vec<Vec<f64>>>>> {
        let mut gradients = vec![Vec::new(); anchors.len()];
        let candidates = |places: &[usize]| -> Vec<Candidate<f32>> {
            places.iter().map(|&i| anchors[i].phenotype.clone()).collect()
        };
        let context = "differentiation failed";
        let mut take = |places: Vec<usize>, found: Vec<Vec<Gradient<f32>>>| {
            let (came, wanted) = (found.len(), places.len());
            ensure!(came == wanted, "the differentiator gave gradients for {came} candidates of {wanted}");
            for (place, found) in places.into_iter().zip(found) {
                let links = anchors[place].phenotype.model.links.len();
                cost.forward += Steps::of(found.first().map_or(0, |gradient| gradient.returns.steps), links);
                found.iter().for_each(|gradient| cost.backward += Steps::of(gradient.returns.steps, links));
                gradients[place] = found;
            }
            Ok(())
        };
        // Devices need not know what to do with nothing.
        let (one, all): (Vec<usize>, Vec<usize>) = (0..anchors.len()).partition(|&i| anchors[i].follows.is_some());
        if !one.is_empty() {
            let follows: Vec<usize> = one.iter().filter_map(|&i| anchors[i].follows).collect();
            let found = self.differentiator.differentiate_own(&candidates(&one), &self.objectives, &follows);
            take(one, found.context(context)?.into_iter().map(|gradient| vec![gradient]).collect())?;
        }
        if !all.is_empty() {
            let found = self.differentiator.differentiate_each(&candidates(&all), &self.objectives);
            take(all, found.context(context)?)?;
        }
        let anchors = anchors.par_iter().zip(gradients);
        Ok(anchors.map(|(anchor, gradients)| self.by_genes(&anchor.offspring, &gradients)).collect())
    }

    /// The gradients with respect to the genes, from those with respect to the candidate; `None` where the episode diverged.
    fn by_genes(&self, offspring: &Offspring<Genome>, gradients: &[Gradient<f32>]) -> Option<Vec<Vec<f64>>> {
        let one = |gradient: &Gradient<f32>| match gradient.returns.ending {
            Ending::Diverged => None,
            _ => self.space.gene_gradient(&offspring.solution, &self.world, gradient).ok(),
        };
        gradients.iter().map(one).collect()
    }
}
