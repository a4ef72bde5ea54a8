//! What can go wrong with encoders, in words that say what was expected and what came.

use burgess_physics::experience::ExperienceError;
use std::path::PathBuf;
use thiserror::Error;

/// Why something could not be learned, encoded, read or written.
#[derive(Debug, Error)]
pub enum LatentError {
    /// Features that make no layout, or an experience that is not what its layout promises.
    #[error(transparent)]
    Experience(#[from] ExperienceError),
    /// Settings out of their bounds, one `field: what is allowed, what came` each.
    #[error("{}", .0.join("\n"))]
    Spec(Vec<String>),
    /// Nothing to learn from.
    #[error("an encoder learns from at least one experience, and was given none")]
    EmptyReplay,
    /// Encoding before training.
    #[error("this encoder has not been trained yet; call `train` first")]
    Untrained,
    /// A loss or a weight that isn't finite any more. The encoder is as it was before the call.
    #[error("training diverged at gradient step {step}: {what} is not finite; lower `learning_rate` or `clip`")]
    Diverged {
        /// Gradient steps before it.
        step: u64,
        /// The loss or the weights.
        what: &'static str,
    },
    /// A build without training.
    #[error("this build cannot train an encoder of kind {0}: build it with the cargo feature `learn`")]
    CannotLearn(&'static str),
    /// A question that only a world model answers.
    #[error("{question} needs an encoder of kind WorldModel, this one is of kind {kind}")]
    NotAWorldModel {
        /// What was asked.
        question: &'static str,
        /// The kind that there is.
        kind: &'static str,
    },
    /// What was saved is not of the form that is read here.
    #[error("the saved encoder cannot be read: {0}")]
    Damaged(String),
    /// A file, and what is wrong with it.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

/// What functions of this module give.
pub(crate) type Result<T> = std::result::Result<T, LatentError>;
