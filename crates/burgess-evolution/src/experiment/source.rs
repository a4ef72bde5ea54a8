//! The text of an experiment, file and `--set` spliced together, that knows where each byte comes from.
//!
//! What is parsed is one text, so that there is one way to read an experiment; what is reported is the file as the user sees
//! it in an editor, or the setting as it was typed.

use super::syntax::Node;
use std::ops::Range;

/// Where a byte comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Origin {
    /// An offset in the file.
    File(usize),
    /// An index of the settings.
    Setting(usize),
}

/// The text of an experiment.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// What the file is called in messages.
    pub name: String,
    /// File and settings together.
    pub text: String,
    file: String,
    origins: Vec<Origin>,
    settings: Vec<String>,
}

/// A place as the user knows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TextPlace {
    /// In the file; line and column count from 1, columns in characters.
    File {
        /// Line number.
        line: usize,
        /// Column number.
        column: usize,
        /// The whole line.
        text: String,
    },
    /// In a setting, as it was typed.
    Setting(String),
}

impl Source {
    /// A file as it is; `name` is what messages call it.
    pub(super) fn new(name: &str, file: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: file.to_owned(),
            file: file.to_owned(),
            origins: (0..file.len()).map(Origin::File).collect(),
            settings: Vec::new(),
        }
    }

    /// Puts `new` in the place of `range`, on behalf of `setting`.
    pub(super) fn splice(&mut self, range: Range<usize>, new: &str, setting: &str) {
        self.settings.push(setting.to_owned());
        let origin = Origin::Setting(self.settings.len() - 1);
        self.origins.splice(range.clone(), std::iter::repeat_n(origin, new.len()));
        self.text.replace_range(range, new);
    }

    /// The place of an offset of the text.
    pub(super) fn place(&self, offset: usize) -> TextPlace {
        match self.origins.get(offset) {
            Some(&Origin::Setting(index)) => TextPlace::Setting(self.settings[index].clone()),
            Some(&Origin::File(offset)) => file_place(&self.file, offset),
            None => file_place(&self.file, self.file.len()),
        }
    }

    /// The offset of a 1-based line and column (in characters) of the text, as `ron` counts them.
    pub(super) fn offset(&self, line: usize, column: usize) -> usize {
        let start: usize = self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let length: usize = self.text[start..].chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
        start + length
    }

    /// Where the value of a path stands in the scanned text, or the nearest thing around it that the text has.
    pub(super) fn place_of(&self, root: &Node, path: &str) -> Option<TextPlace> {
        let segments = super::path::parse(path)?;
        let mut node = root;
        for segment in &segments {
            match super::path::step(node, segment) {
                Ok(Some(inner)) => node = inner,
                Ok(None) | Err(_) => break,
            }
        }
        (!std::ptr::eq(node, root)).then(|| self.place(node.span.start))
    }
}

fn file_place(file: &str, offset: usize) -> TextPlace {
    let before = &file[..offset];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    TextPlace::File {
        line: 1 + before.matches('\n').count(),
        column: 1 + before[start..].chars().count(),
        text: file[start..].lines().next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_file_whatever_is_spliced_in() {
        let file = "(\n  a: 1,\n  bé: 2,\n)";
        let mut source = Source::new("f", file);
        let one = file.find('1').expect("a one");
        source.splice(one..one + 1, "[1,\n2]", "a=[1,\n2]");
        assert_eq!(source.place(one + 3), TextPlace::Setting("a=[1,\n2]".into()));
        let two = source.text.rfind('2').expect("a two");
        assert_eq!(source.place(two), TextPlace::File { line: 3, column: 7, text: "  bé: 2,".into() });
        assert_eq!(source.offset(4, 7), two);
        let end = TextPlace::File { line: 4, column: 2, text: ")".into() };
        assert_eq!(source.place(source.text.len()), end);
    }
}
