//! Gradient arborescence: candidates that branch off a place along combinations of the gradients of reward and descriptors
//! (Fontaine and Nikolaidis 2021, "Differentiable Quality Diversity").

/// The Euclidean norm; the sum runs in order.
pub(crate) fn length(vector: &[f64]) -> f64 {
    vector.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The vector at length one, zero as it is; none when it is not finite.
pub(crate) fn unit(vector: Vec<f64>) -> Option<Vec<f64>> {
    let length = length(&vector);
    length.is_finite().then(|| match length > 0.0 {
        true => vector.into_iter().map(|x| x / length).collect(),
        false => vector,
    })
}

/// The gradients at a place, reward first, each at length one: a descriptor counts by its direction, not by its unit.
#[derive(Clone, Debug)]
pub(crate) struct Branches(Vec<Vec<f64>>);

impl Branches {
    /// Of gradients; none where one is not finite. What has no slope at all stays zero.
    pub(crate) fn new(gradients: Vec<Vec<f64>>) -> Option<Self> {
        gradients.into_iter().map(unit).collect::<Option<_>>().map(Self)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The place plus the gradients times the coefficients.
    pub(crate) fn at(&self, place: &[f64], coefficients: &[f64]) -> Vec<f64> {
        let mut to = place.to_vec();
        for (gradient, coefficient) in self.0.iter().zip(coefficients) {
            to.iter_mut().zip(gradient).for_each(|(x, g)| *x += coefficient * g);
        }
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_count_by_direction() {
        let branches = Branches::new(vec![vec![3.0, 4.0], vec![0.0, 0.0], vec![0.0, -1e-9]]).unwrap();
        assert_eq!(branches.len(), 3);
        assert_eq!(branches.at(&[1.0, 1.0], &[5.0, 7.0, 2.0]), [4.0, 3.0]);
        assert!(Branches::new(vec![vec![1.0, f64::NAN]]).is_none());
        assert!(Branches::new(vec![vec![f64::INFINITY]]).is_none());
    }
}
