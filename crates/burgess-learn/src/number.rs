//! The numbers that networks are computed with.

use burgess_core::autodiff::tape::Var;
use burgess_core::autodiff::{Dual, Value};
use burgess_core::math::fast;

/// A number that networks are computed with: f32 and f64, and numbers with derivatives.
pub trait Number: Value + Send + Sync + 'static {
    /// tanh.
    fn squash(self) -> Self {
        self.tanh()
    }
}

impl Number for f32 {
    #[inline(always)]
    fn squash(self) -> Self {
        fast::tanh(self)
    }
}

impl Number for f64 {}

impl<T: Number, const N: usize> Number for Dual<T, N> {}

impl Number for Var {}
