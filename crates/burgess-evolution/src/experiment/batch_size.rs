//! `batch_size`: a number or `Auto`, and which number `Auto` stands for.

use super::schema::{BatchSize, Experiment};
use super::validate::MAX_BATCH;
use burgess_physics::batch::Capacity;
use burgess_qd::emitter::{EmitterKind, Scheduler};
use ron::value::RawValue;
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Rounds that a processor simulates in a generation. When the last threads are through, the others have waited for half a round or so.
const ROUNDS: usize = 8;
/// The same where an emitter has goals, which are fresh in small batches only (`docs/performance.md`).
const ROUNDS_OF_GOALS: usize = 2;
/// Fewer candidates are not worth a generation, in however many environments each of them lives.
const LEAST: usize = 16;
/// Of four times as many a GPU simulates a quarter to a third more a second (`docs/performance.md`), but parents are four times as old.
const ON_A_GPU: usize = 4096;
/// Integrated GPUs have a fraction of the units, and share the processor's memory.
const ON_AN_INTEGRATED_GPU: usize = 1024;
/// Candidates of a strategy's generation that CMA-ME and CMA-MEGA were published with.
const STRATEGY: usize = 36;
/// Generations that a budget of evaluations is at least divided into.
const GENERATIONS: u64 = 20;

impl BatchSize {
    /// The number, unless it is still to be found.
    pub fn number(self) -> Option<usize> {
        match self {
            Self::Auto => None,
            Self::Fixed(size) => Some(size),
        }
    }
}

impl Experiment {
    /// What `batch_size: Auto` stands for where a backend of this capacity simulates.
    pub fn auto_batch_size(&self, capacity: Capacity) -> usize {
        let any = |is_such: fn(&EmitterKind) -> bool| self.emitters.iter().any(|emitter| is_such(&emitter.kind));
        let rounds = if any(|kind| matches!(kind, EmitterKind::Goals { .. })) { ROUNDS_OF_GOALS } else { ROUNDS };
        let busy = match capacity {
            Capacity::Cpu(at_once) => rounds * at_once,
            Capacity::Gpu => ON_A_GPU,
            Capacity::IntegratedGpu => ON_AN_INTEGRATED_GPU,
        };
        // A candidate lives an episode in each environment.
        let environments = self.task.environments.as_ref().map_or(1, |environments| environments.count.max(1));
        let busy = busy.div_ceil(environments).max(busy.min(LEAST));
        let spread = self.budget.evaluations.map_or(MAX_BATCH, |evaluations| (evaluations / GENERATIONS) as usize);
        let sharing = match self.scheduler {
            Scheduler::Shares => self.emitters.len(),
            Scheduler::Ucb1 { active, .. } => active,
        };
        let learns = any(|kind| matches!(kind, EmitterKind::CmaMe { .. } | EmitterKind::CmaMega { .. }));
        let needed = if learns { STRATEGY.saturating_mul(sharing) } else { 1 };
        busy.min(spread).max(needed).min(MAX_BATCH)
    }

    /// Puts the number in place of `batch_size: Auto`, and returns it; nothing where there is a number already.
    pub fn settle_batch_size(&mut self, capacity: Capacity) -> Option<usize> {
        if self.batch_size != BatchSize::Auto {
            return None;
        }
        let size = self.auto_batch_size(capacity);
        self.batch_size = BatchSize::Fixed(size);
        Some(size)
    }
}

/// As it is written.
impl std::fmt::Display for BatchSize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Auto => f.pad("Auto"),
            Self::Fixed(size) => size.fmt(f),
        }
    }
}

impl Serialize for BatchSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_unit_variant("BatchSize", 0, "Auto"),
            Self::Fixed(size) => size.serialize(serializer),
        }
    }
}

/// From RON, which tells a word from a number only by its text.
impl<'de> Deserialize<'de> for BatchSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        enum Word {
            Auto,
        }
        let text = <&RawValue>::deserialize(deserializer)?;
        let word = text.into_rust().map(|Word::Auto| Self::Auto);
        word.or_else(|_| text.into_rust().map(Self::Fixed))
            .map_err(|_| D::Error::invalid_value(Unexpected::Other(text.get_ron()), &"a whole number or `Auto`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::from_text;
    use std::path::Path;

    const TEXT: &str = "(name: \"a\", body: Fixed(\"hopper\"), policy: Cpg(), task: (reward: [(term: Distance)]), \
         descriptors: [(kind: FinalX, range: (0, 1))], archive: Grid(), budget: (generations: 5))";

    fn auto(settings: &[&str], capacity: Capacity) -> usize {
        let settings: Vec<String> = settings.iter().map(ToString::to_string).collect();
        let mut experiment = from_text(TEXT, "test", Path::new(""), &settings).unwrap().experiment;
        let size = experiment.settle_batch_size(capacity).expect("it is Auto");
        assert_eq!((experiment.batch_size, experiment.settle_batch_size(capacity)), (BatchSize::Fixed(size), None));
        size
    }

    #[test]
    fn a_batch_is_what_keeps_the_backend_busy() {
        let sizes = [Capacity::of_threads(1), Capacity::of_threads(2), Capacity::of_threads(16)];
        assert_eq!(sizes.map(|capacity| auto(&[], capacity)), [32, 64, 512]);
        assert_eq!([Capacity::Gpu, Capacity::IntegratedGpu].map(|capacity| auto(&[], capacity)), [4096, 1024]);
    }

    #[test]
    fn emitters_and_budgets_have_needs_of_their_own() {
        let (cpu, gpu) = (Capacity::of_threads(2), Capacity::Gpu);
        let goals = "emitters=[(kind: Goals()), (kind: Random())]";
        assert_eq!([cpu, gpu].map(|capacity| auto(&[goals], capacity)), [16, 4096]);
        let strategies = "emitters=[(kind: CmaMe()), (kind: CmaMega()), (kind: CmaMe())]";
        assert_eq!([cpu, gpu].map(|capacity| auto(&[strategies], capacity)), [108, 4096]);
        assert_eq!(auto(&[strategies, "scheduler=Ucb1(active: 1)"], cpu), 64);
        assert_eq!(auto(&["budget.evaluations=4000"], gpu), 200);
        assert_eq!(auto(&["budget.evaluations=4000", strategies], cpu), 108);
        assert_eq!(auto(&["budget.evaluations=3"], cpu), 1);
        assert_eq!([cpu, gpu].map(|capacity| auto(&["task.environments=(count: 3)"], capacity)), [22, 1366]);
        assert_eq!([cpu, gpu].map(|capacity| auto(&[goals, "task.environments=(count: 8)"], capacity)), [16, 512]);
    }

    #[test]
    fn a_number_is_written_as_it_is_read() {
        for (text, size) in [("Auto", BatchSize::Auto), ("128", BatchSize::Fixed(128))] {
            assert_eq!((ron::from_str(text), ron::to_string(&size)), (Ok(size), Ok(text.to_owned())));
            assert_eq!(size.to_string(), text);
        }
        assert_eq!(ron::from_str(" /* as many as */ 1_000 // fit\n"), Ok(BatchSize::Fixed(1000)));
        for text in ["auto", "Fixed(3)", "1e3", "-1", "(3)", "99999999999999999999999"] {
            let error = ron::from_str::<BatchSize>(text).unwrap_err().to_string();
            assert!(error.contains("a whole number or `Auto`"), "{error}");
        }
    }
}
