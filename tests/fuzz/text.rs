//! Texts mutated by what they are made of: numbers, words, strings, entries of lists and fields. Most still parse, so that what comes
//! behind the parser is reached.

use crate::numbers::{change_bytes, in_place_of, one};
use burgess_core::rng::Stream;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::Path;

/// Valid texts of a kind, which are mutated and exchange parts.
pub(crate) struct Texts {
    texts: Vec<String>,
    words: Vec<String>,
    strings: Vec<String>,
    /// Values of fields by the fields' names.
    values: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Word,
    String,
    Open,
    Close,
    Comma,
    Colon,
    Other,
}

#[derive(Clone)]
struct Token {
    kind: Kind,
    range: Range<usize>,
}

/// Something between commas: an item, or a field with its name.
struct Entry {
    whole: Range<usize>,
    name: Option<Range<usize>>,
    value: Range<usize>,
}

/// Strings that are none of the names, paths and terms that are expected.
const STRINGS: [&str; 14] = [
    "",
    ".",
    "..",
    "/",
    "/dev/zero",
    "../../../../etc/passwd",
    "body.ron",
    "\\u{1b}[2J\\u{7}",
    "\\0",
    "a\\nb\\r",
    "é\u{202e}𝒳",
    "\\u{110000}",
    "#1",
    "-x",
];

/// Most bytes of a mutated text; the program reads no longer ones.
const MOST: usize = 1_200_000;

impl Texts {
    /// The texts.
    pub(crate) fn new(texts: Vec<String>) -> Self {
        Self::with_parts(texts, &[])
    }

    /// The texts, and others that give them words and values only.
    pub(crate) fn with_parts(texts: Vec<String>, parts: &[String]) -> Self {
        let (mut words, mut strings) = (BTreeSet::new(), BTreeSet::new());
        let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for text in texts.iter().chain(parts) {
            let tokens = tokens(text);
            for token in &tokens {
                let word = text[token.range.clone()].to_owned();
                match token.kind {
                    Kind::Word => drop(words.insert(word)),
                    Kind::String => drop(strings.insert(word)),
                    _ => {}
                }
            }
            for entry in entries(&tokens) {
                if let Some(name) = entry.name {
                    values.entry(text[name].to_owned()).or_default().insert(text[entry.value].to_owned());
                }
            }
        }
        let values = values.into_iter().map(|(name, values)| (name, values.into_iter().collect())).collect();
        Self { texts, words: words.into_iter().collect(), strings: strings.into_iter().collect(), values }
    }

    /// Those of the files with an extension in a folder, in the order of their names.
    pub(crate) fn of_folder(folder: &Path, extension: &str) -> Vec<String> {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.retain(|path| path.extension().is_some_and(|own| own == extension));
        paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    /// One of the texts, mutated.
    pub(crate) fn mutated(&self, stream: &mut Stream) -> Vec<u8> {
        let text: &String = one(&self.texts, stream);
        self.mutate(text, stream)
    }

    /// A text with one to four mutations.
    pub(crate) fn mutate(&self, text: &str, stream: &mut Stream) -> Vec<u8> {
        let mut text = text.to_owned();
        let count = if stream.chance(0.65) { 1 } else { 1 + stream.below(4) };
        for _ in 0..count {
            self.change(&mut text, stream);
            if text.len() > MOST {
                break;
            }
        }
        let mut bytes = text.into_bytes();
        if stream.chance(0.06) {
            change_bytes(&mut bytes, one(&self.texts, stream).as_bytes(), stream);
        }
        bytes
    }

    fn change(&self, text: &mut String, stream: &mut Stream) {
        let tokens = tokens(text);
        match stream.below(100) {
            0..36 => replace_token(text, &tokens, Kind::Number, stream, in_place_of),
            36..48 if !self.words.is_empty() => {
                replace_token(text, &tokens, Kind::Word, stream, |_, stream| one(&self.words, stream).clone());
            }
            36..68 => self.exchange_value(text, &entries(&tokens), stream),
            68..76 => replace_token(text, &tokens, Kind::String, stream, |_, stream| self.string(stream)),
            76..94 => change_entries(text, &entries(&tokens), stream),
            94..97 => change_lines(text, stream),
            97 => nest(text, &tokens, stream),
            98 => {
                let at = boundary(text, stream.below(text.len() + 1));
                text.truncate(at);
            }
            _ => {
                // The beginning of one and the end of another.
                let other = one(&self.texts, stream);
                let (here, there) = (stream.below(text.len() + 1), stream.below(other.len() + 1));
                let (here, there) = (boundary(text, here), boundary(other, there));
                text.truncate(here);
                text.push_str(&other[there..]);
            }
        }
    }

    /// A field's value as another text has it, or the value of another field.
    fn exchange_value(&self, text: &mut String, entries: &[Entry], stream: &mut Stream) {
        let named: Vec<&Entry> = entries.iter().filter(|entry| entry.name.is_some()).collect();
        if named.is_empty() || self.values.is_empty() {
            return;
        }
        let entry = one(&named, stream);
        let own = entry.name.clone().and_then(|name| self.values.get(&text[name]));
        let values = match own {
            Some(values) if stream.chance(0.85) => values,
            _ => self.values.values().nth(stream.below(self.values.len())).expect("one of them"),
        };
        let value: &String = one(values, stream);
        text.replace_range(entry.value.clone(), value);
    }

    fn string(&self, stream: &mut Stream) -> String {
        match stream.below(8) {
            0..4 if !self.strings.is_empty() => one(&self.strings, stream).clone(),
            4 => format!("\"{}\"", "a".repeat(1 << stream.below(18))),
            _ => format!("\"{}\"", one(&STRINGS, stream)),
        }
    }
}

fn replace_token(
    text: &mut String,
    tokens: &[Token],
    kind: Kind,
    stream: &mut Stream,
    new: impl FnOnce(&str, &mut Stream) -> String,
) {
    let ranges: Vec<&Token> = tokens.iter().filter(|token| token.kind == kind).collect();
    if !ranges.is_empty() {
        let range = one(&ranges, stream).range.clone();
        let new = new(&text[range.clone()], stream);
        text.replace_range(range, &new);
    }
}

/// Leaves an entry out, writes it twice or many times, or swaps two.
fn change_entries(text: &mut String, entries: &[Entry], stream: &mut Stream) {
    if entries.is_empty() {
        return;
    }
    let entry = one(entries, stream).whole.clone();
    let copy = text[entry.clone()].to_owned();
    match stream.below(10) {
        0..4 => {
            // With the comma behind it, if there is one.
            let comma = text[entry.end..].trim_start().starts_with(',');
            let end = if comma { entry.end + text[entry.end..].find(',').map_or(0, |at| at + 1) } else { entry.end };
            text.replace_range(entry.start..end, "");
        }
        4..7 => text.insert_str(entry.end, &format!(", {copy}")),
        7 => {
            let times = (1 << stream.below(17)).min(MOST / (copy.len() + 2));
            text.insert_str(entry.end, &format!(", {copy}").repeat(times));
        }
        _ => {
            let other = one(entries, stream).whole.clone();
            if entry.end <= other.start {
                let there = text[other.clone()].to_owned();
                text.replace_range(other, &copy);
                text.replace_range(entry, &there);
            }
        }
    }
}

/// The same with lines, of which tables are made.
fn change_lines(text: &mut String, stream: &mut Stream) {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if lines.is_empty() {
        return;
    }
    let (at, other) = (stream.below(lines.len()), stream.below(lines.len()));
    match stream.below(4) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[other]),
        2 => lines.swap(at, other),
        _ => {
            let times = (1 << stream.below(15)).min(MOST / lines[at].len().max(1));
            lines.splice(at..at, vec![lines[at]; times]);
        }
    }
    *text = lines.concat();
}

/// Brackets or comments around a value, closed or not.
fn nest(text: &mut String, tokens: &[Token], stream: &mut Stream) {
    let Some(at) = (!tokens.is_empty()).then(|| one(tokens, stream).range.clone()) else { return };
    let depth = *one(&[1, 2, 60, 127, 128, 129, 1000, 100_000], stream);
    let (open, close) = *one(&[("[", "]"), ("(", ")"), ("Some(", ")"), ("/*", "*/"), ("(a:", ")"), ("{", "}")], stream);
    if stream.chance(0.7) {
        text.insert_str(at.end, &close.repeat(depth));
    }
    text.insert_str(at.start, &open.repeat(depth));
}

/// The next place where a character ends.
fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    let run = |from: usize, belongs: fn(u8) -> bool| {
        bytes[from..].iter().position(|&byte| !belongs(byte)).map_or(bytes.len(), |length| from + length)
    };
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied().unwrap_or(0);
        let (kind, end) = match bytes[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'/' if next == b'/' => {
                at = run(at, |byte| byte != b'\n');
                continue;
            }
            byte if byte.is_ascii_digit() || (matches!(byte, b'-' | b'+' | b'.') && next.is_ascii_digit()) => {
                let exponent = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
                let mut end = run(at + 1, exponent);
                if matches!(bytes[end - 1], b'e' | b'E') && matches!(bytes.get(end), Some(b'-' | b'+')) {
                    end = run(end + 1, exponent);
                }
                (Kind::Number, end)
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                (Kind::Word, run(at, |byte| byte.is_ascii_alphanumeric() || byte == b'_'))
            }
            b'"' => (Kind::String, end_of_string(bytes, at)),
            b'(' | b'[' | b'{' => (Kind::Open, at + 1),
            b')' | b']' | b'}' => (Kind::Close, at + 1),
            b',' => (Kind::Comma, at + 1),
            b':' => (Kind::Colon, at + 1),
            _ => (Kind::Other, boundary(text, at + 1)),
        };
        tokens.push(Token { kind, range: at..end });
        at = end;
    }
    tokens
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// All that stands between commas, at every depth.
fn entries(tokens: &[Token]) -> Vec<Entry> {
    let mut found = Vec::new();
    // Places of the first token of each entry that is not closed yet.
    let mut open = vec![0];
    let mut close = |start: usize, end: usize| {
        if start < end {
            let whole = tokens[start].range.start..tokens[end - 1].range.end;
            let is_named = end - start > 2 && tokens[start + 1].kind == Kind::Colon;
            let name = is_named.then(|| tokens[start].range.clone());
            let value = if is_named { tokens[start + 2].range.start..whole.end } else { whole.clone() };
            found.push(Entry { whole, name, value });
        }
    };
    for (place, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => open.push(place + 1),
            Kind::Close if open.len() > 1 => close(open.pop().unwrap_or(0), place),
            Kind::Comma => {
                if let Some(start) = open.last_mut() {
                    close(*start, place);
                    *start = place + 1;
                }
            }
            _ => {}
        }
    }
    if let [start] = open[..] {
        close(start, tokens.len());
    }
    found
}

#[test]
fn entries_are_found_at_every_depth() {
    let text = "Kind(a: 1, // one\n b: [x, \"(\\\",\"], c: Name(2.5e-3))";
    let tokens = tokens(text);
    let found: Vec<&str> = entries(&tokens).iter().map(|entry| &text[entry.value.clone()]).collect();
    assert_eq!(found, ["1", "x", "\"(\\\",\"", "[x, \"(\\\",\"]", "2.5e-3", "Name(2.5e-3)", text]);
}
