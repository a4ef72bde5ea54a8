//! The bodies that an experiment starts from: each must be fit for it before anything is simulated.

use super::error::InvalidValue;
use super::schema::Experiment;
use crate::genome::{Body, morphology};
use crate::growth::{Grown, grow_whole, warn_of_objects, warn_of_size};
use anyhow::{Result, ensure};
use burgess_core::math::vec3;
use burgess_physics::model::BaseKind;
use burgess_physics::step::spawn::WELDED_HEIGHT;
use std::collections::BTreeMap;
use std::path::Path;

impl Experiment {
    /// The body of a morphology that the experiment starts from; `folder` is what paths are relative to.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is no body within the experiment's limits, or is welded to the world inside the ground.
    pub fn seed_body(&self, name: &str, folder: &Path) -> Result<Body> {
        let body = morphology::load(name, folder)?.fitted(&self.physics);
        self.check_seed(&body)?;
        Ok(body)
    }

    /// Whether it can start from a body.
    ///
    /// # Errors
    ///
    /// When that is no body within the experiment's limits, or is welded to the world inside the ground.
    pub fn check_seed(&self, body: &Body) -> Result<()> {
        self.grow_seed(body).map(|_| ())
    }

    fn grow_seed(&self, body: &Body) -> Result<Grown<f64>> {
        let grown = grow_whole(body, &self.body.limits(), &self.physics.on(&self.terrain))?;
        if grown.model.base == BaseKind::Welded {
            let height = self.terrain.compile(self.seed).height(vec3(0.0, 0.0, WELDED_HEIGHT));
            let ground = WELDED_HEIGHT - height;
            ensure!(
                height > 0.0,
                "the base is welded at a height of {WELDED_HEIGHT} m, inside the ground, which is {ground:.3} m high there"
            );
        }
        Ok(grown)
    }
}

/// What is wrong with the bodies that it starts from, by the paths of their fields. Warns of sizes that the physics is not made for.
pub(super) fn problems(experiment: &Experiment, folder: &Path) -> Vec<InvalidValue> {
    let evolves = experiment.body.evolves();
    let grow = |name: &str| morphology::load(name, folder).and_then(|body| experiment.grow_seed(&body));
    // A file may be large and named often.
    let mut faults: BTreeMap<&str, Option<String>> = BTreeMap::new();
    let mut problems = Vec::new();
    warn_of_objects(&experiment.physics);
    for (i, name) in experiment.body.morphologies().iter().enumerate() {
        let fault = faults.entry(name).or_insert_with(|| match grow(name) {
            Ok(grown) => {
                warn_of_size(name, grown.model.mass());
                None
            }
            Err(fault) => Some(format!("{name}: {fault:#}")),
        });
        if let Some(message) = fault.clone() {
            let path = if evolves { format!("body.seeds[{i}]") } else { "body".to_owned() };
            problems.push(InvalidValue { path, message, place: None });
        }
    }
    problems
}
