//! A rigid body, free or the limb of a creature: what it is, and how it moves.

use crate::model::Shape;
use crate::step::spatial::Spatial;
use burgess_core::autodiff::{Real, Value};
use burgess_core::math::{Mat3, Quat, Sym3, Vec3};

/// What a body is. Its axes are its principal ones, and its centre of mass is their origin.
#[derive(Clone, Copy, Debug)]
pub struct Body<T> {
    /// Its shape, about its centre.
    pub shape: Shape<T>,
    /// Mass (kg).
    pub mass: T,
    /// Moments of inertia about its axes (kg m2).
    pub moments: Vec3<T>,
    /// Contact stiffness (N/m).
    pub stiffness: T,
    /// Radius of the smallest ball around its centre that holds it (m).
    pub reach: T,
    /// The world that it is in.
    pub world: u32,
}

/// Where a body is, and how it moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BodyState<T> {
    /// Centre (m, world axes).
    pub position: Vec3<T>,
    /// Body to world.
    pub orientation: Quat<T>,
    /// Velocity of the centre (m/s, world axes).
    pub velocity: Vec3<T>,
    /// Angular velocity (rad/s, world axes).
    pub spin: Vec3<T>,
}

/// What a limb is beside a body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limb<T> {
    /// The creature.
    pub(super) creature: u32,
    /// Its number among the colliders of the creature.
    pub(super) collider: u32,
    /// Depth over which its contacts set in (m).
    pub(super) width: T,
    /// From the base origin to its centre (m, world axes).
    pub(super) from_base: Vec3<T>,
    /// What a wrench's impulse about the base origin adds to its twist there.
    pub(super) mobility: Spatial<T>,
}

/// A body in motion: what laws between bodies look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moving<'a, T> {
    /// What it is.
    pub(super) body: &'a Body<T>,
    /// Where it is.
    pub(super) state: &'a BodyState<T>,
    /// Its orientation as a matrix.
    pub(super) rotation: &'a Mat3<T>,
    /// What makes it a limb of a creature, if it is one.
    pub(super) limb: Option<&'a Limb<T>>,
}

impl<T: Real> Body<T> {
    /// The same body over another scalar.
    pub fn map<U: Real>(&self, mut f: impl FnMut(T) -> U) -> Body<U> {
        Body {
            shape: self.shape.map(&mut f),
            mass: f(self.mass),
            moments: self.moments.map(&mut f),
            stiffness: f(self.stiffness),
            reach: f(self.reach),
            world: self.world,
        }
    }
}

impl<T: Real> BodyState<T> {
    /// The same state over another scalar.
    pub fn map<U: Real>(&self, mut f: impl FnMut(T) -> U) -> BodyState<U> {
        BodyState {
            position: self.position.map(&mut f),
            orientation: self.orientation.map(&mut f),
            velocity: self.velocity.map(&mut f),
            spin: self.spin.map(&mut f),
        }
    }
}

impl<T: Value> BodyState<T> {
    /// Whether all numbers are finite.
    pub fn is_finite(&self) -> bool {
        let vectors = [self.position, self.velocity, self.spin];
        self.orientation.is_finite() && vectors.iter().all(|vector| vector.is_finite())
    }

    /// How far a point of a body of this reach (m) goes at most in a step (m).
    pub fn stride(&self, reach: T, dt: T) -> T {
        let size = |v: Vec3<T>| v.norm_squared().sqrt();
        dt * (size(self.velocity) + size(self.spin) * reach)
    }
}

impl<T: Real> Moving<'_, T> {
    /// Inertia in world axes (kg m2).
    pub(super) fn inertia(&self) -> Sym3<T> {
        Sym3::diagonal(self.body.moments).rotated(*self.rotation)
    }

    /// Inverse of the inertia in world axes (1/(kg m2)).
    pub(super) fn inverse_inertia(&self) -> Sym3<T> {
        Sym3::diagonal(self.body.moments.map(T::recip)).rotated(*self.rotation)
    }
}
