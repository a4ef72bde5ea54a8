//! Files that are whole or not there, whenever the program is stopped, and reading that cannot fill the memory or wait for ever.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Most bytes of a text that people write: experiments, morphologies.
pub const HAND_WRITTEN: u64 = 1 << 20;
/// Most bytes of a text that programs write: policies, recordings, descriptions of encoders, the texts of a run folder.
pub const GENERATED: u64 = 16 << 20;
/// Most bytes of an encoder's weights.
pub const WEIGHTS: u64 = 256 << 20;

/// The bytes of a regular file of at most `limit` bytes.
///
/// # Errors
///
/// When it cannot be read, is larger, or is something else, which may have no end (`/dev/zero`) or no beginning (a FIFO).
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // Looked at before it is opened: opening a FIFO waits for who writes it.
    let kind = fs::metadata(path)?.file_type();
    match () {
        () if kind.is_dir() => return Err(io::Error::new(ErrorKind::IsADirectory, "is a folder")),
        () if !kind.is_file() => return Err(io::Error::other("is no regular file")),
        () => {}
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(
            ErrorKind::FileTooLarge,
            format!("is larger than {limit} bytes, the most that is read"),
        ));
    }
    Ok(bytes)
}

/// The text of such a file, in UTF-8, without the byte order mark that some editors put in front.
///
/// # Errors
///
/// As [`read`], and when it is no text; the message names the line.
pub fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    let mut bytes = read(path, limit)?;
    if bytes.starts_with("\u{feff}".as_bytes()) {
        bytes.drain(..'\u{feff}'.len_utf8());
    }
    String::from_utf8(bytes).map_err(|e| {
        let valid = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count();
        let words = format!("is not text in UTF-8: line {line} has a byte that does not fit");
        io::Error::new(ErrorKind::InvalidData, words)
    })
}

/// Writes a file whole or not at all: readers see the old one or the new one. A symbolic link of this name is replaced, not followed.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = write_unfinished(path, bytes)?;
    fs::rename(&unfinished, path).inspect_err(|_| remove(&unfinished))
}

/// Writes and syncs a file under the name that it has until it is whole, and gives that name. What could not be written is gone.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_unfinished(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let (name, mut file) = begin(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.inspect_err(|_| remove(&name))?;
    Ok(name)
}

/// A new file under the name that it has until it is whole. What stands there is of a process that was killed, or a link to somewhere else:
/// neither is written to.
fn begin(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    let name = PathBuf::from(name);
    let file = File::create_new(&name).or_else(|error| match error.kind() {
        ErrorKind::AlreadyExists => fs::remove_file(&name).and_then(|()| File::create_new(&name)),
        _ => Err(error),
    })?;
    Ok((name, file))
}

fn remove(path: &Path) {
    // There may be no such file; the error that counts is the first.
    let _ = fs::remove_file(path);
}

/// Refuses a symbolic link, for files and folders that must be where they seem to be when they are written.
///
/// # Errors
///
/// When it is one.
pub fn refuse_link(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            Err(io::Error::other("is a symbolic link, which may lead out of its folder; put the file itself there"))
        }
        _ => Ok(()),
    }
}

/// A file that a user names for what comes out of work.
#[derive(Debug)]
pub struct Output {
    /// Where it is, links followed.
    place: PathBuf,
    /// A device, pipe or terminal such as `/dev/stdout` is written as it is.
    stream: Option<File>,
}

impl Output {
    /// Sees to it before the work that the file can be written after it. Nothing is changed yet.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or is a folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        // What a link leads to is what its owner wants to have written.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let stream = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(io::Error::new(ErrorKind::IsADirectory, "is a folder")),
            Ok(found) if !found.is_file() => Some(File::options().write(true).open(path)?),
            Ok(found) if found.permissions().readonly() => {
                return Err(io::Error::new(ErrorKind::PermissionDenied, "is read-only"));
            }
            _ => {
                remove(&begin(&place)?.0);
                None
            }
        };
        Ok(Self { place, stream })
    }

    /// Writes it: whole or not at all where it is a file.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(self, bytes: &[u8]) -> io::Result<()> {
        match self.stream {
            Some(mut stream) => stream.write_all(bytes),
            None => write_whole(&self.place, bytes),
        }
    }
}
