//! Packing: which creatures share a block, and on which of its lanes each lies.
//!
//! A block goes through the levels of its deepest tree, so creatures of like depth are packed together, the longest first, each
//! into the fullest block that has room. What a creature computes does not depend on where it lies.

use super::layout::LANES;

/// What packing needs to know of a creature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Links, 1 to [`LANES`].
    pub links: usize,
    /// Joints between the base and the farthest link.
    pub depth: usize,
}

/// One block: its creatures, by index, each with its first lane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Index and first lane.
    pub creatures: Vec<(usize, usize)>,
    /// Depth of the deepest tree.
    pub depth: usize,
}

/// Packs creatures into blocks.
pub fn pack(trees: &[Tree]) -> Vec<Block> {
    // Of trees of one depth and size the first comes first.
    let mut by_size: Vec<[Vec<usize>; LANES + 1]> = Vec::new();
    for (i, tree) in trees.iter().enumerate() {
        by_size.resize_with(by_size.len().max(tree.depth + 1), || std::array::from_fn(|_| Vec::new()));
        by_size[tree.depth][tree.links].push(i);
    }
    let mut blocks: Vec<Block> = Vec::new();
    // Blocks by the number of their free lanes.
    let mut with_room: [Vec<usize>; LANES + 1] = std::array::from_fn(|_| Vec::new());
    for &model in by_size.iter().rev().flat_map(|depth| depth.iter().rev()).flatten() {
        let Tree { links, depth } = trees[model];
        let fullest = (links..=LANES).find_map(|free| Some((free, with_room[free].pop()?)));
        let (free, block) = fullest.unwrap_or_else(|| {
            blocks.push(Block { creatures: Vec::with_capacity(4), depth });
            (LANES, blocks.len() - 1)
        });
        blocks[block].creatures.push((model, LANES - free));
        with_room[free - links].push(block);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::rng::{Purpose, Stream};

    fn random_trees(count: usize) -> Vec<Tree> {
        let mut stream = Stream::new(5, 0, 0, Purpose::Test);
        let mut tree = || Tree { links: stream.range(8.0, 13.0) as usize, depth: stream.range(2.0, 6.0) as usize };
        (0..count).map(|_| tree()).collect()
    }

    #[test]
    fn every_creature_has_lanes_of_its_own() {
        let trees = random_trees(1000);
        let blocks = pack(&trees);
        let mut seen = vec![0; trees.len()];
        for block in &blocks {
            let mut used = [false; LANES];
            for &(model, first) in &block.creatures {
                seen[model] += 1;
                assert!(trees[model].depth <= block.depth);
                for lane in &mut used[first..first + trees[model].links] {
                    assert!(!std::mem::replace(lane, true));
                }
            }
        }
        assert!(seen.iter().all(|&times| times == 1));
        let lanes: usize = trees.iter().map(|tree| tree.links).sum();
        assert!(lanes as f64 > 0.85 * (blocks.len() * LANES) as f64, "{lanes} lanes in {} blocks", blocks.len());
    }

    #[test]
    fn the_largest_creature_fills_a_block() {
        let blocks = pack(&[Tree { links: LANES, depth: 31 }, Tree { links: 1, depth: 0 }]);
        assert_eq!(blocks.len(), 2);
        assert_eq!(blocks[0].creatures, [(0, 0)]);
    }
}
