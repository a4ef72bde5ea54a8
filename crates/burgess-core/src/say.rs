//! What is only said, on stderr: a listener who is gone or has no room must not stop the work. What is echoed of somebody's files and
//! arguments is made harmless: it may hold the control sequences of a terminal, or a megabyte in one line.

use std::fmt::{Arguments, Write as _};
use std::io::{Write as _, stderr};

/// Most characters of a line that are shown.
const LONGEST: usize = 2000;

/// Prints a line on stderr if that can be done; takes what `eprintln!` takes.
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => { $crate::say::line(format_args!($($words)*)) };
}

/// What [`say!`](crate::say!) calls.
pub fn line(words: Arguments<'_>) {
    // In one piece, so that lines of several processes do not mix.
    let _ = stderr().write_all(format!("{}\n", harmless(&words.to_string())).as_bytes());
}

/// A text as it can be shown: control characters escaped, but for tabs and the ends of lines, and long lines cut.
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len().min(LONGEST));
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            shown.push('\n');
        }
        let mut characters = line.chars();
        for c in characters.by_ref().take(LONGEST) {
            match c {
                c if c.is_control() && c != '\t' => shown.extend(c.escape_default()),
                c => shown.push(c),
            }
        }
        let left = characters.count();
        if left > 0 {
            let _ = write!(shown, "... and {left} more characters");
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_harmless() {
        assert_eq!(harmless("a\tb\nü \u{1b}[2J\r\u{9b}"), "a\tb\nü \\u{1b}[2J\\r\\u{9b}");
        assert_eq!(harmless(&"é".repeat(LONGEST)), "é".repeat(LONGEST));
        assert_eq!(harmless(&"é".repeat(LONGEST + 5)), "é".repeat(LONGEST) + "... and 5 more characters");
    }
}
