//! Policy files, with and without a world model, as `burgess simulate --policy FILE` reads them.

use crate::harness::{Format, Inputs};
use crate::place::repository;
use crate::program::succeeds;
use crate::text::Texts;
use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::genome::{Brain, GeneId, JointKey, Policy, PolicyFile, Sharing};
use std::fs;
use std::path::Path;

pub(crate) const FORMAT: Format =
    Format { name: "policies", few: 800, accepted: 0.2, prepare, open: |corpus| Box::new(Policies::new(corpus)) };

/// A gait, and networks with as few weights as there can be: each is a number in the file.
fn prepare(corpus: &Path) {
    fs::copy(repository().join("experiments/gaits/ant.ron"), corpus.join("gait.ron")).unwrap();
    let keys = [303, 304].map(|gene| JointKey { gene: GeneId(gene), ..JointKey::default() });
    for (name, hidden) in [("shallow", vec![1]), ("deep", vec![2, 1])] {
        let (sharing, frequency) = (Sharing::Gene, (0.5, 2.5));
        let policy = Policy::Mlp { hidden, sharing, frequency, control_rate: 60, world_model: None };
        let brain = Brain::random(&policy, false, &keys, &mut Stream::new(1, 0, 0, Purpose::Test));
        fs::write(corpus.join(format!("{name}.ron")), PolicyFile { policy, brain }.to_text().unwrap()).unwrap();
    }
}

struct Policies(Texts);

impl Policies {
    fn new(corpus: &Path) -> Self {
        Self(Texts::new(Texts::of_folder(corpus, "ron")))
    }
}

impl Inputs for Policies {
    fn write(&self, stream: &mut Stream, dir: &Path) {
        fs::write(dir.join("policy.ron"), self.0.mutated(stream)).unwrap();
    }

    fn read(&self, dir: &Path) -> bool {
        let _ = std::os::unix::fs::symlink(repository().join("experiments/models"), dir.join("models"));
        let policy = dir.join("policy.ron").into_os_string();
        succeeds(&["simulate".into(), "quadruped".into(), "--policy".into(), policy, "--seconds=0.02".into()])
    }
}
