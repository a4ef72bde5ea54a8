//! A brain in a file, `NAME.safetensors`: its weights as named arrays, and in the file's metadata, under `burgess`, a text in RON that says what
//! they are weights of. A checkpoint of training has the optimiser's means beside them.

use crate::brain::{SharedBrain, SharedSpec};
use crate::error::{LearnError, Result};
use crate::train::{Moments, Trained, TrainingSpec};
use burgess_core::files;
use burgess_core::hex::hexadecimal;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::Path;

/// The form of the description.
const FORMAT: u32 = 1;
/// Where it stands in the metadata.
const KEY: &str = "burgess";
/// Names of the optimiser's arrays.
const MEANS: [&str; 2] = ["adam.mean", "adam.square"];

/// What stands beside the weights.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    /// [`FORMAT`].
    format: u32,
    /// Sizes of the brain.
    brain: SharedSpec,
    /// How it is trained.
    training: TrainingSpec,
    /// Updates behind it.
    updates: u64,
    /// Bodies behind it.
    bodies: u64,
    /// What it is trained on.
    origin: String,
    /// Hash of all arrays.
    hash: String,
}

fn fault(path: &Path, problem: impl ToString) -> LearnError {
    LearnError::File { path: path.to_owned(), problem: problem.to_string() }
}

fn bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// A name for what a text says: 64 hexadecimal digits.
pub fn fingerprint(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

impl SharedBrain<f32> {
    /// Hash of sizes and weights: 64 hexadecimal digits.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        let sizes = [self.spec().width, self.spec().style, self.spec().control_rate as usize]
            .into_iter()
            .chain(self.spec().hidden.iter().copied())
            .chain(self.spec().commands.then_some(1));
        sizes.for_each(|size| hasher.update((size as u64).to_le_bytes()));
        hasher.update(bytes(self.weights()));
        hexadecimal(&hasher.finalize())
    }
}

impl Trained {
    /// Hash of the brain and of what the optimiser remembers.
    fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.brain.hash());
        if let Some(moments) = &self.moments {
            hasher.update(bytes(&moments.means));
            hasher.update(bytes(&moments.squares));
        }
        hexadecimal(&hasher.finalize())
    }

    /// Writes the file whole or not at all; a link stays one.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let weights = self.brain.weights();
        let blocks: Vec<_> = self.brain.blocks().collect();
        let own = blocks.iter().map(|(name, range, shape)| (*name, bytes(&weights[range.clone()]), shape.to_vec()));
        let means = self.moments.iter().flat_map(|moments| {
            MEANS.into_iter().zip([&moments.means, &moments.squares]).map(|(name, x)| (name, bytes(x), vec![x.len()]))
        });
        let arrays: Vec<(&str, Vec<u8>, Vec<usize>)> = own.chain(means).collect();
        let mut views = Vec::with_capacity(arrays.len());
        for (name, bytes, shape) in &arrays {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(|error| fault(path, error))?;
            views.push((*name, view));
        }
        let Self { brain, training, updates, bodies, origin, .. } = self;
        let about = About {
            format: FORMAT,
            brain: brain.spec().clone(),
            training: training.clone(),
            updates: *updates,
            bodies: *bodies,
            origin: origin.clone(),
            hash: self.hash(),
        };
        let text = ron::to_string(&about).map_err(|error| fault(path, error))?;
        let metadata = std::iter::once((KEY.to_owned(), text)).collect();
        let whole = safetensors::serialize(views, Some(metadata)).map_err(|error| fault(path, error))?;
        files::Output::open(path).and_then(|output| output.write(&whole)).map_err(|error| fault(path, error))
    }

    /// Reads what [`save`](Self::save) wrote.
    ///
    /// # Errors
    ///
    /// A file that is missing, damaged or of something else; the message has what was expected and what came.
    pub fn load(path: &Path) -> Result<Self> {
        let whole = files::read(path, files::WEIGHTS).map_err(|error| fault(path, error))?;
        let (_, header) = SafeTensors::read_metadata(&whole).map_err(|error| fault(path, error))?;
        let text = header.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
        let text = text.ok_or_else(|| fault(path, "expected a shared brain: its metadata has no `burgess`"))?;
        let about: About = ron::from_str(text).map_err(|error| fault(path, format!("its metadata: {error}")))?;
        if about.format != FORMAT {
            return Err(fault(path, format!("expected format {FORMAT}, got {}", about.format)));
        }
        if let Some((field, problem)) = about.brain.problems().into_iter().next() {
            return Err(fault(path, format!("brain.{field}: {problem}")));
        }
        if let Some((field, problem)) = about.training.problems().into_iter().next() {
            return Err(fault(path, format!("training.{field}: {problem}")));
        }
        let file = SafeTensors::deserialize(&whole).map_err(|error| fault(path, error))?;
        let mut weights = vec![0.0; SharedBrain::<f32>::count(&about.brain)];
        for (name, range, _) in SharedBrain::<f32>::blocks_of(&about.brain) {
            let numbers = array(&file, name, range.len()).map_err(|problem| fault(path, problem))?;
            weights[range].copy_from_slice(&numbers);
        }
        let count = weights.len();
        let brain = SharedBrain::new(&about.brain, weights);
        let moments = match file.tensor(MEANS[0]) {
            Err(_) => None,
            Ok(_) => {
                let [means, squares] =
                    MEANS.map(|name| array(&file, name, count).map_err(|problem| fault(path, problem)));
                Some(Moments { means: means?, squares: squares? })
            }
        };
        let About { training, updates, bodies, origin, hash, .. } = about;
        let read = Self { brain, training, moments, updates, bodies, origin };
        let came = read.hash();
        if came != hash {
            return Err(fault(path, format!("expected arrays of hash {hash}, got {came}")));
        }
        Ok(read)
    }
}

/// An array of finite numbers.
fn array(file: &SafeTensors<'_>, name: &str, count: usize) -> std::result::Result<Vec<f32>, String> {
    let view = file.tensor(name).map_err(|_| format!("expected an array `{name}`, and there is none"))?;
    let (whole, _) = view.data().as_chunks::<4>();
    if view.dtype() != Dtype::F32 || whole.len() != count {
        return Err(format!(
            "expected `{name}` as {count} numbers in F32, got {:?} of shape {:?}",
            view.dtype(),
            view.shape()
        ));
    }
    let numbers: Vec<f32> = whole.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    if numbers.iter().any(|x| !x.is_finite()) {
        return Err(format!("expected finite numbers in `{name}`"));
    }
    Ok(numbers)
}
