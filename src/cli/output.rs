//! Files that the command line is told to write.

use anyhow::{Context as _, Result};
use burgess_core::files;
use std::path::PathBuf;

/// A file that can be written after the work, seen to before it.
pub(super) struct Output {
    path: PathBuf,
    file: files::Output,
}

impl Output {
    /// Sees to it that the file can be written; nothing is changed yet.
    ///
    /// # Errors
    ///
    /// When it cannot; the message names it.
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let file = files::Output::open(&path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { path, file })
    }

    /// Writes it, whole or not at all, and gives its path.
    ///
    /// # Errors
    ///
    /// When it cannot be written; the message names it.
    pub(super) fn write(self, bytes: &[u8]) -> Result<PathBuf> {
        self.file.write(bytes).with_context(|| format!("cannot write {}", self.path.display()))?;
        Ok(self.path)
    }
}
