//! Age layers: bodies that have just changed compete with each other, not with bodies whose brains have had time to fit them.
//!
//! A brain is tuned to its body. Change the body, and at first it walks worse, however good it could become: in a cell that an old
//! body holds, nearly every change is turned down, and the search settles on the bodies that it found early (Cheney, Bongard,
//! SunSpiral and Lipson 2018, "Scalable co-optimization of morphology and control in embodied machines", J. R. Soc. Interface
//! 15: 20170937, who protect bodies by their morphological age). Layers by age are Hornby's (2006, "ALPS: The Age-Layered
//! Population Structure for Reducing the Problem of Premature Convergence"); here the age is that of the body alone.
//!
//! Each cell keeps one elite a layer. The *body age* of a candidate is the number of generations of ancestors since the topology
//! last changed: 0 for one without a parent or of another topology than its first parent, else one more than the parent's. So a
//! lineage climbs from layer to layer as it reproduces, and meets the older ones only after it has had its time. Nobody else
//! moves: an elite leaves its layer when a better one of that layer comes.

use super::spec::Protection;

/// Where one layer ends and the next one begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgeLayers {
    /// Ages at which the second layer, the third and so on begin, ascending; none for a single layer.
    limits: Vec<u32>,
}

impl AgeLayers {
    /// Those that an experiment asks for, or a single one.
    pub fn new(protection: Option<&Protection>) -> Self {
        let limits = match protection {
            None => Vec::new(),
            Some(Protection::AgeLayers(limits)) => limits.clone(),
        };
        Self { limits }
    }

    /// Number of layers.
    pub fn count(&self) -> usize {
        self.limits.len() + 1
    }

    /// The layer of a body age, the youngest being 0.
    pub fn of(&self, age: u32) -> usize {
        self.limits.partition_point(|&limit| limit <= age)
    }
}

/// The best elite of every cell, with its cell, ordered by cell; of equals the one in the lowest slot. The elites come with their slots, in
/// ascending order; slot `s` is of cell `s % cells`.
pub fn best_of_cells<T>(elites: Vec<(usize, T)>, cells: usize, reward: impl Fn(&T) -> f32) -> Vec<(usize, T)> {
    let mut best = std::collections::BTreeMap::new();
    for (slot, elite) in elites {
        let better = |other: &T| reward(&elite) > reward(other);
        if best.get(&(slot % cells)).is_none_or(better) {
            best.insert(slot % cells, elite);
        }
    }
    best.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_belongs_to_the_older_layer() {
        let layers = AgeLayers::new(Some(&Protection::AgeLayers(vec![10, 40])));
        assert_eq!(layers.count(), 3);
        assert_eq!([0, 9, 10, 39, 40, u32::MAX].map(|age| layers.of(age)), [0, 0, 1, 1, 2, 2]);
        assert_eq!((AgeLayers::default().count(), AgeLayers::default().of(7)), (1, 0));
    }
}
