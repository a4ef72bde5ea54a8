//! What the numbers of links and colliders stand for where those of a creature and of its objects are numbered together: the creature's come first,
//! then those of each object.

use crate::model::{Model, Shape};
use burgess_core::autodiff::Real;

/// What a number of the scene, that of a link or of a collider, stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Whose it is: 0 is the creature, 1 the first object.
    pub body: usize,
    /// Its number there.
    pub own: usize,
}

/// The links and colliders of a scene in the order of their numbers.
#[derive(Clone, Debug)]
pub struct Members {
    /// One entry a link.
    pub links: Vec<Member>,
    /// One entry a collider.
    pub colliders: Vec<Member>,
    /// The number of each collider's link.
    pub links_of_colliders: Vec<usize>,
}

impl Members {
    /// Those of a creature and its objects.
    pub fn new<T: Real>(model: &Model<T>) -> Self {
        let all = |count: fn(&Model<T>) -> usize| {
            let counts = model.bodies().map(count).enumerate();
            counts.flat_map(|(body, count)| (0..count).map(move |own| Member { body, own })).collect()
        };
        Self {
            links: all(|body| body.links.len()),
            colliders: all(|body| body.colliders.len()),
            links_of_colliders: model.all_colliders().map(|(link, _)| link).collect(),
        }
    }
}

impl<T: Real> Model<T> {
    /// The creature itself, or the body of an object: see [`Member::body`].
    #[inline(always)]
    pub fn body(&self, body: usize) -> &Self {
        body.checked_sub(1).map_or(self, |object| &self.objects[object].body)
    }

    /// The shape of a collider.
    #[inline(always)]
    pub fn shape(&self, Member { body, own }: Member) -> &Shape<T> {
        &self.body(body).colliders[own].shape
    }
}
