//! How well a recording determines each unknown, from the derivatives of all residuals at the best fit: the linear theory of least squares
//! (Seber and Wild, *Nonlinear Regression*, 1989, section 2.1).

use super::fit::solve;
use super::model::Normal;

/// An unknown that changes the root mean square of the residuals by less than this, for a change by its own size, has no influence.
const NO_INFLUENCE: f64 = 1e-9;

/// How well a recording determines the factors.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// By how much the motion changes with each factor: root mean square of the residuals' derivatives with respect to its logarithm, as
    /// a share of the ranges.
    pub influence: Vec<f64>,
    /// Standard deviation of each factor, as a share of it, if the residuals are independent noise; infinite without influence.
    pub deviation: Vec<f64>,
    /// Correlation of the estimates of each pair of factors, row after row; 0 with one that has no influence. Near 1 or -1 the recording
    /// determines only one number of the two.
    pub correlation: Vec<Vec<f64>>,
}

impl Evidence {
    /// Of the first `factors` unknowns.
    pub(super) fn new(normal: &Normal, factors: usize) -> Self {
        let size = normal.slope.len();
        let lengths: Vec<f64> = (0..size).map(|i| normal.matrix[i * size + i].sqrt()).collect();
        let influence: Vec<f64> = lengths.iter().map(|length| length / (normal.count.max(1) as f64).sqrt()).collect();
        let live: Vec<usize> = (0..size).filter(|&i| influence[i] > NO_INFLUENCE).collect();
        let inverse = inverse(normal, &live, &lengths);
        let variance = normal.loss / normal.count.saturating_sub(live.len()).max(1) as f64;
        let place = |i: usize| live.iter().position(|&other| other == i);
        let deviation = |i: usize| place(i).map_or(f64::INFINITY, |p| (variance * inverse[p][p]).sqrt() / lengths[i]);
        let correlation = |i: usize, j: usize| match (place(i), place(j)) {
            (Some(p), Some(q)) => inverse[p][q] / (inverse[p][p] * inverse[q][q]).sqrt(),
            _ => f64::from(u8::from(i == j)),
        };
        Self {
            deviation: (0..factors).map(deviation).collect(),
            correlation: (0..factors).map(|i| (0..factors).map(|j| correlation(i, j)).collect()).collect(),
            influence: influence[..factors].to_vec(),
        }
    }

    /// Whether an unknown shows in the recording at all.
    pub fn shows(&self, unknown: usize) -> bool {
        self.influence[unknown] > NO_INFLUENCE
    }
}

/// The inverse of the matrix among some unknowns, each over its length; all infinite where unknowns do the same.
fn inverse(normal: &Normal, live: &[usize], lengths: &[f64]) -> Vec<Vec<f64>> {
    let (size, count) = (normal.slope.len(), live.len());
    let scaled = |i: usize, j: usize| normal.matrix[i * size + j] / (lengths[i] * lengths[j]);
    let matrix: Vec<f64> = live.iter().flat_map(|&i| live.iter().map(move |&j| scaled(i, j))).collect();
    let column = |p: usize| {
        let slope = (0..count).map(|q| if q == p { -1.0 } else { 0.0 }).collect();
        let unit = Normal { matrix: matrix.clone(), slope, loss: 0.0, count: 0 };
        solve(&unit, 0.0).unwrap_or_else(|| vec![f64::INFINITY; count])
    };
    (0..count).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line through four points: textbook formulas for intercept and slope. The third unknown does nothing.
    #[test]
    fn a_line_through_points_has_the_deviations_of_the_textbook() {
        let xs = [0.0, 1.0, 2.0, 4.0];
        let sum = |f: fn(f64) -> f64| xs.map(f).iter().sum::<f64>();
        let (n, sx, sxx) = (4.0, sum(|x| x), sum(|x| x * x));
        let matrix = vec![n, sx, 0.0, sx, sxx, 0.0, 0.0, 0.0, 0.0];
        let evidence = Evidence::new(&Normal { matrix, slope: vec![0.0; 3], loss: 0.5, count: 4 }, 3);
        let (variance, determinant) = (0.5 / 2.0, n * sxx - sx * sx);
        let expected = [(variance * sxx / determinant).sqrt(), (variance * n / determinant).sqrt()];
        for (deviation, expected) in evidence.deviation.iter().zip(expected) {
            assert!((deviation - expected).abs() < 1e-12, "{deviation}, not {expected}");
        }
        assert!((evidence.correlation[0][1] + sx / (n * sxx).sqrt()).abs() < 1e-12, "{evidence:?}");
        assert!(!evidence.shows(2) && evidence.deviation[2] == f64::INFINITY && evidence.shows(0));
    }
}
