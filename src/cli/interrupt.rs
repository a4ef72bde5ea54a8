//! Ctrl-C, SIGTERM and SIGHUP: a run ends after its generation, with all that it has stored, its table and its plots.

use anyhow::Context as _;
use burgess_core::say;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Exit codes of programs that a signal ended are 128 and the signal's number; this is Ctrl-C's.
const SIGINT: u8 = 2;

/// Whether a run is to stop, and why.
#[derive(Clone)]
pub(super) struct Interrupt {
    /// What the run looks at after each generation.
    pub flag: Arc<AtomicBool>,
    signal: Arc<AtomicU8>,
    /// What is said at the first signal.
    stopping: String,
    /// What is said when a second one ends the process.
    aborted: String,
}

impl Interrupt {
    /// From here on the first signal sets the flag; the second ends the process at once, which loses the unfinished generation and those
    /// that wait to be stored.
    ///
    /// # Errors
    ///
    /// When signals cannot be watched.
    pub(super) fn watch(dir: &Path) -> anyhow::Result<Self> {
        Self::watch_for(
            "stopping after this generation; Ctrl-C again aborts it".to_owned(),
            format!("aborted; to go on: burgess resume {}", dir.display()),
        )
    }

    /// As [`watch`](Self::watch), for work that no run folder keeps: what is said at the first signal, and when a second one ends the process.
    ///
    /// # Errors
    ///
    /// When signals cannot be watched.
    pub(super) fn watch_for(stopping: String, aborted: String) -> anyhow::Result<Self> {
        let interrupt = Self { flag: Arc::default(), signal: Arc::new(SIGINT.into()), stopping, aborted };
        interrupt.clone().listen().context("cannot watch for signals")?;
        Ok(interrupt)
    }

    /// The exit code of a program that was stopped so.
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(128 + self.signal.load(Ordering::Relaxed))
    }

    fn came(&self, signal: u8, hangs_up: bool) {
        if !self.flag.load(Ordering::Relaxed) {
            self.signal.store(signal, Ordering::Relaxed);
            self.flag.store(true, Ordering::Relaxed);
            say!("\n{}", self.stopping);
        } else if !hangs_up {
            say!("{}", self.aborted);
            std::process::exit((128 + signal).into());
        }
    }

    #[cfg(unix)]
    fn listen(self) -> std::io::Result<()> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        // Under `nohup` a terminal that hangs up is to be ignored. It may hang up more than once.
        let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| signal != SIGHUP || !is_ignored(signal));
        let mut signals = signal_hook::iterator::Signals::new(wanted)?;
        let watch = move || signals.forever().for_each(|signal| self.came(signal as u8, signal == SIGHUP));
        std::thread::Builder::new().name("signals".into()).spawn(watch).map(drop)
    }

    #[cfg(not(unix))]
    fn listen(self) -> Result<(), ctrlc::Error> {
        ctrlc::set_handler(move || self.came(SIGINT, false))
    }
}

/// Whether whoever started the program wants a signal to be ignored, where the system tells.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
