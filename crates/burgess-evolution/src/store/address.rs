//! `DIR#ID`: how an elite of a run is named on the command line.

use super::{Result, RunReader};
use crate::genome::Genome;
use burgess_qd::Evaluated;
use std::ffi::OsStr;
use std::path::PathBuf;
use thiserror::Error;

/// An elite of a run folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EliteAddress {
    /// The run folder.
    pub dir: PathBuf,
    /// The elite's number.
    pub id: u64,
}

/// What is not `DIR#ID`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no elite: DIR#ID is, a run folder and a number that `burgess list DIR` shows")]
pub struct NoAddress {
    text: String,
}

impl EliteAddress {
    /// Whether a text is meant as an address; morphologies have no such sign.
    pub fn is_meant(text: &OsStr) -> bool {
        text.as_encoded_bytes().contains(&b'#')
    }

    /// The address that a text gives; the folder's name may have any bytes.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn parse(text: &OsStr) -> std::result::Result<Self, NoAddress> {
        // Folders may have the sign in their names, numbers don't.
        let bytes = text.as_encoded_bytes();
        let sign = bytes.iter().rposition(|&byte| byte == b'#').filter(|&sign| sign > 0);
        let address = sign.and_then(|sign| {
            let id = std::str::from_utf8(&bytes[sign + 1..]).ok()?.parse().ok()?;
            Some(Self { dir: beginning(text, sign)?.into(), id })
        });
        address.ok_or_else(|| NoAddress { text: text.display().to_string() })
    }

    /// The run and the elite.
    ///
    /// # Errors
    ///
    /// As [`RunReader::open`] and [`RunReader::elite`].
    pub fn open(&self) -> Result<(RunReader, Evaluated<Genome>)> {
        let reader = RunReader::open(&self.dir)?;
        let (_, elite) = reader.elite(self.id)?;
        Ok((reader, elite))
    }
}

/// So many bytes of a name.
#[cfg(unix)]
fn beginning(name: &OsStr, length: usize) -> Option<&OsStr> {
    use std::os::unix::ffi::OsStrExt as _;
    name.as_bytes().get(..length).map(OsStr::from_bytes)
}

/// So many bytes of a name, where names are text.
#[cfg(not(unix))]
fn beginning(name: &OsStr, length: usize) -> Option<&OsStr> {
    name.to_str()?.get(..length).map(OsStr::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sign_divides() {
        let address = EliteAddress::parse("runs/a#b-1#42".as_ref()).unwrap();
        assert_eq!(address, EliteAddress { dir: "runs/a#b-1".into(), id: 42 });
        for wrong in ["", "dir", "dir#", "#4", "dir#-1", "dir#best"] {
            assert!(EliteAddress::parse(wrong.as_ref()).is_err(), "{wrong}");
        }
    }
}
