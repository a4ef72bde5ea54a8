//! A creature and the objects of its scene. Each is a tree of links with a base of its own, and a step treats all of them alike: what follows
//! goes through them, the creature first. Where links are numbered together, the creature's come first, then one an object.

use super::state::{LinkWork, State, Work};
use crate::model::Model;
use burgess_core::autodiff::Real;
use burgess_core::math::Vec3;

/// Does the same with the creature and with each object, before the state changes.
#[inline(always)]
pub fn each_body<T>(
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
pub fn move_each_body<T>(
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
pub fn work_on_each_body<T>(model: &Model<T>, work: &mut Work<T>, mut act: impl FnMut(&Model<T>, &mut Work<T>)) {
    act(model, work);
    for (object, work) in model.objects.iter().zip(&mut work.objects) {
        act(&object.body, work);
    }
}

/// Whose link it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The creature's own, of that number.
    Creature(usize),
    /// The only one of the object of that number.
    Object(usize),
}

/// Whose link has this number among `links` of the creature and those of its objects.
#[inline(always)]
pub fn owner(links: usize, link: usize) -> Owner {
    link.checked_sub(links).map_or(Owner::Creature(link), Owner::Object)
}

impl<T: Real> Model<T> {
    /// The body that has a link, counted with those of objects.
    pub fn owner_of(&self, link: usize) -> &Self {
        match owner(self.links.len(), link) {
            Owner::Creature(_) => self,
            Owner::Object(object) => &self.objects[object].body,
        }
    }
}

impl<T: Real> Work<T> {
    /// The scratch of the body that has a link, counted with those of objects, and the link's number there.
    #[inline(always)]
    pub fn owner_of(&self, link: usize) -> (&Self, usize) {
        match owner(self.links.len(), link) {
            Owner::Creature(link) => (self, link),
            Owner::Object(object) => (&self.objects[object], 0),
        }
    }

    /// As [`owner_of`](Self::owner_of), to change it.
    #[inline(always)]
    pub fn owner_of_mut(&mut self, link: usize) -> (&mut Self, usize) {
        match owner(self.links.len(), link) {
            Owner::Creature(link) => (self, link),
            Owner::Object(object) => (&mut self.objects[object], 0),
        }
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
        match owner(self.links.len(), link) {
            Owner::Creature(_) => Vec3::zero(),
            Owner::Object(object) => self.objects[object].position - self.position,
        }
    }

    /// The velocity (m/s) of a point of a link, given relative to the creature's base origin.
    #[inline(always)]
    pub fn velocity_at(&self, link: usize, point: Vec3<T>) -> Vec3<T> {
        self.link(link).twist.at(point - self.offset(link))
    }
}
