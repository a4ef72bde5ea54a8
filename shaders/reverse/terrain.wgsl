// The reverse of walls_distance: from the gradient with respect to distance and normal to that with respect to the point. Those of the other
// terrains are generated with their laws. Twin of ReverseWork in crates/burgess-physics/src/step/reverse/state.rs.

// That of the wall which is nearest, by the same comparisons as in walls_distance; else of the flat ground.
fn walls_distance_reverse(x: vec3<f32>, bar: Distance) -> vec3<f32> {
    var nearest = x.z;
    var chosen = world.wall_count;
    for (var i = 0u; i < world.wall_count; i++) {
        let footprint = world.terrain[terrain_at + 2u * i];
        let wall = wall_distance(footprint.xy, footprint.zw, world.terrain[terrain_at + 2u * i + 1u].x, x);
        if nearest > wall.distance {
            nearest = wall.distance;
            chosen = i;
        }
    }
    if chosen == world.wall_count {
        return vec3<f32>(0.0, 0.0, bar.distance);
    }
    let footprint = world.terrain[terrain_at + 2u * chosen];
    return wall_distance_reverse(footprint.xy, footprint.zw, world.terrain[terrain_at + 2u * chosen + 1u].x, x, bar).x;
}

// The top of a box has no slope.
fn walls_height_reverse(x: vec3<f32>, bar: f32) -> vec3<f32> {
    return vec3<f32>(0.0, 0.0, bar);
}
