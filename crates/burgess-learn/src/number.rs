//! The numbers that networks are computed with.

use burgess_core::autodiff::Value;
use burgess_core::math::fast;

/// A floating-point number with a tanh that is quick enough for networks.
pub trait Number: Value {
    /// tanh.
    fn squash(self) -> Self;
}

impl Number for f32 {
    #[inline(always)]
    fn squash(self) -> Self {
        fast::tanh(self)
    }
}

impl Number for f64 {
    fn squash(self) -> Self {
        self.tanh()
    }
}
