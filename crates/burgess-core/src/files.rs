//! Files that are whole or not there, whenever the program is stopped.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes a file whole or not at all: readers see the old one or the new one.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::rename(write_unfinished(path, bytes)?, path)
}

/// Writes and syncs a file under the name that it has until it is whole, and gives that name. What could not be written is gone.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_unfinished(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    let write = || {
        let mut file = File::create(&name)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().inspect_err(|_| {
        // There may be no such file; the error that counts is the first.
        let _ = fs::remove_file(&name);
    })?;
    Ok(PathBuf::from(name))
}
