//! The metrics as comma-separated values, for spreadsheets and plotting tools.

use super::folder::{METRICS, write_whole};
use crate::archive::metrics::Metrics;
use crate::archive::store::Store;
use anyhow::Result;
use std::fmt::Write as _;
use std::path::Path;

const HEADER: &str = "generation,evaluations,qd_score,normalised_qd_score,coverage,max,mean,elites,new,improved,diverged,invalid,\
                      creature_steps,body_steps,wall_time,invalid_by_label";

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
    let mut text = String::from(HEADER);
    for m in rows {
        let s = &m.scores;
        let invalid: Vec<String> = m.invalid.iter().map(|(label, count)| format!("{label}:{count}")).collect();
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n{},{},{},{},{},{},{},{},{},{},{},{},{},{},{:.3},{}",
            m.generation,
            m.evaluations,
            s.qd_score,
            s.normalised_qd_score,
            s.coverage,
            s.max,
            s.mean,
            m.elites,
            m.new,
            m.improved,
            m.diverged,
            m.invalid_count(),
            m.creature_steps,
            m.body_steps,
            m.wall_time,
            invalid.join(";"),
        );
    }
    text.push('\n');
    text
}
