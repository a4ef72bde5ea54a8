//! The tables of a bench as one file.

use super::super::output::Output;
use anyhow::Result;
use std::path::Path;

/// All columns but the first, which is the device.
const COLUMNS: [&str; 15] = [
    "links",
    "brain",
    "creatures",
    "links_together",
    "steps",
    "body_steps_per_s",
    "creature_steps_per_s",
    "evaluations_per_s",
    "simulation_s",
    "whole_s",
    "gradient_body_steps_per_s",
    "back_over_forth",
    "refined_per_s",
    "generation_s",
    "device_share",
];

/// The table, and where it goes.
pub(super) struct Csv {
    table: String,
    output: Output,
    device: String,
}

impl Csv {
    /// A table without rows.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(super) fn create(path: &Path, device: &str) -> Result<Self> {
        let table = format!("device,{}\n", COLUMNS.join(","));
        Ok(Self { table, output: Output::open(path.to_owned())?, device: device.replace('"', "\"\"") })
    }

    /// Adds a row of what is known of it: names of columns with their values.
    pub(super) fn add(&mut self, known: &[(&str, String)]) {
        let value = |column: &&str| known.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value);
        let values: Vec<&str> = COLUMNS.iter().map(value).collect();
        self.table += &format!("\"{}\",{}\n", self.device, values.join(","));
    }

    /// Writes the file.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(super) fn write(self) -> Result<()> {
        self.output.write(self.table.as_bytes())?;
        Ok(())
    }
}
