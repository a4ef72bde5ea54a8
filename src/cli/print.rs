//! What goes to stdout. Where it cannot be written, the work goes on; the exit code of what would have succeeded then says so.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write as _, stdout};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Why something that was printed did not arrive.
static LOST: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints a line. A closed pipe is no fault, as in `burgess schema | head`: whoever reads has seen enough.
pub(super) fn print(line: impl Display) {
    let mut out = stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => *lost_error() = Some(error),
        _ => {}
    }
}

/// The last failure, once.
pub(super) fn lost() -> Option<io::Error> {
    lost_error().take()
}

fn lost_error() -> MutexGuard<'static, Option<io::Error>> {
    LOST.lock().unwrap_or_else(PoisonError::into_inner)
}
