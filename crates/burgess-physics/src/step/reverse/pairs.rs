//! Contacts between links: the reverse of `push_pairs` but for the mobilities, whose bars it leaves.

use super::made::{EffortBar, Step};
use super::state::{ModelGradient, ReverseWork, StateAdjoint};
use crate::laws::pair::{ContactSums, PairForce, PairResistance};
use crate::laws::reverse::{between_segment_and_box_reverse, between_segments_reverse, pair_friction_reverse};
use crate::laws::shapes::{RoundedBox, Segment};
use crate::model::Shape;
use crate::step::assemble::across;
use crate::step::pair_work::Placed;
use crate::step::pairs::{
    corner_signs, edge_share, ground_stiffness, law_givers, own_frictions, pair_law, segment_of, touch,
};
use crate::step::spatial::{AtPoint, Spatial, Wrench};
use crate::step::state::Work;
use burgess_core::autodiff::{Value, real};
use burgess_core::math::{Mat3, Vec3, vec3};

/// Every contact between links by itself. Its share of `lambda . (b - H v')` is `dt F . (l_a - l_b)`, with `l` the adjoint velocities of A and
/// B at the contact.
pub fn reverse_pairs<T: Value>(
    step: &Step<'_, T>,
    effort: EffortBar<T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &Work<T>,
    back: &mut ReverseWork<T>,
) {
    let dt = step.world.dt;
    let model = step.model;
    clear_mobility_bars(back);
    let mut sum_bars = vec![ContactSums::<T>::default(); model.link_count()];
    let next_bars = std::mem::replace(&mut bar.pairs, vec![Vec3::zero(); step.before.pairs.len()]);
    // What each force says of its inputs, and with that of the sums over the contacts of both links.
    let mut forces = Vec::with_capacity(work.pairs.len());
    for (pair, &bristle) in work.pairs.iter().zip(&next_bars) {
        let law = pair_law(model, step.world, work, pair.links, pair.feature.share);
        let [l, m] = pair.links.map(|link| back.link(work, link).adjoint.at(pair.touch.point - work.offset(link)));
        let force_bar = (l - m) * dt;
        let normal = force_bar.dot(pair.touch.normal) + effort.of_meeting(pair.meeting(model));
        let says = law.force_reverse(&pair.motion, &pair.sums, &PairForce { normal, friction: force_bar, bristle });
        for link in pair.links {
            let sum = &mut sum_bars[link];
            sum.drag += says.sum_drag;
            sum.stiffness += says.sum_stiffness;
            sum.tangent_drag += says.sum_tangent_drag;
            sum.tangent_stiffness += says.sum_tangent_stiffness;
        }
        forces.push((force_bar, says));
    }
    for (pair, (force_bar, says)) in work.pairs.iter().zip(forces) {
        let law = pair_law(model, step.world, work, pair.links, pair.feature.share);
        let (x, n, force) = (pair.touch.point, pair.touch.normal, pair.force_on_first());
        // The resistances, by way of the sums.
        let mut resistance = PairResistance::<T>::default();
        for (link, mobility) in pair.links.into_iter().zip(&pair.mobilities) {
            let sum = &sum_bars[link];
            resistance.drag += sum.drag * mobility.normal;
            resistance.stiffness += sum.stiffness * mobility.normal;
            resistance.tangent_drag += sum.tangent_drag * mobility.tangent;
            resistance.tangent_stiffness += sum.tangent_stiffness * mobility.tangent;
        }
        let resists =
            law.resistance_reverse(pair.motion.gap, pair.motion.v_n, pair.motion.tangent_mobility, resistance);
        let (stiffer, narrower) = law_givers(model, work, pair.links);
        owner_of(total, work, stiffer).candidate.model.contact_stiffness +=
            ground_stiffness(says.stiffness + resists.stiffness, pair.feature.share);
        owner_of(total, work, narrower).prelude.contact_width += says.width + resists.width;
        match own_frictions(model, step.world, work, pair.links) {
            None => total.world.friction += says.friction,
            Some([a, b]) => {
                let own = pair_friction_reverse(a, b, says.friction);
                for (link, says) in pair.links.into_iter().zip([own.first, own.second]) {
                    *owner_of(total, work, link).friction() += says;
                }
            }
        }
        // The force at the point, on the one and on the other. Points have bars of their own in the coordinates of each side.
        let mut point_bars = [Vec3::zero(); 2];
        for ((link, side), impulse) in pair.links.into_iter().zip(&mut point_bars).zip([force * dt, -force * dt]) {
            let own = back.link(work, link);
            own.adjoint_bar.accumulate(&Wrench::force_at(x - work.offset(link), impulse));
            *side = impulse.cross(own.adjoint.angular);
        }
        let mut n_bar = force_bar * pair.force.normal;
        // The mobilities of both links there.
        let tangent_bar = says.tangent_mobility + resists.tangent_mobility;
        for (link, side) in pair.links.into_iter().zip(&mut point_bars) {
            let (sum, resistance) = (&sum_bars[link], &pair.resistance);
            let normal = sum.drag * resistance.drag + sum.stiffness * resistance.stiffness;
            let tangent = sum.tangent_drag * resistance.tangent_drag
                + sum.tangent_stiffness * resistance.tangent_stiffness
                + tangent_bar;
            let half = tangent * real(0.5);
            let mobility_bar = AtPoint { all: half, one: normal - half };
            let (x, (body, own)) = (x - work.offset(link), work.owner_of(link));
            let (point, direction) = body.mobilities[own].at_point_reverse(x, n, mobility_bar);
            *side += point;
            n_bar += direction;
            let (body, own) = back.owner_of(work, link);
            body.mobility_bars[own].add_point_drag(x, n, mobility_bar.all, mobility_bar.one);
        }
        // The bristle: what was carried, across the present normal, and the slip of this step.
        let [v, w] = pair.links.map(|link| work.velocity_at(link, x));
        let u = v - w;
        if let Some(i) = step.before.pairs.iter().position(|before| before.key == pair.key) {
            let before = step.before.pairs[i].bristle;
            bar.pairs[i] = across(says.bristle, n);
            n_bar += -(before * says.bristle.dot(n)) - says.bristle * before.dot(n);
        }
        let slip_bar = says.slip + says.bristle * dt;
        let v_n_bar = says.v_n + resists.v_n;
        n_bar += u * v_n_bar - u * slip_bar.dot(n) - slip_bar * u.dot(n);
        let u_bar = across(slip_bar, n) + n * v_n_bar;
        for ((link, side), u_bar) in pair.links.into_iter().zip(&mut point_bars).zip([u_bar, -u_bar]) {
            back.link(work, link).twist_bar.accumulate(&Wrench::force_at(x - work.offset(link), u_bar));
            *side += u_bar.cross(work.link(link).twist.angular);
        }
        let x_bar = point_bars[0] + point_bars[1];
        for (link, side) in pair.links.into_iter().zip(point_bars) {
            shift_origin(link, -side, work, bar);
        }
        // Where they touch.
        let places = [pair.feature.first, pair.feature.second].map(|collider| &work.placed[collider]);
        let (segment, pull) = (segment_of(places[0], pair.feature.corner), real(pair.feature.pull));
        let gap_bar = says.gap + resists.gap;
        let (of_first, of_second) = match places[1] {
            Placed::Segment(other) => {
                let (a, b) = (&segment, other);
                let s = between_segments_reverse(
                    a.from, a.along, a.radius, b.from, b.along, b.radius, pull, gap_bar, n_bar, x_bar,
                );
                let first = Segment { from: s.a_from, along: s.a_along, radius: s.a_radius };
                (first, Placed::Segment(Segment { from: s.b_from, along: s.b_along, radius: s.b_radius }))
            }
            Placed::Box(b) => {
                let (a, share) = (&segment, touch(&pair.feature, places[0], places[1]).1);
                let [e, f, g] = b.axes;
                let s = between_segment_and_box_reverse(
                    a.from, a.along, a.radius, b.centre, e, f, g, b.half, b.radius, pull, share, gap_bar, n_bar, x_bar,
                );
                let first = Segment { from: s.a_from, along: s.a_along, radius: s.a_radius };
                let axes = [s.b_x, s.b_y, s.b_z];
                (first, Placed::Box(RoundedBox { centre: s.b_centre, axes, half: s.b_half, radius: s.b_radius }))
            }
        };
        let of_first = match (places[0], pair.feature.corner) {
            (Placed::Box(b), Some(corner)) => Placed::Box(box_of_corner(b, corner, &of_first)),
            _ => Placed::Segment(of_first),
        };
        for (collider, says) in [(pair.feature.first, &of_first), (pair.feature.second, &of_second)] {
            let shift = reverse_place(step, collider, says, total, work, back);
            shift_origin(work.members.links_of_colliders[collider], shift, work, bar);
        }
    }
}

fn clear_mobility_bars<T: Value>(back: &mut ReverseWork<T>) {
    back.mobility_bars.clear();
    back.mobility_bars.resize(back.links.len(), Spatial::zero());
    back.objects.iter_mut().for_each(clear_mobility_bars);
}

/// The gradient of the body that has a link, counted with those of objects.
fn owner_of<'a, T: Value>(total: &'a mut ModelGradient<T>, work: &Work<T>, link: usize) -> &'a mut ModelGradient<T> {
    match work.members.links[link].body.checked_sub(1) {
        None => total,
        Some(object) => &mut total.objects[object],
    }
}

/// Takes the bar of the place of an object's origin, relative to the creature's, to both.
fn shift_origin<T: Value>(link: usize, offset_bar: Vec3<T>, work: &Work<T>, bar: &mut StateAdjoint<T>) {
    if let Some(object) = work.members.links[link].body.checked_sub(1) {
        bar.objects[object].position += offset_bar;
        bar.position += -offset_bar;
    }
}

/// What the bars of a box's corner say of the box.
fn box_of_corner<T: Value>(b: &RoundedBox<T>, corner: u8, of: &Segment<T>) -> RoundedBox<T> {
    let signs: Vec3<T> = corner_signs(corner);
    let along = |axis: Vec3<T>, sign: T| axis.dot(of.from) * sign;
    RoundedBox {
        centre: of.from,
        axes: [of.from * (b.half.x * signs.x), of.from * (b.half.y * signs.y), of.from * (b.half.z * signs.z)],
        half: vec3(along(b.axes[0], signs.x), along(b.axes[1], signs.y), along(b.axes[2], signs.z)),
        radius: of.radius,
    }
}

/// Takes the bars of a placed collider to its link's pose and to the shape. Gives that of a shift of the collider.
fn reverse_place<T: Value>(
    step: &Step<'_, T>,
    collider: usize,
    says: &Placed<T>,
    total: &mut ModelGradient<T>,
    work: &Work<T>,
    back: &mut ReverseWork<T>,
) -> Vec3<T> {
    let (link, member) = (work.members.links_of_colliders[collider], work.members.colliders[collider]);
    let shape = step.model.shape(member);
    let (own, next) = (work.link(link), back.link(work, link));
    let origin = own.origin + work.offset(link);
    let gradient = &mut owner_of(total, work, link).candidate.model.colliders[member.own].shape;
    let home = |x: Vec3<T>| own.rotation.transposed_mul(x);
    match (shape, gradient, &work.placed[collider], says) {
        (Shape::Sphere { .. }, Shape::Sphere { centre, radius }, Placed::Segment(at), Placed::Segment(says)) => {
            next.origin_bar += says.from;
            next.rotation_bar += (at.from - origin).cross(says.from);
            *centre += home(says.from);
            *radius += says.radius;
            says.from
        }
        (Shape::Capsule { .. }, Shape::Capsule { from, to, radius }, Placed::Segment(at), Placed::Segment(says)) => {
            next.origin_bar += says.from;
            next.rotation_bar += (at.from - origin).cross(says.from) + at.along.cross(says.along);
            *from += home(says.from - says.along);
            *to += home(says.along);
            *radius += says.radius;
            says.from
        }
        (Shape::Box { half: h, .. }, Shape::Box { centre, axes, half }, Placed::Box(at), Placed::Box(says)) => {
            next.origin_bar += says.centre;
            next.rotation_bar += (at.centre - origin).cross(says.centre);
            let mut columns = [Vec3::zero(); 3];
            for ((column, axis), axis_bar) in columns.iter_mut().zip(at.axes).zip(says.axes) {
                next.rotation_bar += axis.cross(axis_bar);
                *column = home(axis_bar);
            }
            *centre += home(says.centre);
            *axes += Mat3(columns).transposed();
            // The core is what the rounded edges leave.
            let edges = says.radius - (says.half.x + says.half.y + says.half.z);
            *half += says.half + edge_share(*h) * edges;
            says.centre
        }
        _ => unreachable!("a gradient has the shapes of its model"),
    }
}
