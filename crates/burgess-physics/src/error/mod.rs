//! What can go wrong with a simulation.

#[cfg(feature = "gpu")]
mod gpu;

#[cfg(feature = "gpu")]
pub use gpu::GpuError;

use thiserror::Error;

/// Why a simulation could not be set up, or did not come to its end.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The GPU cannot be used, or did not do what it was asked.
    #[cfg(feature = "gpu")]
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// The threads of the CPU could not be started.
    #[error(transparent)]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// What is asked for is not simulated, or not by this backend.
    #[error("{0}")]
    Unsupported(String),
    /// An argument does not fit what it is for.
    #[error("{what}: expected {expected}, got {got}")]
    Shape {
        /// Which argument.
        what: &'static str,
        /// Its length, as it should be.
        expected: usize,
        /// Its length.
        got: usize,
    },
    /// An objective weighs other descriptors than the task has.
    #[error("the objective weighs {weights} descriptors, the task has {descriptors}")]
    Objective {
        /// Weights of the objective.
        weights: usize,
        /// Descriptors of the task.
        descriptors: usize,
    },
    /// A backend that is not of this crate failed.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// An error of a backend that is not of this crate.
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }

    /// Gradients of the last window were asked for before there was one.
    pub(crate) fn no_window() -> Self {
        Self::Unsupported("gradients of a window before the first one".into())
    }

    /// Checks how many descriptors an objective weighs.
    pub(crate) fn check_objective(weights: usize, descriptors: usize) -> Result<(), Self> {
        if weights == descriptors { Ok(()) } else { Err(Self::Objective { weights, descriptors }) }
    }

    /// Checks the length of an argument.
    pub(crate) fn check_length(what: &'static str, expected: usize, got: usize) -> Result<(), Self> {
        if expected == got { Ok(()) } else { Err(Self::Shape { what, expected, got }) }
    }
}
