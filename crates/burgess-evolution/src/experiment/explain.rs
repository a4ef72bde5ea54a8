//! `ron`'s errors in the words of somebody who writes an experiment.
//!
//! `ron` reports where its cursor was before and after the step that failed. That is the token in question, or the white space
//! before it, or a place inside of it; here it becomes the token. Messages say what is expected and what came.

use super::error::SyntaxError;
use super::source::Source;
use super::syntax::{self, is_space, is_word, word_around};
use ron::error::{Error, SpannedError};
use std::ops::Range;

/// The first fault of a text that `ron` refused.
pub(super) fn explain(source: &Source, error: &SpannedError) -> SyntaxError {
    if source.text.chars().all(is_space) {
        let help = "`burgess schema` prints an example of every field".to_owned();
        return SyntaxError::new(source, 0, 1, "the file is empty".to_owned(), Some(help));
    }
    if matches!(error.code, Error::Eof | Error::UnclosedBlockComment | Error::ExpectedStringEnd)
        && let Err(fault) = syntax::scan(&source.text)
    {
        return SyntaxError::new(source, fault.offset, 1, fault.message, None);
    }
    let token = token(source, error);
    let found = &source.text[token.clone()];
    let message = message(&error.code, found, &source.text[token.end..]);
    SyntaxError::new(source, token.start, found.chars().count(), message, help(&error.code, found))
}

/// What the error is about: a word, or a single character.
fn token(source: &Source, error: &SpannedError) -> Range<usize> {
    let text = &source.text;
    let (start, end) = (&error.span.start, &error.span.end);
    let (start, end) = (source.offset(start.line, start.col), source.offset(end.line, end.col));
    // A variant without its parentheses, or with parentheses that it must not have: the cursor stands behind the name.
    let behind_the_name = match error.code {
        Error::ExpectedStructLike => true,
        Error::ExpectedComma => text[start..].starts_with('('),
        _ => false,
    };
    let before = word_around(text, start);
    if start == end && behind_the_name && before.start < start {
        return before;
    }
    let at = match &error.code {
        Error::InvalidValueForType { found, .. } => behind_the_cursor(&text[..end], found),
        _ => None,
    };
    let at = at.unwrap_or(if text[start..end].chars().all(is_space) { end } else { start });
    match text[at..].chars().next() {
        Some(c) if is_word(c) => word_around(text, at),
        Some(c) => at..at + c.len_utf8(),
        None => at..at,
    }
}

/// Where a value begins that was taken as text, comments and all, before it turned out to mean nothing: it is the last thing that was read.
fn behind_the_cursor(read: &str, value: &str) -> Option<usize> {
    let start = read.rfind(value)?;
    Some(start + syntax::scan(value).ok()?.span.start)
}

/// What is wrong with the token `found`, which `rest` follows.
fn message(code: &Error, found: &str, rest: &str) -> String {
    let came = match found {
        "" => "the end".to_owned(),
        "\"" => "a string".to_owned(),
        _ => format!("`{}`", beginning(found)),
    };
    match code {
        Error::NoSuchStructField { expected, found, outer } => {
            format!("unknown field `{}`{}; allowed: {}", beginning(found), in_outer(outer), alternatives(expected))
        }
        Error::NoSuchEnumVariant { expected, found, outer } => {
            format!("unknown variant `{}`{}; allowed: {}", beginning(found), in_outer(outer), alternatives(expected))
        }
        Error::MissingStructField { field, outer } => format!("the field `{field}` is missing{}", in_outer(outer)),
        Error::DuplicateStructField { field, outer } => {
            format!("the field `{field}` is given twice{}", in_outer(outer))
        }
        // `ron` reads `8.5` as 8 and something that should have been a comma, `Name()` as `Name` and the like.
        Error::ExpectedComma if is_number(found) => format!("expected a whole number, found {came}"),
        Error::ExpectedComma if rest.starts_with('(') => format!("{came} takes nothing in parentheses"),
        Error::ExpectedComma if matches!(found, ")" | "]") => format!("expected another bracket before {came}"),
        Error::ExpectedComma => format!("expected a comma before {came}"),
        Error::ExpectedInteger | Error::InvalidIntegerDigit { .. } => format!("expected a whole number, found {came}"),
        Error::IntegerOutOfBounds => format!("the whole number {came} is out of bounds"),
        Error::ExpectedFloat => format!("expected a number, found {came}"),
        Error::ExpectedString => format!("expected a string in double quotes, found {came}"),
        Error::ExpectedArray => format!("expected a list in square brackets, found {came}"),
        Error::ExpectedStructLike if found.starts_with(|c: char| c.is_alphabetic()) => {
            format!("{came} needs its fields in parentheses, even if there are none to give: `{found}()`")
        }
        Error::ExpectedStructLike | Error::ExpectedNamedStructLike(_) => {
            format!("expected an opening parenthesis, found {came}")
        }
        Error::ExpectedStructLikeEnd => format!("expected a closing parenthesis, found {came}"),
        Error::InvalidValueForType { expected, .. } => format!("expected {expected}, found {came}"),
        Error::UnexpectedChar(_) => format!("expected a value, found {came}"),
        Error::TrailingCharacters => format!("nothing may follow the experiment, found {came}"),
        other => lower_case_first(&other.to_string()),
    }
}

fn help(code: &Error, found: &str) -> Option<String> {
    match code {
        Error::NoSuchStructField { expected, found, .. } | Error::NoSuchEnumVariant { expected, found, .. } => {
            nearest(found, expected).map(|name| format!("did you mean `{name}`?"))
        }
        Error::ExpectedString if found.starts_with(|c: char| c.is_alphabetic()) => {
            let found = beginning(found);
            Some(format!("write \"{found}\"; a shell needs quotes around that again: '\"{found}\"'"))
        }
        _ => None,
    }
}

/// As much of a word as tells it from others.
fn beginning(word: &str) -> String {
    match word.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}...", &word[..end]),
        None => word.to_owned(),
    }
}

fn is_number(word: &str) -> bool {
    word.parse::<f64>().is_ok() && word.ends_with(|c: char| c.is_ascii_digit() || c == '.')
}

fn in_outer(outer: &Option<String>) -> String {
    outer.as_ref().map(|name| format!(" in `{name}`")).unwrap_or_default()
}

fn alternatives(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        _ => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

fn lower_case_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Longest word that is taken for a slip of the pen (bytes).
const LONGEST_NAME: usize = 100;

/// The name that was meant, if one is near enough: a third of the letters may be wrong.
fn nearest<'a>(found: &str, names: &[&'a str]) -> Option<&'a str> {
    // No name is that long, and the distance takes the product of lengths.
    if found.len() > LONGEST_NAME {
        return None;
    }
    let distance = |name: &str| edit_distance(&found.to_lowercase(), &name.to_lowercase());
    let (best, name) = names.iter().map(|name| (distance(name), *name)).min()?;
    (best * 3 <= name.chars().count().max(3)).then_some(name)
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b` (optimal string alignment).
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_the_textbook_ones() {
        for (a, b, distance) in
            [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("cell", "cells", 1)]
        {
            assert_eq!(edit_distance(a, b), distance, "{a} {b}");
            assert_eq!(edit_distance(b, a), distance, "{b} {a}");
        }
    }

    #[test]
    fn only_near_names_are_suggested() {
        let names = ["duration", "reward", "termination"];
        assert_eq!(nearest("durration", &names), Some("duration"));
        assert_eq!(nearest("Reward", &names), Some("reward"));
        assert_eq!(nearest("colour", &names), None);
    }
}
