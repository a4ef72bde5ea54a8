//! Gradient steps of shrinking length, in whatever units the unknowns are measured.

use crate::experiment::Descent;
use burgess_qd::optimiser::{Memory, clip};

/// Steps that were taken and are still to come.
#[derive(Debug)]
pub struct Steps<'a> {
    spec: &'a Descent,
    memory: Memory,
    taken: u32,
}

impl<'a> Steps<'a> {
    /// Before the first step of so many unknowns.
    pub fn new(spec: &'a Descent, unknowns: usize) -> Self {
        Self { spec, memory: Memory::new(spec.optimiser, unknowns), taken: 0 }
    }

    /// Moves uphill.
    pub fn climb(&mut self, place: &mut [f64], mut gradient: Vec<f64>) {
        clip(&mut gradient, self.spec.clip);
        let rate = self.rate();
        self.taken += 1;
        let steps = self.memory.step(&gradient);
        place.iter_mut().zip(steps).for_each(|(x, step)| *x += rate * step);
    }

    /// Moves downhill.
    pub fn descend(&mut self, place: &mut [f64], mut gradient: Vec<f64>) {
        gradient.iter_mut().for_each(|g| *g = -*g);
        self.climb(place, gradient);
    }

    /// From the first rate to the last by equal factors.
    fn rate(&self) -> f64 {
        let (first, last) = self.spec.rate;
        let way = f64::from(self.taken) / f64::from(self.spec.steps.max(2) - 1);
        first * libm::pow(last / first, way)
    }
}
