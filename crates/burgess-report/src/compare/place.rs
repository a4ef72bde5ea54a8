//! Places along the course of runs.

use crate::views::Progress;
use std::str::FromStr;

/// A place along the course of runs. Its text form is `evaluations=10000`, `steps=2e6` or `wall-time=60`.
///
/// ```
/// use burgess_report::compare::ComparisonPoint;
/// use burgess_report::views::Progress;
///
/// let place: ComparisonPoint = "wall-time=60".parse().unwrap();
/// assert_eq!(place, ComparisonPoint { progress: Progress::WallTime, value: 60.0 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComparisonPoint {
    /// What is counted.
    pub progress: Progress,
    /// Number of evaluations or of steps, or wall time (s).
    pub value: f64,
}

impl ComparisonPoint {
    const NAMES: [(&'static str, Progress); 3] =
        [("evaluations", Progress::Evaluations), ("steps", Progress::Steps), ("wall-time", Progress::WallTime)];

    /// Name of what is counted.
    pub(super) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|named| named.1 == self.progress).map_or("", |named| named.0)
    }
}

impl std::fmt::Display for ComparisonPoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.name(), self.value)
    }
}

impl FromStr for ComparisonPoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("must be written as NAME=VALUE, such as evaluations=10000")?;
        let names = Self::NAMES.map(|named| named.0).join(", ");
        let named = Self::NAMES.iter().find(|named| named.0 == name);
        let &(_, progress) = named.ok_or_else(|| format!("{name} is none of {names}"))?;
        match value.parse::<f64>() {
            Ok(value) if value.is_finite() && value > 0.0 => Ok(Self { progress, value }),
            _ => Err(format!("{name} must be a number above 0, not {value}")),
        }
    }
}
