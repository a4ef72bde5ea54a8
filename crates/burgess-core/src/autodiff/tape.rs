//! Reverse mode: a scalar that records what is done with it, and the gradient of many inputs in one sweep back.
//!
//! For code that runs once a candidate and has many inputs (genes) and branches on discrete things: growing a body. The hot laws
//! have generated reverses instead ([`crate::trace`]).

use super::real::{Choose, Compare, Real, Value};
use std::cell::RefCell;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// The node of what does not depend on the inputs; larger than any place on a tape.
const CONSTANT: u32 = u32::MAX;

thread_local! {
    /// What is being recorded on this thread. Operators have nowhere else to put their node: scalars are `Copy`.
    static TAPE: RefCell<Tape> = const { RefCell::new(Tape { nodes: Vec::new(), bars: Vec::new() }) };
}

/// A Wengert list, and the gradients of its nodes on the way back. Both keep their memory from call to call.
struct Tape {
    nodes: Vec<Node>,
    bars: Vec<f64>,
}

/// What one operation depends on, and its partial derivatives by that. Inputs depend on nothing.
#[derive(Clone, Copy)]
struct Node {
    parents: [u32; 2],
    partials: [f64; 2],
}

impl Node {
    const INPUT: Self = Self { parents: [CONSTANT; 2], partials: [0.0; 2] };
}

/// A number whose way from the inputs of [`pull_back`] is recorded. Only of use inside of it; outside, and for an inner call one
/// of an outer call, it counts as a constant.
#[derive(Clone, Copy, Debug)]
pub struct Var {
    value: f64,
    /// Where its derivative is recorded: numbers that differ by a constant share a node.
    node: u32,
}

/// The gradient with respect to `inputs` of what `f` makes of them: `f` gives its outputs, each with the gradient (`bar`) of some
/// scalar with respect to it. A select passes the gradient to the side that is taken, and a floor passes none. Where nothing
/// flows, nothing comes out: a zero gradient is not multiplied by an infinite derivative, nor the other way round.
pub fn pull_back(inputs: &[f64], f: impl FnOnce(&[Var]) -> Vec<(Var, f64)>) -> Vec<f64> {
    let recording = Recording::start(inputs.len());
    let variables: Vec<Var> = inputs.iter().zip(recording.first..).map(|(&value, node)| Var { value, node }).collect();
    let outputs = f(&variables);
    TAPE.with_borrow_mut(|tape| tape.sweep(recording.first, inputs.len(), &outputs))
}

/// The tape from a node on; taken off it again at the end, whatever happens.
struct Recording {
    first: u32,
}

impl Recording {
    fn start(inputs: usize) -> Self {
        TAPE.with_borrow_mut(|tape| {
            let first = tape.nodes.len();
            tape.nodes.resize(first + inputs, Node::INPUT);
            Self { first: first as u32 }
        })
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        TAPE.with_borrow_mut(|tape| tape.nodes.truncate(self.first as usize));
    }
}

impl Tape {
    /// Gradients of the first `inputs` of the nodes from `first` on.
    fn sweep(&mut self, first: u32, inputs: usize, outputs: &[(Var, f64)]) -> Vec<f64> {
        let Self { nodes, bars } = self;
        let nodes = &nodes[first as usize..];
        bars.clear();
        bars.resize(nodes.len(), 0.0);
        // Constants and nodes of an outer tape lie outside.
        let place = |node: u32| node.wrapping_sub(first) as usize;
        for (output, bar) in outputs {
            if let Some(sum) = bars.get_mut(place(output.node)) {
                *sum += bar;
            }
        }
        for (i, node) in nodes.iter().enumerate().skip(inputs).rev() {
            let bar = bars[i];
            if bar == 0.0 {
                continue;
            }
            for (parent, partial) in node.parents.into_iter().zip(node.partials) {
                if let Some(sum) = bars.get_mut(place(parent))
                    && partial != 0.0
                {
                    *sum += bar * partial;
                }
            }
        }
        bars[..inputs].to_vec()
    }
}

impl Var {
    #[inline(always)]
    fn push(value: f64, parents: [u32; 2], partials: [f64; 2]) -> Self {
        let node = TAPE.with_borrow_mut(|tape| {
            let place = tape.nodes.len() as u32;
            tape.nodes.push(Node { parents, partials });
            place
        });
        Self { value, node }
    }

    #[inline(always)]
    fn is_constant(self) -> bool {
        self.node == CONSTANT
    }

    /// A derivative that is dear to compute: 0 where it is not needed.
    fn slope(self, f: fn(f64) -> f64) -> f64 {
        if self.is_constant() { 0.0 } else { f(self.value) }
    }

    /// `value`, a function of `self` with the derivative `slope`.
    #[inline(always)]
    fn of(self, value: f64, slope: f64) -> Self {
        if self.is_constant() || slope == 0.0 {
            return Self { value, node: CONSTANT };
        }
        if slope == 1.0 {
            return Self { value, node: self.node };
        }
        Self::push(value, [self.node, CONSTANT], [slope, 0.0])
    }

    /// `value`, a function of `self` and `other` with these derivatives.
    #[inline(always)]
    fn of_both(self, other: Self, value: f64, slopes: [f64; 2]) -> Self {
        if other.is_constant() {
            return self.of(value, slopes[0]);
        }
        if self.is_constant() {
            return other.of(value, slopes[1]);
        }
        Self::push(value, [self.node, other.node], slopes)
    }
}

/// The constant 0.
impl Default for Var {
    fn default() -> Self {
        Self::from_f64(0.0)
    }
}

impl Add for Var {
    type Output = Self;
    #[inline]
    fn add(self, o: Self) -> Self {
        self.of_both(o, self.value + o.value, [1.0, 1.0])
    }
}
impl Sub for Var {
    type Output = Self;
    #[inline]
    fn sub(self, o: Self) -> Self {
        self.of_both(o, self.value - o.value, [1.0, -1.0])
    }
}
impl Mul for Var {
    type Output = Self;
    #[inline]
    fn mul(self, o: Self) -> Self {
        self.of_both(o, self.value * o.value, [o.value, self.value])
    }
}
impl Div for Var {
    type Output = Self;
    #[inline]
    fn div(self, o: Self) -> Self {
        let value = self.value / o.value;
        self.of_both(o, value, [1.0 / o.value, -value / o.value])
    }
}
impl Neg for Var {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        self.of(-self.value, -1.0)
    }
}
impl AddAssign for Var {
    #[inline]
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
impl SubAssign for Var {
    #[inline]
    fn sub_assign(&mut self, o: Self) {
        *self = *self - o;
    }
}
impl MulAssign for Var {
    #[inline]
    fn mul_assign(&mut self, o: Self) {
        *self = *self * o;
    }
}
impl Sum for Var {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), Add::add)
    }
}

impl Real for Var {
    type Truth = bool;
    type Place = usize;

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        Self { value, node: CONSTANT }
    }
    #[inline]
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.of(root, 0.5 / root)
    }
    fn sin(self) -> Self {
        self.of(libm::sin(self.value), self.slope(libm::cos))
    }
    fn cos(self) -> Self {
        self.of(libm::cos(self.value), -self.slope(libm::sin))
    }
    fn exp(self) -> Self {
        let e = libm::exp(self.value);
        self.of(e, e)
    }
    fn ln_1p(self) -> Self {
        self.of(libm::log1p(self.value), 1.0 / (1.0 + self.value))
    }
    fn tanh(self) -> Self {
        let t = libm::tanh(self.value);
        self.of(t, 1.0 - t * t)
    }
    fn floor(self) -> Self {
        Self::from_f64(self.value.floor())
    }
    #[inline]
    fn select_gt(self, bound: Self, if_true: Self, if_false: Self) -> Self {
        if self.value > bound.value { if_true } else { if_false }
    }
}

impl Compare for Var {
    fn is_above(self, bound: Self) -> bool {
        self.value > bound.value
    }
    fn is_at_least(self, bound: Self) -> bool {
        self.value >= bound.value
    }
    fn is_below(self, bound: f64) -> bool {
        self.value < bound
    }
    fn is_finite(self) -> bool {
        self.value.is_finite()
    }
}

impl Choose<bool> for Var {
    fn choose(answer: bool, if_true: Self, if_false: Self) -> Self {
        if answer { if_true } else { if_false }
    }
}

impl Value for Var {
    #[inline]
    fn to_f64(self) -> f64 {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autodiff::{Dual, real};
    use crate::math::{Quat, Vec3, vec3};
    use proptest::prelude::*;

    /// Something of everything.
    fn mixture<T: Real>(x: &[T]) -> Vec<T> {
        let v = vec3(x[0], x[1], x[2]);
        let turned = Quat::exp(v).rotate(vec3(x[3], T::one(), T::zero()));
        let mut sum: T = x.iter().copied().sum();
        sum += (x[0] * x[1]).sin() - x[2].cos() * real(0.3);
        sum *= x[3].tanh() + real(2.0);
        sum -= x[1].max(x[2]).abs() + x[0].min(real(0.4));
        let level = (x[0] * real(3.0)).floor() * x[1];
        let ratio = x[2] / (T::one() + x[3].squared()) + (x[0].squared() + x[1].squared() + real(0.1)).sqrt().recip();
        vec![turned.x, turned.y, turned.z, sum, level, ratio, x[1].squared().ln_1p() - (-x[3]).exp()]
    }

    fn by_duals<const N: usize>(
        x: [f64; N],
        bars: &[f64],
        f: impl Fn(&[Dual<f64, N>]) -> Vec<Dual<f64, N>>,
    ) -> Vec<f64> {
        let sum: Dual<f64, N> = f(&Dual::variables(x)).iter().zip(bars).map(|(&y, &bar)| y * real(bar)).sum();
        sum.derivative.to_vec()
    }

    fn by_tape(x: &[f64], bars: &[f64], f: impl Fn(&[Var]) -> Vec<Var>) -> Vec<f64> {
        pull_back(x, |x| f(x).into_iter().zip(bars.iter().copied()).collect())
    }

    fn nodes_left() -> usize {
        TAPE.with_borrow(|tape| tape.nodes.len())
    }

    proptest! {
        #[test]
        fn the_sweep_back_gives_what_dual_numbers_give(
            x in prop::array::uniform4(-2.0..2.0_f64),
            bars in prop::collection::vec(-1.0..1.0_f64, 7),
        ) {
            let (wanted, found) = (by_duals(x, &bars, mixture), by_tape(&x, &bars, mixture));
            for (a, b) in wanted.iter().zip(&found) {
                prop_assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0), "{wanted:?} is not {found:?}");
            }
            let values = mixture(&x);
            pull_back(&x, |x| {
                assert!(mixture(x).iter().zip(&values).all(|(y, value)| y.to_f64().to_bits() == value.to_bits()));
                Vec::new()
            });
            prop_assert_eq!(nodes_left(), 0);
        }
    }

    #[test]
    fn where_nothing_flows_nothing_comes_out() {
        // A root at zero has an infinite derivative: of a constant, into nothing, from nothing, on the side not taken.
        assert_eq!(pull_back(&[1.0], |x| vec![(x[0] + Var::zero().sqrt(), 1.0)]), [1.0]);
        assert_eq!(pull_back(&[0.0], |x| vec![(x[0].sqrt() * Var::zero() + x[0], 1.0)]), [1.0]);
        assert_eq!(pull_back(&[0.0], |x| vec![(x[0].squared().sqrt(), 1.0)]), [0.0]);
        assert_eq!(pull_back(&[0.0], |x| vec![(x[0].select_gt(Var::one(), x[0].sqrt(), x[0]), 1.0)]), [1.0]);
        assert_eq!(pull_back(&[0.0], |x| vec![(x[0].sqrt(), 0.0), (x[0], 2.0)]), [2.0]);
        assert_eq!(pull_back(&[0.0, 2.0], |x| vec![(x[0] * x[1].sqrt(), 1.0)])[1], 0.0);
        assert_eq!(pull_back(&[0.0, 0.0], |x| vec![(x[0] * x[1].sqrt(), 1.0)]), [0.0, 0.0]);
        assert_eq!(pull_back(&[0.0], |x| vec![(x[0].sqrt(), 1.0)]), [f64::INFINITY]);
    }

    #[test]
    fn outputs_may_repeat_and_be_inputs_or_constants() {
        let gradient = pull_back(&[3.0, 4.0], |x| {
            let product = x[0] * x[1];
            vec![(product, 1.0), (product, 1.0), (x[1], 10.0), (Var::one(), 5.0)]
        });
        assert_eq!(gradient, [8.0, 16.0]);
        assert!(pull_back(&[], |_| vec![(Var::one(), 1.0)]).is_empty());
    }

    #[test]
    fn an_inner_call_leaves_the_outer_one_as_it_was() {
        let gradient = pull_back(&[2.0, 3.0], |x| {
            let before = x[0] * x[1];
            // The outer variable is a constant there.
            let inner = pull_back(&[5.0], |y| vec![(y[0] * y[0] * x[0], 1.0)]);
            assert_eq!(inner, [20.0]);
            vec![(before * x[1], inner[0])]
        });
        assert_eq!(gradient, [180.0, 240.0]);
        assert_eq!(nodes_left(), 0);
    }

    #[test]
    fn a_panic_leaves_the_tape_usable() {
        let panicked = std::panic::catch_unwind(|| {
            pull_back(&[2.0], |x| {
                let _ = x[0] * x[0];
                panic!("on purpose")
            })
        });
        assert!(panicked.is_err());
        assert_eq!(nodes_left(), 0);
        assert_eq!(pull_back(&[2.0], |x| vec![(x[0] * x[0], 1.0)]), [4.0]);
    }

    #[test]
    fn vectors_and_differences_agree() {
        let length = |v: Vec3<Var>| v.normalised().dot(vec3(v.y, v.z, v.x));
        let gradient = pull_back(&[0.3, -0.2, 0.9], |x| vec![(length(vec3(x[0], x[1], x[2])), 1.0)]);
        let at = |x: [f64; 3]| {
            let v = vec3(x[0], x[1], x[2]);
            v.normalised().dot(vec3(v.y, v.z, v.x))
        };
        for i in 0..3 {
            let moved = |h: f64| {
                let mut x = [0.3, -0.2, 0.9];
                x[i] += h;
                at(x)
            };
            assert!((gradient[i] - (moved(1e-6) - moved(-1e-6)) / 2e-6).abs() < 1e-9);
        }
    }
}
