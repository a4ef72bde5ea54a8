//! A scanner that finds where each value of a RON text stands.
//!
//! `ron` turns text into typed values and forgets the places. Two things need them: `--set` splices new values into the
//! text, so that comments and line numbers stay true, and the report of semantic problems names lines. The scanner knows the part of
//! RON that experiments use (structs, tuples, lists, enum variants, strings raw or not, numbers, comments) and judges
//! nothing but brackets and commas: what a value means is `ron`'s business.

use std::ops::Range;

/// Deepest nesting, as in `ron`: a file of brackets must not overflow the stack.
const MAX_DEPTH: usize = 128;

/// A value and where it stands (byte offsets).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// From the first to after the last byte, names of structs and variants included.
    pub span: Range<usize>,
    /// What it holds.
    pub kind: Kind,
}

/// What a value holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A number, string, character, or a name without parentheses.
    Leaf,
    /// `(a: 1)` or `Name(a: 1)`.
    Struct { name: Option<String>, fields: Vec<(String, Node)> },
    /// `(1, 2)`, `Name(1)` or `()`; `open` is the offset after the opening parenthesis.
    Tuple { name: Option<String>, items: Vec<Node>, open: usize },
    /// `[1, 2]`.
    List { items: Vec<Node> },
}

/// Why a text could not be scanned, and where.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ScanError {
    /// Byte offset.
    pub offset: usize,
    /// What was expected.
    pub message: String,
}

/// Scans a whole file: attributes, one value, comments.
pub(super) fn scan(text: &str) -> Result<Node, ScanError> {
    let mut scanner = Scanner { text, at: 0, depth: 0 };
    scanner.skip_attributes()?;
    let node = scanner.value()?;
    scanner.skip_trivia()?;
    match scanner.peek() {
        None => Ok(node),
        Some(_) => Err(scanner.error("nothing may follow the value")),
    }
}

/// The name that a text begins with: that of the struct it holds, if it is given.
pub(super) fn first_name(text: &str) -> Option<String> {
    let mut scanner = Scanner { text, at: 0, depth: 0 };
    scanner.skip_attributes().ok()?;
    let name = scanner.name();
    (!name.is_empty()).then_some(name)
}

/// Whether a byte-for-byte exact text is one value, without anything around it.
pub(super) fn is_one_value(text: &str) -> bool {
    scan(text).is_ok_and(|node| node.span == (0..text.len()))
}

/// The name, number or other run of word characters that touches `offset` (which may be the end of the text).
pub(super) fn word_around(text: &str, offset: usize) -> Range<usize> {
    let start = text[..offset].char_indices().rev().take_while(|&(_, c)| is_word(c)).last().map_or(offset, |(i, _)| i);
    let length: usize = text[offset..].chars().take_while(|&c| is_word(c)).map(char::len_utf8).sum();
    start..offset + length
}

/// Characters of names and numbers.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '-')
}

/// White space, as `ron` sees it: Unicode's Pattern_White_Space.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{85}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}')
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn error(&self, message: impl Into<String>) -> ScanError {
        ScanError { offset: self.at, message: message.into() }
    }

    /// Goes past `token` if it stands here.
    fn accept(&mut self, token: &str) -> bool {
        let here = self.rest().starts_with(token);
        if here {
            self.at += token.len();
        }
        here
    }

    fn skip_while(&mut self, what: fn(char) -> bool) -> &str {
        let start = self.at;
        let length: usize = self.rest().chars().take_while(|&c| what(c)).map(char::len_utf8).sum();
        self.at += length;
        &self.text[start..self.at]
    }

    /// Goes past the next `token`.
    fn skip_past(&mut self, token: &str, unclosed: &str) -> Result<(), ScanError> {
        match self.rest().find(token) {
            Some(length) => {
                self.at += length + token.len();
                Ok(())
            }
            None => Err(self.error(unclosed)),
        }
    }

    /// White space and comments.
    fn skip_trivia(&mut self) -> Result<(), ScanError> {
        loop {
            self.skip_while(is_space);
            if self.rest().starts_with("//") {
                self.skip_while(|c| c != '\n');
            } else if self.rest().starts_with("/*") {
                self.skip_block_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    /// Block comments nest.
    fn skip_block_comment(&mut self) -> Result<(), ScanError> {
        let unclosed = self.error("this comment is not closed");
        let mut depth = 0;
        loop {
            if self.accept("/*") {
                depth += 1;
            } else if self.accept("*/") {
                depth -= 1;
            } else if let Some(c) = self.peek() {
                self.at += c.len_utf8();
            } else {
                return Err(unclosed);
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// `#![enable(implicit_some)]` and the like.
    fn skip_attributes(&mut self) -> Result<(), ScanError> {
        self.skip_trivia()?;
        while self.rest().starts_with('#') {
            self.skip_past("]", "this attribute is not closed")?;
            self.skip_trivia()?;
        }
        Ok(())
    }

    fn value(&mut self) -> Result<Node, ScanError> {
        self.skip_trivia()?;
        let start = self.at;
        let kind = match self.peek() {
            Some('(') => self.parenthesised(None)?,
            Some('[') => self.list()?,
            _ if self.string()? => Kind::Leaf,
            Some(c) if is_word(c) => self.word_or_variant()?,
            Some(c) => return Err(self.error(format!("expected a value, found `{c}`"))),
            None => return Err(self.error("expected a value, found the end")),
        };
        Ok(Node { span: start..self.at, kind })
    }

    /// A string, raw string, byte string or character; `false` if none starts here.
    fn string(&mut self) -> Result<bool, ScanError> {
        const UNCLOSED: &str = "this string is not closed";
        // No further than such a prefix goes: the next quote may be at the end of the file.
        let prefix = &self.rest()[..self.rest().find(|c| !matches!(c, 'b' | 'r' | '#')).unwrap_or(0)];
        let (raw, hashes) = match prefix.trim_end_matches('#') {
            "" | "b" if !prefix.ends_with('#') => (false, 0),
            name @ ("r" | "br") => (true, prefix.len() - name.len()),
            _ => return Ok(false),
        };
        let start = self.at + prefix.len();
        let Some(quote @ ('"' | '\'')) = self.text[start..].chars().next() else { return Ok(false) };
        let unclosed = self.error(UNCLOSED);
        self.at = start + 1;
        if raw {
            self.skip_past(&format!("\"{}", "#".repeat(hashes)), UNCLOSED).map_err(|_| unclosed)?;
            return Ok(true);
        }
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            if c == quote {
                return Ok(true);
            }
            if c == '\\' {
                self.at += self.peek().map_or(0, char::len_utf8);
            }
        }
        Err(unclosed)
    }

    /// A word alone ends where it ends, not after the white space in which parentheses were looked for.
    fn word_or_variant(&mut self) -> Result<Kind, ScanError> {
        let name = self.name();
        let end = self.at;
        self.skip_trivia()?;
        if self.peek() == Some('(') {
            return self.parenthesised(Some(name));
        }
        self.at = end;
        Ok(Kind::Leaf)
    }

    /// A word, without the `r#` of raw identifiers.
    fn name(&mut self) -> String {
        self.accept("r#");
        self.skip_while(is_word).to_owned()
    }

    fn list(&mut self) -> Result<Kind, ScanError> {
        let mut items = Vec::new();
        self.bracketed(']', |scanner| {
            items.push(scanner.value()?);
            Ok(())
        })?;
        Ok(Kind::List { items })
    }

    /// A struct or a tuple, told apart by the colon after the first word.
    fn parenthesised(&mut self, name: Option<String>) -> Result<Kind, ScanError> {
        let open = self.at + 1;
        let (mut fields, mut items) = (Vec::new(), Vec::new());
        self.bracketed(')', |scanner| {
            match scanner.key()? {
                Some(key) => fields.push((key, scanner.value()?)),
                None => items.push(scanner.value()?),
            }
            Ok(())
        })?;
        match (fields.is_empty(), items.is_empty()) {
            (true, _) => Ok(Kind::Tuple { name, items, open }),
            (false, true) => Ok(Kind::Struct { name, fields }),
            (false, false) => Err(self.error("fields with and without a name in the same parentheses")),
        }
    }

    /// Entries divided by commas, up to `close`; a comma after the last is allowed.
    fn bracketed(
        &mut self,
        close: char,
        mut entry: impl FnMut(&mut Self) -> Result<(), ScanError>,
    ) -> Result<(), ScanError> {
        let open = self.at;
        if self.depth == MAX_DEPTH {
            return Err(self.error("nested too deeply"));
        }
        self.depth += 1;
        self.at += 1;
        loop {
            self.skip_trivia()?;
            match self.peek() {
                Some(c) if c == close => break,
                None => return Err(self.unclosed(open)),
                Some(_) => entry(self)?,
            }
            self.skip_trivia()?;
            match self.peek() {
                Some(c) if c == close => break,
                None => return Err(self.unclosed(open)),
                Some(_) if self.accept(",") => {}
                Some(_) => return Err(self.error(format!("expected a comma or `{close}`"))),
            }
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    fn unclosed(&self, open: usize) -> ScanError {
        ScanError { offset: open, message: format!("this `{}` is not closed", &self.text[open..=open]) }
    }

    /// `name:` if it stands here.
    fn key(&mut self) -> Result<Option<String>, ScanError> {
        let start = self.at;
        let name = self.name();
        self.skip_trivia()?;
        if !name.is_empty() && self.accept(":") {
            return Ok(Some(name));
        }
        self.at = start;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field<'a>(text: &'a str, node: &Node, name: &str) -> &'a str {
        let Kind::Struct { fields, .. } = &node.kind else { panic!("{node:?} is no struct") };
        let (_, value) = fields.iter().find(|(key, _)| key == name).expect("the field");
        &text[value.span.clone()]
    }

    #[test]
    fn values_are_found_among_comments_and_strings() {
        let text = "#![enable(implicit_some)] // (\n Experiment( /* ( /* nested */ ) */ a: \"x ) \\\" // y\", b : r#\"(\" \"#,\n c: Name , \
                    d: Deep(e: [1, (2, 'x')]), r#f: -1.5e-3, g: '\\'', h: Name (1) // end\n ) // tail";
        let node = scan(text).expect("scans");
        assert!(text[node.span.clone()].starts_with("Experiment("));
        for (name, value) in [
            ("a", "\"x ) \\\" // y\""),
            ("b", "r#\"(\" \"#"),
            ("c", "Name"),
            ("d", "Deep(e: [1, (2, 'x')])"),
            ("f", "-1.5e-3"),
            ("g", "'\\''"),
            ("h", "Name (1)"),
        ] {
            assert_eq!(field(text, &node, name), value);
        }
    }

    #[test]
    fn faults_are_found_where_they_are() {
        for (text, offset) in
            [("(a: [1, 2)", 9), ("(a: 1", 0), ("(a: \"x)", 4), ("(a: 1) 2", 7), ("( /* x )", 2), ("", 0), ("(a 1)", 3)]
        {
            assert_eq!(scan(text).expect_err(text).offset, offset, "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        assert!(scan(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn one_value_is_told_from_several() {
        for text in ["3", "\"a, b\"", "(1, 2)", "[8]", "Some(3)", "Cpg(frequency: (1, 2))", "r#\"x\"#", "()"] {
            assert!(is_one_value(text), "{text}");
        }
        for text in ["", "3, seed: 4", "3)", "3 // x", "/**/ 3", " 3", "(1"] {
            assert!(!is_one_value(text), "{text}");
        }
    }
}
