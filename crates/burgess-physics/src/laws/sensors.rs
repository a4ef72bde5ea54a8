//! What tasks see of a creature after a step: a summary that does not depend on its body plan.

use burgess_core::autodiff::{Choose, Compare, Real};
use burgess_core::math::Vec3;

/// Limb ends whose contact is measured.
pub const LIMB_ENDS: usize = 4;

/// Quadrants around the base: front left, front right, rear left, rear right.
pub const QUADRANTS: usize = 4;

/// Summary of the state after one step. World axes, positions relative to the spawn point, SI units.
#[derive(Clone, Copy, Debug)]
pub struct Sensors<T> {
    /// Time since the start of the episode (s).
    pub time: T,
    /// Base origin at the start of the episode (m).
    pub start: Vec3<T>,
    /// Base origin (m).
    pub position: Vec3<T>,
    /// Velocity of the base origin (m/s).
    pub velocity: Vec3<T>,
    /// The base's z axis; its z component is the cosine of the tilt.
    pub up: Vec3<T>,
    /// Height of the base origin above the ground straight below it (m).
    pub height: T,
    /// Mechanical power of the servos, sum of |torque * rate| (W).
    pub power: T,
    /// Mean square rate of change of the servo targets (rad2/s2).
    pub command_rate: T,
    /// Mean over joints of how far each is into its limits, 0 (free) to 1 (hard against one).
    pub limit_use: T,
    /// For up to four limb ends, f_n / (f_n + f_ref): 0 in the air, towards 1 loaded. Limb ends are the links without children,
    /// in the order of their joint keys (gene, repeat, side); absent ones are 0.
    pub limb_load: [T; LIMB_ENDS],
    /// Touch-downs of limb ends in this step, first landings not counted, mean over the limb ends (no gradient).
    pub touchdowns: T,
    /// Origin of the scene's first object at the start of the episode (m); zero without objects. Rivals are none.
    pub object_start: Vec3<T>,
    /// Origin of the scene's first object (m); zero without objects.
    pub object: Vec3<T>,
    /// f_n / (f_n + f_ref) of all contacts between the creature and the scene's first object in this step: 0 where they do not touch.
    pub object_touch: T,
    /// The same of all contacts between links of the creature.
    pub self_touch: T,
    /// Origin of the first rival's base (m); zero without rivals.
    pub rival: Vec3<T>,
    /// The velocity that the creature is asked for (m/s), horizontal; zero where it is asked for none (no gradient).
    pub wanted: Vec3<T>,
}

/// What tasks know of a body, whatever it does.
#[derive(Clone, Copy, Debug)]
pub struct BodyFacts<T> {
    /// Total mass (kg).
    pub mass: T,
    /// Number of links (no gradient).
    pub link_count: T,
    /// Twice the largest horizontal distance of a contact point from the base origin at zero angles (m).
    pub leg_span: T,
}

impl<T: Real> BodyFacts<T> {
    /// The same over another scalar.
    pub fn map<U: Real>(&self, mut f: impl FnMut(T) -> U) -> BodyFacts<U> {
        BodyFacts { mass: f(self.mass), link_count: f(self.link_count), leg_span: f(self.leg_span) }
    }
}

impl<T: Real> Sensors<T> {
    /// Base displacement since the start (m).
    pub fn displacement(&self) -> Vec3<T> {
        self.position - self.start
    }
    /// Displacement of the scene's first object since the start (m).
    pub fn object_displacement(&self) -> Vec3<T> {
        self.object - self.object_start
    }
}

impl<T: Compare> Choose<T::Truth> for Sensors<T> {
    #[inline(always)]
    fn choose(answer: T::Truth, if_true: Self, if_false: Self) -> Self {
        let (a, b) = (if_true, if_false);
        let vector = |a, b| Vec3::choose(answer, a, b);
        let number = |a, b| T::choose(answer, a, b);
        let mut limb_load = a.limb_load;
        limb_load.iter_mut().zip(b.limb_load).for_each(|(load, b)| *load = number(*load, b));
        Self {
            time: number(a.time, b.time),
            start: vector(a.start, b.start),
            position: vector(a.position, b.position),
            velocity: vector(a.velocity, b.velocity),
            up: vector(a.up, b.up),
            height: number(a.height, b.height),
            power: number(a.power, b.power),
            command_rate: number(a.command_rate, b.command_rate),
            limit_use: number(a.limit_use, b.limit_use),
            limb_load,
            touchdowns: number(a.touchdowns, b.touchdowns),
            object_start: vector(a.object_start, b.object_start),
            object: vector(a.object, b.object),
            object_touch: number(a.object_touch, b.object_touch),
            self_touch: number(a.self_touch, b.self_touch),
            rival: vector(a.rival, b.rival),
            wanted: vector(a.wanted, b.wanted),
        }
    }
}

/// How far a normal force (N) counts as carrying: 0 in the air, half at `reference` (N, above zero), towards 1 beyond.
#[inline(always)]
pub fn load_share<T: Real>(normal_force: T, reference: T) -> T {
    normal_force / (normal_force + reference)
}
