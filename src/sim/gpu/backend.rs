//! The backend: batches of candidates on a device.

use super::describe;
use super::device::Gpu;
use crate::creature::Candidate;
use crate::experiment::Experiment;
use crate::sim::{Backend, Outcome};
use anyhow::bail;
use std::time::Duration;

/// How the backend works.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Keep the bounds checks in shaders.
    pub checked: bool,
    /// How long a dispatch may take at most, for devices whose watchdog stops long ones.
    pub dispatch_time: Option<Duration>,
}

/// Simulates on a GPU.
pub struct GpuBackend {
    gpu: Gpu,
    options: Options,
}

impl GpuBackend {
    /// For a validated experiment.
    ///
    /// # Errors
    ///
    /// When the device cannot be made ready.
    pub fn new(_experiment: &Experiment, gpu: Gpu, options: Options) -> anyhow::Result<Self> {
        let backend = Self { gpu, options };
        bail!("`{}`: the GPU backend is not built yet; --backend cpu does the whole job", backend.describe())
    }
}

impl Backend for GpuBackend {
    fn describe(&self) -> String {
        describe(&self.gpu.facts, self.options.checked)
    }

    fn evaluate(&self, _candidates: &[Candidate<f32>]) -> anyhow::Result<Vec<Outcome>> {
        bail!("the GPU backend is not built yet")
    }
}
