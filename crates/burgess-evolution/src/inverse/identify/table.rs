//! Tables of numbers with named columns, as `burgess simulate --csv` writes them.

use anyhow::{Context, Result, ensure};
use burgess_core::files;
use burgess_core::rng::Stream;
use std::path::Path;

/// Named columns of finite numbers.
#[derive(Clone, Debug)]
pub struct Table {
    /// Names of the columns.
    pub names: Vec<String>,
    /// One number a column.
    pub rows: Vec<Vec<f64>>,
}

impl Table {
    /// Reads a CSV file: a line of names, then numbers, all divided by commas.
    ///
    /// # Errors
    ///
    /// When it cannot be read; the message has file, line and column.
    pub fn load(path: &Path) -> Result<Self> {
        let text = files::read_text(path, files::GENERATED)
            .with_context(|| format!("cannot read recording {}", path.display()))?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Reads the text of a CSV file that errors call `file`.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn parse(text: &str, file: &str) -> Result<Self> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let (_, header) = lines.next().with_context(|| format!("{file}: the file is empty"))?;
        let names: Vec<String> = header.split(',').map(|name| name.trim().to_owned()).collect();
        let mut rows = Vec::new();
        for (index, line) in lines {
            let number = index + 1;
            let cells: Vec<&str> = line.split(',').collect();
            let (wanted, came) = (names.len(), cells.len());
            ensure!(
                wanted == came,
                "{file}:{number}: must have {wanted} numbers, as the first line has names, has {came}"
            );
            let mut row = Vec::with_capacity(wanted);
            for (name, cell) in names.iter().zip(cells) {
                let value = cell.trim().parse::<f64>().ok().filter(|x| x.is_finite());
                row.push(
                    value.with_context(|| format!("{file}:{number}: {name}: must be a finite number, is `{cell}`"))?,
                );
            }
            rows.push(row);
        }
        ensure!(rows.len() >= 2, "{file}: must have at least 2 rows of numbers, has {}", rows.len());
        Ok(Self { names, rows })
    }

    /// The text of a CSV file.
    pub fn to_csv(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        crate::inverse::folder::table(&names, self.rows.iter().cloned())
    }

    /// Place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other == name)
    }

    /// Largest less smallest number of a column.
    pub fn range(&self, column: usize) -> f64 {
        let numbers = self.rows.iter().map(|row| row[column]);
        let (low, high) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
        high - low
    }

    /// Adds normal noise to every column but the first, time: `share` of the column's range is its standard deviation.
    pub fn add_noise(&mut self, share: f64, stream: &mut Stream) {
        let deviations: Vec<f64> = (0..self.names.len()).map(|column| share * self.range(column)).collect();
        for row in &mut self.rows {
            row.iter_mut().zip(&deviations).skip(1).for_each(|(x, deviation)| *x += deviation * stream.normal());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, message) in [
            ("", "f.csv: the file is empty"),
            ("time,x\n0,1\n", "f.csv: must have at least 2 rows"),
            ("time,x\n0,1\n1\n", "f.csv:3: must have 2 numbers"),
            ("time,x\n0,1\n\n1,one\n", "f.csv:4: x: must be a finite number, is `one`"),
            ("time,x\n0,inf\n1,1\n", "f.csv:2: x: must be a finite number, is `inf`"),
        ] {
            let error = Table::parse(text, "f.csv").unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }

    #[test]
    fn tables_come_back_as_they_were() {
        let table = Table::parse("time, x\n0,0.1\n0.5,-2e-3\n", "f.csv").unwrap();
        assert_eq!(table.to_csv(), "time,x\n0,0.1\n0.5,-0.002\n");
        assert_eq!((table.column("x"), table.column("y")), (Some(1), None));
        assert!((table.range(1) - 0.102).abs() < 1e-15);
    }
}
