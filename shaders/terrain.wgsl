// The ground: picks the run's terrain. Twin of Terrain::distance in src/laws/terrain.rs, whose laws it calls.

const PLANE = 0u;
const STAIRS = 1u;
const BUMPS = 2u;
const WALLS = 3u;

// Distance (m, positive above the ground) and unit normal at a point relative to the spawn point.
fn terrain_distance(x: vec3<f32>) -> Distance {
    switch TERRAIN {
        case PLANE: {
            return plane_distance(world.terrain[0].xyz, x);
        }
        case STAIRS: {
            let c = world.terrain[0];
            return stairs_distance(c.x, c.y, c.z, c.w, x);
        }
        case BUMPS: {
            let t = world.terrain;
            return bumps_distance(array<vec4<f32>, 8>(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7]), x);
        }
        default: {
            return walls_distance(x);
        }
    }
}

// The nearest of the flat ground and the upright boxes.
fn walls_distance(x: vec3<f32>) -> Distance {
    var nearest = Distance(x.z, vec3<f32>(0.0, 0.0, 1.0));
    for (var i = 0u; i < world.wall_count; i++) {
        let footprint = world.terrain[2u * i];
        let wall = wall_distance(footprint.xy, footprint.zw, world.terrain[2u * i + 1u].x, x);
        if nearest.distance > wall.distance {
            nearest = wall;
        }
    }
    return nearest;
}
