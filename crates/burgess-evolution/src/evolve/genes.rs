//! Creatures that a file names: morphologies with a policy, or elites of runs.

use crate::experiment::Experiment;
use crate::genome::{BodyLimits, Brain, Genome, Policy, PolicyFile, morphology};
use crate::growth::{compile_controller, expand, grow_whole};
use crate::store::EliteAddress;
use anyhow::{Result, ensure};
use burgess_physics::model::{BaseKind, Candidate};
use burgess_physics::world::Physics;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::path::Path;

/// The genes of a creature, and what its brain is read by.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Genes {
    genome: Genome,
    pub(super) policy: Policy,
    /// Of an evolved body: links at which its growth stops. One that is given is grown whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_links: Option<usize>,
}

impl Genes {
    /// Those of a morphology or an elite, with the brain of a policy file in place of its own; paths are relative to
    /// `folder`. With those of an elite comes the experiment that it is of.
    ///
    /// # Errors
    ///
    /// When there is no such morphology, elite or policy.
    pub(super) fn find(body: &str, policy: Option<&str>, folder: &Path) -> Result<(Self, Option<Experiment>)> {
        let name = OsStr::new(body);
        let (mut found, experiment) = match EliteAddress::is_meant(name) {
            true => {
                let (found, experiment) = elite(EliteAddress::parse(name)?, folder)?;
                (found, Some(experiment))
            }
            false => {
                // Servos hold the pose at rest.
                let brain = Brain::Cpg { frequency: 0.0, joints: Vec::new() };
                let genome = Genome { body: morphology::load(body, folder)?, brain };
                (Self { genome, policy: Policy::default(), max_links: None }, None)
            }
        };
        if let Some(path) = policy {
            let PolicyFile { policy, brain } = PolicyFile::load(&folder.join(path))?;
            (found.policy, found.genome.brain) = (policy, brain);
        }
        Ok((found, experiment))
    }

    /// That its policy names no files and nobody asks it for velocities, which there is no place for in a scene; `what` is the creature there.
    ///
    /// # Errors
    ///
    /// When one does.
    pub(super) fn ensure_blind(&self, what: &str) -> Result<()> {
        ensure!(self.policy.world_model().is_none(), "{what} must have a policy without a world model, has one");
        ensure!(self.policy.shared_brain().is_none(), "{what} must have a policy of its own, has a shared brain");
        let asked = self.genome.brain.is_asked(&self.policy);
        ensure!(!asked, "{what} must have a brain that observes no commands, and it does");
        Ok(())
    }

    /// The body with its brain, in this physics; `what` is the creature there.
    ///
    /// # Errors
    ///
    /// When the body is not valid, or held by the world.
    pub(super) fn grow(&self, what: &str, physics: &Physics) -> Result<Candidate<f64>> {
        let Self { genome, policy, max_links } = self;
        let given = BodyLimits::given();
        let grown = match *max_links {
            Some(max_links) => expand(&genome.body, &BodyLimits { max_links, ..given }, physics)?,
            None => grow_whole(&genome.body, &given, physics)?,
        };
        ensure!(grown.model.base == BaseKind::Floating, "{what} must be free in space, its base is Welded");
        let controller = compile_controller(&genome.brain, &grown.keys, &grown.model, policy);
        Ok(Candidate { model: grown.model, controller })
    }
}

fn elite(EliteAddress { dir, id }: EliteAddress, folder: &Path) -> Result<(Genes, Experiment)> {
    let address = EliteAddress { dir: folder.join(dir), id };
    let (run, elite) = address.open()?;
    let experiment = run.experiment();
    let dir = address.dir.display();
    ensure!(experiment.problem().is_none(), "{dir}: is of a benchmark, whose elites have no body");
    let max_links = experiment.body.evolves().then(|| experiment.body.limits().max_links);
    let genes = Genes { genome: elite.expressed().clone(), policy: experiment.policy.clone(), max_links };
    Ok((genes, experiment.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_evolved_body_grows_no_more_links_here_than_where_it_evolved() {
        let (given, _) = Genes::find("hexapod", None, Path::new(".")).unwrap();
        let links = |genes: &Genes| genes.grow("it", &Physics::default()).unwrap().model.links.len();
        let whole = links(&given);
        let evolved = |most| Genes { max_links: Some(most), ..given.clone() };
        assert_eq!(links(&evolved(whole - 2)), whole - 2);
        assert_eq!(links(&evolved(whole + 2)), whole);
    }
}
