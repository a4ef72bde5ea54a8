//! What `simulate` and `render` act on: a morphology with a policy file (or none), or an elite of a run.

use anyhow::{Context as _, bail, ensure};
use burgess_core::say;
use burgess_evolution::evolve::start;
use burgess_evolution::experiment::policy_problems;
use burgess_evolution::genome::{BodyLimits, Brain, Policy, PolicyFile, morphology};
use burgess_evolution::growth::{Grown, LinkKey, compile_controller, grow_whole, link_keys};
use burgess_evolution::store::{EliteAddress, RunReader};
use burgess_learn::brain::Input;
use burgess_learn::describe::Description;
use burgess_learn::train::Trained;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::Candidate;
use burgess_physics::plan::Plan;
use burgess_physics::task::TaskPlan;
use burgess_physics::world::{Physics, World};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Episode of a morphology that belongs to no experiment (s).
const DURATION: f64 = 5.0;

/// Who is simulated, and for how long.
#[derive(clap::Args)]
pub(super) struct Args {
    /// A morphology (a name, or the path of a .ron file), or an elite as DIR#ID.
    #[arg(value_name = "MORPHOLOGY|DIR#ID")]
    subject: OsString,
    /// A policy file (RON), or a brain for all bodies (.safetensors, docs/learning.md), that replaces the brain; a morphology without one holds
    /// its pose.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Length of the episode (s); default: the experiment's, or 5 for a morphology.
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    seconds: Option<f64>,
}

/// Whether a policy is a brain for all bodies.
fn is_shared(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "safetensors")
}

/// A candidate with its surroundings.
pub(super) struct Subject {
    /// What to call it.
    pub label: String,
    /// Body and controller.
    pub candidate: Candidate<f64>,
    /// The genes of its links.
    pub keys: Vec<LinkKey>,
    /// The world of its experiment, or a flat one.
    pub world: World<f64>,
    /// The task of its experiment, or forward velocity for five seconds.
    pub task: TaskPlan,
    /// The physics of its experiment, or the default.
    physics: Physics,
}

impl Subject {
    /// Finds the elite or morphology, and gives it the policy and the time that are asked for.
    ///
    /// # Errors
    /// When there is no such run, elite, morphology or policy file, or the time is not above zero and at most an hour.
    pub(super) fn resolve(args: &Args) -> anyhow::Result<Self> {
        let name = &args.subject;
        let mut subject = match EliteAddress::is_meant(name) {
            true => Self::elite(&EliteAddress::parse(name)?)?,
            false => Self::morphology(Path::new(name))?,
        };
        if let Some(path) = args.policy.as_ref().filter(|path| is_shared(path)) {
            subject.set_shared_brain(&Trained::load(path)?).with_context(|| path.display().to_string())?;
        } else if let Some(path) = &args.policy {
            subject.set_brain(&PolicyFile::load(path)?).with_context(|| path.display().to_string())?;
        }
        if let Some(seconds) = args.seconds {
            if !(seconds > 0.0 && seconds <= 3600.0) {
                bail!("--seconds must be above 0 and at most 3600, is {seconds}");
            }
            subject.task.steps = ((seconds / subject.world.dt).round() as u32).max(1);
        }
        Ok(subject)
    }

    /// Says which environment is shown, where there are several.
    pub(super) fn say_environment(&self) {
        match self.world.others.len() {
            0 => {}
            others => say!("shown in environment 0 of {}", others + 1),
        }
    }

    /// Replaces the brain by what a brain for all bodies makes for this one.
    fn set_shared_brain(&mut self, Trained { brain, .. }: &Trained) -> anyhow::Result<()> {
        brain.spec().ensure_asked(self.world.asks())?;
        let control_period = brain.spec().control_period(self.physics.rate)?;
        let body = Description::of(&self.candidate.model);
        self.candidate.controller = brain.cast::<f64>().controller(Input::of(&body));
        self.task.control_period = control_period;
        (self.task.observer, self.task.frame) = (None, None);
        Ok(())
    }

    /// Replaces the brain, and how often it decides.
    fn set_brain(&mut self, file: &PolicyFile) -> anyhow::Result<()> {
        let problems = policy_problems(&file.policy, &self.physics);
        let list: Vec<String> = problems.iter().map(|problem| problem.to_string()).collect();
        ensure!(problems.is_empty(), "{}", list.join("; "));
        file.ensure_asked(self.world.asks())?;
        self.candidate.controller = compile_controller(&file.brain, &self.keys, &self.candidate.model, &file.policy);
        self.task.control_period = file.policy.control_period(self.physics.rate);
        self.task.observer = file.policy.watched_by(self.physics.rate);
        Ok(())
    }

    fn elite(address: &EliteAddress) -> anyhow::Result<Self> {
        let run = RunReader::open(&address.dir)?;
        let (experiment, space) = start::thaw_run(&address.dir)?;
        ensure!(
            experiment.problem().is_none(),
            "{}: is of a benchmark, whose elites have no body",
            address.dir.display()
        );
        let (_, elite) = run.elite(address.id)?;
        let Plan { world, task, .. } = experiment.plan();
        Ok(Self {
            label: format!("{} #{}", experiment.name, address.id),
            candidate: space.compile(elite.expressed())?,
            keys: link_keys(&elite.expressed().body, space.limits.max_links)?,
            world,
            task,
            physics: experiment.physics.on(&experiment.terrain),
        })
    }

    /// Servos hold the body's zero pose.
    fn morphology(name: &Path) -> anyhow::Result<Self> {
        let body = morphology::load(name, Path::new("."))?;
        let physics = Physics::default();
        let Grown { model, keys } =
            grow_whole(&body, &BodyLimits::given(), &physics).with_context(|| name.display().to_string())?;
        let (still, policy) = (Brain::Cpg { frequency: 0.0, joints: Vec::new() }, Policy::default());
        let controller = compile_controller(&still, &keys, &model, &policy);
        Ok(Self {
            label: name.display().to_string(),
            keys,
            candidate: Candidate { model, controller },
            world: World::new(&physics, &TerrainSpec::default(), 0),
            task: TaskPlan {
                steps: (DURATION * f64::from(physics.rate)) as u32,
                control_period: 1,
                reward: vec![(RewardTerm::ForwardVelocity, 1.0)],
                descriptors: Vec::new(),
                min_height: None,
                min_up: None,
                frame: None,
                observer: None,
            },
            physics,
        })
    }
}
