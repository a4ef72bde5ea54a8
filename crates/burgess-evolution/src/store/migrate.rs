//! Brings archives of earlier versions to the tables of this one.
//!
//! - Version 6 had no checksums: rows that are written from now on have them.
//! - Version 7 did not count what is out of range: generations before have a count of 0.

use super::SCHEMA_VERSION;
use super::checksum::{self, COLUMN};
use super::columns::{self, COLUMNS};
use rusqlite::{Connection, TransactionBehavior};

/// The oldest version that can be brought up to date.
pub(super) const OLDEST: i32 = 6;

/// Brings an archive of a version from [`OLDEST`] on up to date: all of it or nothing.
pub(super) fn to_current(connection: &mut Connection, version: i32) -> rusqlite::Result<()> {
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if version < 7 {
        add_checksums(&transaction)?;
    }
    add_metrics(&transaction)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

fn add_checksums(connection: &Connection) -> rusqlite::Result<()> {
    checksum::tables(connection)?
        .iter()
        .try_for_each(|table| connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {COLUMN} INTEGER")))
}

/// Makes the table of metrics anew, with 0 in columns that it did not have. A row that is what its checksum says gets the checksum of what
/// it is now; one that is damaged stays damaged.
fn add_metrics(connection: &Connection) -> rusqlite::Result<()> {
    let before = checksum::columns(connection, "metrics")?;
    let had = |name: &str| before.iter().any(|column| column == name);
    let names = COLUMNS.iter().map(|(name, _)| if had(name) { (*name).to_owned() } else { "0".to_owned() });
    let now: Vec<String> = names.chain(["exact_scores".to_owned()]).collect();
    let (before, now) = (before.join(", "), now.join(", "));
    connection.execute_batch(&format!(
        "ALTER TABLE metrics RENAME TO metrics_before;
         {}
         INSERT INTO metrics SELECT {now}, iif({COLUMN} = checksum_of({before}), checksum_of({now}), {COLUMN}) FROM metrics_before;
         DROP TABLE metrics_before;",
        columns::create_table(false)
    ))
}
