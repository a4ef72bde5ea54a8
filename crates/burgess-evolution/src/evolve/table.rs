//! The metrics as comma-separated values, for spreadsheets and plotting tools.

use super::folder::{METRICS, write_whole};
use crate::metrics::Metrics;
use crate::store::{self, COLUMNS, Store};
use anyhow::Result;
use std::path::Path;

/// Rewrites the run folder's table from its store.
///
/// # Errors
///
/// When the store cannot be read or the file cannot be written.
pub fn rewrite(dir: &Path, store: &Store) -> Result<()> {
    write_whole(&dir.join(METRICS), &csv(&store.metrics()?))
}

/// One line a generation under a header. Numbers are written so that they read back to the bit; counts by label stand as
/// `label:count` separated by semicolons.
fn csv(rows: &[Metrics]) -> String {
    let mut text = format!("{},invalid_by_label\n", store::column_names());
    for row in rows {
        for (_, column) in COLUMNS {
            text.push_str(&column.text(row));
            text.push(',');
        }
        let invalid: Vec<String> = row.invalid.iter().map(|(label, count)| format!("{label}:{count}")).collect();
        text.push_str(&invalid.join(";"));
        text.push('\n');
    }
    text
}
