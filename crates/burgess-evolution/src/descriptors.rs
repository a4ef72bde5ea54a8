//! The dimensions of an archive of creatures: what is measured of an episode, and over which range.

use crate::life::Refinement;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_qd::Axis;
use burgess_qd::emitter::Dimension;
use serde::{Deserialize, Serialize};

/// One dimension of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescriptorSpec {
    /// What is measured.
    pub kind: Descriptor,
    /// Values that span the archive; `out_of_range` of the experiment says what becomes of those outside.
    pub range: (f64, f64),
    /// Cells along this dimension in a grid archive.
    #[serde(default = "default_bins")]
    pub bins: usize,
}

impl DescriptorSpec {
    /// Cells along a dimension unless told otherwise.
    pub const BINS: usize = 20;

    /// The dimension as archives see it.
    pub fn axis(&self) -> Axis {
        Axis { range: self.range, bins: self.bins }
    }

    /// The dimensions as archives see them.
    pub fn axes(specs: &[Self]) -> Vec<Axis> {
        specs.iter().map(Self::axis).collect()
    }

    /// The dimensions as emitters see them.
    pub fn dimensions(specs: &[Self]) -> Vec<Dimension> {
        specs.iter().map(|spec| Dimension { range: spec.range, has_gradient: spec.kind.has_gradient() }).collect()
    }

    /// All descriptors of an archive: those of the episode, in order, with those that come from refinement in their places.
    pub fn join(specs: &[Self], refinement: Refinement, of_episode: &[f32]) -> Vec<f32> {
        let mut of_episode = of_episode.iter();
        let value = |spec: &Self| match spec.kind {
            Descriptor::RefinementGain => refinement.gain,
            Descriptor::GradientTrust => refinement.trust,
            _ => of_episode.next().copied().unwrap_or(f32::NAN),
        };
        specs.iter().map(value).collect()
    }
}

fn default_bins() -> usize {
    DescriptorSpec::BINS
}
