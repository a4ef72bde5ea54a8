//! Shows on stderr, line by line, what the libraries of this workspace warn of.

use burgess_core::say;
use log::{LevelFilter, Log, Metadata, Record};

/// Prints the messages of the workspace's crates. Those of others (graphics drivers' layers warn of much) are left to their own means.
struct Stderr;

impl Log for Stderr {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("burgess")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            say!("{}", record.args());
        }
    }

    fn flush(&self) {}
}

/// From here on warnings are shown.
pub(crate) fn show() {
    // Only another logger stands in the way of this one, and there is none in the program.
    if log::set_logger(&Stderr).is_ok() {
        log::set_max_level(LevelFilter::Warn);
    }
}
