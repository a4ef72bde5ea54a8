// Bodies by the cells of a grid, as chains: who may be near whom. Twin of crates/burgess-physics/src/shared_world/grid.rs, which sorts instead: in
// what order bodies are found means nothing.

// Cells beyond this many edges from the origin are one: bodies that far away are lost.
const FARTHEST = 1e6;

fn cell_of(position: vec3<f32>) -> vec3<i32> {
    return vec3<i32>(clamp(floor(position / world.edge), vec3<f32>(-FARTHEST), vec3<f32>(FARTHEST)));
}

// The number of a cell of a world in the table; several cells may share one.
fn cell_number(cell: vec3<i32>, of_world: u32) -> u32 {
    let c = vec3<u32>(cell);
    let mixed = (c.x * 73856093u) ^ (c.y * 19349663u) ^ (c.z * 83492791u) ^ (of_world * 2654435761u);
    return (mixed ^ (mixed >> 15u)) & (world.cell_numbers - 1u);
}

// Puts a body into the grid of a step. Bodies are counted from 1, 0 ends a chain.
fn enter_grid(step: u32, body: u32, position: vec3<f32>) {
    let number = number_of(body, position);
    lists[place_of(NEXT, body)] = atomicExchange(&board[head_at(step, number)], body + 1u);
}

fn number_of(body: u32, position: vec3<f32>) -> u32 {
    return cell_number(cell_of(position), body / world.bodies_of_a_world);
}

// Asks for new lists of all bodies that may be near a place.
fn change_around(step: u32, body: u32, position: vec3<f32>) {
    for (var i = 0u; i < 27u; i++) {
        let number = cell_number(neighbouring_cell(position, i), body / world.bodies_of_a_world);
        if atomicAdd(&board[changes_at(step, number)], 1u) == 0u {
            atomicStore(&board[changed_at(step, number)], body);
        }
    }
}

fn neighbouring_cell(position: vec3<f32>, i: u32) -> vec3<i32> {
    return cell_of(position) + vec3<i32>(vec3<u32>(i % 3u, (i / 3u) % 3u, i / 9u)) - vec3<i32>(1);
}

// Empties the lane's share of the grid of a step.
fn clear_grid(step: u32, body: u32) {
    for (var number = body; number < world.cell_numbers; number += world.body_count) {
        atomicStore(&board[changes_at(step, number)], 0u);
        atomicStore(&board[head_at(step, number)], 0u);
    }
}
