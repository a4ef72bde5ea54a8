//! Contact points that rove: the reverse of where they are and of how much they act. Twin of `shaders/reverse/rovers.wgsl`.

use super::made::{RoverBar, Step};
use super::state::{ModelGradient, ReverseWork, StateAdjoint};
use crate::model::Rover;
use crate::step::assemble::core_of;
use crate::step::rovers::{
    Core, Look, MOST_ROVERS, ROVER_FLOOR, ROVER_ONSET, ROVER_PULL, ROVER_SHARPNESS, ROVER_TAIL, Share, corner_shares,
    smooth_step,
};
use crate::step::state::Work;
use burgess_core::autodiff::{Real, Value, real};
use burgess_core::math::Vec3;

/// Bar of a core.
struct CoreBar<T> {
    corner: Vec3<T>,
    edges: [Vec3<T>; 3],
    gaps: [T; 8],
    radius: T,
    width: T,
}

impl<T: Value> CoreBar<T> {
    /// The bar of a place of the core and that of its gap, from that of its excess.
    fn excess(&mut self, core: &Core<T>, share: Share<T>, excess: T, bar: T) -> (Share<T>, T) {
        let nearer = bar / (core.width * real(ROVER_ONSET));
        self.width -= bar * (excess + real(ROVER_FLOOR)) / core.width;
        for (gap, part) in self.gaps.iter_mut().zip(corner_shares(share, core.axes)) {
            *gap += nearer * part;
        }
        let mut share_bar = [T::zero(); 3];
        for (k, share_bar) in share_bar.iter_mut().enumerate().take(core.axes) {
            // A corner's share grows or shrinks with the place along an axis in proportion to what it has across that axis.
            for (corner, across) in corner_shares(without(share, k), core.axes).enumerate() {
                let by = if corner >> k & 1 == 1 { 2.0 } else { -2.0 };
                *share_bar += nearer * core.gaps[corner] * across * real(by);
            }
        }
        (share_bar, -nearer)
    }

    /// The bar of a place of the core, from that of the point there.
    fn at(&mut self, core: &Core<T>, share: Share<T>, point: Vec3<T>) -> Share<T> {
        let mut share_bar = [T::zero(); 3];
        self.corner += point;
        for k in 0..core.axes {
            self.edges[k] += point * share[k];
            share_bar[k] = core.edges[k].dot(point);
        }
        share_bar
    }

    /// The bar of a point, from that of the `share` of the core that is nearest to it.
    fn nearest(&mut self, core: &Core<T>, x: Vec3<T>, share: Share<T>, bar: Share<T>) -> Vec3<T> {
        let mut x_bar = Vec3::zero();
        for k in 0..core.axes {
            // At an end it stays there.
            if share[k].to_f64() <= 0.0 || share[k].to_f64() >= 1.0 {
                continue;
            }
            let edge = core.edges[k];
            let along = bar[k] / edge.norm_squared();
            x_bar += edge * along;
            self.edges[k] += ((x - core.corner) - edge * (share[k] * real(2.0))) * along;
        }
        self.corner -= x_bar;
        x_bar
    }
}

/// The rovers of a shape, whose first is the contact point of a number.
pub fn reverse_rovers<T: Value>(
    step: &Step<'_, T>,
    first: usize,
    bars: &[RoverBar<T>; MOST_ROVERS],
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &Work<T>,
    back: &mut ReverseWork<T>,
) {
    let model = step.model;
    let Some(rover) = model.contacts[first].rover else { return };
    let (core, base) = (core_of(first, rover, model, work), step.before.position);
    let passed = model.contacts[..first].iter().filter(|contact| contact.rover.is_some()).count();
    let rovings = &work.rovers[passed..][..Rover::count(rover.corners())];
    let fixed = first - rover.corners()..first;
    let mut core_bar = CoreBar {
        corner: Vec3::zero(),
        edges: [Vec3::zero(); 3],
        gaps: [T::zero(); 8],
        radius: T::zero(),
        width: T::zero(),
    };
    let mut corner_bars = [Vec3::zero(); 8];
    let mut share_bars = [[T::zero(); 3]; MOST_ROVERS];
    for (number, (roving, says)) in rovings.iter().zip(bars).enumerate().filter(|(_, (_, says))| says.acts) {
        let share = roving.share;
        // How much it acts.
        let (_, slope) = smooth_step(roving.excess);
        let (mut share_bar, gap_bar) = core_bar.excess(&core, share, roving.excess, says.strength * slope);
        // Where it is.
        let gap_bar = says.gap + gap_bar;
        let ground = back.reverse_terrain(base + core.at(share), gap_bar, says.normal);
        bar.position += ground;
        core_bar.radius -= work.contacts[first + number].normal.dot(says.point) + gap_bar;
        let along = core_bar.at(&core, share, says.point + ground);
        share_bar.iter_mut().zip(along).for_each(|(bar, along)| *bar += along);
        share_bars[number] = share_bar;
    }
    // What led there.
    for look in (0..core.looks()).filter_map(|number| core.look(&step.world.terrain, base, number)) {
        let mut found_bar = [T::zero(); 3];
        let (mut distance_bar, mut weight_bar) = (T::zero(), T::zero());
        for (number, (roving, _)) in rovings.iter().zip(bars).enumerate().filter(|(_, (_, says))| says.acts) {
            let sides = Rover::new(rover.corners(), number).sides();
            let nearness = (roving.sum.least - core.cost(&look, sides)).exp() / roving.sum.weight;
            let part = nearness * look.weight;
            let share_bar = share_bars[number];
            // The mean goes where the look has led to, and towards it when the look counts more.
            let towards =
                (0..core.axes).fold(T::zero(), |sum, k| sum + (look.found[k] - roving.share[k]) * share_bar[k]);
            weight_bar += nearness * towards;
            let cost_bar = -(part * towards);
            let of_distance = cost_bar / (core.width * real(ROVER_SHARPNESS));
            distance_bar += of_distance;
            core_bar.width -= of_distance * look.nearest_distance / core.width;
            for k in 0..core.axes {
                found_bar[k] += part * share_bar[k] - cost_bar * real(2.0 * ROVER_PULL * sides[k]);
            }
        }
        let place_bar = reverse_look(&core, &look, (found_bar, distance_bar, weight_bar), base, back, &mut core_bar);
        bar.position += place_bar;
    }
    // Through what the shape's own points say of planes, and the corners.
    corner_bars[0] = core_bar.corner;
    for k in 0..core.axes {
        corner_bars[0] -= core_bar.edges[k];
        corner_bars[1 << k] += core_bar.edges[k];
    }
    let own = &work.links[model.contacts[first].link];
    for (corner, i) in fixed.enumerate() {
        let contact = &model.contacts[i];
        let arm = own.rotation * contact.centre;
        let ground = back.reverse_terrain(base + own.origin + arm, core_bar.gaps[corner], Vec3::zero());
        bar.position += ground;
        let corner_bar = corner_bars[corner] + ground;
        let gradient = &mut total.candidate.model.contacts[i];
        gradient.centre += own.rotation.transposed_mul(corner_bar);
        gradient.radius -= core_bar.gaps[corner];
        let next = &mut back.links[contact.link];
        next.origin_bar += corner_bar;
        next.rotation_bar += arm.cross(corner_bar);
    }
    total.candidate.model.contacts[first].radius += core_bar.radius;
    total.prelude.contact_width += core_bar.width;
}

/// The same place but in the middle of an axis: there every corner has half of what it has without that axis.
fn without<T: Real>(mut share: Share<T>, axis: usize) -> Share<T> {
    share[axis] = real(0.5);
    share
}

/// One look, given the bars of what it has found, of the distance there and of its weight. Gives what it says of the base's place.
fn reverse_look<T: Value>(
    core: &Core<T>,
    look: &Look<T>,
    (found_bar, mut distance_bar, weight_bar): (Share<T>, T, T),
    base: Vec3<T>,
    back: &ReverseWork<T>,
    core_bar: &mut CoreBar<T>,
) -> Vec3<T> {
    let ((near, near_slope), (far, far_slope)) = (smooth_step(look.excess), smooth_step(look.beyond));
    // From the second point of the ground to the first.
    let excess_bar = weight_bar * (T::one() - far) * near_slope;
    let (mut nearest_bar, gap_bar) = core_bar.excess(core, look.nearest, look.excess, excess_bar);
    distance_bar += gap_bar;
    core_bar.radius -= gap_bar;
    let x = core.at(look.nearest);
    let seen = x - look.nearest_normal * look.nearest_distance;
    let seen_bar = core_bar.nearest(core, seen, look.found, found_bar);
    distance_bar -= look.nearest_normal.dot(seen_bar);
    let second = back.reverse_terrain(base + x, distance_bar, seen_bar * -look.nearest_distance);
    let along = core_bar.at(core, look.nearest, seen_bar + second);
    nearest_bar.iter_mut().zip(along).for_each(|(bar, along)| *bar += along);
    // From there to where it began.
    let x = core.at(look.from);
    let seen = x - look.normal * look.distance;
    let seen_bar = core_bar.nearest(core, seen, look.nearest, nearest_bar);
    let cell = core.cell_size();
    let beyond_bar = -(weight_bar * near * far_slope) / (cell + core.width * real(ROVER_TAIL));
    let distance_bar = beyond_bar - look.normal.dot(seen_bar);
    core_bar.radius -= beyond_bar;
    core_bar.width -= beyond_bar * look.beyond * real(ROVER_TAIL);
    let cell_bar = -(beyond_bar * (T::one() + look.beyond));
    let squares = (0..core.axes).fold(T::zero(), |sum, k| sum + core.edges[k].norm_squared());
    for k in 0..core.axes {
        core_bar.edges[k] += core.edges[k] * (cell_bar * cell / squares);
    }
    let first = back.reverse_terrain(base + x, distance_bar, seen_bar * -look.distance);
    core_bar.at(core, look.from, seen_bar + first);
    first + second
}
