//! Simulation: what goes in (candidates, a world, a task), what comes out (outcomes), and who does it (backends).

mod body;
mod capacity;
mod cpu;
pub(crate) mod lives;
pub(crate) mod simulator;
mod window;

pub use crate::step::snapshot::Snapshot;
pub use capacity::Capacity;
pub use cpu::CpuBackend;
pub use simulator::{Batch, Simulator};
pub use window::{Drive, Progress, WindowGradient};

use crate::error::Error;
use crate::experience::Experience;
use crate::gradient::Differentiate;
use crate::model::Candidate;
use crate::plan::Plan;
use crate::task::Ending;
use std::time::Duration;

/// What an episode gave, or one in each environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Sum of the weighted reward terms; NaN when diverged.
    pub reward: f32,
    /// One value a descriptor of the experiment; NaN when diverged.
    pub descriptors: Vec<f32>,
    /// How it ended.
    pub ending: Ending,
    /// Steps simulated.
    pub steps: u32,
    /// Contacts between links, over all steps, that there was no room for: see [`PAIR_SLOTS`](crate::model::PAIR_SLOTS).
    pub contacts_left_out: u32,
    /// What it felt like, where the task is recorded.
    pub experience: Option<Experience>,
}

/// How a backend on the processor describes itself, e.g. `cpu, 2 threads`.
pub fn on_cpu(threads: usize) -> String {
    format!("cpu, {threads} {}", if threads == 1 { "thread" } else { "threads" })
}

/// A place where candidates are simulated. Results come in the order of the candidates, and a candidate's bits do not depend on
/// what else is in the batch.
pub trait Backend: Send + Sync {
    /// For logs and provenance, e.g. `cpu, 2 threads`.
    fn describe(&self) -> String;
    /// How much it does at a time; by default what all threads of the process do.
    fn capacity(&self) -> Capacity {
        Capacity::of_threads(rayon::current_num_threads())
    }
    /// Simulates one episode of each candidate in each environment of the plan's world, and gives what they come to: see
    /// [`environment`](crate::environment). Any that diverged makes the whole diverge, and else any that was terminated the whole terminated;
    /// steps are summed, and the experience is that of the first environment.
    ///
    /// # Errors
    ///
    /// When a device fails.
    fn evaluate(&self, candidates: &[Candidate<f32>]) -> Result<Vec<Outcome>, Error>;
    /// As [`evaluate`](Self::evaluate), and calls `meanwhile` at most once, while the processor would only wait for the device.
    ///
    /// # Errors
    ///
    /// When a device fails.
    fn evaluate_while(
        &self,
        candidates: &[Candidate<f32>],
        meanwhile: &mut (dyn FnMut() + Send),
    ) -> Result<Vec<Outcome>, Error> {
        // A backend that computes on the processor has no time to give.
        let _ = meanwhile;
        self.evaluate(candidates)
    }
    /// What differentiates a plan's episodes on the same device and in the same way.
    ///
    /// # Errors
    ///
    /// When it cannot, or the device fails.
    fn differentiator(&self, plan: &Plan) -> Result<Box<dyn Differentiate>, Error> {
        let _ = plan;
        Err(Error::Unsupported(format!("{} has no gradients", self.describe())))
    }
    /// Loads bodies with their controllers, each at the start of an episode, to be simulated window by window on the same device and in the same
    /// way.
    ///
    /// # Errors
    ///
    /// When it cannot, the plan is for whole episodes only, or the device fails.
    fn load(&self, candidates: Vec<Candidate<f32>>) -> Result<Box<dyn Simulator<f32>>, Error> {
        let _ = candidates;
        Err(Error::Unsupported(format!("{} has no batches that step", self.describe())))
    }
    /// Time spent simulating so far. What goes on around it (packing, moving data) does not count, but for what a device overlaps.
    fn simulation_time(&self) -> Duration;
}
