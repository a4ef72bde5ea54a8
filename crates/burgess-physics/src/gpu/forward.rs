//! A batch through whole episodes: prepared and packed, split into rounds, and each round encoded while the device works on the one
//! before.

use super::compose::Mode;
use super::device::GpuError;
use super::encode::{Encoded, Prepared};
use super::layout::{Episode, Vec4};
use super::pace::Pace;
use super::part::{Part, PartSetup, READ_BACK, Records, side_by_side, submit, view};
use super::pool::Loan;
use super::session::{Session, Variant, lock};
use crate::error::Error;
use crate::step::abreast::Life;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

/// Parts side by side, of which dispatches are on their way.
struct Run {
    session: Arc<Session>,
    members: Vec<Member>,
    flight: Option<Flight>,
}

/// A part among others.
pub(super) struct Member {
    part: Part,
    /// Gets the results after the last dispatch.
    copy: Loan,
    /// Whether `copy` was asked to be mapped.
    mapped: bool,
}

/// A dispatch on its way.
struct Flight {
    submission: wgpu::SubmissionIndex,
    began: Instant,
    steps: Range<u32>,
    /// Steps after it.
    left: Range<u32>,
}

/// Plain simulations of whole episodes.
pub(super) const PLAIN: Variant = Variant { taped: false, mode: Mode::Episodes };

/// Simulates `steps` of all lives, in as many rounds as the device's limits ask for, at least `rounds`.
/// `begin` may put an episode under way onto each part, `finished` sees each with what it was made of; `meanwhile` is called while the
/// device works on the last.
///
/// # Errors
///
/// When the device fails or is lost, or its memory ends.
pub(super) fn simulate(
    session: &Arc<Session>,
    lives: &[Life<'_>],
    steps: Range<u32>,
    rounds: usize,
    begin: impl Fn(&Member, &Encoded) -> Result<(), GpuError>,
    mut finished: impl FnMut(&Member, &Encoded) -> Result<(), GpuError>,
    meanwhile: &mut (dyn FnMut() + Send),
) -> Result<(), Error> {
    let mut encoded = lock(&session.encoded);
    let mut pace = session.pace();
    let [current, next] = &mut *encoded;
    let prepared: Vec<Prepared<'_>> = lives.par_iter().map(Prepared::new).collect();
    let mut finish = |run: &Run, encoded: &[Encoded]| {
        run.members.iter().zip(encoded).try_for_each(|(member, encoded)| finished(member, encoded))
    };
    let mut running: Option<Run> = None;
    for round in side_by_side(PartSetup::rooms(session, PLAIN, &prepared)?, rounds, &prepared)? {
        next.resize_with(round.len(), Encoded::default);
        round.iter().zip(&mut *next).for_each(|((place, blocks), encoded)| place.encode(encoded, blocks, &prepared));
        let mut run = Run::upload(session, round.into_iter().map(|(place, _)| place), next)?;
        run.members.iter().zip(&*next).try_for_each(|(member, encoded)| begin(member, encoded))?;
        let mut before = running.take();
        match &mut before {
            Some(before) => before.complete(&mut pace, false)?,
            // The copies to the device are done when the clock of the simulation begins.
            None => session.gpu.settle()?,
        }
        run.launch(steps.clone(), &mut pace)?;
        if let Some(before) = before {
            finish(&before, current)?;
        }
        running = Some(run);
        std::mem::swap(current, next);
    }
    if let Some(mut last) = running {
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| drop(prepared));
            scope.spawn(|_| meanwhile());
            last.complete(&mut pace, true)
        })?;
        finish(&last, current)?;
    }
    Ok(())
}

impl Run {
    fn upload(
        session: &Arc<Session>,
        places: impl Iterator<Item = PartSetup>,
        encoded: &[Encoded],
    ) -> Result<Self, GpuError> {
        let creatures: usize = encoded.iter().map(|encoded| encoded.candidates.len()).sum();
        session.gpu.guarded(&format!("a batch of {creatures} creatures"), |device| {
            let member = |(place, encoded): (PartSetup, &Encoded)| {
                let part = Part::upload(place, &encoded.arrays(), Records::Room(1), encoded.activations, device)?;
                let limits = &session.gpu.facts.limits;
                let copy = session.pool.take(device, READ_BACK, part.results_size(), limits.buffer)?;
                Ok(Member { part, copy, mapped: false })
            };
            let members = places.zip(encoded).map(member).collect::<Result<_, GpuError>>()?;
            Ok(Self { session: Arc::clone(session), members, flight: None })
        })?
    }

    /// Blocks of all parts.
    fn blocks(&self) -> usize {
        self.members.iter().map(|member| member.part.blocks).sum()
    }

    /// Begins to simulate `steps`: the first dispatches are on their way when this returns.
    fn launch(&mut self, steps: Range<u32>, pace: &mut Pace) -> Result<(), GpuError> {
        let step_count = self.session.step_count(pace, self.blocks(), steps.len() as u32);
        let began = Instant::now();
        let left = steps.start + step_count..steps.end;
        let is_last = left.is_empty();
        let members = || self.members.iter().filter(|_| is_last);
        let copy_results = |encoder: &mut wgpu::CommandEncoder| {
            for Member { part, copy, .. } in members() {
                encoder.copy_buffer_to_buffer(&part.results, 0, copy, 0, part.results_size());
            }
        };
        let map = || {
            for Member { part, copy, .. } in members() {
                copy.map_async(wgpu::MapMode::Read, ..part.results_size(), |_| {});
            }
        };
        let parts = self.members.iter().map(|member| &member.part);
        let dispatches: Vec<_> = parts.map(|part| part.forward(part.span(steps.start, step_count))).collect();
        let submission = submit(&self.session, &dispatches, |_| (), copy_results, map)?;
        self.members.iter_mut().for_each(|member| member.mapped = is_last);
        self.flight = Some(Flight { submission, began, steps: steps.start..left.start, left });
        Ok(())
    }

    /// Waits for what was launched, dispatch after dispatch. `at_once` says that the host did nothing in between, so that the time
    /// of the dispatch under way tells what the device takes.
    fn complete(&mut self, pace: &mut Pace, mut at_once: bool) -> Result<(), GpuError> {
        while let Some(Flight { submission, began, steps, left }) = self.flight.take() {
            self.session.gpu.wait_for(submission)?;
            pace.spend(began.elapsed());
            if at_once {
                pace.learn(self.blocks() as u32, steps.len() as u32, began.elapsed(), steps.start == 0);
            }
            at_once = true;
            if !left.is_empty() {
                self.launch(left, pace)?;
            }
        }
        Ok(())
    }
}

impl Member {
    /// What it is about.
    pub(super) fn part(&self) -> &Part {
        &self.part
    }

    /// Puts episodes under way onto the device: the states and episodes to begin with.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub(super) fn put_states(&self, states: &[Vec4], episodes: &[Episode]) -> Result<(), GpuError> {
        let part = &self.part;
        // An ending of zero: all of them are running.
        let results = vec![0u32; part.creatures * part.place.words];
        let arrays: [(&wgpu::Buffer, u64, &[u8]); 3] = [
            (&part.states, 0, bytemuck::cast_slice(states)),
            (&part.episodes, 0, bytemuck::cast_slice(episodes)),
            (&part.results, 0, bytemuck::cast_slice(&results)),
        ];
        part.write("episodes under way", arrays.into_iter())
    }

    /// The words of the results, creature after creature, when all is simulated.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub(super) fn results(&self) -> Result<Vec<u32>, GpuError> {
        Ok(bytemuck::pod_collect_to_vec(&view(&self.copy, self.part.results_size())?))
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if self.mapped {
            self.copy.unmap();
        }
    }
}
