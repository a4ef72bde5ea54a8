//! Reading a run folder, also while the run goes on, and also when the folder is read-only.

use super::bounds;
use super::checksum::{self, Integrity};
use super::stored::{Record, Stored};
use super::{BUSY, EXPERIMENT, FILE_NAME, Result, StoreError, check_kind, is_empty, plain, read};
use crate::descriptors::DescriptorSpec;
use crate::experiment::{self, Experiment};
use crate::genome::Genome;
use crate::metrics::Metrics;
use crate::store::hash;
use burgess_latent::Loss;
use burgess_qd::Evaluated;
use burgess_qd::archive::best_of_cells;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};

/// A run's results, open for reading.
#[derive(Debug)]
pub struct RunReader {
    connection: Connection,
    path: PathBuf,
    dir: PathBuf,
    experiment: Experiment,
}

impl RunReader {
    /// Opens a run folder.
    ///
    /// # Errors
    ///
    /// When it is not there, is no run folder, was written by a newer version, or holds what its experiment cannot have made.
    pub fn open(dir: &Path) -> Result<Self> {
        let experiment = experiment(dir)?;
        let path = dir.join(FILE_NAME);
        if !path.exists() {
            return Err(StoreError::NotStarted { dir: dir.to_owned() });
        }
        let connection = connect(&path)?;
        if is_empty(&connection).map_err(|source| StoreError::database(&path, source))? {
            return Err(StoreError::NotStarted { dir: dir.to_owned() });
        }
        check_kind(&connection, &path)?;
        bounds::check(&connection, &path, &experiment)?;
        Ok(Self { connection, path, dir: dir.to_owned(), experiment })
    }

    /// The run folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The experiment as it is run.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// One row a generation.
    ///
    /// # Errors
    ///
    /// When the database cannot be read, or holds what this version does not write.
    pub fn metrics(&self) -> Result<Vec<Metrics>> {
        read::metrics(&self.connection, &self.path)
    }

    /// The elites of any kind with their slots, in this order; slot `s` is of cell `s % cell_count()`, which has several where
    /// the archive has age layers or niches.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or is damaged.
    pub fn records(&self) -> Result<Vec<(usize, Record)>> {
        read::records(&self.connection, &self.path)
    }

    /// The best elite of each cell, of any kind, with the cell, in the order of the cells: all of them unless the archive has age layers or niches.
    ///
    /// # Errors
    ///
    /// As [`RunReader::records`].
    pub fn best_records(&self) -> Result<Vec<(usize, Record)>> {
        Ok(best_of_cells(self.records()?, self.cell_count(), |record| record.reward))
    }

    /// The elite of a number, of any kind, with its slot.
    ///
    /// # Errors
    ///
    /// When no elite has it (now); the error names the nearest ones.
    pub fn record(&self, id: u64) -> Result<(usize, Record)> {
        self.find(id)?.ok_or(()).or_else(|()| self.no_elite(id))
    }

    /// The elite of a number, of any kind, with its slot; `None` when no elite has it (now).
    ///
    /// # Errors
    ///
    /// As [`RunReader::records`].
    pub fn find(&self, id: u64) -> Result<Option<(usize, Record)>> {
        // The database counts to 2^63.
        if i64::try_from(id).is_err() {
            return Ok(None);
        }
        read::record_by_id(&self.connection, &self.path, id)
    }

    /// The elites of a run of creatures with their slots: see [`RunReader::records`].
    ///
    /// # Errors
    ///
    /// As [`RunReader::records`], and when they are no creatures.
    pub fn elites(&self) -> Result<Vec<(usize, Evaluated<Genome>)>> {
        self.elites_of()
    }

    /// The elites of a run of any kind with their slots: see [`RunReader::records`].
    ///
    /// # Errors
    ///
    /// As [`RunReader::records`], and when they are of another kind.
    pub fn elites_of<S: Stored>(&self) -> Result<Vec<(usize, Evaluated<S>)>> {
        read::elites(&self.connection, &self.path)
    }

    /// The best elite of each cell of a run of creatures: see [`RunReader::best_records`].
    ///
    /// # Errors
    ///
    /// As [`RunReader::elites`].
    pub fn best_of_cells(&self) -> Result<Vec<(usize, Evaluated<Genome>)>> {
        Ok(best_of_cells(self.elites()?, self.cell_count(), |elite| elite.reward))
    }

    /// The elite of a number in a run of creatures, with its slot.
    ///
    /// # Errors
    ///
    /// As [`RunReader::elite_of`].
    pub fn elite(&self, id: u64) -> Result<(usize, Evaluated<Genome>)> {
        self.elite_of(id)
    }

    /// The elite of a number in a run of any kind, with its slot.
    ///
    /// # Errors
    ///
    /// When no elite has the number (now); the error names the nearest ones. When the elite is of another kind.
    pub fn elite_of<S: Stored>(&self, id: u64) -> Result<(usize, Evaluated<S>)> {
        let Ok(_) = i64::try_from(id) else { return self.no_elite(id) };
        read::elite_by_id(&self.connection, &self.path, id)?.ok_or(()).or_else(|()| self.no_elite(id))
    }

    fn no_elite<T>(&self, id: u64) -> Result<T> {
        let nearest = read::nearest_ids(&self.connection, &self.path, id.min(i64::MAX as u64))?;
        Err(StoreError::NoElite { dir: self.dir.clone(), id, nearest })
    }

    /// The centroids of a CVT archive in the order of its cells, in the units of the descriptors; none for others.
    ///
    /// # Errors
    ///
    /// When the database cannot be read, or holds what this version does not write.
    pub fn centroids(&self) -> Result<Option<Vec<Vec<f64>>>> {
        let centroids = read::centroids(&self.connection, &self.path)?;
        Ok(centroids.map(|centroids| centroids.in_units_of(&DescriptorSpec::axes(&self.experiment.axes()))))
    }

    /// The bytes of what learns dimensions, as it stands; none where nothing does, or before the first training.
    ///
    /// # Errors
    ///
    /// When the database cannot be read, or holds what this version does not write.
    pub fn encoder(&self) -> Result<Option<Vec<u8>>> {
        read::encoder(&self.connection, &self.path)
    }

    /// The course of all trainings: the round, and the loss of each gradient step.
    ///
    /// # Errors
    ///
    /// When the database cannot be read, or holds what this version does not write.
    pub fn training(&self) -> Result<Vec<(u64, Loss)>> {
        read::training(&self.connection, &self.path)
    }

    /// Looks at all that is stored, the metrics and the state of the loop included.
    ///
    /// # Errors
    ///
    /// When the database cannot be read at all.
    pub fn integrity(&self) -> Result<Integrity> {
        let mut found = checksum::integrity(&self.connection, &self.path)?;
        let failed = |source| StoreError::database(&self.path, source);
        let count = "SELECT (SELECT count(*) FROM elites),
                            coalesce((SELECT elites FROM metrics ORDER BY generation DESC LIMIT 1), 0)";
        let (stored, counted): (u64, u64) =
            self.connection.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed)?;
        if stored != counted {
            found.faults.push(format!("table elites: has {stored} rows, but the last generation left {counted}"));
        }
        Ok(found)
    }

    /// Number of cells, empty or not.
    pub fn cell_count(&self) -> usize {
        // What has been run has a number that can be counted.
        self.experiment.cell_count().unwrap_or(usize::MAX)
    }

    /// The hash of the archive: see [`hash`].
    ///
    /// # Errors
    ///
    /// When the database cannot be read, or holds what this version does not write.
    pub fn hash(&self) -> Result<String> {
        Ok(hash::hash_of_records(&self.records()?))
    }
}

/// The frozen experiment of a run folder.
///
/// # Errors
///
/// When there is no such folder, it is no run folder, or the file has been changed to something that is wrong.
pub fn experiment(dir: &Path) -> Result<Experiment> {
    if !dir.is_dir() {
        return Err(StoreError::NoFolder { dir: dir.to_owned() });
    }
    let path = dir.join(EXPERIMENT);
    if !path.exists() {
        return Err(StoreError::NotARun { dir: dir.to_owned(), missing: EXPERIMENT });
    }
    experiment::thaw(&path).map_err(StoreError::Experiment)
}

/// Opens read-only. The database of a run that goes on, or was killed, is in write-ahead mode, and needs a file beside it even to
/// be read. Where the folder does not allow that, and nothing waits in the log, it is read as a file that no one changes.
fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = |name: &Path, flags| {
        let connection = Connection::open_with_flags(name, flags)?;
        connection.busy_timeout(BUSY)?;
        checksum::register(&connection)?;
        // Only a first read shows whether the log can be used.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    let opened = open(&plain(path), flags).or_else(|error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) if !log_waits(path) => {
            open(Path::new(&unchanging(path)), flags | OpenFlags::SQLITE_OPEN_URI)
        }
        _ => Err(error),
    });
    opened.map_err(|source| StoreError::database(path, source))
}

/// Whether there is something in the write-ahead log that the database does not hold yet.
fn log_waits(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// The URI of a file that no one changes, which is the only way to say so. Every byte of the path is escaped, so none has a meaning there.
fn unchanging(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let bytes = absolute.as_os_str().as_encoded_bytes().iter();
    let escaped: String = bytes
        .map(|&byte| match byte {
            b'/' | b'\\' if std::path::is_separator(byte.into()) => "/".to_owned(),
            _ => format!("%{byte:02x}"),
        })
        .collect();
    // A drive's letter is no host.
    let root = if escaped.starts_with('/') { "" } else { "/" };
    format!("file:{root}{escaped}?mode=ro&immutable=1")
}
