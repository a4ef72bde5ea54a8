//! The scalar: every operation on it adds a node to the graph that is being recorded on this thread.

use super::graph::{Graph, Node, NodeId, Unary};
use crate::autodiff::Real;
use std::cell::RefCell;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

thread_local! {
    /// The graph being recorded. Operators have nowhere else to put their node: scalars are `Copy`.
    pub(super) static RECORDING: RefCell<Graph> = RefCell::default();
}

/// A node of the graph being recorded on this thread, as a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traced(NodeId);

impl Traced {
    /// The node.
    pub fn node(self) -> NodeId {
        self.0
    }

    pub(super) fn push(node: Node) -> Self {
        Self(RECORDING.with_borrow_mut(|graph| graph.push(node)))
    }
}

/// The constant 0.
impl Default for Traced {
    fn default() -> Self {
        Self::from_f64(0.0)
    }
}

impl Add for Traced {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self::push(Node::Add(self.0, o.0))
    }
}
impl Sub for Traced {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self::push(Node::Sub(self.0, o.0))
    }
}
impl Mul for Traced {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        Self::push(Node::Mul(self.0, o.0))
    }
}
impl Div for Traced {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        Self::push(Node::Div(self.0, o.0))
    }
}
impl Neg for Traced {
    type Output = Self;
    fn neg(self) -> Self {
        Self::push(Node::Unary(Unary::Neg, self.0))
    }
}
impl AddAssign for Traced {
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
impl SubAssign for Traced {
    fn sub_assign(&mut self, o: Self) {
        *self = *self - o;
    }
}
impl MulAssign for Traced {
    fn mul_assign(&mut self, o: Self) {
        *self = *self * o;
    }
}
impl Sum for Traced {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), Add::add)
    }
}

impl Real for Traced {
    // Nothing compares it.
    type Truth = bool;
    type Place = usize;

    fn from_f64(x: f64) -> Self {
        Self::push(Node::constant(x))
    }
    fn sqrt(self) -> Self {
        Self::push(Node::Unary(Unary::Sqrt, self.0))
    }
    fn sin(self) -> Self {
        Self::push(Node::Unary(Unary::Sin, self.0))
    }
    fn cos(self) -> Self {
        Self::push(Node::Unary(Unary::Cos, self.0))
    }
    fn exp(self) -> Self {
        Self::push(Node::Unary(Unary::Exp, self.0))
    }
    fn ln_1p(self) -> Self {
        Self::push(Node::Unary(Unary::Ln1p, self.0))
    }
    fn tanh(self) -> Self {
        Self::push(Node::Unary(Unary::Tanh, self.0))
    }
    fn floor(self) -> Self {
        Self::push(Node::Unary(Unary::Floor, self.0))
    }
    fn select_gt(self, bound: Self, if_true: Self, if_false: Self) -> Self {
        Self::push(Node::Select { left: self.0, right: bound.0, greater: if_true.0, otherwise: if_false.0 })
    }
}
