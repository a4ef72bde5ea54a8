//! The two ways up: along gradients, and by trial.

use super::coordinates::Coordinates;
use super::landscape::Landscape;
use crate::experiment::Ascent;
use crate::genome::Genome;
use crate::inverse::descent::Steps;
use burgess_core::rng::Stream;

/// Standard deviation of hill climbing's first trials (scaled units).
const FIRST_TRIALS: f64 = 0.5;
/// Factor on it after a success; the fourth root of its inverse after a failure, so that a fifth of the trials succeed
/// (Rechenberg 1973).
const WIDEN: f64 = 1.5;
/// See `WIDEN`.
const NARROW: f64 = 0.903602003609845;

/// A way and where it ended.
#[derive(Clone, Debug)]
pub struct Course {
    /// The best genome found, by the horizon.
    pub genome: Genome,
    /// Its objective.
    pub best: f64,
    /// The objective at each evaluation: of gradient ascent where it stood, of hill climbing the best so far.
    pub heights: Vec<f64>,
    /// Gradients that were not finite, or trials that led to no valid body or diverged.
    pub lost: u32,
}

/// Adam within bounds; a gradient that is not finite ends it where it stands.
pub(super) fn ascend(spec: &Ascent, landscape: &Landscape<'_>, coordinates: &Coordinates) -> Course {
    let mut steps = Steps::new(&spec.descent, coordinates.len());
    let mut place = vec![0.0; coordinates.len()];
    let mut course = Course::new(coordinates.origin());
    for _ in 0..spec.descent.steps {
        let genome = coordinates.at(&place);
        let Some((height, slope)) = landscape.slope(&genome) else {
            course.lost += 1;
            return course;
        };
        course.stand(genome, height);
        steps.climb(&mut place, coordinates.scaled(&slope));
        place.iter_mut().for_each(|y| *y = y.clamp(-spec.bound, spec.bound));
    }
    let genome = coordinates.at(&place);
    match landscape.height(&genome) {
        Some(height) => course.stand(genome, height),
        None => course.lost += 1,
    }
    course
}

/// One parent, one child with normal noise on every gene, the better one goes on; the noise follows the one-fifth rule.
pub(super) fn climb_hill(
    evaluations: u32,
    bound: f64,
    landscape: &Landscape<'_>,
    coordinates: &Coordinates,
    stream: &mut Stream,
) -> Course {
    let mut place = vec![0.0; coordinates.len()];
    let mut course = Course::new(coordinates.origin());
    let mut sigma = FIRST_TRIALS;
    for evaluation in 0..evaluations {
        let noise = if evaluation == 0 { 0.0 } else { sigma };
        let trial: Vec<f64> = place.iter().map(|y| (y + noise * stream.normal()).clamp(-bound, bound)).collect();
        let genome = coordinates.at(&trial);
        let height = landscape.height(&genome);
        course.lost += u32::from(height.is_none());
        let better = height.is_some_and(|height| height > course.best);
        if let Some(height) = height.filter(|_| better) {
            (course.genome, course.best, place) = (genome, height, trial);
        }
        sigma *= if better { WIDEN } else { NARROW };
        course.heights.push(course.best);
    }
    course
}

impl Course {
    fn new(genome: Genome) -> Self {
        Self { genome, best: f64::NEG_INFINITY, heights: Vec::new(), lost: 0 }
    }

    /// Takes down where it stands.
    fn stand(&mut self, genome: Genome, height: f64) {
        self.heights.push(height);
        if height > self.best {
            (self.genome, self.best) = (genome, height);
        }
    }
}
