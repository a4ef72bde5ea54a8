//! Which link hangs on which, and which contact point is on which: numbers of links, which differ from lane to lane where bodies of several
//! plans are simulated side by side.

use crate::laws::sensors::LIMB_ENDS;
use crate::model::Model;
use burgess_core::autodiff::{Choose, Place, Real, Truth, real};

/// See the module.
#[derive(Clone, Debug)]
pub struct Places<T: Real> {
    /// The parent of each link; the base's own is not used.
    pub parents: Vec<T::Place>,
    /// The link of each contact point.
    pub touching: Vec<T::Place>,
    /// Whether each contact point is on each of the limb ends that are measured.
    pub on_ends: Vec<[T::Truth; LIMB_ENDS]>,
    /// Which of those limb ends there are.
    pub ends: [T::Truth; LIMB_ENDS],
    /// Their number, at least one.
    pub end_count: T,
}

impl<T: Real> Places<T> {
    /// Of a body, or of bodies of one plan.
    pub fn new(model: &Model<T>) -> Self {
        let truth = |answer: bool| if answer { T::Truth::yes() } else { !T::Truth::yes() };
        let end = |end: usize| model.limb_ends.get(end).copied();
        let on_ends = |link: usize| std::array::from_fn(|i| truth(end(i) == Some(link)));
        Self {
            parents: model.links.iter().map(|link| T::Place::everywhere(link.parent)).collect(),
            touching: model.contacts.iter().map(|contact| T::Place::everywhere(contact.link)).collect(),
            on_ends: model.contacts.iter().map(|contact| on_ends(contact.link)).collect(),
            ends: std::array::from_fn(|i| truth(end(i).is_some())),
            end_count: real(model.limb_ends.len().clamp(1, LIMB_ENDS) as f64),
        }
    }
}

/// What is read at a place: of places that differ from lane to lane, lane by lane.
#[inline(always)]
pub fn at<P: Place, V: Choose<P::Truth>>(place: &P, read: impl Fn(usize) -> V) -> V {
    let mut value = read(place.first());
    for (here, index) in place.others() {
        value = V::choose(here, read(index), value);
    }
    value
}
