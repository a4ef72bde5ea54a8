//! What can go wrong with a run's database, in words that say what to do.

use super::FILE_NAME;
use crate::experiment::ExperimentError;
use rusqlite::ErrorCode;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a run's database could not be read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no such folder.
    #[error("{}: there is no such folder", dir.display())]
    NoFolder {
        /// What was asked for.
        dir: PathBuf,
    },
    /// The folder is not a run's.
    #[error("{} is no run folder: it holds no {missing}", dir.display())]
    NotARun {
        /// What was asked for.
        dir: PathBuf,
        /// The file that a run folder has.
        missing: &'static str,
    },
    /// The folder's experiment can't be read, or has been changed to something that is wrong.
    #[error(transparent)]
    Experiment(ExperimentError),
    /// The run was stopped before its database was made.
    #[error("{} has no {FILE_NAME} yet; `burgess resume` starts the run", dir.display())]
    NotStarted {
        /// The run folder.
        dir: PathBuf,
    },
    /// No elite has this number, or not any more.
    #[error("{} has no elite {id}{}; `burgess list {}` shows what there is", dir.display(), nearest_words(*nearest), dir.display())]
    NoElite {
        /// The run folder.
        dir: PathBuf,
        /// What was asked for.
        id: u64,
        /// The elites whose numbers are next below and above.
        nearest: [Option<u64>; 2],
    },
    /// A SQLite file of another program.
    #[error("{} is no burgess archive", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Tables that this version does not know.
    #[error("{} has schema version {found}, this program knows version {known}; use the version of burgess that wrote it \
             (provenance.ron in the run folder names it)", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
        /// The version of this program.
        known: i32,
    },
    /// A value that this program never writes.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where and what.
        what: String,
    },
    /// SQLite failed.
    #[error("{}: {}", path.display(), explain(source))]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

impl StoreError {
    pub(super) fn database(path: &Path, source: rusqlite::Error) -> Self {
        Self::Database { path: path.to_owned(), source }
    }

    pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }
}

fn nearest_words(nearest: [Option<u64>; 2]) -> String {
    match nearest {
        [Some(below), Some(above)] => format!(" (the nearest are {below} and {above})"),
        [Some(last), None] => format!(" (the last is {last})"),
        [None, Some(first)] => format!(" (the first is {first})"),
        [None, None] => " (its archive is empty)".into(),
    }
}

/// What it means for the user; SQLite's own words follow as the cause.
fn explain(source: &rusqlite::Error) -> Cow<'static, str> {
    if let rusqlite::Error::InvalidColumnType(_, column, kind) = source {
        return format!("damaged: column `{column}` holds {kind} where this program writes something else").into();
    }
    let words = match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk or quota is full; generations stored before are kept",
        Some(ErrorCode::ReadOnly) => "the file or its folder is read-only",
        Some(ErrorCode::CannotOpen) => "the file cannot be opened; it may be missing, or its folder read-only",
        Some(ErrorCode::SystemIoFailure) => "reading or writing failed; generations stored before are kept",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another process is writing it",
        Some(ErrorCode::NotADatabase) => "the file is no SQLite database",
        Some(ErrorCode::DatabaseCorrupt) => "the file is damaged",
        _ => "the database cannot be used",
    };
    words.into()
}
