// Bodies by the cells of a grid: who may be near whom. Twin of crates/burgess-physics/src/shared_world/grid.rs, but that cells repeat along each axis
// instead of being hashed. In what order the bodies of a cell stand means nothing.

// Cells beyond this many edges from the origin are one: bodies that far away are lost.
const FARTHEST = 1e6;

fn cell_of(position: vec3<f32>) -> vec3<i32> {
    return vec3<i32>(clamp(floor(position / world.edge), vec3<f32>(-FARTHEST), vec3<f32>(FARTHEST)));
}

// The number of a cell of a world; cells that are a whole grid apart share one.
fn cell_number(cell: vec3<i32>, of_world: u32) -> u32 {
    let c = vec3<u32>(cell) & (world.cells - 1u);
    return ((of_world * world.cells.z + c.z) * world.cells.y + c.y) * world.cells.x + c.x;
}

fn due_at(cell: u32) -> u32 {
    return GRID + cell;
}

fn count_at(cell: u32, time: u32) -> u32 {
    return GRID + (1u + (time & 1u)) * world.cell_count + cell;
}

fn head_at(cell: u32, time: u32) -> u32 {
    return GRID + (3u + (time & 1u)) * world.cell_count + cell;
}

// Puts a body into a cell, by where lists see it. What the cell has no room for is a chain, of bodies counted from 1.
fn enter_cell(cell: u32, body: u32, seen: vec4<f32>) {
    let place = atomicAdd(&board[count_at(cell, progress.times_made)], 1u);
    if place < CELL_ROOM {
        lists[CELL_BODIES * world.body_count + cell * CELL_ROOM + place] = body;
        kept[CELL_SEEN * world.body_count + cell * CELL_ROOM + place] = seen;
    } else {
        lists[place_of(NEXT, body)] = atomicExchange(&board[head_at(cell, progress.times_made)], body + 1u);
    }
}

// The number of one of the 27 cells around a place; NO_CELL where all of it is further away than an edge, or where two of them are the same and this
// is the later one.
fn cell_around(position: vec3<f32>, of_world: u32, i: u32) -> u32 {
    let step = vec3<u32>(i % 3u, (i / 3u) % 3u, i / 9u);
    let cell = cell_of(position);
    let within = position / world.edge - vec3<f32>(cell);
    // Along an axis with two cells, the first one is on both sides. The rounding needs a little more than one edge.
    let apart = select(select(vec3<f32>(0.0), within, step == vec3<u32>(0u)), 1.0 - within, step == vec3<u32>(2u));
    let away = select(apart, vec3<f32>(0.0), world.cells < vec3<u32>(3u));
    if any(step >= world.cells) || dot(away, away) > 1.001 {
        return NO_CELL;
    }
    return cell_number(cell + vec3<i32>(step) - vec3<i32>(1), of_world);
}

const NO_CELL = 0xffffffffu;

// Empties the lane's share of the cells for the next time.
fn clear_cells(lane: u32, lanes: u32) {
    let next = progress.times_made + 1u;
    for (var cell = lane; cell < world.cell_count; cell += lanes) {
        atomicStore(&board[count_at(cell, next)], 0u);
        atomicStore(&board[head_at(cell, next)], 0u);
    }
}
