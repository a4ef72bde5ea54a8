//! Weights and learning rates, which follow from the dimension and the number of parents (Hansen 2016, table 1, with positive
//! weights only).

/// Weights of so many parents, best first: ln(parents + 1/2) - ln(rank), divided by their sum. Empty for none.
pub(crate) fn weights(parents: usize) -> Vec<f64> {
    let weight = |rank: usize| libm::log((parents as f64 + 0.5) / rank as f64);
    let total: f64 = (1..=parents).map(weight).sum();
    (1..=parents).map(|rank| weight(rank) / total).collect()
}

/// What one call of [`super::Cma::tell`] goes by; named as in the tutorial.
#[derive(Clone, Debug)]
pub(crate) struct Parameters {
    /// Weights of the parents; their sum is one.
    pub(crate) weights: Vec<f64>,
    /// How many equally weighted parents would count as much.
    pub(crate) mu_eff: f64,
    /// Learning rate of the path that leads to the rank-one update.
    pub(crate) c_c: f64,
    /// Learning rate of the path that leads to the step size.
    pub(crate) c_sigma: f64,
    /// Learning rate of the rank-one update.
    pub c_1: f64,
    /// Learning rate of the rank-mu update.
    pub(crate) c_mu: f64,
    /// Damping of the step size.
    pub(crate) d_sigma: f64,
}

impl Parameters {
    /// Those of so many parents, at least one, in n dimensions.
    pub(crate) fn new(n: usize, parents: usize) -> Self {
        let weights = weights(parents);
        let mu_eff = 1.0 / weights.iter().map(|w| w * w).sum::<f64>();
        let n = n as f64;
        let c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0);
        let c_1 = 2.0 / ((n + 1.3) * (n + 1.3) + mu_eff);
        let rank_mu = 2.0 * (mu_eff - 2.0 + 1.0 / mu_eff) / ((n + 2.0) * (n + 2.0) + mu_eff);
        Self {
            c_c: (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n),
            c_sigma,
            c_1,
            // With one parent it is zero but for rounding, which must not make it negative.
            c_mu: rank_mu.clamp(0.0, 1.0 - c_1),
            d_sigma: 1.0 + 2.0 * (((mu_eff - 1.0).max(0.0) / (n + 1.0)).sqrt() - 1.0).max(0.0) + c_sigma,
            weights,
            mu_eff,
        }
    }
}

/// The mean length of a standard normal vector in n dimensions, by the tutorial's series.
pub(crate) fn mean_length(n: usize) -> f64 {
    let n = n as f64;
    n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n))
}

/// Evaluations that may pass between decompositions so that they cost no more than the rest: those of n / (10 n (c_1 + c_mu))
/// generations in Hansen's tutorial, five times as many in pyribs, whose number this is. The parents are half a batch.
pub(crate) fn gap(n: usize, batch: usize) -> f64 {
    let usual = Parameters::new(n, (batch / 2).max(1));
    0.5 * batch as f64 / (n as f64 * (usual.c_1 + usual.c_mu))
}
