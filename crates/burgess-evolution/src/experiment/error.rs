//! What can be wrong with an experiment, and how it is shown: one report, with the place of each fault.

use super::source::{Source, TextPlace};
use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;
use thiserror::Error;

/// Most problems that are shown.
pub(super) const SHOWN: usize = 20;

/// Most characters of a line that are shown before the fault, and behind it.
const AROUND: usize = 80;

/// Why an experiment cannot be used. The message is complete: it names the file and needs no cause behind it.
#[derive(Debug, Error)]
pub enum ExperimentError {
    /// The file cannot be read as text.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A `--set` is not written as `path=value`, or its path leads nowhere.
    #[error("--set {setting}: {reason}")]
    Setting {
        /// As it was typed.
        setting: String,
        /// Why.
        reason: String,
    },
    /// The first fault of syntax or type.
    #[error("{0}")]
    Syntax(Box<SyntaxError>),
    /// Everything else that is wrong, all at once.
    #[error("{}", list(source_name, problems))]
    Invalid {
        /// What the file is called.
        source_name: String,
        /// At least one.
        problems: Vec<InvalidValue>,
    },
}

/// A fault of syntax or type and its place.
#[derive(Debug)]
pub struct SyntaxError {
    source_name: String,
    place: TextPlace,
    /// How many characters are marked.
    width: usize,
    message: String,
    help: Option<String>,
}

/// A value that cannot be used.
#[derive(Clone, Debug, PartialEq)]
pub struct InvalidValue {
    /// Path of the field, such as `task.reward[1].weight`.
    pub path: String,
    /// What is allowed and what came.
    pub message: String,
    /// Where it stands, if the file says anything about it: `line 12`, or the `--set` that it comes from.
    pub place: Option<String>,
}

impl SyntaxError {
    /// A fault of the text from `offset` on, `width` characters wide.
    pub(super) fn new(source: &Source, offset: usize, width: usize, message: String, help: Option<String>) -> Self {
        Self { source_name: source.name.clone(), place: source.place(offset), width, message, help }
    }
}

impl Display for SyntaxError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.place {
            TextPlace::Setting(setting) => write!(f, "--set {setting}: {}", self.message)?,
            TextPlace::File { line, column, text } => {
                writeln!(f, "{}:{line}:{column}: {}", self.source_name, self.message)?;
                write!(f, "{}", Excerpt { line: *line, column: *column, text, width: self.width })?;
            }
        }
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// A source line with carets under the fault.
struct Excerpt<'a> {
    line: usize,
    column: usize,
    text: &'a str,
    width: usize,
}

impl Display for Excerpt<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let before = self.column - 1;
        let cut = before.saturating_sub(AROUND);
        // What a control character does is not known to whoever counts columns.
        let line: String =
            self.text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect();
        let (length, room) = (line.chars().count(), 2 * AROUND);
        let text: String = line.chars().skip(cut).take(room).collect();
        let (head, tail) = (if cut > 0 { "..." } else { "" }, if length > cut + room { "..." } else { "" });
        // Tabs are kept, so that the carets stand where the terminal puts the fault.
        let indent: String =
            head.chars().chain(text.chars().take(before - cut)).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let marked = text.chars().count().saturating_sub(before - cut);
        let carets = "^".repeat(self.width.clamp(1, marked.max(1)));
        write!(f, "{margin} |\n{number} | {head}{text}{tail}\n{margin} | {indent}{carets}")
    }
}

impl Display for TextPlace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            TextPlace::File { line, .. } => write!(f, "line {line}"),
            TextPlace::Setting(setting) => write!(f, "--set {setting}"),
        }
    }
}

impl Display for InvalidValue {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)?;
        match &self.place {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}

fn list(source_name: &str, problems: &[InvalidValue]) -> String {
    let mut text = match problems.len() {
        1 => format!("{source_name}: 1 problem"),
        n => format!("{source_name}: {n} problems"),
    };
    for problem in problems.iter().take(SHOWN) {
        text += &format!("\n  {problem}");
    }
    if problems.len() > SHOWN {
        text += &format!("\n  ... and {} more", problems.len() - SHOWN);
    }
    text
}
