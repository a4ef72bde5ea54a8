//! Exact nearest neighbours in a set of points that changes all the time, for archives without fixed cells.
//!
//! Points stand in blocks of sixteen, coordinate by coordinate, so that a processor takes the distances of a whole block at once.
//! Each block has its bounding box, and the boxes stand in groups of sixteen likewise: a search first takes the distances to all
//! boxes, begins with the nearest one, and passes over blocks that are farther than the worst neighbour found so far. New points
//! go into blocks at the end, and [`Cloud::tidy`] sorts them, or all when there are many of them, into blocks by halving the set along
//! its widest dimension, again and again (as in a k-d tree, Bentley 1975). In few dimensions a search then looks at a handful of
//! blocks, in ten at a third of them.
//!
//! What is found does not depend on the order of points: distances are computed in f32 in the order of the dimensions, without
//! fused operations and alike on every processor, equally near points rank by their names, and a box is never farther than a point in
//! it as computed, since rounding is monotone and the terms are the same ones.

use super::lanes::{Column, LANES, Lanes, Portable};
use std::ops::Range;

/// Shares of the squared distance to the worst neighbour so far: blocks up to there come before the others.
const NEAR_FIRST: [f32; 2] = [0.2, 1.0];

/// A set of points, each with a name and a key by which searches may leave points out.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    dims: usize,
    /// For each block `dims` columns.
    points: Vec<Column>,
    /// For each block the keys; NaN where there is no point.
    keys: Vec<Column>,
    names: Vec<[u32; LANES]>,
    /// For each group of blocks `dims` columns of lower bounds.
    low: Vec<Column>,
    high: Vec<Column>,
    /// The block that new points go to, and how many places of it are used.
    open: Option<(usize, usize)>,
    /// Number of blocks when all points were sorted last.
    arranged: usize,
    /// Points that were removed since then.
    holes: usize,
}

/// Where a point stands, until it is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PointSlot {
    block: u32,
    lane: u32,
}

/// The nearest points found so far, nearest first, of equally near ones the lower name first.
#[derive(Clone, Debug)]
pub(crate) struct Nearest {
    count: usize,
    /// Squared distance in the upper half, name in the lower one: the bits of positive floats are ordered as they are.
    found: Vec<u64>,
}

impl Nearest {
    /// Room for `count` points, at least one.
    pub(crate) fn new(count: usize) -> Self {
        Self { count, found: Vec::with_capacity(count) }
    }

    /// Squared distances and names, nearest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (f32, u32)> {
        self.found.iter().map(|&packed| (f32::from_bits((packed >> 32) as u32), packed as u32))
    }

    /// How many were found.
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// The nearest one's name.
    pub(crate) fn first(&self) -> Option<u32> {
        self.found.first().map(|&packed| packed as u32)
    }

    /// Mean distance; zero if nothing was found.
    pub(crate) fn mean_distance(&self) -> f64 {
        let sum = self.iter().map(|(squared, _)| f64::from(squared).sqrt()).fold(0.0, |sum, d| sum + d);
        sum / self.found.len().max(1) as f64
    }

    /// Gives those that were found other names.
    pub(crate) fn rename(&mut self, name: impl Fn(u32) -> u32) {
        for packed in &mut self.found {
            *packed = (*packed & !u64::from(u32::MAX)) | u64::from(name(*packed as u32));
        }
        self.found.sort_unstable();
    }

    /// Greatest squared distance that is worth a look.
    fn bound(&self) -> f32 {
        if self.found.len() < self.count { f32::MAX } else { f32::from_bits((self.found[self.count - 1] >> 32) as u32) }
    }

    /// Takes a point in if it is near enough.
    #[inline]
    pub(crate) fn offer(&mut self, squared: f32, name: u32) {
        let packed = (u64::from(squared.to_bits()) << 32) | u64::from(name);
        if self.found.len() < self.count {
            self.found.push(packed);
        } else if self.found[self.count - 1] <= packed {
            return;
        }
        // Whoever was last is overwritten.
        let mut place = self.found.len() - 1;
        while place > 0 && self.found[place - 1] > packed {
            self.found[place] = self.found[place - 1];
            place -= 1;
        }
        self.found[place] = packed;
    }
}

/// What a search looks for.
#[derive(Clone, Copy)]
struct Search<'a, A> {
    query: &'a [f32],
    least_key: f32,
    admit: A,
}

impl Cloud {
    /// No points, of `dims` dimensions.
    pub(crate) fn new(dims: usize) -> Self {
        let (points, keys, names, low, high) = Default::default();
        Self { dims, points, keys, names, low, high, open: None, arranged: 0, holes: 0 }
    }

    /// Number of blocks: those with a number from here on hold what is added after [`Cloud::seal`].
    pub(crate) fn blocks(&self) -> usize {
        self.keys.len()
    }

    /// Lets the next point begin a new block.
    pub(crate) fn seal(&mut self) {
        self.open = None;
    }

    /// Adds a point of finite coordinates, a name below 2^32 - 1 and a key that is a number.
    pub(crate) fn push(&mut self, point: &[f32], name: u32, key: f32) -> PointSlot {
        let (block, lane) = self.open.unwrap_or_else(|| (self.add_block(), 0));
        self.open = (lane + 1 < LANES).then_some((block, lane + 1));
        self.keys[block].0[lane] = key;
        self.names[block][lane] = name;
        let (group, box_lane) = (block / LANES, block % LANES);
        for (d, &x) in point.iter().enumerate() {
            self.points[block * self.dims + d].0[lane] = x;
            let (low, high) = (&mut self.low[group * self.dims + d], &mut self.high[group * self.dims + d]);
            low.0[box_lane] = low.0[box_lane].min(x);
            high.0[box_lane] = high.0[box_lane].max(x);
        }
        PointSlot { block: block as u32, lane: lane as u32 }
    }

    fn add_block(&mut self) -> usize {
        let block = self.blocks();
        self.points.resize((block + 1) * self.dims, Column::of(0.0));
        self.keys.push(Column::of(f32::NAN));
        self.names.push([u32::MAX; LANES]);
        let groups = block / LANES + 1;
        self.low.resize(groups * self.dims, Column::of(f32::INFINITY));
        self.high.resize(groups * self.dims, Column::of(f32::NEG_INFINITY));
        block
    }

    /// Removes a point.
    pub(crate) fn remove(&mut self, place: PointSlot) {
        self.keys[place.block as usize].0[place.lane as usize] = f32::NAN;
        self.holes += 1;
    }

    /// Gives a point another name.
    pub(crate) fn rename(&mut self, place: PointSlot, name: u32) {
        self.names[place.block as usize][place.lane as usize] = name;
    }

    /// A point's coordinates.
    pub(crate) fn point(&self, place: PointSlot) -> impl Iterator<Item = f32> {
        let columns = &self.points[place.block as usize * self.dims..][..self.dims];
        columns.iter().map(move |column| column.0[place.lane as usize])
    }

    /// Sorts the points that were added since the last time into blocks that are small in space, or all points where there are many
    /// such or many holes; `moved` is told the name and the new place of each one that was sorted.
    pub(crate) fn tidy(&mut self, moved: impl FnMut(u32, PointSlot)) {
        let loose = self.blocks() - self.arranged;
        let disorder = loose > 8 + self.arranged / 8 || self.holes > 8 * LANES + self.arranged * LANES / 4;
        self.sort_from(if disorder { 0 } else { self.arranged }, moved);
    }

    /// Sorts all points.
    pub(crate) fn arrange(&mut self, moved: impl FnMut(u32, PointSlot)) {
        self.sort_from(0, moved);
    }

    /// Sorts the points in the blocks from `first` on; if those are all, they are the order that new points are measured against.
    fn sort_from(&mut self, first: usize, mut moved: impl FnMut(u32, PointSlot)) {
        let mut rows: Vec<(u32, usize)> = Vec::new();
        let (mut flat, mut keys) = (Vec::new(), Vec::new());
        for block in first..self.blocks() {
            for lane in 0..LANES {
                let key = self.keys[block].0[lane];
                if !key.is_nan() {
                    rows.push((self.names[block][lane], keys.len()));
                    keys.push(key);
                    flat.extend(self.point(PointSlot { block: block as u32, lane: lane as u32 }));
                }
            }
        }
        split(&flat, self.dims, &mut rows);
        self.cut(first);
        for (name, row) in rows {
            moved(name, self.push(&flat[row * self.dims..][..self.dims], name, keys[row]));
        }
        self.seal();
        if first == 0 {
            (self.arranged, self.holes) = (self.blocks(), 0);
        }
    }

    /// Removes the blocks from `first` on.
    fn cut(&mut self, first: usize) {
        self.points.truncate(first * self.dims);
        self.keys.truncate(first);
        self.names.truncate(first);
        let groups = first.div_ceil(LANES);
        for (bounds, nowhere) in [(&mut self.low, f32::INFINITY), (&mut self.high, f32::NEG_INFINITY)] {
            bounds.truncate(groups * self.dims);
            // The boxes of the last group that are not there any more.
            for column in bounds.iter_mut().rev().take(if first.is_multiple_of(LANES) { 0 } else { self.dims }) {
                column.0[first % LANES..].fill(nowhere);
            }
        }
        self.open = None;
    }

    /// Adds the nearest of all points to `nearest`.
    pub(crate) fn nearest(&self, query: &[f32], nearest: &mut Nearest) {
        self.nearest_of(query, f32::NEG_INFINITY, |_| true, nearest);
    }

    /// Adds the nearest of all points whose key is at least `least_key` and whose name is admitted.
    pub(crate) fn nearest_of(&self, query: &[f32], least_key: f32, admit: impl Fn(u32) -> bool, nearest: &mut Nearest) {
        self.dispatch(None, &Search { query, least_key, admit }, nearest);
    }

    /// Adds the nearest of the points in some blocks.
    pub(crate) fn nearest_in(&self, blocks: Range<usize>, query: &[f32], nearest: &mut Nearest) {
        self.nearest_of_in(blocks, query, f32::NEG_INFINITY, |_| true, nearest);
    }

    /// [`Cloud::nearest_of`] among the points in some blocks.
    pub(crate) fn nearest_of_in(
        &self,
        blocks: Range<usize>,
        query: &[f32],
        least_key: f32,
        admit: impl Fn(u32) -> bool,
        nearest: &mut Nearest,
    ) {
        self.dispatch(Some(blocks), &Search { query, least_key, admit }, nearest);
    }

    fn dispatch<A: Fn(u32) -> bool>(
        &self,
        blocks: Option<Range<usize>>,
        search: &Search<'_, A>,
        nearest: &mut Nearest,
    ) {
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx512f") {
                // SAFETY: the processor has what is needed.
                return unsafe { self.search_avx512(blocks, search, nearest) };
            }
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has what is needed.
                return unsafe { self.search_avx2(blocks, search, nearest) };
            }
        }
        // SAFETY: nothing is needed.
        unsafe { self.search::<Portable, A>(blocks, search, nearest) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn search_avx512<A: Fn(u32) -> bool>(
        &self,
        blocks: Option<Range<usize>>,
        search: &Search<'_, A>,
        nearest: &mut Nearest,
    ) {
        // SAFETY: the processor has what is needed.
        unsafe { self.search::<super::lanes::Avx512, A>(blocks, search, nearest) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn search_avx2<A: Fn(u32) -> bool>(
        &self,
        blocks: Option<Range<usize>>,
        search: &Search<'_, A>,
        nearest: &mut Nearest,
    ) {
        // SAFETY: the processor has what is needed.
        unsafe { self.search::<super::lanes::Avx2, A>(blocks, search, nearest) }
    }

    /// Through some blocks, or by way of the boxes through all that can hold someone near.
    ///
    /// # Safety
    ///
    /// As [`Lanes`].
    #[inline(always)]
    unsafe fn search<L: Lanes, A: Fn(u32) -> bool>(
        &self,
        blocks: Option<Range<usize>>,
        search: &Search<'_, A>,
        nearest: &mut Nearest,
    ) {
        // SAFETY: the caller has seen to it.
        unsafe {
            if let Some(blocks) = blocks {
                return blocks.for_each(|block| self.scan::<L, A>(block, search, nearest));
            }
            let mut least = Column::of(f32::INFINITY);
            let columns = self.low.chunks_exact(self.dims).zip(self.high.chunks_exact(self.dims));
            let boxes: Vec<Column> = columns.map(|(low, high)| L::boxes(low, high, search.query, &mut least)).collect();
            let least = least.0.iter().copied().fold(f32::INFINITY, f32::min);
            let nearest_box = |(group, column): (usize, &Column)| match L::at_most(column, least) {
                0 => None,
                lanes => Some(group * LANES + lanes.trailing_zeros() as usize),
            };
            let Some(first) = boxes.iter().enumerate().find_map(nearest_box) else { return };
            self.scan::<L, A>(first, search, nearest);
            // Near boxes before those farther away, so that the bound falls early.
            let mut done = -1.0;
            for part in NEAR_FIRST {
                let limit = part * nearest.bound();
                for (group, distances) in boxes.iter().enumerate() {
                    let mut near = L::at_most(distances, limit.min(nearest.bound())) & !L::at_most(distances, done);
                    while near != 0 {
                        let lane = near.trailing_zeros() as usize;
                        near &= near - 1;
                        let block = group * LANES + lane;
                        // The bound may have fallen in the meantime.
                        if block != first && distances.0[lane] <= nearest.bound() {
                            self.scan::<L, A>(block, search, nearest);
                        }
                    }
                }
                done = limit.max(done);
            }
        }
    }

    /// Offers the points of a block that are near enough.
    ///
    /// # Safety
    ///
    /// As [`Lanes`].
    #[inline(always)]
    unsafe fn scan<L: Lanes, A: Fn(u32) -> bool>(&self, block: usize, search: &Search<'_, A>, nearest: &mut Nearest) {
        let points = &self.points[block * self.dims..][..self.dims];
        // SAFETY: the caller has seen to it.
        let (distances, mut near) =
            unsafe { L::near(points, &self.keys[block], search.query, search.least_key, nearest.bound()) };
        while near != 0 {
            let lane = near.trailing_zeros() as usize;
            near &= near - 1;
            let name = self.names[block][lane];
            if (search.admit)(name) {
                nearest.offer(distances.0[lane], name);
            }
        }
    }
}

/// Orders rows (name, index of the point) so that every run of `LANES` of them is small in space.
fn split(points: &[f32], dims: usize, rows: &mut [(u32, usize)]) {
    if rows.len() <= LANES {
        return;
    }
    let mut bounds = vec![(f32::INFINITY, f32::NEG_INFINITY); dims];
    for &(_, row) in rows.iter() {
        for (bound, &x) in bounds.iter_mut().zip(&points[row * dims..][..dims]) {
            *bound = (bound.0.min(x), bound.1.max(x));
        }
    }
    let width = |d: usize| bounds[d].1 - bounds[d].0;
    let widest = (0..dims).reduce(|a, b| if width(b) > width(a) { b } else { a }).unwrap_or(0);
    // Whole blocks on the left, so that only the last one has room.
    let middle = (rows.len() / 2).next_multiple_of(LANES).min(rows.len() - 1);
    let coordinate = |row: usize| points[row * dims + widest];
    rows.select_nth_unstable_by(middle, |a, b| coordinate(a.1).total_cmp(&coordinate(b.1)).then(a.0.cmp(&b.0)));
    let (left, right) = rows.split_at_mut(middle);
    split(points, dims, left);
    split(points, dims, right);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Squared distance and name of the nearest ones, by looking at all.
    fn naive(points: &[(u32, f32, Vec<f32>)], query: &[f32], least_key: f32, count: usize) -> Vec<(f32, u32)> {
        let distance = |point: &[f32]| point.iter().zip(query).fold(0.0, |sum, (x, q)| sum + (x - q) * (x - q));
        let admitted = points.iter().filter(|(_, key, _)| *key >= least_key);
        let mut all: Vec<(f32, u32)> = admitted.map(|(name, _, point)| (distance(point), *name)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all.truncate(count);
        all
    }

    /// What each implementation finds that this processor has.
    fn found(cloud: &Cloud, query: &[f32], least_key: f32, count: usize) -> Vec<Vec<(f32, u32)>> {
        let search = Search { query, least_key, admit: |_| true };
        let mut plain = Nearest::new(count);
        // SAFETY: needs nothing.
        unsafe { cloud.search::<Portable, _>(None, &search, &mut plain) };
        #[allow(unused_mut)]
        let mut all = vec![plain];
        #[cfg(target_arch = "x86_64")]
        {
            let mut nearest = Nearest::new(count);
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has what is needed.
                unsafe { cloud.search_avx2(None, &search, &mut nearest) };
                all.push(nearest);
            }
            let mut nearest = Nearest::new(count);
            if std::arch::is_x86_feature_detected!("avx512f") {
                // SAFETY: the processor has what is needed.
                unsafe { cloud.search_avx512(None, &search, &mut nearest) };
                all.push(nearest);
            }
        }
        all.iter().map(|nearest| nearest.iter().collect()).collect()
    }

    proptest! {
        /// Coarse coordinates make many points equally near. Points come, go, and are arranged in between.
        #[test]
        fn finds_what_a_search_through_all_points_finds(
            dims in 1usize..7,
            coarse in any::<bool>(),
            numbers in prop::collection::vec(-0.2..1.2f32, 0..4000),
            queries in prop::collection::vec(-0.5..1.5f32, 42),
            count in 1usize..20,
            arrangements in prop::collection::vec(0usize..900, 0..9),
            gone in prop::collection::vec(any::<prop::sample::Index>(), 0..200),
        ) {
            let round = |x: &f32| if coarse { (x * 4.0).round() / 4.0 } else { *x };
            let mut cloud = Cloud::new(dims);
            let mut places = std::collections::BTreeMap::new();
            let mut points = Vec::new();
            for (name, numbers) in numbers.chunks_exact(dims).enumerate() {
                let (name, point) = (name as u32, numbers.iter().map(round).collect::<Vec<_>>());
                let key = (name % 7) as f32;
                places.insert(name, cloud.push(&point, name, key));
                points.push((name, key, point));
                if arrangements.contains(&(name as usize)) {
                    cloud.tidy(|name, place| *places.get_mut(&name).unwrap() = place);
                }
            }
            for index in gone {
                if !points.is_empty() {
                    let (name, _, point) = points.swap_remove(index.index(points.len()));
                    prop_assert_eq!(cloud.point(places[&name]).collect::<Vec<_>>(), point);
                    cloud.remove(places[&name]);
                }
            }
            for query in queries.iter().map(round).collect::<Vec<_>>().chunks_exact(dims) {
                for least_key in [f32::NEG_INFINITY, 4.0] {
                    let expected = naive(&points, query, least_key, count);
                    for found in found(&cloud, query, least_key, count) {
                        prop_assert_eq!(&found, &expected);
                    }
                }
            }
        }
    }

    #[test]
    fn parts_of_a_cloud_make_the_whole() {
        let mut cloud = Cloud::new(2);
        let point = |name: u32| [(name % 10) as f32, (name / 10) as f32];
        for name in 0..70 {
            cloud.push(&point(name), name, 0.0);
        }
        cloud.seal();
        let (since, query) = (cloud.blocks(), [4.2, 5.1]);
        assert_eq!(since, 5);
        let mut nearest = Nearest::new(9);
        cloud.nearest(&query, &mut nearest);
        for name in 70..100 {
            cloud.push(&point(name), name, 0.0);
        }
        cloud.nearest_in(since..cloud.blocks(), &query, &mut nearest);
        let mut whole = Nearest::new(9);
        cloud.nearest(&query, &mut whole);
        assert_eq!(nearest.iter().collect::<Vec<_>>(), whole.iter().collect::<Vec<_>>());
        assert_eq!(whole.first(), Some(54));
    }
}
