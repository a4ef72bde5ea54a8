//! The GPU backend: the whole evaluation of a batch in WGSL, different bodies side by side, no host hop inside an episode.
//!
//! One mapping serves all sizes: a lane a link, creatures packed densely into blocks of 32 lanes, the tree given as data. The
//! stages stand in `shaders/`, file by file the twins of `step`.

mod batch;
pub mod compose;
mod decode;
pub mod description;
pub mod device;
mod encode;
mod forward;
pub mod gradient;
pub mod layout;
mod options;
pub mod pace;
pub mod pack;
mod part;
mod pipeline;
mod pool;
mod resume;
mod session;
mod shader;
pub mod shared_world;
mod snapshot;
mod world;

use crate::batch::lives::{fold_outcomes, lives};
use crate::batch::simulator::check_task;
use crate::batch::{Backend, Capacity, Outcome, Simulator};
use crate::error::Error;
use crate::gradient::{Differentiate, Gradient, Objective};
use crate::model::Candidate;
use crate::plan::Plan;
use crate::step::state::State;
pub use batch::GpuBatch;
use device::{AdapterKind, Gpu, GpuError};
use encode::Encoded;
use forward::{Member, PLAIN, simulate};
use gradient::TAPED;
pub use options::{Options, unsupported};
use rayon::prelude::*;
pub use resume::Standing;
use session::Session;
pub use shared_world::GpuWorld;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// Simulates and differentiates in float32 on a GPU. Clones share one session on the device.
#[derive(Clone, Debug)]
pub struct GpuBackend {
    session: Arc<Session>,
}

const _: () = {
    const fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<GpuBackend>();
};

impl GpuBackend {
    /// For a plan; compiles the shaders of its simulation. Those of gradients are compiled when the first one is asked for, or by
    /// [`differentiator`](Backend::differentiator).
    ///
    /// # Errors
    ///
    /// When the plan asks for what is [`unsupported`], or the device fails.
    pub fn new(plan: &Plan, gpu: Gpu, options: Options) -> Result<Self, Error> {
        let session = Session::new(plan, gpu, options)?;
        session.pipelines(PLAIN)?;
        Ok(Self { session: Arc::new(session) })
    }

    /// For the gradients of a plan: as [`new`](Self::new), but compiles the shaders of gradients, and leaves those of the simulation to the
    /// first that is asked for.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and when the task has more descriptors than gradients weigh.
    pub fn for_gradients(plan: &Plan, gpu: Gpu, options: Options) -> Result<Self, Error> {
        let session = Session::new(plan, gpu, options)?;
        session.pipelines(TAPED)?;
        Ok(Self { session: Arc::new(session) })
    }

    /// Loads bodies with their controllers, each at the start of an episode, to be simulated window by window.
    ///
    /// # Errors
    ///
    /// When the plan records experience or has a world model that watches (both are for whole episodes only), or the device fails.
    pub fn load(&self, candidates: Vec<Candidate<f32>>) -> Result<GpuBatch, Error> {
        check_task(self.session.task(PLAIN))?;
        GpuBatch::load(&self.session, candidates)
    }

    /// The device.
    pub fn gpu(&self) -> &Gpu {
        &self.session.gpu
    }

    /// The states after the first `steps` steps in the first environment, for tests. Where all episodes of a block have ended they may be of an earlier step.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    #[doc(hidden)]
    pub fn states_after(&self, candidates: &[Candidate<f32>], steps: u32) -> Result<Vec<State<f32>>, Error> {
        self.states(candidates, 0..steps, |_, _| Ok(()))
    }

    /// The states after `steps`, for tests, from where episodes stand before the first of them, which must be one with a decision
    /// and not the episode's first; one entry a candidate.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    #[doc(hidden)]
    pub fn states_after_from(
        &self,
        candidates: &[Candidate<f32>],
        standing: &[Standing],
        steps: Range<u32>,
    ) -> Result<Vec<State<f32>>, Error> {
        self.states(candidates, steps, |member, encoded| {
            let link_room = member.part().place.pipeline.link_room;
            let (states, episodes) = resume::arrays(encoded, link_room, |i| (&candidates[i].model, &standing[i]));
            member.put_states(&states, &episodes)
        })
    }

    fn states(
        &self,
        candidates: &[Candidate<f32>],
        steps: Range<u32>,
        begin: impl Fn(&Member, &Encoded) -> Result<(), GpuError>,
    ) -> Result<Vec<State<f32>>, Error> {
        let mut states: Vec<Option<State<f32>>> = vec![None; candidates.len()];
        let finished = |member: &Member, encoded: &Encoded| {
            let (part, model) = (member.part(), |i: usize| &candidates[i].model);
            let link_room = part.place.pipeline.link_room;
            let found = decode::states(encoded, &part.read_states()?, &part.read_episodes()?, link_room, model);
            for (&candidate, state) in encoded.candidates.iter().zip(found) {
                states[candidate] = Some(state);
            }
            Ok(())
        };
        let lives = lives(candidates, &self.session.worlds[..1]);
        simulate(&self.session, &lives, steps, 1, begin, finished, &mut || ())?;
        Ok(states.into_iter().map(|state| state.expect("every candidate is in a part")).collect())
    }

    fn attempt(
        &self,
        candidates: &[Candidate<f32>],
        rounds: usize,
        meanwhile: &mut (dyn FnMut() + Send),
    ) -> Result<Vec<Outcome>, Error> {
        let task = self.session.task(PLAIN);
        let lives = lives(candidates, &self.session.worlds);
        let mut outcomes: Vec<Option<Outcome>> = vec![None; lives.len()];
        let finished = |member: &Member, encoded: &Encoded| {
            let results = member.results()?;
            let creatures = encoded.candidates.par_iter().zip(results.par_chunks_exact(member.part().place.words));
            let found =
                creatures.map(|(&life, words)| Ok((life, decode::outcome(words, task.descriptors.len(), task.frame)?)));
            for (life, outcome) in found.collect::<Result<Vec<_>, GpuError>>()? {
                outcomes[life] = Some(outcome);
            }
            Ok(())
        };
        simulate(&self.session, &lives, 0..task.steps, rounds, |_, _| Ok(()), finished, meanwhile)?;
        let outcomes = outcomes.into_iter().map(|outcome| outcome.expect("every life is in a part")).collect();
        Ok(fold_outcomes(outcomes, self.session.worlds.len(), self.session.fold))
    }
}

impl Backend for GpuBackend {
    fn describe(&self) -> String {
        description::write(&self.session.gpu.facts, self.session.options.checked)
    }

    fn capacity(&self) -> Capacity {
        match self.session.gpu.facts.kind {
            AdapterKind::Discrete | AdapterKind::Virtual | AdapterKind::Other => Capacity::Gpu,
            AdapterKind::Integrated => Capacity::IntegratedGpu,
            // Its threads are those of the processor.
            AdapterKind::Software => Capacity::of_threads(rayon::current_num_threads()),
        }
    }

    fn evaluate(&self, candidates: &[Candidate<f32>]) -> Result<Vec<Outcome>, Error> {
        self.evaluate_while(candidates, &mut || ())
    }

    fn evaluate_while(
        &self,
        candidates: &[Candidate<f32>],
        meanwhile: &mut (dyn FnMut() + Send),
    ) -> Result<Vec<Outcome>, Error> {
        // A second attempt does not call it once more.
        let mut meanwhile = Some(meanwhile);
        self.session.in_rounds(&self.session.rounds, |rounds| match meanwhile.take() {
            Some(meanwhile) => self.attempt(candidates, rounds, meanwhile),
            None => self.attempt(candidates, rounds, &mut || ()),
        })
    }

    fn differentiator(&self, plan: &Plan) -> Result<Box<dyn Differentiate>, Error> {
        Ok(Box::new(Self::for_gradients(plan, self.session.gpu.clone(), self.session.options)?))
    }

    fn load(&self, candidates: Vec<Candidate<f32>>) -> Result<Box<dyn Simulator<f32>>, Error> {
        Ok(Box::new(GpuBackend::load(self, candidates)?))
    }

    fn simulation_time(&self) -> Duration {
        self.session.simulation_time()
    }
}

impl Differentiate for GpuBackend {
    fn name(&self) -> String {
        self.describe()
    }

    fn differentiate_each(
        &self,
        candidates: &[Candidate<f32>],
        objectives: &[Objective],
    ) -> Result<Vec<Vec<Gradient<f32>>>, Error> {
        gradient::differentiate(&self.session, candidates, objectives)
    }

    fn differentiate_own(
        &self,
        candidates: &[Candidate<f32>],
        objectives: &[Objective],
        follows: &[usize],
    ) -> Result<Vec<Gradient<f32>>, Error> {
        gradient::differentiate_own(&self.session, candidates, objectives, follows)
    }

    fn calls_at_once(&self) -> usize {
        // The device works on one while the host prepares and digests the other.
        2
    }

    fn time(&self) -> Duration {
        self.session.gradient_time()
    }
}
