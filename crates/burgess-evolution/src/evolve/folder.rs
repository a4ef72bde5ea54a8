//! Run folders: `<name>-<seed>-<id>/`, where everything of one run lies.
//!
//! The frozen experiment is written last of what a run needs to go on, so a folder that has one can be resumed, even if
//! it was killed before its first generation. A lock that dies with its process keeps two from the same run.

use crate::experiment::{Benchmark, Experiment};
use crate::store::{self, EXPERIMENT, RunReader, StoreError};
use anyhow::{Context, Result, bail};
use burgess_core::files;
use ron::ser::PrettyConfig;
use serde::{Serialize, de::DeserializeOwned};
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// The seed morphologies as they were when the run began.
pub const SEEDS: &str = "seeds.ron";
/// The metrics table, rewritten from the store.
pub const METRICS: &str = "metrics.csv";
const LOCK: &str = "lock";
/// How long a lock may outlive its holder: a process that is killed takes a moment to go, and one that is being started
/// (between fork and exec) holds copies of the files of the one that starts it.
const LOCK_PATIENCE: Duration = Duration::from_millis(500);

/// Whether a run folder's file of this name is one that the run is kept in: its tables and its frozen experiment, bodies, brains and models.
pub fn is_own_file(name: &str) -> bool {
    [store::FILE_NAME, METRICS, LOCK].contains(&name) || name.ends_with(".ron") || name.ends_with(".safetensors")
}

/// A run folder that belongs to this process until the value is dropped.
#[derive(Debug)]
pub struct RunFolder {
    dir: PathBuf,
    _lock: File,
}

impl RunFolder {
    /// Makes a new folder under `out` and freezes in it the experiment, the files of its policy if it names any, and the seed morphologies
    /// (whatever the search space is made from).
    ///
    /// # Errors
    ///
    /// When the folder or a file in it cannot be written; the message names it.
    pub fn create<S: Serialize>(out: &Path, experiment: &Experiment, seeds: &S) -> Result<Self> {
        Self::create_with(out, experiment, seeds, |_| Ok(()))
    }

    /// The same with more files that the run needs: `add` puts them into the folder.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create), and when `add` fails.
    pub fn create_with<S: Serialize>(
        out: &Path,
        experiment: &Experiment,
        seeds: &S,
        add: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Self> {
        let dir = claim(out, &format!("{}-{}", experiment.name, experiment.seed))?;
        let folder = Self { _lock: lock(&dir)?, dir };
        write_ron(&folder.dir.join(SEEDS), "Frozen when the run began: the seed morphologies.", seeds)?;
        experiment.policy.freeze_files(&folder.dir)?;
        add(&folder.dir)?;
        let experiment = &Experiment { policy: experiment.policy.frozen(), ..experiment.clone() };
        let path = folder.dir.join(EXPERIMENT);
        let comment = "Frozen when the run began: overrides applied, defaults written out.";
        match Benchmark::of(experiment) {
            Some(benchmark) => write_kind(&path, comment, Benchmark::KIND, &benchmark)?,
            None => write_ron(&path, comment, experiment)?,
        }
        Ok(folder)
    }

    /// Takes over the folder of a run that was stopped.
    ///
    /// # Errors
    ///
    /// When it is no run folder, holds what its experiment cannot have made, or another process is running it.
    pub fn open(dir: &Path) -> Result<Self> {
        match RunReader::open(dir) {
            Ok(_) | Err(StoreError::NotStarted { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        for name in [LOCK, store::FILE_NAME] {
            let path = dir.join(name);
            files::refuse_link(&path).with_context(|| path.display().to_string())?;
        }
        Ok(Self { _lock: lock(dir)?, dir: dir.to_owned() })
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// Reads a frozen file of a run folder back, to the bit.
///
/// # Errors
///
/// When it is missing or has been changed to something else.
pub fn thaw<T: DeserializeOwned>(dir: &Path, name: &str) -> Result<T> {
    let path = dir.join(name);
    let text = files::read_text(&path, files::GENERATED).with_context(|| format!("cannot read {}", path.display()))?;
    ron::from_str(&text).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a value as commented RON, whole or not at all.
pub(super) fn write_ron<T: Serialize>(path: &Path, comment: &str, value: &T) -> Result<()> {
    write_kind(path, comment, "", value)
}

/// The same with the name of its kind in front.
fn write_kind<T: Serialize>(path: &Path, comment: &str, kind: &str, value: &T) -> Result<()> {
    let text = ron::ser::to_string_pretty(value, PrettyConfig::new()).context("the value cannot be written as RON")?;
    write_whole(path, &format!("// {comment}\n{kind}{text}\n"))
}

/// Writes a file whole or not at all: readers see the old one or the new one, whenever the program is stopped.
///
/// # Errors
///
/// When it cannot be written; the message names the file.
pub fn write_whole(path: &Path, text: &str) -> Result<()> {
    files::write_whole(path, text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

/// Makes the folder of lowest free number. Making a folder fails when it exists, so two runs never claim the same.
pub(crate) fn claim(out: &Path, stem: &str) -> Result<PathBuf> {
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    for id in 1u32.. {
        let dir = out.join(format!("{stem}-{id}"));
        match fs::create_dir(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot make the run folder {}", dir.display())),
        }
    }
    bail!("{} is full of runs of {stem}", out.display())
}

fn lock(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("cannot write {}", path.display()))?;
    let give_up = Instant::now() + LOCK_PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < give_up => thread::sleep(LOCK_PATIENCE / 20),
            Err(TryLockError::WouldBlock) => bail!("another process is running {}", dir.display()),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
    }
}
