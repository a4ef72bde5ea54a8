//! Bodies sorted into the cells of a grid: who may be near whom.

use burgess_core::math::Vec3;

/// Cells beyond this many edges from the origin are one: bodies that far away are lost.
const FARTHEST: f64 = 1e6;

/// A cell of a world, by its place along each axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    world: u32,
    at: [i32; 3],
}

/// Bodies by cell. Cells are numbers of a table (Teschner et al. 2003, "Optimized Spatial Hashing"); several cells may share one.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    edge: f64,
    cells: Vec<Cell>,
    /// Where the bodies of each number begin in `sorted`.
    starts: Vec<u32>,
    /// The bodies, by number, each number's in ascending order.
    sorted: Vec<u32>,
}

impl Cell {
    fn number(&self, numbers: usize) -> usize {
        let [x, y, z] = self.at.map(|c| c as u32);
        let mixed = x.wrapping_mul(73_856_093)
            ^ y.wrapping_mul(19_349_663)
            ^ z.wrapping_mul(83_492_791)
            ^ self.world.wrapping_mul(2_654_435_761);
        // The lower bits are those of the coordinates.
        ((mixed ^ (mixed >> 15)) as usize) & (numbers - 1)
    }
}

impl Grid {
    /// Sorts bodies at these positions (m) in these worlds into cells with edges of `edge` (m), by counting.
    pub(super) fn new(bodies: impl ExactSizeIterator<Item = (u32, Vec3<f64>)>, edge: f64) -> Self {
        let count = bodies.len();
        let numbers = (2 * count).next_power_of_two();
        let cells: Vec<Cell> = bodies.map(|(world, position)| cell(world, position, edge)).collect();
        let mut starts = vec![0; numbers + 1];
        for cell in &cells {
            starts[cell.number(numbers) + 1] += 1;
        }
        for i in 0..numbers {
            starts[i + 1] += starts[i];
        }
        let mut ends = starts.clone();
        let mut sorted = vec![0; count];
        for (i, cell) in cells.iter().enumerate() {
            let end = &mut ends[cell.number(numbers)];
            sorted[*end as usize] = i as u32;
            *end += 1;
        }
        Self { edge, cells, starts, sorted }
    }

    /// Calls `visit` once with each body, the own one included, in the cells around a body, in no order that means anything.
    pub(super) fn around(&self, body: usize, mut visit: impl FnMut(u32)) {
        let Cell { world, at: [x, y, z] } = self.cells[body];
        for i in 0..27 {
            let cell = Cell { world, at: [x + i % 3 - 1, y + i / 3 % 3 - 1, z + i / 9 - 1] };
            let number = cell.number(self.starts.len() - 1);
            let there = self.starts[number] as usize..self.starts[number + 1] as usize;
            // Others may share the number.
            for &other in self.sorted[there].iter().filter(|&&other| self.cells[other as usize] == cell) {
                visit(other);
            }
        }
    }

    /// Edge of the cells (m).
    pub(super) fn edge(&self) -> f64 {
        self.edge
    }
}

fn cell(world: u32, position: Vec3<f64>, edge: f64) -> Cell {
    Cell { world, at: position.to_array().map(|x| (x / edge).floor().clamp(-FARTHEST, FARTHEST) as i32) }
}
