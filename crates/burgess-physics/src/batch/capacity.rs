//! How much a backend does at a time, as far as the size of batches goes.

use crate::lanes::LANES;

/// What a backend does at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// A processor simulates so many candidates at once, and the next as soon as one of them is through.
    Cpu(usize),
    /// A GPU with memory of its own works through thousands at once; drivers do not say how many.
    Gpu,
    /// A GPU that is part of the processor.
    IntegratedGpu,
}

impl Capacity {
    /// That of a processor: candidates go side by side in vector registers on each of so many threads.
    pub fn of_threads(threads: usize) -> Self {
        Self::Cpu(threads * LANES)
    }
}
