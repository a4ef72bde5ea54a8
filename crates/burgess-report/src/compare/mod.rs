//! Statistics that compare experiments over their seeds, and the tables that show them.
//!
//! Runs of the same name are repetitions of one experiment. All runs are compared after the same number of evaluations, after the same number
//! of simulated steps and after the same wall time; each counts with the state after its last generation up to there. A [`Sample`] sums
//! up the seeds of an experiment, and a [`RankTest`] tests them against the seeds of another one.
//!
//! # Example
//!
//! ```
//! use burgess_report::compare::{Comparison, ComparedRun};
//! use burgess_report::views::{CourseView, MetricsRow};
//! use std::path::Path;
//!
//! # fn main() -> anyhow::Result<()> {
//! let metrics = |qd_score| {
//!     let row = MetricsRow {
//!         generation: 0,
//!         evaluations: 100,
//!         steps: 5000,
//!         wall_time: 2.0,
//!         qd_score,
//!         coverage: 0.5,
//!         max: 3.0,
//!         mean: 1.0,
//!         topologies: 1.0,
//!         body_distance: 0.0,
//!     };
//!     vec![row]
//! };
//! let courses = [("slow", 0, metrics(1.0)), ("slow", 1, metrics(2.0)), ("fast", 0, metrics(8.0)), ("fast", 1, metrics(9.0))];
//! let runs = courses.each_ref().map(|(name, seed, metrics)| ComparedRun {
//!     dir: Path::new("results"),
//!     course: CourseView { name, seed: *seed, bodies_evolve: false, passive: false, metrics },
//! });
//! let comparison = Comparison::of(&runs, None, &[], Vec::new())?;
//! assert_eq!(comparison.against, "slow");
//! assert!(comparison.markdown(&[]).contains("| QD-score | fast | 2 | 8.500 |"));
//! # Ok(())
//! # }
//! ```

mod comparison;
mod measure;
mod place;
mod rank;
mod sample;
mod table;

pub use comparison::{ComparedRun, Comparison, Row, Section};
pub use measure::Measure;
pub use place::ComparisonPoint;
pub use rank::{RankTest, mann_whitney, smallest_p};
pub use sample::Sample;
