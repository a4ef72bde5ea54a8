//! The columns of the metrics, listed once: for the database and for the table that is made of it.

use crate::metrics::Metrics;
use rusqlite::ToSql;

/// How a column's numbers are found, and of which kind they are.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// Whole numbers.
    Count(fn(&Metrics) -> u64),
    /// Numbers that may be NaN.
    Real(fn(&Metrics) -> f64),
    /// Times (s), for which people need no more than milliseconds.
    Seconds(fn(&Metrics) -> f64),
}

use Column::{Count, Real, Seconds};

/// Names and contents in order; the first one is the key.
pub const COLUMNS: [(&str, Column); 29] = [
    ("generation", Count(|m| m.generation)),
    ("evaluations", Count(|m| m.evaluations)),
    ("qd_score", Real(|m| m.scores.qd_score)),
    ("normalised_qd_score", Real(|m| m.scores.normalised_qd_score)),
    ("coverage", Real(|m| m.scores.coverage)),
    ("max", Real(|m| m.scores.max)),
    ("mean", Real(|m| m.scores.mean)),
    ("elites", Count(|m| m.elites)),
    ("topologies", Count(|m| m.bodies.topologies)),
    ("body_distance", Real(|m| m.bodies.distance)),
    ("new", Count(|m| m.new)),
    ("improved", Count(|m| m.improved)),
    ("diverged", Count(|m| m.diverged)),
    ("refined", Count(|m| m.refined)),
    ("accepted", Count(|m| m.accepted)),
    ("dropped", Count(|m| m.dropped)),
    ("invalid", Count(Metrics::invalid_count)),
    ("creature_steps", Count(|m| m.forward.creature)),
    ("body_steps", Count(|m| m.forward.body)),
    ("backward_creature_steps", Count(|m| m.backward.creature)),
    ("backward_body_steps", Count(|m| m.backward.body)),
    ("wall_time", Seconds(|m| m.wall_time)),
    ("simulation_time", Seconds(|m| m.simulation_time)),
    ("refinement_time", Seconds(|m| m.refinement_time)),
    ("training_time", Seconds(|m| m.training_time)),
    ("encoder", Count(|m| m.encoder)),
    ("passive_qd_score", Real(|m| m.passive.qd_score)),
    ("passive_coverage", Real(|m| m.passive.coverage)),
    ("out_of_range", Count(|m| m.out_of_range)),
];

/// The names in order, separated by commas.
pub fn column_names() -> String {
    COLUMNS.map(|(name, _)| name).join(",")
}

/// The statement that makes the metrics' table. Rows without a checksum are there only where an older version wrote them.
pub(super) fn create_table(all_checked: bool) -> String {
    let declaration = |(place, (name, column)): (usize, &(&str, Column))| match column {
        _ if place == 0 => format!("{name} INTEGER PRIMARY KEY, "),
        Count(_) => format!("{name} INTEGER NOT NULL, "),
        Real(_) | Seconds(_) => format!("{name} REAL, "),
    };
    let declarations: String = COLUMNS.iter().enumerate().map(declaration).collect();
    let checked = if all_checked { " NOT NULL" } else { "" };
    format!("CREATE TABLE metrics ({declarations}exact_scores BLOB NOT NULL, checksum INTEGER{checked});")
}

impl Column {
    /// The number for the database.
    pub(super) fn sql(&self, metrics: &Metrics) -> Box<dyn ToSql> {
        match self {
            Count(of) => Box::new(of(metrics)),
            Real(of) | Seconds(of) => Box::new(of(metrics)),
        }
    }

    /// The number as text that reads back to the bit; times have three decimals.
    pub fn text(&self, metrics: &Metrics) -> String {
        match self {
            Count(of) => of(metrics).to_string(),
            Real(of) => of(metrics).to_string(),
            Seconds(of) => format!("{:.3}", of(metrics)),
        }
    }
}
