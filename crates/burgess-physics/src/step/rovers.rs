//! Contact points that rove: a capsule or a box may touch the ground anywhere, not only at its ends or corners. Twin of `shaders/rovers.wgsl`.
//!
//! A shape is a core, a line or a box, with a radius around it. The ground is looked at from the middle of each of a fixed number of cells of the
//! core. Each look is led by the ground's distance and normal to the nearest point of the ground, from there to the nearest point of the core, and once
//! more; edges and corners of the ground are found exactly by that, wherever they are in the cell. A rover is where its looks have led to, weighted by
//! how near the ground is there: a mean, so that it moves smoothly. Rovers of one shape are pulled apart, so that what rests on two edges has a rover on
//! each.
//!
//! A rover acts by how much nearer to the ground it is than the shape's ends or corners say that it would be on a plane, and looks count by the same
//! measure. Where the ground is plane it does not act at all, and where it comes to an end or a corner it leaves the force to that.

use crate::laws::terrain::Terrain;
use crate::model::Rover;
use burgess_core::autodiff::{Real, Value, real};
use burgess_core::math::Vec3;

/// Cells along a capsule.
pub const CAPSULE_CELLS: usize = 8;
/// Cells along each axis of a box.
pub const BOX_CELLS: usize = 3;
/// Most rovers of a shape.
pub const MOST_ROVERS: usize = 4;
/// By how much nearer the ground has to be for a look to count e times as much, in contact widths.
pub const ROVER_SHARPNESS: f64 = 0.25;
/// How rovers are pulled apart: from the middle of an axis to its end a look counts e^10 times as much.
pub const ROVER_PULL: f64 = 10.0;
/// By how much nearer to the ground than on a plane a rover acts in full, in contact widths.
pub const ROVER_ONSET: f64 = 4.0;
/// What does not count of that, in the same measure: where the ground is plane it is a matter of rounding whether a place is nearer.
pub const ROVER_FLOOR: f64 = 0.01;
/// Beyond how many contact widths from the ground there is no force.
pub const ROVER_TAIL: f64 = 16.0;
/// How much faster than the way to it the distance from the ground may change: that of bumps is not exact.
pub const ROVER_HASTE: f64 = 1.25;

/// What rovers rove over, from the base origin, in world axes (m).
#[derive(Clone, Copy, Debug)]
pub struct Core<T> {
    /// Its first corner.
    pub corner: Vec3<T>,
    /// From there along each axis to the other end; those beyond `axes` are not used.
    pub edges: [Vec3<T>; 3],
    /// How many axes it has.
    pub axes: usize,
    /// Gap between each corner and the ground (m).
    pub gaps: [T; 8],
    /// Radius around it.
    pub radius: T,
    /// Contact width of the body.
    pub width: T,
}

/// A place of the core: its share of each edge, 0 to 1.
pub type Share<T> = [T; 3];

/// What a look at the ground has led to. Places are relative to the base origin (m).
#[derive(Clone, Copy, Debug)]
pub struct Look<T> {
    /// From where, as a share of the edges.
    pub from: Share<T>,
    /// Distance of the ground there (m).
    pub distance: T,
    /// Its normal.
    pub normal: Vec3<T>,
    /// How far it counts, 0 to 1: less where the ground is further than the cell is large, or no nearer than if it were plane.
    pub weight: T,
    /// By how many times the room that there is for that it is too far.
    pub beyond: T,
    /// Where the core is nearest to the point of the ground that was nearest.
    pub nearest: Share<T>,
    /// Distance of the ground there (m).
    pub nearest_distance: T,
    /// Its normal.
    pub nearest_normal: Vec3<T>,
    /// By how much nearer than on a plane the ground is there, as in [`Roving`].
    pub excess: T,
    /// The same once more, without the distance.
    pub found: Share<T>,
}

/// A sum over looks, each weighted by its weight and by e to the power of `least` less its cost.
#[derive(Clone, Copy, Debug)]
pub struct LookSum<T> {
    /// The least cost so far.
    pub least: T,
    /// Sum of the weights.
    pub weight: T,
    /// Weighted sum of the places found.
    pub share: Share<T>,
}

/// Where a rover is in a step.
#[derive(Clone, Copy, Debug)]
pub struct Roving<T> {
    /// What led there.
    pub sum: LookSum<T>,
    /// Its place on the core.
    pub share: Share<T>,
    /// By how much nearer to the ground it is than on a plane, as a share of what makes it act in full; 0 where no look counts.
    pub excess: T,
    /// Its share of the stiffness of a contact point.
    pub strength: T,
}

/// `3 x^2 - 2 x^3` between 0 and 1, 0 before and 1 behind; and its slope.
#[inline(always)]
pub fn smooth_step<T: Real>(x: T) -> (T, T) {
    let x = x.max(T::zero()).min(T::one());
    (x * x * (real::<T>(3.0) - x * real(2.0)), x * (T::one() - x) * real(6.0))
}

impl<T: Value> Core<T> {
    /// That of a shape with these corners.
    pub fn new(
        rover: Rover,
        corners: impl Fn(usize) -> Vec3<T>,
        gaps: impl Iterator<Item = T>,
        radius: T,
        width: T,
    ) -> Self {
        let (corner, axes) = (corners(0), rover.axes());
        let edge = |k: usize| if k < axes { corners(1 << k) - corner } else { Vec3::zero() };
        let mut core = Self { corner, edges: [edge(0), edge(1), edge(2)], axes, gaps: [T::zero(); 8], radius, width };
        core.gaps.iter_mut().zip(gaps).for_each(|(to, gap)| *to = gap);
        core
    }

    /// A place of the core from the base origin (m).
    pub fn at(&self, share: Share<T>) -> Vec3<T> {
        (0..self.axes).fold(self.corner, |x, k| x + self.edges[k] * share[k])
    }

    /// The place of the core that is nearest to a point.
    pub fn nearest(&self, x: Vec3<T>) -> Share<T> {
        let away = x - self.corner;
        let mut share = [T::zero(); 3];
        for (share, edge) in share.iter_mut().zip(&self.edges).take(self.axes) {
            *share = (away.dot(*edge) / edge.norm_squared()).max(T::zero()).min(T::one());
        }
        share
    }

    fn cells(&self) -> usize {
        if self.axes == 1 { CAPSULE_CELLS } else { BOX_CELLS }
    }

    /// Looks at the ground.
    pub fn looks(&self) -> usize {
        self.cells().pow(self.axes as u32)
    }

    /// Half of the diagonal of a cell (m).
    pub fn cell_size(&self) -> T {
        self.size() * real(1.0 / self.cells() as f64)
    }

    /// Half of the diagonal of the core (m).
    fn size(&self) -> T {
        let squares = (0..self.axes).fold(T::zero(), |sum, k| sum + self.edges[k].norm_squared());
        squares.sqrt() * real(0.5)
    }

    /// The gap that a place of the core would have if the ground were plane (m).
    pub fn gap_on_a_plane(&self, share: Share<T>) -> T {
        corner_shares(share, self.axes).zip(self.gaps).map(|(share, gap)| share * gap).sum()
    }

    /// How much nearer than on a plane a place at this distance from the ground (m) is, as a share of what makes a rover act in full, less the floor.
    pub fn excess(&self, share: Share<T>, distance: T) -> T {
        (self.gap_on_a_plane(share) - (distance - self.radius)) / (self.width * real(ROVER_ONSET)) - real(ROVER_FLOOR)
    }

    /// Whether its corners are so far from the ground that nothing of the shape can touch it.
    fn is_far(&self) -> bool {
        let reach = ROVER_HASTE * self.size().to_f64() + ROVER_TAIL * self.width.to_f64();
        self.gaps[..1 << self.axes].iter().all(|gap| gap.to_f64() > reach)
    }

    /// One of the looks, if it counts.
    pub fn look(&self, terrain: &Terrain<T>, base: Vec3<T>, number: usize) -> Option<Look<T>> {
        let cells = self.cells();
        let cell_of = |k: u32| number / cells.pow(k) % cells;
        let place = |k: u32| real((0.5 + cell_of(k) as f64) / cells as f64);
        let from = [place(0), place(1), place(2)];
        let x = self.at(from);
        let cell = self.cell_size();
        let room = cell + self.width * real(ROVER_TAIL);
        // The nearest corner may already say that the ground is too far.
        let corner = (0..self.axes).fold(0, |corner, k| corner | usize::from(2 * cell_of(k as u32) >= cells) << k);
        let far = |k: usize| real(f64::from((corner >> k & 1) as u8));
        let way = (x - self.at([far(0), far(1), far(2)])).norm_squared().to_f64().sqrt();
        if self.gaps[corner].to_f64() - ROVER_HASTE * way > cell.to_f64() + room.to_f64() {
            return None;
        }
        let (distance, normal) = terrain.distance(base + x);
        let beyond = (distance - self.radius - cell) / room;
        if beyond.to_f64() >= 1.0 {
            return None;
        }
        let nearest = self.nearest(x - normal * distance);
        let x = self.at(nearest);
        let (nearest_distance, nearest_normal) = terrain.distance(base + x);
        let excess = self.excess(nearest, nearest_distance);
        if excess.to_f64() <= 0.0 {
            return None;
        }
        let weight = (T::one() - smooth_step(beyond).0) * smooth_step(excess).0;
        let found = self.nearest(x - nearest_normal * nearest_distance);
        Some(Look { from, distance, normal, weight, beyond, nearest, nearest_distance, nearest_normal, excess, found })
    }

    /// What a look costs a rover that is pulled to these sides: the more, the less it counts.
    pub fn cost(&self, look: &Look<T>, sides: [f64; 3]) -> T {
        let mut cost = look.nearest_distance / (self.width * real(ROVER_SHARPNESS));
        for (share, side) in look.found.into_iter().zip(sides).take(self.axes) {
            cost -= (share * real(2.0) - T::one()) * real(ROVER_PULL * side);
        }
        cost
    }

    /// Where the rovers of the shape are led; weights are zero where no look counts.
    pub fn lead(&self, terrain: &Terrain<T>, base: Vec3<T>, rover: Rover) -> [LookSum<T>; MOST_ROVERS] {
        let mut sums = [LookSum::none(); MOST_ROVERS];
        if self.is_far() {
            return sums;
        }
        for look in (0..self.looks()).filter_map(|number| self.look(terrain, base, number)) {
            for (number, sum) in sums.iter_mut().enumerate().take(Rover::count(rover.corners())) {
                sum.add(self.cost(&look, Rover::new(rover.corners(), number).sides()), &look);
            }
        }
        sums
    }
}

impl<T: Value> LookSum<T> {
    fn none() -> Self {
        Self { least: real(1e30), weight: T::zero(), share: [T::zero(); 3] }
    }

    fn add(&mut self, cost: T, look: &Look<T>) {
        if cost.to_f64() < self.least.to_f64() {
            let fade = (cost - self.least).exp();
            self.weight *= fade;
            self.share = self.share.map(|share| share * fade);
            self.least = cost;
        }
        let weight = look.weight * (self.least - cost).exp();
        self.weight += weight;
        for (sum, found) in self.share.iter_mut().zip(look.found) {
            *sum += found * weight;
        }
    }

    /// The mean, if any look counts.
    pub fn mean(&self) -> Option<Share<T>> {
        (self.weight.to_f64() > 0.0).then(|| self.share.map(|share| share / self.weight))
    }
}

/// The share of each corner in a place of the core, corner by corner: they add up to one.
pub fn corner_shares<T: Real>(share: Share<T>, axes: usize) -> impl Iterator<Item = T> {
    let side = move |corner: usize, k: usize| if corner >> k & 1 == 0 { T::one() - share[k] } else { share[k] };
    (0..1 << axes).map(move |corner| (0..axes).fold(T::one(), |product, k| product * side(corner, k)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws::terrain::{TerrainSpec, Wall};
    use burgess_core::math::vec3;

    /// A limb of 0.6 m that lies level a millimetre deep in walls of 0.2 m.
    fn limb(terrain: &Terrain<f64>) -> Core<f64> {
        let (ends, radius) = ([-0.3, 0.3].map(|x| vec3(x, 0.0, 0.229)), 0.03);
        let gaps = ends.map(|end| terrain.distance(end).0 - radius);
        Core::new(Rover::new(2, 0), |i| ends[i], gaps.into_iter(), radius, 5e-4)
    }

    fn walls(places: &[f64]) -> Terrain<f64> {
        let wall = |&x: &f64| Wall { centre: (x, 0.0), half: (0.002, 0.5), height: 0.2 };
        TerrainSpec::Walls(places.iter().map(wall).collect()).compile(0)
    }

    /// Of a limb that lies level on thin walls both rovers are on the one, or each on one of two.
    #[test]
    fn rovers_stand_on_thin_walls_wherever_they_are() {
        let places = |walls: &[f64]| {
            let terrain = self::walls(walls);
            let core = limb(&terrain);
            let sums = core.lead(&terrain, Vec3::zero(), Rover::new(2, 0));
            [0, 1].map(|rover| core.at(sums[rover].mean().unwrap()).x)
        };
        for step in 0..100 {
            let x = -0.25 + 0.005 * f64::from(step);
            for place in places(&[x]) {
                assert!((place - x).abs() < 3e-3, "wall at {x}: {place}");
            }
            let outer = [x - 0.2, x + 0.1];
            for (place, x) in places(&[x, x - 0.2, x + 0.1]).into_iter().zip(outer).filter(|(_, x)| x.abs() < 0.28) {
                assert!((place - x).abs() < 0.01, "wall at {x}: {place}");
            }
        }
    }

    #[test]
    fn shares_of_corners_add_up_and_give_the_place() {
        let share = [0.2, 0.7, 0.4];
        let corner = |i: usize| vec3(f64::from(i as u32 & 1), f64::from(i as u32 >> 1 & 1), f64::from(i as u32 >> 2));
        let shares: Vec<f64> = corner_shares(share, 3).collect();
        let place = shares.iter().enumerate().fold(Vec3::zero(), |x, (i, &s)| x + corner(i) * s);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        assert!((place - vec3(0.2, 0.7, 0.4)).norm_squared() < 1e-30);
    }
}
