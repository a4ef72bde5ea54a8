//! Least squares after Levenberg (1944) and Marquardt (1963): each step solves (J^T J + lambda diag J^T J) d = -J^T r.

use super::model::{MotionModel, Normal};
use crate::experiment::Identify;

/// What became of one guess.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// Factors that it began with, one an unknown.
    pub guess: Vec<f64>,
    /// Factors at the end.
    pub factors: Vec<f64>,
    /// All unknowns at the end: logarithms of the factors, then how far the start is moved.
    pub unknowns: Vec<f64>,
    /// Where the fit stood after each step.
    pub course: Vec<Stand>,
    /// Root mean square of the residuals over the whole recording, as a share of the ranges.
    pub residual: f64,
}

/// Where a fit stands.
#[derive(Clone, Debug)]
pub struct Stand {
    /// The horizon (s).
    pub horizon: f64,
    /// Root mean square of the residuals over that.
    pub residual: f64,
    /// The factors.
    pub factors: Vec<f64>,
}

/// First damping, and its factors after a step that helps and one that does not.
const DAMPING: (f64, f64, f64) = (1e-2, 0.2, 4.0);
/// Damping above which no step helps any more.
const MOST_DAMPING: f64 = 1e8;
/// Longest step of a factor's logarithm.
const LONGEST: f64 = 0.5;
/// Largest logarithm of a factor, on either side.
const FARTHEST: f64 = 3.0;
/// A loss that a step lowers by less than this share of it has come to rest.
const REST: f64 = 1e-9;

/// Residuals whose root mean square is below this are rounding.
const ROUNDING: f64 = 1e-12;

/// Fits a guess over growing horizons.
pub(super) fn fit(spec: &Identify, model: &MotionModel<'_>, guess: &[f64]) -> Fitted {
    let mut place: Vec<f64> = guess.iter().map(|factor| libm::log(*factor)).collect();
    place.resize(model.len(), 0.0);
    let unknowns = spec.unknowns.len();
    let mut course = Vec::new();
    let whole = model.duration();
    let horizons = spec.horizons.iter().copied().filter(|&horizon| horizon < whole).chain([whole]);
    for horizon in horizons {
        let mut stand = |place: &[f64], loss: f64, count: usize| {
            course.push(Stand { horizon, residual: mean(loss, count), factors: factors(&place[..unknowns]) });
        };
        descend(model, horizon, spec.steps, unknowns, &mut place, &mut stand);
    }
    let residual = model.loss(&place, whole).map_or(f64::INFINITY, |(loss, count)| mean(loss, count));
    Fitted { guess: guess.to_vec(), factors: factors(&place[..unknowns]), unknowns: place, course, residual }
}

fn factors(logs: &[f64]) -> Vec<f64> {
    logs.iter().map(|&log| libm::exp(log)).collect()
}

/// Root mean square.
fn mean(loss: f64, count: usize) -> f64 {
    (loss / count.max(1) as f64).sqrt()
}

/// Takes steps until they no longer help; `stand` is told where they lead.
fn descend(
    model: &MotionModel<'_>,
    horizon: f64,
    steps: u32,
    logs: usize,
    place: &mut Vec<f64>,
    stand: &mut impl FnMut(&[f64], f64, usize),
) {
    let Some(mut normal) = model.normal(place, horizon) else { return };
    stand(place, normal.loss, normal.count);
    if mean(normal.loss, normal.count) < ROUNDING {
        return;
    }
    let mut damping = DAMPING.0;
    for _ in 0..steps {
        let Some((next, loss)) = better(model, horizon, &normal, logs, place, &mut damping) else { return };
        let rests = normal.loss - loss <= REST * normal.loss || mean(loss, normal.count) < ROUNDING;
        *place = next;
        stand(place, loss, normal.count);
        if rests {
            return;
        }
        let Some(there) = model.normal(place, horizon) else { return };
        normal = there;
    }
}

/// The first step that helps, with ever more damping; none where none does.
fn better(
    model: &MotionModel<'_>,
    horizon: f64,
    normal: &Normal,
    logs: usize,
    place: &[f64],
    damping: &mut f64,
) -> Option<(Vec<f64>, f64)> {
    let (_, less, more) = DAMPING;
    while *damping < MOST_DAMPING {
        let step = solve(normal, *damping);
        let next = step.map(|step| moved(place, &step, logs));
        let loss = next.as_ref().and_then(|next| model.loss(next, horizon)).map(|(loss, _)| loss);
        if let (Some(next), Some(loss)) = (next, loss)
            && loss < normal.loss
        {
            *damping = (*damping * less).max(1e-12);
            return Some((next, loss));
        }
        *damping *= more;
    }
    None
}

/// A step from a place, shortened where a factor would leap, within bounds. The first `logs` are logarithms of factors.
fn moved(place: &[f64], step: &[f64], logs: usize) -> Vec<f64> {
    let longest = step[..logs].iter().fold(0.0, |longest: f64, d| longest.max(d.abs()));
    let share = if longest > LONGEST { LONGEST / longest } else { 1.0 };
    let mut next: Vec<f64> = place.iter().zip(step).map(|(x, d)| x + share * d).collect();
    next[..logs].iter_mut().for_each(|log| *log = log.clamp(-FARTHEST, FARTHEST));
    next
}

/// Solves the damped equations by Cholesky's factorisation; none where they are not positive definite.
pub(super) fn solve(normal: &Normal, damping: f64) -> Option<Vec<f64>> {
    let size = normal.slope.len();
    let mut l = normal.matrix.clone();
    for i in 0..size {
        // What no residual depends on stays where it is.
        l[i * size + i] = l[i * size + i] * (1.0 + damping) + f64::MIN_POSITIVE;
    }
    for i in 0..size {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| l[i * size + k] * l[j * size + k]).sum();
            let rest = l[i * size + j] - sum;
            l[i * size + j] = if i > j {
                rest / l[j * size + j]
            } else if rest > 0.0 {
                rest.sqrt()
            } else {
                return None;
            };
        }
    }
    let mut x: Vec<f64> = normal.slope.iter().map(|s| -s).collect();
    for i in 0..size {
        let sum: f64 = (0..i).map(|k| l[i * size + k] * x[k]).sum();
        x[i] = (x[i] - sum) / l[i * size + i];
    }
    for i in (0..size).rev() {
        let sum: f64 = (i + 1..size).map(|k| l[k * size + i] * x[k]).sum();
        x[i] = (x[i] - sum) / l[i * size + i];
    }
    x.iter().all(|x| x.is_finite()).then_some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_damped_equations_are_solved() {
        let normal = Normal { matrix: vec![4.0, 2.0, 2.0, 3.0], slope: vec![-8.0, -7.0], loss: 1.0, count: 2 };
        let x = solve(&normal, 0.0).unwrap();
        assert!((x[0] - 1.25).abs() < 1e-12 && (x[1] - 1.5).abs() < 1e-12, "{x:?}");
        let damped = solve(&normal, 1.0).unwrap();
        assert!((8.0 * damped[0] + 2.0 * damped[1] - 8.0).abs() < 1e-12);
        assert!((2.0 * damped[0] + 6.0 * damped[1] - 7.0).abs() < 1e-12);
        assert!(solve(&Normal { matrix: vec![1.0, 2.0, 2.0, 1.0], ..normal }, 0.0).is_none());
    }
}
