//! Options that take RON, or a file of it.

use anyhow::Context as _;
use burgess_core::files;
use ron::extensions::Extensions;
use serde::de::DeserializeOwned;
use std::path::Path;

/// What stands in RON, or in a file of at most so many bytes.
///
/// # Errors
///
/// When the file cannot be read, or the text is something else: the message is the option with what was given, and `refused`.
pub(super) fn read<T: DeserializeOwned>(option: &str, given: &str, limit: u64, refused: &str) -> anyhow::Result<T> {
    let text = match Path::new(given).is_file() {
        true => files::read_text(Path::new(given), limit).with_context(|| format!("cannot read {given}"))?,
        false => given.to_owned(),
    };
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    options.from_str(&text).with_context(|| format!("{option} {given}: {refused}"))
}
