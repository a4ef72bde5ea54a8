//! The numbers that a model has learned, as named arrays in a fixed order: what is trained, saved, hashed and inferred with.

use super::error::{LatentError, Result};
use burgess_core::hex::hexadecimal;
use burgess_core::rng::{Purpose, Stream};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How an array begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Start {
    /// Normal numbers whose variance is one over the number of inputs, the last axis but one (LeCun et al. 1998, "Efficient BackProp").
    Inputs,
    /// All the same.
    Constant(f32),
}

/// Name, shape and beginning of an array.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slot {
    pub name: String,
    pub shape: Vec<usize>,
    pub start: Start,
}

impl Slot {
    pub(crate) fn new(name: impl Into<String>, shape: &[usize], start: Start) -> Self {
        Self { name: name.into(), shape: shape.to_vec(), start }
    }
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().product()
    }
}

/// One named array, its last axis running fastest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Array {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// All arrays of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    pub arrays: Vec<Array>,
}

impl Parameters {
    /// The arrays of `slots` as they begin. Each draws from a stream of its own.
    pub(crate) fn start(slots: &[Slot], seed: u64) -> Self {
        let array = |(index, slot): (usize, &Slot)| {
            let mut stream = Stream::new(seed, 0, index as u64, Purpose::Weights);
            let value: Box<dyn FnMut() -> f32> = match slot.start {
                Start::Constant(value) => Box::new(move || value),
                Start::Inputs => {
                    let inputs = slot.shape.iter().rev().nth(1).copied().unwrap_or(1).max(1);
                    let deviation = 1.0 / (inputs as f64).sqrt();
                    Box::new(move || (deviation * stream.normal()) as f32)
                }
            };
            let values = std::iter::repeat_with(value).take(slot.len()).collect();
            Array { name: slot.name.clone(), shape: slot.shape.clone(), values }
        };
        Self { arrays: slots.iter().enumerate().map(array).collect() }
    }

    /// The values of the array of this name. The names are this module's own: that there is one was checked when it was made or read.
    pub(crate) fn get(&self, name: &str) -> &[f32] {
        self.arrays.iter().find(|array| array.name == name).map_or(&[], |array| &array.values)
    }
    /// Number of values.
    pub(crate) fn len(&self) -> usize {
        self.arrays.iter().map(|array| array.values.len()).sum()
    }
    pub(crate) fn is_finite(&self) -> bool {
        self.arrays.iter().all(|array| array.values.iter().all(|x| x.is_finite()))
    }

    /// Checks that the arrays are those of `slots`, full and finite.
    pub(crate) fn check(&self, slots: &[Slot]) -> Result<()> {
        let wrong = |problem: String| Err(LatentError::Damaged(problem));
        for i in 0..slots.len().max(self.arrays.len()) {
            let expected = slots.get(i).map(|slot| (&slot.name, &slot.shape));
            let came = self.arrays.get(i).map(|array| (&array.name, &array.shape));
            let words = |one: Option<(&String, &Vec<usize>)>| {
                one.map_or_else(|| "nothing".to_owned(), |(name, shape)| format!("`{name}` of shape {shape:?}"))
            };
            if expected != came {
                return wrong(format!("expected {} as array {i}, got {}", words(expected), words(came)));
            }
        }
        for (slot, array) in slots.iter().zip(&self.arrays) {
            if slot.len() != array.values.len() {
                return wrong(format!("expected {} values in `{}`, got {}", slot.len(), slot.name, array.values.len()));
            }
        }
        if self.is_finite() { Ok(()) } else { wrong("a weight is not finite".to_owned()) }
    }

    /// 64 hexadecimal digits over names, shapes and the bits of all values.
    pub(crate) fn hash(&self) -> String {
        let mut sha = Sha256::new();
        sha.update(b"burgess weights 1");
        for array in &self.arrays {
            sha.update((array.name.len() as u64).to_le_bytes());
            sha.update(&array.name);
            sha.update((array.shape.len() as u64).to_le_bytes());
            array.shape.iter().for_each(|side| sha.update((*side as u64).to_le_bytes()));
            array.values.iter().for_each(|x| sha.update(x.to_bits().to_le_bytes()));
        }
        hexadecimal(&sha.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots() -> Vec<Slot> {
        vec![Slot::new("w", &[400, 50], Start::Inputs), Slot::new("b", &[50], Start::Constant(0.5))]
    }

    #[test]
    fn weights_begin_with_the_variance_of_their_inputs() {
        let parameters = Parameters::start(&slots(), 3);
        let w = parameters.get("w");
        let variance = w.iter().map(|x| f64::from(x * x)).sum::<f64>() / w.len() as f64;
        assert!((variance * 400.0 - 1.0).abs() < 0.05, "{variance}");
        assert_eq!((parameters.len(), parameters.get("b")), (20_050, [0.5; 50].as_slice()));
        assert_eq!(parameters, Parameters::start(&slots(), 3));
        assert_ne!(parameters.hash(), Parameters::start(&slots(), 4).hash());
    }

    #[test]
    fn arrays_that_do_not_fit_are_named() {
        let parameters = Parameters::start(&slots(), 3);
        assert!(parameters.check(&slots()).is_ok());
        let other = [Slot::new("w", &[50, 400], Start::Inputs)];
        let message = parameters.check(&other).unwrap_err().to_string();
        assert!(
            message.contains("expected `w` of shape [50, 400] as array 0, got `w` of shape [400, 50]"),
            "{message}"
        );
        let message = parameters.check(&slots()[..1]).unwrap_err().to_string();
        assert!(message.contains("expected nothing as array 1, got `b` of shape [50]"), "{message}");
        let mut short = parameters.clone();
        short.arrays[1].values.pop();
        assert!(short.check(&slots()).unwrap_err().to_string().contains("expected 50 values in `b`, got 49"));
        let mut broken = parameters;
        broken.arrays[0].values[7] = f32::NAN;
        assert!(broken.check(&slots()).is_err());
    }
}
