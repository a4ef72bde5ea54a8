//! What can go wrong.

use std::path::PathBuf;

/// Why something about a shared brain failed.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// A file is missing, damaged or of something else.
    #[error("{}: {problem}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was expected, and what came.
        problem: String,
    },
    /// Physics failed.
    #[error(transparent)]
    Physics(#[from] burgess_physics::Error),
    /// Training cannot go on.
    #[error("{0}")]
    Training(String),
}

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, LearnError>;
