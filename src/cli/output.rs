//! Files that the command line is told to write.

use anyhow::{Context as _, Result, ensure};
use burgess_core::files;
use burgess_evolution::evolve::folder::is_own_file;
use burgess_evolution::store;
use std::path::{Path, PathBuf};

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
    /// When it cannot, or is what a run is kept in; the message names it.
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        ensure!(!keeps_a_run(&path), "{}: is a file of the run in this folder; name another file", path.display());
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

/// Whether a file is one that the run in its folder is kept in.
fn keeps_a_run(path: &Path) -> bool {
    // Of a path without a folder that is the folder where the program runs.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    is_own_file(name) && path.exists() && folder.join(store::FILE_NAME).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_is_kept_in_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        assert!(Output::open(file("metrics.csv")).is_ok(), "there is no run in this folder");
        std::fs::write(file("archive.sqlite"), "a run").unwrap();
        for name in ["archive.sqlite", "metrics.csv", "experiment.ron", "brain.safetensors"] {
            std::fs::write(file(name), "a run").unwrap();
            let error = Output::open(file(name)).err().expect(name).to_string();
            assert!(error.contains(name) && error.contains("file of the run"), "{error}");
        }
        assert!(Output::open(file("report.html")).is_ok());
        assert_eq!(std::fs::read_to_string(file("archive.sqlite")).unwrap(), "a run");
    }
}
