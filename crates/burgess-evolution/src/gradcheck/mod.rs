//! Checks of the gradients: the way back against central differences in float64, and against another backend's in float32, for every
//! class of parameters, in every situation that a step can be in.
//!
//! A derivative is compared where differences settle as their step is halved; where they do not there is a kink, which is counted and
//! named. Whether they settle does not depend on what they are compared with. Where a derivative is so small that rounding hides it,
//! the two must be as close as rounding lets one see.
//!
//! Float32 has kinks of its own: where a foot touches down in the last steps of an episode, forces grow by a factor of e every half
//! millimetre, and a gradient depends on more digits of the way than float32 has. Where it misses its bound there, but by no more than
//! the gradient in float64 changes when every number of the candidate moves by what float32 loses on the way, that is a kink, too.

pub mod class;
mod derivatives;
pub mod difference;
pub mod situation;
pub mod subject;

use burgess_core::rng::{Purpose, Stream};
use burgess_physics::gradient::{Differentiate, Objective};
use burgess_physics::model::Candidate;
use burgess_physics::step::reverse::episode::{TAPE_MEMORY, differentiate};
use burgess_physics::task::TaskPlan;
use class::{CLASSES, Class, Probe};
use derivatives::Derivatives;
use difference::{Estimate, derivative};
use rayon::prelude::*;
use subject::{Subject, value};

/// First step of the differences, as a share of a parameter's size.
const STEP: f64 = 1e-3;
/// Differences have settled when their own error is within this share of the bound that they are to judge.
const SETTLED: f64 = 0.5;
/// Rounding hides a derivative when the differences' error is at most so many times what it leaves open.
const HIDDEN: f64 = 10.0;
/// Share of the most influential class's derivative below which a class has next to none: the tails of the limit and contact laws far
/// from limits and ground.
const INFLUENCE: f64 = 1e-5;
/// What is hidden must agree within so many times the differences' error.
const SEEN: f64 = 10.0;
/// What float32 loses of a number along an episode, as a share of it. Sixty hoppers, all variations of the one in `leaving`, had lost
/// 3e-6 m/s of 0.6 m/s (root of the mean square) when they left the ground, some eighty last places, and 40 % of them missed the bound
/// where they touched down again in the last two of sixty steps. Sums with compensation, or contacts placed in float64, changed neither.
const LOST: f64 = 5e-6;
/// Candidates with such losses, drawn at random, whose gradients are compared.
const DRAWS: u64 = 8;

/// The agreement of two derivatives by one class of parameters.
#[derive(Clone, Debug)]
pub struct Row {
    /// The class.
    pub class: &'static str,
    /// Parameters compared.
    pub compared: usize,
    /// Parameters at a kink, by name.
    pub kinks: Vec<String>,
    /// Parameters whose derivatives are so small that rounding hides them, and that agree as far as can be seen.
    pub faint: usize,
    /// Norm of the difference over the norm of the derivative.
    pub error: f64,
    /// Cosine of the angle between the two.
    pub cosine: f64,
    /// Share of parameters whose derivatives have one sign, those that are next to nothing left out.
    pub signs: f64,
}

/// What a row must reach.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// Largest error.
    pub error: f64,
    /// Smallest cosine.
    pub cosine: f64,
}

impl Row {
    /// Whether it reaches the bound. Where only kinks were met nothing is known.
    pub fn reaches(&self, bound: Bound) -> bool {
        self.compared == 0 || (self.error <= bound.error && self.cosine >= bound.cosine)
    }
}

/// The reward, and some of every descriptor.
pub fn objective(task: &TaskPlan) -> Objective {
    Objective { reward: 1.0, descriptors: (0..task.descriptors.len()).map(|i| 0.1 + 0.05 * i as f64).collect() }
}

/// The way back against differences, one row a class that the subject has. Of each class at most `most` parameters are nudged, spread
/// evenly over it.
pub fn against_differences(subject: &Subject, task: &TaskPlan, bound: Bound, most: usize) -> Vec<Row> {
    let objective = objective(task);
    let derivatives = subject.derivatives(&subject.gradient(task, &objective));
    let estimate = |probe: &Probe<'_>| {
        derivative(STEP * probe.scale, |by| {
            let mut moved = subject.clone();
            (probe.nudge)(&mut moved, by);
            value(&moved.run(task), &objective)
        })
    };
    let row = |class: &Class| {
        let probes = spread(class.probes(subject, &derivatives), most);
        let estimates: Vec<Estimate> = probes.par_iter().map(estimate).collect();
        (!probes.is_empty()).then(|| judge(class.name, &probes, &estimates, bound))
    };
    CLASSES.iter().filter_map(row).collect()
}

/// At most `most` of a list, spread evenly.
fn spread<E>(list: Vec<E>, most: usize) -> Vec<E> {
    let (count, most) = (list.len(), most.min(list.len()));
    let chosen = |&(i, _): &(usize, E)| (i * most) / count != ((i + 1) * most) / count;
    list.into_iter().enumerate().filter(chosen).map(|(_, item)| item).collect()
}

/// What differentiates in float32 against the way back in float64, from the spawn point. A class is at a kink where it misses the
/// bound by no more than the gradient in float64 changes at the size of what float32 loses.
///
/// # Errors
///
/// When a device fails.
pub fn against_double(
    subject: &Subject,
    task: &TaskPlan,
    differentiator: &dyn Differentiate,
    bound: Bound,
) -> anyhow::Result<Vec<Row>> {
    let objective = objective(task);
    // Both of the same numbers.
    let candidate = subject.candidate.map(|x| x as f32);
    let exact = |candidate: &Candidate<f64>| {
        subject.derivatives(&differentiate(candidate, &subject.world, task, &objective, TAPE_MEMORY))
    };
    let double = exact(&candidate.map(f64::from));
    let moved: Vec<Derivatives> =
        (0..DRAWS).into_par_iter().map(|draw| exact(&with_losses(&candidate, draw))).collect();
    let single = subject.derivatives(&differentiator.differentiate(&[candidate], &objective)?[0]);
    let slopes = |class: &Class, derivatives: &Derivatives| -> Vec<f64> {
        class.probes(subject, derivatives).iter().map(|probe| probe.derivative * probe.scale).collect()
    };
    let pairs: Vec<_> = CLASSES.iter().map(|class| (class, slopes(class, &single), slopes(class, &double))).collect();
    let largest = pairs.iter().map(|(.., theirs)| norm(theirs)).fold(0.0, f64::max);
    let row = |(class, ours, theirs): &(&Class, Vec<f64>, Vec<f64>)| {
        let size = norm(theirs);
        let faint = size <= INFLUENCE * largest && norm(ours) <= 2.0 * INFLUENCE * largest;
        let change = moved.iter().map(|moved| distance(&slopes(class, moved), theirs)).fold(0.0, f64::max);
        let row = compare(class.name, ours, theirs, size, Vec::new());
        let kink = !row.reaches(bound) && distance(ours, theirs) <= change;
        let nothing = |kinks| compare(class.name, &[], &[], 0.0, kinks);
        (!ours.is_empty()).then(|| match (faint, kink) {
            (true, _) => Row { faint: ours.len(), ..nothing(Vec::new()) },
            (false, true) => {
                nothing(vec![format!("all (off by {:.1e}, float64 itself by {:.1e})", row.error, change / size)])
            }
            (false, false) => row,
        })
    };
    Ok(pairs.iter().filter_map(row).collect())
}

/// The candidate with what float32 loses of each number added or taken away.
fn with_losses(candidate: &Candidate<f32>, draw: u64) -> Candidate<f64> {
    let mut stream = Stream::new(1, draw, 0, Purpose::Test);
    candidate.map(|x| f64::from(x) * (1.0 + if stream.chance(0.5) { LOST } else { -LOST }))
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>())
}

fn norm(numbers: &[f64]) -> f64 {
    numbers.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Compares where differences have settled. Derivatives are per share of a parameter's size, so that those of a class can be added.
fn judge(class: &'static str, probes: &[Probe<'_>], estimates: &[Estimate], bound: Bound) -> Row {
    let size = estimates.iter().zip(probes).map(|(e, p)| (e.value * p.scale).powi(2)).sum::<f64>().sqrt();
    let resolved = SETTLED * bound.error * size;
    let (mut ours, mut theirs, mut kinks, mut faint) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (probe, estimate) in probes.iter().zip(estimates) {
        let (own, other) = (probe.derivative * probe.scale, estimate.value * probe.scale);
        let error = estimate.error * probe.scale;
        let hidden = error > resolved && estimate.error <= HIDDEN * estimate.noise;
        if hidden && (own - other).abs() <= SEEN * error {
            faint += 1;
        } else if error <= resolved || hidden {
            ours.push(own);
            theirs.push(other);
        } else {
            kinks.push(probe.name.clone());
        }
    }
    Row { faint, ..compare(class, &ours, &theirs, size, kinks) }
}

/// Compares what is of a class whose derivative is of the given norm.
fn compare(class: &'static str, ours: &[f64], theirs: &[f64], size: f64, kinks: Vec<String>) -> Row {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let gaps: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a - b).collect();
    let (own, other) = (dot(ours, ours).sqrt(), dot(theirs, theirs).sqrt());
    let matters = |(_, theirs): &(&f64, &f64)| theirs.abs() > 1e-3 * other;
    let mattering: Vec<(&f64, &f64)> = ours.iter().zip(theirs).filter(matters).collect();
    let agreeing = mattering.iter().filter(|(a, b)| (**a > 0.0) == (**b > 0.0)).count();
    // What is next to nothing beside the class has no direction worth comparing.
    let nothing = other <= 1e-6 * size;
    let error = dot(&gaps, &gaps).sqrt();
    Row {
        class,
        compared: ours.len(),
        kinks,
        faint: 0,
        error: if error == 0.0 { 0.0 } else { error / size },
        cosine: if nothing { 1.0 } else { dot(ours, theirs) / (own * other) },
        signs: if mattering.is_empty() { 1.0 } else { agreeing as f64 / mattering.len() as f64 },
    }
}
