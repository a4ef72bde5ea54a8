//! What is only said, on stderr: a listener who is gone or has no room must not stop the work.

use std::fmt::Arguments;
use std::io::{Write as _, stderr};

/// Prints a line on stderr if that can be done; takes what `eprintln!` takes.
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => { $crate::say::line(format_args!($($words)*)) };
}

/// What [`say!`](crate::say!) calls.
pub fn line(words: Arguments<'_>) {
    // In one piece, so that lines of several processes do not mix.
    let _ = stderr().write_all(format!("{words}\n").as_bytes());
}
