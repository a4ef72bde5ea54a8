//! A checksum in every row, so that a changed byte is noticed wherever SQLite itself does not: in the middle of a number or a gene.
//!
//! The sum is over the row's values as SQLite keeps them, whatever they mean, in the order of the table's columns. SQLite computes it when
//! a row is written and when rows are looked at.

use super::{Result, StoreError};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement};
use sha2::{Digest, Sha256};
use std::path::Path;

/// The name of the column.
pub(super) const COLUMN: &str = "checksum";

/// What is wrong with what a run has stored, and what could not be looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Integrity {
    /// What is wrong, each with its place.
    pub faults: Vec<String>,
    /// Rows from before there were checksums.
    pub unchecked: u64,
}

/// Lets SQL on a connection compute checksums.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("checksum_of", -1, flags, |values| Ok(sum(values)))
}

fn sum(values: &Context<'_>) -> i64 {
    let mut sha = Sha256::new();
    for i in 0..values.len() {
        match values.get_raw(i) {
            ValueRef::Null => sha.update([0]),
            ValueRef::Integer(number) => sha.update([&[1][..], &number.to_le_bytes()].concat()),
            // SQLite loses the sign of zero.
            ValueRef::Real(number) => sha.update([&[2][..], &(number + 0.0).to_le_bytes()].concat()),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                sha.update([&[3][..], &(bytes.len() as u64).to_le_bytes()].concat());
                sha.update(bytes);
            }
        }
    }
    let digest = sha.finalize();
    i64::from_le_bytes(std::array::from_fn(|i| digest[i]))
}

/// A statement that writes a row (`verb` is `INSERT`, or `REPLACE` for one in place of one of the same key) from the values of all columns
/// in their order.
pub(super) fn prepare<'c>(connection: &'c Connection, verb: &str, table: &str) -> rusqlite::Result<Statement<'c>> {
    let marks: Vec<String> = (1..=columns(connection, table)?.len()).map(|i| format!("?{i}")).collect();
    let marks = marks.join(", ");
    connection.prepare(&format!("{verb} INTO {table} VALUES ({marks}, checksum_of({marks}))"))
}

/// Looks at all that is stored: at SQLite's own structures, and at every row.
pub(super) fn integrity(connection: &Connection, path: &Path) -> Result<Integrity> {
    let failed = |source| StoreError::database(path, source);
    let mut found = Integrity::default();
    let structure = texts(connection, "PRAGMA integrity_check(10)").map_err(failed)?;
    found.faults.extend(structure.into_iter().filter(|line| line != "ok"));
    for table in tables(connection).map_err(failed)? {
        let count = |condition: &str| {
            let sql = format!("SELECT count(*) FROM {table} WHERE {condition}");
            connection.query_row(&sql, [], |row| row.get::<_, u64>(0)).map_err(failed)
        };
        if !names(connection, &table).map_err(failed)?.iter().any(|name| name == COLUMN) {
            found.unchecked += count("true")?;
            continue;
        }
        found.unchecked += count(&format!("{COLUMN} IS NULL"))?;
        let (key, columns) = (key(connection, &table).map_err(failed)?, columns(connection, &table).map_err(failed)?);
        let place =
            key.iter().map(|name| format!("'{name} ' || quote({name})")).collect::<Vec<_>>().join(" || ', ' || ");
        let changed = format!(
            "SELECT {place} FROM {table} WHERE {COLUMN} <> checksum_of({}) ORDER BY {}",
            columns.join(", "),
            key.join(", ")
        );
        let changed = texts(connection, &changed).map_err(failed)?;
        found.faults.extend(changed.iter().map(|row| format!("table {table}, {row}: is not what was written")));
    }
    Ok(found)
}

pub(super) fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    texts(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
}

fn names(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    texts(connection, &format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"))
}

/// All but the checksum.
pub(super) fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    Ok(names(connection, table)?.into_iter().filter(|name| name != COLUMN).collect())
}

fn key(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    texts(connection, &format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk"))
}

fn texts(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}
