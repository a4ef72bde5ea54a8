//! What is compared.

use crate::views::MetricsRow;

/// What is compared, and how it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Its column in the table for programs, in the unit of that column.
    pub column: &'static str,
    /// Its name in tables for people, with unit.
    pub name: &'static str,
    /// Factor from the unit of the column to the unit of the name.
    pub factor: f64,
    /// Its value after a generation.
    pub(super) of: fn(&MetricsRow) -> f64,
    /// Its value before the first generation; NaN if it has none.
    pub(super) before: f64,
}

/// Measures of every experiment, in the order of tables.
pub(super) const SCORES: [Measure; 4] = [
    Measure { column: "qd_score", name: "QD-score", factor: 1.0, of: |row| row.qd_score, before: 0.0 },
    Measure { column: "coverage", name: "coverage (%)", factor: 100.0, of: |row| row.coverage, before: 0.0 },
    Measure { column: "max", name: "best reward", factor: 1.0, of: |row| row.max, before: f64::NAN },
    Measure { column: "mean", name: "mean reward", factor: 1.0, of: |row| row.mean, before: f64::NAN },
];

/// Measures of bodies, for comparisons in which the bodies of some experiment evolve.
pub(super) const BODIES: [Measure; 2] = [
    Measure { column: "topologies", name: "topologies", factor: 1.0, of: |row| row.topologies, before: 0.0 },
    Measure { column: "body_distance", name: "body distance", factor: 1.0, of: |row| row.body_distance, before: 0.0 },
];
