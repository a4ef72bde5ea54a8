//! Products of small matrices, in plain loops that fill vector registers. Each sum runs in the order of its terms, so that the bits depend
//! neither on the processor nor on how rows are grouped.

use burgess_core::autodiff::Real;

/// Columns that are computed side by side.
const WIDE: usize = 8;
/// Rows that share a pass over the right matrix.
const TALL: usize = 4;

/// A matrix in a list: its element (row, column) stands at `row * rows_apart + column * columns_apart`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matrix<'a, T> {
    pub(crate) numbers: &'a [T],
    pub(crate) rows_apart: usize,
    pub(crate) columns_apart: usize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// Row after row, of so many columns.
    pub(crate) fn by_rows(numbers: &'a [T], columns: usize) -> Self {
        let rows = numbers.len() / columns.max(1);
        Self { numbers, rows_apart: columns, columns_apart: 1, rows, columns }
    }

    /// The same with rows for columns.
    pub(crate) fn transposed(self) -> Self {
        let Self { numbers, rows_apart, columns_apart, rows, columns } = self;
        Self { numbers, rows_apart: columns_apart, columns_apart: rows_apart, rows: columns, columns: rows }
    }
}

/// `sum` += `a` `b`, where `sum` and `b` stand row after row and have so many `columns`.
pub(crate) fn add_product<T: Real>(sum: &mut [T], a: Matrix<'_, T>, b: &[T], columns: usize) {
    debug_assert_eq!((sum.len(), b.len()), (a.rows * columns, a.columns * columns));
    let mut row = 0;
    while row + TALL <= a.rows {
        add_rows::<TALL, T>(&mut sum[row * columns..(row + TALL) * columns], a, row, b, columns);
        row += TALL;
    }
    for row in row..a.rows {
        add_rows::<1, T>(&mut sum[row * columns..(row + 1) * columns], a, row, b, columns);
    }
}

/// The rows of the product from `first` on, `ROWS` of them.
#[inline(always)]
fn add_rows<const ROWS: usize, T: Real>(sum: &mut [T], a: Matrix<'_, T>, first: usize, b: &[T], columns: usize) {
    let mut column = 0;
    while column + WIDE <= columns {
        add_tile::<ROWS, T>(sum, a, first, b, columns, column, column);
        column += WIDE;
    }
    if column == columns {
        return;
    }
    if columns >= WIDE {
        // The last tile laps over the one before, whose columns are left as they are.
        add_tile::<ROWS, T>(sum, a, first, b, columns, columns - WIDE, column);
        return;
    }
    for row in 0..ROWS {
        for column in column..columns {
            let mut own = sum[row * columns + column];
            for k in 0..a.columns {
                own += a.numbers[(first + row) * a.rows_apart + k * a.columns_apart] * b[k * columns + column];
            }
            sum[row * columns + column] = own;
        }
    }
}

/// `ROWS` rows of the [`WIDE`] columns from `left` on, of which those from `from` on are written.
#[inline(always)]
fn add_tile<const ROWS: usize, T: Real>(
    sum: &mut [T],
    a: Matrix<'_, T>,
    first: usize,
    b: &[T],
    columns: usize,
    left: usize,
    from: usize,
) {
    let mut tile = [[T::zero(); WIDE]; ROWS];
    for (row, tile) in tile.iter_mut().enumerate() {
        tile.copy_from_slice(&sum[row * columns + left..][..WIDE]);
    }
    for k in 0..a.columns {
        let b: &[T; WIDE] = b[k * columns + left..][..WIDE].try_into().expect("so many columns");
        for (row, tile) in tile.iter_mut().enumerate() {
            let x = a.numbers[(first + row) * a.rows_apart + k * a.columns_apart];
            for (sum, &b) in tile.iter_mut().zip(b) {
                *sum += x * b;
            }
        }
    }
    for (row, tile) in tile.iter().enumerate() {
        sum[row * columns + from..row * columns + left + WIDE].copy_from_slice(&tile[from - left..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::rng::{Purpose, Stream};

    #[test]
    fn products_are_those_of_the_plain_loops() {
        let mut stream = Stream::new(1, 0, 0, Purpose::Test);
        let mut numbers = |count: usize| (0..count).map(|_| stream.normal() as f32).collect::<Vec<f32>>();
        for (rows, inner, columns) in [(1, 1, 1), (4, 8, 8), (5, 3, 19), (9, 7, 5), (6, 26, 67)] {
            let (a, b, start) = (numbers(rows * inner), numbers(inner * columns), numbers(rows * columns));
            let mut sum = start.clone();
            add_product(&mut sum, Matrix::by_rows(&a, inner), &b, columns);
            for row in 0..rows {
                for column in 0..columns {
                    let mut expected = start[row * columns + column];
                    (0..inner).for_each(|k| expected += a[row * inner + k] * b[k * columns + column]);
                    assert_eq!(sum[row * columns + column], expected, "{rows} {inner} {columns}");
                }
            }
            // The left matrix may stand column after column.
            let columns_first: Vec<f32> = (0..inner * rows).map(|i| a[i % rows * inner + i / rows]).collect();
            let mut again = start;
            add_product(&mut again, Matrix::by_rows(&columns_first, rows).transposed(), &b, columns);
            assert_eq!(sum, again);
        }
    }
}
