//! Where two bodies touch, and what the law of pairs needs to know there.

use super::body::Moving;
use super::rules::{Rules, tail};
use crate::laws::pair::{ContactSums, PairForce, PairLaw, PairMotion, PairResistance, PointMobility};
use crate::laws::shapes::Touch;
use crate::step::assemble::across;
use crate::step::pairs::{features, place, touch};
use crate::step::spatial::{AtPoint, Spatial};
use burgess_core::autodiff::{Real, Value, real};
use burgess_core::math::{Mat3, Sym3, Vec3};

/// A contact between two bodies, of which the earlier is number 0 and the later number 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contact<T> {
    /// Which of the ways in which the two can touch.
    pub(super) feature: u8,
    /// The number of the body A, from which the normal points away.
    pub(super) first: usize,
    /// Where, relative to the centre of the earlier body.
    pub(super) touch: Touch<T>,
    /// From the centre of each body to the contact (m).
    pub(super) arms: [Vec3<T>; 2],
    /// Speed at which A leaves B (m/s).
    pub(super) v_n: T,
    /// Velocity of A against B, across the normal (m/s).
    pub(super) slip: Vec3<T>,
    /// The mobility of each body there.
    pub(super) mobilities: [PointMobility<T>; 2],
    /// The law of this contact.
    pub(super) law: PairLaw<T>,
}

impl<T: Value> Contact<T> {
    /// Mobility of both bodies across the normal (1/kg).
    fn tangent_mobility(&self) -> T {
        self.mobilities[0].tangent + self.mobilities[1].tangent
    }

    /// By what it resists, as the body `number` counts it.
    pub(super) fn resistance_to(&self, number: usize) -> ContactSums<T> {
        let resistance: PairResistance<T> = self.law.resistance(self.touch.gap, self.v_n, self.tangent_mobility());
        let mobility = self.mobilities[number];
        ContactSums {
            drag: resistance.drag * mobility.normal,
            stiffness: resistance.stiffness * mobility.normal,
            tangent_drag: resistance.tangent_drag * mobility.tangent,
            tangent_stiffness: resistance.tangent_stiffness * mobility.tangent,
        }
    }

    /// The force on A, given the bristle that was carried into the step and the sums over all contacts of both bodies.
    pub(super) fn force(&self, carried: Vec3<T>, resisted: [&ContactSums<T>; 2]) -> PairForce<T> {
        let bristle = across(carried, self.touch.normal) + self.slip * self.law.dt;
        let motion = PairMotion {
            gap: self.touch.gap,
            v_n: self.v_n,
            slip: self.slip,
            bristle,
            tangent_mobility: self.tangent_mobility(),
        };
        self.law.force(&motion, &add(resisted[0], resisted[1]))
    }
}

/// Adds sums over contacts.
pub(super) fn add<T: Real>(a: &ContactSums<T>, b: &ContactSums<T>) -> ContactSums<T> {
    ContactSums {
        drag: a.drag + b.drag,
        stiffness: a.stiffness + b.stiffness,
        tangent_drag: a.tangent_drag + b.tangent_drag,
        tangent_stiffness: a.tangent_stiffness + b.tangent_stiffness,
    }
}

/// Whether two bodies may touch in the step: where the balls around them come near enough.
#[inline]
fn may_touch<T: Value>(rules: &Rules<T>, bodies: &[Moving<'_, T>; 2]) -> bool {
    let [a, b] = bodies;
    let stride = |m: &Moving<'_, T>| m.state.stride(m.body.reach, rules.dt);
    let reach = a.body.reach + b.body.reach + tail(width_between(rules, bodies)) + stride(a) + stride(b);
    (b.state.position - a.state.position).norm_squared().to_f64() <= (reach * reach).to_f64()
}

/// Calls `visit` with each contact of two bodies, the earlier one first, in the order of features.
pub(super) fn for_each_contact<T: Value>(
    rules: &Rules<T>,
    bodies: &[Moving<'_, T>; 2],
    mut visit: impl FnMut(&Contact<T>),
) {
    if !may_touch(rules, bodies) {
        return;
    }
    // Relative to the earlier one, so that digits do not depend on where in the world it happens.
    let centres = [Vec3::zero(), bodies[1].state.position - bodies[0].state.position];
    let placed = [0, 1].map(|i| {
        let turn = |x: Vec3<T>| *bodies[i].rotation * x;
        place(&bodies[i].body.shape, |x| centres[i] + turn(x), turn)
    });
    // Worked out for those that are near enough.
    let mut answers: Option<[Answer<T>; 2]> = None;
    let (stiffness, width) = (stiffness_between(bodies), width_between(rules, bodies));
    let tail = tail(width).to_f64();
    for (number, feature) in features([0, 1].map(|i| &bodies[i].body.shape), 0, 1).enumerate() {
        let (touch, _) = touch(&feature, &placed[feature.first], &placed[feature.second]);
        let arms = centres.map(|centre| touch.point - centre);
        let velocity = |i: usize| bodies[i].state.velocity + bodies[i].state.spin.cross(arms[i]);
        let motion = velocity(feature.first) - velocity(feature.second);
        let v_n = motion.dot(touch.normal);
        let is_apart = |gap: T| gap.to_f64() > tail;
        if is_apart(touch.gap) && is_apart(touch.gap + rules.dt * v_n) {
            continue;
        }
        let answers = answers.get_or_insert_with(|| bodies.map(|moving| Answer::of(&moving)));
        let mobility = |i: usize| answers[i].at(arms[i], touch.normal);
        visit(&Contact {
            feature: number as u8,
            first: feature.first,
            touch,
            arms,
            v_n,
            slip: across(motion, touch.normal),
            mobilities: [mobility(0), mobility(1)],
            law: PairLaw {
                dt: rules.dt,
                stiffness: stiffness * real(feature.share),
                width,
                friction: rules.friction,
                onset_speed: rules.onset_speed,
            },
        });
    }
}

/// Stiffness of a contact between two bodies (N/m). Where a limb takes part, the stiffer one gives it, as between links
/// of an episode.
fn stiffness_between<T: Value>(bodies: &[Moving<'_, T>; 2]) -> T {
    let [a, b] = bodies.map(|moving| moving.body.stiffness);
    if bodies.iter().all(|moving| moving.limb.is_none()) {
        return a * b * real(2.0) / (a + b);
    }
    a.max(b)
}

/// Depth over which contact of two bodies sets in (m): the smaller one.
#[inline]
fn width_between<T: Value>(rules: &Rules<T>, bodies: &[Moving<'_, T>; 2]) -> T {
    let width = |moving: &Moving<'_, T>| moving.limb.map_or(rules.width, |limb| limb.width);
    width(&bodies[0]).min(width(&bodies[1]))
}

/// By how much an impulse at a point of a body moves it.
struct Answer<T> {
    /// What a wrench's impulse adds to the twist.
    mobility: Spatial<T>,
    /// From where that is about to the body's centre (m); none where it is the same place.
    to_centre: Option<Vec3<T>>,
}

impl<T: Real> Answer<T> {
    fn of(moving: &Moving<'_, T>) -> Self {
        match moving.limb {
            Some(limb) => Self { mobility: limb.mobility, to_centre: Some(limb.from_base) },
            None => {
                let (j, m) = (moving.inverse_inertia(), Sym3::scalar(moving.body.mass.recip()));
                Self { mobility: Spatial { j, h: Mat3::zero(), m }, to_centre: None }
            }
        }
    }

    /// The mobility at a point that is `arm` (m) from the body's centre.
    fn at(&self, arm: Vec3<T>, normal: Vec3<T>) -> PointMobility<T> {
        let point = self.to_centre.map_or(arm, |centre| centre + arm);
        let AtPoint { one, all } = self.mobility.at_point(point, normal);
        PointMobility::new(one, all)
    }
}
