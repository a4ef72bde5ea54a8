// Contact points that rove over a capsule or a box. Twin of crates/burgess-physics/src/step/rovers.rs, and of touch_rovers in
// crates/burgess-physics/src/step/assemble.rs. Behind the fixed points of a link, the corners of what its rovers rove over, stand the rovers. Where a fixed
// point has its centre they have the sides that they are pulled to.

const MOST_ROVERS = 4u;

// What the rovers of the link rove over: from its first corner along each axis to the other end. There is nothing along axes that a capsule lacks.
struct Core {
    corner: vec3<f32>,
    edges: mat3x3<f32>,
    squares: vec3<f32>,    // of the edges' lengths, 1 where there is none
    corners: u32,
    radius: f32,
    cells: u32,            // along each axis
    cell_size: f32,        // half of the diagonal of a cell
}
var<private> core: Core;

// What a look at the ground has led to.
struct Look {
    from_share: vec3<f32>,
    distance: f32,
    normal: vec3<f32>,
    weight: f32,
    beyond: f32,
    nearest: vec3<f32>,
    nearest_distance: f32,
    nearest_normal: vec3<f32>,
    excess: f32,
    found: vec3<f32>,
    counts: bool,
}

// Where each rover is, what led there, and how much it acts.
struct Roving {
    least: f32,
    weight: f32,
    share: vec3<f32>,
    excess: f32,
    strength: f32,
}
var<private> rovers: array<Roving, MOST_ROVERS>;

// The corners of the link's shape, if it has rovers; else all of its contact points.
fn corner_count() -> u32 {
    return select(select(contact_count, 2u, contact_count == 4u), 8u, contact_count == 12u);
}

fn is_rover(i: u32) -> bool {
    return i >= corner_count();
}

// `3 x^2 - 2 x^3` between 0 and 1, 0 before and 1 behind.
fn smooth_step(x: f32) -> f32 {
    let y = clamp(x, 0.0, 1.0);
    return y * y * (3.0 - 2.0 * y);
}

// Its slope.
fn smooth_slope(x: f32) -> f32 {
    let y = clamp(x, 0.0, 1.0);
    return 6.0 * y * (1.0 - y);
}

fn corner_place(i: u32) -> vec3<f32> {
    return origin + link_rotation * contact_points[i].xyz;
}

// A place of the core from the base origin, from its share of each edge.
fn core_at(share: vec3<f32>) -> vec3<f32> {
    return core.corner + core.edges * share;
}

// The place of the core that is nearest to a point.
fn core_nearest(x: vec3<f32>) -> vec3<f32> {
    return clamp(((x - core.corner) * core.edges) / core.squares, vec3<f32>(0.0), vec3<f32>(1.0));
}

// The looks that are taken at the ground.
fn look_count() -> u32 {
    return select(core.cells * core.cells * core.cells, core.cells, core.corners == 2u);
}

fn find_core() {
    core.corners = corner_count();
    core.radius = contact_points[core.corners].w;
    core.corner = corner_place(0u);
    core.edges = mat3x3<f32>(corner_place(1u) - core.corner, vec3<f32>(0.0), vec3<f32>(0.0));
    core.squares = vec3<f32>(dot(core.edges[0], core.edges[0]), 1.0, 1.0);
    core.cells = CAPSULE_CELLS;
    var sum = core.squares.x;
    if core.corners == 8u {
        core.edges[1] = corner_place(2u) - core.corner;
        core.edges[2] = corner_place(4u) - core.corner;
        core.squares.y = dot(core.edges[1], core.edges[1]);
        core.squares.z = dot(core.edges[2], core.edges[2]);
        core.cells = BOX_CELLS;
        sum += core.squares.y + core.squares.z;
    }
    core.cell_size = 0.5 * sqrt(sum) / f32(core.cells);
}

// Whether its corners are so far from the ground that nothing of the shape can touch it.
fn core_is_far() -> bool {
    var nearest = contacts[0].gap;
    for (var corner = 1u; corner < core.corners; corner++) {
        nearest = min(nearest, contacts[corner].gap);
    }
    return nearest > ROVER_HASTE * core.cell_size * f32(core.cells) + ROVER_TAIL * contact_width;
}

// The share of a corner in a place of the core: all add up to one.
fn corner_share(share: vec3<f32>, corner: u32) -> f32 {
    let first = select(1.0 - share.x, share.x, (corner & 1u) != 0u);
    if core.corners == 2u {
        return first;
    }
    return first * select(1.0 - share.y, share.y, (corner & 2u) != 0u) * select(1.0 - share.z, share.z, (corner & 4u) != 0u);
}

// How much nearer than on a plane a place of the core at this distance from the ground is, as a share of what makes a rover act in full, less
// what does not count.
fn core_excess(share: vec3<f32>, distance: f32) -> f32 {
    var gap_on_a_plane = 0.0;
    for (var corner = 0u; corner < core.corners; corner++) {
        gap_on_a_plane += corner_share(share, corner) * contacts[corner].gap;
    }
    return (gap_on_a_plane - (distance - core.radius)) / (contact_width * ROVER_ONSET) - ROVER_FLOOR;
}

fn look_at(number: u32) -> Look {
    var look: Look;
    let place = vec3<u32>(number, number / core.cells, number / (core.cells * core.cells)) % core.cells;
    look.from_share = (vec3<f32>(place) + 0.5) / f32(core.cells);
    let start = core_at(look.from_share);
    let room = core.cell_size + contact_width * ROVER_TAIL;
    // The nearest corner may already say that the ground is too far.
    let far = vec3<f32>(2u * place >= vec3<u32>(core.cells));
    let sides = select(far, vec3<f32>(far.x, 0.0, 0.0), core.corners == 2u);
    let corner = u32(sides.x) + 2u * u32(sides.y) + 4u * u32(sides.z);
    if contacts[corner].gap - ROVER_HASTE * length(start - core_at(sides)) > core.cell_size + room {
        return look;
    }
    let first = terrain_distance(position + start);
    look.distance = first.distance;
    look.normal = first.normal;
    look.beyond = (first.distance - core.radius - core.cell_size) / room;
    if look.beyond < 1.0 {
        look.nearest = core_nearest(start - first.normal * first.distance);
        let x = core_at(look.nearest);
        let second = terrain_distance(position + x);
        look.nearest_distance = second.distance;
        look.nearest_normal = second.normal;
        look.excess = core_excess(look.nearest, second.distance);
        look.counts = look.excess > 0.0;
        look.weight = (1.0 - smooth_step(look.beyond)) * smooth_step(look.excess);
        look.found = core_nearest(x - second.normal * second.distance);
    }
    return look;
}

// To which end of each axis a rover is pulled.
fn rover_sides(number: u32) -> vec3<f32> {
    return contact_points[core.corners + number].xyz;
}

// What a look costs a rover: the more, the less it counts.
fn look_cost(look: Look, number: u32) -> f32 {
    return look.nearest_distance / (contact_width * ROVER_SHARPNESS)
        - ROVER_PULL * dot(rover_sides(number), look.found * 2.0 - 1.0);
}

// Where the rovers are, and what law their forces follow in this step, after the fixed points were touched.
fn touch_rovers() {
    let corners = corner_count();
    if corners == contact_count {
        return;
    }
    find_core();
    let count = contact_count - corners;
    for (var number = 0u; number < count; number++) {
        rovers[number] = Roving(1e30, 0.0, vec3<f32>(0.0), 0.0, 0.0);
        contacts[corners + number] = ContactWork();
        contacts[corners + number].acting = true;
    }
    if core_is_far() {
        return;
    }
    for (var i = 0u; i < look_count(); i++) {
        let look = look_at(i);
        if look.counts {
            for (var number = 0u; number < count; number++) {
                let cost = look_cost(look, number);
                var to = rovers[number];
                if cost < to.least {
                    let fade = exp(max(cost - to.least, -80.0));
                    to.weight *= fade;
                    to.share *= fade;
                    to.least = cost;
                }
                let weight = look.weight * exp(max(to.least - cost, -80.0));
                to.weight += weight;
                to.share += look.found * weight;
                rovers[number] = to;
            }
        }
    }
    for (var number = 0u; number < count; number++) {
        if rovers[number].weight > 0.0 {
            let share = rovers[number].share / rovers[number].weight;
            let centre = core_at(share);
            let ground = terrain_distance(position + centre);
            let excess = core_excess(share, ground.distance);
            let strength = smooth_step(excess);
            rovers[number].share = share;
            rovers[number].excess = excess;
            rovers[number].strength = strength;
            if strength > 0.0 {
                touch_point(corners + number, contact_stiffness * strength, centre, core.radius, ground);
            }
        }
    }
}
