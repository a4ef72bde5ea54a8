//! What the rows of all tables have in common: which batches, against whom, and how they are printed.

use super::super::against::{Other, Rates, RowOptions};
use super::super::print::print;
use super::csv::Csv;
use anyhow::Result;
use burgess_core::say;
use std::path::PathBuf;

/// Work before the first row (s): what a data-centre GPU needs to raise its clocks after idling.
pub(super) const WARM_UP: f64 = 3.0;

/// A row is called unsteady where repetitions differ by more than this share.
const UNSTEADY: f64 = 0.1;

/// How rows are timed.
pub(super) struct Rules {
    /// The smaller ones first, which tell how long the larger ones will take.
    pub(super) batches: Vec<u32>,
    pub(super) repeats: usize,
    /// Longest time of a repetition (s).
    pub(super) longest: f64,
    /// Another build.
    pub(super) against: Option<PathBuf>,
}

impl Rules {
    /// Whether a batch is left out, which is said, where each creature of a smaller one took so long (s).
    pub(super) fn leave_out(&self, each: f64, batch: u32, what: &str) -> bool {
        let expected = each * f64::from(batch);
        let is_left_out = expected > self.longest;
        if is_left_out {
            say!("{what}: left out, would take {expected:.0} s each time");
        }
        is_left_out
    }

    /// Times a row, in turn with another build if there is one, and says how they compare.
    ///
    /// # Errors
    ///
    /// When one of them fails.
    pub(super) fn time<R>(
        &self,
        options: RowOptions,
        mut time: impl FnMut() -> Result<R>,
        rates: impl Fn(&R) -> Rates,
    ) -> Result<(R, Option<String>)> {
        match &self.against {
            None => Ok((time()?, None)),
            Some(program) => {
                let (timing, against) = Other::new(program).compare(&options, time, rates)?;
                Ok((timing, Some(against)))
            }
        }
    }
}

/// Says so where repetitions differ by more than they should.
pub(super) fn warn_of(spread: f64, what: &str) {
    if spread > UNSTEADY {
        say!("{what}: not steady, repetitions differ by {:.0} %", 100.0 * spread);
    }
}

/// Prints a row, and adds what is known of it to the file.
pub(super) fn put(line: &str, against: Option<String>, csv: Option<&mut Csv>, known: &[(&str, String)]) {
    print(line);
    against.into_iter().for_each(print);
    if let Some(csv) = csv {
        csv.add(known);
    }
}

/// A line of a table with columns so wide.
pub(super) fn line<const COLUMNS: usize>(cells: &[String; COLUMNS], widths: &[usize; COLUMNS]) -> String {
    let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    padded.join("  ").trim_end().to_owned()
}

pub(super) fn milliseconds(seconds: f64) -> String {
    format!("{:.2} ms", seconds * 1e3)
}
