// Flat ground with upright boxes. The other terrains are laws (laws/terrain.wgsl); crates/burgess-physics/src/gpu/compose.rs writes
// `terrain_distance` and `terrain_height`, which call the laws of the run's terrain. Twin of Terrain in
// crates/burgess-physics/src/laws/terrain.rs.

// Where the coefficients of the lane's ground begin.
var<private> terrain_at: u32;

// The nearest of the flat ground and the upright boxes.
fn walls_distance(x: vec3<f32>) -> Distance {
    var nearest = Distance(x.z, vec3<f32>(0.0, 0.0, 1.0));
    for (var i = 0u; i < world.wall_count; i++) {
        let footprint = world.terrain[terrain_at + 2u * i];
        let wall = wall_distance(footprint.xy, footprint.zw, world.terrain[terrain_at + 2u * i + 1u].x, x);
        if nearest.distance > wall.distance {
            nearest = wall;
        }
    }
    return nearest;
}

// How far a point is above the flat ground, or above the box straight below it.
fn walls_height(x: vec3<f32>) -> f32 {
    var top = 0.0;
    for (var i = 0u; i < world.wall_count; i++) {
        let footprint = world.terrain[terrain_at + 2u * i];
        top = max(top, wall_top(footprint.xy, footprint.zw, world.terrain[terrain_at + 2u * i + 1u].x, x));
    }
    return x.z - top;
}
