//! A choice of elites that represent a whole archive.

use crate::views::{ArchiveView, EliteView};

/// Indices of up to `count` elites that are spread over the archive.
///
/// The best elite comes first. Each further one is the elite whose descriptors are furthest, in units of the ranges, from those chosen
/// before (T. Gonzalez 1985); among equally far elites it is the best one. Elites with values that are not finite are left out.
///
/// ```
/// use burgess_report::spread;
/// use burgess_report::views::{ArchiveView, AxisView, EliteView, LayoutView};
///
/// let axis = AxisView { name: "x".into(), unit: "m".into(), range: (0.0, 10.0), bins: 10, counts: false };
/// let elite = |cell, reward| EliteView { cell, descriptors: vec![cell as f64], reward, refinement: None };
/// let archive = ArchiveView {
///     axes: vec![axis],
///     layout: LayoutView::Grid,
///     elites: vec![elite(1, 0.0), elite(2, 5.0), elite(9, 1.0)],
/// };
/// assert_eq!(spread(&archive, 2), [1, 2]);
/// ```
pub fn spread(archive: &ArchiveView, count: usize) -> Vec<usize> {
    let elites = &archive.elites;
    let mut rest: Vec<usize> = (0..elites.len()).filter(|&i| is_finite(&elites[i])).collect();
    let mut nearest = vec![f64::INFINITY; elites.len()];
    let mut chosen = Vec::new();
    while chosen.len() < count {
        let further = |a: usize, b: usize| {
            let order = nearest[b].total_cmp(&nearest[a]).then(elites[b].reward.total_cmp(&elites[a].reward));
            if order.is_gt() { b } else { a }
        };
        let Some(next) = rest.iter().copied().reduce(further) else { break };
        chosen.push(next);
        rest.retain(|&i| i != next);
        for &i in &rest {
            nearest[i] = nearest[i].min(squared_distance(archive, next, i));
        }
    }
    chosen
}

fn is_finite(elite: &EliteView) -> bool {
    elite.reward.is_finite() && elite.descriptors.iter().all(|d| d.is_finite())
}

/// Squared distance between two elites, in units of the ranges. A value outside a range counts as the nearer end of the range, as it does for cells.
fn squared_distance(archive: &ArchiveView, a: usize, b: usize) -> f64 {
    let share = |dimension: usize, elite: usize| {
        archive.axes[dimension].share(archive.elites[elite].descriptors[dimension]).clamp(0.0, 1.0)
    };
    (0..archive.axes.len()).map(|d| (share(d, a) - share(d, b)).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::{AxisView, LayoutView};

    fn archive(elites: &[(f64, f64)]) -> ArchiveView {
        let axis = AxisView { name: "x".into(), unit: String::new(), range: (0.0, 10.0), bins: 10, counts: false };
        let elite = |(cell, &(x, reward)): (usize, &(f64, f64))| EliteView {
            cell,
            descriptors: vec![x],
            reward,
            refinement: None,
        };
        ArchiveView {
            axes: vec![axis],
            layout: LayoutView::Grid,
            elites: elites.iter().enumerate().map(elite).collect(),
        }
    }

    #[test]
    fn the_best_comes_first_then_the_furthest() {
        let archive = archive(&[(0.0, 1.0), (2.0, 5.0), (3.0, 2.0), (9.0, 0.0), (50.0, 0.5), (6.0, f64::NAN)]);
        // 50 counts as 10, which is further from 2 than 9 is. After that the distances are 2 for 0, and 1 for 3 and for 9.
        assert_eq!(spread(&archive, 4), [1, 4, 0, 2]);
        assert_eq!(spread(&archive, 100).len(), 5);
        assert!(spread(&archive, 0).is_empty());
    }

    #[test]
    fn an_empty_archive_has_nothing_to_show() {
        assert!(spread(&archive(&[]), 3).is_empty());
    }
}
