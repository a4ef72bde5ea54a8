//! Forward: from bodies to what is made of each joint and each body.

use super::{Block, Dense, RHYTHM, SharedBrain, body_outputs, joint_outputs};
use crate::describe::{Description, FEATURES};
use crate::number::Number;
use crate::product::{Matrix, add_product};

/// What a body brings to the network.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a, T> {
    /// What it is.
    pub body: &'a Description<T>,
    /// Its style; nothing stands for zeros.
    pub style: &'a [T],
    /// Its own rhythm: offset, sine and cosine of each joint, which are added to what the network gives; nothing stands for zeros.
    pub rhythm: &'a [[T; RHYTHM]],
    /// Its own share of what the network gives for the frequency.
    pub frequency: T,
}

impl<'a, T: Number> Input<'a, T> {
    /// A body that has nothing of its own.
    pub fn of(body: &'a Description<T>) -> Self {
        Self { body, style: &[], rhythm: &[], frequency: T::zero() }
    }
}

/// A group of bodies in the network: rows of numbers, one row a link, body after body.
#[derive(Clone, Debug, Default)]
pub(super) struct Pass<T> {
    /// The row of each link's parent; a base names itself.
    pub(super) parents: Vec<usize>,
    /// The row of each body's base, and behind them the number of all rows.
    pub(super) bases: Vec<usize>,
    /// Features with the style behind them.
    pub(super) features: Vec<T>,
    /// e and m side by side.
    pub(super) own_and_up: Vec<T>,
    /// Sums of the children's m.
    pub(super) children: Vec<T>,
    /// e and d side by side.
    pub(super) own_and_down: Vec<T>,
    /// z.
    pub(super) mixed: Vec<T>,
    /// Outputs of links; those of bases mean nothing.
    pub(super) joints: Vec<T>,
    /// Outputs of bodies.
    pub(super) bodies: Vec<T>,
}

impl<T: Number> SharedBrain<T> {
    pub(super) fn pass(&self, inputs: &[Input<'_, T>]) -> Pass<T> {
        let (width, style) = (self.spec.width, self.spec.style);
        let layout = &self.layout;
        let mut pass = Pass::default();
        for Input { body, style: own, .. } in inputs {
            let base = pass.parents.len();
            pass.bases.push(base);
            pass.parents.extend(body.parents.iter().map(|parent| base + parent));
            for link in body.features.chunks_exact(FEATURES) {
                pass.features.extend_from_slice(link);
                pass.features.extend((0..style).map(|i| own.get(i).copied().unwrap_or(T::zero())));
            }
        }
        let rows = pass.parents.len();
        pass.bases.push(rows);

        let embedded = squashed(self.apply(layout.embed, &pass.features));

        // Up: children have greater numbers than their parents.
        let mut up = self.apply(layout.up, &embedded);
        pass.children = vec![T::zero(); rows * width];
        for row in (0..rows).rev() {
            let own = &mut up[row * width..][..width];
            let children = &pass.children[row * width..][..width];
            add_product(own, Matrix::by_rows(children, width), layout.children.of(&self.weights), width);
            own.iter_mut().for_each(|x| *x = x.squash());
            let parent = pass.parents[row];
            if parent != row {
                let sums = pass.children[parent * width..][..width].iter_mut();
                sums.zip(own).for_each(|(sum, x)| *sum += *x);
            }
        }
        pass.own_and_up = side_by_side(&embedded, &up, width);

        // Down.
        let mut down = self.apply(layout.down, &pass.own_and_up);
        for row in 0..rows {
            let parent = pass.parents[row];
            let (before, own) = down.split_at_mut(row * width);
            let own = &mut own[..width];
            if parent != row {
                let parent = Matrix::by_rows(&before[parent * width..][..width], width);
                add_product(own, parent, layout.parent.of(&self.weights), width);
            }
            own.iter_mut().for_each(|x| *x = x.squash());
        }
        pass.own_and_down = side_by_side(&embedded, &down, width);

        pass.mixed = squashed(self.apply(layout.mix, &pass.own_and_down));
        pass.joints = self.apply(layout.joint, &pass.mixed);
        pass.bodies = self.apply(layout.body, &pass.of_bases(width));
        for (i, Input { rhythm, frequency, .. }) in inputs.iter().enumerate() {
            pass.bodies[i * body_outputs(&self.spec)] += *frequency;
            let joints = pass.joints.chunks_exact_mut(joint_outputs(&self.spec)).skip(pass.bases[i] + 1);
            for (own, given) in rhythm.iter().zip(joints) {
                given.iter_mut().zip(own).for_each(|(given, &own)| *given += own);
            }
        }
        pass
    }

    /// A layer of rows of inputs, without its tanh.
    fn apply(&self, layer: Dense, inputs: &[T]) -> Vec<T> {
        let Block { inputs: columns, outputs, .. } = layer.weights;
        let biases = layer.biases.of(&self.weights);
        let rows = inputs.len() / columns;
        let mut sums = Vec::with_capacity(rows * outputs);
        (0..rows).for_each(|_| sums.extend_from_slice(biases));
        add_product(&mut sums, Matrix::by_rows(inputs, columns), layer.weights.of(&self.weights), outputs);
        sums
    }
}

impl<T: Number> Pass<T> {
    /// z of each base.
    pub(super) fn of_bases(&self, width: usize) -> Vec<T> {
        let bases = &self.bases[..self.bases.len() - 1];
        bases.iter().flat_map(|&base| &self.mixed[base * width..][..width]).copied().collect()
    }
}

fn squashed<T: Number>(mut numbers: Vec<T>) -> Vec<T> {
    numbers.iter_mut().for_each(|x| *x = x.squash());
    numbers
}

fn side_by_side<T: Number>(left: &[T], right: &[T], width: usize) -> Vec<T> {
    let rows = left.chunks_exact(width).zip(right.chunks_exact(width));
    rows.flat_map(|(left, right)| left.iter().chain(right)).copied().collect()
}
