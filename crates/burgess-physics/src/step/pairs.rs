//! Links of one creature that touch each other or objects of its scene, and objects that touch each other, rivals among them: which, where, and
//! with what force.
//!
//! The forces follow from the state before the step alone, so they are loads of the solve like gravity. What they need beyond positions and
//! velocities is how much an impulse at the contact moves the link, with all that hangs on it: its mobility, from the step's own equations.

use super::assemble::{across, assemble_contacts, assemble_inertia};
use super::objects::work_on_each_body;
use super::pair_work::{Feature, PairWork, Placed};
use super::solve::{eliminate_hinges, find_mobilities};
use super::spatial::{AtPoint, Wrench};
use super::state::{PairState, State, Work};
use crate::laws::pair::{ContactSums, PairForce, PairLaw, PairMotion, PairResistance, PointMobility, pair_friction};
use crate::laws::shapes::{
    RoundedBox, Segment, Touch, between_segment_and_box, between_segments, share_nearest_to_box,
};
use crate::model::{BaseKind, Model, Shape, rest_origins};
use crate::world::{Kinship, SelfCollision, World};
use burgess_core::autodiff::{Real, Value, real};
use burgess_core::math::{Vec3, vec3};

/// Contacts that are and stay more than this many contact widths apart have no force: it would be 2e-7 of that at the gap zero.
pub const TAIL: f64 = 16.0;
/// Radius of a box's edges as a share of its smallest half size.
const ROUNDING: f64 = 0.1;
/// Stiffness of a pair of links, in stiffnesses of a point on the ground: of those, four carry the weight.
pub const STIFFNESS: f64 = 16.0;

/// The ways in which two colliders of these shapes touch, in a fixed order: at most 16, those of two boxes.
pub fn features<T>(shapes: [&Shape<T>; 2], a: usize, b: usize) -> impl Iterator<Item = Feature> + use<T> {
    let shape = |i: usize| shapes[usize::from(i == b)];
    let is_box = |i: usize| matches!(shape(i), Shape::Box { .. });
    let is_long = |i: usize| matches!(shape(i), Shape::Capsule { .. });
    let (corners, first, second) = match (is_box(a), is_box(b)) {
        (true, true) => (true, a, b),
        (true, false) => (false, b, a),
        _ => (false, a, b),
    };
    // What is flat on something has two points to rest on. A sphere has one with everything.
    let two = !corners && is_long(first) && (is_long(second) || is_box(second));
    let count: u8 = if corners { 16 } else { 1 + u8::from(two) };
    (0..count).map(move |i| {
        if corners {
            let (first, second) = if i < 8 { (a, b) } else { (b, a) };
            return Feature { first, second, corner: Some(i % 8), pull: 0.5, share: 0.125 };
        }
        let (pull, share) = if two { (f64::from(i), 0.5) } else { (0.5, 1.0) };
        Feature { first, second, corner: None, pull, share }
    })
}

/// Which of two links, counted with those of objects, belongs to the stiffer body, and which to the one whose contacts set in over less depth: a
/// light object would hover over what a heavy creature's contacts need.
pub fn law_givers<T: Value>(model: &Model<T>, work: &Work<T>, [a, b]: [usize; 2]) -> (usize, usize) {
    let stiffness = |link: usize| stiffness_of(model, work, link).to_f64();
    let width = |link: usize| work.owner_of(link).0.contact_width.to_f64();
    (if stiffness(b) > stiffness(a) { b } else { a }, if width(b) < width(a) { b } else { a })
}

/// The contact stiffness of the body that has a link, counted with those of objects (N/m).
fn stiffness_of<T: Real>(model: &Model<T>, work: &Work<T>, link: usize) -> T {
    model.body(work.members.links[link].body).contact_stiffness
}

/// The coefficients of friction of two links, counted with those of objects; none where both have the world's.
pub fn own_frictions<T: Real>(model: &Model<T>, world: &World<T>, work: &Work<T>, links: [usize; 2]) -> Option<[T; 2]> {
    let own = links.map(|link| model.body(work.members.links[link].body).friction);
    let some = own.iter().any(Option::is_some);
    some.then(|| own.map(|friction| friction.unwrap_or(world.friction)))
}

fn friction_between<T: Real>(model: &Model<T>, world: &World<T>, work: &Work<T>, links: [usize; 2]) -> T {
    own_frictions(model, world, work, links).map_or(world.friction, |[a, b]| pair_friction(a, b))
}

/// The law of contacts between two links, counted with those of objects, for a share of the stiffness of a pair.
pub fn pair_law<T: Value>(
    model: &Model<T>,
    world: &World<T>,
    work: &Work<T>,
    links: [usize; 2],
    share: f64,
) -> PairLaw<T> {
    let (stiffer, narrower) = law_givers(model, work, links);
    PairLaw {
        dt: world.dt,
        stiffness: stiffness_of(model, work, stiffer) * real(STIFFNESS * share),
        width: work.owner_of(narrower).0.contact_width,
        friction: friction_between(model, world, work, links),
        onset_speed: world.onset_speed,
    }
}

/// The gradient with respect to a contact point's stiffness on the ground, from that with respect to a [`pair_law`]'s.
pub fn ground_stiffness<T: Real>(of_pair: T, share: f64) -> T {
    of_pair * real(STIFFNESS * share)
}

/// A collider at a place: `at` takes points and `turn` directions from link axes to where they are.
pub fn place<T: Real>(
    shape: &Shape<T>,
    at: impl Fn(Vec3<T>) -> Vec3<T>,
    turn: impl Fn(Vec3<T>) -> Vec3<T>,
) -> Placed<T> {
    match *shape {
        Shape::Sphere { centre, radius } => Placed::Segment(Segment { from: at(centre), along: Vec3::zero(), radius }),
        Shape::Capsule { from, to, radius } => {
            Placed::Segment(Segment { from: at(from), along: turn(to - from), radius })
        }
        Shape::Box { centre, axes, half } => {
            let (half, radius) = rounded(half);
            Placed::Box(RoundedBox { centre: at(centre), axes: axes.transposed().0.map(turn), half, radius })
        }
    }
}

/// Half sizes of the core of a box of these half sizes, and the radius of its edges (m).
pub fn rounded<T: Real>(half: Vec3<T>) -> (Vec3<T>, T) {
    let radius = half.x.min(half.y).min(half.z) * real(ROUNDING);
    (half - vec3(radius, radius, radius), radius)
}

/// The derivative of the radius with respect to the half sizes.
pub fn edge_share<T: Value>(half: Vec3<T>) -> Vec3<T> {
    let [x, y, z] = half.to_array().map(Value::to_f64);
    let least = if x <= y && x <= z {
        [1.0, 0.0, 0.0]
    } else if y <= z {
        [0.0, 1.0, 0.0]
    } else {
        [0.0, 0.0, 1.0]
    };
    Vec3::from_f64(least.map(|share| ROUNDING * share))
}

/// Centre of a shape in link axes, and the radius of the smallest ball around that centre that holds it (m).
pub fn ball_around<T: Real>(shape: &Shape<T>) -> (Vec3<T>, T) {
    match *shape {
        Shape::Sphere { centre, radius } => (centre, radius),
        Shape::Capsule { from, to, radius } => {
            ((from + to) * real(0.5), (to - from).norm_squared().sqrt() * real(0.5) + radius)
        }
        Shape::Box { centre, half, .. } => (centre, half.norm_squared().sqrt()),
    }
}

/// The signs of a box's corner.
pub fn corner_signs<T: Real>(corner: u8) -> Vec3<T> {
    let sign = |bit: u8| if corner >> bit & 1 == 1 { T::one() } else { -T::one() };
    vec3(sign(2), sign(1), sign(0))
}

/// The segment that a feature has for A: all of it, or a box's corner.
pub fn segment_of<T: Real>(a: &Placed<T>, corner: Option<u8>) -> Segment<T> {
    match (a, corner) {
        (Placed::Segment(segment), _) => *segment,
        (Placed::Box(b), corner) => {
            let signs: Vec3<T> = corner_signs(corner.unwrap_or_default());
            let from = b.centre
                + b.axes[0] * (b.half.x * signs.x)
                + b.axes[1] * (b.half.y * signs.y)
                + b.axes[2] * (b.half.z * signs.z);
            Segment { from, along: Vec3::zero(), radius: b.radius }
        }
    }
}

/// Where a feature of two placed shapes touches, and how far along A's segment that is where B is a box.
pub fn touch<T: Value>(feature: &Feature, a: &Placed<T>, b: &Placed<T>) -> (Touch<T>, T) {
    let (segment, pull) = (segment_of(a, feature.corner), real(feature.pull));
    match b {
        Placed::Segment(other) => (between_segments(&segment, other, pull), T::zero()),
        Placed::Box(b) => {
            // Its derivative comes with the Newton step that follows.
            let still = |x: Vec3<T>| x.map(Value::detached);
            let share = share_nearest_to_box(
                &Segment { from: still(segment.from), along: still(segment.along), radius: segment.radius },
                &RoundedBox { centre: still(b.centre), axes: b.axes.map(still), half: still(b.half), radius: b.radius },
                pull,
            );
            (between_segment_and_box(&segment, b, pull, share), share)
        }
    }
}

/// The smallest gap between two colliders of a body at zero angles (m), with the body's
/// [`rest_origins`](crate::model::rest_origins).
fn gap_at_rest(model: &Model<f64>, origins: &[Vec3<f64>], a: usize, b: usize) -> f64 {
    let shape = |i: usize| &model.colliders[i].shape;
    let placed = |i: usize| place(shape(i), |x| x + origins[model.colliders[i].link], |x| x);
    let gap = |feature: Feature| touch(&feature, &placed(feature.first), &placed(feature.second)).0.gap;
    features([a, b].map(shape), a, b).map(gap).fold(f64::INFINITY, f64::min)
}

/// Pairs of colliders that can touch each other, objects included. Of a creature those of different links that are not parent and child, nor
/// related in a way that is left out, nor inside each other at zero angles; of different bodies all but those of two objects that stand fixed.
pub fn pairs_that_touch<T: Value>(model: &Model<T>, which: &SelfCollision) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut first = 0;
    for (i, body) in model.bodies().enumerate() {
        pairs.extend(pairs_of_links(body, which).into_iter().map(|(a, b)| (first + a, first + b)));
        first += body.colliders.len();
        let fixed = |body: usize| body > 0 && model.body(body).base == BaseKind::Welded;
        let mut next = first;
        for (j, other) in model.bodies().enumerate().skip(i + 1) {
            let ends = next + other.colliders.len();
            if !(fixed(i) && fixed(j)) {
                pairs.extend((first - body.colliders.len()..first).flat_map(|a| (next..ends).map(move |b| (a, b))));
            }
            next = ends;
        }
    }
    pairs.sort_unstable();
    pairs
}

fn pairs_of_links<T: Value>(model: &Model<T>, which: &SelfCollision) -> Vec<(usize, usize)> {
    let left_out: &[Kinship] = match which {
        SelfCollision::Off => return Vec::new(),
        SelfCollision::On => &[],
        SelfCollision::Except(kinds) => kinds,
    };
    let parent = |link: usize| model.links[link].parent;
    let grandparent = |a: usize, b: usize| b > 0 && parent(b) > 0 && parent(parent(b)) == a;
    let related = |kind: &Kinship, a: usize, b: usize| match kind {
        Kinship::Grandparent => grandparent(a, b) || grandparent(b, a),
        Kinship::Siblings => a > 0 && b > 0 && parent(a) == parent(b),
    };
    let is_left_out = |a: usize, b: usize| {
        let (x, y) = (model.colliders[a].link, model.colliders[b].link);
        left_out.iter().any(|kind| related(kind, x, y))
    };
    let strangers = pairs_of_strangers(model);
    strangers.into_iter().filter(|&(a, b, gap)| gap > 0.0 && !is_left_out(a, b)).map(|(a, b, _)| (a, b)).collect()
}

/// Pairs of colliders of a body whose links are neither the same nor parent and child, with the gap between them at zero angles (m), negative where
/// they are inside each other.
pub fn pairs_of_strangers<T: Value>(model: &Model<T>) -> Vec<(usize, usize, f64)> {
    // What can touch is decided once: it has no derivative.
    let still = model.map(Value::to_f64);
    let origins = rest_origins(&still);
    let parent = |link: usize| model.links[link].parent;
    let strange = |&(a, b): &(usize, usize)| {
        let (x, y) = (still.colliders[a].link, still.colliders[b].link);
        x != y && parent(x) != y && parent(y) != x
    };
    let count = still.colliders.len();
    let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b))).filter(strange);
    pairs.map(|(a, b)| (a, b, gap_at_rest(&still, &origins, a, b))).collect()
}

/// Pushes links apart that touch, after the hinges were eliminated: sets the impulse that contacts between links give each link in this step.
pub fn push_pairs<T: Value>(model: &Model<T>, world: &World<T>, work: &mut Work<T>) {
    work_on_each_body(model, work, find_mobilities);
    resist(model, world, work);
    push(model, world, work);
}

/// The equations by which links answer pushes: those of the step, with all contacts with the ground.
pub fn assemble_answer<T: Value>(model: &Model<T>, world: &World<T>, work: &mut Work<T>) {
    work.contacts.iter_mut().for_each(|contact| contact.active = true);
    assemble_inertia(model, work);
    assemble_contacts(world, work);
    eliminate_hinges(model, work);
}

/// Lists the contacts between links, in the order of colliders and features, and where they are. What does not fit is counted. Gives whether there
/// are any.
pub fn find_pairs<T: Value>(model: &Model<T>, world: &World<T>, state: &State<T>, work: &mut Work<T>) -> bool {
    work_on_each_body(model, work, |_, work| work.pair_impulses.clear());
    work.pairs.clear();
    if model.pairs.is_empty() {
        return false;
    }
    find_near(model, world, work);
    if work.near.is_empty() {
        return false;
    }
    let mut placed = std::mem::take(&mut work.placed);
    placed.clear();
    for (number, body) in model.bodies().enumerate() {
        let (scratch, offset) = (work.body(number), work.offset_of(number));
        placed.extend(body.colliders.iter().map(|collider| {
            let own = &scratch.links[collider.link];
            place(&collider.shape, |x| own.origin + own.rotation * x + offset, |x| own.rotation * x)
        }));
    }
    work.placed = placed;
    for &(a, b) in &work.near {
        let shapes = [a, b].map(|i| model.shape(work.members.colliders[i]));
        for (number, feature) in features(shapes, a, b).enumerate() {
            let (touch, _) = touch(&feature, &work.placed[feature.first], &work.placed[feature.second]);
            let links = [feature.first, feature.second].map(|collider| work.members.links_of_colliders[collider]);
            let [v, w] = links.map(|link| work.velocity_at(link, touch.point));
            let v_n = (v - w).dot(touch.normal);
            let narrower = law_givers(model, work, links).1;
            let tail = tail_of(work.owner_of(narrower).0);
            let apart = |x: T| x.to_f64() > tail;
            if apart(touch.gap) && apart(touch.gap + world.dt * v_n) {
                continue;
            }
            if work.pairs.len() == state.pairs.len() {
                work.pairs_left_out += 1;
                continue;
            }
            let key = pair_key(a, b, number);
            let slip = across(v - w, touch.normal);
            let before = state.pairs.iter().find(|before| before.key == key).map_or_else(Vec3::zero, |b| b.bristle);
            let bristle = across(before, touch.normal) + slip * world.dt;
            work.pairs.push(PairWork {
                key,
                feature,
                links,
                touch,
                motion: PairMotion { gap: touch.gap, v_n, slip, bristle, tangent_mobility: T::one() },
                mobilities: [PointMobility::default(); 2],
                resistance: PairResistance::default(),
                sums: ContactSums::default(),
                force: PairForce { normal: T::zero(), friction: Vec3::zero(), bristle: Vec3::zero() },
            });
        }
    }
    !work.pairs.is_empty()
}

/// How far apart contacts may be that have a force (m), of a body with this scratch.
fn tail_of<T: Value>(work: &Work<T>) -> f64 {
    work.contact_width.to_f64() * TAIL
}

/// Lists the pairs of colliders that may touch in the step: those whose balls, each with half of its tail around it, meet.
fn find_near<T: Value>(model: &Model<T>, world: &World<T>, work: &mut Work<T>) {
    let mut balls = std::mem::take(&mut work.balls);
    balls.clear();
    let (dt, base) = (world.dt.to_f64(), work.links[0].twist.linear);
    for (number, body) in model.bodies().enumerate() {
        let (scratch, offset) = (work.body(number), work.offset_of(number));
        balls.extend(body.colliders.iter().map(|collider| {
            let own = &scratch.links[collider.link];
            // What it may reach in the step, as seen from the base.
            let (centre, radius) = ball_around(&collider.shape);
            let (centre, radius) = (own.origin + own.rotation * centre, radius.to_f64());
            let speed = |v: Vec3<T>| v.norm_squared().to_f64().sqrt();
            let motion = speed(own.twist.at(centre) - base) + speed(own.twist.angular) * radius;
            ((centre + offset).map(Value::to_f64), radius + dt * motion + 0.5 * tail_of(scratch))
        }));
    }
    work.balls = balls;
    work.near.clear();
    for &(a, b) in &model.pairs {
        let ((x, reach), (y, other)) = (work.balls[a], work.balls[b]);
        if (x - y).norm_squared() <= (reach + other) * (reach + other) {
            work.near.push((a, b));
        }
    }
}

/// Names a contact from step to step: the feature of a pair of colliders. Below 2^24 for up to a thousand colliders, which float32 has exactly.
fn pair_key(a: usize, b: usize, feature: usize) -> u32 {
    ((a * 1024 + b) * 16 + feature) as u32 + 1
}

/// How much every contact resists, and the sums of that over the contacts of each link.
fn resist<T: Value>(model: &Model<T>, world: &World<T>, work: &mut Work<T>) {
    work_on_each_body(model, work, |model, work| {
        work.contact_sums.clear();
        work.contact_sums.resize(model.links.len(), ContactSums::default());
    });
    for i in 0..work.pairs.len() {
        let pair = &work.pairs[i];
        let Touch { point, normal, .. } = pair.touch;
        let mobilities = pair.links.map(|link| {
            let (body, own) = work.owner_of(link);
            let AtPoint { one, all } = body.mobilities[own].at_point(point - work.offset(link), normal);
            PointMobility::new(one, all)
        });
        let tangent_mobility = mobilities[0].tangent + mobilities[1].tangent;
        let law = pair_law(model, world, work, pair.links, pair.feature.share);
        let resistance = law.resistance(pair.motion.gap, pair.motion.v_n, tangent_mobility);
        for (link, mobility) in pair.links.into_iter().zip(mobilities) {
            let (body, own) = work.owner_of_mut(link);
            let sums = &mut body.contact_sums[own];
            sums.drag += resistance.drag * mobility.normal;
            sums.stiffness += resistance.stiffness * mobility.normal;
            sums.tangent_drag += resistance.tangent_drag * mobility.tangent;
            sums.tangent_stiffness += resistance.tangent_stiffness * mobility.tangent;
        }
        let pair = &mut work.pairs[i];
        pair.motion.tangent_mobility = tangent_mobility;
        (pair.mobilities, pair.resistance) = (mobilities, resistance);
    }
}

/// The forces, and the impulses that they give the links.
fn push<T: Value>(model: &Model<T>, world: &World<T>, work: &mut Work<T>) {
    work_on_each_body(model, work, |model, work| work.pair_impulses.resize(model.links.len(), Wrench::zero()));
    for i in 0..work.pairs.len() {
        let (links, share) = (work.pairs[i].links, work.pairs[i].feature.share);
        let law = pair_law(model, world, work, links, share);
        let [a, b] = links.map(|link| {
            let (body, own) = work.owner_of(link);
            body.contact_sums[own]
        });
        let offsets = links.map(|link| work.offset(link));
        let pair = &mut work.pairs[i];
        pair.sums = ContactSums {
            drag: a.drag + b.drag,
            stiffness: a.stiffness + b.stiffness,
            tangent_drag: a.tangent_drag + b.tangent_drag,
            tangent_stiffness: a.tangent_stiffness + b.tangent_stiffness,
        };
        pair.force = law.force(&pair.motion, &pair.sums);
        let (point, impulse) = (pair.touch.point, pair.force_on_first() * world.dt);
        for ((link, offset), impulse) in links.into_iter().zip(offsets).zip([impulse, -impulse]) {
            let (body, own) = work.owner_of_mut(link);
            body.pair_impulses[own].accumulate(&Wrench::force_at(point - offset, impulse));
        }
    }
}

/// What contacts between links carry into the next step.
pub fn carry_pairs<T: Value>(state: &mut State<T>, work: &Work<T>) {
    for (i, next) in state.pairs.iter_mut().enumerate() {
        *next = work
            .pairs
            .get(i)
            .map_or_else(PairState::none, |pair| PairState { key: pair.key, bristle: pair.force.bristle });
    }
}
