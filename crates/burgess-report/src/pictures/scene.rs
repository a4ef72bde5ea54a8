//! What a picture shows: the colliders of a body and the ground, and where rays hit them.

use super::ground::Ground;
use super::moment::{ColouredBody, Pose};
use super::palette::{link_colours, object_colour};
use super::solid::{Solid, V, sphere_bounds};
use super::tree::Tree;
use burgess_core::math::Vec3;
use burgess_physics::model::Shape;

/// What a ray hits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Thing {
    /// The solid with this index.
    Solid(usize),
    /// The ground.
    Ground,
}

/// Where a ray hits something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    /// Distance along the ray (m).
    pub t: f32,
    /// Position (m).
    pub at: V,
    /// Outward unit normal.
    pub normal: V,
    /// What is hit.
    pub thing: Thing,
}

/// A body, or many, and the ground at one moment.
pub(crate) struct Scene<'a> {
    /// The ground.
    pub ground: &'a Ground,
    /// The colliders of the body, in its order.
    pub solids: Vec<Solid>,
    tree: Tree,
    centre: V,
    reach: f32,
    /// How far a surface looks for what takes light from it (m).
    surroundings: f32,
}

/// How far a surface of a body looks for what takes light from it, as a share of the body's size.
pub(super) const SURROUNDINGS: f32 = 0.35;

/// Angular radius of the sun (rad). It is much larger than that of the real sun, so that shadows are soft.
pub(super) const SUN_RADIUS: f32 = 0.06;

impl<'a> Scene<'a> {
    /// A body with its links and the objects beside it in these poses. There is one pose per link, those of objects included, and one kind per
    /// link of the body itself.
    pub(crate) fn new(ground: &'a Ground, body: ColouredBody<'_>, poses: &[Pose]) -> Self {
        let mut colours = link_colours(body.kinds);
        colours.extend(body.model.objects.iter().flat_map(|o| o.body.links.iter().map(|_| object_colour(o))));
        let solid = |(link, shape): (usize, &Shape<f64>)| Solid::new(shape, poses[link], colours[link]);
        Self::of(ground, body.model.all_colliders().map(solid).collect())
    }

    /// Solids on their ground.
    pub(crate) fn of(ground: &'a Ground, solids: Vec<Solid>) -> Self {
        let (centre, reach) = bounding_sphere(&solids);
        Self { ground, tree: Tree::new(&solids), solids, centre, reach, surroundings: SURROUNDINGS * reach }
    }

    /// The same with surfaces that look so far for what takes light from them (m): where there are many solids, a few of their own sizes.
    pub(crate) fn with_surroundings(self, surroundings: f32) -> Self {
        Self { surroundings, ..self }
    }

    /// The first thing that a ray hits before `end` (m). The caller knows that the ground is further away than `clear` (m).
    pub(crate) fn hit(&self, origin: V, direction: V, clear: f32, end: f32) -> Option<Hit> {
        let solid = self.hit_solids(origin, direction).filter(|&(t, _)| t < end);
        let ground = self.ground.hit(origin, direction, clear, solid.map_or(end, |(t, _)| t));
        match (solid, ground) {
            (Some((t, solid)), ground) if ground.is_none_or(|g| t <= g) => {
                let at = origin + direction * t;
                Some(Hit { t, at, normal: self.solids[solid].distance(at).1, thing: Thing::Solid(solid) })
            }
            (_, Some(t)) => {
                let at = origin + direction * t;
                Some(Hit { t, at, normal: self.ground.distance(at).1, thing: Thing::Ground })
            }
            _ => None,
        }
    }

    /// The share of the sun's light that reaches a point, from 0 to 1. It is decided by the narrowest passage along the ray to the sun, relative to its
    /// distance (I. Quilez 2010).
    pub(crate) fn sunlight(&self, at: V, to_sun: V) -> f32 {
        let light = self.solids_let_through(at, to_sun);
        if light < 0.01 || !self.ground.shades_itself(to_sun) {
            return smooth(light);
        }
        smooth(light.min(self.ground_lets_through(at, to_sun)))
    }

    fn ground_lets_through(&self, at: V, to_sun: V) -> f32 {
        let mut light = 1.0_f32;
        let mut t = 0.01;
        loop {
            let p = at + to_sun * t;
            if light < 0.01 || self.ground.is_above_all(p) {
                return light.max(0.0);
            }
            let distance = self.ground.distance(p).0;
            light = light.min(distance / (SUN_RADIUS * t));
            t += distance.clamp(0.01, 0.2);
        }
    }

    fn solids_let_through(&self, at: V, to_sun: V) -> f32 {
        let Some((candidates, mut t, end)) = self.candidates(at, to_sun, SUN_RADIUS) else { return 1.0 };
        let mut light = 1.0_f32;
        t = t.max(1e-3);
        while t < end && light > 0.01 {
            let distance = self.nearest(&candidates, at + to_sun * t).0;
            light = light.min(distance / (SUN_RADIUS * t));
            t += distance.max(2e-3);
        }
        light.max(0.0)
    }

    /// How open the surroundings of a surface are, from 0 to 1. They are probed at a few distances, up to a share of the body's size.
    pub(crate) fn openness(&self, at: V, normal: V) -> f32 {
        let size = self.surroundings;
        let near = self.near(at, 2.0 * size);
        let mut closed = 0.0;
        for (share, weight) in [(0.08, 0.25), (0.2, 0.3), (0.45, 0.3), (1.0, 0.35)] {
            let step = share * size;
            let p = at + normal * step;
            let distance = self.ground.distance(p).0.min(self.nearest(&near, p).0);
            closed += weight * (1.0 - distance / step).clamp(0.0, 1.0);
        }
        1.0 - closed.min(1.0)
    }

    fn hit_solids(&self, origin: V, direction: V) -> Option<(f32, usize)> {
        let (candidates, mut t, end) = self.candidates(origin, direction, 0.0)?;
        while t < end {
            let (distance, solid) = self.nearest(&candidates, origin + direction * t);
            if distance < 1e-4 * t.max(0.1) {
                return Some((t, solid));
            }
            t += distance;
        }
        None
    }

    /// The solids that a ray may hit, in ascending order, and the part of the ray (m, from and to) in which it may hit them.
    fn candidates(&self, origin: V, direction: V, margin: f32) -> Option<(Vec<usize>, f32, f32)> {
        sphere_bounds(self.centre - origin, self.reach, direction, margin)?;
        let (mut found, mut from, mut to) = (Vec::new(), f32::INFINITY, 0.0_f32);
        self.tree.along(origin, direction, margin, |index| {
            if let Some((enter, leave)) = self.solids[index].bounds(origin, direction, margin) {
                found.push(index);
                (from, to) = (from.min(enter), to.max(leave));
            }
        });
        found.sort_unstable();
        (!found.is_empty()).then_some((found, from, to))
    }

    /// The solids that may be nearer to a point than `distance` (m), in ascending order.
    fn near(&self, at: V, distance: f32) -> Vec<usize> {
        if (at - self.centre).norm_squared() > (self.reach + distance).powi(2) {
            return Vec::new();
        }
        let is_near = |solid: &Solid| (at - solid.centre).norm_squared() < (solid.reach + distance).powi(2);
        let mut found = Vec::new();
        self.tree.near(at, distance, |index| {
            if is_near(&self.solids[index]) {
                found.push(index);
            }
        });
        found.sort_unstable();
        found
    }

    /// Distance (m) and index of the nearest candidate.
    fn nearest(&self, candidates: &[usize], p: V) -> (f32, usize) {
        let mut nearest = (f32::INFINITY, 0);
        for &index in candidates {
            let distance = self.solids[index].distance(p).0;
            if distance < nearest.0 {
                nearest = (distance, index);
            }
        }
        nearest
    }
}

/// Centre (m) and radius (m) of a sphere that contains all solids.
pub(crate) fn bounding_sphere(solids: &[Solid]) -> (V, f32) {
    let mut low = V::from_f64([f64::INFINITY; 3]);
    let mut high = -low;
    for solid in solids {
        let r = solid.reach;
        low = Vec3 {
            x: low.x.min(solid.centre.x - r),
            y: low.y.min(solid.centre.y - r),
            z: low.z.min(solid.centre.z - r),
        };
        high = Vec3 {
            x: high.x.max(solid.centre.x + r),
            y: high.y.max(solid.centre.y + r),
            z: high.z.max(solid.centre.z + r),
        };
    }
    let centre = (low + high) * 0.5;
    let reach = solids.iter().map(|s| (s.centre - centre).norm_squared().sqrt() + s.reach).fold(0.0, f32::max);
    (centre, reach)
}

fn smooth(x: f32) -> f32 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ball, coloured, table};
    use super::*;
    use burgess_core::math::{Quat, vec3};
    use burgess_physics::laws::terrain::TerrainSpec;

    #[test]
    fn a_ray_hits_a_ball_at_the_right_depth() {
        let ground = Ground::new(&TerrainSpec::default().compile(0));
        let model = ball(0.3);
        let scene = Scene::new(&ground, coloured(&model), &[(vec3(0.0, 0.0, 1.0), Quat::identity())]);
        let hit = scene.hit(vec3(5.0, 0.0, 1.0), vec3(-1.0, 0.0, 0.0), 0.0, 100.0).unwrap();
        assert!((hit.t - 4.7).abs() < 1e-3 && hit.thing == Thing::Solid(0), "{hit:?}");
        assert!((hit.normal - vec3(1.0, 0.0, 0.0)).norm_squared() < 1e-6);
        // 0.2 m above the centre, half the chord of the sphere is sqrt(0.09 - 0.04).
        let hit = scene.hit(vec3(5.0, 0.0, 1.2), vec3(-1.0, 0.0, 0.0), 0.0, 100.0).unwrap();
        assert!((hit.t - (5.0 - 0.05_f32.sqrt())).abs() < 2e-3, "{hit:?}");
        let hit = scene.hit(vec3(0.0, 2.0, 1.0), vec3(0.0, 0.0, -1.0), 0.0, 100.0).unwrap();
        assert!((hit.t - 1.0).abs() < 1e-3 && hit.thing == Thing::Ground, "{hit:?}");
        assert!(scene.hit(vec3(0.0, 2.0, 1.0), vec3(0.0, 0.0, 1.0), 0.0, 100.0).is_none());
    }

    #[test]
    fn there_is_shade_below_and_sun_beside() {
        let ground = Ground::new(&TerrainSpec::default().compile(0));
        let (model, poses) = table();
        let scene = Scene::new(&ground, coloured(&model), &poses);
        let up = vec3(0.0, 0.0, 1.0);
        assert!(scene.sunlight(vec3(0.0, 0.0, 0.001), up) < 0.01);
        assert_eq!(scene.sunlight(vec3(3.0, 0.0, 0.001), up), 1.0);
        assert!(scene.openness(vec3(0.0, 0.0, 0.0), up) < scene.openness(vec3(3.0, 0.0, 0.0), up));
        assert!(scene.openness(vec3(3.0, 0.0, 0.0), up) > 0.99);
    }

    #[test]
    fn stairs_throw_shadows() {
        let ground = Ground::new(&TerrainSpec::Stairs { start: 1.0, rise: 0.2, run: 0.4, count: 2 }.compile(0));
        let scene = Scene::new(&ground, coloured(&ball(0.1)), &[(vec3(-5.0, 0.0, 1.0), Quat::identity())]);
        let to_sun = vec3(0.8, 0.0, 0.6);
        assert!(scene.sunlight(vec3(0.95, 0.0, 1e-3), to_sun) < 0.01);
        assert!(scene.sunlight(vec3(0.0, 0.0, 1e-3), to_sun) > 0.9);
    }

    /// The tree leaves out nothing that a ray or a point may be near.
    #[test]
    fn a_tree_finds_what_a_search_of_all_finds() {
        let ground = Ground::new(&TerrainSpec::default().compile(0));
        let mut rng = burgess_core::rng::Stream::new(6, 0, 0, burgess_core::rng::Purpose::Test);
        let mut point = |scale: f64| vec3(rng.range(-scale, scale), rng.range(-scale, scale), rng.range(-scale, scale));
        let solids: Vec<Solid> = (0..500)
            .map(|i| {
                let radius = 0.02 + 0.001 * f64::from(i % 90);
                let shape = burgess_physics::model::Shape::Sphere { centre: burgess_core::math::Vec3::zero(), radius };
                Solid::new(&shape, (point(1.0), Quat::identity()), [1.0; 3])
            })
            .collect();
        let scene = Scene::of(&ground, solids);
        for _ in 0..200 {
            let (origin, direction) = (point(2.0).map(|c| c as f32), point(1.0).map(|c| c as f32).normalised());
            for margin in [0.0, SUN_RADIUS] {
                let all = (0..500).filter(|&i| scene.solids[i].bounds(origin, direction, margin).is_some());
                let found = scene.candidates(origin, direction, margin).map_or_else(Vec::new, |(found, ..)| found);
                assert_eq!(found, all.collect::<Vec<_>>());
            }
            let is_near =
                |i: &usize| (origin - scene.solids[*i].centre).norm_squared() < (scene.solids[*i].reach + 0.3).powi(2);
            assert_eq!(scene.near(origin, 0.3), (0..500).filter(is_near).collect::<Vec<_>>());
        }
    }
}
