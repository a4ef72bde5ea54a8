// The ground's reverse: from the gradient with respect to distance and normal to that with respect to the point. Twin of
// Terrain::distance_reverse.

fn terrain_distance_reverse(x: vec3<f32>, bar: Distance) -> vec3<f32> {
    switch TERRAIN {
        case PLANE: {
            return plane_distance_reverse(world.terrain[0].xyz, x, bar).x;
        }
        case STAIRS: {
            let c = world.terrain[0];
            return stairs_distance_reverse(c.x, c.y, c.z, c.w, x, bar).x;
        }
        case BUMPS: {
            let t = world.terrain;
            return bumps_distance_reverse(
                array<vec4<f32>, 8>(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7]), x, bar,
            ).x;
        }
        default: {
            return walls_distance_reverse(x, bar);
        }
    }
}

// That of the wall which is nearest, by the same comparisons as in walls_distance; else of the flat ground.
fn walls_distance_reverse(x: vec3<f32>, bar: Distance) -> vec3<f32> {
    var nearest = x.z;
    var chosen = world.wall_count;
    for (var i = 0u; i < world.wall_count; i++) {
        let footprint = world.terrain[2u * i];
        let wall = wall_distance(footprint.xy, footprint.zw, world.terrain[2u * i + 1u].x, x);
        if nearest > wall.distance {
            nearest = wall.distance;
            chosen = i;
        }
    }
    if chosen == world.wall_count {
        return vec3<f32>(0.0, 0.0, bar.distance);
    }
    let footprint = world.terrain[2u * chosen];
    return wall_distance_reverse(footprint.xy, footprint.zw, world.terrain[2u * chosen + 1u].x, x, bar).x;
}
