//! The crash-safe store: everything a run must not lose, in one SQLite database.
//!
//! One or more generations are one transaction. It holds the elites that entered the archive and the cells that were emptied,
//! what else the archive knows, the metrics, and what emitters have learned, which together are all the state of the loop: a
//! run killed at any moment goes on from the end of a generation. Write-ahead logging lets others read while a run writes.
//!
//! SQLite turns NaN into NULL and loses the sign of zero, so exact values are little-endian blobs (columns whose names begin
//! with `exact_`); the readable columns beside them are for queries by hand. `docs/results.md` explains every column.

mod address;
mod bounds;
mod checksum;
mod columns;
mod encode;
mod error;
pub mod hash;
mod migrate;
mod read;
mod reader;
mod row;
mod stored;
mod writer;

pub use address::EliteAddress;
pub use checksum::Integrity;
pub use columns::{COLUMNS, Column, column_names};
pub use error::StoreError;
pub use reader::{RunReader, experiment};
pub use row::Row;
pub use stored::{Record, Stored};
pub use writer::Writer;

use crate::metrics::Metrics;
use burgess_latent::Loss;
use burgess_qd::Evaluated;
use burgess_qd::archive::Centroids;
use burgess_qd::bytes::f64_bytes;
use rusqlite::{Connection, OpenFlags, ToSql, Transaction, TransactionBehavior, params, params_from_iter};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The database's name in a run folder.
pub const FILE_NAME: &str = "archive.sqlite";

/// The name of the frozen experiment in a run folder: overrides applied, defaults written out.
pub const EXPERIMENT: &str = "experiment.ron";

/// Marks a SQLite file as a burgess archive: the letters `burg`.
const APPLICATION_ID: i32 = 0x6275_7267;

/// Version of the tables below. A change to them, or to what the genome's bytes mean, counts it up.
pub const SCHEMA_VERSION: i32 = 8;

/// All tables but the metrics, whose columns are listed in [`columns`].
const SCHEMA: &str = "
CREATE TABLE centroids (
    cell  INTEGER PRIMARY KEY,
    exact_point BLOB NOT NULL,
    checksum    INTEGER NOT NULL
);
CREATE TABLE elites (
    cell        INTEGER PRIMARY KEY,
    id          INTEGER NOT NULL UNIQUE,
    reward      REAL,
    descriptors TEXT NOT NULL,
    generation  INTEGER NOT NULL,
    candidate   INTEGER NOT NULL,
    emitter     INTEGER NOT NULL,
    parents     TEXT NOT NULL,
    links       INTEGER NOT NULL,
    mass        REAL,
    topology    BLOB NOT NULL,
    span        REAL,
    body_age    INTEGER NOT NULL,
    refined     INTEGER NOT NULL,
    gain        REAL,
    trust       REAL,
    exact_reward      BLOB NOT NULL,
    exact_descriptors BLOB NOT NULL,
    exact_parents     BLOB NOT NULL,
    exact_mass        BLOB NOT NULL,
    exact_span        BLOB NOT NULL,
    exact_refinement  BLOB NOT NULL,
    genome      BLOB NOT NULL,
    learned     BLOB,
    seen        BLOB,
    checksum    INTEGER NOT NULL
);
CREATE TABLE invalid (
    generation  INTEGER NOT NULL,
    label       TEXT NOT NULL,
    count       INTEGER NOT NULL,
    checksum    INTEGER NOT NULL,
    PRIMARY KEY (generation, label)
) WITHOUT ROWID;
CREATE TABLE emitters (
    emitter     INTEGER PRIMARY KEY,
    state       BLOB NOT NULL,
    checksum    INTEGER NOT NULL
);
CREATE TABLE archive (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    state       BLOB NOT NULL,
    checksum    INTEGER NOT NULL
);
CREATE TABLE passive (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    state       BLOB NOT NULL,
    checksum    INTEGER NOT NULL
);
CREATE TABLE encoder (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    version     INTEGER NOT NULL,
    hash        TEXT NOT NULL,
    state       BLOB NOT NULL,
    checksum    INTEGER NOT NULL
);
CREATE TABLE training (
    round       INTEGER NOT NULL,
    step        INTEGER NOT NULL,
    total       REAL,
    exact_losses BLOB NOT NULL,
    checksum    INTEGER NOT NULL,
    PRIMARY KEY (round, step)
) WITHOUT ROWID;
";

/// The result of everything here.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The database of a run, open for writing. Nothing here keeps two processes from the same run: the run folder's lock does.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

/// What one or more generations change in the store.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The generations' rows, in order.
    pub metrics: Vec<Metrics>,
    /// The elites that hold the cells that changed.
    pub entered: Vec<Row>,
    /// The cells that hold no elite any more.
    pub left: Vec<usize>,
    /// What [`Archive::save`](burgess_qd::Archive::save) gives after the last of them.
    pub archive: Vec<u8>,
    /// What each emitter has learned after the last of them, in their order; empty for those that don't learn.
    pub emitters: Vec<Vec<u8>>,
    /// What [`PassiveGrid::save`](burgess_qd::archive::PassiveGrid::save) gives; empty where there is none.
    pub passive: Vec<u8>,
    /// The encoder, if it has learned.
    pub encoder: Option<EncoderRow>,
    /// What it learned by: rounds, and the loss of each gradient step.
    pub training: Vec<(u64, Loss)>,
}

/// An encoder as the database holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderRow {
    /// Rounds of training behind it.
    pub version: u64,
    /// Its hash.
    pub hash: String,
    /// What [`Trainer::save`](burgess_latent::Trainer::save) gives.
    pub state: Vec<u8>,
}

/// The state of a run between two generations.
#[derive(Clone, Debug)]
pub struct Saved<S: Stored> {
    /// The elites in the order of their cells.
    pub elites: Vec<(usize, Evaluated<S>)>,
    /// The last generation's row; none before the first.
    pub metrics: Option<Metrics>,
    /// What the archive knows beside its elites.
    pub archive: Vec<u8>,
    /// What emitters have learned: the emitter's place and its bytes.
    pub emitters: Vec<(usize, Vec<u8>)>,
    /// The passive grid.
    pub passive: Vec<u8>,
    /// The bytes of what learns dimensions; none before the first training.
    pub encoder: Option<Vec<u8>>,
}

impl Store {
    /// Opens the database of a run folder, or makes it.
    ///
    /// # Errors
    ///
    /// When the file is no burgess archive, is of a newer version, or cannot be written.
    pub fn open(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE_NAME);
        let failed = |source| StoreError::database(&path, source);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(plain(&path), flags).map_err(failed)?;
        connection.busy_timeout(BUSY).map_err(failed)?;
        checksum::register(&connection).map_err(failed)?;
        create_tables(&mut connection).map_err(failed)?;
        // Before anything is changed: what another version or program wrote stays as it is.
        let version = check_kind(&connection, &path)?;
        migrate::to_current(&mut connection, version).map_err(failed)?;
        // A commit then costs no wait for the disk: a killed process loses nothing, a power cut at most the last generations.
        connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        connection.pragma_update(None, "synchronous", "NORMAL").map_err(failed)?;
        Ok(Self { connection, path })
    }

    /// Closes the store so that it is one plain file, which can be read from anywhere, a read-only disk included. While
    /// someone is reading, the write-ahead log stays beside it instead, which loses nothing.
    pub fn close(self) {
        // Readers are not worth waiting for, and what fails here only leaves the log where it is.
        let _ = self.connection.busy_timeout(Duration::ZERO);
        let _ = self.connection.pragma_update(None, "journal_mode", "DELETE");
    }

    /// The centroids of a CVT archive, if they have been stored.
    ///
    /// # Errors
    ///
    /// When the database cannot be read, or holds what this version does not write.
    pub fn centroids(&self) -> Result<Option<Centroids>> {
        read::centroids(&self.connection, &self.path)
    }

    /// Stores the centroids of a CVT archive, all or none.
    ///
    /// # Errors
    ///
    /// When the database cannot be written; it then holds what it held before.
    pub fn put_centroids(&mut self, centroids: &Centroids) -> Result<()> {
        self.transact(|transaction| {
            let mut insert = checksum::prepare(transaction, "INSERT", "centroids")?;
            for (cell, point) in centroids.iter().enumerate() {
                insert.execute(params![cell, f64_bytes(point)])?;
            }
            Ok(())
        })
    }

    /// The state after the last whole generation.
    ///
    /// # Errors
    ///
    /// When the database cannot be read, or holds what this version does not write.
    pub fn saved<S: Stored>(&self) -> Result<Saved<S>> {
        Ok(Saved {
            elites: read::elites(&self.connection, &self.path)?,
            metrics: read::last_metrics(&self.connection, &self.path)?,
            archive: read::archive_state(&self.connection, &self.path)?,
            emitters: read::emitters(&self.connection, &self.path)?,
            passive: read::passive(&self.connection, &self.path)?,
            encoder: read::encoder(&self.connection, &self.path)?,
        })
    }

    /// All rows so far, in the order of generations.
    ///
    /// # Errors
    ///
    /// When the database cannot be read, or holds what this version does not write.
    pub fn metrics(&self) -> Result<Vec<Metrics>> {
        read::metrics(&self.connection, &self.path)
    }

    /// Stores generations, all or nothing of them.
    ///
    /// # Errors
    ///
    /// When the database cannot be written; it then holds what it held before.
    pub fn commit(&mut self, changes: &Changes) -> Result<()> {
        self.transact(|transaction| write_changes(transaction, changes))
    }

    fn transact(&mut self, write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>) -> Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        transaction
            .and_then(|transaction| {
                // What returns early is rolled back when the transaction is dropped.
                write(&transaction)?;
                transaction.commit()
            })
            .map_err(|source| StoreError::database(&self.path, source))
    }
}

/// A path that SQLite does not take for a URI: it does so with every name that begins with `file:`, whatever the flags.
fn plain(path: &Path) -> PathBuf {
    if path.is_relative() { Path::new(".").join(path) } else { path.to_owned() }
}

/// How long to wait for a reader or writer in another process.
const BUSY: Duration = Duration::from_secs(10);

/// Whether a database has no tables: its program was stopped before it made them.
fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))
}

/// Makes the tables in an empty file; a file that holds anything is left alone.
fn create_tables(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if is_empty(&transaction)? {
        transaction.execute_batch(SCHEMA)?;
        transaction.execute_batch(&columns::create_table(true))?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    }
    transaction.commit()
}

/// The version of an archive. Refuses what is no burgess archive, or one that this version does not know.
fn check_kind(connection: &Connection, path: &Path) -> Result<i32> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let failed = |source| StoreError::database(path, source);
    let (kind, version) = (pragma("application_id").map_err(failed)?, pragma("user_version").map_err(failed)?);
    match (kind, version) {
        (APPLICATION_ID, migrate::OLDEST..=SCHEMA_VERSION) => Ok(version),
        (APPLICATION_ID, found) => Err(StoreError::Version { path: path.to_owned(), found, known: SCHEMA_VERSION }),
        _ => Err(StoreError::Foreign { path: path.to_owned() }),
    }
}

fn write_changes(transaction: &Transaction<'_>, changes: &Changes) -> rusqlite::Result<()> {
    // First, since numbers are unique over the cells.
    let mut delete = transaction.prepare("DELETE FROM elites WHERE cell = ?1")?;
    changes.left.iter().try_for_each(|cell| delete.execute([cell]).map(drop))?;
    let mut insert = checksum::prepare(transaction, "REPLACE", "elites")?;
    changes.entered.iter().try_for_each(|row| row.write(&mut insert))?;
    let mut insert = checksum::prepare(transaction, "REPLACE", "emitters")?;
    for (emitter, state) in changes.emitters.iter().enumerate().filter(|(_, state)| !state.is_empty()) {
        insert.execute(params![emitter, state])?;
    }
    if !changes.archive.is_empty() {
        checksum::prepare(transaction, "REPLACE", "archive")?.execute(params![1, changes.archive])?;
    }
    if !changes.passive.is_empty() {
        checksum::prepare(transaction, "REPLACE", "passive")?.execute(params![1, changes.passive])?;
    }
    if let Some(EncoderRow { version, hash, state }) = &changes.encoder {
        checksum::prepare(transaction, "REPLACE", "encoder")?.execute(params![1, version, hash, state])?;
    }
    let mut insert = checksum::prepare(transaction, "INSERT", "training")?;
    for (round, loss) in &changes.training {
        let exact = f64_bytes(&[loss.total, loss.reconstruction, loss.dynamics, loss.representation]);
        insert.execute(params![round, loss.step, loss.total, exact])?;
    }
    write_metrics(transaction, &changes.metrics)
}

fn write_metrics(transaction: &Transaction<'_>, rows: &[Metrics]) -> rusqlite::Result<()> {
    let mut insert = checksum::prepare(transaction, "INSERT", "metrics")?;
    let mut insert_invalid = checksum::prepare(transaction, "INSERT", "invalid")?;
    for m in rows {
        let s = &m.scores;
        let scores = [s.qd_score, s.normalised_qd_score, s.coverage, s.max, s.mean];
        let exact = [&scores[..], &[m.wall_time, m.simulation_time, m.refinement_time, m.bodies.distance]];
        let exact = [&exact.concat()[..], &[m.passive.qd_score, m.passive.coverage, m.training_time]].concat();
        let mut values: Vec<Box<dyn ToSql>> = COLUMNS.iter().map(|(_, column)| column.sql(m)).collect();
        values.push(Box::new(f64_bytes(&exact)));
        insert.execute(params_from_iter(values))?;
        for (label, count) in &m.invalid {
            insert_invalid.execute(params![m.generation, label, count])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
