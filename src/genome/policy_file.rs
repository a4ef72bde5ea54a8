//! Policy files: a brain by itself, to try on a body (`burgess simulate --policy`) or to take out of an archive
//! (`burgess show DIR#ID --policy`).

use super::Brain;
use crate::experiment::Policy;
use anyhow::{Context, anyhow, ensure};
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};
use std::fs;
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
    /// A file that cannot be read, a syntax or type error with file, line and column, or a brain of another kind than the
    /// policy.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("cannot read policy {name}"))?;
        let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
        let file: Self = options
            .from_str(&text)
            .map_err(|e| anyhow!("{name}:{}:{}: {}", e.span.start.line, e.span.start.col, e.code))?;
        let fits = matches!(
            (&file.policy, &file.brain),
            (Policy::Cpg { .. }, Brain::Cpg { .. }) | (Policy::Mlp { .. }, Brain::Mlp { .. })
        );
        ensure!(fits, "{name}: `policy` and `brain` must both be Cpg or both be Mlp");
        Ok(file)
    }

    /// The file's text.
    ///
    /// # Errors
    /// None for finite parameters.
    pub fn to_text(&self) -> anyhow::Result<String> {
        Ok(ron::ser::to_string_pretty(self, PrettyConfig::default().depth_limit(4))?)
    }
}
