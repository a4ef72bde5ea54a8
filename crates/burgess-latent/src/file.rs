//! An encoder in files: `NAME.safetensors` holds the weights, `NAME.ron` beside it says what they are weights of, and everything else.
//!
//! Both are written under other names first and renamed when they are whole. The description has the weights' hash, so that files of
//! different encoders don't pass for one.

use super::encoder::Encoder;
use super::error::{LatentError, Result};
use super::normaliser::Normaliser;
use super::parameters::{Array, Parameters};
use super::spec::EncoderSpec;
use super::whitening::Whitening;
use burgess_core::files::{self, write_unfinished};
use burgess_physics::experience::Layout;
use ron::ser::PrettyConfig;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The form of the description.
const FORMAT: u32 = 1;

/// What stands beside the weights.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    /// [`FORMAT`].
    format: u32,
    /// What it is.
    spec: EncoderSpec,
    /// What it sees.
    layout: Layout,
    /// Of all features, and of the reward behind them.
    normaliser: Normaliser,
    /// None before the first training.
    whitening: Option<Whitening>,
    /// Rounds of training behind it.
    version: u64,
    /// Names of the arrays in their order, which the other file doesn't keep.
    arrays: Vec<String>,
    /// Hash of the weights alone.
    weights: String,
    /// Hash of the encoder.
    hash: String,
}

/// The two files of a name; an extension that one of them has is left away.
fn paths(name: &Path) -> (PathBuf, PathBuf) {
    let known = name.extension().is_some_and(|extension| extension == "safetensors" || extension == "ron");
    let stem = if known { name.with_extension("") } else { name.to_owned() };
    let with = |extension: &str| {
        let mut path = stem.clone().into_os_string();
        path.push(extension);
        PathBuf::from(path)
    };
    (with(".safetensors"), with(".ron"))
}

fn fault(path: &Path, problem: impl ToString) -> LatentError {
    LatentError::File { path: path.to_owned(), problem: problem.to_string() }
}

impl Encoder {
    /// Writes `NAME.safetensors` and `NAME.ron`, and gives their paths.
    ///
    /// # Errors
    ///
    /// When `NAME.ron` is something else than an encoder, and when one can't be written.
    pub fn save_file(&self, name: &Path) -> Result<[PathBuf; 2]> {
        Self::check_name(name)?;
        let (weights, description) = paths(name);
        let text = ron::ser::to_string_pretty(&self.description(), PrettyConfig::new())
            .map_err(|error| fault(&description, error))?;
        let text = format!(
            "// An encoder of burgess. Its weights are in the file of the same name that ends in .safetensors.\n{text}\n"
        );
        let bytes = self.weights_file().map_err(|error| fault(&weights, error))?;
        let unfinished = |path: &Path, bytes: &[u8]| write_unfinished(path, bytes).map_err(|error| fault(path, error));
        let whole = [unfinished(&weights, &bytes)?, unfinished(&description, text.as_bytes())?];
        for (unfinished, path) in whole.iter().zip([&weights, &description]) {
            fs::rename(unfinished, path).map_err(|error| fault(path, error))?;
        }
        Ok([weights, description])
    }

    /// Checks that [`Encoder::save_file`] can and may write under a name: experiments and bodies end in `.ron`, too, and are not to be lost.
    ///
    /// # Errors
    ///
    /// When `NAME.ron` is something else than an encoder, or a file cannot be written.
    pub fn check_name(name: &Path) -> Result<()> {
        let (weights, description) = paths(name);
        match files::read_text(&description, files::GENERATED) {
            Ok(text) if ron::from_str::<Description>(&text).is_err() => {
                Err(fault(&description, "there is a file of this name that is no encoder; choose another name"))
            }
            Err(error) if error.kind() != ErrorKind::NotFound => Err(fault(&description, error)),
            _ => [weights, description]
                .iter()
                .try_for_each(|path| files::Output::open(path).map(drop).map_err(|error| fault(path, error))),
        }
    }

    /// Reads what [`Encoder::save_file`] wrote, for sequences of a layout.
    ///
    /// # Errors
    ///
    /// Files that are missing, damaged, of different encoders, or of another layout; the message has what was expected and what came.
    pub fn load_file(name: &Path, layout: &Layout) -> Result<Self> {
        Self::read(name, Some(layout))
    }

    /// As [`Encoder::load_file`], for sequences of whatever layout it was made for.
    ///
    /// # Errors
    ///
    /// Files that are missing, damaged or of different encoders.
    pub fn read_file(name: &Path) -> Result<Self> {
        Self::read(name, None)
    }

    fn read(name: &Path, layout: Option<&Layout>) -> Result<Self> {
        let (weights, description) = paths(name);
        let text = files::read_text(&description, files::GENERATED).map_err(|error| fault(&description, error))?;
        let read: Description = ron::from_str(&text).map_err(|error| fault(&description, error))?;
        if read.format != FORMAT {
            return Err(fault(&description, format!("expected format {FORMAT}, got {}", read.format)));
        }
        if let Some(layout) = layout {
            layout.check_same(&read.layout).map_err(|error| fault(&description, error))?;
        }
        let bytes = files::read(&weights, files::WEIGHTS).map_err(|error| fault(&weights, error))?;
        let parameters = read_weights(&bytes, &read.arrays).map_err(|problem| fault(&weights, problem))?;
        let Description { spec, layout, normaliser, whitening, version, .. } = read;
        let encoder = Self { spec, layout, normaliser, parameters, whitening, version };
        encoder.check().map_err(|error| fault(&weights, error))?;
        let same = |what: &str, path: &Path, expected: &str, came: String| {
            if expected == came {
                Ok(())
            } else {
                Err(fault(path, format!("expected {what} of hash {expected}, got {came}")))
            }
        };
        same("weights", &weights, &read.weights, encoder.parameters.hash())?;
        same("an encoder", &description, &read.hash, encoder.hash())?;
        Ok(encoder)
    }

    fn description(&self) -> Description {
        Description {
            format: FORMAT,
            spec: self.spec.clone(),
            layout: self.layout.clone(),
            normaliser: self.normaliser.clone(),
            whitening: self.whitening.clone(),
            version: self.version,
            arrays: self.parameters.arrays.iter().map(|array| array.name.clone()).collect(),
            weights: self.parameters.hash(),
            hash: self.hash(),
        }
    }

    fn weights_file(&self) -> std::result::Result<Vec<u8>, safetensors::SafeTensorError> {
        let bytes = |array: &Array| array.values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        let all: Vec<Vec<u8>> = self.parameters.arrays.iter().map(bytes).collect();
        let mut views = Vec::with_capacity(all.len());
        for (array, bytes) in self.parameters.arrays.iter().zip(&all) {
            views.push((array.name.as_str(), TensorView::new(Dtype::F32, array.shape.clone(), bytes)?));
        }
        safetensors::serialize(views, None)
    }
}

/// The arrays of some names out of a weights file.
fn read_weights(bytes: &[u8], names: &[String]) -> std::result::Result<Parameters, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    // An array that is named often would be read as often, and fill the memory.
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("expected each array once, and `{}` is named twice", twice[0]));
    }
    let array = |name: &String| {
        let view = file.tensor(name).map_err(|_| format!("expected an array `{name}`, and there is none"))?;
        if view.dtype() != Dtype::F32 {
            return Err(format!("expected `{name}` as F32, got {:?}", view.dtype()));
        }
        let (whole, _) = view.data().as_chunks::<4>();
        let values = whole.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Ok(Array { name: name.clone(), shape: view.shape().to_vec(), values })
    };
    Ok(Parameters { arrays: names.iter().map(array).collect::<std::result::Result<_, String>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_have_dots_and_either_extension() {
        for name in ["dir/round-1.5", "dir/round-1.5.ron", "dir/round-1.5.safetensors"] {
            let (weights, description) = paths(Path::new(name));
            assert_eq!(weights, Path::new("dir/round-1.5.safetensors"));
            assert_eq!(description, Path::new("dir/round-1.5.ron"));
        }
    }
}
