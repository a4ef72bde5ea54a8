//! Provenance: which program, machine and command made a run, one entry for each part of it.

use super::folder::{thaw, write_ron};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The file's name in a run folder.
pub const PROVENANCE: &str = "provenance.ron";

/// One uninterrupted part of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// When it began, UTC.
    pub started: String,
    /// The command line.
    pub command: Vec<String>,
    /// What simulated, as it describes itself: `cpu, 2 threads`, or `gpu, NAME, INTERFACE, DRIVER`.
    pub backend: String,
    /// What differentiated, in the same words; none where nothing was.
    #[serde(default)]
    pub differentiator: Option<String>,
    /// The program.
    pub program: Program,
    /// The machine.
    pub machine: Machine,
}

/// The program that ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Version of the package.
    pub version: String,
    /// Git revision that it was built from, `-dirty` behind it when the tree had changes; `unknown` outside of the repository.
    pub revision: String,
    /// Cargo features, separated by spaces.
    pub features: String,
    /// Whether it was built with debug assertions.
    pub debug: bool,
}

/// The machine that it ran on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Model of the processor; `unknown` where the system does not say.
    pub cpu: String,
    /// Logical cores that the program may use.
    pub cores: usize,
    /// Operating system.
    pub os: String,
    /// Instruction set.
    pub arch: String,
}

impl Part {
    /// A part that begins now, in this process.
    pub fn now(program: &Program, backend: &str, differentiator: Option<&str>) -> Self {
        Self {
            started: utc(SystemTime::now()),
            command: std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect(),
            backend: backend.to_owned(),
            differentiator: differentiator.map(str::to_owned),
            program: program.clone(),
            machine: Machine::this(),
        }
    }

    /// Whether `other` promises the same bits: same program, same kind of processor and system, and a backend of the same bits.
    pub fn promises_bits_of(&self, other: &Part) -> bool {
        let place = |part: &Part| (part.machine.cpu.clone(), part.machine.os.clone(), part.machine.arch.clone());
        self.program == other.program && same_bits(&self.backend, &other.backend) && place(self) == place(other)
    }
}

/// Whether backends that describe themselves so give the same bits on one machine. A CPU's number of threads does not count; of
/// a GPU everything does, since each driver's compiler rounds in its own way.
pub fn same_bits(one: &str, other: &str) -> bool {
    let kind = |backend: &str| backend.split(',').next().unwrap_or_default().to_owned();
    one == other || (kind(one) == "cpu" && kind(other) == "cpu")
}

impl Machine {
    fn this() -> Self {
        Self {
            cpu: cpu().unwrap_or_else(|| "unknown".into()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            os: std::env::consts::OS.into(),
            arch: std::env::consts::ARCH.into(),
        }
    }
}

/// Adds a part to a run folder's provenance.
///
/// # Errors
///
/// When the file cannot be read or written.
pub fn add(dir: &Path, part: Part) -> Result<()> {
    let mut parts = read(dir)?;
    parts.push(part);
    write_ron(&dir.join(PROVENANCE), "Who made this run: one entry for each uninterrupted part.", &parts)
}

/// The parts of a run, in order; none before it began.
///
/// # Errors
///
/// When the file cannot be read.
pub fn read(dir: &Path) -> Result<Vec<Part>> {
    if dir.join(PROVENANCE).exists() { thaw(dir, PROVENANCE) } else { Ok(Vec::new()) }
}

/// The processor's model where Linux tells it.
fn cpu() -> Option<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// A time as `2026-01-31T23:59:59Z`.
fn utc(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Days since 1970-01-01 to a date of the Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn civil(days: u64) -> (u64, u64, u64) {
    // Years begin in March here, so that the leap day is the last.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn program() -> Program {
        Program { version: "1".into(), revision: "abc".into(), features: "gpu".into(), debug: false }
    }

    #[test]
    fn times_read_as_dates() {
        let at = |seconds| utc(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(at(1_767_225_599), "2025-12-31T23:59:59Z");
    }

    #[test]
    fn threads_do_not_change_what_bits_are_promised_but_processors_adapters_and_drivers_do() {
        let part = Part::now(&program(), "cpu, 1 threads", None);
        assert!(part.promises_bits_of(&Part::now(&program(), "cpu, 2 threads", None)));
        assert!(!part.promises_bits_of(&Part::now(&program(), "gpu, some adapter", None)));
        let gpu = Part::now(&program(), "gpu, some adapter, Vulkan, driver 1", None);
        assert!(gpu.promises_bits_of(&Part::now(&program(), "gpu, some adapter, Vulkan, driver 1", None)));
        assert!(!gpu.promises_bits_of(&Part::now(&program(), "gpu, some adapter, Vulkan, driver 2", None)));
        let mut elsewhere = part.clone();
        elsewhere.machine.cpu = "another".into();
        assert!(!part.promises_bits_of(&elsewhere));
    }

    #[test]
    fn parts_add_up() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) =
            (Part::now(&program(), "cpu, 1 threads", None), Part::now(&program(), "cpu, 2 threads", None));
        add(dir.path(), first.clone()).unwrap();
        add(dir.path(), second.clone()).unwrap();
        assert_eq!(read(dir.path()).unwrap(), [first, second]);
    }
}
