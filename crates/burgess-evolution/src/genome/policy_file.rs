//! Policy files: a brain by itself, to try on a body (`burgess simulate --policy`) or to take out of an archive
//! (`burgess show DIR#ID --policy`).

use super::{Brain, JointKey};
use crate::genome::{Files, Policy};
use anyhow::{Context, anyhow, bail, ensure};
use burgess_core::files;
use burgess_physics::model::JOINT_OBSERVATIONS;
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A brain and what is needed to read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// The kind of policy, as in an experiment.
    pub policy: Policy,
    /// Its parameters.
    pub brain: Brain,
}

impl PolicyFile {
    /// Reads a policy file (RON).
    ///
    /// # Errors
    /// A file that cannot be read, a syntax or type error with file, line and column, a world model that cannot be read, or a brain that
    /// is not of the policy's kind and shape.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        let text = files::read_text(path, files::GENERATED).with_context(|| format!("cannot read policy {name}"))?;
        let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
        let mut file: Self = options
            .from_str(&text)
            .map_err(|e| anyhow!("{name}:{}:{}: {}", e.span.start.line, e.span.start.col, e.code))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let read = file.policy.read_files(Files::Named(folder));
        read.map_err(|(field, problem)| anyhow!("{name}: {field}: {problem}"))?;
        file.check().with_context(|| name.to_string())?;
        Ok(file)
    }

    /// Whether the brain is of the policy's kind and shape, its numbers finite, and its entries in order.
    fn check(&self) -> anyhow::Result<()> {
        let keys: Vec<JointKey> = match (&self.policy, &self.brain) {
            (Policy::Cpg { .. }, Brain::Cpg { joints, .. }) => joints.iter().map(|entry| entry.key).collect(),
            (Policy::Mlp { hidden, .. }, Brain::Mlp { common, bias, hidden: further, joints, .. }) => {
                let (&first, &last) = hidden.first().zip(hidden.last()).context("`policy.hidden` must not be empty")?;
                // Only those of tasks with commands observe them.
                let observations = self.policy.observations(self.brain.is_asked(&self.policy));
                expect("brain.common", common.len(), observations.saturating_mul(first))?;
                expect("brain.bias", bias.len(), first)?;
                expect("brain.hidden", further.len(), hidden.len() - 1)?;
                for (i, (layer, units)) in further.iter().zip(hidden.windows(2)).enumerate() {
                    expect(&format!("brain.hidden[{i}]"), layer.len(), (units[0] + 1).saturating_mul(units[1]))?;
                }
                for (i, entry) in joints.iter().enumerate() {
                    expect(&format!("brain.joints[{i}].input"), entry.input.len(), JOINT_OBSERVATIONS * first)?;
                    expect(&format!("brain.joints[{i}].output"), entry.output.len(), last)?;
                }
                joints.iter().map(|entry| entry.key).collect()
            }
            (Policy::Shared { .. }, Brain::Shared { style, joints, .. }) => {
                ensure!(self.policy.shared_brain().is_some(), "policy.brain: must name the brain of all bodies");
                let size = self.policy.trained_brain().brain.spec().style;
                ensure!(
                    style.len() == size,
                    "brain.style: must have {size} numbers for this brain, has {}",
                    style.len()
                );
                joints.iter().map(|entry| entry.key).collect()
            }
            _ => bail!("`policy` and `brain` must both be Cpg, both be Mlp or both be Shared"),
        };
        ensure!(keys.is_sorted_by(|a, b| a < b), "brain.joints: must be sorted by key, each key once");
        let mut finite = true;
        self.brain.map_parameters(|_, value| finite &= value.is_finite());
        ensure!(finite, "brain: every number must be finite");
        Ok(())
    }

    /// That the brain observes what it is asked for in a world, and nothing that it is not asked for there.
    ///
    /// # Errors
    ///
    /// When it is one for other tasks.
    pub fn ensure_asked(&self, asked: bool) -> anyhow::Result<()> {
        let is_network = !matches!(self.brain, Brain::Cpg { .. });
        match (asked, self.brain.is_asked(&self.policy)) {
            (false, true) => bail!("brain: observes commands, and there are none in this task"),
            (true, false) if is_network => bail!("brain: must observe commands in a task with commands, and does not"),
            _ => Ok(()),
        }
    }

    /// The file's text.
    ///
    /// # Errors
    /// None for finite parameters.
    pub fn to_text(&self) -> anyhow::Result<String> {
        Ok(ron::ser::to_string_pretty(self, PrettyConfig::default().depth_limit(4))?)
    }
}

/// A list of the length that the policy's hidden layers ask for.
fn expect(field: &str, came: usize, wanted: usize) -> anyhow::Result<()> {
    ensure!(came == wanted, "{field}: must have {wanted} numbers for these hidden layers, has {came}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{GeneId, MlpGene, Sharing};
    use burgess_core::rng::{Purpose, Stream};

    fn network() -> PolicyFile {
        let (sharing, frequency) = (Sharing::Instance, (0.5, 2.5));
        let policy = Policy::Mlp { hidden: vec![4, 3], sharing, frequency, control_rate: 60, world_model: None };
        let keys = [1, 2].map(|gene| JointKey { gene: GeneId(gene), ..JointKey::default() });
        let brain = Brain::random(&policy, false, &keys, &mut Stream::new(1, 0, 0, Purpose::Test));
        PolicyFile { policy, brain }
    }

    /// What would index past the end, find nothing or move nothing is named instead.
    #[test]
    fn a_brain_of_the_wrong_shape_is_refused_by_field() {
        network().check().unwrap();
        type Damage = fn(&mut PolicyFile);
        let cases: [(&str, Damage); 8] = [
            ("brain.common", |file| mlp(file).0.truncate(7)),
            ("brain.bias", |file| mlp(file).1.clear()),
            ("brain.hidden:", |file| mlp(file).2.clear()),
            ("brain.hidden[0]", |file| mlp(file).2[0].truncate(3)),
            ("brain.joints[1].input", |file| mlp(file).3[1].input.clear()),
            ("brain.joints[0].output", |file| mlp(file).3[0].output.push(0.0)),
            ("sorted", |file| mlp(file).3.reverse()),
            ("finite", |file| mlp(file).3[0].bias = f64::NAN),
        ];
        for (named, damage) in cases {
            let mut file = network();
            damage(&mut file);
            let message = file.check().unwrap_err().to_string();
            assert!(message.contains(named), "{named}: {message}");
        }
    }

    #[test]
    fn a_brain_fits_tasks_with_commands_or_tasks_without() {
        let blind = network();
        let keys: Vec<JointKey> = match &blind.brain {
            Brain::Mlp { joints, .. } => joints.iter().map(|entry| entry.key).collect(),
            Brain::Cpg { .. } | Brain::Shared { .. } => panic!("a network"),
        };
        let brain = Brain::random(&blind.policy, true, &keys, &mut Stream::new(1, 0, 0, Purpose::Test));
        let asked = PolicyFile { brain, ..blind.clone() };
        asked.check().unwrap();
        blind.ensure_asked(false).unwrap();
        asked.ensure_asked(true).unwrap();
        assert!(blind.ensure_asked(true).unwrap_err().to_string().contains("must observe commands"));
        assert!(asked.ensure_asked(false).unwrap_err().to_string().contains("there are none"));
        // An oscillator observes nothing anywhere.
        let brain = Brain::Cpg { frequency: 0.0, joints: Vec::new() };
        PolicyFile { policy: Policy::default(), brain }.ensure_asked(true).unwrap();
    }

    type Parts<'a> = (&'a mut Vec<f64>, &'a mut Vec<f64>, &'a mut Vec<Vec<f64>>, &'a mut Vec<MlpGene>);

    fn mlp(file: &mut PolicyFile) -> Parts<'_> {
        let Brain::Mlp { common, bias, hidden, joints, .. } = &mut file.brain else { panic!("a network") };
        (common, bias, hidden, joints)
    }
}
