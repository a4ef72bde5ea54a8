//! A creature and the objects of its scene, other creatures among them. Each is a tree of links with a base of its own, and a step treats all of
//! them alike: what follows goes through them, the creature first. Where links are numbered together, the creature's come first, then those of
//! each object.

use super::members::Member;
use super::state::{LinkWork, State, Work};
use crate::model::Model;
use burgess_core::autodiff::Real;
use burgess_core::math::Vec3;

/// Does the same with the creature and with each object, before the state changes.
#[inline(always)]
pub fn each_body<T: Real>(
    model: &Model<T>,
    state: &State<T>,
    work: &mut Work<T>,
    mut act: impl FnMut(&Model<T>, &State<T>, &mut Work<T>),
) {
    act(model, state, work);
    for ((object, state), work) in model.objects.iter().zip(&state.objects).zip(&mut work.objects) {
        act(&object.body, state, work);
    }
}

/// Does the same with the creature and with each object, and changes their states.
#[inline(always)]
pub fn move_each_body<T: Real>(
    model: &Model<T>,
    state: &mut State<T>,
    work: &mut Work<T>,
    mut act: impl FnMut(&Model<T>, &mut State<T>, &mut Work<T>),
) {
    act(model, state, work);
    for ((object, state), work) in model.objects.iter().zip(&mut state.objects).zip(&mut work.objects) {
        act(&object.body, state, work);
    }
}

/// Does the same with the creature and with each object, where states do not matter.
#[inline(always)]
pub fn work_on_each_body<T: Real>(model: &Model<T>, work: &mut Work<T>, mut act: impl FnMut(&Model<T>, &mut Work<T>)) {
    act(model, work);
    for (object, work) in model.objects.iter().zip(&mut work.objects) {
        act(&object.body, work);
    }
}

impl<T: Real> Model<T> {
    /// Links of a body that servo targets and commands are listed for.
    #[inline(always)]
    pub fn driven(&self, body: usize) -> usize {
        body.checked_sub(1).map_or(self.links.len(), |object| self.objects[object].driven_count())
    }
}

impl<T> State<T> {
    /// The state of a body: see [`Member::body`].
    #[inline(always)]
    pub fn body(&self, body: usize) -> &Self {
        body.checked_sub(1).map_or(self, |object| &self.objects[object])
    }

    /// As [`body`](Self::body), to change it.
    #[inline(always)]
    pub fn body_mut(&mut self, body: usize) -> &mut Self {
        match body.checked_sub(1) {
            None => self,
            Some(object) => &mut self.objects[object],
        }
    }
}

impl<T: Real> Work<T> {
    /// The scratch of a body: see [`Member::body`].
    #[inline(always)]
    pub fn body(&self, body: usize) -> &Self {
        body.checked_sub(1).map_or(self, |object| &self.objects[object])
    }

    /// As [`body`](Self::body), to change it.
    #[inline(always)]
    pub fn body_mut(&mut self, body: usize) -> &mut Self {
        match body.checked_sub(1) {
            None => self,
            Some(object) => &mut self.objects[object],
        }
    }

    /// The scratch of the body that has a link, counted with those of objects, and the link's number there.
    #[inline(always)]
    pub fn owner_of(&self, link: usize) -> (&Self, usize) {
        let Member { body, own } = self.members.links[link];
        (self.body(body), own)
    }

    /// As [`owner_of`](Self::owner_of), to change it.
    #[inline(always)]
    pub fn owner_of_mut(&mut self, link: usize) -> (&mut Self, usize) {
        let Member { body, own } = self.members.links[link];
        (self.body_mut(body), own)
    }

    /// A link, counted with those of objects.
    #[inline(always)]
    pub fn link(&self, link: usize) -> &LinkWork<T> {
        let (body, link) = self.owner_of(link);
        &body.links[link]
    }

    /// Where the origin that a link's scratch is about is, relative to the creature's base origin (m).
    #[inline(always)]
    pub fn offset(&self, link: usize) -> Vec3<T> {
        self.offset_of(self.members.links[link].body)
    }

    /// Where a body's base origin is, relative to the creature's (m): see [`Member::body`].
    #[inline(always)]
    pub fn offset_of(&self, body: usize) -> Vec3<T> {
        body.checked_sub(1).map_or_else(Vec3::zero, |object| self.objects[object].position - self.position)
    }

    /// The velocity (m/s) of a point of a link, given relative to the creature's base origin.
    #[inline(always)]
    pub fn velocity_at(&self, link: usize, point: Vec3<T>) -> Vec3<T> {
        self.link(link).twist.at(point - self.offset(link))
    }
}
