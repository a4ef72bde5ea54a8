//! Sixteen numbers at a time: the arithmetic of [`Cloud`](super::cloud::Cloud), for any processor and for wide registers of x86.
//!
//! Compilers would make wide instructions of the plain code only by luck, so they are written out. All of them subtract, multiply, add
//! and compare in the same order without fusing, and give the same bits.

/// How many numbers: those of the widest registers.
pub(crate) const LANES: usize = 16;

/// Numbers side by side, on a cache line of their own.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub(crate) struct Column(pub(crate) [f32; LANES]);

impl Column {
    /// The same number in all lanes.
    pub(crate) const fn of(x: f32) -> Self {
        Self([x; LANES])
    }
}

/// Arithmetic of one kind of processor. Lists of columns have one column a dimension, as many as `query` has numbers.
///
/// # Safety
///
/// Every function may be called only where the processor has what the implementation needs.
pub(crate) unsafe trait Lanes {
    /// Squared distances of points to `query`, and those (a bit each) that are at most `bound` and whose key is at least `least_key`,
    /// which a key that is NaN is not.
    unsafe fn near(points: &[Column], keys: &Column, query: &[f32], least_key: f32, bound: f32) -> (Column, u16);

    /// Squared distances of boxes to `query`, zero inside; `least` goes down to them lane by lane.
    unsafe fn boxes(low: &[Column], high: &[Column], query: &[f32], least: &mut Column) -> Column;

    /// Those that are at most `bound`, a bit each.
    unsafe fn at_most(column: &Column, bound: f32) -> u16;
}

/// For any processor.
pub(crate) struct Portable;

// SAFETY: needs nothing.
unsafe impl Lanes for Portable {
    #[inline(always)]
    unsafe fn near(points: &[Column], keys: &Column, query: &[f32], least_key: f32, bound: f32) -> (Column, u16) {
        let mut sums = Column::of(0.0);
        for (column, &q) in points.iter().zip(query) {
            for (sum, x) in sums.0.iter_mut().zip(column.0) {
                *sum += (x - q) * (x - q);
            }
        }
        let is_near = |lane: usize| sums.0[lane] <= bound && keys.0[lane] >= least_key;
        let near = (0..LANES).fold(0, |mask, lane| mask | (u16::from(is_near(lane)) << lane));
        (sums, near)
    }

    #[inline(always)]
    unsafe fn boxes(low: &[Column], high: &[Column], query: &[f32], least: &mut Column) -> Column {
        let mut sums = Column::of(0.0);
        for ((low, high), &q) in low.iter().zip(high).zip(query) {
            for (sum, (low, high)) in sums.0.iter_mut().zip(low.0.iter().zip(high.0)) {
                let excess = (low - q).max(q - high).max(0.0);
                *sum += excess * excess;
            }
        }
        least.0.iter_mut().zip(sums.0).for_each(|(least, sum)| *least = least.min(sum));
        sums
    }

    #[inline(always)]
    unsafe fn at_most(column: &Column, bound: f32) -> u16 {
        (0..LANES).fold(0, |mask, lane| mask | (u16::from(column.0[lane] <= bound) << lane))
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Column, Lanes};
    use std::arch::x86_64::*;

    /// For processors with AVX-512 F.
    pub(crate) struct Avx512;

    // SAFETY: a column is sixteen floats on a boundary of 64 bytes, which is what is loaded and stored.
    unsafe impl Lanes for Avx512 {
        #[inline]
        #[target_feature(enable = "avx512f")]
        unsafe fn near(points: &[Column], keys: &Column, query: &[f32], least_key: f32, bound: f32) -> (Column, u16) {
            let mut sums = _mm512_setzero_ps();
            for (column, &q) in points.iter().zip(query) {
                let difference = _mm512_sub_ps(unsafe { _mm512_load_ps(column.0.as_ptr()) }, _mm512_set1_ps(q));
                sums = _mm512_add_ps(sums, _mm512_mul_ps(difference, difference));
            }
            let near = _mm512_cmp_ps_mask::<_CMP_LE_OQ>(sums, _mm512_set1_ps(bound));
            let keys = unsafe { _mm512_load_ps(keys.0.as_ptr()) };
            let near = _mm512_mask_cmp_ps_mask::<_CMP_GE_OQ>(near, keys, _mm512_set1_ps(least_key));
            let mut column = Column::of(0.0);
            unsafe { _mm512_store_ps(column.0.as_mut_ptr(), sums) };
            (column, near)
        }

        #[inline]
        #[target_feature(enable = "avx512f")]
        unsafe fn boxes(low: &[Column], high: &[Column], query: &[f32], least: &mut Column) -> Column {
            let mut sums = _mm512_setzero_ps();
            for ((low, high), &q) in low.iter().zip(high).zip(query) {
                let q = _mm512_set1_ps(q);
                let below = _mm512_sub_ps(unsafe { _mm512_load_ps(low.0.as_ptr()) }, q);
                let above = _mm512_sub_ps(q, unsafe { _mm512_load_ps(high.0.as_ptr()) });
                let excess = _mm512_max_ps(_mm512_max_ps(below, above), _mm512_setzero_ps());
                sums = _mm512_add_ps(sums, _mm512_mul_ps(excess, excess));
            }
            let mut column = Column::of(0.0);
            unsafe {
                _mm512_store_ps(least.0.as_mut_ptr(), _mm512_min_ps(_mm512_load_ps(least.0.as_ptr()), sums));
                _mm512_store_ps(column.0.as_mut_ptr(), sums);
            }
            column
        }

        #[inline]
        #[target_feature(enable = "avx512f")]
        unsafe fn at_most(column: &Column, bound: f32) -> u16 {
            let column = unsafe { _mm512_load_ps(column.0.as_ptr()) };
            _mm512_cmp_ps_mask::<_CMP_LE_OQ>(column, _mm512_set1_ps(bound))
        }
    }

    /// For processors with AVX2: two halves.
    pub(crate) struct Avx2;

    #[inline]
    #[target_feature(enable = "avx2")]
    fn halves(column: &Column) -> [__m256; 2] {
        // SAFETY: both halves lie in the column.
        unsafe { [_mm256_load_ps(column.0.as_ptr()), _mm256_load_ps(column.0.as_ptr().add(8))] }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn column([low, high]: [__m256; 2]) -> Column {
        let mut column = Column::of(0.0);
        // SAFETY: both halves lie in the column.
        unsafe {
            _mm256_store_ps(column.0.as_mut_ptr(), low);
            _mm256_store_ps(column.0.as_mut_ptr().add(8), high);
        }
        column
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn mask<const COMPARE: i32>(numbers: [__m256; 2], bound: f32) -> u16 {
        let [low, high] =
            numbers.map(|half| _mm256_movemask_ps(_mm256_cmp_ps::<COMPARE>(half, _mm256_set1_ps(bound))) as u16);
        low | high << 8
    }

    // SAFETY: what touches memory is above.
    unsafe impl Lanes for Avx2 {
        #[inline]
        #[target_feature(enable = "avx2")]
        unsafe fn near(points: &[Column], keys: &Column, query: &[f32], least_key: f32, bound: f32) -> (Column, u16) {
            let mut sums = [_mm256_setzero_ps(); 2];
            for (column, &q) in points.iter().zip(query) {
                let x = halves(column);
                for half in 0..2 {
                    let difference = _mm256_sub_ps(x[half], _mm256_set1_ps(q));
                    sums[half] = _mm256_add_ps(sums[half], _mm256_mul_ps(difference, difference));
                }
            }
            let near = mask::<_CMP_LE_OQ>(sums, bound) & mask::<_CMP_GE_OQ>(halves(keys), least_key);
            (column(sums), near)
        }

        #[inline]
        #[target_feature(enable = "avx2")]
        unsafe fn boxes(low: &[Column], high: &[Column], query: &[f32], least: &mut Column) -> Column {
            let mut sums = [_mm256_setzero_ps(); 2];
            for ((low, high), &q) in low.iter().zip(high).zip(query) {
                let (low, high, q) = (halves(low), halves(high), _mm256_set1_ps(q));
                for half in 0..2 {
                    let outside = _mm256_max_ps(_mm256_sub_ps(low[half], q), _mm256_sub_ps(q, high[half]));
                    let excess = _mm256_max_ps(outside, _mm256_setzero_ps());
                    sums[half] = _mm256_add_ps(sums[half], _mm256_mul_ps(excess, excess));
                }
            }
            let before = halves(least);
            *least = column([_mm256_min_ps(before[0], sums[0]), _mm256_min_ps(before[1], sums[1])]);
            column(sums)
        }

        #[inline]
        #[target_feature(enable = "avx2")]
        unsafe fn at_most(column: &Column, bound: f32) -> u16 {
            mask::<_CMP_LE_OQ>(halves(column), bound)
        }
    }
}
