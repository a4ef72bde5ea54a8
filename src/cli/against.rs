//! The same benchmark by another build of this program, in turn with this one.

use anyhow::{Context, Result, ensure};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Times that each build is timed, in the order this, other, other, this, so that drifts of the machine hit both alike.
const ROUNDS: usize = 4;

/// Options that a row has its own of.
const OF_A_ROW: [&str; 6] = ["--against", "--work", "--links", "--brains", "--batches", "--csv"];

/// What is compared of a row, as far as it is timed: body-steps a second of simulation, evaluations a second with all that belongs to them, body-steps a
/// second forth and back, and refined candidates a second in whole generations.
pub(super) type Rates = [Option<f64>; 4];

/// Another build.
pub(super) struct Other<'a> {
    program: &'a Path,
    /// The arguments that this program was given, without those of rows.
    arguments: Vec<OsString>,
}

/// One row, as options with their values.
pub(super) struct RowOptions(pub(super) Vec<(&'static str, String)>);

impl<'a> Other<'a> {
    /// Of a program, with the options of this process.
    pub(super) fn new(program: &'a Path) -> Self {
        Self { program, arguments: without_rows(std::env::args_os().skip(1)) }
    }

    /// Times a row with both builds in turn. Gives the one of this build that lies in the middle, and in words how they compare.
    ///
    /// # Errors
    ///
    /// When this build or the other fails.
    pub(super) fn compare<R>(
        &self,
        row: &RowOptions,
        mut time: impl FnMut() -> Result<R>,
        rates: impl Fn(&R) -> Rates,
    ) -> Result<(R, String)> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            if round % 2 == 0 {
                ours.push(time()?);
            }
            theirs.push(self.time(row)?);
            if round % 2 == 1 {
                ours.push(time()?);
            }
        }
        let first = |row: &R| rates(row).into_iter().flatten().next().unwrap_or(0.0);
        ours.sort_by(|a, b| first(a).total_cmp(&first(b)));
        let own: Vec<Rates> = ours.iter().map(&rates).collect();
        Ok((ours.swap_remove(ROUNDS / 2), comparison(&own, &theirs)))
    }

    fn time(&self, row: &RowOptions) -> Result<Rates> {
        let name = self.program.display();
        let table: PathBuf = std::env::temp_dir().join(format!("burgess-against-{}.csv", std::process::id()));
        let mut command = Command::new(self.program);
        command.args(&self.arguments);
        for (option, value) in &row.0 {
            command.args([option, value.as_str()]);
        }
        let ended = command.arg("--csv").arg(&table).stdout(Stdio::null()).status();
        let status = ended.with_context(|| format!("cannot start {name}"))?;
        let text = std::fs::read_to_string(&table);
        let _ = std::fs::remove_file(&table);
        ensure!(status.success(), "{name} failed to time the same: {status}");
        let rates = text.ok().and_then(|text| rates_of(&text));
        rates.with_context(|| format!("{name} wrote no table with the figures that are compared"))
    }
}

/// Arguments without the options that a row has its own of.
fn without_rows(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut kept = Vec::new();
    let mut skips = false;
    for argument in arguments {
        let text = argument.to_string_lossy();
        let name = text.split('=').next().unwrap_or_default();
        let is_of_a_row = OF_A_ROW.contains(&name);
        if !skips && !is_of_a_row {
            kept.push(argument);
            continue;
        }
        // The value follows, unless it stands behind an equals sign.
        skips = is_of_a_row && !text.contains('=');
    }
    kept
}

/// The figures of the first row of a table.
fn rates_of(table: &str) -> Option<Rates> {
    let mut lines = table.lines();
    let (head, row) = (lines.next()?, lines.next()?);
    // The device is in quotes, and may have commas.
    let (_, row) = row.rsplit_once('"')?;
    let cells: Vec<&str> = row.split(',').collect();
    let cell = |name: &str| cells.get(head.split(',').position(|column| column == name)?)?.parse().ok();
    let rates = ["body_steps_per_s", "evaluations_per_s", "gradient_body_steps_per_s", "refined_per_s"].map(cell);
    rates.iter().any(Option::is_some).then_some(rates)
}

/// How this build compares with the other: ratios of medians, and of the least and the most favourable pair.
fn comparison(ours: &[Rates], theirs: &[Rates]) -> String {
    let names = ["simulation", "whole", "forth and back", "generations"];
    let ratio = |(i, name): (usize, &str)| {
        let sorted = |rows: &[Rates]| {
            let mut rates: Vec<f64> = rows.iter().filter_map(|rates| rates[i]).collect();
            rates.sort_by(f64::total_cmp);
            rates
        };
        let (own, other) = (sorted(ours), sorted(theirs));
        let (least, most) = (own.first()? / other.last()?, own.last()? / other.first()?);
        let middle = own[own.len() / 2] / other[other.len() / 2];
        Some(format!("{name} {middle:.3} times as fast ({least:.3} to {most:.3})"))
    };
    let ratios: Vec<String> = names.into_iter().enumerate().filter_map(ratio).collect();
    format!("       than the other: {}", ratios.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_gets_the_options_that_belong_to_no_row() {
        let given = "bench --links 0,16 --work refined --backend gpu --batches=64 --gradients --against ./old --repeats 3 --csv a.csv";
        let kept = without_rows(given.split(' ').map(OsString::from));
        assert_eq!(
            kept,
            "bench --backend gpu --gradients --repeats 3".split(' ').map(OsString::from).collect::<Vec<_>>()
        );
    }

    #[test]
    fn figures_are_found_by_the_names_of_their_columns() {
        let head = "device,links,body_steps_per_s,evaluations_per_s,gradient_body_steps_per_s\n";
        assert_eq!(rates_of(&format!("{head}\"a, b\",8-12,10,2,\n")), Some([Some(10.0), Some(2.0), None, None]));
        assert_eq!(rates_of(&format!("{head}\"a\",8-12,10,2,5\n")), Some([Some(10.0), Some(2.0), Some(5.0), None]));
        let generations = "device,links,body_steps_per_s,refined_per_s\n\"a\",walkers,,7\n";
        assert_eq!(rates_of(generations), Some([None, None, None, Some(7.0)]));
        assert_eq!(rates_of(head), None);
        assert_eq!(rates_of("device,links\n\"a\",4\n"), None);
    }

    #[test]
    fn ratios_are_those_of_medians_with_their_widest_span() {
        let rows = |rates: [f64; 3]| rates.map(|rate| [Some(rate), Some(2.0 * rate), None, None]);
        let text = comparison(&rows([11.0, 10.0, 12.0]), &rows([10.0, 8.0, 10.0]));
        assert!(text.contains("simulation 1.100 times as fast (1.000 to 1.500), whole 1.100"), "{text}");
        assert!(!text.contains("back"), "{text}");
    }
}
