//! How well an encoder knows experiences that it was not trained on, group by group, in units of each feature's variance over them.

use super::encoder::Encoder;
use super::error::Result;
use super::world_model::Foreseen;
use burgess_physics::experience::{Experience, Role};

/// A group of observed features, and what is missed of it (mean square over variance: 0 is perfect, 1 is as good as the mean);
/// NaN where nothing changes, or there was no frame to foresee.
#[derive(Clone, Debug, PartialEq)]
pub struct Missed {
    /// The group's name.
    pub group: String,
    /// By foresight of one frame.
    pub one_step: f64,
    /// By imagination of the last frames after the ones before.
    pub imagined: f64,
    /// By a guess that nothing changes from where imagination began.
    pub still: f64,
}

/// Sums over frames of one column.
#[derive(Clone, Copy, Default)]
struct Column {
    count: f64,
    sum: f64,
    squares: f64,
    one_step: f64,
    dreamt: f64,
    imagined: f64,
    still: f64,
}

impl Encoder {
    /// What a world model misses of each observed group, and last of all groups together. The first frame of a sequence is not scored, since there is nothing to foresee it from.
    /// Sequences with more than `frames` frames are imagined from there to the end; shorter ones count for one step only. Features that never change are left out.
    ///
    /// # Errors
    ///
    /// Experiences that aren't of the layout, or another kind of encoder.
    pub fn missed(&self, experiences: &[&Experience], frames: usize) -> Result<Vec<Missed>> {
        let observed = self.layout().columns(Role::Observed);
        let mut columns = vec![Column::default(); observed.len()];
        for &experience in experiences {
            let truth = experience.rows(self.layout().width(), &observed);
            let Foreseen { observed: foreseen, .. } = self.predict(experience)?;
            let both = truth.chunks_exact(observed.len()).zip(foreseen.chunks_exact(observed.len()));
            for (truth, guess) in both.skip(1) {
                for ((column, &x), &guess) in columns.iter_mut().zip(truth).zip(guess) {
                    let x = f64::from(x);
                    column.count += 1.0;
                    column.sum += x;
                    column.squares += x * x;
                    column.one_step += (x - f64::from(guess)).powi(2);
                }
            }
            self.dream(experience, frames, &observed, &mut columns)?;
        }
        Ok(self.by_group(&columns))
    }

    fn dream(&self, experience: &Experience, frames: usize, observed: &[usize], columns: &mut [Column]) -> Result<()> {
        let Some(seen) = experience.frames().checked_sub(frames).filter(|&seen| seen > 0) else { return Ok(()) };
        let dream = self.imagine_rest(experience, seen)?.observed;
        let all = experience.rows(self.layout().width(), observed);
        let (before, truth) = all.split_at(seen * observed.len());
        let last = &before[(seen - 1) * observed.len()..];
        for (truth, dream) in truth.chunks_exact(observed.len()).zip(dream.chunks_exact(observed.len())) {
            for (((column, &x), &dream), &last) in columns.iter_mut().zip(truth).zip(dream).zip(last) {
                column.dreamt += 1.0;
                column.imagined += f64::from(x - dream).powi(2);
                column.still += f64::from(x - last).powi(2);
            }
        }
        Ok(())
    }

    fn by_group(&self, columns: &[Column]) -> Vec<Missed> {
        let mut rest = columns;
        let groups = self.layout().groups().iter().filter(|group| group.role == Role::Observed);
        let mut missed: Vec<Missed> = groups
            .map(|group| {
                let (own, others) = rest.split_at(group.width);
                rest = others;
                mean(group.name.clone(), own)
            })
            .collect();
        missed.push(mean("all".to_owned(), columns));
        missed
    }
}

/// The mean over columns of what is missed, each in units of its variance.
fn mean(group: String, columns: &[Column]) -> Missed {
    let (mut missed, mut changing) = ([0.0; 3], 0.0);
    for column in columns {
        let variance = column.squares / column.count - (column.sum / column.count).powi(2);
        // Below what float32 tells of the squares there is no change; and without a frame that counts, variance is not a number.
        let changes = variance > 1e-6 * column.squares / column.count;
        if !changes {
            continue;
        }
        changing += 1.0;
        let sums = [(column.one_step, column.count), (column.imagined, column.dreamt), (column.still, column.dreamt)];
        missed.iter_mut().zip(sums).for_each(|(missed, (sum, count))| *missed += sum / count / variance);
    }
    let [one_step, imagined, still] = missed.map(|sum| sum / changing);
    Missed { group, one_step, imagined, still }
}
