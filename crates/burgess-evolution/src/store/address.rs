//! `DIR#ID`: how an elite of a run is named on the command line.

use super::{Result, RunReader};
use crate::genome::Genome;
use burgess_qd::Evaluated;
use std::path::PathBuf;
use std::str::FromStr;
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

impl FromStr for EliteAddress {
    type Err = NoAddress;

    fn from_str(text: &str) -> std::result::Result<Self, NoAddress> {
        // Folders may have the sign in their names, numbers don't.
        let parts = text.rsplit_once('#').filter(|(dir, _)| !dir.is_empty());
        let address = parts.and_then(|(dir, id)| Some(Self { dir: dir.into(), id: id.parse().ok()? }));
        address.ok_or_else(|| NoAddress { text: text.to_owned() })
    }
}

impl EliteAddress {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sign_divides() {
        let address: EliteAddress = "runs/a#b-1#42".parse().unwrap();
        assert_eq!(address, EliteAddress { dir: "runs/a#b-1".into(), id: 42 });
        for wrong in ["", "dir", "dir#", "#4", "dir#-1", "dir#best"] {
            assert!(wrong.parse::<EliteAddress>().is_err(), "{wrong}");
        }
    }
}
