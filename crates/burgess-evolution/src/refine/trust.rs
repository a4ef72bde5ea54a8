//! How far gradients can be trusted: what they promised against what came of it, and how a lineage hands that on.

use crate::experiment::TrustRule;

/// Collects what the steps of one candidate promised and what they did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agreement {
    /// The objective before the last step, and what the gradient promised of that step.
    pending: Option<(f64, f64)>,
    /// Sum of promise times improvement.
    product: f64,
    /// Sum of the promises' squares.
    square: f64,
}

impl Agreement {
    /// The objective where the candidate is now; tells what the step before has done.
    pub fn observe(&mut self, objective: f64) {
        if let Some((before, promise)) = self.pending.take() {
            self.product += promise * (objective - before);
            self.square += promise * promise;
        }
    }

    /// A step is taken from `objective`, of which the gradient promises an improvement.
    pub fn expect(&mut self, objective: f64, promise: f64) {
        self.pending = Some((objective, promise));
    }

    /// The slope of the line through the origin that fits improvements over promises best, within -1 and 1: 1 when gradients tell the
    /// truth (or too little), 0 when they say nothing, -1 when they lead astray. None without a step that promised anything.
    pub fn figure(&self) -> Option<f64> {
        let figure = self.product / self.square;
        figure.is_finite().then(|| figure.clamp(-1.0, 1.0))
    }
}

impl TrustRule {
    /// The trust that a candidate is born with. Nothing speaks against one without a parent.
    pub fn inherited(&self, parent: Option<f32>) -> f32 {
        parent.map_or(1.0, |trust| trust + self.recovery as f32 * (1.0 - trust))
    }

    /// Whether gradients are followed for a candidate born with this trust.
    pub fn follows(&self, inherited: f32) -> bool {
        f64::from(inherited) >= self.threshold
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(steps: &[(f64, f64)]) -> Option<f64> {
        let mut agreement = Agreement::default();
        let mut objective = 3.0;
        for (promise, improvement) in steps {
            agreement.observe(objective);
            agreement.expect(objective, *promise);
            objective += improvement;
        }
        agreement.observe(objective);
        agreement.figure()
    }

    #[test]
    fn promises_are_kept_exceeded_or_broken() {
        assert_eq!(figure(&[(0.5, 0.5), (0.25, 0.25)]), Some(1.0));
        assert_eq!(figure(&[(0.5, 0.25), (0.5, 0.25)]), Some(0.5));
        assert_eq!(figure(&[(0.5, 2.0)]), Some(1.0));
        assert_eq!(figure(&[(0.5, -4.0)]), Some(-1.0));
        // A step that was to go down and did is a kept promise.
        assert_eq!(figure(&[(-0.5, -0.5)]), Some(1.0));
        assert_eq!(figure(&[(0.0, 1.0)]), None);
        assert_eq!(figure(&[]), None);
    }

    #[test]
    fn what_the_last_step_did_is_not_known_without_another_gradient() {
        let mut agreement = Agreement::default();
        agreement.observe(1.0);
        agreement.expect(1.0, 0.5);
        assert_eq!(agreement.figure(), None);
    }

    #[test]
    fn lost_trust_comes_back_slowly() {
        let rule = TrustRule { threshold: 0.0, recovery: 0.1 };
        assert_eq!(rule.inherited(None), 1.0);
        assert_eq!(rule.inherited(Some(1.0)), 1.0);
        let mut trust = -1.0;
        let generations = (1..).find(|_| {
            trust = rule.inherited(Some(trust));
            rule.follows(trust)
        });
        assert_eq!(generations, Some(7));
        assert!(TrustRule { threshold: -1.0, recovery: 0.0 }.follows(-1.0));
    }
}
